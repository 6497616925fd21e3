//! Login profiles, the password policy, and a user's own change of its password.

use std::time::Duration;

use cloudsso::rpc::AccessKey;

use super::tenant::Tenant;
use super::{Answer, IMS, World};

const FIRST: &str = "kayak-river-1";
const SECOND: &str = "kayak-river-2";

fn change(world: &World, key: &AccessKey, old: &str, new: &str) -> Answer {
    world.call(key, (IMS, "ChangePassword"), &[("OldPassword", old), ("NewPassword", new)])
}

#[test]
fn a_profile_from_creation_to_deletion_by_both_faces() {
    let tenant = Tenant::new();
    let alice = tenant.user("alice");
    let named = ("UserPrincipalName", alice.as_str());
    assert_eq!(tenant.ims("GetLoginProfile", &[named]).code(), "EntityNotExist.User.LoginProfile");
    let made =
        tenant.ims("CreateLoginProfile", &[named, ("Password", FIRST), ("PasswordResetRequired", "True")]);
    assert!(!made.body.contains(FIRST), "{}", made.body);
    let profile = made.ok()["LoginProfile"].clone();
    assert_eq!((&profile["Status"], &profile["PasswordStatus"]), (&"Active".into(), &"InitialValid".into()));
    assert_eq!(
        (&profile["PasswordResetRequired"], &profile["MFABindRequired"]),
        (&true.into(), &false.into())
    );
    assert_eq!(profile["UserPrincipalName"], alice.as_str());
    let again = tenant.ims("CreateLoginProfile", &[named, ("Password", FIRST)]);
    assert_eq!(again.code(), "EntityAlreadyExists.User.LoginProfile");

    let by_ram = tenant.ram("GetLoginProfile", &[("UserName", "alice")]).ok();
    assert_eq!(by_ram["LoginProfile"]["UserName"], "alice");
    tenant.ram("UpdateLoginProfile", &[("UserName", "alice"), ("MFABindRequired", "true")]).ok();
    let changed = tenant.ims("UpdateLoginProfile", &[named, ("Status", "Inactive")]).ok();
    assert_eq!(changed["LoginProfile"]["MFABindRequired"], true);
    assert_eq!(changed["LoginProfile"]["Status"], "Inactive");
    assert_eq!(changed["LoginProfile"]["PasswordResetRequired"], true, "what is not given stays");
    tenant.ims("DeleteLoginProfile", &[named]).ok();
    assert_eq!(tenant.ims("DeleteLoginProfile", &[named]).code(), "EntityNotExist.User.LoginProfile");
    assert_eq!(tenant.ims("UpdateLoginProfile", &[named]).code(), "EntityNotExist.User.LoginProfile");
}

#[test]
fn a_profile_must_be_well_formed() {
    let tenant = Tenant::new();
    let alice = tenant.user("alice");
    let nobody = tenant.principal("nobody");
    let named = ("UserPrincipalName", alice.as_str());
    let rows: &[(&[(&str, &str)], &str)] = &[
        (&[("Password", FIRST)], "MissingUserPrincipalName"),
        (&[("UserPrincipalName", &nobody), ("Password", FIRST)], "EntityNotExist.User"),
        (&[named], "MissingPassword"),
        (&[named, ("Password", "short")], "InvalidParameter.Password.Length"),
        (&[named, ("Password", &"p".repeat(33))], "InvalidParameter.Password.Length"),
        (&[named, ("Password", &"p".repeat(300_000))], "InvalidParameter.Password.Length"),
        (&[named, ("Password", FIRST), ("Status", "On")], "InvalidParameter.Status"),
        (&[named, ("Password", FIRST), ("MFABindRequired", "maybe")], "InvalidParameter.MFABindRequired"),
        (&[named, ("Status", "Inactive")], "ok"),
    ];
    for (parameters, code) in rows {
        let answer = tenant.ims("CreateLoginProfile", parameters);
        assert_eq!(answer.code(), *code, "{}", answer.body);
        assert!(!answer.body.contains(FIRST), "no password comes back");
    }
    // Nobody can be let in without a password.
    assert_eq!(tenant.ims("UpdateLoginProfile", &[named, ("Status", "Active")]).code(), "MissingPassword");
    let enabled = tenant.ims("UpdateLoginProfile", &[named, ("Status", "Active"), ("Password", FIRST)]).ok();
    assert_eq!(enabled["LoginProfile"]["PasswordStatus"], "InitialValid");
}

