//! The form that invites an account of somebody else.

use askama::Template;

use crate::local_cloud::refusal::Refusal;
use crate::local_cloud::rules;

use super::super::desk::{Desk, Done, Frame, Page, Visit, render};
use super::answer::Directory;
use super::folder_tree::FolderTree;
use super::reason::call;
use super::tag::{self, TagRow};

#[derive(Template)]
#[template(path = "local_cloud/resource_directory/invitation.html")]
struct InvitationPage<'a> {
    frame: Frame,
    tree: FolderTree,
    days: u64,
    target_type: &'a str,
    target: &'a str,
    note: &'a str,
    folder: &'a str,
    tags: Vec<TagRow<'a>>,
}

pub(super) fn show(desk: &Desk<'_>, visit: &Visit) -> Result<Page, Refusal> {
    let tree = FolderTree::load(desk, &Directory::get(desk)?)?;
    render(&InvitationPage {
        frame: Frame::new(desk, visit)?,
        tree,
        days: rules::HANDSHAKE_DAYS,
        target_type: visit.refill("target_type", "Account"),
        target: visit.refill("target", ""),
        note: visit.refill("note", ""),
        folder: visit.refill("folder", ""),
        tags: tag::rows(visit),
    })
}

pub(super) fn invite(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let mut parameters = vec![
        ("TargetType", visit.given("target_type")),
        ("TargetEntity", visit.given("target").trim()),
        ("Note", visit.given("note").trim()),
        ("ParentFolderId", visit.given("folder")),
    ];
    let tags = tag::given(visit);
    parameters.extend(tags.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    call(desk, "InviteAccountToResourceDirectory", &parameters)?;
    Ok(Done::At("/resource-directory/invitations".to_owned()))
}
