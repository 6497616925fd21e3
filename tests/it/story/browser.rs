//! The same flows in a real browser, by clicks, with every page's console watched.

use super::Demo;
use crate::support::app::TestApp;
use crate::support::browser::Browser;
use crate::support::person::Person;
use crate::support::totp;

const DESKTOP: (u32, u32) = (1440, 900);
const NARROW: [u32; 2] = [320, 768];

#[test]
fn a_role_logon_by_clicks() {
    let demo = Demo::shared();
    let heidi = demo.person("heidi");
    let browser = Browser::open(DESKTOP.0, DESKTOP.1);
    sign_in(&browser, &format!("{}/portal", demo.public_url()), &heidi);
    browser.wait_for_text("Heidi Larsen");
    browser.wait_for_text("acme-ledger");
    browser.wait_for_text("acme-payments");
    browser.assert_clean_console();

    browser.fill("q", "ledger");
    browser.click("Search");
    browser.wait_for_text("1 of 2 match");
    assert!(!browser.text().contains("acme-payments"), "{}", browser.text());
    browser.assert_clean_console();

    browser.click("Open console of acme-ledger as Developer, in a new tab");
    browser.switch_to_new_window();
    browser.wait_for_text("You are in this account as the role AliyunReservedSSO-Developer.");
    for fact in ["acme-ledger", "heidi", "AliyunECSFullAccess", "UTC"] {
        assert!(browser.text().contains(fact), "no {fact} in {}", browser.text());
    }
    let console_url = demo.server.details()["local_cloud"]["console_url"].as_str().unwrap();
    assert_eq!(browser.url().as_str(), console_url);
    let moments = browser
        .evaluate("return [...document.querySelectorAll('time')].map(time => Date.parse(time.dateTime))");
    let (started, ends) = (moments[0].as_i64().unwrap(), moments[1].as_i64().unwrap());
    assert!((ends - started).abs_diff(4 * 3_600_000) < 60_000, "{moments}");
    browser.assert_clean_console();

    browser.goto(&format!("{}/portal", demo.public_url()));
    browser.wait_for_text("2 accounts");
    browser.click("Sign out");
    browser.wait_for_text("You are signed out.");
    browser.goto(&format!("{}/portal", demo.public_url()));
    assert_eq!(browser.url().path(), "/login");
    browser.assert_clean_console();
}

#[test]
fn no_page_scrolls_sideways_however_narrow() {
    let demo = Demo::shared();
    let ivan = demo.person("ivan");
    let browser = Browser::open(DESKTOP.0, DESKTOP.1);
    browser.goto(&format!("{}/login", demo.public_url()));
    fits(&browser);
    browser.fill("username", "nobody");
    browser.fill("password", "wrong");
    browser.click("Sign in");
    browser.wait_for_text("do not go together");
    for width in NARROW {
        browser.resize(width, 800);
        browser.assert_no_sideways_scrolling();
    }
    // The refusal's own status is an error to the browser's console, and nothing else is.
    let errors = browser.console_errors();
    assert!(errors.len() == 1 && errors[0].contains("401"), "{errors:?}");

    browser.fill("username", &ivan.name);
    browser.fill("password", &ivan.password);
    browser.click("Sign in");
    browser.wait_for_text("Enter your code");
    fits(&browser);
    browser.fill("code", &ivan.code());
    browser.click("Continue");
    browser.wait_for_text("Your accounts");
    fits(&browser);
    browser.click("Open console of acme-ledger as Developer, in a new tab");
    browser.switch_to_new_window();
    browser.wait_for_text("What this role may do");
    fits(&browser);
}

#[test]
fn a_direct_link_by_clicks() {
    let demo = Demo::shared();
    let quentin = demo.person("quentin");
    let browser = Browser::open(DESKTOP.0, DESKTOP.1);
    sign_in(&browser, &format!("{}/portal", demo.public_url()), &quentin);
    browser.wait_for_text("acme-payments");
    let account = browser.evaluate("return document.querySelector('.account-id').lastChild.textContent");
    let account = account.as_str().unwrap();
    browser.goto(&format!(
        "{}/login?quickLogin=true&accountId={account}&accessConfigurationName=Developer",
        demo.public_url()
    ));
    browser.wait_for_text("You are in this account as the role AliyunReservedSSO-Developer.");
    assert!(browser.text().contains(account), "{}", browser.text());
    browser.assert_clean_console();
}

