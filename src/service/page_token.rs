//! Where the next page of a list begins, as the caller carries it: readable by nobody's promise, and good
//! for the query that it was given for and no other.

use data_encoding::BASE64URL_NOPAD;

use crate::crypto::hash;
use crate::domain;

use super::{Context, Error};

const MAC: usize = 16;

/// The token for the page after the item with key `after`; `query` is what the list was asked for.
///
/// # Errors
/// [`Error::Crypto`].
pub fn issue(ctx: &Context, query: &str, after: &str) -> Result<String, Error> {
    let mut bytes = mac(ctx, query, after)?;
    bytes.extend_from_slice(after.as_bytes());
    Ok(BASE64URL_NOPAD.encode(&bytes))
}

/// The key that a token was issued for, if it was for this `query`.
///
/// # Errors
/// [`Error::Refused`] on `NextToken` for anything else; [`Error::Crypto`].
pub fn open(ctx: &Context, query: &str, token: &str) -> Result<String, Error> {
    let refusal =
        || domain::Error::invalid("NextToken", "must be the token of an earlier page of the same list");
    let bytes = BASE64URL_NOPAD.decode(token.as_bytes()).map_err(|_ignored| refusal())?;
    let (given, after) = bytes.split_at_checked(MAC).ok_or_else(refusal)?;
    let after = std::str::from_utf8(after).map_err(|_ignored| refusal())?;
    if hash::equal(given, &mac(ctx, query, after)?) { Ok(after.to_owned()) } else { Err(refusal().into()) }
}

fn mac(ctx: &Context, query: &str, after: &str) -> Result<Vec<u8>, Error> {
    let key = ctx.sealing_key.derive("page token")?;
    let mut mac = hash::hmac_sha256(&key, format!("{}:{query}{after}", query.len()).as_bytes())?;
    mac.truncate(MAC);
    Ok(mac)
}
