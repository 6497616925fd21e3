//! ResourceDirectoryMaster 2022-04-19: the resource directory itself, and who may look into it.

use diesel::SqliteConnection;
use serde_json::{Value, json};

use crate::local_cloud::refusal::{Entity, Refusal};
use crate::local_cloud::store::account::{self, AccountRow, DirectoryChanges, DirectoryRow};
use crate::local_cloud::store::delegated_administrator;

use super::invocation::{Invocation, Outcome, date};
use super::permission::authorise;

/// `GetResourceDirectory`; members may ask it too.
pub(crate) fn get(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    let caller = account::find(connection, call.account().as_str())?;
    let holder = caller.filter(AccountRow::is_ordinary_member).map(|account| account.id);
    let holder = holder.as_ref().unwrap_or(&directory.management_account_id);
    let arn = arn_of(holder, "resourceDirectory/*");
    authorise(call, connection, "resourcemanager:GetResourceDirectory", &arn)?;
    let id = &directory.management_account_id;
    let management = account::find(connection, id)?.ok_or_else(|| Refusal::missing(Entity::Account, id))?;
    Ok(json!({"ResourceDirectory": {
        "ResourceDirectoryId": directory.id,
        "RootFolderId": directory.root_folder_id,
        "MasterAccountId": management.id,
        "MasterAccountName": management.name,
        "ControlPolicyStatus": status(directory.control_policy_enabled),
        "MemberDeletionStatus": status(directory.member_deletion_enabled),
        "MemberAccountDisplayNameSyncStatus": status(directory.display_name_sync_enabled),
        "CreateTime": date(directory.created_at),
    }}))
}

/// `EnableResourceDirectory`: there is one from the first start on, and so this always refuses.
pub(crate) fn enable(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    call.parameters.required("EnableMode")?;
    call.parameters.choice("EnableMode", &["CurrentAccount", "NewManagementAccount"])?;
    let directory = directory(connection)?;
    let arn = arn_of(call.account().as_str(), "resourceDirectory/*");
    authorise(call, connection, "resourcemanager:EnableResourceDirectory", &arn)?;
    Err(Refusal::exists(Entity::Directory, directory.id))
}

/// `SetMemberDeletionPermission`.
pub(crate) fn set_member_deletion(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = administered(call, connection, "resourcemanager:SetMemberDeletionPermission")?;
    let enabled = enabled(call)?;
    let changes = DirectoryChanges { member_deletion_enabled: Some(enabled), ..Default::default() };
    account::update_directory(connection, &directory.id, &changes)?;
    Ok(json!({
        "ManagementAccountId": directory.management_account_id,
        "MemberDeletionStatus": status(enabled),
        "ResourceDirectoryId": directory.id,
    }))
}

/// `SetMemberDisplayNameSyncStatus`.
pub(crate) fn set_display_name_sync(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = administered(call, connection, "resourcemanager:SetMemberDisplayNameSyncStatus")?;
    let enabled = enabled(call)?;
    let changes = DirectoryChanges { display_name_sync_enabled: Some(enabled), ..Default::default() };
    account::update_directory(connection, &directory.id, &changes)?;
    Ok(json!({"MemberAccountDisplayNameSyncStatus": status(enabled)}))
}

/// The resource directory, which the first start makes.
pub(crate) fn directory(connection: &mut SqliteConnection) -> Result<DirectoryRow, Refusal> {
    account::directory(connection)?
        .ok_or_else(|| Refusal::Internal("there is no resource directory".to_owned()))
}

/// The resource directory, for a caller of the management account who may do `action` to it.
pub(crate) fn administered(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    action: &str,
) -> Result<DirectoryRow, Refusal> {
    let directory = directory(connection)?;
    authorise(call, connection, action, &arn(&directory, "resourceDirectory/*"))?;
    Ok(directory)
}

/// The ARN of something in the resource directory, which belongs to the management account.
pub(crate) fn arn(directory: &DirectoryRow, resource: &str) -> String {
    arn_of(&directory.management_account_id, resource)
}

/// As [`arn`], for looking: a delegated administrator looks at the directory as at its own.
pub(crate) fn readable(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    (directory, resource): (&DirectoryRow, &str),
) -> Result<String, Refusal> {
    let caller = call.account().as_str();
    let is_delegated = !delegated_administrator::of_account(connection, caller)?.is_empty();
    Ok(if is_delegated { arn_of(caller, resource) } else { arn(directory, resource) })
}

/// The ARN of something that the resource directory keeps for an account.
pub(crate) fn arn_of(account_id: &str, resource: &str) -> String {
    format!("acs:resourcemanager::{account_id}:{resource}")
}

/// The member of this id, which is not the management account.
pub(crate) fn member(connection: &mut SqliteConnection, id: &str) -> Result<AccountRow, Refusal> {
    account::find(connection, id)?
        .filter(AccountRow::is_ordinary_member)
        .ok_or_else(|| Refusal::missing(Entity::Account, id))
}

/// The account of this id, if it belongs to the directory: the management account or a member.
pub(crate) fn inside(connection: &mut SqliteConnection, id: &str) -> Result<AccountRow, Refusal> {
    account::find(connection, id)?
        .filter(|row| row.is_member)
        .ok_or_else(|| Refusal::missing(Entity::Account, id))
}

/// The two states of a feature, as answers spell them.
pub(crate) fn status(enabled: bool) -> &'static str {
    if enabled { "Enabled" } else { "Disabled" }
}

/// An optional id of a folder: the root's where it is absent or empty.
pub(crate) fn folder_id<'c>(
    call: &'c Invocation<'_>,
    parameter: &str,
    directory: &'c DirectoryRow,
) -> &'c str {
    let id = call.parameters.optional(parameter).filter(|id| !id.is_empty());
    id.unwrap_or(&directory.root_folder_id)
}

fn enabled(call: &Invocation<'_>) -> Result<bool, Refusal> {
    call.parameters.required("Status")?;
    Ok(call.parameters.choice("Status", &["Enabled", "Disabled"])? == Some("Enabled"))
}

/// An invitation or a member with the management account that it belongs to.
pub(crate) fn management_name(
    connection: &mut SqliteConnection,
    directory: &DirectoryRow,
) -> Result<Value, Refusal> {
    let id = &directory.management_account_id;
    Ok(account::find(connection, id)?.map_or(Value::Null, |row| row.name.into()))
}