#[test]
fn the_password_policy_is_set_whole_and_kept() {
    let tenant = Tenant::new();
    let policy = tenant.ims("GetPasswordPolicy", &[]).ok()["PasswordPolicy"].clone();
    assert_eq!((&policy["MinimumPasswordLength"], &policy["InitialPasswordAge"]), (&8.into(), &14.into()));
    let alice = tenant.user("alice");
    let create = |password: &str| {
        tenant.ims("CreateLoginProfile", &[("UserPrincipalName", &alice), ("Password", password)]).code()
    };
    let strict =
        [("MinimumPasswordLength", "12"), ("RequireNumbers", "true"), ("PasswordNotContainUserName", "true")];
    let set = tenant.ims("SetPasswordPolicy", &strict).ok()["PasswordPolicy"].clone();
    assert_eq!((&set["RequireNumbers"], &set["RequireSymbols"]), (&true.into(), &false.into()));
    assert_eq!(create("kayak-river"), "InvalidParameter.Password.Length");
    assert_eq!(create("kayak-rivers"), "InvalidParameter.Password");
    assert_eq!(create("of-ALICE-1234"), "InvalidParameter.Password");
    // RAM knows fewer rules, and leaves those that only IMS knows.
    let by_ram = tenant.ram("SetPasswordPolicy", &[("RequireSymbols", "true"), ("HardExpiry", "true")]).ok();
    assert_eq!(by_ram["PasswordPolicy"]["HardExpiry"], true);
    assert!(by_ram["PasswordPolicy"].get("PasswordNotContainUserName").is_none());
    let now = tenant.ims("GetPasswordPolicy", &[]).ok()["PasswordPolicy"].clone();
    assert_eq!((&now["RequireNumbers"], &now["HardExpire"]), (&false.into(), &true.into()));
    assert_eq!(now["PasswordNotContainUserName"], true);
    assert_eq!(create("of-alice-"), "InvalidParameter.Password");
    assert_eq!(create(FIRST), "ok");
    for (name, value) in [
        ("MinimumPasswordLength", "7"),
        ("MinimumPasswordLength", "33"),
        ("MaxPasswordAge", "1096"),
        ("PasswordReusePrevention", "25"),
        ("MaxLoginAttemps", "33"),
        ("MinimumPasswordDifferentCharacter", "9"),
        ("InitialPasswordAge", "91"),
        ("RequireNumbers", "2"),
    ] {
        let code = tenant.ims("SetPasswordPolicy", &[(name, value)]).code();
        assert_eq!(code, format!("InvalidParameter.{name}"), "{value}");
    }
    assert_eq!(tenant.ims("GetPasswordPolicy", &[]).ok()["PasswordPolicy"], now, "nothing changed");
}

#[test]
fn an_initial_password_expires() {
    let tenant = Tenant::new();
    tenant.user("alice");
    tenant.ram("CreateLoginProfile", &[("UserName", "alice"), ("Password", FIRST)]).ok();
    let alice = tenant.principal("alice");
    let status = || {
        let key = tenant.world.administrator(&tenant.account);
        let named = [("UserPrincipalName", alice.as_str())];
        tenant.world.call(&key, (IMS, "GetLoginProfile"), &named).ok()["LoginProfile"]["PasswordStatus"]
            .clone()
    };
    tenant.world.clock.advance(Duration::from_secs(14 * 86_400 - 1));
    assert_eq!(status(), "InitialValid");
    tenant.world.clock.advance(Duration::from_secs(1));
    assert_eq!(status(), "InitialExpired");
}

