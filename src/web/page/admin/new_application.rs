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
