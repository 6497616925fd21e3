//! RAM users as callers: their policies and those of their groups decide, and nothing else does.

use serde_json::json;

use super::identity_provider::policy;
use super::tenant::{Attempt, Tenant, access_key};
use super::{IMS, RAM, RD, STS};

#[test]
fn a_user_may_do_what_its_policies_and_its_groups_say() {
    let tenant = Tenant::new();
    tenant.user("alice");
    let key = tenant.key_of("alice");
    let list = || tenant.world.call(&key, (RAM, "ListRoles"), &[]);
    let refused = list();
    assert_eq!((refused.status, refused.code().as_str()), (403, "NoPermission"), "born without rights");
    tenant.grant("alice", "AliyunRAMReadOnlyAccess");
    assert_eq!(list().code(), "ok");
    let create = || {
        let made = tenant.world.call(&key, (RAM, "CreateGroup"), &[("GroupName", "mine")]).code();
        tenant.ram("DeleteGroup", &[("GroupName", "mine")]);
        made
    };
    assert_eq!(create(), "NoPermission");
    tenant.ram("CreateGroup", &[("GroupName", "admins")]).ok();
    let attach = [("PolicyType", "System"), ("PolicyName", "AliyunRAMFullAccess"), ("GroupName", "admins")];
    tenant.ram("AttachPolicyToGroup", &attach).ok();
    let member = [("UserName", "alice"), ("GroupName", "admins")];
    tenant.ram("AddUserToGroup", &member).ok();
    assert_eq!(create(), "ok", "by its group");
    tenant.grant_document("alice", "no-groups", &policy("Deny", "ram:CreateGroup", "*"));
    let refused = tenant.world.call(&key, (RAM, "CreateGroup"), &[("GroupName", "mine")]);
    assert!(refused.json()["Message"].as_str().unwrap().contains("no-groups"), "{}", refused.body);
    let by_ims = tenant.world.call(&key, (IMS, "CreateGroup"), &[("GroupName", "mine")]);
    assert_eq!(by_ims.code(), "NoPermission", "the other face is no way around a deny");
    tenant
        .ram(
            "DetachPolicyFromUser",
            &[("UserName", "alice"), ("PolicyType", "Custom"), ("PolicyName", "no-groups")],
        )
        .ok();
    tenant.ram("RemoveUserFromGroup", &member).ok();
    assert_eq!(create(), "NoPermission", "out of the group at once");
}

#[test]
fn a_user_cannot_raise_itself() {
    let tenant = Tenant::new();
    let alice = tenant.user("alice");
    let admin = tenant.user("admin");
    tenant.grant("admin", "AdministratorAccess");
    tenant.grant("alice", "AliyunRAMReadOnlyAccess");
    let key = tenant.key_of("alice");
    let root = tenant.key_of("admin");
    tenant.ram("CreateGroup", &[("GroupName", "admins")]).ok();
    let document = policy("Allow", "*", "*");
    let trust = json!({"Version": "1", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"RAM": [format!("acs:ram::{}:user/alice", tenant.account)]}}]})
    .to_string();
    tenant.ram("CreatePolicy", &[("PolicyName", "wide"), ("PolicyDocument", &document)]).ok();
    let attempts: &[Attempt<'_>] = &[
        (
            RAM,
            "AttachPolicyToUser",
            &[("UserName", "alice"), ("PolicyType", "System"), ("PolicyName", "AdministratorAccess")],
        ),
        (
            RAM,
            "AttachPolicyToGroup",
            &[("GroupName", "admins"), ("PolicyType", "Custom"), ("PolicyName", "wide")],
        ),
        (RAM, "AddUserToGroup", &[("UserName", "alice"), ("GroupName", "admins")]),
        (IMS, "AddUserToGroup", &[("UserPrincipalName", &alice), ("GroupName", "admins")]),
        (
            RAM,
            "CreatePolicyVersion",
            &[("PolicyName", "wide"), ("PolicyDocument", &document), ("SetAsDefault", "true")],
        ),
        (RAM, "CreateRole", &[("RoleName", "mine"), ("AssumeRolePolicyDocument", &trust)]),
        (IMS, "CreateAccessKey", &[("UserPrincipalName", &admin)]),
        (IMS, "CreateLoginProfile", &[("UserPrincipalName", &admin), ("Password", "kayak-river-1")]),
        (IMS, "UpdateUser", &[("UserPrincipalName", &admin), ("NewDisplayName", "x")]),
        (IMS, "SetSecurityPreference", &[("AllowUserToManageAccessKeys", "true")]),
        (IMS, "SetUserSsoSettings", &[("SsoLoginWithDomain", "false")]),
        (IMS, "SetPasswordPolicy", &[("MaxLoginAttemps", "0")]),
    ];
    for (version, action, parameters) in attempts {
        let refused = tenant.world.call(&key, (version, action), parameters);
        assert_eq!((refused.status, refused.code().as_str()), (403, "NoPermission"), "{action}");
    }
    for (version, action, parameters) in attempts {
        let done = tenant.world.call(&root, (version, action), parameters).code();
        assert!(done == "ok" || done.starts_with("EntityAlreadyExists"), "{action}: {done}");
    }
}

