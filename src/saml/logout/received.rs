//! From a received LogoutRequest to one that a configured key signed, for here and for now.
//!
//! ```text
//! UnverifiedLogoutRequest --verify(certificates)--> VerifiedLogoutRequest --check(expectations)--> CheckedLogoutRequest
//! ```
//!
//! A name that is encrypted is decrypted in between, by [`VerifiedLogoutRequest::decrypt`]: never before it is known who
//! encrypted it.

use std::time::Duration;

use crate::base::Timestamp;
use crate::crypto::{BlockedAlgorithms, Certificate};

use super::super::check::{self, MAX_LIFETIME, MessageExpectations};
use super::super::document::Element;
use super::super::moment::{need_time, time};
use super::super::received::Received;
use super::super::redirect::{MessageKind, RedirectMessage};
use super::super::{Decrypter, Error, MessageId, NameId};
use super::LogoutReason;

const ROOT: &str = "samlp:LogoutRequest";
/// For how long a request counts that does not say it.
const UNSAID_LIFETIME: Duration = Duration::from_secs(300);
/// Sessions that one request may name.
const MAX_SESSION_INDEXES: usize = 100;

/// A LogoutRequest that passed the profile gate. Whoever sent it may have written anything in it.
#[derive(Clone, Debug)]
pub struct UnverifiedLogoutRequest(Received);

/// A LogoutRequest that a configured key signed. Nothing can be read from it before
/// [`VerifiedLogoutRequest::check`], since it may be old, or meant for somebody else.
#[derive(Clone, Debug)]
pub struct VerifiedLogoutRequest(Element);

/// A LogoutRequest that holds here and now. Its ID must still be consumed, once, under its issuer, and only sessions
/// that its issuer has a part in may end by it.
#[derive(Clone, Debug)]
pub struct CheckedLogoutRequest {
    id: MessageId,
    issuer: String,
    issue_instant: Timestamp,
    not_on_or_after: Timestamp,
    name_id: NameId,
    session_indexes: Vec<String>,
    reason: Option<LogoutReason>,
    is_asynchronous: bool,
}

impl UnverifiedLogoutRequest {
    /// Reads the form field `SAMLRequest` (saml-bindings-2.0-os §3.5.4): base 64 with padding, white
    /// space allowed, of at most 256 KiB of XML.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::NotBase64`], [`Error::Unsigned`], or what is wrong with it: it is not strict XML,
    /// or it is built as no honest LogoutRequest is.
    pub fn decode(form_field: &str) -> Result<Self, Error> {
        Received::decode(form_field, ROOT)?.signed().map(Self)
    }

    /// Reads what came in a query (saml-bindings-2.0-os §3.4.4). A signature inside the message counts for nothing:
    /// the one beside it does.
    ///
    /// # Errors
    /// As [`Self::decode`]; [`Error::Value`] when it is an answer.
    pub fn from_redirect(message: &RedirectMessage) -> Result<Self, Error> {
        Received::from_redirect(message, MessageKind::Request, ROOT)?.signed().map(Self)
    }

    /// Reads an envelope of SOAP 1.1 with the request in its body (saml-bindings-2.0-os §3.2.2), of at most 256 KiB.
    ///
    /// # Errors
    /// As [`Self::decode`]; [`Error::NotUnderstood`] for a header that says it must be understood.
    pub fn from_soap(envelope: &str) -> Result<Self, Error> {
        Received::from_soap(envelope, ROOT)?.signed().map(Self)
    }

    /// Who it says it is from: good for finding the keys to verify it with, for nothing else.
    pub fn claimed_issuer(&self) -> Option<&str> {
        self.0.claimed_issuer()
    }

    /// Whose sessions it says it is about, unless that is encrypted: good for finding the keys to verify it with, for
    /// nothing else.
    pub fn claimed_name_id(&self) -> Option<&str> {
        self.0.claimed().one("saml:NameID").and_then(Element::text).ok()
    }

    /// Its ID as it stands there: good for saying what an answer answers, for nothing else.
    pub fn claimed_id(&self) -> Option<MessageId> {
        self.0.claimed_id("ID")
    }

