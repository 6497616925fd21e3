//! Temporary credentials: what STS hands out. The security token is kept as its hash only.

use diesel::prelude::*;

use super::role::RoleRow;
use super::schema::{roles, temporary_credentials};

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = temporary_credentials, check_for_backend(diesel::sqlite::Sqlite))]
pub(crate) struct TemporaryCredentialRow {
    pub(crate) access_key_id: String,
    pub(crate) sealed_secret: String,
    pub(crate) token_digest: String,
    pub(crate) role_id: String,
    pub(crate) session_name: String,
    pub(crate) session_policy: Option<String>,
    pub(crate) source_identity: Option<String>,
    /// Who asked for them: the ARN of a caller or of a SAML provider.
    pub(crate) issued_to: String,
    pub(crate) issued_at: i64,
    pub(crate) expires_at: i64,
    pub(crate) mfa_present: bool,
}

pub(crate) fn insert(connection: &mut SqliteConnection, row: &TemporaryCredentialRow) -> QueryResult<()> {
    diesel::insert_into(temporary_credentials::table).values(row).execute(connection).map(drop)
}

/// The credentials with the role they stand for; those of a deleted role are gone with it.
pub(crate) fn find(
    connection: &mut SqliteConnection,
    access_key_id: &str,
) -> QueryResult<Option<(TemporaryCredentialRow, RoleRow)>> {
    temporary_credentials::table
        .find(access_key_id)
        .inner_join(roles::table)
        .select((TemporaryCredentialRow::as_select(), RoleRow::as_select()))
        .first(connection)
        .optional()
}

/// Forgets what expired before `moment`.
pub(crate) fn delete_expired(connection: &mut SqliteConnection, moment: i64) -> QueryResult<()> {
    diesel::delete(temporary_credentials::table.filter(temporary_credentials::expires_at.lt(moment)))
        .execute(connection)
        .map(drop)
}
