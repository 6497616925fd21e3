//! `/login` for the owner of an account: the account's own name, a password that the server made up, and a
//! second factor where the owner bound one. Whether there is such an owner is told to nobody.

use std::time::Duration;

use cloudsso::base::Clock;

use super::tenant::Tenant;
use super::{IMS, RD, World};
use crate::support::http::{Page, Visitor};
use crate::support::totp;

const REFUSED: &str = "That name and password do not go together";
const NEW: &str = "Kayak-River-1";
const MINUTE: u64 = 60;

/// The name and the password of the independent account's owner.
fn independent(world: &World) -> (String, String) {
    let login = &world.owner_logins[1];
    (login.name.clone(), login.password.as_ref().expect("it was made up").expose().to_owned())
}

/// Sends the sign-in page; the answer.
fn attempt(world: &World, visitor: &mut Visitor, (name, password): (&str, &str)) -> Page {
    let page = visitor.open(&world.url("/login"));
    visitor.submit(&page.form("/login").with("username", name).with("password", password))
}

/// A browser in which somebody is signed in.
fn signed_in(world: &World, (name, password): (&str, &str)) -> Visitor {
    let mut visitor = Visitor::new();
    let page = attempt(world, &mut visitor, (name, password));
    assert_eq!(page.location().expect("it leads on").path(), "/console", "{}", page.text());
    visitor
}

#[track_caller]
fn refused(page: &Page) {
    assert_eq!(page.status, 401, "{}", page.text());
    assert!(page.text().contains(REFUSED), "{}", page.text());
}

fn code(world: &World, secret: &str, steps: u64) -> String {
    let now = u64::try_from(world.clock.now().seconds()).expect("after 1970");
    totp::code_at(secret, now + steps * 30)
}

/// Binds a device on the security page; its secret.
pub(super) fn bind_device(world: &World, visitor: &mut Visitor) -> String {
    let page = visitor.open(&world.url("/console/security"));
    let page = visitor.submit(&page.deed("create-device"));
    let key = page.body.split_once("class=\"key\">").expect("a key").1;
    let secret = key.split("</code>").next().unwrap().replace("<span>", "").replace("</span>", "");
    let form = page.deed("bind-device");
    let form = form.with("code_1", &code(world, &secret, 0)).with("code_2", &code(world, &secret, 1));
    let page = visitor.submit(&form);
    let page = visitor.follow(page);
    assert!(page.text().contains("The MFA device is bound"), "{}", page.text());
    secret
}

fn change_password(world: &World, visitor: &mut Visitor, old: &str, new: &str) -> Page {
    let page = visitor.open(&world.url("/console/security"));
    let form = page.deed("change-password").with("old_password", old);
    let page = visitor.submit(&form.with("new_password", new).with("new_password_again", new));
    visitor.follow(page)
}

#[test]
fn an_owner_comes_in_by_the_name_of_the_account_and_may_do_everything() {
    let world = World::new();
    let (name, password) = independent(&world);
    assert_eq!(name, "independent@example.com");
    world
        .call(&world.independent_owner, (IMS, "SetSecurityPreference"), &[("LoginSessionDuration", "2")])
        .ok();
    let mut visitor = Visitor::new();
    let page = visitor.open(&world.url("/login"));
    assert!(page.text().contains("not recommended for daily work"), "{}", page.text());
    let page = attempt(&world, &mut visitor, (" Independent@Example.com ", &password));
    let cookie = page.headers("set-cookie").find(|value| value.starts_with("localcloud=")).unwrap();
    assert!(cookie.contains("Max-Age=7200"), "{cookie}");
    let page = visitor.follow(page);
    for shown in [
        &format!("acs:ram::{}:root", world.independent),
        "You are the owner of this account",
        "independent@example.com",
        "Everything in this account",
    ] {
        assert!(page.text().contains(shown), "{shown} is not on {}", page.text());
    }
    assert_eq!(visitor.open(&world.url("/ram/users")).status, 200);
    let management = &world.owner_logins[0];
    let password = management.password.as_ref().unwrap().expose();
    assert!(management.name.starts_with("management@rd-"));
    let page = signed_in(&world, (&management.name, password)).open(&world.url("/console"));
    assert!(page.text().contains(&format!("acs:ram::{}:root", world.management)), "{}", page.text());
}

