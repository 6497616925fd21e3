//! Signatures as we make them (xmldsig-core1, saml-core-2.0-os §5): enveloped, by the
//! key's own algorithm with SHA-256, exclusive canonical form.

use std::fmt;
use std::sync::Arc;

use data_encoding::BASE64;

use crate::crypto::{Certificate, SignatureAlgorithm, SigningKey, hash};

use super::writer::Writer;
use super::{Error, MessageId, name};

/// What of a Response is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignedPart {
    /// The assertion, which the cloud's console asks for.
    Assertion,
    /// The Response around it.
    Response,
    /// First the assertion, then the Response.
    Both,
}

/// A key, ready to sign, and the certificate under which receivers know it.
#[derive(Clone)]
pub struct Signer {
    key: Arc<SigningKey>,
    /// In DER.
    certificate: Vec<u8>,
}

impl Signer {
    /// A signer with `key`, whose certificate is `certificate`.
    ///
    /// # Errors
    /// [`Error::Crypto`] when the certificate cannot be encoded.
    pub fn new(key: Arc<SigningKey>, certificate: &Certificate) -> Result<Self, Error> {
        Ok(Self { key, certificate: certificate.to_der()? })
    }

    /// The key.
    pub(super) fn key(&self) -> &SigningKey {
        &self.key
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({:?})", self.key)
    }
}

/// A message as it is sent, in canonical form and signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedMessage(pub(super) String);

impl SignedMessage {
    /// The XML.
    pub fn xml(&self) -> &str {
        &self.0
    }

    /// The value of the form field `SAMLResponse` or `SAMLRequest` (saml-bindings-2.0-os §3.5.4).
    pub fn to_base64(&self) -> String {
        BASE64.encode(self.0.as_bytes())
    }
}

/// An element in canonical form, and where its signature belongs.
pub(super) struct Unsigned {
    pub(super) id: MessageId,
    pub(super) xml: String,
    pub(super) signature_at: usize,
}

impl Unsigned {
    /// The element with its signature. The digest is over the element as it is here, since the
    /// enveloped-signature transform takes out again what is put in.
    pub(super) fn sign(&self, signer: &Signer) -> Result<String, Error> {
        let digest = hash::sha256(self.xml.as_bytes());
        let signed_info = signed_info(&self.id, signer.key.algorithm(), &digest)?;
        // SignedInfo is canonical by itself only with the declaration that it inherits where it stands.
        let canonical = format!("<ds:SignedInfo xmlns:ds=\"{}\">{signed_info}</ds:SignedInfo>", name::DS);
        let value = signer.key.sign(canonical.as_bytes())?;

        let (head, tail) = self.xml.split_at_checked(self.signature_at).unwrap_or((&self.xml, ""));
        let mut writer = Writer::with_capacity(self.xml.len() + signer.certificate.len() * 4 / 3 + 2048);
        writer.canonical(head);
        writer.element("ds:Signature", &[("xmlns:ds", name::DS)], |writer| {
            writer.element("ds:SignedInfo", &[], |writer| {
                writer.canonical(&signed_info);
                Ok(())
            })?;
            writer.bytes("ds:SignatureValue", &value)?;
            writer.element("ds:KeyInfo", &[], |writer| {
                writer.element("ds:X509Data", &[], |writer| {
                    writer.bytes("ds:X509Certificate", &signer.certificate)
                })
            })
        })?;
        writer.canonical(tail);
        Ok(writer.finish())
    }
}

/// The content of `ds:SignedInfo`.
fn signed_info(id: &MessageId, algorithm: SignatureAlgorithm, digest: &[u8]) -> Result<String, Error> {
    let mut writer = Writer::with_capacity(1024);
    writer.empty("ds:CanonicalizationMethod", &[("Algorithm", name::EXCLUSIVE_C14N)])?;
    writer.empty("ds:SignatureMethod", &[("Algorithm", name::signature_method(algorithm))])?;
    writer.element("ds:Reference", &[("URI", &format!("#{id}"))], |writer| {
        writer.element("ds:Transforms", &[], |writer| {
            writer.empty("ds:Transform", &[("Algorithm", name::ENVELOPED_SIGNATURE)])?;
            writer.empty("ds:Transform", &[("Algorithm", name::EXCLUSIVE_C14N)])
        })?;
        writer.empty("ds:DigestMethod", &[("Algorithm", name::SHA256)])?;
        writer.bytes("ds:DigestValue", digest)
    })?;
    Ok(writer.finish())
}
