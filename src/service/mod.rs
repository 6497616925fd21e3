//! The use cases: one public function for each verb, taking proof of who asks.
//!
//! A proof is a value that only the check itself can make: [`PortalSession`] from a live session,
//! [`Entitlement`] from an assignment, [`Operator`] from the right to administer. Every change and
//! its audit row are one transaction. No network call happens inside a transaction; accounts are
//! reached by tasks that a [`Worker`] does afterwards.

pub mod access_assignment;
pub mod access_configuration;
pub mod account;
pub mod administrator;
mod context;
pub mod directory;
pub mod drift;
mod error;
mod form_token;
pub mod group;
mod identity_provider;
pub mod login;
mod operator;
pub mod organisation;
mod parts;
mod perform;
pub mod portal;
mod provision;
pub mod provisioning;
pub mod role_sso;
pub mod second_factor;
pub mod session;
pub mod target;
pub mod task;
mod throttle;
pub mod user;
pub mod worker;

pub use context::{Context, Visit};
pub use error::Error;
pub use identity_provider::IdentityProvider;
pub use operator::Operator;
pub use parts::{Parts, Upkeep};
pub use role_sso::Entitlement;
pub use session::{PortalSession, Principal};
pub use worker::Worker;
