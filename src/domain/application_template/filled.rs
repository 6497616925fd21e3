//! A template with an administrator's parameters in it.

use std::collections::BTreeMap;

use super::super::{
    ApplicationSettings, AttributeExpression, AttributeMapping, AttributeNameFormat, Error, NameIdKind,
    Signed, text,
};
use super::{ApplicationTemplate, TemplateParameter, placeholder};

/// What a template says of one customer's account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilledTemplate {
    /// The template's key.
    pub key: &'static str,
    /// The service provider's name.
    pub name: &'static str,
    /// Its entity id.
    pub entity_id: String,
    /// Where it takes our answers, by POST.
    pub acs_url: String,
    /// What the subject is named by.
    pub name_id_kind: NameIdKind,
    /// What the name is; none where it is opaque and made by us, or there is no name.
    pub name_id: Option<AttributeExpression>,
    /// What it gets to know of a user.
    pub attributes: Vec<FilledAttribute>,
    /// What is signed of what it gets.
    pub signed: Signed,
    /// Whether users usually begin at our portal and not there.
    pub is_idp_initiated: bool,
    /// Where it is to lead who begins at our portal.
    pub relay_state: Option<String>,
    /// What to do on its side, with placeholders for what is ours.
    steps: Vec<String>,
}

/// An attribute that a service provider gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilledAttribute {
    /// Its name.
    pub name: &'static str,
    /// How the name is to be understood.
    pub format: AttributeNameFormat,
    /// Its values.
    pub expression: AttributeExpression,
}

/// What a service provider has to know of us.
#[derive(Clone, Copy, Debug)]
pub struct IdentityProviderDetails<'a> {
    /// Where our metadata for it is.
    pub metadata_url: &'a str,
    /// Our entity id.
    pub entity_id: &'a str,
    /// Where it sends users to sign in.
    pub sso_url: &'a str,
    /// The certificate whose key signs, or where it is found.
    pub certificate: &'a str,
}

impl ApplicationTemplate {
    /// Puts parameters in, by their keys.
    ///
    /// # Errors
    /// `InvalidParameter.<key>` for one that is missing or breaks its rule, and `InvalidParameter.Parameters` for one
    /// that the template does not have.
    pub fn fill(&self, parameters: &BTreeMap<String, String>) -> Result<FilledTemplate, Error> {
        if let Some(unknown) = parameters.keys().find(|key| self.parameters.iter().all(|one| one.key != *key))
        {
            let known: Vec<_> = self.parameters.iter().map(|parameter| parameter.key).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            let rule = format!("of {} are {known}, received {}", self.name, text::shown(unknown));
            return Err(Error::invalid("Parameters", rule));
        }
        let mut values = BTreeMap::new();
        for parameter in self.parameters {
            values.insert(parameter.key, parameter.checked(parameters.get(parameter.key))?);
        }
        let put = |text: &str| placeholder::replace(text, |key| values.get(key).map(String::as_str));
        let expression =
            |text: &str| AttributeExpression::parse(&put(text)).map_err(|error| error.of_field("Parameters"));
        let mut attributes = Vec::with_capacity(self.attributes.len());
        for attribute in self.attributes {
            let (name, format) = (attribute.name, attribute.format);
            attributes.push(FilledAttribute { name, format, expression: expression(attribute.expression)? });
        }
        Ok(FilledTemplate {
            key: self.key,
            name: self.name,
            entity_id: put(self.entity_id),
            acs_url: put(self.acs_url),
            name_id_kind: self.name_id_kind,
            name_id: self.name_id.map(expression).transpose()?,
            attributes,
            signed: self.signed,
            is_idp_initiated: self.is_idp_initiated,
            relay_state: self.relay_state.map(put),
            steps: self.steps.iter().map(|step| put(step)).collect(),
        })
    }
}

impl TemplateParameter {
    fn checked(&self, value: Option<&String>) -> Result<String, Error> {
        match value {
            None => Err(Error::invalid(self.key, format_args!("must be {}, and is missing", self.rule))),
            Some(value) => self.rule.checked(value).ok_or_else(|| {
                Error::invalid(
                    self.key,
                    format_args!("must be {}, received {}", self.rule, text::shown(value)),
                )
            }),
        }
    }
}

impl FilledTemplate {
    /// What an application that is made by it begins with.
    pub fn settings(&self) -> ApplicationSettings {
        let attributes = self.attributes.iter().map(|attribute| AttributeMapping {
            name: attribute.name.to_owned(),
            name_format: Some(attribute.format),
            friendly_name: None,
            expression: attribute.expression.clone(),
        });
        ApplicationSettings {
            name_id: self.name_id_kind,
            name_id_expression: self.name_id.clone(),
            attributes: attributes.collect(),
            signed: self.signed,
            allows_idp_initiated: self.is_idp_initiated,
            relay_state: self.relay_state.clone().unwrap_or_default(),
            ..ApplicationSettings::default()
        }
    }

    /// What to do on the service provider's side, step by step.
    pub fn steps(&self, ours: &IdentityProviderDetails<'_>) -> Vec<String> {
        let value = |name: &str| match name {
            "metadata_url" => Some(ours.metadata_url),
            "entity_id" => Some(ours.entity_id),
            "sso_url" => Some(ours.sso_url),
            "certificate" => Some(ours.certificate),
            _ => None,
        };
        self.steps.iter().map(|step| placeholder::replace(step, value)).collect()
    }
}
