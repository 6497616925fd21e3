//! The page of a role.

use askama::Template;

use crate::local_cloud::api::version::RAM;
use crate::local_cloud::refusal::Refusal;

use super::super::super::desk::{Desk, Done, Frame, Page, Visit, render};
use super::super::grant::{self, Grants, Holder};
use super::super::part::Part;
use super::super::tagging::{self, Bearer};
use super::super::words::TrustWords;
use super::super::{Tag, address};
use super::Role;

#[derive(Template)]
#[template(path = "local_cloud/ram/role.html")]
struct RolePage<'a> {
    frame: Frame,
    role: Role,
    lock: Option<&'static str>,
    trust: TrustWords,
    typed: Typed<'a>,
    /// What a document that was checked means.
    checked: Option<TrustWords>,
    tags: Part<Vec<Tag>>,
    grants: Grants,
    /// The address that leads into the role.
    switch_url: String,
}

/// What the fields of the forms begin with.
struct Typed<'a> {
    /// The deed that failed, whose form is open.
    failed: &'a str,
    description: &'a str,
    seconds: &'a str,
    enters_console: bool,
    document: &'a str,
    tag_key: &'a str,
    tag_value: &'a str,
}

pub(super) fn show(desk: &Desk<'_>, visit: &Visit) -> Result<Page, Refusal> {
    show_with(desk, visit, None)
}

/// The page with what a document of the form means, which nothing was done with.
pub(super) fn show_with(
    desk: &Desk<'_>,
    visit: &Visit,
    checked: Option<TrustWords>,
) -> Result<Page, Refusal> {
    let name = address::name_at(visit, "role");
    let role: Role = desk.ask_for((RAM, "GetRole"), &[("RoleName", name)], &["Role"])?;
    let trust = TrustWords::read(&role.assume_role_policy_document)?;
    let (description, seconds) = (role.description.clone(), role.max_session_duration.to_string());
    let failed = visit.refill("deed", "");
    let document = match &checked {
        Some(_) => visit.given("document").to_owned(),
        None => visit.refill("document", &trust.document).to_owned(),
    };
    let typed = Typed {
        failed,
        description: visit.refill("description", &description),
        seconds: visit.refill("seconds", &seconds),
        enters_console: if failed == "update-role" {
            visit.is_ticked("enters_console")
        } else {
            role.allow_console_login
        },
        document: &document,
        tag_key: visit.refill("tag_key", ""),
        tag_value: visit.refill("tag_value", ""),
    };
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("account", &desk.session().account.id).append_pair("role", &role.role_name);
    let page = RolePage {
        frame: Frame::new(desk, visit)?,
        lock: role.lock(),
        tags: tagging::of(desk, (Bearer::Role, &role.role_name))?,
        grants: Grants::of(desk, visit, Holder::Role(&role.role_name))?,
        switch_url: format!("{}/console/switch-role?{}", desk.cloud().base_url, query.finish()),
        role,
        trust,
        typed,
        checked,
    };
    render(&page)
}

pub(super) fn update(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let parameters = [
        ("RoleName", address::name_at(visit, "role")),
        ("NewDescription", visit.given("description").trim()),
        ("NewMaxSessionDuration", visit.given("seconds").trim()),
        ("NewAllowConsoleLogin", if visit.is_ticked("enters_console") { "true" } else { "false" }),
    ];
    desk.call(RAM, "UpdateRole", &parameters)?;
    Ok(Done::Here)
}

pub(super) fn tag(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    tagging::tag(desk, visit, (Bearer::Role, address::name_at(visit, "role")))?;
    Ok(Done::Here)
}

pub(super) fn untag(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    tagging::untag(desk, visit, (Bearer::Role, address::name_at(visit, "role")))?;
    Ok(Done::Here)
}

pub(super) fn attach(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    grant::attach(desk, visit, Holder::Role(address::name_at(visit, "role")))
}

pub(super) fn detach(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    grant::detach(desk, visit, Holder::Role(address::name_at(visit, "role")))
}

pub(super) fn delete(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    desk.call(RAM, "DeleteRole", &[("RoleName", address::name_at(visit, "role"))])?;
    Ok(Done::At("/ram/roles".to_owned()))
}
