//! Entering as a RAM user that one does not have, and ending sessions that are somebody else's.

use cloudsso::domain::{Action, Assignee, DeletionStrategy, DuplicationStrategy, UserProvisioningTerms};
use cloudsso::service::{group, user_provisioning};

use crate::support::app::TestApp;
use crate::support::http::{Form, Page, Visitor};
use crate::support::person::{offered_roles, open_console};

/// The product, and a RAM user in account one for each member of bob's group.
fn with_ram_user_of_bob() -> TestApp {
    let app = TestApp::start();
    let terms = UserProvisioningTerms {
        description: String::new(),
        duplication: DuplicationStrategy::KeepBoth,
        deletion: DeletionStrategy::Delete,
    };
    let assignee = Assignee::Group(app.group("team").id);
    user_provisioning::create(&app.ctx, &app.operator, &[app.account("one")], &assignee, &terms).unwrap();
    app.run_due();
    app
}

/// The form of a RAM user, whether the page offers it or not.
fn enter(app: &TestApp, portal: &Page, account: &str) -> Form {
    portal.form("/logout").sent_to(&app.url(&format!("/portal/accounts/{account}/ram-user/console")))
}

fn without_request_id(page: &Page) -> String {
    page.body.replace(page.header("x-request-id").unwrap(), "")
}

#[test]
fn an_account_where_one_has_no_ram_user() {
    let app = with_ram_user_of_bob();
    let (one, two) = (app.account("one"), app.account("two"));
    let (mut alice, portal) = app.sign_in("alice");
    // A role in an account is no RAM user there.
    let refused = alice.submit(&enter(&app, &portal, one.as_str()));
    assert_eq!(refused.status, 403, "{}", refused.text());
    assert!(refused.text().contains("You have no RAM user in this account."), "{}", refused.text());
    assert!(!refused.body.contains("SAMLResponse"));
    assert_eq!(
        (app.events(Action::RamUserSsoRefused, &one), app.events(Action::RamUserSsoIssued, &one)),
        (1, 0)
    );
    assert!(alice.open(&app.url("/portal/sessions")).text().contains("No console session is open"));
    // What does not exist is answered alike.
    let unknown = alice.submit(&enter(&app, &portal, "1000000000000000"));
    assert_eq!(without_request_id(&unknown), without_request_id(&refused));
    assert_eq!(alice.submit(&enter(&app, &portal, "x")).status, 404);

    let (mut bob, portal) = app.sign_in("bob");
    let elsewhere = bob.submit(&enter(&app, &portal, two.as_str()));
    assert_eq!((elsewhere.status, app.events(Action::RamUserSsoRefused, &two)), (403, 1));
    let entered = bob.submit(&portal.form(&format!("/portal/accounts/{one}/ram-user/console")));
    assert!(entered.status == 200 && entered.body.contains("SAMLResponse"), "{}", entered.text());
    assert_eq!(app.events(Action::RamUserSsoIssued, &one), 1);
}

#[test]
fn a_group_that_one_was_just_removed_from() {
    let app = with_ram_user_of_bob();
    let one = app.account("one");
    let (mut bob, portal) = app.sign_in("bob");
    let form = enter(&app, &portal, one.as_str());
    assert_eq!(bob.submit(&form).status, 200);
    group::remove_user(&app.ctx, &app.operator, &app.group("team").id, &app.user("bob").id).unwrap();
    // At once, before any task is done.
    assert_eq!(bob.submit(&form).status, 403);
    assert!(!bob.open(&app.url("/portal")).body.contains("ram-user/console"));
    app.run_due();
    group::add_user(&app.ctx, &app.operator, &app.group("team").id, &app.user("bob").id).unwrap();
    let early = bob.submit(&form);
    assert_eq!(early.status, 503, "it is not made again yet: {}", early.text());
    assert!(bob.open(&app.url("/portal")).text().contains("Being prepared"));
    app.run_due();
    assert_eq!(bob.submit(&form).status, 200);
}

