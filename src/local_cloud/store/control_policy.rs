//! Control policies and what they are attached to. The system control policy is known to the program
//! and has attachments only.

use diesel::prelude::*;

use super::schema::{control_policies, control_policy_attachments};

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = control_policies, check_for_backend(diesel::sqlite::Sqlite))]
pub(crate) struct ControlPolicyRow {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) name_key: String,
    pub(crate) description: String,
    pub(crate) document: String,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// What changes in a control policy; `None` leaves as it is.
#[derive(Debug, Default, AsChangeset)]
#[diesel(table_name = control_policies)]
pub(crate) struct ControlPolicyChanges<'a> {
    pub(crate) name: Option<&'a str>,
    pub(crate) name_key: Option<String>,
    pub(crate) description: Option<&'a str>,
    pub(crate) document: Option<&'a str>,
    pub(crate) updated_at: Option<i64>,
}

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = control_policy_attachments, check_for_backend(diesel::sqlite::Sqlite))]
pub(crate) struct AttachmentRow {
    pub(crate) policy_id: String,
    /// A folder or a member.
    pub(crate) target_id: String,
    pub(crate) attached_at: i64,
}

pub(crate) fn insert(connection: &mut SqliteConnection, row: &ControlPolicyRow) -> QueryResult<()> {
    diesel::insert_into(control_policies::table).values(row).execute(connection).map(drop)
}

pub(crate) fn find(connection: &mut SqliteConnection, id: &str) -> QueryResult<Option<ControlPolicyRow>> {
    control_policies::table.find(id).select(ControlPolicyRow::as_select()).first(connection).optional()
}

pub(crate) fn find_by_name(
    connection: &mut SqliteConnection,
    name_key: &str,
) -> QueryResult<Option<ControlPolicyRow>> {
    control_policies::table
        .filter(control_policies::name_key.eq(name_key))
        .select(ControlPolicyRow::as_select())
        .first(connection)
        .optional()
}

/// All of them, oldest first.
pub(crate) fn list(connection: &mut SqliteConnection) -> QueryResult<Vec<ControlPolicyRow>> {
    control_policies::table
        .order((control_policies::created_at, control_policies::id))
        .select(ControlPolicyRow::as_select())
        .load(connection)
}

pub(crate) fn update(
    connection: &mut SqliteConnection,
    id: &str,
    changes: &ControlPolicyChanges<'_>,
) -> QueryResult<()> {
    diesel::update(control_policies::table.find(id)).set(changes).execute(connection).map(drop)
}

pub(crate) fn delete(connection: &mut SqliteConnection, id: &str) -> QueryResult<()> {
    diesel::delete(control_policies::table.find(id)).execute(connection).map(drop)
}

/// Attaches a policy; `false` if it was attached before.
pub(crate) fn attach(
    connection: &mut SqliteConnection,
    policy_id: &str,
    (target_id, now): (&str, i64),
) -> QueryResult<bool> {
    let row =
        AttachmentRow { policy_id: policy_id.to_owned(), target_id: target_id.to_owned(), attached_at: now };
    diesel::insert_into(control_policy_attachments::table)
        .values(&row)
        .on_conflict_do_nothing()
        .execute(connection)
        .map(|rows| rows == 1)
}

/// Detaches a policy; `false` if it was not attached.
pub(crate) fn detach(
    connection: &mut SqliteConnection,
    policy_id: &str,
    target_id: &str,
) -> QueryResult<bool> {
    diesel::delete(control_policy_attachments::table.find((target_id, policy_id)))
        .execute(connection)
        .map(|rows| rows == 1)
}

/// Detaches every policy, as when the target goes.
pub(crate) fn detach_all(connection: &mut SqliteConnection, target_id: &str) -> QueryResult<()> {
    let rows = control_policy_attachments::table.filter(control_policy_attachments::target_id.eq(target_id));
    diesel::delete(rows).execute(connection).map(drop)
}

/// What is attached to a folder or a member, oldest first.
pub(crate) fn attached_to(
    connection: &mut SqliteConnection,
    target_id: &str,
) -> QueryResult<Vec<AttachmentRow>> {
    control_policy_attachments::table
        .filter(control_policy_attachments::target_id.eq(target_id))
        .order((control_policy_attachments::attached_at, control_policy_attachments::policy_id))
        .select(AttachmentRow::as_select())
        .load(connection)
}

/// What a policy is attached to, oldest first.
pub(crate) fn targets_of(
    connection: &mut SqliteConnection,
    policy_id: &str,
) -> QueryResult<Vec<AttachmentRow>> {
    control_policy_attachments::table
        .filter(control_policy_attachments::policy_id.eq(policy_id))
        .order((control_policy_attachments::attached_at, control_policy_attachments::target_id))
        .select(AttachmentRow::as_select())
        .load(connection)
}
