//! The desk: pages for who is signed in, forms that only their own page sends, several consoles at once, and
//! roles that are switched to.

use std::time::Duration;

use super::World;
use super::tenant::Tenant;
use crate::support::http::{Page, Visitor};

pub(crate) const PASSWORD: &str = "kayak-river-1";

/// A user of the tenant's account with a password, who holds a system policy, signed in.
pub(crate) fn signed_in(tenant: &Tenant, name: &str, policies: &[&str]) -> Visitor {
    let logon_name = tenant.user(name);
    let profile = [("UserPrincipalName", logon_name.as_str()), ("Password", PASSWORD)];
    tenant.ims("CreateLoginProfile", &profile).ok();
    for policy in policies {
        tenant.grant(name, policy);
    }
    let mut visitor = Visitor::new();
    sign_in(&tenant.world, &mut visitor, &logon_name);
    visitor
}

/// Signs a browser in by name and password.
pub(crate) fn sign_in(world: &World, visitor: &mut Visitor, logon_name: &str) -> Page {
    let page = visitor.open(&world.url("/login"));
    let form = page.form("/login").with("username", logon_name).with("password", PASSWORD);
    let page = visitor.submit(&form);
    let page = visitor.follow(page);
    assert_eq!((page.status, page.url.path()), (200, "/console"), "{}", page.text());
    page
}

/// Switches to a role; the page that comes.
pub(crate) fn switch_role(world: &World, visitor: &mut Visitor, account: &str, role: &str) -> Page {
    let page = visitor.open(&world.url("/console/switch-role"));
    let form = page.deed("switch-role").with("account", account).with("role", role);
    let page = visitor.submit(&form);
    visitor.follow(page)
}

pub(super) fn role(tenant: &Tenant, name: &str) {
    let trust = tenant.trust_of_account();
    tenant.ram("CreateRole", &[("RoleName", name), ("AssumeRolePolicyDocument", &trust)]).ok();
}

#[test]
fn a_page_shows_what_its_visitor_may_see_and_names_the_permission_that_is_missing() {
    let tenant = Tenant::new();
    let mut reader = signed_in(&tenant, "reader", &["AliyunRAMReadOnlyAccess"]);
    let mut nobody = signed_in(&tenant, "nobody", &[]);
    let users = tenant.world.url("/ram/users");
    let page = reader.open(&users);
    assert!(page.text().contains(&tenant.principal("nobody")), "{}", page.text());
    let page = nobody.get(&users);
    assert_eq!(page.status, 403);
    assert!(page.text().contains("ims:ListUsers"), "{}", page.text());
    assert!(!page.text().contains(&tenant.principal("reader")), "{}", page.text());
    assert_eq!(Visitor::new().get(&users).status, 401);
}

#[test]
fn a_form_is_taken_from_its_own_page_alone() {
    let tenant = Tenant::new();
    role(&tenant, "auditor");
    let mut alice = signed_in(&tenant, "alice", &["AliyunSTSAssumeRoleAccess"]);
    let page = alice.open(&tenant.world.url("/console/switch-role"));
    let form = page.deed("switch-role").with("account", &tenant.account).with("role", "auditor");
    let refused = |form, visitor: &mut Visitor| {
        let page = visitor.submit(&form);
        assert_eq!(page.status, 403, "{}", page.text());
        assert!(page.text().contains("Nothing was changed"));
    };
    refused(form.clone().without("csrf_token"), &mut alice);
    refused(form.clone().with("csrf_token", "AAAA"), &mut alice);
    refused(form.clone().with_another("csrf_token", "AAAA"), &mut alice);
    refused(form.clone().sent_from("https://evil.example/"), &mut alice);
    let mut bob = signed_in(&tenant, "bob", &["AliyunSTSAssumeRoleAccess"]);
    refused(form.clone(), &mut bob);
    refused(form.clone().with("deed", "no-such"), &mut alice);
    let page = alice.submit(&form);
    assert_eq!(alice.follow(page).url.path(), "/console");
}

#[test]
fn a_role_is_switched_to_and_ends_with_the_console_it_was_switched_from() {
    let tenant = Tenant::new();
    role(&tenant, "auditor");
    let mut alice = signed_in(&tenant, "alice", &["AliyunSTSAssumeRoleAccess"]);
    let page = switch_role(&tenant.world, &mut alice, &tenant.account, "auditor");
    let text = page.text();
    assert!(text.contains("assumed-role/auditor/alice"), "{text}");
    assert!(text.contains("Switch of role") && text.contains("from alice"), "{text}");
    // Back to her own, and forth again.
    let page = alice.submit(&page.form("/console/switch"));
    let page = alice.follow(page);
    assert!(page.text().contains(&tenant.principal("alice")), "{}", page.text());
    let page = alice.submit(&page.form("/console/switch"));
    assert!(alice.follow(page).text().contains("assumed-role/auditor"));
    let profile = [("UserPrincipalName", tenant.principal("alice")), ("Status", "Inactive".to_owned())];
    let profile = profile.each_ref().map(|(name, value)| (*name, value.as_str()));
    tenant.ims("UpdateLoginProfile", &profile).ok();
    assert_eq!(alice.get(&tenant.world.url("/console")).status, 401);
}

