//! Public keys that verify the signatures of tokens: RSA with SHA-256 and P-256 with SHA-256, as RFC 7518
//! §3.3 and §3.4 have them.

use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey, Public};
use openssl::rsa::Rsa;
use openssl::sign::Verifier;

use super::{Error, ecdsa};

const LEAST_RSA_BITS: u32 = 2048;
const MOST_RSA_BITS: u32 = 8192;

/// A key that others sign with.
pub struct PublicKey(PKey<Public>);

impl PublicKey {
    /// An RSA key of its modulus and exponent, big-endian.
    ///
    /// # Errors
    /// [`Error::OpenSsl`] when they are none, [`Error::Malformed`] when the key has not 2048 to 8192 bits.
    pub fn rsa(modulus: &[u8], exponent: &[u8]) -> Result<Self, Error> {
        let key = Rsa::from_public_components(BigNum::from_slice(modulus)?, BigNum::from_slice(exponent)?)?;
        let key = PKey::from_rsa(key)?;
        if (LEAST_RSA_BITS..=MOST_RSA_BITS).contains(&key.bits()) {
            return Ok(Self(key));
        }
        Err(Error::Malformed("RSA key: 2048 to 8192 bits are needed"))
    }

    /// A key of the curve P-256 of its coordinates, big-endian.
    ///
    /// # Errors
    /// [`Error::OpenSsl`] when they are no point of the curve.
    pub fn p256(x: &[u8], y: &[u8]) -> Result<Self, Error> {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
        let (x, y) = (BigNum::from_slice(x)?, BigNum::from_slice(y)?);
        let key = EcKey::from_public_key_affine_coordinates(&group, &x, &y)?;
        key.check_key()?;
        Ok(Self(PKey::from_ec_key(key)?))
    }

    /// The name of the one algorithm that this key verifies: `RS256` or `ES256`.
    pub fn algorithm(&self) -> &'static str {
        if self.0.id() == Id::RSA { "RS256" } else { "ES256" }
    }

    /// Whether `signature` is this key's over `message`; for P-256 it is the two numbers of 32 bytes one
    /// after the other.
    ///
    /// # Errors
    /// [`Error::OpenSsl`] when the check itself cannot be made.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<bool, Error> {
        let mut verifier = Verifier::new(MessageDigest::sha256(), &self.0)?;
        if self.0.id() == Id::RSA {
            return Ok(verifier.verify_oneshot(signature, message)?);
        }
        match ecdsa::to_der(signature, ecdsa::half(&self.0))? {
            Some(der) => Ok(verifier.verify_oneshot(&der, message)?),
            None => Ok(false),
        }
    }
}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PublicKey({}, {} bits)", self.algorithm(), self.0.bits())
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::{BASE64URL_NOPAD, HEXLOWER_PERMISSIVE};

    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        BASE64URL_NOPAD.decode(text.as_bytes()).unwrap()
    }

    /// The example of RFC 7515, appendix A.3.
    #[test]
    fn the_published_example_of_es256_verifies_and_nothing_else() {
        let key = PublicKey::p256(
            &bytes("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"),
            &bytes("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"),
        )
        .unwrap();
        let message = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        let signature =
            bytes("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
        assert_eq!(key.algorithm(), "ES256");
        assert!(key.verify(message.as_bytes(), &signature).unwrap());
        assert!(!key.verify(b"another message", &signature).unwrap());
        assert!(!key.verify(message.as_bytes(), &signature[..63]).unwrap());
        assert!(!key.verify(message.as_bytes(), &[0; 64]).unwrap());
    }

    #[test]
    fn an_rsa_signature_verifies_with_its_own_key_only() {
        let keys = [Rsa::generate(2048).unwrap(), Rsa::generate(2048).unwrap()];
        let [own, other] = keys.map(|key| {
            let public = PublicKey::rsa(&key.n().to_vec(), &key.e().to_vec()).unwrap();
            (public, PKey::from_rsa(key).unwrap())
        });
        let mut signer = openssl::sign::Signer::new(MessageDigest::sha256(), &own.1).unwrap();
        let signature = signer.sign_oneshot_to_vec(b"message").unwrap();
        assert_eq!(own.0.algorithm(), "RS256");
        assert!(own.0.verify(b"message", &signature).unwrap());
        assert!(!own.0.verify(b"messagf", &signature).unwrap());
        assert!(!other.0.verify(b"message", &signature).unwrap());
    }

    #[test]
    fn weak_and_foreign_keys_are_refused() {
        let weak = Rsa::generate(1024).unwrap();
        assert!(PublicKey::rsa(&weak.n().to_vec(), &weak.e().to_vec()).is_err());
        assert!(PublicKey::p256(&[1; 32], &[2; 32]).is_err(), "no point of the curve");
        assert!(PublicKey::p256(&HEXLOWER_PERMISSIVE.decode(b"00").unwrap(), &[0]).is_err());
    }
}
