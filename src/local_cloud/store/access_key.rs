//! Long-lived access keys; the secret is sealed with a key outside the database.

use diesel::prelude::*;

use super::schema::access_keys;

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = access_keys, check_for_backend(diesel::sqlite::Sqlite))]
pub(crate) struct AccessKeyRow {
    pub(crate) id: String,
    pub(crate) account_id: String,
    /// `Account`, `Service` or `User`.
    pub(crate) holder: String,
    /// The service's principal, where a service holds the key.
    pub(crate) service: Option<String>,
    /// The user, where a user holds the key.
    pub(crate) user_id: Option<String>,
    pub(crate) sealed_secret: String,
    /// `Active` or `Inactive`.
    pub(crate) status: String,
    pub(crate) last_used_at: Option<i64>,
    /// The product that was called then, such as `Ram`.
    pub(crate) last_used_service: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// Whose keys: a user's, or the account's own.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Holder<'a> {
    Account(&'a str),
    User(&'a str),
}

pub(crate) fn insert(connection: &mut SqliteConnection, row: &AccessKeyRow) -> QueryResult<()> {
    diesel::insert_into(access_keys::table).values(row).execute(connection).map(drop)
}

pub(crate) fn find(connection: &mut SqliteConnection, id: &str) -> QueryResult<Option<AccessKeyRow>> {
    access_keys::table.find(id).select(AccessKeyRow::as_select()).first(connection).optional()
}

/// The keys of a holder, oldest first.
pub(crate) fn list_of(
    connection: &mut SqliteConnection,
    holder: Holder<'_>,
) -> QueryResult<Vec<AccessKeyRow>> {
    let keys = access_keys::table
        .order((access_keys::created_at, access_keys::id))
        .select(AccessKeyRow::as_select())
        .into_boxed();
    match holder {
        Holder::Account(id) => {
            keys.filter(access_keys::account_id.eq(id)).filter(access_keys::holder.eq("Account"))
        }
        Holder::User(id) => keys.filter(access_keys::user_id.eq(id)),
    }
    .load(connection)
}

pub(crate) fn update_status(
    connection: &mut SqliteConnection,
    id: &str,
    status: &str,
    now: i64,
) -> QueryResult<()> {
    diesel::update(access_keys::table.find(id))
        .set((access_keys::status.eq(status), access_keys::updated_at.eq(now)))
        .execute(connection)
        .map(drop)
}

/// Records that a key was used for a call of `service`.
pub(crate) fn update_last_used(
    connection: &mut SqliteConnection,
    id: &str,
    service: &str,
    now: i64,
) -> QueryResult<()> {
    diesel::update(access_keys::table.find(id))
        .set((access_keys::last_used_at.eq(now), access_keys::last_used_service.eq(service)))
        .execute(connection)
        .map(drop)
}

pub(crate) fn delete(connection: &mut SqliteConnection, id: &str) -> QueryResult<()> {
    diesel::delete(access_keys::table.find(id)).execute(connection).map(drop)
}

/// The oldest key of this kind of holder in an account.
pub(crate) fn first_of(
    connection: &mut SqliteConnection,
    account_id: &str,
    holder: &str,
) -> QueryResult<Option<AccessKeyRow>> {
    access_keys::table
        .filter(access_keys::account_id.eq(account_id))
        .filter(access_keys::holder.eq(holder))
        .order((access_keys::created_at, access_keys::id))
        .select(AccessKeyRow::as_select())
        .first(connection)
        .optional()
}
