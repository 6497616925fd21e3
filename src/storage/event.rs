//! The audit log.

use diesel::prelude::*;

use crate::base::{EventId, Timestamp};
use crate::domain::Event;

use super::connection::on;
use super::schema::events::dsl;
use super::{Conn, Error};

/// Who did it, when, and in which request.
#[derive(Clone, Debug)]
pub struct Origin {
    /// A principal's id, or `system`.
    pub actor: String,
    /// The request it came by.
    pub request_id: String,
    /// The client's address; empty for the system's own work.
    pub source_address: String,
}

impl Origin {
    /// The system's own work, in the request or task of this id.
    pub fn system(request_id: String) -> Self {
        Self { actor: "system".to_owned(), request_id, source_address: String::new() }
    }
}

/// Inserts a row; in the transaction of the change that it tells of.
///
/// # Errors
/// [`Error`] of the database.
pub fn insert(
    conn: &mut Conn,
    id: &EventId,
    at: Timestamp,
    origin: &Origin,
    event: &Event,
) -> Result<(), Error> {
    let row = diesel::insert_into(dsl::events).values((
        dsl::id.eq(id.as_str()),
        dsl::at.eq(at.millis()),
        dsl::actor.eq(&origin.actor),
        dsl::action.eq(event.action.as_str()),
        dsl::target.eq(&event.target),
        dsl::detail.eq(event.detail.to_string()),
        dsl::request_id.eq(&origin.request_id),
        dsl::source_address.eq(&origin.source_address),
    ));
    on!(conn, row.execute(conn))?;
    Ok(())
}

/// One row of the log.
#[derive(Clone, Debug)]
pub struct StoredEvent {
    /// When.
    pub at: Timestamp,
    /// By whom, and in which request.
    pub origin: Origin,
    /// What, as [`Action::as_str`](crate::domain::Action::as_str) spells it.
    pub action: String,
    /// What else is worth knowing, as JSON.
    pub detail: String,
}

/// What the log tells of this target, oldest first.
///
/// # Errors
/// [`Error`] of the database.
pub fn list(conn: &mut Conn, target: &str) -> Result<Vec<StoredEvent>, Error> {
    let rows: Vec<(i64, String, String, String, String, String)> = dsl::events
        .filter(dsl::target.eq(target))
        .order(dsl::id)
        .select((dsl::at, dsl::actor, dsl::request_id, dsl::source_address, dsl::action, dsl::detail))
        .load(conn)?;
    let event = |(at, actor, request_id, source_address, action, detail)| StoredEvent {
        at: Timestamp::from_millis(at),
        origin: Origin { actor, request_id, source_address },
        action,
        detail,
    };
    Ok(rows.into_iter().map(event).collect())
}

/// How many rows tell of this action on this target.
///
/// # Errors
/// [`Error`] of the database.
pub fn count(conn: &mut Conn, action: crate::domain::Action, target: &str) -> Result<i64, Error> {
    let rows = dsl::events.filter(dsl::target.eq(target)).filter(dsl::action.eq(action.as_str()));
    Ok(rows.count().get_result(conn)?)
}
