//! RAM 2015-05-01: roles.

use diesel::SqliteConnection;
use serde_json::{Value, json};

use crate::base::{AccountId, fold};
use crate::local_cloud::arn::Arn;
use crate::local_cloud::identity::role_arn;
use crate::local_cloud::refusal::{Entity, Refusal};
use crate::local_cloud::store::attachment;
use crate::local_cloud::store::role::{self, RoleChanges, RoleRow};
use crate::local_cloud::store::tag::remove_all;
use crate::local_cloud::{name, rules};

use super::document;
use super::invocation::{Invocation, Keyword, MarkerPage, Outcome, date};
use super::permission::{authorise, may_change};
use super::tag::{self, Filter, Tagged, Tags, ValueLimit, bearer};

const DESCRIPTION: std::ops::RangeInclusive<usize> = 1..=1024;

/// `CreateRole`.
pub(crate) fn create(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let name = rules::ROLE_NAME.check("RoleName", call.parameters.required("RoleName")?)?;
    let arn = Arn::role(call.account().clone(), name);
    authorise(call, connection, "ram:CreateRole", &arn.to_string())?;
    may_change(call.identity, name)?;
    let trust_policy = document::trust(call.parameters, "AssumeRolePolicyDocument")?
        .ok_or_else(|| missing("AssumeRolePolicyDocument"))?;
    let description = call.text("Description", DESCRIPTION)?;
    let max_session_seconds = call.parameters.integer("MaxSessionDuration", rules::ROLE_SESSION)?;
    let allow_console_login = call.parameters.boolean("AllowConsoleLogin")?.unwrap_or(true);
    let tags = tag::given(call.parameters, ValueLimit::Account)?;
    if role::find(connection, call.account().as_str(), &fold(name))?.is_some() {
        return Err(Refusal::exists(Entity::Role, name));
    }
    if role::count(connection, call.account().as_str())? >= rules::ROLES_PER_ACCOUNT {
        let limit = rules::ROLES_PER_ACCOUNT;
        return Err(Refusal::Limit { code: "LimitExceeded.Role", limit, of: "roles of one account" });
    }
    let row = RoleRow {
        id: name::role_id(&call.cloud.random)?,
        account_id: call.account().to_string(),
        name: name.to_owned(),
        name_key: fold(name),
        description: description.to_owned(),
        trust_policy: trust_policy.to_owned(),
        max_session_seconds: max_session_seconds.unwrap_or(rules::DEFAULT_SESSION),
        created_at: call.now.millis(),
        updated_at: call.now.millis(),
        allow_console_login,
    };
    role::insert(connection, &row)?;
    tag::bind(connection, bearer(call, Tagged::Role, &row.id), &tags)?;
    Ok(json!({"Role": answer(call.account(), &row)}))
}

/// `GetRole`.
pub(crate) fn get(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let row = named(call, connection, "ram:GetRole")?;
    Ok(json!({"Role": answer(call.account(), &row)}))
}

/// `ListRoles`, of which `Tag` may leave out some, and `QueryKeyword`, a part of a name or a description.
pub(crate) fn list(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    authorise(call, connection, "ram:ListRoles", &Arn::role(call.account().clone(), "*").to_string())?;
    let page = MarkerPage::read(call.parameters)?;
    let (filter, keyword) = (Filter::read(call.parameters)?, Keyword::read(call)?);
    let account = call.account().as_str();
    let tags = Tags::load(connection, account, Tagged::Role.word())?;
    let mut rows = role::list(connection, account, &page.after, i64::MAX)?;
    rows.retain(|row| filter.admits(tags.of(&row.id)) && keyword.is_in(&[&row.name, &row.description]));
    let item = |row: &RoleRow| {
        let mut role = answer(call.account(), row);
        if let Some(members) = role.as_object_mut() {
            members.remove("AssumeRolePolicyDocument");
            members.insert("Tags".to_owned(), tag::ram_answer(tags.of(&row.id)));
        }
        role
    };
    Ok(page.answer(rows, ("Roles", "Role"), |row| row.name_key.clone(), item))
}

/// `UpdateRole`.
pub(crate) fn update(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let row = named(call, connection, "ram:UpdateRole")?;
    may_change(call.identity, &row.name)?;
    let description = call.parameters.optional("NewDescription");
    let changes = RoleChanges {
        description: description.map(|_| call.text("NewDescription", DESCRIPTION)).transpose()?,
        trust_policy: document::trust(call.parameters, "NewAssumeRolePolicyDocument")?,
        max_session_seconds: call.parameters.integer("NewMaxSessionDuration", rules::ROLE_SESSION)?,
        updated_at: Some(call.now.millis()),
        allow_console_login: call.parameters.boolean("NewAllowConsoleLogin")?,
    };
    role::update(connection, &row.id, &changes)?;
    let row = find(connection, call.account(), &row.name)?;
    Ok(json!({"Role": answer(call.account(), &row)}))
}

/// `DeleteRole`: its sessions and credentials end with it.
pub(crate) fn delete(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let row = named(call, connection, "ram:DeleteRole")?;
    may_change(call.identity, &row.name)?;
    if !attachment::list(connection, &row.id)?.is_empty() {
        return Err(Refusal::InUse {
            code: "DeleteConflict.Role.Policy",
            reason: "The role still holds policies. Detach them before you delete the role.",
        });
    }
    remove_all(connection, bearer(call, Tagged::Role, &row.id))?;
    role::delete(connection, &row.id)?;
    Ok(json!({}))
}

/// The role that `RoleName` names, if the caller may do `action` to it.
pub(crate) fn named(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    action: &str,
) -> Result<RoleRow, Refusal> {
    let name = rules::ROLE_NAME.check("RoleName", call.parameters.required("RoleName")?)?;
    let row = find(connection, call.account(), name);
    // The name as it was given at the creation, so that its spelling in a call evades no policy.
    let name = row.as_ref().map_or(name, |row| row.name.as_str());
    authorise(call, connection, action, &Arn::role(call.account().clone(), name).to_string())?;
    row
}

/// The role of this name in an account.
pub(crate) fn find(
    connection: &mut SqliteConnection,
    account: &AccountId,
    name: &str,
) -> Result<RoleRow, Refusal> {
    role::find(connection, account.as_str(), &fold(name))?.ok_or_else(|| Refusal::missing(Entity::Role, name))
}

fn missing(parameter: &str) -> Refusal {
    Refusal::Envelope(crate::rpc::Error::Missing(parameter.to_owned()))
}

fn answer(account: &AccountId, row: &RoleRow) -> Value {
    json!({
        "RoleId": row.id,
        "RoleName": row.name,
        "Arn": role_arn(account, row).to_string(),
        "Description": row.description,
        "AssumeRolePolicyDocument": row.trust_policy,
        "MaxSessionDuration": row.max_session_seconds,
        "AllowConsoleLogin": row.allow_console_login,
        "IsServiceLinkedRole": rules::is_service_linked(&row.name),
        "CreateDate": date(row.created_at),
        "UpdateDate": date(row.updated_at),
    })
}
