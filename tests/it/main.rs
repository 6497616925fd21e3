//! Tests from outside the library.

mod foreign;
mod local_cloud;
