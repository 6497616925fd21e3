//! What follows from what is pushed: sessions end, roles come and go, RAM users are kept in step; and whose users
//! and groups are.

use cloudsso::base::{GroupId, UserId};
use cloudsso::domain::{
    Action, Adoption, Assignee, ConsoleSessionFilter, DeletionStrategy, DuplicationStrategy, EventSource,
    ProvisionType, ScimConnectorChanges, ScimScope, Status, UserChanges, UserProvisioningTerms,
};
use cloudsso::service::scim::connector;
use cloudsso::service::{console_session, group, user, user_provisioning};
use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::http::{Page, Visitor};
use crate::support::person::offered_roles;
use crate::support::scim::{GROUP, Idp, USER};

use super::{code, credential_of, idp, serving};

/// The roles that somebody's portal offers, as `account/role`.
fn offered(portal: &Page) -> Vec<String> {
    offered_roles(portal).into_iter().map(|role| format!("{}/{}", role.account, role.name)).collect()
}

fn portal(app: &TestApp, visitor: &mut Visitor) -> Page {
    visitor.open(&app.url("/portal"))
}

fn is_signed_in(app: &TestApp, visitor: &mut Visitor) -> bool {
    let page = portal(app, visitor);
    assert!(["/portal", "/login"].contains(&page.url.path()), "{}", page.url);
    page.url.path() == "/portal"
}

/// Lets somebody into the first account that their portal offers.
fn enter(app: &TestApp, visitor: &mut Visitor) {
    let page = portal(app, visitor);
    let role = offered_roles(&page).into_iter().next().unwrap();
    visitor.submit(&role.form).form("/saml-role/sso");
}

fn living(app: &TestApp) -> i64 {
    let filter = ConsoleSessionFilter { alive_at: Some(app.clock.now()), ..ConsoleSessionFilter::default() };
    console_session::list(&app.ctx, &app.operator, &filter, None, 1).unwrap().1
}

/// What the open events of RAM users follow from, and whose they are.
fn provisioning_events(app: &TestApp) -> Vec<(EventSource, UserId)> {
    let events = user_provisioning::list_events(&app.ctx, &app.operator, None, None, 100).unwrap().0;
    events.into_iter().map(|event| (event.source, event.user_id)).collect()
}

fn provision(app: &TestApp, account: &str, assignee: &Assignee) {
    let terms = UserProvisioningTerms {
        description: String::new(),
        duplication: DuplicationStrategy::TakeOver,
        deletion: DeletionStrategy::Delete,
    };
    user_provisioning::create(&app.ctx, &app.operator, &[app.account(account)], assignee, &terms).unwrap();
}

fn add(id: &str) -> Value {
    json!([{ "op": "add", "path": "members", "value": [{ "value": id }] }])
}

fn remove(id: &str) -> Value {
    json!([{ "op": "remove", "path": format!("members[value eq \"{id}\"]") }])
}

fn connector_of(app: &TestApp, name: &str) -> cloudsso::domain::ScimConnector {
    let name = cloudsso::base::ConnectorName::parse(name).unwrap();
    connector::find_by_name(&app.ctx, &app.operator, &name).unwrap().unwrap()
}

