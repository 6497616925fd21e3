//! What a request says about its signer, before anything of it is believed.

use crate::base::{Secret, Timestamp};

use super::Error;

/// A signature that was read and not verified.
pub struct Claim {
    pub(super) algorithm: Algorithm,
    pub(super) access_key_id: String,
    pub(super) security_token: Option<Secret>,
    pub(super) nonce: String,
    pub(super) signed_at: Timestamp,
    pub(super) string_to_sign: String,
    pub(super) signature: String,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Algorithm {
    Acs3HmacSha256,
    HmacSha1,
}

impl std::fmt::Debug for Claim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} by {} at {}", self.algorithm, self.access_key_id, self.signed_at)
    }
}

pub(super) fn read_time(text: &str) -> Result<Timestamp, Error> {
    let refusal = || Error::TimeFormat(text.chars().take(64).collect());
    Timestamp::parse(text).filter(|_| text.ends_with('Z')).ok_or_else(refusal)
}

pub(super) fn read_nonce(text: &str) -> Result<String, Error> {
    let fits = (1..=128).contains(&text.len());
    fits.then(|| text.to_owned()).ok_or_else(|| Error::invalid("SignatureNonce", "1 to 128 characters"))
}
