//! Access keys of users and of the account itself, and what signs with them.

use std::time::Duration;

use super::tenant::{Tenant, access_key};
use super::{IMS, RAM, STS, World};

#[test]
fn a_users_key_signs_until_it_is_switched_off_or_deleted() {
    let tenant = Tenant::new();
    tenant.user("alice");
    let key = tenant.key_of("alice");
    let who = || tenant.world.call(&key, (STS, "GetCallerIdentity"), &[]);
    let identity = who().ok();
    let id = tenant.ram("GetUser", &[("UserName", "alice")]).ok()["User"]["UserId"].clone();
    assert_eq!(identity["IdentityType"], "RAMUser");
    assert_eq!(identity["Arn"], format!("acs:ram::{}:user/alice", tenant.account));
    assert_eq!((&identity["UserId"], &identity["PrincipalId"]), (&id, &id));
    assert_eq!(identity["AccountId"], tenant.account.as_str());

    let named = [("UserName", "alice"), ("UserAccessKeyId", key.id.as_str())];
    let status = |status| tenant.ram("UpdateAccessKey", &[named[0], named[1], ("Status", status)]).code();
    assert_eq!(status("Inactive"), "ok");
    let refused = who();
    assert_eq!((refused.status, refused.code().as_str()), (403, "InvalidAccessKeyId.Inactive"));
    assert_eq!(status("Active"), "ok");
    assert_eq!(who().code(), "ok");
    assert_eq!(status("active"), "InvalidParameter.Status");
    tenant.ram("DeleteAccessKey", &named).ok();
    let refused = who();
    assert_eq!((refused.status, refused.code().as_str()), (404, "InvalidAccessKeyId.NotFound"));
    tenant.ram("DeleteUser", &[("UserName", "alice")]).ok();
}

#[test]
fn a_secret_is_shown_once_and_two_keys_are_enough() {
    let tenant = Tenant::new();
    let alice = tenant.user("alice");
    let named = [("UserPrincipalName", alice.as_str())];
    let first = access_key(&tenant.ims("CreateAccessKey", &named).ok());
    let listed = tenant.ims("ListAccessKeys", &named);
    assert!(!listed.body.contains(first.secret.expose()), "{}", listed.body);
    tenant.ims("CreateAccessKey", &named).ok();
    let third = tenant.ims("CreateAccessKey", &named);
    assert_eq!((third.status, third.code().as_str()), (409, "LimitExceeded.User.AccessKey"));
    let listed = tenant.ims("ListAccessKeys", &named).ok();
    assert_eq!(listed["AccessKeys"]["AccessKey"].as_array().unwrap().len(), 2);
    let nobody = tenant.principal("nobody");
    let bob = tenant.user("bob");
    for (action, parameters, code) in [
        ("CreateAccessKey", vec![("UserPrincipalName", nobody.as_str())], "EntityNotExist.User"),
        ("ListAccessKeys", vec![], "MissingUserPrincipalName"),
        ("DeleteAccessKey", vec![("UserPrincipalName", &alice)], "MissingUserAccessKeyId"),
        (
            "DeleteAccessKey",
            vec![("UserPrincipalName", &bob), ("UserAccessKeyId", &first.id)],
            "EntityNotExist.User.AccessKey",
        ),
        (
            "UpdateAccessKey",
            vec![("UserPrincipalName", &alice), ("UserAccessKeyId", &first.id)],
            "MissingStatus",
        ),
    ] {
        assert_eq!(tenant.ims(action, &parameters).code(), code, "{action} {parameters:?}");
    }
}

#[test]
fn the_last_use_of_a_key_is_known_to_the_minute() {
    let tenant = Tenant::new();
    tenant.user("alice");
    let key = tenant.key_of("alice");
    let named = [("UserPrincipalName", tenant.principal("alice")), ("UserAccessKeyId", key.id.clone())];
    let named: Vec<_> = named.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let last_used = || tenant.ims("GetAccessKeyLastUsed", &named).ok()["AccessKeyLastUsed"].clone();
    assert_eq!((&last_used()["LastUsedDate"], &last_used()["ServiceName"]), (&"".into(), &"".into()));
    let first = tenant.world.clock.now();
    tenant.world.call(&key, (STS, "GetCallerIdentity"), &[]).ok();
    assert_eq!(last_used()["LastUsedDate"], first.rfc3339());
    assert_eq!(last_used()["ServiceName"], "Sts");
    tenant.world.clock.advance(Duration::from_secs(59));
    tenant.world.call(&key, (RAM, "ListUsers"), &[]);
    assert_eq!(last_used()["LastUsedDate"], first.rfc3339(), "once a minute");
    tenant.world.clock.advance(Duration::from_secs(1));
    tenant.world.call(&key, (RAM, "ListUsers"), &[]);
    assert_eq!(last_used()["LastUsedDate"], tenant.world.clock.now().rfc3339());
    assert_eq!(last_used()["ServiceName"], "Ram");
    // A wrong signature is no use of a key.
    tenant.world.clock.advance(Duration::from_secs(120));
    let forged = cloudsso::rpc::AccessKey { secret: cloudsso::base::Secret::new("guess"), ..key.clone() };
    assert_eq!(tenant.world.call(&forged, (STS, "GetCallerIdentity"), &[]).code(), "SignatureDoesNotMatch");
    assert_ne!(last_used()["LastUsedDate"], tenant.world.clock.now().rfc3339());
}

#[test]
fn whoever_names_nobody_speaks_of_its_own_keys() {
    let world = World::new();
    let call = |key, action: &str, parameters: &[(&str, &str)]| world.call(key, (IMS, action), parameters);
    let own = call(&world.owner, "ListAccessKeys", &[]).ok();
    assert_eq!(own["AccessKeys"]["AccessKey"].as_array().unwrap().len(), 1, "the service's key is not shown");
    let only = [("UserAccessKeyId", world.owner.id.as_str())];
    assert_eq!(call(&world.owner, "DeleteAccessKey", &only).code(), "DeleteConflict.Account.AccessKey");
    let second = access_key(&call(&world.owner, "CreateAccessKey", &[]).ok());
    assert_eq!(call(&second, "DeleteAccessKey", &only).code(), "ok");
    assert_eq!(call(&second, "ListAccessKeys", &[]).code(), "ok");
    assert_eq!(call(&world.owner, "ListAccessKeys", &[]).code(), "InvalidAccessKeyId.NotFound");
}

#[test]
fn users_keep_their_own_keys_where_the_account_lets_them() {
    let tenant = Tenant::new();
    tenant.user("alice");
    let bob = tenant.user("bob");
    let key = tenant.key_of("alice");
    let own = || tenant.world.call(&key, (IMS, "ListAccessKeys"), &[]).code();
    assert_eq!(own(), "NoPermission");
    tenant.ims("SetSecurityPreference", &[("AllowUserToManageAccessKeys", "true")]).ok();
    assert_eq!(own(), "ok");
    let others = [("UserPrincipalName", bob.as_str())];
    assert_eq!(tenant.world.call(&key, (IMS, "CreateAccessKey"), &others).code(), "NoPermission");
    assert_eq!(tenant.world.call(&key, (RAM, "CreateAccessKey"), &[]).code(), "ok");
    let deny = super::identity_provider::policy("Deny", "ram:*AccessKey*", "*");
    tenant.grant_document("alice", "no-keys", &deny);
    assert_eq!(own(), "NoPermission", "a deny of one face's name is a deny of the other's");
}
