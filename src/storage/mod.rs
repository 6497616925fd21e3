//! Tables and queries, over SQLite and PostgreSQL by one code path: one schema, one folder of
//! migrations, one connection type. One file per aggregate; functions take the connection of a
//! [`Store::read`] or [`Store::write`] and return values of `domain`.
//!
//! Names: `find` returns an option, `list` a list, `insert`, `update` and `delete` say what they
//! did. No rule of the product lives here beyond what a unique index or a conditional update keeps.

pub mod access_configuration;
pub mod access_key;
pub mod account;
pub mod administrator;
pub mod application;
pub mod application_assignment;
pub mod application_session;
pub mod assignment;
mod connection;
pub mod console_session;
pub mod credential;
pub mod directory;
pub mod drift;
mod error;
pub mod event;
pub mod failure_counter;
pub mod group;
pub mod group_graph;
pub mod group_search;
pub mod lease;
mod like;
pub mod machine_identity;
pub mod mass_change;
pub mod membership;
pub mod metadata_source;
pub mod persistent_name;
pub mod provisioned_user;
pub mod provisioning;
pub mod resource_count;
pub mod saml_exchange;
mod schema;
pub mod scim_connector;
pub mod scim_credential;
pub mod scim_request;
mod search_condition;
mod search_page;
mod search_sql;
pub mod session;
pub mod sign_in;
pub mod signing_key;
pub mod single_logout;
mod store;
pub mod tag;
pub mod task;
pub mod used_message_id;
pub mod user;
pub mod user_provisioning;
pub mod user_provisioning_event;
pub mod user_search;
pub mod user_sso;
mod writer;

pub use connection::Conn;
pub use error::Error;
pub use store::{DatabaseUrl, IsRetryable, Store};
