//! SCIM: the directory's switch, the connectors that push, and what of theirs is held.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::base::ConnectorName;
use crate::domain::{self, Adoption, ScimConnector, ScimConnectorChanges, ScimDialect, Status};
use crate::service::Error;
use crate::service::authorisation::Resource;
use crate::service::scim::connector::{self, ConnectorSummary};
use crate::service::scim::{guard, synchronization};

use super::invocation::{Invocation, Outcome, nothing};
use super::user::STATUSES;

const DIALECTS: &[&str] = &["Lenient", "Strict"];
const ADOPTIONS: &[&str] = &["Allowed", "Refused"];
const MINUTES_OF_A_DAY: i64 = 24 * 60;

/// `SetSCIMSynchronizationStatus`.
pub(super) fn set_synchronization(call: &Invocation<'_>) -> Outcome {
    let directory = call.directory_id()?;
    let status = call.required_word("SCIMSynchronizationStatus", STATUSES, Status::parse)?;
    let operator = call.authorise(&Resource::directory(&directory))?;
    synchronization::set_status(call.ctx, &operator, status)?;
    nothing()
}

/// `GetSCIMSynchronizationStatus`.
pub(super) fn get_synchronization(call: &Invocation<'_>) -> Outcome {
    let operator = call.authorise(&Resource::directory(&call.directory_id()?))?;
    let status = synchronization::status(call.ctx, &operator)?;
    Ok(json!({ "SCIMSynchronizationStatus": status.as_str() }))
}

/// `CreateSCIMConnector`, ours.
pub(super) fn create(call: &Invocation<'_>) -> Outcome {
    let directory = call.directory_id()?;
    let name =
        ConnectorName::parse(call.parameters.required("ConnectorName")?).map_err(domain::Error::from)?;
    let settings = ScimConnectorChanges {
        name: None,
        dialect: call.word("Dialect", DIALECTS, ScimDialect::parse)?,
        adoption: call.word("Adoption", ADOPTIONS, Adoption::parse)?,
    };
    let operator = call.authorise(&Resource::directory(&directory))?;
    let made = connector::create(call.ctx, &operator, &name, settings)?;
    Ok(json!({ "SCIMConnector": answer(&made) }))
}

/// `GetSCIMConnector`, ours.
pub(super) fn get(call: &Invocation<'_>) -> Outcome {
    let id = call.scim_connector_id()?;
    let operator = call.authorise(&Resource::scim_connector(&call.directory_id()?, &id))?;
    Ok(json!({ "SCIMConnector": summary(&connector::load(call.ctx, &operator, &id)?) }))
}

/// `UpdateSCIMConnector`, ours.
pub(super) fn update(call: &Invocation<'_>) -> Outcome {
    let id = call.scim_connector_id()?;
    let changes = ScimConnectorChanges {
        name: new_name(call)?,
        dialect: call.word("NewDialect", DIALECTS, ScimDialect::parse)?,
        adoption: call.word("NewAdoption", ADOPTIONS, Adoption::parse)?,
    };
    let operator = call.authorise(&Resource::scim_connector(&call.directory_id()?, &id))?;
    Ok(json!({ "SCIMConnector": answer(&connector::update(call.ctx, &operator, &id, changes)?) }))
}

/// `DeleteSCIMConnector`, ours; with `Release` what it looks after becomes manual.
pub(super) fn delete(call: &Invocation<'_>) -> Outcome {
    let (id, releases) = (call.scim_connector_id()?, call.flag("Release")?);
    let operator = call.authorise(&Resource::scim_connector(&call.directory_id()?, &id))?;
    connector::delete(call.ctx, &operator, &id, releases)?;
    nothing()
}

/// `ListSCIMConnectors`, ours; there are not many.
pub(super) fn list(call: &Invocation<'_>) -> Outcome {
    let operator = call.authorise(&Resource::directory(&call.directory_id()?))?;
    let items: Vec<Value> = connector::list(call.ctx, &operator)?.iter().map(summary).collect();
    Ok(json!({ "TotalCounts": items.len(), "SCIMConnectors": items }))
}

/// `ConfirmSCIMMassChange`, ours: lets a connector take away what it wants for `Minutes`, an hour by default.
pub(super) fn confirm_mass_change(call: &Invocation<'_>) -> Outcome {
    let id = call.scim_connector_id()?;
    let minutes = call.parameters.integer("Minutes", 1..=MINUTES_OF_A_DAY)?;
    let minutes = minutes.and_then(|minutes| u64::try_from(minutes).ok());
    let duration = minutes.map_or(guard::CONFIRMATION, |minutes| Duration::from_secs(minutes * 60));
    let operator = call.authorise(&Resource::scim_connector(&call.directory_id()?, &id))?;
    Ok(json!({ "SCIMConnector": answer(&guard::confirm(call.ctx, &operator, &id, duration)?) }))
}

/// `DismissSCIMMassChange`, ours: ends the hold and lets nothing pass by that.
pub(super) fn dismiss_mass_change(call: &Invocation<'_>) -> Outcome {
    let id = call.scim_connector_id()?;
    let operator = call.authorise(&Resource::scim_connector(&call.directory_id()?, &id))?;
    Ok(json!({ "SCIMConnector": answer(&guard::dismiss(call.ctx, &operator, &id)?) }))
}

fn new_name(call: &Invocation<'_>) -> Result<Option<ConnectorName>, Error> {
    let Some(name) = call.text("NewConnectorName") else { return Ok(None) };
    let name = ConnectorName::parse(&name)
        .map_err(|error| domain::Error::from(error).of_parameter("ConnectorName", "NewConnectorName"))?;
    Ok(Some(name))
}

fn summary(of: &ConnectorSummary) -> Value {
    let mut members = answer(&of.connector);
    members.insert("CredentialCount".to_owned(), of.credentials.into());
    members.insert("UserCount".to_owned(), of.users.into());
    members.insert("GroupCount".to_owned(), of.groups.into());
    Value::Object(members)
}

/// What is said of a connector. What never happened is absent.
fn answer(connector: &ScimConnector) -> Map<String, Value> {
    let mut members = Map::new();
    let mut set = |name: &str, value: Value| members.insert(name.to_owned(), value);
    set("ConnectorId", connector.id.as_str().into());
    set("ConnectorName", connector.name.as_str().into());
    set("Dialect", connector.dialect.as_str().into());
    set("Adoption", connector.adoption.as_str().into());
    set("CreateTime", connector.created_at.rfc3339().into());
    set("UpdateTime", connector.updated_at.rfc3339().into());
    for (name, moment) in [
        ("LastRequestTime", connector.last.request_at),
        ("LastWriteTime", connector.last.write_at),
        ("MassChangeAllowedUntil", connector.allowed_until),
    ] {
        if let Some(moment) = moment {
            set(name, moment.rfc3339().into());
        }
    }
    if let Some(refusal) = &connector.last.refusal {
        let refusal = json!({ "Time": refusal.at.rfc3339(), "Code": refusal.code, "Detail": refusal.detail });
        set("LastRefusal", refusal);
    }
    if let Some(held) = &connector.held {
        let attempted = held.attempted;
        let held = json!({
            "Time": held.at.rfc3339(),
            "Users": attempted.users,
            "Memberships": attempted.memberships,
        });
        set("HeldMassChange", held);
    }
    members
}
