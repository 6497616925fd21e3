//! Log On: whoever may assume the role by which the management account enters a member opens a console there.

use askama::Template;
use serde::Deserialize;

use crate::base::AccountId;
use crate::local_cloud::api::version::RESOURCE_DIRECTORY_MASTER;
use crate::local_cloud::arn::Arn;
use crate::local_cloud::refusal::Refusal;
use crate::local_cloud::rules;

use super::super::desk::{Desk, Done, Frame, Page, Visit, render};
use super::answer::{Member, TaggedMember};
use super::reason::{POLICIES, explained};

#[derive(Template)]
#[template(path = "local_cloud/resource_directory/log_on.html")]
struct LogOnPage {
    frame: Frame,
    member: Member,
    is_own: bool,
    role: &'static str,
    policies: [&'static str; 2],
}

pub(super) fn show(desk: &Desk<'_>, visit: &Visit) -> Result<Page, Refusal> {
    let member = TaggedMember::get(desk, visit.at("account"))?.member;
    let is_own = member.account_id == desk.session().account.id;
    let frame = Frame::new(desk, visit)?;
    render(&LogOnPage { frame, member, is_own, role: rules::MEMBER_ACCESS_ROLE, policies: POLICIES })
}

pub(super) fn log_on(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    explained(desk, enter(desk, visit.at("account")))
}

/// The directory says who is a member; the role's trust policy and the policies of whoever asks say who may
/// enter it.
fn enter(desk: &Desk<'_>, id: &str) -> Result<Done, Refusal> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Answer {
        account: Member,
    }
    let found: Option<Answer> = desk.find((RESOURCE_DIRECTORY_MASTER, "GetAccount"), &[("AccountId", id)])?;
    let member = found.and_then(|found| AccountId::parse(&found.account.account_id)).ok_or(NO_MEMBER)?;
    if member == desk.session().identity.account {
        return Err(OWN_ACCOUNT);
    }
    match desk.switch_role(&Arn::role(member, rules::MEMBER_ACCESS_ROLE)) {
        Err(Refusal::Missing { .. }) => Err(NO_ROLE),
        opened => opened.map(Done::Entered),
    }
}

const NO_MEMBER: Refusal = Refusal::State {
    code: "InvalidStatus.ResourceDirectory.Account",
    reason: "This account is no member of the resource directory: it left, or it never was one. \
             Nobody enters it from here.",
};

const OWN_ACCOUNT: Refusal = Refusal::State {
    code: "InvalidOperation.ResourceDirectory.Account.Management",
    reason: "You are in this account already. It is not entered by Log On, which is for the members of the \
             directory: it has no role ResourceDirectoryAccountAccessRole.",
};

const NO_ROLE: Refusal = Refusal::State {
    code: "InvalidStatus.ResourceDirectory.Account.Role",
    reason: "The account has no role ResourceDirectoryAccountAccessRole, by which the management account \
             enters its members. Somebody deleted it there.",
};
