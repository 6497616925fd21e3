//! Keys that sign, parsed once and kept ready, because loading a key costs more than using it.

use std::fmt;

use openssl::ec::{EcGroup, EcKey};
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey, Private};
use openssl::rsa::Rsa;
use openssl::sign::Signer;
use zeroize::Zeroizing;

use super::{Error, KeyType, SignatureAlgorithm, ecdsa};

/// A private key, ready to sign. Shared between threads behind an `Arc`.
pub struct SigningKey(PKey<Private>);

impl SigningKey {
    /// A new key.
    ///
    /// # Errors
    /// [`Error::OpenSsl`].
    pub fn generate(kind: KeyType) -> Result<Self, Error> {
        Ok(Self(match kind {
            KeyType::Rsa2048 => PKey::from_rsa(Rsa::generate(2048)?)?,
            KeyType::Rsa3072 => PKey::from_rsa(Rsa::generate(3072)?)?,
            KeyType::P256 => {
                let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
                PKey::from_ec_key(EcKey::generate(&group)?)?
            }
        }))
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
        if is_good { Ok(Self(key)) } else { Err(Error::Malformed("signing key")) }
    }

    /// The key in PKCS #8 DER, to be sealed.
    ///
    /// # Errors
    /// [`Error::OpenSsl`].
    pub fn to_pkcs8_der(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        Ok(Zeroizing::new(self.0.private_key_to_pkcs8()?))
    }

    /// How it signs: with SHA-256.
    pub fn algorithm(&self) -> SignatureAlgorithm {
        if self.0.id() == Id::RSA { SignatureAlgorithm::RsaSha256 } else { SignatureAlgorithm::EcdsaSha256 }
    }

    /// The signature over `message`: of RSA as many bytes as the key has, of P-256 two numbers of 32 bytes.
    ///
    /// # Errors
    /// [`Error::OpenSsl`].
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let algorithm = self.algorithm();
        let signature = Signer::new(algorithm.digest(), &self.0)?.sign_oneshot_to_vec(message)?;
        match algorithm.key() {
            Id::EC => ecdsa::from_der(&signature, ecdsa::half(&self.0)),
            _ => Ok(signature),
        }
    }

    pub(super) fn key(&self) -> &PKey<Private> {
        &self.0
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({:?}, {} bits)", self.algorithm(), self.0.bits())
    }
}
