//! A new role.

use askama::Template;

use crate::local_cloud::api::version::RAM;
use crate::local_cloud::refusal::Refusal;

use super::super::super::desk::{Desk, Done, Frame, Page, Visit, render};
use super::super::address;
use super::trusted::{self, Choices};

#[derive(Template)]
#[template(path = "local_cloud/ram/role_create.html")]
struct RoleCreatePage<'a> {
    frame: Frame,
    choices: Choices,
    typed: Typed<'a>,
    own_account: &'a str,
}

/// What was typed, where the form comes again.
struct Typed<'a> {
    name: &'a str,
    description: &'a str,
    seconds: &'a str,
    enters_console: bool,
    trusted: &'a str,
    account: &'a str,
    service: &'a str,
    provider: &'a str,
    subject: &'a str,
    document: &'a str,
}

pub(super) fn show(desk: &Desk<'_>, visit: &Visit) -> Result<Page, Refusal> {
    let typed = Typed {
        name: visit.given("name"),
        description: visit.given("description"),
        seconds: visit.refill("seconds", "3600"),
        enters_console: visit.failure.is_none() || visit.is_ticked("enters_console"),
        trusted: visit.refill("trusted", "account"),
        account: visit.given("account"),
        service: visit.given("service"),
        provider: visit.given("provider"),
        subject: visit.given("subject"),
        document: visit.given("document"),
    };
    let own_account = desk.session().account.id.as_str();
    let choices = Choices::of(desk)?;
    render(&RoleCreatePage { frame: Frame::new(desk, visit)?, choices, typed, own_account })
}

pub(super) fn create(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let name = visit.given("name").trim();
    let document = trusted::document(desk, visit)?;
    let parameters = [
        ("RoleName", name),
        ("AssumeRolePolicyDocument", document.as_str()),
        ("Description", visit.given("description").trim()),
        ("MaxSessionDuration", visit.given("seconds").trim()),
        ("AllowConsoleLogin", if visit.is_ticked("enters_console") { "true" } else { "false" }),
    ];
    desk.call(RAM, "CreateRole", &parameters)?;
    Ok(Done::At(address::role(name)))
}
