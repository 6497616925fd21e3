//! Access configurations and their permission policies.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use crate::base::{
    AccessConfigurationId, AccessConfigurationName, DirectoryId, Page, PageRequest, Timestamp,
};
use crate::domain::{
    AccessConfiguration, AccessConfigurationQuery, AccessConfigurationSpec, NameFilter, PermissionPolicy,
    ProvisioningStatus, TaskStatus,
};

use super::error::parse;
use super::schema::access_configurations::{self, dsl};
use super::schema::{access_assignments, permission_policies, provisionings, tasks};
use super::{Conn, Error, like, tag};

type Filtered<'a> = access_configurations::BoxedQuery<'a, <Conn as Connection>::Backend>;

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

/// One page of the configurations that `query` asks for, with their policies, in the order they were made.
///
/// # Errors
/// [`Error`] of the database.
pub fn list(
    conn: &mut Conn,
    query: &AccessConfigurationQuery,
    page: &PageRequest,
) -> Result<Page<AccessConfiguration>, Error> {
    let mut found = filtered(query);
    if let Some(after) = &page.after {
        found = found.filter(dsl::id.gt(after));
    }
    let rows: Vec<Row> =
        found.order(dsl::id).limit(i64::from(page.limit) + 1).select(Row::as_select()).load(conn)?;
    let page = Page::cut(rows, page.limit, |row| row.id.clone());
    Ok(Page { items: with_policies(conn, page.items)?, next: page.next })
}

/// How many configurations `query` asks for.
///
/// # Errors
/// [`Error`] of the database.
pub fn count_matching(conn: &mut Conn, query: &AccessConfigurationQuery) -> Result<i64, Error> {
    Ok(filtered(query).count().get_result(conn)?)
}

/// Which of these configurations some account is behind of.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_reprovision_required(conn: &mut Conn, ids: &[&str]) -> Result<HashSet<String>, Error> {
    use provisionings::dsl;
    let behind = dsl::provisionings
        .filter(dsl::access_configuration_id.eq_any(ids))
        .filter(dsl::status.eq(ProvisioningStatus::ReprovisionRequired.as_str()))
        .select(dsl::access_configuration_id)
        .distinct();
    Ok(behind.load::<String>(conn)?.into_iter().collect())
}

/// The policies of a configuration with the moments they were added, by kind and name.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_policies(
    conn: &mut Conn,
    id: &AccessConfigurationId,
) -> Result<Vec<(PermissionPolicy, Timestamp)>, Error> {
    use permission_policies::dsl;
    let stored: Vec<(String, String, Option<String>, i64)> = dsl::permission_policies
        .filter(dsl::access_configuration_id.eq(id.as_str()))
        .order((dsl::kind.desc(), dsl::name))
        .select((dsl::kind, dsl::name, dsl::document, dsl::added_at))
        .load(conn)?;
    let policy = |(kind, name, document, added_at)| {
        Ok((read_policy(kind, name, document)?, Timestamp::from_millis(added_at)))
    };
    stored.into_iter().map(policy).collect()
}

/// What keeps a configuration from being deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ties {
    /// Assignments of it.
    pub access_assignments: i64,
    /// Accounts that have it.
    pub provisionings: i64,
    /// Tasks about it that are not done.
    pub tasks: i64,
}

/// What keeps a configuration from being deleted.
///
/// # Errors
/// [`Error`] of the database.
pub fn ties(conn: &mut Conn, id: &AccessConfigurationId) -> Result<Ties, Error> {
    use access_assignments::dsl as assigned;
    use provisionings::dsl as provisioned;
    use tasks::dsl as under_way;
    let id = id.as_str();
    let assignments = assigned::access_assignments.filter(assigned::access_configuration_id.eq(id));
    let provisionings = provisioned::provisionings.filter(provisioned::access_configuration_id.eq(id));
    let tasks = under_way::tasks
        .filter(under_way::access_configuration_id.eq(id))
        .filter(under_way::status.eq(TaskStatus::InProgress.as_str()));
    Ok(Ties {
        access_assignments: assignments.count().get_result(conn)?,
        provisionings: provisionings.count().get_result(conn)?,
        tasks: tasks.count().get_result(conn)?,
    })
}

