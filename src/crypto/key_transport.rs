//! How the key of a message is encrypted for its receiver: RSAES-OAEP (RFC 8017 §7.1). RSAES-PKCS1-v1_5 is on no list
//! of ours, since receivers of it can be made to decrypt for others.

use openssl::md::{Md, MdRef};
use openssl::pkey::{HasPrivate, HasPublic, PKeyRef};
use openssl::pkey_ctx::PkeyCtx;
use openssl::rsa::Padding;
use zeroize::Zeroizing;

use super::{Certificate, Error};

/// The digests of OAEP: of its label, and of its mask. SHA-1 is as good as any here, where nobody gains by a
/// collision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyTransport {
    /// SHA-1 for both: what every receiver knows.
    OaepSha1,
    /// SHA-256 for both; for receivers that are known to take it, since many do not.
    OaepSha256,
    /// SHA-256 for the label, SHA-1 for the mask.
    OaepSha256Mgf1Sha1,
}

impl KeyTransport {
    /// All there are.
    pub const ALL: [Self; 3] = [Self::OaepSha1, Self::OaepSha256, Self::OaepSha256Mgf1Sha1];

    /// Encrypts `key`, of at most 100 bytes, for whoever has the private key of `certificate`.
    ///
    /// # Errors
    /// [`Error::Malformed`] when the certificate's key is not RSA, [`Error::OpenSsl`].
    pub fn encrypt_key(self, certificate: &Certificate, key: &[u8]) -> Result<Vec<u8>, Error> {
        if !certificate.is_rsa() {
            return Err(Error::Malformed("certificate key: RSA is needed to encrypt to"));
        }
        let mut context = PkeyCtx::new(certificate.key())?;
        context.encrypt_init()?;
        self.set(&mut context)?;
        let mut encrypted = Vec::new();
        context.encrypt_to_vec(key, &mut encrypted)?;
        Ok(encrypted)
    }

    /// Decrypts what [`Self::encrypt_key`] made for this key, which is RSA: as long as the key, no octet less (RFC 8017
    /// §7.1.2 step 1), which the library does not ask for.
    pub(super) fn decrypt_key<T: HasPrivate + HasPublic>(
        self,
        private: &PKeyRef<T>,
        encrypted: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        if encrypted.len() != private.size() {
            return Err(Error::Undecryptable);
        }
        let decrypt = || {
            let mut context = PkeyCtx::new(private)?;
            context.decrypt_init()?;
            self.set(&mut context)?;
            let mut key = Zeroizing::new(Vec::new());
            context.decrypt_to_vec(encrypted, &mut key)?;
            Ok(key)
        };
        decrypt().map_err(|_untold: Error| Error::Undecryptable)
    }

    fn set<T>(self, context: &mut PkeyCtx<T>) -> Result<(), Error> {
        let (label, mask): (&MdRef, &MdRef) = match self {
            Self::OaepSha1 => (Md::sha1(), Md::sha1()),
            Self::OaepSha256 => (Md::sha256(), Md::sha256()),
            Self::OaepSha256Mgf1Sha1 => (Md::sha256(), Md::sha1()),
        };
        context.set_rsa_padding(Padding::PKCS1_OAEP)?;
        context.set_rsa_oaep_md(label)?;
        context.set_rsa_mgf1_md(mask)?;
        Ok(())
    }
}
