//! Why a use case did not happen.

use std::fmt;
use std::time::Duration;

use crate::domain::{self, Kind, MassChange};
use crate::storage::{self, IsRetryable};
use crate::{cloud, crypto, rpc, saml, scim};

/// A refusal or a failure. Only a domain refusal carries a message for the one who asked; the rest
/// is for the log.
#[derive(Debug)]
pub enum Error {
    /// A rule of the product refuses.
    Refused(domain::Error),
    /// Too many failures; try again after this long.
    Throttled(Duration),
    /// A connector takes too much away at once: so much within the guard's window.
    Held(MassChange),
    /// The database failed.
    Storage(storage::Error),
    /// A cryptographic operation failed, or too many passwords are being checked.
    Crypto(crypto::Error),
    /// A SAML message could not be made.
    Saml(saml::Error),
    /// The cloud failed or refused.
    Cloud(cloud::Error),
    /// A SCIM request cannot be answered.
    Scim(scim::Error),
    /// The envelope of a call is not as it must be: a parameter, or the signature.
    Rpc(rpc::Error),
}

impl Error {
    /// What kind of refusal it is, where it is one.
    pub fn kind(&self) -> Option<Kind> {
        match self {
            Self::Refused(error) => Some(error.kind),
            Self::Throttled(_) | Self::Held(_) => Some(Kind::Limit),
            Self::Crypto(crypto::Error::Busy) | Self::Storage(storage::Error::Unavailable(_)) => {
                Some(Kind::Unavailable)
            }
            Self::Cloud(error) if error.is_retryable() => Some(Kind::Unavailable),
            Self::Rpc(rpc::Error::Crypto) => None,
            Self::Rpc(_) | Self::Scim(_) => Some(Kind::Invalid),
            Self::Storage(_) | Self::Crypto(_) | Self::Saml(_) | Self::Cloud(_) => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(error) => error.fmt(f),
            Self::Throttled(wait) => write!(f, "throttled for {} s", wait.as_secs()),
            Self::Held(attempted) => {
                write!(f, "too much at once: {attempted}; it waits for an administrator to confirm it")
            }
            Self::Storage(error) => error.fmt(f),
            Self::Crypto(error) => error.fmt(f),
            Self::Saml(error) => error.fmt(f),
            Self::Cloud(error) => error.fmt(f),
            Self::Rpc(error) => error.fmt(f),
            Self::Scim(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {}

impl IsRetryable for Error {
    fn is_retryable(&self) -> bool {
        matches!(self, Self::Storage(error) if error.is_retryable())
    }
}

macro_rules! from {
    ($($variant:ident($source:ty)),*) => {$(
        impl From<$source> for Error {
            fn from(error: $source) -> Self {
                Self::$variant(error)
            }
        }
    )*};
}

from!(
    Refused(domain::Error),
    Storage(storage::Error),
    Crypto(crypto::Error),
    Saml(saml::Error),
    Cloud(cloud::Error),
    Rpc(rpc::Error),
    Scim(scim::Error)
);
