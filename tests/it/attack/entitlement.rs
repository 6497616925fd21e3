//! Entering an account without holding the role, or without holding it any more.

use cloudsso::crypto::Random;
use cloudsso::domain::{Action, DeprovisionStrategy, Status};
use cloudsso::service::{access_assignment, group, user};

use crate::support::app::TestApp;
use crate::support::http::{Form, Page, Visitor};
use crate::support::person::{Console, OfferedRole, offered_roles, open_console};

/// The form of a role that the page does not offer.
fn console_form(app: &TestApp, portal: &Page, account: &str, configuration: &str) -> Form {
    let path = format!("/portal/accounts/{account}/access-configurations/{configuration}/console");
    portal.form("/logout").sent_to(&app.url(&path))
}

fn names(roles: &[OfferedRole]) -> Vec<(&str, &str)> {
    roles.iter().map(|role| (role.account.as_str(), role.name.as_str())).collect()
}

#[track_caller]
fn assert_nothing_issued(page: &Page) {
    assert_eq!(page.status, 403, "{}", page.text());
    assert!(page.text().contains("You do not hold this role in this account."), "{}", page.text());
    assert!(!page.body.contains("SAMLResponse"), "{}", page.body);
}

#[track_caller]
fn assert_opens(visitor: &mut Visitor, role: &OfferedRole) {
    let console = Console::read(&open_console(visitor, &role.form));
    assert_eq!(console.account_id, role.account_id);
}

/// What varies from one page to the next by design.
fn without_request_id(page: &Page) -> String {
    page.body.replace(page.header("x-request-id").unwrap(), "")
}

#[test]
fn a_role_that_was_not_assigned() {
    let app = TestApp::start();
    let (mut alice, portal) = app.sign_in("alice");
    let roles = offered_roles(&portal);
    assert_eq!(names(&roles), [("one", "Reader"), ("two", "Reader")]);
    assert_opens(&mut alice, &roles[0]);

    let (two, developer) = (app.account("two"), app.configuration("Developer"));
    let refused = alice.submit(&console_form(&app, &portal, two.as_str(), developer.as_str()));
    assert_nothing_issued(&refused);
    assert_eq!(app.events(Action::RoleSsoRefused, &two), 1);
    assert_eq!(app.events(Action::RoleSsoIssued, &two), 0);
    assert_eq!(app.events(Action::RoleSsoIssued, &app.account("one")), 1);
}

#[test]
fn an_unknown_account_or_configuration_is_answered_like_one_not_assigned() {
    let app = TestApp::start();
    let (mut alice, portal) = app.sign_in("alice");
    let (two, reader, developer) =
        (app.account("two"), app.configuration("Reader"), app.configuration("Developer"));
    let unknown: cloudsso::base::AccessConfigurationId = Random::system().id(app.clock.now()).unwrap();
    let not_assigned = alice.submit(&console_form(&app, &portal, two.as_str(), developer.as_str()));
    for (account, configuration) in [
        ("1000000000000000", reader.as_str()),
        (two.as_str(), unknown.as_str()),
        ("1000000000000000", unknown.as_str()),
    ] {
        let page = alice.submit(&console_form(&app, &portal, account, configuration));
        assert_nothing_issued(&page);
        assert_eq!(without_request_id(&page), without_request_id(&not_assigned));
    }
    let known = alice.submit(&console_form(&app, &portal, two.as_str(), reader.as_str()));
    assert!(known.body.contains("SAMLResponse"), "{}", known.text());
}

