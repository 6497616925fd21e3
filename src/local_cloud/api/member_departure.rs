//! ResourceDirectoryMaster 2022-04-19: how a member leaves: removed, when it was invited, or deleted.
//!
//! A deletion is checked, then done at once: nothing here is billed, so there is no silent period.

use diesel::SqliteConnection;
use serde_json::{Value, json};

use crate::local_cloud::refusal::{Entity, Refusal};
use crate::local_cloud::rules;
use crate::local_cloud::store::account::{self, AccountChanges, AccountRow, DELETED, DirectoryRow};
use crate::local_cloud::store::tag::remove_all;
use crate::local_cloud::store::{
    account_deletion, attachment, control_policy, delegated_administrator, role,
};

use super::directory::{arn, directory};
use super::invocation::{Invocation, Outcome, date};
use super::member::{bearer, changed};
use super::permission::authorise;

/// The check item for what CloudSSO keeps in the account: its deletion may go on all the same.
const KEPT_BY_CLOUDSSO: &str = "CLOUDSSO_OBJECTS";

/// `RemoveCloudAccount`: a member of the type cloud account goes its own way again. The roles by which
/// the management account and CloudSSO entered it go with that.
pub(crate) fn remove(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    let row = changed(call, connection, (&directory, "resourcemanager:RemoveCloudAccount"))?;
    if row.kind != "CloudAccount" {
        return Err(Refusal::State {
            code: "InvalidOperation.ResourceDirectory.Account.Type",
            reason: "Only a member of the type CloudAccount can be removed. Delete a resource account.",
        });
    }
    if holds_cloudsso_roles(connection, &row.id)? {
        return Err(Refusal::InUse {
            code: "DeleteConflict.ResourceDirectory.Account.CloudSSO",
            reason: "CloudSSO keeps roles in the account. Take its access assignments back first.",
        });
    }
    for name in [rules::MEMBER_ACCESS_ROLE, rules::CLOUDSSO_ROLE] {
        if let Some(role) = role::find(connection, &row.id, &crate::base::fold(name))? {
            drop_role(connection, &role.id)?;
        }
    }
    leave(call, connection, (&directory, &row), "Removed")?;
    Ok(json!({}))
}

/// `CheckAccountDelete`: looks whether a member can be deleted, and keeps what it found.
pub(crate) fn check(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    let row = changed(call, connection, (&directory, "resourcemanager:CheckAccountDelete"))?;
    account_deletion::check(connection, &row.id, call.now.millis())?;
    Ok(json!({}))
}

/// `GetAccountDeletionCheckResult`, as things are now.
pub(crate) fn check_result(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    let row = changed(call, connection, (&directory, "resourcemanager:GetAccountDeletionCheckResult"))?;
    is_checked(connection, &row.id)?;
    let (reasons, abandonable) = findings(connection, &row)?;
    Ok(json!({"AccountDeletionCheckResultInfo": {
        "Status": "PreCheckComplete",
        "AllowDelete": if reasons.is_empty() { "true" } else { "false" },
        "NotAllowReason": reasons,
        "AbandonableChecks": abandonable,
    }}))
}

/// `DeleteAccount`: of a resource account that was checked, where the directory permits deletions and
/// every check item that is left is named by `AbandonableCheckId`.
pub(crate) fn delete(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    let row = changed(call, connection, (&directory, "resourcemanager:DeleteAccount"))?;
    if !directory.member_deletion_enabled {
        return Err(Refusal::State {
            code: "MemberDeletionPermission.Disabled",
            reason: "The deletion of members is not enabled. Call SetMemberDeletionPermission first.",
        });
    }
    is_checked(connection, &row.id)?;
    let (reasons, abandonable) = findings(connection, &row)?;
    let abandoned = call.parameters.strings("AbandonableCheckId")?;
    let is_left = |item: &&Value| !abandoned.iter().any(|id| item["CheckId"] == id.as_str());
    if !reasons.is_empty() || abandonable.iter().any(|item| is_left(&item)) {
        return Err(Refusal::State {
            code: "DeleteConflict.ResourceDirectory.Account.CheckFailed",
            reason: "The member cannot be deleted: see GetAccountDeletionCheckResult.",
        });
    }
    for role in role::list(connection, &row.id, "", i64::MAX)? {
        drop_role(connection, &role.id)?;
    }
    account_deletion::complete(connection, &row.id, call.now.millis())?;
    leave(call, connection, (&directory, &row), DELETED)?;
    Ok(json!({"DeletionType": "0"}))
}

