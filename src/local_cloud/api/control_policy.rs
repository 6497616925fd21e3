//! ResourceDirectoryMaster 2022-04-19: control policies, and whether they are in force.

use diesel::SqliteConnection;
use serde_json::{Value, json};

use crate::base::fold;
use crate::local_cloud::control::ControlPolicy;
use crate::local_cloud::refusal::{Entity, Flaw, Refusal};
use crate::local_cloud::store::account::{self, DirectoryChanges, DirectoryRow};
use crate::local_cloud::store::control_policy::{self, ControlPolicyChanges, ControlPolicyRow};
use crate::local_cloud::store::tag::{Bearer, remove_all};
use crate::local_cloud::{name, rules};
use crate::policy::{Document, Kind};

use super::directory::{administered, arn, directory, status};
use super::invocation::{Invocation, NumberedPage, Outcome, date};
use super::permission::authorise;
use super::tag::{self, Filter, Tags, ValueLimit};

/// The word for control policies where tags are kept.
const TAGGED: &str = "ControlPolicy";
const LONGEST_DOCUMENT: usize = 4_096;
/// What every answer says of a control policy.
pub(super) fn answer(policy: &ControlPolicy) -> Value {
    let mut answer = json!({
        "PolicyId": policy.id,
        "PolicyName": policy.name,
        "PolicyType": policy.policy_type(),
        "Description": policy.description,
        "EffectScope": if policy.times.is_some() { "RAM" } else { "All" },
    });
    if let (Some(members), Some((created_at, updated_at))) = (answer.as_object_mut(), policy.times) {
        members.insert("CreateDate".to_owned(), date(created_at).into());
        members.insert("UpdateDate".to_owned(), date(updated_at).into());
    }
    answer
}

fn counted(connection: &mut SqliteConnection, policy: &ControlPolicy) -> Result<Value, Refusal> {
    let count = control_policy::targets_of(connection, &policy.id)?.len();
    let mut answer = answer(policy);
    if let Some(members) = answer.as_object_mut() {
        members.insert("AttachmentCount".to_owned(), count.to_string().into());
    }
    Ok(answer)
}

/// `EnableControlPolicy`: from now on the control policies decide.
pub(crate) fn enable(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    switch(call, connection, ("resourcemanager:EnableControlPolicy", true))
}

/// `DisableControlPolicy`; attachments stay for the next time.
pub(crate) fn disable(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    switch(call, connection, ("resourcemanager:DisableControlPolicy", false))
}

/// `GetControlPolicyEnablementStatus`.
pub(crate) fn enablement_status(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = administered(call, connection, "resourcemanager:GetControlPolicyEnablementStatus")?;
    Ok(json!({"EnablementStatus": status(directory.control_policy_enabled)}))
}

/// `CreateControlPolicy`.
pub(crate) fn create(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    let every = arn(&directory, "policy/controlpolicy/*");
    authorise(call, connection, "resourcemanager:CreateControlPolicy", &every)?;
    let name = policy_name(call, "PolicyName")?;
    call.parameters.required("EffectScope")?;
    call.parameters.choice("EffectScope", &["RAM"])?;
    let document = document(call, "PolicyDocument")?;
    let description = call.text("Description", 1..=1024)?;
    let tags = tag::given(call.parameters, ValueLimit::Directory)?;
    is_free(connection, name)?;
    if control_policy::list(connection)?.len() >= usize::try_from(rules::CONTROL_POLICIES).unwrap_or(0) {
        let (limit, of) = (rules::CONTROL_POLICIES, "control policies of one resource directory");
        return Err(Refusal::Limit { code: "LimitExceeded.ControlPolicy", limit, of });
    }
    let row = ControlPolicyRow {
        id: name::control_policy_id(&call.cloud.random)?,
        name: name.to_owned(),
        name_key: fold(name),
        description: description.to_owned(),
        document: document.to_owned(),
        created_at: call.now.millis(),
        updated_at: call.now.millis(),
    };
    control_policy::insert(connection, &row)?;
    tag::bind(connection, bearer(&directory, &row.id), &tags)?;
    Ok(json!({"ControlPolicy": counted(connection, &row.into())?}))
}

/// `GetControlPolicy`, with its document.
pub(crate) fn get(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let (_, policy) = named(call, connection, "resourcemanager:GetControlPolicy")?;
    let mut answer = counted(connection, &policy)?;
    if let Some(members) = answer.as_object_mut() {
        members.insert("PolicyDocument".to_owned(), policy.document.as_str().into());
    }
    Ok(json!({ "ControlPolicy": answer }))
}

/// `UpdateControlPolicy`; what is not named stays as it is.
pub(crate) fn update(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let (_, policy) = own(call, connection, "resourcemanager:UpdateControlPolicy")?;
    let given = |name: &str| call.parameters.optional(name).is_some_and(|text| !text.is_empty());
    let name = given("NewPolicyName").then(|| policy_name(call, "NewPolicyName")).transpose()?;
    if let Some(name) = name.filter(|name| fold(name) != fold(&policy.name)) {
        is_free(connection, name)?;
    }
    let description = given("NewDescription").then(|| call.text("NewDescription", 1..=1024)).transpose()?;
    let document = given("NewPolicyDocument").then(|| document(call, "NewPolicyDocument")).transpose()?;
    let changes = ControlPolicyChanges {
        name,
        name_key: name.map(fold),
        description,
        document,
        updated_at: Some(call.now.millis()),
    };
    control_policy::update(connection, &policy.id, &changes)?;
    let policy = ControlPolicy::find(connection, &policy.id)?;
    Ok(json!({"ControlPolicy": counted(connection, &policy)?}))
}

