//! `/login`: RAM users come in by name and password, and by a second factor where one is asked for; what
//! is wrong is never told apart.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use super::tenant::Tenant;
use super::{Answer, IMS};
use crate::support::totp;

const PASSWORD: &str = "kayak-river-1";
const REFUSED: &str = "That name and password do not go together";
const MINUTE: u64 = 60;

/// A browser with its cookies.
struct Visitor<'t> {
    tenant: &'t Tenant,
    cookies: RefCell<BTreeMap<String, String>>,
}

impl<'t> Visitor<'t> {
    fn new(tenant: &'t Tenant) -> Self {
        Self { tenant, cookies: RefCell::default() }
    }

    fn cookie(&self) -> String {
        let cookies = self.cookies.borrow();
        cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn keep(&self, answer: Answer) -> Answer {
        for (_, value) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let (name, rest) = value.split_once('=').expect("a cookie");
            let value = rest.split(';').next().unwrap_or_default();
            self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
        }
        answer
    }

    fn get(&self, path: &str) -> Answer {
        self.keep(self.tenant.world.get(path, &[("cookie", &self.cookie())]))
    }

    /// Posts a form from the page at `path`.
    fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = csrf_token(&self.get(path).body);
        self.post_with(path, &token, fields)
    }

    fn post_with(&self, path: &str, token: &str, fields: &[(&str, &str)]) -> Answer {
        let fields: Vec<_> = fields.iter().copied().chain([("csrf_token", token)]).collect();
        let headers = [("cookie", self.cookie()), ("sec-fetch-site", "same-origin".to_owned())];
        let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
        self.keep(self.tenant.world.post_form(path, &fields, &headers))
    }

    fn sign_in(&self, username: &str, password: &str) -> Answer {
        self.post("/login", &[("username", username), ("password", password)])
    }

    #[track_caller]
    fn is_led_to(&self, answer: &Answer, path: &str) {
        assert_eq!((answer.status, answer.header("location")), (303, Some(path)), "{}", answer.body);
        let is_inside = self.get("/console").status == 200;
        assert_eq!(is_inside, path == "/console");
    }
}

fn csrf_token(page: &str) -> String {
    let rest = page.split_once("name=\"csrf_token\" value=\"").map_or("", |(_, rest)| rest);
    rest.split('"').next().unwrap_or_default().to_owned()
}

/// A user with a login profile; its logon name.
fn user(tenant: &Tenant, name: &str, profile: &[(&str, &str)]) -> String {
    let logon_name = tenant.user(name);
    let fields = [("UserPrincipalName", logon_name.as_str()), ("Password", PASSWORD)];
    let fields: Vec<_> = fields.iter().chain(profile).copied().collect();
    tenant.ims("CreateLoginProfile", &fields).ok();
    logon_name
}

/// Binds a device to a user; its secret.
pub(super) fn device(tenant: &Tenant, logon_name: &str) -> String {
    let made = tenant.ims("CreateVirtualMFADevice", &[("VirtualMFADeviceName", "phone")]).ok();
    let text = |field: &str| made["VirtualMFADevice"][field].as_str().expect(field).to_owned();
    let (secret, serial) = (text("Base32StringSeed"), text("SerialNumber"));
    let codes = [code(tenant, &secret, 0), code(tenant, &secret, 1)];
    let parameters = [
        ("UserPrincipalName", logon_name),
        ("SerialNumber", &serial),
        ("AuthenticationCode1", &codes[0]),
        ("AuthenticationCode2", &codes[1]),
    ];
    tenant.ims("BindMFADevice", &parameters).ok();
    secret
}

/// The code of a device, so many steps from now.
pub(super) fn code(tenant: &Tenant, secret: &str, steps: u64) -> String {
    let now = u64::try_from(tenant.world.clock.now().seconds()).expect("after 1970");
    totp::code_at(secret, now + steps * 30)
}

