//! Tasks from outside: conflicts, calling off, doing again, and the history that stays.

use std::sync::Arc;
use std::time::Duration;

use cloudsso::base::TaskId;
use cloudsso::domain::{
    AccessConfigurationSpec, Action, DeprovisionStrategy, PermissionPolicy, ProvisioningFilter,
    ProvisioningStatus, Target, Task, TaskFilter, TaskKind, TaskStatus,
};
use cloudsso::service::{access_assignment, access_configuration, provisioning, task};

use crate::support::app::{Options, TestApp};
use crate::support::proxy::{CloudProxy, Loss};

use super::{assert_all_done, make_account, make_folder, on_folder, refusal, roles};

/// Longer than any pause before the next attempt.
const LATER: Duration = Duration::from_secs(600);

fn find(app: &TestApp, id: &TaskId) -> Task {
    task::find(&app.ctx, &app.operator, id).unwrap()
}

fn of(status: TaskStatus) -> TaskFilter {
    TaskFilter { statuses: vec![status], ..TaskFilter::default() }
}

#[test]
fn the_same_object_twice_at_once_is_a_conflict() {
    let app = TestApp::start();
    let key = app.assignment("Developer", "one", "alice");
    let reader = app.configuration("Reader");
    let one = Target::Account(app.account("one"));
    access_assignment::create(&app.ctx, &app.operator, &key).unwrap();
    assert_eq!(
        refusal(access_assignment::create(&app.ctx, &app.operator, &key)),
        "EntityAlreadyExists.AccessAssignment"
    );
    let removal = |key| access_assignment::delete(&app.ctx, &app.operator, key, DeprovisionStrategy::None);
    assert_eq!(refusal(removal(&key)), "OperationConflict.Task");
    // Somebody else's assignment of the same is no conflict.
    let carol = app.assignment("Developer", "one", "carol");
    access_assignment::create(&app.ctx, &app.operator, &carol).unwrap();
    let provision = || provisioning::provision(&app.ctx, &app.operator, &reader, Some(&one));
    provision().unwrap();
    assert_eq!(refusal(provision()), "OperationConflict.Task");
    app.run_due();
    removal(&key).unwrap();
    assert_eq!(refusal(removal(&key)), "EntityNotExists.AccessAssignment");
    assert_all_done(&app);
}

#[test]
fn a_configuration_that_was_edited_reaches_all_its_accounts_at_once() {
    let app = TestApp::start();
    let id = app.configuration("Reader");
    let spec = AccessConfigurationSpec {
        name: cloudsso::base::AccessConfigurationName::parse("Reader").unwrap(),
        description: String::new(),
        session_seconds: 3600,
        relay_state: String::new(),
        policies: vec![PermissionPolicy::System { name: "AliyunOSSReadOnlyAccess".to_owned() }],
    };
    access_configuration::update(&app.ctx, &app.operator, &id, spec).unwrap();
    let behind = ProvisioningFilter {
        statuses: vec![ProvisioningStatus::ReprovisionRequired],
        ..ProvisioningFilter::default()
    };
    let count = || provisioning::list(&app.ctx, &app.operator, &behind, None, 10).unwrap().1;
    assert_eq!((count(), app.run_due()), (2, 0));
    let tasks = provisioning::provision(&app.ctx, &app.operator, &id, None).unwrap();
    assert_eq!(tasks.len(), 2);
    // Asked again while it is under way, nothing is doubled.
    assert!(provisioning::provision(&app.ctx, &app.operator, &id, None).unwrap().is_empty());
    assert_eq!((app.run_due(), count()), (2, 0));
    for name in ["one", "two"] {
        let there = app.cloud.account(&app.account(name));
        let attached = there.list_policies_for_role("AliyunReservedSSO-Reader").unwrap();
        assert_eq!(attached.len(), 1);
        assert_eq!(attached[0].policy_name, "AliyunOSSReadOnlyAccess");
    }
    assert_all_done(&app);
}

#[test]
fn a_task_that_is_called_off_is_not_done() {
    let app = TestApp::start();
    let one = app.account("one");
    let made =
        access_assignment::create(&app.ctx, &app.operator, &app.assignment("Developer", "one", "alice"));
    let id = made.unwrap().id;
    task::cancel(&app.ctx, &app.operator, &id).unwrap();
    assert_eq!(app.run_due(), 0);
    let called_off = find(&app, &id);
    assert_eq!((called_off.status, called_off.status.as_openapi()), (TaskStatus::Cancelled, "Failed"));
    assert!(called_off.failure_reason.unwrap().contains("called off") && called_off.ended_at.is_some());
    assert!(!roles(&app, &one).contains("Developer"));
    assert_eq!(app.events(Action::TaskCancelled, &id), 1);
    assert_eq!(refusal(task::cancel(&app.ctx, &app.operator, &id)), "OperationConflict.Task");
    task::retry(&app.ctx, &app.operator, &id).unwrap();
    app.run_due();
    assert_eq!(find(&app, &id).status, TaskStatus::Success);
    assert!(roles(&app, &one).contains("Developer"));
    assert_eq!(refusal(task::retry(&app.ctx, &app.operator, &id)), "OperationConflict.Task");
    let unknown = TaskId::parse("t-0").unwrap();
    assert_eq!(refusal(task::retry(&app.ctx, &app.operator, &unknown)), "EntityNotExists.Task");
    assert_eq!(refusal(task::cancel(&app.ctx, &app.operator, &unknown)), "EntityNotExists.Task");
}

