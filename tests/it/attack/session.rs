//! Sessions: outlived, stolen, fixed, tampered with.

use std::time::Duration;

use crate::support::app::{Options, TestApp};

const HOUR: Duration = Duration::from_secs(3600);

fn is_in(app: &TestApp, visitor: &mut crate::support::http::Visitor) -> bool {
    visitor.open(&app.url("/portal")).url.path() == "/portal"
}

#[test]
fn a_session_left_alone_for_an_hour() {
    let app = TestApp::start();
    let (mut busy, _portal) = app.sign_in("alice");
    let (mut idle, _portal) = app.sign_in("bob");
    app.advance(HOUR - Duration::from_secs(61));
    assert!(is_in(&app, &mut busy));
    app.advance(Duration::from_secs(61));
    assert!(is_in(&app, &mut busy));
    assert!(!is_in(&app, &mut idle));
}

#[test]
fn a_session_kept_busy_for_eight_hours() {
    let app = TestApp::start();
    let (mut alice, _portal) = app.sign_in("alice");
    for _ in 0..15 {
        app.advance(HOUR / 2);
        assert!(is_in(&app, &mut alice));
    }
    app.advance(HOUR / 2 - Duration::from_secs(1));
    assert!(is_in(&app, &mut alice));
    app.advance(Duration::from_secs(1));
    assert!(!is_in(&app, &mut alice));
}

#[test]
fn the_cookie_of_before_a_new_sign_in() {
    let app = TestApp::start();
    let (mut alice, _portal) = app.sign_in("alice");
    let mut thief = alice.clone();
    let before = alice.cookie(&app.url("/"), "cloudsso").unwrap().to_owned();
    // Whoever is signed in is not asked again; somebody who was sent to the code page is.
    let login = alice.clone().without_session(&app.url("/")).open(&app.url("/login")).form("/login");
    let person = app.person("alice").clone();
    let page = alice.submit(&login.with("username", &person.name).with("password", &person.password));
    let page = alice.follow(page);
    app.advance(Duration::from_secs(30));
    assert!(is_in(&app, &mut thief), "it ends no sooner than the new one begins");
    let page = alice.submit(&page.form("/login/mfa").with("code", &app.code("alice")));
    assert_eq!(page.status, 303, "{}", page.text());
    assert_ne!(alice.cookie(&app.url("/"), "cloudsso").unwrap(), before);
    assert!(is_in(&app, &mut alice));
    assert!(!is_in(&app, &mut thief));
}

#[test]
fn a_session_of_before_the_password_was_reset() {
    let app = TestApp::start();
    let (mut thief, _portal) = app.sign_in("alice");
    let (mut half, page) = app.at_second_factor("alice");
    let (mut bob, _portal) = app.sign_in("bob");
    app.set_password("alice", "welcome back", true);
    assert!(!is_in(&app, &mut thief));
    app.advance(Duration::from_secs(30));
    let late = half.submit(&page.form("/login/mfa").with("code", &app.code("alice")));
    assert_eq!(late.header("location"), Some("/login"), "{}", late.text());
    assert!(is_in(&app, &mut bob));
}

#[test]
fn a_session_chosen_by_somebody_else() {
    let app = TestApp::start();
    let (mallory, _portal) = app.sign_in("bob");
    let theirs = mallory.cookie(&app.url("/"), "cloudsso").unwrap().to_owned();
    for fixed in ["chosen-by-mallory", &theirs] {
        app.advance(Duration::from_secs(30));
        let mut victim = app.visitor();
        let page = app.person("alice").give_password(&mut victim, &app.url("/login"));
        let page = victim.follow(page);
        let mut victim = victim.with_cookie(&app.url("/"), "cloudsso", fixed);
        let page = victim.submit(&page.form("/login/mfa").with("code", &app.code("alice")));
        assert_eq!(page.status, 303, "{}", page.text());
        assert_ne!(victim.cookie(&app.url("/"), "cloudsso"), Some(fixed));
        let mut thief = app.visitor().with_cookie(&app.url("/"), "cloudsso", fixed);
        assert!(!is_in(&app, &mut thief));
        assert!(is_in(&app, &mut victim));
    }
}

#[test]
fn a_tampered_cookie() {
    let app = TestApp::start();
    let (alice, _portal) = app.sign_in("alice");
    let token = alice.cookie(&app.url("/"), "cloudsso").unwrap().to_owned();
    assert!(token.len() >= 43, "fewer than 256 bits: {token}");
    let longer = format!("{token}A");
    for forged in ["", "a", "%00", "' OR '1'='1", &token[1..], &longer, &token.to_ascii_uppercase()] {
        let mut thief = app.visitor().with_cookie(&app.url("/"), "cloudsso", forged);
        assert!(!is_in(&app, &mut thief), "{forged}");
    }
    assert!(is_in(&app, &mut app.visitor().with_cookie(&app.url("/"), "cloudsso", &token)));
}

#[test]
fn a_token_read_from_the_database() {
    use cloudsso::crypto::token;
    let app = TestApp::start();
    let (alice, _portal) = app.sign_in("alice");
    let stored = token::digest(alice.cookie(&app.url("/"), "cloudsso").unwrap());
    let find = |digest: &str| app.store.read(|conn| cloudsso::storage::session::find(conn, digest)).unwrap();
    assert!(find(&stored).is_some(), "sessions are stored by the digest of their token");
    let mut thief = app.visitor().with_cookie(&app.url("/"), "cloudsso", &stored);
    assert!(!is_in(&app, &mut thief));
}

/// The one `Set-Cookie` of that name among those that a sign-in brings.
fn session_cookie(app: &TestApp, name: &str) -> Vec<String> {
    let (mut alice, page) = app.at_second_factor("alice");
    let page = alice.submit(&page.form("/login/mfa").with("code", &app.code("alice")));
    let cookie = page.headers("set-cookie").find(|cookie| cookie.starts_with(&format!("{name}=")));
    let cookie = cookie.unwrap_or_else(|| panic!("no {name}"));
    let mut flags: Vec<_> = cookie.split("; ").skip(1).map(str::to_owned).collect();
    flags.sort();
    flags
}

#[test]
fn the_session_cookie_is_for_this_host_and_for_no_script() {
    let app = TestApp::start();
    assert_eq!(session_cookie(&app, "cloudsso"), ["HttpOnly", "Path=/", "SameSite=Lax"]);
    let (mut alice, _portal) = app.sign_in("bob");
    assert_eq!(alice.get(&app.url("/portal")).header("strict-transport-security"), None);

    let app = TestApp::with(Options { public_url: Some("https://sso.acme.example"), ..Options::default() });
    app.run_due();
    assert_eq!(session_cookie(&app, "__Host-cloudsso"), ["HttpOnly", "Path=/", "SameSite=Lax", "Secure"]);
    let page = app.visitor().get(&app.url("/login"));
    assert!(page.header("strict-transport-security").unwrap().starts_with("max-age=31536000"));
    assert!(
        page.headers("set-cookie").all(|cookie| cookie.starts_with("__Host-") && cookie.contains("Secure"))
    );
}