#[test]
fn a_right_to_a_policy_or_a_group_alone_gives_nothing() {
    let tenant = Tenant::new();
    tenant.user("alice");
    let key = tenant.key_of("alice");
    tenant.ram("CreateGroup", &[("GroupName", "admins")]).ok();
    let own = format!("acs:ram:*:{}:user/alice", tenant.account);
    let statement = json!({"Effect": "Allow", "Action": ["ram:AttachPolicyToUser", "ram:AddUserToGroup"], "Resource": own});
    let document = json!({"Version": "1", "Statement": [statement]}).to_string();
    tenant.grant_document("alice", "self", &document);
    let attach = [("UserName", "alice"), ("PolicyType", "System"), ("PolicyName", "AdministratorAccess")];
    assert_eq!(tenant.world.call(&key, (RAM, "AttachPolicyToUser"), &attach).code(), "NoPermission");
    let join = [("UserName", "alice"), ("GroupName", "admins")];
    assert_eq!(tenant.world.call(&key, (RAM, "AddUserToGroup"), &join).code(), "NoPermission");
    tenant.grant_document("alice", "wide", &policy("Allow", "ram:*", "*"));
    assert_eq!(tenant.world.call(&key, (RAM, "AttachPolicyToUser"), &attach).code(), "ok");
    assert_eq!(tenant.world.call(&key, (RAM, "AddUserToGroup"), &join).code(), "ok");
}

#[test]
fn another_spelling_of_a_name_evades_no_policy() {
    let tenant = Tenant::new();
    tenant.user("alice");
    tenant.user("boss");
    let key = tenant.key_of("alice");
    tenant.grant("alice", "AliyunRAMFullAccess");
    let deny = policy("Deny", "ram:*", &format!("acs:ram:*:{}:user/boss", tenant.account));
    tenant.grant_document("alice", "not-the-boss", &deny);
    let id =
        tenant.ram("GetUser", &[("UserName", "boss")]).ok()["User"]["UserId"].as_str().unwrap().to_owned();
    for name in ["boss", "BOSS", "Boss"] {
        assert_eq!(
            tenant.world.call(&key, (RAM, "DeleteUser"), &[("UserName", name)]).code(),
            "NoPermission"
        );
        let principal = tenant.principal(name);
        let named = [("UserPrincipalName", principal.as_str())];
        assert_eq!(tenant.world.call(&key, (IMS, "CreateAccessKey"), &named).code(), "NoPermission");
    }
    assert_eq!(tenant.world.call(&key, (IMS, "DeleteUser"), &[("UserId", &id)]).code(), "NoPermission");
    let deny = policy("Deny", "ram:AttachPolicyToUser", "acs:ram:*:system:policy/AdministratorAccess");
    tenant.grant_document("alice", "no-administrators", &deny);
    for name in ["AdministratorAccess", "administratoraccess", "ADMINISTRATORACCESS"] {
        let attach = [("UserName", "alice"), ("PolicyType", "System"), ("PolicyName", name)];
        assert_eq!(
            tenant.world.call(&key, (RAM, "AttachPolicyToUser"), &attach).code(),
            "NoPermission",
            "{name}"
        );
    }
    let attach = [("UserName", "alice"), ("PolicyType", "System"), ("PolicyName", "readonlyaccess")];
    assert_eq!(tenant.world.call(&key, (RAM, "AttachPolicyToUser"), &attach).code(), "ok");
    assert_eq!(tenant.world.call(&key, (RAM, "GetUser"), &[("UserName", "alice")]).code(), "ok");
}

