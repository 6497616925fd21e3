//! B17: the page that carries a Response.

use cloudsso::domain::{Application, ApplicationSettings};

use super::super::sign_in_on;
use super::provider::{Provider, registered};
use super::request::form;
use super::{Answer, Scene};
use crate::support::app::TestApp;
use crate::support::http::Page;

fn policy(page: &Page) -> Vec<&str> {
    page.header("content-security-policy").unwrap().split("; ").collect()
}

fn directive<'a>(page: &'a Page, name: &str) -> &'a str {
    policy(page).into_iter().find_map(|part| part.strip_prefix(name)).unwrap().trim()
}

#[track_caller]
fn assert_guarded(page: &Page, site: &str) {
    assert_eq!(page.headers("content-security-policy").count(), 1);
    assert_eq!(policy(page).len(), 7, "{:?}", policy(page));
    assert_eq!(directive(page, "default-src"), "'none'");
    // The site and, where it is one of the internet, the domain that it leads on within.
    let host = site.strip_prefix("https://").and_then(|host| host.split(':').next());
    let domain = host.map_or_else(String::new, |host| format!(" https://*.{host}"));
    assert_eq!(directive(page, "form-action"), format!("'self' {site}{domain}"));
    assert_eq!(directive(page, "frame-ancestors"), "'none'");
    assert_eq!(directive(page, "base-uri"), "'none'");
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert_eq!(page.header("referrer-policy"), Some("same-origin"));
    assert_eq!(page.headers("set-cookie").count(), 0);
    let nonce = directive(page, "script-src").strip_prefix("'nonce-").unwrap().strip_suffix('\'').unwrap();
    for script in page.body.split("<script").skip(1) {
        assert!(script.contains(&format!("nonce=\"{nonce}\"")), "{script}");
    }
}

fn at(url: &'static str) -> impl FnOnce(&TestApp) -> (Provider, Application) {
    move |app| {
        let provider = Provider { acs: vec![(url.to_owned(), None)], ..Provider::new("wiki") };
        let application = provider.register(app, ApplicationSettings::default(), &["alice"]);
        (provider, application)
    }
}

#[test]
fn b17_no_page_with_a_response_is_kept_framed_or_sent_elsewhere() {
    let mut scene = Scene::new(at("https://wiki.example:8443/saml/acs?a=1"));
    let site = "https://wiki.example:8443";
    let page = scene.request().redirect(&scene.app, &mut scene.alice);
    Answer::posted(&page);
    assert_guarded(&page, site);
    let other = scene.request().redirect(&scene.app, &mut scene.alice);
    assert_ne!(directive(&page, "script-src"), directive(&other, "script-src"), "a nonce is used once");
    let hop = scene.alice.submit(&form(&scene.app, &scene.provider, &scene.request().xml(), None));
    assert_eq!(hop.header("cache-control"), Some("no-store"));
    assert_guarded(&scene.alice.follow(hop), site);
    // A refusal that is posted by itself, and one that the person posts.
    let passive = scene.request().with("IsPassive", "true").redirect(&scene.app, &mut scene.app.visitor());
    assert_guarded(&passive, site);
    let (mut bob, _portal) = scene.app.sign_in("bob");
    let denied = scene.request().redirect(&scene.app, &mut bob);
    assert_eq!(denied.status, 403);
    assert_guarded(&denied, site);
    // Pages without a Response lead nowhere else.
    let login = scene.request().open(&scene.app, &mut scene.app.visitor());
    assert_eq!(directive(&login, "form-action"), "'self'");
}

#[test]
fn b17_an_address_and_a_state_with_markup_in_them_are_text() {
    const EVIL: &str = "https://wiki.example/acs?a=\"><script>alert(1)</script>&b='x'";
    let mut scene = Scene::new(at(EVIL));
    let state = "\"><script>alert(2)</script>'&lt;";
    let page = scene.alice.get(&scene.request().url(&scene.app, Some(state), None));
    assert!(!page.body.contains("<script>alert"), "{}", page.body);
    assert_guarded(&page, "https://wiki.example");
    let answer = Answer::posted(&page);
    assert_eq!(answer.relay_state.as_deref(), Some(state));
    assert!(answer.acs.starts_with("https://wiki.example/acs?a=%22%3E%3Cscript%3E"), "{}", answer.acs);
    assert!(
        answer.xml.contains("Recipient=\"https://wiki.example/acs?a=&quot;>&lt;script>"),
        "{}",
        answer.xml
    );
}

#[test]
fn b17_no_address_can_write_into_the_policy_of_a_page() {
    let app = TestApp::start();
    for url in [
        "https://wiki.example;script-src/acs",
        "https://wiki.example,default-src/acs",
        "https://wiki.example'unsafe-inline'/acs",
        "https://*/acs",
        "https://*.example/acs",
        "https://",
        "https://wiki.example:port/acs",
        "https://wiki.example:99999/acs",
        "https://[::1/acs",
        "https://user@wiki.example/acs",
        "https://user:password@wiki.example/acs",
    ] {
        let provider = Provider { acs: vec![(url.to_owned(), None)], ..Provider::new("wiki") };
        let outcome = provider.try_register(&app, ApplicationSettings::default(), &["alice"]);
        assert!(outcome.is_err(), "{url}");
        assert_eq!(super::super::code(outcome), "InvalidParameter.Metadata", "{url}");
    }
    for url in [
        "https://wiki.example/acs",
        "http://[::1]:8080/acs",
        "http://127.0.0.1/acs",
        "https://w\u{fc}.example/acs",
    ] {
        let provider = Provider {
            acs: vec![(url.to_owned(), None)],
            name: format!("at {url}").chars().take(60).collect(),
            entity_id: url.to_owned(),
            ..Provider::new("wiki")
        };
        provider.register(&app, ApplicationSettings::default(), &["alice"]);
    }
}

#[test]
fn b17_the_page_that_was_left_gives_no_second_way_in() {
    let mut scene = Scene::new(registered);
    let mut browser = scene.app.visitor();
    let request = scene.request();
    let page = request.open(&scene.app, &mut browser);
    let page = sign_in_on(&scene.app, &mut browser, &page, "alice");
    let address = page.url.clone();
    Answer::posted(&page).told(&scene.app, &scene.provider, Some(request.id()));
    let form = browser.get(&scene.app.url("/portal")).form("/logout");
    browser.submit(&form);
    // The way back leads to the sign-in, and to the page that was there nobody else.
    for mut visitor in [browser, scene.app.visitor()] {
        let page = visitor.open(address.as_str());
        assert_eq!(page.url.path(), "/login");
        assert!(!page.body.contains("SAMLResponse"));
    }
    assert_eq!(scene.alice.get(address.as_str()).status, 200, "but for whoever may enter");
}
