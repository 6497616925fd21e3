//! Sessions.

use diesel::prelude::*;

use crate::base::{SessionId, Timestamp};
use crate::domain::{AuthenticationMethod, PrincipalId, Session};

use super::connection::on;
use super::error::parse;
use super::schema::sessions::{self, dsl};
use super::{Conn, Error};

#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions)]
struct Row {
    id: String,
    principal_id: String,
    method: String,
    created_at: i64,
    last_seen_at: i64,
}

/// Where a session was started from.
#[derive(Clone, Debug)]
pub struct Source {
    /// The client's address.
    pub address: String,
    /// What its browser calls itself, cut to 200 characters.
    pub user_agent: String,
}

/// The session that this token opens, whether or not it is over.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(conn: &mut Conn, token_digest: &str) -> Result<Option<Session>, Error> {
    let this = dsl::sessions.filter(dsl::token_digest.eq(token_digest));
    let row: Option<Row> = on!(conn, this.select(Row::as_select()).first(conn)).optional()?;
    row.as_ref().map(read).transpose()
}

/// Whether a session that this transaction has found is still there, and stays until it ends.
///
/// # Errors
/// [`Error`] of the database.
pub fn share(conn: &mut Conn, id: &SessionId) -> Result<bool, Error> {
    // SQLite has one writer at a time: what its transaction has found stays.
    let Conn::Postgres(conn) = conn else { return Ok(true) };
    let found = dsl::sessions.find(id.as_str()).select(dsl::id).for_share();
    Ok(found.first::<String>(conn).optional()?.is_some())
}

/// Inserts a session.
///
/// # Errors
/// [`Error`] of the database.
pub fn insert(conn: &mut Conn, session: &Session, token_digest: &str, source: &Source) -> Result<(), Error> {
    diesel::insert_into(dsl::sessions)
        .values((
            dsl::id.eq(session.id.as_str()),
            dsl::token_digest.eq(token_digest),
            dsl::principal_id.eq(session.principal.as_str()),
            dsl::method.eq(session.method.as_str()),
            dsl::source_address.eq(&source.address),
            dsl::user_agent.eq(&source.user_agent),
            dsl::created_at.eq(session.created_at.millis()),
            dsl::last_seen_at.eq(session.last_seen_at.millis()),
            dsl::expires_at.eq(session.expires_at().millis()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Records a request.
///
/// # Errors
/// [`Error`] of the database.
pub fn touch(conn: &mut Conn, id: &SessionId, now: Timestamp) -> Result<(), Error> {
    diesel::update(dsl::sessions.find(id.as_str())).set(dsl::last_seen_at.eq(now.millis())).execute(conn)?;
    Ok(())
}

/// Ends a session; says whether it was there.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete(conn: &mut Conn, id: &SessionId) -> Result<bool, Error> {
    Ok(diesel::delete(dsl::sessions.find(id.as_str())).execute(conn)? == 1)
}

/// Ends every session of a principal; says how many there were.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete_by_principal(conn: &mut Conn, principal: &PrincipalId) -> Result<usize, Error> {
    Ok(diesel::delete(dsl::sessions.filter(dsl::principal_id.eq(principal.as_str()))).execute(conn)?)
}

/// Forgets sessions that are over.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete_expired(conn: &mut Conn, now: Timestamp) -> Result<(), Error> {
    diesel::delete(dsl::sessions.filter(dsl::expires_at.le(now.millis()))).execute(conn)?;
    Ok(())
}

fn read(row: &Row) -> Result<Session, Error> {
    Ok(Session {
        id: parse("sessions.id", &row.id, SessionId::parse)?,
        principal: parse("sessions.principal_id", &row.principal_id, PrincipalId::parse)?,
        method: parse("sessions.method", &row.method, AuthenticationMethod::parse)?,
        created_at: Timestamp::from_millis(row.created_at),
        last_seen_at: Timestamp::from_millis(row.last_seen_at),
    })
}
