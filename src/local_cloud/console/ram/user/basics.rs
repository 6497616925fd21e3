//! What a user is called, how to reach whoever it is, its tags, and its end.

use crate::local_cloud::api::version::{IMS, RAM};
use crate::local_cloud::refusal::Refusal;

use super::super::super::desk::{Desk, Done, Visit};
use super::super::User;
use super::super::address;

/// What the form begins with.
pub(super) struct Typed<'a> {
    pub(super) name: &'a str,
    pub(super) display_name: &'a str,
    pub(super) email: &'a str,
    pub(super) mobile_phone: &'a str,
    pub(super) comments: &'a str,
}

impl<'a> Typed<'a> {
    pub(super) fn of(visit: &'a Visit, user: &'a User) -> Self {
        Self {
            name: visit.refill("new_name", user.name()),
            display_name: visit.refill("new_display_name", &user.display_name),
            email: visit.refill("email", &user.email),
            mobile_phone: visit.refill("mobile_phone", &user.mobile_phone),
            comments: visit.refill("comments", &user.comments),
        }
    }
}

pub(super) fn update(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let new_name = visit.given("new_name").trim();
    let parameters = [
        ("UserName", super::name(visit)),
        ("NewUserName", new_name),
        ("NewDisplayName", visit.given("new_display_name").trim()),
        ("NewEmail", visit.given("email").trim()),
        ("NewMobilePhone", visit.given("mobile_phone").trim()),
        ("NewComments", visit.given("comments").trim()),
    ];
    desk.call(RAM, "UpdateUser", &parameters)?;
    let name = if new_name.is_empty() { super::name(visit) } else { new_name };
    Ok(Done::At(address::user(name)))
}

pub(super) fn tag(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let name = super::principal_name(desk, visit)?;
    let parameters = [
        ("ResourceType", "user"),
        ("ResourcePrincipalName.1", name.as_str()),
        ("Tag.1.Key", visit.given("tag_key")),
        ("Tag.1.Value", visit.given("tag_value")),
    ];
    desk.call(IMS, "TagResources", &parameters)?;
    Ok(Done::Here)
}

pub(super) fn untag(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let name = super::principal_name(desk, visit)?;
    let parameters = [
        ("ResourceType", "user"),
        ("ResourcePrincipalName.1", name.as_str()),
        ("TagKey.1", visit.given("tag_key")),
    ];
    desk.call(IMS, "UntagResources", &parameters)?;
    Ok(Done::Here)
}

pub(super) fn set_owner(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let owner = visit.given("owner").trim();
    // Either spelling of a user of this account.
    let owner = owner.strip_suffix(&format!("@{}", super::super::default_domain(desk)?)).unwrap_or(owner);
    desk.call(RAM, "UpdateUser", &[("UserName", super::name(visit)), ("NewOwner", owner)])?;
    Ok(Done::Here)
}

pub(super) fn adopt(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let parameters = [("UserName", super::name(visit)), ("Orphaned", "false"), ("NewOwner", "")];
    desk.call(RAM, "UpdateUser", &parameters)?;
    Ok(Done::Here)
}

pub(super) fn delete(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    desk.call(RAM, "DeleteUser", &[("UserName", super::name(visit))])?;
    Ok(Done::At("/ram/users".to_owned()))
}
