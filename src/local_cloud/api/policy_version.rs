//! RAM 2015-05-01: versions of custom policies.

use diesel::SqliteConnection;
use serde_json::{Value, json};

use crate::local_cloud::refusal::{Entity, Refusal};
use crate::local_cloud::rules;
use crate::local_cloud::store::policy::{self, PolicyRow, VersionRow};

use super::document;
use super::invocation::{Invocation, Outcome, version_id};
use super::permission::{authorise, may_change};
use super::policy::{named, policy_type, system_arn, system_version, version_answer};

const ROTATE: &str = "DeleteOldestNonDefaultVersionWhenLimitExceeded";

/// `CreatePolicyVersion`.
pub(crate) fn create(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let row = named(call, connection, "ram:CreatePolicyVersion")?;
    may_change(call.identity, &row.name)?;
    let document = document::policy(call.parameters, "PolicyDocument")?;
    let is_default = call.parameters.boolean("SetAsDefault")?.unwrap_or(false);
    let rotates = call.parameters.choice("RotateStrategy", &["None", ROTATE])? == Some(ROTATE);
    let versions = policy::versions(connection, &row.id)?;
    if i64::try_from(versions.len()).unwrap_or(i64::MAX) >= rules::VERSIONS_PER_POLICY {
        let oldest = versions.iter().find(|version| !version.is_default).filter(|_| rotates);
        let Some(oldest) = oldest else {
            let limit = rules::VERSIONS_PER_POLICY;
            let of = "versions of one policy";
            return Err(Refusal::Limit { code: "LimitExceeded.Policy.Version", limit, of });
        };
        policy::delete_version(connection, &row.id, oldest.number)?;
    }
    let version = VersionRow {
        policy_id: row.id,
        number: row.versions_made + 1,
        document: document.to_owned(),
        is_default,
        created_at: call.now.millis(),
    };
    policy::insert_version(connection, &version)?;
    Ok(json!({"PolicyVersion": version_answer(&version)}))
}

/// `ListPolicyVersions`, of a custom policy or a system policy.
pub(crate) fn list(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    if policy_type(call)? == "System" {
        let policy = super::policy::get(call, connection)?;
        let only = policy.get("DefaultPolicyVersion").cloned().unwrap_or_default();
        return Ok(json!({"PolicyVersions": {"PolicyVersion": [only]}}));
    }
    let row = named(call, connection, "ram:ListPolicyVersions")?;
    let versions: Vec<Value> =
        policy::versions(connection, &row.id)?.iter().rev().map(version_answer).collect();
    Ok(json!({"PolicyVersions": {"PolicyVersion": versions}}))
}

/// `GetPolicyVersion`, of a custom policy or a system policy.
pub(crate) fn get(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let id = call.parameters.required("VersionId")?;
    if policy_type(call)? == "System" {
        let name = rules::POLICY_NAME.check("PolicyName", call.parameters.required("PolicyName")?)?;
        authorise(call, connection, "ram:GetPolicyVersion", &system_arn(name))?;
        let policy = call.cloud.catalogue.system(name);
        let policy = policy.ok_or_else(|| Refusal::missing(Entity::Policy, name))?;
        if id != version_id(1) {
            return Err(Refusal::missing(Entity::PolicyVersion, id));
        }
        return Ok(json!({"PolicyVersion": system_version(policy)}));
    }
    let row = named(call, connection, "ram:GetPolicyVersion")?;
    Ok(json!({"PolicyVersion": version_answer(&find(connection, &row, id)?)}))
}

/// `SetDefaultPolicyVersion`.
pub(crate) fn set_default(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let row = named(call, connection, "ram:SetDefaultPolicyVersion")?;
    may_change(call.identity, &row.name)?;
    let version = find(connection, &row, call.parameters.required("VersionId")?)?;
    policy::set_default_version(connection, &row.id, (version.number, call.now.millis()))?;
    Ok(json!({}))
}

/// `DeletePolicyVersion`; the default version cannot be deleted.
pub(crate) fn delete(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let row = named(call, connection, "ram:DeletePolicyVersion")?;
    may_change(call.identity, &row.name)?;
    let id = call.parameters.required("VersionId")?;
    let version = find(connection, &row, id)?;
    if version.is_default {
        return Err(Refusal::InUse {
            code: "DeleteConflict.Policy.Version.Default",
            reason: "The default version of a policy cannot be deleted.",
        });
    }
    policy::delete_version(connection, &row.id, version.number)?;
    Ok(json!({}))
}

fn find(connection: &mut SqliteConnection, policy: &PolicyRow, id: &str) -> Result<VersionRow, Refusal> {
    let mut versions = policy::versions(connection, &policy.id)?.into_iter();
    versions
        .find(|version| version_id(version.number) == id)
        .ok_or_else(|| Refusal::missing(Entity::PolicyVersion, id))
}
