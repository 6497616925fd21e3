//! Assignments on folders: every member below, now and later, and nothing that lies elsewhere.

use std::collections::BTreeSet;
use std::sync::Barrier;
use std::thread;

use cloudsso::base::AccountId;
use cloudsso::cloud::PolicyKind;
use cloudsso::domain::{DeprovisionStrategy, Grant, Target, TaskFilter, TaskStatus};
use cloudsso::service::{access_assignment, resource_directory, task};
use cloudsso::storage::assignment;

use crate::support::app::TestApp;
use crate::support::person::offered_roles;

use super::{
    assert_all_done, make_account, make_folder, management, objects, observed, on_folder, provisioned,
    refusal, roles, root,
};

const ALL: [&str; 3] = ["Developer", "Developer-InlinePolicy", "d"];

/// Developer's objects in an account, the directory's id aside.
fn developer(app: &TestApp, account: &AccountId) -> BTreeSet<String> {
    let named = |name: String| if name.starts_with("d-") { "d".to_owned() } else { name };
    objects(app, account).into_iter().map(named).collect()
}

fn all() -> BTreeSet<String> {
    ALL.map(str::to_owned).into()
}

#[test]
fn a_folder_reaches_every_member_below_it_now_and_later() {
    let app = TestApp::start();
    let production = make_folder(&app, &["production"]);
    make_folder(&app, &["production", "europe"]);
    let shop = make_account(&app, "shop", &["production"]);
    let france = make_account(&app, "france", &["production", "europe"]);
    let lab = make_account(&app, "lab", &[]);
    let key = on_folder(&app, "Developer", &production, "alice");
    let whole = access_assignment::create(&app.ctx, &app.operator, &key).unwrap();
    app.run_due();
    assert_eq!((developer(&app, &shop), developer(&app, &france)), (all(), all()));
    assert!(objects(&app, &lab).is_empty());
    let whole = task::find(&app.ctx, &app.operator, &whole.id).unwrap();
    assert_eq!((whole.status, whole.target.kind().as_str()), (TaskStatus::Success, "RD-Folder"));

    // Later: an account that is made there, and one that is moved there.
    let spain = make_account(&app, "spain", &["production", "europe"]);
    resource_directory::move_account(&app.ctx, &app.operator, &lab, &production).unwrap();
    app.run_due();
    assert_eq!((developer(&app, &spain), developer(&app, &lab)), (all(), all()));
    let (mut alice, portal) = app.sign_in("alice");
    let offered = offered_roles(&portal);
    let entered: BTreeSet<_> =
        offered.iter().filter(|role| role.name == "Developer").map(|role| role.account.as_str()).collect();
    assert_eq!(entered, ["france", "lab", "shop", "spain"].into());
    let opened = crate::support::person::open_console(&mut alice, &offered.last().unwrap().form);
    assert!(opened.body.contains("AliyunReservedSSO-"), "{}", opened.text());
    assert_all_done(&app);
}

#[test]
fn the_root_reaches_all_members_and_never_the_management_account() {
    let app = TestApp::start();
    let directory = observed(&app);
    let key = on_folder(&app, "Developer", &root(&directory).id, "alice");
    access_assignment::create(&app.ctx, &app.operator, &key).unwrap();
    app.run_due();
    for name in ["one", "two"] {
        assert!(roles(&app, &app.account(name)).contains("Developer"), "{name}");
    }
    assert!(roles(&app, management(&directory)).is_empty());
    let alice = app.user("alice").id;
    let grants = app.store.read(|conn| assignment::list_grants(conn, &alice)).unwrap();
    assert!(grants.iter().all(|grant| &grant.account_id != management(&directory)), "{grants:?}");
    // By its own id it may be assigned like any other.
    let named =
        cloudsso::domain::AssignmentKey { target: Target::Account(management(&directory).clone()), ..key };
    access_assignment::create(&app.ctx, &app.operator, &named).unwrap();
    app.run_due();
    assert!(roles(&app, management(&directory)).contains("Developer"));
}

