//! What went to and fro is listed for administrators, and no more of it than they need.

use cloudsso::domain::{ApplicationSettings, SamlExchangeKind};
use cloudsso::service::{application, saml_exchange};

use super::{Provider, SP, failed, root, wiki};
use crate::support::app::TestApp;

#[test]
fn a_sign_on_is_listed_with_its_answer_and_without_what_it_told() {
    let app = TestApp::start();
    let provider = Provider::new(app.clock.now());
    let application = wiki(&app, &provider, ApplicationSettings::default());
    let mut root = root(&app);
    let (mut alice, _portal) = app.sign_in("alice");
    let page = alice.get(&provider.request(&app, "_asked", |xml| xml));
    let response = page.form("wiki.example").field("SAMLResponse").unwrap().to_owned();
    let listed = || saml_exchange::list(&app.ctx, &app.operator, Some(&application.id)).unwrap();
    let kinds: Vec<_> = listed().iter().map(|one| one.exchange.kind).collect();
    assert_eq!(kinds, [SamlExchangeKind::Answer, SamlExchangeKind::Request]);
    let found = listed();
    assert_eq!(found[0].person.as_deref(), Some("alice"));
    assert!(found.iter().all(|one| one.exchange.message_id == "_asked"));
    assert!(found[0].exchange.message.is_empty(), "no Response is kept");

    let path = format!("/admin/applications/{}/exchanges", application.id);
    let page = root.get(&app.url(&path));
    let text = page.text();
    for part in ["Signed on", "Accepted", "alice", "_asked", "status:Success", "nameid-format:persistent"] {
        assert!(text.contains(part), "no {part} in {text}");
    }
    assert!(!page.body.contains(&response[..200]), "no Response is shown");
    let list = root.get(&app.url("/admin/applications"));
    let row = list.text();
    assert!(row.contains(&app.clock.now().page()), "when it was last used: {row}");

    let again = format!("/admin/saml/inspector?exchange={}", found[1].exchange.request_id);
    let page = root.get(&app.url(&again));
    assert_eq!((page.status, failed(&page)), (200, None), "{}", page.text());
    assert!(page.text().contains("it was used by now"), "{}", page.text());

    application::delete(&app.ctx, &app.operator, &application.id).unwrap();
    assert!(listed().is_empty(), "they go with it");
}

#[test]
fn refusals_are_listed_with_their_reason() {
    let app = TestApp::start();
    let (provider, stranger) = (Provider::new(app.clock.now()), Provider::new(app.clock.now()));
    let application = wiki(&app, &provider, ApplicationSettings::default());
    let mut root = root(&app);
    let mut anybody = app.visitor();
    assert_eq!(anybody.get(&stranger.request(&app, "_forged", |xml| xml)).status, 400);
    assert_eq!(anybody.get(&provider.request(&app, "_x", |xml| xml.replace(SP, "urn:unknown"))).status, 400);
    assert_eq!(anybody.get(&app.url("/saml/idp/sso?SAMLRequest=%3Cscript%3E")).status, 400);
    let page = root.get(&app.url(&format!("/admin/applications/{}/exchanges", application.id)));
    assert!(page.text().contains("the signature does not verify"), "{}", page.text());
    let page = root.get(&app.url("/admin/saml/inspector"));
    let text = page.text();
    assert!(text.contains("no application is registered for \"urn:unknown\""), "{text}");
    assert!(text.contains("not base 64"), "{text}");
    assert_eq!(page.body.matches("class=\"refused\"").count(), 2, "{text}");

    // Bob may not, and both sides of that are told.
    let (mut bob, _portal) = app.sign_in("bob");
    assert_eq!(bob.get(&provider.request(&app, "_bob", |xml| xml)).status, 403);
    let page = root.get(&app.url(&format!("/admin/applications/{}/exchanges", application.id)));
    let text = page.text();
    assert!(text.contains("bob") && text.contains("the application is not assigned to the user"), "{text}");
    assert!(text.contains("status:RequestDenied"), "{text}");
}

#[test]
fn no_more_than_the_last_fifty_are_kept() {
    let app = TestApp::start();
    let provider = Provider::new(app.clock.now());
    let mut anybody = app.visitor();
    for number in 0..60 {
        app.advance(std::time::Duration::from_secs(1));
        let address = provider.request(&app, &format!("_{number}"), |xml| xml);
        assert_eq!(anybody.get(&address).status, 400);
        if number % 20 == 0 {
            saml_exchange::flush(&app.ctx).unwrap();
        }
    }
    let kept = saml_exchange::list(&app.ctx, &app.operator, None).unwrap();
    assert_eq!(kept.len(), 50);
    assert_eq!(kept[0].exchange.at, app.clock.now());
}
