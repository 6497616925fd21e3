//! ResourceDirectoryMaster 2022-04-19: the member accounts.

use diesel::SqliteConnection;
use serde_json::{Value, json};

use crate::base::fold;
use crate::local_cloud::bootstrap;
use crate::local_cloud::refusal::{Entity, Flaw, Refusal};
use crate::local_cloud::store::account::{self, AccountRow, DirectoryRow, Filter};
use crate::local_cloud::store::folder;
use crate::local_cloud::{name, rules};

use super::folder::{arn, directory, find as find_folder};
use super::invocation::{Invocation, NumberedPage, Outcome, date};
use super::permission::authorise;

/// `CreateResourceAccount`: a new member, with the roles that every member begins with.
pub(crate) fn create(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    authorise(call, connection, "resourcemanager:CreateResourceAccount", &arn(&directory, "account/*"))?;
    let row = new_member(call, connection, &directory)?;
    if account::display_name_exists(connection, &row.display_name_key)? {
        return Err(Refusal::exists(Entity::DisplayName, row.display_name));
    }
    if account::name_exists(connection, &row.name)? {
        return Err(Refusal::exists(Entity::AccountName, row.name));
    }
    if account::count_members(connection)? >= rules::MEMBERS {
        let limit = rules::MEMBERS;
        let of = "members of one resource directory";
        return Err(Refusal::Limit { code: "LimitExceeded.ResourceDirectory.Account", limit, of });
    }
    if !call.parameters.boolean("DryRun")?.unwrap_or(false) {
        let random = &call.cloud.random;
        account::insert(connection, &row)?;
        bootstrap::service_role::<Refusal>(connection, random, &row.id, call.now)?;
        bootstrap::member_access_role::<Refusal>(connection, random, &row, &directory.management_account_id)?;
    }
    Ok(json!({"Account": answer(&directory, &row)}))
}

/// `GetAccount`.
pub(crate) fn get(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    let id = call.parameters.required("AccountId")?;
    let account_arn = arn(&directory, &format!("account/{id}"));
    authorise(call, connection, "resourcemanager:GetAccount", &account_arn)?;
    let row = account::find(connection, id)?.ok_or_else(|| Refusal::missing(Entity::Account, id))?;
    let path = [vec![directory.id.clone()], folder::path(connection, &row.folder_id)?, vec![row.id.clone()]];
    let mut answer = answer(&directory, &row);
    if let Some(members) = answer.as_object_mut() {
        members.insert("ResourceDirectoryPath".to_owned(), path.concat().join("/").into());
        members.insert("Location".to_owned(), "ResourceDirectory".into());
    }
    Ok(json!({"Account": answer}))
}

/// `ListAccounts`: every member.
pub(crate) fn list(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    authorise(call, connection, "resourcemanager:ListAccounts", &arn(&directory, "account/*"))?;
    page(call, connection, &directory, None)
}

/// `ListAccountsForParent`: the members directly in one folder, the root unless said.
pub(crate) fn list_for_parent(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    let parent_id = call.parameters.optional("ParentFolderId").filter(|id| !id.is_empty());
    let parent_id = parent_id.unwrap_or(&directory.root_folder_id);
    let parent_arn = arn(&directory, &format!("folder/{parent_id}"));
    authorise(call, connection, "resourcemanager:ListAccountsForParent", &parent_arn)?;
    let parent = find_folder(connection, parent_id)?;
    page(call, connection, &directory, Some(&parent.id))
}

fn page(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    directory: &DirectoryRow,
    folder_id: Option<&str>,
) -> Outcome {
    let page = NumberedPage::read(call.parameters)?;
    let keyword = call.parameters.optional("QueryKeyword").filter(|keyword| !keyword.is_empty());
    let rows = account::list_members(connection, Filter { folder_id, keyword })?;
    Ok(page.answer(&rows, ("Accounts", "Account"), |row| answer(directory, row)))
}

fn new_member(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    directory: &DirectoryRow,
) -> Result<AccountRow, Refusal> {
    let display_name = rules::length("DisplayName", call.parameters.required("DisplayName")?, 2..=50)?;
    let display_name = rules::printable("DisplayName", display_name)?;
    let parent_id = call.parameters.optional("ParentFolderId").filter(|id| !id.is_empty());
    let folder = find_folder(connection, parent_id.unwrap_or(&directory.root_folder_id))?;
    let id = name::account_id(&call.cloud.random)?;
    let prefix = match call.parameters.optional("AccountNamePrefix").filter(|prefix| !prefix.is_empty()) {
        None => id.as_str(),
        Some(prefix) => account_name_prefix(prefix)?,
    };
    Ok(AccountRow {
        name: format!("{}@{}.aliyunid.com", fold(prefix), directory.id),
        id,
        folder_id: folder.id,
        kind: "ResourceAccount".to_owned(),
        display_name: display_name.to_owned(),
        display_name_key: fold(display_name),
        join_method: "created".to_owned(),
        status: "CreateSuccess".to_owned(),
        console_session_seconds: bootstrap::CONSOLE_SESSION_SECONDS,
        created_at: call.now.millis(),
        updated_at: call.now.millis(),
    })
}

fn account_name_prefix(prefix: &str) -> Result<&str, Refusal> {
    const RULE: &str = "2 to 37 letters, digits, '.', '_' or '-', with a letter or digit at either end";
    let valid = (2..=37).contains(&prefix.len())
        && prefix.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
        && [prefix.bytes().next(), prefix.bytes().last()].iter().flatten().all(u8::is_ascii_alphanumeric);
    valid.then_some(prefix).ok_or_else(|| Refusal::parameter("AccountNamePrefix", Flaw::Value, RULE))
}

fn answer(directory: &DirectoryRow, row: &AccountRow) -> Value {
    json!({
        "ResourceDirectoryId": directory.id,
        "AccountId": row.id,
        "AccountName": row.name,
        "DisplayName": row.display_name,
        "FolderId": row.folder_id,
        "JoinMethod": row.join_method,
        "Status": row.status,
        "Type": if row.kind == "CloudAccount" { "CloudAccount" } else { "ResourceAccount" },
        "JoinTime": date(row.created_at),
        "ModifyTime": date(row.updated_at),
    })
}
