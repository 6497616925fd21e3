//! Counters of failed attempts. They are written in transactions of their own, so that the failure
//! they count cannot roll them back.

use diesel::prelude::*;

use crate::base::Timestamp;
use crate::domain::{FailureCounter, Throttle};

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

/// Counts a failure under `key`.
///
/// # Errors
/// [`Error::Duplicate`] when another replica made the counter at the same moment; run again.
pub fn count(conn: &mut Conn, key: &str, throttle: &Throttle, now: Timestamp) -> Result<(), Error> {
    if let Conn::Postgres(_) = conn {
        // Two replicas that count at once must both be counted: the row is locked before it is read.
        let lock = dsl::failure_counters.find(key).select(dsl::key);
        if let Conn::Postgres(conn) = conn {
            lock.for_update().first::<String>(conn).optional()?;
        }
    }
    let previous = find(conn, key)?;
    let counter = FailureCounter::failed(previous, throttle, now);
    let expires_at = counter.first_at.plus(throttle.window).max(counter.blocked_until);
    let values = (
        dsl::failures.eq(counter.failures),
        dsl::first_at.eq(counter.first_at.millis()),
        dsl::blocked_until.eq(counter.blocked_until.millis()),
        dsl::expires_at.eq(expires_at.millis()),
    );
    if previous.is_some() {
        diesel::update(dsl::failure_counters.find(key)).set(values).execute(conn)?;
    } else {
        diesel::insert_into(dsl::failure_counters).values((dsl::key.eq(key), values)).execute(conn)?;
    }
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
