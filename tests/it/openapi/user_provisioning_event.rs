//! Events of user provisionings: what is still to be done for a person, or failed; tried again, given up.

use std::collections::BTreeSet;

use cloudsso::domain::Action;
use serde_json::{Value, json};

use super::user_provisioning::{make, of, ram_user, team, total, with};
use super::{Api, column};

/// The members of an event that the vendor's SDK knows.
const MEMBERS: [&str; 18] = [
    "CreateTime",
    "DeletionStrategy",
    "DirectoryId",
    "DuplicationStrategy",
    "ErrorCount",
    "ErrorInfo",
    "EventId",
    "LatestAsyncTime",
    "PrincipalId",
    "PrincipalName",
    "PrincipalType",
    "SourceType",
    "TargetId",
    "TargetName",
    "TargetPath",
    "TargetType",
    "UpdateTime",
    "UserProvisioningId",
];

fn events(api: &Api, provisioning: &str) -> Vec<Value> {
    let parameters = [("UserProvisioningId", provisioning)];
    api.pages("ListUserProvisioningEvents", "UserProvisioningEvents", &parameters, 100).0
}

/// Alice, whose name is taken in an account twice over: provisioning and event.
fn failed(api: &Api) -> (String, String) {
    for name in ["alice", "alice_sso"] {
        api.app.make_ram_user("one", name);
    }
    let id = make(api, &of(&api.account("one"), ("User", &api.user("alice"))));
    api.app.run_due();
    let event = events(api, &id)[0]["EventId"].as_str().unwrap().to_owned();
    (id, event)
}

#[test]
fn an_event_tells_what_is_to_be_done_and_is_gone_when_it_is() {
    let api = Api::new();
    let (account, team) = (api.account("one"), team(&api));
    let id = make(&api, &of(&account, ("Group", &team)));
    let event = events(&api, &id)[0].take();
    let event_id = ("EventId", event["EventId"].as_str().unwrap());
    for (field, value) in [
        ("UserProvisioningId", json!(id)),
        ("DirectoryId", json!(api.directory)),
        ("SourceType", json!("StartProvisioning")),
        ("PrincipalType", json!("User")),
        ("PrincipalId", json!(api.user("bob"))),
        ("PrincipalName", json!("bob")),
        ("TargetType", json!("RD-Account")),
        ("TargetId", json!(account)),
        ("TargetName", json!("one")),
        ("DuplicationStrategy", json!("KeepBoth")),
        ("DeletionStrategy", json!("Delete")),
        ("ErrorCount", json!(0)),
        ("ErrorInfo", json!("")),
        ("LatestAsyncTime", json!(null)),
    ] {
        assert_eq!(event[field], value, "{field}");
    }
    assert!(event_id.1.starts_with("upe-"), "{event}");
    let shown = api.within("GetUserProvisioningEvent", &[event_id]).ok()["UserProvisioningEvent"].take();
    assert_eq!(shown, event);
    api.app.run_due();
    api.within("GetUserProvisioningEvent", &[event_id]).refused(404, "EntityNotExists.UserProvisioningEvent");
    assert_eq!(events(&api, &id), Vec::<Value>::new());
}

#[test]
fn an_event_that_failed_says_why_and_is_tried_again_by_another_strategy() {
    let api = Api::new();
    let (id, event) = failed(&api);
    let event_id = ("EventId", event.as_str());
    let show = || api.within("GetUserProvisioningEvent", &[event_id]).ok()["UserProvisioningEvent"].take();
    let before = show();
    let names: BTreeSet<_> = before.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, BTreeSet::from(MEMBERS));
    assert_eq!(before["ErrorCount"], 1);
    let reason = before["ErrorInfo"].as_str().unwrap();
    assert!(reason.contains("alice_sso") && reason.contains("TakeOver"), "{reason}");
    assert!(before["LatestAsyncTime"].as_str().unwrap().ends_with('Z'), "{before}");

    let retry = |strategy: &[(&str, &str)]| {
        api.within("RetryUserProvisioningEvent", &[&[event_id], strategy].concat())
    };
    retry(&[]).refused(400, "MissingDuplicationStrategy");
    retry(&[("DuplicationStrategy", "Replace")]).refused(400, "InvalidParameter.DuplicationStrategy");
    assert_eq!(show(), before);
    assert_eq!(api.app.run_due(), 0, "nothing was asked for");
    retry(&[("DuplicationStrategy", "TakeOver")]).ok();
    assert_eq!(show()["DuplicationStrategy"], "TakeOver");
    api.app.run_due();
    api.within("GetUserProvisioningEvent", &[event_id]).refused(404, "EntityNotExists.UserProvisioningEvent");
    retry(&[("DuplicationStrategy", "KeepBoth")]).refused(404, "EntityNotExists.UserProvisioningEvent");
    assert_eq!(ram_user(&api, "one", "alice").unwrap()["ProvisionType"], "CloudSSO");
    assert_eq!(events(&api, &id), Vec::<Value>::new());
    for action in [Action::UserProvisioningEventFailed, Action::UserProvisioningEventRetried] {
        assert_eq!(api.app.events(action, &event), 1, "{action:?}");
    }
}

