//! X.509 certificates as SAML uses them: a wrapper around a public key. Trust comes from where the
//! certificate was configured, never from its chain, its names or its dates.

use std::time::Duration;

use data_encoding::BASE64;
use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey, Private, Public};
use openssl::sign::Verifier;
use openssl::x509::{X509, X509NameBuilder};

use crate::base::Timestamp;

use super::{Error, Random, SignatureAlgorithm, SigningKey, ecdsa, hash};

const CURVES: [Nid; 3] = [Nid::X9_62_PRIME256V1, Nid::SECP384R1, Nid::SECP521R1];
const KEY_RULE: &str = "certificate key: RSA of at least 2048 bits, P-256, P-384 or P-521 is needed";

/// A certificate whose public key is RSA of at least 2048 bits, or of one of the curves P-256, P-384 and P-521.
#[derive(Clone, Debug)]
pub struct Certificate {
    x509: X509,
    key: PKey<Public>,
}

/// Certificates are the same when their bytes are.
impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.x509 == other.x509
    }
}

impl Eq for Certificate {}

impl Certificate {
    /// A self-signed certificate for `key`, valid from an hour before `now` for `lifetime`.
    ///
    /// # Errors
    /// [`Error::OpenSsl`].
    pub fn self_signed(
        key: &SigningKey,
        common_name: &str,
        now: Timestamp,
        lifetime: Duration,
        random: &Random,
    ) -> Result<Self, Error> {
        Self::issue(key.key(), common_name, now, lifetime, random)
    }

    /// As [`Certificate::self_signed`], for a key of any use.
    pub(super) fn issue(
        key: &PKey<Private>,
        common_name: &str,
        now: Timestamp,
        lifetime: Duration,
        random: &Random,
    ) -> Result<Self, Error> {
        let mut name = X509NameBuilder::new()?;
        name.append_entry_by_text("CN", common_name)?;
        let name = name.build();
        let serial = BigNum::from_slice(&random.bytes::<16>()?)?.to_asn1_integer()?;
        let mut builder = X509::builder()?;
        builder.set_version(2)?;
        builder.set_serial_number(&serial)?;
        builder.set_subject_name(&name)?;
        builder.set_issuer_name(&name)?;
        builder.set_not_before(time(now.minus(Duration::from_secs(3600)))?.as_ref())?;
        builder.set_not_after(time(now.plus(lifetime))?.as_ref())?;
        builder.set_pubkey(key)?;
        builder.sign(key, MessageDigest::sha256())?;
        Self::from_x509(builder.build())
    }

