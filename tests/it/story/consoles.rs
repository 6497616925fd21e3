//! The accounts' own consoles in a real browser: every page can be used by everybody, at every width.

use crate::local_cloud::desk::PASSWORD;
use crate::local_cloud::tenant::Tenant;
use crate::support::browser::Browser;

/// Widths of a phone, a tablet and a desk, in CSS pixels.
const WIDTHS: [u32; 3] = [320, 768, 1440];

/// Signs in at the local cloud by a name and the usual password.
pub(super) fn sign_in(browser: &Browser, base_url: &str, logon_name: &str) {
    browser.goto(&format!("{base_url}/login"));
    browser.fill("username", logon_name);
    browser.fill("password", PASSWORD);
    browser.click("Sign in");
    browser.wait_for_text("Who you are here");
}

/// A page must have a clean console, no fault by axe-core in light and in dark, and fit every width.
#[track_caller]
pub(super) fn judge(browser: &Browser, name: &str) {
    for scheme in ["light", "dark"] {
        browser.prefer_color_scheme(scheme);
        for width in WIDTHS {
            browser.resize(width, 900);
            browser.assert_no_sideways_scrolling();
            browser.assert_accessible();
            browser.picture(&format!("{name}-{scheme}-{width}"));
        }
    }
    browser.assert_clean_console();
    browser.prefer_color_scheme("light");
}

#[test]
fn every_page_of_the_consoles_can_be_used_by_everybody() {
    let tenant = Tenant::new();
    let world = &tenant.world;
    tenant.ram("CreateGroup", &[("GroupName", "developers")]).ok();
    let tags =
        [("UserName", "tom"), ("DisplayName", "Tom"), ("Tag.1.Key", "team"), ("Tag.1.Value", "payments")];
    tenant.ram("CreateUser", &tags).ok();
    let tom = [("UserName", "tom"), ("GroupName", "developers")];
    tenant.ram("AddUserToGroup", &tom).ok();
    tenant.ram("CreateAccessKey", &[("UserName", "tom")]).ok();
    let alice = tenant.user("alice");
    let profile = [("UserPrincipalName", alice.as_str()), ("Password", PASSWORD)];
    tenant.ims("CreateLoginProfile", &profile).ok();
    tenant.grant("alice", "AliyunRAMFullAccess");
    let browser = Browser::open(1440, 900);
    browser.goto(&world.url("/login"));
    judge(&browser, "login");
    sign_in(&browser, &world.base_url, &alice);
    for (name, path) in [
        ("who", "/console"),
        ("switch-role", "/console/switch-role"),
        ("users", "/ram/users"),
        ("user-creation", "/ram/users/create"),
        ("user", "/ram/users/tom"),
    ] {
        browser.goto(&world.url(path));
        judge(&browser, name);
    }
}