#[test]
fn an_event_that_is_given_up_lets_its_user_go() {
    let api = Api::new();
    let (id, event) = failed(&api);
    let other = make(&api, &of(&api.account("two"), ("User", &api.user("carol"))));
    api.app.run_due();
    let delete = |provisioning: &str, event: &str| {
        let parameters = [("UserProvisioningId", provisioning), ("EventId", event)];
        api.within("DeleteUserProvisioningEvent", &parameters)
    };
    delete(&other, &event).refused(404, "EntityNotExists.UserProvisioningEvent");
    delete(&id, "upe-nothing").refused(404, "EntityNotExists.UserProvisioningEvent");
    delete(&id, &id).refused(400, "InvalidParameter.EventId");
    delete(&event, &event).refused(400, "InvalidParameter.UserProvisioningId");
    assert_eq!(events(&api, &id).len(), 1);
    delete(&id, &event).ok();
    delete(&id, &event).refused(404, "EntityNotExists.UserProvisioningEvent");
    api.app.run_due();
    assert_eq!(events(&api, &id), Vec::<Value>::new());
    assert_eq!(ram_user(&api, "one", "alice").unwrap()["ProvisionType"], "Manual", "never touched");
    assert_eq!(total(&api, "ListProvisionedUsers", &[("TargetId", &api.account("one"))]), 0);
    assert_eq!(api.app.events(Action::UserProvisioningEventDeleted, &event), 1);
}

#[test]
fn events_are_listed_by_page_and_provisioning() {
    let api = Api::new();
    let (account, alice, carol) = (api.account("one"), api.user("alice"), api.user("carol"));
    let of_alice = make(&api, &of(&account, ("User", &alice)));
    make(&api, &of(&account, ("User", &carol)));
    make(&api, &of(&account, ("Group", &team(&api))));
    const LIST: &str = "ListUserProvisioningEvents";
    let (all, pages) = api.pages(LIST, "UserProvisioningEvents", &[], 2);
    assert_eq!((all.len(), pages), (3, 2));
    // The clock stands still: what came about at one moment has no order.
    assert_eq!(
        BTreeSet::from_iter(column(&all, "PrincipalName")),
        ["alice", "bob", "carol"].map(String::from).into()
    );
    assert_eq!(column(&events(&api, &of_alice), "PrincipalId"), [alice.as_str()]);
    assert_eq!(events(&api, "up-nothing"), Vec::<Value>::new());
    let first = api.within(LIST, &[("MaxResults", "1")]).ok();
    let token = first["NextToken"].as_str().unwrap();
    for (code, parameters) in [
        ("InvalidParameter.UserProvisioningId", vec![("UserProvisioningId", "upe-1")]),
        ("InvalidParameter.MaxResults", vec![("MaxResults", "101")]),
        ("InvalidParameter.MaxResults", vec![("MaxResults", "0")]),
        // Of another list.
        ("InvalidParameter.NextToken", vec![("NextToken", token), ("UserProvisioningId", of_alice.as_str())]),
    ] {
        api.within(LIST, &parameters).refused(400, code);
    }
    api.app.run_due();
}

