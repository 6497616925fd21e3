//! Answers to LogoutRequests (saml-core-2.0-os §3.7.2), for the back channel: unsigned, since they come
//! over the connection that the request went by, and what they say ends no session.

use crate::base::Timestamp;

use super::super::document::{Comments, Element};
use super::super::writer::Writer;
use super::super::{Error, MessageId, check, name};

/// What became of a LogoutRequest (saml-core-2.0-os §3.2.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogoutStatus {
    /// None of the sessions that were named is left.
    Success,
    /// Some are left, with somebody who could not be reached.
    PartialLogout,
    /// The request was refused, and nothing was done.
    Requester,
}

/// An answer to a LogoutRequest.
#[derive(Clone, Debug)]
pub struct LogoutResponse {
    /// Its own ID.
    pub id: MessageId,
    /// Our entity id.
    pub issuer: String,
    /// The request that it answers; `None` when that could not be read.
    pub in_response_to: Option<MessageId>,
    /// When it is made.
    pub issue_instant: Timestamp,
    /// What became of the request.
    pub status: LogoutStatus,
}

impl LogoutResponse {
    /// The XML.
    ///
    /// # Errors
    /// [`Error::IllegalCharacter`] when a value cannot be carried by XML.
    pub fn to_xml(&self) -> Result<String, Error> {
        let mut writer = Writer::with_capacity(1024);
        let issue_instant = self.issue_instant.rfc3339();
        let mut attributes = vec![("xmlns:samlp", name::SAMLP), ("ID", self.id.as_str())];
        if let Some(request) = &self.in_response_to {
            attributes.push(("InResponseTo", request.as_str()));
        }
        attributes.push(("IssueInstant", &issue_instant));
        attributes.push(("Version", "2.0"));
        writer.element("samlp:LogoutResponse", &attributes, |writer| {
            writer.text("saml:Issuer", &[("xmlns:saml", name::SAML)], &self.issuer)?;
            writer.element("samlp:Status", &[], |writer| self.status.write(writer))
        })?;
        Ok(writer.finish())
    }
}

impl LogoutStatus {
    /// Reads what a LogoutResponse says. That it is the answer to our request is known by the
    /// connection that it came over, and by nothing else.
    ///
    /// # Errors
    /// [`Error::Status`] for any other status, such as a failure of the other side; else why it is no
    /// LogoutResponse.
    pub fn parse(xml: &str) -> Result<Self, Error> {
        let response = Element::parse(xml, Comments::Refuse)?;
        if !response.is("samlp:LogoutResponse") {
            let (expected, received) = ("samlp:LogoutResponse", response.shown());
            return Err(Error::Value { what: "message", expected, received });
        }
        check::version(&response)?;
        let status = response.one("samlp:Status")?;
        let code = status.one("samlp:StatusCode")?;
        let below = code.at_most_one("samlp:StatusCode")?.map(|below| below.need_attribute("Value"));
        match (code.need_attribute("Value")?, below.transpose()?) {
            // A session authority may call it a success or a failure of its own.
            (name::STATUS_SUCCESS | name::STATUS_RESPONDER, Some(name::STATUS_PARTIAL_LOGOUT)) => {
                Ok(Self::PartialLogout)
            }
            (name::STATUS_SUCCESS, _) => Ok(Self::Success),
            (name::STATUS_REQUESTER, _) => Ok(Self::Requester),
            (received, _) => {
                let message = status.at_most_one("samlp:StatusMessage")?.map(Element::text).transpose()?;
                let (received, message) = (received.to_owned(), message.map(str::to_owned));
                Err(Error::Status { received, message })
            }
        }
    }

    fn write(self, writer: &mut Writer) -> Result<(), Error> {
        let code = match self {
            Self::Success | Self::PartialLogout => name::STATUS_SUCCESS,
            Self::Requester => name::STATUS_REQUESTER,
        };
        writer.element("samlp:StatusCode", &[("Value", code)], |writer| match self {
            Self::PartialLogout => {
                writer.empty("samlp:StatusCode", &[("Value", name::STATUS_PARTIAL_LOGOUT)])
            }
            Self::Success | Self::Requester => Ok(()),
        })
    }
}
