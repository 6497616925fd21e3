//! SAML 2.0 messages in and out, signed and encrypted (saml-core-2.0-os, saml-bindings-2.0-os §3.2, §3.4 and §3.5,
//! saml-profiles-2.0-os §4.1 and §4.4, saml-metadata-2.0-os).
//!
//! What we send is written by our own writer in exclusive canonical form. What we receive passes a profile gate before
//! any cryptography, and only what a configured key signed is ever read. This room knows no HTTP, no storage and no
//! cloud: whose attributes they are, and whether an assertion was seen before, is for the caller.

mod assertion;
mod authn_context;
mod authn_request;
mod base64;
mod blocked;
mod check;
mod document;
mod encryption;
mod error;
mod failed_response;
#[cfg(test)]
mod fixture;
mod gate;
pub mod inspection;
mod logout;
mod message_id;
mod metadata;
mod moment;
mod name;
mod name_id;
mod received;
mod redirect;
mod response;
mod signature;
mod soap;
mod status_response;
#[cfg(test)]
mod tests;
mod verify;
mod writer;

pub use assertion::{Assertion, Attribute};
pub use authn_context::AuthnContext;
pub use authn_request::{
    AcsChoice, AuthnRequest, Comparison, NameIdPolicy, RequestedAuthnContext, TrustedAuthnRequest,
    UnverifiedAuthnRequest,
};
pub use blocked::{algorithm_of_uri, algorithm_uri, check_algorithm, check_signature_algorithm};
pub use check::{CheckedAssertion, Expectations, MessageExpectations};
pub use encryption::{Decrypter, EncryptionCertificate, EncryptionMethod, EncryptionPreference, Recipient};
pub use error::Error;
pub use failed_response::{FailedResponse, Refusal};
pub use logout::{
    CheckedLogoutRequest, LogoutOutcome, LogoutReason, LogoutRequest, LogoutResponse, LogoutStatus,
    UnverifiedLogoutRequest, UnverifiedLogoutResponse, VerifiedLogoutRequest, VerifiedLogoutResponse,
};
pub use message_id::MessageId;
pub use metadata::{
    AssertionConsumerService, AttributeConsumingService, Contact, ContactKind, IdentityProvider, IdpMetadata,
    LocalizedText, Logo, LogoutBinding, MetadataChange, MetadataDocument, Organization, RequestedAttribute,
    ServiceProvider, SingleLogoutService, UiInfo,
};
pub use name_id::{NameId, NameIdFormat};
pub use redirect::{DetachedSignature, MessageKind, RedirectMessage, redirect_url};
pub use response::{Protection, Response};
pub use signature::{SignedMessage, SignedPart, Signer};
pub use soap::SoapFault;
pub use verify::{UnverifiedResponse, VerifiedAssertion};
