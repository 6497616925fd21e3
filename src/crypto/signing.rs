//! Keys that sign, parsed once and kept ready, because loading a key costs more than using it.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use openssl::ec::{EcGroup, EcKey};
use openssl::md::Md;
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey, Private};
use openssl::pkey_ctx::PkeyCtx;
use openssl::rsa::{Padding, Rsa};
use zeroize::Zeroizing;

use super::{Error, KeyType, SignatureAlgorithm, ecdsa, hash};

/// A private key, ready to sign. Shared between threads behind an `Arc`.
pub struct SigningKey {
    key: PKey<Private>,
    /// Contexts that are set up and idle: at most as many as ever signed at once. Setting one up looks up algorithms
    /// behind locks.
    idle: Mutex<Vec<PkeyCtx<Private>>>,
}

impl SigningKey {
    /// A new key.
    ///
    /// # Errors
    /// [`Error::OpenSsl`].
    pub fn generate(kind: KeyType) -> Result<Self, Error> {
        Ok(Self::of(match kind {
            KeyType::Rsa2048 => PKey::from_rsa(Rsa::generate(2048)?)?,
            KeyType::Rsa3072 => PKey::from_rsa(Rsa::generate(3072)?)?,
            KeyType::P256 => {
                let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
                PKey::from_ec_key(EcKey::generate(&group)?)?
            }
        }))
    }

    fn of(key: PKey<Private>) -> Self {
        Self { key, idle: Mutex::default() }
    }

    /// Reads a key from PKCS #8 DER.
    ///
    /// # Errors
    /// [`Error::OpenSsl`] when it is none, [`Error::Malformed`] when it is neither RSA of 2048 bits or more nor of the
    /// curve P-256.
    pub fn from_pkcs8_der(der: &[u8]) -> Result<Self, Error> {
        let key = PKey::private_key_from_der(der)?;
        let is_good = match key.id() {
            Id::RSA => key.bits() >= 2048,
            Id::EC => key.ec_key()?.group().curve_name() == Some(Nid::X9_62_PRIME256V1),
            _ => false,
        };
        if is_good { Ok(Self::of(key)) } else { Err(Error::Malformed("signing key")) }
    }

    /// The key in PKCS #8 DER, to be sealed.
    ///
    /// # Errors
    /// [`Error::OpenSsl`].
    pub fn to_pkcs8_der(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        Ok(Zeroizing::new(self.key.private_key_to_pkcs8()?))
    }

    /// How it signs: with SHA-256.
    pub fn algorithm(&self) -> SignatureAlgorithm {
        if self.key.id() == Id::RSA { SignatureAlgorithm::RsaSha256 } else { SignatureAlgorithm::EcdsaSha256 }
    }

    /// The signature over `message`: of RSA as many bytes as the key has, of P-256 two numbers of 32 bytes.
    ///
    /// # Errors
    /// [`Error::OpenSsl`].
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut context = idle.map_or_else(|| self.context(), Ok)?;
        let mut signature = Vec::new();
        context.sign_to_vec(&hash::sha256(message), &mut signature)?;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(context);
        match self.algorithm().key() {
            Id::EC => ecdsa::from_der(&signature, ecdsa::half(&self.key)),
            _ => Ok(signature),
        }
    }

    /// A context that signs digests of SHA-256.
    fn context(&self) -> Result<PkeyCtx<Private>, Error> {
        let mut context = PkeyCtx::new(&self.key)?;
        context.sign_init()?;
        if self.key.id() == Id::RSA {
            context.set_rsa_padding(Padding::PKCS1)?;
        }
        context.set_signature_md(Md::sha256())?;
        Ok(context)
    }

    pub(super) fn key(&self) -> &PKey<Private> {
        &self.key
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({:?}, {} bits)", self.algorithm(), self.key.bits())
    }
}
