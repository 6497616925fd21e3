//! What assignments and tasks point at: whether it is there, and what it is called.

use std::collections::HashMap;

use crate::base::{AccessConfigurationId, AccountId, FolderId};
use crate::domain::{self, Assignee, FolderTree, Target};
use crate::storage::{Conn, access_configuration, account, group, user};

use super::{Context, Error, Operator};

/// Keeps accounts where they are, until the transaction ends, while what is asked of a folder finds out
/// which of them it reaches.
pub(super) fn hold(conn: &mut Conn, target: &Target) -> Result<(), Error> {
    match target {
        Target::Folder(_) => Ok(account::lock_resource_directory(conn)?),
        Target::Account(_) => Ok(()),
    }
}

pub(super) fn check(conn: &mut Conn, target: &Target) -> Result<(), Error> {
    let is_there = match target {
        Target::Account(id) => account::find(conn, id)?.is_some(),
        Target::Folder(id) => account::list_folders(conn)?.iter().any(|folder| &folder.id == id),
    };
    let entity = match target {
        Target::Account(_) => "Account",
        Target::Folder(_) => "Folder",
    };
    if is_there { Ok(()) } else { Err(domain::Error::missing(entity, target).into()) }
}

pub(super) fn check_configuration(conn: &mut Conn, id: &AccessConfigurationId) -> Result<(), Error> {
    match access_configuration::find(conn, id)? {
        Some(_) => Ok(()),
        None => Err(domain::Error::missing("AccessConfiguration", id).into()),
    }
}

/// What ids are called. Of what does not exist any more, nothing is known: its name is empty.
#[derive(Debug, Default)]
pub struct Names {
    resource_directory: String,
    configurations: HashMap<AccessConfigurationId, String>,
    assignees: HashMap<Assignee, String>,
    accounts: HashMap<AccountId, (String, FolderId)>,
    tree: Option<FolderTree>,
}

/// What a target is called, and where it lies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TargetName {
    /// Its name.
    pub name: String,
    /// `<resource directory>/<root>/<folder>/…/<target>`, by id.
    pub path: String,
    /// The same by name, from the root down.
    pub path_name: String,
}

/// What to look up.
#[derive(Debug, Default)]
pub struct References<'a> {
    /// Configurations.
    pub configurations: Vec<&'a AccessConfigurationId>,
    /// Users and groups.
    pub assignees: Vec<&'a Assignee>,
    /// Accounts and folders.
    pub targets: Vec<&'a Target>,
}

/// Looks up what ids are called.
///
/// # Errors
/// Failures of the database.
pub fn names(ctx: &Context, _operator: &Operator, of: &References<'_>) -> Result<Names, Error> {
    ctx.store.read(|conn| {
        let ids: Vec<&str> = of.configurations.iter().map(|id| id.as_str()).collect();
        let configurations = access_configuration::list_by_id(conn, &ids)?;
        let configurations =
            configurations.into_iter().map(|one| (one.id, one.spec.name.to_string())).collect();
        let mut assignees = HashMap::new();
        for assignee in &of.assignees {
            let name = match assignee {
                Assignee::User(id) => user::find(conn, id)?.map(|user| user.spec.user_name.to_string()),
                Assignee::Group(id) => group::find(conn, id)?.map(|group| group.spec.group_name.to_string()),
            };
            assignees.insert((*assignee).clone(), name.unwrap_or_default());
        }
        let accounts: Vec<&str> =
            of.targets.iter().filter_map(|target| target.account()).map(AccountId::as_str).collect();
        Ok(Names {
            resource_directory: account::resource_directory(conn)?.unwrap_or_default(),
            configurations,
            assignees,
            accounts: account::list_names(conn, &accounts)?,
            tree: Some(FolderTree::new(account::list_folders(conn)?)?),
        })
    })
}

impl Names {
    /// A configuration's name.
    pub fn configuration(&self, id: &AccessConfigurationId) -> &str {
        self.configurations.get(id).map_or("", String::as_str)
    }

    /// A user's or group's name.
    pub fn assignee(&self, assignee: &Assignee) -> &str {
        self.assignees.get(assignee).map_or("", String::as_str)
    }

    /// An account's or folder's name and path.
    pub fn target(&self, target: &Target) -> TargetName {
        let Some(tree) = &self.tree else { return TargetName::default() };
        let (name, folder) = match target {
            Target::Account(id) => match self.accounts.get(id) {
                Some((name, folder)) => (name.clone(), folder),
                None => return TargetName::default(),
            },
            Target::Folder(id) => match tree.folder(id) {
                Some(folder) => (folder.name.clone(), id),
                None => return TargetName::default(),
            },
        };
        let mut above: Vec<_> = tree.ancestors(folder).collect();
        above.reverse();
        let mut path: Vec<&str> = vec![&self.resource_directory];
        path.extend(above.iter().map(|folder| folder.id.as_str()));
        let mut path_name: Vec<&str> = above.iter().map(|folder| folder.name.as_str()).collect();
        if let Target::Account(id) = target {
            path.push(id.as_str());
            path_name.push(&name);
        }
        let (path, path_name) = (path.join("/"), path_name.join("/"));
        TargetName { name, path, path_name }
    }
}
