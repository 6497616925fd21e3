//! From a query to the message in it.

use crate::crypto::{BlockedAlgorithms, Certificate, SignatureAlgorithm};

use super::super::{Error, base64, blocked, name};
use super::MessageKind;
use super::deflate::{MAX_INFLATED, inflate};
use super::query::{Query, Raw};

/// Bytes of a RelayState that is kept and sent back. The standard says 80, which too many service providers do not
/// keep to.
const MAX_RELAY_STATE: usize = 2_048;
/// The one encoding that there is.
const DEFLATE: &str = "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE";

/// What came in a query. Whoever sent it may have written anything in it.
#[derive(Clone, Debug)]
pub struct RedirectMessage {
    kind: MessageKind,
    xml: String,
    relay_state: Option<String>,
    signature: Option<DetachedSignature>,
}

impl RedirectMessage {
    /// Reads a query, without the `?` and as it travelled: no escape in it undone or spelled otherwise. Parameters
    /// that are none of the binding's are passed over.
    ///
    /// # Errors
    /// [`Error::Missing`] without a message, or with half a signature; [`Error::TooMany`] for a parameter that stands
    /// twice; [`Error::Misplaced`] for an answer beside a question; [`Error::Algorithm`] for an encoding or a
    /// signature algorithm that is not on the list; [`Error::TooLarge`], [`Error::NotBase64`], [`Error::NotDeflated`],
    /// [`Error::Value`] and [`Error::Malformed`] for values that are not what they should be.
    pub fn read(query: &str) -> Result<Self, Error> {
        let query = Query::split(query)?;
        let (kind, message) = match (query.get("SAMLRequest"), query.get("SAMLResponse")) {
            (Some(request), None) => (MessageKind::Request, request),
            (None, Some(response)) => (MessageKind::Response, response),
            (Some(_), Some(_)) => {
                let (received, inside) = ("SAMLResponse".to_owned(), "a query with SAMLRequest".to_owned());
                return Err(Error::Misplaced { received, inside });
            }
            (None, None) => return Err(lacks("SAMLRequest")),
        };
        if let Some(encoding) = query.get("SAMLEncoding") {
            let received = encoding.text()?;
            if received != DEFLATE {
                return Err(Error::Algorithm { what: "SAMLEncoding", expected: DEFLATE, received });
            }
        }
        let relay_state = query.get("RelayState");
        let signature = DetachedSignature::read(&query, (kind, message), relay_state)?;
        let relay_state = relay_state.map(|state| state.text()).transpose()?;
        if let Some(long) = relay_state.as_ref().filter(|state| state.len() > MAX_RELAY_STATE) {
            return Err(Error::TooLarge { limit: MAX_RELAY_STATE, received: long.len() });
        }
        Ok(Self { kind, xml: unpack(message)?, relay_state, signature })
    }

    /// Whether it asks or answers.
    pub fn kind(&self) -> MessageKind {
        self.kind
    }

    /// The XML. A signature inside it counts for nothing here (§3.4.4.1).
    pub fn xml(&self) -> &str {
        &self.xml
    }

    /// What the sender wants back with the answer, to the byte.
    pub fn relay_state(&self) -> Option<&str> {
        self.relay_state.as_deref()
    }

    /// The signature that came beside it.
    pub fn signature(&self) -> Option<&DetachedSignature> {
        self.signature.as_ref()
    }
}

/// A signature in a query, with the octets that it covers.
#[derive(Clone, Debug)]
pub struct DetachedSignature {
    covered: String,
    algorithm: SignatureAlgorithm,
    value: Vec<u8>,
}

impl DetachedSignature {
    fn read(
        query: &Query<'_>,
        (kind, message): (MessageKind, Raw<'_>),
        relay_state: Option<Raw<'_>>,
    ) -> Result<Option<Self>, Error> {
        let (named, value) = match (query.get("SigAlg"), query.get("Signature")) {
            (None, None) => return Ok(None),
            (Some(named), Some(value)) => (named, value),
            (Some(_), None) => return Err(lacks("Signature")),
            (None, Some(_)) => return Err(lacks("SigAlg")),
        };
        let received = named.text()?;
        let algorithm =
            SignatureAlgorithm::ALL.into_iter().find(|it| name::signature_method(*it) == received);
        let Some(algorithm) = algorithm else {
            let expected = name::signature_method(SignatureAlgorithm::RsaSha256);
            return Err(Error::Algorithm { what: "SigAlg", expected, received });
        };
        let bytes = base64::decode(&value.text()?).filter(|bytes| !bytes.is_empty());
        let bytes = bytes.ok_or_else(|| value.refused("base 64"))?;
        let mut covered = format!("{}={}", kind.parameter(), message.octets);
        if let Some(state) = relay_state {
            covered.push_str("&RelayState=");
            covered.push_str(state.octets);
        }
        covered.push_str("&SigAlg=");
        covered.push_str(named.octets);
        Ok(Some(Self { covered, algorithm, value: bytes }))
    }

    /// Verifies it with `certificates`, the keys that are configured for the sender, unless it is by what is `blocked`.
    ///
    /// # Errors
    /// [`Error::Blocked`] when its algorithm is, or the digest of it; [`Error::NoCertificate`] when there
    /// are none, [`Error::Signature`] when none verifies.
    pub fn verify(&self, certificates: &[Certificate], blocked: BlockedAlgorithms) -> Result<(), Error> {
        blocked::check_signature_algorithm(blocked, "SigAlg", self.algorithm)?;
        if certificates.is_empty() {
            return Err(Error::NoCertificate);
        }
        for certificate in certificates {
            if certificate.verify(self.algorithm, self.covered.as_bytes(), &self.value)? {
                return Ok(());
            }
        }
        Err(Error::Signature { certificates: certificates.len() })
    }
}

fn unpack(message: Raw<'_>) -> Result<String, Error> {
    if message.octets.len() > 2 * MAX_INFLATED {
        return Err(Error::TooLarge { limit: 2 * MAX_INFLATED, received: message.octets.len() });
    }
    let packed = base64::decode(&message.text()?).ok_or(Error::NotBase64)?;
    base64::utf8(inflate(&packed)?)
}

fn lacks(expected: &'static str) -> Error {
    Error::Missing { expected, inside: "the query".to_owned() }
}
