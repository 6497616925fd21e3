//! The keys by which we are known, as pages show them.

use std::cmp::Reverse;

use crate::base::Timestamp;
use crate::crypto::Certificate;
use crate::domain::{IdentityKey, KeyGroup, KeyPurpose, KeyState};
use crate::storage::signing_key;

use super::{Context, Error, Operator};

/// A key, and what there is to say of it now.
#[derive(Clone, Debug)]
pub struct KeyDetails {
    /// The key.
    pub key: IdentityKey,
    /// The SHA-256 of its certificate's DER, in hexadecimal.
    pub fingerprint: String,
    /// Until when its certificate says that it is good.
    pub ends_at: Timestamp,
    /// Whether that is near, or past, while others hold the certificate.
    pub is_ending: bool,
    /// When it was in our metadata for as long as the schedule wants; it may be used at any time.
    pub known_at: Timestamp,
    /// Whether that was.
    pub is_known: bool,
}

/// Every key: those that sign first, by kind, in the order of metadata, and of the retired the latest first.
///
/// # Errors
/// Failures of the database; [`Error::Crypto`] when a certificate cannot be read.
pub fn list(ctx: &Context, _operator: &Operator) -> Result<Vec<KeyDetails>, Error> {
    let keys = ctx.store.read(signing_key::list)?.into_iter().map(|stored| stored.key);
    let mut details = keys.map(|key| look(ctx, key)).collect::<Result<Vec<_>, _>>()?;
    details.sort_by_key(|one| (one.key.purpose, one.key.kind, one.key.state, Reverse(one.key.state_since)));
    Ok(details)
}

/// The keys of a group that a turn is about: the one in use, and the one that takes its place, which for encryption is
/// yet to be made. `None` where the group is not used.
///
/// # Errors
/// As [`list`].
pub fn find_pair(
    ctx: &Context,
    operator: &Operator,
    group: KeyGroup,
) -> Result<Option<(KeyDetails, Option<KeyDetails>)>, Error> {
    let is_meant = |key: &IdentityKey| match group {
        KeyGroup::Signing(kind) => key.purpose == KeyPurpose::Signing && key.kind == kind,
        KeyGroup::Encryption => key.purpose == KeyPurpose::Encryption,
    };
    let (mut active, mut next) = (None, None);
    for details in list(ctx, operator)?.into_iter().filter(|details| is_meant(&details.key)) {
        match details.key.state {
            KeyState::Active => active = Some(details),
            KeyState::Next => next = Some(details),
            KeyState::Retiring | KeyState::Retired => {}
        }
    }
    Ok(active.map(|active| (active, next)))
}

fn look(ctx: &Context, key: IdentityKey) -> Result<KeyDetails, Error> {
    let certificate = Certificate::from_base64(&key.certificate)?;
    let (now, ends_at) = (ctx.now(), certificate.not_after()?);
    Ok(KeyDetails {
        fingerprint: certificate.fingerprint()?,
        ends_at,
        is_ending: key.is_ending(ends_at, now),
        known_at: ctx.key_schedule.known_at(&key),
        is_known: ctx.key_schedule.is_known(&key, now),
        key,
    })
}
