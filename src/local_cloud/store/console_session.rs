//! Console sessions, found by the hash of the browser's token.

use diesel::prelude::*;

use super::role::RoleRow;
use super::schema::{console_sessions, roles};

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = console_sessions, check_for_backend(diesel::sqlite::Sqlite))]
pub(crate) struct ConsoleSessionRow {
    pub(crate) token_digest: String,
    pub(crate) role_id: String,
    pub(crate) session_name: String,
    /// The SAML provider it came in by, and what that said of the person.
    pub(crate) provider_name: String,
    pub(crate) issuer: String,
    pub(crate) name_id: String,
    pub(crate) session_index: Option<String>,
    pub(crate) started_at: i64,
    pub(crate) expires_at: i64,
}

pub(crate) fn insert(connection: &mut SqliteConnection, row: &ConsoleSessionRow) -> QueryResult<()> {
    diesel::insert_into(console_sessions::table).values(row).execute(connection).map(drop)
}

/// A session that lasts beyond `now`, with its role; one whose role is deleted is gone with it.
pub(crate) fn find_living(
    connection: &mut SqliteConnection,
    token_digest: &str,
    now: i64,
) -> QueryResult<Option<(ConsoleSessionRow, RoleRow)>> {
    console_sessions::table
        .find(token_digest)
        .filter(console_sessions::expires_at.gt(now))
        .inner_join(roles::table)
        .select((ConsoleSessionRow::as_select(), RoleRow::as_select()))
        .first(connection)
        .optional()
}

pub(crate) fn delete(connection: &mut SqliteConnection, token_digest: &str) -> QueryResult<()> {
    diesel::delete(console_sessions::table.find(token_digest)).execute(connection).map(drop)
}

/// Forgets what expired before `moment`.
pub(crate) fn delete_expired(connection: &mut SqliteConnection, moment: i64) -> QueryResult<()> {
    diesel::delete(console_sessions::table.filter(console_sessions::expires_at.lt(moment)))
        .execute(connection)
        .map(drop)
}