#[test]
fn a_move_is_planned_first_and_changes_exactly_that() {
    let app = TestApp::start();
    let (here, there) = (make_folder(&app, &["here"]), make_folder(&app, &["there"]));
    let (wanders, stays) = (make_account(&app, "wanders", &["here"]), make_account(&app, "stays", &["here"]));
    for (configuration, folder) in [("Developer", &here), ("Reader", &there)] {
        access_assignment::create(&app.ctx, &app.operator, &on_folder(&app, configuration, folder, "bob"))
            .unwrap();
    }
    app.run_due();
    let target = Target::Account(wanders.clone());
    let plan = resource_directory::plan_move(&app.ctx, &app.operator, &target, &there).unwrap();
    let grant = |name: &str| {
        let access_configuration_id = app.configuration(name);
        BTreeSet::from([Grant { account_id: wanders.clone(), access_configuration_id }])
    };
    assert_eq!((plan.provision.clone(), plan.deprovision.clone()), (grant("Reader"), grant("Developer")));
    assert_eq!((plan.reach.gained, plan.reach.lost), (grant("Reader"), grant("Developer")));
    // A plan changes nothing.
    assert_eq!(app.run_due(), 0);
    assert_eq!(roles(&app, &wanders), ["Developer".to_owned()].into());

    resource_directory::move_account(&app.ctx, &app.operator, &wanders, &there).unwrap();
    assert_eq!(app.run_due(), 2);
    assert_eq!(roles(&app, &wanders), ["Reader".to_owned()].into());
    assert_eq!(roles(&app, &stays), ["Developer".to_owned()].into());
    assert_eq!((provisioned(&app, &wanders), provisioned(&app, &stays)), (1, 1));
    assert_all_done(&app);
}

#[test]
fn a_folder_that_moves_takes_its_accounts_along() {
    let app = TestApp::start();
    let (here, there) = (make_folder(&app, &["here"]), make_folder(&app, &["there"]));
    let inner = make_folder(&app, &["here", "inner"]);
    let account = make_account(&app, "inside", &["here", "inner"]);
    for (configuration, folder) in [("Developer", &here), ("Reader", &there)] {
        access_assignment::create(&app.ctx, &app.operator, &on_folder(&app, configuration, folder, "bob"))
            .unwrap();
    }
    app.run_due();
    let plan = resource_directory::plan_move(&app.ctx, &app.operator, &Target::Folder(inner.clone()), &there)
        .unwrap();
    assert_eq!((plan.provision.len(), plan.deprovision.len()), (1, 1));
    let mut directory = observed(&app);
    let moved = directory.folders.iter_mut().find(|folder| folder.id == inner).unwrap();
    moved.parent_id = Some(there.clone());
    resource_directory::adopt(&app.ctx, &app.operator, directory).unwrap();
    app.run_due();
    assert_eq!(roles(&app, &account), ["Reader".to_owned()].into());
    for (target, destination) in [(Target::Folder(there.clone()), &inner), (Target::Folder(there), &here)] {
        let outcome = resource_directory::plan_move(&app.ctx, &app.operator, &target, destination);
        match target {
            Target::Folder(_) if destination == &inner => {
                assert_eq!(refusal(outcome), "InvalidParameter.FolderId");
            }
            _ => drop(outcome.unwrap()),
        }
    }
    let nowhere = cloudsso::base::FolderId::parse("fd-0000000000").unwrap();
    let outcome = resource_directory::plan_move(&app.ctx, &app.operator, &Target::Account(account), &nowhere);
    assert_eq!(refusal(outcome), "EntityNotExists.Folder");
}

#[test]
fn an_account_that_left_is_entered_by_nobody_until_it_is_back() {
    let app = TestApp::start();
    let directory = observed(&app);
    let (alice, two) = (app.user("alice").id, app.account("two"));
    let reader = Grant { account_id: two.clone(), access_configuration_id: app.configuration("Reader") };
    let is_granted = || app.store.read(|conn| assignment::is_granted(conn, &alice, &reader)).unwrap();
    assert!(is_granted());
    let mut without = directory.clone();
    without.accounts.retain(|account| account.id != two);
    resource_directory::adopt(&app.ctx, &app.operator, without).unwrap();
    assert!(!is_granted());
    let assigned = access_assignment::create(
        &app.ctx,
        &app.operator,
        &cloudsso::domain::AssignmentKey {
            access_configuration_id: app.configuration("Developer"),
            target: Target::Account(two.clone()),
            assignee: cloudsso::domain::Assignee::User(alice.clone()),
        },
    );
    assert_eq!(refusal(assigned), "EntityNotExists.Account");
    assert_eq!(app.run_due(), 0);

    // While it is away somebody changes the role. Back in the directory, it is looked at.
    let there = app.cloud.account(&two);
    there.detach_policy_from_role(PolicyKind::System, "ReadOnlyAccess", "AliyunReservedSSO-Reader").unwrap();
    resource_directory::adopt(&app.ctx, &app.operator, directory).unwrap();
    app.run_due();
    assert!(is_granted());
    assert_eq!(there.list_policies_for_role("AliyunReservedSSO-Reader").unwrap().len(), 1);
    assert_all_done(&app);
}

