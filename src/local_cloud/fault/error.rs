//! Why a rule cannot be read.

use std::fmt;

/// A rule that is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The rule has no words, or none that is a fault.
    Empty,
    /// A word is not `key=value` with a key that is known.
    Word(String),
    /// A key stands twice; names it.
    Repeated(&'static str),
    /// A value is not of its form.
    Value {
        /// The key.
        key: &'static str,
        /// What the value must be.
        expected: &'static str,
        /// What it is.
        received: String,
    },
    /// The three shares are more than the whole.
    Shares,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the rule names no fault"),
            Self::Word(word) => write!(
                f,
                "{word:?} is none of action=, account=, latency=, jitter=, rate=, fail=, fail-after=, hang-up=, \
                 visible-after="
            ),
            Self::Repeated(key) => write!(f, "{key} stands twice in one rule"),
            Self::Value { key, expected, received } => {
                write!(f, "{key} must be {expected}, and is {received:?}")
            }
            Self::Shares => f.write_str("fail, fail-after and hang-up are together more than 100%"),
        }
    }
}

impl std::error::Error for Error {}
