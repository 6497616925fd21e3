//! The refusal that every product shares.

use std::borrow::Cow;

/// A refusal as it stands on the wire, whichever product gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The HTTP status, 400 or above.
    pub status: u16,
    /// The stable code, such as `EntityNotExist.Role`.
    pub code: Cow<'static, str>,
    /// What went wrong, in words for the caller.
    pub message: String,
}

impl Fault {
    /// A refusal with `status`, `code` and `message`.
    pub fn new(status: u16, code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { status, code: code.into(), message: message.into() }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for Fault {}
