//! Tests from outside the library.

#[cfg(test)]
mod foreign;
