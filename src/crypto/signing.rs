//! Keys that sign: RSA-2048 with SHA-256 (RFC 8017 §8.2), parsed once and kept ready, because
//! loading a key costs more than using it.

use std::fmt;

use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::sign::Signer;
use zeroize::Zeroizing;

use super::Error;

const RSA_BITS: u32 = 2048;

/// A private key, ready to sign. Shared between threads behind an `Arc`.
pub struct SigningKey(PKey<Private>);

impl SigningKey {
    /// A new RSA key of 2048 bits.
    ///
    /// # Errors
    /// [`Error::OpenSsl`].
    pub fn generate() -> Result<Self, Error> {
        Ok(Self(PKey::from_rsa(Rsa::generate(RSA_BITS)?)?))
    }

    /// Reads a key from PKCS #8 DER.
    ///
    /// # Errors
    /// [`Error::OpenSsl`] when it is none, [`Error::Malformed`] when it is not RSA of 2048 bits or more.
    pub fn from_pkcs8_der(der: &[u8]) -> Result<Self, Error> {
        let key = PKey::private_key_from_der(der)?;
        if key.rsa().is_err() || key.bits() < RSA_BITS {
            return Err(Error::Malformed("signing key"));
        }
        Ok(Self(key))
    }

    /// The key in PKCS #8 DER, to be sealed.
    ///
    /// # Errors
    /// [`Error::OpenSsl`].
    pub fn to_pkcs8_der(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        Ok(Zeroizing::new(self.0.private_key_to_pkcs8()?))
    }

    /// RSASSA-PKCS1-v1_5 with SHA-256 over `message`: 256 bytes for a 2048-bit key.
    ///
    /// # Errors
    /// [`Error::OpenSsl`].
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        Ok(Signer::new(MessageDigest::sha256(), &self.0)?.sign_oneshot_to_vec(message)?)
    }

    pub(super) fn key(&self) -> &PKey<Private> {
        &self.0
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey(RSA-{})", self.0.bits())
    }
}
