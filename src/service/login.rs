//! The first factor: name and password.
//!
//! Unknown, disabled, wrong and right-but-disabled cost the same work and give the same answer; the
//! reason is in the audit log only.

use crate::base::{Secret, fold};
use crate::crypto::token;
use crate::domain::{Action, Event, PrincipalId, SignIn, SignInStage, Status, check_password};
use crate::storage::credential::{self, Password};
use crate::storage::{Conn, administrator, session, sign_in, user};

use super::throttle::{self, Key};
use super::{Context, Error, Visit, directory};

/// What somebody typed.
pub struct Attempt {
    /// The user name.
    pub user_name: String,
    /// The password.
    pub password: Secret,
    /// Where to go after sign-in; a path on this site.
    pub next: Option<String>,
}

/// How an attempt at the first factor ended.
pub enum Outcome {
    /// The password was right; more is asked. The token opens the sign-in and nothing else.
    Continue(SignInToken),
    /// It was not, or there is no such user, or they may not sign in.
    Refused,
}

/// A sign-in that goes on.
pub struct SignInToken {
    /// Opens the sign-in.
    pub token: Secret,
    /// What is asked next.
    pub stage: SignInStage,
}

/// How a new password was taken.
pub enum NewPassword {
    /// It is set; this is asked next.
    Set(SignInStage),
    /// The sign-in is over; begin again.
    Expired,
}

struct Candidate {
    principal: PrincipalId,
    status: Status,
    password: Option<Password>,
}

/// Checks name and password.
///
/// # Errors
/// [`Error::Throttled`] after too many failures, whatever the password; failures of the database.
pub fn password(ctx: &Context, visit: &Visit, attempt: &Attempt) -> Result<Outcome, Error> {
    let name_key: String = fold(&attempt.user_name).chars().take(64).collect();
    // What is typed into the name's field may be a password: names are kept as a keyed hash.
    let name_digest = ctx.name_digest(&name_key)?;
    let keys = Key::of_sign_in(&name_digest, visit.address);
    let change = ctx.change(&visit.origin(&name_digest));
    let (reserved, now) = (keys.clone(), change.now);
    match ctx.store.write(move |conn| throttle::reserve(conn, &reserved, now)) {
        Err(throttled @ Error::Throttled(_)) => {
            let event = Event::new(Action::SignInThrottled, &name_digest);
            ctx.store.write(move |conn| change.record(conn, &event))?;
            return Err(throttled);
        }
        outcome => outcome?,
    }
    let candidate = ctx.store.read(|conn| find(conn, &fold(&attempt.user_name)))?;
    let stored = candidate.as_ref().and_then(|candidate| candidate.password.as_ref());
    let is_right = ctx.hasher.verify(&attempt.password, stored.map(|password| password.hash.as_str()))?;
    match candidate {
        Some(candidate) if is_right && candidate.status == Status::Enabled => {
            accept(ctx, visit, attempt, candidate, keys).map(Outcome::Continue)
        }
        candidate => {
            refuse(ctx, visit, &name_digest, candidate)?;
            Ok(Outcome::Refused)
        }
    }
}

/// Sets a password that its owner chose during sign-in, in place of the one they were given. Sessions
/// that were begun by the old one end.
///
/// # Errors
/// [`Error::Refused`] naming the rule that the password breaks.
pub fn new_password(
    ctx: &Context,
    visit: &Visit,
    token: &str,
    chosen: &Secret,
) -> Result<NewPassword, Error> {
    let Some(sign_in) = find_sign_in(ctx, token, SignInStage::NewPassword)? else {
        return Ok(NewPassword::Expired);
    };
    let (user_name, organisation, has_device, stored) = ctx.store.read(|conn| {
        let name = name_of(conn, &sign_in.principal)?;
        let organisation = directory::name(conn)?;
        let has_device = !credential::list_mfa_devices(conn, &sign_in.principal)?.is_empty();
        let stored = credential::find_password(conn, &sign_in.principal)?;
        Ok::<_, Error>((name, organisation, has_device, stored))
    })?;
    check_password(chosen.expose(), &[&user_name, &organisation, "cloudsso"])?;
    if ctx.hasher.verify(chosen, stored.as_ref().map(|password| password.hash.as_str()))? {
        return Err(
            crate::domain::Error::invalid("Password", "must differ from the one you were given").into()
        );
    }
    let password = Password { hash: ctx.hasher.hash(&ctx.random, chosen)?, must_change: false };
    let stage = if has_device { SignInStage::SecondFactor } else { SignInStage::Enrolment };
    let change = ctx.change(&visit.origin(&sign_in.principal));
    let is_set = ctx.store.write(move |conn| {
        if !sign_in::advance(conn, &sign_in, stage, None)? {
            return Ok(false);
        }
        credential::set_password(conn, &sign_in.principal, &password, change.now)?;
        let ended = session::delete_by_principal(conn, &sign_in.principal)?;
        let detail = serde_json::json!({ "sessions_ended": ended });
        change.record(conn, &Event::new(Action::PasswordSet, &sign_in.principal).with(detail))?;
        Ok::<_, Error>(true)
    })?;
    Ok(if is_set { NewPassword::Set(stage) } else { NewPassword::Expired })
}

