//! A policy document as values that were checked once.

use super::condition::Condition;
use super::pattern::Pattern;

/// Where a document is used, which decides its limit and whom it may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The inline policy of an access configuration: at most 4,096 characters.
    Inline,
    /// A custom policy of an account: at most 6,144 characters.
    Custom,
    /// The session policy of an assumed role: at most 2,048 characters.
    Session,
    /// A system or control policy; written by the provider, without a limit here.
    System,
    /// The trust policy of a role: names principals and no resource; at most 4,096 characters.
    Trust,
}

impl Kind {
    pub(super) const fn limit(self) -> Option<usize> {
        match self {
            Self::Inline | Self::Trust => Some(4_096),
            Self::Custom => Some(6_144),
            Self::Session => Some(2_048),
            Self::System => None,
        }
    }
}

/// A policy document of version 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    pub(super) statements: Vec<Statement>,
}

/// What a statement does with what it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Permits it.
    Allow,
    /// Forbids it, whatever else permits it.
    Deny,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Statement {
    pub(super) effect: Effect,
    pub(super) action: Selection,
    /// Absent in trust policies.
    pub(super) resource: Option<Selection>,
    /// Empty but in trust policies.
    pub(super) principals: Vec<TrustedPrincipal>,
    pub(super) conditions: Vec<Condition>,
}

/// A list of patterns, or everything but that list.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Selection {
    pub(super) is_inverted: bool,
    pub(super) patterns: Vec<Pattern>,
}

/// Whom a trust policy names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TrustedPrincipal {
    /// Every identity of an account: `acs:ram::<account>:root`.
    Account(String),
    /// One user, role or role session, by ARN.
    Identity(String),
    /// A cloud service, such as `ecs.aliyuncs.com`.
    Service(String),
    /// An identity provider, by ARN.
    Federated(String),
}