#[test]
fn an_assignment_that_was_just_removed() {
    let app = TestApp::start();
    let (mut alice, portal) = app.sign_in("alice");
    let roles = offered_roles(&portal);
    assert_opens(&mut alice, &roles[1]);

    let key = app.assignment("Reader", "two", "alice");
    access_assignment::delete(&app.ctx, &app.operator, &key, DeprovisionStrategy::None).unwrap();
    assert_nothing_issued(&alice.submit(&roles[1].form));
    assert_opens(&mut alice, &roles[0]);
    let portal = alice.open(&app.url("/portal"));
    assert_eq!(names(&offered_roles(&portal)), [("one", "Reader")]);

    // Assigned anew, it counts anew.
    access_assignment::create(&app.ctx, &app.operator, &key).unwrap();
    app.run_due();
    assert_opens(&mut alice, &roles[1]);
}

#[test]
fn a_group_that_one_was_just_removed_from() {
    let app = TestApp::start();
    let (mut bob, portal) = app.sign_in("bob");
    let roles = offered_roles(&portal);
    assert_eq!(names(&roles), [("two", "Developer")]);
    assert_opens(&mut bob, &roles[0]);

    let team = group::find_by_name(&app.ctx, &app.operator, "team").unwrap().unwrap().id;
    group::remove_user(&app.ctx, &app.operator, &team, &app.user("bob").id).unwrap();
    assert_nothing_issued(&bob.submit(&roles[0].form));
    assert!(bob.open(&app.url("/portal")).text().contains("No accounts yet"));

    group::add_user(&app.ctx, &app.operator, &team, &app.user("bob").id).unwrap();
    assert_opens(&mut bob, &roles[0]);
}

#[test]
fn a_disabled_user_with_a_live_session() {
    let app = TestApp::start();
    let (mut alice, portal) = app.sign_in("alice");
    let role = &offered_roles(&portal)[0];
    assert_opens(&mut alice, role);
    let thief = alice.clone();

    let id = app.user("alice").id;
    user::update_status(&app.ctx, &app.operator, &id, Status::Disabled).unwrap();
    assert_eq!(alice.open(&app.url("/portal")).url.path(), "/login");
    let refused = alice.submit(&role.form);
    assert_eq!((refused.status, refused.location().unwrap().path()), (303, "/login"));
    // The right password of somebody disabled is answered like a wrong one.
    let mut visitor = app.visitor();
    let page = app.person("alice").give_password(&mut visitor, &app.url("/login"));
    assert_eq!(page.status, 401);
    assert!(page.text().contains("do not go together"), "{}", page.text());

    user::update_status(&app.ctx, &app.operator, &id, Status::Enabled).unwrap();
    assert_eq!(thief.clone().open(&app.url("/portal")).url.path(), "/login");
    let (mut alice, portal) = app.sign_in("alice");
    assert_opens(&mut alice, &offered_roles(&portal)[0]);
}

#[test]
fn disabled_between_password_and_code() {
    let app = TestApp::start();
    let (mut alice, page) = app.at_second_factor("alice");
    let id = app.user("alice").id;
    user::update_status(&app.ctx, &app.operator, &id, Status::Disabled).unwrap();
    user::update_status(&app.ctx, &app.operator, &id, Status::Enabled).unwrap();
    let answer = alice.submit(&page.form("/login/mfa").with("code", &app.code("alice")));
    assert_eq!(answer.location().unwrap().path(), "/login");
    assert_eq!(alice.cookie(&app.url("/"), "cloudsso"), None);
    app.sign_in("alice");
}

#[test]
fn a_role_that_is_not_in_the_account_yet() {
    let app = TestApp::start();
    app.assign("Developer", "one", "alice");
    let (mut alice, portal) = app.sign_in("alice");
    assert!(portal.text().contains("Being prepared"), "{}", portal.text());
    let (one, developer) = (app.account("one"), app.configuration("Developer"));
    let form = console_form(&app, &portal, one.as_str(), developer.as_str());
    let early = alice.submit(&form);
    assert_eq!(early.status, 503, "{}", early.text());
    assert!(!early.body.contains("SAMLResponse"));
    app.run_due();
    assert_eq!(Console::read(&open_console(&mut alice, &form)).account_id, one.as_str());
}
