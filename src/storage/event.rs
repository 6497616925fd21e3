//! The audit log.

use diesel::prelude::*;

use crate::base::{EventId, Timestamp};
use crate::domain::Event;

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
    diesel::insert_into(dsl::events)
        .values((
            dsl::id.eq(id.as_str()),
            dsl::at.eq(at.millis()),
            dsl::actor.eq(&origin.actor),
            dsl::action.eq(event.action.as_str()),
            dsl::target.eq(&event.target),
            dsl::detail.eq(event.detail.to_string()),
            dsl::request_id.eq(&origin.request_id),
            dsl::source_address.eq(&origin.source_address),
        ))
        .execute(conn)?;
    Ok(())
}

/// How many rows tell of this action on this target.
///
/// # Errors
/// [`Error`] of the database.
pub fn count(conn: &mut Conn, action: crate::domain::Action, target: &str) -> Result<i64, Error> {
    let rows = dsl::events.filter(dsl::target.eq(target)).filter(dsl::action.eq(action.as_str()));
    Ok(rows.count().get_result(conn)?)
}
