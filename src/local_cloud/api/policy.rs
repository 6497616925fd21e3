//! RAM 2015-05-01: policies.

use diesel::SqliteConnection;
use serde_json::{Value, json};

use crate::base::fold;
use crate::local_cloud::arn::Arn;
use crate::local_cloud::catalogue::SystemPolicy;
use crate::local_cloud::refusal::{Entity, Refusal};
use crate::local_cloud::store::attachment;
use crate::local_cloud::store::policy::{self, PolicyRow, VersionRow};
use crate::local_cloud::store::tag::remove_all;
use crate::local_cloud::{name, rules};

use super::document;
use super::invocation::{Invocation, Keyword, MarkerPage, Outcome, date, version_id};
use super::permission::{authorise, may_change};
use super::tag::{self, Filter, Tagged, Tags, ValueLimit, bearer};

/// `CreatePolicy`.
pub(crate) fn create(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let name = rules::POLICY_NAME.check("PolicyName", call.parameters.required("PolicyName")?)?;
    let arn = Arn::policy(call.account().clone(), name);
    authorise(call, connection, "ram:CreatePolicy", &arn.to_string())?;
    may_change(call.identity, name)?;
    let document = document::policy(call.parameters, "PolicyDocument")?;
    let description = call.text("Description", 1..=1024)?;
    let tags = tag::given(call.parameters, ValueLimit::Account)?;
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
    tag::bind(connection, bearer(call, Tagged::Policy, &row.id), &tags)?;
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
        let account = call.account().as_str();
        let held = attachment::count_system_holders(connection, account, &fold(policy.name))?;
        return Ok(json!({
            "Policy": system_answer(policy, held),
            "DefaultPolicyVersion": system_version(policy),
        }));
    }
    authorise(call, connection, "ram:GetPolicy", &Arn::policy(call.account().clone(), name).to_string())?;
    let row = find(call, connection, name)?;
    let version = policy::default_version(connection, &row.id)?
        .ok_or_else(|| Refusal::missing(Entity::PolicyVersion, name))?;
    Ok(json!({
        "Policy": custom_answer(connection, &row)?,
        "DefaultPolicyVersion": version_answer(&version),
    }))
}

/// `ListPolicies`: of the account and of the cloud, or of one type, by name; with `QueryKeyword`, a part of
/// a name or a description, those that have it.
pub(crate) fn list(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let every = Arn::policy(call.account().clone(), "*");
    authorise(call, connection, "ram:ListPolicies", &every.to_string())?;
    let wanted = call.parameters.choice("PolicyType", &["System", "Custom"])?;
    let page = MarkerPage::read(call.parameters)?;
    let (filter, keyword) = (Filter::read(call.parameters)?, Keyword::read(call)?);
    let account = call.account().as_str();
    let tags = Tags::load(connection, account, Tagged::Policy.word())?;
    let mut listed: Vec<(String, Listed<'_>)> = Vec::new();
    if wanted != Some("System") {
        for row in policy::list(connection, account, &page.after, i64::MAX)? {
            if filter.admits(tags.of(&row.id)) && keyword.is_in(&[&row.name, &row.description]) {
                listed.push((row.name_key.clone(), Listed::Custom(row)));
            }
        }
    }
    if wanted != Some("Custom") && filter.admits(&[]) {
        let every = call.cloud.catalogue.every().map(|policy| (fold(policy.name), policy));
        let found = every
            .filter(|(key, policy)| *key > page.after && keyword.is_in(&[policy.name, &policy.description]));
        listed.extend(found.map(|(key, policy)| (key, Listed::System(policy))));
    }
    listed.sort_by(|(one, _), (other, _)| one.cmp(other));
    listed.truncate(usize::try_from(page.rows()).unwrap_or(usize::MAX));
    // Who holds what is looked up of those that are shown, and of no others.
    let mut items: Vec<(String, Value)> = Vec::new();
    for (key, policy) in listed {
        items.push((key, policy.answer(connection, account, &tags)?));
    }
    Ok(page.answer(items, ("Policies", "Policy"), |(key, _)| key.clone(), |(_, item)| item.clone()))
}

/// A policy of a list.
enum Listed<'a> {
    Custom(PolicyRow),
    System(&'a SystemPolicy),
}

impl Listed<'_> {
    fn answer(&self, connection: &mut SqliteConnection, account: &str, tags: &Tags) -> Outcome {
        match self {
            Self::System(policy) => {
                let held = attachment::count_system_holders(connection, account, &fold(policy.name))?;
                Ok(system_answer(policy, held))
            }
            Self::Custom(row) => {
                let mut item = custom_answer(connection, row)?;
                if let Some(members) = item.as_object_mut() {
                    members.insert("Tags".to_owned(), tag::ram_answer(tags.of(&row.id)));
                }
                Ok(item)
            }
        }
    }
}

