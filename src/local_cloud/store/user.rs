//! RAM users.

use diesel::prelude::*;

use super::schema::{tags, users};

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = users, check_for_backend(diesel::sqlite::Sqlite))]
pub(crate) struct UserRow {
    pub(crate) id: String,
    pub(crate) account_id: String,
    pub(crate) name: String,
    pub(crate) name_key: String,
    pub(crate) display_name: String,
    pub(crate) email: String,
    pub(crate) mobile_phone: String,
    pub(crate) comments: String,
    /// `Manual`, `SCIM` or `CloudSSO`.
    pub(crate) provision_type: String,
    pub(crate) last_login_at: Option<i64>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// What changes in a user; `None` leaves as it is.
#[derive(Debug, Default, AsChangeset)]
#[diesel(table_name = users)]
pub(crate) struct UserChanges<'a> {
    pub(crate) name: Option<&'a str>,
    pub(crate) name_key: Option<String>,
    pub(crate) display_name: Option<&'a str>,
    pub(crate) email: Option<&'a str>,
    pub(crate) mobile_phone: Option<&'a str>,
    pub(crate) comments: Option<&'a str>,
    pub(crate) provision_type: Option<&'a str>,
    pub(crate) updated_at: Option<i64>,
}

pub(crate) fn insert(connection: &mut SqliteConnection, row: &UserRow) -> QueryResult<()> {
    diesel::insert_into(users::table).values(row).execute(connection).map(drop)
}

pub(crate) fn find(
    connection: &mut SqliteConnection,
    account_id: &str,
    name_key: &str,
) -> QueryResult<Option<UserRow>> {
    users::table
        .filter(users::account_id.eq(account_id))
        .filter(users::name_key.eq(name_key))
        .select(UserRow::as_select())
        .first(connection)
        .optional()
}

pub(crate) fn find_by_id(connection: &mut SqliteConnection, id: &str) -> QueryResult<Option<UserRow>> {
    users::table.find(id).select(UserRow::as_select()).first(connection).optional()
}

/// At most `limit` users of an account that bear all `wanted` tags, of any value where none is
/// given, and whose name key comes after `after`, by name.
pub(crate) fn list(
    connection: &mut SqliteConnection,
    account_id: &str,
    (after, limit): (&str, i64),
    wanted: &[(String, Option<String>)],
) -> QueryResult<Vec<UserRow>> {
    let mut query = users::table
        .filter(users::account_id.eq(account_id))
        .filter(users::name_key.gt(after))
        .order(users::name_key)
        .limit(limit)
        .select(UserRow::as_select())
        .into_boxed();
    for (key, value) in wanted {
        let mut bearers = tags::table
            .filter(tags::account_id.eq(account_id))
            .filter(tags::resource_type.eq("user"))
            .filter(tags::tag_key.eq(key))
            .select(tags::resource_id)
            .into_boxed();
        if let Some(value) = value {
            bearers = bearers.filter(tags::tag_value.eq(value));
        }
        query = query.filter(users::id.eq_any(bearers));
    }
    query.load(connection)
}

pub(crate) fn update(
    connection: &mut SqliteConnection,
    id: &str,
    changes: &UserChanges<'_>,
) -> QueryResult<()> {
    diesel::update(users::table.find(id)).set(changes).execute(connection).map(drop)
}

/// Writes down that a user signed in to the console at `now`.
pub(crate) fn update_last_login(connection: &mut SqliteConnection, id: &str, now: i64) -> QueryResult<()> {
    diesel::update(users::table.find(id)).set(users::last_login_at.eq(now)).execute(connection).map(drop)
}

pub(crate) fn delete(connection: &mut SqliteConnection, id: &str) -> QueryResult<()> {
    diesel::delete(users::table.find(id)).execute(connection).map(drop)
}

pub(crate) fn count(connection: &mut SqliteConnection, account_id: &str) -> QueryResult<i64> {
    users::table.filter(users::account_id.eq(account_id)).count().get_result(connection)
}
