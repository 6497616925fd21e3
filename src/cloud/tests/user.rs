//! RAM users, their ways in, and user SSO, in the cloud's own shapes.

use super::*;

fn done() -> Canned {
    Canned::Json(200, json!({"RequestId": "r"}))
}

fn user() -> Value {
    json!({"UserId": "2", "UserPrincipalName": "alice@1.onaliyun.com", "DisplayName": "Alice",
        "Email": "a@example.com", "Comments": "c", "ProvisionType": "CloudSSO", "Tags": {"Tag": []}})
}

/// The actions of the calls, in their order.
fn actions(seen: &[Seen]) -> Vec<&str> {
    seen.iter().map(|call| call.action.as_str()).collect()
}

#[test]
fn users_in_their_own_shapes() {
    let answer = || Canned::Json(200, json!({"User": user()}));
    let bare = json!({"UserId": "3", "UserPrincipalName": "bob"});
    let bench = bench(vec![
        answer(),
        answer(),
        answer(),
        answer(),
        Canned::Json(200, json!({"IsTruncated": true, "Marker": "m", "Users": {"User": [user()]}})),
        Canned::Json(200, json!({"IsTruncated": false, "Users": {"User": [bare]}})),
        done(),
        Canned::Json(200, json!({"DefaultDomainName": "1.onaliyun.com"})),
    ]);
    let account = bench.cloud.management();
    let alice = "alice@1.onaliyun.com";
    let mut new = NewRamUser { principal_name: alice, display_name: "Alice", email: None, comments: "c" };
    let made = account.create_ram_user(&new).unwrap();
    assert_eq!((made.name(), made.provision_type.as_str()), ("alice", "CloudSSO"));
    new.email = Some("a@example.com");
    assert_eq!(account.create_ram_user(&new).unwrap(), made);
    assert_eq!(account.get_ram_user(alice).unwrap(), made);
    let changes = RamUserChanges { email: Some(""), provision_type: Some("CloudSSO"), ..Default::default() };
    assert_eq!(account.update_ram_user(alice, &changes).unwrap(), made);
    let all = account.list_ram_users().unwrap();
    assert_eq!(all.iter().map(RamUser::name).collect::<Vec<_>>(), ["alice", "bob"]);
    assert_eq!(
        (all[1].email.as_str(), all[1].provision_type.as_str()),
        ("", ""),
        "what is not said is empty"
    );
    account.delete_ram_user(alice).unwrap();
    assert_eq!(account.default_domain().unwrap(), "1.onaliyun.com");

    let seen = bench.server.calls();
    let expected = [
        "CreateUser",
        "CreateUser",
        "GetUser",
        "UpdateUser",
        "ListUsers",
        "ListUsers",
        "DeleteUser",
        "GetDefaultDomain",
    ];
    assert_eq!(actions(&seen), expected);
    assert!(seen.iter().all(|call| call.version == "2019-08-15"));
    let names = |call: &Seen| call.parameters.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let given = ["UserPrincipalName", "DisplayName", "Comments"];
    assert!(given.iter().all(|name| names(&seen[0]).iter().any(|own| own == name)));
    assert!(!names(&seen[0]).iter().any(|name| name == "Email"), "what is not given is not sent");
    assert_eq!(seen[1].parameter("Email"), "a@example.com");
    assert_eq!(seen[2].parameter("UserPrincipalName"), alice);
    assert!(names(&seen[3]).iter().any(|name| name == "NewEmail"), "the empty text is sent: it clears");
    assert!(!names(&seen[3]).iter().any(|name| name == "NewComments"));
    assert_eq!((seen[3].parameter("NewEmail"), seen[3].parameter("ProvisionType")), ("", "CloudSSO"));
    assert_eq!(seen[5].parameter("Marker"), "m");
    assert_eq!(seen[6].parameter("UserPrincipalName"), alice);
}

#[test]
fn ways_in_are_seen_and_closed() {
    let keys = json!({"AccessKeys": {"AccessKey": [{"AccessKeyId": "K1", "Status": "Active"},
        {"AccessKeyId": "K2", "Status": "Inactive"}, {"AccessKeyId": "K3", "Status": "Other"}]}});
    let bench = bench(vec![
        Canned::Json(200, json!({"LoginProfile": {"Status": "Inactive"}})),
        fault(404, "EntityNotExist.User.LoginProfile"),
        fault(404, "EntityNotExist.User"),
        done(),
        Canned::Json(200, keys),
        done(),
        done(),
        Canned::Json(200, json!({"IsMFAEnable": true, "MFADevice": {"SerialNumber": "s", "Type": "VMFA"}})),
        Canned::Json(200, json!({"IsMFAEnable": false})),
        fault(404, "EntityNotExist.User.MFADevice"),
        fault(404, "EntityNotExist.User"),
        done(),
    ]);
    let account = bench.cloud.management();
    let alice = "alice@1.onaliyun.com";
    assert_eq!([(); 2].map(|()| account.has_login_profile(alice)), [Ok(true), Ok(false)]);
    assert!(account.has_login_profile(alice).unwrap_err().is_not_found());
    account.delete_login_profile(alice).unwrap();
    let keys = account.list_access_keys(alice).unwrap();
    let keys: Vec<_> = keys.iter().map(|key| (key.id.as_str(), key.is_active)).collect();
    assert_eq!(keys, [("K1", true), ("K2", false), ("K3", true)]);
    account.set_access_key_inactive(alice, "K1").unwrap();
    account.delete_access_key(alice, "K1").unwrap();
    assert_eq!([(); 3].map(|()| account.has_mfa_device(alice)), [Ok(true), Ok(false), Ok(false)]);
    assert!(account.has_mfa_device(alice).unwrap_err().is_not_found());
    account.unbind_mfa_device(alice).unwrap();

    let seen = bench.server.calls();
    assert!(seen.iter().all(|call| call.parameter("UserPrincipalName") == alice));
    assert!(seen.iter().all(|call| call.version == "2019-08-15"));
    let [.., off, delete] = &seen[..7] else { panic!("{seen:?}") };
    assert_eq!((off.action.as_str(), off.parameter("Status")), ("UpdateAccessKey", "Inactive"));
    assert_eq!((delete.action.as_str(), delete.parameter("UserAccessKeyId")), ("DeleteAccessKey", "K1"));
    assert_eq!(
        [&seen[0], &seen[3], &seen[7], &seen[11]].map(|call| call.action.as_str()),
        ["GetLoginProfile", "DeleteLoginProfile", "GetUserMFAInfo", "UnbindMFADevice"]
    );
}

