//! One's RAM users in the portal, from being made to the console's door, and one's console sessions.

use std::time::Duration;

use cloudsso::domain::{
    Action, Assignee, DeletionStrategy, DuplicationStrategy, TaskStatus, UserProvisioningTerms,
};
use cloudsso::saml::{Expectations, IdentityProvider, UnverifiedResponse};
use cloudsso::service::user_provisioning;
use cloudsso::storage::provisioned_user;
use data_encoding::BASE64;

use crate::support::app::TestApp;
use crate::support::http::{Form, Page, Visitor};
use crate::support::person::{offered_roles, open_console};

const HOURS: Duration = Duration::from_secs(6 * 3600);

/// Asks for a RAM user of alice's in this account; the tasks are left to be done.
fn provision(app: &TestApp, account: &str) {
    let terms = UserProvisioningTerms {
        description: String::new(),
        duplication: DuplicationStrategy::KeepBoth,
        deletion: DeletionStrategy::Delete,
    };
    let assignee = Assignee::User(app.user("alice").id);
    user_provisioning::create(&app.ctx, &app.operator, &[app.account(account)], &assignee, &terms).unwrap();
}

/// The form that opens one's RAM user in an account.
#[track_caller]
fn ram_user_form(app: &TestApp, portal: &Page, account: &str) -> Form {
    portal.form(&format!("/portal/accounts/{}/ram-user/console", app.account(account)))
}

/// The account's card, as a reader sees it.
fn card(portal: &Page, account: &str) -> String {
    let card =
        portal.body.split("<li class=\"account\">").find(|card| card.contains(&format!(">{account}<")));
    card.unwrap_or_else(|| panic!("no {account} in {}", portal.text())).to_owned()
}

/// The text between two marks.
#[track_caller]
fn between<'a>(text: &'a str, begin: &str, end: &str) -> &'a str {
    let found = text.split_once(begin).and_then(|(_before, behind)| behind.split_once(end));
    found.unwrap_or_else(|| panic!("no {begin:?} … {end:?} in {text}")).0
}

#[test]
fn a_ram_user_is_announced_made_and_shown_beside_the_roles() {
    let app = TestApp::start();
    provision(&app, "one");
    let (mut alice, portal) = app.sign_in("alice");
    let one = card(&portal, "one");
    for part in ["1 role and a RAM user", "As a role", "As your RAM user", "Being prepared"] {
        assert!(one.contains(part), "no {part} in {one}");
    }
    assert!(!one.contains("ram-user/console"), "{one}");
    assert!(!card(&portal, "two").contains("RAM user"), "it is kept in one account only");

    app.run_due();
    assert_eq!(app.tasks(TaskStatus::Failed), 0);
    let portal = alice.open(&app.url("/portal"));
    let one = card(&portal, "one");
    let principal = between(&one, "<p class=\"role-name\">", "</p>");
    assert!(principal.starts_with("alice@"), "{principal}");
    assert!(!one.contains("Being prepared") && !one.contains("This account calls you"), "{one}");
    for part in ["No permissions yet: ask the account’s administrator.", "Users › alice › Add Permissions"]
    {
        assert!(one.contains(part), "no {part} in {one}");
    }
    // The role is offered as before.
    let names: Vec<_> = offered_roles(&portal).into_iter().map(|role| (role.account, role.name)).collect();
    assert_eq!(names, [("one".to_owned(), "Reader".to_owned()), ("two".to_owned(), "Reader".to_owned())]);
    // Others see nothing of it.
    let (_bob, theirs) = app.sign_in("bob");
    assert!(!theirs.text().contains("RAM user alice"), "{}", theirs.text());
    assert!(!theirs.body.contains("ram-user/console"));
}

