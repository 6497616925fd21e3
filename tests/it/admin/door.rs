//! Who is let in, and what everybody else finds.

use cloudsso::base::UserName;
use cloudsso::domain::{ApplicationSettings, Status};
use cloudsso::service::{administrator, application, keys};

use super::{Provider, equip, root, sign_in_at, wiki};
use crate::support::app::TestApp;

/// Every page of the desk; `{id}` is an application.
const PAGES: [&str; 18] = [
    "/admin",
    "/admin/applications",
    "/admin/applications/new",
    "/admin/applications/new/template/aws",
    "/admin/applications/new/metadata",
    "/admin/applications/new/address",
    "/admin/applications/new/by-hand",
    "/admin/applications/{id}",
    "/admin/applications/{id}/assignments",
    "/admin/applications/{id}/exchanges",
    "/admin/applications/{id}/test",
    "/admin/applications/{id}/set-up",
    "/admin/applications/{id}/metadata",
    "/admin/applications/{id}/certificate.pem",
    "/admin/applications/{id}/delete",
    "/admin/saml/inspector",
    "/admin/saml/keys",
    "/admin/saml/keys/RSA-2048/turn",
];

/// Every form of the desk.
const FORMS: [&str; 16] = [
    "/admin/applications/new/template/aws",
    "/admin/applications/new/metadata",
    "/admin/applications/new/address",
    "/admin/applications/new/by-hand",
    "/admin/applications/{id}",
    "/admin/applications/{id}/assignments",
    "/admin/applications/{id}/assignments/{user}/remove",
    "/admin/applications/{id}/metadata",
    "/admin/applications/{id}/metadata/source",
    "/admin/applications/{id}/metadata/refresh",
    "/admin/applications/{id}/metadata/approve",
    "/admin/applications/{id}/metadata/dismiss",
    "/admin/applications/{id}/disable",
    "/admin/applications/{id}/delete",
    "/admin/saml/inspector",
    "/admin/saml/keys/RSA-2048/turn",
];

#[test]
fn every_page_is_for_administrators_alone() {
    let app = TestApp::start();
    let application = wiki(&app, &Provider::new(app.clock.now()), ApplicationSettings::default());
    let mut root = root(&app);
    let (mut alice, portal) = app.sign_in("alice");
    assert!(!portal.body.contains("/admin"), "users are not told of it");
    for path in PAGES {
        let path = path.replace("{id}", application.id.as_str());
        let page = root.get(&app.url(&path));
        assert_eq!(page.status, 200, "{path}: {}", page.text());
        let page = alice.get(&app.url(&path));
        assert_eq!(page.status, 404, "{path}: {}", page.text());
        let page = app.visitor().get(&app.url(&path));
        let next = page.location().unwrap();
        assert_eq!((page.status, next.path()), (303, "/login"), "{path}");
        assert_eq!(next.query_pairs().next().unwrap().1, path);
    }
    let portal = root.get(&app.url("/portal"));
    assert!(portal.body.contains("<a href=\"/admin\">Administration</a>"), "{}", portal.text());
}

#[test]
fn every_form_is_for_administrators_who_were_shown_it() {
    let app = TestApp::start();
    let application = wiki(&app, &Provider::new(app.clock.now()), ApplicationSettings::default());
    let mut root = root(&app);
    let (mut alice, portal) = app.sign_in("alice");
    let form = root.get(&app.url("/admin/saml/inspector")).form("/admin/saml/inspector");
    let known = keys::list(&app.ctx, &app.operator).unwrap();
    let of_alice = portal.form("/logout");
    for path in FORMS {
        let path =
            path.replace("{id}", application.id.as_str()).replace("{user}", app.user("alice").id.as_str());
        let url = app.url(&path);
        let page = root.submit(&form.clone().without("csrf_token").sent_to(&url));
        assert_eq!(page.status, 403, "without a token, {path}: {}", page.text());
        let page = root.submit(&form.clone().with("csrf_token", &portal.csrf_token()).sent_to(&url));
        assert_eq!(page.status, 403, "with somebody else's, {path}: {}", page.text());
        let page = root.submit(&form.clone().sent_to(&url).sent_from("https://evil.example/"));
        assert!(matches!(page.status, 303 | 403), "from elsewhere, {path}: {}", page.text());
        let page = alice.submit(&of_alice.clone().sent_to(&url));
        assert_eq!(page.status, 404, "by a user, {path}: {}", page.text());
        let page = app.visitor().submit(&form.clone().sent_to(&url));
        assert_eq!((page.status, page.location().unwrap().path()), (303, "/login"), "{path}");
    }
    assert_eq!(application::list(&app.ctx, &app.operator).unwrap(), [application]);
    assert_eq!(keys::list(&app.ctx, &app.operator).unwrap(), known);
    let page = root.submit(&form.with("message", "<x/>"));
    assert_eq!(page.status, 200, "the honest one: {}", page.text());
}

#[test]
fn the_sign_in_leads_back_to_the_desk() {
    let app = TestApp::start();
    let person = equip(&app, "root");
    let (_root, page) = sign_in_at(&app, &person, "/admin/applications?q=wiki");
    assert_eq!(
        (page.status, page.url.path(), page.url.query()),
        (200, "/admin/applications", Some("q=wiki"))
    );
}

#[test]
fn a_disabled_administrator_is_out_at_once() {
    let app = TestApp::start();
    let person = equip(&app, "root");
    let (mut root, page) = sign_in_at(&app, &person, "/admin");
    assert_eq!(page.status, 200, "{}", page.text());
    let name = UserName::parse("root").unwrap();
    let found = administrator::find_by_name(&app.ctx, &app.operator, &name).unwrap().unwrap();
    administrator::update_status(&app.ctx, &app.operator, &found.id, Status::Disabled).unwrap();
    let page = root.get(&app.url("/admin"));
    assert_eq!((page.status, page.location().unwrap().path()), (303, "/login"));
}

#[test]
fn what_is_not_there_is_not_found() {
    let app = TestApp::start();
    let mut root = root(&app);
    for path in [
        "/admin/nothing",
        "/admin/applications/app-0",
        "/admin/applications/app-0/assignments",
        "/admin/applications/X",
        "/admin/applications/new/template/nothing",
        "/admin/saml/inspector?exchange=req-0",
        "/admin/saml/keys/P-256/turn",
        "/admin/saml/keys/DSA/turn",
    ] {
        let page = root.get(&app.url(path));
        assert_eq!(page.status, 404, "{path}: {}", page.text());
    }
}