/// `GetAccountDeletionStatus`.
pub(crate) fn status(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    let id = call.parameters.required("AccountId")?;
    let account_arn = arn(&directory, &format!("account/{id}"));
    authorise(call, connection, "resourcemanager:GetAccountDeletionStatus", &account_arn)?;
    let deletion = account_deletion::find(connection, id)?;
    let deleted = deletion.and_then(|deletion| deletion.deleted_at.map(|at| (deletion.checked_at, at)));
    let (_, deleted_at) = deleted.ok_or_else(|| Refusal::missing(Entity::Account, id))?;
    Ok(json!({"RdAccountDeletionStatus": {
        "AccountId": id,
        "Status": "Success",
        "DeletionType": "0",
        "CreateTime": date(deleted_at),
        "DeletionTime": date(deleted_at),
        "FailReasonList": [],
    }}))
}

/// What stands against a deletion, and what may be passed over.
fn findings(
    connection: &mut SqliteConnection,
    row: &AccountRow,
) -> Result<(Vec<Value>, Vec<Value>), Refusal> {
    let item = |id: &str, name: &str, description: &str| json!({"CheckId": id, "CheckName": name, "Description": description});
    let mut reasons = Vec::new();
    if row.kind == "CloudAccount" {
        let description = "Only a member of the type ResourceAccount can be deleted.";
        reasons.push(item("ACCOUNT_TYPE", "Resource Directory", description));
    }
    if !delegated_administrator::of_account(connection, &row.id)?.is_empty() {
        let description = "The member is a delegated administrator. Deregister it first.";
        reasons.push(item("DELEGATED_ADMINISTRATOR", "Resource Directory", description));
    }
    let mut abandonable = Vec::new();
    if holds_cloudsso_roles(connection, &row.id)? {
        let description = "CloudSSO keeps roles in the account. They go with it.";
        abandonable.push(item(KEPT_BY_CLOUDSSO, "CloudSSO", description));
    }
    Ok((reasons, abandonable))
}

fn is_checked(connection: &mut SqliteConnection, account_id: &str) -> Result<(), Refusal> {
    match account_deletion::find(connection, account_id)? {
        Some(_) => Ok(()),
        None => Err(Refusal::missing(Entity::DeletionCheck, account_id)),
    }
}

fn holds_cloudsso_roles(connection: &mut SqliteConnection, account_id: &str) -> Result<bool, Refusal> {
    let roles = role::list(connection, account_id, "", i64::MAX)?;
    Ok(roles.iter().any(|role| rules::is_reserved(&role.name)))
}

/// Deletes a role with what it holds; its sessions end with it.
fn drop_role(connection: &mut SqliteConnection, role_id: &str) -> Result<(), Refusal> {
    for held in attachment::list(connection, role_id)? {
        attachment::delete(connection, role_id, &held.policy_type, &held.policy_name_key)?;
    }
    Ok(role::delete(connection, role_id)?)
}

fn leave(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    (directory, row): (&DirectoryRow, &AccountRow),
    status: &str,
) -> Result<(), Refusal> {
    for delegated in delegated_administrator::of_account(connection, &row.id)? {
        delegated_administrator::delete(connection, &row.id, &delegated.service)?;
    }
    control_policy::detach_all(connection, &row.id)?;
    remove_all(connection, bearer(directory, &row.id))?;
    let changes = AccountChanges {
        status: Some(status),
        is_member: Some(false),
        updated_at: Some(call.now.millis()),
        // The display name is unique in the directory, and free again.
        display_name_key: Some(format!("\u{0}{}", row.id)),
        ..Default::default()
    };
    Ok(account::update(connection, &row.id, &changes)?)
}
