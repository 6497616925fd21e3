//! What browser sessions are signed in to.

use diesel::prelude::*;

use crate::base::{ApplicationId, ApplicationSessionId, SessionId, Timestamp, UserId};
use crate::domain::ApplicationSession;

use super::connection::on;
use super::error::parse;
use super::schema::application_sessions::{self, dsl};
use super::schema::sessions;
use super::{Conn, Error};

#[derive(Queryable, Selectable)]
#[diesel(table_name = application_sessions)]
struct Row {
    id: String,
    session_id: String,
    user_id: String,
    application_id: String,
    name_id_format: String,
    name_id: String,
    started_at: i64,
    expires_at: i64,
}

/// What a browser session has at an application by a name of this format.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(
    conn: &mut Conn,
    session: &SessionId,
    application: &ApplicationId,
    name_id_format: &str,
) -> Result<Option<ApplicationSession>, Error> {
    let row: Option<Row> = on!(
        conn,
        dsl::application_sessions
            .filter(dsl::session_id.eq(session.as_str()))
            .filter(dsl::application_id.eq(application.as_str()))
            .filter(dsl::name_id_format.eq(name_id_format))
            .select(Row::as_select())
            .first(conn)
    )
    .optional()?;
    row.map(read).transpose()
}

/// What a browser session is signed in to, in the order that it was.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_of_session(conn: &mut Conn, session: &SessionId) -> Result<Vec<ApplicationSession>, Error> {
    let rows: Vec<Row> = dsl::application_sessions
        .filter(dsl::session_id.eq(session.as_str()))
        .order(dsl::id)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// What somebody by this name has at an application, in whatever browser, in the order that it was opened.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_of_name(
    conn: &mut Conn,
    application: &ApplicationId,
    name_id: &str,
) -> Result<Vec<ApplicationSession>, Error> {
    let rows: Vec<Row> = dsl::application_sessions
        .filter(dsl::application_id.eq(application.as_str()))
        .filter(dsl::name_id.eq(name_id))
        .order(dsl::id)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Whether there is one with this id, whosever.
///
/// # Errors
/// [`Error`] of the database.
pub fn exists(conn: &mut Conn, id: &str) -> Result<bool, Error> {
    let found: Option<String> = dsl::application_sessions.find(id).select(dsl::id).first(conn).optional()?;
    Ok(found.is_some())
}

/// Those whose browser session is gone, the oldest first: at most `limit`.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_orphans(conn: &mut Conn, limit: i64) -> Result<Vec<ApplicationSession>, Error> {
    let has_session = sessions::table.filter(sessions::id.eq(dsl::session_id));
    let rows: Vec<Row> = dsl::application_sessions
        .filter(diesel::dsl::not(diesel::dsl::exists(has_session)))
        .order(dsl::id)
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Inserts one.
///
/// # Errors
/// [`Error::Duplicate`] when the session has one there by a name of this format.
pub fn insert(conn: &mut Conn, session: &ApplicationSession) -> Result<(), Error> {
    let row = (
        dsl::id.eq(session.id.as_str()),
        dsl::session_id.eq(session.session_id.as_str()),
        dsl::user_id.eq(session.user_id.as_str()),
        dsl::application_id.eq(session.application_id.as_str()),
        dsl::name_id_format.eq(&session.name_id_format),
        dsl::name_id.eq(&session.name_id),
        dsl::started_at.eq(session.started_at.millis()),
        dsl::expires_at.eq(session.expires_at.millis()),
    );
    on!(conn, diesel::insert_into(dsl::application_sessions).values(row).execute(conn))?;
    Ok(())
}

/// Gives one another name and end.
///
/// # Errors
/// [`Error`] of the database.
pub fn update(conn: &mut Conn, session: &ApplicationSession) -> Result<(), Error> {
    diesel::update(dsl::application_sessions.find(session.id.as_str()))
        .set((dsl::name_id.eq(&session.name_id), dsl::expires_at.eq(session.expires_at.millis())))
        .execute(conn)?;
    Ok(())
}

/// Puts everything that was opened from one browser session to another, which took its place.
///
/// # Errors
/// [`Error`] of the database.
pub fn hand_over(conn: &mut Conn, from: &SessionId, to: &SessionId) -> Result<(), Error> {
    diesel::update(dsl::application_sessions.filter(dsl::session_id.eq(from.as_str())))
        .set(dsl::session_id.eq(to.as_str()))
        .execute(conn)?;
    Ok(())
}

/// Forgets one; says whether it was there.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete(conn: &mut Conn, id: &ApplicationSessionId) -> Result<bool, Error> {
    Ok(diesel::delete(dsl::application_sessions.find(id.as_str())).execute(conn)? == 1)
}

/// Forgets everything of an application.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete_of_application(conn: &mut Conn, application: &ApplicationId) -> Result<(), Error> {
    let theirs = dsl::application_sessions.filter(dsl::application_id.eq(application.as_str()));
    diesel::delete(theirs).execute(conn)?;
    Ok(())
}

/// Forgets those that are over.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete_expired(conn: &mut Conn, now: Timestamp) -> Result<(), Error> {
    diesel::delete(dsl::application_sessions.filter(dsl::expires_at.le(now.millis()))).execute(conn)?;
    Ok(())
}

fn read(row: Row) -> Result<ApplicationSession, Error> {
    Ok(ApplicationSession {
        id: parse("application_sessions.id", &row.id, ApplicationSessionId::parse)?,
        session_id: parse("application_sessions.session_id", &row.session_id, SessionId::parse)?,
        user_id: parse("application_sessions.user_id", &row.user_id, UserId::parse)?,
        application_id: parse(
            "application_sessions.application_id",
            &row.application_id,
            ApplicationId::parse,
        )?,
        name_id_format: row.name_id_format,
        name_id: row.name_id,
        started_at: Timestamp::from_millis(row.started_at),
        expires_at: Timestamp::from_millis(row.expires_at),
    })
}