    /// Verifies its signature with `certificates`, the keys that are configured for its issuer, unless it is by what is
    /// `blocked`; a certificate in the message is not looked at. Blocks for some 0.3 ms.
    ///
    /// # Errors
    /// [`Error::Blocked`], [`Error::NoCertificate`] when there are none, [`Error::Signature`] when none verifies,
    /// [`Error::NotWhatWasSigned`] when the signature covers something else than was read.
    pub fn verify(
        &self,
        certificates: &[Certificate],
        blocked: BlockedAlgorithms,
    ) -> Result<VerifiedLogoutRequest, Error> {
        self.0.verify(certificates, blocked).map(VerifiedLogoutRequest)
    }
}

impl VerifiedLogoutRequest {
    /// Decrypts the name in it, where it is encrypted (saml-core-2.0-os §2.2.4); else it stays as it is. Blocks for some
    /// 2 ms for each key that is tried.
    ///
    /// # Errors
    /// [`Error::Blocked`]; [`Error::Undecryptable`], which does not say why.
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
    pub fn check(self, expectations: &MessageExpectations<'_>) -> Result<CheckedLogoutRequest, Error> {
        let request = &self.0;
        check::message(request, true, expectations)?;
        let issue_instant = need_time(request, "IssueInstant")?;
        let until = time(request, "NotOnOrAfter")?.unwrap_or_else(|| issue_instant.plus(UNSAID_LIFETIME));
        expectations.check_times(issue_instant, ("NotOnOrAfter", until))?;
        if until.since(issue_instant) > MAX_LIFETIME {
            return Err(Error::Lifetime { limit_seconds: MAX_LIFETIME.as_secs(), not_on_or_after: until });
        }
        Ok(CheckedLogoutRequest {
            id: MessageId::parse(request.need_attribute("ID")?)?,
            issuer: expectations.issuer.to_owned(),
            issue_instant,
            not_on_or_after: until,
            name_id: NameId::read(request)?,
            session_indexes: session_indexes(request)?,
            reason: request.attribute("Reason").map(LogoutReason::from_uri),
            is_asynchronous: is_asynchronous(request)?,
        })
    }
}

/// An empty one names no session, and is not taken for none at all, which would mean every session.
fn session_indexes(request: &Element) -> Result<Vec<String>, Error> {
    let mut indexes = Vec::new();
    for index in request.all("samlp:SessionIndex") {
        if indexes.len() >= MAX_SESSION_INDEXES {
            return Err(Error::TooMany { what: "samlp:SessionIndex", limit: MAX_SESSION_INDEXES });
        }
        let index = index.text()?;
        if index.is_empty() {
            let (what, expected) = ("samlp:SessionIndex", "the index of a session");
            return Err(Error::Value { what, expected, received: String::new() });
        }
        indexes.push(index.to_owned());
    }
    Ok(indexes)
}

/// Whether the sender wants no answer (saml-async-slo-v1.0 §2).
fn is_asynchronous(request: &Element) -> Result<bool, Error> {
    let extensions = request.at_most_one("samlp:Extensions")?;
    Ok(extensions.is_some_and(|extensions| extensions.all("aslo:Asynchronous").next().is_some()))
}

impl CheckedLogoutRequest {
    /// Its ID, unique under its issuer.
    pub fn id(&self) -> &MessageId {
        &self.id
    }

    /// The entity id of whom it is from.
    pub fn issuer(&self) -> &str {
        &self.issuer
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

    /// Which of their sessions, at most 100; all where this is empty.
    pub fn session_indexes(&self) -> &[String] {
        &self.session_indexes
    }

    /// Why, where that is said.
    pub fn reason(&self) -> Option<&LogoutReason> {
        self.reason.as_ref()
    }

    /// Whether the sender wants no answer (saml-async-slo-v1.0 §2): then none is sent, whatever comes of it.
    pub fn is_asynchronous(&self) -> bool {
        self.is_asynchronous
    }
}
