//! The local cloud: a stand-in for the member accounts, with its own listener and its own database.
//!
//! It speaks the APIs of STS 2015-04-01, RAM 2015-05-01, IMS 2019-08-15 and ResourceDirectoryMaster
//! 2022-04-19, and has the console with role SSO, user SSO, RAM users' own sign-in and single logout.
//! Issuers of OIDC tokens are the only thing it calls itself. It trusts nobody: it verifies every request
//! signature and every assertion itself.

mod api;
mod arn;
mod bootstrap;
mod catalogue;
mod channel;
mod circumstances;
mod cloud;
mod console;
mod control;
mod endpoint;
mod error;
mod fault;
mod federation;
mod gate;
mod identity;
mod key_file;
mod logon_name;
mod mfa_secret;
mod name;
mod network_mask;
mod oidc;
mod owner;
mod parsed_policy;
mod passkey;
mod password;
mod password_change;
mod qr_image;
mod refusal;
mod rules;
mod server;
mod setting;
mod store;
mod trust;

pub use api::actions;
pub use catalogue::Malformed;
pub use error::Error;
pub use fault::{Error as FaultError, Faults};
pub use owner::OwnerLogin;
pub use server::{Running, Settings, start};
pub use store::Error as StoreError;
