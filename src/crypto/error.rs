//! What can go wrong in this room.

use std::fmt;

/// A failure of a cryptographic operation. It never carries key material or plain text.
#[derive(Debug)]
pub enum Error {
    /// OpenSSL refused; the text is its own error stack.
    OpenSsl(openssl::error::ErrorStack),
    /// A sealed value was not made by this key, for this purpose, or was changed since.
    Unsealable,
    /// What came encrypted was not encrypted to this key, not in this way, or was changed since; which, is not told.
    Undecryptable,
    /// What should be a key, a certificate or a stored hash is not one; says what.
    Malformed(&'static str),
    /// An answer to a passkey's challenge that is none; the reason is for the log alone.
    Passkey(String),
    /// More callers wait for a password hash than the queue admits.
    Busy,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OpenSsl(stack) => write!(f, "openssl: {stack}"),
            Self::Unsealable => f.write_str("a sealed value does not open with this key for this purpose"),
            Self::Undecryptable => f.write_str("it does not decrypt with this key"),
            Self::Malformed(what) => write!(f, "malformed {what}"),
            Self::Passkey(reason) => write!(f, "passkey: {reason}"),
            Self::Busy => f.write_str("too many password checks are waiting"),
        }
    }
}

impl std::error::Error for Error {}

impl From<openssl::error::ErrorStack> for Error {
    fn from(stack: openssl::error::ErrorStack) -> Self {
        Self::OpenSsl(stack)
    }
}
