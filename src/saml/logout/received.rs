//! From a received LogoutRequest to one that a configured key signed, for here and for now.
//!
//! ```text
//! UnverifiedLogoutRequest --verify(certificates)--> VerifiedLogoutRequest --check(expectations)--> CheckedLogoutRequest
//! ```

use std::time::Duration;

use crate::base::Timestamp;
use crate::crypto::Certificate;

use super::super::document::{Comments, Element};
use super::super::moment::{Moment, need_time, time};
use super::super::{Decrypter, Error, MessageId, NameId, base64, check, gate, verify};

/// For how long a request counts that does not say it.
const UNSAID_LIFETIME: Duration = Duration::from_secs(300);

/// What the receiver of a LogoutRequest knows beforehand.
#[derive(Clone, Copy, Debug)]
pub struct LogoutExpectations<'a> {
    /// The entity id of the one whose keys verified the request.
    pub issuer: &'a str,
    /// The address that took it.
    pub destination: &'a str,
    /// The time.
    pub now: Timestamp,
    /// By how much the two clocks may differ, either way.
    pub clock_skew: Duration,
}

/// A LogoutRequest that passed the profile gate. Whoever sent it may have written anything in it.
#[derive(Clone, Debug)]
pub struct UnverifiedLogoutRequest(Element);

/// A LogoutRequest that a configured key signed. Nothing can be read from it before
/// [`VerifiedLogoutRequest::check`], since it may be old, or meant for somebody else.
#[derive(Clone, Debug)]
pub struct VerifiedLogoutRequest(Element);

/// A LogoutRequest that holds here and now. Its ID must still be consumed, once, under its issuer.
#[derive(Clone, Debug)]
pub struct CheckedLogoutRequest {
    id: MessageId,
    issue_instant: Timestamp,
    not_on_or_after: Timestamp,
    name_id: NameId,
    session_indexes: Vec<String>,
}

impl UnverifiedLogoutRequest {
    /// Reads the form field `SAMLRequest` (saml-bindings-2.0-os §3.5.4): base 64 with padding, white
    /// space allowed, of at most 256 KiB of XML.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::NotBase64`], or why [`UnverifiedLogoutRequest::parse`] refused it.
    pub fn decode(form_field: &str) -> Result<Self, Error> {
        Self::parse(&base64::decode_form_field(form_field)?)
    }

    /// Reads a LogoutRequest and lets it pass the profile gate.
    ///
    /// # Errors
    /// What is wrong with it: it is not strict XML, it is not signed as a whole, or it is built as no
    /// honest LogoutRequest is.
    pub fn parse(xml: &str) -> Result<Self, Error> {
        let request = Element::parse(xml, Comments::Refuse)?;
        gate::check_logout_request(&request)?;
        Ok(Self(request))
    }

    /// Who it says it is from: good for finding the keys to verify it with, for nothing else.
    pub fn claimed_issuer(&self) -> Option<&str> {
        self.0.one("saml:Issuer").and_then(Element::text).ok()
    }

    /// Whose sessions it says it is about, unless that is encrypted: good for finding the keys to verify it with, for
    /// nothing else.
    pub fn claimed_name_id(&self) -> Option<&str> {
        self.0.one("saml:NameID").and_then(Element::text).ok()
    }

    /// Its ID as it stands there: good for saying what an answer answers, for nothing else.
    pub fn claimed_id(&self) -> Option<MessageId> {
        self.0.attribute("ID").and_then(|id| MessageId::parse(id).ok())
    }

    /// Verifies its signature with `certificates`, the keys that are configured for its issuer; a
    /// certificate in the message is not looked at. Blocks for some 0.3 ms.
    ///
    /// # Errors
    /// [`Error::NoCertificate`] when there are none, [`Error::Signature`] when none verifies,
    /// [`Error::NotWhatWasSigned`] when the signature covers something else than was read.
    pub fn verify(&self, certificates: &[Certificate]) -> Result<VerifiedLogoutRequest, Error> {
        verify::reduce(&self.0, &self.0, certificates).map(VerifiedLogoutRequest)
    }
}

impl VerifiedLogoutRequest {
    /// Decrypts the name in it, where it is encrypted (saml-core-2.0-os §2.2.4); else it stays as it is. Blocks for some
    /// 2 ms for each key that is tried.
    ///
    /// # Errors
    /// [`Error::Undecryptable`], which does not say why.
    pub fn decrypt(self, decrypter: &Decrypter) -> Result<Self, Error> {
        decrypter.decrypt(&self.0, &["saml:EncryptedID"], "saml:NameID").map(Self)
    }

    /// Checks that it is from whom it should be, for this address and for now (saml-core-2.0-os §3.7.1,
    /// §3.2.1). One without `NotOnOrAfter` counts for five minutes from its `IssueInstant`. Whether its ID
    /// was seen before is for the caller.
    ///
    /// # Errors
    /// The first expectation that it does not meet, with what was expected and what was received;
    /// [`Error::Encrypted`] when its name is still encrypted.
    pub fn check(self, expectations: &LogoutExpectations<'_>) -> Result<CheckedLogoutRequest, Error> {
        let request = &self.0;
        check::version(request)?;
        check::check_issuer(request.one("saml:Issuer")?, expectations.issuer)?;
        let destination = request.need_attribute("Destination")?;
        if destination != expectations.destination {
            let (expected, received) = (expectations.destination.to_owned(), destination.to_owned());
            return Err(Error::Destination { expected, received });
        }
        let moment = Moment { now: expectations.now, clock_skew: expectations.clock_skew };
        let issue_instant = need_time(request, "IssueInstant")?;
        moment.begun("IssueInstant", issue_instant)?;
        let until = time(request, "NotOnOrAfter")?.unwrap_or_else(|| issue_instant.plus(UNSAID_LIFETIME));
        moment.ended("NotOnOrAfter", until)?;
        if until.since(issue_instant) > check::MAX_LIFETIME {
            let limit_seconds = check::MAX_LIFETIME.as_secs();
            return Err(Error::Lifetime { limit_seconds, not_on_or_after: until });
        }
        let indexes = request.all("samlp:SessionIndex").map(|index| index.text().map(str::to_owned));
        Ok(CheckedLogoutRequest {
            id: MessageId::parse(request.need_attribute("ID")?)?,
            issue_instant,
            not_on_or_after: until,
            name_id: NameId::read(request)?,
            session_indexes: indexes.collect::<Result<_, _>>()?,
        })
    }
}

impl CheckedLogoutRequest {
    /// Its ID, unique under its issuer.
    pub fn id(&self) -> &MessageId {
        &self.id
    }

    /// When it was made.
    pub fn issue_instant(&self) -> Timestamp {
        self.issue_instant
    }

    /// From when on it is refused, the clock skew aside: remember its ID until then, plus the skew.
    pub fn not_on_or_after(&self) -> Timestamp {
        self.not_on_or_after
    }

    /// Whose sessions end.
    pub fn name_id(&self) -> &NameId {
        &self.name_id
    }

    /// Which of their sessions; all where this is empty.
    pub fn session_indexes(&self) -> &[String] {
        &self.session_indexes
    }
}
