//! Algorithms of ours that are not to be used all the same, where whoever runs this goes by a stricter list than ours.

use std::fmt;

use super::{ContentCipher, DigestAlgorithm, KeyTransport, SignatureAlgorithm};

/// An algorithm that a message, or metadata, names. Some are named by themselves that are a part of another: the digest
/// of a signature, and of OAEP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// How something is signed.
    Signature(SignatureAlgorithm),
    /// What is signed in the place of what it stands for, or what OAEP has for its label.
    Digest(DigestAlgorithm),
    /// How a content is encrypted.
    Content(ContentCipher),
    /// How a key is encrypted.
    Transport(TransportScheme),
}

/// OAEP as it is named without its digest, which is named beside it (xmlenc-core1 §5.5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TransportScheme {
    /// With a mask of SHA-1.
    OaepMgf1Sha1,
    /// With a mask that is named too.
    Oaep,
}

/// Algorithms that are neither taken nor used.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct BlockedAlgorithms(u32);

impl Algorithm {
    /// All there are.
    pub const ALL: [Self; 17] = [
        Self::Signature(SignatureAlgorithm::RsaSha256),
        Self::Signature(SignatureAlgorithm::RsaSha384),
        Self::Signature(SignatureAlgorithm::RsaSha512),
        Self::Signature(SignatureAlgorithm::EcdsaSha256),
        Self::Signature(SignatureAlgorithm::EcdsaSha384),
        Self::Signature(SignatureAlgorithm::EcdsaSha512),
        Self::Digest(DigestAlgorithm::Sha1),
        Self::Digest(DigestAlgorithm::Sha256),
        Self::Digest(DigestAlgorithm::Sha384),
        Self::Digest(DigestAlgorithm::Sha512),
        Self::Content(ContentCipher::Aes128Gcm),
        Self::Content(ContentCipher::Aes192Gcm),
        Self::Content(ContentCipher::Aes256Gcm),
        Self::Content(ContentCipher::Aes128Cbc),
        Self::Content(ContentCipher::Aes256Cbc),
        Self::Transport(TransportScheme::OaepMgf1Sha1),
        Self::Transport(TransportScheme::Oaep),
    ];

    fn bit(self) -> u32 {
        Self::ALL.iter().position(|known| *known == self).map_or(0, |place| 1 << place)
    }
}

impl BlockedAlgorithms {
    /// None.
    pub const NONE: Self = Self(0);

    /// Whether this one is blocked.
    pub fn blocks(self, algorithm: Algorithm) -> bool {
        self.0 & algorithm.bit() != 0
    }

    /// What of a signature is blocked, if anything: the algorithm, or its digest.
    pub fn of_signature(self, algorithm: SignatureAlgorithm) -> Option<Algorithm> {
        self.first([Algorithm::Signature(algorithm), Algorithm::Digest(algorithm.digest_algorithm())])
    }

    /// What of an encrypted key is blocked, if anything, as we name it: the scheme, or its digest.
    pub fn of_transport(self, transport: KeyTransport) -> Option<Algorithm> {
        let (scheme, digest) = match transport {
            KeyTransport::OaepSha1 => (TransportScheme::OaepMgf1Sha1, DigestAlgorithm::Sha1),
            KeyTransport::OaepSha256 | KeyTransport::OaepSha256Mgf1Sha1 => {
                (TransportScheme::Oaep, DigestAlgorithm::Sha256)
            }
        };
        self.first([Algorithm::Transport(scheme), Algorithm::Digest(digest)])
    }

    fn first(self, algorithms: [Algorithm; 2]) -> Option<Algorithm> {
        algorithms.into_iter().find(|algorithm| self.blocks(*algorithm))
    }
}

impl FromIterator<Algorithm> for BlockedAlgorithms {
    fn from_iter<I: IntoIterator<Item = Algorithm>>(algorithms: I) -> Self {
        Self(algorithms.into_iter().fold(0, |bits, algorithm| bits | algorithm.bit()))
    }
}

impl fmt::Debug for BlockedAlgorithms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(Algorithm::ALL.iter().filter(|algorithm| self.blocks(**algorithm))).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_blocked_by_itself() {
        for blocked in Algorithm::ALL {
            let alone: BlockedAlgorithms = [blocked].into_iter().collect();
            for other in Algorithm::ALL {
                assert_eq!(alone.blocks(other), other == blocked, "{blocked:?} {other:?}");
                assert!(!BlockedAlgorithms::NONE.blocks(other), "{other:?}");
            }
            assert_eq!(format!("{alone:?}"), format!("{{{blocked:?}}}"));
        }
    }

    #[test]
    fn a_digest_takes_with_it_what_is_made_of_it() {
        let sha512 = Algorithm::Digest(DigestAlgorithm::Sha512);
        let blocked: BlockedAlgorithms = [sha512].into_iter().collect();
        assert_eq!(blocked.of_signature(SignatureAlgorithm::RsaSha512), Some(sha512));
        assert_eq!(blocked.of_signature(SignatureAlgorithm::EcdsaSha512), Some(sha512));
        assert_eq!(blocked.of_signature(SignatureAlgorithm::RsaSha384), None);
        let sha1 = Algorithm::Digest(DigestAlgorithm::Sha1);
        let blocked: BlockedAlgorithms = [sha1].into_iter().collect();
        assert_eq!(blocked.of_transport(KeyTransport::OaepSha1), Some(sha1));
        // Of a mask nothing is said: it is no digest of a message.
        assert_eq!(blocked.of_transport(KeyTransport::OaepSha256Mgf1Sha1), None);
        let scheme = Algorithm::Transport(TransportScheme::Oaep);
        let blocked: BlockedAlgorithms = [scheme].into_iter().collect();
        let of_transports = KeyTransport::ALL.map(|transport| blocked.of_transport(transport));
        assert_eq!(of_transports, [None, Some(scheme), Some(scheme)]);
    }
}
