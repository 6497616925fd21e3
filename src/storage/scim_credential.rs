//! What connectors authenticate by.

use diesel::prelude::*;

use crate::base::{ScimConnectorId, ScimCredentialId, Timestamp};
use crate::domain::{LAST_USE_PRECISION, ScimConnector, ScimCredential, ScimScope, Status};

use super::connection::on;
use super::error::parse;
use super::schema::scim_credentials::{self, dsl};
use super::schema::{directories, scim_connectors};
use super::{Conn, Error, scim_connector};

#[derive(Queryable, Selectable)]
#[diesel(table_name = scim_credentials)]
struct Row {
    id: String,
    connector_id: String,
    hint: String,
    scope: String,
    status: String,
    created_at: i64,
    expires_at: i64,
    last_used_at: Option<i64>,
    last_used_from: String,
}

/// Everything that says who a token is and whether it is served.
pub struct Claimed {
    /// The credential.
    pub credential: ScimCredential,
    /// Whose it is.
    pub connector: ScimConnector,
    /// Whether SCIM is served in the directory.
    pub synchronization: Status,
}

/// What a token with this digest stands for; one look-up, since every request asks.
///
/// # Errors
/// [`Error`] of the database.
pub fn find_by_token(conn: &mut Conn, digest: &str) -> Result<Option<Claimed>, Error> {
    let claimed = dsl::scim_credentials
        .inner_join(scim_connectors::table.inner_join(directories::table))
        .filter(dsl::token_digest.eq(digest));
    let row: Option<(Row, scim_connector::Row, String)> = on!(
        conn,
        claimed
            .select((Row::as_select(), scim_connector::Row::as_select(), directories::scim_status))
            .first(conn)
    )
    .optional()?;
    row.map(|(credential, connector, status)| {
        Ok(Claimed {
            credential: read(credential)?,
            connector: scim_connector::read(connector)?,
            synchronization: parse("directories.scim_status", &status, Status::parse)?,
        })
    })
    .transpose()
}

/// The credential with this id.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(conn: &mut Conn, id: &ScimCredentialId) -> Result<Option<ScimCredential>, Error> {
    let row: Option<Row> =
        dsl::scim_credentials.find(id.as_str()).select(Row::as_select()).first(conn).optional()?;
    row.map(read).transpose()
}

/// The credentials of one connector, or all; the oldest first.
///
/// # Errors
/// [`Error`] of the database.
pub fn list(conn: &mut Conn, connector: Option<&ScimConnectorId>) -> Result<Vec<ScimCredential>, Error> {
    let mut found = dsl::scim_credentials.order(dsl::id).select(Row::as_select()).into_boxed();
    if let Some(connector) = connector {
        found = found.filter(dsl::connector_id.eq(connector.as_str()));
    }
    let rows: Vec<Row> = found.load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Inserts a credential.
///
/// # Errors
/// [`Error::Reference`] when there is no such connector.
pub fn insert(conn: &mut Conn, credential: &ScimCredential, token_digest: &str) -> Result<(), Error> {
    diesel::insert_into(dsl::scim_credentials)
        .values((
            dsl::id.eq(credential.id.as_str()),
            dsl::connector_id.eq(credential.connector_id.as_str()),
            dsl::token_digest.eq(token_digest),
            dsl::hint.eq(&credential.hint),
            dsl::scope.eq(credential.scope.as_str()),
            dsl::status.eq(credential.status.as_str()),
            dsl::created_at.eq(credential.created_at.millis()),
            dsl::expires_at.eq(credential.expires_at.millis()),
            dsl::last_used_from.eq(""),
        ))
        .execute(conn)?;
    Ok(())
}

/// Replaces status and end of a credential; says whether it was there.
///
/// # Errors
/// [`Error`] of the database.
pub fn update(conn: &mut Conn, credential: &ScimCredential) -> Result<bool, Error> {
    let changed = diesel::update(dsl::scim_credentials.find(credential.id.as_str()))
        .set((dsl::status.eq(credential.status.as_str()), dsl::expires_at.eq(credential.expires_at.millis())))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Records that a credential was used, once a minute at most.
///
/// # Errors
/// [`Error`] of the database.
pub fn touch(conn: &mut Conn, id: &ScimCredentialId, at: Timestamp, from: &str) -> Result<(), Error> {
    let due = dsl::last_used_at
        .is_null()
        .or(dsl::last_used_at.le(at.minus(LAST_USE_PRECISION).millis()).assume_not_null());
    diesel::update(dsl::scim_credentials.find(id.as_str()).filter(due))
        .set((dsl::last_used_at.eq(Some(at.millis())), dsl::last_used_from.eq(from)))
        .execute(conn)?;
    Ok(())
}

/// Deletes a credential; says whether it was there.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete(conn: &mut Conn, id: &ScimCredentialId) -> Result<bool, Error> {
    Ok(diesel::delete(dsl::scim_credentials.find(id.as_str())).execute(conn)? == 1)
}

fn read(row: Row) -> Result<ScimCredential, Error> {
    Ok(ScimCredential {
        id: parse("scim_credentials.id", &row.id, ScimCredentialId::parse)?,
        connector_id: parse("scim_credentials.connector_id", &row.connector_id, ScimConnectorId::parse)?,
        hint: row.hint,
        scope: parse("scim_credentials.scope", &row.scope, ScimScope::parse)?,
        status: parse("scim_credentials.status", &row.status, Status::parse)?,
        created_at: Timestamp::from_millis(row.created_at),
        expires_at: Timestamp::from_millis(row.expires_at),
        last_used: row.last_used_at.map(|at| (Timestamp::from_millis(at), row.last_used_from)),
    })
}