fn minutes(tenant: &Tenant, minutes: u64) {
    tenant.world.clock.advance(Duration::from_secs(minutes * MINUTE));
}

#[track_caller]
fn refused(answer: &Answer) {
    assert_eq!(answer.status, 401, "{}", answer.body);
    assert!(answer.body.contains(REFUSED), "{}", answer.body);
}

#[track_caller]
fn over(answer: &Answer) {
    assert_eq!(answer.status, 401, "{}", answer.body);
    assert!(answer.body.contains("That sign-in is over"), "{}", answer.body);
}

#[test]
fn a_user_comes_in_by_name_and_password() {
    let tenant = Tenant::new();
    let alice = user(&tenant, "alice", &[]);
    tenant.ims("SetSecurityPreference", &[("LoginSessionDuration", "2")]).ok();
    tenant.ims("SetDefaultDomain", &[("DefaultDomainName", "acme-prod.onaliyun.com")]).ok();
    let visitor = Visitor::new(&tenant);
    let page = visitor.get("/console");
    assert_eq!(page.status, 401);
    assert!(page.body.contains("action=\"/login\"") && page.body.contains("access portal"));
    assert_eq!(visitor.get("/login").status, 200);
    let entered = visitor.sign_in(&alice, PASSWORD);
    let session = entered.headers.iter().find(|(_, value)| value.starts_with("localcloud=")).unwrap();
    for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=7200"] {
        assert!(session.1.contains(part), "{session:?}");
    }
    visitor.is_led_to(&entered, "/console");
    let console = visitor.get("/console").body;
    for shown in ["alice@acme-prod.onaliyun.com", "<dt>Came in by</dt><dd>Password", "made in this account"] {
        assert!(console.contains(shown), "{shown} is not on {console}");
    }
    let found = tenant.ims("GetUser", &[("UserPrincipalName", &alice)]).ok();
    assert_eq!(found["User"]["LastLoginDate"], tenant.world.clock.now().rfc3339());
    // By the other domain, in other letters, in another browser.
    let other = Visitor::new(&tenant);
    other.is_led_to(&other.sign_in(" ALICE@Acme-Prod.onaliyun.com ", PASSWORD), "/console");
    let left = visitor.post("/console/logout", &[]);
    assert_eq!(left.status, 403, "the login page's token is not the console's");
    let left = visitor.post_with("/console/logout", &csrf_token(&console), &[]);
    assert_eq!((left.status, visitor.get("/console").status), (303, 401));
}

#[test]
fn what_is_wrong_is_not_told_apart() {
    let tenant = Tenant::new();
    let alice = user(&tenant, "alice", &[]);
    let bob = user(&tenant, "bob", &[]);
    tenant.ims("UpdateLoginProfile", &[("UserPrincipalName", &bob), ("Status", "Inactive")]).ok();
    let carol = tenant.user("carol");
    let other = tenant.world.member("other");
    let visitor = Visitor::new(&tenant);
    let wrong = visitor.sign_in(&alice, "kayak-river-2");
    refused(&wrong);
    for (username, password) in [
        (alice.as_str(), ""),
        (&alice, "KAYAK-RIVER-1"),
        (&bob, PASSWORD),
        (&carol, PASSWORD),
        ("alice", PASSWORD),
        ("", ""),
        ("@", PASSWORD),
        ("nobody@unknown.onaliyun.com", PASSWORD),
        ("alice@example.com", PASSWORD),
        (&tenant.principal("nobody"), PASSWORD),
        (&format!("alice@{other}.onaliyun.com"), PASSWORD),
        (&format!("alice@{}.onaliyun.com", "1000000000000000"), PASSWORD),
        (&"x".repeat(5000), PASSWORD),
    ] {
        let answer = visitor.sign_in(username, password);
        assert_eq!((answer.status, &answer.body), (wrong.status, &wrong.body), "{username}");
    }
    tenant.ims("SetSecurityPreference", &[("LoginNetworkMasks", "10.0.0.0/8")]).ok();
    assert_eq!(visitor.sign_in(&alice, PASSWORD).body, wrong.body);
    tenant.ims("SetSecurityPreference", &[("LoginNetworkMasks", "127.0.0.1")]).ok();
    visitor.is_led_to(&visitor.sign_in(&alice, PASSWORD), "/console");
}

