//! SCIM credentials by the OpenAPI.

use std::time::Duration;

use cloudsso::base::Timestamp;
use cloudsso::domain::Action;
use cloudsso::storage::event;
use serde_json::{Value, json};

use super::{Api, column};

const MAKE: &str = "CreateSCIMServerCredential";

fn made(api: &Api, parameters: &[(&str, &str)]) -> Value {
    api.within(MAKE, parameters).ok()["SCIMServerCredential"].clone()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap()
}

fn lifetime(credential: &Value) -> u64 {
    let moment = |name: &str| Timestamp::parse(text(credential, name)).unwrap();
    moment("ExpireTime").since(moment("CreateTime")).as_secs()
}

#[test]
fn a_token_is_shown_once_and_kept_as_a_hash() {
    let api = Api::new();
    let credential = made(&api, &[]);
    let token = text(&credential, "CredentialSecret");
    assert!(token.starts_with("csscim_") && token.len() == 50, "{token}");
    assert_eq!(
        (text(&credential, "CredentialType"), text(&credential, "Status")),
        ("BearerToken", "Enabled")
    );
    assert_eq!((text(&credential, "Scope"), text(&credential, "Hint")), ("All", &token[46..]));
    assert_eq!(
        (text(&credential, "DirectoryId"), lifetime(&credential)),
        (api.directory.as_str(), 365 * 86_400)
    );
    let connectors = api.within("ListSCIMConnectors", &[]).ok();
    assert_eq!(column(connectors["SCIMConnectors"].as_array().unwrap(), "ConnectorName"), ["default"]);
    let id = text(&credential, "CredentialId");
    let mut seen = vec![
        connectors.to_string(),
        api.within("ListSCIMServerCredentials", &[]).ok().to_string(),
        api.within("UpdateSCIMServerCredentialStatus", &[("CredentialId", id), ("NewStatus", "Disabled")])
            .body,
    ];
    for target in [id, text(&credential, "ConnectorId")] {
        let told = api.app.store.read(|conn| event::list(conn, target)).unwrap();
        assert!(!told.is_empty());
        seen.push(format!("{told:?}"));
    }
    assert!(seen.iter().all(|text| !text.contains(&token[7..])), "{seen:?}");
    assert_eq!(api.statistics()["SCIMServerCredentialCount"], 1);
    // The second is of the same connector.
    assert_eq!(made(&api, &[])["ConnectorId"], credential["ConnectorId"]);
    assert_eq!(api.statistics()["SCIMServerCredentialCount"], 2);
}

#[test]
fn a_credential_is_as_good_as_it_is_said() {
    let api = Api::new();
    let connector = api.within("CreateSCIMConnector", &[("ConnectorName", "okta")]).ok();
    let connector = text(&connector["SCIMConnector"], "ConnectorId").to_owned();
    let of = ("ConnectorId", connector.as_str());
    let credential = made(&api, &[of, ("Scope", "Groups"), ("ExpireDays", "30")]);
    assert_eq!((text(&credential, "ConnectorId"), text(&credential, "Scope")), (of.1, "Groups"));
    assert_eq!(lifetime(&credential), 30 * 86_400);
    assert_eq!(lifetime(&made(&api, &[of, ("ExpireSeconds", "90")])), 90);
    made(&api, &[]);
    let count = |parameters: &[(&str, &str)]| {
        api.within("ListSCIMServerCredentials", parameters).ok()["TotalCounts"].clone()
    };
    assert_eq!((count(&[of]), count(&[])), (json!(2), json!(3)));
    for (status, code, parameters) in [
        (404, "EntityNotExists.SCIMConnector", vec![("ConnectorId", "scimconn-nothing")]),
        (400, "InvalidParameter.ConnectorId", vec![("ConnectorId", "okta")]),
        (400, "InvalidParameter.Scope", vec![("Scope", "Everything")]),
        (400, "InvalidParameter.ExpireDays", vec![("ExpireDays", "0")]),
        (400, "InvalidParameter.ExpireDays", vec![("ExpireDays", "3651")]),
        (400, "InvalidParameter.ExpireDays", vec![("ExpireDays", "-1")]),
        (400, "InvalidParameter.ExpireDays", vec![("ExpireSeconds", "0")]),
        (400, "InvalidParameter.ExpireSeconds", vec![("ExpireSeconds", "soon")]),
        (400, "InvalidParameter.ExpireSeconds", vec![("ExpireDays", "1"), ("ExpireSeconds", "1")]),
    ] {
        api.within(MAKE, &parameters).refused(status, code);
    }
    let list = api.within("ListSCIMServerCredentials", &[("ConnectorId", "scimconn-nothing")]);
    list.refused(404, "EntityNotExists.SCIMConnector");
    assert_eq!(count(&[]), 3);
}

