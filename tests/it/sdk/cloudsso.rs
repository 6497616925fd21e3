//! The SDK of CloudSSO against the product: the demo as a process of its own, and for what needs an empty
//! directory the product in this one.

use std::collections::BTreeMap;

use cloudsso::web::OPENAPI_ACTIONS;
use serde_json::{Value, json};

use crate::openapi::{Api, user::synchronize};
use crate::support::app::Options;
use crate::support::database::TestDatabase;
use crate::support::process::Server;

use super::{Report, run};

/// Those that the demo's scripts leave to the script on an empty directory.
const OF_AN_EMPTY_DIRECTORY: [&str; 9] = [
    "EnableService",
    "DisableService",
    "GetServiceStatus",
    "CreateDirectory",
    "GetDirectory",
    "UpdateDirectory",
    "DeleteDirectory",
    "ListDirectories",
    "GetDirectoryStatistics",
];

fn joined(reports: Vec<Report>) -> Report {
    let mut all = Report { succeeded: BTreeMap::new(), refused: BTreeMap::new() };
    for report in reports {
        for (action, count) in report.succeeded {
            *all.succeeded.entry(action).or_default() += count;
        }
        for (action, mut codes) in report.refused {
            all.refused.entry(action).or_default().append(&mut codes);
        }
    }
    all
}

/// As the scripts take it.
fn world(api: &Api) -> Value {
    json!({
        "endpoint": api.host(),
        "access_key_id": api.key.id,
        "access_key_secret": api.key.secret.expose(),
        "directory_id": api.directory,
    })
}

#[test]
fn the_sdk_administers_the_demo() {
    let database = TestDatabase::new();
    let server = Server::demo(&database);
    let demo = server.details();
    let mut world = demo["openapi"].clone();
    world["directory_id"] = demo["directory_id"].clone();
    world["local_cloud"] = demo["local_cloud"].clone();
    let scripts = [
        "cloudsso_user.py",
        "cloudsso_group.py",
        "cloudsso_access_configuration.py",
        "cloudsso_assignment.py",
        "cloudsso_user_provisioning.py",
        "cloudsso_scim.py",
    ];
    let report = joined(scripts.iter().map(|script| run(script, &world)).collect());
    let wanted = OPENAPI_ACTIONS.iter().copied().filter(|action| !OF_AN_EMPTY_DIRECTORY.contains(action));
    // Nobody in the demo comes from an identity provider, where an external id would be.
    assert_eq!(report.missing(wanted.clone()), ["GetUserId"]);
    for action in wanted {
        assert!(report.refused.contains_key(&action.to_lowercase()), "{action} was never refused");
    }
    assert!(
        report.refusals() >= 130 && report.codes().len() >= 60,
        "{}: {:?}",
        report.refusals(),
        report.codes()
    );
}

#[test]
fn the_sdk_turns_the_service_on_and_off() {
    let api = Api::with(Options { is_empty: true, is_live: true, ..Options::default() });
    let report = run("cloudsso_directory.py", &world(&api));
    assert_eq!(report.missing(OF_AN_EMPTY_DIRECTORY), Vec::<&str>::new());
    for action in OF_AN_EMPTY_DIRECTORY {
        assert!(report.refused.contains_key(&action.to_lowercase()), "{action} was never refused");
    }
    assert!(report.refusals() >= 10, "{}", report.refusals());
}

#[test]
fn the_sdk_finds_a_user_by_external_id() {
    let api = Api::with(Options { is_empty: true, is_live: true, ..Options::default() });
    let mut world = world(&api);
    world["external_id"] = json!("00u-erin");
    world["user_id"] = json!(synchronize(&api, "erin", "00u-erin").as_str());
    let report = run("cloudsso_external_id.py", &world);
    assert_eq!(report.missing(["GetUserId"]), Vec::<&str>::new());
    assert!(report.refused.contains_key("getuserid"));
}