#[test]
fn each_start_tells_the_password_that_was_made_up_until_the_owner_sets_another() {
    let directory = tempfile::tempdir().unwrap();
    let start = || World::start(directory.path(), Clock::system());
    let first = independent(&start());
    let again = start();
    assert_eq!(independent(&again), first);
    let mut visitor = signed_in(&again, (&first.0, &first.1));
    let page = change_password(&again, &mut visitor, &first.1, NEW);
    assert!(page.text().contains("The password is changed"), "{}", page.text());
    drop(again);
    let third = start();
    assert!(third.owner_logins[1].password.is_none());
    assert!(third.owner_logins[0].password.is_some(), "the other owner's is as it was");
    refused(&attempt(&third, &mut Visitor::new(), (&first.0, &first.1)));
    signed_in(&third, (&first.0, NEW));
}

#[test]
fn who_is_an_owner_is_not_told_and_costs_the_same_work() {
    let world = World::new();
    let member = world.member("production");
    let account = world.call(&world.owner, (RD, "GetAccount"), &[("AccountId", &member)]).ok();
    let member_name = account["Account"]["AccountName"].as_str().unwrap().to_owned();
    assert!(member_name.ends_with(".aliyunid.com"), "{member_name}");
    let (name, password) = independent(&world);
    let mut visitor = Visitor::new();
    let token = visitor.open(&world.url("/login")).form("/login");
    let mut send = |name: &str, password: &str| {
        let before = world.passwords_worked();
        let page = visitor.submit(&token.clone().with("username", name).with("password", password));
        (page.status, page.body, world.passwords_worked() - before)
    };
    let expected = send(&name, "wrong");
    assert_eq!((expected.0, expected.2), (401, 1));
    for (name, password) in [
        ("nobody@example.com", password.as_str()),
        (&member_name, &password),
        ("nobody@1234567890123456.onaliyun.com", &password),
        ("independent@example.com@", &password),
        ("independent", &password),
        ("\u{130}ndependent@example.com", &password),
        ("", &password),
        (&name, ""),
    ] {
        assert_eq!(send(name, password), expected, "{name}");
    }
}

#[test]
fn five_wrong_passwords_lock_an_owner_for_an_hour() {
    let world = World::new();
    let (name, password) = independent(&world);
    for _ in 0..4 {
        refused(&attempt(&world, &mut Visitor::new(), (&name, "wrong")));
    }
    signed_in(&world, (&name, &password));
    let advance = |minutes: u64| world.clock.advance(Duration::from_secs(minutes * MINUTE));
    for _ in 0..5 {
        refused(&attempt(&world, &mut Visitor::new(), (&name, "wrong")));
    }
    refused(&attempt(&world, &mut Visitor::new(), (&name, &password)));
    let management = &world.owner_logins[0];
    signed_in(&world, (&management.name, management.password.as_ref().unwrap().expose()));
    advance(59);
    refused(&attempt(&world, &mut Visitor::new(), (&name, &password)));
    advance(1);
    signed_in(&world, (&name, &password));
}

#[test]
fn network_masks_are_for_users_and_not_for_the_owner() {
    let world = World::new();
    let ims = |action: &str, parameters: &[(&str, &str)]| {
        world.call(&world.independent_owner, (IMS, action), parameters).ok()
    };
    let alice = format!("alice@{}.onaliyun.com", world.independent);
    ims("CreateUser", &[("UserPrincipalName", &alice), ("DisplayName", "Alice")]);
    ims("CreateLoginProfile", &[("UserPrincipalName", &alice), ("Password", NEW)]);
    signed_in(&world, (&alice, NEW));
    ims("SetSecurityPreference", &[("LoginNetworkMasks", "10.0.0.0/8")]);
    refused(&attempt(&world, &mut Visitor::new(), (&alice, NEW)));
    let (name, password) = independent(&world);
    signed_in(&world, (&name, &password));
}

