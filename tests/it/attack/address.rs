//! Addresses: where sign-in and console lead, and by which names the product answers.

use cloudsso::domain::Action;

use crate::support::app::{Options, TestApp};
use crate::support::http::Visitor;
use crate::support::person::{Console, offered_roles};

fn sign_in_with_next(app: &TestApp, next: &str) -> String {
    app.advance(std::time::Duration::from_secs(30));
    let mut alice = app.visitor();
    let page = alice.open(&app.url("/login"));
    let person = app.person("alice");
    let form = page.form("/login").with("username", &person.name).with("password", &person.password);
    let page = alice.submit(&form.with("next", next));
    let page = alice.follow(page);
    let page = alice.submit(&page.form("/login/mfa").with("code", &app.code("alice")));
    assert_eq!(page.status, 303, "{}", page.text());
    page.header("location").unwrap().to_owned()
}

#[test]
fn a_sign_in_that_leads_to_another_site() {
    let app = TestApp::start();
    for next in [
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example/",
        "http:evil.example",
        "javascript:alert(1)",
        "/portal\r\nSet-Cookie: cloudsso=x",
        "/\t/evil.example",
        "evil.example",
        "",
    ] {
        assert_eq!(sign_in_with_next(&app, next), "/portal", "{next:?}");
    }
    assert_eq!(sign_in_with_next(&app, "/portal?q=two"), "/portal?q=two");
}

#[test]
fn the_same_for_who_is_signed_in_already() {
    let app = TestApp::start();
    let (mut alice, _portal) = app.sign_in("alice");
    for (next, expected) in [
        ("//evil.example", "/portal"),
        ("/%5Cevil.example", "/%5Cevil.example"),
        ("https://evil.example", "/portal"),
    ] {
        let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish();
        let page = alice.get(&app.url(&format!("/login?{query}")));
        assert_eq!(page.header("location"), Some(expected), "{next}");
    }
}

#[test]
fn a_console_that_leads_to_another_site() {
    let app = TestApp::start();
    let (mut alice, portal) = app.sign_in("alice");
    let role = &offered_roles(&portal)[0];
    let origin = app.console_url.strip_suffix("/console").unwrap().to_owned();
    let foreign = [
        "https://evil.example/".to_owned(),
        "//evil.example/".to_owned(),
        "javascript:alert(1)".to_owned(),
        format!("{origin}.evil.example/"),
        format!("{origin}@evil.example/"),
        format!("{origin}1/console"),
        format!("{origin}\\@evil.example"),
    ];
    for relay_state in &foreign {
        let page = alice.submit(&role.form.clone().with("RelayState", relay_state));
        assert_eq!(page.status, 400, "{relay_state}: {}", page.text());
        assert!(!page.body.contains("SAMLResponse"), "{relay_state}");
    }
    assert_eq!(app.events(Action::RoleSsoIssued, &app.account("one")), 0, "nothing was issued");
    let own = format!("{}?tab=policies", app.console_url);
    let carrier = alice.submit(&role.form.clone().with("RelayState", &own));
    let form = carrier.form("/saml-role/sso");
    assert_eq!(form.field("RelayState"), Some(own.as_str()));
    let page = alice.submit(&form);
    let page = alice.follow(page);
    assert_eq!(page.url.query(), Some("tab=policies"));
    assert_eq!(Console::read(&page).account_id, role.account_id);
}

#[test]
fn a_host_that_is_none_of_ours() {
    let app = TestApp::start();
    let ask = |host: &str| Visitor::new().with_header("Host", host).get(&app.url("/login"));
    let port = url::Url::parse(&app.url("/")).unwrap().port().unwrap();
    for foreign in
        ["evil.example", "localhost.evil.example", "evil.example:80", "localhost:1", "127.0.0.2", "[::2]"]
    {
        let page = ask(foreign);
        assert_eq!(page.status, 421, "{foreign}");
        assert_eq!(page.header("set-cookie"), None, "{foreign}");
        assert!(!page.body.contains("password"), "{foreign}");
        assert!(page.header("content-security-policy").is_some(), "{foreign}");
    }
    for own in ["localhost", "LOCALHOST", "127.0.0.1", "[::1]"] {
        for host in [own.to_owned(), format!("{own}:{port}")] {
            assert_eq!(ask(&host).status, 200, "{host}");
        }
    }
}

#[test]
fn a_public_address_is_served_beside_the_loopback_s() {
    let app = TestApp::with(Options { public_url: Some("https://sso.acme.example"), ..Options::default() });
    app.run_due();
    let ask = |host: &str| Visitor::new().with_header("Host", host).get(&app.url("/login")).status;
    for own in ["sso.acme.example", "sso.acme.example:443", "SSO.Acme.Example", "localhost"] {
        assert_eq!(ask(own), 200, "{own}");
    }
    for foreign in
        ["acme.example", "evil.sso.acme.example", "sso.acme.example.evil.example", "sso.acme.example:8443"]
    {
        assert_eq!(ask(foreign), 421, "{foreign}");
    }
}
