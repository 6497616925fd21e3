//! cloudsso: the identity centre that an organisation with many cloud accounts runs itself.
//!
//! Rooms stand on floors and import only what lies below them; `ARCHITECTURE.md` has the table and
//! `tests/it/architecture.rs` keeps it.

pub mod app;
pub mod base;
pub mod cloud;
pub mod crypto;
pub mod domain;
pub mod local_cloud;
pub mod peer;
pub mod policy;
pub mod rpc;
pub mod saml;
pub mod scim;
pub mod service;
pub mod storage;
pub mod web;
