//! Access assignments: who holds which configuration on which account, or below which folder.

use std::fmt;

use crate::base::{AccessConfigurationId, AccountId, GroupId, Timestamp, UserId};

use super::{Target, TargetKind};

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

    /// Reads the OpenAPI's spelling.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::User, Self::Group].into_iter().find(|kind| kind.as_str() == text)
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

/// What identifies an assignment: what is assigned, where, to whom.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AssignmentKey {
    /// What is assigned.
    pub access_configuration_id: AccessConfigurationId,
    /// On which account, or below which folder.
    pub target: Target,
    /// To whom.
    pub assignee: Assignee,
}

/// An assignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// What identifies it.
    pub key: AssignmentKey,
    /// Since when.
    pub created_at: Timestamp,
}

/// A configuration on one account: what an assignment comes to where it reaches.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Grant {
    /// The account.
    pub account_id: AccountId,
    /// The configuration.
    pub access_configuration_id: AccessConfigurationId,
}

/// Which assignments are listed: those that agree with everything that is said.
#[derive(Clone, Debug, Default)]
pub struct AssignmentFilter {
    /// Of this configuration.
    pub access_configuration_id: Option<AccessConfigurationId>,
    /// On this target itself.
    pub target: Option<Target>,
    /// On this kind of target.
    pub target_kind: Option<TargetKind>,
    /// To this user or group itself.
    pub assignee: Option<Assignee>,
    /// To this kind of assignee.
    pub assignee_kind: Option<AssigneeKind>,
}
