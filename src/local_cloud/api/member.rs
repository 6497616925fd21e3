//! ResourceDirectoryMaster 2022-04-19: the member accounts: made, found, listed, changed, moved.

use diesel::SqliteConnection;
use serde_json::{Value, json};

use crate::base::fold;
use crate::local_cloud::bootstrap;
use crate::local_cloud::refusal::{Entity, Flaw, Refusal};
use crate::local_cloud::store::account::{self, AccountChanges, AccountRow, DirectoryRow};
use crate::local_cloud::store::control_policy;
use crate::local_cloud::store::tag::{Bearer, TagRow, of as tags_of};
use crate::local_cloud::{name, rules};

use super::directory::{arn, directory, folder_id, inside, member, readable};
use super::folder::{find as find_folder, path};
use super::invocation::{Invocation, Outcome, date};
use super::permission::authorise;
use super::tag::{self, ValueLimit};

/// The word for members where tags are kept, and in the API.
pub(super) const TAGGED: &str = "Account";

/// `CreateResourceAccount`: a new member, with the roles that every member begins with. A dry run looks
/// whether it could be made.
pub(crate) fn create(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    authorise(call, connection, "resourcemanager:CreateResourceAccount", &arn(&directory, "account/*"))?;
    let row = new_member(call, connection, &directory)?;
    let tags = tag::given(call.parameters, ValueLimit::Directory)?;
    if account::display_name_exists(connection, &row.display_name_key)? {
        return Err(Refusal::exists(Entity::DisplayName, row.display_name));
    }
    if account::name_exists(connection, &row.name)? {
        return Err(Refusal::exists(Entity::AccountName, row.name));
    }
    has_room(connection)?;
    if !call.parameters.boolean("DryRun")?.unwrap_or(false) {
        account::insert(connection, &row)?;
        welcome(call, connection, &directory, &row)?;
        tag::bind(connection, bearer(&directory, &row.id), &tags)?;
    }
    Ok(json!({"Account": answer(&directory, &row)}))
}

/// `GetAccount`, with its place in the directory; with `IncludeTags` its tags too.
pub(crate) fn get(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    let id = call.parameters.required("AccountId")?;
    let account_arn = readable(call, connection, (&directory, &format!("account/{id}")))?;
    authorise(call, connection, "resourcemanager:GetAccount", &account_arn)?;
    let row = inside(connection, id)?;
    let path = path(connection, &directory, &row.folder_id)?;
    let mut answer = answer(&directory, &row);
    if let Some(members) = answer.as_object_mut() {
        members.insert("ResourceDirectoryPath".to_owned(), format!("{path}/{}", row.id).into());
        members.insert("Location".to_owned(), "ResourceDirectory".into());
        members.insert("HasSecureMobilePhone".to_owned(), false.into());
        if call.parameters.boolean("IncludeTags")?.unwrap_or(false) {
            let tags = tags_of(connection, bearer(&directory, &row.id))?;
            members.insert("Tags".to_owned(), tag::directory_answer(&tags).into());
        }
    }
    Ok(json!({"Account": answer}))
}

/// `UpdateAccount`: another display name, or another type.
pub(crate) fn update(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    let row = changed(call, connection, (&directory, "resourcemanager:UpdateAccount"))?;
    let display_name = call.parameters.optional("NewDisplayName").filter(|name| !name.is_empty());
    let kind = call.parameters.choice("NewAccountType", &["ResourceAccount", "CloudAccount"])?;
    let mut changes = AccountChanges { updated_at: Some(call.now.millis()), ..Default::default() };
    match (display_name, kind) {
        (Some(_), None) => {
            let name = display_name_of(call, "NewDisplayName")?;
            let key = fold(name);
            if key != row.display_name_key && account::display_name_exists(connection, &key)? {
                return Err(Refusal::exists(Entity::DisplayName, name));
            }
            changes.display_name = Some(name);
            changes.display_name_key = Some(key);
        }
        (None, Some(kind)) => {
            if row.kind == kind {
                return Err(Refusal::State {
                    code: "InvalidOperation.ResourceDirectory.Account.Type",
                    reason: "The member is of this type already.",
                });
            }
            changes.kind = Some(kind);
            changes.status = Some("SwitchSuccess");
        }
        _ => {
            let rule = "given, or NewAccountType, and not both";
            return Err(Refusal::parameter("NewDisplayName", Flaw::Value, rule));
        }
    }
    if !call.parameters.boolean("DryRun")?.unwrap_or(false) {
        account::update(connection, &row.id, &changes)?;
    }
    let row = member(connection, &row.id)?;
    Ok(json!({"Account": answer(&directory, &row)}))
}

