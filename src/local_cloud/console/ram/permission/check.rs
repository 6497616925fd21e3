//! A check: whether a user, a group or a role may do something, and which statement of which policy decides.

use askama::Template;
use serde::Deserialize;

use crate::local_cloud::api::version::CONSOLE;
use crate::local_cloud::refusal::Refusal;

use super::super::super::desk::{Desk, Done, Frame, Page, Visit, render};
use super::super::address;
use super::super::grant::user_name;

#[derive(Template)]
#[template(path = "local_cloud/ram/permission_check.html")]
struct PermissionCheckPage<'a> {
    frame: Frame,
    typed: Typed<'a>,
    decision: Option<Decision>,
}

/// What was asked.
struct Typed<'a> {
    kind: &'a str,
    holder: &'a str,
    action: &'a str,
    resource: &'a str,
    source: &'a str,
    time: &'a str,
    has_factor: bool,
    session_policy: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    decision: Decision,
}

/// The decision, as the action explains it; without a policy where no statement decided.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Decision {
    is_allowed: bool,
    reason: String,
    policy_name: String,
    policy_type: String,
    statement: u64,
    statement_text: String,
    holder_type: String,
    holder_name: String,
}

impl Decision {
    /// The page of the policy, where it has one: a session policy and a control policy have none here.
    fn policy_href(&self) -> Option<String> {
        let has_page = matches!(self.policy_type.as_str(), "System" | "Custom");
        has_page.then(|| address::policy(&self.policy_type, &self.policy_name))
    }

    fn holder_href(&self) -> String {
        address::holder(&self.holder_type, &self.holder_name)
    }
}

pub(super) fn show(desk: &Desk<'_>, visit: &Visit) -> Result<Page, Refusal> {
    show_with(desk, visit, None)
}

fn show_with(desk: &Desk<'_>, visit: &Visit, decision: Option<Decision>) -> Result<Page, Refusal> {
    let typed = |name| if visit.form.is_empty() { visit.asked(name) } else { visit.given(name) };
    let typed = Typed {
        kind: typed("kind"),
        holder: typed("holder"),
        action: typed("action"),
        resource: typed("resource"),
        source: typed("source"),
        time: typed("time"),
        has_factor: visit.is_ticked("has_factor"),
        session_policy: typed("session_policy"),
    };
    render(&PermissionCheckPage { frame: Frame::new(desk, visit)?, typed, decision })
}

/// Changes nothing.
pub(super) fn check(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let holder = visit.given("holder").trim();
    let holder = if visit.given("kind") == "User" { user_name(desk, holder)? } else { holder };
    let time = moment(visit.given("time").trim());
    let parameters = [
        ("HolderType", visit.given("kind")),
        ("HolderName", holder),
        ("RequestedAction", visit.given("action").trim()),
        ("RequestedResource", visit.given("resource").trim()),
        ("SourceIp", visit.given("source").trim()),
        ("CurrentTime", &time),
        ("MFAPresent", if visit.is_ticked("has_factor") { "true" } else { "false" }),
        ("Policy", visit.given("session_policy").trim()),
    ];
    let answer: Answer = desk.ask((CONSOLE, "GetAccessDecision"), &parameters)?;
    show_with(desk, visit, Some(answer.decision)).map(Done::Once)
}

/// The moment that a field of date and time gives, which is one of UTC.
fn moment(text: &str) -> String {
    match text.len() {
        16 => format!("{text}:00Z"),
        19 => format!("{text}Z"),
        _ => text.to_owned(),
    }
}
