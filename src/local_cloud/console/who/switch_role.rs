//! The form that switches to a role: an account by its id or its alias, and the role's name.

use askama::Template;

use crate::base::{AccountId, fold};
use crate::local_cloud::arn::Arn;
use crate::local_cloud::refusal::{Flaw, Refusal};
use crate::local_cloud::rules;
use crate::local_cloud::store::account_setting;

use super::super::desk::{Desk, Done, Frame, Page, Visit, render};

#[derive(Template)]
#[template(path = "local_cloud/switch_role.html")]
struct SwitchRolePage<'a> {
    frame: Frame,
    account: &'a str,
    role: &'a str,
}

pub(super) fn show(desk: &Desk<'_>, visit: &Visit) -> Result<Page, Refusal> {
    // An address with both is what an administrator sends to those who may use a role.
    let account = visit.refill("account", visit.asked("account"));
    let role = visit.refill("role", visit.asked("role"));
    render(&SwitchRolePage { frame: Frame::new(desk, visit)?, account, role })
}

pub(super) fn switch(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let role = rules::ROLE_NAME.check("role", visit.given("role").trim())?;
    if role.is_empty() {
        return Err(Refusal::Envelope(crate::rpc::Error::Missing("role".to_owned())));
    }
    let account = account(desk, visit.given("account").trim())?;
    desk.switch_role(&Arn::role(account, role)).map(Done::Entered)
}

/// An account by its id or its alias. Whether there is such an account is not told: whoever may not enter
/// learns nothing of it.
fn account(desk: &Desk<'_>, text: &str) -> Result<AccountId, Refusal> {
    if let Some(id) = AccountId::parse(text) {
        return Ok(id);
    }
    let owner = desk
        .cloud()
        .store
        .read::<_, Refusal>(|connection| Ok(account_setting::owner_of_alias(connection, &fold(text))?))?;
    owner
        .and_then(|id| AccountId::parse(&id))
        .ok_or_else(|| Refusal::parameter("account", Flaw::Value, "the id of an account, or its alias"))
}
