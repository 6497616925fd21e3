//! The organisation: the tree of folders, each with its members. An account that is not the management
//! account sees which directory it is in, as far as the API tells it.

use askama::Template;

use crate::local_cloud::api::version::RESOURCE_DIRECTORY_MASTER;
use crate::local_cloud::refusal::Refusal;

use super::super::desk::{Desk, Done, Frame, Page, Visit, path, render};
use super::answer::{Directory, Folder, Member};
use super::folder_tree::{FolderTree, Node};
use super::paging::List;
use super::reason::{Part, explained, part};

/// Members that the tree shows of a folder.
const SHOWN: usize = 20;

#[derive(Template)]
#[template(path = "local_cloud/resource_directory/organisation.html")]
struct OrganisationPage<'a> {
    frame: Frame,
    directory: Directory,
    tree: FolderTree,
    steps: Vec<Step>,
    name: &'a str,
    parent: &'a str,
    /// Whether it is the management account that looks, and else a member that acts for it.
    is_own: bool,
}

#[derive(Template)]
#[template(path = "local_cloud/resource_directory/elsewhere.html")]
struct ElsewherePage {
    frame: Frame,
    is_member: bool,
    directory: Part<Directory>,
}

/// The tree as it is written down.
enum Step {
    Open(Branch),
    Close,
}

/// A folder with what is directly in it.
struct Branch {
    id: String,
    name: String,
    href: String,
    is_root: bool,
    /// Whether anything is in it.
    is_empty: bool,
    members: Vec<Member>,
    /// Members that are not among those.
    left_out: usize,
    total: usize,
}

pub(super) fn show(desk: &Desk<'_>, visit: &Visit) -> Result<Page, Refusal> {
    let account = &desk.session().account;
    let is_own = account.is_member && !account.is_ordinary_member();
    let directory = explained(desk, Directory::get(desk));
    let read = directory.and_then(|directory| {
        let tree = FolderTree::load(desk, &directory)?;
        let steps = steps(desk, &tree.nodes)?;
        Ok((directory, tree, steps))
    });
    match read {
        Ok((directory, tree, steps)) => {
            let (name, parent) = (visit.refill("name", ""), visit.refill("parent", ""));
            let frame = Frame::new(desk, visit)?;
            render(&OrganisationPage { frame, directory, tree, steps, name, parent, is_own })
        }
        Err(Refusal::Permission { .. }) if !is_own => {
            let directory = part(explained(desk, Directory::get(desk)))?;
            let is_member = account.is_member;
            render(&ElsewherePage { frame: Frame::new(desk, visit)?, is_member, directory })
        }
        Err(refusal) => Err(refusal),
    }
}

pub(super) fn create_folder(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let id = create(desk, visit.given("parent"), visit.given("name"))?;
    Ok(Done::At(path(["resource-directory", "folders", &id])))
}

/// Creates a folder; its id.
pub(super) fn create(desk: &Desk<'_>, parent: &str, name: &str) -> Result<String, Refusal> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Answer {
        folder: Folder,
    }
    let parameters = [("FolderName", name.trim()), ("ParentFolderId", parent)];
    let answer: Answer = explained(desk, desk.ask((RESOURCE_DIRECTORY_MASTER, "CreateFolder"), &parameters))?;
    Ok(answer.folder.folder_id)
}

/// Opens every folder before what is in it, and closes it after.
fn steps(desk: &Desk<'_>, nodes: &[Node]) -> Result<Vec<Step>, Refusal> {
    let mut steps = Vec::new();
    let mut open = 0;
    for (index, node) in nodes.iter().enumerate() {
        while open > node.depth {
            steps.push(Step::Close);
            open -= 1;
        }
        let has_folders = nodes.get(index + 1).is_some_and(|next| next.depth > node.depth);
        steps.push(Step::Open(branch(desk, node, has_folders)?));
        open = node.depth + 1;
    }
    steps.extend((0..open).map(|_| Step::Close));
    Ok(steps)
}

fn branch(desk: &Desk<'_>, node: &Node, has_folders: bool) -> Result<Branch, Refusal> {
    let id = node.folder.folder_id.as_str();
    let list = List {
        action: "ListAccountsForParent",
        names: ("Accounts", "Account"),
        parameters: vec![("ParentFolderId", id)],
    };
    let (members, total) = list.first::<Member>(desk, SHOWN)?;
    Ok(Branch {
        href: node.folder.href(),
        name: node.folder.folder_name.clone(),
        is_root: node.depth == 0,
        is_empty: total == 0 && !has_folders && node.depth > 0,
        left_out: total - members.len().min(total),
        total,
        members,
        id: id.to_owned(),
    })
}
