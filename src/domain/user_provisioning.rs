//! User provisionings: for services that a role cannot use, an account keeps a RAM user of a person's
//! name, or one for each member of a group.
//!
//! A provisioning counts the moment it is written, and stops counting the moment its deletion is asked
//! for. What follows in the account is done for each person by itself, and told by events.

use crate::base::{AccountId, DirectoryId, Timestamp, UserId, UserProvisioningEventId, UserProvisioningId};

use super::{Assignee, AssigneeKind, CloudSite, Error, Status, text};

/// What is done when the account has a RAM user of that name already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
pub enum DuplicationStrategy {
    /// Both are kept: ours gets the name with `_sso` behind it.
    KeepBoth,
    /// The RAM user becomes ours; its own ways in are closed.
    TakeOver,
}

impl DuplicationStrategy {
    /// As the OpenAPI spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::KeepBoth => "KeepBoth",
            Self::TakeOver => "TakeOver",
        }
    }

    /// Reads the OpenAPI's spelling.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::KeepBoth, Self::TakeOver].into_iter().find(|strategy| strategy.as_str() == text)
    }
}

/// What becomes of a RAM user that nothing provisions any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
pub enum DeletionStrategy {
    /// It is deleted, with its permissions and access keys.
    Delete,
    /// It stays with its permissions, as the account's own; its access keys are set inactive.
    Keep,
}

impl DeletionStrategy {
    /// As the OpenAPI spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delete => "Delete",
            Self::Keep => "Keep",
        }
    }

    /// Reads the OpenAPI's spelling.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Delete, Self::Keep].into_iter().find(|strategy| strategy.as_str() == text)
    }
}

/// The RAM users of a person, or of a group's members, in one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserProvisioning {
    /// The id.
    pub id: UserProvisioningId,
    /// In which account.
    pub account_id: AccountId,
    /// For whom.
    pub assignee: Assignee,
    /// What is said of it, and what it does.
    pub terms: UserProvisioningTerms,
    /// [`Status::Disabled`] while it is being deleted: it reaches nobody any more, and goes with its
    /// last event.
    pub status: Status,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When its terms were last changed.
    pub updated_at: Timestamp,
}

/// What can be changed of a user provisioning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserProvisioningTerms {
    /// Up to 1,024 characters.
    pub description: String,
    /// Where the name is taken.
    pub duplication: DuplicationStrategy,
    /// When it ends.
    pub deletion: DeletionStrategy,
}

impl UserProvisioningTerms {
    /// Checks every field.
    ///
    /// # Errors
    /// [`Error`] on `Description`.
    pub fn check(&self) -> Result<(), Error> {
        text::check("Description", &self.description, 1024)
    }
}

/// What to change in a user provisioning; `None` leaves it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserProvisioningChanges {
    /// Up to 1,024 characters.
    pub description: Option<String>,
    /// For persons who are provisioned from now on.
    pub duplication: Option<DuplicationStrategy>,
    /// For persons who leave from now on.
    pub deletion: Option<DeletionStrategy>,
}

impl UserProvisioningChanges {
    /// Changes what it says.
    ///
    /// # Errors
    /// [`Error`] on `NewDescription`; then nothing is changed.
    pub fn apply(self, terms: &mut UserProvisioningTerms) -> Result<(), Error> {
        if let Some(description) = self.description {
            text::check("NewDescription", &description, 1024)?;
            terms.description = description;
        }
        terms.duplication = self.duplication.unwrap_or(terms.duplication);
        terms.deletion = self.deletion.unwrap_or(terms.deletion);
        Ok(())
    }
}

/// Which user provisionings are meant: those that agree with everything that is said.
#[derive(Clone, Debug, Default)]
pub struct UserProvisioningFilter {
    /// In this account.
    pub account_id: Option<AccountId>,
    /// For this user or group itself.
    pub assignee: Option<Assignee>,
    /// For this kind of assignee.
    pub assignee_kind: Option<AssigneeKind>,
}

/// What an event follows from. The names are the OpenAPI's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventSource {
    /// The provisioning was created.
    StartProvisioning,
    /// Its deletion was asked for.
    DeleteProvisioning,
    /// Somebody joined its group.
    AddUserToGroup,
    /// Somebody left its group.
    RemoveUserFromGroup,
    /// Its deletion was asked for while another event of the same person was open: whatever that one
    /// left in the account is cleared away.
    UserProvisioningDeletionClearing,
}

impl EventSource {
    const ALL: [Self; 5] = [
        Self::StartProvisioning,
        Self::DeleteProvisioning,
        Self::AddUserToGroup,
        Self::RemoveUserFromGroup,
        Self::UserProvisioningDeletionClearing,
    ];

