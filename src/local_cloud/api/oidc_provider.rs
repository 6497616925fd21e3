//! IMS 2019-08-15: OIDC providers, the issuers of tokens that an account trusts.
//!
//! Fingerprints are kept and answered; the connection to an issuer is verified by the certificates that
//! this machine trusts, which is stricter than a fingerprint of the first of them.

use diesel::SqliteConnection;
use serde_json::{Value, json};

use crate::base::{AccountId, Timestamp, fold};
use crate::local_cloud::arn::Arn;
use crate::local_cloud::oidc::IssuerUrl;
use crate::local_cloud::refusal::{Entity, Flaw, Refusal};
use crate::local_cloud::store::oidc_provider::{self, OidcProviderChanges, OidcProviderRow};
use crate::local_cloud::{name, rules};

use super::invocation::{Invocation, MarkerPage, Outcome, date};
use super::permission::{authorise, may_change};

const DESCRIPTION: std::ops::RangeInclusive<usize> = 1..=256;
const DEFAULT_LIMIT_HOURS: i64 = 12;
const LIMIT_HOURS: std::ops::RangeInclusive<i64> = 1..=168;

/// `CreateOIDCProvider`.
pub(crate) fn create(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let name = provider_name(call)?;
    let arn = Arn::oidc_provider(call.account().clone(), name);
    authorise(call, connection, "ims:CreateOIDCProvider", &arn.to_string())?;
    may_change(call.identity, name)?;
    let issuer_url = issuer_url(call)?;
    let description = call.text("Description", DESCRIPTION)?;
    let client_ids = items(call, "ClientIds", client_id, rules::CLIENT_IDS_PER_PROVIDER)?;
    let fingerprints = items(call, "Fingerprints", fingerprint, rules::FINGERPRINTS_PER_PROVIDER)?;
    let limit = call.parameters.integer("IssuanceLimitTime", LIMIT_HOURS)?;
    let account = call.account().as_str();
    let every = oidc_provider::list_after(connection, account, "", i64::MAX)?;
    if every.iter().any(|row| row.name_key == fold(name)) {
        return Err(Refusal::exists(Entity::OidcProvider, name));
    }
    if every.iter().any(|row| row.issuer_url == issuer_url) {
        return Err(Refusal::exists(Entity::OidcIssuer, issuer_url));
    }
    let most = rules::OIDC_PROVIDERS_PER_ACCOUNT;
    if i64::try_from(every.len()).unwrap_or(i64::MAX) >= most {
        let of = "OIDC providers of one account";
        return Err(Refusal::Limit { code: "LimitExceeded.OIDCProvider", limit: most, of });
    }
    let row = OidcProviderRow {
        id: name::row_id(&call.cloud.random)?,
        account_id: account.to_owned(),
        name: name.to_owned(),
        name_key: fold(name),
        description: description.to_owned(),
        issuer_url: issuer_url.to_owned(),
        client_ids: client_ids.unwrap_or_default().join(","),
        fingerprints: fingerprints.unwrap_or_default().join(","),
        issuance_limit_hours: limit.unwrap_or(DEFAULT_LIMIT_HOURS),
        created_at: call.now.millis(),
        updated_at: call.now.millis(),
    };
    oidc_provider::insert(connection, &row)?;
    Ok(json!({"OIDCProvider": answer(call.account(), &row)}))
}

/// `GetOIDCProvider`.
pub(crate) fn get(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let row = named(call, connection, "ims:GetOIDCProvider")?;
    Ok(json!({"OIDCProvider": answer(call.account(), &row)}))
}

/// `ListOIDCProviders`; `MaxItems` is 1 to 100 here.
pub(crate) fn list(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let every = Arn::oidc_provider(call.account().clone(), "*");
    authorise(call, connection, "ims:ListOIDCProviders", &every.to_string())?;
    call.parameters.integer("MaxItems", 1..=100)?;
    let page = MarkerPage::read(call.parameters)?;
    let account = call.account();
    let rows = oidc_provider::list_after(connection, account.as_str(), &page.after, page.rows())?;
    let item = |row: &OidcProviderRow| answer(account, row);
    Ok(page.answer(rows, ("OIDCProviders", "OIDCProvider"), |row| row.name_key.clone(), item))
}

