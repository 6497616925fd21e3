//! What each application knows a person by, for good.

use diesel::prelude::*;

use crate::base::{Timestamp, UserId};

use super::connection::on;
use super::schema::persistent_names::dsl;
use super::{Conn, Error};

/// A person's name at the service provider that calls itself this, if they have one.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(conn: &mut Conn, entity_id: &str, user: &UserId) -> Result<Option<String>, Error> {
    let name = dsl::persistent_names.find((entity_id, user.as_str())).select(dsl::name);
    Ok(on!(conn, name.first(conn)).optional()?)
}

/// A person's name there: the one they have, or `fresh` from now on.
///
/// # Errors
/// [`Error::Duplicate`] when `fresh` is somebody else's.
pub fn find_or_insert(
    conn: &mut Conn,
    entity_id: &str,
    user: &UserId,
    fresh: &str,
    now: Timestamp,
) -> Result<String, Error> {
    if let Some(name) = find(conn, entity_id, user)? {
        return Ok(name);
    }
    let row = (
        dsl::entity_id.eq(entity_id),
        dsl::user_id.eq(user.as_str()),
        dsl::name.eq(fresh),
        dsl::created_at.eq(now.millis()),
    );
    let insert = diesel::insert_into(dsl::persistent_names).values(row);
    // Of two who make it at the same moment, the second finds what the first did.
    let key = (dsl::entity_id, dsl::user_id);
    on!(conn, insert.on_conflict(key).do_nothing().execute(conn))?;
    Ok(find(conn, entity_id, user)?.unwrap_or_else(|| fresh.to_owned()))
}
