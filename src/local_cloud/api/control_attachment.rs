//! ResourceDirectoryMaster 2022-04-19: what control policies are attached to.

use diesel::SqliteConnection;
use serde_json::{Value, json};

use crate::local_cloud::control::ControlPolicy;
use crate::local_cloud::refusal::{Entity, Refusal};
use crate::local_cloud::rules;
use crate::local_cloud::store::account::{self, AccountRow, DirectoryRow};
use crate::local_cloud::store::{control_policy, folder};

use super::control_policy::{answer, language, named};
use super::directory::{arn, directory};
use super::invocation::{Invocation, NumberedPage, Outcome, date};
use super::permission::authorise;

/// `AttachControlPolicy`, to a folder or a member.
pub(crate) fn attach(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let (directory, policy) = named(call, connection, "resourcemanager:AttachControlPolicy")?;
    is_enabled(&directory)?;
    let target = Target::named(call, connection, (&directory, "resourcemanager:AttachControlPolicy"))?;
    if !control_policy::attach(connection, &policy.id, (&target.id, call.now.millis()))? {
        return Err(Refusal::exists(Entity::ControlPolicyAttachment, policy.name));
    }
    let limit = rules::CONTROL_POLICIES_PER_TARGET;
    let attached = control_policy::attached_to(connection, &target.id)?.len();
    if attached > usize::try_from(limit).unwrap_or(0) {
        let of = "control policies of one folder or member";
        return Err(Refusal::Limit { code: "LimitExceeded.ControlPolicy.Attachment", limit, of });
    }
    Ok(json!({}))
}

/// `DetachControlPolicy`; one at least stays, since a target without any would forbid everything.
pub(crate) fn detach(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let (directory, policy) = named(call, connection, "resourcemanager:DetachControlPolicy")?;
    is_enabled(&directory)?;
    let target = Target::named(call, connection, (&directory, "resourcemanager:DetachControlPolicy"))?;
    if !control_policy::detach(connection, &policy.id, &target.id)? {
        return Err(Refusal::missing(Entity::ControlPolicyAttachment, policy.name));
    }
    if control_policy::attached_to(connection, &target.id)?.is_empty() {
        return Err(Refusal::State {
            code: "InvalidOperation.ControlPolicy.LastAttachment",
            reason: "A folder or member keeps one control policy at least. Attach another one first.",
        });
    }
    Ok(json!({}))
}

/// `ListControlPolicyAttachmentsForTarget`.
pub(crate) fn list_for_target(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    language(call)?;
    let action = "resourcemanager:ListControlPolicyAttachmentsForTarget";
    let target = Target::named(call, connection, (&directory, action))?;
    let mut attachments: Vec<Value> = Vec::new();
    for row in control_policy::attached_to(connection, &target.id)? {
        let mut item = answer(&ControlPolicy::find(connection, &row.policy_id)?);
        if let Some(members) = item.as_object_mut() {
            members.remove("CreateDate");
            members.remove("UpdateDate");
            members.insert("AttachDate".to_owned(), date(row.attached_at).into());
        }
        attachments.push(item);
    }
    Ok(json!({"ControlPolicyAttachments": {"ControlPolicyAttachment": attachments}}))
}

/// `ListTargetAttachmentsForControlPolicy`.
pub(crate) fn list_targets(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let action = "resourcemanager:ListTargetAttachmentsForControlPolicy";
    let (directory, policy) = named(call, connection, action)?;
    let page = NumberedPage::read(call.parameters)?;
    let mut attachments: Vec<Value> = Vec::new();
    for row in control_policy::targets_of(connection, &policy.id)? {
        let target = Target::find(connection, &directory, &row.target_id)?;
        attachments.push(json!({
            "TargetId": target.id,
            "TargetName": target.name,
            "TargetType": target.kind,
            "AttachDate": date(row.attached_at),
        }));
    }
    Ok(page.answer(&attachments, ("TargetAttachments", "TargetAttachment"), Value::clone))
}

/// What a control policy can be attached to.
struct Target {
    id: String,
    name: String,
    kind: &'static str,
}

impl Target {
    fn named(
        call: &Invocation<'_>,
        connection: &mut SqliteConnection,
        (directory, action): (&DirectoryRow, &str),
    ) -> Result<Self, Refusal> {
        let id = call.parameters.required("TargetId")?;
        let word = if id.starts_with(|letter: char| letter.is_ascii_digit()) { "account" } else { "folder" };
        authorise(call, connection, action, &arn(directory, &format!("{word}/{id}")))?;
        Self::find(connection, directory, id)
    }

    fn find(connection: &mut SqliteConnection, directory: &DirectoryRow, id: &str) -> Result<Self, Refusal> {
        if let Some(row) = folder::find(connection, id)? {
            let kind = if row.id == directory.root_folder_id { "Root" } else { "Folder" };
            return Ok(Self { id: row.id, name: row.name, kind });
        }
        let row = account::find(connection, id)?.filter(AccountRow::is_ordinary_member);
        let row = row.ok_or_else(|| Refusal::missing(Entity::Target, id))?;
        Ok(Self { id: row.id, name: row.display_name, kind: "Account" })
    }
}

fn is_enabled(directory: &DirectoryRow) -> Result<(), Refusal> {
    if directory.control_policy_enabled {
        return Ok(());
    }
    Err(Refusal::State {
        code: "InvalidStatus.ControlPolicy",
        reason: "Control policies are not enabled. Call EnableControlPolicy first.",
    })
}
