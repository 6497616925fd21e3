//! Tasks: provisioning work, written in the transaction that caused it and done by a worker.
//!
//! ```text
//! InProgress ──done──► Success
//!     │  ▲
//!     │  └─ retryable failure, next attempt later
//!     └──final failure, or attempts used up──► Failed
//! ```

use std::time::Duration;

use crate::base::{AccessConfigurationId, AccountId, TaskId, Timestamp};

use super::Assignee;

/// What a task does. Names are the OpenAPI's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskKind {
    /// Makes the configuration's objects in the account.
    ProvisionAccessConfiguration,
    /// Provisions if needed, for an assignment just made.
    CreateAccessAssignment,
    /// Follows the removal of an assignment; the role stays in the account.
    DeleteAccessAssignment,
}

impl TaskKind {
    const ALL: [Self; 3] =
        [Self::ProvisionAccessConfiguration, Self::CreateAccessAssignment, Self::DeleteAccessAssignment];

    /// As the OpenAPI spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ProvisionAccessConfiguration => "ProvisionAccessConfiguration",
            Self::CreateAccessAssignment => "CreateAccessAssignment",
            Self::DeleteAccessAssignment => "DeleteAccessAssignment",
        }
    }

    /// Reads the OpenAPI's spelling.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
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
}

impl TaskStatus {
    /// As the OpenAPI spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InProgress => "InProgress",
            Self::Success => "Success",
            Self::Failed => "Failed",
        }
    }

    /// Reads the OpenAPI's spelling.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::InProgress, Self::Success, Self::Failed].into_iter().find(|status| status.as_str() == text)
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
    /// For which configuration.
    pub access_configuration_id: AccessConfigurationId,
    /// In which account.
    pub account_id: AccountId,
    /// For whose assignment.
    pub assignee: Option<Assignee>,
    /// Attempts that failed so far.
    pub attempts: i64,
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
        for kind in TaskKind::ALL {
            assert_eq!(TaskKind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(TaskStatus::parse("Done"), None);
    }
}
