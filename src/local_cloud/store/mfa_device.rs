//! Virtual MFA devices; the secret is sealed with a key outside the database.

use diesel::prelude::*;

use super::schema::{mfa_devices, users};
use super::user::UserRow;

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = mfa_devices, check_for_backend(diesel::sqlite::Sqlite))]
pub(crate) struct MfaDeviceRow {
    /// `acs:ram::<account>:mfa/<name>`.
    pub(crate) serial_number: String,
    pub(crate) account_id: String,
    pub(crate) name_key: String,
    pub(crate) sealed_secret: String,
    /// Whose device it is, once it is bound.
    pub(crate) user_id: Option<String>,
    /// The newest time step whose code was used.
    pub(crate) last_step: i64,
    pub(crate) activated_at: Option<i64>,
    pub(crate) created_at: i64,
}

pub(crate) fn insert(connection: &mut SqliteConnection, row: &MfaDeviceRow) -> QueryResult<()> {
    diesel::insert_into(mfa_devices::table).values(row).execute(connection).map(drop)
}

pub(crate) fn find(
    connection: &mut SqliteConnection,
    account_id: &str,
    name_key: &str,
) -> QueryResult<Option<MfaDeviceRow>> {
    mfa_devices::table
        .filter(mfa_devices::account_id.eq(account_id))
        .filter(mfa_devices::name_key.eq(name_key))
        .select(MfaDeviceRow::as_select())
        .first(connection)
        .optional()
}

pub(crate) fn of_user(connection: &mut SqliteConnection, user_id: &str) -> QueryResult<Option<MfaDeviceRow>> {
    mfa_devices::table
        .filter(mfa_devices::user_id.eq(user_id))
        .select(MfaDeviceRow::as_select())
        .first(connection)
        .optional()
}

/// At most `limit` devices of an account whose name key comes after `after`, each with its user.
pub(crate) fn list(
    connection: &mut SqliteConnection,
    account_id: &str,
    (after, limit): (&str, i64),
) -> QueryResult<Vec<(MfaDeviceRow, Option<UserRow>)>> {
    mfa_devices::table
        .left_join(users::table)
        .filter(mfa_devices::account_id.eq(account_id))
        .filter(mfa_devices::name_key.gt(after))
        .order(mfa_devices::name_key)
        .limit(limit)
        .select((MfaDeviceRow::as_select(), Option::<UserRow>::as_select()))
        .load(connection)
}

/// Binds a device that is free to a user, with the time step that proved it.
pub(crate) fn bind(
    connection: &mut SqliteConnection,
    serial_number: &str,
    user_id: &str,
    (step, now): (i64, i64),
) -> QueryResult<bool> {
    diesel::update(mfa_devices::table.find(serial_number).filter(mfa_devices::user_id.is_null()))
        .set((
            mfa_devices::user_id.eq(user_id),
            mfa_devices::last_step.eq(step),
            mfa_devices::activated_at.eq(now),
        ))
        .execute(connection)
        .map(|rows| rows > 0)
}

/// Uses up a time step of a device; `false` where it or a newer one was used before.
pub(crate) fn use_step(
    connection: &mut SqliteConnection,
    serial_number: &str,
    step: i64,
) -> QueryResult<bool> {
    diesel::update(mfa_devices::table.find(serial_number).filter(mfa_devices::last_step.lt(step)))
        .set(mfa_devices::last_step.eq(step))
        .execute(connection)
        .map(|rows| rows > 0)
}

/// Takes a device from its user; the step that was used up stays so.
pub(crate) fn unbind(connection: &mut SqliteConnection, serial_number: &str) -> QueryResult<()> {
    diesel::update(mfa_devices::table.find(serial_number))
        .set((mfa_devices::user_id.eq(None::<String>), mfa_devices::activated_at.eq(None::<i64>)))
        .execute(connection)
        .map(drop)
}

pub(crate) fn delete(connection: &mut SqliteConnection, serial_number: &str) -> QueryResult<()> {
    diesel::delete(mfa_devices::table.find(serial_number)).execute(connection).map(drop)
}

/// How many devices an account has, and how many of them are bound.
pub(crate) fn count(connection: &mut SqliteConnection, account_id: &str) -> QueryResult<(i64, i64)> {
    let all = mfa_devices::table.filter(mfa_devices::account_id.eq(account_id));
    let bound = all.filter(mfa_devices::user_id.is_not_null()).count().get_result(connection)?;
    Ok((all.count().get_result(connection)?, bound))
}
