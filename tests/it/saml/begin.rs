//! Sign-on that begins in the portal, where nobody asked for it but the person.

use cloudsso::base::Secret;
use cloudsso::base::UserName;
use cloudsso::crypto::Random;
use cloudsso::crypto::TotpSecret;
use cloudsso::domain::{Action, ApplicationSettings, Assignee, PrincipalId, Status};
use cloudsso::service::{administrator, application, credential, user};

use super::answer::Answer;
use super::provider::Provider;
use super::request::Request;
use super::{details, sign_in_on};
use crate::support::app::TestApp;
use crate::support::http::Page;
use crate::support::person::Person;
use crate::support::totp;

const START_PAGE: &str = "https://wiki.example/start?a=1&b=\u{fc}";

fn open(relay_state: &str) -> ApplicationSettings {
    ApplicationSettings {
        allows_idp_initiated: true,
        relay_state: relay_state.to_owned(),
        ..ApplicationSettings::default()
    }
}

fn start(id: &impl std::fmt::Display, relay_state: Option<&str>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    relay_state.map(|state| query.append_pair("RelayState", state));
    format!("/applications/{id}/start?{}", query.finish())
}

fn tiles(portal: &Page) -> Vec<&str> {
    let links = portal.body.split("href=\"/applications/").skip(1);
    links.map(|link| link.split("/start").next().unwrap()).collect()
}

#[test]
fn the_portal_leads_to_applications_that_allow_it() {
    let app = TestApp::start();
    let (wiki, shop, other) = (Provider::new("wiki"), Provider::new("shop"), Provider::new("other"));
    let to_wiki = wiki.register(&app, open(START_PAGE), &["alice"]);
    let to_shop = shop.register(&app, ApplicationSettings::default(), &["alice"]);
    let to_other = other.register(&app, open(""), &["bob"]);
    let (mut alice, portal) = app.sign_in("alice");
    assert_eq!(tiles(&portal), [to_wiki.id.as_str()]);
    assert_eq!(tiles(&alice.get(&app.url("/portal?q=WIK"))), [to_wiki.id.as_str()]);
    assert!(tiles(&alice.get(&app.url("/portal?q=zzz"))).is_empty());

    let page = alice.get(&app.url(&start(&to_wiki.id, None)));
    let answer = Answer::posted(&page);
    assert_eq!((answer.acs.as_str(), answer.relay_state.as_deref()), (wiki.acs_url(), Some(START_PAGE)));
    assert!(!answer.xml.contains("InResponseTo"), "{}", answer.xml);
    answer.told(&app, &wiki, None);
    let issued = details(&app, Action::SamlSsoIssued, to_wiki.id.as_str());
    assert!(issued.len() == 1 && issued[0]["in_response_to"].is_null(), "{issued:?}");

    let refused = alice.get(&app.url(&start(&to_shop.id, None)));
    assert_eq!(refused.status, 403, "{}", refused.text());
    assert!(!refused.body.contains("SAMLResponse"));
    let request = Request::new(&app, &shop);
    Answer::posted(&request.redirect(&app, &mut alice)).told(&app, &shop, Some(request.id()));

    // Whoever has no assignment is told so; there is no request to answer.
    let refused = alice.get(&app.url(&start(&to_other.id, None)));
    assert_eq!(refused.status, 403);
    assert!(refused.text().contains("not assigned to you") && !refused.body.contains("SAMLResponse"));
    assert_eq!(app.events(Action::SamlSsoRefused, &to_other.id), 1);
}

#[test]
fn a_link_to_an_application_survives_the_sign_in() {
    let app = TestApp::start();
    let provider = Provider::new("wiki");
    let application = provider.register(&app, open(""), &["alice"]);
    let mut alice = app.visitor();
    let deep = "https://wiki.example/deep?a=b&c=d#e";
    let page = alice.open(&app.url(&start(&application.id, Some(deep))));
    let page = sign_in_on(&app, &mut alice, &page, "alice");
    let answer = Answer::posted(&page);
    assert_eq!(answer.relay_state.as_deref(), Some(deep));
    answer.told(&app, &provider, None);
    // Whether there is such an application, strangers are not told.
    for id in [application.id.as_str(), "app-0000000000000000000000"] {
        assert_eq!(app.visitor().open(&app.url(&start(&id, None))).url.path(), "/login");
    }
}

#[test]
fn the_page_behind_the_sign_on_is_one_of_the_applications() {
    let app = TestApp::start();
    let provider = Provider::new("wiki");
    let application = provider.register(&app, open("urn:wiki:home"), &["alice"]);
    let (mut alice, _portal) = app.sign_in("alice");
    for (asked, given) in [
        (None, "urn:wiki:home"),
        (Some(""), "urn:wiki:home"),
        (Some("urn:wiki:home"), "urn:wiki:home"),
        (Some("https://wiki.example/"), "https://wiki.example/"),
        (Some("https://wiki.example/a?b=\"<c>&d"), "https://wiki.example/a?b=\"<c>&d"),
    ] {
        let page = alice.get(&app.url(&start(&application.id, asked)));
        assert_eq!(Answer::posted(&page).relay_state.as_deref(), Some(given));
    }
    let long = format!("https://wiki.example/{}", "x".repeat(1024));
    for asked in [
        "https://evil.example/",
        "https://wiki.example.evil.example/",
        "https://wiki.example@evil.example/",
        "http://wiki.example/",
        "//evil.example/",
        "javascript:alert(1)",
        "https://wiki.example/\\evil",
        "https://wiki.example/\r\nSet-Cookie: a=b",
        "/portal",
        &long,
    ] {
        let page = alice.get(&app.url(&start(&application.id, Some(asked))));
        assert_eq!(page.status, 400, "{asked}: {}", page.text());
        assert!(!page.body.contains("SAMLResponse"), "{asked}");
    }
}

