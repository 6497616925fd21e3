//! Tests from outside the library.

mod foreign;
#[cfg(test)]
mod local_cloud;
