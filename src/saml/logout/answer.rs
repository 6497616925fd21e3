//! From a received LogoutResponse to what the other side says became of our request.
//!
//! ```text
//! UnverifiedLogoutResponse --verify(certificates)--> VerifiedLogoutResponse --check(request, expectations)--> LogoutOutcome
//! ```

use std::fmt;
use std::time::Duration;

use crate::crypto::{BlockedAlgorithms, Certificate};

use super::super::check::{self, MessageExpectations};
use super::super::document::{Comments, Element};
use super::super::moment::need_time;
use super::super::received::Received;
use super::super::redirect::{MessageKind, RedirectMessage};
use super::super::{Error, MessageId, name};

const ROOT: &str = "samlp:LogoutResponse";
/// For how long an answer counts from its `IssueInstant`.
const LIFETIME: Duration = Duration::from_secs(300);
/// Characters of a refusal's words, and of each code, that are kept.
const MAX_SHOWN: usize = 256;

/// A LogoutResponse that passed the profile gate. Whoever sent it may have written anything in it.
#[derive(Clone, Debug)]
pub struct UnverifiedLogoutResponse {
    received: Received,
    names_destination: bool,
}

/// A LogoutResponse that a configured key signed. Nothing can be read from it before
/// [`VerifiedLogoutResponse::check`], since it may be old, or answer something else.
#[derive(Clone, Debug)]
pub struct VerifiedLogoutResponse {
    response: Element,
    names_destination: bool,
}

/// What the other side says became of a LogoutRequest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogoutOutcome {
    /// None of the sessions that were named is left.
    Success,
    /// Some are left, with somebody who could not be reached.
    Partial,
    /// Nothing is known to have ended.
    Refused {
        /// The status code, of at most 256 characters.
        code: String,
        /// The code below it, if any, as long.
        second: Option<String>,
        /// The first 256 characters of what is said about it, if anything.
        message: Option<String>,
    },
}

impl UnverifiedLogoutResponse {
    /// Reads the form field `SAMLResponse` (saml-bindings-2.0-os §3.5.4): base 64 with padding, white
    /// space allowed, of at most 256 KiB of XML.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::NotBase64`], [`Error::Unsigned`], or what is wrong with it: it is not strict XML,
    /// or it is built as no honest LogoutResponse is.
    pub fn decode(form_field: &str) -> Result<Self, Error> {
        Self::new(Received::decode(form_field, ROOT)?, true)
    }

    /// Reads what came in a query (saml-bindings-2.0-os §3.4.4). A signature inside the message counts for nothing:
    /// the one beside it does.
    ///
    /// # Errors
    /// As [`Self::decode`]; [`Error::Value`] when it is a request.
    pub fn from_redirect(message: &RedirectMessage) -> Result<Self, Error> {
        Self::new(Received::from_redirect(message, MessageKind::Response, ROOT)?, true)
    }

    /// Reads an envelope of SOAP 1.1 with the answer in its body (saml-bindings-2.0-os §3.2.2), of at most 256 KiB. It
    /// comes over the connection that the request went by, so that it need not name an address.
    ///
    /// # Errors
    /// As [`Self::decode`]; [`Error::NotUnderstood`] for a header that says it must be understood; [`Error::Status`]
    /// for a fault.
    pub fn from_soap(envelope: &str) -> Result<Self, Error> {
        Self::new(Received::from_soap(envelope, ROOT)?, false)
    }

    fn new(received: Received, names_destination: bool) -> Result<Self, Error> {
        Ok(Self { received: received.signed()?, names_destination })
    }

    /// Who it says it is from: good for finding the keys to verify it with, for nothing else.
    pub fn claimed_issuer(&self) -> Option<&str> {
        self.received.claimed_issuer()
    }

    /// The request that it says it answers: good for finding that request, for nothing else.
    pub fn claimed_in_response_to(&self) -> Option<MessageId> {
        self.received.claimed_id("InResponseTo")
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
    ) -> Result<VerifiedLogoutResponse, Error> {
        let response = self.received.verify(certificates, blocked)?;
        Ok(VerifiedLogoutResponse { response, names_destination: self.names_destination })
    }
}

impl VerifiedLogoutResponse {
    /// Checks that it answers `request`, the ID of ours, and is from whom it should be, for this address and for now;
    /// it counts for five minutes (saml-core-2.0-os §3.7.2, §3.2.2). That the request is still open is for the caller.
    ///
    /// # Errors
    /// The first expectation that it does not meet, with what was expected and what was received.
    pub fn check(
        &self,
        request: &MessageId,
        expectations: &MessageExpectations<'_>,
    ) -> Result<LogoutOutcome, Error> {
        let response = &self.response;
        check::message(response, self.names_destination, expectations)?;
        check::check_in_response_to(response, Some(request))?;
        let issue_instant = need_time(response, "IssueInstant")?;
        expectations.check_times(issue_instant, ("IssueInstant", issue_instant.plus(LIFETIME)))?;
        MessageId::parse(response.need_attribute("ID")?)?;
        LogoutOutcome::read(response)
    }
}

impl LogoutOutcome {
    /// Reads what a LogoutResponse without a signature says, which came over the connection that our request went by,
    /// and by that alone is known to be the answer. No session may end by it.
    ///
    /// # Errors
    /// Why it is no LogoutResponse.
    pub fn parse(xml: &str) -> Result<Self, Error> {
        let response = Element::parse(xml, Comments::Refuse)?;
        if !response.is(ROOT) {
            return Err(Error::Value { what: "message", expected: ROOT, received: response.shown() });
        }
        check::version(&response)?;
        Self::read(&response)
    }

    fn read(response: &Element) -> Result<Self, Error> {
        let status = response.one("samlp:Status")?;
        let code = status.one("samlp:StatusCode")?;
        let second = code.at_most_one("samlp:StatusCode")?;
        let second = second.map(|second| second.need_attribute("Value")).transpose()?;
        Ok(match (code.need_attribute("Value")?, second) {
            // A session authority may call it a success or a failure of its own.
            (name::STATUS_SUCCESS | name::STATUS_RESPONDER, Some(name::STATUS_PARTIAL_LOGOUT)) => {
                Self::Partial
            }
            (name::STATUS_SUCCESS, _) => Self::Success,
            (code, second) => {
                let message = status.at_most_one("samlp:StatusMessage")?.map(Element::text).transpose()?;
                let (code, second, message) = (shown(code), second.map(shown), message.map(shown));
                Self::Refused { code, second, message }
            }
        })
    }
}

impl fmt::Display for LogoutOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Success => f.write_str("success"),
            Self::Partial => f.write_str("partial logout"),
            Self::Refused { code, second, message } => {
                let (second, message) = (second.as_deref(), message.as_deref());
                write!(f, "status {code:?}")?;
                second.map_or(Ok(()), |second| write!(f, " with {second:?}"))?;
                message.map_or(Ok(()), |message| write!(f, ", message {message:?}"))
            }
        }
    }
}

fn shown(text: &str) -> String {
    text.chars().take(MAX_SHOWN).collect()
}
