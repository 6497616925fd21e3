//! A new OIDC provider.

use askama::Template;

use crate::local_cloud::api::version::IMS;
use crate::local_cloud::refusal::Refusal;

use super::super::super::desk::{Desk, Done, Frame, Page, Visit, path, render};
use super::super::label::{Label, filled, in_words, joined};

pub(super) const LABELS: &[Label] = &[
    ("OIDCProviderName", "Name"),
    ("IssuerUrl", "Issuer"),
    ("Description", "Description"),
    ("NewDescription", "Description"),
    ("ClientIds", "Client ids"),
    ("ClientId", "Client id"),
    ("Fingerprints", "Fingerprints"),
    ("Fingerprint", "Fingerprint"),
    ("IssuanceLimitTime", "Hours that a token is good for"),
];

#[derive(Template)]
#[template(path = "local_cloud/ram/sso/oidc_create.html")]
struct OidcCreatePage<'a> {
    frame: Frame,
    name: &'a str,
    issuer: &'a str,
    description: &'a str,
    client_ids: &'a str,
    fingerprints: &'a str,
    hours: &'a str,
}

pub(super) fn show(desk: &Desk<'_>, visit: &Visit) -> Result<Page, Refusal> {
    render(&OidcCreatePage {
        frame: Frame::new(desk, visit)?,
        name: visit.refill("name", ""),
        issuer: visit.refill("issuer", ""),
        description: visit.refill("description", ""),
        client_ids: visit.refill("client_ids", ""),
        fingerprints: visit.refill("fingerprints", ""),
        hours: visit.refill("hours", "12"),
    })
}

pub(super) fn create(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let name = filled(visit, "name", "Name")?;
    let client_ids = joined(visit.given("client_ids"), &[','], ",");
    let fingerprints = joined(&bare(visit.given("fingerprints")), &[','], ",");
    let parameters = [
        ("OIDCProviderName", name),
        ("IssuerUrl", filled(visit, "issuer", "Issuer")?),
        ("Description", visit.given("description").trim()),
        ("ClientIds", &client_ids),
        ("Fingerprints", &fingerprints),
        ("IssuanceLimitTime", hours(visit)?),
    ];
    desk.call(IMS, "CreateOIDCProvider", &parameters).map_err(|refusal| in_words(refusal, LABELS))?;
    Ok(Done::At(path(["ram", "sso", "oidc-providers", name])))
}

pub(super) fn hours(visit: &Visit) -> Result<&str, Refusal> {
    filled(visit, "hours", "Hours that a token is good for")
}

/// Fingerprints as the API takes them: tools write them with colons.
pub(super) fn bare(fingerprints: &str) -> String {
    fingerprints.replace(':', "")
}
