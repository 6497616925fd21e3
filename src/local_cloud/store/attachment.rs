//! Which policies a role, a user or a group holds. The ids of the three are unlike each other, so that
//! an id alone says who holds what.

use diesel::prelude::*;

use super::schema::attachments;

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

/// Takes a custom policy from all its holders.
pub(crate) fn delete_all(connection: &mut SqliteConnection, policy_id: &str) -> QueryResult<()> {
    diesel::delete(attachments::table.filter(attachments::policy_id.eq(policy_id)))
        .execute(connection)
        .map(drop)
}

/// Who holds a custom policy, as kind and id.
pub(crate) fn holders(
    connection: &mut SqliteConnection,
    policy_id: &str,
) -> QueryResult<Vec<(String, String)>> {
    attachments::table
        .filter(attachments::policy_id.eq(policy_id))
        .order((attachments::holder_kind, attachments::holder_id))
        .select((attachments::holder_kind, attachments::holder_id))
        .load(connection)
}

/// How many roles, users and groups hold a custom policy.
pub(crate) fn count_holders(connection: &mut SqliteConnection, policy_id: &str) -> QueryResult<i64> {
    attachments::table.filter(attachments::policy_id.eq(policy_id)).count().get_result(connection)
}
