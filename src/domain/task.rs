//! Tasks: provisioning work, written in the transaction that caused it and done by a worker.
//!
//! ```text
//! InProgress ──done──► Success
//!     │  ▲ │
//!     │  │ └─by an administrator──► Cancelled ─┐
//!     │  └─ retryable failure, next attempt    │ retry
//!     └──final failure, or attempts used up──► Failed ──► InProgress
//! ```
//!
//! A task says what to look after, not what to do: whoever does it looks at the assignments and at
//! the account first, so that a task that comes late, or twice, does no harm.

use std::time::Duration;

use crate::base::{AccessConfigurationId, AccountId, TaskId, Timestamp};

use super::{Assignee, AssigneeKind, Grant, Target, TargetKind};

/// What a task does. The first four names are the OpenAPI's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskKind {
    /// Makes the configuration's objects in the account what they should be.
    ProvisionAccessConfiguration,
    /// Takes them away.
    DeprovisionAccessConfiguration,
    /// Provisions if needed, for an assignment just made.
    CreateAccessAssignment,
    /// Follows the removal of an assignment, and deprovisions if it was the last and that was asked.
    DeleteAccessAssignment,
    /// Compares an account with what it should have, and changes nothing.
    DetectDrift,
    /// Brings an account back to what it should have.
    RepairDrift,
    /// Brings the RAM user of a person in an account to what it should be, or takes it away.
    ProvisionUser,
    /// Sets the user SSO of an account, or gives the account its own back.
    SetUserSso,
}

impl TaskKind {
    /// Those that the vendor's API knows.
    pub const OPENAPI: [Self; 4] = [
        Self::ProvisionAccessConfiguration,
        Self::DeprovisionAccessConfiguration,
        Self::CreateAccessAssignment,
        Self::DeleteAccessAssignment,
    ];

    /// As the OpenAPI spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ProvisionAccessConfiguration => "ProvisionAccessConfiguration",
            Self::DeprovisionAccessConfiguration => "DeprovisionAccessConfiguration",
            Self::CreateAccessAssignment => "CreateAccessAssignment",
            Self::DeleteAccessAssignment => "DeleteAccessAssignment",
            Self::DetectDrift => "DetectDrift",
            Self::RepairDrift => "RepairDrift",
            Self::ProvisionUser => "ProvisionUser",
            Self::SetUserSso => "SetUserSso",
        }
    }

    /// Reads the OpenAPI's spelling.
    pub fn parse(text: &str) -> Option<Self> {
        let own = [Self::DetectDrift, Self::RepairDrift, Self::ProvisionUser, Self::SetUserSso];
        Self::OPENAPI.into_iter().chain(own).find(|kind| kind.as_str() == text)
    }
}

/// How a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskStatus {
    /// To be done, being done, or waiting for its next attempt.
    InProgress,
    /// Done.
    Success,
    /// Given up; the reason is recorded.
    Failed,
    /// Called off by an administrator before it was done.
    Cancelled,
}

impl TaskStatus {
    const ALL: [Self; 4] = [Self::InProgress, Self::Success, Self::Failed, Self::Cancelled];

    /// How it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InProgress => "InProgress",
            Self::Success => "Success",
            Self::Failed => "Failed",
            Self::Cancelled => "Cancelled",
        }
    }

    /// Reads what [`TaskStatus::as_str`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// As the OpenAPI spells it, which knows no cancelling: its clients wait for one of two ends.
    pub const fn as_openapi(self) -> &'static str {
        match self {
            Self::Cancelled => Self::Failed.as_str(),
            status => status.as_str(),
        }
    }
}

/// What becomes of the role when an assignment is removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeprovisionStrategy {
    /// It stays in the account.
    #[default]
    None,
    /// It is removed with the last assignment on the account.
    DeprovisionForLastAccessAssignmentOnAccount,
}

impl DeprovisionStrategy {
    /// As the OpenAPI spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "None",
            Self::DeprovisionForLastAccessAssignmentOnAccount => {
                "DeprovisionForLastAccessAssignmentOnAccount"
            }
        }
    }

    /// Reads the OpenAPI's spelling.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::None, Self::DeprovisionForLastAccessAssignmentOnAccount]
            .into_iter()
            .find(|strategy| strategy.as_str() == text)
    }
}

