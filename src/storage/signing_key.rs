//! The keys by which we are known as an identity provider.

use diesel::prelude::*;

use crate::base::{SigningKeyId, Timestamp};
use crate::crypto::KeyType;
use crate::domain::{IdentityKey, KeyPurpose, KeyState};

use super::error::parse;
use super::schema::signing_keys::{self, dsl};
use super::{Conn, Error};

#[derive(Queryable, Selectable)]
#[diesel(table_name = signing_keys)]
struct Row {
    id: String,
    purpose: String,
    kind: String,
    state: String,
    state_since: i64,
    sealed_private_key: String,
    certificate: String,
    created_at: i64,
}

/// A key with its private half, sealed.
#[derive(Clone, Debug)]
pub struct StoredKey {
    /// The key.
    pub key: IdentityKey,
    /// The private key, sealed.
    pub sealed_private_key: String,
}

/// Every key, the oldest first.
///
/// # Errors
/// [`Error`] of the database.
pub fn list(conn: &mut Conn) -> Result<Vec<StoredKey>, Error> {
    let rows: Vec<Row> = dsl::signing_keys.order(dsl::id).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Every key with its state, as text that differs when any of them changed.
///
/// # Errors
/// [`Error`] of the database.
pub fn revision(conn: &mut Conn) -> Result<String, Error> {
    let rows: Vec<(String, String)> =
        dsl::signing_keys.order(dsl::id).select((dsl::id, dsl::state)).load(conn)?;
    Ok(rows.into_iter().map(|(id, state)| format!("{id}={state};")).collect())
}

/// Inserts a key.
///
/// # Errors
/// [`Error::Duplicate`] when one of its kind is active, or next, already.
pub fn insert(conn: &mut Conn, stored: &StoredKey) -> Result<(), Error> {
    let key = &stored.key;
    diesel::insert_into(dsl::signing_keys)
        .values((
            dsl::id.eq(key.id.as_str()),
            dsl::purpose.eq(key.purpose.as_str()),
            dsl::kind.eq(key.kind.as_str()),
            dsl::state.eq(key.state.as_str()),
            dsl::state_since.eq(key.state_since.millis()),
            dsl::sealed_private_key.eq(&stored.sealed_private_key),
            dsl::certificate.eq(&key.certificate),
            dsl::created_at.eq(key.created_at.millis()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Takes a key from one state to another; false where it is not in the first any more.
///
/// # Errors
/// [`Error::Duplicate`] when another of its kind is in that state and only one may be.
pub fn turn(
    conn: &mut Conn,
    id: &SigningKeyId,
    (from, to): (KeyState, KeyState),
    now: Timestamp,
) -> Result<bool, Error> {
    let there = dsl::signing_keys.find(id.as_str()).filter(dsl::state.eq(from.as_str()));
    let turned = diesel::update(there)
        .set((dsl::state.eq(to.as_str()), dsl::state_since.eq(now.millis())))
        .execute(conn)?;
    Ok(turned == 1)
}

fn read(row: Row) -> Result<StoredKey, Error> {
    Ok(StoredKey {
        key: IdentityKey {
            id: parse("signing_keys.id", &row.id, SigningKeyId::parse)?,
            purpose: parse("signing_keys.purpose", &row.purpose, KeyPurpose::parse)?,
            kind: parse("signing_keys.kind", &row.kind, KeyType::parse)?,
            state: parse("signing_keys.state", &row.state, KeyState::parse)?,
            state_since: Timestamp::from_millis(row.state_since),
            created_at: Timestamp::from_millis(row.created_at),
            certificate: row.certificate,
        },
        sealed_private_key: row.sealed_private_key,
    })
}