#[test]
fn once_somebody_grants_permissions_the_portal_stops_saying_that_there_are_none() {
    let app = TestApp::start();
    provision(&app, "one");
    app.run_due();
    let (mut alice, portal) = app.sign_in("alice");
    assert!(portal.text().contains("No permissions yet"), "{}", portal.text());
    let place = (app.account("one"), app.user("alice").id);
    let now = app.clock.now();
    let looked =
        app.store.write(move |conn| provisioned_user::set_permissions(conn, (&place.0, &place.1), true, now));
    looked.unwrap();
    let portal = alice.open(&app.url("/portal"));
    assert!(!portal.text().contains("No permissions yet"), "{}", portal.text());
    ram_user_form(&app, &portal, "one");
}

#[test]
fn the_search_finds_ram_users() {
    let app = TestApp::start();
    provision(&app, "one");
    app.run_due();
    let (mut alice, _portal) = app.sign_in("alice");
    let found = alice.open(&app.url("/portal?q=ALICE%40"));
    assert!(found.text().contains("1 of 2 match"), "{}", found.text());
    assert!(found.body.contains("ram-user/console") && offered_roles(&found).is_empty(), "{}", found.text());
    let none = alice.open(&app.url("/portal?q=alicia"));
    assert!(none.text().contains("Nothing matches"), "{}", none.text());
}

#[test]
fn the_button_carries_a_response_for_the_account_s_user_sso() {
    let app = TestApp::start();
    provision(&app, "one");
    app.run_due();
    let (mut alice, portal) = app.sign_in("alice");
    let principal = between(&card(&portal, "one"), "<p class=\"role-name\">", "</p>").to_owned();
    let carrier = alice.submit(&ram_user_form(&app, &portal, "one"));
    assert_eq!(carrier.status, 200, "{}", carrier.text());
    assert!(carrier.text().contains(&format!("as {principal}")), "{}", carrier.text());

    let base = app.console_url.strip_suffix("/console").unwrap();
    let form = carrier.form("/saml/SSO");
    assert_eq!(form.action.as_str(), format!("{base}/saml/SSO"));
    let policy = carrier.header("content-security-policy").unwrap();
    assert!(policy.contains(&format!("form-action 'self' {base}")), "{policy}");
    let response = form.field("SAMLResponse").unwrap();
    let metadata = IdentityProvider::parse(&app.visitor().get(&app.url("/saml/idp/metadata")).body).unwrap();
    let verified = UnverifiedResponse::decode(response).unwrap().verify(metadata.signing_certificates());
    let (now, account) = (app.clock.now(), app.account("one"));
    let (audience, recipient) = (format!("{base}/{account}/saml/SSO"), format!("{base}/saml/SSO"));
    let checked = verified.unwrap().check(&Expectations {
        issuer: metadata.entity_id(),
        audience: &audience,
        recipient: &recipient,
        in_response_to: None,
        now,
        clock_skew: Duration::ZERO,
    });
    let checked = checked.unwrap();
    assert_eq!(checked.attributes(), []);
    let xml = String::from_utf8(BASE64.decode(response.as_bytes()).unwrap()).unwrap();
    assert!(xml.contains(&format!(">{principal}</")), "{xml}");
    assert_eq!(between(&xml, "SessionNotOnOrAfter=\"", "\""), now.plus(HOURS).rfc3339());
    assert_eq!(app.events(Action::RamUserSsoIssued, &account), 1);
}

#[test]
fn a_page_of_the_console_may_be_chosen_and_no_other() {
    let app = TestApp::start();
    provision(&app, "one");
    app.run_due();
    let (mut alice, portal) = app.sign_in("alice");
    let form = ram_user_form(&app, &portal, "one");
    let base = app.console_url.strip_suffix("/console").unwrap();
    let chosen = format!("{base}/ram/users");
    let carrier = alice.submit(&form.clone().with("RelayState", &chosen));
    assert_eq!(carrier.form("/saml/SSO").field("RelayState"), Some(chosen.as_str()));
    let refused = alice.submit(&form.with("RelayState", "https://evil.example/"));
    assert_eq!(refused.status, 400, "{}", refused.text());
    assert!(refused.text().contains("RelayState") && !refused.body.contains("SAMLResponse"));
}