#[test]
fn a_credential_is_turned_off_and_on_and_deleted() {
    let api = Api::new();
    let credential = made(&api, &[]);
    let id = text(&credential, "CredentialId");
    let turn = |status: &str| {
        let given = [("CredentialId", id), ("NewStatus", status)];
        api.within("UpdateSCIMServerCredentialStatus", &given).ok()["SCIMServerCredential"]["Status"].clone()
    };
    for status in ["Disabled", "Disabled", "Enabled"] {
        assert_eq!(turn(status), status);
    }
    assert_eq!(api.app.events(Action::ScimCredentialDisabled, id), 1, "once it was");
    assert_eq!(api.app.events(Action::ScimCredentialEnabled, id), 1);
    api.within("DeleteSCIMServerCredential", &[("CredentialId", id)]).ok();
    api.within("DeleteSCIMServerCredential", &[("CredentialId", id)])
        .refused(404, "EntityNotExists.SCIMServerCredential");
    assert_eq!(api.app.events(Action::ScimCredentialDeleted, id), 1);
    assert_eq!(api.statistics()["SCIMServerCredentialCount"], 0);
}

#[test]
fn a_rotation_leaves_the_old_one_its_overlap() {
    let api = Api::new();
    let old = made(&api, &[("Scope", "Users")]);
    let id = text(&old, "CredentialId");
    api.app.advance(Duration::from_secs(100));
    let rotate = |more: &[(&str, &str)]| {
        api.within("RotateSCIMServerCredential", &[&[("CredentialId", id)], more].concat())
    };
    let end_of_old = || {
        let listed = api.within("ListSCIMServerCredentials", &[]).ok();
        let found = listed["SCIMServerCredentials"].as_array().unwrap().clone();
        let old = found.iter().find(|one| text(one, "CredentialId") == id).unwrap();
        Timestamp::parse(text(old, "ExpireTime")).unwrap().since(api.app.clock.now()).as_secs()
    };
    for (code, more) in [
        ("InvalidParameter.OverlapDays", [("OverlapDays", "91")].as_slice()),
        ("InvalidParameter.OverlapDays", &[("OverlapSeconds", "7776001")]),
        ("InvalidParameter.OverlapSeconds", &[("OverlapDays", "1"), ("OverlapSeconds", "1")]),
        ("InvalidParameter.ExpireDays", &[("ExpireDays", "0")]),
    ] {
        rotate(more).refused(400, code);
    }
    assert_eq!(
        (end_of_old(), &api.statistics()["SCIMServerCredentialCount"]),
        (365 * 86_400 - 100, &json!(1))
    );
    let new = rotate(&[]).ok()["SCIMServerCredential"].clone();
    assert_eq!(end_of_old(), 7 * 86_400);
    assert_eq!((text(&new, "Scope"), &new["ConnectorId"]), ("Users", &old["ConnectorId"]));
    assert!(
        text(&new, "CredentialSecret") != text(&old, "CredentialSecret") && lifetime(&new) == 365 * 86_400
    );
    rotate(&[("OverlapDays", "30")]).ok();
    assert_eq!(end_of_old(), 7 * 86_400, "no longer than it would have been");
    rotate(&[("OverlapSeconds", "0"), ("ExpireDays", "1")]).ok();
    assert_eq!(end_of_old(), 0);
    assert_eq!(api.app.events(Action::ScimCredentialRotated, id), 3);
}
