//! Users.

use serde_json::{Value, json};

use crate::base::{Secret, UserName};
use crate::domain::{self, NameFilter, ProvisionType, Status, Tag, User, UserChanges, UserQuery, UserSpec};
use crate::rpc;
use crate::service::authorisation::Resource;
use crate::service::credential::{self, NewPassword};
use crate::service::user::{self, TaggedUser};

use super::invocation::{Invocation, Outcome, nothing, tags_answer};
use super::paging::Paging;

pub(super) const STATUSES: &[&str] = &["Enabled", "Disabled"];
pub(super) const PROVISION_TYPES: &[&str] = &["Manual", "Synchronized"];

const PAGE: u32 = 100;

/// `CreateUser`.
pub(super) fn create(call: &Invocation<'_>) -> Outcome {
    let directory = call.directory_id()?;
    let name = UserName::parse(call.parameters.required("UserName")?).map_err(domain::Error::from)?;
    let spec = UserSpec {
        user_name: name,
        display_name: call.text("DisplayName").unwrap_or_default(),
        first_name: call.text("FirstName").unwrap_or_default(),
        last_name: call.text("LastName").unwrap_or_default(),
        email: call.text("Email").filter(|email| !email.is_empty()),
        description: call.text("Description").unwrap_or_default(),
        status: call.word("Status", STATUSES, Status::parse)?.unwrap_or_default(),
    };
    let tags = call.tags()?;
    let operator = call.authorise(&Resource::directory(&directory))?;
    let created = user::create(call.ctx, &operator, spec, tags)?;
    Ok(json!({ "User": tagged(answer(&created.user), &created.tags) }))
}

/// `GetUser`.
pub(super) fn get(call: &Invocation<'_>) -> Outcome {
    let id = call.user_id()?;
    let operator = call.authorise(&Resource::user(&call.directory_id()?, &id))?;
    Ok(json!({ "User": shown(&user::load(call.ctx, &operator, &id)?) }))
}

/// `GetUserId`.
pub(super) fn get_id(call: &Invocation<'_>) -> Outcome {
    let directory = call.directory_id()?;
    let missing = || rpc::Error::Missing("ExternalId".to_owned());
    let external_id = call.parameters.object("ExternalId")?.ok_or_else(missing)?;
    let id = external_id.required("Id")?;
    if external_id.required("Issuer")? != "SCIM" {
        return Err(external_id.invalid("Issuer", "SCIM").into());
    }
    let operator = call.authorise(&Resource::directory(&directory))?;
    Ok(json!({ "UserId": user::find_by_external_id(call.ctx, &operator, id)? }))
}

/// `UpdateUser`.
pub(super) fn update(call: &Invocation<'_>) -> Outcome {
    let id = call.user_id()?;
    let changes = UserChanges {
        display_name: call.text("NewDisplayName"),
        first_name: call.text("NewFirstName"),
        last_name: call.text("NewLastName"),
        email: call.text("NewEmail"),
        description: call.text("NewDescription"),
    };
    let operator = call.authorise(&Resource::user(&call.directory_id()?, &id))?;
    Ok(json!({ "User": answer(&user::update(call.ctx, &operator, &id, changes)?) }))
}

/// `UpdateUserStatus`.
pub(super) fn update_status(call: &Invocation<'_>) -> Outcome {
    let id = call.user_id()?;
    let status = call.required_word("NewStatus", STATUSES, Status::parse)?;
    let operator = call.authorise(&Resource::user(&call.directory_id()?, &id))?;
    user::update_status(call.ctx, &operator, &id, status)?;
    nothing()
}

/// `DeleteUser`.
pub(super) fn delete(call: &Invocation<'_>) -> Outcome {
    let id = call.user_id()?;
    let operator = call.authorise(&Resource::user(&call.directory_id()?, &id))?;
    user::delete(call.ctx, &operator, &id)?;
    nothing()
}

/// `ListUsers`.
pub(super) fn list(call: &Invocation<'_>) -> Outcome {
    let directory = call.directory_id()?;
    let filter = call.parameters.optional("Filter").filter(|filter| !filter.is_empty());
    let query = UserQuery {
        name: filter.map(|filter| NameFilter::parse("UserName", filter)).transpose()?,
        status: call.word("Status", STATUSES, Status::parse)?,
        provision_type: call.word("ProvisionType", PROVISION_TYPES, ProvisionType::parse)?,
        tags: call.tags()?,
    };
    let paging = Paging::read(call, PAGE, &["Filter", "ProvisionType", "Status", "Tags"])?;
    let operator = call.authorise(&Resource::directory(&directory))?;
    let found = user::list(call.ctx, &operator, &query, &paging.request)?;
    paging.answer(&found, "Users", shown)
}

/// `ResetUserPassword`.
pub(super) fn reset_password(call: &Invocation<'_>) -> Outcome {
    let id = call.user_id()?;
    let must_change = call.flag("RequirePasswordResetForNextLogin")?;
    let password = if call.flag("GenerateRandomPassword")? {
        NewPassword::Random
    } else {
        NewPassword::Given(Secret::new(call.parameters.required("Password")?))
    };
    let operator = call.authorise(&Resource::user(&call.directory_id()?, &id))?;
    match credential::reset_password(call.ctx, &operator, &id, password, must_change)? {
        Some(password) => Ok(json!({ "NewPassword": password.expose() })),
        None => nothing(),
    }
}

/// `ListJoinedGroupsForUser`.
pub(super) fn list_joined_groups(call: &Invocation<'_>) -> Outcome {
    let id = call.user_id()?;
    let paging = Paging::read(call, PAGE, &["UserId"])?;
    let operator = call.authorise(&Resource::user(&call.directory_id()?, &id))?;
    let found = user::list_groups(call.ctx, &operator, &id, &paging.request)?;
    paging.answer(&found, "JoinedGroups", |(group, joined)| {
        json!({
            "Description": group.spec.description,
            "GroupId": group.id,
            "GroupName": group.spec.group_name,
            "JoinTime": joined.rfc3339(),
            "ProvisionType": group.provision_type.as_str(),
            "UserId": id,
        })
    })
}

fn answer(user: &User) -> Value {
    json!({
        "UserId": user.id,
        "UserName": user.spec.user_name,
        "DisplayName": user.spec.display_name,
        "FirstName": user.spec.first_name,
        "LastName": user.spec.last_name,
        "Email": user.spec.email.as_deref().unwrap_or_default(),
        "Description": user.spec.description,
        "Status": user.spec.status.as_str(),
        "ProvisionType": user.provision_type.as_str(),
        "CreateTime": user.created_at.rfc3339(),
        "UpdateTime": user.updated_at.rfc3339(),
    })
}

fn tagged(mut user: Value, tags: &[Tag]) -> Value {
    if let Some(members) = user.as_object_mut() {
        members.insert("Tags".to_owned(), tags_answer(tags).into());
    }
    user
}

/// A user as looked at: with the tags, and the external id of one who has it.
fn shown(found: &TaggedUser) -> Value {
    let mut user = tagged(answer(&found.user), &found.tags);
    if let (Some(id), Some(members)) = (&found.user.external_id, user.as_object_mut()) {
        members.insert("ExternalId".to_owned(), json!({ "Id": id, "Issuer": "SCIM" }));
    }
    user
}
