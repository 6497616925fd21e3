//! Which policies a role holds.

use diesel::prelude::*;

use super::role::RoleRow;
use super::schema::{role_policies, roles};

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = role_policies, check_for_backend(diesel::sqlite::Sqlite))]
pub(crate) struct RolePolicyRow {
    pub(crate) role_id: String,
    /// `System` or `Custom`.
    pub(crate) policy_type: String,
    pub(crate) policy_name: String,
    pub(crate) policy_name_key: String,
    /// Set for custom policies.
    pub(crate) policy_id: Option<String>,
    pub(crate) attached_at: i64,
}

pub(crate) fn insert(connection: &mut SqliteConnection, row: &RolePolicyRow) -> QueryResult<()> {
    diesel::insert_into(role_policies::table).values(row).execute(connection).map(drop)
}

/// What a role holds, in the order it was attached.
pub(crate) fn list(connection: &mut SqliteConnection, role_id: &str) -> QueryResult<Vec<RolePolicyRow>> {
    role_policies::table
        .filter(role_policies::role_id.eq(role_id))
        .order((role_policies::attached_at, role_policies::policy_type, role_policies::policy_name_key))
        .select(RolePolicyRow::as_select())
        .load(connection)
}

/// Takes a policy from a role; `false` if the role did not hold it.
pub(crate) fn delete(
    connection: &mut SqliteConnection,
    role_id: &str,
    policy_type: &str,
    name_key: &str,
) -> QueryResult<bool> {
    diesel::delete(role_policies::table.find((role_id, policy_type, name_key)))
        .execute(connection)
        .map(|rows| rows > 0)
}

/// How many roles hold a custom policy.
pub(crate) fn count_holders(connection: &mut SqliteConnection, policy_id: &str) -> QueryResult<i64> {
    role_policies::table.filter(role_policies::policy_id.eq(policy_id)).count().get_result(connection)
}

/// How many roles of an account hold a system policy.
pub(crate) fn count_system_holders(
    connection: &mut SqliteConnection,
    account_id: &str,
    name_key: &str,
) -> QueryResult<i64> {
    role_policies::table
        .inner_join(roles::table)
        .filter(roles::account_id.eq(account_id))
        .filter(role_policies::policy_type.eq("System"))
        .filter(role_policies::policy_name_key.eq(name_key))
        .count()
        .get_result(connection)
}

/// The roles of an account that hold a policy, by name, each with the time it was attached.
pub(crate) fn holders(
    connection: &mut SqliteConnection,
    account_id: &str,
    (policy_type, name_key): (&str, &str),
) -> QueryResult<Vec<(RoleRow, i64)>> {
    role_policies::table
        .inner_join(roles::table)
        .filter(roles::account_id.eq(account_id))
        .filter(role_policies::policy_type.eq(policy_type))
        .filter(role_policies::policy_name_key.eq(name_key))
        .order(roles::name_key)
        .select((RoleRow::as_select(), role_policies::attached_at))
        .load(connection)
}
