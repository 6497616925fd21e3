//! Metadata of identity and service providers (saml-metadata-2.0-os): ours is written, others' is read. A
//! signature on metadata is not looked at: it is trusted because an administrator brought it.

mod entity;
mod identity_provider;
mod idp_metadata;
mod service_provider;
#[cfg(test)]
mod tests;

pub use identity_provider::IdentityProvider;
pub use idp_metadata::IdpMetadata;
pub use service_provider::{AssertionConsumerService, LogoutBinding, ServiceProvider, SingleLogoutService};
