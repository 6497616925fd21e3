//! What a role's metadata says of a key that may be encrypted to (saml-metadata-2.0-os §2.4.1.1).

use crate::crypto::Certificate;

/// The certificate of a key that may be encrypted to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncryptionCertificate {
    /// The certificate.
    pub certificate: Certificate,
    /// The algorithms that its owner decrypts by, the best first; any where they say nothing.
    pub methods: Vec<EncryptionMethod>,
}

/// An algorithm of encryption, of the content or of the key that it is encrypted with (xmlenc-core1 §5).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EncryptionMethod {
    /// Its URI.
    pub algorithm: String,
    /// The URI of the digest that RSA-OAEP is to be used with, if it says so.
    pub digest: Option<String>,
}

impl EncryptionMethod {
    /// The algorithm of this URI, and no more about it.
    pub fn new(algorithm: impl Into<String>) -> Self {
        Self { algorithm: algorithm.into(), digest: None }
    }
}

impl From<Certificate> for EncryptionCertificate {
    /// Of an owner who does not say by which algorithms.
    fn from(certificate: Certificate) -> Self {
        Self { certificate, methods: Vec::new() }
    }
}
