//! Bad days of the cloud: what was asked for is there in the end, once.

use std::collections::BTreeMap;
use std::time::Duration;

use cloudsso::domain::TaskStatus;
use cloudsso::local_cloud::Faults;
use cloudsso::service::account;

use crate::support::app::{Options, TestApp};

use super::{assert_all_done, objects, observed};

/// Longer than any pause before the next attempt.
const LATER: Duration = Duration::from_secs(600);

fn under(rules: &[&str]) -> TestApp {
    TestApp::with(Options { faults: Faults::parse(rules, 7).unwrap(), ..Options::default() })
}

#[test]
fn folders_and_accounts_are_made_once_though_every_other_answer_is_a_failure() {
    let app = under(&["action=resourcemanager:Create* fail=25% fail-after=25%"]);
    let names: Vec<String> = (0..10).map(|number| format!("member-{number}")).collect();
    let folders: Vec<_> = ["east", "west"].map(|name| vec![name.to_owned()]).into();
    let accounts: BTreeMap<_, _> = names.iter().map(|name| (name.clone(), vec!["east".to_owned()])).collect();
    account::ensure(&app.ctx, &app.operator, &folders, &accounts).unwrap();
    let directory = observed(&app);
    // The root and two; the management account, the usual two, and ten.
    assert_eq!((directory.folders.len(), directory.accounts.len()), (3, 13));
    let mut found: Vec<_> = directory.accounts.iter().map(|account| account.name.clone()).collect();
    found.retain(|name| names.contains(name));
    found.sort();
    assert_eq!(found, names);
    app.run_due();
}

#[test]
fn accounts_are_provisioned_though_calls_fail_before_and_after_the_deed() {
    let app = under(&[
        "action=ram:Create* fail=20% fail-after=20%",
        "action=ram:Attach* fail=20% fail-after=20%",
        "action=ims:Create* fail=20% hang-up=20%",
    ]);
    for _round in 0..40 {
        app.run_due();
        if app.tasks(TaskStatus::InProgress) == 0 {
            break;
        }
        app.advance(LATER);
    }
    assert_all_done(&app);
    assert_eq!(objects(&app, &app.account("two")).len(), 4, "a provider, two roles, a policy");
}

#[test]
fn accounts_are_provisioned_though_what_is_made_is_seen_later() {
    let app = under(&["visible-after=30s"]);
    app.run_due();
    assert_eq!(app.tasks(TaskStatus::Success), 0, "nothing is seen yet");
    for _round in 0..40 {
        app.advance(Duration::from_secs(20));
        app.run_due();
    }
    assert_all_done(&app);
    assert_eq!(objects(&app, &app.account("two")).len(), 4);
}
