//! The control policies of the directory, whether they decide, and the form that creates one.

use askama::Template;
use serde::Deserialize;

use crate::local_cloud::api::version::RESOURCE_DIRECTORY_MASTER;
use crate::local_cloud::refusal::Refusal;

use super::super::desk::{Deed, Desk, Done, Frame, Page, Visit, render};
use super::answer::ControlPolicy;
use super::paging::{List, Listed};
use super::reason::{Part, call, explained, part};

pub(super) const DEEDS: &[Deed] = &[
    Deed {
        name: "enable-control-policies",
        act: |desk, _visit| switch(desk, "EnableControlPolicy"),
        said: "Control policies decide in the members from now on.",
    },
    Deed {
        name: "disable-control-policies",
        act: |desk, _visit| switch(desk, "DisableControlPolicy"),
        said: "Control policies decide nothing any more. What is attached stays attached.",
    },
];

/// What the form for a new one begins with.
const EXAMPLE: &str = r#"{
  "Version": "1",
  "Statement": [
    {
      "Effect": "Deny",
      "Action": "ram:DeleteUser",
      "Resource": "*"
    }
  ]
}"#;

#[derive(Template)]
#[template(path = "local_cloud/resource_directory/control_policy_list.html")]
struct ControlPolicyListPage<'a> {
    frame: Frame,
    are_on: Part<bool>,
    shown: &'a str,
    policies: Listed<ControlPolicy>,
}

#[derive(Template)]
#[template(path = "local_cloud/resource_directory/new_control_policy.html")]
struct NewControlPolicyPage<'a> {
    frame: Frame,
    name: &'a str,
    description: &'a str,
    document: &'a str,
}

pub(super) fn show(desk: &Desk<'_>, visit: &Visit) -> Result<Page, Refusal> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Answer {
        enablement_status: String,
    }
    let shown = visit.asked("type");
    let list = List {
        action: "ListControlPolicies",
        names: ("ControlPolicies", "ControlPolicy"),
        parameters: vec![("PolicyType", shown)],
    };
    let policies = list.page(desk, visit, &[("type", shown)])?;
    let status: Result<Answer, _> =
        desk.ask((RESOURCE_DIRECTORY_MASTER, "GetControlPolicyEnablementStatus"), &[]);
    let are_on = part(status.map(|answer| answer.enablement_status == "Enabled"))?;
    render(&ControlPolicyListPage { frame: Frame::new(desk, visit)?, are_on, shown, policies })
}

fn switch(desk: &Desk<'_>, action: &str) -> Result<Done, Refusal> {
    call(desk, action, &[])?;
    Ok(Done::Here)
}

pub(super) fn show_new(desk: &Desk<'_>, visit: &Visit) -> Result<Page, Refusal> {
    let (name, description) = (visit.refill("name", ""), visit.refill("description", ""));
    let document = visit.refill("document", EXAMPLE);
    render(&NewControlPolicyPage { frame: Frame::new(desk, visit)?, name, description, document })
}

pub(super) fn create(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Answer {
        control_policy: ControlPolicy,
    }
    let parameters = [
        ("PolicyName", visit.given("name").trim()),
        ("Description", visit.given("description").trim()),
        ("PolicyDocument", visit.given("document")),
        ("EffectScope", "RAM"),
    ];
    let answer: Answer =
        explained(desk, desk.ask((RESOURCE_DIRECTORY_MASTER, "CreateControlPolicy"), &parameters))?;
    Ok(Done::At(answer.control_policy.href()))
}