/// One piece of provisioning work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// The id.
    pub id: TaskId,
    /// What it does.
    pub kind: TaskKind,
    /// How it stands.
    pub status: TaskStatus,
    /// For which configuration; `None` where a whole account is looked after, or a person's RAM user.
    pub access_configuration_id: Option<AccessConfigurationId>,
    /// Where. A task on a folder has a part for each account below it, and ends with the last.
    pub target: Target,
    /// The task that this is a part of.
    pub parent_id: Option<TaskId>,
    /// For whose assignment, or whose RAM user.
    pub assignee: Option<Assignee>,
    /// What becomes of the role when an assignment is removed.
    pub strategy: DeprovisionStrategy,
    /// Attempts that failed so far.
    pub attempts: i64,
    /// Since when the present attempt is under way.
    pub started_at: Option<Timestamp>,
    /// Why the last attempt failed.
    pub failure_reason: Option<String>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

impl Task {
    /// After so many failed attempts a task is given up.
    pub const MAX_ATTEMPTS: i64 = 20;

    /// A task that has just been asked for.
    pub const fn new(id: TaskId, kind: TaskKind, target: Target, created_at: Timestamp) -> Self {
        Self {
            id,
            kind,
            status: TaskStatus::InProgress,
            access_configuration_id: None,
            target,
            parent_id: None,
            assignee: None,
            strategy: DeprovisionStrategy::None,
            attempts: 0,
            started_at: None,
            failure_reason: None,
            created_at,
            ended_at: None,
        }
    }

    /// The account that a worker works in; `None` where the parts of this task do the work.
    pub const fn account(&self) -> Option<&AccountId> {
        self.target.account()
    }

    /// The configuration and the account that it looks after, where it is about one of each.
    pub fn grant(&self) -> Option<Grant> {
        Some(Grant {
            account_id: self.account()?.clone(),
            access_configuration_id: self.access_configuration_id.clone()?,
        })
    }
}

/// Which tasks are meant: those that agree with everything that is said.
#[derive(Clone, Debug, Default)]
pub struct TaskFilter {
    /// Of these kinds; of any where none is named.
    pub kinds: Vec<TaskKind>,
    /// That stand like one of these; in any way where none is named.
    pub statuses: Vec<TaskStatus>,
    /// Of this configuration.
    pub access_configuration_id: Option<AccessConfigurationId>,
    /// On this target itself.
    pub target: Option<Target>,
    /// On this kind of target.
    pub target_kind: Option<TargetKind>,
    /// For this user's or group's assignment.
    pub assignee: Option<Assignee>,
    /// For an assignment to this kind of assignee.
    pub assignee_kind: Option<AssigneeKind>,
    /// Parts of this task.
    pub parent: Option<TaskId>,
    /// Asked for at this moment or later.
    pub since: Option<Timestamp>,
}

/// How far a set of tasks has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Done.
    pub done: i64,
    /// Being done at this moment.
    pub running: i64,
    /// Given up.
    pub failed: i64,
    /// Called off.
    pub cancelled: i64,
    /// Not begun, or waiting for the next attempt.
    pub remaining: i64,
}

/// How long to wait after the `attempts`-th failure: a share `jitter` (0–255) of a bound that
/// doubles from one second to five minutes, so that many tasks do not come back together.
pub fn retry_delay(attempts: i64, jitter: u8) -> Duration {
    let doublings = u32::try_from(attempts.clamp(1, 10) - 1).unwrap_or(0);
    let bound = Duration::from_secs(1 << doublings).min(Duration::from_secs(300));
    bound * (u32::from(jitter) + 1) / 256
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_to_five_minutes_and_jitter_is_full() {
        let longest: Vec<u64> = (1..=11).map(|attempts| retry_delay(attempts, 255).as_secs()).collect();
        assert_eq!(longest, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
        assert!(retry_delay(5, 0) < Duration::from_millis(100));
        assert_eq!(retry_delay(5, 127), Duration::from_secs(8));
    }

    #[test]
    fn spellings_survive() {
        for kind in TaskKind::OPENAPI.into_iter().chain([TaskKind::DetectDrift, TaskKind::RepairDrift]) {
            assert_eq!(TaskKind::parse(kind.as_str()), Some(kind));
        }
        for status in TaskStatus::ALL {
            assert_eq!(TaskStatus::parse(status.as_str()), Some(status));
        }
        assert_eq!(TaskStatus::parse("Done"), None);
        assert_eq!(DeprovisionStrategy::parse("None"), Some(DeprovisionStrategy::None));
        assert_eq!(DeprovisionStrategy::parse("none"), None);
    }

    #[test]
    fn a_client_that_waits_for_an_end_sees_one() {
        let ends =
            [TaskStatus::Success, TaskStatus::Failed, TaskStatus::Cancelled].map(TaskStatus::as_openapi);
        assert_eq!(ends, ["Success", "Failed", "Failed"]);
    }
}
