//! RAM 2015-05-01: policies.

use diesel::SqliteConnection;
use serde_json::{Value, json};

use crate::base::fold;
use crate::local_cloud::arn::Arn;
use crate::local_cloud::refusal::{Entity, Refusal};
use crate::local_cloud::store::attachment;
use crate::local_cloud::store::policy::{self, PolicyRow, VersionRow};
use crate::local_cloud::{name, rules};

use super::document;
use super::invocation::{Invocation, Outcome, date, version_id};
use super::permission::{authorise, may_change};

/// `CreatePolicy`.
pub(crate) fn create(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let name = rules::POLICY_NAME.check("PolicyName", call.parameters.required("PolicyName")?)?;
    let arn = Arn::policy(call.account().clone(), name);
    authorise(call, connection, "ram:CreatePolicy", &arn.to_string())?;
    may_change(call.identity, name)?;
    let document = document::policy(call.parameters, "PolicyDocument")?;
    let description = call.text("Description", 1..=1024)?;
    let account = call.account().as_str();
    if call.cloud.catalogue.system(name).is_some()
        || policy::find(connection, account, &fold(name))?.is_some()
    {
        return Err(Refusal::exists(Entity::Policy, name));
    }
    if policy::count(connection, account)? >= rules::POLICIES_PER_ACCOUNT {
        let limit = rules::POLICIES_PER_ACCOUNT;
        return Err(Refusal::Limit {
            code: "LimitExceeded.Policy",
            limit,
            of: "custom policies of one account",
        });
    }
    let row = PolicyRow {
        id: name::row_id(&call.cloud.random)?,
        account_id: account.to_owned(),
        name: name.to_owned(),
        name_key: fold(name),
        description: description.to_owned(),
        versions_made: 0,
        created_at: call.now.millis(),
        updated_at: call.now.millis(),
    };
    policy::insert(connection, &row)?;
    let version = VersionRow {
        policy_id: row.id.clone(),
        number: 1,
        document: document.to_owned(),
        is_default: true,
        created_at: call.now.millis(),
    };
    policy::insert_version(connection, &version)?;
    Ok(json!({"Policy": {
        "PolicyName": row.name,
        "PolicyType": "Custom",
        "Description": row.description,
        "DefaultVersion": version_id(version.number),
        "CreateDate": date(row.created_at),
    }}))
}

/// `GetPolicy`.
pub(crate) fn get(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let name = rules::POLICY_NAME.check("PolicyName", call.parameters.required("PolicyName")?)?;
    if policy_type(call)? == "System" {
        authorise(call, connection, "ram:GetPolicy", &system_arn(name))?;
        let policy =
            call.cloud.catalogue.system(name).ok_or_else(|| Refusal::missing(Entity::Policy, name))?;
        return Ok(json!({
            "Policy": {
                "PolicyName": policy.name,
                "PolicyType": "System",
                "Description": policy.description,
                "DefaultVersion": "v1",
            },
            "DefaultPolicyVersion": {
                "VersionId": "v1",
                "IsDefaultVersion": true,
                "PolicyDocument": policy.document,
            },
        }));
    }
    authorise(call, connection, "ram:GetPolicy", &Arn::policy(call.account().clone(), name).to_string())?;
    let row = find(call, connection, name)?;
    let version = policy::default_version(connection, &row.id)?
        .ok_or_else(|| Refusal::missing(Entity::PolicyVersion, name))?;
    Ok(json!({
        "Policy": {
            "PolicyName": row.name,
            "PolicyType": "Custom",
            "Description": row.description,
            "DefaultVersion": version_id(version.number),
            "AttachmentCount": attachment::count_holders(connection, &row.id)?,
            "CreateDate": date(row.created_at),
            "UpdateDate": date(row.updated_at),
        },
        "DefaultPolicyVersion": version_answer(&version),
    }))
}

/// `DeletePolicy`; with `CascadingDelete` it is first taken from whoever holds it.
pub(crate) fn delete(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let row = named(call, connection, "ram:DeletePolicy")?;
    may_change(call.identity, &row.name)?;
    if call.parameters.boolean("CascadingDelete")?.unwrap_or(false) {
        attachment::delete_all(connection, &row.id)?;
    } else if let Some((kind, _holder)) = attachment::holders(connection, &row.id)?.first() {
        return Err(still_attached(kind));
    } else if policy::versions(connection, &row.id)?.len() > 1 {
        return Err(Refusal::InUse {
            code: "DeleteConflict.Policy.Version",
            reason: "The policy has versions that are not the default. Delete them before you delete it.",
        });
    }
    policy::delete(connection, &row.id)?;
    Ok(json!({}))
}

fn still_attached(holder_kind: &str) -> Refusal {
    let (code, reason) = match holder_kind {
        "User" => (
            "DeleteConflict.Policy.User",
            "The policy is attached to a user. Detach it before you delete it.",
        ),
        "Group" => (
            "DeleteConflict.Policy.Group",
            "The policy is attached to a group. Detach it before you delete it.",
        ),
        _ => (
            "DeleteConflict.Policy.Role",
            "The policy is attached to a role. Detach it before you delete it.",
        ),
    };
    Refusal::InUse { code, reason }
}

/// The custom policy that `PolicyName` names, if the caller may do `action` to it.
pub(crate) fn named(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    action: &str,
) -> Result<PolicyRow, Refusal> {
    let name = rules::POLICY_NAME.check("PolicyName", call.parameters.required("PolicyName")?)?;
    authorise(call, connection, action, &Arn::policy(call.account().clone(), name).to_string())?;
    find(call, connection, name)
}

/// The custom policy of this name in the caller's account.
pub(crate) fn find(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    name: &str,
) -> Result<PolicyRow, Refusal> {
    policy::find(connection, call.account().as_str(), &fold(name))?
        .ok_or_else(|| Refusal::missing(Entity::Policy, name))
}

/// `PolicyType`, which has no default.
pub(crate) fn policy_type(call: &Invocation<'_>) -> Result<&'static str, Refusal> {
    call.parameters.required("PolicyType")?;
    Ok(call.parameters.choice("PolicyType", &["System", "Custom"])?.unwrap_or("Custom"))
}

/// The ARN of a system policy.
pub(crate) fn system_arn(name: &str) -> String {
    format!("acs:ram::system:policy/{name}")
}

pub(crate) fn version_answer(row: &VersionRow) -> Value {
    json!({
        "VersionId": version_id(row.number),
        "IsDefaultVersion": row.is_default,
        "PolicyDocument": row.document,
        "CreateDate": date(row.created_at),
    })
}
