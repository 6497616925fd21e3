//! The provisioning engine over the real local cloud: what accounts have in the end, whatever happens
//! on the way.

mod cutoff;
mod drift;
mod folder;
mod membership;
mod nested_group;
mod property;
mod removal;
mod task;
mod user_provisioning;
mod weather;

use std::collections::BTreeSet;

use cloudsso::base::{AccountId, FolderId};
use cloudsso::cloud::PolicyKind;
use cloudsso::domain::{AccountKind, AssignmentKey, Folder, ProvisioningFilter, Target, TaskStatus};
use cloudsso::service::resource_directory::{self, ObservedDirectory};
use cloudsso::service::{account, provisioning};

use crate::support::app::TestApp;

const PREFIX: &str = "AliyunReservedSSO-";

/// The names of our objects in an account, without their common prefix: roles, custom policies and
/// SAML providers.
fn objects(app: &TestApp, account: &AccountId) -> BTreeSet<String> {
    let there = app.cloud.account(account);
    let roles = there.list_roles().unwrap().into_iter().map(|role| role.role_name);
    let policies = there.list_policies(PolicyKind::Custom).unwrap().into_iter().map(|one| one.policy_name);
    let providers = there.list_saml_providers().unwrap().into_iter().map(|provider| provider.name);
    let all = roles.chain(policies).chain(providers);
    all.filter_map(|name| name.strip_prefix(PREFIX).map(str::to_owned)).collect()
}

/// The configurations whose roles an account has.
fn roles(app: &TestApp, account: &AccountId) -> BTreeSet<String> {
    let roles = app.cloud.account(account).list_roles().unwrap();
    roles.iter().filter_map(|role| role.role_name.strip_prefix(PREFIX)).map(str::to_owned).collect()
}

/// The directory as the cloud has it, to be changed and adopted.
fn observed(app: &TestApp) -> ObservedDirectory {
    resource_directory::observe(&app.ctx).unwrap()
}

/// A folder in the cloud, at this path of names below the root.
fn make_folder(app: &TestApp, path: &[&str]) -> FolderId {
    let path: Vec<String> = path.iter().map(|name| (*name).to_owned()).collect();
    account::ensure(&app.ctx, &app.operator, std::slice::from_ref(&path), &[].into()).unwrap();
    account::find_folder(&app.ctx, &app.operator, &path).unwrap().unwrap()
}

/// An account in the cloud, in the folder at this path.
fn make_account(app: &TestApp, name: &str, path: &[&str]) -> AccountId {
    let path = path.iter().map(|name| (*name).to_owned()).collect();
    account::ensure(&app.ctx, &app.operator, &[], &[(name.to_owned(), path)].into()).unwrap();
    app.account(name)
}

/// A configuration on a folder to a user.
fn on_folder(app: &TestApp, configuration: &str, folder: &FolderId, user: &str) -> AssignmentKey {
    AssignmentKey { target: Target::Folder(folder.clone()), ..app.assignment(configuration, "one", user) }
}

/// How many configurations stand in an account, by the product's own books.
fn provisioned(app: &TestApp, account: &AccountId) -> i64 {
    let filter = ProvisioningFilter { account_id: Some(account.clone()), ..ProvisioningFilter::default() };
    provisioning::list(&app.ctx, &app.operator, &filter, None, 100).unwrap().1
}

/// The code of a refusal.
fn refusal<T: std::fmt::Debug>(outcome: Result<T, cloudsso::service::Error>) -> String {
    match outcome {
        Err(cloudsso::service::Error::Refused(error)) => error.code.into_owned(),
        other => panic!("no refusal: {other:?}"),
    }
}

fn root(directory: &ObservedDirectory) -> &Folder {
    directory.folders.first().unwrap()
}

fn management(directory: &ObservedDirectory) -> &AccountId {
    &directory.accounts.iter().find(|account| account.kind == AccountKind::Management).unwrap().id
}

#[track_caller]
fn assert_all_done(app: &TestApp) {
    assert_eq!((app.tasks(TaskStatus::InProgress), app.tasks(TaskStatus::Failed)), (0, 0));
}
