//! What every answer says, whatever it answers (`StatusResponseType`, saml-core-2.0-os §3.2.2): whose it is, where it
//! goes, to which request, and what became of that.

use crate::base::Timestamp;

use super::signature::Unsigned;
use super::writer::Writer;
use super::{Error, MessageId, name};

/// The frame of an answer.
pub(super) struct StatusResponse<'a> {
    pub(super) id: &'a MessageId,
    pub(super) issuer: &'a str,
    pub(super) destination: Option<&'a str>,
    pub(super) in_response_to: Option<&'a MessageId>,
    pub(super) issue_instant: Timestamp,
}

impl StatusResponse<'_> {
    /// Writes the answer as an element of the name `root`, with its status and whatever follows, in a buffer of about
    /// that many bytes.
    pub(super) fn write(
        &self,
        root: &'static str,
        capacity: usize,
        content: impl FnOnce(&mut Writer) -> Result<(), Error>,
    ) -> Result<Unsigned, Error> {
        let mut writer = Writer::with_capacity(capacity);
        let mut after_issuer = 0;
        let issue_instant = self.issue_instant.rfc3339();
        let mut attributes = Vec::with_capacity(6);
        attributes.push(("xmlns:samlp", name::SAMLP));
        if let Some(destination) = self.destination {
            attributes.push(("Destination", destination));
        }
        attributes.push(("ID", self.id.as_str()));
        if let Some(request) = self.in_response_to {
            attributes.push(("InResponseTo", request.as_str()));
        }
        attributes.push(("IssueInstant", &issue_instant));
        attributes.push(("Version", "2.0"));
        writer.element(root, &attributes, |writer| {
            writer.text("saml:Issuer", &[("xmlns:saml", name::SAML)], self.issuer)?;
            after_issuer = writer.position();
            content(writer)
        })?;
        Ok(Unsigned { id: self.id.clone(), xml: writer.finish(), signature_at: after_issuer })
    }
}

/// Writes the status: its code, the one below it, and words for administrators.
pub(super) fn write_status(
    writer: &mut Writer,
    (code, below): (&str, Option<&str>),
    message: Option<&str>,
) -> Result<(), Error> {
    writer.element("samlp:Status", &[], |writer| {
        writer.element("samlp:StatusCode", &[("Value", code)], |writer| match below {
            Some(below) => writer.empty("samlp:StatusCode", &[("Value", below)]),
            None => Ok(()),
        })?;
        message.map_or(Ok(()), |message| writer.text("samlp:StatusMessage", &[], message))
    })
}
