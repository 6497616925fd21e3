//! From a request to a Response: by both bindings, signed and unsigned, signed in already or on the way.

use std::time::Duration;

use cloudsso::domain::{Action, ApplicationSettings, AuthenticationStrength, Signed};
use cloudsso::saml::SignedPart;

use super::answer::Answer;
use super::provider::{Provider, keys, registered, signing};
use super::request::{Request, form};
use super::{CLASSES, MFA, details, sign_in_on};
use crate::support::app::TestApp;

const HOUR: Duration = Duration::from_secs(3600);
const STATE: &str = "https://wiki.example/page?x=\u{fc} y&z=+%2F\"<";

#[test]
fn somebody_who_is_not_signed_in_does_so_on_the_way() {
    let app = TestApp::start();
    let (provider, application) = registered(&app);
    let request = Request::new(&app, &provider);
    let mut alice = app.visitor();
    let page = alice.open(&request.url(&app, Some(STATE), None));
    let page = sign_in_on(&app, &mut alice, &page, "alice");
    let answer = Answer::posted(&page);
    assert_eq!((answer.acs.as_str(), answer.relay_state.as_deref()), (provider.acs_url(), Some(STATE)));
    let told = answer.told(&app, &provider, Some(request.id()));
    assert_eq!((told.authn_instant, told.authn_context.as_str()), (app.clock.now(), MFA));
    let [issued] = &details(&app, Action::SamlSsoIssued, application.id.as_str())[..] else {
        panic!("one row")
    };
    assert_eq!(issued["in_response_to"], request.id());
    assert_eq!(issued["name_id"], told.name.as_str());
    assert_eq!(issued["application_session_id"], told.session_index.as_str());
    assert_eq!(issued["acs_url"], provider.acs_url());
    // The session is a session like any other.
    assert_eq!(alice.open(&app.url("/portal")).url.path(), "/portal");
}

#[test]
fn each_binding_signed_and_unsigned() {
    let app = TestApp::start();
    let (provider, _) = registered(&app);
    let (mut alice, _portal) = app.sign_in("alice");
    for key in [None, Some(&keys().own), Some(&keys().second)] {
        let request = Request::new(&app, &provider);
        let page = alice.get(&request.url(&app, Some(STATE), key.map(|key| &key.signer)));
        let answer = Answer::posted(&page);
        assert_eq!(answer.relay_state.as_deref(), Some(STATE));
        answer.told(&app, &provider, Some(request.id()));

        let request = Request::new(&app, &provider);
        let xml = key.map_or_else(|| request.xml(), |key| request.signed_xml(key));
        let page = alice.submit(&form(&app, &provider, &xml, Some(STATE)));
        assert_eq!((page.status, page.headers("set-cookie").count()), (303, 0), "{}", page.text());
        let answer = Answer::posted(&alice.follow(page));
        assert_eq!(answer.relay_state.as_deref(), Some(STATE));
        answer.told(&app, &provider, Some(request.id()));
    }
    let request = Request::new(&app, &provider);
    let answer = Answer::posted(&request.redirect(&app, &mut alice));
    assert_eq!(answer.relay_state, None, "none was sent");
}

#[test]
fn a_form_of_another_site_comes_without_cookies_and_is_answered_one_redirect_later() {
    let app = TestApp::start();
    let (provider, _) = signing(&app);
    let (mut alice, _portal) = app.sign_in("alice");
    let request = Request::new(&app, &provider);
    let sent = form(&app, &provider, &request.signed_xml(&keys().own), Some("state"));
    // The answer to the form itself is the same for whoever sends it.
    let hop = app.visitor().submit(&sent);
    let target = hop.location().unwrap();
    assert_eq!((hop.status, target.path()), (303, "/saml/idp/sso"));
    assert!(!hop.body.contains("SAMLResponse") && !target.as_str().contains("SAMLRequest"));
    let page = alice.get(target.as_str());
    let answer = Answer::posted(&page);
    assert_eq!(answer.relay_state.as_deref(), Some("state"));
    answer.told(&app, &provider, Some(request.id()));
    // Nobody else is signed in by it, and an hour later nobody is.
    assert_eq!(app.visitor().open(target.as_str()).url.path(), "/login");
    app.advance(HOUR / 2);
    assert_eq!(alice.get(target.as_str()).status, 200);
    app.advance(HOUR / 2);
    let late = alice.get(target.as_str());
    assert_eq!(late.status, 400);
    assert!(late.text().contains("too long") && !late.body.contains("SAMLResponse"), "{}", late.text());
}

