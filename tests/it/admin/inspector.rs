//! The message inspector agrees with what really happens, and nothing comes of it.

use std::time::Duration;

use cloudsso::domain::{Action, ApplicationSettings, SamlPolicy};
use cloudsso::saml::algorithm_of_uri;
use cloudsso::service::application::{self, ApplicationEdit};
use cloudsso::service::keys;

use super::{ACS, Provider, SP, failed, outcomes, root, wiki};
use crate::support::app::{Options, TestApp};
use crate::support::http::{Page, Visitor};

fn inspect(app: &TestApp, root: &mut Visitor, message: &str, moment: &str) -> Page {
    let form = root.get(&app.url("/admin/saml/inspector")).form("/admin/saml/inspector");
    root.submit(&form.with("message", message).with("moment", moment))
}

#[test]
fn a_good_request_holds_and_is_not_used_up() {
    let app = TestApp::start();
    let provider = Provider::new(app.clock.now());
    let application = wiki(&app, &provider, ApplicationSettings::default());
    let mut root = root(&app);
    let (mut alice, _portal) = app.sign_in("alice");
    let address = provider.request(&app, "_good", |xml| xml);
    for _twice in 0..2 {
        let page = inspect(&app, &mut root, &address, "now");
        assert_eq!(failed(&page), None, "{}", page.text());
        let text = page.text();
        let fingerprint = provider.certificate.fingerprint().unwrap();
        for part in
            ["AuthnRequest: every check holds", SP, "Wiki", "page-7", &fingerprint, "ecdsa-sha256", ACS]
        {
            assert!(text.contains(part), "no {part} in {text}");
        }
    }
    assert_eq!(app.events(Action::SamlSsoIssued, &application.id), 0);
    let page = alice.get(&address);
    assert!(page.body.contains("SAMLResponse"), "the real one still counts: {}", page.text());
    assert_eq!(alice.get(&address).status, 400, "and counts once");
    let page = inspect(&app, &mut root, &address, "now");
    assert_eq!(failed(&page).as_deref(), Some("Replay"), "{}", page.text());
}

#[test]
fn a_bad_request_stops_where_the_real_one_does() {
    let app = TestApp::start();
    let (provider, stranger) = (Provider::new(app.clock.now()), Provider::new(app.clock.now()));
    wiki(&app, &provider, ApplicationSettings::default());
    let mut root = root(&app);
    let (mut alice, _portal) = app.sign_in("alice");
    let later = app.clock.now().plus(Duration::from_secs(3600)).rfc3339();
    let now = app.clock.now().rfc3339();
    let swap = |from: String, to: String| move |xml: String| xml.replace(&from, &to);
    let policy = "<samlp:NameIDPolicy Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress\"/></samlp:AuthnRequest>";
    let end = "</samlp:AuthnRequest>".to_owned();
    let bad = [
        (provider.request(&app, "_1", swap(SP.to_owned(), "urn:unknown".to_owned())), "Sender"),
        (stranger.request(&app, "_2", |xml| xml), "Signature"),
        (provider.request(&app, "_3", swap("/saml/idp/sso".to_owned(), "/other".to_owned())), "Destination"),
        (provider.request(&app, "_4", swap(now, later)), "Time"),
        (provider.request(&app, "_5", swap("\"2.0\"".to_owned(), "\"1.1\"".to_owned())), "Version"),
        (
            provider.request(
                &app,
                "_6",
                swap(
                    "Version=".to_owned(),
                    "AssertionConsumerServiceURL=\"https://evil.example/\" Version=".to_owned(),
                ),
            ),
            "Assertion consumer service",
        ),
        (
            provider.request(
                &app,
                "_7",
                swap("Version=".to_owned(), "ForceAuthn=\"maybe\" Version=".to_owned()),
            ),
            "Content",
        ),
        (
            provider.request(&app, "_8", swap("<saml:Issuer".to_owned(), "<!--x--><saml:Issuer".to_owned())),
            "Form",
        ),
    ];
    for (address, row) in bad {
        let page = inspect(&app, &mut root, &address, "now");
        assert_eq!(failed(&page).as_deref(), Some(row), "{:?}\n{}", outcomes(&page), page.text());
        let after: Vec<_> =
            outcomes(&page).into_iter().skip_while(|(_, outcome)| outcome != "Failed").skip(1).collect();
        assert!(after.iter().all(|(_, outcome)| outcome == "Not reached"), "{after:?}");
        assert_eq!(alice.get(&address).status, 400, "{row}");
    }
    let address = provider.request(&app, "_9", swap(end, policy.to_owned()));
    let page = inspect(&app, &mut root, &address, "now");
    assert_eq!(failed(&page).as_deref(), Some("NameIDPolicy"), "{}", page.text());
}

