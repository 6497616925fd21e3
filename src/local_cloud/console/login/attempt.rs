//! The first page: a logon name and a password.
//!
//! Whoever it is and whatever is wrong, one attempt is counted first, one password is verified, and one
//! sentence is the answer.

use std::net::IpAddr;

use diesel::SqliteConnection;

use crate::base::{AccountId, Secret, Timestamp, fold};
use crate::local_cloud::cloud::Cloud;
use crate::local_cloud::logon_name::{account_of_domain, default_domain, principal_name};
use crate::local_cloud::owner;
use crate::local_cloud::password::{self, Age};
use crate::local_cloud::password_change::count_attempt;
use crate::local_cloud::refusal::Refusal;
use crate::local_cloud::setting::{self, PasswordPolicy, SecurityPreference};
use crate::local_cloud::store::account;
use crate::local_cloud::store::{login_profile, owner_login, user};
use crate::local_cloud::{network_mask, rules};

use super::super::browser::Browser;
use super::super::form::field;
use super::super::landing::landing;
use super::person::{Entered, Person};
use super::stage::{self, Entrant, Stage, Step};
use super::usual::Arrival;

const LOCKED: &str = "locked after too many wrong passwords";

/// What an attempt leads to.
pub(super) enum Attempt {
    Opened(Entered),
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
    /// Somebody with a password; and why they may not come in all the same, if they may not.
    Somebody(Person, Option<&'static str>),
}

/// Signs in by the fields `username` and `password` of the form `body`, by a `browser` that may have consoles open; the field `next` is the page of ours to go to.
pub(super) fn attempt(
    cloud: &Cloud,
    body: &[u8],
    arrival: Arrival,
    browser: Option<&Browser>,
) -> Result<Attempt, Refusal> {
    let username = field(body, "username").unwrap_or_default();
    let password = Secret::new(field(body, "password").unwrap_or_default());
    let (source, now) = (arrival.source, arrival.now);
    // Not flushed to the disk, since the time that takes would tell who is known here.
    let found = cloud.store.note(|connection| find(connection, username.trim(), source, now))?;
    let (known, obstacle) = match found {
        Found::Provisioned(logon_name) => return Ok(Attempt::Provisioned(logon_name)),
        Found::Nobody(reason) => (None, Some(reason)),
        Found::Somebody(known, obstacle) => (Some(known), obstacle),
    };
    let stored = known.as_ref().and_then(Person::password_hash);
    let is_right = cloud.passwords.verify(&password, stored)?;
    if let Some(reason) = obstacle {
        return Ok(Attempt::Refused(reason));
    }
    let Some(known) = known.filter(|_| is_right) else { return Ok(Attempt::Refused("wrong password")) };
    let landing = landing(&cloud.base_url, field(body, "next").as_deref());
    let entrant = Entrant::new(cloud, browser, (arrival, landing))?;
    let step = cloud.store.write(|connection| {
        let Some(person) = Person::again(connection, &known)? else { return Ok(None) };
        let next = match age(connection, &person, now)? {
            Age::Expired => return Ok(None),
            Age::MustChange => Some(Stage::NewPassword),
            Age::Good => stage::after_password(connection, &person, entrant.arrival())?,
        };
        entrant.begin(cloud, connection, person, next).map(Some)
    })?;
    Ok(match step {
        None => Attempt::Refused("the login profile was changed meanwhile"),
        Some(Step::Next(stage)) => Attempt::UnderWay(entrant.into_token(), stage),
        Some(Step::Opened(opened)) => Attempt::Opened(opened),
    })
}

/// Finds who is meant, and counts the attempt: a RAM user by a domain of its account, and else the owner of
/// an account by its name.
fn find(
    connection: &mut SqliteConnection,
    username: &str,
    source: Option<IpAddr>,
    now: Timestamp,
) -> Result<Found, Refusal> {
    let Some((name, domain)) = username.split_once('@') else { return Ok(Found::Nobody("no domain")) };
    match account_of_domain(connection, domain)? {
        Some(account) => find_user(connection, (name, &account), source, now),
        None => find_owner(connection, username, now),
    }
}

fn find_user(
    connection: &mut SqliteConnection,
    (name, account): (&str, &AccountId),
    source: Option<IpAddr>,
    now: Timestamp,
) -> Result<Found, Refusal> {
    if rules::USER_NAME.check("username", name).is_err() {
        return Ok(Found::Nobody("no user's name"));
    }
    if account::find(connection, account.as_str())?.is_none_or(|row| row.is_deleted()) {
        return Ok(Found::Nobody("no such account"));
    }
    let Some(user) = user::find(connection, account.as_str(), &fold(name))? else {
        return Ok(Found::Nobody("no such user"));
    };
    if user.provision_type == rules::PROVISIONED {
        let domain = default_domain(connection, account)?;
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
        Some(LOCKED)
    } else {
        login_profile::update(connection, &profile)?;
        (password::age(&policy, &profile, now) == Age::Expired).then_some("the password expired")
    };
    Ok(Found::Somebody(Person::User(Box::new((user, profile))), obstacle))
}

fn find_owner(connection: &mut SqliteConnection, username: &str, now: Timestamp) -> Result<Found, Refusal> {
    // Signs of other alphabets fold to letters of this one.
    let known =
        if username.is_ascii() { owner_login::find_by_name(connection, &fold(username))? } else { None };
    let Some((account, mut login)) = known else { return Ok(Found::Nobody("no such owner")) };
    let obstacle = if !owner::may_sign_in(&account) {
        Some("the account has no owner who signs in")
    } else if owner::count_attempt(&mut login, now).is_err() {
        Some(LOCKED)
    } else {
        owner_login::update(connection, &login)?;
        None
    };
    Ok(Found::Somebody(Person::Owner(Box::new((account, login))), obstacle))
}

/// What the age of the password means; an owner's has none.
fn age(connection: &mut SqliteConnection, person: &Person, now: Timestamp) -> Result<Age, Refusal> {
    let Person::User(known) = person else { return Ok(Age::Good) };
    let policy: PasswordPolicy = setting::read(connection, &known.0.account_id)?;
    Ok(password::age(&policy, &known.1, now))
}