#[test]
fn ten_tabs_at_once_and_one_sign_in() {
    let app = TestApp::start();
    let (wiki, _) = registered(&app);
    let shop = Provider::new("shop");
    shop.register(&app, ApplicationSettings::default(), &["alice"]);
    let mut alice = app.visitor();
    let mut tabs = Vec::new();
    for number in 0..10 {
        let provider = if number % 2 == 0 { &wiki } else { &shop };
        let request = Request::new(&app, provider);
        let state = format!("tab {number}");
        let page = alice.open(&request.url(&app, Some(&state), None));
        assert_eq!(page.url.path(), "/login");
        tabs.push((provider, request, state, page));
    }
    let signed_in_at = tabs.pop().unwrap();
    let page = sign_in_on(&app, &mut alice, &signed_in_at.3, "alice");
    let first = Answer::posted(&page);
    assert_eq!(first.relay_state.as_deref(), Some("tab 9"));
    first.told(&app, signed_in_at.0, Some(signed_in_at.1.id()));
    for (provider, request, state, page) in &tabs {
        let answer = Answer::posted(&alice.open(page.url.as_str()));
        assert_eq!((answer.acs.as_str(), &answer.relay_state), (provider.acs_url(), &Some(state.clone())));
        answer.told(&app, provider, Some(request.id()));
        let other = if provider.name == wiki.name { &shop } else { &wiki };
        let metadata = super::answer::own_metadata(&app);
        assert!(answer.read(&app, (other, &metadata), Some(request.id())).is_err(), "for the other");
        assert!(answer.read(&app, (provider, &metadata), Some(first_id(&signed_in_at))).is_err());
    }
}

fn first_id<'a>(tab: &'a (&Provider, Request, String, crate::support::http::Page)) -> &'a str {
    tab.1.id()
}

#[test]
fn force_authn_wants_both_factors_again_and_keeps_the_session_at_the_application() {
    let app = TestApp::start();
    let (provider, _) = registered(&app);
    let (mut alice, _portal) = app.sign_in("alice");
    let request = Request::new(&app, &provider);
    let before =
        Answer::posted(&request.redirect(&app, &mut alice)).told(&app, &provider, Some(request.id()));
    for said in ["true", "1"] {
        app.advance(Duration::from_secs(60));
        let request = Request::new(&app, &provider).with("ForceAuthn", said);
        let page = request.open(&app, &mut alice);
        assert_eq!(page.url.path(), "/login");
        assert!(page.text().contains("once more"), "{}", page.text());
        // The old session does not do, however often the link is opened.
        let back = page.url.query_pairs().find(|(name, _)| name == "next").unwrap().1.into_owned();
        assert_eq!(alice.open(&app.url(&back)).url.path(), "/login");
        let page = sign_in_on(&app, &mut alice, &page, "alice");
        let told = Answer::posted(&page).told(&app, &provider, Some(request.id()));
        assert_eq!(told.authn_instant, app.clock.now());
        assert!(told.authn_instant > before.authn_instant);
        assert_eq!((&told.session_index, &told.name), (&before.session_index, &before.name));
    }
    for said in ["false", "0"] {
        let request = Request::new(&app, &provider).with("ForceAuthn", said);
        Answer::posted(&request.redirect(&app, &mut alice)).told(&app, &provider, Some(request.id()));
    }
}

#[test]
fn somebody_else_who_signs_in_again_has_a_session_of_their_own() {
    let app = TestApp::start();
    let provider = Provider::new("wiki");
    provider.register(&app, ApplicationSettings::default(), &["alice", "bob"]);
    let (mut browser, _portal) = app.sign_in("alice");
    let request = Request::new(&app, &provider);
    let alice =
        Answer::posted(&request.redirect(&app, &mut browser)).told(&app, &provider, Some(request.id()));
    let request = Request::new(&app, &provider).with("ForceAuthn", "true");
    let page = request.open(&app, &mut browser);
    let page = sign_in_on(&app, &mut browser, &page, "bob");
    let bob = Answer::posted(&page).told(&app, &provider, Some(request.id()));
    assert_ne!(bob.session_index, alice.session_index);
    assert_ne!(bob.name, alice.name);
}

