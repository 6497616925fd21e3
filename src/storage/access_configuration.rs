//! Access configurations and their permission policies.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::base::{AccessConfigurationId, AccessConfigurationName, DirectoryId, Timestamp};
use crate::domain::{AccessConfiguration, AccessConfigurationSpec, PermissionPolicy};

use super::error::parse;
use super::schema::access_configurations::{self, dsl};
use super::schema::permission_policies;
use super::{Conn, Error};

#[derive(Queryable, Selectable)]
#[diesel(table_name = access_configurations)]
struct Row {
    id: String,
    name: String,
    description: String,
    session_seconds: i64,
    relay_state: String,
    revision: i64,
    created_at: i64,
    updated_at: i64,
}

/// The configuration with this id, with its policies.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(conn: &mut Conn, id: &AccessConfigurationId) -> Result<Option<AccessConfiguration>, Error> {
    let row: Option<Row> =
        dsl::access_configurations.find(id.as_str()).select(Row::as_select()).first(conn).optional()?;
    Ok(with_policies(conn, row.into_iter().collect())?.pop())
}

/// The configuration with this folded name, with its policies.
///
/// # Errors
/// [`Error`] of the database.
pub fn find_by_name(conn: &mut Conn, key: &str) -> Result<Option<AccessConfiguration>, Error> {
    let row: Option<Row> = dsl::access_configurations
        .filter(dsl::name_key.eq(key))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    Ok(with_policies(conn, row.into_iter().collect())?.pop())
}

/// These configurations, with their policies.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_by_id(conn: &mut Conn, ids: &[&str]) -> Result<Vec<AccessConfiguration>, Error> {
    let rows = dsl::access_configurations.filter(dsl::id.eq_any(ids)).select(Row::as_select()).load(conn)?;
    with_policies(conn, rows)
}

/// Inserts a configuration with its policies.
///
/// # Errors
/// [`Error::Duplicate`] when the name is taken.
pub fn insert(
    conn: &mut Conn,
    directory: &DirectoryId,
    configuration: &AccessConfiguration,
) -> Result<(), Error> {
    let spec = &configuration.spec;
    diesel::insert_into(dsl::access_configurations)
        .values((
            dsl::id.eq(configuration.id.as_str()),
            dsl::directory_id.eq(directory.as_str()),
            dsl::name.eq(spec.name.as_str()),
            dsl::name_key.eq(spec.name.key()),
            dsl::description.eq(&spec.description),
            dsl::session_seconds.eq(i64::from(spec.session_seconds)),
            dsl::relay_state.eq(&spec.relay_state),
            dsl::revision.eq(configuration.revision),
            dsl::created_at.eq(configuration.created_at.millis()),
            dsl::updated_at.eq(configuration.updated_at.millis()),
        ))
        .execute(conn)?;
    insert_policies(conn, configuration)
}

/// Replaces what is said of a configuration and raises its revision; `configuration.revision` is
/// the one it was read with. False when somebody else changed it since.
///
/// # Errors
/// [`Error`] of the database.
pub fn update(conn: &mut Conn, configuration: &AccessConfiguration, now: Timestamp) -> Result<bool, Error> {
    let spec = &configuration.spec;
    let current = dsl::access_configurations
        .find(configuration.id.as_str())
        .filter(dsl::revision.eq(configuration.revision));
    let changed = diesel::update(current)
        .set((
            dsl::description.eq(&spec.description),
            dsl::session_seconds.eq(i64::from(spec.session_seconds)),
            dsl::relay_state.eq(&spec.relay_state),
            dsl::revision.eq(configuration.revision + 1),
            dsl::updated_at.eq(now.millis()),
        ))
        .execute(conn)?;
    if changed == 1 {
        let policies = permission_policies::dsl::permission_policies
            .filter(permission_policies::access_configuration_id.eq(configuration.id.as_str()));
        diesel::delete(policies).execute(conn)?;
        insert_policies(conn, configuration)?;
    }
    Ok(changed == 1)
}

fn insert_policies(conn: &mut Conn, configuration: &AccessConfiguration) -> Result<(), Error> {
    use permission_policies::dsl;
    for policy in &configuration.spec.policies {
        let document = match policy {
            PermissionPolicy::System { .. } => None,
            PermissionPolicy::Inline { document, .. } => Some(document.as_str()),
        };
        diesel::insert_into(dsl::permission_policies)
            .values((
                dsl::access_configuration_id.eq(configuration.id.as_str()),
                dsl::kind.eq(policy.kind()),
                dsl::name.eq(policy.name()),
                dsl::document.eq(document),
            ))
            .execute(conn)?;
    }
    Ok(())
}

fn with_policies(conn: &mut Conn, rows: Vec<Row>) -> Result<Vec<AccessConfiguration>, Error> {
    use permission_policies::dsl;
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let stored: Vec<(String, String, String, Option<String>)> = dsl::permission_policies
        .filter(dsl::access_configuration_id.eq_any(&ids))
        .order((dsl::kind, dsl::name))
        .load(conn)?;
    let mut policies: HashMap<String, Vec<PermissionPolicy>> = HashMap::new();
    for (id, kind, name, document) in stored {
        let policy = match (kind.as_str(), document) {
            ("System", None) => PermissionPolicy::System { name },
            ("Inline", Some(document)) => PermissionPolicy::Inline { name, document },
            _ => return Err(Error::Corrupt { column: "permission_policies.kind", value: kind }),
        };
        policies.entry(id).or_default().push(policy);
    }
    rows.into_iter()
        .map(|row| {
            let policies = policies.remove(&row.id).unwrap_or_default();
            read(row, policies)
        })
        .collect()
}

fn read(row: Row, policies: Vec<PermissionPolicy>) -> Result<AccessConfiguration, Error> {
    let name = |name: &str| AccessConfigurationName::parse(name).ok();
    Ok(AccessConfiguration {
        id: parse("access_configurations.id", &row.id, AccessConfigurationId::parse)?,
        spec: AccessConfigurationSpec {
            name: parse("access_configurations.name", &row.name, name)?,
            description: row.description,
            session_seconds: u32::try_from(row.session_seconds).map_err(|_ignored| Error::Corrupt {
                column: "access_configurations.session_seconds",
                value: row.session_seconds.to_string(),
            })?,
            relay_state: row.relay_state,
            policies,
        },
        revision: row.revision,
        created_at: Timestamp::from_millis(row.created_at),
        updated_at: Timestamp::from_millis(row.updated_at),
    })
}
