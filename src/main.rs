//! The `cloudsso` command.

fn main() {}
