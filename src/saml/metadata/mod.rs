//! Metadata of identity and service providers (saml-metadata-2.0-os): ours is written and may be signed, others' is
//! read, trusted because an administrator brought it or because a key that they trust signed it.

mod attribute;
mod contact;
mod duration;
mod endpoint;
mod entity;
mod identity_provider;
mod idp_metadata;
mod key;
mod metadata_document;
mod service_provider;
mod text;
mod user_interface;

pub use attribute::{AttributeConsumingService, RequestedAttribute};
pub use contact::{Contact, ContactKind, Organization};
pub use endpoint::{AssertionConsumerService, LogoutBinding, SingleLogoutService};
pub use identity_provider::IdentityProvider;
pub use idp_metadata::IdpMetadata;
pub use metadata_document::MetadataDocument;
pub use service_provider::{MetadataChange, ServiceProvider};
pub use text::LocalizedText;
pub use user_interface::{Logo, UiInfo};
