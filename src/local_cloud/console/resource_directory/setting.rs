//! The settings of the directory.

use askama::Template;

use crate::local_cloud::refusal::Refusal;

use super::super::desk::{Deed, Desk, Done, Frame, Page, Visit, render};
use super::answer::{Directory, folder_href, member_href};
use super::reason::call;

pub(super) const DEEDS: &[Deed] = &[
    Deed {
        name: "permit-deletion",
        act: |desk, _visit| set(desk, ("SetMemberDeletionPermission", "Enabled")),
        said: "Members may be deleted from now on.",
    },
    Deed {
        name: "forbid-deletion",
        act: |desk, _visit| set(desk, ("SetMemberDeletionPermission", "Disabled")),
        said: "No member can be deleted any more.",
    },
    Deed {
        name: "enable-name-sync",
        act: |desk, _visit| set(desk, ("SetMemberDisplayNameSyncStatus", "Enabled")),
        said: "The synchronisation of display names is on.",
    },
    Deed {
        name: "disable-name-sync",
        act: |desk, _visit| set(desk, ("SetMemberDisplayNameSyncStatus", "Disabled")),
        said: "The synchronisation of display names is off.",
    },
];

#[derive(Template)]
#[template(path = "local_cloud/resource_directory/setting.html")]
struct SettingPage {
    frame: Frame,
    directory: Directory,
    root_href: String,
    management_href: String,
    /// Whether it is the management account that looks.
    is_own: bool,
}

pub(super) fn show(desk: &Desk<'_>, visit: &Visit) -> Result<Page, Refusal> {
    let directory = Directory::get(desk)?;
    render(&SettingPage {
        frame: Frame::new(desk, visit)?,
        root_href: folder_href(&directory.root_folder_id),
        management_href: member_href(&directory.master_account_id),
        is_own: directory.master_account_id == desk.session().account.id,
        directory,
    })
}

fn set(desk: &Desk<'_>, (action, status): (&str, &str)) -> Result<Done, Refusal> {
    call(desk, action, &[("Status", status)])?;
    Ok(Done::Here)
}
