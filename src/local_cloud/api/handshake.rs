//! ResourceDirectoryMaster 2022-04-19: invitations, by which an account of somebody else joins.

use std::time::Duration;

use diesel::SqliteConnection;
use serde_json::{Value, json};

use crate::base::fold;
use crate::local_cloud::refusal::{Entity, Refusal};
use crate::local_cloud::store::account::{self, AccountChanges, AccountRow, DirectoryRow};
use crate::local_cloud::store::handshake::{self, HandshakeRow};
use crate::local_cloud::store::tag::{self as tags, Bearer};
use crate::local_cloud::{name, rules};

use super::directory::{arn, arn_of, directory, folder_id, management_name};
use super::folder::find as find_folder;
use super::invocation::{Invocation, NumberedPage, Outcome, date};
use super::member::{bearer, has_room, welcome};
use super::permission::authorise;
use super::tag::{self, Tag, ValueLimit};

/// The word for invitations where their tags wait for the member.
const TAGGED: &str = "Handshake";

/// `InviteAccountToResourceDirectory`, by the account's id or its logon address.
pub(crate) fn invite(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    let action = "resourcemanager:InviteAccountToResourceDirectory";
    authorise(call, connection, action, &arn(&directory, "handshake/*"))?;
    let target_entity = call.parameters.required("TargetEntity")?;
    call.parameters.required("TargetType")?;
    let target_type = call.parameters.choice("TargetType", &["Account", "Email"])?.unwrap_or("Account");
    let note = call.text("Note", 1..=1024)?;
    let folder = find_folder(connection, folder_id(call, "ParentFolderId", &directory))?;
    let given = tag::given(call.parameters, ValueLimit::Directory)?;
    let target = match target_type {
        "Email" => account::find_by_name(connection, &fold(target_entity))?,
        _ => account::find(connection, target_entity)?,
    };
    let target = target.filter(|row| !row.is_deleted());
    let target = target.ok_or_else(|| Refusal::missing(Entity::Account, target_entity))?;
    if target.is_member {
        return Err(Refusal::exists(Entity::Account, target.id));
    }
    let pending = handshake::list(connection, Some(&target.id))?;
    if pending.iter().any(|row| state(row, call) == "Pending") {
        return Err(Refusal::exists(Entity::Handshake, target_entity));
    }
    let lasts = Duration::from_secs(rules::HANDSHAKE_DAYS * 24 * 3600);
    let row = HandshakeRow {
        id: name::handshake_id(&call.cloud.random)?,
        target_entity: target_entity.to_owned(),
        target_type: target_type.to_owned(),
        account_id: target.id,
        note: note.to_owned(),
        parent_folder_id: folder.id,
        status: "Pending".to_owned(),
        created_at: call.now.millis(),
        updated_at: call.now.millis(),
        expires_at: call.now.plus(lasts).millis(),
    };
    handshake::insert(connection, &row)?;
    tag::bind(connection, waiting(&directory, &row.id), &given)?;
    Ok(json!({"Handshake": answer(call, connection, (&directory, &row))?}))
}

/// `GetHandshake`, for the management account and for the account that is invited.
pub(crate) fn get(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    let id = call.parameters.required("HandshakeId")?;
    let found = handshake::find(connection, id)?;
    let is_invited = found.as_ref().is_some_and(|row| row.account_id == call.account().as_str());
    let holder = if is_invited { call.account().as_str() } else { &directory.management_account_id };
    let arn = arn_of(holder, &format!("handshake/{id}"));
    authorise(call, connection, "resourcemanager:GetHandshake", &arn)?;
    let row = found.ok_or_else(|| Refusal::missing(Entity::Handshake, id))?;
    Ok(json!({"Handshake": answer(call, connection, (&directory, &row))?}))
}

/// `ListHandshakesForResourceDirectory`: every invitation, newest first.
pub(crate) fn list_for_directory(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    let action = "resourcemanager:ListHandshakesForResourceDirectory";
    authorise(call, connection, action, &arn(&directory, "handshake/*"))?;
    page(call, connection, (&directory, None))
}

/// `ListHandshakesForAccount`: the invitations of the caller's account.
pub(crate) fn list_for_account(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    let own = arn_of(call.account().as_str(), "handshake/*");
    authorise(call, connection, "resourcemanager:ListHandshakesForAccount", &own)?;
    page(call, connection, (&directory, Some(call.account().as_str())))
}

/// `AcceptHandshake`, by the account that is invited: it becomes a member.
pub(crate) fn accept(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    let row = received(call, connection, "resourcemanager:AcceptHandshake")?;
    end(call, connection, (&row, "Accepted"))?;
    join(call, connection, (&directory, &row))?;
    let row = handshake::find(connection, &row.id)?.unwrap_or(row);
    Ok(json!({"Handshake": answer(call, connection, (&directory, &row))?}))
}

