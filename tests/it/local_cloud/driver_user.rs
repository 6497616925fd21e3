//! The product's own driver and the RAM users of a member account, as CloudSSO.

use std::time::Duration;

use cloudsso::base::AccountId;
use cloudsso::cloud::{Account, Error, NewRamUser, PolicyKind, RamUser, RamUserChanges, UserSsoSettings};
use cloudsso::crypto::TotpSecret;
use data_encoding::BASE64;

use super::driver::driver;
use super::identity_provider::IdentityProvider;
use super::tenant::Tenant;

const RESERVED: &str = "NoPermission.ReservedObject";

/// A member account, and the driver in it as CloudSSO.
struct Room {
    tenant: Tenant,
    account: Account,
}

impl Room {
    fn new() -> Self {
        let tenant = Tenant::new();
        let cloud = driver(&tenant.world, &tenant.world.service);
        let account = cloud.account(&AccountId::parse(&tenant.account).expect("an id"));
        Self { tenant, account }
    }

    fn create(&self, name: &str) -> Result<RamUser, Error> {
        let principal_name = self.tenant.principal(name);
        let user = NewRamUser {
            principal_name: &principal_name,
            display_name: "A person",
            email: Some("person@example.com"),
            comments: "kept by CloudSSO",
        };
        self.account.create_ram_user(&user)
    }

    /// A user of the account's administrator with every way in, policies and a group; its logon name and
    /// its AccessKey.
    fn manual(&self, name: &str) -> (String, String) {
        let tenant = &self.tenant;
        let principal_name = tenant.user(name);
        let key = tenant.key_of(name).id;
        tenant.ram("CreateLoginProfile", &[("UserName", name), ("Password", "kayak-river-1")]).ok();
        tenant.grant(name, "ReadOnlyAccess");
        let document =
            r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"oss:Get*","Resource":"*"}]}"#;
        tenant.grant_document(name, "reader", document);
        tenant.ram("CreateGroup", &[("GroupName", "ops")]).ok();
        let policy = [("PolicyType", "System"), ("PolicyName", "ReadOnlyAccess"), ("GroupName", "ops")];
        tenant.ram("AttachPolicyToGroup", &policy).ok();
        tenant.ims("AddUserToGroup", &[("UserPrincipalName", &principal_name), ("GroupName", "ops")]).ok();
        self.bind_mfa_device(&principal_name);
        (principal_name, key)
    }

    fn bind_mfa_device(&self, principal_name: &str) {
        let made = self.tenant.ims("CreateVirtualMFADevice", &[("VirtualMFADeviceName", "phone")]).ok();
        let text = |field: &str| made["VirtualMFADevice"][field].as_str().expect(field).to_owned();
        let secret = TotpSecret::from_base32(&text("Base32StringSeed")).expect("a secret");
        let now = self.tenant.world.clock.now();
        let parameters = [
            ("UserPrincipalName", principal_name),
            ("SerialNumber", &text("SerialNumber")),
            ("AuthenticationCode1", &secret.code(now)),
            ("AuthenticationCode2", &secret.code(now.plus(Duration::from_secs(30)))),
        ];
        self.tenant.ims("BindMFADevice", &parameters).ok();
    }

    fn change(&self, principal_name: &str, changes: &RamUserChanges<'_>) -> Result<RamUser, Error> {
        self.account.update_ram_user(principal_name, changes)
    }

    fn take_over(&self, principal_name: &str) -> Result<RamUser, Error> {
        let changes = RamUserChanges { provision_type: Some("CloudSSO"), ..RamUserChanges::default() };
        self.change(principal_name, &changes)
    }
}

/// The code of a refusal, or `ok`.
fn code<T>(outcome: Result<T, Error>) -> String {
    outcome.map_or_else(|error| error.code().to_owned(), |_value| "ok".to_owned())
}

