//! A part of a page for which somebody may lack permission, while the rest of the page is theirs to see.

use crate::local_cloud::refusal::Refusal;

/// What a part shows, or why it shows nothing.
pub(super) enum Part<T> {
    Shown(T),
    Refused(String),
}

impl<T> Part<T> {
    /// The part of what was asked. Anything but a missing permission is a matter of the whole page.
    pub(super) fn of(asked: Result<T, Refusal>) -> Result<Self, Refusal> {
        match asked {
            Ok(shown) => Ok(Self::Shown(shown)),
            Err(refusal @ Refusal::Permission { .. }) => Ok(Self::Refused(refusal.to_string())),
            Err(refusal) => Err(refusal),
        }
    }

    pub(super) fn shown(&self) -> Option<&T> {
        match self {
            Self::Shown(shown) => Some(shown),
            Self::Refused(_) => None,
        }
    }

    pub(super) fn refused(&self) -> Option<&str> {
        match self {
            Self::Shown(_) => None,
            Self::Refused(reason) => Some(reason),
        }
    }

    /// The part with something else made of what is shown.
    pub(super) fn map<U>(self, make: impl FnOnce(T) -> U) -> Part<U> {
        match self {
            Self::Shown(shown) => Part::Shown(make(shown)),
            Self::Refused(reason) => Part::Refused(reason),
        }
    }
}
