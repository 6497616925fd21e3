//! Tags of roles and custom policies: shown on their pages, given and taken there.

use serde::Deserialize;

use crate::local_cloud::api::version::RAM;
use crate::local_cloud::refusal::Refusal;

use super::super::desk::{Desk, Visit};
use super::Tag;
use super::part::Part;

/// The word of the API for what bears tags.
#[derive(Clone, Copy)]
pub(super) enum Bearer {
    Role,
    Policy,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    tag_resources: Vec<Tag>,
}

impl Bearer {
    const fn word(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::Policy => "policy",
        }
    }
}

pub(super) fn of(desk: &Desk<'_>, (bearer, name): (Bearer, &str)) -> Result<Part<Vec<Tag>>, Refusal> {
    let parameters = [("ResourceType", bearer.word()), ("ResourceNames.1", name)];
    let answer: Result<Answer, Refusal> = desk.ask((RAM, "ListTagResources"), &parameters);
    Part::of(answer.map(|answer| answer.tag_resources))
}

/// Gives the tag of the form's `tag_key` and `tag_value`.
pub(super) fn tag(desk: &Desk<'_>, visit: &Visit, (bearer, name): (Bearer, &str)) -> Result<(), Refusal> {
    let parameters = [
        ("ResourceType", bearer.word()),
        ("ResourceNames.1", name),
        ("Tag.1.Key", visit.given("tag_key")),
        ("Tag.1.Value", visit.given("tag_value")),
    ];
    desk.call(RAM, "TagResources", &parameters).map(drop)
}

/// Takes the tag of the form's `tag_key`.
pub(super) fn untag(desk: &Desk<'_>, visit: &Visit, (bearer, name): (Bearer, &str)) -> Result<(), Refusal> {
    let parameters =
        [("ResourceType", bearer.word()), ("ResourceNames.1", name), ("TagKeys.1", visit.given("tag_key"))];
    desk.call(RAM, "UntagResources", &parameters).map(drop)
}
