//! The directory, the service it belongs to, and their quotas.

use crate::base::{DirectoryId, DirectoryName, Timestamp};

use super::{Error, Kind, Status};

/// Where the directory is kept, as answers and resource names say it. The vendor's clients need a region;
/// an installation is in one place.
pub const REGION: &str = "cn-shanghai";

/// How much one directory holds: what an installation can choose, and what is the same in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quotas {
    /// Users.
    pub users: i64,
    /// Groups.
    pub groups: i64,
}

impl Default for Quotas {
    /// The vendor's.
    fn default() -> Self {
        Self { users: Self::USERS, groups: Self::GROUPS }
    }
}

impl Quotas {
    /// Users, where nothing else was chosen.
    pub const USERS: i64 = 100_000;
    /// Groups, where nothing else was chosen.
    pub const GROUPS: i64 = 5_000;
    /// Access configurations.
    pub const ACCESS_CONFIGURATIONS: i64 = 1_000;
    /// Inline policies of one access configuration.
    pub const INLINE_POLICIES: i64 = 1;

    /// Refuses one more when there are `count` of at most `quota`.
    ///
    /// # Errors
    /// [`Error`] with this code, naming the quota.
    pub fn check(count: i64, quota: i64, code: &'static str) -> Result<(), Error> {
        let full = || Error::new(Kind::Limit, code, format!("the quota of {quota} is used up"));
        if count < quota { Ok(()) } else { Err(full()) }
    }
}

/// A directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryRecord {
    /// The id.
    pub id: DirectoryId,
    /// The name.
    pub name: DirectoryName,
    /// Whether SCIM is served.
    pub scim_synchronization: Status,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// What a directory holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each name says what is counted")]
pub struct DirectoryCounts {
    pub users: i64,
    pub groups: i64,
    pub access_configurations: i64,
    pub access_assignments: i64,
    pub tasks_in_progress: i64,
    pub scim_credentials: i64,
}

impl DirectoryCounts {
    /// Refuses to delete a directory that holds something.
    ///
    /// # Errors
    /// [`Error`] that names the first kind of thing found.
    pub fn check_empty(&self) -> Result<(), Error> {
        let held = [
            (self.access_assignments, "DeletionConflict.Directory.AccessAssignment", "access assignments"),
            (self.tasks_in_progress, "DeletionConflict.Directory.Task", "tasks in progress"),
            (
                self.access_configurations,
                "DeletionConflict.Directory.AccessConfiguration",
                "access configurations",
            ),
            (self.groups, "DeletionConflict.Directory.Group", "groups"),
            (self.users, "DeletionConflict.Directory.User", "users"),
            (self.scim_credentials, "DeletionConflict.Directory.SCIMServerCredential", "SCIM credentials"),
        ];
        match held.into_iter().find(|(count, _, _)| *count > 0) {
            None => Ok(()),
            Some((count, code, what)) => {
                let message = format!("the directory still has {count} {what}; delete them first");
                Err(Error::new(Kind::Conflict, code, message))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_admits_its_number_and_no_more() {
        assert_eq!(Quotas::check(4_999, Quotas::GROUPS, "LimitExceeded.Group"), Ok(()));
        let refused = Quotas::check(5_000, Quotas::GROUPS, "LimitExceeded.Group").unwrap_err();
        assert_eq!((refused.kind, refused.code.as_ref()), (Kind::Limit, "LimitExceeded.Group"));
    }

    #[test]
    fn a_directory_that_holds_something_says_what() {
        assert_eq!(DirectoryCounts::default().check_empty(), Ok(()));
        let held = DirectoryCounts { groups: 1, users: 2, ..DirectoryCounts::default() };
        assert_eq!(held.check_empty().unwrap_err().code, "DeletionConflict.Directory.Group");
    }
}
