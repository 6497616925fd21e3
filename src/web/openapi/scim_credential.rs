//! SCIM credentials: what connectors authenticate by.

use serde_json::{Map, Value, json};

use crate::base::{DirectoryId, ScimCredentialId};
use crate::domain::{SCIM_OVERLAP, ScimCredential, ScimScope, Status};
use crate::service::Error;
use crate::service::authorisation::Resource;
use crate::service::scim::credential::{self, NewScimCredential, Whose};

use super::invocation::{Invocation, Outcome, nothing};
use super::user::STATUSES;

const SCOPES: &[&str] = &["All", "Users", "Groups"];

/// `CreateSCIMServerCredential`; of the connector `default` where none is named.
pub(super) fn create(call: &Invocation<'_>) -> Outcome {
    let directory = call.directory_id()?;
    let connector = call.is_given("ConnectorId").then(|| call.scim_connector_id()).transpose()?;
    let scope = call.word("Scope", SCOPES, ScimScope::parse)?.unwrap_or_default();
    let lifetime = call.duration("ExpireDays", "ExpireSeconds")?;
    let resource = match &connector {
        Some(id) => Resource::scim_connector(&directory, id),
        None => Resource::directory(&directory),
    };
    let operator = call.authorise(&resource)?;
    let whose = connector.map_or(Whose::Default, Whose::Connector);
    let made = credential::create(call.ctx, &operator, whose, scope, lifetime)?;
    Ok(json!({ "SCIMServerCredential": shown_once(&directory, &made) }))
}

/// `ListSCIMServerCredentials`, the oldest first; those of one connector where it is named.
pub(super) fn list(call: &Invocation<'_>) -> Outcome {
    let directory = call.directory_id()?;
    let connector = call.is_given("ConnectorId").then(|| call.scim_connector_id()).transpose()?;
    let resource = match &connector {
        Some(id) => Resource::scim_connector(&directory, id),
        None => Resource::directory(&directory),
    };
    let operator = call.authorise(&resource)?;
    let found = credential::list(call.ctx, &operator, connector.as_ref())?;
    let items: Vec<Value> = found.iter().map(|one| answer(&directory, one).into()).collect();
    Ok(json!({ "TotalCounts": items.len(), "SCIMServerCredentials": items }))
}

/// `UpdateSCIMServerCredentialStatus`.
pub(super) fn update_status(call: &Invocation<'_>) -> Outcome {
    let (directory, id) = (call.directory_id()?, id(call)?);
    let status = call.required_word("NewStatus", STATUSES, Status::parse)?;
    let operator = call.authorise(&Resource::scim_credential(&directory, &id))?;
    let changed = credential::update_status(call.ctx, &operator, &id, status)?;
    Ok(json!({ "SCIMServerCredential": answer(&directory, &changed) }))
}

/// `DeleteSCIMServerCredential`.
pub(super) fn delete(call: &Invocation<'_>) -> Outcome {
    let id = id(call)?;
    let operator = call.authorise(&Resource::scim_credential(&call.directory_id()?, &id))?;
    credential::delete(call.ctx, &operator, &id)?;
    nothing()
}

/// `RotateSCIMServerCredential`, ours: a new credential, while the old one is good for a while still.
pub(super) fn rotate(call: &Invocation<'_>) -> Outcome {
    let (directory, id) = (call.directory_id()?, id(call)?);
    let overlap = call.duration("OverlapDays", "OverlapSeconds")?.unwrap_or(SCIM_OVERLAP);
    let lifetime = call.duration("ExpireDays", "ExpireSeconds")?;
    let operator = call.authorise(&Resource::scim_credential(&directory, &id))?;
    let made = credential::rotate(call.ctx, &operator, &id, overlap, lifetime)?;
    Ok(json!({ "SCIMServerCredential": shown_once(&directory, &made) }))
}

fn id(call: &Invocation<'_>) -> Result<ScimCredentialId, Error> {
    call.id("CredentialId", ScimCredentialId::PREFIX, ScimCredentialId::parse)
}

fn shown_once(directory: &DirectoryId, made: &NewScimCredential) -> Map<String, Value> {
    let mut members = answer(directory, &made.credential);
    members.insert("CredentialSecret".to_owned(), made.token.expose().into());
    members
}

fn answer(directory: &DirectoryId, credential: &ScimCredential) -> Map<String, Value> {
    let mut members = Map::new();
    let mut set = |name: &str, value: &str| members.insert(name.to_owned(), value.into());
    set("CredentialId", credential.id.as_str());
    set("CredentialType", "BearerToken");
    set("DirectoryId", directory.as_str());
    set("Status", credential.status.as_str());
    set("CreateTime", &credential.created_at.rfc3339());
    set("ExpireTime", &credential.expires_at.rfc3339());
    set("ConnectorId", credential.connector_id.as_str());
    set("Scope", credential.scope.as_str());
    set("Hint", &credential.hint);
    if let Some((at, from)) = &credential.last_used {
        set("LastUseTime", &at.rfc3339());
        set("LastUseAddress", from);
    }
    members
}
