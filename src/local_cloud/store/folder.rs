//! Folders of the resource directory; the root is one without a parent, at depth 0.

use diesel::prelude::*;

use super::schema::folders;

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = folders, check_for_backend(diesel::sqlite::Sqlite))]
pub(crate) struct FolderRow {
    pub(crate) id: String,
    pub(crate) parent_id: Option<String>,
    pub(crate) name: String,
    pub(crate) name_key: String,
    /// Steps below the root.
    pub(crate) depth: i64,
    pub(crate) created_at: i64,
}

pub(crate) fn insert(connection: &mut SqliteConnection, row: &FolderRow) -> QueryResult<()> {
    diesel::insert_into(folders::table).values(row).execute(connection).map(drop)
}

pub(crate) fn find(connection: &mut SqliteConnection, id: &str) -> QueryResult<Option<FolderRow>> {
    folders::table.find(id).select(FolderRow::as_select()).first(connection).optional()
}

pub(crate) fn list_children(
    connection: &mut SqliteConnection,
    parent_id: &str,
) -> QueryResult<Vec<FolderRow>> {
    folders::table
        .filter(folders::parent_id.eq(parent_id))
        .order((folders::created_at, folders::id))
        .select(FolderRow::as_select())
        .load(connection)
}

pub(crate) fn rename(
    connection: &mut SqliteConnection,
    id: &str,
    (name, name_key): (&str, &str),
) -> QueryResult<()> {
    diesel::update(folders::table.find(id))
        .set((folders::name.eq(name), folders::name_key.eq(name_key)))
        .execute(connection)
        .map(drop)
}

pub(crate) fn delete(connection: &mut SqliteConnection, id: &str) -> QueryResult<()> {
    diesel::delete(folders::table.find(id)).execute(connection).map(drop)
}

/// How many folders there are, without the root.
pub(crate) fn count(connection: &mut SqliteConnection) -> QueryResult<i64> {
    folders::table.filter(folders::parent_id.is_not_null()).count().get_result(connection)
}

/// The ids from the root down to `id`, itself included.
pub(crate) fn path(connection: &mut SqliteConnection, id: &str) -> QueryResult<Vec<String>> {
    let mut path = Vec::new();
    let mut next = Some(id.to_owned());
    while let Some(id) = next {
        let folder = find(connection, &id)?;
        next = folder.and_then(|folder| folder.parent_id);
        path.push(id);
    }
    path.reverse();
    Ok(path)
}
