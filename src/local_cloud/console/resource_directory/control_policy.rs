//! One control policy: what it says, what it is attached to, and its end.

use askama::Template;
use serde::Deserialize;

use crate::local_cloud::api::version::RESOURCE_DIRECTORY_MASTER;
use crate::local_cloud::refusal::Refusal;

use super::super::desk::{Deed, Desk, Done, Frame, Page, Visit, render};
use super::answer::{ControlPolicy, Directory, folder_href, member_href};
use super::attachment;
use super::folder_tree::FolderTree;
use super::paging::{List, Listed};
use super::reason::{Part, call, part};

pub(super) const DEEDS: &[Deed] = &[
    Deed { name: "update-control-policy", act: update, said: "The control policy was changed." },
    Deed { name: "delete-control-policy", act: delete, said: "The control policy was deleted." },
    Deed { name: "attach-control-policy", act: attach, said: "The control policy is attached." },
    Deed {
        name: "detach-control-policy",
        act: |desk, visit| attachment::detach(desk, (visit.at("policy"), visit.given("target"))),
        said: "The control policy is detached.",
    },
];

#[derive(Template)]
#[template(path = "local_cloud/resource_directory/control_policy.html")]
struct ControlPolicyPage<'a> {
    frame: Frame,
    are_on: bool,
    tree: FolderTree,
    targets: Part<Listed<Target>>,
    name: &'a str,
    description: &'a str,
    document: &'a str,
    folder: &'a str,
    account: &'a str,
    policy: &'a ControlPolicy,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Target {
    target_id: String,
    target_name: String,
    target_type: String,
    attach_date: String,
}

impl Target {
    fn href(&self) -> String {
        if self.target_type == "Account" {
            member_href(&self.target_id)
        } else {
            folder_href(&self.target_id)
        }
    }

    /// What it is, in a word.
    fn kind(&self) -> &'static str {
        match self.target_type.as_str() {
            "Root" => "root folder",
            "Folder" => "folder",
            _ => "member",
        }
    }
}

pub(super) fn show(desk: &Desk<'_>, visit: &Visit) -> Result<Page, Refusal> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Answer {
        control_policy: ControlPolicy,
    }
    let named = [("PolicyId", visit.at("policy"))];
    let answer: Answer = desk.ask((RESOURCE_DIRECTORY_MASTER, "GetControlPolicy"), &named)?;
    let policy = &answer.control_policy;
    let directory = Directory::get(desk)?;
    let tree = FolderTree::load(desk, &directory)?;
    let list = List {
        action: "ListTargetAttachmentsForControlPolicy",
        names: ("TargetAttachments", "TargetAttachment"),
        parameters: named.to_vec(),
    };
    render(&ControlPolicyPage {
        frame: Frame::new(desk, visit)?,
        are_on: directory.are_control_policies_on(),
        tree,
        targets: part(list.page(desk, visit, &[]))?,
        name: visit.refill("name", &policy.policy_name),
        description: visit.refill("description", &policy.description),
        document: visit.refill("document", &policy.policy_document),
        folder: visit.refill("folder", ""),
        account: visit.refill("account", ""),
        policy,
    })
}

fn update(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let parameters = [
        ("PolicyId", visit.at("policy")),
        ("NewPolicyName", visit.given("name").trim()),
        ("NewDescription", visit.given("description").trim()),
        ("NewPolicyDocument", visit.given("document")),
    ];
    call(desk, "UpdateControlPolicy", &parameters)?;
    Ok(Done::Here)
}

fn delete(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    call(desk, "DeleteControlPolicy", &[("PolicyId", visit.at("policy"))])?;
    Ok(Done::At("/resource-directory/control-policies".to_owned()))
}

/// To the member whose id was typed, and else to the folder that was chosen.
fn attach(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let account = visit.given("account").trim();
    let target = if account.is_empty() { visit.given("folder") } else { account };
    attachment::attach(desk, (visit.at("policy"), target))
}
