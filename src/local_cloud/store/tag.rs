//! Tags, of every kind of resource; keys and values keep their case.

use diesel::prelude::*;

use super::schema::tags;

/// What bears tags.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bearer<'a> {
    /// Whose tags they are: the account that holds the resource.
    pub(crate) account_id: &'a str,
    /// The word of the API: `role`, `policy`, `user`, `Account`, …
    pub(crate) resource_type: &'a str,
    /// The id under which the store keeps the resource.
    pub(crate) resource_id: &'a str,
}

/// One tag of one resource.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = tags, check_for_backend(diesel::sqlite::Sqlite))]
pub(crate) struct TagRow {
    pub(crate) account_id: String,
    pub(crate) resource_type: String,
    pub(crate) resource_id: String,
    #[diesel(column_name = tag_key)]
    pub(crate) key: String,
    #[diesel(column_name = tag_value)]
    pub(crate) value: String,
}

/// Gives a resource a tag; where it has the key already, the value is replaced.
pub(crate) fn set(
    connection: &mut SqliteConnection,
    bearer: Bearer<'_>,
    (key, value): (&str, &str),
) -> QueryResult<()> {
    let row = TagRow {
        account_id: bearer.account_id.to_owned(),
        resource_type: bearer.resource_type.to_owned(),
        resource_id: bearer.resource_id.to_owned(),
        key: key.to_owned(),
        value: value.to_owned(),
    };
    diesel::insert_into(tags::table)
        .values(&row)
        .on_conflict((tags::account_id, tags::resource_type, tags::resource_id, tags::tag_key))
        .do_update()
        .set(tags::tag_value.eq(value))
        .execute(connection)
        .map(drop)
}

/// Takes one key from a resource; nothing happens if it has not the key.
pub(crate) fn remove(connection: &mut SqliteConnection, bearer: Bearer<'_>, key: &str) -> QueryResult<()> {
    let row = tags::table.find((bearer.account_id, bearer.resource_type, bearer.resource_id, key));
    diesel::delete(row).execute(connection).map(drop)
}

/// Takes every tag from a resource, as before its deletion.
pub(crate) fn remove_all(connection: &mut SqliteConnection, bearer: Bearer<'_>) -> QueryResult<()> {
    let rows = tags::table
        .filter(tags::account_id.eq(bearer.account_id))
        .filter(tags::resource_type.eq(bearer.resource_type))
        .filter(tags::resource_id.eq(bearer.resource_id));
    diesel::delete(rows).execute(connection).map(drop)
}

/// The tags of one resource, by key.
pub(crate) fn of(connection: &mut SqliteConnection, bearer: Bearer<'_>) -> QueryResult<Vec<TagRow>> {
    tags::table
        .filter(tags::account_id.eq(bearer.account_id))
        .filter(tags::resource_type.eq(bearer.resource_type))
        .filter(tags::resource_id.eq(bearer.resource_id))
        .order(tags::tag_key)
        .select(TagRow::as_select())
        .load(connection)
}

/// The tags of every resource of one type, by resource and key.
pub(crate) fn of_type(
    connection: &mut SqliteConnection,
    account_id: &str,
    resource_type: &str,
) -> QueryResult<Vec<TagRow>> {
    tags::table
        .filter(tags::account_id.eq(account_id))
        .filter(tags::resource_type.eq(resource_type))
        .order((tags::resource_id, tags::tag_key))
        .select(TagRow::as_select())
        .load(connection)
}
