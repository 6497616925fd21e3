//! Random trees, moves and grants against a model: the roles provisioned are always the model's.

use std::collections::{BTreeMap, BTreeSet};

use cloudsso::base::{AccountId, FolderId};
use cloudsso::domain::{
    Account, AccountKind, Assignee, AssignmentKey, DeprovisionStrategy, Folder, FolderTree, Target,
};
use cloudsso::service::resource_directory::{self, ObservedDirectory};
use cloudsso::service::{Error, access_assignment};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::support::app::TestApp;

use super::{assert_all_done, make_account, management, observed, roles, root};

const FOLDERS: usize = 5;
const ACCOUNTS: usize = 4;
const CONFIGURATIONS: [&str; 2] = ["Reader", "Developer"];
const PEOPLE: [&str; 2] = ["alice", "bob"];

/// Somebody's doing. Numbers choose among what there is; where a folder is chosen, 0 is the root.
#[derive(Clone, Debug)]
enum Deed {
    Grant { configuration: usize, place: usize, person: usize },
    Revoke { which: usize },
    MoveAccount { account: usize, folder: usize },
    MoveFolder { folder: usize, destination: usize },
    Leave { account: usize },
    Return { account: usize, folder: usize },
}

fn deed() -> impl Strategy<Value = Deed> {
    let (account, folder) = (0..ACCOUNTS, 0..=FOLDERS);
    prop_oneof![
        4 => (0..CONFIGURATIONS.len(), 0..=FOLDERS + ACCOUNTS, 0..PEOPLE.len())
            .prop_map(|(configuration, place, person)| Deed::Grant { configuration, place, person }),
        2 => (0..100_usize).prop_map(|which| Deed::Revoke { which }),
        3 => (account.clone(), folder.clone()).prop_map(|(account, folder)| Deed::MoveAccount { account, folder }),
        3 => (1..=FOLDERS, folder.clone())
            .prop_map(|(folder, destination)| Deed::MoveFolder { folder, destination }),
        1 => account.clone().prop_map(|account| Deed::Leave { account }),
        1 => (account, folder).prop_map(|(account, folder)| Deed::Return { account, folder }),
    ]
}

/// What should be, written down without the product's words: parents, places, grants.
struct Model {
    base: ObservedDirectory,
    accounts: Vec<AccountId>,
    parents: BTreeMap<FolderId, FolderId>,
    places: BTreeMap<AccountId, FolderId>,
    grants: Vec<AssignmentKey>,
}

impl Model {
    fn new(app: &TestApp) -> Self {
        let accounts =
            (0..ACCOUNTS).map(|number| make_account(app, &format!("member-{number}"), &[])).collect();
        let mut base = observed(app);
        let top = root(&base).id.clone();
        let owner = management(&base).clone();
        base.accounts.retain(|account| account.id == owner);
        let parents = (1..=FOLDERS).map(|number| (folder_id(number), top.clone())).collect();
        let mut model = Self { base, accounts, parents, places: BTreeMap::new(), grants: Vec::new() };
        for account in model.accounts.clone() {
            model.places.insert(account, top.clone());
        }
        model
    }

    fn folder(&self, number: usize) -> FolderId {
        if number == 0 { root(&self.base).id.clone() } else { folder_id(number) }
    }

    fn above(&self, folder: &FolderId) -> Vec<FolderId> {
        let next = |folder: &FolderId| self.parents.get(folder).cloned();
        std::iter::successors(Some(folder.clone()), |folder| next(folder)).collect()
    }

    /// What the cloud would say.
    fn directory(&self) -> ObservedDirectory {
        let mut directory = self.base.clone();
        let mut folders: Vec<_> = self.parents.keys().cloned().collect();
        folders.sort_by_key(|folder| self.above(folder).len());
        directory.folders = vec![root(&self.base).clone()];
        directory.folders.extend(folders.into_iter().map(|id| Folder {
            parent_id: self.parents.get(&id).cloned(),
            name: id.to_string(),
            id,
        }));
        directory.accounts.extend(self.places.iter().map(|(id, folder_id)| Account {
            id: id.clone(),
            name: id.to_string(),
            folder_id: folder_id.clone(),
            kind: AccountKind::Member,
        }));
        directory
    }

    /// The roles that an account in the directory should have.
    fn roles(&self, app: &TestApp, account: &AccountId) -> BTreeSet<String> {
        let mut places: Vec<_> =
            self.above(&self.places[account]).iter().map(|id| Target::Folder(id.clone())).collect();
        places.push(Target::Account(account.clone()));
        let is_held = |name: &&&str| {
            let id = app.configuration(name);
            self.grants.iter().any(|key| key.access_configuration_id == id && places.contains(&key.target))
        };
        CONFIGURATIONS.iter().filter(is_held).map(|name| (*name).to_owned()).collect()
    }

