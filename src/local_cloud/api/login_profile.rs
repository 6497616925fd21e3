//! RAM 2015-05-01 and IMS 2019-08-15: login profiles, and a user's own change of its password.
//!
//! A password is hashed between two transactions, never inside one: what was read before counts only if
//! it is still so afterwards.

use diesel::SqliteConnection;
use serde_json::{Map, Value, json};

use crate::base::Secret;
use crate::local_cloud::logon_name::{default_domain, principal_name};
use crate::local_cloud::password;
use crate::local_cloud::password_change::{Past, count_attempt, remember, replace};
use crate::local_cloud::refusal::{Entity, Flaw, Refusal};
use crate::local_cloud::setting::{self, PasswordPolicy, SecurityPreference};
use crate::local_cloud::store::console_session;
use crate::local_cloud::store::login_profile::{self, LoginProfileRow};
use crate::local_cloud::store::user::UserRow;

use super::face::{Face, named_user, own_user};
use super::invocation::{Invocation, Outcome, date};
use super::permission::may_change_user;

/// `CreateLoginProfile`.
pub(crate) fn create(call: &Invocation<'_>) -> Outcome {
    let settings = Settings::of_new(call)?;
    let read = |connection: &mut SqliteConnection| {
        let user = changeable(call, connection, "CreateLoginProfile")?;
        match login_profile::find(connection, &user.id)? {
            Some(_) => Err(Refusal::exists(Entity::LoginProfile, user.name)),
            None => Past::of(connection, user),
        }
    };
    let hash = settings.hash(call, &call.cloud.store.read(read)?)?;
    call.cloud.store.write(|connection| create_hashed(call, connection, (&settings, hash)))
}

/// The hash of the password that `call` gives, for a user of this name who is about to be made. Nothing is
/// written, and no transaction may be open: it takes long.
pub(crate) fn hash_for_new(call: &Invocation<'_>, user_name: &str) -> Result<Option<String>, Refusal> {
    let settings = Settings::of_new(call)?;
    let policy = call.cloud.store.read(|connection| setting::read(connection, call.account().as_str()))?;
    settings.hash(call, &Past::none(user_name, policy))
}

/// `CreateLoginProfile` inside of somebody's transaction, with the password hashed before.
pub(crate) fn create_with(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    hash: Option<String>,
) -> Outcome {
    create_hashed(call, connection, (&Settings::of_new(call)?, hash))
}

fn create_hashed(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    (settings, hash): (&Settings, Option<String>),
) -> Outcome {
    let user = changeable(call, connection, "CreateLoginProfile")?;
    if login_profile::find(connection, &user.id)?.is_some() {
        return Err(Refusal::exists(Entity::LoginProfile, user.name));
    }
    let now = call.now.millis();
    let row = LoginProfileRow {
        user_id: user.id.clone(),
        password_hash: hash,
        password_set_at: now,
        password_reset_required: settings.password_reset_required.unwrap_or(false),
        mfa_bind_required: settings.mfa_bind_required.unwrap_or(false),
        status: settings.status.unwrap_or("Active").to_owned(),
        is_initial: true,
        failed_attempts: 0,
        first_failed_at: 0,
        created_at: now,
        updated_at: now,
    };
    login_profile::insert(connection, &row)?;
    remember(connection, &row)?;
    Ok(json!({"LoginProfile": answer(call, connection, &user, &row)?}))
}

/// `GetLoginProfile`.
pub(crate) fn get(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let user = named_user(call, connection, "GetLoginProfile")?;
    let row = of(connection, &user)?;
    Ok(json!({"LoginProfile": answer(call, connection, &user, &row)?}))
}

/// `UpdateLoginProfile`: what is not given stays as it is. A new password ends the consoles that the old one
/// opened.
pub(crate) fn update(call: &Invocation<'_>) -> Outcome {
    let settings = Settings::read(call)?;
    let read = |connection: &mut SqliteConnection| {
        let user = changeable(call, connection, "UpdateLoginProfile")?;
        of(connection, &user)?;
        Past::of(connection, user)
    };
    let hash = settings.hash(call, &call.cloud.store.read(read)?)?;
    call.cloud.store.write(|connection| {
        let user = changeable(call, connection, "UpdateLoginProfile")?;
        let mut row = of(connection, &user)?;
        let status = settings.status.unwrap_or(&row.status).to_owned();
        let is_enabled_again = row.status == "Inactive" && status == "Active";
        row.updated_at = call.now.millis();
        row.password_reset_required = settings.password_reset_required.unwrap_or(row.password_reset_required);
        row.mfa_bind_required = settings.mfa_bind_required.unwrap_or(row.mfa_bind_required);
        row.status = status;
        if row.status == "Inactive" {
            // Or they would go on as soon as it is active again.
            console_session::delete_by_password(connection, &user.id, None)?;
        }
        if hash.is_some() {
            row.is_initial = is_enabled_again;
            replace(connection, &mut row, hash, call.now)?;
            console_session::delete_by_password(connection, &user.id, call.session_id)?;
        } else if row.status == "Active" && row.password_hash.is_none() {
            return Err(Refusal::Envelope(crate::rpc::Error::Missing("Password".to_owned())));
        }
        login_profile::update(connection, &row)?;
        match call.face() {
            Face::Ram => Ok(json!({})),
            Face::Ims => Ok(json!({"LoginProfile": answer(call, connection, &user, &row)?})),
        }
    })
}

