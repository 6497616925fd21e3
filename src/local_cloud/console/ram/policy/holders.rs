//! Who holds a policy, and the deeds that give it and take it away.

use serde::Deserialize;

use crate::local_cloud::api::version::RAM;
use crate::local_cloud::refusal::Refusal;
use crate::rpc;

use super::super::super::desk::{Desk, Done, Visit};
use super::super::grant::{Holder, PolicyName, user_name};
use super::super::part::Part;
use super::super::{address, lock, several};
use super::place::named;

/// Those who hold a policy.
pub(super) struct Holders {
    pub(super) every: Vec<PolicyHolder>,
}

pub(super) struct PolicyHolder {
    /// `User`, `Group` or `Role`.
    pub(super) kind: &'static str,
    pub(super) name: String,
    pub(super) attached_at: String,
    pub(super) href: String,
    /// Why it is not taken away from it, where that is so.
    pub(super) lock: Option<&'static str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    users: Users,
    groups: Groups,
    roles: Roles,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Users {
    user: Vec<User>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct User {
    user_name: String,
    attach_date: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Groups {
    group: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Group {
    group_name: String,
    attach_date: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Roles {
    role: Vec<Role>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Role {
    role_name: String,
    attach_date: String,
}

pub(super) fn list(desk: &Desk<'_>, policy: PolicyName<'_>) -> Result<Part<Holders>, Refusal> {
    let parameters = [("PolicyType", policy.policy_type), ("PolicyName", policy.name)];
    let answer: Result<Answer, Refusal> = desk.ask((RAM, "ListEntitiesForPolicy"), &parameters);
    Part::of(answer.map(|answer| {
        let users = answer.users.user.into_iter();
        let users = users.map(|user| holder("User", user.user_name, user.attach_date));
        let groups = answer.groups.group.into_iter();
        let groups = groups.map(|group| holder("Group", group.group_name, group.attach_date));
        let roles = answer.roles.role.into_iter();
        let roles = roles.map(|role| PolicyHolder {
            lock: lock::of_role(&role.role_name),
            ..holder("Role", role.role_name, role.attach_date)
        });
        Holders { every: users.chain(groups).chain(roles).collect() }
    }))
}

fn holder(kind: &'static str, name: String, attached_at: String) -> PolicyHolder {
    PolicyHolder { kind, href: address::holder(kind, &name), name, attached_at, lock: None }
}

pub(super) fn attach(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let (policy, kind) = (named(visit)?, visit.given("holder_kind"));
    several::each("holders", several::names(visit.given("holders")), |name| {
        let name = if kind == "User" { user_name(desk, name)? } else { name };
        read(kind, name)?.attach(desk, policy)
    })?;
    Ok(Done::Here)
}

pub(super) fn detach(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    read(visit.given("holder_kind"), visit.given("holder"))?.detach(desk, named(visit)?)?;
    Ok(Done::Here)
}

fn read<'v>(kind: &str, name: &'v str) -> Result<Holder<'v>, Refusal> {
    Holder::read(kind, name).ok_or_else(|| rpc::Error::Missing("holder_kind".to_owned()).into())
}
