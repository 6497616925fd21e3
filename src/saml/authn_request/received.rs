//! From a received AuthnRequest to one that is known to be the service provider's, or known not to be signed.

use std::time::Duration;

use crate::crypto::{BlockedAlgorithms, Certificate};

use super::super::check::{self, MessageExpectations};
use super::super::document::Element;
use super::super::received::Received;
use super::super::redirect::{MessageKind, RedirectMessage};
use super::super::{Decrypter, Error, MessageId};
use super::{AuthnRequest, read};

const ROOT: &str = "samlp:AuthnRequest";
/// A signed request counts for this long from its `IssueInstant`: whoever signed in meanwhile is still answered,
/// and its ID must be remembered no longer.
const LIFETIME: Duration = Duration::from_secs(600);

/// An AuthnRequest that is well formed. Whoever sent it may have written anything in it.
#[derive(Clone, Debug)]
pub struct UnverifiedAuthnRequest(Received);

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
        Received::decode(form_field, ROOT).map(Self)
    }

    /// Reads what came in a query. A signature inside the message counts for nothing: the one beside it does.
    ///
    /// # Errors
    /// As [`Self::decode`]; [`Error::Value`] when it is an answer.
    pub fn from_redirect(message: &RedirectMessage) -> Result<Self, Error> {
        Received::from_redirect(message, MessageKind::Request, ROOT).map(Self)
    }

    /// Who it says it is from: good for finding the metadata to hold it against, for nothing else.
    pub fn claimed_issuer(&self) -> Option<&str> {
        self.0.claimed_issuer()
    }

    /// Its ID as it stands there: good for saying what an answer answers, for nothing else.
    pub fn claimed_id(&self) -> Option<MessageId> {
        self.0.claimed_id("ID")
    }

    /// Whether there is a signature, good or not.
    pub fn has_signature(&self) -> bool {
        self.0.has_signature()
    }

    /// Verifies its signature with `certificates`, the keys that the service provider's metadata names, unless it is by
    /// what is `blocked`; a certificate in the message is not looked at. Blocks for some 0.3 ms.
    ///
    /// # Errors
    /// [`Error::Unsigned`] without a signature, [`Error::Blocked`], [`Error::NoCertificate`] when there are no keys,
    /// [`Error::Signature`] when none verifies, [`Error::NotWhatWasSigned`] when the signature covers something else
    /// than was read.
    pub fn verify(
        &self,
        certificates: &[Certificate],
        blocked: BlockedAlgorithms,
    ) -> Result<TrustedAuthnRequest, Error> {
        Ok(TrustedAuthnRequest { request: self.0.verify(certificates, blocked)?, is_signed: true })
    }

    /// Takes it as it is, for a service provider that need not sign.
    ///
    /// # Errors
    /// [`Error::NoCertificate`] when it is signed: a signature that is there must hold, whoever wanted it.
    pub fn unsigned(self) -> Result<TrustedAuthnRequest, Error> {
        if self.has_signature() {
            return Err(Error::NoCertificate);
        }
        Ok(TrustedAuthnRequest { request: self.0.into_claimed(), is_signed: false })
    }
}

impl TrustedAuthnRequest {
    /// Decrypts the name of whom it must be about, where it is encrypted (saml-core-2.0-os §2.2.4); else it stays as it
    /// is. Blocks for some 2 ms for each key that is tried.
    ///
    /// # Errors
    /// [`Error::Unsigned`] when it is encrypted in a request that is not signed: it would be anybody's, and is not worth
    /// the work. [`Error::Blocked`]; [`Error::Undecryptable`], which does not say why.
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
    pub fn check(&self, expectations: &MessageExpectations<'_>) -> Result<AuthnRequest, Error> {
        check::message(&self.request, self.is_signed, expectations)?;
        let read = read::request(&self.request, self.is_signed)?;
        if self.is_signed {
            let until = ("IssueInstant", read.issue_instant.plus(LIFETIME));
            expectations.check_times(read.issue_instant, until)?;
        }
        Ok(read)
    }
}
