//! `cloudsso admin` about applications whose metadata is fetched, beside a running server.

use std::fs;

use data_encoding::BASE64_MIME;
use serde_json::{Value, json};

use super::provider::{Metadata, Site, keys};
use crate::openapi::command::{admin, done, refused};
use crate::support::database::TestDatabase;
use crate::support::process::Server;

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

#[test]
fn applications_by_an_address_from_the_command_line() {
    let database = TestDatabase::new();
    let server = Server::demo(&database);
    let data_dir = server.data_dir().to_owned();
    let run = |arguments: &[&str]| admin(&data_dir, &database, arguments);
    let wiki = Metadata::new("wiki");
    let site = Site::serving(&wiki.signed(&keys().signer));
    let signer = data_dir.join("signer.crt");
    let der = keys().signer.certificate.to_der().unwrap();
    let pem = format!("-----BEGIN CERTIFICATE-----\n{}-----END CERTIFICATE-----\n", BASE64_MIME.encode(&der));
    fs::write(&signer, pem.replace('\r', "")).unwrap();
    let (signer, url) = (signer.display().to_string(), site.url());

    let named = ["create-application", "--name", "wiki", "--assign-user", "judy"];
    let by_url = ["--metadata-url", &url, "--metadata-signer", &signer, "--allow-idp-initiated"];
    assert!(refused(&run(&named)).contains("--metadata-url"));
    let both = ["--metadata", &signer, "--metadata-url", &url];
    assert!(refused(&run(&[&named[..], &both].concat())).contains("--metadata"));
    let inside = ["--metadata-url", "https://10.0.0.1/metadata"];
    assert!(
        refused(&run(&[&named[..], &inside].concat())).contains("expected a host of the public internet")
    );
    let made = done(&run(&[&named[..], &by_url].concat()));
    let id = text(&made, "application_id");
    assert_eq!(text(&made, "entity_id"), wiki.entity_id);

    let shown = done(&run(&["show-application", id]));
    assert_eq!(shown["assignments"], json!({ "users": ["judy"], "groups": [] }));
    assert_eq!(shown["metadata_signers"], json!([keys().signer.certificate.fingerprint().unwrap()]));
    assert_eq!((text(&shown, "metadata_url"), &shown["changes"]), (url.as_str(), &json!([])));
    assert!(shown["refreshed_at"].is_string() && shown["last_error"].is_null(), "{shown}");

    site.say(&Metadata { keys: vec![&keys().next], ..wiki.clone() }.signed(&keys().signer));
    let held = done(&run(&["refresh-application", id]));
    assert_eq!((text(&held, "outcome"), held["changes"].as_array().unwrap().len()), ("Held", 2));
    let shown = done(&run(&["show-application", id]));
    assert_eq!(shown["changes"], held["changes"]);
    let other = run(&["approve-application-metadata", id, "--revision", "0"]);
    assert!(refused(&other).contains("OperationConflict.PendingMetadata"));
    let approve = ["approve-application-metadata", id, "--revision", text(&shown, "revision")];
    assert_eq!(text(&done(&run(&approve)), "outcome"), "Approved");
    assert!(refused(&run(&["dismiss-application-metadata", id])).contains("nothing waits"));

    site.say(&wiki.xml());
    assert!(refused(&run(&["refresh-application", id])).contains("the metadata is refused"));
    assert!(text(&done(&run(&["show-application", id])), "last_error").contains("the metadata is refused"));
    site.say(&wiki.signed(&keys().signer));
    assert_eq!(text(&done(&run(&["refresh-application", id])), "outcome"), "Held");
    assert_eq!(text(&done(&run(&["dismiss-application-metadata", id])), "outcome"), "Dismissed");

    // What counts by now, since it is fetched again as soon as something is said of the address.
    site.say(&Metadata { keys: vec![&keys().next], ..wiki.clone() }.signed(&keys().signer));
    let before = done(&run(&["show-application", id]));
    let changed =
        done(&run(&["update-application", id, "--session-seconds", "600", "--auto-approve-signed"]));
    assert_eq!(changed["settings"]["session_seconds"], 600);
    assert_eq!(changed["settings"]["allows_idp_initiated"], true);
    let after = done(&run(&["show-application", id]));
    assert_eq!(
        (&after["auto_approve_signed"], &after["metadata_url"]),
        (&json!(true), &before["metadata_url"])
    );
    let file = data_dir.join("shop.xml");
    fs::write(&file, Metadata::new("shop").xml()).unwrap();
    let file = file.display().to_string();
    let changed = done(&run(&["update-application", id, "--metadata", &file, "--name", "shop"]));
    assert_eq!((text(&changed, "name"), text(&changed, "entity_id")), ("shop", "https://shop.example/saml"));
    assert!(refused(&run(&["update-application", id, "--session-seconds", "1"])).contains("SessionSeconds"));
    done(&run(&["update-application", id, "--metadata-url", ""]));
    assert!(done(&run(&["show-application", id]))["metadata_url"].is_null());

    assert!(refused(&run(&["assign-application", id])).contains("--user"));
    assert!(
        refused(&run(&["assign-application", id, "--user", "nobody"])).contains("there is no user nobody")
    );
    let assigned = done(&run(&["unassign-application", id, "--user", "judy"]));
    assert_eq!(assigned["assignments"], json!({ "users": [], "groups": [] }));
    let assigned = done(&run(&["assign-application", id, "--user", "judy"]));
    assert_eq!(assigned["assignments"]["users"], json!(["judy"]));
}
