//! A test logon shows what would be sent, and is good for nothing.

use std::time::Duration;

use cloudsso::crypto::Certificate;
use cloudsso::domain::{Action, ApplicationSettings, AttributeExpression, AttributeMapping, Signed};
use cloudsso::saml::{Error, Expectations, IdentityProvider, UnverifiedResponse};
use cloudsso::service::keys;
use cloudsso::service::saml_sso::{self, TestLogon};

use super::{ACS, Provider, SP, failed, outcomes, root, wiki};
use crate::support::app::TestApp;

fn settings(signed: Signed) -> ApplicationSettings {
    let mapping = |name: &str, expression: &str| AttributeMapping {
        name: name.to_owned(),
        name_format: None,
        friendly_name: None,
        expression: AttributeExpression::parse(expression).unwrap(),
    };
    let attributes = vec![mapping("mail", "user.email"), mapping("groups", "groups")];
    ApplicationSettings { signed, attributes, ..ApplicationSettings::default() }
}

fn published(app: &TestApp) -> Vec<Certificate> {
    let metadata = keys::metadata(&app.ctx).unwrap();
    IdentityProvider::parse(&metadata).unwrap().signing_certificates().to_vec()
}

fn test_logon(app: &TestApp, signed: Signed, person: &str) -> TestLogon {
    let application = wiki(app, &Provider::new(app.clock.now()), settings(signed));
    let user = app.user(person).id;
    saml_sso::test_logon(&app.ctx, &app.operator, &application.id, &user).unwrap()
}

#[test]
fn it_can_be_used_nowhere() {
    for signed in Signed::ALL {
        let app = TestApp::start();
        let response = test_logon(&app, signed, "alice").response.unwrap();
        let read = || UnverifiedResponse::parse(&response.xml).unwrap();
        let refusal = read().verify(&published(&app)).unwrap_err();
        assert!(matches!(refusal, Error::Signature { .. }), "no key of ours signed it: {refusal}");

        let by_its_own = std::slice::from_ref(&response.certificate);
        let issuer = app.ctx.identity_provider().entity_id().to_owned();
        let expectations = |now| Expectations {
            issuer: &issuer,
            audience: SP,
            recipient: ACS,
            in_response_to: None,
            now,
            clock_skew: Duration::from_secs(300),
        };
        let now = app.clock.now();
        let refusal = read().verify(by_its_own).unwrap().check(&expectations(now)).unwrap_err();
        assert!(matches!(refusal, Error::Expired { .. }), "its time is over: {refusal}");
        // Nothing else is wrong with it: it is what would be sent.
        let then = now.minus(Duration::from_secs(24 * 3600));
        let checked = read().verify(by_its_own).unwrap().check(&expectations(then)).unwrap();
        assert_eq!(checked.values("mail").collect::<Vec<_>>(), ["alice@acme.example"]);
        assert!(!published(&app).contains(&response.certificate));
    }
}

#[test]
fn the_page_shows_it_marked_as_a_test_and_sends_it_nowhere() {
    let app = TestApp::start();
    let application = wiki(&app, &Provider::new(app.clock.now()), settings(Signed::Both));
    let mut root = root(&app);
    let path = format!("/admin/applications/{}/test", application.id);
    let page = root.get(&app.url(&format!("{path}?person=alice")));
    assert_eq!(page.status, 200, "{}", page.text());
    let text = page.text();
    for part in [
        "This is a test and good for nothing",
        "alice@acme.example",
        "samlp:Response",
        "made-up-when-they-sign-in",
    ] {
        assert!(text.contains(part), "no {part} in {text}");
    }
    assert_eq!(failed(&page), None, "{:?}", outcomes(&page));
    assert!(!page.body.contains("SAMLResponse"), "there is no form that would carry it");
    assert!(page.forms().iter().all(|form| form.action.host_str() == Some("localhost")));
    assert_eq!(app.events(Action::SamlSsoIssued, &application.id), 0);

    let page = root.get(&app.url(&format!("{path}?person=bob")));
    assert_eq!(failed(&page).as_deref(), Some("Assignment"), "{}", page.text());
    assert!(page.text().contains("samlp:Response"), "what he would get with it is shown");
    let page = root.get(&app.url(&format!("{path}?person=nobody")));
    assert_eq!(page.status, 400);
    let page = root.get(&app.url(&path));
    assert!(page.status == 200 && !page.text().contains("Response"), "{}", page.text());
}

#[test]
fn who_would_have_no_name_gets_no_response() {
    let app = TestApp::start();
    let kind = cloudsso::domain::NameIdKind::Email;
    let settings = ApplicationSettings { name_id: kind, ..settings(Signed::Both) };
    let application = wiki(&app, &Provider::new(app.clock.now()), settings);
    let of = |name: &str| saml_sso::test_logon(&app.ctx, &app.operator, &application.id, &app.user(name).id);
    assert!(of("carol").unwrap().response.is_none());
    assert!(of("alice").unwrap().response.is_some());
}
