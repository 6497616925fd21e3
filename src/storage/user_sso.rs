//! Accounts whose user SSO we set.

use diesel::prelude::*;

use crate::base::{AccountId, Timestamp};
use crate::domain::{AccountUserSso, UserSsoSettings, UserSsoStatus};

use super::connection::on;
use super::error::parse;
use super::schema::account_user_sso::{self, dsl};
use super::{Conn, Error};

#[derive(Queryable, Selectable)]
#[diesel(table_name = account_user_sso)]
struct Row {
    account_id: String,
    status: String,
    trust_digest: String,
    metadata_digest: String,
    session_hours: i64,
    previous: String,
    updated_at: i64,
}

/// The user SSO that we set in an account.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(conn: &mut Conn, account: &AccountId) -> Result<Option<AccountUserSso>, Error> {
    let row: Option<Row> =
        dsl::account_user_sso.find(account.as_str()).select(Row::as_select()).first(conn).optional()?;
    row.map(read).transpose()
}

/// All of them, by account.
///
/// # Errors
/// [`Error`] of the database.
pub fn list(conn: &mut Conn) -> Result<Vec<AccountUserSso>, Error> {
    let rows: Vec<Row> = dsl::account_user_sso.order(dsl::account_id).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Records what was set.
///
/// # Errors
/// [`Error`] of the database.
pub fn upsert(conn: &mut Conn, sso: &AccountUserSso) -> Result<(), Error> {
    let previous =
        serde_json::to_string(&sso.previous).map_err(|error| Error::Unsuitable(error.to_string()))?;
    let values = (
        dsl::status.eq(sso.status.as_str()),
        dsl::trust_digest.eq(&sso.trust_digest),
        dsl::metadata_digest.eq(&sso.metadata_digest),
        dsl::session_hours.eq(i64::from(sso.session_hours)),
        dsl::previous.eq(&previous),
        dsl::updated_at.eq(sso.updated_at.millis()),
    );
    let row = (dsl::account_id.eq(sso.account_id.as_str()), values);
    on!(
        conn,
        diesel::insert_into(dsl::account_user_sso)
            .values(row)
            .on_conflict(dsl::account_id)
            .do_update()
            .set(values)
            .execute(conn)
    )?;
    Ok(())
}

/// Forgets an account that has its own settings back; says whether it was there.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete(conn: &mut Conn, account: &AccountId) -> Result<bool, Error> {
    Ok(diesel::delete(dsl::account_user_sso.find(account.as_str())).execute(conn)? == 1)
}

fn read(row: Row) -> Result<AccountUserSso, Error> {
    let previous = |text: &str| serde_json::from_str::<UserSsoSettings>(text).ok();
    Ok(AccountUserSso {
        account_id: parse("account_user_sso.account_id", &row.account_id, AccountId::parse)?,
        status: parse("account_user_sso.status", &row.status, UserSsoStatus::parse)?,
        trust_digest: row.trust_digest,
        metadata_digest: row.metadata_digest,
        session_hours: u32::try_from(row.session_hours).unwrap_or(0),
        previous: parse("account_user_sso.previous", &row.previous, previous)?,
        updated_at: Timestamp::from_millis(row.updated_at),
    })
}