/// The stage of the sign-in that this token opens, while it is alive.
///
/// # Errors
/// Failures of the database.
pub fn stage(ctx: &Context, token: &str) -> Result<Option<SignInStage>, Error> {
    Ok(find_alive(ctx, token)?.map(|sign_in| sign_in.stage))
}

/// The sign-in name of whoever is signing in by this token; empty when the sign-in is over.
///
/// # Errors
/// Failures of the database.
pub fn user_name(ctx: &Context, token: &str) -> Result<String, Error> {
    let Some(sign_in) = find_alive(ctx, token)? else { return Ok(String::new()) };
    ctx.store.read(|conn| name_of(conn, &sign_in.principal))
}

/// The sign-in that this token opens, if it is alive and asks for this stage.
pub(super) fn find_sign_in(ctx: &Context, token: &str, stage: SignInStage) -> Result<Option<SignIn>, Error> {
    Ok(find_alive(ctx, token)?.filter(|sign_in| sign_in.stage == stage))
}

/// The sign-in name of a principal; empty when they are gone.
pub(super) fn name_of(conn: &mut Conn, principal: &PrincipalId) -> Result<String, Error> {
    Ok(match principal {
        PrincipalId::User(id) => user::find(conn, id)?.map(|user| user.spec.user_name.to_string()),
        PrincipalId::Administrator(id) => {
            administrator::find(conn, id)?.map(|admin| admin.user_name.to_string())
        }
    }
    .unwrap_or_default())
}

fn find_alive(ctx: &Context, token: &str) -> Result<Option<SignIn>, Error> {
    let sign_in = ctx.store.read(|conn| sign_in::find(conn, &token::digest(token)))?;
    Ok(sign_in.filter(|sign_in| sign_in.is_alive(ctx.now())))
}

fn find(conn: &mut Conn, name_key: &str) -> Result<Option<Candidate>, Error> {
    // Administrators come first, so that a pushed user of the same name cannot stand before them.
    let found = match administrator::find_by_name(conn, name_key)? {
        Some(admin) => Some((PrincipalId::Administrator(admin.id), admin.status)),
        None => {
            user::find_by_name(conn, name_key)?.map(|user| (PrincipalId::User(user.id), user.spec.status))
        }
    };
    found
        .map(|(principal, status)| {
            let password = credential::find_password(conn, &principal)?;
            Ok(Candidate { principal, status, password })
        })
        .transpose()
}

fn accept(
    ctx: &Context,
    visit: &Visit,
    attempt: &Attempt,
    candidate: Candidate,
    keys: Vec<Key>,
) -> Result<SignInToken, Error> {
    let token = token::generate(&ctx.random, "")?;
    let digest = token::digest(token.expose());
    let change = ctx.change(&visit.origin(&candidate.principal));
    let event = Event::new(Action::PasswordAccepted, &candidate.principal);
    let must_change = candidate.password.is_some_and(|password| password.must_change);
    let next = attempt.next.clone();
    let principal = candidate.principal;
    let stage = ctx.store.write(move |conn| {
        let stage = if must_change {
            SignInStage::NewPassword
        } else if credential::list_mfa_devices(conn, &principal)?.is_empty() {
            SignInStage::Enrolment
        } else {
            SignInStage::SecondFactor
        };
        let sign_in = SignIn {
            id: change.id()?,
            principal: principal.clone(),
            stage,
            sealed_totp_secret: None,
            attempts: 0,
            next: next.clone(),
            expires_at: change.now.plus(SignIn::LIFETIME),
        };
        sign_in::insert(conn, &sign_in, &digest)?;
        throttle::forgive(conn, &keys, change.now)?;
        change.record(conn, &event)?;
        Ok::<_, Error>(stage)
    })?;
    Ok(SignInToken { token, stage })
}

fn refuse(
    ctx: &Context,
    visit: &Visit,
    name_digest: &str,
    candidate: Option<Candidate>,
) -> Result<(), Error> {
    let (reason, target) = match candidate {
        None => ("unknown name", name_digest.to_owned()),
        Some(candidate) if candidate.status == Status::Disabled => {
            ("disabled", candidate.principal.to_string())
        }
        Some(candidate) if candidate.password.is_none() => {
            ("no password set", candidate.principal.to_string())
        }
        Some(candidate) => ("wrong password", candidate.principal.to_string()),
    };
    let event = Event::new(Action::PasswordRefused, &target).with(serde_json::json!({ "reason": reason }));
    let change = ctx.change(&visit.origin(name_digest));
    ctx.store.write(move |conn| change.record(conn, &event))
}
