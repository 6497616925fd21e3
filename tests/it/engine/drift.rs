//! Drift: what somebody changed in an account is found, told, and mended on request; what is as it
//! should be costs reads alone.

use std::sync::Arc;
use std::time::Duration;

use cloudsso::base::AccountId;
use cloudsso::cloud::{Account, NewRole, PolicyKind, RoleChanges, SamlProviderChanges};
use cloudsso::domain::{Action, Finding, ObjectKind, Target};
use cloudsso::service::drift;
use cloudsso::storage;

use crate::support::app::{Options, TestApp};
use crate::support::proxy::CloudProxy;

use super::{assert_all_done, objects, refusal, roles};

const ROLE: &str = "AliyunReservedSSO-Developer";
const POLICY: &str = "AliyunReservedSSO-Developer-InlinePolicy";

/// What the comparison of an account finds: kind, name, part and finding, our prefix aside.
pub(super) fn compared(app: &TestApp, account: &AccountId) -> Vec<String> {
    let target = Target::Account(account.clone());
    assert_eq!(drift::detect(&app.ctx, &app.operator, Some(&target)).unwrap(), 1);
    app.run_due();
    told(app, account)
}

/// Asks for a repair and takes it.
pub(super) fn repaired(app: &TestApp, account: &AccountId) {
    drift::request_repair(&app.ctx, &app.operator, Some(&Target::Account(account.clone()))).unwrap();
    app.run_due();
    // The look that a repair asks for, after the tasks that it left something to.
    app.advance(Duration::from_secs(1));
    app.run_due();
}

pub(super) fn told(app: &TestApp, account: &AccountId) -> Vec<String> {
    let report = drift::report(&app.ctx, &app.operator, account).unwrap();
    assert_eq!(report.compared_at, Some(app.clock.now()));
    let tell = |one: &cloudsso::domain::Difference| {
        let name = one.name.trim_start_matches("AliyunReservedSSO-");
        let name = if name.starts_with("d-") { "d" } else { name };
        let words = [one.object.as_str(), name, &one.part, one.finding.as_str()];
        words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    };
    report.differences.iter().map(tell).collect()
}

fn provider(there: &Account) -> String {
    there.list_saml_providers().unwrap().remove(0).name
}