#[test]
fn a_user_of_cloudsso_from_creation_to_deletion() {
    let room = Room::new();
    let domain = room.account.default_domain().unwrap();
    assert_eq!(domain, format!("{}.onaliyun.com", room.tenant.account));
    let made = room.create("alice").unwrap();
    assert_eq!((made.name(), made.provision_type.as_str()), ("alice", "CloudSSO"));
    assert_eq!(made.principal_name, format!("alice@{domain}"));
    assert_eq!((made.email.as_str(), made.comments.as_str()), ("person@example.com", "kept by CloudSSO"));
    let alice = made.principal_name.as_str();
    assert_eq!(room.account.get_ram_user(alice).unwrap(), made);
    assert!(room.create("ALICE").unwrap_err().is_already_exists());

    let changes = RamUserChanges { display_name: Some("Alice B"), email: Some(""), ..Default::default() };
    let changed = room.change(alice, &changes).unwrap();
    assert_eq!((changed.display_name.as_str(), changed.email.as_str()), ("Alice B", ""));
    assert_eq!(
        (&changed.user_id, &changed.comments),
        (&made.user_id, &made.comments),
        "what is not said stays"
    );
    let cleared = RamUserChanges { comments: Some(""), ..Default::default() };
    assert_eq!(room.change(alice, &cleared).unwrap().comments, "");
    let bad = RamUserChanges { email: Some("nobody"), display_name: Some("X"), ..Default::default() };
    assert_eq!(code(room.change(alice, &bad)), "InvalidParameter.NewEmail");
    assert_eq!(room.account.get_ram_user(alice).unwrap().display_name, "Alice B", "nothing changed");

    assert_eq!(room.account.has_login_profile(alice), Ok(false));
    assert_eq!(room.account.has_mfa_device(alice), Ok(false));
    assert!(room.account.list_access_keys(alice).unwrap().is_empty());
    assert!(room.account.list_policies_for_user("alice").unwrap().is_empty());
    assert!(room.account.list_groups_for_user(alice).unwrap().is_empty());
    room.account.delete_ram_user(alice).unwrap();
    assert!(room.account.get_ram_user(alice).unwrap_err().is_not_found());
}

#[test]
fn users_are_listed_over_more_than_a_page() {
    let room = Room::new();
    let mut names: Vec<String> = (0..103).map(|number| format!("user-{number:03}")).collect();
    for name in &names {
        room.create(name).unwrap();
    }
    room.tenant.user("zoe");
    names.push("zoe".to_owned());
    let all = room.account.list_ram_users().unwrap();
    assert_eq!(all.iter().map(RamUser::name).collect::<Vec<_>>(), names);
    let manual: Vec<_> = all.iter().filter(|user| user.provision_type != "CloudSSO").collect();
    assert_eq!(manual.len(), 1);
    assert_eq!((manual[0].name(), manual[0].provision_type.as_str()), ("zoe", "Manual"));
}

#[test]
fn a_manual_user_is_taken_over_and_loses_its_own_ways_in() {
    let room = Room::new();
    let account = &room.account;
    let (bob, key) = room.manual("bob");
    let taken = room.take_over(&bob).unwrap();
    assert_eq!((taken.name(), taken.provision_type.as_str()), ("bob", "CloudSSO"));
    assert_eq!(account.has_login_profile(&bob), Ok(true));
    assert_eq!(account.has_mfa_device(&bob), Ok(true));
    let keys = account.list_access_keys(&bob).unwrap();
    assert_eq!(keys.iter().map(|key| (&key.id, key.is_active)).collect::<Vec<_>>(), [(&key, true)]);
    account.set_access_key_inactive(&bob, &key).unwrap();
    assert!(!account.list_access_keys(&bob).unwrap()[0].is_active);
    account.set_access_key_inactive(&bob, &key).unwrap();
    let held = account.list_policies_for_user("bob").unwrap();
    let held: Vec<_> = held.iter().map(|policy| (policy.kind, policy.policy_name.as_str())).collect();
    assert!(held.len() == 2 && held.contains(&(PolicyKind::Custom, "reader")), "{held:?}");
    assert_eq!(account.list_groups_for_user(&bob).unwrap(), ["ops"]);
    assert_eq!(account.list_policies_for_group("ops").unwrap()[0].policy_name, "ReadOnlyAccess");

    // What hangs on a user keeps it, until it is taken away.
    let conflict = |kind: &str| format!("DeleteConflict.User.{kind}");
    let delete = || code(account.delete_ram_user(&bob));
    assert_eq!(delete(), conflict("AccessKey"));
    account.delete_access_key(&bob, &key).unwrap();
    assert_eq!(delete(), conflict("LoginProfile"));
    account.delete_login_profile(&bob).unwrap();
    assert_eq!(delete(), conflict("MFADevice"));
    account.unbind_mfa_device(&bob).unwrap();
    assert_eq!(delete(), conflict("Policy"));
    for (kind, policy) in held {
        account.detach_policy_from_user(kind, policy, "bob").unwrap();
    }
    assert_eq!(delete(), conflict("Group"));
    account.remove_user_from_group(&bob, "ops").unwrap();

    // What is gone is not found, and says that it is not the user who is missing.
    assert_eq!(account.has_login_profile(&bob), Ok(false));
    assert_eq!(account.has_mfa_device(&bob), Ok(false));
    for (outcome, gone) in [
        (account.delete_access_key(&bob, &key), "EntityNotExist.User.AccessKey"),
        (account.set_access_key_inactive(&bob, &key), "EntityNotExist.User.AccessKey"),
        (account.delete_login_profile(&bob), "EntityNotExist.User.LoginProfile"),
        (account.unbind_mfa_device(&bob), "EntityNotExist.User.MFADevice"),
        (account.detach_policy_from_user(PolicyKind::Custom, "reader", "bob"), "EntityNotExist.User.Policy"),
        (account.remove_user_from_group(&bob, "ops"), "EntityNotExist.User.Group"),
    ] {
        let error = outcome.unwrap_err();
        assert!(error.code() == gone && error.is_not_found(), "{error}");
    }
    assert_eq!(delete(), "ok");
}

