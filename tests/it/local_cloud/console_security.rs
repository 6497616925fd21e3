//! `/console/security`: what somebody changes of their own sign-in, and what the account does not let them.

use super::desk::{PASSWORD, sign_in, signed_in};
use super::login_owner::bind_device;
use super::tenant::{Tenant, access_key};
use super::{IMS, STS};
use crate::support::http::{Form, Page, Visitor};

fn open(tenant: &Tenant, visitor: &mut Visitor) -> Page {
    let page = visitor.open(&tenant.world.url("/console/security"));
    assert_eq!(page.status, 200, "{}", page.text());
    page
}

fn done(visitor: &mut Visitor, form: &Form, said: &str) -> Page {
    let page = visitor.submit(form);
    let page = visitor.follow(page);
    assert!(page.status == 200 && page.text().contains(said), "{said} is not on {}", page.text());
    page
}

fn passwords(page: &Page, old: &str, new: &str) -> Form {
    let form = page.deed("change-password").with("old_password", old);
    form.with("new_password", new).with("new_password_again", new)
}

#[test]
fn a_user_changes_its_password_as_the_policy_says() {
    let tenant = Tenant::new();
    let mut alice = signed_in(&tenant, "alice", &[]);
    tenant.ims("SetPasswordPolicy", &[("RequireNumbers", "true")]).ok();
    let page = open(&tenant, &mut alice);
    let answer = alice.submit(&passwords(&page, PASSWORD, "kayak-river"));
    assert_eq!(answer.status, 400);
    assert!(answer.text().contains("with a digit"), "{}", answer.text());
    let answer = alice.submit(&passwords(&page, "wrong", "kayak-river-2"));
    assert!(answer.status == 400 && answer.text().contains("OldPassword"), "{}", answer.text());
    done(&mut alice, &passwords(&page, PASSWORD, "kayak-river-2"), "The password is changed");
    let login = tenant.world.url("/login");
    let try_password = |password: &str| {
        let mut visitor = Visitor::new();
        let page = visitor.open(&login);
        let form = page.form("/login").with("username", &tenant.principal("alice"));
        visitor.submit(&form.with("password", password)).status
    };
    assert_eq!((try_password(PASSWORD), try_password("kayak-river-2")), (401, 303));
}

#[test]
fn a_new_password_ends_the_consoles_that_the_old_one_opened_but_the_one_in_hand() {
    let tenant = Tenant::new();
    let mut here = signed_in(&tenant, "alice", &[]);
    let mut elsewhere = Visitor::new();
    sign_in(&tenant.world, &mut elsewhere, &tenant.principal("alice"));
    let page = open(&tenant, &mut here);
    done(&mut here, &passwords(&page, PASSWORD, "kayak-river-2"), "The password is changed");
    let console = tenant.world.url("/console");
    assert_eq!((here.get(&console).status, elsewhere.get(&console).status), (200, 401));
    let by_other =
        [("UserPrincipalName", tenant.principal("alice")), ("Password", "kayak-river-3".to_owned())];
    let by_other = by_other.each_ref().map(|(name, value)| (*name, value.as_str()));
    tenant.ims("UpdateLoginProfile", &by_other).ok();
    assert_eq!(here.get(&console).status, 401, "an administrator's reset leaves none");
}

#[test]
fn a_sign_in_that_was_taken_away_and_given_again_brings_no_console_back() {
    let tenant = Tenant::new();
    let mut alice = signed_in(&tenant, "alice", &[]);
    let (name, console) = (tenant.principal("alice"), tenant.world.url("/console"));
    let named = ("UserPrincipalName", name.as_str());
    for (away, given) in [
        (("UpdateLoginProfile", ("Status", "Inactive")), ("UpdateLoginProfile", ("Status", "Active"))),
        (("DeleteLoginProfile", ("Status", "")), ("CreateLoginProfile", ("Password", PASSWORD))),
    ] {
        sign_in(&tenant.world, &mut alice, &name);
        assert_eq!(alice.get(&console).status, 200);
        // The browser does not look at it meanwhile.
        tenant.ims(away.0, &[named, away.1]).ok();
        tenant.ims(given.0, &[named, given.1]).ok();
        assert_eq!(alice.get(&console).status, 401, "{}", away.0);
    }
}

