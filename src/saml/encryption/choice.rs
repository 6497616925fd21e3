//! Which of a peer's keys is encrypted to, and by which algorithms: the best that it says it takes.

use crate::crypto::{Algorithm, BlockedAlgorithms, ContentCipher, KeyTransport};

use super::super::Error;
use super::super::name::{RSA_OAEP, RSA_OAEP_MGF1P, content_method};
use super::algorithm::{RSA_1_5, key_method};
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
    /// that notices changes is taken, or else the first. What is `blocked` is never chosen.
    ///
    /// # Errors
    /// [`Error::NoRecipient`] when none of the keys is RSA; [`Error::NothingLeft`] when those that are take nothing of
    /// ours but what is blocked; [`Error::Algorithm`] when they take nothing that we may use.
    pub fn choose(
        keys: &[EncryptionCertificate],
        preference: &EncryptionPreference,
        blocked: BlockedAlgorithms,
    ) -> Result<Self, Error> {
        let mut refused = None;
        let mut best: Option<Self> = None;
        for EncryptionCertificate { certificate, methods } in keys {
            if !certificate.is_rsa() {
                continue;
            }
            match (preference.cipher_for(methods, blocked), preference.transport_for(methods, blocked)) {
                (Some(cipher), Some(transport)) => {
                    let improves =
                        |best: &Self| cipher.is_authenticated() && !best.cipher().is_authenticated();
                    if best.as_ref().is_none_or(improves) {
                        best = Some(Self::new(certificate.clone(), cipher, transport)?);
                    }
                }
                _ => refused = refused.or(Some(methods)),
            }
        }
        match (best, refused) {
            (Some(best), _) => Ok(best),
            (None, None) => Err(Error::NoRecipient),
            (None, Some(methods)) => Err(preference.refusal(methods)),
        }
    }
}

impl EncryptionPreference {
    fn cipher_for(&self, methods: &[EncryptionMethod], blocked: BlockedAlgorithms) -> Option<ContentCipher> {
        let states = |uri: &str| methods.iter().any(|method| method.algorithm == uri);
        let is_stated = |cipher: &ContentCipher| states(content_method(*cipher));
        let says_nothing = !CIPHERS.iter().any(is_stated) && !OTHER_CIPHERS.iter().any(|other| states(other));
        let mut wanted = [self.cipher].into_iter().chain(CIPHERS);
        wanted.find(|cipher| {
            (cipher.is_authenticated() || self.allows_cbc)
                && (says_nothing || is_stated(cipher))
                && !blocked.blocks(Algorithm::Content(*cipher))
        })
    }

    /// A digest that is said is meant; where none is, any will do.
    fn transport_for(
        &self,
        methods: &[EncryptionMethod],
        blocked: BlockedAlgorithms,
    ) -> Option<KeyTransport> {
        let says_nothing = !methods.iter().any(|method| TRANSPORTS.contains(&method.algorithm.as_str()));
        let is_stated = |transport: &KeyTransport| {
            let ours = key_method(*transport);
            methods.iter().any(|method| {
                let digest = method.digest.as_deref();
                method.algorithm == ours.algorithm && digest.is_none_or(|digest| digest == ours.digest)
            })
        };
        let mut wanted = [self.transport].into_iter().chain(KeyTransport::ALL);
        wanted.find(|transport| {
            (says_nothing || is_stated(transport)) && blocked.of_transport(*transport).is_none()
        })
    }

    /// Why there is nothing to encrypt by for whoever takes these.
    fn refusal(&self, methods: &[EncryptionMethod]) -> Error {
        let (received, none) = (said(methods), BlockedAlgorithms::NONE);
        if self.cipher_for(methods, none).is_none() || self.transport_for(methods, none).is_none() {
            let what = "md:EncryptionMethod";
            let expected = if self.allows_cbc {
                "AES with GCM or CBC, and RSA-OAEP"
            } else {
                "AES with GCM, and RSA-OAEP"
            };
            return Error::Algorithm { what, expected, received };
        }
        Error::NothingLeft { received }
    }
}

/// Algorithms and their digests as they were said, for people.
fn said(methods: &[EncryptionMethod]) -> String {
    let uris = methods.iter().flat_map(|method| [Some(&method.algorithm), method.digest.as_ref()]);
    uris.flatten().map(String::as_str).collect::<Vec<_>>().join(" ")
}