/// Somebody's doing in an account, and what should be told of it.
type Case = (&'static str, fn(&Account), &'static [&'static str]);

const CASES: &[Case] = &[
    ("nothing", |_| (), &[]),
    (
        "a policy taken from the role",
        |there| there.detach_policy_from_role(PolicyKind::System, "AliyunECSFullAccess", ROLE).unwrap(),
        &["Role Developer AliyunECSFullAccess Missing"],
    ),
    (
        "a policy given to the role",
        |there| there.attach_policy_to_role(PolicyKind::System, "AdministratorAccess", ROLE).unwrap(),
        &["Role Developer AdministratorAccess Unexpected"],
    ),
    (
        "another trust policy",
        |there| {
            let trust = there.get_role(ROLE).unwrap().assume_role_policy_document.replace("recipient", "iss");
            let changes = RoleChanges { trust_policy: Some(&trust), ..RoleChanges::default() };
            drop(there.update_role(ROLE, &changes).unwrap());
        },
        &["Role Developer Changed"],
    ),
    (
        "a longer session",
        |there| {
            let changes = RoleChanges { max_session_seconds: Some(43_200), ..RoleChanges::default() };
            drop(there.update_role(ROLE, &changes).unwrap());
        },
        &["Role Developer Changed"],
    ),
    (
        "another inline policy",
        |there| {
            let document = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
            let version =
                cloudsso::cloud::NewPolicyVersion { policy_name: POLICY, document, is_default: true };
            drop(there.create_policy_version(&version).unwrap());
        },
        &["Policy Developer-InlinePolicy Changed"],
    ),
    (
        "another identity provider",
        |there| {
            let name = provider(there);
            let metadata =
                String::from_utf8(there.get_saml_provider(&name).unwrap().metadata().unwrap()).unwrap();
            let metadata = metadata.replacen("<md:EntityDescriptor ", "<md:EntityDescriptor  ", 1);
            let changes = SamlProviderChanges { metadata: Some(&metadata), ..SamlProviderChanges::default() };
            drop(there.update_saml_provider(&name, &changes).unwrap());
        },
        &["SAMLProvider d Changed"],
    ),
    (
        "no identity provider",
        |there| there.delete_saml_provider(&provider(there)).unwrap(),
        &["SAMLProvider d Missing"],
    ),
    (
        "no role",
        |there| {
            for policy in there.list_policies_for_role(ROLE).unwrap() {
                there.detach_policy_from_role(policy.kind, &policy.policy_name, ROLE).unwrap();
            }
            there.delete_role(ROLE).unwrap();
        },
        &[
            "Role Developer Missing",
            "Role Developer AliyunECSFullAccess Missing",
            "Role Developer AliyunOSSFullAccess Missing",
            "Role Developer AliyunReservedSSO-Developer-InlinePolicy Missing",
        ],
    ),
    (
        "a role of ours that nothing explains",
        |there| {
            let ours = there.get_role(ROLE).unwrap();
            let role = NewRole {
                name: "AliyunReservedSSO-Forgotten",
                description: &ours.description,
                trust_policy: &ours.assume_role_policy_document,
                max_session_seconds: 3600,
            };
            drop(there.create_role(&role).unwrap());
            there.attach_policy_to_role(PolicyKind::System, "AdministratorAccess", role.name).unwrap();
        },
        &["Role Forgotten Unexpected"],
    ),
];

#[test]
fn every_change_is_found_and_mended() {
    let app = TestApp::start();
    let two = app.account("two");
    let (there, whole) = (app.cloud.account(&two), objects(&app, &two));
    for (what, deed, expected) in CASES {
        deed(&there);
        assert_eq!(compared(&app, &two), *expected, "{what}");
        let target = Target::Account(two.clone());
        drift::request_repair(&app.ctx, &app.operator, Some(&target)).unwrap();
        app.run_due();
        assert!(told(&app, &two).is_empty(), "{what}: {:?}", told(&app, &two));
        assert!(compared(&app, &two).is_empty(), "{what}");
        assert_eq!(objects(&app, &two), whole, "{what}");
    }
    assert!(drift::list_drifted(&app.ctx, &app.operator).unwrap().is_empty());
    assert_eq!(app.events(Action::DriftRepaired, &two), i64::try_from(CASES.len()).unwrap());
    assert_all_done(&app);
}

#[test]
fn somebody_elses_object_is_told_of_and_left_alone() {
    let app = TestApp::start();
    let two = app.account("two");
    let there = app.cloud.account(&two);
    let foreign = RoleChanges {
        description: Some("made by hand"),
        max_session_seconds: Some(40_000),
        ..RoleChanges::default()
    };
    there.update_role(ROLE, &foreign).unwrap();
    there.detach_policy_from_role(PolicyKind::System, "ReadOnlyAccess", "AliyunReservedSSO-Reader").unwrap();
    drift::request_repair(&app.ctx, &app.operator, None).unwrap();
    app.run_due();
    let report = drift::report(&app.ctx, &app.operator, &two).unwrap();
    let found: Vec<_> = report.differences.iter().map(|one| (one.object, one.finding)).collect();
    assert_eq!(found, [(ObjectKind::Role, Finding::Foreign)]);
    assert_eq!(drift::list_drifted(&app.ctx, &app.operator).unwrap(), [two]);
    // The rest was mended, and what is not ours was not touched.
    assert_eq!(there.list_policies_for_role("AliyunReservedSSO-Reader").unwrap().len(), 1);
    assert_eq!(there.get_role(ROLE).unwrap().max_session_duration, 40_000);
}

#[test]
fn an_unchanged_account_costs_reads_alone_and_few() {
    let proxy = CloudProxy::start();
    let app = TestApp::with(Options { proxy: Some(Arc::clone(&proxy)), ..Options::default() });
    app.run_due();
    proxy.heal();
    let two = app.account("two");
    assert!(compared(&app, &two).is_empty());
    let mut calls = proxy.actions();
    calls.sort();
    // Two configurations: the provider once, three reads for each, three lists.
    let expected = [
        "GetPolicy",
        "GetPolicy",
        "GetRole",
        "GetRole",
        "GetSAMLProvider",
        "ListPolicies",
        "ListPoliciesForRole",
        "ListPoliciesForRole",
        "ListRoles",
        "ListSAMLProviders",
    ];
    assert_eq!(calls, expected);
}

#[test]
fn what_was_assigned_and_never_provisioned_is_found() {
    let app = TestApp::start();
    let one = app.account("one");
    app.assign("Developer", "one", "alice");
    // Its task is still to be done: no drift.
    let target = Target::Account(one.clone());
    let task = app.open_task();
    drift::detect(&app.ctx, &app.operator, Some(&target)).unwrap();
    cloudsso::service::task::cancel(&app.ctx, &app.operator, &task).unwrap();
    app.run_due();
    assert_eq!(told(&app, &one).len(), 5, "{:?}", told(&app, &one));
    drift::request_repair(&app.ctx, &app.operator, Some(&target)).unwrap();
    app.run_due();
    assert!(roles(&app, &one).contains("Developer"));
    assert!(told(&app, &one).is_empty());
    assert_eq!(super::provisioned(&app, &one), 2);
}

#[test]
fn a_comparison_is_asked_for_once() {
    let app = TestApp::start();
    let detect = || drift::detect(&app.ctx, &app.operator, None).unwrap();
    assert_eq!((detect(), detect()), (2, 0));
    app.run_due();
    app.advance(Duration::from_secs(1));
    assert_eq!(detect(), 2);
    app.run_due();
    let nowhere = Target::parse("1000000000000000").unwrap();
    assert_eq!(refusal(drift::detect(&app.ctx, &app.operator, Some(&nowhere))), "EntityNotExists.Account");
    assert_eq!(
        refusal(drift::report(&app.ctx, &app.operator, nowhere.account().unwrap())),
        "EntityNotExists.Account"
    );
}

#[test]
fn an_account_is_due_for_a_comparison_once_a_day_however_the_last_one_ended() {
    let app = TestApp::start();
    let day = Duration::from_secs(86_400);
    let due = || {
        let since = app.clock.now().minus(day);
        app.store.read(|conn| storage::drift::list_due(conn, since, 10)).unwrap().len()
    };
    assert_eq!(due(), 0, "just provisioned");
    app.advance(day);
    assert_eq!(due(), 2);
    drift::detect(&app.ctx, &app.operator, None).unwrap();
    assert_eq!(due(), 0, "asked for");
    // One is compared; the other's comparison comes to nothing.
    cloudsso::service::task::cancel(&app.ctx, &app.operator, &app.open_task()).unwrap();
    app.run_due();
    assert_eq!(due(), 0);
    app.advance(day);
    assert_eq!(due(), 2);
}
