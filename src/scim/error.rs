//! Refusals as RFC 7644 §3.12 and RFC 9865 §2.1 write them.

use std::fmt;

use serde_json::{Value, json};

/// The schema of an error's body.
pub(super) const SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// What was wrong: the detail error keyword where the RFCs have one, else the status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The filter cannot be read, or asks what cannot be answered.
    InvalidFilter,
    /// The answer would be, or cost, more than the server gives.
    TooMany,
    /// It clashes with something that is under way.
    Conflict,
    /// A unique value is taken.
    Uniqueness,
    /// An attribute may not be changed like this.
    Mutability,
    /// The body is not what its schema says.
    InvalidSyntax,
    /// The path of a PATCH cannot be read.
    InvalidPath,
    /// The path of a PATCH leads to nothing.
    NoTarget,
    /// A value is absent or not of its attribute's type.
    InvalidValue,
    /// The protocol's version is not supported.
    InvalidVers,
    /// The request carries in its address what must not stand there.
    Sensitive,
    /// The cursor is not one of ours for this query.
    InvalidCursor,
    /// The cursor is too old.
    ExpiredCursor,
    /// The count cannot be had.
    InvalidCount,
    /// Who asks is not known.
    Unauthenticated,
    /// Who asks may not.
    Forbidden,
    /// There is no such resource or endpoint.
    NotFound,
    /// The endpoint does not take the method.
    MethodNotAllowed,
    /// The version is another one by now.
    PreconditionFailed,
    /// The body, or what it asks for, is too much.
    TooLarge,
    /// The body's media type is not one of ours.
    UnsupportedMediaType,
    /// Not now: a limit was reached, or somebody has to agree first.
    TooManyRequests,
    /// A fault of ours.
    Internal,
    /// Not offered.
    NotImplemented,
    /// Not at the moment.
    Unavailable,
}

impl ErrorKind {
    /// The status code.
    pub const fn status(self) -> u16 {
        match self {
            Self::InvalidFilter
            | Self::TooMany
            | Self::Mutability
            | Self::InvalidSyntax
            | Self::InvalidPath
            | Self::NoTarget
            | Self::InvalidValue
            | Self::InvalidVers
            | Self::Sensitive
            | Self::InvalidCursor
            | Self::ExpiredCursor
            | Self::InvalidCount => 400,
            Self::Unauthenticated => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::Conflict | Self::Uniqueness => 409,
            Self::PreconditionFailed => 412,
            Self::TooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::TooManyRequests => 429,
            Self::Internal => 500,
            Self::NotImplemented => 501,
            Self::Unavailable => 503,
        }
    }

    /// The detail error keyword, `scimType`.
    pub const fn scim_type(self) -> Option<&'static str> {
        match self {
            Self::InvalidFilter => Some("invalidFilter"),
            Self::TooMany => Some("tooMany"),
            Self::Uniqueness => Some("uniqueness"),
            Self::Mutability => Some("mutability"),
            Self::InvalidSyntax => Some("invalidSyntax"),
            Self::InvalidPath => Some("invalidPath"),
            Self::NoTarget => Some("noTarget"),
            Self::InvalidValue => Some("invalidValue"),
            Self::InvalidVers => Some("invalidVers"),
            Self::Sensitive => Some("sensitive"),
            Self::InvalidCursor => Some("invalidCursor"),
            Self::ExpiredCursor => Some("expiredCursor"),
            Self::InvalidCount => Some("invalidCount"),
            Self::Conflict
            | Self::Unauthenticated
            | Self::Forbidden
            | Self::NotFound
            | Self::MethodNotAllowed
            | Self::PreconditionFailed
            | Self::TooLarge
            | Self::UnsupportedMediaType
            | Self::TooManyRequests
            | Self::Internal
            | Self::NotImplemented
            | Self::Unavailable => None,
        }
    }
}

/// A refusal: what kind, and a sentence that names what is wrong and is safe for whoever asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The kind.
    pub kind: ErrorKind,
    /// The sentence.
    pub detail: String,
}

impl Error {
    /// A refusal.
    pub fn new(kind: ErrorKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into() }
    }

    /// The body of RFC 7644 §3.12; the status is a text there.
    pub fn body(&self) -> Value {
        let mut body = json!({
            "schemas": [SCHEMA],
            "status": self.kind.status().to_string(),
            "detail": self.detail,
        });
        if let (Some(scim_type), Some(body)) = (self.kind.scim_type(), body.as_object_mut()) {
            body.insert("scimType".to_owned(), scim_type.into());
        }
        body
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.scim_type().unwrap_or("refused"), self.detail)
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_is_a_text_and_the_keyword_is_there_where_there_is_one() {
        let error = Error::new(ErrorKind::Uniqueness, "userName is taken");
        assert_eq!(
            error.body(),
            json!({ "schemas": [SCHEMA], "status": "409", "scimType": "uniqueness", "detail": "userName is taken" })
        );
        let error = Error::new(ErrorKind::NotFound, "no such user");
        assert_eq!(error.body(), json!({ "schemas": [SCHEMA], "status": "404", "detail": "no such user" }));
    }
}