/// Deletes a configuration without ties, with its policies and tags; says whether it was there.
///
/// # Errors
/// [`Error::Reference`] when it is assigned or provisioned somewhere.
pub fn delete(conn: &mut Conn, id: &AccessConfigurationId) -> Result<bool, Error> {
    diesel::delete(policies_of(id.as_str())).execute(conn)?;
    tag::delete(conn, id.as_str())?;
    Ok(diesel::delete(dsl::access_configurations.find(id.as_str())).execute(conn)? == 1)
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
    insert_policies(conn, configuration, &[], configuration.created_at)
}

/// Replaces what is said of a configuration, its policies too where they differ, and raises its revision; `configuration.revision` is
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
        // Those that stay keep the moment they were added.
        let known = list_policies(conn, &configuration.id)?;
        diesel::delete(policies_of(configuration.id.as_str())).execute(conn)?;
        insert_policies(conn, configuration, &known, now)?;
    }
    Ok(changed == 1)
}

type PoliciesOf<'a> = diesel::dsl::Filter<
    permission_policies::table,
    diesel::dsl::Eq<permission_policies::access_configuration_id, &'a str>,
>;

fn policies_of(id: &str) -> PoliciesOf<'_> {
    permission_policies::table.filter(permission_policies::access_configuration_id.eq(id))
}

fn filtered(query: &AccessConfigurationQuery) -> Filtered<'_> {
    use provisionings::dsl as provisioned;
    let mut found = dsl::access_configurations.into_boxed();
    match &query.name {
        Some(NameFilter::Equals(key)) => found = found.filter(dsl::name_key.eq(key)),
        Some(NameFilter::StartsWith(key)) => {
            found = found.filter(dsl::name_key.like(like::beginning(key)).escape(like::ESCAPE));
        }
        None => {}
    }
    if query.is_reprovision_required {
        let behind = provisioned::provisionings
            .filter(provisioned::status.eq(ProvisioningStatus::ReprovisionRequired.as_str()))
            .select(provisioned::access_configuration_id);
        found = found.filter(dsl::id.eq_any(behind));
    }
    for wanted in &query.tags {
        found = found.filter(dsl::id.eq_any(tag::having!(wanted)));
    }
    found
}

fn insert_policies(
    conn: &mut Conn,
    configuration: &AccessConfiguration,
    known: &[(PermissionPolicy, Timestamp)],
    now: Timestamp,
) -> Result<(), Error> {
    use permission_policies::dsl;
    for policy in &configuration.spec.policies {
        let is_same =
            |known: &PermissionPolicy| known.kind() == policy.kind() && known.name() == policy.name();
        let added_at = known.iter().find(|(known, _)| is_same(known)).map_or(now, |(_, added_at)| *added_at);
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
                dsl::added_at.eq(added_at.millis()),
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
        .select((dsl::access_configuration_id, dsl::kind, dsl::name, dsl::document))
        .load(conn)?;
    let mut policies: HashMap<String, Vec<PermissionPolicy>> = HashMap::new();
    for (id, kind, name, document) in stored {
        policies.entry(id).or_default().push(read_policy(kind, name, document)?);
    }
    rows.into_iter()
        .map(|row| {
            let policies = policies.remove(&row.id).unwrap_or_default();
            read(row, policies)
        })
        .collect()
}

fn read_policy(kind: String, name: String, document: Option<String>) -> Result<PermissionPolicy, Error> {
    match (kind.as_str(), document) {
        ("System", None) => Ok(PermissionPolicy::System { name }),
        ("Inline", Some(document)) => Ok(PermissionPolicy::Inline { name, document }),
        _ => Err(Error::Corrupt { column: "permission_policies.kind", value: kind }),
    }
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
