//! A new SAML provider, of a metadata document.

use askama::Template;

use crate::local_cloud::api::version::IMS;
use crate::local_cloud::refusal::Refusal;

use super::super::super::desk::{Desk, Done, Frame, Page, Visit, path, render};
use super::super::label::{Label, filled, in_words};
use super::metadata;

pub(super) const LABELS: &[Label] = &[
    ("SAMLProviderName", "Name"),
    ("Description", "Description"),
    ("NewDescription", "Description"),
    ("EncodedSAMLMetadataDocument", "Metadata"),
    ("NewEncodedSAMLMetadataDocument", "Metadata"),
];

#[derive(Template)]
#[template(path = "local_cloud/ram/sso/saml_create.html")]
struct SamlCreatePage<'a> {
    frame: Frame,
    name: &'a str,
    description: &'a str,
    document: &'a str,
    longest: usize,
}

pub(super) fn show(desk: &Desk<'_>, visit: &Visit) -> Result<Page, Refusal> {
    render(&SamlCreatePage {
        frame: Frame::new(desk, visit)?,
        name: visit.refill("name", ""),
        description: visit.refill("description", ""),
        document: visit.refill("metadata", ""),
        longest: metadata::LONGEST,
    })
}

pub(super) fn create(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let name = filled(visit, "name", "Name")?;
    let document = metadata::encoded(visit.given("metadata"));
    let parameters = [
        ("SAMLProviderName", name),
        ("Description", visit.given("description").trim()),
        ("EncodedSAMLMetadataDocument", &document),
    ];
    desk.call(IMS, "CreateSAMLProvider", &parameters).map_err(|refusal| in_words(refusal, LABELS))?;
    Ok(Done::At(path(["ram", "sso", "saml-providers", name])))
}
