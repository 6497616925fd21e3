//! How our keys turn, and that nobody who trusts us notices: applications by our metadata, consoles by tasks.

use std::time::Duration;

use cloudsso::base::Timestamp;
use cloudsso::crypto::{Certificate, KeyType};
use cloudsso::domain::{Action, ApplicationSettings, IdentityKey, KeyPurpose, KeySchedule, KeyState};
use cloudsso::saml::IdentityProvider;
use cloudsso::service::keys;

use super::answer::{Answer, own_metadata};
use super::code;
use super::provider::{Provider, registered};
use super::request::Request;
use crate::support::app::TestApp;
use crate::support::http::Visitor;
use crate::support::person::{Console, offered_roles, open_console};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// The keys, in the order of a key's life. Those of one moment are listed in any order.
fn list(app: &TestApp) -> Vec<IdentityKey> {
    let mut keys = keys::list(&app.ctx, &app.operator).unwrap();
    keys.retain(|key| key.purpose == KeyPurpose::Signing);
    keys.sort_by_key(|key| (key.kind, key.state));
    keys
}

fn states(app: &TestApp) -> Vec<(KeyType, KeyState)> {
    list(app).iter().map(|key| (key.kind, key.state)).collect()
}

fn rotate(app: &TestApp) -> keys::Turned {
    let turned = keys::rotate(&app.ctx, &app.operator, KeyType::Rsa2048).unwrap();
    app.run_due();
    turned
}

fn certificates(metadata: &IdentityProvider) -> Vec<String> {
    metadata.signing_certificates().iter().map(|one| one.to_base64().unwrap()).collect()
}

fn of(keys: &[&IdentityKey]) -> Vec<String> {
    keys.iter().map(|key| key.certificate.clone()).collect()
}

#[track_caller]
fn enter(app: &TestApp, visitor: &mut Visitor, provider: &Provider) -> (Answer, String) {
    let request = Request::new(app, provider);
    let answer = Answer::posted(&request.redirect(app, visitor));
    (answer, request.id().to_owned())
}

#[test]
fn b18_service_providers_that_fetched_our_metadata_before_a_turn_verify_what_is_signed_after_it() {
    let app = TestApp::start();
    let (provider, _) = registered(&app);
    let (mut alice, _portal) = app.sign_in("alice");
    let before = own_metadata(&app);
    assert_eq!(certificates(&before).len(), 2, "the active and the next");
    let (old, old_id) = enter(&app, &mut alice, &provider);
    let turned = rotate(&app);
    assert!(!turned.was_known, "it was made a moment ago");
    let after = own_metadata(&app);
    assert_eq!(certificates(&after), of(&[&turned.active, &turned.next, &turned.retiring]));
    assert_eq!(certificates(&before), of(&[&turned.retiring, &turned.active]));
    let (new, new_id) = enter(&app, &mut alice, &provider);
    for metadata in [&before, &after] {
        old.read(&app, (&provider, metadata), Some(&old_id)).unwrap();
        new.read(&app, (&provider, metadata), Some(&new_id)).unwrap();
    }
    // Each was signed by the key that stood first at its time: some read no further.
    let first_of = |metadata: &IdentityProvider| {
        IdentityProvider::new(metadata.entity_id(), vec![metadata.signing_certificates()[0].clone()]).unwrap()
    };
    assert!(old.read(&app, (&provider, &first_of(&before)), Some(&old_id)).is_ok());
    assert!(new.read(&app, (&provider, &first_of(&after)), Some(&new_id)).is_ok());
    assert!(new.read(&app, (&provider, &first_of(&before)), Some(&new_id)).is_err());
    // After a second turn it is too late for who never fetched again.
    rotate(&app);
    let (late, late_id) = enter(&app, &mut alice, &provider);
    assert!(late.read(&app, (&provider, &before), Some(&late_id)).is_err());
    late.read(&app, (&provider, &after), Some(&late_id)).unwrap();
    for action in [Action::SigningKeyRetiring, Action::SigningKeyCreated] {
        assert_eq!(app.events(action, &turned.retiring.id), 1, "{action:?}");
    }
    assert_eq!(app.events(Action::SigningKeyActivated, &turned.active.id), 1);
}

#[test]
fn b18_consoles_are_entered_before_and_after_a_turn() {
    let app = TestApp::start();
    let (mut alice, portal) = app.sign_in("alice");
    let role = offered_roles(&portal).remove(0).form;
    Console::read(&open_console(&mut alice, &role));
    for _ in 0..3 {
        keys::rotate(&app.ctx, &app.operator, KeyType::Rsa2048).unwrap();
        // The next key was known before it was used, so that nobody waits for the tasks.
        Console::read(&open_console(&mut alice, &role));
        assert!(app.run_due() > 0, "the accounts are told of the new next key");
        Console::read(&open_console(&mut alice, &role));
    }
    assert_eq!(app.run_due(), 0);
}

