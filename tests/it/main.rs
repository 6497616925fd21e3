//! The integration tests: the house from its own sources, and the product from outside its process.
//!
//! One executable for all, run once on SQLite and once on PostgreSQL (`make test`). What the tests
//! stand on is in `support`; each piece of it is tested at its own foot.
#![cfg(test)]

mod admin;
mod architecture;
mod attack;
mod engine;
mod foreign;
mod local_cloud;
mod metadata_refresh;
mod openapi;
mod saml;
mod scim;
mod sdk;
mod service_provider;
mod storage;
mod story;
mod support;
