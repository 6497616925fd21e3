//! The accounts' own consoles in a real browser: every page can be used by everybody, at every width.

use crate::local_cloud::desk::PASSWORD;
use crate::local_cloud::identity_provider::IdentityProvider;
use crate::local_cloud::tenant::Tenant;
use crate::local_cloud::{IMS, RD, World};
use crate::support::browser::Browser;

/// Widths of a phone, a tablet and a desk, in CSS pixels.
const WIDTHS: [u32; 3] = [320, 768, 1440];

/// Signs in at the local cloud by a name and the usual password.
pub(super) fn sign_in(browser: &Browser, base_url: &str, logon_name: &str) {
    enter(browser, base_url, (logon_name, PASSWORD));
}

/// Signs in at the local cloud by a name and a password, and waits for the console.
pub(super) fn enter(browser: &Browser, base_url: &str, name_and_password: (&str, &str)) {
    browser.goto(&format!("{base_url}/login"));
    try_sign_in(browser, name_and_password);
    browser.wait_for_text("Who you are here");
}

/// Sends a name and a password from the page of sign-in.
pub(super) fn try_sign_in(browser: &Browser, (name, password): (&str, &str)) {
    browser.fill("username", name);
    browser.fill("password", password);
    browser.click("Sign in");
}

/// A page must have a clean console, no fault by axe-core in light and in dark, and fit every width.
#[track_caller]
pub(super) fn judge(browser: &Browser, name: &str) {
    for width in WIDTHS {
        browser.resize(width, 900);
        browser.assert_no_sideways_scrolling();
        browser.picture(&format!("{name}-{width}"));
    }
    browser.assert_accessible();
    browser.resize(WIDTHS[0], 900);
    browser.assert_accessible();
    // Other colours, and so other contrasts.
    browser.prefer_color_scheme("dark");
    browser.assert_accessible();
    browser.picture(&format!("{name}-dark"));
    browser.assert_clean_console();
    browser.prefer_color_scheme("light");
    browser.resize(WIDTHS[2], 900);
}

/// Every page of the RAM console, in an account that has something of everything.
const RAM_PAGES: &[(&str, &str)] = &[
    ("who", "/console"),
    ("switch-role", "/console/switch-role"),
    ("security", "/console/security"),
    ("passkeys", "/console/security/passkeys"),
    ("users", "/ram/users"),
    ("user-creation", "/ram/users/create"),
    ("user", "/ram/users/tom"),
    ("user-orphan", "/ram/users/dora"),
    ("user-locked", "/ram/users/erin"),
    ("groups", "/ram/groups"),
    ("group-creation", "/ram/groups/create"),
    ("group", "/ram/groups/developers"),
    ("roles", "/ram/roles"),
    ("role-creation", "/ram/roles/create"),
    ("role", "/ram/roles/auditor"),
    ("role-locked", "/ram/roles/AliyunServiceRoleForCloudSSO"),
    ("policies", "/ram/policies"),
    ("policy-creation", "/ram/policies/create"),
    ("policy", "/ram/policies/custom/reading"),
    ("policy-system", "/ram/policies/system/AliyunRAMReadOnlyAccess"),
    ("permissions", "/ram/permissions"),
    ("permission-check", "/ram/permissions/check?kind=User&holder=tom"),
    ("permission-effective", "/ram/permissions/users/tom"),
    ("mfa-devices", "/ram/mfa-devices"),
    ("sso", "/ram/sso"),
    ("sso-saml-creation", "/ram/sso/create-saml-provider"),
    ("sso-oidc-creation", "/ram/sso/create-oidc-provider"),
    ("sso-saml", "/ram/sso/saml-providers/AliyunReservedSSO-d-test"),
    ("sso-oidc", "/ram/sso/oidc-providers/ci"),
    ("sso-user", "/ram/sso/user"),
    ("settings", "/ram/settings"),
];

/// Every page of the Resource Management console; `{}` is a member's id.
const DIRECTORY_PAGES: &[(&str, &str)] = &[
    ("organisation", "/resource-directory"),
    ("folder", "/resource-directory/folders/{folder}"),
    ("members", "/resource-directory/members"),
    ("member-creation", "/resource-directory/members/create"),
    ("member", "/resource-directory/members/{member}"),
    ("member-leave", "/resource-directory/members/{member}/leave"),
    ("log-on", "/resource-directory/members/{member}/log-on"),
    ("invitations", "/resource-directory/invitations"),
    ("invitation-creation", "/resource-directory/invitations/create"),
    ("delegated-administrators", "/resource-directory/delegated-administrators"),
    ("control-policies", "/resource-directory/control-policies"),
    ("control-policy-creation", "/resource-directory/control-policies/create"),
    ("control-policy", "/resource-directory/control-policies/FullAliyunAccess"),
    ("directory-settings", "/resource-directory/settings"),
];