/// `UpdateOIDCProvider`; `ClientIds` replaces all of them.
pub(crate) fn update(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let row = changed(call, connection, "ims:UpdateOIDCProvider")?;
    let description = call.parameters.optional("NewDescription");
    let description = description.map(|_| call.text("NewDescription", DESCRIPTION)).transpose()?;
    let client_ids = items(call, "ClientIds", client_id, rules::CLIENT_IDS_PER_PROVIDER)?;
    let changes = OidcProviderChanges {
        description: description.map(str::to_owned),
        client_ids: client_ids.map(|ids| ids.join(",")),
        issuance_limit_hours: call.parameters.integer("IssuanceLimitTime", LIMIT_HOURS)?,
        ..Default::default()
    };
    store(call, connection, (&row, changes))
}

/// `DeleteOIDCProvider`; roles that trust it stay, and admit nobody by it.
pub(crate) fn delete(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let row = changed(call, connection, "ims:DeleteOIDCProvider")?;
    oidc_provider::delete(connection, &row.id)?;
    Ok(json!({}))
}

/// `AddClientIdToOIDCProvider`.
pub(crate) fn add_client_id(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let row = changed(call, connection, "ims:AddClientIdToOIDCProvider")?;
    let id = client_id("ClientId", call.parameters.required("ClientId")?)?;
    let list = added(row.client_ids(), id, (Entity::ClientId, rules::CLIENT_IDS_PER_PROVIDER))?;
    store(call, connection, (&row, OidcProviderChanges { client_ids: Some(list), ..Default::default() }))
}

/// `RemoveClientIdFromOIDCProvider`.
pub(crate) fn remove_client_id(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let row = changed(call, connection, "ims:RemoveClientIdFromOIDCProvider")?;
    let id = client_id("ClientId", call.parameters.required("ClientId")?)?;
    let list = removed(row.client_ids(), id, Entity::ClientId)?;
    store(call, connection, (&row, OidcProviderChanges { client_ids: Some(list), ..Default::default() }))
}

/// `AddFingerprintToOIDCProvider`.
pub(crate) fn add_fingerprint(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let row = changed(call, connection, "ims:AddFingerprintToOIDCProvider")?;
    let print = fingerprint("Fingerprint", call.parameters.required("Fingerprint")?)?;
    let limit = rules::FINGERPRINTS_PER_PROVIDER;
    let list = added(row.fingerprints(), print, (Entity::Fingerprint, limit))?;
    store(call, connection, (&row, OidcProviderChanges { fingerprints: Some(list), ..Default::default() }))
}

/// `RemoveFingerprintFromOIDCProvider`.
pub(crate) fn remove_fingerprint(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let row = changed(call, connection, "ims:RemoveFingerprintFromOIDCProvider")?;
    let print = fingerprint("Fingerprint", call.parameters.required("Fingerprint")?)?;
    let list = removed(row.fingerprints(), print, Entity::Fingerprint)?;
    store(call, connection, (&row, OidcProviderChanges { fingerprints: Some(list), ..Default::default() }))
}

fn named(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    action: &str,
) -> Result<OidcProviderRow, Refusal> {
    let name = provider_name(call)?;
    let row = oidc_provider::find(connection, call.account().as_str(), &fold(name))?;
    // The name as it was given at the creation, so that its spelling in a call evades no policy.
    let original = row.as_ref().map_or(name, |row| row.name.as_str());
    let arn = Arn::oidc_provider(call.account().clone(), original);
    authorise(call, connection, action, &arn.to_string())?;
    row.ok_or_else(|| Refusal::missing(Entity::OidcProvider, name))
}

fn changed(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    action: &str,
) -> Result<OidcProviderRow, Refusal> {
    let row = named(call, connection, action)?;
    may_change(call.identity, &row.name)?;
    Ok(row)
}

