//! Sign-on and logout with the service providers of others, each a program that knows us by our metadata alone: Mellon
//! in an Apache, pysaml2, and python3-saml in strict mode. A browser goes between them and the product over HTTP.

mod asked;
mod encryption;
mod logout;
mod mellon;
mod name;
mod orphan;
mod outage;
mod portal;
mod program;
mod sign_on;
mod signature;

use cloudsso::base::UserName;
use cloudsso::crypto::{Random, TotpSecret};
use cloudsso::domain::{ApplicationSettings, AttributeExpression, AttributeMapping, PrincipalId, UserSpec};
use cloudsso::service::{credential, user};
use serde_json::json;

use crate::support::app::{Options, TestApp};
use crate::support::http::{Page, Visitor};
use crate::support::totp;

use program::{Kind, ServiceProvider};

/// What alice is called, which needs every escape.
const AWKWARD: &str = "Zo\u{eb} <b>&amp;</b> \"L\u{f6}we\" 'x' ]]> \u{674e} \u{10400}";

/// The product by the clock that strangers go by, with alice and bob.
fn product() -> TestApp {
    let mut app = TestApp::with(Options { is_live: true, is_empty: true, ..Options::default() });
    for (name, shown) in [("alice", AWKWARD), ("bob", "Bob")] {
        let spec =
            json!({ "user_name": name, "display_name": shown, "email": format!("{name}@acme.example") });
        let spec: UserSpec = serde_json::from_value(spec).unwrap();
        assert_eq!(spec.user_name, UserName::parse(name).unwrap());
        user::create(&app.ctx, &app.operator, spec, Vec::new()).unwrap();
        app.equip(name);
    }
    app
}

/// The usual settings, with two attributes.
fn usual() -> ApplicationSettings {
    let attribute = |name: &str, expression: &str| AttributeMapping {
        name: name.to_owned(),
        name_format: None,
        friendly_name: None,
        expression: AttributeExpression::parse(expression).unwrap(),
    };
    ApplicationSettings {
        attributes: vec![attribute("mail", "user.email"), attribute("shown", "user.displayName")],
        ..ApplicationSettings::default()
    }
}

/// Gives somebody a new device, since a code is good once, and the clock is nobody's to move; gives its code.
fn new_code(app: &TestApp, name: &str) -> String {
    let device = TotpSecret::generate(&Random::system()).unwrap();
    let principal = PrincipalId::User(app.user(name).id);
    credential::set_totp_device(&app.ctx, &app.operator, &principal, &device).unwrap();
    totp::code(device.to_base32().expose())
}

/// Signs somebody in on the page that asks for it; gives where that leads in the end.
#[track_caller]
fn sign_in_on(app: &TestApp, browser: &mut Visitor, page: &Page, name: &str) -> Page {
    assert_eq!((page.status, page.url.path()), (200, "/login"), "{}: {}", page.url, page.text());
    let (person, code) = (app.person(name), new_code(app, name));
    let form = page.form("/login").with("username", &person.name).with("password", &person.password);
    let page = browser.submit(&form);
    let page = browser.follow(page);
    assert_eq!((page.status, page.url.path()), (200, "/login/mfa"), "{}", page.text());
    let page = browser.submit(&page.form("/login/mfa").with("code", &code));
    browser.carry(page)
}

/// Somebody's browser, in which they are signed in here.
#[track_caller]
fn signed_in(app: &TestApp, name: &str) -> Visitor {
    let mut browser = app.visitor();
    let page = browser.open(&app.url("/login"));
    let portal = sign_in_on(app, &mut browser, &page, name);
    assert_eq!((portal.status, portal.url.path()), (200, "/portal"), "{}", portal.text());
    browser
}

/// Somebody's browser, in which they are signed in here and at these.
#[track_caller]
fn signed_in_at(app: &TestApp, name: &str, providers: &[&ServiceProvider]) -> Visitor {
    let mut browser = signed_in(app, name);
    for provider in providers {
        let page = browser.open_through(&provider.login(""));
        provider.shown(&page);
    }
    browser
}

/// Whether somebody is signed in here.
fn is_signed_in(app: &TestApp, browser: &mut Visitor) -> bool {
    browser.open(&app.url("/portal")).url.path() == "/portal"
}

/// Signs out here; gives the page that this leads to.
#[track_caller]
fn sign_out(app: &TestApp, browser: &mut Visitor) -> Page {
    let portal = browser.get(&app.url("/portal"));
    browser.submit(&portal.form("/logout"))
}

/// The two that can be asked for anything.
const LIBRARIES: [Kind; 2] = [Kind::Pysaml2, Kind::Python3Saml];
