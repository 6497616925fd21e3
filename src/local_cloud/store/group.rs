//! RAM groups and who is in them.

use diesel::prelude::*;

use super::schema::{group_members, groups, users};
use super::user::UserRow;

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = groups, check_for_backend(diesel::sqlite::Sqlite))]
pub(crate) struct GroupRow {
    pub(crate) id: String,
    pub(crate) account_id: String,
    pub(crate) name: String,
    pub(crate) name_key: String,
    pub(crate) display_name: String,
    pub(crate) comments: String,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// What changes in a group; `None` leaves as it is.
#[derive(Debug, Default, AsChangeset)]
#[diesel(table_name = groups)]
pub(crate) struct GroupChanges<'a> {
    pub(crate) name: Option<&'a str>,
    pub(crate) name_key: Option<String>,
    pub(crate) display_name: Option<&'a str>,
    pub(crate) comments: Option<&'a str>,
    pub(crate) updated_at: Option<i64>,
}

pub(crate) fn insert(connection: &mut SqliteConnection, row: &GroupRow) -> QueryResult<()> {
    diesel::insert_into(groups::table).values(row).execute(connection).map(drop)
}

pub(crate) fn find(
    connection: &mut SqliteConnection,
    account_id: &str,
    name_key: &str,
) -> QueryResult<Option<GroupRow>> {
    groups::table
        .filter(groups::account_id.eq(account_id))
        .filter(groups::name_key.eq(name_key))
        .select(GroupRow::as_select())
        .first(connection)
        .optional()
}

/// At most `limit` groups of an account whose name key comes after `after`, by name.
pub(crate) fn list(
    connection: &mut SqliteConnection,
    account_id: &str,
    (after, limit): (&str, i64),
) -> QueryResult<Vec<GroupRow>> {
    groups::table
        .filter(groups::account_id.eq(account_id))
        .filter(groups::name_key.gt(after))
        .order(groups::name_key)
        .limit(limit)
        .select(GroupRow::as_select())
        .load(connection)
}

pub(crate) fn update(
    connection: &mut SqliteConnection,
    id: &str,
    changes: &GroupChanges<'_>,
) -> QueryResult<()> {
    diesel::update(groups::table.find(id)).set(changes).execute(connection).map(drop)
}

pub(crate) fn delete(connection: &mut SqliteConnection, id: &str) -> QueryResult<()> {
    diesel::delete(groups::table.find(id)).execute(connection).map(drop)
}

pub(crate) fn count(connection: &mut SqliteConnection, account_id: &str) -> QueryResult<i64> {
    groups::table.filter(groups::account_id.eq(account_id)).count().get_result(connection)
}

/// Puts a user into a group; `false` if it was there.
pub(crate) fn join(
    connection: &mut SqliteConnection,
    (group_id, user_id): (&str, &str),
    now: i64,
) -> QueryResult<bool> {
    diesel::insert_or_ignore_into(group_members::table)
        .values((
            group_members::group_id.eq(group_id),
            group_members::user_id.eq(user_id),
            group_members::joined_at.eq(now),
        ))
        .execute(connection)
        .map(|rows| rows > 0)
}

/// Takes a user out of a group; `false` if it was not there.
pub(crate) fn leave(
    connection: &mut SqliteConnection,
    (group_id, user_id): (&str, &str),
) -> QueryResult<bool> {
    diesel::delete(group_members::table.find((group_id, user_id))).execute(connection).map(|rows| rows > 0)
}

/// The groups of a user with the time it joined, by name.
pub(crate) fn of_user(connection: &mut SqliteConnection, user_id: &str) -> QueryResult<Vec<(GroupRow, i64)>> {
    group_members::table
        .inner_join(groups::table)
        .filter(group_members::user_id.eq(user_id))
        .order(groups::name_key)
        .select((GroupRow::as_select(), group_members::joined_at))
        .load(connection)
}

/// At most `limit` users of a group whose name key comes after `after`, each with the time it joined.
pub(crate) fn members(
    connection: &mut SqliteConnection,
    group_id: &str,
    (after, limit): (&str, i64),
) -> QueryResult<Vec<(UserRow, i64)>> {
    group_members::table
        .inner_join(users::table)
        .filter(group_members::group_id.eq(group_id))
        .filter(users::name_key.gt(after))
        .order(users::name_key)
        .limit(limit)
        .select((UserRow::as_select(), group_members::joined_at))
        .load(connection)
}
