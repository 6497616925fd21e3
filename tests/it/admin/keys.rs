//! The keys by which service providers know us are seen and turned at the desk.

use std::time::Duration;

use cloudsso::crypto::KeyType;
use cloudsso::domain::{Action, IdentityKey, KeyPurpose, KeyState};
use cloudsso::service::keys;

use super::root;
use crate::support::app::TestApp;

const DAY: Duration = Duration::from_secs(24 * 3600);
const TURN: &str = "/admin/saml/keys/RSA-2048/turn";

fn find(app: &TestApp, purpose: KeyPurpose, state: KeyState) -> IdentityKey {
    let mut keys = keys::list(&app.ctx, &app.operator).unwrap();
    keys.retain(|key| key.purpose == purpose && key.state == state);
    assert_eq!(keys.len(), 1, "{keys:?}");
    keys.remove(0)
}

fn signing(app: &TestApp, state: KeyState) -> IdentityKey {
    find(app, KeyPurpose::Signing, state)
}

#[test]
fn each_key_is_listed_with_its_state_and_the_end_of_its_certificate() {
    let app = TestApp::start();
    let mut root = root(&app);
    keys::metadata(&app.ctx).unwrap();
    let page = root.get(&app.url("/admin/saml/keys"));
    let text = page.text();
    for key in keys::list(&app.ctx, &app.operator).unwrap() {
        assert!(text.contains(key.id.as_str()), "no {} in {text}", key.id);
    }
    for part in ["Signing, RSA-2048", "Encryption", "Active", "Next", "Signs what we send", "known from 20"] {
        assert!(text.contains(part), "no {part} in {text}");
    }
    assert!(!page.body.contains("PRIVATE") && !text.contains("ends soon"), "{text}");
    assert!(!root.get(&app.url("/admin")).text().contains("ends soon"));
}

#[test]
fn there_is_a_warning_of_certificates_that_end_soon() {
    let app = TestApp::start();
    app.advance(20 * 365 * DAY - 80 * DAY);
    let mut root = root(&app);
    for path in ["/admin/saml/keys", "/admin"] {
        let page = root.get(&app.url(path));
        assert!(page.text().contains("ends soon"), "{}", page.text());
    }
}

#[test]
fn keys_turn_once_for_whoever_looked_at_them() {
    let app = TestApp::start();
    let mut root = root(&app);
    let (active, next) = (signing(&app, KeyState::Active), signing(&app, KeyState::Next));
    let form = root.get(&app.url(TURN)).form(TURN);
    assert_eq!(signing(&app, KeyState::Active), active, "asking does nothing");

    // The next key is new: service providers may not know it.
    let page = root.submit(&form);
    assert_eq!(page.status, 400);
    assert!(page.text().contains("not taken to know the next key yet"), "{}", page.text());
    assert_eq!(signing(&app, KeyState::Active), active);
    let form = form.with("takes_unknown", "true");
    let page = root.submit(&form);
    let page = root.follow(page);
    assert!(page.text().contains("Turned."), "{}", page.text());
    assert_eq!(signing(&app, KeyState::Active).id, next.id);
    assert_eq!(signing(&app, KeyState::Retiring).id, active.id);
    assert_eq!(app.events(Action::SigningKeyActivated, &next.id), 1);
    assert!(app.run_due() > 0, "the accounts are told");

    // Pressed twice, it turns once.
    let page = root.submit(&form);
    assert_eq!(page.status, 400);
    assert!(page.text().contains("turned by somebody else meanwhile"), "{}", page.text());
    assert_eq!(signing(&app, KeyState::Active).id, next.id);
    for from in ["", "key-0", "../etc"] {
        let page = root.submit(&form.clone().with("from", from));
        assert_eq!(page.status, 400, "{from}: {}", page.text());
    }
    assert_eq!(signing(&app, KeyState::Active).id, next.id);
}

#[test]
fn a_key_that_is_known_turns_without_more_ado() {
    let app = TestApp::start();
    app.advance(15 * DAY);
    let mut root = root(&app);
    let next = signing(&app, KeyState::Next);
    let page = root.get(&app.url(TURN));
    assert!(!page.body.contains("takes_unknown"), "{}", page.text());
    assert_eq!(root.submit(&page.form(TURN)).status, 303);
    assert_eq!(signing(&app, KeyState::Active).id, next.id);
    app.run_due();
    assert!(keys::list(&app.ctx, &app.operator).unwrap().iter().all(|key| key.kind == KeyType::Rsa2048));
}

#[test]
fn the_key_that_others_encrypt_to_is_replaced() {
    let app = TestApp::start();
    let mut root = root(&app);
    let path = "/admin/saml/keys/encryption/turn";
    assert_eq!(root.get(&app.url(path)).status, 404, "there is none before it is published");
    keys::metadata(&app.ctx).unwrap();
    let old = find(&app, KeyPurpose::Encryption, KeyState::Active);
    let form = root.get(&app.url(path)).form(path);
    assert_eq!(root.submit(&form).status, 303);
    let new = find(&app, KeyPurpose::Encryption, KeyState::Active);
    assert_ne!(new.id, old.id);
    assert_eq!(find(&app, KeyPurpose::Encryption, KeyState::Retired).id, old.id);
    let published = keys::metadata(&app.ctx).unwrap();
    assert!(published.contains(&new.certificate) && !published.contains(&old.certificate));
    let again = root.submit(&form);
    assert_eq!(again.status, 400, "pressed twice: {}", again.text());
    assert_eq!(find(&app, KeyPurpose::Encryption, KeyState::Active).id, new.id);
}