/// `DeleteLoginProfile`.
pub(crate) fn delete(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let user = changeable(call, connection, "DeleteLoginProfile")?;
    if login_profile::delete(connection, &user.id)? {
        // Or a profile that is made anew would bring them back.
        console_session::delete_by_password(connection, &user.id, None)?;
        Ok(json!({}))
    } else {
        Err(Refusal::missing(Entity::LoginProfile, user.name))
    }
}

/// `ChangePassword`: by the user itself, who must know the old one. Every attempt counts before it is
/// looked at; too many within an hour lock the user for an hour.
pub(crate) fn change_password(call: &Invocation<'_>) -> Outcome {
    let old = Secret::new(call.parameters.required("OldPassword")?);
    let new = Secret::new(call.parameters.required("NewPassword")?);
    let (past, row) = call.cloud.store.write(|connection| {
        let user = own(call, connection)?;
        let mut row = of(connection, &user)?;
        let past = Past::of(connection, user)?;
        // First what needs no guess, so that a bad choice does not count as a wrong password.
        past.check("NewPassword", &new)?;
        count_attempt(&past.policy, &mut row, call.now)?;
        login_profile::update(connection, &row)?;
        Ok::<_, Refusal>((past, row))
    })?;
    let passwords = &call.cloud.passwords;
    if !passwords.verify(&old, row.password_hash.as_deref())? {
        return Err(wrong_old_password());
    }
    let settings = Settings { password: Some(("NewPassword", new)), ..Settings::default() };
    let hash = settings.hash(call, &past)?;
    call.cloud.store.write(|connection| {
        let user = own(call, connection)?;
        let mut current = of(connection, &user)?;
        if current.password_hash != row.password_hash {
            return Err(wrong_old_password());
        }
        current.is_initial = false;
        current.password_reset_required = false;
        current.updated_at = call.now.millis();
        replace(connection, &mut current, hash, call.now)?;
        console_session::delete_by_password(connection, &user.id, call.session_id)?;
        login_profile::update(connection, &current)?;
        Ok(json!({}))
    })
}

/// What a call sets in a profile.
#[derive(Default)]
struct Settings {
    /// With the parameter that it was given as.
    password: Option<(&'static str, Secret)>,
    password_reset_required: Option<bool>,
    mfa_bind_required: Option<bool>,
    status: Option<&'static str>,
}

impl Settings {
    fn read(call: &Invocation<'_>) -> Result<Self, Refusal> {
        let password = call.parameters.optional("Password").filter(|text| !text.is_empty());
        Ok(Self {
            password: password.map(|text| ("Password", Secret::new(text))),
            password_reset_required: call.parameters.boolean("PasswordResetRequired")?,
            mfa_bind_required: call.parameters.boolean("MFABindRequired")?,
            status: match call.face() {
                Face::Ram => None,
                Face::Ims => call.parameters.choice("Status", &["Active", "Inactive"])?,
            },
        })
    }

    /// Those of a profile that is about to be made.
    fn of_new(call: &Invocation<'_>) -> Result<Self, Refusal> {
        let settings = Self::read(call)?;
        if settings.status != Some("Inactive") && settings.password.is_none() {
            return Err(Refusal::Envelope(crate::rpc::Error::Missing("Password".to_owned())));
        }
        Ok(settings)
    }

    /// The hash of the password, if there is one and the policy admits it.
    fn hash(&self, call: &Invocation<'_>, past: &Past) -> Result<Option<String>, Refusal> {
        let given = self.password.as_ref();
        given.map(|(parameter, password)| past.hash(call.cloud, parameter, password)).transpose()
    }
}

fn changeable(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    action: &str,
) -> Result<UserRow, Refusal> {
    let user = named_user(call, connection, action)?;
    may_change_user(call.identity, &user)?;
    Ok(user)
}

fn of(connection: &mut SqliteConnection, user: &UserRow) -> Result<LoginProfileRow, Refusal> {
    login_profile::find(connection, &user.id)?
        .ok_or_else(|| Refusal::missing(Entity::LoginProfile, user.name.as_str()))
}

/// The user who calls, if it may change its own password.
fn own(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Result<UserRow, Refusal> {
    let preference: SecurityPreference = setting::read(connection, call.account().as_str())?;
    let right = ("ChangePassword", preference.allow_user_to_change_password);
    let user = own_user(call, connection)?.authorised_or_own(call, connection, right)?;
    may_change_user(call.identity, &user)?;
    Ok(user)
}

fn wrong_old_password() -> Refusal {
    Refusal::parameter("OldPassword", Flaw::Value, "the user's password")
}

/// A profile as the call's face shows it; never the password.
fn answer(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    user: &UserRow,
    row: &LoginProfileRow,
) -> Outcome {
    let mut members = Map::new();
    let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
    put("PasswordResetRequired", row.password_reset_required.into());
    put("MFABindRequired", row.mfa_bind_required.into());
    match call.face() {
        Face::Ram => {
            put("UserName", user.name.as_str().into());
            put("CreateDate", date(row.created_at).into());
        }
        Face::Ims => {
            let policy: PasswordPolicy = setting::read(connection, &user.account_id)?;
            let domain = default_domain(connection, call.account())?;
            put("UserPrincipalName", principal_name(&domain, user).into());
            put("Status", row.status.as_str().into());
            put("PasswordStatus", password::status(&policy, row, call.now).into());
            put("AutoDisableLoginStatus", "Active".into());
            put("UpdateDate", date(row.updated_at).into());
            put("LastLoginTime", user.last_login_at.map(date).unwrap_or_default().into());
        }
    }
    Ok(Value::Object(members))
}
