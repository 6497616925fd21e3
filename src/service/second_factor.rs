//! The second factor: a code of a bound device, or the binding of a first one.
//!
//! A code is good once: its time step is consumed by one conditional update, together with the
//! sign-in it completes. An attempt is counted before its code is looked at, so that guesses made at
//! once are no more than five either; the counter over all sign-ins of a person is not reset by a
//! right password.

use crate::base::Secret;
use crate::crypto::{SealingKey, TotpSecret, token};
use crate::domain::{Action, AuthenticationMethod, Event, SignIn, SignInStage};
use crate::storage::credential::MfaDevice;
use crate::storage::{credential, sign_in};

use super::session::{Start, Started, find_enabled};
use super::throttle::{self, Key};
use super::{Context, Error, Visit, login, session};

/// How a code was taken.
pub enum Outcome {
    /// It was right; the session is started.
    Started(Started),
    /// It was not, or was used before.
    Refused,
    /// The sign-in is over, or asks for something else; begin again.
    Expired,
}

/// What is needed to bind a device.
pub struct Enrolment {
    /// The secret that the device shall share.
    pub secret: TotpSecret,
    /// Whose it is.
    pub user_name: String,
    /// The organisation's name, for the device's list.
    pub organisation: String,
}

/// Takes a code of a bound device. `replaces` is the session token that the browser still has.
///
/// # Errors
/// [`Error::Throttled`] after too many wrong codes; failures of the database.
pub fn verify(
    ctx: &Context,
    visit: &Visit,
    token: &str,
    code: &str,
    replaces: Option<&str>,
) -> Result<Outcome, Error> {
    let Some(sign_in) = login::find_sign_in(ctx, token, SignInStage::SecondFactor)? else {
        return Ok(Outcome::Expired);
    };
    let keys = Key::of_second_factor(&sign_in.principal);
    if !reserve(ctx, &sign_in, &keys)? {
        return Ok(Outcome::Expired);
    }
    let devices = ctx.store.read(|conn| credential::list_mfa_devices(conn, &sign_in.principal))?;
    let mut matched = None;
    for device in devices {
        let secret = open(&ctx.sealing_key, &purpose(&device.id), &device.sealed_secret)?;
        if let Some(step) = secret.matching_step(code, ctx.now()) {
            matched = Some((device.id, step));
            break;
        }
    }
    let Some((device, step)) = matched else { return refuse(ctx, visit, &sign_in, "wrong code") };

    let (session_token, start) = prepare(ctx, visit, &sign_in, replaces)?;
    let change = ctx.change(&visit.origin(&sign_in.principal));
    let current = sign_in.clone();
    let is_started = ctx.store.write(move |conn| {
        if find_enabled(conn, &current.principal)?.is_none()
            || !credential::consume_step(conn, &device, step, change.now)?
            || !sign_in::consume(conn, &current)?
        {
            return Err(Abandoned::No);
        }
        throttle::forgive(conn, &keys, change.now)?;
        change.record(conn, &Event::new(Action::SecondFactorAccepted, &device))?;
        session::start(conn, &change, &start)?;
        Ok(())
    });
    match is_started {
        Ok(()) => Ok(Outcome::Started(Started { token: session_token, next: sign_in.next })),
        Err(Abandoned::No) => refuse(ctx, visit, &sign_in, "code used before, or sign-in over"),
        Err(Abandoned::Failed(error)) => Err(error),
    }
}

/// Begins the binding of a first device, or goes on with the one begun, so that a page shown twice
/// shows the same secret. `None` when the sign-in is over or asks for something else.
///
/// # Errors
/// Failures of the database.
pub fn begin_enrolment(ctx: &Context, token: &str) -> Result<Option<Enrolment>, Error> {
    let Some(mut sign_in) = login::find_sign_in(ctx, token, SignInStage::Enrolment)? else { return Ok(None) };
    if sign_in.sealed_totp_secret.is_none() {
        let sealed = seal(ctx, &enrolment_purpose(&sign_in), &TotpSecret::generate(&ctx.random)?)?;
        let id = sign_in.id.clone();
        ctx.store.write(move |conn| sign_in::set_totp_secret(conn, &id, &sealed))?;
        // Of two pages opened at once one set its secret, and both show that one.
        let Some(current) = login::find_sign_in(ctx, token, SignInStage::Enrolment)? else { return Ok(None) };
        sign_in = current;
    }
    let Some(sealed) = &sign_in.sealed_totp_secret else { return Ok(None) };
    let secret = open(&ctx.sealing_key, &enrolment_purpose(&sign_in), sealed)?;
    let (user_name, organisation) = ctx.store.read(|conn| {
        Ok::<_, Error>((login::name_of(conn, &sign_in.principal)?, super::directory::name(conn)?))
    })?;
    Ok(Some(Enrolment { secret, user_name, organisation }))
}

