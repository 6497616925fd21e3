//! Connectors that push users and groups by SCIM.

use diesel::prelude::*;

use crate::base::{ConnectorName, DirectoryId, ScimConnectorId, Timestamp};
use crate::domain::{
    Adoption, HeldChange, LastRefusal, LastSynchronization, MassChange, ProvisionType, ScimConnector,
    ScimDialect,
};

use super::error::parse;
use super::schema::scim_connectors::{self, dsl};
use super::schema::{groups, scim_credentials, users};
use super::{Conn, Error};

#[derive(Queryable, Selectable)]
#[diesel(table_name = scim_connectors)]
pub(super) struct Row {
    id: String,
    name: String,
    dialect: String,
    adoption: String,
    created_at: i64,
    updated_at: i64,
    last_request_at: Option<i64>,
    last_write_at: Option<i64>,
    last_refusal_at: Option<i64>,
    last_refusal_code: String,
    last_refusal_detail: String,
    held_at: Option<i64>,
    held_users: i64,
    held_memberships: i64,
    allowed_until: Option<i64>,
}

/// The connector with this id.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(conn: &mut Conn, id: &ScimConnectorId) -> Result<Option<ScimConnector>, Error> {
    let row: Option<Row> =
        dsl::scim_connectors.find(id.as_str()).select(Row::as_select()).first(conn).optional()?;
    row.map(read).transpose()
}

/// The connector with this folded name.
///
/// # Errors
/// [`Error`] of the database.
pub fn find_by_name(conn: &mut Conn, key: &str) -> Result<Option<ScimConnector>, Error> {
    let row: Option<Row> =
        dsl::scim_connectors.filter(dsl::name_key.eq(key)).select(Row::as_select()).first(conn).optional()?;
    row.map(read).transpose()
}

/// Every connector, the oldest first.
///
/// # Errors
/// [`Error`] of the database.
pub fn list(conn: &mut Conn) -> Result<Vec<ScimConnector>, Error> {
    let rows: Vec<Row> = dsl::scim_connectors.order(dsl::id).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(read).collect()
}

/// How many connectors there are.
///
/// # Errors
/// [`Error`] of the database.
pub fn count(conn: &mut Conn) -> Result<i64, Error> {
    Ok(dsl::scim_connectors.count().get_result(conn)?)
}

/// Inserts a connector.
///
/// # Errors
/// [`Error::Duplicate`] when the name is taken.
pub fn insert(conn: &mut Conn, directory: &DirectoryId, connector: &ScimConnector) -> Result<(), Error> {
    diesel::insert_into(dsl::scim_connectors)
        .values((
            dsl::id.eq(connector.id.as_str()),
            dsl::directory_id.eq(directory.as_str()),
            dsl::name.eq(connector.name.as_str()),
            dsl::name_key.eq(connector.name.key()),
            dsl::dialect.eq(connector.dialect.as_str()),
            dsl::adoption.eq(connector.adoption.as_str()),
            dsl::created_at.eq(connector.created_at.millis()),
            dsl::updated_at.eq(connector.updated_at.millis()),
            dsl::last_refusal_code.eq(""),
            dsl::last_refusal_detail.eq(""),
            dsl::held_users.eq(0),
            dsl::held_memberships.eq(0),
        ))
        .execute(conn)?;
    Ok(())
}

