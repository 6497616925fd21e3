//! Roles taken away: by strategy, on request, in two phases, and wholly, whenever it is interrupted.

use std::sync::Arc;
use std::time::Duration;

use cloudsso::cloud::{PolicyKind, RoleChanges};
use cloudsso::domain::{
    Action, DeprovisionStrategy, Grant, ProvisioningFilter, ProvisioningStatus, Target, TaskStatus,
};
use cloudsso::service::{access_assignment, provisioning};
use cloudsso::storage;

use crate::support::app::{Options, TestApp};
use crate::support::proxy::{CloudProxy, Loss};

use super::{assert_all_done, make_account, objects, provisioned, refusal, roles};

const LAST: DeprovisionStrategy = DeprovisionStrategy::DeprovisionForLastAccessAssignmentOnAccount;
/// Longer than any lease, and than any pause before the next attempt.
const LATER: Duration = Duration::from_secs(600);

fn status(app: &TestApp, name: &str, account: &str) -> Option<ProvisioningStatus> {
    let grant = Grant { account_id: app.account(account), access_configuration_id: app.configuration(name) };
    app.store.read(|conn| storage::provisioning::find(conn, &grant)).unwrap().map(|found| found.status)
}

#[test]
fn the_strategy_decides_what_becomes_of_the_role() {
    let app = TestApp::start();
    let two = app.account("two");
    app.assign("Developer", "two", "alice");
    app.assign("Developer", "two", "carol");
    app.run_due();
    let key = |user| app.assignment("Developer", "two", user);
    // It stays by default, and while somebody else holds it.
    access_assignment::delete(&app.ctx, &app.operator, &key("alice"), DeprovisionStrategy::None).unwrap();
    access_assignment::delete(&app.ctx, &app.operator, &key("carol"), LAST).unwrap();
    app.run_due();
    assert!(roles(&app, &two).contains("Developer"), "the team still holds it");
    let team = cloudsso::domain::AssignmentKey {
        assignee: cloudsso::domain::Assignee::Group(app.group("team").id),
        ..key("alice")
    };
    access_assignment::delete(&app.ctx, &app.operator, &team, LAST).unwrap();
    app.run_due();
    assert_eq!(roles(&app, &two), ["Reader".to_owned()].into());
    let left = objects(&app, &two);
    assert!(!left.contains("Developer-InlinePolicy") && left.len() == 2, "{left:?}");
    assert_eq!(provisioned(&app, &two), 1);
    assert_eq!(app.events(Action::AccessConfigurationDeprovisioned, &two), 1);
    // The provider goes with the last.
    access_assignment::delete(&app.ctx, &app.operator, &app.assignment("Reader", "two", "alice"), LAST)
        .unwrap();
    app.run_due();
    assert!(objects(&app, &two).is_empty());
    assert_all_done(&app);
}

#[test]
fn what_somebody_holds_is_not_taken_away_on_request() {
    let app = TestApp::start();
    let (reader, two) = (app.configuration("Reader"), Target::Account(app.account("two")));
    let deprovision = |target| provisioning::deprovision(&app.ctx, &app.operator, &reader, target);
    let conflict = "DeletionConflict.AccessConfigurationProvisioning.AccessAssignment";
    assert_eq!(refusal(deprovision(Some(&two))), conflict);
    assert_eq!(refusal(deprovision(None)), conflict);
    let key = app.assignment("Reader", "two", "alice");
    access_assignment::delete(&app.ctx, &app.operator, &key, DeprovisionStrategy::None).unwrap();
    // On account one it is still held, and so nothing happens anywhere.
    assert_eq!(refusal(deprovision(None)), conflict);
    assert_eq!(app.run_due(), 0);
    let tasks = deprovision(Some(&two)).unwrap();
    assert_eq!((tasks.len(), tasks[0].kind.as_str()), (1, "DeprovisionAccessConfiguration"));
    assert_eq!(refusal(deprovision(Some(&two))), "OperationConflict.Task");
    app.run_due();
    assert!(!roles(&app, &app.account("two")).contains("Reader"));
    assert_eq!(refusal(deprovision(Some(&two))), "EntityNotExists.AccessConfigurationProvisioning");
    let unknown = Target::parse("1000000000000000").unwrap();
    assert_eq!(refusal(deprovision(Some(&unknown))), "EntityNotExists.Account");
    assert_all_done(&app);
}

