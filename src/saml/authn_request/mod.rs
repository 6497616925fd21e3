//! AuthnRequests: what service providers ask of us (saml-core-2.0-os §3.4.1, saml-profiles-2.0-os §4.1.4.1). One is
//! unverified until its signature holds, or until it is known to have none; trusted, until it is held against the
//! clock and the address; and then one to be answered.
//!
//! Where the answer goes, and whether an unsigned request is good enough, the service provider's metadata says: the
//! request only chooses among what stands there.

mod read;
mod received;
#[cfg(test)]
mod tests;

use crate::base::Timestamp;

use super::{MessageId, NameId, NameIdFormat, name};

pub use received::{TrustedAuthnRequest, UnverifiedAuthnRequest};

/// A request that holds here and now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthnRequest {
    /// Its ID, which the answer names; unique under its issuer.
    pub id: MessageId,
    /// The entity id of the service provider.
    pub issuer: String,
    /// When it was made.
    pub issue_instant: Timestamp,
    /// Whether a configured key signed it.
    pub is_signed: bool,
    /// Where the answer is to go.
    pub answer_to: AcsChoice,
    /// The binding that the answer is to come by, where the request says so.
    pub protocol_binding: Option<String>,
    /// The `AttributeConsumingServiceIndex`: which set of attributes of the metadata it asks for; the default where it
    /// does not say.
    pub attribute_consuming_service: Option<u16>,
    /// Whether the person must prove anew who they are.
    pub force_authn: bool,
    /// Whether the person must not be asked anything.
    pub is_passive: bool,
    /// What the person's name is to be like.
    pub name_id_policy: NameIdPolicy,
    /// How the person must have been authenticated, where that is said.
    pub requested_authn_context: Option<RequestedAuthnContext>,
    /// Whom it must be about, where that is said.
    pub subject: Option<NameId>,
}

impl AuthnRequest {
    /// Whether its answer may come by POST, the one binding that Responses are sent by.
    pub fn takes_post(&self) -> bool {
        self.protocol_binding.as_deref().is_none_or(|binding| binding == name::HTTP_POST)
    }
}

/// Where the answer is to go. Only addresses of the service provider's metadata count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AcsChoice {
    /// To the one that the metadata says is the default.
    Default,
    /// To the one with this index.
    Index(u16),
    /// To the one with this address, byte for byte.
    Url(String),
}

/// What the person's name is to be like (§3.4.1.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameIdPolicy {
    /// Its format; any where nothing, or `unspecified`, is said.
    pub format: Option<NameIdFormat>,
    /// For which affiliation it is to be made, where not for the service provider itself.
    pub sp_name_qualifier: Option<String>,
}

/// How the person must have been authenticated (§3.3.2.2.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestedAuthnContext {
    /// How what was done compares to what is listed.
    pub comparison: Comparison,
    /// URIs of classes, or of declarations where `are_declarations`; the most wanted first.
    pub references: Vec<String>,
    /// Whether they name declarations, of which we know none.
    pub are_declarations: bool,
}

/// How an authentication compares to those that a request lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Comparison {
    /// It is one of them.
    #[default]
    Exact,
    /// It is at least as strong as one of them.
    Minimum,
    /// It is as strong as can be, and no stronger than one of them.
    Maximum,
    /// It is stronger than one of them.
    Better,
}
