//! Forms that another site, another browser or a script sends in somebody's name.

use cloudsso::domain::Action;

use crate::support::app::TestApp;
use crate::support::http::{Form, Page, Visitor};
use crate::support::person::offered_roles;

/// A form that works, whoever may send it, and a look at whether it did.
struct Target {
    name: &'static str,
    visitor: Visitor,
    form: Form,
}

/// Every form of the product, ready to be sent.
fn targets(app: &TestApp) -> Vec<Target> {
    let mut stranger = app.visitor();
    let alice = app.person("alice").clone();
    let login = stranger.open(&app.url("/login")).form("/login");
    let login = login.with("username", &alice.name).with("password", &alice.password);
    let (signed_in, portal) = app.sign_in("alice");
    app.advance(std::time::Duration::from_secs(30));
    let (bob, page) = app.at_second_factor("bob");
    let code = page.form("/login/mfa").with("code", &app.code("bob"));
    let stage = |name: &str, must_change, path: &str| {
        app.set_password(name, "nine tired owls", must_change);
        let mut visitor = app.visitor();
        let page = visitor.open(&app.url("/login"));
        let form = page.form("/login").with("username", name).with("password", "nine tired owls");
        let page = visitor.submit(&form);
        let page = visitor.follow(page);
        assert_eq!(page.url.path(), path);
        (visitor, page.form(path))
    };
    let (enrolling, enrolment) = stage("carol", false, "/login/mfa/enrolment");
    let (choosing, password) = stage("dora", true, "/login/password");
    let password =
        password.with("new_password", "ten tired owls").with("new_password_again", "ten tired owls");
    vec![
        Target { name: "sign-in", visitor: stranger, form: login },
        Target { name: "code", visitor: bob, form: code },
        Target { name: "enrolment", visitor: enrolling, form: enrolment.with("code", "000000") },
        Target { name: "password", visitor: choosing, form: password },
        Target { name: "console", visitor: signed_in.clone(), form: offered_roles(&portal)[0].form.clone() },
        Target { name: "sign-out", visitor: signed_in, form: portal.form("/logout") },
    ]
}

#[track_caller]
fn assert_forged(name: &str, how: &str, page: &Page) {
    assert_eq!(page.status, 403, "{name}, {how}: {}", page.text());
    assert!(page.text().contains("was not sent from this site"), "{name}, {how}: {}", page.text());
    assert!(!page.body.contains("SAMLResponse"), "{name}, {how}");
    assert_eq!(page.header("set-cookie"), None, "{name}, {how}");
}

#[test]
fn a_form_of_another_site() {
    let app = TestApp::start();
    let mut stranger = app.visitor();
    let foreign_token = stranger.open(&app.url("/login")).csrf_token();
    let targets = targets(&app);
    let sessions = app.events(Action::RoleSsoIssued, &app.account("one"));
    for Target { name, visitor, form } in &targets {
        let old = visitor.clone().without_fetch_metadata();
        // A browser that knows nothing of SameSite, or a page of this very site's neighbour.
        let crossing = old.clone().with_header("Sec-Fetch-Site", "cross-site");
        let neighbour = "http://localhost:1/";
        let forgeries = [
            ("no token", visitor, form.clone().without("csrf_token")),
            ("an empty token", visitor, form.clone().with("csrf_token", "")),
            ("another browser's token", visitor, form.clone().with("csrf_token", &foreign_token)),
            ("another site", &crossing, form.clone()),
            ("another port of this host", visitor, form.clone().sent_from(neighbour)),
            ("another port, in an old browser", &old, form.clone().sent_from(neighbour)),
        ];
        for (how, visitor, form) in forgeries {
            assert_forged(name, how, &visitor.clone().submit(&form));
        }
    }
    // Nothing came of all that: every form still does what it is for.
    assert_eq!(app.events(Action::RoleSsoIssued, &app.account("one")), sessions);
    let honest = [
        ("sign-in", 303, Some("/login/mfa")),
        ("code", 303, Some("/portal")),
        ("enrolment", 401, None),
        ("password", 303, Some("/login/mfa/enrolment")),
        ("console", 200, None),
        ("sign-out", 303, Some("/login?signedOut")),
    ];
    for (mut target, (name, status, location)) in targets.into_iter().zip(honest) {
        // An old browser tells of its site by Origin alone.
        let form = target.form.clone();
        let page = match name {
            "code" => target.visitor.without_fetch_metadata().submit(&form),
            _ => target.visitor.submit(&form),
        };
        assert_eq!((target.name, page.status, page.header("location")), (name, status, location));
    }
}

#[test]
fn a_token_of_another_session_of_the_same_person() {
    let app = TestApp::start();
    let (_there, elsewhere) = app.sign_in("alice");
    let (mut alice, portal) = app.sign_in("alice");
    let form = portal.form("/logout");
    let forged = alice.submit(&form.clone().with("csrf_token", &elsewhere.csrf_token()));
    assert_forged("sign-out", "another session's token", &forged);
    assert_eq!(alice.open(&app.url("/portal")).url.path(), "/portal");
    assert_eq!(alice.submit(&form).status, 303);
}

#[test]
fn a_field_sent_twice() {
    let app = TestApp::start();
    let (mut alice, page) = app.at_second_factor("alice");
    let form = page.form("/login/mfa").with("code", "000000");
    let twice = alice.submit(&form.clone().with_another("code", &app.code("alice")));
    assert_eq!(twice.status, 400, "{}", twice.text());
    let twice = alice.submit(&form.clone().with_another("csrf_token", "x"));
    assert_eq!(twice.status, 400, "{}", twice.text());
    assert_eq!(alice.submit(&form.with("code", &app.code("alice"))).status, 303);
}

#[test]
fn a_body_that_is_no_form_or_too_long_a_one() {
    let app = TestApp::start();
    let (alice, page) = app.at_second_factor("alice");
    let form = page.form("/login/mfa").with("code", &app.code("alice"));
    for kind in ["text/plain", "application/json", "multipart/form-data; boundary=a", ""] {
        let answer = alice.clone().with_header("Content-Type", kind).submit(&form);
        assert_eq!(answer.status, 400, "{kind}: {}", answer.text());
    }
    let long = alice.clone().submit(&form.clone().with("padding", &"x".repeat(20_000)));
    assert!((400..500).contains(&long.status), "{}", long.status);
    assert!(long.header("content-security-policy").is_some() && long.header("x-request-id").is_some());
    let kind = "Application/X-WWW-Form-URLencoded; charset=UTF-8";
    assert_eq!(alice.clone().with_header("Content-Type", kind).submit(&form).status, 303);
}

#[test]
fn a_form_sent_by_get() {
    let app = TestApp::start();
    let (mut alice, portal) = app.sign_in("alice");
    for form in [portal.form("/logout"), offered_roles(&portal)[0].form.clone()] {
        let page = alice.get(form.action.as_str());
        assert_eq!(page.status, 405, "{}", form.action);
    }
    assert_eq!(alice.open(&app.url("/portal")).url.path(), "/portal");
}
