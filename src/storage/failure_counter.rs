//! Counters of failed attempts. They are written in transactions of their own, so that the failure
//! they count cannot roll them back.

use diesel::prelude::*;

use crate::base::Timestamp;
use crate::domain::{FailureCounter, Throttle};

use super::connection::on;
use super::schema::failure_counters::dsl;
use super::{Conn, Error};

/// The counter under `key`.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(conn: &mut Conn, key: &str) -> Result<Option<FailureCounter>, Error> {
    let row: Option<(i64, i64, i64)> = dsl::failure_counters
        .find(key)
        .select((dsl::failures, dsl::first_at, dsl::blocked_until))
        .first(conn)
        .optional()?;
    Ok(row.map(|(failures, first_at, blocked_until)| FailureCounter {
        failures,
        first_at: Timestamp::from_millis(first_at),
        blocked_until: Timestamp::from_millis(blocked_until),
    }))
}

/// The counter under `key`, made if it is not there, and held until the transaction ends: two that
/// count at once, on whatever replicas, are both counted.
///
/// # Errors
/// [`Error`] of the database.
pub fn lock(conn: &mut Conn, key: &str, now: Timestamp) -> Result<FailureCounter, Error> {
    let row = (
        dsl::key.eq(key),
        dsl::failures.eq(0),
        dsl::first_at.eq(now.millis()),
        dsl::blocked_until.eq(0),
        dsl::expires_at.eq(now.millis()),
    );
    on!(conn, diesel::insert_into(dsl::failure_counters).values(row).on_conflict_do_nothing().execute(conn))?;
    if let Conn::Postgres(conn) = conn {
        dsl::failure_counters.find(key).select(dsl::key).for_update().first::<String>(conn)?;
    }
    let found = find(conn, key)?;
    Ok(found.unwrap_or(FailureCounter::new(now)))
}

/// Records what became of a counter that was locked in this transaction.
///
/// # Errors
/// [`Error`] of the database.
pub fn update(
    conn: &mut Conn,
    key: &str,
    counter: &FailureCounter,
    throttle: &Throttle,
) -> Result<(), Error> {
    let expires_at = counter.first_at.plus(throttle.window).max(counter.blocked_until);
    diesel::update(dsl::failure_counters.find(key))
        .set((
            dsl::failures.eq(counter.failures),
            dsl::first_at.eq(counter.first_at.millis()),
            dsl::blocked_until.eq(counter.blocked_until.millis()),
            dsl::expires_at.eq(expires_at.millis()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Forgets the failures under `key`.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete(conn: &mut Conn, key: &str) -> Result<(), Error> {
    diesel::delete(dsl::failure_counters.find(key)).execute(conn)?;
    Ok(())
}

/// Forgets counters that say nothing any more.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete_expired(conn: &mut Conn, now: Timestamp) -> Result<(), Error> {
    diesel::delete(dsl::failure_counters.filter(dsl::expires_at.le(now.millis()))).execute(conn)?;
    Ok(())
}
