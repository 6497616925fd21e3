//! Delegated administrators: members that look at the directory for one trusted service.

use askama::Template;
use serde::Deserialize;

use crate::local_cloud::refusal::Refusal;
use crate::local_cloud::rules;

use super::super::desk::{Deed, Desk, Done, Frame, Page, Visit, render};
use super::answer::member_href;
use super::paging::{List, Listed};
use super::reason::call;

pub(super) const DEEDS: &[Deed] = &[
    Deed {
        name: "register-administrator",
        act: register,
        said: "The member is a delegated administrator now.",
    },
    Deed {
        name: "deregister-administrator",
        act: deregister,
        said: "The member is no delegated administrator for that service any more.",
    },
];

#[derive(Template)]
#[template(path = "local_cloud/resource_directory/delegation.html")]
struct DelegationPage<'a> {
    frame: Frame,
    services: &'static [&'static str],
    most: i64,
    /// The one service that is shown, or none.
    shown: &'a str,
    administrators: Listed<Administrator>,
    account: &'a str,
    service: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Administrator {
    account_id: String,
    display_name: String,
    service_principal: String,
    delegation_enabled_time: String,
}

impl Administrator {
    fn href(&self) -> String {
        member_href(&self.account_id)
    }
}

pub(super) fn show(desk: &Desk<'_>, visit: &Visit) -> Result<Page, Refusal> {
    let shown = visit.asked("service");
    let list = List {
        action: "ListDelegatedAdministrators",
        names: ("Accounts", "Account"),
        parameters: vec![("ServicePrincipal", shown)],
    };
    let administrators = list.page(desk, visit, &[("service", shown)])?;
    render(&DelegationPage {
        frame: Frame::new(desk, visit)?,
        services: rules::TRUSTED_SERVICES,
        most: rules::DELEGATED_ADMINISTRATORS,
        shown,
        administrators,
        account: visit.refill("account", visit.asked("account")),
        service: visit.refill("for_service", ""),
    })
}

fn register(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    change(desk, visit, "RegisterDelegatedAdministrator")
}

fn deregister(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    change(desk, visit, "DeregisterDelegatedAdministrator")
}

fn change(desk: &Desk<'_>, visit: &Visit, action: &str) -> Result<Done, Refusal> {
    let parameters =
        [("AccountId", visit.given("account").trim()), ("ServicePrincipal", visit.given("for_service"))];
    call(desk, action, &parameters)?;
    Ok(Done::Here)
}