#[test]
fn a_key_that_was_published_for_two_weeks_is_known() {
    let app = TestApp::start();
    app.advance(14 * DAY - Duration::from_secs(1));
    assert!(!rotate(&app).was_known);
    app.advance(14 * DAY);
    assert!(rotate(&app).was_known);
}

#[test]
fn b18_keys_turn_and_retire_by_the_schedule() {
    let app = TestApp::start();
    let schedule = KeySchedule::default();
    let keep = || keys::keep(&app.ctx).unwrap();
    let rsa = |states: &[KeyState]| -> Vec<_> { states.iter().map(|one| (KeyType::Rsa2048, *one)).collect() };
    use KeyState::{Active, Next, Retired, Retiring};
    let begin: Timestamp = app.clock.now();
    let year = schedule.active.unwrap();
    app.advance(year - Duration::from_secs(1));
    keep();
    assert_eq!(states(&app), rsa(&[Active, Next]));
    app.advance(Duration::from_secs(1));
    keep();
    keep();
    assert_eq!(states(&app), rsa(&[Active, Next, Retiring]), "once is enough");
    assert_eq!(certificates(&own_metadata(&app)).len(), 3);
    let console = |app: &TestApp| {
        app.run_due();
        let (mut alice, portal) = app.sign_in("alice");
        Console::read(&open_console(&mut alice, &offered_roles(&portal)[0].form));
    };
    console(&app);
    app.advance(schedule.retiring);
    keep();
    assert_eq!(states(&app), rsa(&[Active, Next, Retired]));
    let keys = list(&app);
    assert_eq!(certificates(&own_metadata(&app)), of(&[&keys[0], &keys[1]]));
    assert_eq!(app.events(Action::SigningKeyRetired, &keys[2].id), 1);
    assert!(keys[2].state_since >= begin.plus(year));
    console(&app);
}

#[test]
fn each_kind_of_key_is_made_when_it_is_first_needed_and_turns_by_itself() {
    let app = TestApp::start();
    let settings = |kind| ApplicationSettings { signature_key: kind, ..ApplicationSettings::default() };
    assert_eq!(code(keys::rotate(&app.ctx, &app.operator, KeyType::P256)), "EntityNotExists.SigningKey");
    assert_eq!(states(&app).len(), 2, "the refusal made none");
    let (mut alice, _portal) = app.sign_in("alice");
    let (modern, usual) = (Provider::new("modern"), Provider::new("usual"));
    let application = modern.register(&app, settings(KeyType::P256), &["alice"]);
    usual.register(&app, settings(KeyType::Rsa2048), &["alice"]);
    let own = |visitor: &mut Visitor| {
        let page = visitor.get(&app.url(&format!("/saml/idp/metadata/{}", application.id)));
        IdentityProvider::parse(&page.body).unwrap()
    };
    let before = own(&mut alice);
    assert_eq!(before.signing_certificates().len(), 2, "of its own kind only");
    assert_eq!(own_metadata(&app).signing_certificates().len(), 4, "of both kinds");
    let (answer, id) = enter(&app, &mut alice, &modern);
    answer.read(&app, (&modern, &before), Some(&id)).unwrap();
    let (answer, id) = enter(&app, &mut alice, &usual);
    assert!(answer.read(&app, (&usual, &before), Some(&id)).is_err(), "by another kind of key");
    answer.told(&app, &usual, Some(&id));

    keys::rotate(&app.ctx, &app.operator, KeyType::P256).unwrap();
    assert_eq!(app.run_due(), 0, "consoles know nothing of these keys");
    let (answer, id) = enter(&app, &mut alice, &modern);
    answer.read(&app, (&modern, &before), Some(&id)).unwrap();
    let of_kind = |kind| states(&app).iter().filter(|(other, _)| *other == kind).count();
    assert_eq!((of_kind(KeyType::Rsa2048), of_kind(KeyType::P256)), (2, 3));
}

#[test]
fn certificates_are_good_for_as_long_as_any_key_may_be() {
    let app = TestApp::start();
    for key in list(&app) {
        let end = Certificate::from_base64(&key.certificate).unwrap().not_after().unwrap();
        assert!(end > app.clock.now().plus(19 * 365 * DAY), "some receivers look at the dates");
    }
}
