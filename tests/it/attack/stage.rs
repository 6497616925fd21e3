//! The stages of a sign-in: skipped, swapped, outlived; enrolment and the first own password.

use std::thread;
use std::time::Duration;

use cloudsso::domain::Action;

use crate::support::app::TestApp;
use crate::support::http::{Page, Visitor};
use crate::support::totp;

const STAGES: [&str; 3] = ["/login/mfa", "/login/mfa/enrolment", "/login/password"];

/// After the first factor, wherever that leads.
fn after_password(app: &TestApp, name: &str, password: &str) -> (Visitor, Page) {
    let mut visitor = app.visitor();
    let page = visitor.open(&app.url("/login"));
    let page = visitor.submit(&page.form("/login").with("username", name).with("password", password));
    let page = visitor.follow(page);
    (visitor, page)
}

/// The key that an enrolment page shows, for typing.
fn key(page: &Page) -> String {
    let (_before, key) = page.body.split_once("<code class=\"key\"").unwrap();
    let (key, _behind) = key.split_once("</code>").unwrap();
    let groups = key.split("<span>").skip(1).map(|group| group.split_once('<').unwrap().0);
    groups.collect()
}

fn code(app: &TestApp, key: &str) -> String {
    totp::code_at(key, u64::try_from(app.clock.now().seconds()).unwrap())
}

#[track_caller]
fn assert_begins_again(visitor: &Visitor, page: &Page, app: &TestApp) {
    assert_eq!((page.status, page.header("location")), (303, Some("/login")), "{}", page.text());
    assert_eq!(visitor.cookie(&app.url("/"), "cloudsso"), None);
}

#[test]
fn the_second_factor_without_the_first() {
    let app = TestApp::start();
    let mut visitor = app.visitor();
    let login = visitor.open(&app.url("/login"));
    for path in STAGES {
        let page = visitor.get(&app.url(path));
        assert_begins_again(&visitor, &page, &app);
        let form = login.form("/login").sent_to(&app.url(path)).with("code", &app.code("alice"));
        let page = visitor.submit(&form.with("new_password", "a").with("new_password_again", "a"));
        assert_begins_again(&visitor, &page, &app);
    }
    let (mut alice, page) = app.at_second_factor("alice");
    let page = alice.submit(&page.form("/login/mfa").with("code", &app.code("alice")));
    assert_eq!(page.header("location"), Some("/portal"));
}

#[test]
fn a_forged_sign_in_token() {
    let app = TestApp::start();
    let (alice, _page) = app.at_second_factor("alice");
    let token = alice.cookie(&app.url("/"), "cloudsso-sign-in").unwrap().to_owned();
    let mut last = token.clone();
    last.replace_range(last.len() - 1.., if last.ends_with('A') { "B" } else { "A" });
    for forged in [last.as_str(), &token[1..], "", "'", &token.to_ascii_lowercase()] {
        let mut thief = app.visitor().with_cookie(&app.url("/"), "cloudsso-sign-in", forged);
        let page = thief.get(&app.url("/login/mfa"));
        assert_begins_again(&thief, &page, &app);
    }
    // A sign-in's token opens no session, under whatever name it is sent.
    let mut thief = app.visitor().with_cookie(&app.url("/"), "cloudsso", &token);
    assert_eq!(thief.open(&app.url("/portal")).url.path(), "/login");
}

#[test]
fn a_sign_in_at_another_stage_than_its_own() {
    let app = TestApp::start();
    let (mut alice, page) = app.at_second_factor("alice");
    for path in ["/login/mfa/enrolment", "/login/password"] {
        let answer = alice.get(&app.url(path));
        assert_eq!(answer.header("location"), Some("/login/mfa"), "{path}");
        let form = page.form("/login/mfa").sent_to(&app.url(path)).with("code", &app.code("alice"));
        let form =
            form.with("new_password", "an attacker's own").with("new_password_again", "an attacker's own");
        let answer = alice.submit(&form);
        assert_eq!(answer.header("location"), Some("/login/mfa"), "{path}");
        assert_eq!(alice.cookie(&app.url("/"), "cloudsso"), None);
    }
    let (_mallory, page) = after_password(&app, "alice", "an attacker's own");
    assert_eq!(page.status, 401);
    app.sign_in("alice");
}

#[test]
fn a_sign_in_left_for_ten_minutes() {
    let app = TestApp::start();
    let (mut quick, page) = app.at_second_factor("alice");
    let (mut slow, _page) = app.at_second_factor("alice");
    app.advance(Duration::from_secs(599));
    let answer = quick.submit(&page.form("/login/mfa").with("code", &app.code("alice")));
    assert_eq!(answer.header("location"), Some("/portal"));
    app.advance(Duration::from_secs(1));
    let answer = slow.submit(&page.form("/login/mfa").with("code", &app.code_after("alice", 1)));
    // Its forms belong to another browser here; its own page is gone as well.
    assert_eq!(answer.status, 403);
    let answer = slow.get(&app.url("/login/mfa"));
    assert_begins_again(&slow, &answer, &app);
}