/// Sends each of the form's forgeries, which are all refused.
#[track_caller]
fn assert_refuses_forgeries(app: &TestApp, visitor: &Visitor, form: &Form) {
    let foreign = app.visitor().open(&app.url("/login")).csrf_token();
    let crossing = visitor.clone().without_fetch_metadata().with_header("Sec-Fetch-Site", "cross-site");
    for (how, visitor, form) in [
        ("no token", visitor, form.clone().without("csrf_token")),
        ("another browser's token", visitor, form.clone().with("csrf_token", &foreign)),
        ("another site", &crossing, form.clone()),
    ] {
        let page = visitor.clone().submit(&form);
        assert_eq!(page.status, 403, "{how}, {}: {}", form.action, page.text());
        assert!(page.text().contains("was not sent from this site"), "{how}: {}", page.text());
        assert!(!page.body.contains("SAMLResponse"), "{how}");
    }
}

#[test]
fn forms_that_another_site_sends() {
    let app = with_ram_user_of_bob();
    let one = app.account("one");
    let (mut bob, portal) = app.sign_in("bob");
    let form = portal.form("/ram-user/console");
    assert_refuses_forgeries(&app, &bob, &form);
    assert_eq!(app.events(Action::RamUserSsoIssued, &one), 0);
    assert_eq!(bob.submit(&form).status, 200);
    assert_eq!(app.events(Action::RamUserSsoIssued, &one), 1);

    let page = bob.open(&app.url("/portal/sessions"));
    let (end, end_all) = (page.form("/portal/sessions/cs-"), page.form("/portal/sessions/end"));
    assert_refuses_forgeries(&app, &bob, &end);
    assert_refuses_forgeries(&app, &bob, &end_all);
    // By its address alone nothing is ended either.
    for form in [&end, &end_all] {
        assert_eq!(bob.get(form.action.as_str()).status, 405);
    }
    assert!(bob.open(&app.url("/portal/sessions")).text().contains("1 is open"));
    assert_eq!(bob.submit(&end).status, 303);
    assert!(bob.open(&app.url("/portal/sessions")).text().contains("No console session is open"));
}

#[test]
fn a_session_of_somebody_else() {
    let app = TestApp::start();
    let (mut alice, portal) = app.sign_in("alice");
    open_console(&mut alice, &offered_roles(&portal)[0].form);
    let end = alice.open(&app.url("/portal/sessions")).form("/portal/sessions/cs-");
    let (_before, id) = end.action.path().split_once("/portal/sessions/").unwrap();
    let id = id.strip_suffix("/end").unwrap().to_owned();

    let (mut bob, theirs) = app.sign_in("bob");
    assert!(!bob.open(&app.url("/portal/sessions")).body.contains(&id), "nobody sees another's");
    let attack = |visitor: &mut Visitor, id: &str| {
        visitor.submit(&theirs.form("/logout").sent_to(&app.url(&format!("/portal/sessions/{id}/end"))))
    };
    let refused = attack(&mut bob, &id);
    assert_eq!(refused.status, 404, "{}", refused.text());
    // One that never was is answered alike, but for its id.
    let unknown = format!("{}{}", &id[..id.len() - 4], "zzzz");
    let missing = attack(&mut bob, &unknown);
    assert_eq!(
        without_request_id(&missing).replace(&unknown, ""),
        without_request_id(&refused).replace(&id, "")
    );
    assert_eq!(attack(&mut bob, "x").status, 404);
    let all = bob.submit(&theirs.form("/logout").sent_to(&app.url("/portal/sessions/end")));
    assert_eq!((all.status, all.header("location")), (303, Some("/portal/sessions?ended=0")));

    assert_eq!(app.events(Action::ConsoleSessionEnded, &id), 0);
    assert!(alice.open(&app.url("/portal/sessions")).body.contains(&id));
    assert_eq!(alice.submit(&end).status, 303);
    assert_eq!(app.events(Action::ConsoleSessionEnded, &id), 1);
    // Nobody who is not signed in ends anything.
    assert_eq!(app.visitor().submit(&end).header("location"), Some("/login"));
}
