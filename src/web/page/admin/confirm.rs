use askama::Template;

use super::{Frame, Head, Room, Tab};

/// What is to be confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// People are signed in again.
    Enable,
    /// Nobody is signed in any more.
    Disable,
    /// The application goes, with its assignments.
    Delete,
}

impl Deed {
    /// As addresses have it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enable => "enable",
            Self::Disable => "disable",
            Self::Delete => "delete",
        }
    }

    /// Reads that.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Enable, Self::Disable, Self::Delete].into_iter().find(|deed| deed.as_str() == text)
    }

    /// As a button says it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Enable => "Enable",
            Self::Disable => "Disable",
            Self::Delete => "Delete",
        }
    }
}

/// Asks once more before something is done to an application.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/confirm.html")]
pub struct Confirm<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// What stands above it.
    pub head: Head<'a>,
    /// What is to be done.
    pub deed: Deed,
    /// How many it is assigned to.
    pub assigned: usize,
}