/// Replaces what administrators say of a connector; says whether there was such a one.
///
/// # Errors
/// [`Error::Duplicate`] when the name is taken.
pub fn update(conn: &mut Conn, connector: &ScimConnector) -> Result<bool, Error> {
    let changed = diesel::update(dsl::scim_connectors.find(connector.id.as_str()))
        .set((
            dsl::name.eq(connector.name.as_str()),
            dsl::name_key.eq(connector.name.key()),
            dsl::dialect.eq(connector.dialect.as_str()),
            dsl::adoption.eq(connector.adoption.as_str()),
            dsl::updated_at.eq(connector.updated_at.millis()),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Replaces which mass change of a connector is held, and until when they pass.
///
/// # Errors
/// [`Error`] of the database.
pub fn update_hold(
    conn: &mut Conn,
    id: &ScimConnectorId,
    held: Option<&HeldChange>,
    allowed_until: Option<Timestamp>,
) -> Result<(), Error> {
    let attempted = held.map(|held| held.attempted).unwrap_or_default();
    diesel::update(dsl::scim_connectors.find(id.as_str()))
        .set((
            dsl::held_at.eq(held.map(|held| held.at.millis())),
            dsl::held_users.eq(attempted.users),
            dsl::held_memberships.eq(attempted.memberships),
            dsl::allowed_until.eq(allowed_until.map(Timestamp::millis)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Records what a connector did, as far as it is there and newer than what is known.
///
/// # Errors
/// [`Error`] of the database.
pub fn update_last(conn: &mut Conn, id: &ScimConnectorId, last: &LastSynchronization) -> Result<(), Error> {
    let connector = || dsl::scim_connectors.find(id.as_str());
    if let Some(at) = last.request_at.map(Timestamp::millis) {
        let older = dsl::last_request_at.is_null().or(dsl::last_request_at.lt(at).assume_not_null());
        diesel::update(connector().filter(older)).set(dsl::last_request_at.eq(at)).execute(conn)?;
    }
    if let Some(at) = last.write_at.map(Timestamp::millis) {
        let older = dsl::last_write_at.is_null().or(dsl::last_write_at.lt(at).assume_not_null());
        diesel::update(connector().filter(older)).set(dsl::last_write_at.eq(at)).execute(conn)?;
    }
    if let Some(refusal) = &last.refusal {
        let at = refusal.at.millis();
        let older = dsl::last_refusal_at.is_null().or(dsl::last_refusal_at.le(at).assume_not_null());
        diesel::update(connector().filter(older))
            .set((
                dsl::last_refusal_at.eq(at),
                dsl::last_refusal_code.eq(&refusal.code),
                dsl::last_refusal_detail.eq(&refusal.detail),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Locks a connector until the transaction ends, so that of two that take something away in its name, one is
/// counted after the other.
///
/// # Errors
/// [`Error`] of the database.
pub fn lock(conn: &mut Conn, id: &ScimConnectorId) -> Result<(), Error> {
    // On SQLite there is one writer.
    if let Conn::Postgres(conn) = conn {
        let row = dsl::scim_connectors.find(id.as_str()).select(dsl::id);
        row.for_update().first::<String>(conn).optional()?;
    }
    Ok(())
}

/// Deletes a connector with its credentials and its log; says whether it was there.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete(conn: &mut Conn, id: &ScimConnectorId) -> Result<bool, Error> {
    Ok(diesel::delete(dsl::scim_connectors.find(id.as_str())).execute(conn)? == 1)
}

/// Deletes every connector that has no credential.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete_unused(conn: &mut Conn) -> Result<(), Error> {
    let used = scim_credentials::table.select(scim_credentials::connector_id);
    diesel::delete(dsl::scim_connectors.filter(dsl::id.ne_all(used))).execute(conn)?;
    Ok(())
}

/// How many users and how many groups a connector looks after.
///
/// # Errors
/// [`Error`] of the database.
pub fn count_synchronized(conn: &mut Conn, id: &ScimConnectorId) -> Result<(i64, i64), Error> {
    let of_users = users::table.filter(users::connector_id.eq(id.as_str()));
    let of_groups = groups::table.filter(groups::connector_id.eq(id.as_str()));
    Ok((of_users.count().get_result(conn)?, of_groups.count().get_result(conn)?))
}

/// Makes what a connector looks after manual, as if it had been made here.
///
/// # Errors
/// [`Error`] of the database.
pub fn release(conn: &mut Conn, id: &ScimConnectorId, now: Timestamp) -> Result<(), Error> {
    let (nothing, manual) = (None::<String>, ProvisionType::Manual.as_str());
    diesel::update(users::table.filter(users::connector_id.eq(id.as_str())))
        .set((
            users::provision_type.eq(manual),
            users::connector_id.eq(&nothing),
            users::external_id.eq(&nothing),
            users::version.eq(users::version + 1),
            users::updated_at.eq(now.millis()),
        ))
        .execute(conn)?;
    diesel::update(groups::table.filter(groups::connector_id.eq(id.as_str())))
        .set((
            groups::provision_type.eq(manual),
            groups::connector_id.eq(&nothing),
            groups::external_id.eq(&nothing),
            groups::version.eq(groups::version + 1),
            groups::updated_at.eq(now.millis()),
        ))
        .execute(conn)?;
    Ok(())
}

pub(super) fn read(row: Row) -> Result<ScimConnector, Error> {
    let moment = |millis: Option<i64>| millis.map(Timestamp::from_millis);
    let refusal = moment(row.last_refusal_at).map(|at| LastRefusal {
        at,
        code: row.last_refusal_code,
        detail: row.last_refusal_detail,
    });
    let attempted = MassChange { users: row.held_users, memberships: row.held_memberships };
    Ok(ScimConnector {
        id: parse("scim_connectors.id", &row.id, ScimConnectorId::parse)?,
        name: parse("scim_connectors.name", &row.name, |name| ConnectorName::parse(name).ok())?,
        dialect: parse("scim_connectors.dialect", &row.dialect, ScimDialect::parse)?,
        adoption: parse("scim_connectors.adoption", &row.adoption, Adoption::parse)?,
        created_at: Timestamp::from_millis(row.created_at),
        updated_at: Timestamp::from_millis(row.updated_at),
        last: LastSynchronization {
            request_at: moment(row.last_request_at),
            write_at: moment(row.last_write_at),
            refusal,
        },
        held: moment(row.held_at).map(|at| HeldChange { at, attempted }),
        allowed_until: moment(row.allowed_until),
    })
}
