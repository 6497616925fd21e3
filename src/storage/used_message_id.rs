//! IDs of signed SAML messages that were taken: each counts once.

use diesel::prelude::*;

use crate::base::Timestamp;

use super::connection::on;
use super::schema::used_message_ids::dsl;
use super::{Conn, Error};

/// Uses up the ID of a message of the service provider that calls itself this; false where it was used before.
///
/// # Errors
/// [`Error`] of the database.
pub fn take(
    conn: &mut Conn,
    entity_id: &str,
    message_id: &str,
    expires_at: Timestamp,
) -> Result<bool, Error> {
    let row = (
        dsl::entity_id.eq(entity_id),
        dsl::message_id.eq(message_id),
        dsl::expires_at.eq(expires_at.millis()),
    );
    let insert = diesel::insert_into(dsl::used_message_ids).values(row);
    Ok(on!(conn, insert.on_conflict_do_nothing().execute(conn))? == 1)
}

/// Whether the ID of a message was used; uses nothing up.
///
/// # Errors
/// [`Error`] of the database.
pub fn exists(conn: &mut Conn, entity_id: &str, message_id: &str) -> Result<bool, Error> {
    let found: Option<String> =
        dsl::used_message_ids.find((entity_id, message_id)).select(dsl::message_id).first(conn).optional()?;
    Ok(found.is_some())
}

/// Forgets those that their age alone refuses.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete_expired(conn: &mut Conn, now: Timestamp) -> Result<(), Error> {
    diesel::delete(dsl::used_message_ids.filter(dsl::expires_at.le(now.millis()))).execute(conn)?;
    Ok(())
}
