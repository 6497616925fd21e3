//! RAM 2015-05-01 and IMS 2019-08-15: RAM groups and who is in them.

use diesel::SqliteConnection;
use serde_json::{Map, Value, json};

use crate::base::fold;
use crate::local_cloud::identity::group_arn;
use crate::local_cloud::logon_name::{default_domain, principal_name};
use crate::local_cloud::refusal::{Entity, Refusal};
use crate::local_cloud::store::attachment;
use crate::local_cloud::store::group::{self, GroupChanges, GroupRow};
use crate::local_cloud::store::user::UserRow;
use crate::local_cloud::{name, rules};

use super::face::{Face, named_user};
use super::invocation::{Invocation, Keyword, MarkerPage, Outcome, date};
use super::permission::{authorise, may_reach_user};

const COMMENTS: std::ops::RangeInclusive<usize> = 1..=128;
const DISPLAY_NAME: std::ops::RangeInclusive<usize> = 1..=24;

/// `CreateGroup`.
pub(crate) fn create(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let name = rules::GROUP_NAME.check("GroupName", call.parameters.required("GroupName")?)?;
    authorise(call, connection, &call.action("CreateGroup"), &group_arn(call.account(), name))?;
    let account = call.account().as_str();
    let display_name = match call.face() {
        Face::Ram => "",
        Face::Ims => rules::printable("DisplayName", call.text("DisplayName", DISPLAY_NAME)?)?,
    };
    let comments = call.text("Comments", COMMENTS)?;
    if group::find(connection, account, &fold(name))?.is_some() {
        return Err(Refusal::exists(Entity::Group, name));
    }
    if group::count(connection, account)? >= rules::GROUPS_PER_ACCOUNT {
        let limit = rules::GROUPS_PER_ACCOUNT;
        return Err(Refusal::Limit { code: "LimitExceeded.Group", limit, of: "groups of one account" });
    }
    let row = GroupRow {
        id: name::group_id(&call.cloud.random)?,
        account_id: account.to_owned(),
        name: name.to_owned(),
        name_key: fold(name),
        display_name: display_name.to_owned(),
        comments: comments.to_owned(),
        created_at: call.now.millis(),
        updated_at: call.now.millis(),
    };
    group::insert(connection, &row)?;
    Ok(json!({"Group": answer(call, &row)}))
}

/// `GetGroup`.
pub(crate) fn get(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let row = named(call, connection, "GetGroup")?;
    Ok(json!({"Group": answer(call, &row)}))
}

/// `UpdateGroup`.
pub(crate) fn update(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let row = named(call, connection, "UpdateGroup")?;
    let new_name = call.parameters.optional("NewGroupName").filter(|name| !name.is_empty());
    if let Some(new_name) = new_name {
        rules::GROUP_NAME.check("NewGroupName", new_name)?;
        let arn = group_arn(call.account(), new_name);
        authorise(call, connection, &call.action("UpdateGroup"), &arn)?;
        let taken = group::find(connection, call.account().as_str(), &fold(new_name))?;
        if taken.is_some_and(|other| other.id != row.id) {
            return Err(Refusal::exists(Entity::Group, new_name));
        }
    }
    let given = |parameter: &'static str, length| {
        let is_given = call.parameters.optional(parameter).is_some();
        is_given.then(|| rules::printable(parameter, call.text(parameter, length)?)).transpose()
    };
    let changes = GroupChanges {
        name: new_name,
        name_key: new_name.map(fold),
        display_name: if call.face() == Face::Ims { given("NewDisplayName", DISPLAY_NAME)? } else { None },
        comments: given("NewComments", COMMENTS)?,
        updated_at: Some(call.now.millis()),
    };
    group::update(connection, &row.id, &changes)?;
    let row = find(call, connection, new_name.unwrap_or(&row.name))?;
    Ok(json!({"Group": answer(call, &row)}))
}

/// `DeleteGroup`: refused while somebody is in it or it holds a policy.
pub(crate) fn delete(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let row = named(call, connection, "DeleteGroup")?;
    if !group::members(connection, &row.id, ("", 1))?.is_empty() {
        return Err(Refusal::InUse {
            code: "DeleteConflict.Group.User",
            reason: "The group still has users. Take them out before you delete the group.",
        });
    }
    if !attachment::list(connection, &row.id)?.is_empty() {
        return Err(Refusal::InUse {
            code: "DeleteConflict.Group.Policy",
            reason: "The group still holds policies. Detach them before you delete the group.",
        });
    }
    group::delete(connection, &row.id)?;
    Ok(json!({}))
}

