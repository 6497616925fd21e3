//! Long-lived access keys; the secret is sealed with a key outside the database.

use diesel::prelude::*;

use super::schema::access_keys;

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = access_keys, check_for_backend(diesel::sqlite::Sqlite))]
pub(crate) struct AccessKeyRow {
    pub(crate) id: String,
    pub(crate) account_id: String,
    /// `Account` or `Service`.
    pub(crate) holder: String,
    /// The service's principal, where a service holds the key.
    pub(crate) service: Option<String>,
    pub(crate) sealed_secret: String,
    /// `Active` or `Inactive`.
    pub(crate) status: String,
    pub(crate) created_at: i64,
}

pub(crate) fn insert(connection: &mut SqliteConnection, row: &AccessKeyRow) -> QueryResult<()> {
    diesel::insert_into(access_keys::table).values(row).execute(connection).map(drop)
}

pub(crate) fn find(connection: &mut SqliteConnection, id: &str) -> QueryResult<Option<AccessKeyRow>> {
    access_keys::table.find(id).select(AccessKeyRow::as_select()).first(connection).optional()
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