#[test]
fn failures_are_counted_by_provisioning_and_by_account() {
    let api = Api::new();
    let account = api.account("one");
    let statistics = |action: &str, parameter: (&str, &str)| {
        api.within(action, &[parameter]).ok()["UserProvisioningStatistics"].take()
    };
    const OF_ONE: &str = "GetUserProvisioningStatistics";
    const OF_ACCOUNT: &str = "GetUserProvisioningRdAccountStatistics";
    let quiet = statistics(OF_ACCOUNT, ("RdMemberId", &account));
    assert_eq!((&quiet["FailedEventCount"], quiet.get("LatestAsyncTime")), (&json!(0), None));
    let (id, _event) = failed(&api);
    let waiting = make(&api, &of(&account, ("User", &api.user("carol"))));
    let owner = api.call("GetServiceStatus", &[]).ok()["ServiceStatus"]["AccountId"].take();
    for (counted, entity) in [
        (statistics(OF_ONE, ("UserProvisioningId", &id)), &id),
        (statistics(OF_ACCOUNT, ("RdMemberId", &account)), &account),
    ] {
        for (field, value) in [
            ("DirectoryId", json!(api.directory)),
            ("EntityId", json!(entity)),
            ("FailedEventCount", json!(1)),
            ("OwnerPk", owner.clone()),
            ("Type", json!("User Provisioning")),
        ] {
            assert_eq!(counted[field], value, "{field}");
        }
        assert!(counted["LatestAsyncTime"].as_str().unwrap().ends_with('Z'), "{counted}");
        assert_eq!(counted.as_object().unwrap().len(), 6);
    }
    assert_eq!(statistics(OF_ONE, ("UserProvisioningId", &waiting))["FailedEventCount"], 0);
    assert_eq!(statistics(OF_ACCOUNT, ("RdMemberId", &api.account("two")))["FailedEventCount"], 0);
    for (status, code, action, parameters) in [
        (404, "EntityNotExists.UserProvisioning", OF_ONE, vec![("UserProvisioningId", "up-nothing")]),
        (400, "InvalidParameter.UserProvisioningId", OF_ONE, vec![("UserProvisioningId", account.as_str())]),
        (404, "EntityNotExists.Account", OF_ACCOUNT, vec![("RdMemberId", "1")]),
        (400, "InvalidParameter.RdMemberId", OF_ACCOUNT, vec![("RdMemberId", id.as_str())]),
        (400, "MissingRdMemberId", OF_ACCOUNT, vec![]),
    ] {
        api.within(action, &parameters).refused(status, code);
    }
    api.app.run_due();
}

#[test]
fn a_machine_identity_may_be_held_to_reading_events() {
    let api = Api::new();
    let (id, event) = failed(&api);
    let document = r#"{"Version":"1","Statement":[{"Effect":"Allow",
        "Action":["cloudsso:Get*","cloudsso:List*"],"Resource":"*"}]}"#;
    let key = api.machine("watcher", document);
    let call = |action: &str, parameters: &[(&str, &str)]| {
        api.call_as(&key, action, &[&[("DirectoryId", api.directory.as_str())], parameters].concat())
    };
    let (of_it, event_id) = (("UserProvisioningId", id.as_str()), ("EventId", event.as_str()));
    call("GetUserProvisioningEvent", &[event_id]).ok();
    call("ListUserProvisioningEvents", &[of_it]).ok();
    call("RetryUserProvisioningEvent", &[event_id, ("DuplicationStrategy", "TakeOver")])
        .refused(403, "NoPermission");
    call("DeleteUserProvisioningEvent", &[of_it, event_id]).refused(403, "NoPermission");
    let shown = api.within("GetUserProvisioningEvent", &[event_id]).ok();
    assert_eq!(shown["UserProvisioningEvent"]["DuplicationStrategy"], "KeepBoth");
    api.within("RetryUserProvisioningEvent", &[event_id, ("DuplicationStrategy", "TakeOver")]).ok();
    api.app.run_due();
}

#[test]
fn what_a_deletion_leaves_to_be_done_is_told_too() {
    let api = Api::new();
    let (account, alice, carol) = (api.account("one"), api.user("alice"), api.user("carol"));
    let done = make(&api, &of(&account, ("User", &alice)));
    api.app.run_due();
    let open = make(&api, &with(&of(&account, ("User", &carol)), "DeletionStrategy", "Keep"));
    for id in [&done, &open] {
        api.within("DeleteUserProvisioning", &[("UserProvisioningId", id)]).ok();
    }
    assert_eq!(column(&events(&api, &done), "SourceType"), ["DeleteProvisioning"]);
    let clearing = events(&api, &open);
    assert_eq!(column(&clearing, "SourceType"), ["UserProvisioningDeletionClearing"]);
    assert_eq!(column(&clearing, "DeletionStrategy"), ["Keep"]);
    api.app.run_due();
    assert_eq!(total(&api, "ListUserProvisioningEvents", &[]), 0);
    assert_eq!(total(&api, "ListUserProvisionings", &[]), 0);
}