#[test]
fn an_administrator_among_users_stays_in_its_account() {
    let tenant = Tenant::new();
    tenant.user("admin");
    tenant.grant("admin", "AdministratorAccess");
    let key = tenant.key_of("admin");
    let other = tenant.world.member("other");
    assert_eq!(tenant.world.call(&key, (RAM, "ListUsers"), &[]).code(), "ok");
    assert_eq!(tenant.world.call(&key, (RD, "ListAccounts"), &[]).code(), "NoPermission");
    let arn = format!("acs:ram::{other}:role/ResourceDirectoryAccountAccessRole");
    let assume = [("RoleArn", arn.as_str()), ("RoleSessionName", "admin")];
    assert_eq!(tenant.world.call(&key, (STS, "AssumeRole"), &assume).code(), "NoPermission");
    // A user of the management account is let in, since the role trusts that account.
    let world = &tenant.world;
    world.call(&world.owner, (RAM, "CreateUser"), &[("UserName", "ops")]).ok();
    let ops = access_key(&world.call(&world.owner, (RAM, "CreateAccessKey"), &[("UserName", "ops")]).ok());
    assert_eq!(world.call(&ops, (STS, "AssumeRole"), &assume).code(), "NoPermission");
    let grant = [("UserName", "ops"), ("PolicyType", "System"), ("PolicyName", "AliyunSTSAssumeRoleAccess")];
    world.call(&world.owner, (RAM, "AttachPolicyToUser"), &grant).ok();
    assert_eq!(world.call(&ops, (STS, "AssumeRole"), &assume).code(), "ok");
}

#[test]
fn a_user_assumes_a_role_that_trusts_it() {
    let tenant = Tenant::new();
    for name in ["alice", "bob"] {
        tenant.user(name);
        tenant.grant(name, "AliyunSTSAssumeRoleAccess");
    }
    let trust = json!({"Version": "1", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"RAM": [format!("acs:ram::{}:user/alice", tenant.account)]}}]})
    .to_string();
    tenant.ram("CreateRole", &[("RoleName", "ops"), ("AssumeRolePolicyDocument", &trust)]).ok();
    let arn = format!("acs:ram::{}:role/ops", tenant.account);
    let assume = [("RoleArn", arn.as_str()), ("RoleSessionName", "here")];
    let code = |name: &str| tenant.world.call(&tenant.key_of(name), (STS, "AssumeRole"), &assume).code();
    assert_eq!(code("alice"), "ok");
    assert_eq!(code("bob"), "NoPermission");
    let key = tenant.key_of("alice");
    tenant.grant_document("alice", "not-this-one", &policy("Deny", "sts:AssumeRole", &arn));
    for spelt in [arn.clone(), format!("acs:ram::{}:role/OPS", tenant.account)] {
        let assume = [("RoleArn", spelt.as_str()), ("RoleSessionName", "here")];
        assert_eq!(tenant.world.call(&key, (STS, "AssumeRole"), &assume).code(), "NoPermission", "{spelt}");
    }
}

#[test]
fn control_policies_of_the_directory_bind_users_too() {
    let tenant = Tenant::new();
    tenant.user("admin");
    tenant.grant("admin", "AdministratorAccess");
    tenant.ims("SetSecurityPreference", &[("AllowUserToManageAccessKeys", "true")]).ok();
    let key = tenant.key_of("admin");
    let call = |action: &str| tenant.world.call(&key, (RAM, action), &[]).code();
    assert_eq!((call("ListUsers").as_str(), call("ListAccessKeys").as_str()), ("ok", "ok"));
    let owner = |action: &str, parameters: &[(&str, &str)]| {
        tenant.world.call(&tenant.world.owner, (RD, action), parameters).ok()
    };
    owner("EnableControlPolicy", &[]);
    let deny = json!({"Version": "1", "Statement": [
        {"Effect": "Deny", "Action": ["ram:ListUsers", "ram:ListAccessKeys"], "Resource": "*"},
    ]})
    .to_string();
    let made = owner(
        "CreateControlPolicy",
        &[("PolicyName", "no-users"), ("EffectScope", "RAM"), ("PolicyDocument", &deny)],
    );
    let id = made["ControlPolicy"]["PolicyId"].as_str().unwrap().to_owned();
    owner("AttachControlPolicy", &[("PolicyId", &id), ("TargetId", &tenant.account)]);
    // Not by a policy, and not by the right to one's own keys.
    assert_eq!(
        (call("ListUsers").as_str(), call("ListAccessKeys").as_str()),
        ("NoPermission", "NoPermission")
    );
    assert_eq!(call("ListGroups"), "ok");
}
