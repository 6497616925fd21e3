//! How the owner of an account signs in: a password and, where one is bound, an MFA device.

use diesel::prelude::*;
use diesel::sql_types::Text;

use super::account::AccountRow;
use super::schema::{accounts, owner_logins};

diesel::define_sql_function! {
    /// The text in small letters, as far as they are ASCII.
    fn lower(text: Text) -> Text;
}

#[derive(Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = owner_logins, treat_none_as_null = true)]
#[diesel(check_for_backend(diesel::sqlite::Sqlite))]
pub(crate) struct OwnerLoginRow {
    pub(crate) account_id: String,
    pub(crate) password_hash: String,
    /// The password that the start made up, until the owner sets another.
    pub(crate) sealed_password: Option<String>,
    pub(crate) password_set_at: i64,
    /// Wrong passwords in a row since `first_failed_at`.
    pub(crate) failed_attempts: i64,
    pub(crate) first_failed_at: i64,
    /// Of the MFA device, which counts once it is activated.
    pub(crate) sealed_secret: Option<String>,
    /// The newest time step whose code was used.
    pub(crate) last_step: i64,
    pub(crate) activated_at: Option<i64>,
}

impl OwnerLoginRow {
    /// Whether a code is asked for at every sign-in.
    pub(crate) const fn has_device(&self) -> bool {
        self.activated_at.is_some()
    }
}

pub(crate) fn insert(connection: &mut SqliteConnection, row: &OwnerLoginRow) -> QueryResult<()> {
    diesel::insert_into(owner_logins::table).values(row).execute(connection).map(drop)
}

pub(crate) fn find(
    connection: &mut SqliteConnection,
    account_id: &str,
) -> QueryResult<Option<OwnerLoginRow>> {
    owner_logins::table.find(account_id).select(OwnerLoginRow::as_select()).first(connection).optional()
}

/// The account of this name, in any case of letters, if its owner has a password.
pub(crate) fn find_by_name(
    connection: &mut SqliteConnection,
    name_key: &str,
) -> QueryResult<Option<(AccountRow, OwnerLoginRow)>> {
    owner_logins::table
        .inner_join(accounts::table)
        .filter(lower(accounts::name).eq(name_key))
        .select((AccountRow::as_select(), OwnerLoginRow::as_select()))
        .first(connection)
        .optional()
}

pub(crate) fn update(connection: &mut SqliteConnection, row: &OwnerLoginRow) -> QueryResult<()> {
    diesel::update(owner_logins::table.find(&row.account_id)).set(row).execute(connection).map(drop)
}

/// Wrong passwords before count no more.
pub(crate) fn forget_attempts(connection: &mut SqliteConnection, account_id: &str) -> QueryResult<()> {
    diesel::update(owner_logins::table.find(account_id))
        .set(owner_logins::failed_attempts.eq(0))
        .execute(connection)
        .map(drop)
}

/// Uses up a time step of the device; `false` where it or a newer one was used before.
pub(crate) fn use_step(connection: &mut SqliteConnection, account_id: &str, step: i64) -> QueryResult<bool> {
    diesel::update(owner_logins::table.find(account_id).filter(owner_logins::last_step.lt(step)))
        .set(owner_logins::last_step.eq(step))
        .execute(connection)
        .map(|rows| rows > 0)
}
