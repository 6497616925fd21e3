//! Applications are found, assigned, disabled, enabled and deleted.

use cloudsso::domain::{Action, ApplicationSettings, Status};
use cloudsso::service::application;

use super::{Provider, load, root, wiki};
use crate::support::app::TestApp;

#[test]
fn applications_are_found_by_name_entity_id_and_status() {
    let app = TestApp::start();
    let mut root = root(&app);
    let none = root.get(&app.url("/admin/applications"));
    assert!(none.text().contains("No applications yet"), "{}", none.text());
    wiki(&app, &Provider::new(app.clock.now()), ApplicationSettings::default());
    for (query, is_found) in [
        ("", true),
        ("?q=WIK", true),
        ("?q=wiki.example", true),
        ("?q=chat", false),
        ("?status=Disabled", false),
        ("?status=Enabled&q=w", true),
    ] {
        let page = root.get(&app.url(&format!("/admin/applications{query}")));
        assert_eq!(page.text().contains("https://wiki.example/saml"), is_found, "{query}: {}", page.text());
    }
}

#[test]
fn users_and_groups_are_assigned_by_name_and_removed() {
    let app = TestApp::start();
    let application = wiki(&app, &Provider::new(app.clock.now()), ApplicationSettings::default());
    let mut root = root(&app);
    let path = format!("/admin/applications/{}/assignments", application.id);
    let page = root.get(&app.url(&path));
    let form = page.forms().into_iter().find(|form| form.field("kind").is_some()).unwrap();
    for (kind, name, reason) in [
        ("User", "nobody", "User \"nobody\" does not exist"),
        ("Group", "alice", "Group \"alice\" does not exist"),
        ("Robot", "x", "kind must be User or Group"),
    ] {
        let page = root.submit(&form.clone().with("kind", kind).with("name", name));
        assert_eq!(page.status, 400);
        assert!(page.text().contains(reason), "{}", page.text());
    }
    let assigned = root.submit(&form.clone().with("kind", "Group").with("name", "TEAM"));
    let assigned = root.follow(assigned);
    assert!(assigned.text().contains("Assigned.") && assigned.text().contains("team"), "{}", assigned.text());
    let again = root.submit(&form.with("kind", "Group").with("name", "team"));
    let again = root.follow(again);
    assert!(again.text().contains("They had it already."), "{}", again.text());
    let count = || application::assignments(&app.ctx, &app.operator, &application.id).unwrap().len();
    assert_eq!(count(), 2);
    let remove = again.form(&format!("{}/remove", app.group("team").id));
    let page = root.submit(&remove);
    let page = root.follow(page);
    assert!(page.text().contains("Removed."), "{}", page.text());
    assert_eq!(count(), 1);
    assert_eq!(root.submit(&remove).status, 404, "it is gone");
    assert_eq!(app.events(Action::ApplicationAssignmentDeleted, &application.id), 1);
}

#[test]
fn what_is_done_to_an_application_is_asked_for_twice() {
    let app = TestApp::start();
    let application = wiki(&app, &Provider::new(app.clock.now()), ApplicationSettings::default());
    let mut root = root(&app);
    let path = format!("/admin/applications/{}", application.id);
    let question = root.get(&app.url(&format!("{path}/disable")));
    assert_eq!(load(&app, &application.id).status, Status::Enabled, "asking does nothing");
    let page = root.submit(&question.form("/disable"));
    let page = root.follow(page);
    assert!(page.text().contains("Disabled: nobody is signed in any more."), "{}", page.text());
    assert_eq!(load(&app, &application.id).status, Status::Disabled);
    let page = root.get(&app.url(&format!("{path}/enable")));
    let page = root.submit(&page.form("/enable"));
    assert_eq!((page.status, load(&app, &application.id).status), (303, Status::Enabled));
    let question = root.get(&app.url(&format!("{path}/delete")));
    assert!(question.text().contains("its 1 assignment and"), "{}", question.text());
    let page = root.submit(&question.form("/delete"));
    let page = root.follow(page);
    assert!(page.text().contains("The application is deleted."), "{}", page.text());
    assert_eq!(root.get(&app.url(&path)).status, 404);
    assert_eq!(root.submit(&question.form("/delete")).status, 404);
    assert_eq!(app.events(Action::ApplicationDeleted, &application.id), 1);
}
