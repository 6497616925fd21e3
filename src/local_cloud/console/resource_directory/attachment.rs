//! The control policies of a folder or a member: its own, those of the folders above it, and the two forms
//! that change its own.

use serde::Deserialize;

use crate::local_cloud::api::version::RESOURCE_DIRECTORY_MASTER;
use crate::local_cloud::refusal::Refusal;

use super::super::desk::{Desk, Done};
use super::answer::{ControlPolicy, Directory, folder_href};
use super::folder_tree::FolderTree;
use super::paging::List;
use super::reason::{Part, call, part};

/// Control policies to choose from on the page of a folder or a member.
const CHOICES: usize = 100;

/// What the part of a page about control policies shows.
pub(super) struct Attachments {
    pub(super) are_on: bool,
    pub(super) own: Part<Vec<ControlPolicy>>,
    /// Of the folders above, the root first.
    pub(super) above: Vec<Above>,
    /// What may be attached beside what is.
    pub(super) choices: Part<Vec<ControlPolicy>>,
    /// Whether there are more than are to choose from.
    pub(super) has_more: bool,
    /// The names of the page's deeds.
    pub(super) attach: &'static str,
    pub(super) detach: &'static str,
}

/// A folder above, with what is attached to it.
pub(super) struct Above {
    pub(super) name: String,
    pub(super) href: String,
    pub(super) policies: Part<Vec<ControlPolicy>>,
}

impl Attachments {
    /// Those of the folder or member `target`, whose way down from the directory is `path`, in ids.
    pub(super) fn load(
        desk: &Desk<'_>,
        (directory, tree): (&Directory, &FolderTree),
        (target, path): (&str, &str),
        (attach, detach): (&'static str, &'static str),
    ) -> Result<Self, Refusal> {
        let own = part(attached_to(desk, target))?;
        let folders = path.split('/').skip(1).filter(|id| *id != target);
        let above = folders.map(|id| {
            let name = tree.path_of(id).to_owned();
            Ok(Above { name, href: folder_href(id), policies: part(attached_to(desk, id))? })
        });
        let above = above.collect::<Result<_, Refusal>>()?;
        let list = List {
            action: "ListControlPolicies",
            names: ("ControlPolicies", "ControlPolicy"),
            parameters: Vec::new(),
        };
        let choices = part(list.first::<ControlPolicy>(desk, CHOICES))?;
        let has_more = choices.as_ref().is_ok_and(|(items, total)| items.len() < *total);
        let is_free = |policy: &ControlPolicy| {
            !own.iter().flatten().any(|attached| attached.policy_id == policy.policy_id)
        };
        let choices = choices.map(|(items, _total)| items.into_iter().filter(is_free).collect());
        Ok(Self {
            are_on: directory.are_control_policies_on(),
            own,
            above,
            choices,
            has_more,
            attach,
            detach,
        })
    }
}

/// Attaches a control policy to a folder or a member.
pub(super) fn attach(desk: &Desk<'_>, (policy, target): (&str, &str)) -> Result<Done, Refusal> {
    let parameters = [("PolicyId", policy), ("TargetId", target)];
    call(desk, "AttachControlPolicy", &parameters)?;
    Ok(Done::Here)
}

/// Detaches it.
pub(super) fn detach(desk: &Desk<'_>, (policy, target): (&str, &str)) -> Result<Done, Refusal> {
    let parameters = [("PolicyId", policy), ("TargetId", target)];
    call(desk, "DetachControlPolicy", &parameters)?;
    Ok(Done::Here)
}

fn attached_to(desk: &Desk<'_>, target: &str) -> Result<Vec<ControlPolicy>, Refusal> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Answer {
        control_policy_attachments: List,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct List {
        control_policy_attachment: Vec<ControlPolicy>,
    }
    let action = (RESOURCE_DIRECTORY_MASTER, "ListControlPolicyAttachmentsForTarget");
    let answer: Answer = desk.ask(action, &[("TargetId", target)])?;
    Ok(answer.control_policy_attachments.control_policy_attachment)
}
