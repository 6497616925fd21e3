//! The check before a member's deletion, and the deletion.

use diesel::prelude::*;

use super::schema::account_deletions;

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = account_deletions, check_for_backend(diesel::sqlite::Sqlite))]
pub(crate) struct AccountDeletionRow {
    pub(crate) account_id: String,
    pub(crate) checked_at: i64,
    /// Set once the account is deleted.
    pub(crate) deleted_at: Option<i64>,
}

pub(crate) fn find(
    connection: &mut SqliteConnection,
    account_id: &str,
) -> QueryResult<Option<AccountDeletionRow>> {
    account_deletions::table
        .find(account_id)
        .select(AccountDeletionRow::as_select())
        .first(connection)
        .optional()
}

/// Records that the check was made.
pub(crate) fn check(connection: &mut SqliteConnection, account_id: &str, now: i64) -> QueryResult<()> {
    let row = AccountDeletionRow { account_id: account_id.to_owned(), checked_at: now, deleted_at: None };
    diesel::insert_into(account_deletions::table)
        .values(&row)
        .on_conflict(account_deletions::account_id)
        .do_update()
        .set(account_deletions::checked_at.eq(now))
        .execute(connection)
        .map(drop)
}

/// Records that the account is deleted.
pub(crate) fn complete(connection: &mut SqliteConnection, account_id: &str, now: i64) -> QueryResult<()> {
    diesel::update(account_deletions::table.find(account_id))
        .set(account_deletions::deleted_at.eq(now))
        .execute(connection)
        .map(drop)
}
