//! Which of a peer's keys is encrypted to, and by which algorithms: the best that it says it takes.

use crate::crypto::{ContentCipher, KeyTransport};

use super::super::Error;
use super::algorithm::{RSA_1_5, RSA_OAEP, RSA_OAEP_MGF1P, content_method, key_method};
use super::{EncryptionCertificate, EncryptionMethod, Recipient};

/// What is tried after the preferred cipher, the best first.
const CIPHERS: [ContentCipher; 5] = [
    ContentCipher::Aes256Gcm,
    ContentCipher::Aes128Gcm,
    ContentCipher::Aes192Gcm,
    ContentCipher::Aes256Cbc,
    ContentCipher::Aes128Cbc,
];
/// What else a peer may say that it decrypts contents by.
const OTHER_CIPHERS: [&str; 2] =
    ["http://www.w3.org/2001/04/xmlenc#tripledes-cbc", "http://www.w3.org/2001/04/xmlenc#aes192-cbc"];
const TRANSPORTS: [&str; 3] = [RSA_OAEP_MGF1P, RSA_OAEP, RSA_1_5];

/// What is used where a peer leaves the choice to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EncryptionPreference {
    /// The cipher that is tried first.
    pub cipher: ContentCipher,
    /// The key transport that is tried first.
    pub transport: KeyTransport,
    /// Whether CBC, which does not notice changes, may be used where a peer takes nothing better, or is preferred.
    pub allows_cbc: bool,
}

/// AES-256-GCM and RSA-OAEP with SHA-1, which every receiver knows that is kept up to date; never CBC.
impl Default for EncryptionPreference {
    fn default() -> Self {
        let (cipher, transport) = (ContentCipher::Aes256Gcm, KeyTransport::OaepSha1);
        Self { cipher, transport, allows_cbc: false }
    }
}

impl Recipient {
    /// Chooses among `keys`, which a peer's metadata names. Of those that we can encrypt to, the first with a cipher
    /// that notices changes is taken, or else the first.
    ///
    /// # Errors
    /// [`Error::NoRecipient`] when none of the keys is RSA; [`Error::Algorithm`] when those that are take nothing that
    /// we may use.
    pub fn choose(keys: &[EncryptionCertificate], preference: &EncryptionPreference) -> Result<Self, Error> {
        let mut refused = None;
        let mut best: Option<Self> = None;
        for EncryptionCertificate { certificate, methods } in keys {
            if !certificate.is_rsa() {
                continue;
            }
            match (preference.cipher_for(methods), preference.transport_for(methods)) {
                (Some(cipher), Some(transport)) => {
                    let improves =
                        |best: &Self| cipher.is_authenticated() && !best.cipher().is_authenticated();
                    if best.as_ref().is_none_or(improves) {
                        best = Some(Self::new(certificate.clone(), cipher, transport)?);
                    }
                }
                _ => refused = refused.or_else(|| Some(said(methods))),
            }
        }
        match (best, refused) {
            (Some(best), _) => Ok(best),
            (None, None) => Err(Error::NoRecipient),
            (None, Some(received)) => {
                let what = "md:EncryptionMethod";
                let expected = if preference.allows_cbc {
                    "AES with GCM or CBC, and RSA-OAEP"
                } else {
                    "AES with GCM, and RSA-OAEP"
                };
                Err(Error::Algorithm { what, expected, received })
            }
        }
    }
}

impl EncryptionPreference {
    fn cipher_for(&self, methods: &[EncryptionMethod]) -> Option<ContentCipher> {
        let states = |uri: &str| methods.iter().any(|method| method.algorithm == uri);
        let is_stated = |cipher: &ContentCipher| states(content_method(*cipher));
        let says_nothing = !CIPHERS.iter().any(is_stated) && !OTHER_CIPHERS.iter().any(|other| states(other));
        let mut wanted = [self.cipher].into_iter().chain(CIPHERS);
        wanted.find(|cipher| {
            (cipher.is_authenticated() || self.allows_cbc) && (says_nothing || is_stated(cipher))
        })
    }

    /// A digest that is said is meant; where none is, any will do.
    fn transport_for(&self, methods: &[EncryptionMethod]) -> Option<KeyTransport> {
        let says_nothing = !methods.iter().any(|method| TRANSPORTS.contains(&method.algorithm.as_str()));
        let is_stated = |transport: &KeyTransport| {
            let ours = key_method(*transport);
            methods.iter().any(|method| {
                let digest = method.digest.as_deref();
                method.algorithm == ours.algorithm && digest.is_none_or(|digest| digest == ours.digest)
            })
        };
        let mut wanted = [self.transport].into_iter().chain(KeyTransport::ALL);
        wanted.find(|transport| says_nothing || is_stated(transport))
    }
}

/// Algorithms and their digests as they were said, for people.
fn said(methods: &[EncryptionMethod]) -> String {
    let uris = methods.iter().flat_map(|method| [Some(&method.algorithm), method.digest.as_ref()]);
    uris.flatten().map(String::as_str).collect::<Vec<_>>().join(" ")
}