    /// Reads a certificate from DER.
    ///
    /// # Errors
    /// [`Error::OpenSsl`] when it is none, [`Error::Malformed`] when its key is of another kind or weaker.
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        Self::from_x509(X509::from_der(der)?)
    }

    /// Reads the content of a `ds:X509Certificate` element: base 64 of DER, white space allowed.
    ///
    /// # Errors
    /// As [`Certificate::from_der`], and [`Error::Malformed`] when it is not base 64.
    pub fn from_base64(text: &str) -> Result<Self, Error> {
        let packed: String = text.chars().filter(|letter| !letter.is_ascii_whitespace()).collect();
        let der = BASE64.decode(packed.as_bytes()).map_err(|_ignored| Error::Malformed("certificate"))?;
        Self::from_der(&der)
    }

    /// Reads the certificates of a PEM file (RFC 7468 §5), whatever stands between them.
    ///
    /// # Errors
    /// As [`Certificate::from_der`], and [`Error::Malformed`] when there is none.
    pub fn list_from_pem(text: &str) -> Result<Vec<Self>, Error> {
        let read: Vec<_> = X509::stack_from_pem(text.as_bytes())?
            .into_iter()
            .map(Self::from_x509)
            .collect::<Result<_, _>>()?;
        if read.is_empty() { Err(Error::Malformed("certificate: none in PEM")) } else { Ok(read) }
    }

    /// The certificate in DER.
    ///
    /// # Errors
    /// [`Error::OpenSsl`].
    pub fn to_der(&self) -> Result<Vec<u8>, Error> {
        Ok(self.x509.to_der()?)
    }

    /// The content of a `ds:X509Certificate` element.
    ///
    /// # Errors
    /// [`Error::OpenSsl`].
    pub fn to_base64(&self) -> Result<String, Error> {
        Ok(BASE64.encode(&self.to_der()?))
    }

    /// As a PEM file (RFC 7468 §5).
    ///
    /// # Errors
    /// [`Error::OpenSsl`].
    pub fn to_pem(&self) -> Result<String, Error> {
        let text = self.to_base64()?;
        let lines = text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect::<Vec<_>>().join("\n");
        Ok(format!("-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"))
    }

    /// Whom it is for, as `CN=idp.example.com, O=Example`, for people to read.
    pub fn subject(&self) -> String {
        let entries = self.x509.subject_name().entries().map(|entry| {
            let name = entry.object().nid().short_name().unwrap_or("?");
            let value = entry.data().to_string().unwrap_or_default();
            format!("{name}={value}")
        });
        entries.collect::<Vec<_>>().join(", ")
    }

    /// The SHA-256 of its DER in lower-case hexadecimal, 64 characters: what people compare over the telephone.
    ///
    /// # Errors
    /// [`Error::OpenSsl`].
    pub fn fingerprint(&self) -> Result<String, Error> {
        Ok(hash::sha256_hex(&self.to_der()?))
    }

    /// Until when it says that it is good; nobody is refused for that.
    ///
    /// # Errors
    /// [`Error::OpenSsl`].
    pub fn not_after(&self) -> Result<Timestamp, Error> {
        let since = Asn1Time::from_unix(0)?.diff(self.x509.not_after())?;
        Ok(Timestamp::from_seconds(i64::from(since.days) * 86_400 + i64::from(since.secs)))
    }

    /// Whether its key is RSA, which alone can be encrypted to.
    pub fn is_rsa(&self) -> bool {
        self.key.id() == Id::RSA
    }

    /// Whether `signature` is this key's over `message`, by that algorithm; an elliptic curve's is two numbers one
    /// after the other, as [`SigningKey::sign`] has them.
    ///
    /// # Errors
    /// [`Error::OpenSsl`] when the check itself cannot be made.
    pub fn verify(
        &self,
        algorithm: SignatureAlgorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, Error> {
        if self.key.id() != algorithm.key() {
            return Ok(false);
        }
        let mut verifier = Verifier::new(algorithm.digest(), &self.key)?;
        if algorithm.key() == Id::RSA {
            return Ok(verifier.verify_oneshot(signature, message)?);
        }
        match ecdsa::to_der(signature, ecdsa::half(&self.key))? {
            Some(der) => Ok(verifier.verify_oneshot(&der, message)?),
            None => Ok(false),
        }
    }

    pub(super) fn key(&self) -> &PKey<Public> {
        &self.key
    }

    fn from_x509(x509: X509) -> Result<Self, Error> {
        let key = x509.public_key()?;
        let is_good = match key.id() {
            Id::RSA => key.bits() >= 2048,
            Id::EC => key.ec_key()?.group().curve_name().is_some_and(|curve| CURVES.contains(&curve)),
            _ => false,
        };
        if is_good { Ok(Self { x509, key }) } else { Err(Error::Malformed(KEY_RULE)) }
    }
}

fn time(moment: Timestamp) -> Result<Asn1Time, Error> {
    Ok(Asn1Time::from_unix(moment.seconds())?)
}

#[cfg(test)]
mod tests {
    use super::super::KeyType;
    use super::*;

