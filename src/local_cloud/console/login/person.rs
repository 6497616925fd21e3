//! Who signs in by a password: a RAM user, or the owner of an account. What both have in common on the way
//! from a right password to a session.

use diesel::SqliteConnection;

use crate::base::{AccountId, Timestamp, fold};
use crate::crypto::TotpSecret;
use crate::local_cloud::cloud::Cloud;
use crate::local_cloud::logon_name::{default_domain, principal_name};
use crate::local_cloud::mfa_secret;
use crate::local_cloud::owner;
use crate::local_cloud::passkey;
use crate::local_cloud::refusal::Refusal;
use crate::local_cloud::rules;
use crate::local_cloud::setting::{self, SecurityPreference};
use crate::local_cloud::store::account::{self, AccountRow};
use crate::local_cloud::store::login_profile::{self, LoginProfileRow};
use crate::local_cloud::store::mfa_device::{self, MfaDeviceRow};
use crate::local_cloud::store::owner_login::{self, OwnerLoginRow};
use crate::local_cloud::store::passkey::PasskeyRow;
use crate::local_cloud::store::sign_in::SignInRow;
use crate::local_cloud::store::user::{self, UserRow};

use super::super::opening::{CameBy, Opened, Opening};
use super::usual::Arrival;

/// Somebody with a password.
pub(super) enum Person {
    User(Box<(UserRow, LoginProfileRow)>),
    Owner(Box<(AccountRow, OwnerLoginRow)>),
}

/// When a second factor is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// Whoever has none must bind a device first.
    Always,
    /// As [`Asked::Always`], of who comes in another way than before.
    WhereUnusual,
    /// Of who has one.
    WhereThereIsOne,
}

/// Who has come in.
pub(super) struct Entered {
    pub(super) opened: Opened,
    /// The user whose browser it is.
    pub(super) user_id: Option<String>,
}

impl Person {
    /// Whom a sign-in is of, if they may go on: they live, and the password that it began with counts.
    pub(super) fn of(connection: &mut SqliteConnection, row: &SignInRow) -> Result<Option<Self>, Refusal> {
        let person = match (&row.user_id, &row.owner_of) {
            (Some(user_id), _) => Self::of_user(connection, user_id)?,
            (None, Some(account_id)) => Self::of_account(connection, account_id)?,
            (None, None) => None,
        };
        Ok(person.filter(|person| person.password_hash() == Some(row.password_hash.as_str())))
    }

    /// Somebody as they are now, if they still may sign in by the password that they had.
    pub(super) fn again(connection: &mut SqliteConnection, before: &Self) -> Result<Option<Self>, Refusal> {
        let now = match before {
            Self::User(known) => Self::of_user(connection, &known.0.id)?,
            Self::Owner(known) => Self::of_account(connection, &known.0.id)?,
        };
        Ok(now.filter(|now| now.password_hash() == before.password_hash()))
    }

    /// The user of this id, if it may sign in by a password.
    fn of_user(connection: &mut SqliteConnection, user_id: &str) -> Result<Option<Self>, Refusal> {
        let Some(user) = user::find_by_id(connection, user_id)? else { return Ok(None) };
        let is_living = account::find(connection, &user.account_id)?.is_some_and(|row| !row.is_deleted());
        let may_sign_in = is_living && user.provision_type != rules::PROVISIONED;
        let profile = login_profile::find(connection, &user.id)?;
        let profile = profile.filter(|profile| may_sign_in && profile.status == "Active");
        Ok(profile.map(|profile| Self::User(Box::new((user, profile)))))
    }

    /// The owner of this account, if there is one that may sign in.
    fn of_account(connection: &mut SqliteConnection, account_id: &str) -> Result<Option<Self>, Refusal> {
        let account = account::find(connection, account_id)?.filter(owner::may_sign_in);
        let login = owner_login::find(connection, account_id)?;
        Ok(account.zip(login).map(|both| Self::Owner(Box::new(both))))
    }

    pub(super) fn account_id(&self) -> &str {
        match self {
            Self::User(known) => &known.0.account_id,
            Self::Owner(known) => &known.0.id,
        }
    }

    /// For the log.
    pub(super) fn id(&self) -> &str {
        match self {
            Self::User(known) => &known.0.id,
            Self::Owner(known) => &known.0.id,
        }
    }

    pub(super) fn password_hash(&self) -> Option<&str> {
        match self {
            Self::User(known) => known.1.password_hash.as_deref(),
            Self::Owner(known) => Some(&known.1.password_hash),
        }
    }

    /// Whose a sign-in is in the store: a user's, or an account's owner's.
    pub(super) fn key(&self) -> (Option<String>, Option<String>) {
        match self {
            Self::User(known) => (Some(known.0.id.clone()), None),
            Self::Owner(known) => (None, Some(known.0.id.clone())),
        }
    }

    /// What was typed, or could have been.
    pub(super) fn logon_name(&self, connection: &mut SqliteConnection) -> Result<String, Refusal> {
        match self {
            Self::User(known) => {
                let corrupt = || Refusal::Internal(format!("account of the user {}", known.0.id));
                let account = AccountId::parse(&known.0.account_id).ok_or_else(corrupt)?;
                Ok(principal_name(&default_domain(connection, &account)?, &known.0))
            }
            Self::Owner(known) => Ok(known.0.name.clone()),
        }
    }

