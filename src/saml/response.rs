//! Responses as we make them (saml-core-2.0-os §3.3.3), for the HTTP-POST binding.

use crate::base::Timestamp;
use crate::crypto::Random;

use super::assertion::Carrier;
use super::signature::{SignedMessage, Unsigned};
use super::writer::Writer;
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
        let envelope = Envelope {
            id: &self.id,
            issuer: &self.issuer,
            acs_url: &self.acs_url,
            in_response_to: self.in_response_to.as_ref(),
            issue_instant: self.issue_instant,
        };
        envelope.write(assertion.len() + 1024, |writer| {
            writer.element("samlp:Status", &[], |writer| {
                writer.empty("samlp:StatusCode", &[("Value", name::STATUS_SUCCESS)])
            })?;
            writer.canonical(assertion);
            Ok(())
        })
    }
}

/// What every Response says: whose it is, where it goes, what it answers.
pub(super) struct Envelope<'a> {
    pub(super) id: &'a MessageId,
    pub(super) issuer: &'a str,
    pub(super) acs_url: &'a str,
    pub(super) in_response_to: Option<&'a MessageId>,
    pub(super) issue_instant: Timestamp,
}

impl Envelope<'_> {
    /// Writes the Response with its status and whatever follows, in a buffer of about that many bytes.
    pub(super) fn write(
        &self,
        capacity: usize,
        content: impl FnOnce(&mut Writer) -> Result<(), Error>,
    ) -> Result<Unsigned, Error> {
        let mut writer = Writer::with_capacity(capacity);
        let mut after_issuer = 0;
        let issue_instant = self.issue_instant.rfc3339();
        let mut attributes = Vec::with_capacity(6);
        attributes.push(("xmlns:samlp", name::SAMLP));
        attributes.push(("Destination", self.acs_url));
        attributes.push(("ID", self.id.as_str()));
        if let Some(request) = self.in_response_to {
            attributes.push(("InResponseTo", request.as_str()));
        }
        attributes.push(("IssueInstant", &issue_instant));
        attributes.push(("Version", "2.0"));
        writer.element("samlp:Response", &attributes, |writer| {
            writer.text("saml:Issuer", &[("xmlns:saml", name::SAML)], self.issuer)?;
            after_issuer = writer.position();
            content(writer)
        })?;
        Ok(Unsigned { id: self.id.clone(), xml: writer.finish(), signature_at: after_issuer })
    }
}
