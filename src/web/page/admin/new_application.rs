use std::collections::BTreeMap;

use askama::Template;

use crate::domain::ApplicationTemplate;

use super::{Frame, Room};

/// `/admin/applications/new`: ways to add an application.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/catalogue.html")]
pub struct Catalogue<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// What was searched for.
    pub query: &'a str,
    /// What there is, by kind.
    pub groups: Vec<TemplateGroup>,
    /// Whether templates are left out, since they are of consoles that are entered otherwise.
    pub leaves_out: bool,
}

/// Templates of one kind.
#[derive(Clone, Debug)]
pub struct TemplateGroup {
    /// What they are.
    pub title: &'static str,
    /// The templates.
    pub templates: Vec<&'static ApplicationTemplate>,
}

/// An application by a template.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/new_from_template.html")]
pub struct NewFromTemplate<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// The template.
    pub template: &'static ApplicationTemplate,
    /// The name as it was typed.
    pub name: &'a str,
    /// The parameters as they were typed.
    pub values: &'a BTreeMap<String, String>,
}

impl NewFromTemplate<'_> {
    fn value(&self, key: &str) -> &str {
        self.values.get(key).map_or("", String::as_str)
    }
}

/// An application by its service provider's metadata.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/new_from_metadata.html")]
pub struct NewFromMetadata<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// The name as it was typed.
    pub name: &'a str,
    /// The metadata as it was pasted.
    pub metadata: &'a str,
}

/// Where metadata is, as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OriginFields {
    /// The address.
    pub url: String,
    /// Certificates of those who sign it, in PEM.
    pub signers: String,
    /// Whether what they signed counts without a yes.
    pub auto_approve_signed: bool,
}

impl OriginFields {
    /// Reads them from the fields of a form.
    pub fn read<'f>(text: impl Fn(&str) -> &'f str) -> Self {
        Self {
            url: text("url").trim().to_owned(),
            signers: text("signers").to_owned(),
            auto_approve_signed: text("auto_approve_signed") == "true",
        }
    }
}

/// An application by the address of its metadata.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/new_by_address.html")]
pub struct NewByAddress<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// The name as it was typed.
    pub name: &'a str,
    /// Where its metadata is, as it was typed.
    pub origin: OriginFields,
}

/// An application whose service provider has no metadata.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/new_by_hand.html")]
pub struct NewByHand<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// The name as it was typed.
    pub name: &'a str,
    /// The entity id as it was typed.
    pub entity_id: &'a str,
    /// The address as it was typed.
    pub acs_url: &'a str,
    /// The certificate as it was pasted.
    pub certificate: &'a str,
}
