//! How a request to a peer fails.

use std::fmt;
use std::net::IpAddr;

/// A request to a peer that brought nothing. Of an address, scheme and host are told, not what follows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// Nothing was sent: the address is not one to send to.
    Address {
        /// What was expected.
        expected: &'static str,
        /// What was received.
        received: String,
    },
    /// Nothing was sent: the host is not public, and in no network that the configuration allows.
    Inside {
        /// The host.
        host: String,
        /// What it stands for.
        address: IpAddr,
    },
    /// No answer, or one that broke off.
    Unreachable {
        /// The host.
        host: String,
        /// What happened.
        reason: String,
    },
    /// An answer that is not what was asked for.
    Answer {
        /// The host.
        host: String,
        /// What was expected.
        expected: &'static str,
        /// What was received.
        received: String,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address { expected, received } => {
                write!(f, "the address is refused: expected {expected}, received {received}")
            }
            Self::Inside { host, address } => write!(
                f,
                "the address is refused: expected a host of the public internet or of peers.networks, received \
                 {host} at {address}"
            ),
            Self::Unreachable { host, reason } => write!(f, "{host} gives no answer: {reason}"),
            Self::Answer { host, expected, received } => {
                write!(f, "{host} gives another answer: expected {expected}, received {received}")
            }
        }
    }
}

impl std::error::Error for Error {}
