//! The SDKs of STS, RAM, IMS (OIDC providers) and ResourceDirectoryMaster against the local cloud: every action that the
//! server says it has succeeds at least once.

use cloudsso::local_cloud::actions;
use serde_json::{Value, json};

use crate::local_cloud::identity_provider::{IdentityProvider, PROVIDER, ROLE};
use crate::local_cloud::oidc::Trusting;
use crate::local_cloud::{IMS, RAM, RD, STS, World};

use super::{Report, keys, run};

/// The owner of the management account, as the scripts take it.
pub(super) fn owner(world: &World) -> Value {
    let mut given = keys(&world.owner);
    given["endpoint"] = json!(world.host);
    given["account_id"] = json!(world.management.as_str());
    given
}

fn refuses_much(report: &Report) {
    assert!(report.refusals() >= 18, "{} refusals", report.refusals());
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

#[test]
fn every_action_of_sts_works_for_an_sdk() {
    let trusting = Trusting::in_world(World::live());
    let world = &trusting.world;
    let member = world.member("production");
    let provider = IdentityProvider::new(world.clock.now());
    provider.provision(world, &member);
    let root = format!("acs:ram::{}:root", world.management);
    let trust = json!({"Version": "1", "Statement": [{
        "Effect": "Allow",
        "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"],
        "Principal": {"RAM": [root]},
    }]});
    let trust = trust.to_string();
    let tracing = [("RoleName", "tracing"), ("AssumeRolePolicyDocument", trust.as_str())];
    world.call(&world.owner, (RAM, "CreateRole"), &tracing).ok();
    let mut given = owner(world);
    given["role_arn"] = json!(format!("acs:ram::{member}:role/ResourceDirectoryAccountAccessRole"));
    given["tracing_role_arn"] = json!(format!("acs:ram::{}:role/tracing", world.management));
    given["saml"] = json!({
        "role_arn": format!("acs:ram::{member}:role/{ROLE}"),
        "provider_arn": format!("acs:ram::{member}:saml-provider/{PROVIDER}"),
        "assertion": provider.sign(&world.response(&member)),
    });
    let claims = trusting.issuer.claims(world.clock.now());
    given["oidc"] = json!({
        "role_arn": trusting.role(),
        "provider_arn": trusting.provider(),
        "token": trusting.issuer.token(&claims),
        "subject": claims["sub"],
    });
    let report = run("sts.py", &given);
    assert_eq!(report.missing(actions(STS)), Vec::<&str>::new());
    refuses_much(&report);
}

/// One script over four products by the core that signs as the first SDKs did.
#[test]
fn the_older_core_signs_and_reads_as_ever() {
    let world = World::live();
    let report = run("core.py", &owner(&world));
    let each_way = ["CreateRole", "GetRole", "ListRoles", "CreateFolder", "GetFolder", "DeleteFolder"];
    for action in each_way {
        assert_eq!(report.succeeded.get(&action.to_lowercase()), Some(&4), "{action}");
    }
    let others = ["CreateOIDCProvider", "AssumeRole", "GetCallerIdentity", "TagResources"];
    assert_eq!(report.missing(others), Vec::<&str>::new());
    assert!(report.refusals() >= 30 && report.codes().len() >= 12, "{:?}", report.codes());
}

#[test]
fn every_action_on_oidc_providers_works_for_an_sdk() {
    let world = World::live();
    let report = run("ims_oidc.py", &owner(&world));
    let listed = actions(IMS);
    let wanted: Vec<_> = listed.into_iter().filter(|action| action.contains("OIDC")).collect();
    assert_eq!(wanted.len(), 9);
    assert_eq!(report.missing(wanted), Vec::<&str>::new());
    assert!(report.refusals() >= 10 && report.codes().len() >= 10, "{:?}", report.codes());
}
