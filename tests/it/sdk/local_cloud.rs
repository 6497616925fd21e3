//! The SDKs of STS, RAM and ResourceDirectoryMaster against the local cloud: every action that the
//! server says it has succeeds at least once.

use cloudsso::local_cloud::actions;
use cloudsso::rpc::AccessKey;
use serde_json::{Value, json};

use crate::local_cloud::{RAM, RD, World};

use super::{Report, run};

fn keys(key: &AccessKey) -> Value {
    json!({"access_key_id": key.id, "access_key_secret": key.secret.expose()})
}

/// The owner of the management account, as the scripts take it.
pub(super) fn owner(world: &World) -> Value {
    let mut given = keys(&world.owner);
    given["endpoint"] = json!(world.host);
    given["account_id"] = json!(world.management.as_str());
    given
}

fn refuses_much(report: &Report) {
    assert!(report.refusals() >= 20, "{} refusals", report.refusals());
    assert!(report.codes().len() >= 15, "{:?}", report.codes());
}

#[test]
fn every_action_on_roles_policies_and_tags_works_for_an_sdk() {
    let world = World::live();
    let report = run("ram.py", &owner(&world));
    let is_of_people = |action: &str| action.contains("User") || action.contains("Group");
    let is_of_roles =
        |action: &str| ["Role", "Policy", "Policies", "Tag"].iter().any(|word| action.contains(word));
    let listed = actions(RAM);
    let wanted = listed.iter().copied().filter(|action| is_of_roles(action) && !is_of_people(action));
    let wanted: Vec<_> = wanted.filter(|action| !action.contains("PasswordPolicy")).collect();
    assert!(wanted.len() >= 20, "{wanted:?}");
    assert_eq!(report.missing(wanted), Vec::<&str>::new());
    refuses_much(&report);
}

#[test]
fn every_action_of_the_resource_directory_works_for_an_sdk() {
    let world = World::live();
    let mut given = owner(&world);
    given["independent"] = json!({
        "account_id": world.independent.as_str(),
        "keys": keys(&world.independent_owner),
    });
    let report = run("resource_directory.py", &given);
    // There is a directory from the first start on, and nothing destroys it.
    assert_eq!(report.missing(actions(RD)), ["EnableResourceDirectory"]);
    refuses_much(&report);
}