/// `DeclineHandshake`, by the account that is invited.
pub(crate) fn decline(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    let row = received(call, connection, "resourcemanager:DeclineHandshake")?;
    let row = end(call, connection, (&row, "Declined"))?;
    Ok(json!({"Handshake": answer(call, connection, (&directory, &row))?}))
}

/// `CancelHandshake`, by the management account.
pub(crate) fn cancel(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    let id = call.parameters.required("HandshakeId")?;
    let arn = arn(&directory, &format!("handshake/{id}"));
    authorise(call, connection, "resourcemanager:CancelHandshake", &arn)?;
    let row = handshake::find(connection, id)?.ok_or_else(|| Refusal::missing(Entity::Handshake, id))?;
    let row = end(call, connection, (&row, "Cancelled"))?;
    Ok(json!({"Handshake": answer(call, connection, (&directory, &row))?}))
}

/// The invitation that `HandshakeId` names, if it is the caller's account that is invited.
fn received(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    action: &str,
) -> Result<HandshakeRow, Refusal> {
    let id = call.parameters.required("HandshakeId")?;
    let own = arn_of(call.account().as_str(), &format!("handshake/{id}"));
    authorise(call, connection, action, &own)?;
    let row = handshake::find(connection, id)?;
    let row = row.filter(|row| row.account_id == call.account().as_str());
    row.ok_or_else(|| Refusal::missing(Entity::Handshake, id))
}

/// Ends an invitation that is pending still.
fn end(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    (row, status): (&HandshakeRow, &str),
) -> Result<HandshakeRow, Refusal> {
    let is_pending = state(row, call) == "Pending";
    if !is_pending || !handshake::end(connection, &row.id, (status, call.now.millis()))? {
        return Err(Refusal::State {
            code: "InvalidStatus.Handshake",
            reason: "The invitation is not pending any more.",
        });
    }
    handshake::find(connection, &row.id)?.ok_or_else(|| Refusal::missing(Entity::Handshake, row.id.as_str()))
}

/// Makes the invited account a member, in the folder of the invitation, with the tags of it.
fn join(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    (directory, invitation): (&DirectoryRow, &HandshakeRow),
) -> Result<(), Refusal> {
    has_room(connection)?;
    let folder = find_folder(connection, &invitation.parent_folder_id)?;
    let account = account::find(connection, &invitation.account_id)?.filter(|row| !row.is_member);
    let account = account.ok_or_else(|| Refusal::exists(Entity::Account, &*invitation.account_id))?;
    let mut display_name = account.display_name.clone();
    if account::display_name_exists(connection, &fold(&display_name))?
        && account.display_name_key != fold(&display_name)
    {
        display_name = format!("{display_name} {}", account.id);
    }
    let changes = AccountChanges {
        folder_id: Some(&folder.id),
        kind: Some("CloudAccount"),
        display_name_key: Some(fold(&display_name)),
        display_name: Some(&display_name),
        join_method: Some("invited"),
        status: Some("InviteSuccess"),
        updated_at: Some(call.now.millis()),
        is_member: Some(true),
        joined_at: Some(call.now.millis()),
        payer_account_id: None,
    };
    account::update(connection, &account.id, &changes)?;
    let joined = AccountRow { joined_at: Some(call.now.millis()), ..account };
    welcome(call, connection, directory, &joined)?;
    let waiting = waiting(directory, &invitation.id);
    let given: Vec<Tag> = tags::of(connection, waiting)?
        .into_iter()
        .map(|row| Tag { key: row.key, value: row.value })
        .collect();
    tags::remove_all(connection, waiting)?;
    tag::bind(connection, bearer(directory, &joined.id), &given)
}

fn waiting<'a>(directory: &'a DirectoryRow, id: &'a str) -> Bearer<'a> {
    Bearer { account_id: &directory.management_account_id, resource_type: TAGGED, resource_id: id }
}

fn page(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    (directory, account_id): (&DirectoryRow, Option<&str>),
) -> Outcome {
    let page = NumberedPage::read(call.parameters)?;
    let mut items = Vec::new();
    for row in handshake::list(connection, account_id)? {
        items.push(answer(call, connection, (directory, &row))?);
    }
    Ok(page.answer(&items, ("Handshakes", "Handshake"), Value::clone))
}

/// The state of an invitation now: one that nobody answered in time is expired.
fn state<'r>(row: &'r HandshakeRow, call: &Invocation<'_>) -> &'r str {
    if row.status == "Pending" && call.now.millis() >= row.expires_at { "Expired" } else { &row.status }
}

fn answer(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    (directory, row): (&DirectoryRow, &HandshakeRow),
) -> Outcome {
    Ok(json!({
        "HandshakeId": row.id,
        "ResourceDirectoryId": directory.id,
        "MasterAccountId": directory.management_account_id,
        "MasterAccountName": management_name(connection, directory)?,
        "TargetEntity": row.target_entity,
        "TargetType": row.target_type,
        "Note": row.note,
        "Status": state(row, call),
        "CreateTime": date(row.created_at),
        "ModifyTime": date(row.updated_at),
        "ExpireTime": date(row.expires_at),
    }))
}