#[test]
fn whoever_is_deactivated_is_out_at_once() {
    let app = serving();
    let idp = idp(&app);
    let id = app.user("alice").id;
    let path = format!("/Users/{id}");
    let off: [&dyn Fn(); 3] = [
        &|| drop(idp.patch(&path, &json!([{ "op": "replace", "value": { "active": false } }])).is(200)),
        &|| drop(idp.patch(&path, &json!([{ "op": "Replace", "path": "active", "value": "False" }])).is(200)),
        &|| {
            let body = json!({ "schemas": [USER], "userName": "alice", "active": false });
            idp.put(&path, &body).is(200);
        },
    ];
    for (place, deactivate) in off.into_iter().enumerate() {
        let (mut alice, _portal) = app.sign_in("alice");
        enter(&app, &mut alice);
        assert_eq!((is_signed_in(&app, &mut alice), living(&app)), (true, 1), "{place}");
        deactivate();
        // Before any task has run.
        assert_eq!((is_signed_in(&app, &mut alice), living(&app)), (false, 0), "{place}");
        assert_eq!(app.user("alice").spec.status, Status::Disabled);
        app.run_due();
        idp.patch(&path, &json!([{ "op": "replace", "value": { "active": true } }])).is(200);
        assert!(!is_signed_in(&app, &mut alice), "what ended does not begin again");
    }
    assert_eq!(app.events(Action::UserDisabled, &id), 3);
    assert_eq!(app.events(Action::UserEnabled, &id), 3);
}

#[test]
fn whoever_is_deleted_is_out_at_once() {
    let app = serving();
    let idp = idp(&app);
    let id = app.user("alice").id;
    let (mut alice, _portal) = app.sign_in("alice");
    enter(&app, &mut alice);
    idp.delete(&format!("/Users/{id}")).is(204);
    assert_eq!((is_signed_in(&app, &mut alice), living(&app)), (false, 0));
    assert_eq!(app.events(Action::UserDeleted, &id), 1);
    app.run_due();
}

#[test]
fn members_of_a_group_hold_its_roles_as_long_as_they_are_members() {
    let app = serving();
    let idp = idp(&app);
    let (alice, team) = (app.user("alice").id, app.group("team").id);
    let (mut visitor, page) = app.sign_in("alice");
    let own = offered(&page);
    assert!(!own.iter().any(|role| role.ends_with("/Developer")), "{own:?}");
    let has_more = |visitor: &mut Visitor| offered(&portal(&app, visitor)).len() == own.len() + 1;
    let path = format!("/Groups/{team}");
    idp.patch(&path, &add(alice.as_str())).is(200);
    assert!(has_more(&mut visitor));
    idp.patch(&path, &remove(alice.as_str())).is(200);
    assert!(!has_more(&mut visitor));
    // By a group in the group too.
    let inner = idp.group("inner", &[alice.as_str()]);
    assert!(!has_more(&mut visitor));
    idp.patch(&path, &add(&inner)).is(200);
    assert!(has_more(&mut visitor));
    let groups = idp.get(&format!("/Users/{alice}")).is(200)["groups"].clone();
    let kinds: Vec<_> =
        groups.as_array().unwrap().iter().map(|group| (&group["value"], &group["type"])).collect();
    assert!(kinds.contains(&(&json!(inner), &json!("direct"))), "{groups}");
    assert!(kinds.contains(&(&json!(team), &json!("indirect"))), "{groups}");
    idp.patch(&format!("/Groups/{inner}"), &json!([{ "op": "remove", "path": "members" }])).is(200);
    assert!(!has_more(&mut visitor));
    idp.put(
        &format!("/Groups/{inner}"),
        &json!({
            "schemas": [GROUP], "displayName": "inner", "members": [{ "value": alice }],
        }),
    )
    .is(200);
    assert!(has_more(&mut visitor));
    idp.delete(&format!("/Groups/{inner}")).is(204);
    assert!(!has_more(&mut visitor));
    app.run_due();
}

#[test]
fn whoever_loses_a_role_loses_the_console_that_they_are_in_by_it() {
    let app = serving();
    let idp = idp(&app);
    let (mut bob, _portal) = app.sign_in("bob");
    enter(&app, &mut bob);
    assert_eq!(living(&app), 1);
    let path = format!("/Groups/{}", app.group("team").id);
    idp.patch(&path, &json!([{ "op": "replace", "value": { "displayName": "Team A" } }])).is(200);
    assert_eq!(living(&app), 1, "a name changes nothing");
    idp.patch(&path, &remove(app.user("bob").id.as_str())).is(200);
    assert_eq!(living(&app), 0);
    assert!(is_signed_in(&app, &mut bob), "the portal stays theirs");
    app.run_due();
}

