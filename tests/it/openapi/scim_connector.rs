//! SCIM by the OpenAPI: the directory's switch, the connectors, what they ask for and what is held of them.

use std::time::Duration;

use cloudsso::base::{ConnectorName, ScimConnectorId};
use cloudsso::domain::{Action, Destructive, ProvisionType, ScimScope, User};
use cloudsso::scim::{Error as Fault, ErrorKind};
use cloudsso::service::Visit;
use cloudsso::service::scim::credential::{self, Whose};
use cloudsso::service::scim::{LoggedRequest, ScimClient, client, guard, request_log};
use cloudsso::storage::user;
use serde_json::{Value, json};

use super::{Api, column};

fn switch(api: &Api, status: &str) {
    api.within("SetSCIMSynchronizationStatus", &[("SCIMSynchronizationStatus", status)]).ok();
}

/// A connector just made; gives the id.
fn new_connector(api: &Api, name: &str) -> String {
    let made = api.within("CreateSCIMConnector", &[("ConnectorName", name)]).ok();
    made["SCIMConnector"]["ConnectorId"].as_str().unwrap().to_owned()
}

fn shown(api: &Api, id: &str) -> Value {
    api.within("GetSCIMConnector", &[("ConnectorId", id)]).ok()["SCIMConnector"].clone()
}

fn visit(api: &Api) -> Visit {
    let request_id = api.app.ctx.request_id().unwrap();
    Visit { request_id, address: "192.0.2.9".parse().unwrap(), user_agent: String::new() }
}

/// A client of the connector of this name, while SCIM is served.
fn client_of(api: &Api, name: &str) -> ScimClient {
    switch(api, "Enabled");
    let (ctx, whose) = (&api.app.ctx, Whose::Named(ConnectorName::parse(name).unwrap()));
    let made = credential::create(ctx, &api.app.operator, whose, ScimScope::All, None).unwrap();
    client::authenticate(ctx, &visit(api), Some(&made.token)).unwrap()
}

/// Makes a user of the organisation one that a connector looks after.
fn synchronize(api: &Api, name: &str, connector: &str) {
    let user = User {
        provision_type: ProvisionType::Synchronized,
        connector_id: ScimConnectorId::parse(connector),
        external_id: Some("00u1".to_owned()),
        ..api.app.user(name)
    };
    assert!(api.app.store.write(move |conn| user::update(conn, &user)).unwrap());
}

#[test]
fn synchronization_is_disabled_until_somebody_enables_it() {
    let api = Api::new();
    let status = || api.within("GetSCIMSynchronizationStatus", &[]).ok()["SCIMSynchronizationStatus"].clone();
    assert_eq!(status(), "Disabled");
    for (wanted, is_enabled) in [("Enabled", true), ("Enabled", true), ("Disabled", false)] {
        switch(&api, wanted);
        assert_eq!((status(), &api.statistics()["SCIMSyncEnabled"]), (json!(wanted), &json!(is_enabled)));
    }
    assert_eq!(api.app.events(Action::ScimSynchronizationEnabled, &api.directory), 1, "once it was");
    assert_eq!(api.app.events(Action::ScimSynchronizationDisabled, &api.directory), 1);
    for bad in ["", "enabled", "On"] {
        let given = [("SCIMSynchronizationStatus", bad)];
        assert_eq!(api.within("SetSCIMSynchronizationStatus", &given).status, 400);
    }
    assert_eq!(status(), "Disabled");
}

#[test]
fn what_is_synchronised_is_locked_while_it_is_and_editable_otherwise() {
    let api = Api::new();
    synchronize(&api, "carol", &new_connector(&api, "okta"));
    let carol = api.user("carol");
    let rename = || api.within("UpdateUser", &[("UserId", &carol), ("NewDisplayName", "C.")]);
    switch(&api, "Enabled");
    rename().refused(409, "OperationConflict.User.Synchronized");
    api.within("DeleteUser", &[("UserId", &carol)]).refused(409, "OperationConflict.User.Synchronized");
    api.within("UpdateUserStatus", &[("UserId", &carol), ("NewStatus", "Disabled")]).ok();
    let reset = [("UserId", carol.as_str()), ("GenerateRandomPassword", "true")];
    api.within("ResetUserPassword", &reset).ok();
    switch(&api, "Disabled");
    assert_eq!(rename().ok()["User"]["ProvisionType"], "Synchronized");
}

