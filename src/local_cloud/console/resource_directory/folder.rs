//! One folder: what is in it, its name, its control policies, and its end.

use askama::Template;

use crate::local_cloud::refusal::Refusal;

use super::super::desk::{Deed, Desk, Done, Frame, Page, Visit, path, render};
use super::answer::{Directory, Folder, Member};
use super::attachment::{self, Attachments};
use super::folder_tree::{FolderTree, children};
use super::organisation::create;
use super::paging::{List, Listed};
use super::reason::call;

pub(super) const DEEDS: &[Deed] = &[
    Deed { name: "create-sub-folder", act: create_sub_folder, said: "The folder was created." },
    Deed { name: "rename-folder", act: rename, said: "The folder has another name." },
    Deed { name: "delete-folder", act: delete, said: "The folder was deleted." },
    Deed {
        name: "attach-to-folder",
        act: |desk, visit| attachment::attach(desk, (visit.given("policy"), visit.at("folder"))),
        said: "The control policy is attached to the folder.",
    },
    Deed {
        name: "detach-from-folder",
        act: |desk, visit| attachment::detach(desk, (visit.given("policy"), visit.at("folder"))),
        said: "The control policy is detached from the folder.",
    },
];

#[derive(Template)]
#[template(path = "local_cloud/resource_directory/folder.html")]
struct FolderPage<'a> {
    frame: Frame,
    folder: Folder,
    /// The names from the root down to it.
    path: String,
    is_root: bool,
    folders: Vec<Folder>,
    members: Listed<Member>,
    attachments: Attachments,
    name: &'a str,
    new_name: &'a str,
}

pub(super) fn show(desk: &Desk<'_>, visit: &Visit) -> Result<Page, Refusal> {
    let folder = Folder::get(desk, visit.at("folder"))?;
    let directory = Directory::get(desk)?;
    let tree = FolderTree::load(desk, &directory)?;
    let list = List {
        action: "ListAccountsForParent",
        names: ("Accounts", "Account"),
        parameters: vec![("ParentFolderId", folder.folder_id.as_str())],
    };
    let members = list.page(desk, visit, &[])?;
    let deeds = ("attach-to-folder", "detach-from-folder");
    let place = (folder.folder_id.as_str(), folder.resource_directory_path.as_str());
    let attachments = Attachments::load(desk, (&directory, &tree), place, deeds)?;
    render(&FolderPage {
        frame: Frame::new(desk, visit)?,
        path: tree.path_of(&folder.folder_id).to_owned(),
        is_root: folder.folder_id == directory.root_folder_id,
        folders: children(desk, &folder.folder_id)?,
        members,
        attachments,
        name: visit.refill("name", ""),
        new_name: visit.refill("new_name", ""),
        folder,
    })
}

fn create_sub_folder(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let id = create(desk, visit.at("folder"), visit.given("name"))?;
    Ok(Done::At(path(["resource-directory", "folders", &id])))
}

fn rename(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let parameters = [("FolderId", visit.at("folder")), ("NewFolderName", visit.given("new_name").trim())];
    call(desk, "UpdateFolder", &parameters)?;
    Ok(Done::Here)
}

fn delete(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    call(desk, "DeleteFolder", &[("FolderId", visit.at("folder"))])?;
    Ok(Done::At("/resource-directory".to_owned()))
}