#[test]
fn an_account_that_becomes_a_resource_account_has_no_owner_who_signs_in() {
    let world = World::new();
    let (name, password) = independent(&world);
    let id = world.independent.to_string();
    let rd =
        |action: &str, parameters: &[(&str, &str)]| world.call(&world.owner, (RD, action), parameters).ok();
    let invite =
        rd("InviteAccountToResourceDirectory", &[("TargetEntity", id.as_str()), ("TargetType", "Account")]);
    let handshake = invite["Handshake"]["HandshakeId"].as_str().unwrap().to_owned();
    world.call(&world.independent_owner, (RD, "AcceptHandshake"), &[("HandshakeId", &handshake)]).ok();
    let console = world.url("/console");
    let mut visitor = signed_in(&world, (&name, &password));
    rd("UpdateAccount", &[("AccountId", &id), ("NewAccountType", "ResourceAccount")]);
    assert_eq!(visitor.get(&console).status, 401);
    refused(&attempt(&world, &mut Visitor::new(), (&name, &password)));
    rd("UpdateAccount", &[("AccountId", &id), ("NewAccountType", "CloudAccount")]);
    assert_eq!(signed_in(&world, (&name, &password)).get(&console).status, 200);
    rd("RemoveCloudAccount", &[("AccountId", &id)]);
    assert_eq!(signed_in(&world, (&name, &password)).get(&console).status, 200);
}

#[test]
fn an_owner_changes_the_password_and_the_other_sessions_end() {
    let world = World::new();
    let (name, password) = independent(&world);
    let (mut here, mut there) =
        (signed_in(&world, (&name, &password)), signed_in(&world, (&name, &password)));
    for (old, new, said) in [
        (password.as_str(), "Kayak-1", "8 to 32 characters"),
        (&password, "kayak-river-1", "with an uppercase letter"),
        (&password, "KAYAK-RIVER-1", "with a lowercase letter"),
        (&password, "Kayak-River-x", "with a digit"),
        (&password, &password, "another than the old one"),
        ("wrong", NEW, "OldPassword"),
    ] {
        let page = change_password(&world, &mut here, old, new);
        assert_eq!(page.status, 400);
        assert!(page.text().contains(said), "{said} is not on {}", page.text());
        assert!(!page.body.contains(NEW) && !page.body.contains(&password), "a password is shown");
    }
    let page = here.open(&world.url("/console/security"));
    let form = page.deed("change-password").with("old_password", &password);
    let page = here.submit(&form.with("new_password", NEW).with("new_password_again", "Kayak-River-2"));
    assert!(page.text().contains("the same both times"), "{}", page.text());
    let console = world.url("/console");
    assert_eq!(there.get(&console).status, 200);
    let page = change_password(&world, &mut here, &password, NEW);
    assert!(page.text().contains("The password is changed"), "{}", page.text());
    assert_eq!((here.get(&console).status, there.get(&console).status), (200, 401));
    refused(&attempt(&world, &mut Visitor::new(), (&name, &password)));
    signed_in(&world, (&name, NEW));
    // Guesses at the old one are counted as those at the door.
    for _ in 0..5 {
        assert_eq!(change_password(&world, &mut here, "wrong", "Kayak-River-3").status, 400);
    }
    assert_eq!(change_password(&world, &mut here, NEW, "Kayak-River-3").status, 409);
    refused(&attempt(&world, &mut Visitor::new(), (&name, NEW)));
}

