//! Answers to LogoutRequests as we make them (saml-core-2.0-os §3.7.2).

use crate::base::Timestamp;

use super::super::redirect::{MessageKind, redirect_url};
use super::super::signature::{SignedMessage, Unsigned};
use super::super::status_response::{StatusResponse, write_status};
use super::super::{Error, MessageId, Signer, name};

/// What became of a LogoutRequest (saml-core-2.0-os §3.2.2.2). All but the first two say that nothing ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LogoutStatus {
    /// None of the sessions that were named is left.
    Success,
    /// Ours are ended, but some are left with somebody who could not be reached, or refused.
    PartialLogout,
    /// The request was refused, and no more is said.
    Requester,
    /// The sender may not end what it names.
    RequestDenied,
    /// Nobody is known by the name.
    UnknownPrincipal,
    /// The request asks for it in a way that we do not know.
    RequestUnsupported,
    /// We failed.
    Responder,
}

impl LogoutStatus {
    /// All there are.
    pub const ALL: [Self; 7] = [
        Self::Success,
        Self::PartialLogout,
        Self::Requester,
        Self::RequestDenied,
        Self::UnknownPrincipal,
        Self::RequestUnsupported,
        Self::Responder,
    ];

    /// The status code, and the one below it where there is one.
    pub const fn codes(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Success => (name::STATUS_SUCCESS, None),
            Self::PartialLogout => (name::STATUS_SUCCESS, Some(name::STATUS_PARTIAL_LOGOUT)),
            Self::Requester => (name::STATUS_REQUESTER, None),
            Self::RequestDenied => (name::STATUS_REQUESTER, Some(name::STATUS_REQUEST_DENIED)),
            Self::UnknownPrincipal => (name::STATUS_REQUESTER, Some(name::STATUS_UNKNOWN_PRINCIPAL)),
            Self::RequestUnsupported => (name::STATUS_REQUESTER, Some(name::STATUS_REQUEST_UNSUPPORTED)),
            Self::Responder => (name::STATUS_RESPONDER, None),
        }
    }
}

/// An answer to a LogoutRequest. It becomes one that can be sent by [`LogoutResponse::sign`],
/// [`LogoutResponse::redirect_url`] or [`LogoutResponse::to_xml`].
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
    /// Writes the answer, signed as a whole: for POST by [`SignedMessage::to_base64`] with the address that it is
    /// posted to; for SOAP by [`SignedMessage::to_soap`] with none, since it goes back over the connection that the
    /// request came by.
    ///
    /// # Errors
    /// [`Error::IllegalCharacter`] when a value cannot be carried by XML, [`Error::Crypto`] when the key does not
    /// sign.
    pub fn sign(&self, destination: Option<&str>, signer: &Signer) -> Result<SignedMessage, Error> {
        Ok(SignedMessage(self.write(destination)?.sign(signer)?))
    }

    /// The address at `destination` that carries the answer, signed beside it (saml-bindings-2.0-os §3.4.4), with the
    /// `relay_state` of the request.
    ///
    /// # Errors
    /// As [`LogoutResponse::sign`].
    pub fn redirect_url(
        &self,
        destination: &str,
        relay_state: Option<&str>,
        signer: &Signer,
    ) -> Result<String, Error> {
        let xml = self.write(Some(destination))?.xml;
        redirect_url(destination, (MessageKind::Response, &xml), relay_state, Some(signer))
    }

    /// The XML without a signature, for a back channel in which what it says ends no session: that it is the answer is
    /// known by the connection that the request went by.
    ///
    /// # Errors
    /// [`Error::IllegalCharacter`] when a value cannot be carried by XML.
    pub fn to_xml(&self) -> Result<String, Error> {
        Ok(self.write(None)?.xml)
    }

    pub(super) fn write(&self, destination: Option<&str>) -> Result<Unsigned, Error> {
        let frame = StatusResponse {
            id: &self.id,
            issuer: &self.issuer,
            destination,
            in_response_to: self.in_response_to.as_ref(),
            issue_instant: self.issue_instant,
        };
        frame.write("samlp:LogoutResponse", 1024, |writer| write_status(writer, self.status.codes(), None))
    }
}
