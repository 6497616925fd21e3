//! Why a text is not a policy.

use std::fmt;

/// A text that is not a policy document of the wanted kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// More characters than this kind of document may have.
    TooLong {
        /// The most characters allowed.
        limit: usize,
        /// The characters received.
        received: usize,
    },
    /// Not JSON, or JSON in which a member stands twice; says where.
    NotJson(String),
    /// An element that must be there is not; its path, such as `Statement[2].Effect`.
    Missing(String),
    /// An element that has no place there; its path.
    Unknown(String),
    /// An element of the wrong form.
    Element {
        /// Its path, such as `Statement[2].Action[0]`.
        path: String,
        /// What it must be.
        expected: &'static str,
        /// What it is, cut to 64 characters.
        received: String,
    },
}

impl Error {
    pub(super) fn element(path: &str, expected: &'static str, received: impl fmt::Display) -> Self {
        let received = received.to_string().chars().take(64).collect();
        Self::Element { path: path.to_owned(), expected, received }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { limit, received } => {
                write!(f, "the document has {received} characters, and at most {limit} are allowed")
            }
            Self::NotJson(reason) => write!(f, "the document is not JSON: {reason}"),
            Self::Missing(path) => write!(f, "{path} is missing"),
            Self::Unknown(path) => write!(f, "{path} is not an element of a policy here"),
            Self::Element { path, expected, received } => {
                write!(f, "{path} must be {expected}, and is {received}")
            }
        }
    }
}

impl std::error::Error for Error {}
