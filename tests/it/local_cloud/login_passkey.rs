//! Passkeys, by a software authenticator: added on the security page, asked for beside the password, and
//! what is refused of them.

use std::time::Duration;

use serde_json::{Value, json};
use url::Url;
use webauthn_authenticator_rs::AuthenticatorBackend;
use webauthn_authenticator_rs::softtoken::SoftToken;

use super::desk::{PASSWORD, signed_in};
use super::login_owner::bind_device;
use super::tenant::Tenant;
use crate::support::http::{Form, Page, Visitor};
use crate::support::totp;

const NOT_ACCEPTED: &str = "That passkey was not accepted";

/// A device with passkeys in it.
struct Device(SoftToken);

impl Device {
    fn new() -> Self {
        Self(SoftToken::new(true).expect("a software authenticator").0)
    }

    /// Another with the same keys and the same counter, as a thief would make it.
    fn copy(&self) -> Self {
        Self(SoftToken::from_cbor(&self.0.to_cbor().unwrap()).unwrap())
    }

    fn create(&mut self, origin: &str, options: &Value) -> Value {
        let options = serde_json::from_value(options["publicKey"].clone()).unwrap();
        let made = AuthenticatorBackend::perform_register(&mut self.0, url(origin), options, 60_000);
        serde_json::to_value(made.expect("a passkey")).unwrap()
    }

    fn sign(&mut self, origin: &str, options: &Value) -> Value {
        let options = serde_json::from_value(options["publicKey"].clone()).unwrap();
        let signed = AuthenticatorBackend::perform_auth(&mut self.0, url(origin), options, 60_000);
        serde_json::to_value(signed.expect("a signature")).unwrap()
    }

    /// Answers the challenge of a page's form, as a browser at the server's own address does.
    fn answer(&mut self, tenant: &Tenant, page: &Page) -> Form {
        let form = passkey_form(page);
        let signed = self.sign(&tenant.world.base_url, &options(page));
        form.with("credential", &signed.to_string())
    }
}

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

/// The challenge in a page.
fn options(page: &Page) -> Value {
    let text = page.body.split_once("data-options=\"").unwrap_or_else(|| panic!("{}", page.text())).1;
    let text = text.split('"').next().unwrap().replace("&#34;", "\"").replace("&#38;", "&");
    serde_json::from_str(&text).unwrap()
}

fn passkey_form(page: &Page) -> Form {
    page.forms().into_iter().find(|form| form.field("credential").is_some()).expect("a form for passkeys")
}

fn open(tenant: &Tenant, visitor: &mut Visitor) -> Page {
    let page = visitor.open(&tenant.world.url("/console/security/passkeys"));
    assert_eq!(page.status, 200, "{}", page.text());
    page
}

/// Adds a passkey on the page of one's own.
fn add(tenant: &Tenant, visitor: &mut Visitor, device: &mut Device, name: &str) -> Page {
    let page = open(tenant, visitor);
    let made = device.create(&tenant.world.base_url, &options(&page));
    let page =
        visitor.submit(&page.deed("add-passkey").with("name", name).with("credential", &made.to_string()));
    visitor.follow(page)
}

/// Gives the password; the page that comes.
fn give_password(tenant: &Tenant, visitor: &mut Visitor, name: &str) -> Page {
    let page = visitor.open(&tenant.world.url("/login"));
    let form = page.form("/login").with("username", &tenant.principal(name)).with("password", PASSWORD);
    let page = visitor.submit(&form);
    visitor.follow(page)
}

/// Alice, signed in, with a passkey.
fn alice(tenant: &Tenant) -> (Visitor, Device) {
    let (mut alice, mut device) = (signed_in(tenant, "alice", &[]), Device::new());
    let page = add(tenant, &mut alice, &mut device, "laptop");
    assert!(page.text().contains("The passkey is added"), "{}", page.text());
    (alice, device)
}

#[track_caller]
fn not_accepted(page: &Page) {
    assert_eq!(page.status, 401, "{}", page.text());
    assert!(page.text().contains(NOT_ACCEPTED), "{}", page.text());
}

