//! Accounts and the resource directory they belong to.

use diesel::prelude::*;

use super::schema::{accounts, resource_directories};

/// One account.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = accounts, check_for_backend(diesel::sqlite::Sqlite))]
pub(crate) struct AccountRow {
    pub(crate) id: String,
    pub(crate) folder_id: String,
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) display_name: String,
    pub(crate) display_name_key: String,
    pub(crate) join_method: String,
    pub(crate) status: String,
    /// The account's security preference: the longest console session, in seconds.
    pub(crate) console_session_seconds: i64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    /// Whether it belongs to the resource directory; the management account does.
    pub(crate) is_member: bool,
    /// When it joined by invitation.
    pub(crate) joined_at: Option<i64>,
    /// Who pays for it, if not it itself.
    pub(crate) payer_account_id: Option<String>,
}

/// What changes in an account; `None` leaves as it is.
#[derive(Debug, Default, AsChangeset)]
#[diesel(table_name = accounts)]
pub(crate) struct AccountChanges<'a> {
    pub(crate) folder_id: Option<&'a str>,
    pub(crate) kind: Option<&'a str>,
    pub(crate) display_name: Option<&'a str>,
    pub(crate) display_name_key: Option<String>,
    pub(crate) join_method: Option<&'a str>,
    pub(crate) status: Option<&'a str>,
    pub(crate) updated_at: Option<i64>,
    pub(crate) is_member: Option<bool>,
    pub(crate) joined_at: Option<i64>,
    pub(crate) payer_account_id: Option<&'a str>,
}

impl AccountRow {
    /// A member of the directory that is not its management account.
    pub(crate) fn is_ordinary_member(&self) -> bool {
        self.is_member && self.kind != "Management"
    }

    /// Whether it was deleted: its row stays, so that its number is never given again.
    pub(crate) fn is_deleted(&self) -> bool {
        self.status == DELETED
    }
}

/// The status of an account that was deleted.
pub(crate) const DELETED: &str = "Deleted";

/// The one resource directory.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = resource_directories, check_for_backend(diesel::sqlite::Sqlite))]
pub(crate) struct DirectoryRow {
    pub(crate) id: String,
    pub(crate) root_folder_id: String,
    pub(crate) management_account_id: String,
    pub(crate) created_at: i64,
    pub(crate) control_policy_enabled: bool,
    pub(crate) member_deletion_enabled: bool,
    pub(crate) display_name_sync_enabled: bool,
}

/// What changes in the directory; `None` leaves as it is.
#[derive(Debug, Default, AsChangeset)]
#[diesel(table_name = resource_directories)]
pub(crate) struct DirectoryChanges {
    pub(crate) control_policy_enabled: Option<bool>,
    pub(crate) member_deletion_enabled: Option<bool>,
    pub(crate) display_name_sync_enabled: Option<bool>,
}

/// Which accounts a list is about.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Filter<'a> {
    /// Only accounts directly in this folder.
    pub(crate) folder_id: Option<&'a str>,
    /// Only accounts whose id, name or display name contains this.
    pub(crate) keyword: Option<&'a str>,
}

pub(crate) fn insert(connection: &mut SqliteConnection, row: &AccountRow) -> QueryResult<()> {
    diesel::insert_into(accounts::table).values(row).execute(connection).map(drop)
}

pub(crate) fn find(connection: &mut SqliteConnection, id: &str) -> QueryResult<Option<AccountRow>> {
    accounts::table.find(id).select(AccountRow::as_select()).first(connection).optional()
}

/// The account with this logon name.
pub(crate) fn find_by_name(connection: &mut SqliteConnection, name: &str) -> QueryResult<Option<AccountRow>> {
    accounts::table
        .filter(accounts::name.eq(name))
        .select(AccountRow::as_select())
        .first(connection)
        .optional()
}

pub(crate) fn update(
    connection: &mut SqliteConnection,
    id: &str,
    changes: &AccountChanges<'_>,
) -> QueryResult<()> {
    diesel::update(accounts::table.find(id)).set(changes).execute(connection).map(drop)
}

pub(crate) fn update_directory(
    connection: &mut SqliteConnection,
    id: &str,
    changes: &DirectoryChanges,
) -> QueryResult<()> {
    diesel::update(resource_directories::table.find(id)).set(changes).execute(connection).map(drop)
}

pub(crate) fn display_name_exists(connection: &mut SqliteConnection, key: &str) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(accounts::table.filter(accounts::display_name_key.eq(key))))
        .get_result(connection)
}

/// Sets how long console sessions may last, in seconds.
pub(crate) fn update_console_session(
    connection: &mut SqliteConnection,
    id: &str,
    seconds: i64,
    now: i64,
) -> QueryResult<()> {
    diesel::update(accounts::table.find(id))
        .set((accounts::console_session_seconds.eq(seconds), accounts::updated_at.eq(now)))
        .execute(connection)
        .map(drop)
}

pub(crate) fn name_exists(connection: &mut SqliteConnection, name: &str) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(accounts::table.filter(accounts::name.eq(name))))
        .get_result(connection)
}

/// The members that `filter` admits, oldest first; the management account is not a member.
pub(crate) fn list_members(
    connection: &mut SqliteConnection,
    filter: Filter<'_>,
) -> QueryResult<Vec<AccountRow>> {
    let mut query = accounts::table
        .filter(accounts::kind.ne("Management"))
        .filter(accounts::is_member.eq(true))
        .into_boxed();
    if let Some(folder_id) = filter.folder_id {
        query = query.filter(accounts::folder_id.eq(folder_id));
    }
    let rows: Vec<AccountRow> =
        query.order((accounts::created_at, accounts::id)).select(AccountRow::as_select()).load(connection)?;
    Ok(match filter.keyword.map(crate::base::fold) {
        None => rows,
        Some(keyword) => rows
            .into_iter()
            .filter(|row| {
                row.id.contains(&keyword)
                    || row.display_name_key.contains(&keyword)
                    || crate::base::fold(&row.name).contains(&keyword)
            })
            .collect(),
    })
}

pub(crate) fn count_members(connection: &mut SqliteConnection) -> QueryResult<i64> {
    accounts::table
        .filter(accounts::kind.ne("Management"))
        .filter(accounts::is_member.eq(true))
        .count()
        .get_result(connection)
}

pub(crate) fn insert_directory(connection: &mut SqliteConnection, row: &DirectoryRow) -> QueryResult<()> {
    diesel::insert_into(resource_directories::table).values(row).execute(connection).map(drop)
}

pub(crate) fn directory(connection: &mut SqliteConnection) -> QueryResult<Option<DirectoryRow>> {
    resource_directories::table.select(DirectoryRow::as_select()).first(connection).optional()
}

/// Accounts that left a folder, or were deleted in it, stand in `root` from now on: the folder goes.
pub(crate) fn forget_folder(
    connection: &mut SqliteConnection,
    folder_id: &str,
    root: &str,
) -> QueryResult<()> {
    diesel::update(accounts::table.filter(accounts::folder_id.eq(folder_id)))
        .set(accounts::folder_id.eq(root))
        .execute(connection)
        .map(drop)
}
