//! A worker, or the whole process, that dies between any two calls to the cloud.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use cloudsso::base::AccountId;
use cloudsso::cloud::PolicyKind;
use cloudsso::domain::{Action, TaskStatus};
use cloudsso::service::account;
use cloudsso::storage::lease;

use crate::support::app::{Options, TestApp};
use crate::support::person::{Console, offered_roles, open_console};
use crate::support::proxy::{CloudProxy, Loss};

/// Longer than any lease, and than any pause before the next attempt.
const LATER: Duration = Duration::from_secs(600);

/// The calls that bring the Developer configuration into an account that has nothing of it yet.
fn undisturbed(app: &TestApp, proxy: &CloudProxy) -> Vec<String> {
    make_accounts(app, &["undisturbed".to_owned()]);
    app.assign("Developer", "undisturbed", "alice");
    proxy.heal();
    assert_eq!(app.run_due(), 1);
    let actions = proxy.actions();
    assert_provisioned(app, &app.account("undisturbed"));
    proxy.heal();
    actions
}

fn changes(actions: &[String]) -> Vec<&str> {
    let reads = ["Get", "List", "AssumeRole"];
    let is_read = |action: &&str| reads.iter().any(|read| action.starts_with(read));
    actions.iter().map(String::as_str).filter(|action| !is_read(action)).collect()
}

/// Everything that Developer should be stands in the account, and nothing else beside it.
#[track_caller]
fn assert_provisioned(app: &TestApp, account: &AccountId) {
    let there = app.cloud.account(account);
    let role = there.get_role("AliyunReservedSSO-Developer").unwrap();
    assert_eq!(role.max_session_duration, 7200);
    let attached = there.list_policies_for_role("AliyunReservedSSO-Developer").unwrap();
    let attached: BTreeSet<_> = attached.into_iter().map(|policy| policy.policy_name).collect();
    let expected = ["AliyunECSFullAccess", "AliyunOSSFullAccess", "AliyunReservedSSO-Developer-InlinePolicy"];
    assert_eq!(attached, expected.map(str::to_owned).into());
    let inline = there.get_policy(PolicyKind::Custom, "AliyunReservedSSO-Developer-InlinePolicy").unwrap();
    assert!(inline.document.contains("\"Deny\""));
    assert_eq!(there.list_policy_versions(&inline.name).unwrap().len(), 1);
    assert_eq!(app.events(Action::AccessConfigurationProvisioned, account), 1);
    assert_eq!((app.tasks(TaskStatus::InProgress), app.tasks(TaskStatus::Failed)), (0, 0));
}

/// As many more accounts as there are moments to die at.
fn make_accounts(app: &TestApp, names: &[String]) {
    let accounts = names.iter().map(|name| (name.clone(), Vec::new())).collect();
    account::ensure(&app.ctx, &app.operator, &[], &accounts).unwrap();
}

#[test]
fn a_worker_that_dies_at_any_call() {
    let proxy = CloudProxy::start();
    let app = TestApp::with(Options { proxy: Some(Arc::clone(&proxy)), ..Options::default() });
    app.run_due();
    let whole = undisturbed(&app, &proxy);
    assert!(whole.len() >= 12, "{whole:?}");
    let written = changes(&whole).len();

    let moments: Vec<_> =
        (0..whole.len()).flat_map(|good| [(good, Loss::Call), (good, Loss::Answer)]).collect();
    let names: Vec<_> =
        moments.iter().map(|(good, loss)| format!("{loss:?}-{good}").to_lowercase()).collect();
    make_accounts(&app, &names);
    for ((good, loss), name) in moments.into_iter().zip(&names) {
        app.assign("Developer", name, "alice");
        proxy.cut_after(good, loss);
        app.run_due();
        let first = proxy.actions();
        assert_eq!(app.tasks(TaskStatus::InProgress), 1, "{name}: lost, and the task is done: {first:?}");
        proxy.heal();
        app.advance(LATER);
        assert_eq!(app.run_due(), 1, "{name}");
        let second = proxy.actions();
        assert_provisioned(&app, &app.account(name));
        // What was done before is not done again: a change whose answer was lost is found, not repeated.
        let before = changes(&first[..good + usize::from(loss == Loss::Answer)]).len();
        let after = changes(&second).len();
        assert_eq!(before + after, written, "{name}: {first:?} then {second:?}");
    }
    let (mut alice, portal) = app.sign_in("alice");
    let roles = offered_roles(&portal).into_iter().filter(|role| role.name == "Developer");
    let mut opened = 0;
    for role in roles {
        let console = Console::read(&open_console(&mut alice, &role.form));
        assert_eq!(console.account_id, role.account_id);
        opened += 1;
    }
    assert_eq!(opened, names.len() + 1);
}

#[test]
fn an_account_that_has_everything_is_not_written_to() {
    let proxy = CloudProxy::start();
    let app = TestApp::with(Options { proxy: Some(Arc::clone(&proxy)), ..Options::default() });
    app.run_due();
    let whole = undisturbed(&app, &proxy);
    make_accounts(&app, &["three".to_owned()]);
    // The very last answer is lost: all is done, and the worker does not know.
    app.assign("Developer", "three", "alice");
    proxy.cut_after(whole.len() - 1, Loss::Answer);
    app.run_due();
    proxy.heal();
    app.advance(LATER);
    app.run_due();
    assert!(proxy.actions().len() >= 4, "it looked: {:?}", proxy.actions());
    assert!(changes(&proxy.actions()).is_empty(), "{:?}", proxy.actions());
    assert_provisioned(&app, &app.account("three"));

    // A second assignment of what is known to be there costs no call at all.
    proxy.heal();
    app.assign("Developer", "three", "bob");
    assert_eq!(app.run_due(), 1);
    assert!(proxy.actions().is_empty(), "{:?}", proxy.actions());
}

#[test]
fn a_worker_that_was_killed_with_a_lease_in_its_hand() {
    let app = TestApp::start();
    make_accounts(&app, &["three".to_owned()]);
    app.assign("Developer", "three", "alice");
    let now = app.clock.now();
    let lease = app.store.write(move |conn| lease::claim(conn, "killed", now, Duration::from_secs(120)));
    let lease = lease.unwrap().unwrap();
    // Nobody else works there while it may still be alive …
    assert_eq!(app.run_due(), 0);
    app.advance(Duration::from_secs(120));
    assert_eq!(app.run_due(), 1);
    assert_provisioned(&app, &app.account("three"));
    // … and should it wake up after all, its claim is good for nothing.
    let now = app.clock.now();
    let extended = app.store.write(move |conn| lease::extend(conn, &lease, now, Duration::from_secs(120)));
    assert!(!extended.unwrap());
}

#[test]
fn a_cloud_that_is_away_for_a_day_and_then_back() {
    let proxy = CloudProxy::start();
    let app = TestApp::with(Options { proxy: Some(Arc::clone(&proxy)), ..Options::default() });
    app.run_due();
    make_accounts(&app, &["three".to_owned()]);
    app.assign("Developer", "three", "alice");
    proxy.cut_after(0, Loss::Call);
    for _attempt in 0..10 {
        app.run_due();
        app.advance(Duration::from_secs(300));
    }
    assert_eq!((app.tasks(TaskStatus::InProgress), app.tasks(TaskStatus::Failed)), (1, 0));
    // People still sign in and see what was there.
    let (_alice, portal) = app.sign_in("alice");
    assert_eq!(offered_roles(&portal).len(), 2);
    proxy.heal();
    app.advance(LATER);
    app.run_due();
    assert_provisioned(&app, &app.account("three"));
}