    /// When a second factor is asked for.
    pub(super) fn asked(&self, connection: &mut SqliteConnection) -> Result<Asked, Refusal> {
        let Self::User(known) = self else { return Ok(Asked::WhereThereIsOne) };
        let preference: SecurityPreference = setting::read(connection, &known.0.account_id)?;
        Ok(match preference.mfa_operation_for_login.as_str() {
            "mandatory" => Asked::Always,
            _ if known.1.mfa_bind_required => Asked::Always,
            "adaptive" => Asked::WhereUnusual,
            _ => Asked::WhereThereIsOne,
        })
    }

    /// Whether they come as they did before.
    pub(super) fn is_usual(
        &self,
        connection: &mut SqliteConnection,
        arrival: &Arrival,
    ) -> Result<bool, Refusal> {
        match self {
            Self::User(known) => arrival.is_usual(connection, &known.0.id),
            Self::Owner(_) => Ok(false),
        }
    }

    /// The passkeys that count; an owner has none.
    pub(super) fn passkeys(&self, connection: &mut SqliteConnection) -> Result<Vec<PasskeyRow>, Refusal> {
        match self {
            Self::User(known) => passkey::that_count(connection, &known.0),
            Self::Owner(_) => Ok(Vec::new()),
        }
    }

    /// Whether `answer` proves one of the passkeys.
    pub(super) fn use_passkey(
        &self,
        cloud: &Cloud,
        connection: &mut SqliteConnection,
        (state, answer): (&str, &str),
        now: Timestamp,
    ) -> Result<bool, Refusal> {
        match self {
            Self::User(known) => passkey::is_proven(cloud, connection, (&known.0, now), (state, answer)),
            Self::Owner(_) => Ok(false),
        }
    }

    pub(super) fn has_device(&self, connection: &mut SqliteConnection) -> Result<bool, Refusal> {
        match self {
            Self::User(known) => Ok(mfa_device::of_user(connection, &known.0.id)?.is_some()),
            Self::Owner(known) => Ok(known.1.has_device()),
        }
    }

    /// Whether `code` is one of the device, and uses it up.
    pub(super) fn use_code(
        &self,
        cloud: &Cloud,
        connection: &mut SqliteConnection,
        (code, now): (&str, Timestamp),
    ) -> Result<bool, Refusal> {
        let user = match self {
            Self::Owner(known) => return owner::use_code(cloud, connection, (&known.1, code), now),
            Self::User(known) => &known.0,
        };
        let Some(device) = mfa_device::of_user(connection, &user.id)? else { return Ok(false) };
        match mfa_secret::open(cloud, &device)?.matching_step(code, now) {
            Some(step) => Ok(mfa_device::use_step(connection, &device.serial_number, step)?),
            None => Ok(false),
        }
    }

    /// Binds the device of this secret, proven by a code of the step; `suffix` makes its name another where
    /// the user's own is taken. An owner binds none here.
    pub(super) fn bind(
        &self,
        cloud: &Cloud,
        connection: &mut SqliteConnection,
        (secret, step): (&TotpSecret, i64),
        (suffix, now): (&str, Timestamp),
    ) -> Result<bool, Refusal> {
        let Self::User(known) = self else { return Ok(false) };
        let user = &known.0;
        let is_taken = mfa_device::find(connection, &user.account_id, &user.name_key)?.is_some();
        let name = if is_taken { format!("{}-{suffix}", user.name) } else { user.name.clone() };
        let serial_number = format!("acs:ram::{}:mfa/{name}", user.account_id);
        let row = MfaDeviceRow {
            sealed_secret: mfa_secret::seal(cloud, &serial_number, secret)?,
            serial_number,
            account_id: user.account_id.clone(),
            name_key: fold(&name),
            user_id: Some(user.id.clone()),
            last_step: step,
            activated_at: Some(now.millis()),
            created_at: now.millis(),
        };
        mfa_device::insert(connection, &row)?;
        Ok(true)
    }

    /// Opens a session that lasts as long as the account prefers and goes on to `landing`, after a second
    /// factor or without; no wrong password counts any more.
    pub(super) fn open(
        self,
        connection: &mut SqliteConnection,
        opening: &Opening,
        (mfa_present, arrival): (bool, &Arrival),
        landing: String,
    ) -> Result<Entered, Refusal> {
        let account = account::find(connection, self.account_id())?;
        let seconds = account.map_or(0, |row| row.console_session_seconds);
        match self {
            Self::User(known) => {
                let (user, mut profile) = *known;
                user::update_last_login(connection, &user.id, arrival.now.millis())?;
                arrival.remember(connection, &user.id)?;
                profile.failed_attempts = 0;
                login_profile::update(connection, &profile)?;
                let came_by = CameBy::Password { user_id: &user.id, mfa_present };
                let opened = opening.store(connection, &came_by, &user.name, (seconds, landing))?;
                Ok(Entered { opened, user_id: Some(user.id) })
            }
            Self::Owner(known) => {
                let (account, login) = *known;
                owner_login::forget_attempts(connection, &login.account_id)?;
                let came_by = CameBy::OwnerPassword { account_id: &account.id, mfa_present };
                let session_name = rules::session_name_of(&account.name);
                let opened = opening.store(connection, &came_by, &session_name, (seconds, landing))?;
                Ok(Entered { opened, user_id: None })
            }
        }
    }
}