const READING: &str =
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:Get*","Resource":"*"}]}"#;

#[test]
fn every_page_of_the_ram_console_can_be_used_by_everybody() {
    let tenant = Tenant::new();
    furnish(&tenant);
    let alice = tenant.user("alice");
    let profile = [("UserPrincipalName", alice.as_str()), ("Password", PASSWORD)];
    tenant.ims("CreateLoginProfile", &profile).ok();
    tenant.grant("alice", "AdministratorAccess");
    let browser = Browser::open(1440, 900);
    browser.goto(&tenant.world.url("/login"));
    judge(&browser, "login");
    let rita = tenant.user("rita");
    let first = [("PasswordResetRequired", "true"), ("MFABindRequired", "true")];
    let profile = [("UserPrincipalName", rita.as_str()), ("Password", PASSWORD), first[0], first[1]];
    tenant.ims("CreateLoginProfile", &profile).ok();
    try_sign_in(&browser, (&rita, PASSWORD));
    browser.wait_for_text("Set a new password");
    judge(&browser, "login-password");
    browser.fill("New password", "kayak-river-2");
    browser.fill("New password again", "kayak-river-2");
    browser.click("Set the password");
    browser.wait_for_text("Bind an MFA device");
    judge(&browser, "login-binding");
    sign_in(&browser, &tenant.world.base_url, &alice);
    for (name, path) in RAM_PAGES {
        browser.goto(&tenant.world.url(path));
        judge(&browser, name);
    }
}

#[test]
fn every_page_of_the_resource_management_console_can_be_used_by_everybody() {
    let world = World::new();
    let folder = world.call(&world.owner, (RD, "CreateFolder"), &[("FolderName", "Products")]).ok();
    let folder = folder["Folder"]["FolderId"].as_str().unwrap().to_owned();
    let member = world.member("production");
    let alice = world.management_user("alice", &["AdministratorAccess"]);
    let browser = Browser::open(1440, 900);
    sign_in(&browser, &world.base_url, &alice);
    for (name, path) in DIRECTORY_PAGES {
        browser.goto(&world.url(&path.replace("{folder}", &folder).replace("{member}", &member)));
        judge(&browser, name);
    }
}

/// Gives an account something of everything.
fn furnish(tenant: &Tenant) {
    let world = &tenant.world;
    tenant.ram("CreateGroup", &[("GroupName", "developers")]).ok();
    let tags =
        [("UserName", "tom"), ("DisplayName", "Tom"), ("Tag.1.Key", "team"), ("Tag.1.Value", "payments")];
    tenant.ram("CreateUser", &tags).ok();
    tenant.ram("AddUserToGroup", &[("UserName", "tom"), ("GroupName", "developers")]).ok();
    tenant.ram("CreateAccessKey", &[("UserName", "tom")]).ok();
    tenant.grant_document("tom", "reading", READING);
    tenant.ims("CreateVirtualMFADevice", &[("VirtualMFADeviceName", "phone")]).ok();
    let oidc = [("OIDCProviderName", "ci"), ("IssuerUrl", "http://localhost:9"), ("ClientIds", "one,two")];
    tenant.ims("CreateOIDCProvider", &oidc).ok();
    let trust = tenant.trust_of_account();
    tenant.ram("CreateRole", &[("RoleName", "auditor"), ("AssumeRolePolicyDocument", &trust)]).ok();
    let cloudsso = world.cloudsso(&tenant.account);
    for name in ["dora", "erin"] {
        let new = [("UserPrincipalName", tenant.principal(name)), ("DisplayName", name.to_owned())];
        let new = new.each_ref().map(|(key, value)| (*key, value.as_str()));
        world.call(&cloudsso, (IMS, "CreateUser"), &new).ok();
    }
    let dora = tenant.principal("dora");
    let go = [("UserPrincipalName", dora.as_str()), ("ProvisionType", "Manual")];
    world.call(&cloudsso, (IMS, "UpdateUser"), &go).ok();
    IdentityProvider::new(world.clock.now()).provision(world, &tenant.account);
}