#[test]
fn a_ram_user_is_seen_and_a_session_ended_by_clicks() {
    let demo = Demo::shared();
    let grace = demo.person("grace");
    let browser = Browser::open(DESKTOP.0, DESKTOP.1);
    sign_in(&browser, &format!("{}/portal", demo.public_url()), &grace);
    browser.wait_for_text("As your RAM user");
    for part in ["As a role", "grace@", "No permissions yet: ask the account’s administrator."] {
        assert!(browser.text().contains(part), "no {part} in {}", browser.text());
    }
    assert!(!browser.text().contains("Users › grace"), "folded until somebody asks");
    browser.click("What the administrator does");
    browser.wait_for_text("Users › grace › Add Permissions");
    fits(&browser);
    browser.prefer_color_scheme("dark");
    fits(&browser);

    browser.click("Open console of acme-data as DataAnalyst, in a new tab");
    browser.switch_to_new_window();
    browser.wait_for_text("AliyunReservedSSO-DataAnalyst");
    browser.goto(&format!("{}/portal", demo.public_url()));
    browser.click("Sessions");
    browser.wait_for_text("1 is open");
    assert!(browser.text().contains("AliyunReservedSSO-DataAnalyst"), "{}", browser.text());
    assert!(browser.text().contains("Chrome on Linux"), "{}", browser.text());
    fits(&browser);
    let hidden = browser.evaluate("return document.querySelector('.console-session button').textContent");
    browser.click(hidden.as_str().unwrap());
    browser.wait_for_text("1 session ended");
    browser.wait_for_text("No console session is open");
    fits(&browser);
    browser.click("Accounts");
    browser.wait_for_text("Your accounts");
    browser.assert_clean_console();
}

/// From any page that asks for it, to where it led in the first place.
pub(super) fn sign_in(browser: &Browser, url: &str, person: &Person) {
    browser.goto(url);
    assert_eq!(browser.url().path(), "/login");
    browser.assert_clean_console();
    browser.fill("User name", &person.name);
    browser.fill("Password", &person.password);
    browser.click("Sign in");
    browser.wait_for_text("Enter your code");
    browser.assert_clean_console();
    browser.fill("Code", &person.code());
    browser.click("Continue");
    browser.wait_for_text("Your accounts");
    assert_eq!(browser.url().as_str(), url);
}

#[test]
fn a_first_sign_in_binds_a_device() {
    let app = TestApp::start();
    app.set_password("carol", "welcome on board", true);
    let browser = Browser::open(DESKTOP.0, DESKTOP.1);
    browser.goto(&app.url("/portal"));
    browser.fill("User name", "carol");
    browser.fill("Password", "welcome on board");
    browser.click("Show password");
    browser.click("Hide password");
    browser.click("Sign in");
    browser.wait_for_text("Choose a new password");
    fits(&browser);
    browser.fill("new_password", "twelve blue boats");
    browser.fill("new_password_again", "twelve blue boats");
    browser.click("Save and continue");

    browser.wait_for_text("Set up your second factor");
    fits(&browser);
    let drawn = browser.evaluate("return document.querySelector('.qr svg').getBoundingClientRect().width");
    assert!(drawn.as_f64().unwrap() > 150.0, "{drawn}");
    let key = browser.evaluate("return document.querySelector('code.key').textContent");
    let now = u64::try_from(app.clock.now().seconds()).unwrap();
    browser.fill("code", &totp::code_at(key.as_str().unwrap(), now));
    browser.click("Confirm");
    browser.wait_for_text("No accounts yet");
    assert_eq!(browser.url().path(), "/portal");
    fits(&browser);
}

/// No wider than the viewport, however narrow that is, and nothing in the console.
fn fits(browser: &Browser) {
    for width in NARROW {
        browser.resize(width, 800);
        browser.assert_no_sideways_scrolling();
        browser.assert_accessible();
    }
    browser.resize(DESKTOP.0, DESKTOP.1);
    browser.assert_clean_console();
}
