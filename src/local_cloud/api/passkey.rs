//! A RAM user's own passkeys. Ours: the vendor publishes no action for them. Whoever may keep an MFA device
//! of its own may keep passkeys; policies name them `ims:CreatePasskey` and `ims:DeletePasskey`.

use diesel::SqliteConnection;

use crate::crypto;
use crate::local_cloud::logon_name::{default_domain, principal_name};
use crate::local_cloud::passkey;
use crate::local_cloud::refusal::{Entity, Flaw, Refusal};
use crate::local_cloud::rules;
use crate::local_cloud::setting::{self, SecurityPreference};
use crate::local_cloud::store::passkey::{self as passkeys, PasskeyRow};
use crate::local_cloud::store::user::UserRow;
use crate::local_cloud::store::{console_session, login_profile};

use super::face::own_user;
use super::invocation::Invocation;
use super::permission::may_change_user;

/// Passkeys of one user.
const MOST: usize = 5;

/// The passkeys of the user who calls.
pub(crate) fn list(call: &Invocation<'_>) -> Result<Vec<PasskeyRow>, Refusal> {
    let id = call.identity.ram_user().map(|user| user.id.as_str()).unwrap_or_default();
    call.cloud.store.read(|connection| Ok(passkeys::of_user(connection, id)?))
}

/// The options by which the browser makes a passkey for the user who calls, in the console session `holder`.
pub(crate) fn begin(call: &Invocation<'_>, holder: &str) -> Result<String, Refusal> {
    let (user, rows, name) = call.cloud.store.read(|connection| {
        let user = changeable(call, connection)?;
        let name = principal_name(&default_domain(connection, call.account())?, &user);
        Ok::<_, Refusal>((user.clone(), room(connection, &user)?, name))
    })?;
    passkey::registration(call.cloud, holder, (&user.id, &name), (&rows, call.now))
}

/// Keeps the passkey that `answer` made, under a name of its user's choice.
pub(crate) fn create(
    call: &Invocation<'_>,
    holder: &str,
    (name, answer): (&str, &str),
) -> Result<(), Refusal> {
    let name = rules::length("Name", rules::printable("Name", name)?, 1..=32)?;
    let state = passkey::take(call.cloud, holder, call.now)?;
    let state = state.ok_or(Refusal::State {
        code: "PasskeyChallengeOver",
        reason: "That took too long, or was sent before. Nothing was added; try again.",
    })?;
    let made = match call.cloud.passkeys.register(&state, answer) {
        Err(crypto::Error::Passkey(reason)) => {
            tracing::info!(reason, "passkey not added");
            let rule = "what the browser made of this page's challenge";
            return Err(Refusal::parameter("Passkey", Flaw::Value, rule));
        }
        made => made?,
    };
    call.cloud.store.write(|connection| {
        let user = changeable(call, connection)?;
        room(connection, &user)?;
        let row = PasskeyRow {
            id: made.id(),
            user_id: user.id,
            name: name.to_owned(),
            document: made.to_json()?,
            counter: 0,
            created_at: call.now.millis(),
            last_used_at: None,
        };
        if passkeys::insert(connection, &row)? { Ok(()) } else { Err(Refusal::exists(Entity::Passkey, name)) }
    })
}

/// Forgets a passkey of the user who calls.
pub(crate) fn delete(call: &Invocation<'_>, id: &str) -> Result<(), Refusal> {
    call.cloud.store.write(|connection| {
        let user = authorised(call, connection, "DeletePasskey")?;
        if passkeys::delete(connection, &user.id, id)? {
            // It may be the one that a console was opened with.
            Ok(console_session::forget_second_factor(connection, &user.id)?)
        } else {
            Err(Refusal::missing(Entity::Passkey, id))
        }
    })
}

/// The user who calls, if it may add a passkey: the account wants them, and there is a password beside which
/// it would be asked for.
fn changeable(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Result<UserRow, Refusal> {
    let user = authorised(call, connection, "CreatePasskey")?;
    let preference: SecurityPreference = setting::read(connection, call.account().as_str())?;
    if !preference.allow_user_to_login_with_passkey {
        return Err(Refusal::State {
            code: "Passkey.NotAllowed",
            reason: "The account does not let its users sign in with passkeys.",
        });
    }
    if login_profile::find(connection, &user.id)?.is_none() {
        return Err(Refusal::missing(Entity::LoginProfile, user.name));
    }
    Ok(user)
}

fn authorised(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    action: &str,
) -> Result<UserRow, Refusal> {
    let preference: SecurityPreference = setting::read(connection, call.account().as_str())?;
    let right = (action, preference.allow_user_to_manage_mfa_devices);
    let user = own_user(call, connection)?.authorised_or_own(call, connection, right)?;
    may_change_user(call.identity, &user)?;
    Ok(user)
}

/// The passkeys of a user, if there may be one more.
fn room(connection: &mut SqliteConnection, user: &UserRow) -> Result<Vec<PasskeyRow>, Refusal> {
    let rows = passkeys::of_user(connection, &user.id)?;
    if rows.len() >= MOST {
        return Err(Refusal::Limit {
            code: "LimitExceeded.User.Passkey",
            limit: 5,
            of: "passkeys of one user",
        });
    }
    Ok(rows)
}
