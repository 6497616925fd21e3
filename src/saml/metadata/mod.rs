//! Metadata of identity providers (saml-metadata-2.0-os): ours is written, others' is read. A
//! signature on metadata is not looked at: it is trusted because an administrator brought it.

mod identity_provider;
mod idp_metadata;

pub use identity_provider::IdentityProvider;
pub use idp_metadata::IdpMetadata;
