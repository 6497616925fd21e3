//! One-time codes: used twice, guessed, stale, and typed as people type them.

use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use cloudsso::domain::Action;

use crate::support::app::TestApp;
use crate::support::http::{Page, Visitor};

fn submit(visitor: &mut Visitor, page: &Page, code: &str) -> Page {
    visitor.submit(&page.form("/login/mfa").with("code", code))
}

#[track_caller]
fn assert_in(page: &Page) {
    assert_eq!((page.status, page.header("location")), (303, Some("/portal")), "{}", page.text());
}

#[track_caller]
fn assert_wrong(page: &Page) {
    assert_eq!((page.status, page.url.path()), (401, "/login/mfa"), "{}", page.text());
    assert!(page.text().contains("That code is not right, or was used before."), "{}", page.text());
    assert!(page.headers("set-cookie").all(|cookie| !cookie.starts_with("cloudsso=")));
}

#[test]
fn a_code_used_twice() {
    let app = TestApp::start();
    let code = app.code("alice");
    let (mut first, page) = app.at_second_factor("alice");
    assert_in(&submit(&mut first, &page, &code));
    let (mut second, page) = app.at_second_factor("alice");
    let refused = submit(&mut second, &page, &code);
    assert_wrong(&refused);
    // Once the next code is shown, the sign-in that waited goes on with it.
    app.advance(Duration::from_secs(30));
    assert_in(&submit(&mut second, &refused, &app.code("alice")));
    assert_eq!(app.events(Action::SecondFactorRefused, &app.user("alice").id), 1);
}

#[test]
fn a_code_used_by_two_at_the_same_moment() {
    let app = TestApp::start();
    for _round in 0..5 {
        app.advance(Duration::from_secs(30));
        let code = app.code("alice");
        let visitors = [app.at_second_factor("alice"), app.at_second_factor("alice")];
        let barrier = Barrier::new(visitors.len());
        let answers = thread::scope(|scope| {
            let submit_at_once = |(mut visitor, page): (Visitor, Page)| {
                let (barrier, code) = (&barrier, &code);
                scope.spawn(move || {
                    barrier.wait();
                    submit(&mut visitor, &page, code)
                })
            };
            let threads = visitors.map(submit_at_once);
            threads.map(|thread| thread.join().unwrap())
        });
        let winners = answers.iter().filter(|page| page.status == 303).count();
        assert_eq!(winners, 1, "{:?}", answers.map(|page| page.status));
    }
}

#[test]
fn an_older_code_after_a_newer_one() {
    let app = TestApp::start();
    let older = app.code_after("alice", -1);
    let (mut first, page) = app.at_second_factor("alice");
    assert_in(&submit(&mut first, &page, &app.code("alice")));
    let (mut second, page) = app.at_second_factor("alice");
    assert_wrong(&submit(&mut second, &page, &older));
    // Before any newer one was used, a code is good for a half-minute more, for clocks that differ.
    let older = app.code_after("bob", -1);
    let (mut bob, page) = app.at_second_factor("bob");
    assert_in(&submit(&mut bob, &page, &older));
}

#[test]
fn a_code_from_too_long_ago_or_from_the_future() {
    let app = TestApp::start();
    let (mut alice, mut page) = app.at_second_factor("alice");
    for steps in [-2, 2] {
        page = submit(&mut alice, &page, &app.code_after("alice", steps));
        assert_wrong(&page);
    }
    assert_in(&submit(&mut alice, &page, &app.code_after("alice", 1)));
}

#[test]
fn codes_are_six_digits_however_they_are_spaced() {
    let app = TestApp::start();
    let (mut alice, mut page) = app.at_second_factor("alice");
    let code = app.code("alice");
    for wrong in [format!("{code}0"), code[1..].to_owned(), String::new(), code.replace(|_| true, "x")] {
        page = submit(&mut alice, &page, &wrong);
        assert_wrong(&page);
    }
    let spaced = format!(" {} {} ", &code[..3], &code[3..]);
    assert_in(&submit(&mut alice, &page, &spaced));
}

#[test]
fn guessing_many_codes_at_the_same_moment() {
    let app = TestApp::start();
    let (visitor, page) = app.at_second_factor("alice");
    let wrong = |number: usize| {
        let codes = [-1, 0, 1].map(|steps| app.code_after("alice", steps));
        let guess = format!("{number:06}");
        if codes.contains(&guess) { "999999".to_owned() } else { guess }
    };
    thread::scope(|scope| {
        for number in 0..16 {
            let (mut visitor, page, guess) = (visitor.clone(), &page, wrong(number));
            scope.spawn(move || submit(&mut visitor, page, &guess));
        }
    });
    let refused = app.events(Action::SecondFactorRefused, &app.user("alice").id);
    assert_eq!(refused, 5, "no more codes were looked at than may be tried");
    let mut late = visitor.clone();
    assert_eq!(submit(&mut late, &page, &app.code("alice")).header("location"), Some("/login"));
    let (mut again, page) = app.at_second_factor("alice");
    assert_in(&submit(&mut again, &page, &app.code("alice")));
}

#[test]
fn a_sign_in_with_five_wrong_codes_is_over() {
    let app = TestApp::start();
    let (mut alice, first) = app.at_second_factor("alice");
    let mut page = submit(&mut alice, &first, "000000");
    for _ in 0..3 {
        assert_wrong(&page);
        page = submit(&mut alice, &page, "000000");
    }
    assert_wrong(&page);
    let thief = alice.clone();
    let last = submit(&mut alice, &page, "000000");
    assert_eq!((last.status, last.header("location")), (303, Some("/login")), "{}", last.text());
    // The right code does not help any more, not even one who kept the cookie.
    for mut visitor in [alice, thief] {
        let late = submit(&mut visitor, &page, &app.code("alice"));
        assert_eq!((late.status, late.header("location")), (303, Some("/login")), "{}", late.text());
        assert_eq!(visitor.cookie(&app.url("/"), "cloudsso"), None);
    }
    // With the password once more it does.
    let (mut alice, page) = app.at_second_factor("alice");
    assert_in(&submit(&mut alice, &page, &app.code("alice")));
}

#[test]
fn the_count_of_wrong_codes_outlives_a_fresh_right_password() {
    let app = TestApp::start();
    let mut wrong = 0;
    let blocked = 'blocked: loop {
        let (mut alice, mut page) = app.at_second_factor("alice");
        for _ in 0..5 {
            page = submit(&mut alice, &page, "000000");
            if page.status == 429 {
                break 'blocked page;
            }
            wrong += 1;
            assert!(wrong <= 20, "never blocked");
            if page.status == 303 {
                break;
            }
        }
    };
    assert_eq!(wrong, 11, "ten are free, and the eleventh asks for a pause");
    assert!(blocked.header("retry-after").unwrap().parse::<u64>().unwrap() > 0);
    let (mut alice, page) = app.at_second_factor("alice");
    assert_eq!(submit(&mut alice, &page, &app.code("alice")).status, 429);
    // Somebody else is not held up by it, and she herself not for long.
    app.sign_in("bob");
    app.advance(Duration::from_secs(60));
    let (mut alice, page) = app.at_second_factor("alice");
    assert_in(&submit(&mut alice, &page, &app.code("alice")));
}
