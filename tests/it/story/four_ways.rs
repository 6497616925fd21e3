//! The four ways into a member account, each by clicks from an empty cloud, with the names of the vendor's own
//! walkthrough; and what happens where one step of it is missing.

use super::Demo;
use super::browser as portal;
use super::consoles::{self, enter};
use cloudsso::local_cloud::OwnerLogin;

use crate::local_cloud::desk::PASSWORD;
use crate::local_cloud::{RD, World};
use crate::support::browser::Browser;

const STS: &str = "AliyunSTSAssumeRoleAccess";
const DIRECTORY: &str = "AliyunResourceDirectoryFullAccess";

/// A cloud that nobody was in yet, and somebody in front of it.
struct Empty {
    world: World,
    browser: Browser,
}

impl Empty {
    fn new() -> Self {
        Self { world: World::live(), browser: Browser::open(1440, 900) }
    }

    /// Signs in with a name and a password.
    fn sign_in(&self, name: &str, password: &str) {
        enter(&self.browser, &self.world.base_url, (name, password));
    }

    fn as_owner(&self) {
        self.as_owner_by(&self.world.owner_logins[0]);
        self.browser.wait_for_text("You are the owner of this account");
    }

    fn as_owner_by(&self, login: &OwnerLogin) {
        self.sign_in(&login.name, login.password.as_ref().unwrap().expose());
    }

    fn sign_out(&self) {
        self.browser.click("Sign out");
        self.browser.wait_for_text("You are not signed in");
        // Nobody is, in this browser.
        let _seen = self.browser.console_errors();
    }

    /// Creates a member in the organisation.
    fn create_member(&self, name: &str) -> String {
        self.browser.click("Member List View");
        self.browser.click("Create a member");
        self.browser.fill("Display name", name);
        self.browser.click("Create member");
        self.browser.wait_for_text(name);
        let id = self.browser.url().path().rsplit('/').next().unwrap().to_owned();
        assert_eq!(id.len(), 16, "{id}");
        id
    }

    /// Creates a RAM user with a password in the account that one is in, without a second factor.
    fn create_user(&self, name: &str, display_name: &str) {
        let browser = &self.browser;
        browser.click("Users");
        browser.click("Create users");
        browser.fill_id("name-1", name);
        browser.fill_id("display_name-1", display_name);
        browser.choose("access-1", "the console");
        browser.tick("Set this one", true);
        browser.fill("Password", PASSWORD);
        browser.fill("Password again", PASSWORD);
        browser.tick("The user must set another password at the next sign-in", false);
        browser.tick("The user must bind an MFA device at the next sign-in", false);
        browser.click("Create");
        browser.wait_for_text("The user was created");
        browser.click("To the users");
    }

    /// Grants a system policy on the page of a user of the account that one is in.
    fn grant(&self, logon_name: &str, policy: &str) {
        self.browser.click("Users");
        self.browser.click(logon_name);
        self.browser.fill("Name or description contains", policy);
        self.browser.click("Find policies");
        self.browser.tick_value(&format!("System/{policy}"));
        self.browser.click("Attach what is ticked");
        self.browser.wait_for_text("The policies are attached.");
    }

    fn of_management(&self, name: &str) -> String {
        format!("{name}@{}.onaliyun.com", self.world.management)
    }
}

#[test]
fn as_a_ram_role_alice_logs_on_from_the_member_list() {
    let cloud = Empty::new();
    let browser = &cloud.browser;
    cloud.as_owner();
    cloud.create_member("production");
    cloud.create_user("alice", "Alice");
    let alice = cloud.of_management("alice");
    cloud.grant(&alice, DIRECTORY);
    cloud.sign_out();
    cloud.sign_in(&alice, PASSWORD);
    browser.click("Member List View");
    browser.click("Log on to production");
    // One of the two policies is missing.
    browser.wait_for_text("sts:AssumeRole");
    browser.wait_for_text(STS);
    let _refused = browser.console_errors();
    cloud.sign_out();
    cloud.as_owner();
    cloud.grant(&alice, STS);
    cloud.sign_out();
    cloud.sign_in(&alice, PASSWORD);
    browser.click("Member List View");
    browser.click("Log on to production");
    browser.wait_for_text("You are in this account as the role ResourceDirectoryAccountAccessRole.");
    for fact in
        ["production", "Switch of role", "from alice", "assumed-role/ResourceDirectoryAccountAccessRole"]
    {
        assert!(browser.text().contains(fact), "no {fact} in {}", browser.text());
    }
    browser.assert_clean_console();
    browser.assert_accessible();
    browser.picture("way-as-role");
}

