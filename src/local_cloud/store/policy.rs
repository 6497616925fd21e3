//! Custom policies and their versions. System policies are in the catalogue, not here.

use diesel::prelude::*;

use super::schema::{policies, policy_versions};

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = policies, check_for_backend(diesel::sqlite::Sqlite))]
pub(crate) struct PolicyRow {
    pub(crate) id: String,
    pub(crate) account_id: String,
    pub(crate) name: String,
    pub(crate) name_key: String,
    pub(crate) description: String,
    /// How many versions were ever made; a number is never used twice.
    pub(crate) versions_made: i64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = policy_versions, check_for_backend(diesel::sqlite::Sqlite))]
pub(crate) struct VersionRow {
    pub(crate) policy_id: String,
    pub(crate) number: i64,
    pub(crate) document: String,
    pub(crate) is_default: bool,
    pub(crate) created_at: i64,
}

pub(crate) fn insert(connection: &mut SqliteConnection, row: &PolicyRow) -> QueryResult<()> {
    diesel::insert_into(policies::table).values(row).execute(connection).map(drop)
}

pub(crate) fn find(
    connection: &mut SqliteConnection,
    account_id: &str,
    name_key: &str,
) -> QueryResult<Option<PolicyRow>> {
    policies::table
        .filter(policies::account_id.eq(account_id))
        .filter(policies::name_key.eq(name_key))
        .select(PolicyRow::as_select())
        .first(connection)
        .optional()
}

pub(crate) fn find_by_id(connection: &mut SqliteConnection, id: &str) -> QueryResult<Option<PolicyRow>> {
    policies::table.find(id).select(PolicyRow::as_select()).first(connection).optional()
}

/// At most `limit` policies of an account whose name key comes after `after`, by name.
pub(crate) fn list(
    connection: &mut SqliteConnection,
    account_id: &str,
    after: &str,
    limit: i64,
) -> QueryResult<Vec<PolicyRow>> {
    policies::table
        .filter(policies::account_id.eq(account_id))
        .filter(policies::name_key.gt(after))
        .order(policies::name_key)
        .limit(limit)
        .select(PolicyRow::as_select())
        .load(connection)
}

pub(crate) fn set_description(
    connection: &mut SqliteConnection,
    id: &str,
    (description, now): (&str, i64),
) -> QueryResult<()> {
    diesel::update(policies::table.find(id))
        .set((policies::description.eq(description), policies::updated_at.eq(now)))
        .execute(connection)
        .map(drop)
}

pub(crate) fn delete(connection: &mut SqliteConnection, id: &str) -> QueryResult<()> {
    diesel::delete(policies::table.find(id)).execute(connection).map(drop)
}

pub(crate) fn count(connection: &mut SqliteConnection, account_id: &str) -> QueryResult<i64> {
    policies::table.filter(policies::account_id.eq(account_id)).count().get_result(connection)
}

/// Adds a version; where it is the default, the one before it no longer is.
pub(crate) fn insert_version(connection: &mut SqliteConnection, row: &VersionRow) -> QueryResult<()> {
    if row.is_default {
        diesel::update(policy_versions::table.filter(policy_versions::policy_id.eq(&row.policy_id)))
            .set(policy_versions::is_default.eq(false))
            .execute(connection)?;
    }
    diesel::insert_into(policy_versions::table).values(row).execute(connection)?;
    diesel::update(policies::table.find(&row.policy_id))
        .set((policies::versions_made.eq(row.number), policies::updated_at.eq(row.created_at)))
        .execute(connection)
        .map(drop)
}

/// The versions of a policy, oldest first.
pub(crate) fn versions(connection: &mut SqliteConnection, policy_id: &str) -> QueryResult<Vec<VersionRow>> {
    policy_versions::table
        .filter(policy_versions::policy_id.eq(policy_id))
        .order(policy_versions::number)
        .select(VersionRow::as_select())
        .load(connection)
}

/// Makes `number` the version that counts.
pub(crate) fn set_default_version(
    connection: &mut SqliteConnection,
    policy_id: &str,
    (number, now): (i64, i64),
) -> QueryResult<()> {
    diesel::update(policy_versions::table.filter(policy_versions::policy_id.eq(policy_id)))
        .set(policy_versions::is_default.eq(false))
        .execute(connection)?;
    diesel::update(policy_versions::table.find((policy_id, number)))
        .set(policy_versions::is_default.eq(true))
        .execute(connection)?;
    diesel::update(policies::table.find(policy_id))
        .set(policies::updated_at.eq(now))
        .execute(connection)
        .map(drop)
}

pub(crate) fn default_version(
    connection: &mut SqliteConnection,
    policy_id: &str,
) -> QueryResult<Option<VersionRow>> {
    policy_versions::table
        .filter(policy_versions::policy_id.eq(policy_id))
        .filter(policy_versions::is_default.eq(true))
        .select(VersionRow::as_select())
        .first(connection)
        .optional()
}

pub(crate) fn delete_version(
    connection: &mut SqliteConnection,
    policy_id: &str,
    number: i64,
) -> QueryResult<()> {
    diesel::delete(policy_versions::table.find((policy_id, number))).execute(connection).map(drop)
}