#[test]
fn ram_users_follow_members_once_each() {
    let app = serving();
    let idp = idp(&app);
    let team = app.group("team").id;
    provision(&app, "one", &Assignee::Group(team.clone()));
    app.run_due();
    assert_eq!(provisioning_events(&app), []);
    let (alice, path) = (app.user("alice").id, format!("/Groups/{team}"));
    idp.patch(&path, &add(alice.as_str())).is(200);
    idp.patch(&path, &add(alice.as_str())).is(200);
    assert_eq!(provisioning_events(&app), [(EventSource::AddUserToGroup, alice.clone())]);
    app.run_due();
    assert_eq!(provisioning_events(&app), []);
    idp.patch(&path, &json!([{ "op": "replace", "value": { "displayName": "Team A" } }])).is(200);
    assert_eq!(provisioning_events(&app), [], "a name concerns nobody");
    let inner = idp.group("inner", &[alice.as_str()]);
    idp.patch(&path, &add(&inner)).is(200);
    idp.patch(&path, &remove(alice.as_str())).is(200);
    assert_eq!(provisioning_events(&app), [], "she is in it by another way");
    idp.patch(&path, &remove(&inner)).is(200);
    assert_eq!(provisioning_events(&app), [(EventSource::RemoveUserFromGroup, alice)]);
    app.run_due();
    assert_eq!(provisioning_events(&app), []);
}

#[test]
fn the_ram_user_of_whoever_is_deactivated_has_no_key_and_of_whoever_is_deleted_is_gone() {
    let app = serving();
    let idp = idp(&app);
    let (alice, team) = (app.user("alice").id, app.group("team").id);
    idp.patch(&format!("/Groups/{team}"), &add(alice.as_str())).is(200);
    // The account's own user with a key becomes hers; an administrator lets the key work on.
    app.make_ram_user("one", "alice");
    let key = app.make_access_key("one", "alice");
    provision(&app, "one", &Assignee::Group(team));
    app.run_due();
    app.activate_access_key("one", "alice", &key);
    let (there, path) = (app.cloud.account(&app.account("one")), format!("/Users/{alice}"));
    let principal = app.principal_name("one", "alice");
    let is_active = || there.list_access_keys(&principal).unwrap().iter().any(|key| key.is_active);
    assert!(is_active());
    idp.patch(&path, &json!([{ "op": "replace", "path": "title", "value": "Chief" }])).is(200);
    app.run_due();
    assert!(is_active(), "a title locks nobody out");
    idp.patch(&path, &json!([{ "op": "replace", "path": "active", "value": false }])).is(200);
    app.run_due();
    assert!(!is_active());
    assert!(there.get_ram_user(&principal).is_ok(), "who is deactivated may come back");
    idp.delete(&path);
    app.run_due();
    assert!(there.get_ram_user(&principal).unwrap_err().is_not_found());
    assert_eq!(provisioning_events(&app), []);
}