#[test]
fn a_first_device_is_bound_once_and_shown_the_same_secret_twice() {
    let app = TestApp::start();
    app.set_password("carol", "nine tired owls", false);
    let (mut carol, page) = after_password(&app, "carol", "nine tired owls");
    assert_eq!(page.url.path(), "/login/mfa/enrolment");
    let key = key(&page);
    assert!(page.body.contains("<svg"), "no picture to scan");
    assert!(page.body.contains(&format!("secret={key}")), "another key in the link: {}", page.body);
    let again = carol.open(&app.url("/login/mfa/enrolment"));
    assert_eq!(self::key(&again), key);
    let wrong = carol.submit(&again.form("/enrolment").with("code", "000000"));
    assert_eq!((wrong.status, self::key(&wrong)), (401, key.clone()));

    let code = code(&app, &key);
    let done = carol.submit(&wrong.form("/enrolment").with("code", &code));
    assert_eq!((done.status, done.header("location")), (303, Some("/portal")), "{}", done.text());
    assert_eq!(carol.follow(done).status, 200);
    // From now on the device is asked for, and the code that bound it is used up.
    let (mut carol, page) = after_password(&app, "carol", "nine tired owls");
    assert_eq!(page.url.path(), "/login/mfa");
    let refused = carol.submit(&page.form("/login/mfa").with("code", &code));
    assert_eq!(refused.status, 401);
    app.advance(Duration::from_secs(30));
    let done = carol.submit(&refused.form("/login/mfa").with("code", &self::code(&app, &key)));
    assert_eq!(done.header("location"), Some("/portal"));
}

#[test]
fn an_enrolment_page_opened_twice_at_once() {
    let app = TestApp::start();
    app.set_password("carol", "nine tired owls", false);
    for _round in 0..5 {
        let mut carol = app.visitor();
        let page = carol.open(&app.url("/login"));
        let form = page.form("/login").with("username", "carol").with("password", "nine tired owls");
        assert_eq!(carol.submit(&form).header("location"), Some("/login/mfa/enrolment"));
        let keys = thread::scope(|scope| {
            let tab = || {
                let (mut tab, url) = (carol.clone(), app.url("/login/mfa/enrolment"));
                scope.spawn(move || key(&tab.get(&url)))
            };
            let tabs = [tab(), tab(), tab(), tab()];
            tabs.map(|tab| tab.join().unwrap())
        });
        assert_eq!(keys, [(); 4].map(|()| keys[0].clone()));
    }
}

#[test]
fn a_second_device_slipped_in_beside_the_first() {
    let app = TestApp::start();
    app.set_password("carol", "nine tired owls", false);
    let (mut carol, own) = after_password(&app, "carol", "nine tired owls");
    let (mut thief, theirs) = after_password(&app, "carol", "nine tired owls");
    assert_ne!(key(&own), key(&theirs));
    let done = carol.submit(&own.form("/enrolment").with("code", &code(&app, &key(&own))));
    assert_eq!(done.header("location"), Some("/portal"));
    let late = thief.submit(&theirs.form("/enrolment").with("code", &code(&app, &key(&theirs))));
    assert_begins_again(&thief, &late, &app);
    let (_carol, page) = after_password(&app, "carol", "nine tired owls");
    assert_eq!(page.url.path(), "/login/mfa");
}

#[test]
fn a_password_given_for_the_first_time_only() {
    let app = TestApp::start();
    app.set_password("alice", "welcome on board", true);
    let (mut alice, mut page) = after_password(&app, "alice", "welcome on board");
    assert_eq!(page.url.path(), "/login/password");
    let choose = |page: &Page, password: &str, again: &str| {
        page.form("/login/password").with("new_password", password).with("new_password_again", again)
    };
    for (password, again, reason) in [
        ("password1", "password1", "commonest"),
        ("short", "short", "8 to 256"),
        ("alice-alice", "alice-alice", "made of your name"),
        ("Acme2026!", "Acme2026!", "made of your name"),
        ("aaaaaaaaaaaa", "aaaaaaaaaaaa", "too few"),
        ("welcome on board", "welcome on board", "must differ"),
        ("twelve blue boats", "twelve blue goats", "not the same"),
    ] {
        page = alice.submit(&choose(&page, password, again));
        assert_eq!((page.status, page.url.path()), (400, "/login/password"), "{password}: {}", page.text());
        assert!(page.text().contains(reason), "{password}: {}", page.text());
        assert!(!page.body.contains(password), "{password} comes back in the page");
    }
    // Nothing of that opened anything, or was kept.
    assert_eq!(alice.get(&app.url("/login/mfa")).header("location"), Some("/login/password"));
    assert_eq!(after_password(&app, "alice", "Acme2026!").1.status, 401);

    let done = alice.submit(&choose(&page, "twelve blue boats", "twelve blue boats"));
    assert_eq!(done.header("location"), Some("/login/mfa"), "{}", done.text());
    let page = alice.follow(done);
    let done = alice.submit(&page.form("/login/mfa").with("code", &app.code("alice")));
    assert_eq!(done.header("location"), Some("/portal"));
    assert_eq!(app.events(Action::PasswordSet, &app.user("alice").id), 3);
    assert_eq!(after_password(&app, "alice", "welcome on board").1.status, 401);
    assert_eq!(after_password(&app, "alice", "twelve blue boats").1.url.path(), "/login/mfa");
}