/// `ListGroups`, of which `QueryKeyword`, a part of a name or of what is said of it, may leave out some.
pub(crate) fn list(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    authorise(call, connection, &call.action("ListGroups"), &group_arn(call.account(), "*"))?;
    let page = MarkerPage::read_within(call.parameters, 100, 100)?;
    let keyword = Keyword::read(call)?;
    let most = if keyword.is_empty() { page.rows() } else { i64::MAX };
    let mut rows = group::list(connection, call.account().as_str(), (&page.after, most))?;
    rows.retain(|row| keyword.is_in(&[&row.name, &row.display_name, &row.comments]));
    let item = |row: &GroupRow| answer(call, row);
    Ok(page.answer(rows, ("Groups", "Group"), |row| row.name_key.clone(), item))
}

/// `AddUserToGroup`: the caller needs the right to the user and to the group.
pub(crate) fn add_user(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let user = named_user(call, connection, "AddUserToGroup")?;
    let row = named(call, connection, "AddUserToGroup")?;
    may_reach_user(call.identity, &user)?;
    if group::of_user(connection, &user.id)?.len() >= rules::GROUPS_PER_USER {
        let limit = i64::try_from(rules::GROUPS_PER_USER).unwrap_or(i64::MAX);
        return Err(Refusal::Limit { code: "LimitExceeded.User.Group", limit, of: "groups of one user" });
    }
    if group::join(connection, (&row.id, &user.id), call.now.millis())? {
        Ok(json!({}))
    } else {
        Err(Refusal::exists(Entity::Membership, row.name))
    }
}

/// `RemoveUserFromGroup`.
pub(crate) fn remove_user(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let user = named_user(call, connection, "RemoveUserFromGroup")?;
    let row = named(call, connection, "RemoveUserFromGroup")?;
    may_reach_user(call.identity, &user)?;
    if group::leave(connection, (&row.id, &user.id))? {
        Ok(json!({}))
    } else {
        Err(Refusal::missing(Entity::Membership, row.name))
    }
}

/// `ListUsersForGroup`.
pub(crate) fn list_users(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let row = named(call, connection, "ListUsersForGroup")?;
    let largest = if call.face() == Face::Ims { 100 } else { 1000 };
    let page = MarkerPage::read_within(call.parameters, largest, 100)?;
    let domain = default_domain(connection, call.account())?;
    let rows = group::members(connection, &row.id, (&page.after, page.rows()))?;
    let item = |(user, joined_at): &(UserRow, i64)| {
        let named = match call.face() {
            Face::Ram => json!({"UserName": user.name}),
            Face::Ims => json!({"UserId": user.id, "UserPrincipalName": principal_name(&domain, user)}),
        };
        let more = json!({"DisplayName": user.display_name, "JoinDate": date(*joined_at)});
        merged(named, more)
    };
    Ok(page.answer(rows, ("Users", "User"), |(user, _)| user.name_key.clone(), item))
}

/// `ListGroupsForUser`.
pub(crate) fn list_for_user(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let user = named_user(call, connection, "ListGroupsForUser")?;
    let item = |(row, joined_at): &(GroupRow, i64)| {
        let item = json!({
            "GroupId": row.id,
            "GroupName": row.name,
            "Comments": row.comments,
            "JoinDate": date(*joined_at),
        });
        match call.face() {
            Face::Ram => item,
            Face::Ims => merged(item, json!({"DisplayName": row.display_name})),
        }
    };
    let groups: Vec<Value> = group::of_user(connection, &user.id)?.iter().map(item).collect();
    Ok(json!({"Groups": {"Group": groups}}))
}

/// The group that `GroupName` names, if the caller may do `action` (without its product) to it.
pub(super) fn named(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    action: &str,
) -> Result<GroupRow, Refusal> {
    let name = rules::GROUP_NAME.check("GroupName", call.parameters.required("GroupName")?)?;
    let row = find(call, connection, name);
    // The name as it was given at the creation, so that its spelling in a call evades no policy.
    let name = row.as_ref().map_or(name, |row| row.name.as_str());
    authorise(call, connection, &call.action(action), &group_arn(call.account(), name))?;
    row
}

fn find(call: &Invocation<'_>, connection: &mut SqliteConnection, name: &str) -> Result<GroupRow, Refusal> {
    group::find(connection, call.account().as_str(), &fold(name))?
        .ok_or_else(|| Refusal::missing(Entity::Group, name))
}

fn answer(call: &Invocation<'_>, row: &GroupRow) -> Value {
    let answer = json!({
        "GroupId": row.id,
        "GroupName": row.name,
        "Comments": row.comments,
        "CreateDate": date(row.created_at),
        "UpdateDate": date(row.updated_at),
    });
    match call.face() {
        Face::Ram => answer,
        Face::Ims => merged(answer, json!({"DisplayName": row.display_name})),
    }
}

/// The members of both objects.
fn merged(one: Value, other: Value) -> Value {
    let mut members = Map::new();
    for value in [one, other] {
        if let Value::Object(more) = value {
            members.extend(more);
        }
    }
    Value::Object(members)
}
