//! RAM users that CloudSSO keeps: who makes them, who may change them, and who may not.

use cloudsso::rpc::AccessKey;

use super::tenant::{Attempt, Tenant, access_key};
use super::{Answer, IMS, RAM};

struct Provisioned {
    tenant: Tenant,
    cloudsso: AccessKey,
    alice: String,
}

impl Provisioned {
    fn new() -> Self {
        let tenant = Tenant::new();
        let cloudsso = tenant.world.cloudsso(&tenant.account);
        let alice = tenant.principal("alice");
        let new = [("UserPrincipalName", alice.as_str()), ("DisplayName", "Alice")];
        let made = tenant.world.call(&cloudsso, (IMS, "CreateUser"), &new).ok();
        assert_eq!(made["User"]["ProvisionType"], "CloudSSO");
        Self { tenant, cloudsso, alice }
    }

    /// Calls IMS as CloudSSO.
    fn ims(&self, action: &str, parameters: &[(&str, &str)]) -> Answer {
        self.tenant.world.call(&self.cloudsso, (IMS, action), parameters)
    }

    fn named(&self) -> (&str, &str) {
        ("UserPrincipalName", &self.alice)
    }
}

#[test]
fn only_cloudsso_changes_or_deletes_its_users() {
    let world = Provisioned::new();
    let tenant = &world.tenant;
    let id = tenant.ims("GetUser", &[world.named()]).ok()["User"]["UserId"].as_str().unwrap().to_owned();
    let refused: &[Attempt<'_>] = &[
        (IMS, "UpdateUser", &[world.named(), ("NewDisplayName", "Mine")]),
        (IMS, "UpdateUser", &[("UserId", &id), ("NewComments", "mine")]),
        (IMS, "UpdateUser", &[world.named(), ("ProvisionType", "Manual")]),
        (IMS, "UpdateUser", &[world.named(), ("ProvisionType", "CloudSSO")]),
        (RAM, "UpdateUser", &[("UserName", "ALICE"), ("NewUserName", "mallory")]),
        (IMS, "DeleteUser", &[world.named()]),
        (IMS, "DeleteUser", &[("UserId", &id)]),
        (RAM, "DeleteUser", &[("UserName", "alice")]),
        (IMS, "CreateLoginProfile", &[world.named(), ("Password", "kayak-river-1")]),
        (RAM, "CreateLoginProfile", &[("UserName", "alice"), ("Password", "kayak-river-1")]),
        (IMS, "CreateAccessKey", &[world.named()]),
        (RAM, "CreateAccessKey", &[("UserName", "alice")]),
        (IMS, "TagResources", &[("ResourceType", "user"), ("ResourceId.1", &id), ("Tag.1.Key", "k")]),
        (IMS, "UnbindMFADevice", &[world.named()]),
    ];
    for (version, action, parameters) in refused {
        let answer = tenant.world.call(&tenant.key, (version, action), parameters);
        assert_eq!(answer.code(), "NoPermission.ReservedObject", "{action} {parameters:?} {}", answer.body);
        assert_eq!(answer.status, 403);
    }
    let kept = tenant.ims("GetUser", &[world.named()]).ok();
    assert_eq!(
        (&kept["User"]["DisplayName"], &kept["User"]["ProvisionType"]),
        (&"Alice".into(), &"CloudSSO".into())
    );
    assert_eq!(world.ims("UpdateUser", &[world.named(), ("NewDisplayName", "Alice B")]).code(), "ok");
    assert_eq!(world.ims("DeleteUser", &[world.named()]).code(), "ok");
}

