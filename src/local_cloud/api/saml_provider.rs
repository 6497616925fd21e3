//! IMS 2019-08-15: SAML providers, the identity providers that an account trusts.

use data_encoding::BASE64;
use diesel::SqliteConnection;
use serde_json::{Value, json};

use crate::base::{AccountId, fold};
use crate::local_cloud::arn::Arn;
use crate::local_cloud::refusal::{Entity, Flaw, Refusal};
use crate::local_cloud::store::saml_provider::{self, SamlProviderChanges, SamlProviderRow};
use crate::local_cloud::{name, rules};
use crate::saml::IdentityProvider;

use super::invocation::{Invocation, MarkerPage, Outcome, date};
use super::permission::{authorise, may_change};

pub(super) const ALGORITHMS: &[&str] = &["rsa-sha1", "rsa-sha256"];
const DESCRIPTION: std::ops::RangeInclusive<usize> = 1..=256;

/// `CreateSAMLProvider`.
pub(crate) fn create(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let name = rules::saml_provider_name(call.parameters.required("SAMLProviderName")?)?;
    let arn = Arn::saml_provider(call.account().clone(), name);
    authorise(call, connection, "ims:CreateSAMLProvider", &arn.to_string())?;
    may_change(call.identity, name)?;
    call.parameters.required("EncodedSAMLMetadataDocument")?;
    let metadata = metadata(call, "EncodedSAMLMetadataDocument")?.unwrap_or_default();
    let description = call.text("Description", DESCRIPTION)?;
    let algorithm = call.parameters.choice("AuthnSignAlgo", ALGORITHMS)?.unwrap_or("rsa-sha1");
    let account = call.account().as_str();
    if saml_provider::find(connection, account, &fold(name))?.is_some() {
        return Err(Refusal::exists(Entity::SamlProvider, name));
    }
    if saml_provider::count(connection, account)? >= rules::SAML_PROVIDERS_PER_ACCOUNT {
        let limit = rules::SAML_PROVIDERS_PER_ACCOUNT;
        let of = "SAML providers of one account";
        return Err(Refusal::Limit { code: "LimitExceeded.SAMLProvider", limit, of });
    }
    let row = SamlProviderRow {
        id: name::row_id(&call.cloud.random)?,
        account_id: account.to_owned(),
        name: name.to_owned(),
        name_key: fold(name),
        description: description.to_owned(),
        metadata,
        authn_sign_algorithm: algorithm.to_owned(),
        created_at: call.now.millis(),
        updated_at: call.now.millis(),
    };
    saml_provider::insert(connection, &row)?;
    Ok(json!({"SAMLProvider": answer(call.account(), &row)}))
}

/// `GetSAMLProvider`; the answer carries the metadata too.
pub(crate) fn get(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let row = named(call, connection, "ims:GetSAMLProvider")?;
    let mut provider = answer(call.account(), &row);
    if let Some(members) = provider.as_object_mut() {
        members
            .insert("EncodedSAMLMetadataDocument".to_owned(), BASE64.encode(row.metadata.as_bytes()).into());
    }
    Ok(json!({"SAMLProvider": provider}))
}

/// `ListSAMLProviders`.
pub(crate) fn list(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let every = Arn::saml_provider(call.account().clone(), "*");
    authorise(call, connection, "ims:ListSAMLProviders", &every.to_string())?;
    let page = MarkerPage::read_within(call.parameters, 100, 100)?;
    let rows = saml_provider::list(connection, call.account().as_str(), &page.after, page.rows())?;
    let item = |row: &SamlProviderRow| answer(call.account(), row);
    Ok(page.answer(rows, ("SAMLProviders", "SAMLProvider"), |row| row.name_key.clone(), item))
}

/// `UpdateSAMLProvider`.
pub(crate) fn update(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let row = named(call, connection, "ims:UpdateSAMLProvider")?;
    may_change(call.identity, &row.name)?;
    let metadata = metadata(call, "NewEncodedSAMLMetadataDocument")?;
    let description = call.parameters.optional("NewDescription");
    let algorithm = call.parameters.choice("AuthnSignAlgo", ALGORITHMS)?;
    if metadata.is_none() && description.is_none() && algorithm.is_none() {
        return Err(Refusal::Envelope(crate::rpc::Error::Missing(
            "NewEncodedSAMLMetadataDocument".to_owned(),
        )));
    }
    let changes = SamlProviderChanges {
        description: description.map(|_| call.text("NewDescription", DESCRIPTION)).transpose()?,
        metadata: metadata.as_deref(),
        authn_sign_algorithm: algorithm,
        updated_at: Some(call.now.millis()),
    };
    saml_provider::update(connection, &row.id, &changes)?;
    let row = find(connection, call.account(), &row.name)?;
    Ok(json!({"SAMLProvider": answer(call.account(), &row)}))
}

/// `DeleteSAMLProvider`; roles that trust it stay, and admit nobody by it.
pub(crate) fn delete(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let row = named(call, connection, "ims:DeleteSAMLProvider")?;
    may_change(call.identity, &row.name)?;
    saml_provider::delete(connection, &row.id)?;
    Ok(json!({}))
}

fn named(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    action: &str,
) -> Result<SamlProviderRow, Refusal> {
    let name = rules::saml_provider_name(call.parameters.required("SAMLProviderName")?)?;
    let row = find(connection, call.account(), name);
    // The name as it was given at the creation, so that its spelling in a call evades no policy.
    let name = row.as_ref().map_or(name, |row| row.name.as_str());
    let arn = Arn::saml_provider(call.account().clone(), name);
    authorise(call, connection, action, &arn.to_string())?;
    row
}

fn find(
    connection: &mut SqliteConnection,
    account: &AccountId,
    name: &str,
) -> Result<SamlProviderRow, Refusal> {
    saml_provider::find(connection, account.as_str(), &fold(name))?
        .ok_or_else(|| Refusal::missing(Entity::SamlProvider, name))
}

/// The metadata document of a parameter: Base64 of text that names an identity provider and a key.
pub(super) fn metadata(call: &Invocation<'_>, parameter: &'static str) -> Result<Option<String>, Refusal> {
    let Some(encoded) = call.parameters.optional(parameter).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let refusal = |rule: String| Refusal::parameter(parameter, Flaw::Value, rule);
    let too_long = || Refusal::parameter(parameter, Flaw::Length, "at most 100 KB");
    let packed: String = encoded.chars().filter(|letter| !letter.is_ascii_whitespace()).collect();
    if packed.len() > rules::METADATA.div_ceil(3) * 4 {
        return Err(too_long());
    }
    let bytes = BASE64.decode(packed.as_bytes()).map_err(|_ignored| refusal("Base64".to_owned()))?;
    if bytes.len() > rules::METADATA {
        return Err(too_long());
    }
    let text = String::from_utf8(bytes).map_err(|_ignored| refusal("Base64 of UTF-8".to_owned()))?;
    IdentityProvider::parse(&text)
        .map_err(|error| refusal(format!("the metadata of a SAML 2.0 identity provider ({error})")))?;
    Ok(Some(text))
}

fn answer(account: &AccountId, row: &SamlProviderRow) -> Value {
    json!({
        "SAMLProviderName": row.name,
        "Arn": Arn::saml_provider(account.clone(), row.name.as_str()).to_string(),
        "Description": row.description,
        "AuthnSignAlgo": row.authn_sign_algorithm,
        "CreateDate": date(row.created_at),
        "UpdateDate": date(row.updated_at),
    })
}
