//! The resource directory: a management account, folders five levels deep, member accounts.

use std::collections::HashMap;

use crate::base::{AccountId, FolderId};

use super::Error;

/// How many levels of folders there may be below the root.
pub const FOLDER_DEPTH: usize = 5;

/// A folder of accounts. The root has no parent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    /// The id, given by the cloud.
    pub id: FolderId,
    /// The folder it lies in.
    pub parent_id: Option<FolderId>,
    /// The name.
    pub name: String,
}

/// What an account is to the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountKind {
    /// The account that owns the resource directory.
    Management,
    /// Any other account in it.
    Member,
}

impl AccountKind {
    /// How it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Management => "Management",
            Self::Member => "Member",
        }
    }

    /// Reads what [`AccountKind::as_str`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Management, Self::Member].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A cloud account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The id, given by the cloud.
    pub id: AccountId,
    /// The name shown.
    pub name: String,
    /// The folder it lies in.
    pub folder_id: FolderId,
    /// What it is to the directory.
    pub kind: AccountKind,
}

/// All folders of a resource directory, checked to be a tree of at most [`FOLDER_DEPTH`] levels.
#[derive(Clone, Debug)]
pub struct FolderTree {
    folders: HashMap<FolderId, Folder>,
}

impl FolderTree {
    /// Builds the tree.
    ///
    /// # Errors
    /// [`Error`] when a parent is missing, folders form a circle, or they lie too deep.
    pub fn new(folders: Vec<Folder>) -> Result<Self, Error> {
        let tree = Self { folders: folders.into_iter().map(|folder| (folder.id.clone(), folder)).collect() };
        for folder in tree.folders.values() {
            // One more step than the deepest allowed chain tells a circle from a deep tree well enough.
            let chain = tree.ancestors(&folder.id).take(FOLDER_DEPTH + 2).count();
            if chain > FOLDER_DEPTH + 1 {
                return Err(Error::invalid(
                    "FolderId",
                    format_args!("{} lies more than {FOLDER_DEPTH} levels deep", folder.id),
                ));
            }
            if let Some(parent) = &folder.parent_id
                && !tree.folders.contains_key(parent)
            {
                return Err(Error::missing("Folder", parent));
            }
        }
        Ok(tree)
    }

    /// The folder with this id.
    pub fn folder(&self, id: &FolderId) -> Option<&Folder> {
        self.folders.get(id)
    }

    /// The same tree with the folder `id` in `destination`.
    ///
    /// # Errors
    /// [`Error`] when the folder is not there or is the root, when it would lie in itself or below,
    /// or too deep.
    pub fn moved(&self, id: &FolderId, destination: &FolderId) -> Result<Self, Error> {
        let folder = self.folder(id).ok_or_else(|| Error::missing("Folder", id))?;
        if folder.parent_id.is_none() || self.ancestors(destination).any(|above| &above.id == id) {
            return Err(Error::invalid("FolderId", format_args!("{id} cannot lie in {destination}")));
        }
        let mut folders: Vec<Folder> = self.folders.values().cloned().collect();
        if let Some(folder) = folders.iter_mut().find(|folder| &folder.id == id) {
            folder.parent_id = Some(destination.clone());
        }
        Self::new(folders)
    }

    /// The folder and those it lies in, innermost first, the root last.
    pub fn ancestors<'a>(&'a self, id: &FolderId) -> impl Iterator<Item = &'a Folder> {
        let first = self.folders.get(id);
        std::iter::successors(first, |folder| {
            folder.parent_id.as_ref().and_then(|parent| self.folders.get(parent))
        })
    }

    /// The names of the folders down to `id`, outermost first, without the root.
    pub fn path(&self, id: &FolderId) -> Vec<&str> {
        let mut names: Vec<&str> = self
            .ancestors(id)
            .filter(|folder| folder.parent_id.is_some())
            .map(|folder| folder.name.as_str())
            .collect();
        names.reverse();
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(id: &str, parent: Option<&str>) -> Folder {
        Folder {
            id: FolderId::parse(id).unwrap(),
            parent_id: parent.map(|parent| FolderId::parse(parent).unwrap()),
            name: id.to_owned(),
        }
    }

    fn chain(depth: usize) -> Vec<Folder> {
        let mut folders = vec![folder("r-0", None)];
        for level in 1..=depth {
            let parent = folders.last().unwrap().id.to_string();
            folders.push(folder(&format!("fd-{level}"), Some(&parent)));
        }
        folders
    }

    #[test]
    fn five_levels_are_allowed_and_six_are_not() {
        assert!(FolderTree::new(chain(5)).is_ok());
        assert!(FolderTree::new(chain(6)).is_err());
    }

    #[test]
    fn circles_and_orphans_are_refused() {
        assert!(FolderTree::new(vec![folder("fd-1", Some("fd-2")), folder("fd-2", Some("fd-1"))]).is_err());
        assert!(FolderTree::new(vec![folder("fd-1", Some("r-0"))]).is_err());
    }

    #[test]
    fn a_path_leaves_the_root_out() {
        let tree = FolderTree::new(chain(2)).unwrap();
        assert_eq!(tree.path(&FolderId::parse("fd-2").unwrap()), ["fd-1", "fd-2"]);
        assert!(tree.path(&FolderId::parse("r-0").unwrap()).is_empty());
    }
}
