//! LogoutRequests as we make them (saml-core-2.0-os §3.7.1), for the HTTP-POST binding.

use crate::base::Timestamp;
use crate::crypto::Random;

use super::super::signature::{SignedMessage, Unsigned};
use super::super::writer::Writer;
use super::super::{Error, MessageId, NameId, Recipient, Signer, name};

/// Of the elements in it that are the assertion's.
const DECLARATIONS: [(&str, &str); 1] = [("xmlns:saml", name::SAML)];

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
        let mut name_id = Writer::with_capacity(512);
        self.name_id.write(&mut name_id, &DECLARATIONS)?;
        let encrypted = recipient.encrypt("saml:EncryptedID", &name_id.finish(), random)?;
        let request = self.write_with(|writer| {
            writer.canonical(&encrypted);
            Ok(())
        })?;
        Ok(SignedMessage(request.sign(signer)?))
    }

    pub(in super::super) fn write(&self) -> Result<Unsigned, Error> {
        self.write_with(|writer| self.name_id.write(writer, &DECLARATIONS))
    }

    /// Writes the request with what stands for its name.
    fn write_with(&self, name: impl FnOnce(&mut Writer) -> Result<(), Error>) -> Result<Unsigned, Error> {
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
        writer.element("samlp:LogoutRequest", &attributes, |writer| {
            writer.text("saml:Issuer", &DECLARATIONS, &self.issuer)?;
            after_issuer = writer.position();
            name(writer)?;
            self.session_indexes.iter().try_for_each(|index| writer.text("samlp:SessionIndex", &[], index))
        })?;
        Ok(Unsigned { id: self.id.clone(), xml: writer.finish(), signature_at: after_issuer })
    }
}
