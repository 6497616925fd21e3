//! B9 and B10: sign-ins that are not as new, or not as strong, as was asked.

use std::time::Duration;

use super::super::{CLASSES, MFA, sign_in_on};
use super::provider::{Provider, registered};
use super::{Answer, Scene};
use cloudsso::domain::{ApplicationSettings, AuthenticationStrength};

#[test]
fn b9_a_live_session_in_the_place_of_a_new_sign_in() {
    let mut scene = Scene::new(registered);
    let request = scene.request().with("ForceAuthn", "true");
    let page = request.open(&scene.app, &mut scene.alice);
    assert_eq!(page.url.path(), "/login");
    let back = page.url.query_pairs().find(|(name, _)| name == "next").unwrap().1.into_owned();
    let back = scene.app.url(&back);
    for evil in [back.clone(), format!("{back}&again=false"), back.replace("%3D", "=")] {
        let page = scene.alice.get(&evil);
        assert!(!page.body.contains("SAMLResponse"), "{}", page.body);
    }
    // The first factor alone is none.
    scene.app.advance(Duration::from_secs(30));
    let person = scene.app.person("alice").clone();
    let form = page.form("/login").with("username", &person.name).with("password", &person.password);
    let code_page = scene.alice.submit(&form);
    assert_eq!(code_page.location().unwrap().path(), "/login/mfa");
    assert_eq!(scene.alice.open(&back).url.path(), "/login");
    let code_page = scene.alice.follow(code_page);
    let done = scene.alice.submit(&code_page.form("/login/mfa").with("code", &scene.app.code("alice")));
    let page = scene.alice.follow(done);
    let told = Answer::posted(&page).told(&scene.app, &scene.provider, Some(request.id()));
    assert_eq!(told.authn_instant, scene.app.clock.now());
    // A sealed request that was changed is none at all.
    let (head, token) = back.split_once("request=").unwrap();
    for evil in [&token[1..], &token[..token.len() - 1], "AAAA", ""] {
        let page = scene.alice.get(&format!("{head}request={evil}"));
        assert_eq!(page.status, 400, "{evil}");
        assert!(page.forms().is_empty());
    }
    let page = scene.alice.get(&back);
    assert_eq!(page.status, 200, "the sign-in is newer than the request");
}

#[test]
fn b9_a_person_who_must_not_be_asked() {
    let mut scene = Scene::new(registered);
    let mut stranger = scene.app.visitor();
    for force in ["false", "true"] {
        let request = scene.request().with("IsPassive", "true").with("ForceAuthn", force);
        let answer = Answer::posted(&request.redirect(&scene.app, &mut stranger));
        assert_eq!(answer.refusal(&scene.app, request.id()), "NoPassive");
    }
    let request = scene.request().with("IsPassive", "true").with("ForceAuthn", "true");
    let answer = Answer::posted(&request.redirect(&scene.app, &mut scene.alice));
    assert_eq!(answer.refusal(&scene.app, request.id()), "NoPassive");
    let request = scene.request().with("IsPassive", "true");
    let page = request.redirect(&scene.app, &mut scene.alice);
    Answer::posted(&page).told(&scene.app, &scene.provider, Some(request.id()));
    for odd in ["yes", "TRUE", "2", ""] {
        let request = scene.request().with("IsPassive", odd);
        scene.refuses(|scene| request.redirect(&scene.app, &mut scene.alice));
    }
}

#[test]
fn b10_more_is_never_claimed_than_was_done() {
    let mut scene = Scene::new(registered);
    let class = |name: &str| format!("{CLASSES}{name}");
    for (comparison, wanted) in [
        ("exact", class("X509")),
        ("exact", class("Smartcard")),
        ("exact", "https://refeds.org/profile/sfa".to_owned()),
        ("exact", format!("{MFA}/")),
        ("exact", MFA.to_uppercase()),
        ("minimum", class("X509")),
        ("minimum", "urn:example:highest".to_owned()),
        ("better", MFA.to_owned()),
    ] {
        let request = scene.request().authn_context(comparison, &[&wanted]);
        let answer = Answer::posted(&request.redirect(&scene.app, &mut scene.alice));
        assert_eq!(answer.refusal(&scene.app, request.id()), "NoAuthnContext", "{comparison} {wanted}");
        assert!(!answer.xml.contains(&wanted), "{}", answer.xml);
    }
    let request = scene.request().authn_context("exact", &[MFA]);
    let page = request.redirect(&scene.app, &mut scene.alice);
    let told = Answer::posted(&page).told(&scene.app, &scene.provider, Some(request.id()));
    assert_eq!(told.authn_context, MFA);
    for odd in [
        scene.request().authn_context("at least", &[MFA]),
        scene.request().authn_context("exact", &[]),
        scene.request().authn_context("exact", &[MFA; 33]),
    ] {
        scene.refuses(|scene| odd.redirect(&scene.app, &mut scene.alice));
    }
}

#[test]
fn b10_a_request_cannot_talk_an_application_out_of_its_strength() {
    let mut scene = Scene::new(|app| {
        let provider = Provider::new("bank");
        let settings = ApplicationSettings {
            minimum_strength: Some(AuthenticationStrength::Passkey),
            ..ApplicationSettings::default()
        };
        let application = provider.register(app, settings, &["alice"]);
        (provider, application)
    });
    let password = format!("{CLASSES}Password");
    for request in [
        scene.request(),
        scene.request().authn_context("exact", &[&password]),
        scene.request().authn_context("maximum", &[&password]),
    ] {
        let answer = Answer::posted(&request.redirect(&scene.app, &mut scene.alice));
        assert_eq!(answer.refusal(&scene.app, request.id()), "NoAuthnContext");
    }
    // The same person by the same sign-in is good enough elsewhere.
    let (wiki, _) = registered(&scene.app);
    let request = super::Request::new(&scene.app, &wiki).authn_context("exact", &[&password]);
    let page = request.redirect(&scene.app, &mut scene.alice);
    let told = Answer::posted(&page).told(&scene.app, &wiki, Some(request.id()));
    assert_eq!(told.authn_context, password);
    let request = super::Request::new(&scene.app, &wiki).with("ForceAuthn", "true");
    let page = request.open(&scene.app, &mut scene.alice);
    let page = sign_in_on(&scene.app, &mut scene.alice, &page, "alice");
    Answer::posted(&page).told(&scene.app, &wiki, Some(request.id()));
}