/// `MoveAccount` into another folder.
pub(crate) fn move_to(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    let row = changed(call, connection, (&directory, "resourcemanager:MoveAccount"))?;
    let destination = call.parameters.required("DestinationFolderId")?;
    let destination_arn = arn(&directory, &format!("folder/{destination}"));
    authorise(call, connection, "resourcemanager:MoveAccount", &destination_arn)?;
    let folder = find_folder(connection, destination)?;
    if folder.id == row.folder_id {
        return Err(Refusal::State {
            code: "InvalidOperation.ResourceDirectory.Account.Folder",
            reason: "The member is in this folder already.",
        });
    }
    let now = Some(call.now.millis());
    let changes = AccountChanges { folder_id: Some(&folder.id), updated_at: now, ..Default::default() };
    account::update(connection, &row.id, &changes)?;
    Ok(json!({}))
}

/// The member that `AccountId` names, if the caller may do `action` to it.
pub(super) fn changed(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    (directory, action): (&DirectoryRow, &str),
) -> Result<AccountRow, Refusal> {
    let id = call.parameters.required("AccountId")?;
    authorise(call, connection, action, &arn(directory, &format!("account/{id}")))?;
    member(connection, id)
}

/// What every member begins with: CloudSSO's role, the role of the management account, and the control
/// policy that allows everything.
pub(super) fn welcome(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    directory: &DirectoryRow,
    row: &AccountRow,
) -> Result<(), Refusal> {
    let random = &call.cloud.random;
    bootstrap::service_role::<Refusal>(connection, random, &row.id, call.now)?;
    bootstrap::member_access_role::<Refusal>(connection, random, row, &directory.management_account_id)?;
    control_policy::attach(connection, rules::FULL_ACCESS, (&row.id, call.now.millis()))?;
    Ok(())
}

/// Refuses one more member than a directory may have.
pub(super) fn has_room(connection: &mut SqliteConnection) -> Result<(), Refusal> {
    if account::count_members(connection)? < rules::MEMBERS {
        return Ok(());
    }
    let (limit, of) = (rules::MEMBERS, "members of one resource directory");
    Err(Refusal::Limit { code: "LimitExceeded.ResourceDirectory.Account", limit, of })
}

/// What bears the tags of a member.
pub(super) fn bearer<'a>(directory: &'a DirectoryRow, id: &'a str) -> Bearer<'a> {
    Bearer { account_id: &directory.management_account_id, resource_type: TAGGED, resource_id: id }
}

/// A member in an answer.
pub(super) fn answer(directory: &DirectoryRow, row: &AccountRow) -> Value {
    json!({
        "ResourceDirectoryId": directory.id,
        "AccountId": row.id,
        "AccountName": row.name,
        "DisplayName": row.display_name,
        "FolderId": row.folder_id,
        "JoinMethod": row.join_method,
        "Status": row.status,
        "Type": if row.kind == "CloudAccount" { "CloudAccount" } else { "ResourceAccount" },
        "JoinTime": date(row.joined_at.unwrap_or(row.created_at)),
        "ModifyTime": date(row.updated_at),
    })
}

/// As [`answer`], for lists, with tags.
pub(super) fn listed(directory: &DirectoryRow, row: &AccountRow, tags: Option<&[TagRow]>) -> Value {
    let mut answer = answer(directory, row);
    if let (Some(members), Some(tags)) = (answer.as_object_mut(), tags) {
        members.insert("Tags".to_owned(), json!({"Tag": tag::directory_answer(tags)}));
    }
    answer
}

fn new_member(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    directory: &DirectoryRow,
) -> Result<AccountRow, Refusal> {
    let display_name = display_name_of(call, "DisplayName")?;
    let folder = find_folder(connection, folder_id(call, "ParentFolderId", directory))?;
    call.parameters.choice("ResellAccountType", &["resell", "non_resell"])?;
    let payer = call.parameters.optional("PayerAccountId").filter(|payer| !payer.is_empty());
    let payer = payer.map(|payer| inside(connection, payer)).transpose()?;
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
        is_member: true,
        joined_at: None,
        payer_account_id: payer.map(|account| account.id),
    })
}

fn display_name_of<'c>(call: &'c Invocation<'_>, parameter: &'static str) -> Result<&'c str, Refusal> {
    const RULE: (&str, &str) = ("_.- ", "letters, digits, '_', '.', '-' and spaces inside");
    let name = rules::length(parameter, call.parameters.required(parameter)?, 2..=50)?;
    rules::letters(parameter, rules::printable(parameter, name)?, RULE)
}

fn account_name_prefix(prefix: &str) -> Result<&str, Refusal> {
    const RULE: &str = "2 to 37 letters, digits, '.', '_' or '-', with a letter or digit at either end \
                        and no two signs together";
    let is_sign = |byte: &u8| b"._-".contains(byte);
    let bytes = prefix.as_bytes();
    let valid = (2..=37).contains(&bytes.len())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || is_sign(byte))
        && [bytes.first(), bytes.last()].iter().flatten().all(|byte| !is_sign(byte))
        && !bytes.windows(2).any(|pair| pair.iter().all(is_sign));
    valid.then_some(prefix).ok_or_else(|| Refusal::parameter("AccountNamePrefix", Flaw::Value, RULE))
}
