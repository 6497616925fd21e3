//! `cloudsso admin create-scim-credential` and its like, beside a running server and without one, and the
//! demo's token.

use std::fs;

use serde_json::Value;

use super::command::{admin, done, refused};
use crate::support::database::TestDatabase;
use crate::support::process::Server;

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap()
}

#[test]
fn credentials_are_looked_after_from_the_command_line_and_the_demo_keeps_its_own() {
    let (database, folder) = (TestDatabase::new(), tempfile::tempdir().unwrap());
    let arguments = ["--demo", "--database-url", database.url(), "--log-filter", "cloudsso=trace"];
    let server = Server::start(folder, &arguments).unwrap_or_else(|error| panic!("{error}"));
    let (demo, data_dir) = (server.details().clone(), server.data_dir().to_owned());
    let base = text(&demo["openapi"], "endpoint");
    assert_eq!(text(&demo["scim"], "base_url"), format!("http://{base}/scim/v2"));
    assert!(text(&demo["scim"], "token").starts_with("csscim_"));
    let run = |arguments: &[&str]| admin(&data_dir, &database, arguments);

    let made = done(&run(&[
        "create-scim-credential",
        "--connector",
        "Entra ID",
        "--scope",
        "users",
        "--days",
        "30",
    ]));
    assert!(
        text(&made, "token").starts_with("csscim_") && text(&made, "connector_id").starts_with("scimconn-")
    );
    assert_eq!((text(&made, "scope"), text(&made, "scim_synchronization")), ("Users", "Enabled"));
    let (id, token) = (text(&made, "credential_id"), text(&made, "token").to_owned());
    let listed = done(&run(&["list-scim-credentials"]));
    assert_eq!(listed["scim_credentials"].as_array().unwrap().len(), 2, "the demo's and this");
    assert!(!listed.to_string().contains(&token));
    let own = done(&run(&["list-scim-credentials", "--connector", "entra id"]));
    assert_eq!(own["scim_credentials"][0]["credential_id"], id);
    assert_eq!(text(&done(&run(&["disable-scim-credential", id])), "status"), "Disabled");
    assert_eq!(text(&done(&run(&["enable-scim-credential", id])), "status"), "Enabled");
    let next = done(&run(&["rotate-scim-credential", id, "--overlap-days", "0"]));
    assert_eq!((&next["scope"], &next["connector_id"]), (&made["scope"], &made["connector_id"]));
    done(&run(&["delete-scim-credential", id]));
    assert!(refused(&run(&["delete-scim-credential", id])).contains("EntityNotExists.SCIMServerCredential"));
    let log = server.output();
    assert!(!log.contains(&token) && !log.contains(text(&demo["scim"], "token")));

    let (_status, folder) = server.stop_and_keep();
    if let Some(file) = database.url().strip_prefix("sqlite:") {
        let holds =
            |bytes: &[u8], text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        // What was written last may stand in the log beside it still.
        let mut bytes = fs::read(file).unwrap();
        bytes.extend(fs::read(format!("{file}-wal")).unwrap_or_default());
        assert!(holds(&bytes, text(&next, "credential_id")), "the database is the one of that server");
        assert!(!holds(&bytes, &token) && !holds(&bytes, text(&demo["scim"], "token")));
    }
    // Whatever was made of the demo's own is its next start's matter.
    let server = Server::start(folder, &arguments).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(server.details()["scim"]["token"], demo["scim"]["token"], "it is good still");
    let listed = done(&run(&["list-scim-credentials", "--connector", "demo"]));
    let own = listed["scim_credentials"][0]["credential_id"].as_str().unwrap().to_owned();
    done(&run(&["disable-scim-credential", &own]));
    let (_status, folder) = server.stop_and_keep();
    let server = Server::start(folder, &arguments).unwrap_or_else(|error| panic!("{error}"));
    assert_ne!(server.details()["scim"]["token"], demo["scim"]["token"], "it was not any more");
}

#[test]
fn what_cannot_be_done_is_said_and_not_done() {
    let (database, folder) = (TestDatabase::new(), tempfile::tempdir().unwrap());
    let run = |arguments: &[&str]| admin(folder.path(), &database, arguments);
    for (arguments, word) in [
        (vec!["create-scim-credential"], "EntityNotExists.Directory"),
        (vec!["create-scim-credential", "--connector", " x"], "ConnectorName"),
        (vec!["create-scim-credential", "--scope", "everything"], "everything"),
        (vec!["create-scim-credential", "--days", "0"], "InvalidParameter.ExpireDays"),
        (vec!["create-scim-credential", "--days", "1", "--seconds", "1"], "--seconds"),
        (vec!["list-scim-credentials", "--connector", "nobody"], "nobody"),
        (vec!["disable-scim-credential", "mine"], "mine"),
        (vec!["rotate-scim-credential", "scimcred-nothing"], "EntityNotExists.SCIMServerCredential"),
        (
            vec!["rotate-scim-credential", "scimcred-nothing", "--overlap-days", "91"],
            "InvalidParameter.OverlapDays",
        ),
    ] {
        let error = refused(&run(&arguments));
        assert!(error.contains(word), "{arguments:?}: {error}");
    }
    assert_eq!(done(&run(&["list-scim-credentials"]))["scim_credentials"].as_array().unwrap().len(), 0);
}
