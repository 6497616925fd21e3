//! RAM users.

use diesel::prelude::*;

use crate::base::fold;

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
    /// Since when nobody comes in as it: CloudSSO kept it, and let it go.
    pub(crate) orphaned_at: Option<i64>,
    /// Which user of the account answers for it meanwhile.
    pub(crate) owner_id: Option<String>,
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
    pub(crate) orphaned_at: Option<Option<i64>>,
    pub(crate) owner_id: Option<Option<&'a str>>,
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

/// Which users of an account a list has.
#[derive(Debug, Default)]
pub(crate) struct UserQuery<'a> {
    /// The name key after which it begins, and how many it has at most.
    pub(crate) after: &'a str,
    pub(crate) limit: i64,
    /// A part of the name or the display name; empty for any.
    pub(crate) keyword: &'a str,
    /// Whether only those as whom nobody comes in any more.
    pub(crate) is_orphaned: bool,
    /// Tags that they all bear, each by its key and, where it is said, its value.
    pub(crate) tags: &'a [(String, Option<String>)],
}

/// The users that a query finds, by name.
pub(crate) fn list(
    connection: &mut SqliteConnection,
    account_id: &str,
    wanted: &UserQuery<'_>,
) -> QueryResult<Vec<UserRow>> {
    let mut query = users::table
        .filter(users::account_id.eq(account_id))
        .filter(users::name_key.gt(wanted.after))
        .order(users::name_key)
        .limit(wanted.limit)
        .select(UserRow::as_select())
        .into_boxed();
    if wanted.is_orphaned {
        query = query.filter(users::orphaned_at.is_not_null());
    }
    if !wanted.keyword.is_empty() {
        let (in_name, in_display_name) = (containing(&fold(wanted.keyword)), containing(wanted.keyword));
        let is_like = users::name_key.like(in_name).escape('\\');
        query = query.filter(is_like.or(users::display_name.like(in_display_name).escape('\\')));
    }
    for (key, value) in wanted.tags {
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

/// A pattern of texts that have `part` in them.
fn containing(part: &str) -> String {
    let mut pattern = String::from("%");
    for letter in part.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
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
