//! Passwords and devices that somebody is given by whoever administers them.

use crate::base::{Secret, UserId};
use crate::crypto::TotpSecret;
use crate::domain::{Action, Event, PrincipalId, check_reset_password};
use crate::storage::credential::{MfaDevice, Password};
use crate::storage::{Conn, credential, session, sign_in};

use super::context::Change;
use super::{Context, Error, Operator, directory, second_factor, user};

/// No letters that are taken for one another; at least one of each kind is drawn.
const KINDS: [&str; 4] = ["abcdefghjkmnpqrstuvwxyz", "ABCDEFGHJKMNPQRSTUVWXYZ", "23456789", "!#$%*+-=?@_"];
const DRAWN_FROM_EACH: usize = 5;

/// What password somebody is to get.
pub enum NewPassword {
    /// This one.
    Given(Secret),
    /// A random one.
    Random,
}

/// Gives a user a password; with `must_change` they choose another at the next sign-in. Whoever is signed in
/// by the old one, or about to be, is so no longer. Returns a random one, which is shown this once.
///
/// # Errors
/// [`Error::Refused`] when there is no such user, or on `Password` when a given one breaks its rule; failures
/// of the database, and of hashing.
pub fn reset_password(
    ctx: &Context,
    operator: &Operator,
    id: &UserId,
    password: NewPassword,
    must_change: bool,
) -> Result<Option<Secret>, Error> {
    let (name, organisation) = ctx
        .store
        .read(|conn| Ok::<_, Error>((user::find(conn, id)?.spec.user_name, directory::name(conn)?)))?;
    let principal = PrincipalId::User(id.clone());
    match password {
        NewPassword::Given(password) => {
            check_reset_password(password.expose(), &[name.as_str(), &organisation])?;
            set_password(ctx, operator, &principal, &password, must_change)?;
            Ok(None)
        }
        NewPassword::Random => {
            let password = random(ctx)?;
            set_password(ctx, operator, &principal, &password, must_change)?;
            Ok(Some(password))
        }
    }
}

/// Sets somebody's password; with `must_change` they choose another at the next sign-in. Whoever is
/// signed in by the old one, or about to be, is so no longer.
///
/// # Errors
/// [`Error::Refused`] when there is no such user; failures of the database, and of hashing.
pub fn set_password(
    ctx: &Context,
    operator: &Operator,
    principal: &PrincipalId,
    password: &Secret,
    must_change: bool,
) -> Result<(), Error> {
    let password = Password { hash: ctx.hasher.hash(&ctx.random, password)?, must_change };
    let (change, principal) = (ctx.change(operator.origin()), principal.clone());
    ctx.store.write(move |conn| {
        if let PrincipalId::User(id) = &principal {
            user::find(conn, id)?;
        }
        replace(conn, &change, &principal, &password)
    })
}

/// Puts a password in the place of whatever somebody had. Whoever is signed in by that, or about to be, is so
/// no longer.
pub(super) fn replace(
    conn: &mut Conn,
    change: &Change,
    principal: &PrincipalId,
    password: &Password,
) -> Result<(), Error> {
    credential::set_password(conn, principal, password, change.now)?;
    sign_in::delete_by_principal(conn, principal)?;
    let ended = session::delete_by_principal(conn, principal)?;
    let detail = serde_json::json!({ "sessions_ended": ended });
    change.record(conn, &Event::new(Action::PasswordSet, principal).with(detail))
}

/// Whether this is somebody's password.
///
/// # Errors
/// Failures of the database, and of hashing.
pub fn has_password(
    ctx: &Context,
    _operator: &Operator,
    principal: &PrincipalId,
    password: &Secret,
) -> Result<bool, Error> {
    let stored = ctx.store.read(|conn| credential::find_password(conn, principal))?;
    Ok(ctx.hasher.verify(password, stored.as_ref().map(|stored| stored.hash.as_str()))?)
}

/// Binds a device that makes codes from `secret`, in place of any other; for people who are set up
/// by whoever runs the program, as the demo's are.
///
/// # Errors
/// Failures of the database.
pub fn set_totp_device(
    ctx: &Context,
    operator: &Operator,
    principal: &PrincipalId,
    secret: &TotpSecret,
) -> Result<(), Error> {
    let change = ctx.change(operator.origin());
    let id = change.id()?;
    let sealed_secret = second_factor::seal(ctx, &second_factor::purpose(&id), secret)?;
    let (principal, device) = (principal.clone(), MfaDevice { id, sealed_secret });
    ctx.store.write(move |conn| {
        credential::delete_mfa_devices(conn, &principal)?;
        credential::insert_mfa_device(conn, &principal, &device, 0, change.now)?;
        change.record(conn, &Event::new(Action::MfaDeviceBound, &device.id))
    })
}

/// A password that nobody chose, with characters of every kind.
fn random(ctx: &Context) -> Result<Secret, Error> {
    let mut letters = Vec::new();
    for kind in KINDS {
        letters.extend(ctx.random.text(kind, DRAWN_FROM_EACH)?.chars());
    }
    // Where each kind stands is no secret worth keeping, but some rules dislike what looks sorted.
    let order: [u8; KINDS.len() * DRAWN_FROM_EACH] = ctx.random.bytes()?;
    let mut shuffled: Vec<(u8, char)> = order.into_iter().zip(letters).collect();
    shuffled.sort_unstable();
    Ok(Secret::new(shuffled.into_iter().map(|(_, letter)| letter).collect::<String>()))
}
