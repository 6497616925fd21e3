//! What a user may do: by the policies that it holds itself, and by those of each of its groups.

use serde::Deserialize;

use crate::local_cloud::api::version::RAM;
use crate::local_cloud::refusal::Refusal;

use super::super::super::desk::Desk;
use super::super::address;
use super::Part;
use super::held::{self, Grant};
use super::holder::Holder;

/// The policies that count for a user; a page has it in a field `effective` and includes
/// `local_cloud/ram/effective.html`.
pub(in super::super) struct Effective {
    pub(in super::super) own: Part<Vec<Grant>>,
    pub(in super::super) groups: Part<Vec<GroupGrants>>,
}

/// What a user has by one of its groups.
pub(in super::super) struct GroupGrants {
    pub(in super::super) name: String,
    /// The page of the group.
    pub(in super::super) href: String,
    pub(in super::super) held: Part<Vec<Grant>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Group {
    group_name: String,
}

impl Effective {
    /// What counts for a user, by its name without the domain.
    pub(in super::super) fn of(desk: &Desk<'_>, user: &str) -> Result<Self, Refusal> {
        let own = Part::of(held::list(desk, Holder::User(user)))?;
        let parameters = [("UserName", user)];
        let found = desk.ask_for((RAM, "ListGroupsForUser"), &parameters, &["Groups", "Group"]);
        let groups = match Part::<Vec<Group>>::of(found)? {
            Part::Refused(reason) => Part::Refused(reason),
            Part::Shown(found) => {
                let group = |group: Group| {
                    Ok(GroupGrants {
                        href: address::group(&group.group_name),
                        held: Part::of(held::list(desk, Holder::Group(&group.group_name)))?,
                        name: group.group_name,
                    })
                };
                let groups: Result<_, Refusal> = found.into_iter().map(group).collect();
                Part::Shown(groups?)
            }
        };
        Ok(Self { own, groups })
    }
}
