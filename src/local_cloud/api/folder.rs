//! ResourceDirectoryMaster 2022-04-19: the resource directory and its folders.

use diesel::SqliteConnection;
use serde_json::{Value, json};

use crate::base::fold;
use crate::local_cloud::refusal::{Entity, Refusal};
use crate::local_cloud::store::account::{self, DirectoryRow};
use crate::local_cloud::store::folder::{self, FolderRow};
use crate::local_cloud::{name, rules};

use super::invocation::{Invocation, NumberedPage, Outcome, date};
use super::permission::authorise;

/// `GetResourceDirectory`.
pub(crate) fn get_directory(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    authorise(
        call,
        connection,
        "resourcemanager:GetResourceDirectory",
        &arn(&directory, "resourceDirectory/*"),
    )?;
    let id = &directory.management_account_id;
    let management = account::find(connection, id)?.ok_or_else(|| Refusal::missing(Entity::Account, id))?;
    Ok(json!({"ResourceDirectory": {
        "ResourceDirectoryId": directory.id,
        "RootFolderId": directory.root_folder_id,
        "MasterAccountId": management.id,
        "MasterAccountName": management.name,
        "ControlPolicyStatus": "Disabled",
        "MemberDeletionStatus": "Disabled",
        "CreateTime": date(directory.created_at),
    }}))
}

/// `CreateFolder`; below the root unless `ParentFolderId` says where.
pub(crate) fn create(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    let parent_id = call.parameters.optional("ParentFolderId").filter(|id| !id.is_empty());
    let parent_id = parent_id.unwrap_or(&directory.root_folder_id);
    authorise(
        call,
        connection,
        "resourcemanager:CreateFolder",
        &arn(&directory, &format!("folder/{parent_id}")),
    )?;
    let name = rules::length("FolderName", call.parameters.required("FolderName")?, 1..=24)?;
    let name = rules::printable("FolderName", name)?;
    let parent = find(connection, parent_id)?;
    if parent.depth >= rules::FOLDER_DEPTH {
        let limit = rules::FOLDER_DEPTH;
        let of = "levels of folders below the root";
        return Err(Refusal::Limit { code: "LimitExceeded.ResourceDirectory.FolderDepth", limit, of });
    }
    let siblings = folder::list_children(connection, &parent.id)?;
    if siblings.iter().any(|sibling| sibling.name_key == fold(name)) {
        return Err(Refusal::exists(Entity::FolderName, name));
    }
    let row = FolderRow {
        id: name::folder_id(&call.cloud.random)?,
        parent_id: Some(parent.id),
        name: name.to_owned(),
        name_key: fold(name),
        depth: parent.depth + 1,
        created_at: call.now.millis(),
    };
    folder::insert(connection, &row)?;
    Ok(json!({"Folder": answer(&row)}))
}

/// `ListFoldersForParent`; those of the root unless `ParentFolderId` says which.
pub(crate) fn list_for_parent(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    let parent_id = call.parameters.optional("ParentFolderId").filter(|id| !id.is_empty());
    let parent_id = parent_id.unwrap_or(&directory.root_folder_id);
    let parent_arn = arn(&directory, &format!("folder/{parent_id}"));
    authorise(call, connection, "resourcemanager:ListFoldersForParent", &parent_arn)?;
    let page = NumberedPage::read(call.parameters)?;
    let parent = find(connection, parent_id)?;
    let mut rows = folder::list_children(connection, &parent.id)?;
    if let Some(keyword) = call.parameters.optional("QueryKeyword").map(fold) {
        rows.retain(|row| row.name_key.contains(&keyword) || row.id.contains(&keyword));
    }
    Ok(page.answer(&rows, ("Folders", "Folder"), answer))
}

/// The folder of this id.
pub(crate) fn find(connection: &mut SqliteConnection, id: &str) -> Result<FolderRow, Refusal> {
    folder::find(connection, id)?.ok_or_else(|| Refusal::missing(Entity::Folder, id))
}

/// The resource directory, which the first start makes.
pub(crate) fn directory(connection: &mut SqliteConnection) -> Result<DirectoryRow, Refusal> {
    account::directory(connection)?
        .ok_or_else(|| Refusal::Internal("there is no resource directory".to_owned()))
}

/// The ARN of something in the resource directory, which belongs to the management account.
pub(crate) fn arn(directory: &DirectoryRow, resource: &str) -> String {
    format!("acs:resourcemanager::{}:{resource}", directory.management_account_id)
}

fn answer(row: &FolderRow) -> Value {
    json!({
        "FolderId": row.id,
        "FolderName": row.name,
        "ParentFolderId": row.parent_id,
        "CreateTime": date(row.created_at),
    })
}