#[test]
fn a_switch_is_refused_without_permission_and_without_trust() {
    let tenant = Tenant::new();
    role(&tenant, "auditor");
    let mut bob = signed_in(&tenant, "bob", &[]);
    let page = switch_role(&tenant.world, &mut bob, &tenant.account, "auditor");
    assert_eq!(page.status, 403);
    assert!(page.text().contains("sts:AssumeRole"), "{}", page.text());
    let mut alice = signed_in(&tenant, "alice", &["AliyunSTSAssumeRoleAccess"]);
    for (account, role, status, said) in [
        (tenant.account.as_str(), "AliyunServiceRoleForCloudSSO", 403, "does not admit"),
        (tenant.account.as_str(), "absent", 404, "does not exist"),
        (tenant.account.as_str(), "a b", 400, "role"),
        (tenant.account.as_str(), "", 400, "role"),
        ("nobody-has-this-alias", "auditor", 400, "account"),
        ("1000000000000000", "auditor", 404, "does not exist"),
    ] {
        let page = switch_role(&tenant.world, &mut alice, account, role);
        assert_eq!(page.status, status, "{account} {role}: {}", page.text());
        assert!(page.text().contains(said), "{account} {role}: {}", page.text());
    }
    tenant.ram("UpdateRole", &[("RoleName", "auditor"), ("NewAllowConsoleLogin", "false")]).ok();
    let page = switch_role(&tenant.world, &mut alice, &tenant.account, "auditor");
    assert_eq!(page.status, 409, "{}", page.text());
}

#[test]
fn a_browser_has_several_consoles_open_and_leaves_one_or_all() {
    let tenant = Tenant::new();
    let mut browser = signed_in(&tenant, "alice", &[]);
    let console = tenant.world.url("/console");
    let first = browser.open(&console);
    let bob = tenant.user("bob");
    tenant.ims("CreateLoginProfile", &[("UserPrincipalName", bob.as_str()), ("Password", PASSWORD)]).ok();
    sign_in(&tenant.world, &mut browser, &bob);
    // A form of the page of another console changes nothing here.
    assert_eq!(browser.submit(&first.form("/console/logout")).status, 403);
    let page = browser.open(&console);
    let one = page.forms().into_iter().rfind(|form| form.action.path() == "/console/logout");
    let page = browser.submit(&one.unwrap());
    let page = browser.follow(page);
    assert_eq!(page.status, 401);
    assert!(page.text().contains("open in this browser") && page.text().contains("alice"), "{}", page.text());
    let page = browser.submit(&page.form("/console/switch"));
    let page = browser.follow(page);
    assert!(page.text().contains(&tenant.principal("alice")), "{}", page.text());
    sign_in(&tenant.world, &mut browser, &bob);
    let page = browser.open(&console);
    let all = page.forms().into_iter().find(|form| form.action.path() == "/console/logout").unwrap();
    let page = browser.submit(&all.with("everywhere", "true"));
    let page = browser.follow(page);
    assert_eq!(page.status, 401);
    assert!(!page.text().contains("open in this browser"), "{}", page.text());
}

#[test]
fn nobody_switches_to_a_console_of_another_browser() {
    let tenant = Tenant::new();
    let mut alice = signed_in(&tenant, "alice", &[]);
    let bob = signed_in(&tenant, "bob", &[]);
    let console = tenant.world.url("/console");
    let alices = alice.cookie(&console, "localcloud").unwrap().split_once('.').unwrap().1.to_owned();
    let bobs = bob.cookie(&console, "localcloud").unwrap().to_owned();
    let forged = format!("{}.{alices}", bobs.split_once('.').unwrap().0);
    let mut bob = bob.with_cookie(&console, "localcloud", &forged);
    assert_eq!(bob.get(&console).status, 401);
    let page = alice.open(&console);
    assert!(page.text().contains(&tenant.principal("alice")));
}

#[test]
fn a_session_of_a_role_lasts_no_longer_than_the_one_before() {
    let tenant = Tenant::new();
    role(&tenant, "auditor");
    tenant.ims("SetSecurityPreference", &[("LoginSessionDuration", "1")]).ok();
    let mut alice = signed_in(&tenant, "alice", &["AliyunSTSAssumeRoleAccess"]);
    tenant.world.clock.advance(Duration::from_secs(1800));
    switch_role(&tenant.world, &mut alice, &tenant.account, "auditor");
    tenant.world.clock.advance(Duration::from_secs(1799));
    let console = tenant.world.url("/console");
    assert!(alice.open(&console).text().contains("assumed-role"));
    tenant.world.clock.advance(Duration::from_secs(1));
    assert_eq!(alice.get(&console).status, 401);
}
