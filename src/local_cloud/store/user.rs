//! RAM users and their tags.

use diesel::prelude::*;

use super::schema::{user_tags, users};

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

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = user_tags, check_for_backend(diesel::sqlite::Sqlite))]
pub(crate) struct UserTagRow {
    pub(crate) user_id: String,
    pub(crate) key: String,
    pub(crate) value: String,
}

/// A tag that users must carry: the key, and the value unless any will do.
pub(crate) type TagFilter = (String, Option<String>);

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

/// At most `limit` users of an account that carry all `tags` and whose name key comes after `after`, by
/// name.
pub(crate) fn list(
    connection: &mut SqliteConnection,
    account_id: &str,
    (after, limit): (&str, i64),
    tags: &[TagFilter],
) -> QueryResult<Vec<UserRow>> {
    let mut query = users::table
        .filter(users::account_id.eq(account_id))
        .filter(users::name_key.gt(after))
        .order(users::name_key)
        .limit(limit)
        .select(UserRow::as_select())
        .into_boxed();
    for (key, value) in tags {
        let mut carriers =
            user_tags::table.filter(user_tags::key.eq(key)).select(user_tags::user_id).into_boxed();
        if let Some(value) = value {
            carriers = carriers.filter(user_tags::value.eq(value));
        }
        query = query.filter(users::id.eq_any(carriers));
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

pub(crate) fn delete(connection: &mut SqliteConnection, id: &str) -> QueryResult<()> {
    diesel::delete(users::table.find(id)).execute(connection).map(drop)
}

pub(crate) fn count(connection: &mut SqliteConnection, account_id: &str) -> QueryResult<i64> {
    users::table.filter(users::account_id.eq(account_id)).count().get_result(connection)
}

/// The tags of a user, by key.
pub(crate) fn tags(connection: &mut SqliteConnection, user_id: &str) -> QueryResult<Vec<UserTagRow>> {
    user_tags::table
        .filter(user_tags::user_id.eq(user_id))
        .order(user_tags::key)
        .select(UserTagRow::as_select())
        .load(connection)
}

/// Sets a tag, whatever its value was.
pub(crate) fn put_tag(connection: &mut SqliteConnection, row: &UserTagRow) -> QueryResult<()> {
    diesel::replace_into(user_tags::table).values(row).execute(connection).map(drop)
}

pub(crate) fn delete_tag(connection: &mut SqliteConnection, user_id: &str, key: &str) -> QueryResult<()> {
    diesel::delete(user_tags::table.find((user_id, key))).execute(connection).map(drop)
}
