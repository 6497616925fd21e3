//! The deeds on a policy's versions.

use crate::local_cloud::api::version::RAM;
use crate::local_cloud::refusal::Refusal;

use super::super::super::desk::{Desk, Done, Visit};
use super::super::words::{Words, typed_document};
use super::page;
use super::place::custom;

pub(super) fn create(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let rotation = if visit.is_ticked("replaces_oldest") {
        "DeleteOldestNonDefaultVersionWhenLimitExceeded"
    } else {
        "None"
    };
    let parameters = [
        ("PolicyName", custom(visit)),
        ("PolicyDocument", &typed_document(visit)),
        ("SetAsDefault", if visit.is_ticked("is_default") { "true" } else { "false" }),
        ("RotateStrategy", rotation),
    ];
    desk.call(RAM, "CreatePolicyVersion", &parameters)?;
    Ok(Done::Here)
}

/// Creates nothing.
pub(super) fn check(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let words = Words::typed(&typed_document(visit))?;
    page::show_with(desk, visit, Some(words)).map(Done::Once)
}

pub(super) fn set_default(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let parameters = [("PolicyName", custom(visit)), ("VersionId", visit.given("version"))];
    desk.call(RAM, "SetDefaultPolicyVersion", &parameters)?;
    Ok(Done::Here)
}

pub(super) fn delete(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let parameters = [("PolicyName", custom(visit)), ("VersionId", visit.given("version"))];
    desk.call(RAM, "DeletePolicyVersion", &parameters)?;
    Ok(Done::Here)
}