#[test]
fn whom_cloudsso_provisions_is_sent_to_the_portal() {
    let tenant = Tenant::new();
    let key = tenant.world.cloudsso(&tenant.account);
    let alice = tenant.principal("alice");
    let new = [("UserPrincipalName", alice.as_str()), ("DisplayName", "Alice")];
    tenant.world.call(&key, (IMS, "CreateUser"), &new).ok();
    let bob = user(&tenant, "bob", &[]);
    let visitor = Visitor::new(&tenant);
    let answer = visitor.sign_in(&alice, PASSWORD);
    assert_eq!(answer.status, 403);
    assert!(answer.body.contains("no password") && answer.body.contains("access portal"), "{}", answer.body);
    // Also one who had a password before.
    tenant
        .world
        .call(&key, (IMS, "UpdateUser"), &[("UserPrincipalName", &bob), ("ProvisionType", "CloudSSO")])
        .ok();
    assert_eq!(visitor.sign_in(&bob, PASSWORD).status, 403);
    let manual = [("UserPrincipalName", bob.as_str()), ("ProvisionType", "Manual")];
    tenant.world.call(&key, (IMS, "UpdateUser"), &manual).ok();
    visitor.is_led_to(&visitor.sign_in(&bob, PASSWORD), "/console");
}

#[test]
fn a_form_of_somebody_else_is_refused_before_anything() {
    let tenant = Tenant::new();
    let alice = user(&tenant, "alice", &[]);
    tenant.ims("SetPasswordPolicy", &[("MaxLoginAttemps", "1")]).ok();
    let (visitor, attacker) = (Visitor::new(&tenant), Visitor::new(&tenant));
    let own = csrf_token(&visitor.get("/login").body);
    let foreign = csrf_token(&attacker.get("/login").body);
    assert_ne!(own, foreign);
    let fields = [("username", alice.as_str()), ("password", "kayak-river-2")];
    for token in ["", "x", &foreign] {
        assert_eq!(visitor.post_with("/login", token, &fields).status, 403);
        for path in ["/login/password", "/login/mfa", "/login/mfa/binding"] {
            assert_eq!(visitor.post_with(path, token, &[("code", "000000")]).status, 403);
        }
    }
    let cookie = visitor.cookie();
    let with_token = [("username", alice.as_str()), ("password", "x"), ("csrf_token", own.as_str())];
    for site in ["cross-site", "same-site"] {
        let headers = [("cookie", cookie.as_str()), ("sec-fetch-site", site)];
        assert_eq!(tenant.world.post_form("/login", &with_token, &headers).status, 403);
    }
    let headers = [("cookie", cookie.as_str()), ("origin", "http://evil.example")];
    assert_eq!(tenant.world.post_form("/login", &with_token, &headers).status, 403);
    assert_eq!(tenant.world.post_form("/login", &with_token, &[]).status, 403, "without the cookie");
    // None of it counted as a wrong password.
    visitor.is_led_to(&visitor.sign_in(&alice, PASSWORD), "/console");
}

#[test]
fn wrong_passwords_lock_for_an_hour() {
    let tenant = Tenant::new();
    let alice = user(&tenant, "alice", &[]);
    tenant.ims("SetPasswordPolicy", &[("MaxLoginAttemps", "2")]).ok();
    let visitor = Visitor::new(&tenant);
    refused(&visitor.sign_in(&alice, "kayak-river-2"));
    visitor.is_led_to(&visitor.sign_in(&alice, PASSWORD), "/console");
    let visitor = Visitor::new(&tenant);
    for _ in 0..2 {
        refused(&visitor.sign_in(&alice, "kayak-river-2"));
    }
    refused(&visitor.sign_in(&alice, PASSWORD));
    minutes(&tenant, 59);
    refused(&visitor.sign_in(&alice, PASSWORD));
    minutes(&tenant, 1);
    visitor.is_led_to(&visitor.sign_in(&alice, PASSWORD), "/console");
}

