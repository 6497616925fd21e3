//! Responses that tell a service provider why nobody was signed in to it (saml-core-2.0-os §3.2.2.2), for the
//! HTTP-POST binding. Signed as a whole, since there is no assertion in them to sign.

use crate::base::Timestamp;

use super::signature::SignedMessage;
use super::status_response::{StatusResponse, write_status};
use super::{Error, MessageId, Signer, name};

/// Why nobody was signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// Somebody would have had to be asked, which the request forbade.
    NoPassive,
    /// Nobody can be authenticated as the request demands.
    NoAuthnContext,
    /// No name of the kind that the request demands can be given.
    InvalidNameIdPolicy,
    /// The person whom the request names is not the one who signed in.
    UnknownPrincipal,
    /// The person did not prove who they are.
    AuthnFailed,
    /// The person may not use the service provider.
    RequestDenied,
    /// The answer was to come by a binding that we do not send by.
    UnsupportedBinding,
}

impl Refusal {
    /// All there are.
    pub const ALL: [Self; 7] = [
        Self::NoPassive,
        Self::NoAuthnContext,
        Self::InvalidNameIdPolicy,
        Self::UnknownPrincipal,
        Self::AuthnFailed,
        Self::RequestDenied,
        Self::UnsupportedBinding,
    ];

    /// The status code and the one below it: whether the request was at fault, or the answer cannot be given.
    pub const fn codes(self) -> (&'static str, &'static str) {
        match self {
            Self::NoPassive => (name::STATUS_RESPONDER, name::STATUS_NO_PASSIVE),
            Self::NoAuthnContext => (name::STATUS_RESPONDER, name::STATUS_NO_AUTHN_CONTEXT),
            Self::InvalidNameIdPolicy => (name::STATUS_REQUESTER, name::STATUS_INVALID_NAME_ID_POLICY),
            Self::UnknownPrincipal => (name::STATUS_RESPONDER, name::STATUS_UNKNOWN_PRINCIPAL),
            Self::AuthnFailed => (name::STATUS_RESPONDER, name::STATUS_AUTHN_FAILED),
            Self::RequestDenied => (name::STATUS_RESPONDER, name::STATUS_REQUEST_DENIED),
            Self::UnsupportedBinding => (name::STATUS_REQUESTER, name::STATUS_UNSUPPORTED_BINDING),
        }
    }

    /// The same for the service provider's administrators. It tells nothing of the person.
    const fn message(self) -> &'static str {
        match self {
            Self::NoPassive => "Nobody is signed in, and the request forbade to ask.",
            Self::NoAuthnContext => "The authentication that the request demands cannot be done.",
            Self::InvalidNameIdPolicy => "A name as the request demands it cannot be given.",
            Self::UnknownPrincipal => "The request is about somebody else.",
            Self::AuthnFailed => "The sign-in was not completed.",
            Self::RequestDenied => "Access to this application is not granted.",
            Self::UnsupportedBinding => "Responses are sent by HTTP-POST only.",
        }
    }
}

/// An answer without an assertion. It goes to an address of the service provider's metadata, never to one that only
/// the request names.
#[derive(Clone, Debug)]
pub struct FailedResponse {
    /// Its own ID.
    pub id: MessageId,
    /// Our entity id.
    pub issuer: String,
    /// The assertion consumer service that it is posted to.
    pub acs_url: String,
    /// The request that it answers.
    pub in_response_to: MessageId,
    /// When it is made.
    pub issue_instant: Timestamp,
    /// Why.
    pub refusal: Refusal,
}

impl FailedResponse {
    /// Writes the Response, signed.
    ///
    /// # Errors
    /// [`Error::IllegalCharacter`] when a value cannot be carried by XML, [`Error::Crypto`] when the key does not
    /// sign.
    pub fn sign(&self, signer: &Signer) -> Result<SignedMessage, Error> {
        let frame = StatusResponse {
            id: &self.id,
            issuer: &self.issuer,
            destination: Some(&self.acs_url),
            in_response_to: Some(&self.in_response_to),
            issue_instant: self.issue_instant,
        };
        let (code, below) = self.refusal.codes();
        let unsigned = frame.write("samlp:Response", 1024, |writer| {
            write_status(writer, (code, Some(below)), Some(self.refusal.message()))
        })?;
        Ok(SignedMessage(unsigned.sign(signer)?))
    }
}

#[cfg(test)]
mod tests {
    use super::super::document::{Comments, Element};
    use super::super::fixture::*;
    use super::super::verify;
    use super::*;

    #[test]
    fn a_refusal_is_signed_and_says_what_it_answers_and_why() {
        for refusal in Refusal::ALL {
            let response = FailedResponse {
                id: MessageId::parse("_answer").unwrap(),
                issuer: ISSUER.to_owned(),
                acs_url: format!("{ACS}?a&b"),
                in_response_to: MessageId::parse("_request").unwrap(),
                issue_instant: NOW,
                refusal,
            };
            let xml = response.sign(&keys().own).unwrap().xml().to_owned();
            let read = Element::parse(&xml, Comments::Refuse).unwrap();
            let own = std::slice::from_ref(&keys().own_certificate);
            let covered = verify::reduce(&read, &read, own, NOTHING_BLOCKED).unwrap();
            assert_eq!(covered.attribute("InResponseTo"), Some("_request"));
            assert_eq!(covered.attribute("Destination"), Some(format!("{ACS}?a&b").as_str()));
            let code = covered.one("samlp:Status").unwrap().one("samlp:StatusCode").unwrap();
            let below = code.one("samlp:StatusCode").unwrap();
            assert_eq!((code.attribute("Value"), below.attribute("Value")), {
                let (code, below) = refusal.codes();
                (Some(code), Some(below))
            });
            assert!(
                below
                    .attribute("Value")
                    .unwrap()
                    .ends_with(&format!(":{refusal:?}").replace("NameId", "NameID"))
            );
            assert!(!covered.children().any(|child| child.is("saml:Assertion")));
            let stranger = std::slice::from_ref(&keys().stranger_certificate);
            assert!(verify::reduce(&read, &read, stranger, NOTHING_BLOCKED).is_err());
        }
    }
}
