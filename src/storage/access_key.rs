//! AccessKeys, and the nonces that their signatures used up.

use diesel::prelude::*;

use crate::base::{AccessKeyId, Timestamp};
use crate::domain::{AccessKey, Activity, KeyHolder, LAST_USE_PRECISION};

use super::error::parse;
use super::schema::access_keys::{self, dsl};
use super::schema::used_nonces;
use super::{Conn, Error};

#[derive(Queryable, Selectable)]
#[diesel(table_name = access_keys)]
struct Row {
    id: String,
    holder_id: String,
    status: String,
    created_at: i64,
    last_used_at: Option<i64>,
}

/// The key with this id, and its sealed secret.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(conn: &mut Conn, id: &AccessKeyId) -> Result<Option<(AccessKey, String)>, Error> {
    let row: Option<(Row, String)> = dsl::access_keys
        .find(id.as_str())
        .select((Row::as_select(), dsl::sealed_secret))
        .first(conn)
        .optional()?;
    row.map(|(row, sealed_secret)| Ok((read(&row)?, sealed_secret))).transpose()
}

/// The keys of one holder, or of everybody; oldest first.
///
/// # Errors
/// [`Error`] of the database.
pub fn list(conn: &mut Conn, holder: Option<&KeyHolder>) -> Result<Vec<AccessKey>, Error> {
    let mut keys = dsl::access_keys.order((dsl::created_at, dsl::id)).select(Row::as_select()).into_boxed();
    if let Some(holder) = holder {
        keys = keys.filter(dsl::holder_id.eq(holder.as_str()));
    }
    let rows: Vec<Row> = keys.load(conn)?;
    rows.iter().map(read).collect()
}

/// Inserts a key.
///
/// # Errors
/// [`Error::Duplicate`] when the id is taken.
pub fn insert(conn: &mut Conn, key: &AccessKey, sealed_secret: &str) -> Result<(), Error> {
    diesel::insert_into(dsl::access_keys)
        .values((
            dsl::id.eq(key.id.as_str()),
            dsl::holder_id.eq(key.holder.as_str()),
            dsl::sealed_secret.eq(sealed_secret),
            dsl::status.eq(key.status.as_str()),
            dsl::created_at.eq(key.created_at.millis()),
            dsl::last_used_at.eq(key.last_used_at.map(Timestamp::millis)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Changes a key's status; says whether there was such a key.
///
/// # Errors
/// [`Error`] of the database.
pub fn update_status(conn: &mut Conn, id: &AccessKeyId, status: Activity) -> Result<bool, Error> {
    let key = diesel::update(dsl::access_keys.find(id.as_str()));
    Ok(key.set(dsl::status.eq(status.as_str())).execute(conn)? == 1)
}

/// Deletes a key; says whether it was there.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete(conn: &mut Conn, id: &AccessKeyId) -> Result<bool, Error> {
    use used_nonces::dsl as nonces;
    diesel::delete(nonces::used_nonces.filter(nonces::access_key_id.eq(id.as_str()))).execute(conn)?;
    Ok(diesel::delete(dsl::access_keys.find(id.as_str())).execute(conn)? == 1)
}

/// Uses up a nonce of a key, which stays used at least until `expires_at`.
///
/// # Errors
/// [`Error::Duplicate`] when it was used before.
pub fn consume_nonce(
    conn: &mut Conn,
    id: &AccessKeyId,
    nonce: &str,
    expires_at: Timestamp,
) -> Result<(), Error> {
    use used_nonces::dsl;
    diesel::insert_into(dsl::used_nonces)
        .values((
            dsl::access_key_id.eq(id.as_str()),
            dsl::nonce.eq(nonce),
            dsl::expires_at.eq(expires_at.millis()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Records that a key signed a call, once a minute at most, and forgets its nonces that are too old to
/// be accepted again.
///
/// # Errors
/// [`Error`] of the database.
pub fn touch(conn: &mut Conn, id: &AccessKeyId, now: Timestamp) -> Result<(), Error> {
    use used_nonces::dsl as nonces;
    let due = dsl::last_used_at
        .is_null()
        .or(dsl::last_used_at.le(now.minus(LAST_USE_PRECISION).millis()).assume_not_null());
    let key = dsl::access_keys.find(id.as_str()).filter(due);
    if diesel::update(key).set(dsl::last_used_at.eq(Some(now.millis()))).execute(conn)? == 1 {
        let old = nonces::used_nonces
            .filter(nonces::access_key_id.eq(id.as_str()))
            .filter(nonces::expires_at.le(now.millis()));
        diesel::delete(old).execute(conn)?;
    }
    Ok(())
}

fn read(row: &Row) -> Result<AccessKey, Error> {
    Ok(AccessKey {
        id: parse("access_keys.id", &row.id, AccessKeyId::parse)?,
        holder: parse("access_keys.holder_id", &row.holder_id, KeyHolder::parse)?,
        status: parse("access_keys.status", &row.status, Activity::parse)?,
        created_at: Timestamp::from_millis(row.created_at),
        last_used_at: row.last_used_at.map(Timestamp::from_millis),
    })
}