#[test]
fn a_connector_is_made_changed_and_listed() {
    let api = Api::new();
    let given = [("ConnectorName", "Entra ID"), ("Dialect", "Strict"), ("Adoption", "Refused")];
    let made = api.within("CreateSCIMConnector", &given).ok()["SCIMConnector"].clone();
    let id = made["ConnectorId"].as_str().unwrap();
    assert!(id.starts_with("scimconn-"), "{id}");
    assert_eq!((&made["Dialect"], &made["Adoption"]), (&json!("Strict"), &json!("Refused")));
    assert!(made.get("LastRequestTime").is_none() && made.get("HeldMassChange").is_none(), "{made}");
    let second = new_connector(&api, "okta");
    assert_eq!(
        (&shown(&api, &second)["Dialect"], &shown(&api, &second)["Adoption"]),
        (&json!("Lenient"), &json!("Allowed"))
    );
    api.app.advance(Duration::from_secs(5));
    let of = [("ConnectorId", id)];
    let changes = [of[0], ("NewConnectorName", "entra"), ("NewAdoption", "Allowed")];
    let changed = api.within("UpdateSCIMConnector", &changes).ok()["SCIMConnector"].clone();
    assert_eq!((&changed["ConnectorName"], &changed["Dialect"]), (&json!("entra"), &json!("Strict")));
    assert_ne!(changed["UpdateTime"], made["UpdateTime"]);
    assert_eq!(api.within("UpdateSCIMConnector", &changes).ok()["SCIMConnector"], changed);
    assert_eq!(api.app.events(Action::ScimConnectorUpdated, id), 1, "once it changed something");
    for (status, code, action, parameters) in [
        (409, "EntityAlreadyExists.SCIMConnector", "CreateSCIMConnector", vec![("ConnectorName", "OKTA")]),
        (400, "InvalidParameter.ConnectorName", "CreateSCIMConnector", vec![("ConnectorName", " okta")]),
        (
            400,
            "InvalidParameter.Dialect",
            "CreateSCIMConnector",
            vec![("ConnectorName", "x"), ("Dialect", "loose")],
        ),
        (
            400,
            "InvalidParameter.Adoption",
            "CreateSCIMConnector",
            vec![("ConnectorName", "x"), ("Adoption", "yes")],
        ),
        (
            409,
            "EntityAlreadyExists.SCIMConnector",
            "UpdateSCIMConnector",
            vec![of[0], ("NewConnectorName", "Okta")],
        ),
        (
            400,
            "InvalidParameter.NewConnectorName",
            "UpdateSCIMConnector",
            vec![of[0], ("NewConnectorName", "")],
        ),
        (400, "InvalidParameter.NewDialect", "UpdateSCIMConnector", vec![of[0], ("NewDialect", "strict")]),
        (400, "InvalidParameter.NewAdoption", "UpdateSCIMConnector", vec![of[0], ("NewAdoption", "strict")]),
        (400, "InvalidParameter.Release", "DeleteSCIMConnector", vec![of[0], ("Release", "yes")]),
    ] {
        api.within(action, &parameters).refused(status, code);
    }
    let listed = api.within("ListSCIMConnectors", &[]).ok();
    // Made in the same millisecond, they have no order.
    let mut names = column(listed["SCIMConnectors"].as_array().unwrap(), "ConnectorName");
    names.sort_unstable();
    assert_eq!(names, ["entra", "okta"]);
    assert_eq!(listed["TotalCounts"], 2);
}

