//! Tests from outside the library.

mod foreign;