#[test]
fn the_first_write_takes_over_what_was_made_here() {
    let app = serving();
    let idp = idp(&app);
    let alice = app.user("alice");
    assert_eq!(alice.provision_type, ProvisionType::Manual);
    let rename = |name: &str| UserChanges { display_name: Some(name.to_owned()), ..UserChanges::default() };
    let update = |name: &str| code(user::update(&app.ctx, &app.operator, &alice.id, rename(name)));
    assert_eq!(update("A"), "ok");
    idp.get(&format!("/Users/{}", alice.id)).is(200);
    assert_eq!(app.user("alice").provision_type, ProvisionType::Manual, "reading takes nothing over");
    let value = json!({ "title": "Chief", "externalId": "00u1" });
    let patched =
        idp.patch(&format!("/Users/{}", alice.id), &json!([{ "op": "replace", "value": value }])).is(200);
    assert_eq!((&patched["displayName"], &patched["externalId"]), (&json!("A"), &json!("00u1")));
    let now = app.user("alice");
    assert_eq!(now.provision_type, ProvisionType::Synchronized);
    assert_eq!(now.connector_id, Some(connector_of(&app, "okta").id));
    assert_eq!(update("B"), "OperationConflict.User.Synchronized");
    let team: GroupId = app.group("team").id;
    idp.patch(&format!("/Groups/{team}"), &add(alice.id.as_str())).is(200);
    assert_eq!(app.group("team").provision_type, ProvisionType::Synchronized);
    let removed = group::remove_user(&app.ctx, &app.operator, &team, &alice.id);
    assert_eq!(code(removed), "OperationConflict.Group.Synchronized");
    app.run_due();
}

#[test]
fn a_connector_that_may_not_adopt_writes_only_its_own() {
    let app = serving();
    let idp = idp(&app);
    let refused =
        ScimConnectorChanges { adoption: Some(Adoption::Refused), ..ScimConnectorChanges::default() };
    let okta = connector_of(&app, "okta").id;
    connector::update(&app.ctx, &app.operator, &okta, refused).unwrap();
    let (alice, team) = (app.user("alice"), app.group("team"));
    let (user, group) = (format!("/Users/{}", alice.id), format!("/Groups/{}", team.id));
    let title = json!([{ "op": "add", "path": "title", "value": "Chief" }]);
    idp.patch(&user, &title).refused(403, None);
    idp.put(&user, &json!({ "schemas": [USER], "userName": "alice" })).refused(403, None);
    idp.delete(&user).refused(403, None);
    idp.patch(&group, &add(alice.id.as_str())).refused(403, None);
    idp.delete(&group).refused(403, None);
    assert_eq!(app.user("alice"), alice);
    assert_eq!(app.group("team"), team);
    let own = format!("/Users/{}", idp.user("zoe"));
    idp.patch(&own, &title).is(200);
    // What it may not change it may name, in a group of its own.
    idp.group("staff", &[alice.id.as_str()]);
}

#[test]
fn an_external_id_is_the_connector_s_own() {
    let app = serving();
    let okta = idp(&app);
    let entra = Idp::new(&app, Some(credential_of(&app, "entra", ScimScope::All).token));
    let body = json!({ "schemas": [USER], "userName": "zoe", "externalId": "00u1" });
    let id = okta.post("/Users", &body).is(201)["id"].as_str().unwrap().to_owned();
    let body = json!({ "schemas": [GROUP], "displayName": "staff", "externalId": "00g1" });
    let group = okta.post("/Groups", &body).is(201)["id"].as_str().unwrap().to_owned();
    for (endpoint, id, external) in [("/Users", id.as_str(), "00u1"), ("/Groups", group.as_str(), "00g1")] {
        let (path, filter) = (format!("{endpoint}/{id}"), format!("externalId eq \"{external}\""));
        assert_eq!(okta.get(&path).is(200)["externalId"], external);
        assert_eq!(okta.find(endpoint, &filter).is(200)["totalResults"], 1);
        assert_eq!(entra.get(&path).is(200).get("externalId"), None);
        assert_eq!(entra.find(endpoint, &filter).is(200)["totalResults"], 0, "{endpoint}");
        let listed = entra.find(endpoint, &format!("id eq \"{id}\"")).is(200);
        assert_eq!(listed["Resources"][0].get("externalId"), None);
    }
    // Another connector's users are seen, and not touched.
    entra.delete(&format!("/Users/{id}")).refused(403, None);
    entra.put(&format!("/Users/{id}"), &json!({ "schemas": [USER], "userName": "zoe" })).refused(403, None);
    assert_eq!(okta.get(&format!("/Users/{id}")).is(200)["externalId"], "00u1");
}