#[test]
fn a_passkey_is_asked_for_beside_the_password_and_no_device_is_bound() {
    let tenant = Tenant::new();
    let (mut alice, mut device) = alice(&tenant);
    tenant.ims("SetSecurityPreference", &[("MFAOperationForLogin", "mandatory")]).ok();
    let mut visitor = Visitor::new();
    let page = give_password(&tenant, &mut visitor, "alice");
    assert_eq!(page.url.path(), "/login/mfa");
    assert!(page.forms().iter().all(|form| form.field("code").is_none()), "{}", page.body);
    assert_eq!(visitor.get(&tenant.world.url("/console")).status, 401);
    let form = device.answer(&tenant, &page);
    let page = visitor.submit(&form);
    let page = visitor.follow(page);
    assert!(page.text().contains("Passed at the sign-in"), "{}", page.text());
    let page = open(&tenant, &mut alice);
    assert!(page.text().contains("laptop") && !page.text().contains("never"), "{}", page.text());
    let info = tenant.ims("GetUserMFAInfo", &[("UserPrincipalName", &tenant.principal("alice"))]).ok();
    assert_eq!(info["IsMFAEnable"], false);
}

#[test]
fn a_page_has_a_script_where_it_needs_one_and_nowhere_else() {
    let tenant = Tenant::new();
    let (mut alice, _device) = alice(&tenant);
    let mut visitor = Visitor::new();
    let sign_in = give_password(&tenant, &mut visitor, "alice");
    let policy = |page: &Page| page.header("content-security-policy").unwrap().to_owned();
    for page in [&sign_in, &open(&tenant, &mut alice)] {
        assert!(policy(page).ends_with("; script-src 'self'"), "{}", policy(page));
        let script = page.body.split_once("<script src=\"").unwrap().1.split('"').next().unwrap();
        let script = alice.get(&tenant.world.url(script));
        assert_eq!(script.header("content-type"), Some("text/javascript; charset=utf-8"));
        assert!(page.text().contains("127.0.0.1"), "{}", page.text());
        assert!(page.body.contains("<noscript>"));
    }
    for path in ["/console", "/console/security", "/ram/users", "/login"] {
        let page = alice.get(&tenant.world.url(path));
        assert!(
            policy(&page).starts_with("default-src 'none'") && !policy(&page).contains("script"),
            "{path}"
        );
        assert!(!page.body.contains("<script"), "{path}");
    }
}

#[test]
fn a_challenge_works_once_for_its_sign_in_and_for_five_minutes() {
    let tenant = Tenant::new();
    let (_alice, mut device) = alice(&tenant);
    let begin = || {
        let mut visitor = Visitor::new();
        let page = give_password(&tenant, &mut visitor, "alice");
        (visitor, page)
    };
    let (mut visitor, page) = begin();
    let (mut other, others_page) = begin();
    let right = device.answer(&tenant, &page);
    // Another sign-in's.
    let foreign = passkey_form(&others_page).with("credential", right.field("credential").unwrap());
    not_accepted(&other.submit(&foreign));
    // One that another page took the place of.
    let page = visitor.get(&tenant.world.url("/login/mfa"));
    not_accepted(&visitor.submit(&right));
    // Sent twice.
    let page_now = visitor.get(&tenant.world.url("/login/mfa"));
    drop(page);
    let right = device.answer(&tenant, &page_now);
    assert_eq!(visitor.submit(&right).header("location"), Some("/console"));
    assert_eq!(visitor.submit(&right).status, 403, "the sign-in is over, and its cookie gone");
    // The challenge of the refused answer is used up, however right the next one is.
    let fresh = device.answer(&tenant, &others_page);
    not_accepted(&other.submit(&fresh));
    // After five minutes.
    let (mut visitor, page) = begin();
    let late = device.answer(&tenant, &page);
    tenant.world.clock.advance(Duration::from_secs(300));
    not_accepted(&visitor.submit(&late));
    let (mut visitor, page) = begin();
    let in_time = device.answer(&tenant, &page);
    tenant.world.clock.advance(Duration::from_secs(299));
    assert_eq!(visitor.submit(&in_time).header("location"), Some("/console"));
}

