//! Values that may be used once: request nonces and assertion ids. Each is used by one conditional
//! statement, and kept until what carried it would be refused for its age anyway.

use diesel::prelude::*;

use crate::base::Timestamp;

use super::schema::{used_assertions, used_nonces};

/// Uses a nonce; `false` if it was used before.
pub(crate) fn use_nonce(
    connection: &mut SqliteConnection,
    access_key_id: &str,
    nonce: &str,
    now: Timestamp,
    expires_at: Timestamp,
) -> QueryResult<bool> {
    diesel::delete(used_nonces::table.filter(used_nonces::expires_at.lt(now.millis())))
        .execute(connection)?;
    diesel::insert_into(used_nonces::table)
        .values((
            used_nonces::access_key_id.eq(access_key_id),
            used_nonces::nonce.eq(nonce),
            used_nonces::expires_at.eq(expires_at.millis()),
        ))
        .on_conflict_do_nothing()
        .execute(connection)
        .map(|rows| rows == 1)
}

/// Uses an assertion; `false` if it was used before.
pub(crate) fn use_assertion(
    connection: &mut SqliteConnection,
    issuer: &str,
    assertion_id: &str,
    now: Timestamp,
    expires_at: Timestamp,
) -> QueryResult<bool> {
    diesel::delete(used_assertions::table.filter(used_assertions::expires_at.lt(now.millis())))
        .execute(connection)?;
    diesel::insert_into(used_assertions::table)
        .values((
            used_assertions::issuer.eq(issuer),
            used_assertions::assertion_id.eq(assertion_id),
            used_assertions::expires_at.eq(expires_at.millis()),
        ))
        .on_conflict_do_nothing()
        .execute(connection)
        .map(|rows| rows == 1)
}