fn store(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    (row, changes): (&OidcProviderRow, OidcProviderChanges),
) -> Outcome {
    let changes = OidcProviderChanges { updated_at: Some(call.now.millis()), ..changes };
    oidc_provider::update(connection, &row.id, &changes)?;
    let row = oidc_provider::find(connection, &row.account_id, &row.name_key)?
        .ok_or_else(|| Refusal::missing(Entity::OidcProvider, row.name.as_str()))?;
    Ok(json!({"OIDCProvider": answer(call.account(), &row)}))
}

fn added(mut list: Vec<String>, item: &str, (entity, limit): (Entity, usize)) -> Result<String, Refusal> {
    if list.iter().any(|other| other == item) {
        return Err(Refusal::exists(entity, item));
    }
    if list.len() >= limit {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let of = "entries of one OIDC provider's list";
        return Err(Refusal::Limit { code: "LimitExceeded.OIDCProvider.List", limit, of });
    }
    list.push(item.to_owned());
    Ok(list.join(","))
}

fn removed(mut list: Vec<String>, item: &str, entity: Entity) -> Result<String, Refusal> {
    let place = list.iter().position(|other| other == item);
    list.remove(place.ok_or_else(|| Refusal::missing(entity, item))?);
    Ok(list.join(","))
}

/// A list with commas between, each item checked and named once; `None` when absent.
fn items(
    call: &Invocation<'_>,
    parameter: &'static str,
    check: impl for<'v> Fn(&'static str, &'v str) -> Result<&'v str, Refusal>,
    limit: usize,
) -> Result<Option<Vec<String>>, Refusal> {
    let Some(text) = call.parameters.optional(parameter).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let mut list: Vec<String> = Vec::new();
    for item in text.split(',') {
        let item = check(parameter, item.trim())?;
        if !list.iter().any(|other| other == item) {
            list.push(item.to_owned());
        }
    }
    if list.len() > limit {
        return Err(Refusal::parameter(parameter, Flaw::Value, format!("at most {limit} entries")));
    }
    Ok(Some(list))
}

fn provider_name<'c>(call: &'c Invocation<'_>) -> Result<&'c str, Refusal> {
    rules::provider_name("OIDCProviderName", call.parameters.required("OIDCProviderName")?)
}

fn issuer_url<'c>(call: &'c Invocation<'_>) -> Result<&'c str, Refusal> {
    const RULE: &str = "an https address of at most 255 characters without query, fragment or user, or an http \
                        address of this machine";
    let text = call.parameters.required("IssuerUrl")?;
    let is_valid = IssuerUrl::parse(text).is_some();
    is_valid.then_some(text).ok_or_else(|| Refusal::parameter("IssuerUrl", Flaw::Value, RULE))
}

fn client_id<'v>(parameter: &'static str, text: &'v str) -> Result<&'v str, Refusal> {
    const RULE: &str = "1 to 128 letters, digits and '.', '-', '_', ':' or '/', of which none is first";
    let is_sign = |byte: u8| b".-_:/".contains(&byte);
    let is_valid = (1..=128).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || is_sign(byte))
        && !text.bytes().next().is_some_and(is_sign);
    is_valid.then_some(text).ok_or_else(|| Refusal::parameter(parameter, Flaw::Value, RULE))
}

fn fingerprint<'v>(parameter: &'static str, text: &'v str) -> Result<&'v str, Refusal> {
    let is_valid = (1..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let refusal = || Refusal::parameter(parameter, Flaw::Value, "1 to 128 letters and digits");
    is_valid.then_some(text).ok_or_else(refusal)
}

fn answer(account: &AccountId, row: &OidcProviderRow) -> Value {
    json!({
        "OIDCProviderName": row.name,
        "Arn": Arn::oidc_provider(account.clone(), row.name.as_str()).to_string(),
        "Description": row.description,
        "IssuerUrl": row.issuer_url,
        "ClientIds": row.client_ids,
        "Fingerprints": row.fingerprints,
        "IssuanceLimitTime": row.issuance_limit_hours,
        "CreateDate": date(row.created_at),
        "UpdateDate": date(row.updated_at),
        "GmtCreate": Timestamp::from_millis(row.created_at).millis().to_string(),
        "GmtModified": Timestamp::from_millis(row.updated_at).millis().to_string(),
    })
}