#[test]
fn a_signature_by_a_blocked_algorithm_is_the_check_that_fails() {
    let uri = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
    let blocked_algorithms = algorithm_of_uri(uri).into_iter().collect();
    let saml_policy = SamlPolicy { blocked_algorithms, ..SamlPolicy::default() };
    let app = TestApp::with(Options { saml_policy, ..Options::default() });
    app.run_due();
    let provider = Provider::new(app.clock.now());
    wiki(&app, &provider, ApplicationSettings::default());
    let page = inspect(&app, &mut root(&app), &provider.request(&app, "_blocked", |xml| xml), "now");
    assert_eq!(failed(&page).as_deref(), Some("Signature"), "{:?}\n{}", outcomes(&page), page.text());
    assert!(page.text().contains(&format!("SigAlg: {uri} is blocked")), "{}", page.text());
}

#[test]
fn an_old_message_can_be_judged_as_of_its_own_moment() {
    let app = TestApp::start();
    let provider = Provider::new(app.clock.now());
    wiki(&app, &provider, ApplicationSettings::default());
    let address = provider.request(&app, "_old", |xml| xml);
    app.advance(Duration::from_secs(3600));
    let mut root = root(&app);
    let page = inspect(&app, &mut root, &address, "now");
    assert_eq!(failed(&page).as_deref(), Some("Time"), "{}", page.text());
    let page = inspect(&app, &mut root, &address, "made");
    assert_eq!(failed(&page), None, "{}", page.text());
}

#[test]
fn a_sender_whose_metadata_has_ended_is_refused_here_as_there() {
    let app = TestApp::start();
    let provider = Provider::new(app.clock.now());
    let application = wiki(&app, &provider, ApplicationSettings::default());
    let until =
        format!(" validUntil=\"{}\" entityID=", app.clock.now().plus(Duration::from_secs(300)).rfc3339());
    let metadata = provider.metadata().replacen(" entityID=", &until, 1);
    let edit = ApplicationEdit { metadata: Some(metadata), ..ApplicationEdit::default() };
    application::edit(&app.ctx, &app.operator, &application.id, application.version, edit).unwrap();
    let mut root = root(&app);
    let page = inspect(&app, &mut root, &provider.request(&app, "_before", |xml| xml), "now");
    assert_eq!(failed(&page), None, "{}", page.text());
    app.advance(Duration::from_secs(400));
    let address = provider.request(&app, "_after", |xml| xml);
    let page = inspect(&app, &mut root, &address, "now");
    assert_eq!(failed(&page).as_deref(), Some("Validity"), "{:?}\n{}", outcomes(&page), page.text());
    assert_eq!(app.visitor().get(&address).status, 403);
}

#[test]
fn metadata_and_our_own_responses_are_taken_apart_too() {
    let app = TestApp::start();
    let provider = Provider::new(app.clock.now());
    wiki(&app, &provider, ApplicationSettings::default());
    let mut root = root(&app);
    let page = inspect(&app, &mut root, &provider.metadata(), "now");
    assert_eq!(failed(&page), None, "{}", page.text());
    let ours = keys::metadata(&app.ctx).unwrap();
    let page = inspect(&app, &mut root, &ours, "now");
    assert_eq!(failed(&page).as_deref(), Some("Service provider"), "{}", page.text());

    let (mut alice, _portal) = app.sign_in("alice");
    let posted = alice.get(&provider.request(&app, "_asked", |xml| xml));
    let response = posted.form("wiki.example").field("SAMLResponse").unwrap().to_owned();
    let page = inspect(&app, &mut root, &response, "now");
    assert_eq!(failed(&page), None, "{}", page.text());
    let xml = String::from_utf8(data_encoding::BASE64.decode(response.as_bytes()).unwrap()).unwrap();
    let page = inspect(&app, &mut root, &xml.replace("_asked", "_other"), "now");
    assert_eq!(failed(&page).as_deref(), Some("Signature"), "{}", page.text());
}

#[test]
fn what_is_no_message_is_told_and_shown_as_text() {
    let app = TestApp::start();
    let mut root = root(&app);
    let nasty = "\"><script>alert(1)</script>";
    for text in ["hello world", nasty, "SAMLRequest=%%%"] {
        let page = inspect(&app, &mut root, text, "now");
        assert_eq!(page.status, 400, "{text}");
        assert!(page.text().contains("There is no message in it"), "{}", page.text());
        assert!(!page.body.contains("<script>"), "{text}");
        assert_eq!(page.form("/admin/saml/inspector").field("message"), Some(text));
    }
    let page = inspect(&app, &mut root, "<x>&lt;script></x>", "now");
    assert_eq!(failed(&page).as_deref(), Some("Kind"), "{}", page.text());
}
