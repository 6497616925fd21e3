//! The first page: a logon name and a password.
//!
//! Whoever it is and whatever is wrong, one attempt is counted first, one password is verified, and one
//! sentence is the answer.

use std::net::IpAddr;

use diesel::SqliteConnection;

use crate::base::{Secret, Timestamp, fold};
use crate::local_cloud::cloud::Cloud;
use crate::local_cloud::logon_name::{account_of_domain, default_domain, principal_name};
use crate::local_cloud::password::{self, Age};
use crate::local_cloud::password_change::count_attempt;
use crate::local_cloud::refusal::Refusal;
use crate::local_cloud::setting::{self, PasswordPolicy, SecurityPreference};
use crate::local_cloud::store::account;
use crate::local_cloud::store::login_profile::{self, LoginProfileRow};
use crate::local_cloud::store::user::{self, UserRow};
use crate::local_cloud::{network_mask, rules};

use super::super::browser::Browser;
use super::super::form::field;
use super::super::opening::Opened;
use super::stage::{self, Entrant, Stage, Step};

/// What an attempt leads to.
pub(super) enum Attempt {
    Opened(Opened),
    /// The password was right, and something else must come: the token of the sign-in.
    UnderWay(Secret, Stage),
    /// The reason is for the log alone.
    Refused(&'static str),
    /// A user that CloudSSO keeps, by its logon name: it has no password.
    Provisioned(String),
}

/// What was found under a logon name.
enum Found {
    Nobody(&'static str),
    Provisioned(String),
    /// Somebody with a login profile; and why they may not come in all the same, if they may not.
    Somebody(Box<(UserRow, LoginProfileRow)>, Option<&'static str>),
}

/// Signs in by the fields `username` and `password` of the form `body`, sent from `source` by a
/// `browser` that may have consoles open.
pub(super) fn attempt(
    cloud: &Cloud,
    body: &[u8],
    source: Option<IpAddr>,
    browser: Option<&Browser>,
) -> Result<Attempt, Refusal> {
    let username = field(body, "username").unwrap_or_default();
    let password = Secret::new(field(body, "password").unwrap_or_default());
    let now = cloud.now();
    // Not flushed to the disk, since the time that takes would tell who is known here.
    let found = cloud.store.note(|connection| find(connection, username.trim(), source, now))?;
    let (known, obstacle) = match found {
        Found::Provisioned(logon_name) => return Ok(Attempt::Provisioned(logon_name)),
        Found::Nobody(reason) => (None, Some(reason)),
        Found::Somebody(known, obstacle) => (Some(known), obstacle),
    };
    let stored = known.as_ref().and_then(|known| known.1.password_hash.as_deref());
    let is_right = cloud.passwords.verify(&password, stored)?;
    if let Some(reason) = obstacle {
        return Ok(Attempt::Refused(reason));
    }
    let Some(known) = known.filter(|_| is_right) else { return Ok(Attempt::Refused("wrong password")) };
    let (user, profile) = *known;
    let password_hash = profile.password_hash.unwrap_or_default();
    let entrant = Entrant::new(cloud, browser, now)?;
    let step = cloud.store.write(|connection| {
        let policy: PasswordPolicy = setting::read(connection, &user.account_id)?;
        let profile = login_profile::find(connection, &user.id)?;
        let is_current = |profile: &LoginProfileRow| {
            profile.status == "Active" && profile.password_hash.as_ref() == Some(&password_hash)
        };
        let Some(profile) = profile.filter(is_current) else { return Ok(None) };
        let next = match password::age(&policy, &profile, now) {
            Age::Expired => return Ok(None),
            Age::MustChange => Some(Stage::NewPassword),
            Age::Good => stage::after_password(connection, &user, &profile)?,
        };
        entrant.begin(cloud, connection, (&user, profile), next).map(Some)
    })?;
    Ok(match step {
        None => Attempt::Refused("the login profile was changed meanwhile"),
        Some(Step::Next(stage)) => Attempt::UnderWay(entrant.into_token(), stage),
        Some(Step::Opened(opened)) => Attempt::Opened(opened),
    })
}

/// Finds who is meant, and counts the attempt.
fn find(
    connection: &mut SqliteConnection,
    username: &str,
    source: Option<IpAddr>,
    now: Timestamp,
) -> Result<Found, Refusal> {
    let Some((name, domain)) = username.split_once('@') else { return Ok(Found::Nobody("no domain")) };
    if rules::USER_NAME.check("username", name).is_err() {
        return Ok(Found::Nobody("no user's name"));
    }
    let Some(account) = account_of_domain(connection, domain)? else {
        return Ok(Found::Nobody("no account's domain"));
    };
    if account::find(connection, account.as_str())?.is_none_or(|row| row.is_deleted()) {
        return Ok(Found::Nobody("no such account"));
    }
    let Some(user) = user::find(connection, account.as_str(), &fold(name))? else {
        return Ok(Found::Nobody("no such user"));
    };
    if user.provision_type == rules::PROVISIONED {
        let domain = default_domain(connection, &account)?;
        return Ok(Found::Provisioned(principal_name(&domain, &user)));
    }
    let Some(mut profile) = login_profile::find(connection, &user.id)? else {
        return Ok(Found::Nobody("no login profile"));
    };
    let policy: PasswordPolicy = setting::read(connection, account.as_str())?;
    let preference: SecurityPreference = setting::read(connection, account.as_str())?;
    let obstacle = if profile.status != "Active" {
        Some("the login profile is inactive")
    } else if !network_mask::admit(&preference.login_network_masks, source) {
        Some("outside of the login network masks")
    } else if count_attempt(&policy, &mut profile, now).is_err() {
        Some("locked after too many wrong passwords")
    } else {
        login_profile::update(connection, &profile)?;
        (password::age(&policy, &profile, now) == Age::Expired).then_some("the password expired")
    };
    Ok(Found::Somebody(Box::new((user, profile)), obstacle))
}
