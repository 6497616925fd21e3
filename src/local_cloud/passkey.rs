//! Passkeys of RAM users: a second factor beside the password, bound to this server's own address.
//!
//! A challenge lasts five minutes, works once, and belongs to one sign-in or one console session.

use std::time::Duration;

use diesel::SqliteConnection;

use crate::base::Timestamp;
use crate::crypto::{self, Passkey};

use super::cloud::Cloud;
use super::refusal::Refusal;
use super::setting::{self, SecurityPreference};
use super::store::passkey::{self, PasskeyRow};
use super::store::user::UserRow;

const CHALLENGE: Duration = Duration::from_secs(300);

/// The passkeys that count at a user's sign-in: none where the account does not want any.
pub(crate) fn that_count(
    connection: &mut SqliteConnection,
    user: &UserRow,
) -> Result<Vec<PasskeyRow>, Refusal> {
    let preference: SecurityPreference = setting::read(connection, &user.account_id)?;
    if !preference.allow_user_to_login_with_passkey {
        return Ok(Vec::new());
    }
    Ok(passkey::of_user(connection, &user.id)?)
}

/// A challenge to whoever has one of the passkeys, for the sign-in `holder`: the options for the browser.
pub(crate) fn challenge(
    cloud: &Cloud,
    holder: &str,
    rows: &[PasskeyRow],
    now: Timestamp,
) -> Result<String, Refusal> {
    let challenge = cloud.passkeys.begin_authentication(&public_halves(rows)?)?;
    keep(cloud, holder, &challenge.state, now)?;
    Ok(challenge.options)
}

/// A challenge to make a passkey beside those that a user has, for the console session `holder`.
pub(crate) fn registration(
    cloud: &Cloud,
    holder: &str,
    (user_id, logon_name): (&str, &str),
    (rows, now): (&[PasskeyRow], Timestamp),
) -> Result<String, Refusal> {
    let challenge = cloud.passkeys.begin_registration((user_id, logon_name), &public_halves(rows)?)?;
    keep(cloud, holder, &challenge.state, now)?;
    Ok(challenge.options)
}

/// Uses the challenge of `holder` up; whoever gives a wrong answer needs another.
pub(crate) fn take(cloud: &Cloud, holder: &str, now: Timestamp) -> Result<Option<String>, Refusal> {
    cloud.store.write(|connection| Ok(passkey::take_challenge(connection, holder, now.millis())?))
}

/// Whether `answer` proves that the user has one of its passkeys, in the transaction that opens the session.
/// A copy of a passkey, whose counter does not go up, proves nothing.
pub(crate) fn is_proven(
    cloud: &Cloud,
    connection: &mut SqliteConnection,
    (user, now): (&UserRow, Timestamp),
    (state, answer): (&str, &str),
) -> Result<bool, Refusal> {
    let proof = match cloud.passkeys.authenticate(state, answer) {
        Err(crypto::Error::Passkey(reason)) => {
            tracing::info!(user.id = user.id, reason, "passkey refused");
            return Ok(false);
        }
        proof => proof?,
    };
    let rows = that_count(connection, user)?;
    let Some(row) = rows.into_iter().find(|row| row.id == proof.id()) else { return Ok(false) };
    let mut public_half = Passkey::from_json(&row.document)?;
    public_half.update(&proof);
    let (counter, document) = (proof.counter(), public_half.to_json()?);
    let is_newer = passkey::update_used(connection, (&user.id, &row.id), (counter, &document), now.millis())?;
    if !is_newer {
        tracing::warn!(user.id = user.id, passkey.id = row.id, counter, "a passkey may have been copied");
    }
    Ok(is_newer)
}

fn public_halves(rows: &[PasskeyRow]) -> Result<Vec<Passkey>, Refusal> {
    rows.iter().map(|row| Ok(Passkey::from_json(&row.document)?)).collect()
}

fn keep(cloud: &Cloud, holder: &str, state: &str, now: Timestamp) -> Result<(), Refusal> {
    let ends = now.plus(CHALLENGE).millis();
    cloud
        .store
        .write(|connection| Ok(passkey::put_challenge(connection, holder, state, (now.millis(), ends))?))
}
