//! The groups that a user is in.

use serde::Deserialize;

use crate::local_cloud::api::version::RAM;
use crate::local_cloud::refusal::Refusal;

use super::super::super::desk::{Desk, Done, Visit};
use super::super::address;

/// A group as RAM shows it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Group {
    pub(super) group_name: String,
}

impl Group {
    pub(super) fn href(&self) -> String {
        address::group(&self.group_name)
    }
}

pub(super) fn groups(desk: &Desk<'_>, user: &str) -> Result<Vec<Group>, Refusal> {
    desk.ask_for((RAM, "ListGroupsForUser"), &[("UserName", user)], &["Groups", "Group"])
}

/// The groups of the account that the user is not in yet, as far as whoever looks may see them.
pub(super) fn others(desk: &Desk<'_>, joined: &[Group]) -> Vec<String> {
    let all: Vec<Group> = desk.ask_all((RAM, "ListGroups"), &[], &["Groups", "Group"]).unwrap_or_default();
    let is_other = |name: &String| joined.iter().all(|group| group.group_name != *name);
    all.into_iter().map(|group| group.group_name).filter(is_other).collect()
}

pub(super) fn join(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    change(desk, visit, "AddUserToGroup")
}

pub(super) fn leave(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    change(desk, visit, "RemoveUserFromGroup")
}

fn change(desk: &Desk<'_>, visit: &Visit, action: &str) -> Result<Done, Refusal> {
    let parameters = [("UserName", super::name(visit)), ("GroupName", visit.given("group"))];
    desk.call(RAM, action, &parameters)?;
    Ok(Done::Here)
}
