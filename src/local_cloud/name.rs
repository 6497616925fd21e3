//! New ids and secrets, in the vendor's shapes.

use crate::base::Secret;
use crate::crypto::{Error, Random};

const LOWER: &str = "abcdefghijklmnopqrstuvwxyz0123456789";
const MIXED: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const DIGITS: &str = "0123456789";

/// An account: 16 digits, the first of them 1.
pub(crate) fn account_id(random: &Random) -> Result<String, Error> {
    prefixed(random, "1", DIGITS, 15)
}

/// The resource directory: `rd-` and 6 characters.
pub(crate) fn directory_id(random: &Random) -> Result<String, Error> {
    prefixed(random, "rd-", LOWER, 6)
}

/// The root folder: `r-` and 6 characters.
pub(crate) fn root_folder_id(random: &Random) -> Result<String, Error> {
    prefixed(random, "r-", LOWER, 6)
}

/// A folder: `fd-` and 10 characters.
pub(crate) fn folder_id(random: &Random) -> Result<String, Error> {
    prefixed(random, "fd-", LOWER, 10)
}

/// A control policy: `cp-` and 14 characters.
pub(crate) fn control_policy_id(random: &Random) -> Result<String, Error> {
    prefixed(random, "cp-", LOWER, 14)
}

/// An invitation: `h-` and 16 characters.
pub(crate) fn handshake_id(random: &Random) -> Result<String, Error> {
    prefixed(random, "h-", LOWER, 16)
}

/// A session of the console: `cs-` and 16 characters.
pub(crate) fn console_session_id(random: &Random) -> Result<String, Error> {
    prefixed(random, "cs-", LOWER, 16)
}

/// A role: 18 digits, the first of them 3.
pub(crate) fn role_id(random: &Random) -> Result<String, Error> {
    prefixed(random, "3", DIGITS, 17)
}

/// A RAM user: 18 digits, the first of them 2.
pub(crate) fn user_id(random: &Random) -> Result<String, Error> {
    prefixed(random, "2", DIGITS, 17)
}

/// A RAM group: `g-` and 16 characters.
pub(crate) fn group_id(random: &Random) -> Result<String, Error> {
    prefixed(random, "g-", MIXED, 16)
}

/// A custom policy or a SAML provider; never shown.
pub(crate) fn row_id(random: &Random) -> Result<String, Error> {
    random.text(LOWER, 24)
}

/// A long-lived access key.
pub(crate) fn access_key_id(random: &Random) -> Result<String, Error> {
    prefixed(random, "LTAI5t", MIXED, 18)
}

/// A temporary access key.
pub(crate) fn temporary_access_key_id(random: &Random) -> Result<String, Error> {
    prefixed(random, "STS.NT", MIXED, 22)
}

/// The secret of an access key, about 250 random bits.
pub(crate) fn access_key_secret(random: &Random) -> Result<Secret, Error> {
    random.text(MIXED, 42).map(Secret::new)
}

/// The name of one request, as answers and the log carry it.
pub(crate) fn request_id(random: &Random) -> Result<String, Error> {
    let hex = random.text("0123456789ABCDEF", 32)?;
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    Ok(format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)))
}

fn prefixed(random: &Random, prefix: &str, alphabet: &str, length: usize) -> Result<String, Error> {
    Ok(format!("{prefix}{}", random.text(alphabet, length)?))
}
