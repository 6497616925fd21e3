//! One SAML provider: whom it stands for, with which keys, and how a role comes to trust it.

use askama::Template;
use serde::Deserialize;

use crate::local_cloud::api::version::IMS;
use crate::local_cloud::refusal::Refusal;
use crate::local_cloud::rules;

use super::super::super::desk::{Desk, Done, Frame, Page, Visit, render};
use super::super::label::in_words;
use super::address::{self, RoleSsoAddresses};
use super::metadata::{self, MetadataView};
use super::saml_create::LABELS;

#[derive(Template)]
#[template(path = "local_cloud/ram/sso/saml_provider.html")]
struct SamlProviderPage<'a> {
    frame: Frame,
    /// Whether CloudSSO keeps it, so that nobody else changes it.
    is_locked: bool,
    metadata: Option<MetadataView>,
    addresses: RoleSsoAddresses,
    description: &'a str,
    document: &'a str,
    longest: usize,
    provider: &'a SamlProvider,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SamlProvider {
    #[serde(rename = "SAMLProviderName")]
    name: String,
    arn: String,
    description: String,
    #[serde(rename = "EncodedSAMLMetadataDocument")]
    metadata: String,
    create_date: String,
    update_date: String,
}

pub(super) fn show(desk: &Desk<'_>, visit: &Visit) -> Result<Page, Refusal> {
    let named = [("SAMLProviderName", visit.at("provider"))];
    let provider = desk.ask_for::<SamlProvider>((IMS, "GetSAMLProvider"), &named, &["SAMLProvider"])?;
    let account = &desk.session().identity.account;
    render(&SamlProviderPage {
        frame: Frame::new(desk, visit)?,
        is_locked: rules::is_reserved(&provider.name),
        metadata: metadata::read(&provider.metadata, desk.now()),
        addresses: address::of_role_sso(desk.cloud(), account, &provider.name),
        description: visit.refill("description", &provider.description),
        document: visit.refill("metadata", ""),
        longest: metadata::LONGEST,
        provider: &provider,
    })
}

/// Sets the description, and the metadata where somebody gives another.
pub(super) fn update(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let document = metadata::encoded(visit.given("metadata"));
    let mut parameters = vec![
        ("SAMLProviderName", visit.at("provider")),
        ("NewDescription", visit.given("description").trim()),
    ];
    if !document.is_empty() {
        parameters.push(("NewEncodedSAMLMetadataDocument", &document));
    }
    desk.call(IMS, "UpdateSAMLProvider", &parameters).map_err(|refusal| in_words(refusal, LABELS))?;
    Ok(Done::Here)
}

pub(super) fn delete(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    desk.call(IMS, "DeleteSAMLProvider", &[("SAMLProviderName", visit.at("provider"))])?;
    Ok(Done::At("/ram/sso".to_owned()))
}