#[test]
fn what_another_site_got_signed_or_nobody_was_verified_for_is_refused() {
    let tenant = Tenant::new();
    let (mut alice, mut device) = alice(&tenant);
    let mut visitor = Visitor::new();
    let mut page = give_password(&tenant, &mut visitor, "alice");
    let base = tenant.world.base_url.clone();
    for origin in ["http://localhost:1", "https://localhost", "http://evil.localhost"] {
        let signed = device.sign(origin, &options(&page));
        page = visitor.submit(&passkey_form(&page).with("credential", &signed.to_string()));
        not_accepted(&page);
    }
    let mut careless = options(&page);
    careless["publicKey"]["userVerification"] = json!("discouraged");
    let signed = device.sign(&base, &careless);
    page = visitor.submit(&passkey_form(&page).with("credential", &signed.to_string()));
    not_accepted(&page);
    let form = device.answer(&tenant, &page);
    assert_eq!(visitor.submit(&form).header("location"), Some("/console"));
    // Nor is one added so.
    for (origin, verification) in [("http://localhost:1", "required"), (&base, "discouraged")] {
        let page = open(&tenant, &mut alice);
        let mut wanted = options(&page);
        wanted["publicKey"]["authenticatorSelection"]["userVerification"] = json!(verification);
        let made = Device::new().create(origin, &wanted);
        let form = page.deed("add-passkey").with("name", "phone").with("credential", &made.to_string());
        let page = alice.submit(&form);
        assert_eq!(page.status, 400, "{}", page.text());
    }
    assert_eq!(open(&tenant, &mut alice).deeds("delete-passkey").len(), 1);
}

#[test]
fn the_passkey_of_another_user_is_refused() {
    let tenant = Tenant::new();
    let (_alice, mut device) = alice(&tenant);
    let (mut bob, mut bobs_device) = (signed_in(&tenant, "bob", &[]), Device::new());
    add(&tenant, &mut bob, &mut bobs_device, "laptop");
    let mut bobs = Visitor::new();
    let bobs_page = give_password(&tenant, &mut bobs, "bob");
    let mut visitor = Visitor::new();
    let page = give_password(&tenant, &mut visitor, "alice");
    // Her challenge, signed by his.
    let mut mixed = options(&page);
    mixed["publicKey"]["allowCredentials"] = options(&bobs_page)["publicKey"]["allowCredentials"].clone();
    let signed = bobs_device.sign(&tenant.world.base_url, &mixed);
    let page = visitor.submit(&passkey_form(&page).with("credential", &signed.to_string()));
    not_accepted(&page);
    // His answer to his own challenge, in her sign-in.
    let his = bobs_device.answer(&tenant, &bobs_page);
    let page = visitor.submit(&passkey_form(&page).with("credential", his.field("credential").unwrap()));
    not_accepted(&page);
    assert_eq!(bobs.submit(&his).header("location"), Some("/console"));
    let form = device.answer(&tenant, &page);
    assert_eq!(visitor.submit(&form).header("location"), Some("/console"));
}

#[test]
fn a_copied_authenticator_is_refused_once_the_other_was_used() {
    let tenant = Tenant::new();
    let (_alice, mut device) = alice(&tenant);
    let begin = || {
        let mut visitor = Visitor::new();
        let page = give_password(&tenant, &mut visitor, "alice");
        (visitor, page)
    };
    let mut copy = device.copy();
    // Both begin before either ends, so that both look newer than what was stored then.
    let ((mut hers, her_page), (mut thiefs, thiefs_page)) = (begin(), begin());
    assert_eq!(hers.submit(&device.answer(&tenant, &her_page)).header("location"), Some("/console"));
    not_accepted(&thiefs.submit(&copy.answer(&tenant, &thiefs_page)));
    let (mut hers, her_page) = begin();
    assert_eq!(hers.submit(&device.answer(&tenant, &her_page)).header("location"), Some("/console"));
    let (mut thiefs, thiefs_page) = begin();
    not_accepted(&thiefs.submit(&copy.answer(&tenant, &thiefs_page)));
}

