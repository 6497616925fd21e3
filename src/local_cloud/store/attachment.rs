//! Which policies a role, a user or a group holds. The ids of the three are unlike each other, so that
//! an id alone says who holds what.

use diesel::prelude::*;

use super::group::GroupRow;
use super::role::RoleRow;
use super::schema::{attachments, groups, roles, users};
use super::user::UserRow;

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = attachments, check_for_backend(diesel::sqlite::Sqlite))]
pub(crate) struct AttachmentRow {
    pub(crate) holder_id: String,
    /// `Role`, `User` or `Group`.
    pub(crate) holder_kind: String,
    /// `System` or `Custom`.
    pub(crate) policy_type: String,
    pub(crate) policy_name: String,
    pub(crate) policy_name_key: String,
    /// Set for custom policies.
    pub(crate) policy_id: Option<String>,
    pub(crate) attached_at: i64,
}

pub(crate) fn insert(connection: &mut SqliteConnection, row: &AttachmentRow) -> QueryResult<()> {
    diesel::insert_into(attachments::table).values(row).execute(connection).map(drop)
}

/// What a holder holds itself, in the order it was attached.
pub(crate) fn list(connection: &mut SqliteConnection, holder_id: &str) -> QueryResult<Vec<AttachmentRow>> {
    attachments::table
        .filter(attachments::holder_id.eq(holder_id))
        .order((attachments::attached_at, attachments::policy_type, attachments::policy_name_key))
        .select(AttachmentRow::as_select())
        .load(connection)
}

/// Takes a policy from its holder; `false` if the holder did not hold it.
pub(crate) fn delete(
    connection: &mut SqliteConnection,
    holder_id: &str,
    policy_type: &str,
    name_key: &str,
) -> QueryResult<bool> {
    diesel::delete(attachments::table.find((holder_id, policy_type, name_key)))
        .execute(connection)
        .map(|rows| rows > 0)
}

/// What kind of holder holds a custom policy, if anybody does.
pub(crate) fn kind_of_holder(
    connection: &mut SqliteConnection,
    policy_id: &str,
) -> QueryResult<Option<String>> {
    attachments::table
        .filter(attachments::policy_id.eq(policy_id))
        .order((attachments::holder_kind, attachments::holder_id))
        .select(attachments::holder_kind)
        .first(connection)
        .optional()
}

/// How many roles, users and groups hold a custom policy.
pub(crate) fn count_holders(connection: &mut SqliteConnection, policy_id: &str) -> QueryResult<i64> {
    attachments::table.filter(attachments::policy_id.eq(policy_id)).count().get_result(connection)
}

/// How many roles, users and groups of an account hold a system policy.
pub(crate) fn count_system_holders(
    connection: &mut SqliteConnection,
    account_id: &str,
    name_key: &str,
) -> QueryResult<i64> {
    let holders = Holders::of(connection, account_id, ("System", name_key))?;
    let number = holders.roles.len() + holders.users.len() + holders.groups.len();
    Ok(i64::try_from(number).unwrap_or(i64::MAX))
}

/// A policy in somebody's hands, and whose they are.
pub(crate) struct Attached {
    pub(crate) holder_name: String,
    pub(crate) row: AttachmentRow,
}

/// Everything that the roles, users and groups of an account hold.
pub(crate) fn of_account(connection: &mut SqliteConnection, account_id: &str) -> QueryResult<Vec<Attached>> {
    let mut found: Vec<(AttachmentRow, String)> = attachments::table
        .inner_join(roles::table.on(roles::id.eq(attachments::holder_id)))
        .filter(roles::account_id.eq(account_id))
        .select((AttachmentRow::as_select(), roles::name))
        .load(connection)?;
    found.extend(
        attachments::table
            .inner_join(users::table.on(users::id.eq(attachments::holder_id)))
            .filter(users::account_id.eq(account_id))
            .select((AttachmentRow::as_select(), users::name))
            .load::<(AttachmentRow, String)>(connection)?,
    );
    found.extend(
        attachments::table
            .inner_join(groups::table.on(groups::id.eq(attachments::holder_id)))
            .filter(groups::account_id.eq(account_id))
            .select((AttachmentRow::as_select(), groups::name))
            .load::<(AttachmentRow, String)>(connection)?,
    );
    Ok(found.into_iter().map(|(row, holder_name)| Attached { holder_name, row }).collect())
}

/// Who in an account holds a policy, each by name and with the time it was attached.
pub(crate) struct Holders {
    pub(crate) roles: Vec<(RoleRow, i64)>,
    pub(crate) users: Vec<(UserRow, i64)>,
    pub(crate) groups: Vec<(GroupRow, i64)>,
}

impl Holders {
    pub(crate) fn of(
        connection: &mut SqliteConnection,
        account_id: &str,
        (policy_type, name_key): (&str, &str),
    ) -> QueryResult<Self> {
        let is_policy =
            attachments::policy_type.eq(policy_type).and(attachments::policy_name_key.eq(name_key));
        Ok(Self {
            roles: attachments::table
                .inner_join(roles::table.on(roles::id.eq(attachments::holder_id)))
                .filter(roles::account_id.eq(account_id).and(is_policy))
                .order(roles::name_key)
                .select((RoleRow::as_select(), attachments::attached_at))
                .load(connection)?,
            users: attachments::table
                .inner_join(users::table.on(users::id.eq(attachments::holder_id)))
                .filter(users::account_id.eq(account_id).and(is_policy))
                .order(users::name_key)
                .select((UserRow::as_select(), attachments::attached_at))
                .load(connection)?,
            groups: attachments::table
                .inner_join(groups::table.on(groups::id.eq(attachments::holder_id)))
                .filter(groups::account_id.eq(account_id).and(is_policy))
                .order(groups::name_key)
                .select((GroupRow::as_select(), attachments::attached_at))
                .load(connection)?,
        })
    }
}
