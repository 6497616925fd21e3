//! Logouts that lead a browser from application to application (saml-profiles-2.0-os §4.4), and what came of each.

use std::time::Duration;

use crate::base::{ApplicationId, ApplicationSessionId, SingleLogoutId, Timestamp, UserId};

/// What came of telling an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LogoutOutcome {
    /// It was not told yet.
    Waiting,
    /// It was told and has not answered.
    Told,
    /// It ended the session.
    Done,
    /// It ended the session, but not all that depended on it.
    Partial,
    /// It refused, or could not be reached.
    Failed,
    /// It takes no logout: its session goes on until its time is up.
    Unable,
}

impl LogoutOutcome {
    /// Every outcome.
    pub const ALL: [Self; 6] =
        [Self::Waiting, Self::Told, Self::Done, Self::Partial, Self::Failed, Self::Unable];

    /// How it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "Waiting",
            Self::Told => "Told",
            Self::Done => "Done",
            Self::Partial => "Partial",
            Self::Failed => "Failed",
            Self::Unable => "Unable",
        }
    }

    /// Reads what [`LogoutOutcome::as_str`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == text)
    }

    /// Whether the session there is known to be over.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Done)
    }
}

/// Who asked for a logout, where it was an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogoutInitiator {
    /// Which.
    pub application_id: ApplicationId,
    /// The ID of its request, which the answer names.
    pub request_id: String,
    /// What it wants back.
    pub relay_state: String,
    /// How it is answered; `None` where it wants no answer.
    pub answer_by: Option<LogoutAnswer>,
}

/// How an application is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogoutAnswer {
    /// In an address.
    Redirect,
    /// In a form.
    Post,
}

impl LogoutAnswer {
    /// How it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Redirect => "Redirect",
            Self::Post => "Post",
        }
    }

    /// Reads what [`LogoutAnswer::as_str`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Redirect, Self::Post].into_iter().find(|answer| answer.as_str() == text)
    }
}

/// A logout that is under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SingleLogout {
    /// The id.
    pub id: SingleLogoutId,
    /// Whose.
    pub user_id: UserId,
    /// Who asked for it; `None` for the person.
    pub initiator: Option<LogoutInitiator>,
    /// When it is forgotten.
    pub expires_at: Timestamp,
}

impl SingleLogout {
    /// How long a logout is remembered.
    pub const KEPT: Duration = Duration::from_secs(3600);

    /// Whether all that took part are known to be over: what the one who asked is told.
    pub fn is_whole(participants: &[LogoutParticipant]) -> bool {
        participants.iter().all(|participant| participant.outcome.is_over())
    }
}

/// An application that takes part in a logout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogoutParticipant {
    /// The session there; also its `SessionIndex`.
    pub session_id: ApplicationSessionId,
    /// Which application.
    pub application_id: ApplicationId,
    /// The format of the person's name there, as a URI; empty where they have none.
    pub name_id_format: String,
    /// The person's name there; empty where they have none.
    pub name_id: String,
    /// What came of it.
    pub outcome: LogoutOutcome,
    /// The ID of what it was sent.
    pub message_id: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_survive() {
        for outcome in LogoutOutcome::ALL {
            assert_eq!(LogoutOutcome::parse(outcome.as_str()), Some(outcome));
            assert_eq!(outcome.is_over(), outcome == LogoutOutcome::Done);
        }
        for answer in [LogoutAnswer::Redirect, LogoutAnswer::Post] {
            assert_eq!(LogoutAnswer::parse(answer.as_str()), Some(answer));
        }
        assert_eq!(LogoutOutcome::parse("done"), None);
    }
}
