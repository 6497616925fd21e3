//! The desk in a real browser, by clicks: an application is added, set up, assigned, tried and looked into.

use cloudsso::base::ApplicationName;
use cloudsso::domain::{ApplicationSettings, Status};
use cloudsso::service::application::{self, ApplicationSpec};
use std::time::Duration;

use super::{Provider, equip, wiki};
use crate::metadata_refresh::provider::{Metadata, Site, keys};
use crate::support::app::TestApp;
use crate::support::browser::Browser;
use crate::support::totp;

const DESKTOP: (u32, u32) = (1280, 900);
const PHONE: u32 = 390;

/// Fits whatever its width, is accessible in light and dark, and has a clean console.
fn fits(browser: &Browser, name: &str) {
    for width in [320, PHONE, 768] {
        browser.resize(width, 800);
        browser.assert_no_sideways_scrolling();
        if width == PHONE {
            browser.picture(&format!("admin-{name}-phone"));
        }
    }
    browser.assert_accessible();
    browser.prefer_color_scheme("dark");
    browser.assert_accessible();
    browser.resize(PHONE, 800);
    browser.picture(&format!("admin-{name}-phone-dark"));
    browser.resize(DESKTOP.0, DESKTOP.1);
    browser.picture(&format!("admin-{name}-dark"));
    browser.prefer_color_scheme("light");
    browser.assert_accessible();
    browser.assert_no_sideways_scrolling();
    browser.picture(&format!("admin-{name}"));
    browser.assert_clean_console();
}

/// An application is added by the address of its metadata, and what changes there is approved.
fn metadata_by_its_address(app: &TestApp, browser: &Browser) {
    let shop = Metadata::new("shop");
    let site = Site::serving(&shop.xml());
    browser.goto(&app.url("/admin/applications/new/address"));
    browser.fill("name", "Shop");
    browser.fill("url", &site.url());
    fits(browser, "by-address");
    browser.click("Fetch and add");
    browser.wait_for_text("The application is added.");
    let acs_url = "https://shop.example/other/acs".to_owned();
    site.say(&Metadata { keys: vec![&keys().next], acs_url, ..shop }.xml());
    browser.click_within(".tabs", "Metadata");
    browser.click("Fetch now");
    browser.wait_for_text("Changes wait for your yes");
    fits(browser, "waiting");
    browser.goto(&app.url("/admin"));
    browser.wait_for_text("Metadata to be looked at");
    fits(browser, "overview-waiting");
    browser.click("Shop");
    browser.click("Approve");
    browser.wait_for_text("Approved.");
    site.say("<x/>");
    browser.click("Fetch now");
    browser.wait_for_text("not refreshed");
    // A refusal is one in the console too.
    assert_eq!(browser.console_errors().len(), 1);
    browser.click_within(".tabs", "Metadata");
    browser.wait_for_text("The last fetch failed");
    fits(browser, "fetch-failed");
}

#[test]
fn an_application_from_the_catalogue_to_its_first_sign_on() {
    let app = TestApp::start();
    let provider = Provider::new(app.clock.now());
    let other = wiki(&app, &provider, ApplicationSettings::default());
    for number in 1..=24 {
        let metadata = application::metadata_by_hand(
            &format!("https://app{number}.example/saml/metadata"),
            "https://app.example/acs",
            "",
        );
        let spec = ApplicationSpec {
            name: ApplicationName::parse(&format!("Team tool {number:02}")).unwrap(),
            status: if number % 6 == 0 { Status::Disabled } else { Status::Enabled },
            settings: ApplicationSettings::default(),
            metadata: metadata.unwrap(),
        };
        application::create(&app.ctx, &app.operator, spec, vec![]).unwrap();
    }
    let (mut alice, _portal) = app.sign_in("alice");
    let address = provider.request(&app, "_first", |xml| xml);
    assert_eq!(alice.get(&address).status, 200);
    assert_eq!(
        alice.get(&app.url("/saml/idp/metadata")).status,
        200,
        "there is a key to encrypt to from now on"
    );
    let forged = Provider::new(app.clock.now()).request(&app, "_forged", |xml| xml);
    assert_eq!(alice.get(&forged).status, 400);
    assert_eq!(alice.get(&app.url("/saml/idp/sso?SAMLRequest=AAAA")).status, 400);

    let person = equip(&app, "root");
    app.advance(Duration::from_secs(30));
    let browser = Browser::open(DESKTOP.0, DESKTOP.1);
    browser.goto(&app.url("/admin"));
    browser.fill("User name", &person.name);
    browser.fill("Password", &person.password);
    browser.click("Sign in");
    browser.wait_for_text("Enter your code");
    let code = totp::code_at(&person.totp_secret, u64::try_from(app.clock.now().seconds()).unwrap());
    browser.fill("Code", &code);
    browser.click("Continue");
    browser.wait_for_text("Who we are to service providers");
    fits(&browser, "overview");

    browser.click_within(".menu", "Applications");
    browser.wait_for_text("25 in all");
    fits(&browser, "applications");
    browser.click("Add an application");
    browser.wait_for_text("Consoles of clouds");
    fits(&browser, "catalogue");
    browser.goto(&app.url("/admin/applications/new/template/alibaba-cloud-international"));
    browser.fill("AccountId", "1234567890123456");
    browser.fill("ProviderName", "cloudsso");
    browser.fill("GroupPrefix", "aliyun-");
    fits(&browser, "new-template");
    browser.click("Add the application");
    browser.wait_for_text("The application is added.");
    fits(&browser, "set-up");

    browser.click("Assign it to somebody");
    browser.wait_for_text("Nobody may sign in");
    browser.fill("named", "team");
    browser.click("Assign");
    browser.wait_for_text("Assigned.");
    fits(&browser, "assignments");

    browser.click_within(".tabs", "Settings");
    browser.wait_for_text("What people are named by");
    browser.fill("person", "bob");
    browser.click("Preview");
    browser.wait_for_text("would be known by what is above");
    fits(&browser, "settings");

    browser.goto(&app.url(&format!("/admin/applications/{}/test?person=alice", other.id)));
    browser.wait_for_text("This is a test and good for nothing");
    fits(&browser, "test");
    browser.click_within(".tabs", "Exchanges");
    browser.wait_for_text("Signed on");
    fits(&browser, "exchanges");
    browser.goto(&app.url("/admin/applications/new/by-hand"));
    fits(&browser, "by-hand");
    browser.goto(&app.url(&format!("/admin/applications/{}/delete", other.id)));
    fits(&browser, "delete");
    metadata_by_its_address(&app, &browser);
    browser.click_within(".menu", "Keys");
    browser.wait_for_text("Signs what we send");
    fits(&browser, "keys");
    browser.goto(&app.url("/admin/saml/keys/RSA-2048/turn"));
    fits(&browser, "turn-keys");
    browser.goto(&app.url("/admin/saml/inspector"));
    browser.fill("message", &forged);
    browser.click("Inspect");
    browser.wait_for_text("stops at");
    fits(&browser, "inspector");
}
