//! What each caller may do, with the refusal beside the success.

use std::time::Duration;

use cloudsso::rpc::AccessKey;
use serde_json::json;

use super::identity_provider::{IdentityProvider, PROVIDER, ROLE, attach, policy, trust_policy};
use super::{IMS, RAM, RD, STS, World};

/// An action, and its parameters.
type Attempt<'a> = ((&'a str, &'a str), &'a [(&'a str, &'a str)]);

#[test]
fn the_owner_is_administrator_of_the_management_account_only() {
    let world = World::new();
    let member = world.member("production");
    let roles = world.call(&world.owner, (RAM, "ListRoles"), &[]).ok();
    let arn = roles["Roles"]["Role"][0]["Arn"].as_str().unwrap().to_owned();
    assert_eq!(arn, format!("acs:ram::{}:role/AliyunServiceRoleForCloudSSO", world.management));
    // In a member it is somebody only by the role that the directory made for it.
    for role in ["AliyunServiceRoleForCloudSSO", "AliyunReservedSSO-x"] {
        let arn = format!("acs:ram::{member}:role/{role}");
        let parameters = [("RoleArn", arn.as_str()), ("RoleSessionName", "owner")];
        let code = world.call(&world.owner, (STS, "AssumeRole"), &parameters).code();
        assert!(code == "NoPermission" || code == "EntityNotExist.Role", "{role}: {code}");
    }
    let inside = world.administrator(&member);
    let identity = world.call(&inside, (STS, "GetCallerIdentity"), &[]).ok();
    assert_eq!(identity["AccountId"], member.as_str());
    let created = world.call(
        &inside,
        (RAM, "CreateRole"),
        &[("RoleName", "ops"), ("AssumeRolePolicyDocument", &trust_policy(&member, "idp", &world.acs()))],
    );
    assert_eq!(created.code(), "ok");
}

#[test]
fn the_service_credential_enters_by_its_own_role_and_reads_the_directory() {
    let world = World::new();
    let member = world.member("production");
    let call = |action: (&str, &str), parameters: &[(&str, &str)]| {
        world.call(&world.service, action, parameters).code()
    };
    for account in [member.as_str(), world.management.as_str()] {
        let arn = format!("acs:ram::{account}:role/AliyunServiceRoleForCloudSSO");
        assert_eq!(call((STS, "AssumeRole"), &[("RoleArn", &arn), ("RoleSessionName", "cloudsso")]), "ok");
    }
    assert_eq!(call((RD, "ListAccounts"), &[]), "ok");
    let arn = format!("acs:ram::{member}:role/ResourceDirectoryAccountAccessRole");
    assert_eq!(
        call((STS, "AssumeRole"), &[("RoleArn", &arn), ("RoleSessionName", "cloudsso")]),
        "NoPermission"
    );
    assert_eq!(call((RAM, "ListRoles"), &[]), "NoPermission");
    assert_eq!(call((IMS, "ListSAMLProviders"), &[]), "NoPermission");
}

#[test]
fn cloudsso_changes_its_own_objects_and_no_others() {
    let world = World::new();
    let member = world.member("production");
    let key = world.cloudsso(&member);
    let trust = trust_policy(&member, "idp", &world.acs());
    let role = |name: &str| {
        let parameters = [("RoleName", name), ("AssumeRolePolicyDocument", trust.as_str())];
        world.call(&key, (RAM, "CreateRole"), &parameters).code()
    };
    assert_eq!(role("AliyunReservedSSO-admin"), "ok");
    assert_eq!(role("admin"), "NoPermission");
    let names = [("RoleName", "ResourceDirectoryAccountAccessRole")];
    assert_eq!(world.call(&key, (RAM, "GetRole"), &names).code(), "ok");
    assert_eq!(world.call(&key, (RAM, "DeleteRole"), &names).code(), "NoPermission");
    assert_eq!(world.call(&key, (RD, "ListAccounts"), &[]).code(), "NoPermission");
}

