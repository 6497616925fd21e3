//! Which members act for the management account, for which trusted service.

use diesel::prelude::*;

use super::schema::delegated_administrators;

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = delegated_administrators, check_for_backend(diesel::sqlite::Sqlite))]
pub(crate) struct DelegatedAdministratorRow {
    pub(crate) account_id: String,
    /// Such as `cloudsso.aliyuncs.com`.
    pub(crate) service: String,
    pub(crate) delegated_at: i64,
}

/// Registers a member; `false` if it was registered for the service before.
pub(crate) fn insert(
    connection: &mut SqliteConnection,
    row: &DelegatedAdministratorRow,
) -> QueryResult<bool> {
    diesel::insert_into(delegated_administrators::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(connection)
        .map(|rows| rows == 1)
}

/// Deregisters a member; `false` if it was not registered for the service.
pub(crate) fn delete(
    connection: &mut SqliteConnection,
    account_id: &str,
    service: &str,
) -> QueryResult<bool> {
    diesel::delete(delegated_administrators::table.find((account_id, service)))
        .execute(connection)
        .map(|rows| rows == 1)
}

/// All registrations, oldest first.
pub(crate) fn list(connection: &mut SqliteConnection) -> QueryResult<Vec<DelegatedAdministratorRow>> {
    delegated_administrators::table
        .order((
            delegated_administrators::delegated_at,
            delegated_administrators::account_id,
            delegated_administrators::service,
        ))
        .select(DelegatedAdministratorRow::as_select())
        .load(connection)
}

/// The registrations of one member, oldest first.
pub(crate) fn of_account(
    connection: &mut SqliteConnection,
    account_id: &str,
) -> QueryResult<Vec<DelegatedAdministratorRow>> {
    delegated_administrators::table
        .filter(delegated_administrators::account_id.eq(account_id))
        .order((delegated_administrators::delegated_at, delegated_administrators::service))
        .select(DelegatedAdministratorRow::as_select())
        .load(connection)
}