    /// As the OpenAPI spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::StartProvisioning => "StartProvisioning",
            Self::DeleteProvisioning => "DeleteProvisioning",
            Self::AddUserToGroup => "AddUserToGroup",
            Self::RemoveUserFromGroup => "RemoveUserFromGroup",
            Self::UserProvisioningDeletionClearing => "UserProvisioningDeletionClearing",
        }
    }

    /// Reads the OpenAPI's spelling.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.as_str() == text)
    }
}

/// What a user provisioning still has to do for one person, or failed to do. It is gone when it is done;
/// the audit log keeps it. There is at most one for a person of a provisioning: the latest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserProvisioningEvent {
    /// The id.
    pub id: UserProvisioningEventId,
    /// Of which provisioning.
    pub user_provisioning_id: UserProvisioningId,
    /// In which account.
    pub account_id: AccountId,
    /// For whom: the user themselves, or the member of the group.
    pub user_id: UserId,
    /// What it follows from.
    pub source: EventSource,
    /// Where the name is taken.
    pub duplication: DuplicationStrategy,
    /// What becomes of the RAM user.
    pub deletion: DeletionStrategy,
    /// Attempts that failed.
    pub error_count: i64,
    /// Why the last one failed; empty when none did.
    pub error: String,
    /// When it was last tried.
    pub tried_at: Option<Timestamp>,
    /// When it came about.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// How many events have failed, and when one was last tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UserProvisioningStatistics {
    /// Events whose last attempt failed.
    pub failed_events: i64,
    /// When the account was last worked on for it.
    pub tried_at: Option<Timestamp>,
}

/// How RAM users enter the console, one for each directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserProvisioningConfiguration {
    /// How long a console session lasts at most: 1–24 h.
    pub session_hours: u32,
    /// The page that it begins on, one of the console's.
    pub landing_page: String,
    /// When the directory was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl UserProvisioningConfiguration {
    /// What holds until somebody says otherwise.
    pub const DEFAULT_SESSION_HOURS: u32 = 6;

    /// What a directory of this age begins with.
    pub fn usual(site: &CloudSite, created_at: Timestamp) -> Self {
        Self {
            session_hours: Self::DEFAULT_SESSION_HOURS,
            landing_page: site.console_url.clone(),
            created_at,
            updated_at: created_at,
        }
    }

    /// Checks every field.
    ///
    /// # Errors
    /// [`Error`] on `NewSessionDuration` or `NewDefaultLandingPage`.
    pub fn check(&self, site: &CloudSite) -> Result<(), Error> {
        if !(1..=24).contains(&self.session_hours) {
            return Err(Error::invalid("NewSessionDuration", "must be 1 to 24 hours"));
        }
        let is_page = !self.landing_page.is_empty() && site.check_relay_state(&self.landing_page).is_ok();
        if is_page {
            return Ok(());
        }
        Err(Error::invalid("NewDefaultLandingPage", "must be the address of a page of the console"))
    }
}

/// What marks a RAM user as kept by `directory` for this person: the comment that it carries.
pub fn ram_user_mark(directory: &DirectoryId, user: &UserId) -> String {
    format!("Kept by CloudSSO, directory {directory}, for {user}")
}

/// The person for whom `directory` keeps the RAM user with this comment; `None` where it does not.
pub fn ram_user_marked(directory: &DirectoryId, comments: &str) -> Option<UserId> {
    let person = comments.rsplit_once(' ').and_then(|(_, id)| UserId::parse(id))?;
    (ram_user_mark(directory, &person) == comments).then_some(person)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_survive() {
        for source in EventSource::ALL {
            assert_eq!(EventSource::parse(source.as_str()), Some(source));
        }
        for strategy in [DuplicationStrategy::KeepBoth, DuplicationStrategy::TakeOver] {
            assert_eq!(DuplicationStrategy::parse(strategy.as_str()), Some(strategy));
        }
        for strategy in [DeletionStrategy::Delete, DeletionStrategy::Keep] {
            assert_eq!(DeletionStrategy::parse(strategy.as_str()), Some(strategy));
        }
        assert_eq!(DeletionStrategy::parse("keep"), None);
        assert_eq!(DuplicationStrategy::parse(""), None);
    }

    #[test]
    fn the_longest_mark_fits_a_comment() {
        let (directory, user) = (format!("d-{}", "a".repeat(24)), format!("u-{}", "b".repeat(24)));
        let mark = ram_user_mark(&DirectoryId::parse(&directory).unwrap(), &UserId::parse(&user).unwrap());
        assert!(mark.len() <= 128, "{}", mark.len());
        let read =
            |directory: &str, mark: &str| ram_user_marked(&DirectoryId::parse(directory).unwrap(), mark);
        assert_eq!(read(&directory, &mark).map(|id| id.to_string()), Some(user));
        assert_eq!(read("d-other", &mark), None);
        assert_eq!(read(&directory, &format!("Formerly: {mark}")), None);
    }
}
