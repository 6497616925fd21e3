//! Identifiers that applications may keep for good, and attributes that are told because metadata asks for them.

use std::collections::HashSet;

use cloudsso::domain::{ApplicationSettings, IdentityProviderProfile, SubjectIdentifier};
use cloudsso::service::saml_sso::{self, Preview};
use cloudsso::storage::persistent_name;

use super::answer::Answer;
use super::provider::Provider;
use super::request::Request;
use super::sign_in_on;
use super::values::{enter, telling};
use crate::support::app::{Options, TestApp};
use crate::support::http::Page;

const SUBJECT_ID: &str = "urn:oasis:names:tc:SAML:attribute:subject-id";
const PAIRWISE_ID: &str = "urn:oasis:names:tc:SAML:attribute:pairwise-id";
const REQUIREMENT: &str = "urn:oasis:names:tc:SAML:profiles:subject-id:req";

/// One whose metadata says which identifier it needs.
fn requiring(name: &str, values: &[&'static str]) -> Provider {
    Provider { entity_attributes: vec![(REQUIREMENT, values.to_vec())], ..Provider::new(name) }
}

#[track_caller]
fn preview(app: &TestApp, name: &str, settings: &ApplicationSettings, person: &str) -> Preview {
    let found = cloudsso::service::application::find_by_name(&app.ctx, &app.operator, name).unwrap().unwrap();
    saml_sso::preview(&app.ctx, &app.operator, &found.id, settings, &app.user(person).id).unwrap()
}

#[test]
fn identifiers_are_the_same_at_every_logon_and_tell_people_and_applications_apart() {
    let app = TestApp::start();
    let settings = || telling(&[("subject", "user.subjectId"), ("pair", "user.pairwiseId")]);
    let (wiki, shop) = (Provider::new("wiki"), Provider::new("shop"));
    wiki.register(&app, settings(), &["alice", "bob"]);
    shop.register(&app, settings(), &["alice", "bob"]);
    let (mut alice, _portal) = app.sign_in("alice");
    let (mut bob, _portal) = app.sign_in("bob");
    let at_wiki = enter(&app, &mut alice, &wiki);
    let (mut again, _portal) = app.sign_in("alice");
    let at_next_logon = enter(&app, &mut again, &wiki);
    let (at_shop, of_bob) = (enter(&app, &mut alice, &shop), enter(&app, &mut bob, &wiki));
    for attribute in ["subject", "pair"] {
        assert_eq!(at_next_logon.values(attribute), at_wiki.values(attribute));
        for told in [&at_wiki, &at_shop, &of_bob] {
            let values = told.values(attribute);
            assert!(values.len() == 1 && SubjectIdentifier::is_valid(values[0]), "{values:?}");
        }
    }
    assert_eq!(at_wiki.values("subject"), [format!("{}@localhost", app.user("alice").id)]);
    assert_eq!(at_shop.values("subject"), at_wiki.values("subject"));
    assert_ne!(of_bob.values("subject"), at_wiki.values("subject"));
    // The one of the pair is what the application has as the persistent name anyhow.
    assert_eq!(at_wiki.values("pair"), [format!("{}@localhost", at_wiki.name)]);
    let pairs = [&at_wiki, &at_shop, &of_bob].map(|told| told.values("pair")[0].to_ascii_lowercase());
    assert_eq!(HashSet::from(pairs).len(), 3);
}

#[test]
fn an_identifier_that_metadata_requires_is_told() {
    let app = TestApp::start();
    let (mut alice, _portal) = app.sign_in("alice");
    for (name, values, expected) in [
        ("none", &["none"][..], None),
        ("pairwise", &["pairwise-id"], Some(PAIRWISE_ID)),
        ("subject", &["subject-id"], Some(SUBJECT_ID)),
        ("any", &["any"], Some(PAIRWISE_ID)),
        ("unheard-of", &["every-id"], None),
        ("two", &["subject-id", "pairwise-id"], None),
    ] {
        let provider = requiring(name, values);
        provider.register(&app, telling(&[("mail", "user.email")]), &["alice"]);
        let request = Request::new(&app, &provider);
        let answer = Answer::posted(&request.redirect(&app, &mut alice));
        let told = answer.told(&app, &provider, Some(request.id()));
        assert_eq!(told.values("mail"), ["alice@acme.example"], "{name}");
        for attribute in [SUBJECT_ID, PAIRWISE_ID] {
            let values = told.values(attribute);
            assert_eq!(values.len(), usize::from(expected == Some(attribute)), "{name}: {values:?}");
            assert!(values.iter().all(|value| SubjectIdentifier::is_valid(value)), "{name}: {values:?}");
        }
        if let Some(attribute) = expected {
            let said = format!(
                "Name=\"{attribute}\" NameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:uri\""
            );
            assert!(answer.xml.contains(&said), "{said} in {}", answer.xml);
        }
    }
}

#[test]
fn what_administrators_map_under_the_name_of_an_identifier_is_told_in_its_place() {
    let app = TestApp::start();
    let (mut alice, _portal) = app.sign_in("alice");
    let own = requiring("own", &["subject-id"]);
    own.register(&app, telling(&[(SUBJECT_ID, "user.userName + \"@acme.example\"")]), &["alice"]);
    assert_eq!(enter(&app, &mut alice, &own).values(SUBJECT_ID), ["alice@acme.example"]);
    let nothing = requiring("nothing", &["any"]);
    nothing.register(&app, telling(&[(PAIRWISE_ID, "user.profile.nickName")]), &["alice"]);
    assert_eq!(enter(&app, &mut alice, &nothing).values(PAIRWISE_ID), [""; 0]);
    // A mapping of the other name is no answer to what is required.
    let other = requiring("other", &["any"]);
    other.register(&app, telling(&[(SUBJECT_ID, "user.subjectId")]), &["alice"]);
    let told = enter(&app, &mut alice, &other);
    assert_eq!((told.values(SUBJECT_ID).len(), told.values(PAIRWISE_ID).len()), (1, 1));
}

#[test]
fn a_preview_shows_what_metadata_adds_and_makes_nothing() {
    let app = TestApp::start();
    let provider = requiring("wiki", &["any"]);
    let settings = telling(&[("mail", "user.email")]);
    let application = provider.register(&app, settings.clone(), &["alice"]);
    let shown = preview(&app, "wiki", &settings, "alice").attributes;
    let origins: Vec<_> = shown.iter().map(|told| (told.name.as_str(), told.is_required)).collect();
    assert_eq!(origins, [("mail", false), (PAIRWISE_ID, true)]);
    assert_eq!(shown[1].values, Ok(vec!["made-up-when-they-sign-in@localhost".to_owned()]));
    let alice = app.user("alice").id;
    let made = || app.store.read(|conn| persistent_name::find(conn, &provider.entity_id, &alice)).unwrap();
    let test = saml_sso::test_logon(&app.ctx, &app.operator, &application.id, &alice).unwrap();
    assert!(test.response.unwrap().xml.contains("made-up-when-they-sign-in@localhost"));
    assert_eq!(made(), None);

    let (mut visitor, _portal) = app.sign_in("alice");
    let told = enter(&app, &mut visitor, &provider);
    let shown = preview(&app, "wiki", &settings, "alice").attributes;
    assert_eq!(shown[1].values.as_ref().unwrap(), &told.values(PAIRWISE_ID));
    let mapped = telling(&[(PAIRWISE_ID, "user.email")]);
    let shown = preview(&app, "wiki", &mapped, "alice").attributes;
    assert_eq!((shown.len(), shown[0].is_required), (1, false));
}

#[test]
fn attributes_may_be_told_to_those_whose_metadata_asks_for_them() {
    let app = TestApp::start();
    let (mut alice, _portal) = app.sign_in("alice");
    let provider = Provider {
        requested: vec![(vec!["mail", "user"], None), (vec!["user"], Some(true)), (vec!["mail"], None)],
        ..Provider::new("wiki")
    };
    let settings = telling(&[
        ("mail", "if(requested(\"mail\"), user.email)"),
        ("user", "if(requested(\"user\"), user.userName)"),
        ("other", "if(requested(\"other\"), user.userName)"),
    ]);
    provider.register(&app, settings.clone(), &["alice"]);
    let is_told = |page: &Page, request: &Request| {
        let told = Answer::posted(page).told(&app, &provider, Some(request.id()));
        ["mail", "user", "other"].map(|name| told.values(name).len() == 1)
    };
    for (index, expected) in [
        (None, [false, true, false]),
        (Some("0"), [true, true, false]),
        (Some("1"), [false, true, false]),
        (Some("2"), [true, false, false]),
        (Some("3"), [false, false, false]),
        (Some("65535"), [false, false, false]),
    ] {
        let request = Request::new(&app, &provider);
        let request = match index {
            Some(index) => request.with("AttributeConsumingServiceIndex", index),
            None => request,
        };
        assert_eq!(is_told(&request.redirect(&app, &mut alice), &request), expected, "{index:?}");
    }
    // It travels through a sign-in.
    let mut stranger = app.visitor();
    let request = Request::new(&app, &provider).with("AttributeConsumingServiceIndex", "2");
    let page = request.open(&app, &mut stranger);
    let page = sign_in_on(&app, &mut stranger, &page, "alice");
    assert_eq!(is_told(&page, &request), [true, false, false]);
    // What is no index is no request.
    let request = Request::new(&app, &provider).with("AttributeConsumingServiceIndex", "65536");
    assert_eq!(request.redirect(&app, &mut alice).status, 400);
    let shown = preview(&app, "wiki", &settings, "alice").attributes;
    assert_eq!(shown.iter().map(|told| told.values.as_ref().unwrap().len()).collect::<Vec<_>>(), [0, 1, 0]);
    // Whoever asks for nothing is told nothing.
    let silent = Provider::new("silent");
    silent.register(&app, settings, &["alice"]);
    let told = enter(&app, &mut alice, &silent);
    assert_eq!((told.values("mail"), told.values("user")), (vec![], vec![]));
}

#[test]
fn attributes_may_be_told_by_what_metadata_says_of_the_application() {
    const CATEGORY: &str = "http://macedir.org/entity-category";
    let app = TestApp::start();
    let (mut alice, _portal) = app.sign_in("alice");
    let settings = telling(&[
        ("categories", "entityAttribute(\"http://macedir.org/entity-category\")"),
        (
            "mail",
            "if(contains(entityAttribute(\"http://macedir.org/entity-category\"), \"urn:research\"), user.email)",
        ),
    ]);
    for (name, categories, is_told) in [
        ("research", &["urn:other", "urn:research"][..], true),
        ("shop", &["urn:other"], false),
        ("plain", &[], false),
    ] {
        let entity_attributes = vec![(CATEGORY, categories.to_vec())];
        let provider = Provider { entity_attributes, ..Provider::new(name) };
        provider.register(&app, settings.clone(), &["alice"]);
        let told = enter(&app, &mut alice, &provider);
        assert_eq!(told.values("categories"), categories, "{name}");
        assert_eq!(told.values("mail").len(), usize::from(is_told), "{name}");
    }
}

#[test]
fn our_metadata_has_the_scope_of_our_identifiers() {
    let scope = |app: &TestApp, path: &str| {
        let metadata = app.visitor().get(&app.url(path)).body;
        let scopes: Vec<_> = metadata.split("<shibmd:Scope ").skip(1).map(str::to_owned).collect();
        assert_eq!(scopes.len(), 1, "{metadata}");
        let role = metadata.find("<md:IDPSSODescriptor").unwrap();
        assert!(metadata.find("<shibmd:Scope ").unwrap() > role, "{metadata}");
        let (said, scope) = scopes[0].split_once('>').unwrap();
        assert_eq!(said, "xmlns:shibmd=\"urn:mace:shibboleth:metadata:1.0\" regexp=\"false\"");
        scope.split('<').next().unwrap().to_owned()
    };
    let usual = TestApp::start();
    assert_eq!(scope(&usual, "/saml/idp/metadata"), "localhost");
    assert!(!usual.ctx.identity_provider().console_metadata().unwrap().contains("Scope"));

    let identity_provider = IdentityProviderProfile {
        scope: Some("acme.example".to_owned()),
        signs_metadata: true,
        ..IdentityProviderProfile::default()
    };
    let app = TestApp::with(Options { identity_provider, ..Options::default() });
    app.run_due();
    let provider = requiring("wiki", &["subject-id"]);
    let application = provider.register(&app, ApplicationSettings::default(), &["alice"]);
    for path in ["/saml/idp/metadata".to_owned(), format!("/saml/idp/metadata/{}", application.id)] {
        assert_eq!(scope(&app, &path), "acme.example");
    }
    let (mut alice, _portal) = app.sign_in("alice");
    let told = enter(&app, &mut alice, &provider);
    assert_eq!(told.values(SUBJECT_ID), [format!("{}@acme.example", app.user("alice").id)]);
}
