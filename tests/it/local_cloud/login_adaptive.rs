//! `MFAOperationForLogin=adaptive`: a second factor is asked for where a sign-in is unusual: neither from a
//! browser nor from an address that the user signed in from in the last 30 days.

use std::time::Duration;

use cloudsso::base::Network;
use cloudsso::local_cloud::Settings;

use super::desk::{PASSWORD, signed_in};
use super::login_owner::bind_device;
use super::tenant::Tenant;
use super::{IMS, World, usual};
use crate::support::http::Visitor;
use crate::support::totp;

const DAY: u64 = 24 * 3600;

struct Scene {
    tenant: Tenant,
    secret: String,
}

impl Scene {
    /// Alice with a device, in an account that asks for codes where a sign-in is unusual. She has not signed
    /// in from any address that the tests use.
    fn new() -> Self {
        let trusted_proxies = vec![Network::parse("127.0.0.1").unwrap()];
        let tenant =
            Tenant::in_world(World::of(|directory| Settings { trusted_proxies, ..usual(directory) }));
        let mut alice = signed_in(&tenant, "alice", &[]);
        let secret = bind_device(&tenant.world, &mut alice);
        tenant.ims("SetSecurityPreference", &[("MFAOperationForLogin", "adaptive")]).ok();
        tenant.ims("SetPasswordPolicy", &[("InitialPasswordAge", "0")]).ok();
        tenant.world.clock.advance(Duration::from_secs(120));
        Self { tenant, secret }
    }

    /// Gives the password from an address; the path that comes.
    fn give_password(&self, visitor: &mut Visitor, name: &str) -> String {
        let page = visitor.open(&self.tenant.world.url("/login"));
        let form = page.form("/login").with("username", &self.tenant.principal(name));
        let page = visitor.submit(&form.with("password", PASSWORD));
        page.location().unwrap_or_else(|| panic!("{}", page.text())).path().to_owned()
    }

    /// Gives the code of now, which is used up with that.
    fn give_code(&self, visitor: &mut Visitor) {
        let page = visitor.open(&self.tenant.world.url("/login/mfa"));
        let now = u64::try_from(self.tenant.world.clock.now().seconds()).unwrap();
        let page = visitor.submit(&page.form("/login/mfa").with("code", &totp::code_at(&self.secret, now)));
        assert_eq!(page.header("location"), Some("/console"), "{}", page.text());
        self.tenant.world.clock.advance(Duration::from_secs(60));
    }
}

/// A fresh browser at an address.
fn at(address: &str) -> Visitor {
    Visitor::new().with_header("X-Forwarded-For", address)
}

#[test]
fn a_code_is_asked_for_where_neither_browser_nor_address_is_known() {
    let scene = Scene::new();
    let mut home = at("203.0.113.1");
    assert_eq!(scene.give_password(&mut home, "alice"), "/login/mfa");
    // A right password alone makes nothing usual.
    assert_eq!(scene.give_password(&mut at("203.0.113.1"), "alice"), "/login/mfa");
    scene.give_code(&mut home);
    assert!(home.open(&scene.tenant.world.url("/console")).text().contains("Passed at the sign-in"));
    // The same address, another browser.
    let mut neighbour = at("203.0.113.1");
    assert_eq!(scene.give_password(&mut neighbour, "alice"), "/console");
    let page = neighbour.open(&scene.tenant.world.url("/console"));
    assert!(!page.text().contains("Passed at the sign-in"), "{}", page.text());
    // The same browser, another address.
    let mut travelling = home.clone().with_header("X-Forwarded-For", "203.0.113.2");
    assert_eq!(scene.give_password(&mut travelling, "alice"), "/console");
    // Neither.
    assert_eq!(scene.give_password(&mut at("203.0.113.3"), "alice"), "/login/mfa");
}

