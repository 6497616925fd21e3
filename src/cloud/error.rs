//! How a call fails, told apart by what the caller can do about it.

use std::fmt;
use std::time::Duration;

use crate::base::Timestamp;

/// A call that did not succeed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The cloud answered no, and will again unless something changes.
    Refused {
        /// The HTTP status, 400 to 499.
        status: u16,
        /// The cloud's code, such as `EntityNotExist.Role`; empty for a single logout.
        code: String,
        /// The cloud's words.
        message: String,
        /// The cloud's name for the request; empty if it gave none.
        request_id: String,
    },
    /// The cloud asked to slow down; nothing was done.
    Throttled {
        /// The cloud's code, such as `Throttling.User`; empty for a single logout.
        code: String,
        /// How long it asks to wait, if it says.
        retry_after: Option<Duration>,
        /// The cloud's name for the request; empty if it gave none.
        request_id: String,
    },
    /// No answer, or an answer of 5xx: whether anything was done is not known.
    Unavailable {
        /// What happened.
        reason: String,
        /// The cloud's name for the request; empty if it gave none.
        request_id: String,
    },
    /// Nothing was sent: the account did not answer for some time, and is left alone until then.
    LeftAlone {
        /// The account, or what calls are counted with it.
        account: String,
        /// When the next call may be sent.
        until: Timestamp,
    },
    /// Nothing was sent: the address is none.
    Address {
        /// What was expected.
        expected: String,
    },
    /// An answer that is not what the API promises.
    Malformed {
        /// What was expected.
        expected: String,
        /// The cloud's name for the request; empty if it gave none.
        request_id: String,
    },
}

impl Error {
    /// Whether the same call may succeed later without anybody changing anything.
    pub const fn is_retryable(&self) -> bool {
        matches!(self, Self::Throttled { .. } | Self::Unavailable { .. } | Self::LeftAlone { .. })
    }

    /// Before when it is useless to try again, where that is known.
    pub const fn until(&self) -> Option<Timestamp> {
        match self {
            Self::LeftAlone { until, .. } => Some(*until),
            _ => None,
        }
    }

    /// Whether the thing named does not exist.
    pub fn is_not_found(&self) -> bool {
        // By code, since an unknown AccessKey or action is a 404 as well.
        self.code().starts_with("EntityNotExist")
    }

    /// Whether a thing of that name exists already.
    pub fn is_already_exists(&self) -> bool {
        self.code().starts_with("EntityAlreadyExist")
    }

    /// Whether the credentials themselves were refused: expired, unknown or switched off.
    pub fn is_credential_refused(&self) -> bool {
        ["InvalidSecurityToken", "InvalidAccessKeyId"].iter().any(|prefix| self.code().starts_with(prefix))
    }

    /// The cloud's code; empty when it gave none.
    pub fn code(&self) -> &str {
        match self {
            Self::Refused { code, .. } | Self::Throttled { code, .. } => code,
            Self::Unavailable { .. }
            | Self::LeftAlone { .. }
            | Self::Address { .. }
            | Self::Malformed { .. } => "",
        }
    }

    /// The cloud's name for the request; empty when it gave none.
    pub fn request_id(&self) -> &str {
        match self {
            Self::Refused { request_id, .. }
            | Self::Throttled { request_id, .. }
            | Self::Unavailable { request_id, .. }
            | Self::Malformed { request_id, .. } => request_id,
            Self::LeftAlone { .. } | Self::Address { .. } => "",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { status, code, message, .. } if code.is_empty() => {
                write!(f, "the cloud refused with {status}: {message}")?;
            }
            Self::Refused { status, code, message, .. } => {
                write!(f, "the cloud refused with {status} {code}: {message}")?;
            }
            Self::Throttled { code, .. } if code.is_empty() => f.write_str("the cloud asks to slow down")?,
            Self::Throttled { code, .. } => write!(f, "the cloud asks to slow down ({code})")?,
            Self::Unavailable { reason, .. } => write!(f, "the cloud is unavailable: {reason}")?,
            Self::LeftAlone { account, until } => {
                write!(f, "{account} did not answer and is left alone until {until}")?;
            }
            Self::Address { expected } => write!(f, "the address is none: expected {expected}")?,
            Self::Malformed { expected, .. } => {
                write!(f, "the cloud's answer is malformed: expected {expected}")?;
            }
        }
        let request_id = self.request_id();
        if request_id.is_empty() { Ok(()) } else { write!(f, " (request {request_id})") }
    }
}

impl std::error::Error for Error {}
