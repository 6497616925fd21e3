//! The keys that we sign with, and the algorithms by which we and others sign.

use openssl::hash::MessageDigest;
use openssl::pkey::Id;
use serde::{Deserialize, Serialize};

/// A kind of key that we sign with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum KeyType {
    /// RSA of 2048 bits: what every receiver knows, and quick.
    #[default]
    #[serde(rename = "RSA-2048")]
    Rsa2048,
    /// RSA of 3072 bits, for receivers whose rules ask for 128 bits of security.
    #[serde(rename = "RSA-3072")]
    Rsa3072,
    /// The curve P-256: the quickest, for receivers that know it.
    #[serde(rename = "P-256")]
    P256,
}

impl KeyType {
    /// All there are.
    pub const ALL: [Self; 3] = [Self::Rsa2048, Self::Rsa3072, Self::P256];

    /// As it is stored, set and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rsa2048 => "RSA-2048",
            Self::Rsa3072 => "RSA-3072",
            Self::P256 => "P-256",
        }
    }

    /// Reads what [`Self::as_str`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// What a key of this kind of ours signs by.
    pub const fn signature_algorithm(self) -> SignatureAlgorithm {
        match self {
            Self::Rsa2048 | Self::Rsa3072 => SignatureAlgorithm::RsaSha256,
            Self::P256 => SignatureAlgorithm::EcdsaSha256,
        }
    }
}

/// A digest (FIPS 180-4). SHA-1 serves OAEP alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum DigestAlgorithm {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

/// How something is signed: RSASSA-PKCS1-v1_5 (RFC 8017 §8.2) or ECDSA (FIPS 186-5 §6), over a digest of the SHA-2
/// family. Older digests are on no list of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum SignatureAlgorithm {
    RsaSha256,
    RsaSha384,
    RsaSha512,
    EcdsaSha256,
    EcdsaSha384,
    EcdsaSha512,
}

impl SignatureAlgorithm {
    /// All there are.
    pub const ALL: [Self; 6] = [
        Self::RsaSha256,
        Self::RsaSha384,
        Self::RsaSha512,
        Self::EcdsaSha256,
        Self::EcdsaSha384,
        Self::EcdsaSha512,
    ];

    /// The digest that is signed.
    pub const fn digest_algorithm(self) -> DigestAlgorithm {
        match self {
            Self::RsaSha256 | Self::EcdsaSha256 => DigestAlgorithm::Sha256,
            Self::RsaSha384 | Self::EcdsaSha384 => DigestAlgorithm::Sha384,
            Self::RsaSha512 | Self::EcdsaSha512 => DigestAlgorithm::Sha512,
        }
    }

    pub(super) fn digest(self) -> MessageDigest {
        match self.digest_algorithm() {
            DigestAlgorithm::Sha1 => MessageDigest::sha1(),
            DigestAlgorithm::Sha256 => MessageDigest::sha256(),
            DigestAlgorithm::Sha384 => MessageDigest::sha384(),
            DigestAlgorithm::Sha512 => MessageDigest::sha512(),
        }
    }

    /// The kind of key that signs so.
    pub(super) const fn key(self) -> Id {
        match self {
            Self::RsaSha256 | Self::RsaSha384 | Self::RsaSha512 => Id::RSA,
            Self::EcdsaSha256 | Self::EcdsaSha384 | Self::EcdsaSha512 => Id::EC,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_types_survive_their_text_form() {
        for kind in KeyType::ALL {
            assert_eq!(KeyType::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(KeyType::parse("RSA-1024"), None);
    }
}
