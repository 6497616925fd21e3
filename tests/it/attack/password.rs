//! Passwords: guessed, and what a wrong one tells.

use std::thread;
use std::time::Duration;

use cloudsso::domain::{Action, Status};
use cloudsso::service::user;

use crate::support::app::{Options, TestApp};
use crate::support::http::{Page, Visitor};

fn attempt(app: &TestApp, visitor: &mut Visitor, name: &str, password: &str) -> Page {
    let page = visitor.open(&app.url("/login"));
    visitor.submit(&page.form("/login").with("username", name).with("password", password))
}

/// A page without what differs from one answer to the next by design.
fn without_chance(page: &Page, name: &str) -> String {
    let nonce = page.header("content-security-policy").unwrap().split_once("'nonce-").unwrap().1;
    let nonce = nonce.split_once('\'').unwrap().0;
    let token = page.csrf_token();
    let body = page.body.replace(nonce, "NONCE").replace(&token, "TOKEN");
    body.replace(page.header("x-request-id").unwrap(), "ID").replace(&format!("value=\"{name}\""), "NAME")
}

#[test]
fn an_unknown_a_disabled_a_passwordless_user_and_a_wrong_password_look_the_same() {
    let app = TestApp::start();
    let bob = app.person("bob").clone();
    user::update_status(&app.ctx, &app.operator, &app.user("bob").id, Status::Disabled).unwrap();
    let attempts = [
        ("alice", "not her password"),
        ("nobody", "not her password"),
        ("bob", bob.password.as_str()),
        ("bob", "not his password"),
        ("carol", "she has none yet"),
        ("carol", ""),
    ];
    let pages = attempts.map(|(name, password)| {
        let page = attempt(&app, &mut app.visitor(), name, password);
        assert_eq!(page.status, 401, "{name}");
        let headers = page.headers("set-cookie").count();
        (without_chance(&page, name), headers)
    });
    for (page, (name, _password)) in pages.iter().zip(attempts) {
        assert_eq!(page, &pages[0], "{name}");
    }
    // The log tells them apart.
    assert_eq!(app.events(Action::PasswordRefused, &app.ctx.name_digest("nobody").unwrap()), 1);
    assert_eq!(app.events(Action::PasswordRefused, &app.user("bob").id), 2);
    let good = attempt(&app, &mut app.visitor(), "alice", &app.person("alice").password);
    assert_eq!((good.status, good.header("location")), (303, Some("/login/mfa")));
}

#[test]
fn a_name_is_the_same_in_whatever_case_and_a_password_is_not() {
    let app = TestApp::start();
    let password = &app.person("alice").password;
    assert_eq!(attempt(&app, &mut app.visitor(), " ALICE ", password).status, 303);
    assert_eq!(attempt(&app, &mut app.visitor(), "alice", &password.to_uppercase()).status, 401);
    assert_eq!(attempt(&app, &mut app.visitor(), "alice", &format!("{password} ")).status, 401);
}

#[test]
fn guessing_many_passwords_at_the_same_moment() {
    let app = TestApp::start();
    let mut visitor = app.visitor();
    let page = visitor.open(&app.url("/login"));
    let form = page.form("/login").with("username", "alice").with("password", "a guess");
    let statuses = thread::scope(|scope| {
        let guess = |mut visitor: Visitor| {
            let form = form.clone();
            scope.spawn(move || visitor.submit(&form).status)
        };
        let guesses: Vec<_> = (0..24).map(|_number| guess(visitor.clone())).collect();
        guesses.into_iter().map(|guess| guess.join().unwrap()).collect::<Vec<_>>()
    });
    // The attempt after the fifth is looked at and brings the first delay; the clock stands still.
    let looked_at = statuses.iter().filter(|status| **status == 401).count();
    assert_eq!(
        (looked_at, statuses.iter().filter(|status| **status == 429).count()),
        (6, 18),
        "{statuses:?}"
    );
    app.advance(Duration::from_secs(1));
    let right = app.person("alice").password.clone();
    assert_eq!(attempt(&app, &mut app.visitor(), "alice", &right).status, 303);
}