#[test]
fn the_accounts_administrator_gives_them_policies_and_groups() {
    let world = Provisioned::new();
    let tenant = &world.tenant;
    tenant.grant("alice", "ReadOnlyAccess");
    tenant.ram("CreateGroup", &[("GroupName", "ops")]).ok();
    tenant.ims("AddUserToGroup", &[world.named(), ("GroupName", "ops")]).ok();
    // CloudSSO cleans up before it deletes.
    assert_eq!(world.ims("DeleteUser", &[world.named()]).code(), "DeleteConflict.User.Policy");
    let held = [("UserName", "alice"), ("PolicyType", "System"), ("PolicyName", "ReadOnlyAccess")];
    tenant.world.call(&world.cloudsso, (RAM, "DetachPolicyFromUser"), &held).ok();
    world.ims("RemoveUserFromGroup", &[world.named(), ("GroupName", "ops")]).ok();
    assert_eq!(world.ims("DeleteUser", &[world.named()]).code(), "ok");
}

#[test]
fn cloudsso_touches_no_other_user_and_gives_nobody_rights_or_secrets() {
    let world = Provisioned::new();
    let tenant = &world.tenant;
    let bob = tenant.user("bob");
    let key = tenant.key_of("bob");
    tenant.ram("CreateLoginProfile", &[("UserName", "bob"), ("Password", "kayak-river-1")]).ok();
    tenant.ram("CreateGroup", &[("GroupName", "ops")]).ok();
    tenant.ims("AddUserToGroup", &[("UserPrincipalName", &bob), ("GroupName", "ops")]).ok();
    tenant.grant("bob", "ReadOnlyAccess");
    let bob = ("UserPrincipalName", bob.as_str());
    let held = [("UserName", "bob"), ("PolicyType", "System"), ("PolicyName", "ReadOnlyAccess")];
    let attempts: &[(Attempt<'_>, &str)] = &[
        ((IMS, "UpdateUser", &[bob, ("NewDisplayName", "Ours")]), "NoPermission.ReservedObject"),
        ((IMS, "DeleteUser", &[bob]), "NoPermission.ReservedObject"),
        ((IMS, "DeleteLoginProfile", &[bob]), "NoPermission.ReservedObject"),
        ((IMS, "DeleteAccessKey", &[bob, ("UserAccessKeyId", &key.id)]), "NoPermission.ReservedObject"),
        ((IMS, "RemoveUserFromGroup", &[bob, ("GroupName", "ops")]), "NoPermission.ReservedObject"),
        ((RAM, "DetachPolicyFromUser", &held), "NoPermission.ReservedObject"),
        (
            (
                RAM,
                "AttachPolicyToUser",
                &[("UserName", "alice"), held[1], ("PolicyName", "AdministratorAccess")],
            ),
            "NoPermission",
        ),
        ((IMS, "AddUserToGroup", &[world.named(), ("GroupName", "ops")]), "NoPermission"),
        ((IMS, "CreateAccessKey", &[world.named()]), "NoPermission"),
        ((IMS, "CreateLoginProfile", &[world.named(), ("Password", "kayak-river-1")]), "NoPermission"),
        ((IMS, "SetPasswordPolicy", &[]), "NoPermission"),
        ((IMS, "SetSecurityPreference", &[]), "NoPermission"),
        ((IMS, "SetDefaultDomain", &[("DefaultDomainName", "ours.onaliyun.com")]), "NoPermission"),
        ((IMS, "CreateGroup", &[("GroupName", "ours")]), "NoPermission"),
        ((RAM, "CreateUser", &[("UserName", "carol")]), "NoPermission"),
        ((IMS, "GetUser", &[bob]), "ok"),
        ((IMS, "SetUserSsoSettings", &[("AuxiliaryDomain", "sso.example.com")]), "ok"),
    ];
    for ((version, action, parameters), code) in attempts {
        let answer = tenant.world.call(&world.cloudsso, (version, action), parameters);
        assert_eq!(answer.code(), *code, "{action} {parameters:?}");
    }
    assert_eq!(tenant.world.call(&key, (super::STS, "GetCallerIdentity"), &[]).code(), "ok");
}

#[test]
fn cloudsso_takes_a_user_over_and_lets_it_go() {
    let world = Provisioned::new();
    let tenant = &world.tenant;
    let bob = tenant.user("bob");
    let key = tenant.key_of("bob");
    tenant.ram("CreateLoginProfile", &[("UserName", "bob"), ("Password", "kayak-river-1")]).ok();
    let bob = ("UserPrincipalName", bob.as_str());
    assert_eq!(
        world.ims("UpdateUser", &[bob, ("ProvisionType", "Mine")]).code(),
        "InvalidParameter.ProvisionType"
    );
    let second = tenant.key_of("bob");
    tenant.ims("SetSecurityPreference", &[("AllowUserToManageAccessKeys", "true")]).ok();
    let taken = world.ims("UpdateUser", &[bob, ("ProvisionType", "CloudSSO")]).ok();
    assert_eq!(taken["User"]["ProvisionType"], "CloudSSO");
    // Its own ways in are closed.
    let off = [bob, ("UserAccessKeyId", key.id.as_str()), ("Status", "Inactive")];
    world.ims("UpdateAccessKey", &off).ok();
    let own = [("UserAccessKeyId", key.id.as_str()), ("Status", "Active")];
    let again = tenant.world.call(&second, (IMS, "UpdateAccessKey"), &own);
    assert_eq!(
        again.code(),
        "NoPermission.ReservedObject",
        "a key that is left does not bring the other back"
    );
    world.ims("DeleteAccessKey", &[bob, ("UserAccessKeyId", second.id.as_str())]).ok();
    world.ims("UpdateLoginProfile", &[bob, ("Status", "Inactive")]).ok();
    let who = tenant.world.call(&key, (super::STS, "GetCallerIdentity"), &[]);
    assert_eq!(who.code(), "InvalidAccessKeyId.Inactive");
    let profile = tenant.ims("UpdateLoginProfile", &[bob, ("Status", "Active")]);
    assert_eq!(profile.code(), "NoPermission.ReservedObject");
    // Only whoever administers the account switches a key on again.
    let on = [bob, ("UserAccessKeyId", key.id.as_str()), ("Status", "Active")];
    assert_eq!(tenant.ims("UpdateAccessKey", &on).code(), "ok");
    world.ims("DeleteLoginProfile", &[bob]).ok();
    let kept = world.ims("UpdateUser", &[bob, ("ProvisionType", "Manual")]).ok();
    assert_eq!(kept["User"]["ProvisionType"], "Manual");
    assert_eq!(
        world.ims("DeleteUser", &[bob]).code(),
        "NoPermission.ReservedObject",
        "it is not ours any more"
    );
    tenant.ims("DeleteAccessKey", &[bob, ("UserAccessKeyId", key.id.as_str())]).ok();
    assert_eq!(tenant.ims("DeleteUser", &[bob]).code(), "ok");
}

#[test]
fn who_is_let_go_is_an_orphan_until_an_administrator_decides() {
    let world = Provisioned::new();
    let tenant = &world.tenant;
    let get = || tenant.ims("GetUser", &[world.named()]).ok()["User"].clone();
    assert!(get().get("OrphanedDate").is_none(), "somebody comes in as it");
    let bob = tenant.user("bob");
    tenant.user("carol");
    let owner = |name: &str| tenant.ims("UpdateUser", &[world.named(), ("NewOwner", name)]);
    assert_eq!(owner(&bob).code(), "NoPermission.ReservedObject");
    world.ims("UpdateUser", &[world.named(), ("ProvisionType", "Manual")]).ok();
    let since = get()["OrphanedDate"].as_str().unwrap().to_owned();
    assert_eq!(since, tenant.world.clock.now().rfc3339());
    let orphans = || {
        let users = tenant.ims("ListUsers", &[("Orphaned", "true")]).ok()["Users"]["User"].clone();
        let names = users.as_array().unwrap().iter().map(|user| user["UserPrincipalName"].clone());
        names.collect::<Vec<_>>()
    };
    assert_eq!(orphans(), [world.alice.as_str()]);
    for (name, code) in [
        ("nobody@nowhere.example", "EntityNotExist.User"),
        (tenant.principal("absent").as_str(), "EntityNotExist.User"),
        (world.alice.as_str(), "InvalidParameter.NewOwner"),
        ("no domain", "InvalidParameter.NewOwner"),
    ] {
        assert_eq!(owner(name).code(), code, "{name}");
    }
    let of_bob = [("UserPrincipalName", bob.as_str()), ("NewOwner", world.alice.as_str())];
    assert_eq!(tenant.ims("UpdateUser", &of_bob).code(), "User.NotOrphaned");
    let mark = [("UserPrincipalName", bob.as_str()), ("Orphaned", "true")];
    assert_eq!(tenant.ims("UpdateUser", &mark).code(), "InvalidParameter.Orphaned");
    owner(&bob).ok();
    assert_eq!(get()["OwnerPrincipalName"], bob);
    owner("").ok();
    assert_eq!(get()["OwnerPrincipalName"], "");
    owner(&tenant.principal("carol")).ok();
    tenant.ims("DeleteUser", &[("UserPrincipalName", &tenant.principal("carol"))]).ok();
    assert_eq!(get()["OwnerPrincipalName"], "", "an owner who goes leaves none behind");
    // Whether taken up again by CloudSSO or by the account, it is no orphan any more.
    world.ims("UpdateUser", &[world.named(), ("ProvisionType", "CloudSSO")]).ok();
    assert!(get().get("OrphanedDate").is_none() && orphans().is_empty());
    world.ims("UpdateUser", &[world.named(), ("ProvisionType", "Manual")]).ok();
    tenant.ims("UpdateUser", &[world.named(), ("Orphaned", "false")]).ok();
    assert!(get().get("OrphanedDate").is_none() && orphans().is_empty());
}

#[test]
fn nobody_passes_for_cloudsso() {
    let world = Provisioned::new();
    let tenant = &world.tenant;
    // A role of that name can be made by nobody, and the real one trusts nobody else.
    let trust = serde_json::json!({"Version": "1", "Statement": [{
        "Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"RAM": [format!("acs:ram::{}:root", tenant.account)]},
    }]})
    .to_string();
    for name in ["AliyunServiceRoleForCloudSSO", "aliyunserviceroleforcloudsso"] {
        let role = [("RoleName", name), ("AssumeRolePolicyDocument", trust.as_str())];
        assert_eq!(tenant.ram("CreateRole", &role).code(), "NoPermission.ReservedObject");
        let change = [("RoleName", name), ("NewAssumeRolePolicyDocument", trust.as_str())];
        assert_eq!(tenant.ram("UpdateRole", &change).code(), "NoPermission.ReservedObject");
    }
    let arn = format!("acs:ram::{}:role/AliyunServiceRoleForCloudSSO", tenant.account);
    tenant.user("mallory");
    tenant.grant("mallory", "AdministratorAccess");
    let mallory = access_key(&tenant.ram("CreateAccessKey", &[("UserName", "mallory")]).ok());
    let assume = [("RoleArn", arn.as_str()), ("RoleSessionName", "mallory")];
    for key in [&mallory, &tenant.key] {
        assert_eq!(tenant.world.call(key, (super::STS, "AssumeRole"), &assume).code(), "NoPermission");
    }
    let manual = [("UserPrincipalName", tenant.principal("eve")), ("DisplayName", "Eve".to_owned())];
    let manual: Vec<_> = manual
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .chain([("ProvisionType", "CloudSSO")])
        .collect();
    let made = tenant.world.call(&mallory, (IMS, "CreateUser"), &manual).ok();
    assert_eq!(made["User"]["ProvisionType"], "Manual");
}
