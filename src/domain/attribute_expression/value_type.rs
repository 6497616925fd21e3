//! The types that values have.

use std::fmt;

/// What a part of an expression gives, where it is not absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Text,
    List,
    Boolean,
    /// A text or a list: a profile says which.
    TextOrList,
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "a text",
            Self::List => "a list",
            Self::Boolean => "a condition",
            Self::TextOrList => "a text or a list",
        })
    }
}

impl Type {
    /// Whether this can stand where `wanted` is.
    pub(super) fn fits(self, wanted: Self) -> bool {
        let is_one = |kind| matches!(kind, Self::Text | Self::List);
        self == wanted
            || (self == Self::TextOrList && is_one(wanted))
            || (wanted == Self::TextOrList && is_one(self))
    }
}