#[test]
fn guessing_one_password() {
    let app = TestApp::start();
    let right = app.person("alice").password.clone();
    let mut guesser = app.visitor();
    let at_home = app.visitor();
    for _ in 0..6 {
        assert_eq!(attempt(&app, &mut guesser, "alice", "a guess").status, 401);
    }
    // Even the right one is not looked at now, so a guesser cannot see it in the answer.
    for password in ["a guess", &right] {
        let page = attempt(&app, &mut guesser, "alice", password);
        assert_eq!((page.status, page.header("retry-after")), (429, Some("1")), "{}", page.text());
    }
    assert_eq!(app.events(Action::SignInThrottled, &app.ctx.name_digest("alice").unwrap()), 2);
    // She herself, at another address, is not held up.
    assert_eq!(attempt(&app, &mut at_home.clone(), "alice", &right).status, 303);
    app.advance(Duration::from_secs(1));
    assert_eq!(attempt(&app, &mut guesser, "alice", &right).status, 303);
}

#[test]
fn guessing_at_a_name_that_does_not_exist_is_slowed_down_alike() {
    let app = TestApp::start();
    let mut guesser = app.visitor();
    for _ in 0..6 {
        assert_eq!(attempt(&app, &mut guesser, "nobody", "a guess").status, 401);
    }
    let page = attempt(&app, &mut guesser, "nobody", "a guess");
    assert_eq!((page.status, page.header("retry-after")), (429, Some("1")));
}

#[test]
fn trying_one_password_on_many_names() {
    let app = TestApp::start();
    let mut guesser = app.visitor();
    for number in 0..31 {
        assert_eq!(attempt(&app, &mut guesser, &format!("user{number}"), "Summer2026").status, 401);
    }
    let right = app.person("alice").password.clone();
    assert_eq!(attempt(&app, &mut guesser, "alice", &right).status, 429);
    assert_eq!(attempt(&app, &mut app.visitor(), "alice", &right).status, 303);
    app.advance(Duration::from_secs(60));
    assert_eq!(attempt(&app, &mut guesser, "alice", &right).status, 303);
}

#[test]
fn an_office_behind_one_address_signs_in_freely() {
    let app = TestApp::start();
    let right = app.person("alice").password.clone();
    for _ in 0..40 {
        assert_eq!(attempt(&app, &mut app.visitor_at("203.0.113.5"), "alice", &right).status, 303);
    }
}

#[test]
fn a_forwarded_address_from_who_is_no_proxy_of_ours() {
    let believing = TestApp::start();
    let wary = TestApp::with(Options { trusts_no_proxy: true, ..Options::default() });
    wary.run_due();
    for (app, last) in [(&believing, 401), (&wary, 429)] {
        for number in 0..6 {
            let page = attempt(app, &mut app.visitor_at(&format!("192.0.2.{number}")), "alice", "a guess");
            assert_eq!(page.status, 401);
        }
        let page = attempt(app, &mut app.visitor_at("192.0.2.100"), "alice", "a guess");
        assert_eq!(page.status, last);
    }
}

#[test]
fn what_a_client_writes_in_front_of_its_proxy_s_word() {
    let app = TestApp::start();
    for number in 0..6 {
        let forged = format!("192.0.2.{number}, 198.51.100.7");
        assert_eq!(attempt(&app, &mut app.visitor_at(&forged), "alice", "a guess").status, 401);
    }
    for forged in ["192.0.2.100, 198.51.100.7", "nobody, 198.51.100.7", "\u{e9}, 198.51.100.7"] {
        assert_eq!(attempt(&app, &mut app.visitor_at(forged), "alice", "a guess").status, 429, "{forged}");
    }
    assert_eq!(attempt(&app, &mut app.visitor_at("198.51.100.8"), "alice", "a guess").status, 401);
}
