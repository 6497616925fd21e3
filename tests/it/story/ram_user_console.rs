//! One's RAM user in the account's console: in by the portal alone, out as soon as the directory says so.

use std::time::Duration;

use cloudsso::base::UserProvisioningId;
use cloudsso::domain::{
    Action, Assignee, DeletionStrategy, DeprovisionStrategy, DuplicationStrategy, Status,
    UserProvisioningTerms,
};
use cloudsso::service::{
    access_assignment, console_session, group, resource_directory, user, user_provisioning,
};

use crate::support::app::TestApp;
use crate::support::http::{Form, Page, Visitor};
use crate::support::member::{IMS, RAM};
use crate::support::person::{Console, offered_roles, open_console};

const HOUR: i64 = 3600;

fn provision(app: &TestApp, account: &str, assignee: &Assignee) -> UserProvisioningId {
    let terms = UserProvisioningTerms {
        description: String::new(),
        duplication: DuplicationStrategy::KeepBoth,
        deletion: DeletionStrategy::Keep,
    };
    let accounts = [app.account(account)];
    let made = user_provisioning::create(&app.ctx, &app.operator, &accounts, assignee, &terms).unwrap();
    app.run_due();
    made.into_iter().next().unwrap().id
}

fn alice(app: &TestApp) -> Assignee {
    Assignee::User(app.user("alice").id)
}

/// The page that carries the Response, before it posts itself.
#[track_caller]
fn carrier(app: &TestApp, visitor: &mut Visitor, account: &str) -> Form {
    let portal = visitor.open(&app.url("/portal"));
    let button = portal.form(&format!("/portal/accounts/{}/ram-user/console", app.account(account)));
    visitor.submit(&button).form("/saml/SSO")
}

/// Somebody in the console of an account as their RAM user.
#[track_caller]
fn enter(app: &TestApp, visitor: &mut Visitor, account: &str) -> Page {
    let form = carrier(app, visitor, account);
    let page = visitor.submit(&form);
    let page = visitor.follow(page);
    assert_eq!((page.status, page.url.path()), (200, "/console"), "{}", page.text());
    page
}

/// Whether the console still knows them.
fn is_inside(app: &TestApp, visitor: &mut Visitor) -> bool {
    let page = visitor.get(&app.console_url);
    assert!(page.status == 200 || page.status == 401, "{}", page.text());
    page.status == 200
}

#[test]
fn alice_enters_as_her_ram_user_and_sees_what_it_may() {
    let app = TestApp::start();
    provision(&app, "one", &alice(&app));
    let (mut visitor, _portal) = app.sign_in("alice");
    let page = enter(&app, &mut visitor, "one");
    let console = Console::read(&page);
    let principal = app.principal_name("one", "alice");
    assert_eq!((console.account_id, console.identity), (app.account("one").to_string(), principal));
    assert!(console.session_name.contains("alice"));
    assert!(page.text().contains("AttachPolicyToUser"), "{}", page.text());
    let grant = [("UserName", "alice"), ("PolicyType", "System"), ("PolicyName", "AliyunOSSReadOnlyAccess")];
    app.in_account("one", (RAM, "AttachPolicyToUser"), &grant).unwrap();
    let page = visitor.get(&app.console_url);
    assert!(page.text().contains("AliyunOSSReadOnlyAccess"), "{}", page.text());
    // Both ways into the account are hers to choose.
    let portal = visitor.open(&app.url("/portal"));
    let role = offered_roles(&portal).into_iter().find(|role| role.account == "one").unwrap();
    let as_role = Console::read(&open_console(&mut visitor, &role.form));
    assert_eq!(as_role.identity, "AliyunReservedSSO-Reader");
}

#[test]
fn there_is_no_other_way_in_and_nobody_in_the_account_takes_it_away() {
    let app = TestApp::start();
    provision(&app, "one", &alice(&app));
    let principal = app.principal_name("one", "alice");
    let mut visitor = Visitor::new();
    let login = visitor.get(&app.console_url.replace("/console", "/login"));
    let form = login.form("/login").with("username", &principal).with("password", "seven grey herons");
    let refused = visitor.submit(&form);
    assert_eq!(refused.status, 403);
    assert!(refused.text().contains("portal"), "{}", refused.text());
    for (action, parameters) in [
        (
            "CreateLoginProfile",
            vec![("UserPrincipalName", principal.as_str()), ("Password", "kayak-river-1")],
        ),
        ("DeleteUser", vec![("UserPrincipalName", principal.as_str())]),
        ("CreateAccessKey", vec![("UserPrincipalName", principal.as_str())]),
    ] {
        let outcome = app.in_account("one", (IMS, action), &parameters);
        assert_eq!(outcome.unwrap_err(), "NoPermission.ReservedObject", "{action}");
    }
}

