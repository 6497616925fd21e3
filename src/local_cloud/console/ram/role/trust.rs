//! The deeds on a role's trust policy: to change it, and to see what a document means before.

use crate::local_cloud::api::version::RAM;
use crate::local_cloud::refusal::Refusal;
use crate::rpc;

use super::super::super::desk::{Desk, Done, Visit};
use super::super::address;
use super::super::words::{TrustWords, typed_document};
use super::page;

pub(super) fn update(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let document = typed_document(visit);
    if document.trim().is_empty() {
        // The action would leave the old one.
        return Err(rpc::Error::Missing("document".to_owned()).into());
    }
    let parameters =
        [("RoleName", address::name_at(visit, "role")), ("NewAssumeRolePolicyDocument", document.as_str())];
    desk.call(RAM, "UpdateRole", &parameters)?;
    Ok(Done::Here)
}

pub(super) fn check(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let words = TrustWords::read(&typed_document(visit))?;
    page::show_with(desk, visit, Some(words)).map(Done::Once)
}