#[test]
fn a_password_that_must_go_is_replaced_first() {
    let tenant = Tenant::new();
    let alice = user(&tenant, "alice", &[("PasswordResetRequired", "true")]);
    tenant.ims("SetPasswordPolicy", &[("RequireNumbers", "true")]).ok();
    let visitor = Visitor::new(&tenant);
    let answer = visitor.sign_in(&alice, PASSWORD);
    visitor.is_led_to(&answer, "/login/password");
    for path in ["/login/mfa", "/login/mfa/binding"] {
        let elsewhere = visitor.get(path);
        assert_eq!((elsewhere.status, elsewhere.header("location")), (303, Some("/login/password")));
    }
    let set = |new: &str, again: &str| {
        visitor.post("/login/password", &[("new_password", new), ("new_password_again", again)])
    };
    for (new, again, said) in [
        ("kayak-river-2", "kayak-river-3", "not the same"),
        (PASSWORD, PASSWORD, "another than the old one"),
        ("kayak-1", "kayak-1", "8 to 32 characters"),
        ("kayak-river", "kayak-river", "with a digit"),
    ] {
        let answer = set(new, again);
        assert_eq!(answer.status, 400);
        assert!(answer.body.contains(said), "{said} is not on {}", answer.body);
        assert_eq!(visitor.get("/console").status, 401);
    }
    visitor.is_led_to(&set("kayak-river-2", "kayak-river-2"), "/console");
    let again = Visitor::new(&tenant);
    refused(&again.sign_in(&alice, PASSWORD));
    again.is_led_to(&again.sign_in(&alice, "kayak-river-2"), "/console");
}

#[test]
fn the_age_of_a_password_counts() {
    let tenant = Tenant::new();
    let alice = user(&tenant, "alice", &[]);
    let visitor = Visitor::new(&tenant);
    minutes(&tenant, 14 * 24 * 60);
    let key = tenant.world.administrator(&tenant.account);
    let policy = |fields: &[(&str, &str)]| tenant.world.call(&key, (IMS, "SetPasswordPolicy"), fields).ok();
    refused(&visitor.sign_in(&alice, PASSWORD));
    policy(&[("InitialPasswordAge", "0"), ("MaxPasswordAge", "14"), ("HardExpire", "true")]);
    refused(&visitor.sign_in(&alice, PASSWORD));
    policy(&[("InitialPasswordAge", "0"), ("MaxPasswordAge", "14"), ("HardExpire", "false")]);
    visitor.is_led_to(&visitor.sign_in(&alice, PASSWORD), "/login/password");
    policy(&[("InitialPasswordAge", "0"), ("MaxPasswordAge", "15"), ("HardExpire", "true")]);
    visitor.is_led_to(&visitor.sign_in(&alice, PASSWORD), "/console");
}

#[test]
fn a_code_of_the_bound_device_is_asked_for_and_works_once() {
    let tenant = Tenant::new();
    let alice = user(&tenant, "alice", &[]);
    let secret = device(&tenant, &alice);
    let visitor = Visitor::new(&tenant);
    visitor.is_led_to(&visitor.sign_in(&alice, PASSWORD), "/login/mfa");
    let post = |visitor: &Visitor<'_>, code: &str| visitor.post("/login/mfa", &[("code", code)]);
    // The codes that bound it are used up.
    for wrong in ["", "000000", &code(&tenant, &secret, 0), &code(&tenant, &secret, 1)] {
        let answer = post(&visitor, wrong);
        assert_eq!(answer.status, 401);
        assert!(answer.body.contains("That code is not right"), "{}", answer.body);
        assert_eq!(visitor.get("/console").status, 401);
    }
    minutes(&tenant, 1);
    let now = code(&tenant, &secret, 0);
    visitor.is_led_to(&post(&visitor, &now), "/console");
    let other = Visitor::new(&tenant);
    other.is_led_to(&other.sign_in(&alice, PASSWORD), "/login/mfa");
    assert_eq!(post(&other, &now).status, 401);
    other.is_led_to(&post(&other, &code(&tenant, &secret, 1)), "/console");
}