    const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);

    #[test]
    fn a_signature_verifies_with_its_own_certificate_only() -> Result<(), Error> {
        let (now, random) = (Timestamp::from_seconds(1_795_000_000), Random::system());
        for kind in KeyType::ALL {
            let keys = [SigningKey::generate(kind)?, SigningKey::generate(kind)?];
            let [own, other] = &keys;
            let certificate = Certificate::self_signed(own, "cloudsso d-1", now, YEAR, &random)?;
            let stranger = Certificate::self_signed(other, "cloudsso d-1", now, YEAR, &random)?;
            let (algorithm, signature) = (own.algorithm(), own.sign(b"message")?);
            assert!(certificate.verify(algorithm, b"message", &signature)?);
            assert!(!certificate.verify(algorithm, b"messagf", &signature)?);
            assert!(!stranger.verify(algorithm, b"message", &signature)?);
            let restored = SigningKey::from_pkcs8_der(&own.to_pkcs8_der()?)?;
            let (again, algorithm) = (restored.sign(b"message")?, restored.algorithm());
            assert!(certificate.verify(algorithm, b"message", &again)?);
            let others = SignatureAlgorithm::ALL.into_iter().filter(|other| *other != algorithm);
            for other in others {
                assert!(!certificate.verify(other, b"message", &signature)?, "{kind:?} {other:?}");
            }
        }
        Ok(())
    }

    /// A number that begins with zeros has its length all the same: one in 256 of each does.
    #[test]
    fn signatures_of_a_curve_have_one_length() -> Result<(), Error> {
        let key = SigningKey::generate(KeyType::P256)?;
        let (now, random) = (Timestamp::from_seconds(0), Random::system());
        let certificate = Certificate::self_signed(&key, "x", now, YEAR, &random)?;
        for message in 0..1_000_u32 {
            let (message, algorithm) = (message.to_be_bytes(), SignatureAlgorithm::EcdsaSha256);
            let signature = key.sign(&message)?;
            assert_eq!(signature.len(), 64);
            assert!(certificate.verify(algorithm, &message, &signature)?);
            assert!(!certificate.verify(algorithm, &message, &signature[1..])?);
        }
        Ok(())
    }

    #[test]
    fn a_certificate_survives_its_text_form() -> Result<(), Error> {
        let key = SigningKey::generate(KeyType::Rsa2048)?;
        let made = Certificate::self_signed(&key, "x", Timestamp::from_seconds(0), YEAR, &Random::system())?;
        let wrapped = made
            .to_base64()?
            .as_bytes()
            .chunks(64)
            .map(String::from_utf8_lossy)
            .collect::<Vec<_>>()
            .join("\n");
        assert_eq!(Certificate::from_base64(&wrapped)?.to_der()?, made.to_der()?);
        assert!(Certificate::from_base64("AAAA").is_err());
        assert!(Certificate::from_base64("!").is_err());
        let pem = format!("-----BEGIN CERTIFICATE-----\n{wrapped}\n-----END CERTIFICATE-----\n");
        assert_eq!(Certificate::list_from_pem(&format!("a note\n{pem}{pem}"))?, [made.clone(), made]);
        assert!(Certificate::list_from_pem("").is_err());
        assert!(Certificate::list_from_pem(&pem.replace(&wrapped, "AAAA")).is_err());
        Ok(())
    }

    #[test]
    fn certificates_are_told_apart_by_their_bytes() -> Result<(), Error> {
        let (key, now) = (SigningKey::generate(KeyType::P256)?, Timestamp::from_seconds(1_795_000_000));
        let made = Certificate::self_signed(&key, "x", now, YEAR, &Random::system())?;
        let other = Certificate::self_signed(&key, "x", now, YEAR, &Random::system())?;
        let again = Certificate::from_der(&made.to_der()?)?;
        assert_eq!((&made, made.fingerprint()?), (&again, again.fingerprint()?));
        assert_ne!(made, other);
        assert_ne!(made.fingerprint()?, other.fingerprint()?);
        assert_eq!(made.fingerprint()?, hash::sha256_hex(&made.to_der()?));
        Ok(())
    }

    #[test]
    fn a_certificate_says_whom_it_is_for_and_until_when() -> Result<(), Error> {
        let (key, now) = (SigningKey::generate(KeyType::Rsa2048)?, Timestamp::from_seconds(1_795_000_000));
        let made = Certificate::self_signed(&key, "Zürich, ok", now, YEAR, &Random::system())?;
        assert_eq!(made.subject(), "CN=Zürich, ok");
        assert_eq!(made.not_after()?, now.plus(YEAR));
        let old = Timestamp::from_seconds(-3 * 86_400 - 5);
        let made = Certificate::self_signed(&key, "x", old, Duration::from_secs(1), &Random::system())?;
        assert_eq!(made.not_after()?, old.plus(Duration::from_secs(1)));
        Ok(())
    }

    #[test]
    fn a_weak_key_is_refused() -> Result<(), Error> {
        let rsa = PKey::from_rsa(openssl::rsa::Rsa::generate(1024)?)?;
        let group = openssl::ec::EcGroup::from_curve_name(Nid::X9_62_PRIME192V1)?;
        let curve = PKey::from_ec_key(openssl::ec::EcKey::generate(&group)?)?;
        for weak in [rsa, curve] {
            assert!(matches!(
                SigningKey::from_pkcs8_der(&weak.private_key_to_pkcs8()?),
                Err(Error::Malformed(_))
            ));
        }
        Ok(())
    }
}
