//! Where the next page of a list begins, as the caller carries it: readable by nobody's promise, and good
//! for the query that it was given for and no other.

use crate::domain;

use super::{Context, Error, sealed_token};

const PURPOSE: &str = "page token";

/// The token for the page after the item with key `after`; `query` is what the list was asked for.
///
/// # Errors
/// [`Error::Crypto`].
pub fn issue(ctx: &Context, query: &str, after: &str) -> Result<String, Error> {
    sealed_token::issue(&ctx.sealing_key, PURPOSE, query, after)
}

/// The key that a token was issued for, if it was for this `query`.
///
/// # Errors
/// [`Error::Refused`] on `NextToken` for anything else; [`Error::Crypto`].
pub fn open(ctx: &Context, query: &str, token: &str) -> Result<String, Error> {
    let refusal =
        || domain::Error::invalid("NextToken", "must be the token of an earlier page of the same list");
    Ok(sealed_token::open(&ctx.sealing_key, PURPOSE, query, token)?.ok_or_else(refusal)?)
}
