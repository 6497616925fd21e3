//! ResourceDirectoryMaster 2022-04-19: folders. The package has no action that moves a folder.

use diesel::SqliteConnection;
use serde_json::{Value, json};

use crate::base::fold;
use crate::local_cloud::refusal::{Entity, Refusal};
use crate::local_cloud::store::account::{self, DirectoryRow};
use crate::local_cloud::store::folder::{self, FolderRow};
use crate::local_cloud::store::tag::{Bearer, remove_all};
use crate::local_cloud::store::{account::Filter as AccountFilter, control_policy};
use crate::local_cloud::{name, rules};

use super::directory::{arn, directory, folder_id, readable};
use super::invocation::{Invocation, NumberedPage, Outcome, date};
use super::permission::authorise;
use super::tag::{self, Filter, Tags, ValueLimit};

/// The word for folders where tags are kept.
const TAGGED: &str = "Folder";

/// `CreateFolder`; below the root unless `ParentFolderId` says where.
pub(crate) fn create(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    let parent_id = folder_id(call, "ParentFolderId", &directory);
    let parent_arn = arn(&directory, &format!("folder/{parent_id}"));
    authorise(call, connection, "resourcemanager:CreateFolder", &parent_arn)?;
    let name = folder_name(call, "FolderName")?;
    let tags = tag::given(call.parameters, ValueLimit::Directory)?;
    let parent = find(connection, parent_id)?;
    if parent.depth >= rules::FOLDER_DEPTH {
        let limit = rules::FOLDER_DEPTH;
        let of = "levels of folders below the root";
        return Err(Refusal::Limit { code: "LimitExceeded.ResourceDirectory.FolderDepth", limit, of });
    }
    if folder::count(connection)? >= rules::FOLDERS {
        let (limit, of) = (rules::FOLDERS, "folders of one resource directory");
        return Err(Refusal::Limit { code: "LimitExceeded.ResourceDirectory.Folder", limit, of });
    }
    is_free(connection, &parent.id, name)?;
    let row = FolderRow {
        id: name::folder_id(&call.cloud.random)?,
        parent_id: Some(parent.id),
        name: name.to_owned(),
        name_key: fold(name),
        depth: parent.depth + 1,
        created_at: call.now.millis(),
    };
    folder::insert(connection, &row)?;
    control_policy::attach(connection, rules::FULL_ACCESS, (&row.id, call.now.millis()))?;
    tag::bind(connection, bearer(&directory, &row.id), &tags)?;
    Ok(json!({"Folder": answer(&row)}))
}

/// `GetFolder`; the answer says where it is.
pub(crate) fn get(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    let id = call.parameters.required("FolderId")?;
    let arn = readable(call, connection, (&directory, &format!("folder/{id}")))?;
    authorise(call, connection, "resourcemanager:GetFolder", &arn)?;
    let row = find(connection, id)?;
    let mut answer = answer(&row);
    if let Some(members) = answer.as_object_mut() {
        let path = path(connection, &directory, &row.id)?;
        members.insert("ResourceDirectoryPath".to_owned(), path.into());
    }
    Ok(json!({"Folder": answer}))
}

/// `UpdateFolder`: another name.
pub(crate) fn update(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    let row = changed(call, connection, (&directory, "resourcemanager:UpdateFolder"))?;
    let name = folder_name(call, "NewFolderName")?;
    let parent_id = row.parent_id.as_deref().ok_or(ROOT)?;
    if fold(name) != row.name_key {
        is_free(connection, parent_id, name)?;
    }
    folder::rename(connection, &row.id, (name, &fold(name)))?;
    Ok(json!({"Folder": answer(&find(connection, &row.id)?)}))
}

/// `DeleteFolder`, of a folder that is empty.
pub(crate) fn delete(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    let row = changed(call, connection, (&directory, "resourcemanager:DeleteFolder"))?;
    if row.parent_id.is_none() {
        return Err(ROOT);
    }
    if !folder::list_children(connection, &row.id)?.is_empty() {
        return Err(Refusal::InUse {
            code: "DeleteConflict.Folder.SubFolder",
            reason: "There are folders in the folder. Delete them before you delete it.",
        });
    }
    let filter = AccountFilter { folder_id: Some(&row.id), keyword: None };
    if !account::list_members(connection, filter)?.is_empty() {
        return Err(Refusal::InUse {
            code: "DeleteConflict.Folder.Account",
            reason: "There are members in the folder. Move them before you delete it.",
        });
    }
    account::forget_folder(connection, &row.id, &directory.root_folder_id)?;
    control_policy::detach_all(connection, &row.id)?;
    remove_all(connection, bearer(&directory, &row.id))?;
    folder::delete(connection, &row.id)?;
    Ok(json!({}))
}

