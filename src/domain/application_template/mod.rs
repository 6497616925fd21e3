//! Ready templates of well known SAML service providers: what each is called, which addresses it has, what it wants
//! to know of a user, and what to do on its side.
//!
//! Where a provider gives values to each customer, the template asks for them and guesses nothing.

mod cloud_consoles;
mod development;
mod filled;
mod parameter;
mod placeholder;
#[cfg(test)]
mod tests;
mod workplace;

use super::{AttributeNameFormat, CloudSite, NameIdKind, Signed};

pub use filled::{FilledAttribute, FilledTemplate, IdentityProviderDetails};
pub use parameter::{ParameterRule, TemplateParameter};

/// What a service provider is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplateKind {
    /// The console of a cloud.
    CloudConsole,
    /// What developers and operators work with.
    Development,
    /// What everybody works with.
    Workplace,
}

impl TemplateKind {
    /// As the OpenAPI spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CloudConsole => "CloudConsole",
            Self::Development => "Development",
            Self::Workplace => "Workplace",
        }
    }
}

/// What is known of a service provider before anything is known of a customer's account there.
///
/// In its texts, `{AccountId}` stands for the parameter with that key.
#[derive(Clone, Copy, Debug)]
pub struct ApplicationTemplate {
    /// Its name in addresses and in the OpenAPI: small letters, digits and `-`.
    pub key: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What it is, in one line.
    pub description: &'static str,
    /// What it is for.
    pub kind: TemplateKind,
    /// Where the provider, or those who make it, explain it.
    pub source: &'static str,
    /// What the administrator has to give.
    pub parameters: &'static [TemplateParameter],
    /// What the subject is named by.
    pub name_id_kind: NameIdKind,
    /// What is signed of what it gets.
    pub signed: Signed,
    /// Whether users usually begin at our portal and not there.
    pub is_idp_initiated: bool,
    entity_id: &'static str,
    acs_url: &'static str,
    /// None where the name is opaque and made by us.
    name_id: Option<&'static str>,
    attributes: &'static [TemplateAttribute],
    relay_state: Option<&'static str>,
    /// Here `{metadata_url}`, `{entity_id}`, `{sso_url}` and `{certificate}` stand for what is ours.
    steps: &'static [&'static str],
}

/// An attribute that a service provider wants.
#[derive(Clone, Copy, Debug)]
struct TemplateAttribute {
    name: &'static str,
    format: AttributeNameFormat,
    /// An [`AttributeExpression`](super::AttributeExpression) with placeholders in its texts.
    expression: &'static str,
}

/// An attribute whose name is a URI.
const fn uri(name: &'static str, expression: &'static str) -> TemplateAttribute {
    TemplateAttribute { name, format: AttributeNameFormat::Uri, expression }
}

/// An attribute with a simple name.
const fn basic(name: &'static str, expression: &'static str) -> TemplateAttribute {
    TemplateAttribute { name, format: AttributeNameFormat::Basic, expression }
}

/// An attribute with a name that the provider gives without a format.
const fn unspecified(name: &'static str, expression: &'static str) -> TemplateAttribute {
    TemplateAttribute { name, format: AttributeNameFormat::Unspecified, expression }
}

impl ApplicationTemplate {
    /// Whether applications by it are called like a console of this site, whatever the parameters.
    pub fn is_console_of(&self, site: &CloudSite) -> bool {
        site.is_audience(self.entity_id)
    }

    /// Every template.
    pub const ALL: [&'static Self; 24] = [
        &cloud_consoles::ALIBABA_CLOUD,
        &cloud_consoles::ALIBABA_CLOUD_INTERNATIONAL,
        &cloud_consoles::AWS,
        &cloud_consoles::TENCENT_CLOUD,
        &cloud_consoles::HUAWEI_CLOUD,
        &cloud_consoles::GOOGLE_CLOUD,
        &cloud_consoles::GOOGLE_WORKSPACE,
        &cloud_consoles::MICROSOFT_ENTRA_ID,
        &development::GITHUB_ORGANIZATION,
        &development::GITHUB_ENTERPRISE,
        &development::GITLAB,
        &development::GITLAB_COM,
        &development::JENKINS,
        &development::GRAFANA,
        &development::DATADOG,
        &development::SNOWFLAKE,
        &workplace::SLACK,
        &workplace::ZOOM,
        &workplace::ATLASSIAN,
        &workplace::SALESFORCE,
        &workplace::SERVICENOW,
        &workplace::ZENDESK,
        &workplace::DROPBOX,
        &workplace::NEXTCLOUD,
    ];

    /// The template with this key.
    pub fn find(key: &str) -> Option<&'static Self> {
        Self::ALL.into_iter().find(|template| template.key == key)
    }
}
