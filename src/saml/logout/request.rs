//! LogoutRequests as we make them (saml-core-2.0-os §3.7.1).

use crate::base::Timestamp;

use super::super::redirect::{MessageKind, redirect_url};
use super::super::signature::{SignedMessage, Unsigned};
use super::super::writer::Writer;
use super::super::{Error, MessageId, NameId, Signer, name};
use super::LogoutReason;

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

    /// The address that carries the request, signed beside it (saml-bindings-2.0-os §3.4.4). The answer brings
    /// `relay_state` back.
    ///
    /// # Errors
    /// As [`LogoutRequest::sign`].
    pub fn redirect_url(&self, relay_state: Option<&str>, signer: &Signer) -> Result<String, Error> {
        let xml = self.write()?.xml;
        redirect_url(&self.destination, (MessageKind::Request, &xml), relay_state, Some(signer))
    }

    pub(super) fn write(&self) -> Result<Unsigned, Error> {
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
        let declarations = [("xmlns:saml", name::SAML)];
        writer.element("samlp:LogoutRequest", &attributes, |writer| {
            writer.text("saml:Issuer", &declarations, &self.issuer)?;
            after_issuer = writer.position();
            self.name_id.write(writer, &declarations)?;
            self.session_indexes.iter().try_for_each(|index| writer.text("samlp:SessionIndex", &[], index))
        })?;
        Ok(Unsigned { id: self.id.clone(), xml: writer.finish(), signature_at: after_issuer })
    }
}