#[test]
fn reserved_objects_are_locked_for_the_accounts_own_administrator() {
    let world = World::new();
    let member = world.member("production");
    IdentityProvider::new(world.clock.now()).provision(&world, &member);
    let administrator = world.administrator(&member);
    let inline = "AliyunReservedSSO-reader-InlinePolicy";
    let document = policy("Allow", "*", "*");
    let trust = trust_policy(&member, "idp", &world.acs());
    let metadata = IdentityProvider::new(world.clock.now()).encoded_metadata();
    let attempts: &[Attempt<'_>] = &[
        ((RAM, "UpdateRole"), &[("RoleName", ROLE), ("NewAssumeRolePolicyDocument", &trust)]),
        ((RAM, "UpdateRole"), &[("RoleName", "aliyunreservedsso-READER"), ("NewDescription", "x")]),
        ((RAM, "DeleteRole"), &[("RoleName", ROLE)]),
        ((RAM, "CreateRole"), &[("RoleName", "AliyunReservedSSO-x"), ("AssumeRolePolicyDocument", &trust)]),
        ((RAM, "CreatePolicyVersion"), &[("PolicyName", inline), ("PolicyDocument", &document)]),
        ((RAM, "SetDefaultPolicyVersion"), &[("PolicyName", inline), ("VersionId", "v1")]),
        ((RAM, "DeletePolicyVersion"), &[("PolicyName", inline), ("VersionId", "v1")]),
        ((RAM, "UpdatePolicyDescription"), &[("PolicyName", inline), ("NewDescription", "x")]),
        ((RAM, "UpdateRole"), &[("RoleName", ROLE), ("NewAllowConsoleLogin", "true")]),
        ((RAM, "DeletePolicy"), &[("PolicyName", inline), ("CascadingDelete", "true")]),
        (
            (RAM, "DetachPolicyFromRole"),
            &[("PolicyType", "Custom"), ("PolicyName", inline), ("RoleName", ROLE)],
        ),
        (
            (RAM, "AttachPolicyToRole"),
            &[("PolicyType", "System"), ("PolicyName", "AdministratorAccess"), ("RoleName", ROLE)],
        ),
        (
            (IMS, "UpdateSAMLProvider"),
            &[("SAMLProviderName", PROVIDER), ("NewEncodedSAMLMetadataDocument", &metadata)],
        ),
        ((IMS, "DeleteSAMLProvider"), &[("SAMLProviderName", PROVIDER)]),
        ((RAM, "DeleteRole"), &[("RoleName", "AliyunServiceRoleForCloudSSO")]),
    ];
    for (action, parameters) in attempts {
        let answer = world.call(&administrator, *action, parameters);
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (403, "NoPermission.ReservedObject"),
            "{action:?}"
        );
    }
    assert_eq!(world.call(&administrator, (RAM, "GetRole"), &[("RoleName", ROLE)]).code(), "ok");
    let cloudsso = world.cloudsso(&member);
    let own = [("RoleName", ROLE), ("NewDescription", "kept by CloudSSO")];
    assert_eq!(world.call(&cloudsso, (RAM, "UpdateRole"), &own).code(), "ok");
}

#[test]
fn a_roles_session_may_do_what_its_policies_say() {
    let world = World::new();
    let member = world.member("production");
    let provider = IdentityProvider::new(world.clock.now());
    provider.provision(&world, &member);
    let key = super::sts::assume_with_saml(&world, &provider, &member, &[]);
    assert_eq!(world.call(&key, (RAM, "ListRoles"), &[]).code(), "ok", "AliyunRAMReadOnlyAccess");
    let create = [("PolicyName", "mine"), ("PolicyDocument", &policy("Allow", "*", "*"))];
    let refused = world.call(&key, (RAM, "CreatePolicy"), &create);
    assert_eq!(refused.code(), "NoPermission");
    assert!(refused.json()["Message"].as_str().unwrap().contains("Action: ram:CreatePolicy"));
    assert_eq!(world.call(&key, (RD, "ListAccounts"), &[]).code(), "NoPermission");

    // The policies count as they are now, not as they were when the session began.
    let cloudsso = world.cloudsso(&member);
    attach(&world, &cloudsso, ("System", "AliyunRAMFullAccess")).ok();
    assert_eq!(world.call(&key, (RAM, "CreatePolicy"), &create).code(), "ok");
    let deny = policy("Deny", "ram:DeletePolicy", "*");
    let name = "AliyunReservedSSO-reader-deny";
    world.call(&cloudsso, (RAM, "CreatePolicy"), &[("PolicyName", name), ("PolicyDocument", &deny)]).ok();
    attach(&world, &cloudsso, ("Custom", name)).ok();
    let refused = world.call(&key, (RAM, "DeletePolicy"), &[("PolicyName", "mine")]);
    assert!(refused.json()["Message"].as_str().unwrap().contains(name), "{}", refused.body);
}