#[test]
fn whatever_ends_the_right_ends_the_session() {
    type Deed = fn(&TestApp, &UserProvisioningId);
    let deeds: [(&str, Deed); 4] = [
        ("disabled", |app, _| {
            user::update_status(&app.ctx, &app.operator, &app.user("bob").id, Status::Disabled).unwrap();
        }),
        ("left the group", |app, _| {
            let (team, bob) = (app.group("team").id, app.user("bob").id);
            group::remove_user(&app.ctx, &app.operator, &team, &bob).unwrap();
        }),
        ("provisioning deleted", |app, id| {
            user_provisioning::delete(&app.ctx, &app.operator, id, None).unwrap();
        }),
        ("ended by an administrator", |app, _| {
            let filter = cloudsso::domain::ConsoleSessionFilter {
                user_id: Some(app.user("bob").id),
                ..Default::default()
            };
            assert_eq!(console_session::end_all(&app.ctx, &app.operator, &filter).unwrap(), 1);
        }),
    ];
    for (what, deed) in deeds {
        let app = TestApp::start();
        let id = provision(&app, "one", &Assignee::Group(app.group("team").id));
        provision(&app, "one", &alice(&app));
        let (mut bob, _portal) = app.sign_in("bob");
        let (mut other, _portal) = app.sign_in("alice");
        enter(&app, &mut bob, "one");
        enter(&app, &mut other, "one");
        deed(&app, &id);
        app.run_due();
        assert!(!is_inside(&app, &mut bob), "{what}");
        assert!(is_inside(&app, &mut other), "{what}: nobody else's session ends");
    }
}

#[test]
fn a_role_session_ends_with_its_assignment_and_no_other_does() {
    let app = TestApp::start();
    let (mut visitor, portal) = app.sign_in("alice");
    let roles = offered_roles(&portal);
    let role = |account: &str| roles.iter().find(|role| role.account == account).unwrap().form.clone();
    let mut second = visitor.clone();
    Console::read(&open_console(&mut visitor, &role("one")));
    Console::read(&open_console(&mut second, &role("two")));
    let key = app.assignment("Reader", "one", "alice");
    access_assignment::delete(&app.ctx, &app.operator, &key, DeprovisionStrategy::None).unwrap();
    app.run_due();
    assert!(!is_inside(&app, &mut visitor) && is_inside(&app, &mut second));
}

#[test]
fn an_assertion_issued_before_the_end_opens_nothing_after_it() {
    let app = TestApp::start();
    provision(&app, "one", &alice(&app));
    let (mut visitor, _portal) = app.sign_in("alice");
    let (late, prompt) = (carrier(&app, &mut visitor, "one"), carrier(&app, &mut visitor, "one"));
    assert_eq!(visitor.submit(&prompt).status, 303);
    user::update_status(&app.ctx, &app.operator, &app.user("alice").id, Status::Disabled).unwrap();
    app.run_due();
    assert_eq!(visitor.submit(&late).status, 403);
    assert!(!is_inside(&app, &mut visitor));
    // And no new one is issued.
    assert_eq!(visitor.get(&app.url("/portal")).status, 303);
}

#[test]
fn a_session_lasts_the_shortest_that_anybody_allows() {
    for (directory, account, hours) in [(24, 24, 8), (3, 24, 3), (24, 2, 2), (6, 6, 6)] {
        let app = TestApp::start();
        let preference = [("LoginSessionDuration", account.to_string())];
        let preference = preference.each_ref().map(|(name, value)| (*name, value.as_str()));
        app.in_account("one", (IMS, "SetSecurityPreference"), &preference).unwrap();
        user_provisioning::update_configuration(&app.ctx, &app.operator, Some(directory), None).unwrap();
        provision(&app, "one", &alice(&app));
        let (mut visitor, _portal) = app.sign_in("alice");
        let console = Console::read(&enter(&app, &mut visitor, "one"));
        let until = app.clock.now().plus(Duration::from_secs(u64::try_from(hours * HOUR).unwrap()));
        assert_eq!(console.expires_at, until.rfc3339(), "{directory} h, {account} h");
        let listed = console_session::list(&app.ctx, &app.operator, &Default::default(), None, 10).unwrap().0;
        assert_eq!(listed.iter().map(|one| one.expires_at).collect::<Vec<_>>(), [until]);
    }
}

