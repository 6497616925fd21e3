//! What machine identities may do: what their policies say, and nothing else.

use std::time::Duration;

use cloudsso::base::MachineName;
use cloudsso::domain::{Action, Activity};
use cloudsso::service::machine_identity;
use cloudsso::storage::event;

use super::Api;

fn policy(effect: &str, action: &str, resource: &str) -> String {
    format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"{effect}","Action":"{action}","Resource":"{resource}"}}]}}"#
    )
}

#[test]
fn a_machine_identity_does_what_its_policy_allows() {
    let api = Api::new();
    let reader = api.machine("reader", &policy("Allow", "cloudsso:List*", "*"));
    let of = [("DirectoryId", api.directory.as_str())];
    api.call_as(&reader, "ListUsers", &of).ok();
    let before = api.statistics();
    let make = [of[0], ("UserName", "erin")];
    let message = api.call_as(&reader, "CreateUser", &make).refused(403, "NoPermission");
    assert!(message.contains("cloudsso:CreateUser") && message.contains("no statement"), "{message}");
    assert!(message.contains(&format!("directory/{}", api.directory)), "{message}");
    api.call_as(&reader, "GetServiceStatus", &[]).refused(403, "NoPermission");
    assert_eq!(api.statistics(), before);
    let name = MachineName::parse("reader").unwrap();
    let machine = machine_identity::find_by_name(&api.app.ctx, &api.app.operator, &name).unwrap().unwrap();
    assert_eq!(api.app.events(Action::AuthorisationRefused, &machine.id), 2);
    // Everything, for comparison.
    let full = api.machine("full", &policy("Allow", "cloudsso:*", "*"));
    api.call_as(&full, "CreateUser", &make).ok();
    api.call_as(&full, "GetServiceStatus", &[]).ok();
}

#[test]
fn the_audit_log_says_who_did_it_from_where_in_which_request() {
    let api = Api::new();
    let key = api.machine("robot", &policy("Allow", "cloudsso:CreateUser", "*"));
    let name = MachineName::parse("robot").unwrap();
    let machine = machine_identity::find_by_name(&api.app.ctx, &api.app.operator, &name).unwrap().unwrap();
    let make = [("DirectoryId", api.directory.as_str()), ("UserName", "erin")];
    let made = api.send_from("203.0.113.77", &api.sign(&key, "CreateUser", &make)).ok();
    let user = made["User"]["UserId"].as_str().unwrap();
    let told = api.app.store.read(|conn| event::list(conn, user)).unwrap();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].action, "user.created");
    assert_eq!(told[0].origin.actor, machine.id.to_string());
    assert_eq!(told[0].origin.source_address, "203.0.113.77");
    assert_eq!(told[0].origin.request_id, made["RequestId"].as_str().unwrap());

    let refused = api.send_from("203.0.113.78", &api.sign(&key, "ListDirectories", &[]));
    let request_id = refused.json()["RequestId"].clone();
    refused.refused(403, "NoPermission");
    let told = api.app.store.read(|conn| event::list(conn, machine.id.as_str())).unwrap();
    let last = told.iter().find(|told| told.action == "authorisation.refused").unwrap();
    assert_eq!(last.origin.request_id, request_id.as_str().unwrap());
    assert_eq!(last.origin.source_address, "203.0.113.78");
    let detail: serde_json::Value = serde_json::from_str(&last.detail).unwrap();
    assert_eq!(detail["action"], "cloudsso:ListDirectories");
    assert!(detail["decision"].as_str().unwrap().contains("no statement"), "{detail}");
}

#[test]
fn a_policy_reaches_as_far_as_its_resources() {
    let api = Api::new();
    let (alice, bob) = (api.user("alice"), api.user("bob"));
    let below = format!("acs:cloudsso:*:*:directory/{}/user/{alice}", api.directory);
    let key = api.machine("one-user", &policy("Allow", "cloudsso:*", &below));
    let get = |user: &str| api.call_as(&key, "GetUser", &[("DirectoryId", &api.directory), ("UserId", user)]);
    get(&alice).ok();
    get(&bob).refused(403, "NoPermission");
    api.call_as(&key, "ListUsers", &[("DirectoryId", &api.directory)]).refused(403, "NoPermission");
    // Whoever may not look does not learn whether there is something.
    get("u-nobody").refused(403, "NoPermission");
    let elsewhere = [("DirectoryId", "d-elsewhere"), ("UserId", alice.as_str())];
    api.call_as(&key, "GetUser", &elsewhere).refused(403, "NoPermission");
    let owner = api.call("GetServiceStatus", &[]).ok()["ServiceStatus"]["AccountId"].clone();
    let owner = owner.as_str().unwrap();
    let own = format!("acs:cloudsso:cn-shanghai:{owner}:directory/{}/*", api.directory);
    let key = api.machine("own-account", &policy("Allow", "cloudsso:GetUser", &own));
    api.call_as(&key, "GetUser", &[("DirectoryId", &api.directory), ("UserId", &bob)]).ok();
}

#[test]
fn a_deny_wins_and_says_which_statement() {
    let api = Api::new();
    let document = r#"{"Version":"1","Statement":[
        {"Effect":"Allow","Action":"cloudsso:*","Resource":"*"},
        {"Effect":"Deny","Action":"cloudsso:Delete*","Resource":"*"}]}"#;
    let key = api.machine("careful", document);
    let carol = api.user("carol");
    let which = [("DirectoryId", api.directory.as_str()), ("UserId", carol.as_str())];
    let message = api.call_as(&key, "DeleteUser", &which).refused(403, "NoPermission");
    assert!(message.contains("denied by Statement[1] of policy own"), "{message}");
    api.call_as(&key, "GetUser", &which).ok();
}

#[test]
fn conditions_see_the_address_and_the_time() {
    let api = Api::new();
    let document = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"cloudsso:*","Resource":"*",
        "Condition":{"IpAddress":{"acs:SourceIp":["192.0.2.0/24"]},
                     "DateLessThan":{"acs:CurrentTime":["2026-11-23T00:00:00Z"]}}}]}"#;
    let key = api.machine("office", document);
    let from = |address: &str| api.send_from(address, &api.sign(&key, "GetServiceStatus", &[]));
    from("192.0.2.7").ok();
    from("192.0.3.7").refused(403, "NoPermission");
    api.app.advance(Duration::from_secs(86_400));
    from("192.0.2.7").refused(403, "NoPermission");
}

#[test]
fn a_machine_identity_that_is_off_signs_nothing() {
    let api = Api::new();
    let key = api.machine("robot", &policy("Allow", "cloudsso:*", "*"));
    api.call_as(&key, "GetServiceStatus", &[]).ok();
    let name = MachineName::parse("robot").unwrap();
    let turn =
        |status| machine_identity::update_status(&api.app.ctx, &api.app.operator, &name, status).unwrap();
    turn(Activity::Inactive);
    api.call_as(&key, "GetServiceStatus", &[]).refused(403, "InvalidAccessKeyId.Inactive");
    turn(Activity::Active);
    api.call_as(&key, "GetServiceStatus", &[]).ok();
}