#[test]
fn a_wrong_passkey_counts_as_a_wrong_code() {
    let tenant = Tenant::new();
    let (mut alice, mut device) = alice(&tenant);
    let secret = bind_device(&tenant.world, &mut alice);
    tenant.world.clock.advance(Duration::from_secs(120));
    let mut visitor = Visitor::new();
    let mut page = give_password(&tenant, &mut visitor, "alice");
    for garbage in ["x", "{}", "[]", "null"] {
        page = visitor.submit(&passkey_form(&page).with("credential", garbage));
        not_accepted(&page);
    }
    let right = device.answer(&tenant, &page);
    let page = visitor.submit(&passkey_form(&page).with("credential", "x"));
    assert!(page.text().contains("That sign-in is over"), "{}", page.text());
    let page = visitor.submit(&right);
    assert!(page.text().contains("That sign-in is over"), "{}", page.text());
    // With both, a code does as well.
    let mut visitor = Visitor::new();
    let page = give_password(&tenant, &mut visitor, "alice");
    let now = u64::try_from(tenant.world.clock.now().seconds()).unwrap();
    let form = page.forms().into_iter().find(|form| form.field("code").is_some()).expect("a field for codes");
    let page = visitor.submit(&form.with("code", &totp::code_at(&secret, now)));
    assert_eq!(page.header("location"), Some("/console"));
}

#[test]
fn where_the_account_wants_no_passkeys_none_counts_and_none_is_added() {
    let tenant = Tenant::new();
    let (mut alice, mut device) = alice(&tenant);
    let mut under_way = Visitor::new();
    let page = give_password(&tenant, &mut under_way, "alice");
    let right = device.answer(&tenant, &page);
    let adding = open(&tenant, &mut alice);
    let made = Device::new().create(&tenant.world.base_url, &options(&adding)).to_string();
    tenant.ims("SetSecurityPreference", &[("AllowUserToLoginWithPasskey", "false")]).ok();
    assert_eq!(under_way.submit(&right).status, 401);
    let page = alice.submit(&adding.deed("add-passkey").with("name", "phone").with("credential", &made));
    assert_eq!(page.status, 409);
    assert!(open(&tenant, &mut alice).text().contains("does not let its users sign in with passkeys"));
    assert_eq!(give_password(&tenant, &mut Visitor::new(), "alice").url.path(), "/console");
    tenant.ims("SetSecurityPreference", &[("AllowUserToLoginWithPasskey", "true")]).ok();
    assert_eq!(give_password(&tenant, &mut Visitor::new(), "alice").url.path(), "/login/mfa");
}

#[test]
fn a_user_keeps_five_passkeys_and_deletes_its_own_alone() {
    let tenant = Tenant::new();
    let (mut alice, _device) = alice(&tenant);
    let page = open(&tenant, &mut alice);
    let made = Device::new().create(&tenant.world.base_url, &options(&page)).to_string();
    let form = page.deed("add-passkey").with("credential", &made);
    for name in ["", "x\ny", &"n".repeat(33)] {
        assert_eq!(alice.submit(&form.clone().with("name", name)).status, 400, "{name:?}");
    }
    for name in ["<b>phone</b>", "tablet", "key", "watch"] {
        let page = add(&tenant, &mut alice, &mut Device::new(), name);
        assert!(page.text().contains(name), "{name} is not on {}", page.text());
        assert!(!page.body.contains("<b>"));
    }
    let page = open(&tenant, &mut alice);
    assert!(page.deeds("add-passkey").is_empty(), "{}", page.text());
    let hers = page.deeds("delete-passkey");
    assert_eq!(hers.len(), 5);
    let mut bob = signed_in(&tenant, "bob", &[]);
    add(&tenant, &mut bob, &mut Device::new(), "bobs");
    let bobs = open(&tenant, &mut bob).deed("delete-passkey");
    let foreign = bobs.with("passkey", hers[0].field("passkey").unwrap());
    assert_eq!(bob.submit(&foreign).status, 404);
    for form in &hers {
        let page = alice.submit(form);
        assert!(alice.follow(page).text().contains("The passkey is deleted"));
    }
    assert_eq!(give_password(&tenant, &mut Visitor::new(), "alice").url.path(), "/console");
}

#[test]
fn a_passkey_goes_with_its_login_profile() {
    let tenant = Tenant::new();
    let (_alice, _device) = alice(&tenant);
    let named = ("UserPrincipalName", tenant.principal("alice"));
    let named = (named.0, named.1.as_str());
    tenant.ims("DeleteLoginProfile", &[named]).ok();
    tenant.ims("CreateLoginProfile", &[named, ("Password", PASSWORD)]).ok();
    assert_eq!(give_password(&tenant, &mut Visitor::new(), "alice").url.path(), "/console");
}
