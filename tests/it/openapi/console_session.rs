//! Console sessions as administrators see them: listed, and ended before their time.

use std::collections::BTreeSet;
use std::time::Duration;

use cloudsso::base::{ConsoleSessionId, Timestamp};
use cloudsso::domain::{Action, AuthenticationMethod, ConsoleIdentity, ConsoleSession};
use cloudsso::storage::console_session;
use serde_json::{Value, json};

use super::user_provisioning::total;
use super::{Api, column};
use crate::support::person::offered_roles;

const LIST: &str = "ListConsoleSessions";
const MEMBERS: [&str; 12] = [
    "AccountId",
    "AccountName",
    "AuthenticationMethod",
    "ConsoleSessionId",
    "ExpireTime",
    "IdentityName",
    "IdentityType",
    "SourceAddress",
    "StartTime",
    "UserAgent",
    "UserId",
    "UserName",
];

fn listed(api: &Api, parameters: &[(&str, &str)]) -> Vec<Value> {
    api.pages(LIST, "ConsoleSessions", parameters, 100).0
}

/// Somebody signs in and asks for the console as every role they hold.
fn open_roles(api: &Api, name: &str) {
    let (mut visitor, portal) = api.app.sign_in(name);
    for role in offered_roles(&portal) {
        let page = visitor.submit(&role.form);
        assert_eq!(page.status, 200, "{}", page.text());
    }
}

/// A session as a RAM user, as a logon records it.
fn open_ram_user(api: &Api, number: u32, account: &str, name: &str) -> String {
    let now = api.app.clock.now();
    let session = ConsoleSession {
        id: ConsoleSessionId::parse(&format!("cs-{number}")).unwrap(),
        user_id: api.app.user(name).id,
        account_id: api.app.account(account),
        identity: ConsoleIdentity::RamUser,
        identity_name: api.app.principal_name(account, name),
        name_id: api.app.principal_name(account, name),
        method: AuthenticationMethod::PasswordAndTotp,
        source_address: "192.0.2.9".to_owned(),
        user_agent: "Browser <b>".to_owned(),
        started_at: now,
        expires_at: now.plus(Duration::from_secs(3600)),
        ended: None,
        is_logout_due: false,
        logout_attempts: 0,
        logout_error: String::new(),
    };
    let id = session.id.to_string();
    api.app.store.write(move |conn| console_session::insert(conn, &session)).unwrap();
    id
}

#[test]
fn living_sessions_say_whose_where_and_as_whom() {
    let api = Api::new();
    open_roles(&api, "alice");
    let of_alice = listed(&api, &[("UserId", &api.user("alice"))]);
    assert_eq!(of_alice.len(), 2);
    let session = of_alice.iter().find(|session| session["AccountName"] == "one").unwrap();
    let names: BTreeSet<_> = session.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, BTreeSet::from(MEMBERS));
    for (field, value) in [
        ("UserName", json!("alice")),
        ("AccountId", json!(api.account("one"))),
        ("IdentityType", json!("Role")),
        ("IdentityName", json!("AliyunReservedSSO-Reader")),
        ("AuthenticationMethod", json!("password+totp")),
    ] {
        assert_eq!(session[field], value, "{field}");
    }
    assert!(session["ConsoleSessionId"].as_str().unwrap().starts_with("cs-"), "{session}");
    assert!(session["SourceAddress"].as_str().unwrap().starts_with("198.18."), "{session}");
    let moment = |field: &str| Timestamp::parse(session[field].as_str().unwrap()).unwrap();
    assert_eq!(moment("ExpireTime").since(moment("StartTime")), Duration::from_secs(3600));
    open_ram_user(&api, 1, "two", "carol");
    let two = listed(&api, &[("AccountId", &api.account("two"))]);
    assert_eq!(column(&two, "IdentityType").len(), 2);
    let carol = listed(&api, &[("UserId", &api.user("carol")), ("AccountId", &api.account("two"))]);
    assert_eq!(column(&carol, "IdentityType"), ["RamUser"]);
    assert_eq!(column(&carol, "IdentityName"), [api.app.principal_name("two", "carol")]);
    assert_eq!(column(&carol, "UserAgent"), ["Browser <b>"]);
    assert_eq!(listed(&api, &[("UserId", &api.user("dora"))]).len(), 0);
    api.app.advance(Duration::from_secs(3601));
    assert_eq!(listed(&api, &[]).len(), 0, "they are over");
    let over = listed(&api, &[("IncludeEnded", "true")]);
    assert_eq!(column(&over, "Status"), ["Expired"; 3]);
    assert!(over.iter().all(|session| session.get("EndReason").is_none()));
}

#[test]
fn sessions_are_listed_by_page_and_the_latest_first() {
    let api = Api::new();
    for number in 1..=5 {
        open_ram_user(&api, number, "one", "alice");
    }
    let (rows, pages) = api.pages(LIST, "ConsoleSessions", &[], 2);
    assert_eq!((rows.len(), pages), (5, 3));
    assert_eq!(column(&rows, "ConsoleSessionId"), ["cs-5", "cs-4", "cs-3", "cs-2", "cs-1"]);
    for (code, parameters) in [
        ("InvalidParameter.UserId", vec![("UserId", "alice")]),
        ("InvalidParameter.AccountId", vec![("AccountId", "one")]),
        ("InvalidParameter.IncludeEnded", vec![("IncludeEnded", "yes")]),
        ("InvalidParameter.MaxResults", vec![("MaxResults", "101")]),
        ("InvalidParameter.NextToken", vec![("NextToken", "abc")]),
    ] {
        api.within(LIST, &parameters).refused(400, code);
    }
}