#[test]
fn as_a_ram_user_tom_signs_in_to_the_member_with_the_least_permission() {
    let cloud = Empty::new();
    let browser = &cloud.browser;
    cloud.as_owner();
    let member = cloud.create_member("production");
    cloud.create_user("alice", "Alice");
    let (alice, tom) = (cloud.of_management("alice"), format!("tom@{member}.onaliyun.com"));
    cloud.grant(&alice, DIRECTORY);
    cloud.grant(&alice, STS);
    cloud.sign_out();
    // Tom is not there yet.
    browser.goto(&cloud.world.url("/login"));
    consoles::try_sign_in(browser, (&tom, PASSWORD));
    browser.wait_for_text("That name and password do not go together");
    let _refused = browser.console_errors();
    cloud.sign_in(&alice, PASSWORD);
    browser.click("Member List View");
    browser.click("Log on to production");
    browser.wait_for_text("You are in this account as the role");
    cloud.create_user("tom", "Tom");
    cloud.grant(&tom, "AliyunOSSReadOnlyAccess");
    browser.click("Sign out");
    browser.goto(&cloud.world.url("/login"));
    cloud.sign_in(&tom, PASSWORD);
    for fact in ["production", &tom, "Password", "AliyunOSSReadOnlyAccess"] {
        assert!(browser.text().contains(fact), "no {fact} in {}", browser.text());
    }
    browser.picture("way-as-user");
    // It is the least: nothing else.
    browser.click("Users");
    browser.wait_for_text("ims:ListUsers");
    let _refused = browser.console_errors();
}

#[test]
fn by_the_accounts_own_name_and_password_an_invited_account_is_entered() {
    let cloud = Empty::new();
    let browser = &cloud.browser;
    let (login, independent) = (&cloud.world.owner_logins[1], cloud.world.independent.to_string());
    cloud.as_owner();
    let member = cloud.create_member("production");
    browser.click("Invitations");
    browser.click("Invite an account");
    browser.fill("Id or address", &independent);
    browser.click("Invite");
    browser.wait_for_text(&independent);
    cloud.sign_out();
    // A wrong password opens nothing, and a member that was created has none at all.
    let found = cloud.world.call(&cloud.world.owner, (RD, "GetAccount"), &[("AccountId", &member)]).ok();
    let own_name = found["Account"]["AccountName"].as_str().unwrap().to_owned();
    for (name, password) in [(login.name.as_str(), PASSWORD), (own_name.as_str(), PASSWORD)] {
        browser.goto(&cloud.world.url("/login"));
        consoles::try_sign_in(browser, (name, password));
        browser.wait_for_text("That name and password do not go together");
    }
    let _refused = browser.console_errors();
    cloud.as_owner_by(login);
    browser.wait_for_text("That is not recommended for daily work");
    browser.click("Invitations");
    browser.click("Accept");
    browser.click("Accept and join");
    browser.wait_for_text("accepted");
    browser.assert_accessible();
    cloud.sign_out();
    cloud.as_owner();
    browser.click("Member List View");
    browser.wait_for_text(&independent);
    cloud.sign_out();
    cloud.as_owner_by(login);
    for fact in [independent.as_str(), "its owner", "The account's own name and password"] {
        assert!(browser.text().contains(fact), "no {fact} in {}", browser.text());
    }
    browser.assert_clean_console();
    browser.picture("way-as-owner");
}

#[test]
fn as_a_cloudsso_user_judy_comes_from_the_portal() {
    let demo = Demo::shared();
    let person = demo.person("judy");
    let browser = Browser::open(1440, 900);
    portal::sign_in(&browser, &format!("{}/portal", demo.public_url()), &person);
    browser.wait_for_text("Sign out");
    let offered = browser.evaluate(
        "return [...document.querySelectorAll('form[action*=\"access-configurations\"] button')]
             .map(button => button.getAttribute('aria-label') || button.textContent.trim())",
    );
    let first = offered[0].as_str().unwrap_or_else(|| panic!("judy holds nothing: {}", browser.text()));
    let door = "return document.querySelector('form[action*=\"access-configurations\"]').action";
    let door = browser.evaluate(door).as_str().unwrap().to_owned();
    browser.click(first);
    browser.switch_to_new_window();
    browser.wait_for_text("You are in this account as the role AliyunReservedSSO-");
    assert!(browser.text().contains("Role SSO (SAML)"), "{}", browser.text());
    browser.assert_clean_console();
    browser.picture("way-as-cloudsso-user");
    // Whoever is not assigned finds no such role, and is refused at its door.
    let (mut other, page) = demo.person("peggy").sign_in(demo.public_url());
    assert!(page.forms().iter().all(|form| form.action.as_str() != door), "peggy holds it too");
    let form = page.forms().into_iter().find(|form| form.action.path().ends_with("/console")).unwrap();
    let refused = other.submit(&form.sent_to(&door));
    assert!((400..500).contains(&refused.status), "{}", refused.text());
    assert!(!refused.body.contains("SAMLResponse"));
}