#[test]
fn a_user_let_go_is_the_accounts_own_again() {
    let room = Room::new();
    let alice = room.create("alice").unwrap().principal_name;
    let let_go = RamUserChanges { provision_type: Some("Manual"), ..Default::default() };
    assert_eq!(room.change(&alice, &let_go).unwrap().provision_type, "Manual");
    assert_eq!(code(room.account.delete_ram_user(&alice)), RESERVED);
    assert_eq!(room.take_over(&alice).unwrap().provision_type, "CloudSSO");
    assert_eq!(code(room.account.delete_ram_user(&alice)), "ok");
    let strange = RamUserChanges { provision_type: Some("Mine"), ..Default::default() };
    let bob = room.tenant.user("bob");
    assert_eq!(code(room.change(&bob, &strange)), "InvalidParameter.ProvisionType");
}

#[test]
fn a_user_that_cloudsso_does_not_keep_is_read_and_not_touched() {
    let room = Room::new();
    let account = &room.account;
    let (bob, key) = room.manual("bob");
    let before = account.get_ram_user(&bob).unwrap();
    assert_eq!(before.provision_type, "Manual");
    let changes = RamUserChanges { display_name: Some("Ours"), ..Default::default() };
    let system = (PolicyKind::System, "ReadOnlyAccess");
    for (action, outcome) in [
        ("update", room.change(&bob, &changes).map(drop)),
        ("delete", account.delete_ram_user(&bob)),
        ("login profile", account.delete_login_profile(&bob)),
        ("key off", account.set_access_key_inactive(&bob, &key)),
        ("key", account.delete_access_key(&bob, &key)),
        ("MFA device", account.unbind_mfa_device(&bob)),
        ("policy", account.detach_policy_from_user(system.0, system.1, "bob")),
        ("group", account.remove_user_from_group(&bob, "ops")),
    ] {
        let error = outcome.expect_err(action);
        assert_eq!(error.code(), RESERVED, "{action} {error}");
        assert!(!error.is_retryable() && !error.is_not_found(), "{action}");
    }
    assert_eq!(account.get_ram_user(&bob).unwrap(), before);
    assert_eq!((account.has_login_profile(&bob), account.has_mfa_device(&bob)), (Ok(true), Ok(true)));
    assert!(account.list_access_keys(&bob).unwrap()[0].is_active);
    assert_eq!(account.list_policies_for_user("bob").unwrap().len(), 2);
    assert_eq!(account.list_groups_for_user(&bob).unwrap(), ["ops"]);
}

