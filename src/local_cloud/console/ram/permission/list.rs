//! Every grant of an account: by holder or by policy, searched by a part of either's name, a page at a time.

use askama::Template;
use serde::Deserialize;

use crate::local_cloud::api::version::CONSOLE;
use crate::local_cloud::refusal::Refusal;

use super::super::super::desk::{Desk, Frame, Page, Visit, render};
use super::super::address;

/// Grants on a page.
const PAGE: &str = "100";

#[derive(Template)]
#[template(path = "local_cloud/ram/permission_list.html")]
struct PermissionListPage<'a> {
    frame: Frame,
    search: &'a str,
    holder_type: &'a str,
    policy_type: &'a str,
    is_by_policy: bool,
    grants: Vec<Attachment>,
    /// The query of the next page, where there is one.
    next: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    policy_attachments: Vec<Attachment>,
    next_token: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attachment {
    holder_type: String,
    holder_name: String,
    policy_type: String,
    policy_name: String,
    attach_date: String,
}

impl Attachment {
    fn holder_href(&self) -> String {
        address::holder(&self.holder_type, &self.holder_name)
    }

    /// What counts for a user beside this grant.
    fn effective_href(&self) -> Option<String> {
        (self.holder_type == "User").then(|| address::effective(&self.holder_name))
    }

    fn policy_href(&self) -> String {
        address::policy(&self.policy_type, &self.policy_name)
    }
}

pub(super) fn show(desk: &Desk<'_>, visit: &Visit) -> Result<Page, Refusal> {
    let (search, holder_type, policy_type) =
        (visit.asked("search"), visit.asked("holder"), visit.asked("type"));
    let is_by_policy = visit.asked("by") == "policy";
    let mut parameters = vec![
        ("PageSize", PAGE),
        ("NextToken", visit.asked("marker")),
        ("HolderType", holder_type),
        ("PolicyType", policy_type),
        ("OrderBy", if is_by_policy { "Policy" } else { "Holder" }),
    ];
    if !search.is_empty() {
        parameters.push(("QueryKeyword", search));
    }
    let answer: Answer = desk.ask((CONSOLE, "ListPolicyAttachments"), &parameters)?;
    let going_on =
        [("search", search), ("holder", holder_type), ("type", policy_type), ("by", visit.asked("by"))];
    let marker = Some(answer.next_token.as_str()).filter(|token| !token.is_empty());
    render(&PermissionListPage {
        frame: Frame::new(desk, visit)?,
        search,
        holder_type,
        policy_type,
        is_by_policy,
        grants: answer.policy_attachments,
        next: super::super::next::next(&going_on, marker),
    })
}