#[test]
fn what_the_account_does_not_let_its_users_do_is_said_and_refused() {
    let tenant = Tenant::new();
    let mut alice = signed_in(&tenant, "alice", &[]);
    let page = open(&tenant, &mut alice);
    assert!(page.text().contains("You cannot make access keys here"), "{}", page.text());
    assert!(page.deeds("create-key").is_empty());
    let (change, create) = (passwords(&page, PASSWORD, "kayak-river-2"), page.deed("create-device"));
    let forbidden = [("AllowUserToChangePassword", "false"), ("AllowUserToManageMFADevices", "false")];
    tenant.ims("SetSecurityPreference", &forbidden).ok();
    let page = open(&tenant, &mut alice);
    assert!(page.text().contains("You cannot change it here"), "{}", page.text());
    assert!(page.deeds("change-password").is_empty() && page.deeds("create-device").is_empty());
    for (form, action) in [
        (change, "ims:ChangePassword"),
        (create.clone(), "ims:DeleteVirtualMFADevice"),
        (create.with("deed", "create-key").with("once", "another"), "ims:CreateAccessKey"),
    ] {
        let page = alice.submit(&form);
        assert_eq!(page.status, 403);
        assert!(page.text().contains(action), "{action} is not on {}", page.text());
    }
    // A policy lets her do it all the same.
    tenant.grant("alice", "AliyunRAMFullAccess");
    let page = open(&tenant, &mut alice);
    let made = alice.submit(&page.deed("create-key"));
    assert!(made.text().contains("Your new access key"), "{}", made.text());
}

#[test]
fn a_user_makes_switches_and_deletes_its_access_keys() {
    let tenant = Tenant::new();
    tenant.ims("SetSecurityPreference", &[("AllowUserToManageAccessKeys", "true")]).ok();
    let mut alice = signed_in(&tenant, "alice", &[]);
    let page = open(&tenant, &mut alice);
    let form = page.deed("create-key");
    let made = alice.submit(&form);
    let secrets: Vec<&str> = made.body.split("class=\"secret\">").skip(1).collect();
    let [id, secret] = [0, 1].map(|at| secrets[at].split('<').next().unwrap().to_owned());
    let answer = serde_json::json!({"AccessKey": {"AccessKeyId": id, "AccessKeySecret": secret}});
    let key = access_key(&answer);
    let who = tenant.world.call(&key, (STS, "GetCallerIdentity"), &[]).ok();
    assert_eq!(who["Arn"], format!("acs:ram::{}:user/alice", tenant.account));
    // Sent again, it makes no second one and shows nothing.
    let again = alice.submit(&form);
    assert_eq!(again.status, 409);
    assert!(!again.body.contains(&secret), "{}", again.body);
    let page = open(&tenant, &mut alice);
    assert!(!page.body.contains(&secret));
    done(&mut alice, &page.deed("switch-key"), "is switched");
    assert_eq!(
        tenant.world.call(&key, (STS, "GetCallerIdentity"), &[]).code(),
        "InvalidAccessKeyId.Inactive"
    );
    let page = open(&tenant, &mut alice);
    let page = done(&mut alice, &page.deed("switch-key"), "is switched");
    tenant.world.call(&key, (STS, "GetCallerIdentity"), &[]).ok();
    // Another user's key is out of reach.
    tenant.user("bob");
    let bobs = tenant.key_of("bob");
    let delete = page.deed("delete-key");
    assert_eq!(alice.submit(&delete.clone().with("key", &bobs.id)).status, 404);
    tenant.world.call(&bobs, (STS, "GetCallerIdentity"), &[]).ok();
    done(&mut alice, &delete, "is deleted");
    let listed = tenant.ram("ListAccessKeys", &[("UserName", "alice")]).ok();
    assert_eq!(listed["AccessKeys"]["AccessKey"], serde_json::json!([]));
}

#[test]
fn a_user_binds_a_device_by_two_codes_in_a_row_and_unbinds_it() {
    let tenant = Tenant::new();
    // With a sign that other devices' names may not have.
    let mut alice = signed_in(&tenant, "alice_a", &[]);
    let page = open(&tenant, &mut alice);
    let shown = alice.submit(&page.deed("create-device"));
    assert!(shown.body.contains("data:image/png;base64,"), "{}", shown.body);
    let wrong = shown.deed("bind-device").with("code_1", "000000").with("code_2", "000001");
    let page = alice.submit(&wrong);
    assert_eq!(page.status, 400);
    assert!(page.text().contains("AuthenticationCode1") && page.deeds("bind-device").len() == 1);
    // Another picture takes the place of the first.
    bind_device(&tenant.world, &mut alice);
    let info = || tenant.ims("GetUserMFAInfo", &[("UserPrincipalName", &tenant.principal("alice_a"))]).ok();
    assert_eq!(info()["MFADevice"]["SerialNumber"], format!("acs:ram::{}:mfa/alice_a", tenant.account));
    let page = open(&tenant, &mut alice);
    assert!(page.deeds("create-device").is_empty());
    done(&mut alice, &page.deed("unbind-device"), "is unbound");
    assert_eq!(info()["IsMFAEnable"], false);
    let devices = tenant.ims("ListVirtualMFADevices", &[]).ok();
    assert_eq!(devices["VirtualMFADevices"]["VirtualMFADevice"], serde_json::json!([]));
}