#[test]
fn a_sign_in_dies_after_five_wrong_codes_and_twenty_of_one_user() {
    let tenant = Tenant::new();
    let alice = user(&tenant, "alice", &[]);
    let secret = device(&tenant, &alice);
    minutes(&tenant, 2);
    let post = |visitor: &Visitor<'_>, token: &str, code: &str| {
        visitor.post_with("/login/mfa", token, &[("code", code)])
    };
    for _ in 0..4 {
        let visitor = Visitor::new(&tenant);
        visitor.is_led_to(&visitor.sign_in(&alice, PASSWORD), "/login/mfa");
        let token = csrf_token(&visitor.get("/login/mfa").body);
        for _ in 0..4 {
            assert!(post(&visitor, &token, "000000").body.contains("That code is not right"));
        }
        over(&post(&visitor, &token, "000000"));
        over(&post(&visitor, &token, &code(&tenant, &secret, 0)));
        assert_eq!(visitor.get("/login/mfa").header("location"), Some("/login"));
        assert_eq!(visitor.get("/console").status, 401);
    }
    let visitor = Visitor::new(&tenant);
    visitor.is_led_to(&visitor.sign_in(&alice, PASSWORD), "/login/mfa");
    over(&visitor.post("/login/mfa", &[("code", &code(&tenant, &secret, 0))]));
    minutes(&tenant, 10);
    visitor.is_led_to(&visitor.sign_in(&alice, PASSWORD), "/login/mfa");
    let right = [("code", code(&tenant, &secret, 0))];
    visitor.is_led_to(&visitor.post("/login/mfa", &[(right[0].0, &right[0].1)]), "/console");
}

#[test]
fn a_device_is_bound_where_the_account_or_the_profile_asks_for_one() {
    let tenant = Tenant::new();
    let alice = user(&tenant, "alice", &[]);
    let bob = user(&tenant, "bob", &[("MFABindRequired", "true"), ("PasswordResetRequired", "true")]);
    tenant.ims("CreateVirtualMFADevice", &[("VirtualMFADeviceName", "bob")]).ok();
    let visitor = Visitor::new(&tenant);
    visitor.is_led_to(&visitor.sign_in(&alice, PASSWORD), "/console");
    tenant.ims("SetSecurityPreference", &[("MFAOperationForLogin", "mandatory")]).ok();
    let bind = |visitor: &Visitor<'_>| {
        let page = visitor.get("/login/mfa/binding").body;
        assert!(page.contains("data:image/png;base64,"), "{page}");
        let key = page.split_once("class=\"key\">").unwrap().1.split("</code>").next().unwrap();
        let secret = key.replace("<span>", "").replace("</span>", "");
        let wrong = visitor.post("/login/mfa/binding", &[("code", "000000")]);
        assert!(wrong.body.contains("That code is not right") && wrong.body.contains(key));
        let right = code(&tenant, &secret, 0);
        (visitor.post("/login/mfa/binding", &[("code", &right)]), secret)
    };
    let visitor = Visitor::new(&tenant);
    visitor.is_led_to(&visitor.sign_in(&alice, PASSWORD), "/login/mfa/binding");
    let (bound, secret) = bind(&visitor);
    visitor.is_led_to(&bound, "/console");
    let info = tenant.ims("GetUserMFAInfo", &[("UserPrincipalName", &alice)]).ok();
    assert_eq!(info["MFADevice"]["SerialNumber"], format!("acs:ram::{}:mfa/alice", tenant.account));
    // From now on it is asked for, and the code that bound it is used up.
    let visitor = Visitor::new(&tenant);
    visitor.is_led_to(&visitor.sign_in(&alice, PASSWORD), "/login/mfa");
    assert_eq!(visitor.post("/login/mfa", &[("code", &code(&tenant, &secret, 0))]).status, 401);
    visitor.is_led_to(&visitor.post("/login/mfa", &[("code", &code(&tenant, &secret, 1))]), "/console");

    let visitor = Visitor::new(&tenant);
    visitor.is_led_to(&visitor.sign_in(&bob, PASSWORD), "/login/password");
    let new = [("new_password", "kayak-river-2"), ("new_password_again", "kayak-river-2")];
    visitor.is_led_to(&visitor.post("/login/password", &new), "/login/mfa/binding");
    visitor.is_led_to(&bind(&visitor).0, "/console");
    let info = tenant.ims("GetUserMFAInfo", &[("UserPrincipalName", &bob)]).ok();
    let serial = info["MFADevice"]["SerialNumber"].as_str().unwrap().to_owned();
    assert!(serial.contains(":mfa/bob-"), "the name was taken: {serial}");
}

