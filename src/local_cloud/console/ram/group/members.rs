//! Who is in a group: a page of its members at a time, and the deeds that change it.

use serde::Deserialize;

use crate::local_cloud::api::version::IMS;
use crate::local_cloud::refusal::Refusal;

use super::super::super::desk::{Desk, Done, List, Visit};
use super::super::next::next;
use super::super::part::Part;
use super::super::{address, several};

/// Members on a page.
const PAGE: &str = "50";

/// Some of a group's members.
pub(super) struct Members {
    pub(super) users: Vec<Member>,
    /// The query of the next page, where there is one.
    pub(super) next: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Member {
    pub(super) user_principal_name: String,
    pub(super) display_name: String,
    pub(super) join_date: String,
}

impl Member {
    pub(super) fn href(&self) -> String {
        address::user(self.user_principal_name.split('@').next().unwrap_or_default())
    }
}

pub(super) fn of(desk: &Desk<'_>, visit: &Visit, group: &str) -> Result<Part<Members>, Refusal> {
    let parameters = [("GroupName", group), ("MaxItems", PAGE), ("Marker", visit.asked("marker"))];
    let found = desk.ask_list((IMS, "ListUsersForGroup"), &parameters, &["Users", "User"]);
    let members = |found: List<_>| Members { next: next(&[], found.marker.as_deref()), users: found.items };
    Part::of(found.map(members))
}

pub(super) fn add(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let group = address::name_at(visit, "group");
    several::each("members", several::names(visit.given("members")), |user| {
        let parameters = [("UserPrincipalName", user), ("GroupName", group)];
        desk.call(IMS, "AddUserToGroup", &parameters).map(drop)
    })?;
    Ok(Done::Here)
}

pub(super) fn remove(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let parameters =
        [("UserPrincipalName", visit.given("member")), ("GroupName", address::name_at(visit, "group"))];
    desk.call(IMS, "RemoveUserFromGroup", &parameters)?;
    Ok(Done::Here)
}