/// Binds the device when `code` shows that it works, and starts the session.
///
/// # Errors
/// [`Error::Throttled`] after too many wrong codes; failures of the database.
pub fn confirm_enrolment(
    ctx: &Context,
    visit: &Visit,
    token: &str,
    code: &str,
    replaces: Option<&str>,
) -> Result<Outcome, Error> {
    let Some(sign_in) = login::find_sign_in(ctx, token, SignInStage::Enrolment)? else {
        return Ok(Outcome::Expired);
    };
    let Some(sealed) = &sign_in.sealed_totp_secret else { return Ok(Outcome::Expired) };
    let keys = Key::of_second_factor(&sign_in.principal);
    if !reserve(ctx, &sign_in, &keys)? {
        return Ok(Outcome::Expired);
    }
    let secret = open(&ctx.sealing_key, &enrolment_purpose(&sign_in), sealed)?;
    let Some(step) = secret.matching_step(code, ctx.now()) else {
        return refuse(ctx, visit, &sign_in, "wrong code at enrolment");
    };
    let (session_token, start) = prepare(ctx, visit, &sign_in, replaces)?;
    let change = ctx.change(&visit.origin(&sign_in.principal));
    let device = change.id()?;
    let device = MfaDevice { sealed_secret: seal(ctx, &purpose(&device), &secret)?, id: device };
    let current = sign_in.clone();
    let is_started = ctx.store.write(move |conn| {
        // A device bound meanwhile, in another browser, wins: this sign-in must not add a second one
        // without being asked for the first.
        if find_enabled(conn, &current.principal)?.is_none()
            || !credential::list_mfa_devices(conn, &current.principal)?.is_empty()
            || !sign_in::consume(conn, &current)?
        {
            return Err(Abandoned::No);
        }
        credential::insert_mfa_device(conn, &current.principal, &device, step, change.now)?;
        throttle::forgive(conn, &keys, change.now)?;
        change.record(conn, &Event::new(Action::MfaDeviceBound, &device.id))?;
        session::start(conn, &change, &start)?;
        Ok(())
    });
    match is_started {
        Ok(()) => Ok(Outcome::Started(Started { token: session_token, next: sign_in.next })),
        Err(Abandoned::No) => Ok(Outcome::Expired),
        Err(Abandoned::Failed(error)) => Err(error),
    }
}

/// Why a transaction of this file was undone: a condition did not hold, or something failed.
enum Abandoned {
    No,
    Failed(Error),
}

impl<E: Into<Error>> From<E> for Abandoned {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl crate::storage::IsRetryable for Abandoned {
    fn is_retryable(&self) -> bool {
        matches!(self, Self::Failed(error) if error.is_retryable())
    }
}

fn prepare(
    ctx: &Context,
    visit: &Visit,
    sign_in: &SignIn,
    replaces: Option<&str>,
) -> Result<(Secret, Start), Error> {
    let token = token::generate(&ctx.random, "")?;
    let start = Start {
        principal: sign_in.principal.clone(),
        method: AuthenticationMethod::PasswordAndTotp,
        token_digest: token::digest(token.expose()),
        source: Start::source(visit),
        replaces: replaces.map(str::to_owned),
    };
    Ok((token, start))
}

/// Counts an attempt, of this sign-in and of the person, before its code is looked at; false when the
/// sign-in has none left.
fn reserve(ctx: &Context, sign_in: &SignIn, keys: &[Key]) -> Result<bool, Error> {
    let (id, keys, now) = (sign_in.id.clone(), keys.to_vec(), ctx.now());
    ctx.store.write(move |conn| {
        if !sign_in::reserve_attempt(conn, &id)? {
            return Ok(false);
        }
        throttle::reserve(conn, &keys, now)?;
        Ok(true)
    })
}

fn refuse(ctx: &Context, visit: &Visit, sign_in: &SignIn, reason: &str) -> Result<Outcome, Error> {
    let event = Event::new(Action::SecondFactorRefused, &sign_in.principal)
        .with(serde_json::json!({ "reason": reason }));
    let change = ctx.change(&visit.origin(&sign_in.principal));
    ctx.store.write(move |conn| change.record(conn, &event))?;
    let is_over = sign_in.attempts + 1 >= SignIn::MAX_ATTEMPTS;
    Ok(if is_over { Outcome::Expired } else { Outcome::Refused })
}

pub(super) fn purpose(device: &crate::base::MfaDeviceId) -> String {
    format!("mfa_device:{device}")
}

fn enrolment_purpose(sign_in: &SignIn) -> String {
    format!("enrolment:{}", sign_in.id)
}

pub(super) fn seal(ctx: &Context, purpose: &str, secret: &TotpSecret) -> Result<String, Error> {
    Ok(ctx.sealing_key.seal(&ctx.random, purpose, secret.to_base32().expose().as_bytes())?)
}

fn open(key: &SealingKey, purpose: &str, sealed: &str) -> Result<TotpSecret, Error> {
    let bytes = key.open(purpose, sealed)?;
    let text = std::str::from_utf8(&bytes).map_err(|_ignored| crate::crypto::Error::Unsealable)?;
    Ok(TotpSecret::from_base32(text)?)
}
