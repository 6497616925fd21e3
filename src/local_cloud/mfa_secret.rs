//! Secrets of MFA devices, sealed with a key outside the database.

use crate::base::Secret;
use crate::crypto::TotpSecret;

use super::cloud::Cloud;
use super::refusal::Refusal;
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
