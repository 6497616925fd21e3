//! From a received Response to an assertion that a configured key signed.
//!
//! ```text
//! UnverifiedResponse --verify(certificates)--> VerifiedAssertion --check(expectations)--> CheckedAssertion
//! ```
//!
//! Two parsers work on each Response. Ours reads it first and passes it through the gate; libxml2,
//! which samael verifies with, is then given our own spelling of what we understood, and what it
//! reports as signed must be the very tree that we read.

use samael::crypto::{AllowedSignatureAlgorithm, CertificateDer, Crypto, CryptoProvider, ReduceMode};

use crate::crypto::{BlockedAlgorithms, Certificate, SignatureAlgorithm};

use super::document::{Comments, Element};
use super::{Attribute, CheckedAssertion, Error, Expectations, SignedPart, base64, blocked, check, gate};

/// An algorithm as samael calls it.
const fn allowed(algorithm: SignatureAlgorithm) -> AllowedSignatureAlgorithm {
    match algorithm {
        SignatureAlgorithm::RsaSha256 => AllowedSignatureAlgorithm::RsaSha256,
        SignatureAlgorithm::RsaSha384 => AllowedSignatureAlgorithm::RsaSha384,
        SignatureAlgorithm::RsaSha512 => AllowedSignatureAlgorithm::RsaSha512,
        SignatureAlgorithm::EcdsaSha256 => AllowedSignatureAlgorithm::EcdsaSha256,
        SignatureAlgorithm::EcdsaSha384 => AllowedSignatureAlgorithm::EcdsaSha384,
        SignatureAlgorithm::EcdsaSha512 => AllowedSignatureAlgorithm::EcdsaSha512,
    }
}

/// A Response that passed the profile gate. Whoever sent it may have written anything in it.
#[derive(Clone, Debug)]
pub struct UnverifiedResponse {
    response: Element,
    signed: SignedPart,
}

/// An assertion that a configured key signed, and the Response that brought it. Nothing can be read
/// from it before [`VerifiedAssertion::check`], since it may be old, or meant for somebody else.
#[derive(Clone, Debug)]
pub struct VerifiedAssertion {
    /// Read from the signed bytes.
    assertion: Element,
    /// Not signed unless `signed` says so: good for refusals, never for values.
    response: Element,
    signed: SignedPart,
}

impl UnverifiedResponse {
    /// Reads the form field `SAMLResponse` (saml-bindings-2.0-os §3.5.4): base 64 with padding,
    /// white space allowed, of at most 256 KiB of XML.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::NotBase64`], or why [`UnverifiedResponse::parse`] refused it.
    pub fn decode(form_field: &str) -> Result<Self, Error> {
        Self::parse(&base64::decode_form_field(form_field)?)
    }

    /// Reads a Response and lets it pass the profile gate.
    ///
    /// # Errors
    /// What is wrong with it: it is not strict XML, or it is built as no honest Response is.
    pub fn parse(xml: &str) -> Result<Self, Error> {
        let response = Element::parse(xml, Comments::Refuse)?;
        let signed = gate::check(&response)?;
        Ok(Self { response, signed })
    }

    /// Who it says it is from: good for finding the keys to verify it with, for nothing else.
    pub fn claimed_issuer(&self) -> Option<&str> {
        let issuer = self.response.one("saml:Assertion").and_then(|assertion| assertion.one("saml:Issuer"));
        issuer.and_then(Element::text).ok()
    }

    /// What it says: good for finding the keys to verify it with, for nothing else.
    pub fn claimed_attributes(&self) -> Vec<Attribute> {
        self.response.one("saml:Assertion").map(check::attributes).unwrap_or_default()
    }

    /// For which service providers it says it is: good for finding the keys to verify it with, for
    /// nothing else.
    pub fn claimed_audiences(&self) -> Vec<&str> {
        let conditions = self.response.one("saml:Assertion").and_then(|it| it.one("saml:Conditions"));
        let restrictions = conditions.iter().flat_map(|it| it.all("saml:AudienceRestriction"));
        restrictions.flat_map(|it| it.all("saml:Audience")).filter_map(|it| it.text().ok()).collect()
    }

