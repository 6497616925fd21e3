//! Keys that others encrypt to, with the certificates by which they know them.

use std::fmt;
use std::time::Duration;

use openssl::pkey::{Id, PKey, Private};
use openssl::rsa::Rsa;
use zeroize::Zeroizing;

use crate::base::Timestamp;

use super::{Certificate, Error, KeyTransport, Random};

/// A private RSA key of 2048 bits or more, ready to decrypt, and its certificate. It signs nothing. Shared between
/// threads behind an `Arc`.
pub struct DecryptionKey {
    key: PKey<Private>,
    certificate: Certificate,
}

impl DecryptionKey {
    /// A new key of 3072 bits with a certificate that it signs itself, valid from an hour before `now` for `lifetime`.
    ///
    /// # Errors
    /// [`Error::OpenSsl`].
    pub fn generate(
        common_name: &str,
        now: Timestamp,
        lifetime: Duration,
        random: &Random,
    ) -> Result<Self, Error> {
        let key = PKey::from_rsa(Rsa::generate(3072)?)?;
        let certificate = Certificate::issue(&key, common_name, now, lifetime, random)?;
        Ok(Self { key, certificate })
    }

    /// Reads a key from PKCS #8 DER.
    ///
    /// # Errors
    /// [`Error::OpenSsl`] when it is none, [`Error::Malformed`] when it is not RSA of 2048 bits or more, or not the
    /// key of `certificate`.
    pub fn from_pkcs8_der(der: &[u8], certificate: Certificate) -> Result<Self, Error> {
        let key = PKey::private_key_from_der(der)?;
        if key.id() != Id::RSA || key.bits() < 2048 {
            return Err(Error::Malformed("decryption key: RSA of at least 2048 bits is needed"));
        }
        if !key.public_eq(certificate.key()) {
            return Err(Error::Malformed("decryption key: it is not the one of its certificate"));
        }
        Ok(Self { key, certificate })
    }

    /// The key in PKCS #8 DER, to be sealed.
    ///
    /// # Errors
    /// [`Error::OpenSsl`].
    pub fn to_pkcs8_der(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        Ok(Zeroizing::new(self.key.private_key_to_pkcs8()?))
    }

    /// The certificate that tells others whom they encrypt to.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// Decrypts the key of a message. Blocks for some 2 ms.
    ///
    /// # Errors
    /// [`Error::Undecryptable`] when it was encrypted to another key, in another way, or is no such thing at all;
    /// which of these is not told.
    pub fn decrypt_key(
        &self,
        transport: KeyTransport,
        encrypted: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        transport.decrypt_key(&self.key, encrypted)
    }
}

impl fmt::Debug for DecryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DecryptionKey({} bits, {})", self.key.bits(), self.certificate.subject())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{KeyType, SigningKey};
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_371_745);
    const YEAR: Duration = Duration::from_secs(365 * 86_400);

    fn key() -> DecryptionKey {
        DecryptionKey::generate("test", NOW, YEAR, &Random::system()).unwrap()
    }

    #[test]
    fn a_key_is_decrypted_by_its_receiver_and_in_its_own_way_only() -> Result<(), Error> {
        let (own, stranger) = (key(), key());
        for transport in KeyTransport::ALL {
            let encrypted = transport.encrypt_key(own.certificate(), &[7; 32])?;
            assert_eq!(own.decrypt_key(transport, &encrypted)?.as_slice(), [7; 32]);
            let others = KeyTransport::ALL.into_iter().filter(|other| *other != transport);
            let mut refusals: Vec<_> = others.map(|other| own.decrypt_key(other, &encrypted)).collect();
            refusals.push(stranger.decrypt_key(transport, &encrypted));
            refusals.push(own.decrypt_key(transport, &encrypted[1..]));
            refusals.push(own.decrypt_key(transport, &[]));
            let mut changed = encrypted;
            changed[100] ^= 1;
            refusals.push(own.decrypt_key(transport, &changed));
            for refusal in refusals {
                assert!(matches!(refusal, Err(Error::Undecryptable)), "{transport:?}");
            }
        }
        Ok(())
    }

    /// A number that begins with zeros is the same number without them, and not the same ciphertext.
    #[test]
    fn a_ciphertext_is_as_long_as_the_key() -> Result<(), Error> {
        let own = key();
        let encrypted = loop {
            let encrypted = KeyTransport::OaepSha1.encrypt_key(own.certificate(), &[7; 32])?;
            if encrypted[0] == 0 {
                break encrypted;
            }
        };
        assert_eq!(own.decrypt_key(KeyTransport::OaepSha1, &encrypted)?.as_slice(), [7; 32]);
        let longer = [&[0], encrypted.as_slice()].concat();
        for wrong in [&encrypted[1..], &longer] {
            let refusal = own.decrypt_key(KeyTransport::OaepSha1, wrong);
            assert!(matches!(refusal, Err(Error::Undecryptable)), "{} octets", wrong.len());
        }
        Ok(())
    }

    #[test]
    fn the_older_padding_of_rsa_does_not_decrypt() -> Result<(), Error> {
        let own = key();
        let rsa = own.key.rsa()?;
        let mut encrypted = vec![0; usize::try_from(rsa.size()).unwrap()];
        rsa.public_encrypt(&[7; 32], &mut encrypted, openssl::rsa::Padding::PKCS1)?;
        for transport in KeyTransport::ALL {
            assert!(matches!(own.decrypt_key(transport, &encrypted), Err(Error::Undecryptable)));
        }
        Ok(())
    }

    #[test]
    fn a_key_survives_its_stored_form_beside_its_own_certificate_only() -> Result<(), Error> {
        let own = key();
        let der = own.to_pkcs8_der()?;
        let restored = DecryptionKey::from_pkcs8_der(&der, own.certificate().clone())?;
        let encrypted = KeyTransport::OaepSha1.encrypt_key(own.certificate(), b"key")?;
        assert_eq!(restored.decrypt_key(KeyTransport::OaepSha1, &encrypted)?.as_slice(), b"key");
        assert_eq!(format!("{restored:?}"), "DecryptionKey(3072 bits, CN=test)");

        let stranger = key();
        let swapped = DecryptionKey::from_pkcs8_der(&der, stranger.certificate().clone());
        assert!(matches!(swapped, Err(Error::Malformed(_))));
        assert!(matches!(
            DecryptionKey::from_pkcs8_der(b"x", own.certificate().clone()),
            Err(Error::OpenSsl(_))
        ));
        Ok(())
    }

    #[test]
    fn weak_keys_and_curves_are_refused() -> Result<(), Error> {
        let curve = SigningKey::generate(KeyType::P256)?;
        let certificate = Certificate::self_signed(&curve, "x", NOW, YEAR, &Random::system())?;
        let refusal = KeyTransport::OaepSha1.encrypt_key(&certificate, &[7; 32]);
        assert!(matches!(refusal, Err(Error::Malformed(_))));
        let weak = PKey::from_rsa(Rsa::generate(1024)?)?.private_key_to_pkcs8()?;
        for der in [weak, curve.to_pkcs8_der()?.to_vec()] {
            let refusal = DecryptionKey::from_pkcs8_der(&der, certificate.clone());
            assert!(matches!(refusal, Err(Error::Malformed(_))));
        }
        Ok(())
    }
}