#[test]
fn a_user_that_is_not_there_is_not_found() {
    let room = Room::new();
    let account = &room.account;
    let nobody = room.tenant.principal("nobody");
    let nobody = nobody.as_str();
    for (action, outcome) in [
        ("get", account.get_ram_user(nobody).map(drop)),
        ("update", room.change(nobody, &RamUserChanges::default()).map(drop)),
        ("take over", room.take_over(nobody).map(drop)),
        ("delete", account.delete_ram_user(nobody)),
        ("has login profile", account.has_login_profile(nobody).map(drop)),
        ("login profile", account.delete_login_profile(nobody)),
        ("keys", account.list_access_keys(nobody).map(drop)),
        ("key off", account.set_access_key_inactive(nobody, "LTAI5tnone")),
        ("key", account.delete_access_key(nobody, "LTAI5tnone")),
        ("has MFA device", account.has_mfa_device(nobody).map(drop)),
        ("MFA device", account.unbind_mfa_device(nobody)),
        ("policies", account.list_policies_for_user("nobody").map(drop)),
        ("policy", account.detach_policy_from_user(PolicyKind::System, "ReadOnlyAccess", "nobody")),
        ("groups", account.list_groups_for_user(nobody).map(drop)),
        ("group", account.remove_user_from_group(nobody, "ops")),
    ] {
        let error = outcome.expect_err(action);
        assert_eq!(error.code(), "EntityNotExist.User", "{action} {error}");
    }
    let error = account.list_policies_for_group("nobodies").unwrap_err();
    assert_eq!(error.code(), "EntityNotExist.Group");
    let elsewhere = NewRamUser {
        principal_name: "alice@elsewhere.onaliyun.com",
        display_name: "Alice",
        email: None,
        comments: "",
    };
    assert_eq!(code(account.create_ram_user(&elsewhere)), "InvalidParameter.UserPrincipalName");
}

#[test]
fn user_sso_is_set_and_set_back() {
    let room = Room::new();
    let account = &room.account;
    let metadata = |room: &Room| {
        let provider = IdentityProvider::new(room.tenant.world.clock.now());
        BASE64.decode(provider.encoded_metadata().as_bytes()).expect("Base64")
    };
    let untouched = account.user_sso_settings().unwrap();
    assert!(!untouched.is_enabled && untouched.metadata.is_empty() && untouched.auxiliary_domain.is_empty());

    // What the account had before us, of another identity provider.
    let theirs = UserSsoSettings {
        is_enabled: true,
        metadata: metadata(&room),
        auxiliary_domain: "corp.example.com".to_owned(),
        login_with_domain: false,
        authn_sign_algorithm: "rsa-sha256".to_owned(),
    };
    account.set_user_sso_settings(&theirs).unwrap();
    assert_eq!(account.user_sso_settings().unwrap(), theirs);

    let ours = UserSsoSettings {
        metadata: metadata(&room),
        auxiliary_domain: String::new(),
        login_with_domain: true,
        ..theirs.clone()
    };
    assert_ne!(ours.metadata, theirs.metadata);
    account.set_user_sso_settings(&ours).unwrap();
    assert_eq!(account.user_sso_settings().unwrap(), ours);

    let refused = [
        (UserSsoSettings { metadata: Vec::new(), ..ours.clone() }, "MissingMetadataDocument"),
        (UserSsoSettings { metadata: b"<x/>".to_vec(), ..ours.clone() }, "InvalidParameter.MetadataDocument"),
        (
            UserSsoSettings { auxiliary_domain: "-".to_owned(), ..ours.clone() },
            "InvalidParameter.AuxiliaryDomain",
        ),
        (
            UserSsoSettings { authn_sign_algorithm: "none".to_owned(), ..ours.clone() },
            "InvalidParameter.AuthnSignAlgo",
        ),
    ];
    for (settings, expected) in refused {
        assert_eq!(code(account.set_user_sso_settings(&settings)), expected);
        assert_eq!(account.user_sso_settings().unwrap(), ours, "nothing changed");
    }
    for earlier in [theirs, untouched] {
        account.set_user_sso_settings(&earlier).unwrap();
        assert_eq!(account.user_sso_settings().unwrap(), earlier);
    }
}

#[test]
fn the_accounts_own_settings_are_read() {
    let room = Room::new();
    assert_eq!(room.account.login_session_hours().unwrap(), 6);
    room.tenant.ims("SetSecurityPreference", &[("LoginSessionDuration", "2")]).ok();
    assert_eq!(room.account.login_session_hours().unwrap(), 2);
    room.tenant.ims("SetDefaultDomain", &[("DefaultDomainName", "shop.onaliyun.com")]).ok();
    assert_eq!(room.account.default_domain().unwrap(), "shop.onaliyun.com");
}
