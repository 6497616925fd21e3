//! Where something is assigned or provisioned: one account, or every account below a folder.

use std::fmt;

use crate::base::{AccountId, FolderId};

/// A target. An id tells by its form which kind it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// One account.
    Account(AccountId),
    /// Every account below a folder, now and later. The root folder is the whole directory.
    Folder(FolderId),
}

/// `TargetType` of the OpenAPI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetKind {
    /// An account of the resource directory.
    Account,
    /// A folder of it; an addition to the vendor's API.
    Folder,
}

impl TargetKind {
    /// As the OpenAPI spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Account => "RD-Account",
            Self::Folder => "RD-Folder",
        }
    }

    /// Reads the OpenAPI's spelling.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Account, Self::Folder].into_iter().find(|kind| kind.as_str() == text)
    }
}

impl Target {
    /// Reads the id of either kind.
    pub fn parse(text: &str) -> Option<Self> {
        AccountId::parse(text).map(Self::Account).or_else(|| FolderId::parse(text).map(Self::Folder))
    }

    /// Which kind it is.
    pub const fn kind(&self) -> TargetKind {
        match self {
            Self::Account(_) => TargetKind::Account,
            Self::Folder(_) => TargetKind::Folder,
        }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Account(id) => id.as_str(),
            Self::Folder(id) => id.as_str(),
        }
    }

    /// The account, where it is one.
    pub const fn account(&self) -> Option<&AccountId> {
        match self {
            Self::Account(id) => Some(id),
            Self::Folder(_) => None,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_tells_its_kind() {
        let kind = |text: &str| Target::parse(text).map(|target| target.kind().as_str());
        assert_eq!(kind("1234567890123456"), Some("RD-Account"));
        assert_eq!(kind("fd-abc123"), Some("RD-Folder"));
        assert_eq!(kind("r-abc123"), Some("RD-Folder"));
        assert_eq!(kind("u-abc123"), None);
        assert_eq!(TargetKind::parse("RD-Folder"), Some(TargetKind::Folder));
        assert_eq!(TargetKind::parse("rd-folder"), None);
    }
}
