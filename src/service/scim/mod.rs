//! What SCIM clients do: users and groups pushed by the identity providers of connectors, found and listed.
//!
//! A [`ScimClient`] is the proof of a connector's credential. Texts are read and written by `scim`, the rules are
//! those of users and groups; nothing here is a rule of its own but who looks after what.

mod across;
pub mod client;
mod comparison;
pub mod connector;
pub mod credential;
pub mod cursor;
mod edit;
pub mod group;
pub mod guard;
pub mod list;
pub mod lower;
mod lower_special;
pub mod request_log;
mod resource;
pub mod search;
pub mod synchronization;
pub mod user;
mod view;

use crate::domain::ScimDialect;
use crate::scim::patch::Leniency;
use crate::scim::schema::ResourceType;
use crate::scim::version::Versions;
use crate::scim::{self, ErrorKind};

use super::Error;

pub use client::ScimClient;
pub use group::{GroupBody, SeenGroup};
pub use list::Seen;
pub use request_log::LoggedRequest;
pub use user::SeenUser;

/// Which version of a resource a client means to change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Precondition(Option<Versions>);

impl Precondition {
    /// The versions that it may be of; whichever, where none are named.
    pub const fn new(versions: Option<Versions>) -> Self {
        Self(versions)
    }

    /// Whether a resource of this version is meant.
    ///
    /// # Errors
    /// [`Error::Scim`] with status 412 where it is not.
    fn check(&self, version: i64) -> Result<(), Error> {
        if self.0.as_ref().is_none_or(|wanted| wanted.contain(version)) {
            return Ok(());
        }
        let detail = format!("the version is {} by now", scim::etag(version));
        Err(scim::Error::new(ErrorKind::PreconditionFailed, detail).into())
    }
}

fn missing(resource_type: &ResourceType, id: &str) -> Error {
    let shown: String = id.chars().take(64).collect();
    let detail = format!("there is no {} {shown:?}", resource_type.name);
    scim::Error::new(ErrorKind::NotFound, detail).into()
}

/// How a connector's client means value paths that lead to nothing.
fn leniency(client: &ScimClient) -> Leniency {
    match client.connector().dialect {
        ScimDialect::Lenient => Leniency::Lenient,
        ScimDialect::Strict => Leniency::Strict,
    }
}