#[test]
fn a_folders_task_is_called_off_and_done_again_with_its_parts() {
    let app = TestApp::start();
    let folder = make_folder(&app, &["many"]);
    let accounts = ["m-0", "m-1", "m-2"].map(|name| make_account(&app, name, &["many"]));
    let key = on_folder(&app, "Reader", &folder, "alice");
    let id = access_assignment::create(&app.ctx, &app.operator, &key).unwrap().id;
    task::cancel(&app.ctx, &app.operator, &id).unwrap();
    assert_eq!((app.run_due(), app.tasks(TaskStatus::Cancelled)), (0, 4));
    task::retry(&app.ctx, &app.operator, &id).unwrap();
    assert_eq!(app.run_due(), 3);
    assert_eq!(find(&app, &id).status, TaskStatus::Success);
    assert!(accounts.iter().all(|account| roles(&app, account).contains("Reader")));
    assert_all_done(&app);
}

#[test]
fn what_failed_is_done_again_when_its_cause_is_gone() {
    let proxy = CloudProxy::start();
    let app = TestApp::with(Options { proxy: Some(Arc::clone(&proxy)), ..Options::default() });
    app.run_due();
    let folder = make_folder(&app, &["bad"]);
    let accounts = ["b-0", "b-1"].map(|name| make_account(&app, name, &["bad"]));
    let key = on_folder(&app, "Reader", &folder, "alice");
    let id = access_assignment::create(&app.ctx, &app.operator, &key).unwrap().id;
    // While the cloud is left alone, nothing is tried and no attempt is counted: more rounds than
    // attempts.
    for _ in 0..4 * Task::MAX_ATTEMPTS {
        proxy.cut_after(0, Loss::Call);
        app.run_due();
        app.advance(LATER);
    }
    assert_eq!((app.tasks(TaskStatus::Failed), app.tasks(TaskStatus::InProgress)), (3, 0));
    let whole = find(&app, &id);
    assert_eq!(whole.failure_reason.as_deref(), Some("2 of 2 accounts were not done; see their tasks"));
    proxy.heal();
    let parts = TaskFilter { parent: Some(id.clone()), ..TaskFilter::default() };
    assert_eq!(task::retry_failed(&app.ctx, &app.operator, &parts).unwrap(), 2);
    app.run_due();
    assert_eq!(find(&app, &id).status, TaskStatus::Success);
    assert!(accounts.iter().all(|account| roles(&app, account).contains("Reader")));
    assert_all_done(&app);
}

#[test]
fn the_history_is_listed_page_by_page_the_latest_first() {
    let app = TestApp::start();
    let all = task::list(&app.ctx, &app.operator, &TaskFilter::default(), None, 100).unwrap();
    assert_eq!((all.0.len(), all.1), (3, 3));
    assert!(all.0.windows(2).all(|pair| pair[0].id > pair[1].id));
    let first = task::list(&app.ctx, &app.operator, &TaskFilter::default(), None, 2).unwrap().0;
    let rest = task::list(&app.ctx, &app.operator, &TaskFilter::default(), Some(&first[1].id), 2).unwrap().0;
    assert_eq!([first, rest].concat(), all.0);
    let one = Some(Target::Account(app.account("one")));
    let count = |filter: TaskFilter| task::list(&app.ctx, &app.operator, &filter, None, 10).unwrap().1;
    let reader = Some(app.configuration("Reader"));
    assert_eq!(count(TaskFilter { target: one, ..TaskFilter::default() }), 1);
    assert_eq!(count(TaskFilter { access_configuration_id: reader, ..TaskFilter::default() }), 2);
    assert_eq!(count(TaskFilter { kinds: vec![TaskKind::DetectDrift], ..TaskFilter::default() }), 0);
    let group = cloudsso::domain::AssigneeKind::Group;
    assert_eq!(count(TaskFilter { assignee_kind: Some(group), ..TaskFilter::default() }), 1);
    assert_eq!(count(of(TaskStatus::Success)), 3);
    let since = Some(app.clock.now().plus(Duration::from_secs(1)));
    assert_eq!(count(TaskFilter { since, ..TaskFilter::default() }), 0);
}
