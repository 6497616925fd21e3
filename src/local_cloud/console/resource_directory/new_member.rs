//! The form that creates a member.

use askama::Template;
use serde::Deserialize;

use crate::local_cloud::api::version::RESOURCE_DIRECTORY_MASTER;
use crate::local_cloud::refusal::Refusal;

use super::super::desk::{Desk, Done, Frame, Page, Visit, render};
use super::answer::{Directory, Member, member_href};
use super::folder_tree::FolderTree;
use super::reason::explained;
use super::tag::{self, TagRow};

#[derive(Template)]
#[template(path = "local_cloud/resource_directory/new_member.html")]
struct NewMemberPage<'a> {
    frame: Frame,
    directory: Directory,
    tree: FolderTree,
    display_name: &'a str,
    prefix: &'a str,
    folder: &'a str,
    payer: &'a str,
    tags: Vec<TagRow<'a>>,
}

pub(super) fn show(desk: &Desk<'_>, visit: &Visit) -> Result<Page, Refusal> {
    let directory = Directory::get(desk)?;
    let tree = FolderTree::load(desk, &directory)?;
    render(&NewMemberPage {
        frame: Frame::new(desk, visit)?,
        directory,
        tree,
        display_name: visit.refill("display_name", ""),
        prefix: visit.refill("prefix", ""),
        folder: visit.refill("folder", visit.asked("folder")),
        payer: visit.refill("payer", ""),
        tags: tag::rows(visit),
    })
}

pub(super) fn create(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Answer {
        account: Member,
    }
    let mut parameters = vec![
        ("DisplayName", visit.given("display_name").trim()),
        ("AccountNamePrefix", visit.given("prefix").trim()),
        ("ParentFolderId", visit.given("folder")),
        ("PayerAccountId", visit.given("payer").trim()),
    ];
    let tags = tag::given(visit);
    parameters.extend(tags.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let answer: Answer =
        explained(desk, desk.ask((RESOURCE_DIRECTORY_MASTER, "CreateResourceAccount"), &parameters))?;
    Ok(Done::At(member_href(&answer.account.account_id)))
}
