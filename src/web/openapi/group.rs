//! Groups and their members.

use serde_json::{Value, json};

use crate::base::GroupName;
use crate::domain::{self, Group, GroupChanges, GroupQuery, GroupSpec, NameFilter, ProvisionType};
use crate::service::authorisation::Resource;
use crate::service::group;

use super::invocation::{Invocation, Outcome, nothing};
use super::paging::Paging;
use super::user::PROVISION_TYPES;

const PAGE: u32 = 100;

/// `CreateGroup`.
pub(super) fn create(call: &Invocation<'_>) -> Outcome {
    let directory = call.directory_id()?;
    let group_name = GroupName::parse(call.parameters.required("GroupName")?).map_err(domain::Error::from)?;
    let spec = GroupSpec { group_name, description: call.text("Description").unwrap_or_default() };
    let operator = call.authorise(&Resource::directory(&directory))?;
    Ok(json!({ "Group": answer(&group::create(call.ctx, &operator, spec)?) }))
}

/// `GetGroup`.
pub(super) fn get(call: &Invocation<'_>) -> Outcome {
    let id = call.group_id()?;
    let operator = call.authorise(&Resource::group(&call.directory_id()?, &id))?;
    Ok(json!({ "Group": answer(&group::load(call.ctx, &operator, &id)?) }))
}

/// `UpdateGroup`.
pub(super) fn update(call: &Invocation<'_>) -> Outcome {
    let id = call.group_id()?;
    let name = call.parameters.optional("NewGroupName").filter(|name| !name.is_empty());
    let name = name.map(GroupName::parse).transpose();
    let changes = GroupChanges {
        group_name: name
            .map_err(|error| domain::Error::from(error).of_parameter("GroupName", "NewGroupName"))?,
        description: call.text("NewDescription"),
    };
    let operator = call.authorise(&Resource::group(&call.directory_id()?, &id))?;
    Ok(json!({ "Group": answer(&group::update(call.ctx, &operator, &id, changes)?) }))
}

/// `DeleteGroup`.
pub(super) fn delete(call: &Invocation<'_>) -> Outcome {
    let id = call.group_id()?;
    let operator = call.authorise(&Resource::group(&call.directory_id()?, &id))?;
    group::delete(call.ctx, &operator, &id)?;
    nothing()
}

/// `ListGroups`.
pub(super) fn list(call: &Invocation<'_>) -> Outcome {
    let directory = call.directory_id()?;
    let filter = call.parameters.optional("Filter").filter(|filter| !filter.is_empty());
    let query = GroupQuery {
        name: filter.map(|filter| NameFilter::parse("GroupName", filter)).transpose()?,
        provision_type: call.word("ProvisionType", PROVISION_TYPES, ProvisionType::parse)?,
    };
    let paging = Paging::read(call, PAGE, &["Filter", "ProvisionType"])?;
    let operator = call.authorise(&Resource::directory(&directory))?;
    let found = group::list(call.ctx, &operator, &query, &paging.request)?;
    paging.answer(&found, "Groups", answer)
}

/// `AddUserToGroup`.
pub(super) fn add_user(call: &Invocation<'_>) -> Outcome {
    let (id, user) = (call.group_id()?, call.user_id()?);
    let operator = call.authorise(&Resource::group(&call.directory_id()?, &id))?;
    group::add_user(call.ctx, &operator, &id, &user)?;
    nothing()
}

/// `RemoveUserFromGroup`.
pub(super) fn remove_user(call: &Invocation<'_>) -> Outcome {
    let (id, user) = (call.group_id()?, call.user_id()?);
    let operator = call.authorise(&Resource::group(&call.directory_id()?, &id))?;
    group::remove_user(call.ctx, &operator, &id, &user)?;
    nothing()
}

/// `ListGroupMembers`.
pub(super) fn list_members(call: &Invocation<'_>) -> Outcome {
    let id = call.group_id()?;
    let paging = Paging::read(call, PAGE, &["GroupId"])?;
    let operator = call.authorise(&Resource::group(&call.directory_id()?, &id))?;
    let found = group::list_members(call.ctx, &operator, &id, &paging.request)?;
    paging.answer(&found, "GroupMembers", |(user, joined)| {
        json!({
            "Description": user.spec.description,
            "DisplayName": user.spec.display_name,
            "Email": user.spec.email.as_deref().unwrap_or_default(),
            "GroupId": id,
            "JoinTime": joined.rfc3339(),
            "ProvisionType": user.provision_type.as_str(),
            "Status": user.spec.status.as_str(),
            "UserId": user.id,
            "UserName": user.spec.user_name,
        })
    })
}

fn answer(group: &Group) -> Value {
    json!({
        "GroupId": group.id,
        "GroupName": group.spec.group_name,
        "Description": group.spec.description,
        "ProvisionType": group.provision_type.as_str(),
        "CreateTime": group.created_at.rfc3339(),
        "UpdateTime": group.updated_at.rfc3339(),
    })
}