#[test]
fn what_is_usual_is_forgotten_after_thirty_days() {
    let scene = Scene::new();
    let mut home = at("203.0.113.1");
    scene.give_password(&mut home, "alice");
    scene.give_code(&mut home);
    scene.tenant.world.clock.advance(Duration::from_secs(30 * DAY - 120));
    let (as_it_was, mut other) = (home.clone(), at("203.0.113.1"));
    assert_eq!(scene.give_password(&mut other.clone(), "alice"), "/console");
    // That was a sign-in, and the address is usual for 30 days more; the browser's mark is of its own.
    scene.tenant.world.clock.advance(Duration::from_secs(180));
    assert_eq!(scene.give_password(&mut other, "alice"), "/console");
    let mut travelling = as_it_was.with_header("X-Forwarded-For", "203.0.113.2");
    assert_eq!(scene.give_password(&mut travelling, "alice"), "/login/mfa");
    scene.tenant.world.clock.advance(Duration::from_secs(31 * DAY));
    assert_eq!(scene.give_password(&mut at("203.0.113.1"), "alice"), "/login/mfa");
}

#[test]
fn nobody_makes_a_browser_known_by_themselves() {
    let scene = Scene::new();
    let login = scene.tenant.world.url("/login");
    let mut home = at("203.0.113.1");
    scene.give_password(&mut home, "alice");
    scene.give_code(&mut home);
    let bob = scene.tenant.user("bob");
    scene.tenant.ims("CreateLoginProfile", &[("UserPrincipalName", &bob), ("Password", PASSWORD)]).ok();
    scene.tenant.ims("SetSecurityPreference", &[("MFAOperationForLogin", "independent")]).ok();
    let mut bobs = at("203.0.113.9");
    let page = bobs.open(&login);
    let page = bobs.submit(&page.form("/login").with("username", &bob).with("password", PASSWORD));
    let mark = page.headers("set-cookie").find(|value| value.starts_with("localcloud_known_")).unwrap();
    for part in ["HttpOnly", "SameSite=Lax", "Path=/login", "Max-Age=2592000"] {
        assert!(mark.contains(part), "{mark}");
    }
    let (name, value) = mark.split(';').next().unwrap().split_once('=').unwrap();
    scene.tenant.ims("SetSecurityPreference", &[("MFAOperationForLogin", "adaptive")]).ok();
    let named = scene.tenant.ims("GetUser", &[("UserPrincipalName", &scene.tenant.principal("alice"))]).ok();
    let alice_id = named["User"]["UserId"].as_str().unwrap();
    let bob_id = value.split('.').next().unwrap();
    let forged = value.replace(bob_id, alice_id);
    assert_ne!(forged, value);
    for value in [value, &forged, "", ".", alice_id, &format!("{alice_id}.9999999999999.x")] {
        let mut visitor = at("203.0.113.8").with_cookie(&login, name, value);
        assert_eq!(scene.give_password(&mut visitor, "alice"), "/login/mfa", "{value}");
    }
    let mut bobs = at("203.0.113.8").with_cookie(&login, name, value);
    assert_eq!(scene.give_password(&mut bobs, "bob"), "/console", "it is good for whose it is");
}

#[test]
fn who_has_no_second_factor_binds_one_where_the_sign_in_is_unusual() {
    let scene = Scene::new();
    let bob = scene.tenant.user("bob");
    scene.tenant.ims("CreateLoginProfile", &[("UserPrincipalName", &bob), ("Password", PASSWORD)]).ok();
    assert_eq!(scene.give_password(&mut at("203.0.113.1"), "bob"), "/login/mfa/binding");
    // Whose profile asks for a device is asked always.
    let key = scene.tenant.world.administrator(&scene.tenant.account);
    let profile =
        [("UserPrincipalName", scene.tenant.principal("alice")), ("MFABindRequired", "true".to_owned())];
    let profile = profile.each_ref().map(|(name, value)| (*name, value.as_str()));
    let mut home = at("203.0.113.1");
    scene.give_password(&mut home, "alice");
    scene.give_code(&mut home);
    assert_eq!(scene.give_password(&mut home, "alice"), "/console");
    scene.tenant.world.call(&key, (IMS, "UpdateLoginProfile"), &profile).ok();
    assert_eq!(scene.give_password(&mut home, "alice"), "/login/mfa");
}