/// `DeleteControlPolicy`, of one that is attached to nothing.
pub(crate) fn delete(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let (directory, policy) = own(call, connection, "resourcemanager:DeleteControlPolicy")?;
    if !control_policy::targets_of(connection, &policy.id)?.is_empty() {
        return Err(Refusal::InUse {
            code: "DeleteConflict.ControlPolicy.Attachment",
            reason: "The control policy is attached. Detach it before you delete it.",
        });
    }
    remove_all(connection, bearer(&directory, &policy.id))?;
    control_policy::delete(connection, &policy.id)?;
    Ok(json!({}))
}

/// `ListControlPolicies`: of both types, or of one.
pub(crate) fn list(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    let every = arn(&directory, "policy/controlpolicy/*");
    authorise(call, connection, "resourcemanager:ListControlPolicies", &every)?;
    let page = NumberedPage::read(call.parameters)?;
    let filter = Filter::read(call.parameters)?;
    language(call)?;
    let wanted = call.parameters.choice("PolicyType", &["System", "Custom"])?;
    let tags = Tags::load(connection, &directory.management_account_id, TAGGED)?;
    let mut policies = vec![ControlPolicy::system()];
    policies.extend(control_policy::list(connection)?.into_iter().map(ControlPolicy::from));
    policies.retain(|policy| wanted.is_none_or(|wanted| policy.policy_type() == wanted));
    policies.retain(|policy| filter.admits(tags.of(&policy.id)));
    let mut items = Vec::with_capacity(policies.len());
    for policy in &policies {
        let mut item = counted(connection, policy)?;
        if let Some(members) = item.as_object_mut() {
            let own = tag::directory_answer(tags.of(&policy.id));
            members.insert("Tags".to_owned(), json!({ "Tag": own }));
        }
        items.push(item);
    }
    Ok(page.answer(&items, ("ControlPolicies", "ControlPolicy"), Value::clone))
}

/// The control policy that `PolicyId` names, if the caller may do `action` to it.
pub(super) fn named(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    action: &str,
) -> Result<(DirectoryRow, ControlPolicy), Refusal> {
    let directory = directory(connection)?;
    let id = call.parameters.required("PolicyId")?;
    authorise(call, connection, action, &arn(&directory, &format!("policy/controlpolicy/{id}")))?;
    language(call)?;
    let policy = ControlPolicy::find(connection, id)?;
    Ok((directory, policy))
}

/// As [`named`], of the directory's own ones: the system's cannot be changed.
fn own(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    action: &str,
) -> Result<(DirectoryRow, ControlPolicy), Refusal> {
    let (directory, policy) = named(call, connection, action)?;
    if policy.times.is_none() {
        return Err(Refusal::State {
            code: "InvalidOperation.ControlPolicy.System",
            reason: "A system control policy can neither be changed nor deleted.",
        });
    }
    Ok((directory, policy))
}

/// `Language` of descriptions; the one system policy has its own in English.
pub(super) fn language(call: &Invocation<'_>) -> Result<(), Refusal> {
    call.parameters.choice("Language", &["zh-CN", "en", "ja"])?;
    Ok(())
}

fn switch(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    (action, enabled): (&str, bool),
) -> Outcome {
    let directory = administered(call, connection, action)?;
    let changes = DirectoryChanges { control_policy_enabled: Some(enabled), ..Default::default() };
    account::update_directory(connection, &directory.id, &changes)?;
    Ok(json!({"EnablementStatus": status(enabled)}))
}

fn bearer<'a>(directory: &'a DirectoryRow, id: &'a str) -> Bearer<'a> {
    Bearer { account_id: &directory.management_account_id, resource_type: TAGGED, resource_id: id }
}

fn is_free(connection: &mut SqliteConnection, name: &str) -> Result<(), Refusal> {
    let is_taken = fold(name) == fold(rules::FULL_ACCESS)
        || control_policy::find_by_name(connection, &fold(name))?.is_some();
    if is_taken { Err(Refusal::exists(Entity::ControlPolicy, name)) } else { Ok(()) }
}

fn policy_name<'c>(call: &'c Invocation<'_>, parameter: &'static str) -> Result<&'c str, Refusal> {
    let name = rules::POLICY_NAME.check(parameter, call.parameters.required(parameter)?)?;
    if name.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
        return Ok(name);
    }
    let rule = "1 to 128 letters, digits or '-', and begin with a letter";
    Err(Refusal::parameter(parameter, Flaw::InvalidChars, rule))
}

fn document<'c>(call: &'c Invocation<'_>, parameter: &'static str) -> Result<&'c str, Refusal> {
    let text = rules::length(parameter, call.parameters.required(parameter)?, 1..=LONGEST_DOCUMENT)?;
    Document::parse(Kind::System, text)
        .map_err(|error| Refusal::PolicyDocument(format!("{parameter}: {error}.")))?;
    Ok(text)
}
