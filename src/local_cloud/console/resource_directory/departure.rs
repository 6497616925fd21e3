//! How a member leaves: deleted, where the directory made it, or removed, where it was invited.

use askama::Template;
use serde::Deserialize;

use crate::local_cloud::api::version::RESOURCE_DIRECTORY_MASTER;
use crate::local_cloud::refusal::Refusal;

use super::super::desk::{Deed, Desk, Done, Frame, Page, Visit, render};
use super::answer::{Directory, Member, TaggedMember};
use super::reason::{Part, call, part};

pub(super) const DEEDS: &[Deed] = &[
    Deed { name: "check-deletion", act: check, said: "The member was checked. What was found stands below." },
    Deed { name: "delete-member", act: delete, said: "The member was deleted." },
    Deed { name: "remove-member", act: remove, said: "The account is a member no more." },
];

#[derive(Template)]
#[template(path = "local_cloud/resource_directory/departure.html")]
struct DeparturePage {
    frame: Frame,
    member: Member,
    directory: Directory,
    /// What the check found, where there was one.
    check: Part<Option<Check>>,
}

/// What a check found.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Check {
    allow_delete: String,
    not_allow_reason: Vec<Finding>,
    abandonable_checks: Vec<Finding>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Finding {
    check_id: String,
    check_name: String,
    description: String,
}

impl Check {
    fn allows_deletion(&self) -> bool {
        self.allow_delete == "true"
    }
}

pub(super) fn show(desk: &Desk<'_>, visit: &Visit) -> Result<Page, Refusal> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Answer {
        account_deletion_check_result_info: Check,
    }
    let member = TaggedMember::get(desk, visit.at("account"))?.member;
    let directory = Directory::get(desk)?;
    let named = [("AccountId", member.account_id.as_str())];
    let check = if member.is_cloud_account() {
        Ok(None)
    } else {
        part(desk.find((RESOURCE_DIRECTORY_MASTER, "GetAccountDeletionCheckResult"), &named))?
    };
    let check = check.map(|answer| answer.map(|answer: Answer| answer.account_deletion_check_result_info));
    render(&DeparturePage { frame: Frame::new(desk, visit)?, member, directory, check })
}

fn check(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    call(desk, "CheckAccountDelete", &[("AccountId", visit.at("account"))])?;
    Ok(Done::Here)
}

fn delete(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let passed_over = visit.given_all("abandon").enumerate();
    let passed_over: Vec<_> =
        passed_over.map(|(index, id)| (format!("AbandonableCheckId.{}", index + 1), id)).collect();
    let mut parameters = vec![("AccountId", visit.at("account"))];
    parameters.extend(passed_over.iter().map(|(name, id)| (name.as_str(), *id)));
    call(desk, "DeleteAccount", &parameters)?;
    Ok(Done::At("/resource-directory/members".to_owned()))
}

fn remove(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    call(desk, "RemoveCloudAccount", &[("AccountId", visit.at("account"))])?;
    Ok(Done::At("/resource-directory/members".to_owned()))
}