#[test]
fn a_session_is_ended_once() {
    let api = Api::new();
    let (first, second) = (open_ram_user(&api, 1, "one", "alice"), open_ram_user(&api, 2, "one", "alice"));
    let end = |id: &str| api.within("EndConsoleSession", &[("ConsoleSessionId", id)]);
    end("cs-nothing").refused(404, "EntityNotExists.ConsoleSession");
    end("s-1").refused(400, "InvalidParameter.ConsoleSessionId");
    end(&"cs-".repeat(1000)).refused(400, "InvalidParameter.ConsoleSessionId");
    api.within("EndConsoleSession", &[]).refused(400, "MissingConsoleSessionId");
    assert_eq!(listed(&api, &[]).len(), 2);
    end(&first).ok();
    end(&first).refused(404, "EntityNotExists.ConsoleSession");
    assert_eq!(column(&listed(&api, &[]), "ConsoleSessionId"), [second.as_str()]);
    let all = listed(&api, &[("IncludeEnded", "true")]);
    assert_eq!(column(&all, "Status"), ["Active", "Ended"]);
    assert!(all[0].get("EndReason").is_none() && all[0].get("Note").is_none(), "{}", all[0]);
    assert_eq!(
        (&all[1]["EndReason"], &all[1]["Note"]),
        (&json!("Administrator"), &json!("the cloud is being told"))
    );
    assert!(all[1]["EndTime"].is_string(), "{}", all[1]);
    api.app.run_due();
    let told = listed(&api, &[("IncludeEnded", "true")]);
    let note = told[1]["Note"].as_str().unwrap();
    assert!(note.starts_with("the cloud ") && note != "the cloud is being told", "{note}");
    assert_eq!(api.app.events(Action::ConsoleSessionEnded, &first), 1);
    assert_eq!(api.app.events(Action::ConsoleSessionEnded, &second), 0);
}

#[test]
fn every_session_of_a_user_or_in_an_account_is_ended() {
    let api = Api::new();
    for (number, account, name) in [
        (1, "one", "alice"),
        (2, "two", "alice"),
        (3, "one", "carol"),
        (4, "two", "carol"),
        (5, "one", "dora"),
    ] {
        open_ram_user(&api, number, account, name);
    }
    let end = |parameters: &[(&str, &str)]| api.within("EndConsoleSessions", parameters);
    let count = |parameters: &[(&str, &str)]| end(parameters).ok()["EndedCount"].as_i64().unwrap();
    let (alice, carol, one) = (api.user("alice"), api.user("carol"), api.account("one"));
    for parameters in [vec![], vec![("UserId", ""), ("AccountId", "")]] {
        let message = end(&parameters).refused(400, "MissingUserId");
        assert!(message.contains("UserId") && message.contains("AccountId"), "{message}");
    }
    end(&[("UserId", "alice")]).refused(400, "InvalidParameter.UserId");
    end(&[("UserId", &alice), ("AccountId", "one")]).refused(400, "InvalidParameter.AccountId");
    assert_eq!(count(&[("UserId", "u-nobody")]), 0);
    assert_eq!(total(&api, LIST, &[]), 5);
    assert_eq!(count(&[("UserId", &carol), ("AccountId", &one)]), 1);
    assert_eq!(count(&[("UserId", &alice)]), 2);
    assert_eq!(count(&[("AccountId", &one)]), 1);
    assert_eq!(column(&listed(&api, &[]), "ConsoleSessionId"), ["cs-4"]);
    assert_eq!(count(&[("AccountId", &one)]), 0);
}

#[test]
fn a_machine_identity_may_look_and_not_end() {
    let api = Api::new();
    let id = open_ram_user(&api, 1, "one", "alice");
    let kept = open_ram_user(&api, 2, "one", "alice");
    let directory = [("DirectoryId", api.directory.as_str())];
    let reader = api.machine(
        "reader",
        r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"cloudsso:List*","Resource":"*"}]}"#,
    );
    let document = json!({"Version": "1", "Statement": [{
        "Effect": "Allow",
        "Action": "cloudsso:EndConsoleSession",
        "Resource": format!("acs:cloudsso:*:*:directory/{}/console-session/{id}", api.directory),
    }]});
    let ender = api.machine("ender", &document.to_string());
    let end =
        |key, id: &str| api.call_as(key, "EndConsoleSession", &[directory[0], ("ConsoleSessionId", id)]);
    api.call_as(&reader, LIST, &directory).ok();
    end(&reader, &id).refused(403, "NoPermission");
    let of_alice = [directory[0], ("UserId", &api.user("alice"))];
    for key in [&reader, &ender] {
        api.call_as(key, "EndConsoleSessions", &of_alice).refused(403, "NoPermission");
    }
    end(&ender, &kept).refused(403, "NoPermission");
    assert_eq!(total(&api, LIST, &[]), 2);
    end(&ender, &id).ok();
    assert_eq!(column(&listed(&api, &[]), "ConsoleSessionId"), [kept.as_str()]);
}
