//! The use cases: one public function for each verb, taking proof of who asks.
//!
//! A proof is a value that only the check itself can make: [`PortalSession`] from a live session,
//! [`Entitlement`] from an assignment, [`RpcCaller`] from a signed call, [`ScimClient`] from a bearer token,
//! [`Operator`] from the right to administer. Every change and its audit row are one transaction. No network call happens inside a
//! transaction; accounts are reached by tasks that a [`Worker`] does afterwards.

pub mod access_assignment;
pub mod access_configuration;
pub mod access_key;
pub mod account;
pub mod admin_session;
pub mod administrator;
pub mod application;
mod authn_context;
pub mod authorisation;
pub mod console_logon;
mod console_logout;
pub mod console_session;
mod context;
pub mod credential;
pub mod directory;
pub mod drift;
mod error;
mod exchange_ring;
mod form_token;
pub mod group;
mod identity_provider;
mod issue;
pub mod key_details;
mod key_maker;
pub mod keys;
mod listing;
pub mod login;
pub mod machine_identity;
mod membership;
mod operator;
pub mod organisation;
pub mod own_ram_user;
pub mod page_token;
mod parts;
mod perform;
mod perform_user;
mod permission_looks;
pub mod permission_policy;
pub mod portal;
mod provision;
pub mod provisioning;
mod ram_user;
pub mod ram_user_sso;
mod refused_messages;
mod registry;
mod request_ring;
pub mod resource_directory;
pub mod role_sso;
pub mod rpc_caller;
pub mod saml_exchange;
pub mod saml_slo;
pub mod saml_sso;
pub mod scim;
mod sealed_token;
pub mod second_factor;
pub mod session;
pub mod target;
pub mod task;
mod throttle;
pub mod trust;
pub mod user;
pub mod user_provisioning;
mod user_sso;
pub mod worker;

pub use context::{Context, Visit};
pub use error::Error;
pub use identity_provider::IdentityProvider;
pub use issue::{Entitlement, Logon, issue};
pub use listing::Listing;
pub use operator::Operator;
pub use parts::{Parts, Upkeep};
pub use rpc_caller::RpcCaller;
pub use scim::ScimClient;
pub use session::{PortalSession, Principal};
pub use worker::Worker;