#[test]
fn nobody_binds_the_device_of_another_user() {
    let tenant = Tenant::new();
    let mut alice = signed_in(&tenant, "alice", &[]);
    let mut bob = signed_in(&tenant, "bob", &[]);
    let page = open(&tenant, &mut bob);
    bob.submit(&page.deed("create-device"));
    let page = open(&tenant, &mut alice);
    let shown = alice.submit(&page.deed("create-device"));
    let foreign = format!("acs:ram::{}:mfa/bob", tenant.account);
    let form = shown.deed("bind-device").with("serial", &foreign);
    let page = alice.submit(&form.with("code_1", "000000").with("code_2", "000001"));
    assert_eq!(page.status, 400, "a code is the proof, whosever device it is: {}", page.text());
}

#[test]
fn a_user_sees_its_sessions_in_all_browsers_and_ends_them() {
    let tenant = Tenant::new();
    let mut here = signed_in(&tenant, "alice", &[]);
    let mut bob = signed_in(&tenant, "bob", &[]);
    let mut there = Visitor::new();
    sign_in(&tenant.world, &mut there, &tenant.principal("alice"));
    let page = open(&tenant, &mut here);
    let forms = page.deeds("end-session");
    assert_eq!(forms.len(), 2, "hers and nobody else's: {}", page.text());
    let console = tenant.world.url("/console");
    // Bob's is not hers to end, nor hers his.
    let bobs = open(&tenant, &mut bob).deed("end-session");
    let foreign = forms[0].clone().with("session", bobs.field("session").unwrap());
    assert_eq!(here.submit(&foreign).status, 409);
    assert_eq!(bob.get(&console).status, 200);
    let own = open(&tenant, &mut there).deeds("end-session");
    let ids = |forms: &[Form]| forms.iter().map(|form| form.field("session").unwrap().to_owned()).collect();
    let (mut seen_here, mut seen_there): (Vec<String>, Vec<String>) = (ids(&forms), ids(&own));
    seen_here.sort();
    seen_there.sort();
    assert_eq!(seen_here, seen_there);
    let current = here.cookie(&console, "localcloud").unwrap().split_once('.').unwrap().1.to_owned();
    let other = forms.iter().find(|form| form.field("session") != Some(&current)).unwrap();
    done(&mut here, other, "That session is over");
    assert_eq!((here.get(&console).status, there.get(&console).status), (200, 401));
    let page = open(&tenant, &mut here);
    let page = here.submit(&page.deed("end-session"));
    assert_eq!(here.follow(page).status, 401);
}

#[test]
fn a_role_has_nothing_to_sign_in_with() {
    let tenant = Tenant::new();
    let trust = format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{{"RAM":["acs:ram::{}:root"]}}}}]}}"#,
        tenant.account
    );
    tenant.ram("CreateRole", &[("RoleName", "auditor"), ("AssumeRolePolicyDocument", &trust)]).ok();
    let mut alice = signed_in(&tenant, "alice", &["AliyunSTSAssumeRoleAccess"]);
    let page = alice.open(&tenant.world.url("/console/switch-role"));
    let form = page.deed("switch-role").with("account", &tenant.account).with("role", "auditor");
    let page = alice.submit(&form);
    alice.follow(page);
    let page = open(&tenant, &mut alice);
    assert!(page.text().contains("You act as a role"), "{}", page.text());
    assert!(page.forms().iter().all(|form| !form.action.path().starts_with("/console/security")));
}

#[test]
fn whom_cloudsso_keeps_changes_nothing_here() {
    let tenant = Tenant::new();
    let mut alice = signed_in(&tenant, "alice", &[]);
    let page = open(&tenant, &mut alice);
    let change = passwords(&page, PASSWORD, "kayak-river-2");
    let key = tenant.world.cloudsso(&tenant.account);
    let kept = [("UserPrincipalName", tenant.principal("alice")), ("ProvisionType", "CloudSSO".to_owned())];
    let kept = kept.each_ref().map(|(name, value)| (*name, value.as_str()));
    tenant.world.call(&key, (IMS, "UpdateUser"), &kept).ok();
    let page = open(&tenant, &mut alice);
    assert!(page.deeds("change-password").is_empty() && page.deeds("create-device").is_empty());
    assert!(page.text().contains("CloudSSO keeps the user alice"), "{}", page.text());
    assert_eq!(alice.submit(&change).status, 403);
}
