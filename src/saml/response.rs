//! Responses as we make them (saml-core-2.0-os §3.3.3), for the HTTP-POST binding.

use crate::base::Timestamp;
use crate::crypto::Random;

use super::assertion::Carrier;
use super::signature::{SignedMessage, Unsigned};
use super::status_response::{StatusResponse, write_status};
use super::{Assertion, Error, MessageId, Recipient, SignedPart, Signer, name};

/// A successful answer to a service provider. It becomes one that can be sent by [`Response::sign`] or
/// [`Response::protect`].
#[derive(Clone, Debug)]
pub struct Response {
    /// Its own ID.
    pub id: MessageId,
    /// Our entity id.
    pub issuer: String,
    /// The assertion consumer service that it is posted to: `Destination` of the Response and
    /// `Recipient` of its confirmation, which saml-profiles-2.0-os §4.1.4.2 wants to be the same.
    pub acs_url: String,
    /// The request that it answers; `None` when nobody asked (IdP-initiated).
    pub in_response_to: Option<MessageId>,
    /// When it is made; also the assertion's moment.
    pub issue_instant: Timestamp,
    /// What it says.
    pub assertion: Assertion,
}

/// How a Response is kept from being changed and, where there is a recipient, from being read.
#[derive(Clone, Copy, Debug)]
pub struct Protection<'a> {
    /// What of it is signed.
    pub part: SignedPart,
    /// By whom.
    pub signer: &'a Signer,
    /// For whom alone the assertion is; `None` leaves it to be read by whoever sees it.
    pub recipient: Option<&'a Recipient>,
}

impl Response {
    /// Writes the Response, with the assertion signed.
    ///
    /// # Errors
    /// [`Error::IllegalCharacter`] when a value cannot be carried by XML, [`Error::Crypto`] when
    /// the key does not sign.
    pub fn sign(&self, signer: &Signer) -> Result<SignedMessage, Error> {
        let assertion = self.assertion.write(&self.carrier())?.sign(signer)?;
        Ok(SignedMessage(self.write(&assertion)?.xml))
    }

    /// Writes the Response, protected as the receiver wants it: the assertion is signed first, then encrypted, and the
    /// Response is signed around it. Signing both costs twice as much; encrypting costs little.
    ///
    /// # Errors
    /// As [`Response::sign`]; [`Error::Crypto`] also when it does not encrypt.
    pub fn protect(&self, protection: &Protection<'_>, random: &Random) -> Result<SignedMessage, Error> {
        let Protection { part, signer, recipient } = *protection;
        let assertion = self.assertion.write(&self.carrier())?;
        let mut assertion = match part {
            SignedPart::Assertion | SignedPart::Both => assertion.sign(signer)?,
            SignedPart::Response => assertion.xml,
        };
        if let Some(recipient) = recipient {
            assertion = recipient.encrypt("saml:EncryptedAssertion", &assertion, random)?;
        }
        let response = self.write(&assertion)?;
        Ok(SignedMessage(match part {
            SignedPart::Response | SignedPart::Both => response.sign(signer)?,
            SignedPart::Assertion => response.xml,
        }))
    }

    pub(super) fn carrier(&self) -> Carrier<'_> {
        Carrier {
            issuer: &self.issuer,
            issue_instant: self.issue_instant,
            acs_url: &self.acs_url,
            in_response_to: self.in_response_to.as_ref(),
        }
    }

    pub(super) fn write(&self, assertion: &str) -> Result<Unsigned, Error> {
        let frame = StatusResponse {
            id: &self.id,
            issuer: &self.issuer,
            destination: Some(&self.acs_url),
            in_response_to: self.in_response_to.as_ref(),
            issue_instant: self.issue_instant,
        };
        frame.write("samlp:Response", assertion.len() + 1024, |writer| {
            write_status(writer, (name::STATUS_SUCCESS, None), None)?;
            writer.canonical(assertion);
            Ok(())
        })
    }
}
