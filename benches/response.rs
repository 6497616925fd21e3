//! Signed Responses per second.

fn main() {}
