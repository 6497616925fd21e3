//! What a call can be refused for before any product looks at it.

use std::borrow::Cow;
use std::fmt;

use super::Fault;

/// A refusal by the envelope. [`Fault::from`] gives the vendor's code, status and text for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// A mandatory parameter is absent or empty; names it.
    Missing(String),
    /// A parameter is not of its form.
    Invalid {
        /// The parameter, with its full flattened name (`Tag.1.Key`).
        name: String,
        /// What it must be, in words that follow "must be".
        expected: String,
    },
    /// A parameter is given more than once, or in the header and in the parameters with two values.
    Repeated(String),
    /// A query string or form body that is not percent-encoded UTF-8.
    Encoding,
    /// More parameters than any action has.
    TooMany {
        /// The most that are read.
        limit: usize,
    },
    /// A body larger than any action's.
    TooLarge {
        /// The most bytes that are read.
        limit: usize,
    },
    /// A body whose content type is not a form; carries the type received.
    ContentType(String),
    /// A header that may stand once only stands twice; names it.
    RepeatedHeader(String),
    /// The signature's own fields are absent, malformed, or leave out what must be signed; says which.
    IncompleteSignature(String),
    /// The signature is not what the secret gives for this request.
    SignatureDoesNotMatch,
    /// The body is not the one whose hash was signed.
    ContentHash,
    /// The time of the request is not in the form `2026-11-22T18:09:05Z`; carries what was received.
    TimeFormat(String),
    /// The time of the request is more than fifteen minutes from now.
    TimeExpired,
    /// The call carries no signature and its action needs one.
    Unsigned,
    /// A primitive failed; nothing was decided.
    Crypto,
}

impl Error {
    pub(super) fn invalid(name: impl Into<String>, expected: impl Into<String>) -> Self {
        Self::Invalid { name: name.into(), expected: expected.into() }
    }

    /// The HTTP status.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Crypto => 500,
            Self::ContentType(_) => 415,
            Self::TooLarge { .. } => 413,
            _ => 400,
        }
    }

    /// The vendor's error code.
    pub fn code(&self) -> Cow<'static, str> {
        match self {
            Self::Missing(name) => format!("Missing{name}").into(),
            Self::Invalid { name, .. } | Self::Repeated(name) => format!("InvalidParameter.{name}").into(),
            Self::Encoding | Self::TooMany { .. } => "InvalidParameter".into(),
            Self::TooLarge { .. } => "RequestEntityTooLarge".into(),
            Self::ContentType(_) => "UnsupportedHTTPContentType".into(),
            Self::RepeatedHeader(_) => "InvalidHeader".into(),
            Self::IncompleteSignature(_) => "IncompleteSignature".into(),
            Self::SignatureDoesNotMatch | Self::ContentHash => "SignatureDoesNotMatch".into(),
            Self::TimeFormat(_) => "InvalidTimeStamp.Format".into(),
            Self::TimeExpired => "InvalidTimeStamp.Expired".into(),
            Self::Unsigned => "MissingAccessKeyId".into(),
            Self::Crypto => "InternalError".into(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(name) => write!(f, "{name} is mandatory for this action."),
            Self::Invalid { name, expected } => {
                write!(f, "The specified parameter {name} is not valid: it must be {expected}.")
            }
            Self::Repeated(name) => write!(f, "The specified parameter {name} is given more than once."),
            Self::Encoding => f.write_str("The parameters are not percent-encoded UTF-8."),
            Self::TooMany { limit } => write!(f, "A request may have at most {limit} parameters."),
            Self::TooLarge { limit } => write!(f, "A request body may have at most {limit} bytes."),
            Self::ContentType(received) => write!(
                f,
                "A request body must be application/x-www-form-urlencoded, and this one is {received:?}."
            ),
            Self::RepeatedHeader(name) => write!(f, "The header {name} is given more than once."),
            Self::IncompleteSignature(reason) => {
                write!(f, "The request signature does not conform to the standards: {reason}.")
            }
            // The older core reads what follows the colon, and breaks where there is none.
            Self::SignatureDoesNotMatch => f.write_str(
                "Specified signature is not matched with our calculation: check the secret of the access key.",
            ),
            Self::ContentHash => f.write_str(
                "Specified signature is not matched with our calculation: x-acs-content-sha256 is not the hash of the body.",
            ),
            Self::TimeFormat(received) => write!(
                f,
                "Specified time stamp or date value is not well formatted: it must be yyyy-MM-ddTHH:mm:ssZ, and is {received:?}."
            ),
            Self::TimeExpired => f.write_str("Specified time stamp or date value is expired."),
            Self::Unsigned => f.write_str("AccessKeyId is mandatory for this action."),
            Self::Crypto => f.write_str("The request processing has failed due to some unknown error."),
        }
    }
}

impl std::error::Error for Error {}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::new(error.status(), error.code(), error.to_string())
    }
}

impl From<crate::crypto::Error> for Error {
    fn from(_: crate::crypto::Error) -> Self {
        Self::Crypto
    }
}
