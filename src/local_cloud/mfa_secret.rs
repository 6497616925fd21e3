//! Secrets of MFA devices, sealed with a key outside the database.

use crate::base::{Secret, Timestamp};
use crate::crypto::TotpSecret;

use super::cloud::Cloud;
use super::refusal::{Flaw, Refusal};
use super::store::mfa_device::MfaDeviceRow;

/// Seals the secret of the device with this serial number.
pub(crate) fn seal(cloud: &Cloud, serial_number: &str, secret: &TotpSecret) -> Result<String, Refusal> {
    let seed = secret.to_base32();
    Ok(cloud.sealing.seal(&cloud.random, &purpose(serial_number), seed.expose().as_bytes())?)
}

/// Opens the secret of a device.
pub(crate) fn open(cloud: &Cloud, row: &MfaDeviceRow) -> Result<TotpSecret, Refusal> {
    open_sealed(cloud, &purpose(&row.serial_number), &row.sealed_secret)
}

/// Seals a secret that is no device's yet but a sign-in's.
pub(crate) fn seal_pending(
    cloud: &Cloud,
    token_digest: &str,
    secret: &TotpSecret,
) -> Result<String, Refusal> {
    let seed = secret.to_base32();
    Ok(cloud.sealing.seal(&cloud.random, &pending(token_digest), seed.expose().as_bytes())?)
}

/// Opens what [`seal_pending`] sealed.
pub(crate) fn open_pending(cloud: &Cloud, token_digest: &str, sealed: &str) -> Result<TotpSecret, Refusal> {
    open_sealed(cloud, &pending(token_digest), sealed)
}

/// Seals the secret of the device of an account's owner.
pub(crate) fn seal_of_owner(cloud: &Cloud, account_id: &str, secret: &TotpSecret) -> Result<String, Refusal> {
    let seed = secret.to_base32();
    Ok(cloud.sealing.seal(&cloud.random, &of_owner(account_id), seed.expose().as_bytes())?)
}

/// Opens what [`seal_of_owner`] sealed.
pub(crate) fn open_of_owner(cloud: &Cloud, account_id: &str, sealed: &str) -> Result<TotpSecret, Refusal> {
    open_sealed(cloud, &of_owner(account_id), sealed)
}

/// The step of the second of two codes in a row, which prove that somebody holds the device; none of them
/// may be of `last_step` or before.
pub(crate) fn proven_step(
    secret: &TotpSecret,
    (first, second): (&str, &str),
    last_step: i64,
    now: Timestamp,
) -> Result<i64, Refusal> {
    let wrong = |parameter, rule| Refusal::parameter(parameter, Flaw::Value, rule);
    let first = secret
        .matching_step(first, now)
        .filter(|step| *step > last_step)
        .ok_or_else(|| wrong("AuthenticationCode1", "a code that the device shows, not used before"))?;
    secret
        .matching_step(second, now)
        .filter(|step| *step == first + 1)
        .ok_or_else(|| wrong("AuthenticationCode2", "the code that the device shows after the first"))
}

fn open_sealed(cloud: &Cloud, purpose: &str, sealed: &str) -> Result<TotpSecret, Refusal> {
    let plain = cloud.sealing.open(purpose, sealed)?;
    let seed = std::str::from_utf8(&plain).map(Secret::new);
    let seed = seed.map_err(|_ignored| Refusal::Internal(format!("sealed secret of {purpose}")))?;
    Ok(TotpSecret::from_base32(seed.expose())?)
}

fn purpose(serial_number: &str) -> String {
    format!("mfa_device:{serial_number}")
}

fn pending(token_digest: &str) -> String {
    format!("sign_in:{token_digest}")
}

fn of_owner(account_id: &str) -> String {
    format!("owner_device:{account_id}")
}
