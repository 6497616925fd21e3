//! LogoutRequests as we make them (saml-core-2.0-os §3.7.1).

use crate::base::Timestamp;
use crate::crypto::Random;

use super::super::redirect::{MessageKind, redirect_url};
use super::super::signature::{SignedMessage, Unsigned};
use super::super::writer::Writer;
use super::super::{Error, MessageId, NameId, Recipient, Signer, name};
use super::LogoutReason;

/// Of the elements in it that are the assertion's.
const DECLARATIONS: [(&str, &str); 1] = [("xmlns:saml", name::SAML)];

/// Asks the other side to end sessions. It becomes one that can be sent by [`LogoutRequest::sign`] or
/// [`LogoutRequest::redirect_url`].
#[derive(Clone, Debug)]
pub struct LogoutRequest {
    /// Its own ID, by which the receiver knows a replay.
    pub id: MessageId,
    /// Our entity id.
    pub issuer: String,
    /// The address that it is sent to.
    pub destination: String,
    /// When it is made.
    pub issue_instant: Timestamp,
    /// From when on it may no longer be acted on.
    pub not_on_or_after: Timestamp,
    /// Why the sessions end, where that is to be told.
    pub reason: Option<LogoutReason>,
    /// Whose sessions end: the name as the assertion had it that began them.
    pub name_id: NameId,
    /// Which of their sessions, by the `SessionIndex` of their assertions; all where this is empty.
    pub session_indexes: Vec<String>,
}

impl LogoutRequest {
    /// Writes the request, signed as a whole: for POST by [`SignedMessage::to_base64`], for SOAP by
    /// [`SignedMessage::to_soap`].
    ///
    /// # Errors
    /// [`Error::IllegalCharacter`] when a value cannot be carried by XML, [`Error::Crypto`] when
    /// the key does not sign.
    pub fn sign(&self, signer: &Signer) -> Result<SignedMessage, Error> {
        Ok(SignedMessage(self.write()?.sign(signer)?))
    }

    /// As [`LogoutRequest::sign`], with a name that only `recipient` can read (saml-core-2.0-os §2.2.4).
    ///
    /// # Errors
    /// As there; [`Error::Crypto`] also when it does not encrypt.
    pub fn sign_encrypted(
        &self,
        signer: &Signer,
        recipient: &Recipient,
        random: &Random,
    ) -> Result<SignedMessage, Error> {
        Ok(SignedMessage(self.write_encrypted(recipient, random)?.sign(signer)?))
    }

    /// The address that carries the request, signed beside it (saml-bindings-2.0-os §3.4.4). The answer brings
    /// `relay_state` back.
    ///
    /// # Errors
    /// As [`LogoutRequest::sign`].
    pub fn redirect_url(&self, relay_state: Option<&str>, signer: &Signer) -> Result<String, Error> {
        self.address(&self.write()?, relay_state, signer)
    }

    /// As [`LogoutRequest::redirect_url`], with a name that only `recipient` can read. Some 1500 characters longer.
    ///
    /// # Errors
    /// As [`LogoutRequest::sign_encrypted`].
    pub fn redirect_url_encrypted(
        &self,
        relay_state: Option<&str>,
        signer: &Signer,
        recipient: &Recipient,
        random: &Random,
    ) -> Result<String, Error> {
        self.address(&self.write_encrypted(recipient, random)?, relay_state, signer)
    }

    fn address(
        &self,
        request: &Unsigned,
        relay_state: Option<&str>,
        signer: &Signer,
    ) -> Result<String, Error> {
        redirect_url(&self.destination, (MessageKind::Request, &request.xml), relay_state, Some(signer))
    }

    pub(in super::super) fn write(&self) -> Result<Unsigned, Error> {
        self.write_with(|writer| self.name_id.write(writer, &DECLARATIONS))
    }

    fn write_encrypted(&self, recipient: &Recipient, random: &Random) -> Result<Unsigned, Error> {
        let mut name_id = Writer::with_capacity(512);
        self.name_id.write(&mut name_id, &DECLARATIONS)?;
        let encrypted = recipient.encrypt("saml:EncryptedID", &name_id.finish(), random)?;
        self.write_with(|writer| {
            writer.canonical(&encrypted);
            Ok(())
        })
    }

    /// Writes the request with what stands for its name.
    fn write_with(&self, name: impl FnOnce(&mut Writer) -> Result<(), Error>) -> Result<Unsigned, Error> {
        let mut writer = Writer::with_capacity(2048);
        let mut after_issuer = 0;
        let (issue_instant, not_on_or_after) = (self.issue_instant.rfc3339(), self.not_on_or_after.rfc3339());
        let mut attributes = Vec::with_capacity(7);
        attributes.push(("xmlns:samlp", name::SAMLP));
        attributes.push(("Destination", &*self.destination));
        attributes.push(("ID", self.id.as_str()));
        attributes.push(("IssueInstant", &issue_instant));
        attributes.push(("NotOnOrAfter", &not_on_or_after));
        if let Some(reason) = &self.reason {
            attributes.push(("Reason", reason.uri()));
        }
        attributes.push(("Version", "2.0"));
        writer.element("samlp:LogoutRequest", &attributes, |writer| {
            writer.text("saml:Issuer", &DECLARATIONS, &self.issuer)?;
            after_issuer = writer.position();
            name(writer)?;
            self.session_indexes.iter().try_for_each(|index| writer.text("samlp:SessionIndex", &[], index))
        })?;
        Ok(Unsigned { id: self.id.clone(), xml: writer.finish(), signature_at: after_issuer })
    }
}
