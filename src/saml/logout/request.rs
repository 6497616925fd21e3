//! LogoutRequests as we make them (saml-core-2.0-os §3.7.1), for the HTTP-POST binding.

use crate::base::Timestamp;

use super::super::signature::{SignedMessage, Unsigned};
use super::super::writer::Writer;
use super::super::{Error, MessageId, NameId, Signer, name};

/// Asks the other side to end sessions. It becomes one that can be sent by [`LogoutRequest::sign`].
#[derive(Clone, Debug)]
pub struct LogoutRequest {
    /// Its own ID, by which the receiver knows a replay.
    pub id: MessageId,
    /// Our entity id.
    pub issuer: String,
    /// The address that it is posted to.
    pub destination: String,
    /// When it is made.
    pub issue_instant: Timestamp,
    /// From when on it may no longer be acted on.
    pub not_on_or_after: Timestamp,
    /// Whose sessions end: the name as the assertion had it that began them.
    pub name_id: NameId,
    /// Which of their sessions, by the `SessionIndex` of their assertions; all where this is empty.
    pub session_indexes: Vec<String>,
}

impl LogoutRequest {
    /// Writes the request, signed as a whole.
    ///
    /// # Errors
    /// [`Error::IllegalCharacter`] when a value cannot be carried by XML, [`Error::Crypto`] when
    /// the key does not sign.
    pub fn sign(&self, signer: &Signer) -> Result<SignedMessage, Error> {
        Ok(SignedMessage(self.write()?.sign(signer)?))
    }

    pub(in super::super) fn write(&self) -> Result<Unsigned, Error> {
        let mut writer = Writer::with_capacity(2048);
        let mut after_issuer = 0;
        let attributes = [
            ("xmlns:samlp", name::SAMLP),
            ("Destination", &self.destination),
            ("ID", self.id.as_str()),
            ("IssueInstant", &self.issue_instant.rfc3339()),
            ("NotOnOrAfter", &self.not_on_or_after.rfc3339()),
            ("Version", "2.0"),
        ];
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