#[test]
fn nobody_enters_an_application_that_is_disabled_or_gone() {
    let app = TestApp::start();
    let provider = Provider::new("wiki");
    let application = provider.register(&app, open(""), &["alice"]);
    let (mut alice, _portal) = app.sign_in("alice");
    let waiting = Request::new(&app, &provider);
    let tab = waiting.open(&app, &mut app.visitor());
    let back = tab.url.query_pairs().find(|(name, _)| name == "next").unwrap().1.into_owned();
    let set = |status| application::update_status(&app.ctx, &app.operator, &application.id, status).unwrap();
    set(Status::Disabled);
    assert!(tiles(&alice.get(&app.url("/portal"))).is_empty());
    assert_eq!(alice.get(&app.url(&start(&application.id, None))).status, 404);
    assert_eq!(Request::new(&app, &provider).redirect(&app, &mut alice).status, 400);
    assert_eq!(alice.get(&app.url(&back)).status, 404, "nor by what was under way");
    set(Status::Enabled);
    Answer::posted(&alice.get(&app.url(&start(&application.id, None)))).told(&app, &provider, None);
    Answer::posted(&alice.get(&app.url(&back))).told(&app, &provider, Some(waiting.id()));
    application::delete(&app.ctx, &app.operator, &application.id).unwrap();
    assert_eq!(alice.get(&app.url(&start(&application.id, None))).status, 404);
    assert_eq!(alice.get(&app.url(&back)).status, 404);
}

#[test]
fn an_assignment_counts_from_when_it_is_made_to_when_it_is_taken_away() {
    let app = TestApp::start();
    let provider = Provider::new("wiki");
    let application = provider.register(&app, open(""), &[]);
    let (mut bob, portal) = app.sign_in("bob");
    let url = app.url(&start(&application.id, None));
    assert!(tiles(&portal).is_empty() && bob.get(&url).status == 403);
    let team = Assignee::Group(app.group("team").id);
    application::assign(&app.ctx, &app.operator, &application.id, &team).unwrap();
    assert_eq!(tiles(&bob.get(&app.url("/portal"))), [application.id.as_str()]);
    Answer::posted(&bob.get(&url)).told(&app, &provider, None);
    application::unassign(&app.ctx, &app.operator, &application.id, &team).unwrap();
    assert_eq!(bob.get(&url).status, 403);
}

#[test]
fn somebody_who_is_disabled_enters_nothing() {
    let app = TestApp::start();
    let provider = Provider::new("wiki");
    let application = provider.register(&app, open(""), &["alice"]);
    let (mut alice, _portal) = app.sign_in("alice");
    let url = app.url(&start(&application.id, None));
    assert_eq!(alice.get(&url).status, 200);
    user::update_status(&app.ctx, &app.operator, &app.user("alice").id, Status::Disabled).unwrap();
    assert_eq!(alice.open(&url).url.path(), "/login");
    let request = Request::new(&app, &provider);
    assert_eq!(request.open(&app, &mut alice).url.path(), "/login");
    app.run_due();
}

#[test]
fn administrators_are_no_users_of_applications() {
    let app = TestApp::start();
    let provider = Provider::new("wiki");
    let application = provider.register(&app, open(""), &["alice"]);
    let id = administrator::ensure(&app.ctx, &app.operator, &UserName::parse("root").unwrap()).unwrap();
    let principal = PrincipalId::Administrator(id);
    let device = TotpSecret::generate(&Random::system()).unwrap();
    let password = "seven grey herons, said root";
    credential::set_password(&app.ctx, &app.operator, &principal, &Secret::new(password), false).unwrap();
    credential::set_totp_device(&app.ctx, &app.operator, &principal, &device).unwrap();
    let root = Person {
        name: "root".to_owned(),
        password: password.to_owned(),
        totp_secret: device.to_base32().expose().to_owned(),
    };
    let code = totp::code_at(&root.totp_secret, u64::try_from(app.clock.now().seconds()).unwrap());
    let mut visitor = app.visitor();
    let portal = root.sign_in_with(&mut visitor, &app.url("/login"), &code);
    assert_eq!((portal.status, tiles(&portal).len()), (200, 0), "{}", portal.text());
    let page = visitor.get(&app.url(&start(&application.id, None)));
    assert_eq!(page.status, 403, "{}", page.text());
    let request = Request::new(&app, &provider);
    let page = request.redirect(&app, &mut visitor);
    assert_eq!(page.status, 403);
    assert_eq!(Answer::on(&page).refusal(&app, request.id()), "RequestDenied");
    let refused = details(&app, Action::SamlSsoRefused, application.id.as_str());
    assert!(refused.iter().all(|one| one["reason"].as_str().unwrap().contains("administrators")));
    assert_eq!(refused.len(), 2);
}
