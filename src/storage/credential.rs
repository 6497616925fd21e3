//! What principals sign in with: the password hash and the devices that make codes.

use diesel::prelude::*;

use crate::base::{MfaDeviceId, Timestamp};
use crate::domain::PrincipalId;

use super::error::parse;
use super::schema::{mfa_devices, passwords};
use super::{Conn, Error};

/// A stored password.
#[derive(Clone, Debug)]
pub struct Password {
    /// The PHC string.
    pub hash: String,
    /// Whether its owner must choose another at the next sign-in.
    pub must_change: bool,
}

/// A bound device that makes time-based codes.
#[derive(Clone, Debug)]
pub struct MfaDevice {
    /// The id.
    pub id: MfaDeviceId,
    /// The sealed secret.
    pub sealed_secret: String,
}

/// The password of a principal.
///
/// # Errors
/// [`Error`] of the database.
pub fn find_password(conn: &mut Conn, principal: &PrincipalId) -> Result<Option<Password>, Error> {
    use passwords::dsl;
    let row: Option<(String, bool)> = dsl::passwords
        .find(principal.as_str())
        .select((dsl::hash, dsl::must_change))
        .first(conn)
        .optional()?;
    Ok(row.map(|(hash, must_change)| Password { hash, must_change }))
}

/// Sets the password of a principal, whether or not they had one.
///
/// # Errors
/// [`Error`] of the database.
pub fn set_password(
    conn: &mut Conn,
    principal: &PrincipalId,
    password: &Password,
    now: Timestamp,
) -> Result<(), Error> {
    use passwords::dsl;
    diesel::delete(dsl::passwords.find(principal.as_str())).execute(conn)?;
    diesel::insert_into(dsl::passwords)
        .values((
            dsl::principal_id.eq(principal.as_str()),
            dsl::hash.eq(&password.hash),
            dsl::must_change.eq(password.must_change),
            dsl::changed_at.eq(now.millis()),
        ))
        .execute(conn)?;
    Ok(())
}

/// The devices of a principal, oldest first.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_mfa_devices(conn: &mut Conn, principal: &PrincipalId) -> Result<Vec<MfaDevice>, Error> {
    use mfa_devices::dsl;
    let rows: Vec<(String, String)> = dsl::mfa_devices
        .filter(dsl::principal_id.eq(principal.as_str()))
        .order(dsl::id)
        .select((dsl::id, dsl::sealed_secret))
        .load(conn)?;
    rows.into_iter()
        .map(|(id, sealed_secret)| {
            Ok(MfaDevice { id: parse("mfa_devices.id", &id, MfaDeviceId::parse)?, sealed_secret })
        })
        .collect()
}

/// Binds a device. `last_step` is the step of the code that confirmed it, which is thereby used.
///
/// # Errors
/// [`Error`] of the database.
pub fn insert_mfa_device(
    conn: &mut Conn,
    principal: &PrincipalId,
    device: &MfaDevice,
    last_step: i64,
    now: Timestamp,
) -> Result<(), Error> {
    use mfa_devices::dsl;
    diesel::insert_into(dsl::mfa_devices)
        .values((
            dsl::id.eq(device.id.as_str()),
            dsl::principal_id.eq(principal.as_str()),
            dsl::name.eq("Authenticator app"),
            dsl::sealed_secret.eq(&device.sealed_secret),
            dsl::last_step.eq(last_step),
            dsl::created_at.eq(now.millis()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Unbinds every device of a principal.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete_mfa_devices(conn: &mut Conn, principal: &PrincipalId) -> Result<(), Error> {
    use mfa_devices::dsl;
    diesel::delete(dsl::mfa_devices.filter(dsl::principal_id.eq(principal.as_str()))).execute(conn)?;
    Ok(())
}

/// Uses up the code of `step`: true exactly once for each step, and never for one before it.
///
/// # Errors
/// [`Error`] of the database.
pub fn consume_step(conn: &mut Conn, device: &MfaDeviceId, step: i64, now: Timestamp) -> Result<bool, Error> {
    use mfa_devices::dsl;
    let unused = dsl::mfa_devices.find(device.as_str()).filter(dsl::last_step.lt(step));
    let changed = diesel::update(unused)
        .set((dsl::last_step.eq(step), dsl::last_used_at.eq(now.millis())))
        .execute(conn)?;
    Ok(changed == 1)
}
