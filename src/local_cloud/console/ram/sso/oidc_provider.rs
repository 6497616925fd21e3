//! One OIDC provider: whose tokens it stands for, for which clients, and how a role comes to trust it.

use askama::Template;
use serde::Deserialize;

use crate::local_cloud::api::version::IMS;
use crate::local_cloud::arn::Arn;
use crate::local_cloud::refusal::Refusal;
use crate::local_cloud::rules;

use super::super::super::desk::{Desk, Done, Frame, Page, Visit, render};
use super::super::label::{filled, in_words};
use super::address::trust_policy;
use super::oidc_create::{LABELS, bare, hours};

#[derive(Template)]
#[template(path = "local_cloud/ram/sso/oidc_provider.html")]
struct OidcProviderPage<'a> {
    frame: Frame,
    /// Whether CloudSSO keeps it, so that nobody else changes it.
    is_locked: bool,
    provider: &'a OidcProvider,
    client_ids: Vec<&'a str>,
    fingerprints: Vec<&'a str>,
    description: &'a str,
    hours: &'a str,
    client_id: &'a str,
    fingerprint: &'a str,
    trust_policy: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OidcProvider {
    #[serde(rename = "OIDCProviderName")]
    name: String,
    arn: String,
    description: String,
    issuer_url: String,
    client_ids: String,
    fingerprints: String,
    issuance_limit_time: i64,
    create_date: String,
    update_date: String,
}

impl OidcProvider {
    /// Where the issuer says where its keys are.
    fn discovery(&self) -> String {
        format!("{}/.well-known/openid-configuration", self.issuer_url.trim_end_matches('/'))
    }
}

pub(super) fn show(desk: &Desk<'_>, visit: &Visit) -> Result<Page, Refusal> {
    let named = [("OIDCProviderName", visit.at("provider"))];
    let provider = desk.ask_for::<OidcProvider>((IMS, "GetOIDCProvider"), &named, &["OIDCProvider"])?;
    let client_ids = listed(&provider.client_ids);
    let client = client_ids.first().copied().unwrap_or("CLIENT-ID");
    let arn = Arn::oidc_provider(desk.session().identity.account.clone(), provider.name.as_str());
    let conditions = [("oidc:iss", provider.issuer_url.clone()), ("oidc:aud", client.to_owned())];
    let hours = provider.issuance_limit_time.to_string();
    render(&OidcProviderPage {
        frame: Frame::new(desk, visit)?,
        is_locked: rules::is_reserved(&provider.name),
        trust_policy: trust_policy(&arn, &conditions),
        client_ids,
        fingerprints: listed(&provider.fingerprints),
        description: visit.refill("description", &provider.description),
        hours: visit.refill("hours", &hours),
        client_id: typed_to_add(visit, "add-client-id", "client_id"),
        fingerprint: typed_to_add(visit, "add-fingerprint", "fingerprint"),
        provider: &provider,
    })
}

/// What was typed into the form that adds something: the forms that remove have the same field.
fn typed_to_add<'v>(visit: &'v Visit, deed: &str, field: &str) -> &'v str {
    if visit.given("deed") == deed { visit.refill(field, "") } else { "" }
}

fn listed(joined: &str) -> Vec<&str> {
    joined.split(',').filter(|item| !item.is_empty()).collect()
}

pub(super) fn update(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let description = ("NewDescription", visit.given("description").trim());
    change(desk, visit, ("UpdateOIDCProvider", &[description, ("IssuanceLimitTime", hours(visit)?)]))
}

pub(super) fn add_client_id(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let client_id = filled(visit, "client_id", "Client id")?;
    change(desk, visit, ("AddClientIdToOIDCProvider", &[("ClientId", client_id)]))
}

pub(super) fn remove_client_id(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    change(desk, visit, ("RemoveClientIdFromOIDCProvider", &[("ClientId", visit.given("client_id"))]))
}

pub(super) fn add_fingerprint(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let fingerprint = bare(filled(visit, "fingerprint", "Fingerprint")?);
    change(desk, visit, ("AddFingerprintToOIDCProvider", &[("Fingerprint", &fingerprint)]))
}

pub(super) fn remove_fingerprint(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    change(desk, visit, ("RemoveFingerprintFromOIDCProvider", &[("Fingerprint", visit.given("fingerprint"))]))
}

pub(super) fn delete(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    change(desk, visit, ("DeleteOIDCProvider", &[]))?;
    Ok(Done::At("/ram/sso".to_owned()))
}

/// An action on the provider of the page.
fn change(desk: &Desk<'_>, visit: &Visit, (action, given): (&str, &[(&str, &str)])) -> Result<Done, Refusal> {
    let mut parameters = vec![("OIDCProviderName", visit.at("provider"))];
    parameters.extend(given);
    desk.call(IMS, action, &parameters).map_err(|refusal| in_words(refusal, LABELS))?;
    Ok(Done::Here)
}
