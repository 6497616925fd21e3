//! Sessions in the accounts' consoles that we opened: whose, where, as whom, since and until when.
//!
//! Whether the browser made use of the assertion we are not told; a session counts from its issue.

use std::time::Duration;

use crate::base::{AccessConfigurationId, AccountId, ConsoleSessionId, Timestamp, UserId};

use super::AuthenticationMethod;

/// As whom somebody entered an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConsoleIdentity {
    /// As the role of this configuration.
    Role(AccessConfigurationId),
    /// As the RAM user that is kept for them.
    RamUser,
}

/// Why a session was ended before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndReason {
    /// By the person.
    Person,
    /// By an administrator.
    Administrator,
    /// The person may not sign in any more.
    Disabled,
    /// What they entered by was taken from them.
    AccessRemoved,
}

impl EndReason {
    const ALL: [Self; 4] = [Self::Person, Self::Administrator, Self::Disabled, Self::AccessRemoved];

    /// How it is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "Person",
            Self::Administrator => "Administrator",
            Self::Disabled => "Disabled",
            Self::AccessRemoved => "AccessRemoved",
        }
    }

    /// Reads what [`EndReason::as_str`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }
}

/// A session in an account's console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsoleSession {
    /// The id; the `SessionIndex` of its assertion.
    pub id: ConsoleSessionId,
    /// Whose.
    pub user_id: UserId,
    /// Where.
    pub account_id: AccountId,
    /// As whom.
    pub identity: ConsoleIdentity,
    /// How the console calls them: the role's name, or `<RAM user>@<domain>`.
    pub identity_name: String,
    /// The `NameID` of its assertion.
    pub name_id: String,
    /// How the person had proved who they are.
    pub method: AuthenticationMethod,
    /// The address that they came from.
    pub source_address: String,
    /// What their browser calls itself.
    pub user_agent: String,
    /// Since when.
    pub started_at: Timestamp,
    /// Until when, at the latest.
    pub expires_at: Timestamp,
    /// When and why it was ended before that.
    pub ended: Option<(Timestamp, EndReason)>,
    /// Whether the cloud has still to be told of its end.
    pub is_logout_due: bool,
    /// How often telling failed.
    pub logout_attempts: i64,
    /// Why telling failed the last time; empty when it did not.
    pub logout_error: String,
}

impl ConsoleSession {
    /// Sessions that are over are forgotten after this long; the audit log keeps them.
    pub const KEPT: Duration = Duration::from_secs(24 * 3600);

    /// Whether it is still good at `now`.
    pub fn is_alive(&self, now: Timestamp) -> bool {
        self.ended.is_none() && now < self.expires_at
    }
}

/// Which sessions are meant: those that agree with everything that is said.
#[derive(Clone, Debug, Default)]
pub struct ConsoleSessionFilter {
    /// Of this person.
    pub user_id: Option<UserId>,
    /// In this account.
    pub account_id: Option<AccountId>,
    /// As this identity.
    pub identity: Option<ConsoleIdentity>,
    /// Good at this moment.
    pub alive_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_survive() {
        for reason in EndReason::ALL {
            assert_eq!(EndReason::parse(reason.as_str()), Some(reason));
        }
        assert_eq!(EndReason::parse("person"), None);
    }
}
