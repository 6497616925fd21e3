//! Access assignments: who holds which configuration on which account.

use std::fmt;

use crate::base::{AccessConfigurationId, AccountId, GroupId, Timestamp, UserId};

/// To whom something is assigned.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Assignee {
    /// One user.
    User(UserId),
    /// Every member of a group, now and later.
    Group(GroupId),
}

/// `PrincipalType` of the OpenAPI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssigneeKind {
    /// A user.
    User,
    /// A group.
    Group,
}

impl AssigneeKind {
    /// As the OpenAPI spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Group => "Group",
        }
    }
}

impl Assignee {
    /// Reads either kind by its prefix.
    pub fn parse(text: &str) -> Option<Self> {
        UserId::parse(text).map(Self::User).or_else(|| GroupId::parse(text).map(Self::Group))
    }

    /// Which kind it is.
    pub const fn kind(&self) -> AssigneeKind {
        match self {
            Self::User(_) => AssigneeKind::User,
            Self::Group(_) => AssigneeKind::Group,
        }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        match self {
            Self::User(id) => id.as_str(),
            Self::Group(id) => id.as_str(),
        }
    }
}

impl fmt::Display for Assignee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One assignment. The three parts together are its identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// What is assigned.
    pub access_configuration_id: AccessConfigurationId,
    /// On which account.
    pub account_id: AccountId,
    /// To whom.
    pub assignee: Assignee,
    /// Since when.
    pub created_at: Timestamp,
}
