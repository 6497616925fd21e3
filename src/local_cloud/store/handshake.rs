//! Invitations of accounts into the resource directory.

use diesel::prelude::*;

use super::schema::handshakes;

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = handshakes, check_for_backend(diesel::sqlite::Sqlite))]
pub(crate) struct HandshakeRow {
    pub(crate) id: String,
    /// The account as the invitation named it: by id or by its logon address.
    pub(crate) target_entity: String,
    /// `Account` or `Email`.
    pub(crate) target_type: String,
    /// The account that was found by it.
    pub(crate) account_id: String,
    pub(crate) note: String,
    pub(crate) parent_folder_id: String,
    /// `Pending`, `Accepted`, `Cancelled` or `Declined`; one that is pending may be past its time.
    pub(crate) status: String,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) expires_at: i64,
}

pub(crate) fn insert(connection: &mut SqliteConnection, row: &HandshakeRow) -> QueryResult<()> {
    diesel::insert_into(handshakes::table).values(row).execute(connection).map(drop)
}

pub(crate) fn find(connection: &mut SqliteConnection, id: &str) -> QueryResult<Option<HandshakeRow>> {
    handshakes::table.find(id).select(HandshakeRow::as_select()).first(connection).optional()
}

/// Invitations, newest first; of one account if `account_id` is given.
pub(crate) fn list(
    connection: &mut SqliteConnection,
    account_id: Option<&str>,
) -> QueryResult<Vec<HandshakeRow>> {
    let mut query = handshakes::table.into_boxed();
    if let Some(account_id) = account_id {
        query = query.filter(handshakes::account_id.eq(account_id.to_owned()));
    }
    query
        .order((handshakes::created_at.desc(), handshakes::id))
        .select(HandshakeRow::as_select())
        .load(connection)
}

/// Ends an invitation that is still pending; `false` if it was ended before.
pub(crate) fn end(
    connection: &mut SqliteConnection,
    id: &str,
    (status, now): (&str, i64),
) -> QueryResult<bool> {
    diesel::update(handshakes::table.find(id).filter(handshakes::status.eq("Pending")))
        .set((handshakes::status.eq(status), handshakes::updated_at.eq(now)))
        .execute(connection)
        .map(|rows| rows == 1)
}
