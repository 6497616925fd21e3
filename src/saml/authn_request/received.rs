//! From a received AuthnRequest to one that is known to be the service provider's, or known not to be signed.

use std::time::Duration;

use crate::base::Timestamp;
use crate::crypto::Certificate;

use super::super::document::{Comments, Element};
use super::super::moment::Moment;
use super::super::redirect::{DetachedSignature, MessageKind, RedirectMessage};
use super::super::{Decrypter, Error, MessageId, base64, check, gate, verify};
use super::{AuthnRequest, read};

/// A signed request counts for this long from its `IssueInstant`: whoever signed in meanwhile is still answered,
/// and its ID must be remembered no longer.
const LIFETIME: Duration = Duration::from_secs(600);

/// What the receiver of an AuthnRequest knows beforehand.
#[derive(Clone, Copy, Debug)]
pub struct RequestExpectations<'a> {
    /// The entity id of the service provider whose metadata was asked.
    pub issuer: &'a str,
    /// The address that took it.
    pub destination: &'a str,
    /// The time.
    pub now: Timestamp,
    /// By how much the two clocks may differ, either way.
    pub clock_skew: Duration,
}

/// An AuthnRequest that is well formed. Whoever sent it may have written anything in it.
#[derive(Clone, Debug)]
pub struct UnverifiedAuthnRequest {
    request: Element,
    signature: Signature,
}

#[derive(Clone, Debug)]
enum Signature {
    None,
    /// In the message.
    Enveloped,
    /// In the query beside it.
    Detached(DetachedSignature),
}

/// A request that the service provider signed, or need not have. Nothing can be read from it before
/// [`TrustedAuthnRequest::check`], since it may be old, or meant for somebody else.
#[derive(Clone, Debug)]
pub struct TrustedAuthnRequest {
    request: Element,
    is_signed: bool,
}

impl UnverifiedAuthnRequest {
    /// Reads the form field `SAMLRequest` of the POST binding (saml-bindings-2.0-os §3.5.4).
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::NotBase64`], or what is wrong with it: it is not strict XML, or it is built as no
    /// honest request is.
    pub fn decode(form_field: &str) -> Result<Self, Error> {
        let request = Element::parse(&base64::decode_form_field(form_field)?, Comments::Refuse)?;
        let is_signed = gate::check_authn_request(&request)?;
        Ok(Self { request, signature: if is_signed { Signature::Enveloped } else { Signature::None } })
    }

    /// Reads what came in a query. A signature inside the message counts for nothing: the one beside it does.
    ///
    /// # Errors
    /// As [`Self::decode`]; [`Error::Value`] when it is an answer.
    pub fn from_redirect(message: &RedirectMessage) -> Result<Self, Error> {
        if message.kind() != MessageKind::Request {
            let (what, expected) = ("query", "SAMLRequest");
            return Err(Error::Value { what, expected, received: message.kind().parameter().to_owned() });
        }
        let request = Element::parse(message.xml(), Comments::Refuse)?.without_signature();
        gate::check_authn_request(&request)?;
        let signature = message.signature().cloned().map_or(Signature::None, Signature::Detached);
        Ok(Self { request, signature })
    }

    /// Who it says it is from: good for finding the metadata to hold it against, for nothing else.
    pub fn claimed_issuer(&self) -> Option<&str> {
        self.request.one("saml:Issuer").and_then(Element::text).ok()
    }

    /// Its ID as it stands there: good for saying what an answer answers, for nothing else.
    pub fn claimed_id(&self) -> Option<MessageId> {
        self.request.attribute("ID").and_then(|id| MessageId::parse(id).ok())
    }

    /// Whether there is a signature, good or not.
    pub fn has_signature(&self) -> bool {
        !matches!(self.signature, Signature::None)
    }

    /// Verifies its signature with `certificates`, the keys that the service provider's metadata names; a certificate
    /// in the message is not looked at. Blocks for some 0.3 ms.
    ///
    /// # Errors
    /// [`Error::Unsigned`] without a signature, [`Error::NoCertificate`] when there are no keys, [`Error::Signature`]
    /// when none verifies, [`Error::NotWhatWasSigned`] when the signature covers something else than was read.
    pub fn verify(&self, certificates: &[Certificate]) -> Result<TrustedAuthnRequest, Error> {
        let request = match &self.signature {
            Signature::None => return Err(Error::Unsigned),
            Signature::Enveloped => verify::reduce(&self.request, &self.request, certificates)?,
            Signature::Detached(signature) => {
                signature.verify(certificates)?;
                self.request.clone()
            }
        };
        Ok(TrustedAuthnRequest { request, is_signed: true })
    }

    /// Takes it as it is, for a service provider that need not sign.
    ///
    /// # Errors
    /// [`Error::NoCertificate`] when it is signed: a signature that is there must hold, whoever wanted it.
    pub fn unsigned(self) -> Result<TrustedAuthnRequest, Error> {
        match self.signature {
            Signature::None => Ok(TrustedAuthnRequest { request: self.request, is_signed: false }),
            Signature::Enveloped | Signature::Detached(_) => Err(Error::NoCertificate),
        }
    }
}

impl TrustedAuthnRequest {
    /// Decrypts the name of whom it must be about, where it is encrypted (saml-core-2.0-os §2.2.4); else it stays as it
    /// is. Blocks for some 2 ms for each key that is tried.
    ///
    /// # Errors
    /// [`Error::Unsigned`] when it is encrypted in a request that is not signed: it would be anybody's, and is not worth
    /// the work. [`Error::Undecryptable`], which does not say why.
    pub fn decrypt(self, decrypter: &Decrypter) -> Result<Self, Error> {
        if !self.is_signed {
            let subject = self.request.at_most_one("saml:Subject")?;
            let is_encrypted =
                subject.is_some_and(|subject| subject.all("saml:EncryptedID").next().is_some());
            return if is_encrypted { Err(Error::Unsigned) } else { Ok(self) };
        }
        let request =
            decrypter.decrypt(&self.request, &["saml:Subject", "saml:EncryptedID"], "saml:NameID")?;
        Ok(Self { request, ..self })
    }

    /// Checks that it is from whom it should be, for this address and for now. One that is signed must name the
    /// address, and counts for ten minutes; one that is not could be made anew by anybody, so that neither would tell
    /// anything. Whether its ID was seen before is for the caller.
    ///
    /// # Errors
    /// The first expectation that it does not meet, with what was expected and what was received;
    /// [`Error::Encrypted`] when whom it must be about is still encrypted.
    pub fn check(&self, expectations: &RequestExpectations<'_>) -> Result<AuthnRequest, Error> {
        let request = &self.request;
        check::version(request)?;
        check::check_issuer(request.one("saml:Issuer")?, expectations.issuer)?;
        let destination = match request.attribute("Destination") {
            None if self.is_signed => return Err(request.lacks("Destination")),
            destination => destination.unwrap_or(expectations.destination),
        };
        if destination != expectations.destination {
            let (expected, received) = (expectations.destination.to_owned(), destination.to_owned());
            return Err(Error::Destination { expected, received });
        }
        let read = read::request(request, self.is_signed)?;
        if self.is_signed {
            let moment = Moment { now: expectations.now, clock_skew: expectations.clock_skew };
            moment.begun("IssueInstant", read.issue_instant)?;
            moment.ended("IssueInstant", read.issue_instant.plus(LIFETIME))?;
        }
        Ok(read)
    }
}
