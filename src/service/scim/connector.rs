//! Connectors: the external identity providers that push.

use serde_json::json;

use crate::base::{ConnectorName, DirectoryId, ScimConnectorId};
use crate::domain::{
    self, Action, Event, Kind, Quotas, SCIM_CONNECTORS, ScimConnector, ScimConnectorChanges,
};
use crate::storage::{self, Conn, directory as stored_directory, scim_connector, scim_credential};

use super::super::context::Change;
use super::super::{Context, Error, Operator, directory};
use super::request_log;

/// A connector, and what hangs on it.
#[derive(Clone, Debug)]
pub struct ConnectorSummary {
    /// The connector.
    pub connector: ScimConnector,
    /// How many credentials it has.
    pub credentials: usize,
    /// How many users it looks after.
    pub users: i64,
    /// How many groups it looks after.
    pub groups: i64,
}

/// Makes a connector.
///
/// # Errors
/// [`Error::Refused`] when the name is taken, or there are too many.
pub fn create(
    ctx: &Context,
    operator: &Operator,
    name: &ConnectorName,
    settings: ScimConnectorChanges,
) -> Result<ScimConnector, Error> {
    let (change, scope, name) = (ctx.change(operator.origin()), operator.directory().cloned(), name.clone());
    ctx.store.write(move |conn| {
        let directory = directory::within(conn, scope.as_ref())?;
        let mut connector = ScimConnector::new(change.id()?, name.clone(), change.now);
        settings.apply(&mut connector);
        insert(conn, &change, &directory, &connector)?;
        Ok(connector)
    })
}

/// The connector of this name, made if it is not there.
pub(super) fn ensure(
    conn: &mut Conn,
    change: &Change,
    directory: &DirectoryId,
    name: &ConnectorName,
) -> Result<ScimConnector, Error> {
    stored_directory::lock(conn, directory)?;
    if let Some(found) = scim_connector::find_by_name(conn, &name.key())? {
        return Ok(found);
    }
    let connector = ScimConnector::new(change.id()?, name.clone(), change.now);
    insert(conn, change, directory, &connector)?;
    Ok(connector)
}

/// The connector of this name, in whatever case.
///
/// # Errors
/// Failures of the database.
pub fn find_by_name(
    ctx: &Context,
    _operator: &Operator,
    name: &ConnectorName,
) -> Result<Option<ScimConnector>, Error> {
    Ok(ctx.store.read(|conn| scim_connector::find_by_name(conn, &name.key()))?)
}

/// The connector with this id.
///
/// # Errors
/// [`Error::Refused`] when there is none.
pub fn load(ctx: &Context, _operator: &Operator, id: &ScimConnectorId) -> Result<ConnectorSummary, Error> {
    request_log::flush(ctx)?;
    ctx.store.read(|conn| {
        let connector = find(conn, id)?;
        summary(conn, connector)
    })
}

/// Every connector, the oldest first.
///
/// # Errors
/// Failures of the database.
pub fn list(ctx: &Context, _operator: &Operator) -> Result<Vec<ConnectorSummary>, Error> {
    request_log::flush(ctx)?;
    ctx.store.read(|conn| {
        scim_connector::list(conn)?.into_iter().map(|connector| summary(conn, connector)).collect()
    })
}

/// Changes a connector.
///
/// # Errors
/// [`Error::Refused`] when there is none, or the name is taken.
pub fn update(
    ctx: &Context,
    operator: &Operator,
    id: &ScimConnectorId,
    changes: ScimConnectorChanges,
) -> Result<ScimConnector, Error> {
    let (change, id) = (ctx.change(operator.origin()), id.clone());
    ctx.store.write(move |conn| {
        let before = find(conn, &id)?;
        let mut connector = before.clone();
        changes.apply(&mut connector);
        if connector != before {
            connector.updated_at = change.now;
            scim_connector::update(conn, &connector).map_err(|error| taken(error, &connector.name))?;
            let event = Event::new(Action::ScimConnectorUpdated, &id).with(detail(&connector));
            change.record(conn, &event)?;
        }
        Ok::<_, Error>(connector)
    })
}

/// Deletes a connector with its credentials, which are good for nothing from this moment on. What it looks
/// after becomes manual where `releases` says so.
///
/// # Errors
/// [`Error::Refused`] when there is none, or it looks after something that is not to be released.
pub fn delete(ctx: &Context, operator: &Operator, id: &ScimConnectorId, releases: bool) -> Result<(), Error> {
    let (change, id) = (ctx.change(operator.origin()), id.clone());
    ctx.store.write(move |conn| {
        scim_connector::lock(conn, &id)?;
        let connector = find(conn, &id)?;
        let held = summary(conn, connector)?;
        for (count, code, what) in [
            (held.users, "DeletionConflict.SCIMConnector.User", "users"),
            (held.groups, "DeletionConflict.SCIMConnector.Group", "groups"),
        ] {
            if count > 0 && !releases {
                let message = format!(
                    "the connector still looks after {count} {what}; let it delete them, or release them"
                );
                return Err(domain::Error::new(Kind::Conflict, code, message).into());
            }
        }
        scim_connector::release(conn, &id, change.now)?;
        scim_connector::delete(conn, &id)?;
        let detail = json!({
            "name": held.connector.name,
            "credentials": held.credentials,
            "users_released": held.users,
            "groups_released": held.groups,
        });
        change.record(conn, &Event::new(Action::ScimConnectorDeleted, &id).with(detail))
    })
}

pub(super) fn find(conn: &mut Conn, id: &ScimConnectorId) -> Result<ScimConnector, Error> {
    scim_connector::find(conn, id)?.ok_or_else(|| domain::Error::missing("SCIMConnector", id).into())
}

fn insert(
    conn: &mut Conn,
    change: &Change,
    directory: &DirectoryId,
    connector: &ScimConnector,
) -> Result<(), Error> {
    Quotas::check(scim_connector::count(conn)?, SCIM_CONNECTORS, "LimitExceeded.SCIMConnector")?;
    scim_connector::insert(conn, directory, connector).map_err(|error| taken(error, &connector.name))?;
    change.record(conn, &Event::new(Action::ScimConnectorCreated, &connector.id).with(detail(connector)))
}

fn summary(conn: &mut Conn, connector: ScimConnector) -> Result<ConnectorSummary, Error> {
    let (users, groups) = scim_connector::count_synchronized(conn, &connector.id)?;
    let credentials = scim_credential::list(conn, Some(&connector.id))?.len();
    Ok(ConnectorSummary { connector, credentials, users, groups })
}

fn detail(connector: &ScimConnector) -> serde_json::Value {
    json!({
        "name": connector.name,
        "dialect": connector.dialect.as_str(),
        "adoption": connector.adoption.as_str(),
    })
}

fn taken(error: storage::Error, name: &ConnectorName) -> Error {
    match error {
        storage::Error::Duplicate(_) => domain::Error::exists("SCIMConnector", name).into(),
        error => error.into(),
    }
}