    fn does(&mut self, app: &TestApp, deed: &Deed) {
        match *deed {
            Deed::Grant { configuration, place, person } => self.grant(app, configuration, place, person),
            Deed::Revoke { which } => {
                if self.grants.is_empty() {
                    return;
                }
                let key = self.grants.remove(which % self.grants.len());
                let strategy = DeprovisionStrategy::DeprovisionForLastAccessAssignmentOnAccount;
                access_assignment::delete(&app.ctx, &app.operator, &key, strategy).unwrap();
                return;
            }
            Deed::MoveAccount { account, folder } => {
                let folder = self.folder(folder);
                if let Some(place) = self.places.get_mut(&self.accounts[account]) {
                    *place = folder;
                }
            }
            Deed::MoveFolder { folder, destination } => self.move_folder(folder, destination),
            Deed::Leave { account } => drop(self.places.remove(&self.accounts[account])),
            Deed::Return { account, folder } => {
                let folder = self.folder(folder);
                self.places.entry(self.accounts[account].clone()).or_insert(folder);
            }
        }
        resource_directory::adopt(&app.ctx, &app.operator, self.directory()).unwrap();
    }

    fn grant(&mut self, app: &TestApp, configuration: usize, place: usize, person: usize) {
        let target = match place.checked_sub(FOLDERS + 1) {
            Some(account) => Target::Account(self.accounts[account].clone()),
            None => Target::Folder(self.folder(place)),
        };
        let key = AssignmentKey {
            access_configuration_id: app.configuration(CONFIGURATIONS[configuration]),
            assignee: Assignee::User(app.user(PEOPLE[person]).id),
            target,
        };
        match access_assignment::ensure(&app.ctx, &app.operator, &key) {
            Ok(Some(_)) => self.grants.push(key),
            Ok(None) => assert!(self.grants.contains(&key)),
            // An account that has left.
            Err(Error::Refused(error)) => {
                assert_eq!(error.code, "EntityNotExists.Account");
                assert!(key.target.account().is_some_and(|id| !self.places.contains_key(id)));
            }
            Err(error) => panic!("{error}"),
        }
    }

    /// Moves a folder, unless it would lie in itself or too deep.
    fn move_folder(&mut self, folder: usize, destination: usize) {
        let (folder, destination) = (self.folder(folder), self.folder(destination));
        if self.above(&destination).contains(&folder) {
            return;
        }
        let before = self.parents.insert(folder.clone(), destination);
        if FolderTree::new(self.directory().folders).is_err() {
            self.parents.insert(folder, before.unwrap());
        }
    }
}

fn folder_id(number: usize) -> FolderId {
    FolderId::parse(&format!("fd-folder{number}")).unwrap()
}

#[test]
fn the_roles_provisioned_are_the_models() {
    let app = TestApp::start();
    for (name, account, user) in [("Reader", "one", "alice"), ("Reader", "two", "alice")] {
        let key = app.assignment(name, account, user);
        access_assignment::delete(&app.ctx, &app.operator, &key, DeprovisionStrategy::None).unwrap();
    }
    let runner =
        &mut TestRunner::new(ProptestConfig { cases: 24, failure_persistence: None, ..Default::default() });
    let stories = proptest::collection::vec(deed(), 1..25);
    runner
        .run(&stories, |story| {
            let mut model = Model::new(&app);
            resource_directory::adopt(&app.ctx, &app.operator, model.directory()).unwrap();
            for deed in &story {
                model.does(&app, deed);
                app.run_due();
                for account in model.places.keys() {
                    prop_assert_eq!(roles(&app, account), model.roles(&app, account), "after {:?}", deed);
                }
            }
            // Everybody comes back and loses everything, for the next story.
            for account in model.accounts.clone() {
                model.places.entry(account).or_insert_with(|| root(&model.base).id.clone());
            }
            resource_directory::adopt(&app.ctx, &app.operator, model.directory()).unwrap();
            app.run_due();
            while !model.grants.is_empty() {
                model.does(&app, &Deed::Revoke { which: 0 });
                app.run_due();
            }
            for account in &model.accounts {
                prop_assert_eq!(roles(&app, account), BTreeSet::new());
            }
            Ok(())
        })
        .unwrap();
    assert_all_done(&app);
}