/// `ListFoldersForParent`; those of the root unless `ParentFolderId` says which.
pub(crate) fn list_for_parent(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    let parent_id = folder_id(call, "ParentFolderId", &directory);
    let arn = readable(call, connection, (&directory, &format!("folder/{parent_id}")))?;
    authorise(call, connection, "resourcemanager:ListFoldersForParent", &arn)?;
    let page = NumberedPage::read(call.parameters)?;
    let filter = Filter::read(call.parameters)?;
    let parent = find(connection, parent_id)?;
    let tags = Tags::load(connection, &directory.management_account_id, TAGGED)?;
    let mut rows = folder::list_children(connection, &parent.id)?;
    rows.retain(|row| filter.admits(tags.of(&row.id)));
    if let Some(keyword) = call.parameters.optional("QueryKeyword").map(fold) {
        rows.retain(|row| row.name_key.contains(&keyword) || row.id.contains(&keyword));
    }
    Ok(page.answer(&rows, ("Folders", "Folder"), |row| {
        let mut folder = answer(row);
        if let Some(members) = folder.as_object_mut() {
            let own = tag::directory_answer(tags.of(&row.id));
            members.insert("Tags".to_owned(), json!({ "Tag": own }));
        }
        folder
    }))
}

/// `ListAncestors`: the folders from the root down to the parent of a folder.
pub(crate) fn list_ancestors(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    let child_id = call.parameters.required("ChildId")?;
    let arn = readable(call, connection, (&directory, &format!("folder/{child_id}")))?;
    authorise(call, connection, "resourcemanager:ListAncestors", &arn)?;
    let row = find(connection, child_id)?;
    let mut path = folder::path(connection, &row.id)?;
    path.pop();
    let mut folders = Vec::new();
    for id in path {
        folders.push(answer(&find(connection, &id)?));
    }
    Ok(json!({"Folders": {"Folder": folders}}))
}

/// The folder of this id.
pub(crate) fn find(connection: &mut SqliteConnection, id: &str) -> Result<FolderRow, Refusal> {
    folder::find(connection, id)?.ok_or_else(|| Refusal::missing(Entity::Folder, id))
}

/// `<directory>/<root>/<folder>/…`, down to the folder of this id.
pub(crate) fn path(
    connection: &mut SqliteConnection,
    directory: &DirectoryRow,
    id: &str,
) -> Result<String, Refusal> {
    Ok(format!("{}/{}", directory.id, folder::path(connection, id)?.join("/")))
}

const ROOT: Refusal = Refusal::State {
    code: "InvalidOperation.ResourceDirectory.RootFolder",
    reason: "The root folder keeps its name and cannot be deleted.",
};

fn bearer<'a>(directory: &'a DirectoryRow, id: &'a str) -> Bearer<'a> {
    Bearer { account_id: &directory.management_account_id, resource_type: TAGGED, resource_id: id }
}

fn changed(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    (directory, action): (&DirectoryRow, &str),
) -> Result<FolderRow, Refusal> {
    let id = call.parameters.required("FolderId")?;
    authorise(call, connection, action, &arn(directory, &format!("folder/{id}")))?;
    find(connection, id)
}

fn folder_name<'c>(call: &'c Invocation<'_>, parameter: &'static str) -> Result<&'c str, Refusal> {
    const RULE: (&str, &str) = ("_.-", "letters, digits, '_', '.' or '-'");
    let name = rules::length(parameter, call.parameters.required(parameter)?, 1..=24)?;
    rules::letters(parameter, rules::printable(parameter, name)?, RULE)
}

fn is_free(connection: &mut SqliteConnection, parent_id: &str, name: &str) -> Result<(), Refusal> {
    let siblings = folder::list_children(connection, parent_id)?;
    if siblings.iter().any(|sibling| sibling.name_key == fold(name)) {
        return Err(Refusal::exists(Entity::FolderName, name));
    }
    Ok(())
}

fn answer(row: &FolderRow) -> Value {
    json!({
        "FolderId": row.id,
        "FolderName": row.name,
        "ParentFolderId": row.parent_id,
        "CreateTime": date(row.created_at),
    })
}
