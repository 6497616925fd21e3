//! Passkeys of users, and the challenges that wait for an answer. A passkey stands for a login profile, and
//! goes with it.

use diesel::prelude::*;

use super::schema::{passkey_challenges, passkeys};

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = passkeys, check_for_backend(diesel::sqlite::Sqlite))]
pub(crate) struct PasskeyRow {
    /// The credential's id, in Base 64.
    pub(crate) id: String,
    pub(crate) user_id: String,
    /// What its user calls it.
    pub(crate) name: String,
    /// The public half, as `crypto` writes it.
    pub(crate) document: String,
    /// The sign counter that was seen last.
    pub(crate) counter: i64,
    pub(crate) created_at: i64,
    pub(crate) last_used_at: Option<i64>,
}

/// A passkey, or `false` where there is one of that id, whosever it is.
pub(crate) fn insert(connection: &mut SqliteConnection, row: &PasskeyRow) -> QueryResult<bool> {
    diesel::insert_or_ignore_into(passkeys::table).values(row).execute(connection).map(|rows| rows > 0)
}

pub(crate) fn of_user(connection: &mut SqliteConnection, user_id: &str) -> QueryResult<Vec<PasskeyRow>> {
    passkeys::table
        .filter(passkeys::user_id.eq(user_id))
        .order((passkeys::created_at, passkeys::id))
        .select(PasskeyRow::as_select())
        .load(connection)
}

/// Deletes a passkey of a user; `false` where it has none of that id.
pub(crate) fn delete(connection: &mut SqliteConnection, user_id: &str, id: &str) -> QueryResult<bool> {
    diesel::delete(passkeys::table.find(id).filter(passkeys::user_id.eq(user_id)))
        .execute(connection)
        .map(|rows| rows > 0)
}

/// Writes down that a passkey signed, with its counter and its public half as they are now; `false` where
/// the counter did not go up since, as that of a copy would not. Devices that do not count say 0 always.
pub(crate) fn update_used(
    connection: &mut SqliteConnection,
    (user_id, id): (&str, &str),
    (counter, document): (i64, &str),
    now: i64,
) -> QueryResult<bool> {
    let row = passkeys::table.find(id).filter(passkeys::user_id.eq(user_id));
    let changes = (
        passkeys::counter.eq(counter),
        passkeys::document.eq(document),
        passkeys::last_used_at.eq(Some(now)),
    );
    let changed = if counter == 0 {
        diesel::update(row.filter(passkeys::counter.eq(0))).set(changes).execute(connection)?
    } else {
        diesel::update(row.filter(passkeys::counter.lt(counter))).set(changes).execute(connection)?
    };
    Ok(changed > 0)
}

/// Keeps what the answer to a challenge is held against, for a sign-in or a console session; the one before
/// is good for nothing more.
pub(crate) fn put_challenge(
    connection: &mut SqliteConnection,
    holder: &str,
    state: &str,
    (now, expires_at): (i64, i64),
) -> QueryResult<()> {
    diesel::delete(passkey_challenges::table.filter(passkey_challenges::expires_at.le(now)))
        .execute(connection)?;
    diesel::replace_into(passkey_challenges::table)
        .values((
            passkey_challenges::holder.eq(holder),
            passkey_challenges::state.eq(state),
            passkey_challenges::expires_at.eq(expires_at),
        ))
        .execute(connection)
        .map(drop)
}

/// Uses a challenge up, if there is one that lasts beyond `now`.
pub(crate) fn take_challenge(
    connection: &mut SqliteConnection,
    holder: &str,
    now: i64,
) -> QueryResult<Option<String>> {
    diesel::delete(passkey_challenges::table.find(holder).filter(passkey_challenges::expires_at.gt(now)))
        .returning(passkey_challenges::state)
        .get_result(connection)
        .optional()
}
