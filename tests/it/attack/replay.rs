//! The product's own Response at the local cloud, twice and too late.

use std::time::Duration;

use crate::support::app::TestApp;
use crate::support::person::{Console, offered_roles};

#[test]
fn a_response_posted_twice() {
    let app = TestApp::start();
    let (mut alice, portal) = app.sign_in("alice");
    let carrier = alice.submit(&offered_roles(&portal)[0].form);
    let form = carrier.form("/saml-role/sso");
    let mut thief = app.visitor();
    let page = alice.submit(&form);
    let page = alice.follow(page);
    assert_eq!(Console::read(&page).session_name, "alice");
    let refused = thief.submit(&form);
    assert_eq!(refused.status, 403, "{}", refused.text());
    assert_eq!(thief.open(&app.console_url).status, 401);
    // The session that the first one opened goes on.
    assert_eq!(alice.open(&app.console_url).status, 200);
}

#[test]
fn a_response_kept_for_ten_minutes() {
    let app = TestApp::start();
    let (mut alice, portal) = app.sign_in("alice");
    let carrier = alice.submit(&offered_roles(&portal)[0].form);
    let (prompt, late) = (carrier.form("/saml-role/sso"), alice.submit(&offered_roles(&portal)[1].form));
    app.advance(Duration::from_secs(240));
    assert_eq!(alice.submit(&prompt).status, 303);
    app.advance(Duration::from_secs(360));
    let refused = alice.submit(&late.form("/saml-role/sso"));
    assert_eq!(refused.status, 403, "{}", refused.text());
}

#[test]
fn a_console_session_ends_when_it_said() {
    let app = TestApp::start();
    let (mut alice, portal) = app.sign_in("alice");
    let carrier = alice.submit(&offered_roles(&portal)[0].form);
    assert_eq!(alice.submit(&carrier.form("/saml-role/sso")).status, 303);
    app.advance(Duration::from_secs(3599));
    assert_eq!(alice.open(&app.console_url).status, 200);
    app.advance(Duration::from_secs(2));
    assert_eq!(alice.open(&app.console_url).status, 401);
}
