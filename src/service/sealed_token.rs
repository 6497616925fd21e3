//! Places in lists, as callers carry them from page to page: readable by nobody's promise, and good for what they
//! were given for and nothing else.

use data_encoding::BASE64URL_NOPAD;

use crate::crypto::{SealingKey, hash};

use super::Error;

const MAC: usize = 16;

/// The token for `text`, of this purpose, good for this `query`.
///
/// # Errors
/// [`Error::Crypto`].
pub(super) fn issue(key: &SealingKey, purpose: &str, query: &str, text: &str) -> Result<String, Error> {
    let mut bytes = mac(key, purpose, query, text)?;
    bytes.extend_from_slice(text.as_bytes());
    Ok(BASE64URL_NOPAD.encode(&bytes))
}

/// The text that a token was issued for, if it was of this purpose and for this `query`.
///
/// # Errors
/// [`Error::Crypto`].
pub(super) fn open(
    key: &SealingKey,
    purpose: &str,
    query: &str,
    token: &str,
) -> Result<Option<String>, Error> {
    let Ok(bytes) = BASE64URL_NOPAD.decode(token.as_bytes()) else { return Ok(None) };
    let Some((given, text)) = bytes.split_at_checked(MAC) else { return Ok(None) };
    let Ok(text) = std::str::from_utf8(text) else { return Ok(None) };
    let is_ours = hash::equal(given, &mac(key, purpose, query, text)?);
    Ok(is_ours.then(|| text.to_owned()))
}

fn mac(key: &SealingKey, purpose: &str, query: &str, text: &str) -> Result<Vec<u8>, Error> {
    let key = key.derive(purpose)?;
    let mut mac = hash::hmac_sha256(&key, format!("{}:{query}{text}", query.len()).as_bytes())?;
    mac.truncate(MAC);
    Ok(mac)
}