#[test]
fn a_user_changes_its_password_if_it_knows_the_old_one() {
    let tenant = Tenant::new();
    let alice = tenant.user("alice");
    let key = tenant.key_of("alice");
    let change = |old: &str, new: &str| change(&tenant.world, &key, old, new).code();
    assert_eq!(change(FIRST, SECOND), "EntityNotExist.User.LoginProfile");
    tenant.ram("CreateLoginProfile", &[("UserName", "alice"), ("Password", FIRST)]).ok();
    assert_eq!(change(SECOND, FIRST), "InvalidParameter.OldPassword");
    assert_eq!(change(FIRST, "short"), "InvalidParameter.NewPassword.Length");
    assert_eq!(change("", SECOND), "MissingOldPassword");
    assert_eq!(change(FIRST, SECOND), "ok");
    assert_eq!(change(FIRST, SECOND), "InvalidParameter.OldPassword");
    let profile = tenant.ims("GetLoginProfile", &[("UserPrincipalName", &alice)]).ok();
    assert_eq!(profile["LoginProfile"]["PasswordStatus"], "NotInitial");
    // Nobody else has a password of its own.
    assert_eq!(
        super::login_profile::change(&tenant.world, &tenant.key, FIRST, SECOND).code(),
        "NoPermission"
    );
    tenant.ims("SetSecurityPreference", &[("AllowUserToChangePassword", "false")]).ok();
    assert_eq!(change(SECOND, FIRST), "NoPermission");
}

#[test]
fn earlier_passwords_do_not_come_back() {
    let tenant = Tenant::new();
    tenant.user("alice");
    tenant.ims("SetPasswordPolicy", &[("PasswordReusePrevention", "2")]).ok();
    let update = |password: &str| {
        tenant.world.clock.advance(Duration::from_secs(1));
        tenant.ram("UpdateLoginProfile", &[("UserName", "alice"), ("Password", password)]).code()
    };
    tenant.ram("CreateLoginProfile", &[("UserName", "alice"), ("Password", FIRST)]).ok();
    assert_eq!(update(FIRST), "InvalidParameter.Password");
    assert_eq!(update(SECOND), "ok");
    assert_eq!(update(FIRST), "InvalidParameter.Password");
    assert_eq!(update("kayak-river-3"), "ok");
    assert_eq!(update(FIRST), "ok", "only the last two are kept from coming back");
    // A new profile does not forget them.
    tenant.ram("DeleteLoginProfile", &[("UserName", "alice")]).ok();
    let create = [("UserName", "alice"), ("Password", FIRST)];
    assert_eq!(tenant.ram("CreateLoginProfile", &create).code(), "InvalidParameter.Password");
}

#[test]
fn too_many_wrong_passwords_lock_for_an_hour() {
    let tenant = Tenant::new();
    tenant.user("alice");
    let key = tenant.key_of("alice");
    tenant.ims("SetPasswordPolicy", &[("MaxLoginAttemps", "3")]).ok();
    tenant.ram("CreateLoginProfile", &[("UserName", "alice"), ("Password", FIRST)]).ok();
    let change = |old: &str, new: &str| change(&tenant.world, &key, old, new).code();
    for _ in 0..3 {
        assert_eq!(change("a-wrong-guess", SECOND), "InvalidParameter.OldPassword");
    }
    assert_eq!(change(FIRST, SECOND), "LimitExceeded.User.LoginAttempt", "the right one is not let in");
    tenant.world.clock.advance(Duration::from_secs(3599));
    assert_eq!(change(FIRST, SECOND), "LimitExceeded.User.LoginAttempt");
    tenant.world.clock.advance(Duration::from_secs(1));
    assert_eq!(change(FIRST, SECOND), "ok");
    assert_eq!(change("a-wrong-guess", FIRST), "InvalidParameter.OldPassword", "a right one begins anew");
}
