//! Login profiles: by which password a user may sign in to the console, and which it had before.

use diesel::prelude::*;

use super::schema::{login_profiles, previous_passwords};

/// Passwords that are remembered of one user; the policy can ask for no more.
const REMEMBERED: i64 = 24;

#[derive(Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = login_profiles, treat_none_as_null = true)]
#[diesel(check_for_backend(diesel::sqlite::Sqlite))]
pub(crate) struct LoginProfileRow {
    pub(crate) user_id: String,
    pub(crate) password_hash: Option<String>,
    pub(crate) password_set_at: i64,
    pub(crate) password_reset_required: bool,
    pub(crate) mfa_bind_required: bool,
    /// `Active` or `Inactive`.
    pub(crate) status: String,
    /// Whether somebody else chose the password.
    pub(crate) is_initial: bool,
    /// Wrong passwords in a row since `first_failed_at`.
    pub(crate) failed_attempts: i64,
    pub(crate) first_failed_at: i64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

pub(crate) fn insert(connection: &mut SqliteConnection, row: &LoginProfileRow) -> QueryResult<()> {
    diesel::insert_into(login_profiles::table).values(row).execute(connection).map(drop)
}

pub(crate) fn find(connection: &mut SqliteConnection, user_id: &str) -> QueryResult<Option<LoginProfileRow>> {
    login_profiles::table.find(user_id).select(LoginProfileRow::as_select()).first(connection).optional()
}

pub(crate) fn update(connection: &mut SqliteConnection, row: &LoginProfileRow) -> QueryResult<()> {
    diesel::update(login_profiles::table.find(&row.user_id)).set(row).execute(connection).map(drop)
}

/// Deletes a profile; `false` if there was none.
pub(crate) fn delete(connection: &mut SqliteConnection, user_id: &str) -> QueryResult<bool> {
    diesel::delete(login_profiles::table.find(user_id)).execute(connection).map(|rows| rows > 0)
}

/// Remembers a password that a user has from now on, and forgets the oldest beyond the limit.
pub(crate) fn remember(
    connection: &mut SqliteConnection,
    user_id: &str,
    password_hash: &str,
    set_at: i64,
) -> QueryResult<()> {
    diesel::insert_into(previous_passwords::table)
        .values((
            previous_passwords::user_id.eq(user_id),
            previous_passwords::password_hash.eq(password_hash),
            previous_passwords::set_at.eq(set_at),
        ))
        .execute(connection)?;
    let kept = remembered(connection, user_id, REMEMBERED)?;
    diesel::delete(
        previous_passwords::table
            .filter(previous_passwords::user_id.eq(user_id))
            .filter(previous_passwords::password_hash.ne_all(kept)),
    )
    .execute(connection)
    .map(drop)
}

/// The hashes of the last `number` passwords of a user, the one that counts now among them.
pub(crate) fn remembered(
    connection: &mut SqliteConnection,
    user_id: &str,
    number: i64,
) -> QueryResult<Vec<String>> {
    previous_passwords::table
        .filter(previous_passwords::user_id.eq(user_id))
        .order((previous_passwords::set_at.desc(), previous_passwords::password_hash))
        .limit(number)
        .select(previous_passwords::password_hash)
        .load(connection)
}
