//! `cloudsso admin create-application`, its like and `cloudsso keys`: beside a running server, whose people sign in to
//! what is made there, and without one.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use cloudsso::saml::IdentityProvider;
use serde_json::{Value, json};

use super::provider::Provider;
use crate::openapi::command::{admin, done, refused};
use crate::support::database::TestDatabase;
use crate::support::http::{Page, Visitor};
use crate::support::person::{Console, Person, offered_roles, open_console};
use crate::support::process::Server;

fn keys(data_dir: &Path, database: &TestDatabase, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cloudsso"));
    command.env_clear().arg("keys").args(arguments).arg("--data-dir").arg(data_dir);
    command.args(["--database-url", database.url(), "--json"]).output().unwrap()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

fn certificates(public_url: &str) -> Vec<String> {
    let page = Visitor::new().get(&format!("{public_url}/saml/idp/metadata"));
    let metadata = IdentityProvider::parse(&page.body).unwrap();
    metadata.signing_certificates().iter().map(|one| one.to_base64().unwrap()).collect()
}

fn carries_response(page: &Page) -> bool {
    page.status == 200 && page.body.contains("SAMLResponse")
}

#[test]
fn applications_are_registered_beside_a_running_server() {
    let database = TestDatabase::new();
    let server = Server::demo(&database);
    let (demo, data_dir) = (server.details().clone(), server.data_dir().to_owned());
    let public_url = text(&demo, "public_url");
    let run = |arguments: &[&str]| admin(&data_dir, &database, arguments);
    let provider = Provider {
        slo: vec![("HTTP-Redirect", "https://wiki.example/slo".to_owned())],
        ..Provider::new("wiki")
    };
    let file = data_dir.join("wiki.xml");
    fs::write(&file, provider.metadata()).unwrap();
    let file = file.display().to_string();
    let usual = ["create-application", "--name", "wiki", "--metadata", &file, "--assign-user", "judy"];
    let chosen = ["--attribute", "mail=user.email", "--name-id-format", "transient", "--allow-idp-initiated"];
    let made = done(&run(&[&usual[..], &chosen].concat()));
    let id = text(&made, "application_id");
    assert_eq!((text(&made, "status"), text(&made, "entity_id")), ("Enabled", provider.entity_id.as_str()));
    assert_eq!(made["settings"]["name_id"], "transient");
    assert_eq!(made["settings"]["attributes"], json!([{ "name": "mail", "expression": "user.email" }]));
    let listed = done(&run(&["list-applications"]));
    assert_eq!(listed["applications"], json!([made]));

    let (mut judy, portal) = Person::of_demo(&demo, "judy").sign_in(public_url);
    let start = format!("{public_url}/applications/{id}/start");
    assert!(portal.body.contains(&format!("/applications/{id}/start")));
    assert!(carries_response(&judy.get(&start)));
    assert_eq!(text(&done(&run(&["disable-application", id])), "status"), "Disabled");
    assert_eq!(judy.get(&start).status, 404);
    assert_eq!(text(&done(&run(&["enable-application", id])), "status"), "Enabled");
    assert!(carries_response(&judy.get(&start)));
    assert!(refused(&run(&usual)).contains("EntityAlreadyExists"));
    assert_eq!(text(&done(&run(&["delete-application", id])), "status"), "Deleted");
    assert_eq!(judy.get(&start).status, 404);
    assert!(refused(&run(&["delete-application", id])).contains("EntityNotExists.Application"));
    assert_eq!(done(&run(&["list-applications"]))["applications"], json!([]));
}

#[test]
fn keys_turn_beside_a_running_server() {
    let database = TestDatabase::new();
    let server = Server::demo(&database);
    let (demo, data_dir) = (server.details().clone(), server.data_dir().to_owned());
    let public_url = text(&demo, "public_url");
    let run = |arguments: &[&str]| keys(&data_dir, &database, arguments);
    let before = certificates(public_url);
    let listed = done(&run(&["list"]));
    let states = |listed: &Value| -> Vec<String> {
        let signing = listed["keys"].as_array().unwrap().iter().filter(|key| key["purpose"] == "signing");
        signing.map(|key| text(key, "state").to_owned()).collect()
    };
    assert_eq!(states(&listed), ["Active", "Next"]);
    assert!(!listed.to_string().to_lowercase().contains("private"));
    let (mut judy, portal) = Person::of_demo(&demo, "judy").sign_in(public_url);
    let role = offered_roles(&portal).remove(0).form;
    Console::read(&open_console(&mut judy, &role));

    let turned = done(&run(&["rotate"]));
    assert_eq!(turned["active"]["key_id"], listed["keys"][1]["key_id"]);
    assert_eq!(turned["retiring"]["key_id"], listed["keys"][0]["key_id"]);
    assert_eq!(text(&turned["active"], "kind"), "RSA-2048");
    assert!(text(&turned, "warning").contains("since lately"), "{turned}");
    assert_eq!(states(&done(&run(&["list"]))), ["Retiring", "Active", "Next"]);
    let after = certificates(public_url);
    assert_eq!(
        (&after[0], &after[2], after.len()),
        (&before[1], &before[0], 3),
        "the server signs by it now"
    );
    Console::read(&open_console(&mut judy, &role));
    assert!(refused(&run(&["rotate", "--kind", "P-256"])).contains("EntityNotExists.SigningKey"));
    assert!(refused(&run(&["rotate", "--kind", "DSA"])).contains("DSA"));
    assert_eq!(certificates(public_url), after);
}

#[test]
fn what_cannot_be_done_is_said_and_not_done() {
    let (database, folder) = (TestDatabase::new(), tempfile::tempdir().unwrap());
    let run = |arguments: &[&str]| admin(folder.path(), &database, arguments);
    let (good, bad) = (folder.path().join("good.xml"), folder.path().join("bad.xml"));
    fs::write(&good, Provider::new("wiki").metadata()).unwrap();
    fs::write(&bad, "<a/>").unwrap();
    let (good, bad) = (good.display().to_string(), bad.display().to_string());
    let base = ["create-application", "--name", "wiki", "--metadata", &good];
    let with = |more: &[&'static str]| [&base[..], more].concat();
    for (arguments, word) in [
        (base.to_vec(), "EntityNotExists.Directory"),
        (vec!["create-application", "--name", "wiki"], "--metadata"),
        (vec!["create-application", "--name", "wiki", "--metadata", "/nowhere.xml"], "/nowhere.xml"),
        (vec!["create-application", "--name", "wiki", "--metadata", &bad], "InvalidParameter.Metadata"),
        (vec!["create-application", "--name", " wiki", "--metadata", &good], "ApplicationName"),
        (with(&["--name-id-format", "kerberos"]), "kerberos"),
        (with(&["--attribute", "mail"]), "NAME=EXPRESSION"),
        (with(&["--attribute", "mail=user.nothing"]), "--attribute mail"),
        (with(&["--name-id-format", "email", "--name-id-expression", "("]), "--name-id-expression"),
        (with(&["--session-seconds", "59"]), "InvalidParameter.SessionSeconds"),
        (with(&["--sign", "nothing"]), "nothing"),
        (with(&["--encrypt", "aes256-gcm"]), "InvalidParameter.Encryption"),
        (with(&["--own-entity-id", "x"]), "InvalidParameter.OwnEntityId"),
        (with(&["--assign-user", "nobody"]), "nobody"),
        (with(&["--assign-group", "nobodies"]), "nobodies"),
        (vec!["disable-application", "wiki"], "not the id of an application"),
        (vec!["delete-application", "app-00000000000000000000"], "EntityNotExists.Application"),
    ] {
        let error = refused(&run(&arguments));
        assert!(error.contains(word), "{arguments:?}: {error}");
    }
    assert_eq!(done(&run(&["list-applications"]))["applications"], json!([]));
}