#[test]
fn is_passive_asks_nobody_anything() {
    let app = TestApp::start();
    let (provider, application) = registered(&app);
    let passive = || Request::new(&app, &provider).with("IsPassive", "true");
    let mut stranger = app.visitor();
    let request = passive();
    let answer = Answer::posted(&stranger.get(&request.url(&app, Some("back"), None)));
    assert_eq!(answer.refusal(&app, request.id()), "NoPassive");
    assert_eq!((answer.acs.as_str(), answer.relay_state.as_deref()), (provider.acs_url(), Some("back")));
    let (mut alice, _portal) = app.sign_in("alice");
    let request = passive();
    Answer::posted(&request.redirect(&app, &mut alice)).told(&app, &provider, Some(request.id()));
    // A new proof cannot be had without asking.
    let request = passive().with("ForceAuthn", "true");
    let answer = Answer::posted(&request.redirect(&app, &mut alice));
    assert_eq!(answer.refusal(&app, request.id()), "NoPassive");
    // Nor is a person without the application told of it on a page.
    let (mut bob, _portal) = app.sign_in("bob");
    let request = passive();
    let answer = Answer::posted(&request.redirect(&app, &mut bob));
    assert_eq!(answer.refusal(&app, request.id()), "RequestDenied");
    let refused = details(&app, Action::SamlSsoRefused, application.id.as_str());
    let statuses: Vec<_> = refused.iter().map(|one| one["status"].as_str().unwrap()).collect();
    let ends: Vec<_> = statuses.iter().map(|status| status.rsplit(':').next().unwrap()).collect();
    assert_eq!(ends, ["NoPassive", "NoPassive", "RequestDenied"]);
}

#[test]
fn what_is_said_of_the_sign_in_is_what_was_asked_for_where_it_is_true() {
    let app = TestApp::start();
    let (provider, _) = registered(&app);
    let (mut alice, _portal) = app.sign_in("alice");
    let class = |name: &str| format!("{CLASSES}{name}");
    let (password, protected, x509) = (class("Password"), class("PasswordProtectedTransport"), class("X509"));
    for (comparison, classes, told) in [
        ("exact", vec![protected.as_str()], protected.as_str()),
        ("exact", vec![&x509, MFA], MFA),
        ("exact", vec![&password, MFA], &password),
        ("minimum", vec![&password], MFA),
        ("minimum", vec![MFA], MFA),
        ("better", vec![&protected], MFA),
        ("maximum", vec![&password], &password),
    ] {
        let request = Request::new(&app, &provider).authn_context(comparison, &classes);
        let answer = Answer::posted(&request.redirect(&app, &mut alice));
        let read = answer.told(&app, &provider, Some(request.id()));
        assert_eq!(read.authn_context, told, "{comparison} {classes:?}");
    }
    for (comparison, class) in
        [("exact", x509.as_str()), ("exact", "urn:example:loa3"), ("minimum", &x509), ("better", MFA)]
    {
        let request = Request::new(&app, &provider).authn_context(comparison, &[class]);
        let answer = Answer::posted(&request.redirect(&app, &mut alice));
        assert_eq!(answer.refusal(&app, request.id()), "NoAuthnContext", "{comparison} {class}");
    }
}

#[test]
fn an_application_may_want_more_than_a_code() {
    let app = TestApp::start();
    let strength =
        |least| ApplicationSettings { minimum_strength: Some(least), ..ApplicationSettings::default() };
    let (mut alice, _portal) = app.sign_in("alice");
    for (name, least, is_enough) in [
        ("wiki", AuthenticationStrength::Password, true),
        ("shop", AuthenticationStrength::MultiFactor, true),
        ("bank", AuthenticationStrength::Passkey, false),
    ] {
        let provider = Provider::new(name);
        provider.register(&app, strength(least), &["alice"]);
        let request = Request::new(&app, &provider);
        let answer = Answer::posted(&request.redirect(&app, &mut alice));
        if is_enough {
            answer.told(&app, &provider, Some(request.id()));
        } else {
            assert_eq!(answer.refusal(&app, request.id()), "NoAuthnContext", "{name}");
        }
    }
}