#[test]
fn a_sign_in_under_way_opens_its_page_only_and_not_for_long() {
    let tenant = Tenant::new();
    let alice = user(&tenant, "alice", &[]);
    let secret = device(&tenant, &alice);
    minutes(&tenant, 2);
    let begin = || {
        let visitor = Visitor::new(&tenant);
        visitor.is_led_to(&visitor.sign_in(&alice, PASSWORD), "/login/mfa");
        let token = csrf_token(&visitor.get("/login/mfa").body);
        (visitor, token)
    };
    let right = |steps| code(&tenant, &secret, steps);
    let (visitor, token) = begin();
    let new = [("new_password", "kayak-river-2"), ("new_password_again", "kayak-river-2")];
    over(&visitor.post_with("/login/password", &token, &new));
    over(&visitor.post_with("/login/mfa/binding", &token, &[("code", &right(0))]));
    // A stranger's cookie is no sign-in.
    let stranger = Visitor::new(&tenant);
    assert_eq!(stranger.get("/login/mfa").header("location"), Some("/login"));
    let foreign = csrf_token(&stranger.get("/login").body);
    over(&stranger.post_with("/login/mfa", &foreign, &[("code", &right(0))]));
    // Another password, set by somebody else, ends it.
    let named = ("UserPrincipalName", alice.as_str());
    tenant.ims("UpdateLoginProfile", &[named, ("Password", "kayak-river-3")]).ok();
    over(&visitor.post_with("/login/mfa", &token, &[("code", &right(0))]));
    tenant.ims("UpdateLoginProfile", &[named, ("Password", PASSWORD)]).ok();
    let (visitor, token) = begin();
    minutes(&tenant, 10);
    over(&visitor.post_with("/login/mfa", &token, &[("code", &right(0))]));
    let (visitor, token) = begin();
    minutes(&tenant, 9);
    visitor.is_led_to(&visitor.post_with("/login/mfa", &token, &[("code", &right(0))]), "/console");
}

#[test]
fn a_session_by_password_ends_with_its_login_profile() {
    let tenant = Tenant::new();
    let alice = user(&tenant, "alice", &[]);
    let visitor = Visitor::new(&tenant);
    visitor.is_led_to(&visitor.sign_in(&alice, PASSWORD), "/console");
    let status = |status: &str| {
        tenant.ims("UpdateLoginProfile", &[("UserPrincipalName", &alice), ("Status", status)]).ok();
    };
    status("Inactive");
    assert_eq!(visitor.get("/console").status, 401);
    status("Active");
    visitor.is_led_to(&visitor.sign_in(&alice, PASSWORD), "/console");
    tenant.ims("DeleteLoginProfile", &[("UserPrincipalName", &alice)]).ok();
    assert_eq!(visitor.get("/console").status, 401);
}
