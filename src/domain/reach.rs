//! How far assignments on folders reach, and what follows when the tree changes.

use std::collections::{BTreeSet, HashMap};

use crate::base::{AccessConfigurationId, AccountId, FolderId};

use super::{Account, AccountKind, Error, FolderTree, Grant, Target};

/// What accounts should gain and lose. Nothing else is touched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReachChange {
    /// Configurations that reach an account now and did not before.
    pub gained: BTreeSet<Grant>,
    /// Configurations that reached an account and do so no more.
    pub lost: BTreeSet<Grant>,
}

impl ReachChange {
    /// What changes between two states of the resource directory for these assigned configurations.
    pub fn between(
        before: &Directory,
        after: &Directory,
        assigned: &[(AccessConfigurationId, Target)],
    ) -> Self {
        let (before, after) = (before.reach(assigned), after.reach(assigned));
        Self {
            gained: after.difference(&before).cloned().collect(),
            lost: before.difference(&after).cloned().collect(),
        }
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.gained.is_empty() && self.lost.is_empty()
    }
}

/// A state of the resource directory: its folders, and which accounts lie where.
#[derive(Clone, Debug)]
pub struct Directory {
    tree: FolderTree,
    accounts: Vec<Account>,
}

impl Directory {
    /// The state with these folders and accounts.
    pub const fn new(tree: FolderTree, accounts: Vec<Account>) -> Self {
        Self { tree, accounts }
    }

    /// The folders.
    pub const fn tree(&self) -> &FolderTree {
        &self.tree
    }

    /// The accounts.
    pub fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    /// The same with an account or a folder moved into another folder.
    ///
    /// # Errors
    /// [`Error`] when the target or the folder is not there, when a folder would lie in itself or
    /// below, or too deep.
    pub fn moved(&self, target: &Target, destination: &FolderId) -> Result<Self, Error> {
        self.tree.folder(destination).ok_or_else(|| Error::missing("Folder", destination))?;
        let mut moved = self.clone();
        match target {
            Target::Folder(id) => moved.tree = self.tree.moved(id, destination)?,
            Target::Account(id) => {
                let account = moved.accounts.iter_mut().find(|account| &account.id == id);
                account.ok_or_else(|| Error::missing("Account", id))?.folder_id = destination.clone();
            }
        }
        Ok(moved)
    }

    /// The targets of assignments that reach each account: itself, and the folders it lies in. The
    /// management account, which rules all others, is reached by its own id alone.
    pub fn targets(&self) -> impl Iterator<Item = (&AccountId, Vec<Target>)> {
        self.accounts.iter().map(|account| {
            let mut targets = vec![Target::Account(account.id.clone())];
            if account.kind == AccountKind::Member {
                let folders = self.tree.ancestors(&account.folder_id);
                targets.extend(folders.map(|folder| Target::Folder(folder.id.clone())));
            }
            (&account.id, targets)
        })
    }

    /// Every configuration on every account that it reaches.
    pub fn reach(&self, assigned: &[(AccessConfigurationId, Target)]) -> BTreeSet<Grant> {
        let mut by_target: HashMap<&Target, Vec<&AccessConfigurationId>> = HashMap::new();
        for (configuration, target) in assigned {
            by_target.entry(target).or_default().push(configuration);
        }
        let mut reach = BTreeSet::new();
        for (account, targets) in self.targets() {
            for configuration in targets.iter().filter_map(|target| by_target.get(target)).flatten() {
                reach.insert(Grant {
                    account_id: account.clone(),
                    access_configuration_id: (*configuration).clone(),
                });
            }
        }
        reach
    }
}

#[cfg(test)]
mod tests {
    use super::super::Folder;
    use super::*;

    fn folder(id: &str) -> FolderId {
        FolderId::parse(id).unwrap()
    }

    /// r-0 ─┬─ fd-a ─── fd-b ── account 2
    ///       ├─ fd-c
    ///       └─ account 1
    fn directory() -> Directory {
        let parents = [("r-0", None), ("fd-a", Some("r-0")), ("fd-b", Some("fd-a")), ("fd-c", Some("r-0"))];
        let folders = parents.map(|(id, parent)| Folder {
            id: folder(id),
            parent_id: parent.map(folder),
            name: id.to_owned(),
        });
        let account = |id: &str, place: &str| Account {
            id: AccountId::parse(id).unwrap(),
            name: id.to_owned(),
            folder_id: folder(place),
            kind: if id == "9" { AccountKind::Management } else { AccountKind::Member },
        };
        Directory::new(
            FolderTree::new(folders.to_vec()).unwrap(),
            vec![account("1", "r-0"), account("2", "fd-b"), account("9", "r-0")],
        )
    }

    fn assigned(on: &[(&str, &str)]) -> Vec<(AccessConfigurationId, Target)> {
        on.iter()
            .map(|(id, on)| (AccessConfigurationId::parse(id).unwrap(), Target::parse(on).unwrap()))
            .collect()
    }

    fn names(grants: &BTreeSet<Grant>) -> Vec<String> {
        grants.iter().map(|one| format!("{}@{}", one.access_configuration_id, one.account_id)).collect()
    }

    #[test]
    fn a_folder_reaches_everything_below_it() {
        let on = assigned(&[("ac-root", "r-0"), ("ac-a", "fd-a"), ("ac-c", "fd-c"), ("ac-one", "1")]);
        let reach = directory().reach(&on);
        assert_eq!(names(&reach), ["ac-one@1", "ac-root@1", "ac-a@2", "ac-root@2"]);
    }

    #[test]
    fn the_management_account_is_reached_by_name_alone() {
        let on = assigned(&[("ac-root", "r-0"), ("ac-one", "9")]);
        let reach = names(&directory().reach(&on));
        assert_eq!(reach, ["ac-root@1", "ac-root@2", "ac-one@9"]);
    }

    #[test]
    fn a_move_changes_what_follows_from_it() {
        let (before, on) = (directory(), assigned(&[("ac-a", "fd-a"), ("ac-c", "fd-c"), ("ac-root", "r-0")]));
        for moved in [Target::Folder(folder("fd-b")), Target::parse("2").unwrap()] {
            let after = before.moved(&moved, &folder("fd-c")).unwrap();
            let change = ReachChange::between(&before, &after, &on);
            assert_eq!(
                (names(&change.gained), names(&change.lost)),
                (vec!["ac-c@2".into()], vec!["ac-a@2".into()])
            );
        }
        let after = before.moved(&Target::parse("1").unwrap(), &folder("r-0")).unwrap();
        assert!(ReachChange::between(&before, &after, &on).is_empty());
    }

    #[test]
    fn impossible_moves_are_refused() {
        let before = directory();
        let attempt = |target: &str, destination: &str| {
            let moved = before.moved(&Target::parse(target).unwrap(), &folder(destination));
            moved.map_or_else(|error| error.code.into_owned(), |_| "ok".to_owned())
        };
        assert_eq!(attempt("fd-a", "fd-b"), "InvalidParameter.FolderId");
        assert_eq!(attempt("fd-a", "fd-a"), "InvalidParameter.FolderId");
        assert_eq!(attempt("r-0", "fd-a"), "InvalidParameter.FolderId");
        assert_eq!(attempt("fd-a", "fd-x"), "EntityNotExists.Folder");
        assert_eq!(attempt("fd-x", "fd-a"), "EntityNotExists.Folder");
        assert_eq!(attempt("8", "fd-a"), "EntityNotExists.Account");
        assert_eq!(attempt("fd-b", "r-0"), "ok");
    }
}
