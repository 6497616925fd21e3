//! The page of a group.

use askama::Template;

use crate::local_cloud::api::version::IMS;
use crate::local_cloud::refusal::Refusal;

use super::super::super::desk::{Desk, Done, Frame, Page, Visit, render};
use super::super::address;
use super::super::grant::{self, Grants, Holder};
use super::super::part::Part;
use super::Group;
use super::members::{self, Members};

#[derive(Template)]
#[template(path = "local_cloud/ram/group.html")]
struct GroupPage<'a> {
    frame: Frame,
    group: Group,
    typed: Typed<'a>,
    members: Part<Members>,
    grants: Grants,
}

/// What the fields of the forms begin with.
struct Typed<'a> {
    /// The deed that failed, whose form is open.
    failed: &'a str,
    name: &'a str,
    display_name: &'a str,
    comments: &'a str,
    members: &'a str,
}

impl GroupPage<'_> {
    /// What hinders its deletion, as far as may be seen.
    fn hindrance(&self) -> Option<String> {
        let members = self.members.shown().map(|members| members.users.len()).unwrap_or_default();
        let policies = self.grants.count();
        match (members, policies) {
            (0, 0) => None,
            (_, 0) => Some("It cannot be deleted while users are in it.".to_owned()),
            (0, _) => Some("It cannot be deleted while it holds policies.".to_owned()),
            _ => Some("It cannot be deleted while users are in it and it holds policies.".to_owned()),
        }
    }
}

pub(super) fn show(desk: &Desk<'_>, visit: &Visit) -> Result<Page, Refusal> {
    let name = address::name_at(visit, "group");
    let group: Group = desk.ask_for((IMS, "GetGroup"), &[("GroupName", name)], &["Group"])?;
    let members = members::of(desk, visit, &group.group_name)?;
    let grants = Grants::of(desk, visit, Holder::Group(&group.group_name))?;
    let (known_name, display_name, comments) =
        (group.group_name.clone(), group.display_name.clone(), group.comments.clone());
    let typed = Typed {
        failed: visit.refill("deed", ""),
        name: visit.refill("name", &known_name),
        display_name: visit.refill("display_name", &display_name),
        comments: visit.refill("comments", &comments),
        members: visit.refill("members", ""),
    };
    render(&GroupPage { frame: Frame::new(desk, visit)?, group, typed, members, grants })
}

pub(super) fn update(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let name = visit.given("name").trim();
    let parameters = [
        ("GroupName", address::name_at(visit, "group")),
        ("NewGroupName", name),
        ("NewDisplayName", visit.given("display_name").trim()),
        ("NewComments", visit.given("comments").trim()),
    ];
    desk.call(IMS, "UpdateGroup", &parameters)?;
    // An empty new name leaves the old one.
    if name.is_empty() { Ok(Done::Here) } else { Ok(Done::At(address::group(name))) }
}

pub(super) fn attach(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    grant::attach(desk, visit, Holder::Group(address::name_at(visit, "group")))
}

pub(super) fn detach(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    grant::detach(desk, visit, Holder::Group(address::name_at(visit, "group")))
}

pub(super) fn delete(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    desk.call(IMS, "DeleteGroup", &[("GroupName", address::name_at(visit, "group"))])?;
    Ok(Done::At("/ram/groups".to_owned()))
}