#[test]
fn there_are_fifty_connectors_and_no_more() {
    let api = Api::empty();
    for number in 0..50 {
        new_connector(&api, &format!("connector {number}"));
    }
    api.within("CreateSCIMConnector", &[("ConnectorName", "x")]).refused(409, "LimitExceeded.SCIMConnector");
}

#[test]
fn a_connector_goes_when_it_looks_after_nothing_or_releases_it() {
    let api = Api::new();
    let id = new_connector(&api, "okta");
    let of = [("ConnectorId", id.as_str())];
    api.within("CreateSCIMServerCredential", &of).ok();
    synchronize(&api, "carol", &id);
    let before = api.app.user("carol");
    let message = api.within("DeleteSCIMConnector", &of).refused(409, "DeletionConflict.SCIMConnector.User");
    assert!(message.contains("1 users"), "{message}");
    assert_eq!(
        (&shown(&api, &id)["UserCount"], &shown(&api, &id)["CredentialCount"]),
        (&json!(1), &json!(1))
    );
    api.within("DeleteSCIMConnector", &[of[0], ("Release", "true")]).ok();
    api.within("GetSCIMConnector", &of).refused(404, "EntityNotExists.SCIMConnector");
    assert_eq!(api.within("ListSCIMServerCredentials", &[]).ok()["TotalCounts"], 0, "its credentials go too");
    let after = api.app.user("carol");
    assert_eq!(
        (after.provision_type, after.connector_id, after.external_id),
        (ProvisionType::Manual, None, None)
    );
    assert_eq!(after.version, before.version + 1, "its ETag is another");
    assert_eq!(api.app.events(Action::ScimConnectorDeleted, &id), 1);
    let idle = new_connector(&api, "idle");
    api.within("DeleteSCIMConnector", &[("ConnectorId", &idle)]).ok();
}

#[test]
fn a_directory_goes_without_credentials_and_with_its_connectors() {
    let api = Api::empty();
    let made = api.within("CreateSCIMServerCredential", &[]).ok();
    api.within("DeleteDirectory", &[]).refused(409, "DeletionConflict.Directory.SCIMServerCredential");
    let id = made["SCIMServerCredential"]["CredentialId"].as_str().unwrap().to_owned();
    api.within("DeleteSCIMServerCredential", &[("CredentialId", &id)]).ok();
    assert_eq!(api.within("ListSCIMConnectors", &[]).ok()["TotalCounts"], 1);
    api.within("DeleteDirectory", &[]).ok();
}

#[test]
fn requests_are_listed_by_page_and_those_that_were_refused_alone() {
    let api = Api::new();
    let client = client_of(&api, "okta");
    let id = client.connector_id().to_string();
    for number in 0..5 {
        api.app.advance(Duration::from_millis(1));
        let is_refused = number % 2 == 1;
        let request = LoggedRequest {
            method: "POST".to_owned(),
            target: format!("/scim/v2/Users?n={number}"),
            status: if is_refused { 409 } else { 201 },
            refusal: is_refused.then(|| Fault::new(ErrorKind::Uniqueness, "taken")),
            understood: json!({"attributes": ["userName"]}),
            body_length: 20,
            took: Duration::from_micros(77),
        };
        request_log::record(&api.app.ctx, &client, &visit(&api), request);
    }
    let of = [("ConnectorId", id.as_str())];
    let (all, pages) = api.pages("ListSCIMRequests", "SCIMRequests", &of, 2);
    assert_eq!((all.len(), pages), (5, 3));
    assert_eq!(all[0]["Path"], "/scim/v2/Users?n=4");
    let (refused, _) = api.pages("ListSCIMRequests", "SCIMRequests", &[of[0], ("OnlyRefused", "true")], 10);
    let one = &refused[0];
    assert_eq!((refused.len(), &one["Path"]), (2, &json!("/scim/v2/Users?n=3")));
    for (field, value) in [
        ("Method", json!("POST")),
        ("Status", json!(409)),
        ("ScimType", json!("uniqueness")),
        ("Detail", json!("taken")),
        ("CredentialId", json!(client.credential_id())),
        ("SourceAddress", json!("192.0.2.9")),
        ("Understood", json!({"attributes": ["userName"]})),
        ("DurationMicros", json!(77)),
        ("BodyBytes", json!(20)),
    ] {
        assert_eq!(one[field], value, "{field}");
    }
    let connector = shown(&api, &id);
    assert_eq!(connector["LastRefusal"]["Code"], "409 uniqueness");
    assert!(
        connector["LastRequestTime"].is_string() && connector["LastWriteTime"].is_string(),
        "{connector}"
    );
    for (code, given) in [
        ("InvalidParameter.OnlyRefused", ("OnlyRefused", "some")),
        ("InvalidParameter.MaxResults", ("MaxResults", "101")),
        ("InvalidParameter.NextToken", ("NextToken", "AAAA")),
    ] {
        api.within("ListSCIMRequests", &[of[0], given]).refused(400, code);
    }
}