#[test]
fn a_folder_that_is_gone_takes_its_assignments_along() {
    let app = TestApp::start();
    let folder = make_folder(&app, &["doomed"]);
    let account = make_account(&app, "survivor", &["doomed"]);
    let key = on_folder(&app, "Developer", &folder, "alice");
    access_assignment::create(&app.ctx, &app.operator, &key).unwrap();
    app.run_due();
    let mut directory = observed(&app);
    let root = root(&directory).id.clone();
    directory.folders.retain(|one| one.id != folder);
    directory.accounts.iter_mut().find(|one| one.id == account).unwrap().folder_id = root;
    resource_directory::adopt(&app.ctx, &app.operator, directory).unwrap();
    app.run_due();
    assert!(roles(&app, &account).is_empty());
    let none = DeprovisionStrategy::None;
    assert_eq!(
        refusal(access_assignment::delete(&app.ctx, &app.operator, &key, none)),
        "EntityNotExists.AccessAssignment"
    );
    assert_eq!(refusal(access_assignment::create(&app.ctx, &app.operator, &key)), "EntityNotExists.Folder");
    assert_all_done(&app);
}

#[test]
fn parts_of_a_folders_task_tell_how_far_it_is() {
    let app = TestApp::start();
    let folder = make_folder(&app, &["many"]);
    for number in 0..3 {
        make_account(&app, &format!("many-{number}"), &["many"]);
    }
    let key = on_folder(&app, "Developer", &folder, "alice");
    let whole = access_assignment::create(&app.ctx, &app.operator, &key).unwrap();
    let parts = TaskFilter { parent: Some(whole.id.clone()), ..TaskFilter::default() };
    let progress = || task::progress(&app.ctx, &app.operator, &parts).unwrap();
    assert_eq!((progress().done, progress().remaining), (0, 3));
    app.run_due();
    assert_eq!((progress().done, progress().remaining, progress().running), (3, 0, 0));
    // One on nothing is done at once.
    let empty = make_folder(&app, &["nothing"]);
    let nothing = on_folder(&app, "Developer", &empty, "alice");
    let whole = access_assignment::create(&app.ctx, &app.operator, &nothing).unwrap();
    assert_eq!(whole.status, TaskStatus::Success);
}

#[test]
fn an_account_that_is_moved_while_the_folder_is_assigned_is_reached() {
    let app = TestApp::start();
    let folder = make_folder(&app, &["busy"]);
    let account = make_account(&app, "mover", &[]);
    let outside = observed(&app);
    let mut inside = outside.clone();
    inside.accounts.iter_mut().find(|one| one.id == account).unwrap().folder_id = folder.clone();
    let key = on_folder(&app, "Developer", &folder, "alice");
    let (ctx, operator) = (&app.ctx, &app.operator);
    for round in 0..12 {
        let start = Barrier::new(2);
        thread::scope(|scope| {
            scope.spawn(|| {
                start.wait();
                resource_directory::adopt(ctx, operator, inside.clone()).unwrap();
            });
            start.wait();
            access_assignment::create(ctx, operator, &key).unwrap();
        });
        app.run_due();
        assert!(roles(&app, &account).contains("Developer"), "round {round}");
        let last = DeprovisionStrategy::DeprovisionForLastAccessAssignmentOnAccount;
        access_assignment::delete(ctx, operator, &key, last).unwrap();
        resource_directory::adopt(ctx, operator, outside.clone()).unwrap();
        app.run_due();
        assert!(!roles(&app, &account).contains("Developer"), "round {round}");
    }
    assert_all_done(&app);
}

#[test]
fn what_an_account_lost_while_it_was_away_is_taken_from_it_on_its_return() {
    let app = TestApp::start();
    let folder = make_folder(&app, &["home"]);
    let account = make_account(&app, "traveller", &["home"]);
    let directory = observed(&app);
    let key = on_folder(&app, "Developer", &folder, "alice");
    access_assignment::create(&app.ctx, &app.operator, &key).unwrap();
    access_assignment::create(&app.ctx, &app.operator, &on_folder(&app, "Reader", &folder, "alice")).unwrap();
    app.run_due();
    let mut without = directory.clone();
    without.accounts.retain(|one| one.id != account);
    resource_directory::adopt(&app.ctx, &app.operator, without).unwrap();
    let last = DeprovisionStrategy::DeprovisionForLastAccessAssignmentOnAccount;
    access_assignment::delete(&app.ctx, &app.operator, &key, last).unwrap();
    app.run_due();
    assert_eq!(roles(&app, &account).len(), 2, "nobody could reach it");
    resource_directory::adopt(&app.ctx, &app.operator, directory).unwrap();
    app.run_due();
    assert_eq!(roles(&app, &account), ["Reader".to_owned()].into());
    assert_all_done(&app);
}