/// `UpdatePolicyDescription`.
pub(crate) fn update_description(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let row = named(call, connection, "ram:UpdatePolicyDescription")?;
    may_change(call.identity, &row.name)?;
    call.parameters.required("NewDescription")?;
    let description = call.text("NewDescription", 1..=1024)?;
    policy::set_description(connection, &row.id, (description, call.now.millis()))?;
    let row = find(call, connection, &row.name)?;
    Ok(json!({"Policy": custom_answer(connection, &row)?}))
}

/// `DeletePolicy`, of a policy that nobody holds; with `CascadingDelete` all its versions go with it.
pub(crate) fn delete(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let row = named(call, connection, "ram:DeletePolicy")?;
    may_change(call.identity, &row.name)?;
    let takes_versions = call.parameters.boolean("CascadingDelete")?.unwrap_or(false);
    if let Some(kind) = attachment::kind_of_holder(connection, &row.id)? {
        return Err(still_attached(&kind));
    }
    if !takes_versions && policy::versions(connection, &row.id)?.len() > 1 {
        return Err(Refusal::InUse {
            code: "DeleteConflict.Policy.Version",
            reason: "The policy has versions that are not the default. Delete them before you delete it.",
        });
    }
    remove_all(connection, bearer(call, Tagged::Policy, &row.id))?;
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
    let row = find(call, connection, name);
    // The name as it was given at the creation, so that its spelling in a call evades no policy.
    let name = row.as_ref().map_or(name, |row| row.name.as_str());
    authorise(call, connection, action, &Arn::policy(call.account().clone(), name).to_string())?;
    row
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

/// The only version of a system policy.
pub(crate) fn system_version(policy: &SystemPolicy) -> Value {
    json!({
        "VersionId": version_id(1),
        "IsDefaultVersion": true,
        "PolicyDocument": policy.document,
    })
}

fn system_answer(policy: &SystemPolicy, held: i64) -> Value {
    json!({
        "PolicyName": policy.name,
        "PolicyType": "System",
        "Description": policy.description,
        "DefaultVersion": version_id(1),
        "AttachmentCount": held,
    })
}

fn custom_answer(connection: &mut SqliteConnection, row: &PolicyRow) -> Result<Value, Refusal> {
    let version = policy::default_version(connection, &row.id)?
        .ok_or_else(|| Refusal::missing(Entity::PolicyVersion, row.name.as_str()))?;
    Ok(json!({
        "PolicyName": row.name,
        "PolicyType": "Custom",
        "Description": row.description,
        "DefaultVersion": version_id(version.number),
        "AttachmentCount": attachment::count_holders(connection, &row.id)?,
        "CreateDate": date(row.created_at),
        "UpdateDate": date(row.updated_at),
    }))
}

pub(crate) fn version_answer(row: &VersionRow) -> Value {
    json!({
        "VersionId": version_id(row.number),
        "IsDefaultVersion": row.is_default,
        "PolicyDocument": row.document,
        "CreateDate": date(row.created_at),
    })
}