/// The rows of one's sessions page, latest first: the account, and as whom.
fn rows(page: &Page) -> Vec<(String, String)> {
    assert_eq!((page.status, page.url.path()), (200, "/portal/sessions"), "{}", page.text());
    let rows = page.body.split("console-session\">").skip(1);
    let row = |row: &str| {
        let account = between(row, "<h2 class=\"account-name\">", "</h2>").to_owned();
        (account, between(row, "<dd>", "</dd>").to_owned())
    };
    rows.map(row).collect()
}

fn sessions(app: &TestApp, visitor: &mut Visitor) -> Page {
    visitor.open(&app.url("/portal/sessions"))
}

#[test]
fn sessions_are_listed_and_ended_one_by_one_or_all() {
    let app = TestApp::start();
    provision(&app, "one");
    app.run_due();
    let (alice, portal) = app.sign_in("alice");
    let mut alice = alice
        .with_header("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0");
    let none = sessions(&app, &mut alice);
    assert!(rows(&none).is_empty() && none.text().contains("No console session is open"), "{}", none.text());
    assert!(portal.body.contains("<a href=\"/portal/sessions\">"), "a way there");
    assert!(none.body.contains("<a href=\"/portal\">"), "and back");

    let principal = between(&card(&portal, "one"), "<p class=\"role-name\">", "</p>").to_owned();
    let (start, ends) = (app.clock.now(), Duration::from_secs(3600));
    open_console(&mut alice, &offered_roles(&portal)[1].form);
    app.advance(Duration::from_secs(60));
    assert_eq!(alice.submit(&ram_user_form(&app, &portal, "one")).status, 200);
    let page = sessions(&app, &mut alice);
    let role = ("two".to_owned(), "AliyunReservedSSO-Reader".to_owned());
    let ram_user = ("one".to_owned(), principal);
    assert_eq!(rows(&page), [ram_user.clone(), role.clone()]);
    for moment in [start, start.plus(ends), app.clock.now(), app.clock.now().plus(HOURS)] {
        let time = format!("<time datetime=\"{}\">{}</time>", moment.rfc3339(), moment.page());
        assert!(page.body.contains(&time), "no {time}");
    }
    for part in [app.account("one").as_str(), "198.18.0.1, Firefox on Linux", "password and one-time code"] {
        assert!(page.text().contains(part), "no {part} in {}", page.text());
    }

    let mut ends = page.forms();
    ends.retain(|form| form.action.path().starts_with("/portal/sessions/cs-"));
    assert_eq!(ends.len(), 2);
    let answer = alice.submit(&ends[1]);
    assert_eq!((answer.status, answer.header("location")), (303, Some("/portal/sessions?ended=1")));
    let page = alice.follow(answer);
    assert!(page.text().contains("1 session ended"), "{}", page.text());
    assert_eq!(rows(&page), [ram_user]);
    assert_eq!(alice.submit(&ends[1]).status, 404, "it is over");

    open_console(&mut alice, &offered_roles(&portal)[1].form);
    let answer = alice.submit(&page.form("/portal/sessions/end"));
    assert_eq!((answer.status, answer.header("location")), (303, Some("/portal/sessions?ended=2")));
    let page = alice.follow(answer);
    assert!(rows(&page).is_empty() && page.text().contains("2 sessions ended"), "{}", page.text());
}

#[test]
fn a_session_that_ran_out_is_not_listed() {
    let app = TestApp::start();
    let (mut alice, portal) = app.sign_in("alice");
    open_console(&mut alice, &offered_roles(&portal)[0].form);
    app.advance(Duration::from_secs(3599));
    assert_eq!(rows(&sessions(&app, &mut alice)).len(), 1);
    app.advance(Duration::from_secs(1));
    assert!(rows(&sessions(&app, &mut alice)).is_empty());
}

#[test]
fn whoever_is_not_signed_in_comes_back_here_afterwards() {
    let app = TestApp::start();
    let mut visitor = app.visitor();
    let page = visitor.get(&app.url("/portal/sessions"));
    assert_eq!(page.header("location"), Some("/login?next=%2Fportal%2Fsessions"));
}
