//! RAM roles.

use diesel::prelude::*;

use super::schema::roles;

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = roles, check_for_backend(diesel::sqlite::Sqlite))]
pub(crate) struct RoleRow {
    pub(crate) id: String,
    pub(crate) account_id: String,
    pub(crate) name: String,
    pub(crate) name_key: String,
    pub(crate) description: String,
    pub(crate) trust_policy: String,
    pub(crate) max_session_seconds: i64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) allow_console_login: bool,
}

/// What changes in a role; `None` leaves as it is.
#[derive(Debug, Default, AsChangeset)]
#[diesel(table_name = roles)]
pub(crate) struct RoleChanges<'a> {
    pub(crate) description: Option<&'a str>,
    pub(crate) trust_policy: Option<&'a str>,
    pub(crate) max_session_seconds: Option<i64>,
    pub(crate) updated_at: Option<i64>,
    pub(crate) allow_console_login: Option<bool>,
}

pub(crate) fn insert(connection: &mut SqliteConnection, row: &RoleRow) -> QueryResult<()> {
    diesel::insert_into(roles::table).values(row).execute(connection).map(drop)
}

pub(crate) fn find(
    connection: &mut SqliteConnection,
    account_id: &str,
    name_key: &str,
) -> QueryResult<Option<RoleRow>> {
    roles::table
        .filter(roles::account_id.eq(account_id))
        .filter(roles::name_key.eq(name_key))
        .select(RoleRow::as_select())
        .first(connection)
        .optional()
}

/// At most `limit` roles of an account whose name key comes after `after`, by name.
pub(crate) fn list(
    connection: &mut SqliteConnection,
    account_id: &str,
    after: &str,
    limit: i64,
) -> QueryResult<Vec<RoleRow>> {
    roles::table
        .filter(roles::account_id.eq(account_id))
        .filter(roles::name_key.gt(after))
        .order(roles::name_key)
        .limit(limit)
        .select(RoleRow::as_select())
        .load(connection)
}

pub(crate) fn update(
    connection: &mut SqliteConnection,
    id: &str,
    changes: &RoleChanges<'_>,
) -> QueryResult<()> {
    diesel::update(roles::table.find(id)).set(changes).execute(connection).map(drop)
}

pub(crate) fn delete(connection: &mut SqliteConnection, id: &str) -> QueryResult<()> {
    diesel::delete(roles::table.find(id)).execute(connection).map(drop)
}

pub(crate) fn count(connection: &mut SqliteConnection, account_id: &str) -> QueryResult<i64> {
    roles::table.filter(roles::account_id.eq(account_id)).count().get_result(connection)
}