    /// Verifies every signature in it with `certificates`, the keys that are configured for its
    /// issuer; a certificate in the message is not looked at. Blocks for some 0.3 ms. Responses are those of identity
    /// providers, our own among them: no algorithm of the list is blocked.
    ///
    /// # Errors
    /// [`Error::NoCertificate`] when there are none, [`Error::Signature`] when none verifies,
    /// [`Error::NotWhatWasSigned`] when the signature covers something else than was read.
    pub fn verify(self, certificates: &[Certificate]) -> Result<VerifiedAssertion, Error> {
        let covered = match self.signed {
            SignedPart::Assertion => self.response.one("saml:Assertion")?,
            SignedPart::Response | SignedPart::Both => &self.response,
        };
        let signed_element = reduce(&self.response, covered, certificates, BlockedAlgorithms::NONE)?;
        let assertion = match self.signed {
            SignedPart::Assertion => signed_element,
            SignedPart::Response | SignedPart::Both => {
                signed_element.one("saml:Assertion")?.without_signature()
            }
        };
        Ok(VerifiedAssertion { assertion, response: self.response, signed: self.signed })
    }
}

/// What the signatures in `message` cover, read from the signed bytes, without its own signature. It must be
/// `covered`, the element that the gate found signed: what was signed is what is read. By what is `blocked` nothing is
/// verified.
///
/// # Errors
/// [`Error::Blocked`]; else as [`UnverifiedResponse::verify`].
pub(super) fn reduce(
    message: &Element,
    covered: &Element,
    certificates: &[Certificate],
    blocked: BlockedAlgorithms,
) -> Result<Element, Error> {
    refuse_blocked(message, blocked)?;
    if certificates.is_empty() {
        return Err(Error::NoCertificate);
    }
    let xml = message.to_xml()?;
    let is_open = |algorithm: &SignatureAlgorithm| blocked.of_signature(*algorithm).is_none();
    let open: Vec<_> = SignatureAlgorithm::ALL.into_iter().filter(is_open).map(allowed).collect();
    let reduced_by = |is_rsa: bool| -> Result<Option<String>, Error> {
        let keys = certificates.iter().filter(|certificate| certificate.is_rsa() == is_rsa);
        let keys = keys.map(Certificate::to_der).collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() {
            return Ok(None);
        }
        let keys: Vec<_> = keys.into_iter().map(CertificateDer::from).collect();
        let (allowed, mode) = (Some(&open[..]), ReduceMode::PreDigest);
        Ok(Crypto::reduce_xml_to_signed_with_allowed_algorithms(&xml, &keys, mode, allowed).ok())
    };
    // A key of another kind than the signature's ends the search for the one that made it.
    let signed_xml = match reduced_by(true)? {
        Some(signed_xml) => signed_xml,
        None => reduced_by(false)?.ok_or(Error::Signature { certificates: certificates.len() })?,
    };
    let signed =
        Element::parse(&signed_xml, Comments::Refuse).map_err(|_unreadable| Error::NotWhatWasSigned)?;
    if signed == covered.without_signature() { Ok(signed) } else { Err(Error::NotWhatWasSigned) }
}

/// Refuses a signature of `message` that names what is blocked. Each stands where the gate let it.
fn refuse_blocked(message: &Element, blocked: BlockedAlgorithms) -> Result<(), Error> {
    message.walk(&mut |_, element| {
        if !element.is("ds:Signature") {
            return Ok(());
        }
        let info = element.one("ds:SignedInfo")?;
        let reference = info.one("ds:Reference")?;
        [(info, "ds:SignatureMethod"), (reference, "ds:DigestMethod")].into_iter().try_for_each(
            |(of, what)| blocked::check_uri(blocked, what, of.one(what)?.need_attribute("Algorithm")?),
        )
    })
}

impl VerifiedAssertion {
    /// What the signatures cover.
    pub fn signed_part(&self) -> SignedPart {
        self.signed
    }

    /// Checks that it is a success, from whom it should be, for us, for here and for now
    /// (saml-profiles-2.0-os §4.1.4.3). Whether its ID was seen before is for the caller.
    ///
    /// # Errors
    /// The first expectation that it does not meet, with what was expected and what was received.
    pub fn check(self, expectations: &Expectations<'_>) -> Result<CheckedAssertion, Error> {
        check::response(&self.response, self.signed, expectations)?;
        check::assertion(&self.assertion, expectations)
    }
}