#[test]
fn an_owner_with_a_device_is_asked_for_a_code_which_works_once() {
    let world = World::new();
    let (name, password) = independent(&world);
    let mut here = signed_in(&world, (&name, &password));
    let secret = bind_device(&world, &mut here);
    let begin = || {
        let mut visitor = Visitor::new();
        let page = attempt(&world, &mut visitor, (&name, &password));
        assert_eq!(page.location().expect("it leads on").path(), "/login/mfa");
        assert_eq!(visitor.get(&world.url("/console")).status, 401);
        let page = visitor.follow(page);
        assert!(page.text().contains("independent@example.com"), "{}", page.text());
        (visitor, page.form("/login/mfa"))
    };
    let (mut visitor, form) = begin();
    for wrong in ["000000", &code(&world, &secret, 0), &code(&world, &secret, 1)] {
        assert_eq!(visitor.submit(&form.clone().with("code", wrong)).status, 401, "used up: {wrong}");
    }
    world.clock.advance(Duration::from_secs(MINUTE));
    let right = code(&world, &secret, 0);
    let page = visitor.submit(&form.with("code", &right));
    assert!(visitor.follow(page).text().contains("Passed at the sign-in"));
    let (mut other, form) = begin();
    assert_eq!(other.submit(&form.with("code", &right)).status, 401, "it was used before");
    // Five codes are the end of a sign-in.
    let (mut other, form) = begin();
    for _ in 0..5 {
        assert_eq!(other.submit(&form.clone().with("code", "000000")).status, 401);
    }
    let next = code(&world, &secret, 1);
    assert!(other.submit(&form.with("code", &next)).text().contains("That sign-in is over"));
    // Another password ends a sign-in that is under way.
    let (mut other, form) = begin();
    let page = change_password(&world, &mut here, &password, NEW);
    assert!(page.text().contains("The password is changed"), "{}", page.text());
    assert!(other.submit(&form.with("code", &next)).text().contains("That sign-in is over"));
    let page = here.open(&world.url("/console/security"));
    let page = here.submit(&page.deed("unbind-device"));
    assert!(here.follow(page).text().contains("is unbound"));
    signed_in(&world, (&name, NEW));
}

#[test]
fn the_page_that_was_asked_for_comes_after_the_sign_in() {
    let tenant = Tenant::new();
    let world = &tenant.world;
    let (name, password) = independent(world);
    let mut visitor = Visitor::new();
    let page = visitor.open(&world.url("/ram/users?search=a%2Fb"));
    assert_eq!(page.status, 401);
    let page = visitor.submit(&page.form("/login").with("username", &name).with("password", "wrong"));
    refused(&page);
    let page = visitor.submit(&page.form("/login").with("username", &name).with("password", &password));
    assert_eq!(page.header("location"), Some("/ram/users?search=a%2Fb"));
    // Through the stages too.
    bind_device(world, &mut visitor);
    world.clock.advance(Duration::from_secs(2 * MINUTE));
    let secret = {
        let page = visitor.open(&world.url("/console/security"));
        let page = visitor.submit(&page.deed("unbind-device"));
        visitor.follow(page);
        bind_device(world, &mut visitor)
    };
    world.clock.advance(Duration::from_secs(2 * MINUTE));
    let mut other = Visitor::new();
    let page = other.open(&world.url("/console/switch-role?account=x"));
    let page = other.submit(&page.form("/login").with("username", &name).with("password", &password));
    let page = other.follow(page);
    assert!(page.body.contains("/login?next=%2Fconsole%2Fswitch-role%3Faccount%3Dx"), "{}", page.body);
    let page = other.submit(&page.form("/login/mfa").with("code", &code(world, &secret, 0)));
    assert_eq!(page.header("location"), Some("/console/switch-role?account=x"));
}

#[test]
fn nobody_is_led_elsewhere_after_the_sign_in() {
    let world = World::new();
    let (name, password) = independent(&world);
    for next in [
        "https://evil.example/console",
        "//evil.example/console",
        "/\\evil.example/console",
        "\\\\evil.example/console",
        "http://localhost@evil.example/console",
        "javascript:alert(1)",
        "/console/logout",
        "/console/%6cogout",
        "/console/switch",
        "/login",
        "/assets/x",
        "/?Action=CreateUser",
        "/consolex",
        "/ram/../../login",
        "\r\nLocation: https://evil.example/",
    ] {
        let mut visitor = Visitor::new();
        let page = visitor.open(&world.url("/login"));
        let form = page.form("/login").with("username", &name).with("password", &password);
        let page = visitor.submit(&form.with("next", next));
        assert_eq!(page.header("location"), Some("/console"), "{next}");
        let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish();
        let page = visitor.open(&world.url(&format!("/login?{query}")));
        assert!(page.form("/login").field("next").is_none(), "{next}: {}", page.body);
    }
    let mut visitor = Visitor::new();
    let page = visitor.open(&world.url("/login?next=%2Fram%2Fusers"));
    let form = page.form("/login").with("username", &name).with("password", &password);
    assert_eq!(visitor.submit(&form).header("location"), Some("/ram/users"));
}