#[test]
fn a_logout_that_the_cloud_does_not_hear_is_sent_again() {
    let app = TestApp::start();
    provision(&app, "one", &alice(&app));
    let (mut visitor, _portal) = app.sign_in("alice");
    enter(&app, &mut visitor, "one");
    let id =
        console_session::list(&app.ctx, &app.operator, &Default::default(), None, 1).unwrap().0.remove(0).id;
    console_session::end(&app.ctx, &app.operator, &id).unwrap();
    let again = console_session::end(&app.ctx, &app.operator, &id);
    assert!(again.is_err(), "it is over");
    assert!(is_inside(&app, &mut visitor), "nobody has told the cloud yet");
    app.run_due();
    assert!(!is_inside(&app, &mut visitor));
    assert_eq!(app.events(Action::ConsoleSessionEnded, &id), 1);
}

#[test]
fn an_account_that_leaves_the_directory_takes_nobody_along() {
    let app = TestApp::start();
    for account in ["one", "two"] {
        provision(&app, account, &alice(&app));
    }
    let (mut as_ram_user, portal) = app.sign_in("alice");
    let role = offered_roles(&portal).into_iter().find(|role| role.account == "one").unwrap();
    let (mut as_role, mut elsewhere) = (as_ram_user.clone(), as_ram_user.clone());
    enter(&app, &mut as_ram_user, "one");
    enter(&app, &mut elsewhere, "two");
    Console::read(&open_console(&mut as_role, &role.form));
    let directory = resource_directory::observe(&app.ctx).unwrap();
    let mut without = directory.clone();
    without.accounts.retain(|account| account.id != app.account("one"));
    resource_directory::adopt(&app.ctx, &app.operator, without).unwrap();
    app.run_due();
    assert!(!is_inside(&app, &mut as_ram_user) && !is_inside(&app, &mut as_role));
    assert!(is_inside(&app, &mut elsewhere));
    // Back in the directory, she enters again.
    resource_directory::adopt(&app.ctx, &app.operator, directory).unwrap();
    app.run_due();
    enter(&app, &mut as_ram_user, "one");
}

#[test]
fn what_a_deleted_person_had_in_an_account_stays_with_its_keys_off_until_an_owner_is_found() {
    let app = TestApp::start();
    // An account's own user with a key becomes hers; an administrator lets the key work on.
    app.make_ram_user("one", "erin");
    let key = app.make_access_key("one", "erin");
    let erin = app.make_user("erin");
    let terms = UserProvisioningTerms {
        description: String::new(),
        duplication: DuplicationStrategy::TakeOver,
        deletion: DeletionStrategy::Keep,
    };
    let accounts = [app.account("one")];
    let assignee = Assignee::User(erin.clone());
    let made = user_provisioning::create(&app.ctx, &app.operator, &accounts, &assignee, &terms).unwrap();
    app.run_due();
    app.activate_access_key("one", "erin", &key);
    let principal = app.principal_name("one", "erin");
    let named = [("UserPrincipalName", principal.as_str())];
    let grant = [("UserName", "erin"), ("PolicyType", "System"), ("PolicyName", "AliyunOSSReadOnlyAccess")];
    app.in_account("one", (RAM, "AttachPolicyToUser"), &grant).unwrap();
    user_provisioning::delete(&app.ctx, &app.operator, &made[0].id, None).unwrap();
    app.run_due();
    user::delete(&app.ctx, &app.operator, &erin).unwrap();
    let left = app.in_account("one", (IMS, "GetUser"), &named).unwrap();
    assert_eq!(left["User"]["ProvisionType"], "Manual");
    assert!(left["User"]["OrphanedDate"].is_string(), "{left}");
    let keys = app.in_account("one", (IMS, "ListAccessKeys"), &named).unwrap();
    let keys = keys["AccessKeys"]["AccessKey"].as_array().unwrap();
    assert_eq!((&keys[0]["AccessKeyId"], &keys[0]["Status"]), (&key.into(), &"Inactive".into()));
    let held = app.in_account("one", (RAM, "ListPoliciesForUser"), &[("UserName", "erin")]).unwrap();
    assert_eq!(held["Policies"]["Policy"][0]["PolicyName"], "AliyunOSSReadOnlyAccess");
    let orphans = app.in_account("one", (IMS, "ListUsers"), &[("Orphaned", "true")]).unwrap();
    assert_eq!(orphans["Users"]["User"][0]["UserPrincipalName"], principal);
    app.make_ram_user("one", "keeper");
    let keeper = app.principal_name("one", "keeper");
    let owned = app.in_account("one", (IMS, "UpdateUser"), &[named[0], ("NewOwner", &keeper)]).unwrap();
    assert_eq!(owned["User"]["OwnerPrincipalName"], keeper);
}