#[test]
fn a_session_policy_narrows_and_never_widens() {
    let world = World::new();
    let member = world.member("production");
    let provider = IdentityProvider::new(world.clock.now());
    provider.provision(&world, &member);
    let narrow = policy("Allow", "ram:GetRole", "*");
    let key = super::sts::assume_with_saml(&world, &provider, &member, &[("Policy", &narrow)]);
    assert_eq!(world.call(&key, (RAM, "GetRole"), &[("RoleName", ROLE)]).code(), "ok");
    assert_eq!(world.call(&key, (RAM, "ListRoles"), &[]).code(), "NoPermission");
    let wide = policy("Allow", "*", "*");
    let key = super::sts::assume_with_saml(&world, &provider, &member, &[("Policy", &wide)]);
    let create = [("PolicyName", "mine"), ("PolicyDocument", wide.as_str())];
    assert_eq!(world.call(&key, (RAM, "CreatePolicy"), &create).code(), "NoPermission");
}

#[test]
fn conditions_see_where_a_call_comes_from() {
    let world = World::new();
    let member = world.member("production");
    let arn = format!("acs:ram::{member}:role/ResourceDirectoryAccountAccessRole");
    let lists_from = |network: &str| {
        let policy = format!(
            r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":"*","Resource":"*",
                "Condition":{{"IpAddress":{{"acs:SourceIp":"{network}"}}}}}}]}}"#
        );
        let parameters =
            [("RoleArn", arn.as_str()), ("RoleSessionName", "here"), ("Policy", policy.as_str())];
        let session = world.call(&world.owner, (STS, "AssumeRole"), &parameters).ok();
        world.call(&super::credentials(&session), (RAM, "ListRoles"), &[]).code()
    };
    assert_eq!(lists_from("127.0.0.0/8"), "ok");
    assert_eq!(lists_from("203.0.113.0/24"), "NoPermission");
}

#[test]
fn a_trust_policy_sees_where_a_call_comes_from() {
    let world = World::new();
    let account = world.management.as_str();
    let enters_from = |name: &str, network: &str| {
        let trust = format!(
            r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":"sts:AssumeRole",
                "Principal":{{"RAM":["acs:ram::{account}:root"]}},
                "Condition":{{"IpAddress":{{"acs:SourceIp":"{network}"}}}}}}]}}"#
        );
        let new = [("RoleName", name), ("AssumeRolePolicyDocument", trust.as_str())];
        assert_eq!(world.call(&world.owner, (RAM, "CreateRole"), &new).code(), "ok");
        let arn = format!("acs:ram::{account}:role/{name}");
        let parameters = [("RoleArn", arn.as_str()), ("RoleSessionName", "here")];
        world.call(&world.owner, (STS, "AssumeRole"), &parameters).code()
    };
    assert_eq!(enters_from("near", "127.0.0.1"), "ok");
    assert_eq!(enters_from("far", "203.0.113.0/24"), "NoPermission");
}

#[test]
fn a_policy_ends_what_older_sessions_of_a_role_may_do() {
    let tenant = super::tenant::Tenant::new();
    let world = &tenant.world;
    let list = |key: &AccessKey| world.call(key, (RAM, "ListUsers"), &[]).code();
    tenant.user("alice");
    tenant.grant("alice", "AdministratorAccess");
    let alice = tenant.key_of("alice");
    let revoked_at = world.clock.now().plus(Duration::from_secs(1)).rfc3339();
    let deny = json!({"Version": "1", "Statement": [{
        "Effect": "Deny", "Action": "ram:ListUsers", "Resource": "*",
        "Condition": {"DateLessThan": {"acs:TokenIssueTime": revoked_at}},
    }]})
    .to_string();
    tenant.grant_document("alice", "older-sessions", &deny);
    let attached = [
        ("PolicyType", "Custom"),
        ("PolicyName", "older-sessions"),
        ("RoleName", "ResourceDirectoryAccountAccessRole"),
    ];
    assert_eq!(list(&tenant.key), "ok");
    tenant.ram("AttachPolicyToRole", &attached).ok();
    assert_eq!(list(&tenant.key), "NoPermission");
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(list(&tenant.key), "NoPermission");
    assert_eq!(list(&world.administrator(&tenant.account)), "ok", "a session that began later");
    assert_eq!(list(&alice), "ok", "a user's own key is no session");
}
