//! Sealing of secrets at rest: AES-256-GCM under a key that is kept outside the database.
//!
//! A sealed value is `<key id>.<base64url of nonce ‖ ciphertext ‖ tag>`. The purpose is bound in as
//! additional data, so that a value copied into another row or column does not open there.

use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use openssl::symm::{Cipher, decrypt_aead, encrypt_aead};
use zeroize::Zeroizing;

use crate::base::Secret;

use super::{Error, Random, hash};

const NONCE: usize = 12;
const TAG: usize = 16;

/// A key of 256 bits that seals and opens.
pub struct SealingKey {
    key: Zeroizing<[u8; 32]>,
    id: String,
}

impl SealingKey {
    /// Reads a key from its text form, 43 characters of base64url.
    ///
    /// # Errors
    /// [`Error::Malformed`] when it is not 32 bytes.
    pub fn parse(text: &Secret) -> Result<Self, Error> {
        let bytes = Zeroizing::new(
            BASE64URL_NOPAD
                .decode(text.expose().trim().as_bytes())
                .map_err(|_ignored| Error::Malformed("sealing key"))?,
        );
        let key =
            <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_ignored| Error::Malformed("sealing key"))?;
        let id = hash::sha256_hex(&key).chars().take(8).collect();
        Ok(Self { key: Zeroizing::new(key), id })
    }

    /// The text form of a new random key.
    ///
    /// # Errors
    /// As [`Random::fill`].
    pub fn generate(random: &Random) -> Result<Secret, Error> {
        let bytes: [u8; 32] = random.bytes()?;
        Ok(Secret::new(BASE64URL_NOPAD.encode(&bytes)))
    }

    /// Seals `plain` for `purpose`, such as `mfa_device:mfa-…`.
    ///
    /// # Errors
    /// [`Error::OpenSsl`].
    pub fn seal(&self, random: &Random, purpose: &str, plain: &[u8]) -> Result<String, Error> {
        let nonce: [u8; NONCE] = random.bytes()?;
        let mut tag = [0; TAG];
        let cipher = Cipher::aes_256_gcm();
        let sealed =
            encrypt_aead(cipher, self.key.as_slice(), Some(&nonce), purpose.as_bytes(), plain, &mut tag)?;
        Ok(format!("{}.{}", self.id, BASE64URL_NOPAD.encode(&[nonce.as_slice(), &sealed, &tag].concat())))
    }

    /// Opens what [`SealingKey::seal`] made for the same purpose.
    ///
    /// # Errors
    /// [`Error::Unsealable`] for anything else; which part failed is not told.
    pub fn open(&self, purpose: &str, sealed: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
        let opened = self.open_parts(purpose, sealed);
        opened.map(Zeroizing::new).ok_or(Error::Unsealable)
    }

    /// A key for another purpose, derived from this one: HMAC-SHA-256 of the purpose's name.
    ///
    /// # Errors
    /// [`Error::OpenSsl`].
    pub fn derive(&self, purpose: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
        hash::hmac_sha256(self.key.as_slice(), purpose.as_bytes()).map(Zeroizing::new)
    }

    fn open_parts(&self, purpose: &str, sealed: &str) -> Option<Vec<u8>> {
        let (id, body) = sealed.split_once('.')?;
        let body = BASE64URL_NOPAD.decode(body.as_bytes()).ok()?;
        let (nonce, rest) = body.split_at_checked(NONCE)?;
        let (sealed, tag) = rest.split_at_checked(rest.len().checked_sub(TAG)?)?;
        if id != self.id {
            return None;
        }
        decrypt_aead(Cipher::aes_256_gcm(), self.key.as_slice(), Some(nonce), purpose.as_bytes(), sealed, tag)
            .ok()
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealingKey({})", self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(seed: u64) -> Result<SealingKey, Error> {
        SealingKey::parse(&SealingKey::generate(&Random::seeded(seed))?)
    }

    #[test]
    fn what_was_sealed_opens_for_its_purpose_only() -> Result<(), Error> {
        let random = Random::seeded(9);
        let sealed = key(1)?.seal(&random, "mfa_device:mfa-1", b"secret")?;
        assert_eq!(key(1)?.open("mfa_device:mfa-1", &sealed)?.as_slice(), b"secret");
        assert!(matches!(key(1)?.open("mfa_device:mfa-2", &sealed), Err(Error::Unsealable)));
        assert!(matches!(key(2)?.open("mfa_device:mfa-1", &sealed), Err(Error::Unsealable)));
        Ok(())
    }

    #[test]
    fn any_change_is_noticed() -> Result<(), Error> {
        let sealed = key(1)?.seal(&Random::seeded(9), "p", b"secret")?;
        for cut in 0..sealed.len() {
            assert!(key(1)?.open("p", sealed.get(..cut).unwrap_or_default()).is_err(), "cut at {cut}");
        }
        let swapped: String = sealed.chars().rev().collect();
        assert!(key(1)?.open("p", &swapped).is_err());
        Ok(())
    }

    #[test]
    fn a_key_is_32_bytes() {
        assert!(SealingKey::parse(&Secret::new("c2hvcnQ")).is_err());
        assert!(SealingKey::parse(&Secret::new("not base64!")).is_err());
    }
}