#[test]
fn where_the_answer_goes_is_chosen_among_what_the_metadata_says() {
    let app = TestApp::start();
    let at = |path: &str| format!("https://wiki.example/{path}");
    let acs = [("old", Some(false)), ("new?tenant=a%2Fb&x=1", Some(true)), ("third", None)];
    let acs = acs.map(|(path, is_default)| (at(path), is_default)).into();
    let provider = Provider { acs, ..Provider::new("wiki") };
    provider.register(&app, ApplicationSettings::default(), &["alice"]);
    let (mut alice, _portal) = app.sign_in("alice");
    let asked = || Request::new(&app, &provider);
    let post = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
    for (request, path) in [
        (asked(), "new?tenant=a%2Fb&x=1"),
        (asked().with("AssertionConsumerServiceIndex", "0"), "old"),
        (asked().with("AssertionConsumerServiceIndex", "2"), "third"),
        (asked().with("AssertionConsumerServiceURL", &at("third")).with("ProtocolBinding", post), "third"),
        (asked().with("AssertionConsumerServiceURL", &at("new?tenant=a%2Fb&x=1")), "new?tenant=a%2Fb&x=1"),
    ] {
        let answer = Answer::posted(&request.redirect(&app, &mut alice));
        assert_eq!(answer.acs, at(path));
        answer.told(&app, &provider, Some(request.id()));
    }
    let artifact = asked().with("ProtocolBinding", "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact");
    let answer = Answer::posted(&artifact.redirect(&app, &mut alice));
    assert_eq!(answer.refusal(&app, artifact.id()), "UnsupportedBinding");
}

#[test]
fn the_session_ends_with_the_one_here_or_as_administrators_said() {
    let app = TestApp::start();
    let (mut alice, _portal) = app.sign_in("alice");
    let signed_in_at = app.clock.now();
    app.advance(Duration::from_secs(1800));
    for (name, seconds) in [("short", 60), ("long", 86_400), ("usual", 8 * 3600)] {
        let provider = Provider::new(name);
        let settings = ApplicationSettings { session_seconds: seconds, ..ApplicationSettings::default() };
        provider.register(&app, settings, &["alice"]);
        let request = Request::new(&app, &provider);
        let told =
            Answer::posted(&request.redirect(&app, &mut alice)).told(&app, &provider, Some(request.id()));
        // A session lasts eight hours, however busy.
        let own = app.clock.now().plus(Duration::from_secs(seconds.into()));
        assert_eq!(told.session_ends_at, own.min(signed_in_at.plus(8 * HOUR)), "{name}");
    }
}

#[test]
fn what_is_signed_is_as_administrators_said() {
    let app = TestApp::start();
    let (mut alice, _portal) = app.sign_in("alice");
    for (signed, part) in [
        (Signed::Assertion, SignedPart::Assertion),
        (Signed::Response, SignedPart::Response),
        (Signed::Both, SignedPart::Both),
    ] {
        let provider = Provider::new(signed.as_str());
        let settings = ApplicationSettings { signed, ..ApplicationSettings::default() };
        provider.register(&app, settings, &["alice"]);
        let request = Request::new(&app, &provider);
        let told =
            Answer::posted(&request.redirect(&app, &mut alice)).told(&app, &provider, Some(request.id()));
        assert_eq!(told.signed, part);
    }
}

#[test]
fn an_application_that_knows_us_by_another_name() {
    let app = TestApp::start();
    let provider = Provider::new("wiki");
    let own = "https://old-vendor.example/saml";
    let settings =
        ApplicationSettings { own_entity_id: Some(own.to_owned()), ..ApplicationSettings::default() };
    let application = provider.register(&app, settings, &["alice"]);
    let (mut alice, _portal) = app.sign_in("alice");
    let page = app.visitor().get(&app.url(&format!("/saml/idp/metadata/{}", application.id)));
    let metadata = cloudsso::saml::IdentityProvider::parse(&page.body).unwrap();
    assert_eq!(metadata.entity_id(), own);
    assert_eq!(metadata.sso_redirect_url(), Some(app.url("/saml/idp/sso").as_str()));
    let request = Request::new(&app, &provider);
    let answer = Answer::posted(&request.redirect(&app, &mut alice));
    answer.read(&app, (&provider, &metadata), Some(request.id())).unwrap();
    assert_eq!(answer.of_name("NameQualifier"), Some(own));
    let usual = super::answer::own_metadata(&app);
    assert!(answer.read(&app, (&provider, &usual), Some(request.id())).is_err());
    assert_eq!(app.visitor().get(&app.url("/saml/idp/metadata/app-none")).status, 404);
}
