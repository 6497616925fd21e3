//! One request, as its endpoint needs it.

use serde_json::Value;

use crate::scim::projection::Projection;
use crate::scim::schema::ResourceType;
use crate::scim::version::Versions;
use crate::scim::{Error, ErrorKind};
use crate::service::Context;
use crate::service::scim::{Precondition, ScimClient};

/// What of a resource the parameters of a query say is to be shown.
///
/// # Errors
/// `invalidValue` where both what to show and what to leave out is said.
pub(super) fn projection(
    resource_type: &'static ResourceType,
    parameters: &[(String, String)],
) -> Result<Projection, Error> {
    let all = |name: &str| -> Vec<String> {
        let named = parameters.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.clone()).collect()
    };
    Projection::parse(resource_type, &all("attributes"), &all("excludedAttributes"))
}

/// A request of an authenticated client.
#[derive(Clone, Copy)]
pub(super) struct Exchange<'a> {
    pub(super) ctx: &'a Context,
    pub(super) client: &'a ScimClient,
    /// The address that endpoints stand below.
    pub(super) base: &'a str,
    pub(super) parameters: &'a [(String, String)],
    pub(super) if_match: Option<&'a str>,
    pub(super) if_none_match: Option<&'a str>,
    pub(super) body: Option<&'a Value>,
}

impl<'a> Exchange<'a> {
    /// The body.
    ///
    /// # Errors
    /// `invalidSyntax` where there is none.
    pub(super) fn body(&self) -> Result<&'a Value, Error> {
        self.body
            .ok_or_else(|| Error::new(ErrorKind::InvalidSyntax, "the request has no body; it must have one"))
    }

    /// What of the resource is to be shown.
    ///
    /// # Errors
    /// `invalidValue` where both what to show and what to leave out is said.
    pub(super) fn projection(&self, resource_type: &'static ResourceType) -> Result<Projection, Error> {
        projection(resource_type, self.parameters)
    }

    /// Which version the client means to change.
    ///
    /// # Errors
    /// `invalidValue` where the header is no list of ETags.
    pub(super) fn precondition(&self) -> Result<Precondition, Error> {
        Ok(Precondition::new(self.if_match.map(Versions::parse).transpose()?))
    }

    /// Whether the client has this version already.
    ///
    /// # Errors
    /// `invalidValue` where the header is no list of ETags.
    pub(super) fn has_already(&self, version: i64) -> Result<bool, Error> {
        let known = self.if_none_match.map(Versions::parse).transpose()?;
        Ok(known.is_some_and(|known| known.contain(version)))
    }
}
