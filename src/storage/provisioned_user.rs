//! The RAM users that are kept for persons, as we know them.

use diesel::prelude::*;

use crate::base::{AccountId, GroupId, Timestamp, UserId, fold};
use crate::domain::{ProvisionedUser, ProvisionedUserStatus, TakenOver};

use super::connection::on;
use super::error::parse;
use super::membership::persons_below;
use super::schema::provisioned_users::{self, dsl};
use super::{Conn, Error};

#[derive(Queryable, Selectable)]
#[diesel(table_name = provisioned_users)]
struct Row {
    account_id: String,
    user_id: String,
    ram_user_name: String,
    principal_name: String,
    status: String,
    taken_over: Option<String>,
    has_permissions: bool,
    looked_at: Option<i64>,
    created_at: i64,
    updated_at: i64,
}

/// A person's RAM user in an account.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(conn: &mut Conn, account: &AccountId, user: &UserId) -> Result<Option<ProvisionedUser>, Error> {
    let key = (account.as_str(), user.as_str());
    let row: Option<Row> =
        dsl::provisioned_users.find(key).select(Row::as_select()).first(conn).optional()?;
    row.map(read).transpose()
}

/// A person's RAM users, by account.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_of(conn: &mut Conn, user: &UserId) -> Result<Vec<ProvisionedUser>, Error> {
    let rows: Vec<Row> = dsl::provisioned_users
        .filter(dsl::user_id.eq(user.as_str()))
        .order(dsl::account_id)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// The RAM users of an account, by person: at most `limit` after the one of `after`.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_in(
    conn: &mut Conn,
    account: &AccountId,
    after: Option<&UserId>,
    limit: i64,
) -> Result<Vec<ProvisionedUser>, Error> {
    let after = after.map_or("", UserId::as_str);
    let rows: Vec<Row> = dsl::provisioned_users
        .filter(dsl::account_id.eq(account.as_str()))
        .filter(dsl::user_id.gt(after))
        .order(dsl::user_id)
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// How many RAM users of ours an account has.
///
/// # Errors
/// [`Error`] of the database.
pub fn count_in(conn: &mut Conn, account: &AccountId) -> Result<i64, Error> {
    let own = dsl::provisioned_users.filter(dsl::account_id.eq(account.as_str()));
    Ok(own.count().get_result(conn)?)
}

/// Whoever is in a group, directly or not, and has a RAM user in an account.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_members(conn: &mut Conn, account: &AccountId, group: &GroupId) -> Result<Vec<UserId>, Error> {
    let rows: Vec<String> = dsl::provisioned_users
        .filter(dsl::account_id.eq(account.as_str()))
        .filter(dsl::user_id.eq_any(persons_below(group.as_str())))
        .select(dsl::user_id)
        .order(dsl::user_id)
        .load(conn)?;
    rows.iter().map(|id| parse("provisioned_users.user_id", id, UserId::parse)).collect()
}

/// Records a RAM user.
///
/// # Errors
/// [`Error::Duplicate`] when another person's RAM user in the account has the name.
pub fn upsert(conn: &mut Conn, user: &ProvisionedUser) -> Result<(), Error> {
    let taken_over = user.taken_over.as_ref().map(serde_json::to_string).transpose();
    let taken_over = taken_over.map_err(|error| Error::Unsuitable(error.to_string()))?;
    let values = (
        dsl::ram_user_name.eq(&user.ram_user_name),
        dsl::ram_user_name_key.eq(fold(&user.ram_user_name)),
        dsl::principal_name.eq(&user.principal_name),
        dsl::status.eq(user.status.as_str()),
        dsl::taken_over.eq(taken_over.as_deref()),
        dsl::has_permissions.eq(user.has_permissions),
        dsl::looked_at.eq(user.looked_at.map(Timestamp::millis)),
        dsl::updated_at.eq(user.updated_at.millis()),
    );
    let row = (
        dsl::account_id.eq(user.account_id.as_str()),
        dsl::user_id.eq(user.user_id.as_str()),
        dsl::created_at.eq(user.created_at.millis()),
        values.clone(),
    );
    on!(
        conn,
        diesel::insert_into(dsl::provisioned_users)
            .values(row)
            .on_conflict((dsl::account_id, dsl::user_id))
            .do_update()
            .set(values)
            .execute(conn)
    )?;
    Ok(())
}

/// Records whether a RAM user holds permissions.
///
/// # Errors
/// [`Error`] of the database.
pub fn set_permissions(
    conn: &mut Conn,
    (account, user): (&AccountId, &UserId),
    has_permissions: bool,
    now: Timestamp,
) -> Result<(), Error> {
    diesel::update(dsl::provisioned_users.find((account.as_str(), user.as_str())))
        .set((dsl::has_permissions.eq(has_permissions), dsl::looked_at.eq(now.millis())))
        .execute(conn)?;
    Ok(())
}

/// Says how a RAM user stands.
///
/// # Errors
/// [`Error`] of the database.
pub fn set_status(
    conn: &mut Conn,
    account: &AccountId,
    user: &UserId,
    status: ProvisionedUserStatus,
) -> Result<(), Error> {
    diesel::update(dsl::provisioned_users.find((account.as_str(), user.as_str())))
        .set(dsl::status.eq(status.as_str()))
        .execute(conn)?;
    Ok(())
}

/// Forgets a RAM user; says whether it was there.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete(conn: &mut Conn, account: &AccountId, user: &UserId) -> Result<bool, Error> {
    let key = (account.as_str(), user.as_str());
    Ok(diesel::delete(dsl::provisioned_users.find(key)).execute(conn)? == 1)
}

fn read(row: Row) -> Result<ProvisionedUser, Error> {
    let taken_over = |text: &str| serde_json::from_str::<TakenOver>(text).ok();
    let taken = row.taken_over.map(|text| parse("provisioned_users.taken_over", &text, taken_over));
    Ok(ProvisionedUser {
        account_id: parse("provisioned_users.account_id", &row.account_id, AccountId::parse)?,
        user_id: parse("provisioned_users.user_id", &row.user_id, UserId::parse)?,
        ram_user_name: row.ram_user_name,
        principal_name: row.principal_name,
        status: parse("provisioned_users.status", &row.status, ProvisionedUserStatus::parse)?,
        taken_over: taken.transpose()?,
        has_permissions: row.has_permissions,
        looked_at: row.looked_at.map(Timestamp::from_millis),
        created_at: Timestamp::from_millis(row.created_at),
        updated_at: Timestamp::from_millis(row.updated_at),
    })
}