#[test]
fn nobody_enters_what_is_being_taken_away() {
    let proxy = CloudProxy::start();
    let app = TestApp::with(Options { proxy: Some(Arc::clone(&proxy)), ..Options::default() });
    app.run_due();
    let key = app.assignment("Reader", "two", "alice");
    access_assignment::delete(&app.ctx, &app.operator, &key, LAST).unwrap();
    // It fails on its way: the role has lost its policies and is still there.
    proxy.cut_after(6, Loss::Call);
    app.run_due();
    assert_eq!(status(&app, "Reader", "two"), Some(ProvisioningStatus::Deprovisioning));
    // Somebody is assigned it again meanwhile: another person's task waits its turn.
    app.assign("Reader", "two", "carol");
    let carol = app.user("carol").id;
    let grant =
        Grant { account_id: app.account("two"), access_configuration_id: app.configuration("Reader") };
    assert!(app.store.read(|conn| storage::assignment::is_granted(conn, &carol, &grant)).unwrap());
    proxy.heal();
    app.advance(LATER);
    app.run_due();
    assert_eq!(status(&app, "Reader", "two"), Some(ProvisioningStatus::Provisioned));
    let there = app.cloud.account(&app.account("two"));
    assert_eq!(there.list_policies_for_role("AliyunReservedSSO-Reader").unwrap().len(), 1);
    assert_all_done(&app);
}

#[test]
fn a_removal_that_is_interrupted_at_any_call_leaves_nothing() {
    let proxy = CloudProxy::start();
    let app = TestApp::with(Options { proxy: Some(Arc::clone(&proxy)), ..Options::default() });
    app.run_due();
    let removed = |name: &str| {
        app.assign("Developer", name, "alice");
        proxy.heal();
        app.run_due();
        let key = app.assignment("Developer", name, "alice");
        access_assignment::delete(&app.ctx, &app.operator, &key, LAST).unwrap();
    };
    make_account(&app, "undisturbed", &[]);
    removed("undisturbed");
    proxy.heal();
    app.run_due();
    let whole = proxy.actions().len();
    assert!(whole >= 10, "{whole}");
    let losses: Vec<_> = (0..whole).flat_map(|good| [(good, Loss::Call), (good, Loss::Answer)]).collect();
    for (good, loss) in losses {
        let name = format!("{loss:?}-{good}").to_lowercase();
        let account = make_account(&app, &name, &[]);
        removed(&name);
        proxy.cut_after(good, loss);
        app.run_due();
        proxy.heal();
        app.advance(LATER);
        app.run_due();
        assert!(objects(&app, &account).is_empty(), "{name}: {:?}", objects(&app, &account));
        assert_eq!(provisioned(&app, &account), 0, "{name}");
        assert_all_done(&app);
    }
}

#[test]
fn a_provisioning_that_is_given_up_halfway_is_taken_away_whole() {
    let proxy = CloudProxy::start();
    let app = TestApp::with(Options { proxy: Some(Arc::clone(&proxy)), ..Options::default() });
    app.run_due();
    for good in 1..12 {
        let name = format!("half-{good}");
        let account = make_account(&app, &name, &[]);
        app.assign("Developer", &name, "alice");
        proxy.cut_after(good, Loss::Answer);
        app.run_due();
        assert_eq!(app.tasks(TaskStatus::InProgress), 1);
        // Before it is tried again, the assignment goes.
        let task = app.open_task();
        cloudsso::service::task::cancel(&app.ctx, &app.operator, &task).unwrap();
        let key = app.assignment("Developer", &name, "alice");
        access_assignment::delete(&app.ctx, &app.operator, &key, LAST).unwrap();
        proxy.heal();
        app.advance(LATER);
        app.run_due();
        assert!(objects(&app, &account).is_empty(), "{name}: {:?}", objects(&app, &account));
        assert_eq!(provisioned(&app, &account), 0);
    }
}

#[test]
fn a_foreign_object_stops_a_removal_and_is_left_alone() {
    let app = TestApp::start();
    let two = app.account("two");
    let there = app.cloud.account(&two);
    let foreign = RoleChanges { description: Some("somebody else's now"), ..RoleChanges::default() };
    there.update_role("AliyunReservedSSO-Reader", &foreign).unwrap();
    let key = app.assignment("Reader", "two", "alice");
    access_assignment::delete(&app.ctx, &app.operator, &key, LAST).unwrap();
    app.run_due();
    assert_eq!(app.tasks(TaskStatus::Failed), 1);
    assert_eq!(status(&app, "Reader", "two"), Some(ProvisioningStatus::DeprovisionFailed));
    let failed = ProvisioningFilter {
        statuses: ProvisioningStatus::from_openapi("DeprovisionFailed"),
        ..ProvisioningFilter::default()
    };
    assert_eq!(provisioning::list(&app.ctx, &app.operator, &failed, None, 10).unwrap().1, 1);
    assert_eq!(there.list_policies_for_role("AliyunReservedSSO-Reader").unwrap().len(), 1);
    assert!(there.get_policy(PolicyKind::System, "ReadOnlyAccess").is_ok());
}
