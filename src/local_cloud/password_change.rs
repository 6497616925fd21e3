//! Passwords that are tried and replaced: attempts that count, and what a new password is measured by.

use diesel::SqliteConnection;

use crate::base::{Secret, Timestamp};

use super::cloud::Cloud;
use super::password::{self, LOCK};
use super::refusal::{Flaw, Refusal};
use super::setting::{self, PasswordPolicy};
use super::store::login_profile::{self, LoginProfileRow};
use super::store::user::UserRow;

/// What a new password is measured by.
pub(crate) struct Past {
    user_name: String,
    pub(crate) policy: PasswordPolicy,
    /// The hashes of those that may not come back.
    passwords: Vec<String>,
}

impl Past {
    pub(crate) fn of(connection: &mut SqliteConnection, user: UserRow) -> Result<Self, Refusal> {
        let policy: PasswordPolicy = setting::read(connection, &user.account_id)?;
        let passwords = login_profile::remembered(connection, &user.id, policy.password_reuse_prevention)?;
        Ok(Self { user_name: user.name, policy, passwords })
    }

    /// Of a user of this name, who had no password yet.
    pub(crate) fn none(user_name: &str, policy: PasswordPolicy) -> Self {
        Self { user_name: user_name.to_owned(), policy, passwords: Vec::new() }
    }

    /// Refuses a password that was given as `parameter`, without the work of a hash.
    pub(crate) fn check(&self, parameter: &'static str, password: &Secret) -> Result<(), Refusal> {
        password::check(&self.policy, parameter, password.expose(), &self.user_name)
    }

    /// The hash of a password that was given as `parameter`, if the policy admits it. It takes long: no
    /// transaction is open meanwhile.
    pub(crate) fn hash(
        &self,
        cloud: &Cloud,
        parameter: &'static str,
        password: &Secret,
    ) -> Result<String, Refusal> {
        self.check(parameter, password)?;
        for earlier in &self.passwords {
            if cloud.passwords.verify(password, Some(earlier))? {
                let rule = format!("none of the last {}", self.policy.password_reuse_prevention);
                return Err(Refusal::parameter(parameter, Flaw::Value, rule));
            }
        }
        Ok(cloud.passwords.hash(&cloud.random, password)?)
    }
}

/// Counts an attempt that is about to be made; refused where too many of the last hour were wrong. The
/// caller stores the row.
pub(crate) fn count_attempt(
    policy: &PasswordPolicy,
    row: &mut LoginProfileRow,
    now: Timestamp,
) -> Result<(), Refusal> {
    count(policy.max_login_attemps, (&mut row.failed_attempts, &mut row.first_failed_at), now)
}

/// As [`count_attempt`], for whoever has these two numbers and may be wrong `limit` times, 0 for any number.
pub(crate) fn count(
    limit: i64,
    (failed, first_failed_at): (&mut i64, &mut i64),
    now: Timestamp,
) -> Result<(), Refusal> {
    let since = now.since(Timestamp::from_millis(*first_failed_at));
    if *failed == 0 || since >= LOCK {
        *failed = 0;
        *first_failed_at = now.millis();
    }
    if limit > 0 && *failed >= limit {
        let of = "wrong passwords within an hour";
        return Err(Refusal::Limit { code: "LimitExceeded.User.LoginAttempt", limit, of });
    }
    *failed += 1;
    if *failed == limit {
        // The hour of the lock begins with the attempt that used the last one up.
        *first_failed_at = now.millis();
    }
    Ok(())
}

/// Puts another password into a profile, which the caller stores.
pub(crate) fn replace(
    connection: &mut SqliteConnection,
    row: &mut LoginProfileRow,
    hash: Option<String>,
    now: Timestamp,
) -> Result<(), Refusal> {
    row.password_hash = hash;
    row.password_set_at = now.millis();
    row.failed_attempts = 0;
    remember(connection, row)
}

/// Remembers the password of a profile, so that it does not come back.
pub(crate) fn remember(connection: &mut SqliteConnection, row: &LoginProfileRow) -> Result<(), Refusal> {
    match &row.password_hash {
        Some(hash) => Ok(login_profile::remember(connection, &row.user_id, hash, row.password_set_at)?),
        None => Ok(()),
    }
}