#[test]
fn policies_and_groups_are_seen_and_taken_away() {
    let policies = json!({"Policies": {"Policy": [{"PolicyName": "x", "PolicyType": "System"}]}});
    let bench = bench(vec![
        Canned::Json(200, policies.clone()),
        Canned::Json(200, policies),
        done(),
        Canned::Json(200, json!({"Groups": {"Group": [{"GroupName": "ops"}, {"GroupName": "dev"}]}})),
        done(),
    ]);
    let account = bench.cloud.management();
    let alice = "alice@1.onaliyun.com";
    let held = AttachedPolicy { policy_name: "x".to_owned(), kind: PolicyKind::System };
    assert_eq!(account.list_policies_for_user("alice").unwrap(), std::slice::from_ref(&held));
    assert_eq!(account.list_policies_for_group("ops").unwrap(), [held]);
    account.detach_policy_from_user(PolicyKind::System, "x", "alice").unwrap();
    assert_eq!(account.list_groups_for_user(alice).unwrap(), ["ops", "dev"]);
    account.remove_user_from_group(alice, "ops").unwrap();

    let seen = bench.server.calls();
    let expected = [
        ("ListPoliciesForUser", "2015-05-01"),
        ("ListPoliciesForGroup", "2015-05-01"),
        ("DetachPolicyFromUser", "2015-05-01"),
        ("ListGroupsForUser", "2019-08-15"),
        ("RemoveUserFromGroup", "2019-08-15"),
    ];
    let called: Vec<_> = seen.iter().map(|call| (call.action.as_str(), call.version.as_str())).collect();
    assert_eq!(called, expected);
    assert_eq!((seen[0].parameter("UserName"), seen[1].parameter("GroupName")), ("alice", "ops"));
    let detached = ["UserName", "PolicyType", "PolicyName"].map(|name| seen[2].parameter(name));
    assert_eq!(detached, ["alice", "System", "x"]);
    assert_eq!((seen[4].parameter("UserPrincipalName"), seen[4].parameter("GroupName")), (alice, "ops"));
}

#[test]
fn user_sso_in_its_own_shape() {
    let settings = json!({"SsoEnabled": true, "MetadataDocument": "PGEv\r\nPg==\n", "AuthnSignAlgo": "rsa-sha256",
        "AuxiliaryDomain": "example.com", "SsoLoginWithDomain": false});
    let bench = bench(vec![
        Canned::Json(200, json!({"UserSsoSettings": settings})),
        done(),
        Canned::Json(200, json!({"UserSsoSettings": {}})),
        done(),
        Canned::Json(200, json!({"RequestId": "r-9", "UserSsoSettings": {"MetadataDocument": "<a/>"}})),
        Canned::Json(
            200,
            json!({"SecurityPreference": {"LoginProfilePreference": {"LoginSessionDuration": 6}}}),
        ),
    ]);
    let account = bench.cloud.management();
    let enabled = account.user_sso_settings().unwrap();
    let expected = UserSsoSettings {
        is_enabled: true,
        metadata: b"<a/>".to_vec(),
        auxiliary_domain: "example.com".to_owned(),
        login_with_domain: false,
        authn_sign_algorithm: "rsa-sha256".to_owned(),
    };
    assert_eq!(enabled, expected);
    account.set_user_sso_settings(&enabled).unwrap();
    let unset = account.user_sso_settings().unwrap();
    assert!(!unset.is_enabled && unset.metadata.is_empty() && unset.auxiliary_domain.is_empty());
    assert!(unset.login_with_domain && unset.authn_sign_algorithm == "rsa-sha1", "the vendor's defaults");
    account.set_user_sso_settings(&unset).unwrap();
    let error = account.user_sso_settings().unwrap_err();
    let expected = "MetadataDocument in Base64".to_owned();
    assert_eq!(error, Error::Malformed { expected, request_id: "r-9".to_owned() });
    assert_eq!(account.login_session_hours().unwrap(), 6);

    let seen = bench.server.calls();
    let names = ["SsoEnabled", "MetadataDocument", "AuxiliaryDomain", "SsoLoginWithDomain", "AuthnSignAlgo"];
    let set = |call: &Seen| {
        let is_sent = |name: &&str| call.parameters.iter().any(|(own, _)| own == name);
        assert!(names.iter().all(is_sent), "what is empty is sent: it takes away");
        names.map(|name| call.parameter(name).to_owned())
    };
    assert_eq!(set(&seen[1]), ["true", "PGEvPg==", "example.com", "false", "rsa-sha256"]);
    assert_eq!(set(&seen[3]), ["false", "", "", "true", "rsa-sha1"]);
    assert_eq!(seen[5].action, "GetSecurityPreference");
    assert!(seen.iter().all(|call| call.version == "2019-08-15"));
}
