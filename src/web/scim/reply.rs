//! What a request came to, before it is bytes.

use serde_json::{Map, Value};

use crate::scim::{Error, ErrorKind};
use crate::service;

use super::super::error::scim_error;

/// An answer.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) body: Option<Value>,
    /// Where the resource is that was made.
    pub(super) location: Option<String>,
    pub(super) etag: Option<String>,
    /// What the endpoint takes, where the method was none of it.
    pub(super) allow: Option<&'static str>,
    /// After how many seconds to come again.
    pub(super) retry_after: Option<u64>,
    /// Why it was refused.
    pub(super) refusal: Option<Error>,
}

impl Reply {
    /// An answer without more than a status.
    pub(super) const fn empty(status: u16) -> Self {
        Self { status, body: None, location: None, etag: None, allow: None, retry_after: None, refusal: None }
    }

    /// An answer with a body.
    pub(super) fn of(status: u16, body: impl Into<Value>) -> Self {
        Self { body: Some(body.into()), ..Self::empty(status) }
    }

    /// An answer with a resource, at the place and of the version that its `meta` says.
    pub(super) fn resource(status: u16, etag: String, location: String, shown: Map<String, Value>) -> Self {
        Self { etag: Some(etag), location: Some(location), ..Self::of(status, shown) }
    }

    /// A refusal.
    pub(super) fn refused(error: Error) -> Self {
        let mut reply = Self::of(error.kind.status(), error.body());
        reply.refusal = Some(error);
        reply
    }

    /// A refusal because of the method.
    pub(super) fn not_allowed(allow: &'static str) -> Self {
        let detail = format!("this endpoint takes {allow}");
        Self { allow: Some(allow), ..Self::refused(Error::new(ErrorKind::MethodNotAllowed, detail)) }
    }
}

impl From<service::Error> for Reply {
    fn from(error: service::Error) -> Self {
        let (refusal, retry_after) = scim_error(&error);
        Self { retry_after, ..Self::refused(refusal) }
    }
}

impl From<Error> for Reply {
    fn from(error: Error) -> Self {
        Self::refused(error)
    }
}

impl<T> From<T> for Box<Reply>
where
    Reply: From<T>,
    T: std::error::Error,
{
    fn from(error: T) -> Self {
        Self::new(Reply::from(error))
    }
}
