//! Role-based SSO: the providers of an account, and what an identity provider must know.

use askama::Template;
use serde::Deserialize;

use crate::local_cloud::api::version::IMS;
use crate::local_cloud::refusal::Refusal;
use crate::local_cloud::rules;

use super::super::super::desk::{Desk, Frame, Page, Visit, path, render};
use super::super::part::Part;
use super::address::{self, RoleSsoAddresses};

/// Providers of each kind that an account may have, and the most that one answer lists.
const MOST: i64 = rules::SAML_PROVIDERS_PER_ACCOUNT;

#[derive(Template)]
#[template(path = "local_cloud/ram/sso/overview.html")]
struct OverviewPage {
    frame: Frame,
    saml: Part<Vec<SamlProvider>>,
    oidc: Part<Vec<OidcProvider>>,
    addresses: RoleSsoAddresses,
}

#[derive(Deserialize)]
struct SamlAnswer {
    #[serde(rename = "SAMLProviders")]
    providers: SamlProviders,
}

#[derive(Deserialize)]
struct SamlProviders {
    #[serde(rename = "SAMLProvider")]
    provider: Vec<SamlProvider>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SamlProvider {
    #[serde(rename = "SAMLProviderName")]
    name: String,
    description: String,
    update_date: String,
}

#[derive(Deserialize)]
struct OidcAnswer {
    #[serde(rename = "OIDCProviders")]
    providers: OidcProviders,
}

#[derive(Deserialize)]
struct OidcProviders {
    #[serde(rename = "OIDCProvider")]
    provider: Vec<OidcProvider>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OidcProvider {
    #[serde(rename = "OIDCProviderName")]
    name: String,
    description: String,
    issuer_url: String,
    client_ids: String,
    update_date: String,
}

impl SamlProvider {
    fn href(&self) -> String {
        path(["ram", "sso", "saml-providers", &self.name])
    }

    /// Whether CloudSSO keeps it, so that nobody else changes it.
    fn is_locked(&self) -> bool {
        rules::is_reserved(&self.name)
    }
}

impl OidcProvider {
    fn href(&self) -> String {
        path(["ram", "sso", "oidc-providers", &self.name])
    }

    fn is_locked(&self) -> bool {
        rules::is_reserved(&self.name)
    }

    fn client_count(&self) -> usize {
        self.client_ids.split(',').filter(|id| !id.is_empty()).count()
    }
}

pub(super) fn show(desk: &Desk<'_>, visit: &Visit) -> Result<Page, Refusal> {
    let most = MOST.to_string();
    let every = [("MaxItems", most.as_str())];
    let saml = Part::of(desk.ask::<SamlAnswer>((IMS, "ListSAMLProviders"), &every))?;
    let oidc = Part::of(desk.ask::<OidcAnswer>((IMS, "ListOIDCProviders"), &every))?;
    render(&OverviewPage {
        frame: Frame::new(desk, visit)?,
        saml: saml.map(|answer| answer.providers.provider),
        oidc: oidc.map(|answer| answer.providers.provider),
        addresses: address::of_role_sso(desk.cloud(), &desk.session().identity.account, address::PROVIDER),
    })
}