#[test]
fn a_held_mass_change_is_shown_confirmed_and_dismissed() {
    let api = Api::new();
    let client = client_of(&api, "okta");
    let id = client.connector_id().to_string();
    let of = [("ConnectorId", id.as_str())];
    let take = |users: usize| {
        let (inner, now, limits) = (client.clone(), api.app.clock.now(), guard::limits(&api.app.ctx));
        let change = Destructive::users(users);
        let outcome = api.app.store.write(move |conn| guard::admit(conn, limits, &inner, now, change));
        guard::settle(&api.app.ctx, &client, outcome).is_ok()
    };
    api.within("DismissSCIMMassChange", &of).refused(409, "OperationConflict.SCIMMassChange");
    assert!(!take(60));
    let held = shown(&api, &id)["HeldMassChange"].clone();
    assert_eq!((&held["Users"], &held["Memberships"]), (&json!(60), &json!(0)));
    for bad in ["0", "1441", "x"] {
        let given = [of[0], ("Minutes", bad)];
        api.within("ConfirmSCIMMassChange", &given).refused(400, "InvalidParameter.Minutes");
    }
    assert!(!take(1), "it is held still");
    let confirmed = api.within("ConfirmSCIMMassChange", &[of[0], ("Minutes", "5")]).ok();
    let confirmed = &confirmed["SCIMConnector"];
    assert!(confirmed.get("HeldMassChange").is_none(), "{confirmed}");
    assert!(confirmed["MassChangeAllowedUntil"].is_string() && take(60), "{confirmed}");
    api.within("DismissSCIMMassChange", &of).ok();
    assert!(!take(60));
    api.within("DismissSCIMMassChange", &of).ok();
    assert!(shown(&api, &id).get("HeldMassChange").is_none() && take(1));
}

#[test]
fn a_policy_may_reach_one_connector_only() {
    let api = Api::new();
    let (own, other) = (new_connector(&api, "own"), new_connector(&api, "other"));
    let document = json!({"Version": "1", "Statement": [{
        "Effect": "Allow",
        "Action": "cloudsso:*SCIM*",
        "Resource": format!("acs:cloudsso:*:*:directory/{}/scim-connector/{own}", api.directory),
    }]});
    let key = api.machine("operator", &document.to_string());
    let call = |action: &str, id: &str| {
        api.call_as(&key, action, &[("DirectoryId", api.directory.as_str()), ("ConnectorId", id)])
    };
    for action in [
        "GetSCIMConnector",
        "CreateSCIMServerCredential",
        "ListSCIMServerCredentials",
        "ListSCIMRequests",
        "ConfirmSCIMMassChange",
        "DeleteSCIMConnector",
    ] {
        call(action, &other).refused(403, "NoPermission");
        call(action, &own).ok();
    }
    // Without a connector it is about the directory.
    for action in ["CreateSCIMServerCredential", "SetSCIMSynchronizationStatus", "ListSCIMConnectors"] {
        let given = [("DirectoryId", api.directory.as_str()), ("SCIMSynchronizationStatus", "Enabled")];
        api.call_as(&key, action, &given).refused(403, "NoPermission");
    }
}
