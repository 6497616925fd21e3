//! The folders of the directory, from the root down.

use crate::local_cloud::refusal::Refusal;

use super::super::desk::Desk;
use super::answer::{Directory, Folder};
use super::paging::List;

/// Every folder, each before those in it.
pub(super) struct FolderTree {
    pub(super) nodes: Vec<Node>,
}

pub(super) struct Node {
    pub(super) folder: Folder,
    /// Steps below the root.
    pub(super) depth: usize,
    /// The names from the root down to it.
    pub(super) path: String,
}

impl FolderTree {
    pub(super) fn load(desk: &Desk<'_>, directory: &Directory) -> Result<Self, Refusal> {
        let root = Folder::get(desk, &directory.root_folder_id)?;
        let path = root.folder_name.clone();
        let mut waiting = vec![Node { folder: root, depth: 0, path }];
        let mut nodes = Vec::new();
        while let Some(node) = waiting.pop() {
            for folder in children(desk, &node.folder.folder_id)?.into_iter().rev() {
                let path = format!("{} / {}", node.path, folder.folder_name);
                waiting.push(Node { folder, depth: node.depth + 1, path });
            }
            nodes.push(node);
        }
        Ok(Self { nodes })
    }

    /// The names of the folders down to this one; its id where the tree does not have it.
    pub(super) fn path_of<'t>(&'t self, id: &'t str) -> &'t str {
        let node = self.nodes.iter().find(|node| node.folder.folder_id == id);
        node.map_or(id, |node| node.path.as_str())
    }
}

/// The folders directly in one.
pub(super) fn children(desk: &Desk<'_>, id: &str) -> Result<Vec<Folder>, Refusal> {
    let list = List {
        action: "ListFoldersForParent",
        names: ("Folders", "Folder"),
        parameters: vec![("ParentFolderId", id)],
    };
    list.every(desk)
}
