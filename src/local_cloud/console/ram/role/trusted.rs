//! Whom a new role trusts: an account, a service, an identity provider, or what a document of one's own says.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::base::AccountId;
use crate::local_cloud::api::version::IMS;
use crate::local_cloud::refusal::{Flaw, Refusal};
use crate::local_cloud::rules;

use super::super::super::desk::{Desk, Visit};
use super::super::part::Part;
use super::super::words::typed_document;

/// What there is to choose from.
pub(super) struct Choices {
    pub(super) services: &'static [&'static str],
    pub(super) saml: Part<Vec<SamlProvider>>,
    pub(super) oidc: Part<Vec<OidcProvider>>,
}

#[derive(Deserialize)]
pub(super) struct SamlProvider {
    #[serde(rename = "SAMLProviderName")]
    pub(super) name: String,
    #[serde(rename = "Arn")]
    pub(super) arn: String,
}

#[derive(Deserialize)]
pub(super) struct OidcProvider {
    #[serde(rename = "OIDCProviderName")]
    pub(super) name: String,
    #[serde(rename = "Arn")]
    pub(super) arn: String,
    #[serde(rename = "IssuerUrl")]
    issuer: String,
    #[serde(rename = "ClientIds")]
    client_ids: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Described {
    #[serde(rename = "OIDCProvider")]
    provider: OidcProvider,
}

impl Choices {
    pub(super) fn of(desk: &Desk<'_>) -> Result<Self, Refusal> {
        let paged = [("MaxItems", "100")];
        let saml = list(desk, "ListSAMLProviders", ("SAMLProviders", "SAMLProvider"), &paged);
        let oidc = list(desk, "ListOIDCProviders", ("OIDCProviders", "OIDCProvider"), &paged);
        Ok(Self { services: rules::TRUSTED_SERVICES, saml: Part::of(saml)?, oidc: Part::of(oidc)? })
    }

    /// Whether the account has any provider, as far as may be seen.
    pub(super) fn has_provider(&self) -> bool {
        let is_any = |length: Option<usize>| length.is_some_and(|length| length > 0);
        is_any(self.saml.shown().map(Vec::len)) || is_any(self.oidc.shown().map(Vec::len))
    }
}

/// The first hundred of a list: an account has no more providers of either kind.
fn list<T: serde::de::DeserializeOwned>(
    desk: &Desk<'_>,
    action: &str,
    (plural, singular): (&str, &str),
    parameters: &[(&str, &str)],
) -> Result<Vec<T>, Refusal> {
    let mut answer = desk.call(IMS, action, parameters)?;
    let broken = || Refusal::Internal(format!("the answer of {action}"));
    let listed = answer.get_mut(plural).and_then(|list| list.get_mut(singular)).map(Value::take);
    serde_json::from_value(listed.ok_or_else(broken)?).map_err(|_ignored| broken())
}

/// The trust policy that a form describes.
pub(super) fn document(desk: &Desk<'_>, visit: &Visit) -> Result<String, Refusal> {
    let mut statement = match visit.given("trusted") {
        "account" => {
            let account = match visit.given("account").trim() {
                "" => desk.session().account.id.clone(),
                text => AccountId::parse(text).map(|id| id.to_string()).ok_or_else(|| {
                    Refusal::parameter("account", Flaw::Value, "the id of an account, in digits")
                })?,
            };
            json!({"Principal": {"RAM": [format!("acs:ram::{account}:root")]}})
        }
        "service" => json!({"Principal": {"Service": [visit.given("service")]}}),
        "provider" => federated(desk, visit)?,
        "document" => return Ok(typed_document(visit)),
        _ => return Err(crate::rpc::Error::Missing("trusted".to_owned()).into()),
    };
    if let Some(members) = statement.as_object_mut() {
        members.insert("Effect".to_owned(), "Allow".into());
        members.insert("Action".to_owned(), "sts:AssumeRole".into());
    }
    Ok(json!({"Version": "1", "Statement": [statement]}).to_string())
}

/// Trust in an identity provider, with the conditions without which it would trust what is meant for others.
fn federated(desk: &Desk<'_>, visit: &Visit) -> Result<Value, Refusal> {
    let arn = visit.given("provider");
    let Some((_, name)) = arn.split_once(":oidc-provider/") else {
        let recipient = format!("{}/saml-role/sso", desk.cloud().base_url);
        return Ok(json!({
            "Principal": {"Federated": [arn]},
            "Condition": {"StringEquals": {"saml:recipient": recipient}},
        }));
    };
    let described: Described = desk.ask((IMS, "GetOIDCProvider"), &[("OIDCProviderName", name)])?;
    let provider = described.provider;
    let audiences: Vec<&str> = provider.client_ids.split(',').filter(|id| !id.is_empty()).collect();
    let mut conditions = json!({"oidc:iss": provider.issuer, "oidc:aud": audiences});
    let subject = visit.given("subject").trim();
    if let Some(members) = conditions.as_object_mut().filter(|_| !subject.is_empty()) {
        members.insert("oidc:sub".to_owned(), subject.into());
    }
    Ok(json!({"Principal": {"Federated": [provider.arn]}, "Condition": {"StringEquals": conditions}}))
}
