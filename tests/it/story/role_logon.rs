//! Sign in with password and code, see one's accounts, stand in a console: what the product is for.

use std::process::Command;
use std::time::Duration;

use cloudsso::base::Timestamp;
use tempfile::TempDir;

use super::Demo;
use crate::support::database::TestDatabase;
use crate::support::http::Visitor;
use crate::support::person::{Console, Person, offered_roles, open_console, origin};
use crate::support::process::Server;
use crate::support::totp;

/// What `examples/acme` gives alice, by three groups and by one assignment of her own: account, role,
/// and how long a session of it lasts. An account's own preference cuts the 8 h of ReadOnly to 6 h.
const ALICE: [(&str, &str, u64); 8] = [
    ("acme-data", "ReadOnly", 6 * 3600),
    ("acme-logs", "ReadOnly", 6 * 3600),
    ("acme-sandbox", "Administrator", 3600),
    ("acme-sandbox", "Developer", 4 * 3600),
    ("acme-staging", "Administrator", 3600),
    ("acme-staging", "Developer", 4 * 3600),
    ("acme-web", "Administrator", 3600),
    ("acme-web", "ReadOnly", 6 * 3600),
];

#[test]
fn alice_opens_every_role_that_she_holds() {
    let demo = Demo::shared();
    let (mut alice, portal) = demo.person("alice").sign_in(demo.public_url());
    assert!(portal.text().contains("Alice Lindqvist"), "{}", portal.text());
    // Beside her roles in acme-sandbox.
    assert!(portal.text().contains("2 roles and a RAM user"), "{}", portal.text());
    portal.form("/ram-user/console");

    let offered = offered_roles(&portal);
    let shown: Vec<_> = offered.iter().map(|role| (role.account.as_str(), role.name.as_str())).collect();
    assert_eq!(shown, ALICE.map(|(account, role, _seconds)| (account, role)));
    for (role, (_, _, seconds)) in offered.iter().zip(ALICE) {
        assert_eq!(role.account_id.len(), 16, "{role:?}");
        let page = open_console(&mut alice, &role.form);
        let console_url = demo.server.details()["local_cloud"]["console_url"].as_str().unwrap();
        assert_eq!(page.url.as_str(), console_url);
        let console = Console::read(&page);
        assert_eq!(console.account_id, role.account_id);
        assert_eq!(console.identity, format!("AliyunReservedSSO-{}", role.name));
        assert_eq!(console.session_name, "alice");
        let (started, ends) = (moment(&console.started_at), moment(&console.expires_at));
        assert!(ends.since(started).as_secs().abs_diff(seconds) < 60, "{role:?}: {console:?}");
        assert!(page.text().contains(&role.account), "{}", page.text());
    }
}

/// The expiry is counted from a start that the console itself names, so that start is checked too.
#[test]
fn a_console_session_begins_now() {
    let demo = Demo::shared();
    let (mut lena, portal) = demo.person("lena").sign_in(demo.public_url());
    let now = cloudsso::base::Clock::system().now();
    let console = Console::read(&open_console(&mut lena, &offered_roles(&portal)[0].form));
    let started = moment(&console.started_at);
    assert!(now.since(started).max(started.since(now)) < Duration::from_secs(60), "{console:?}");
}

#[test]
fn a_direct_link_leads_through_sign_in_to_the_console() {
    let demo = Demo::shared();
    // Whoever made the link knew the account's number.
    let (_dave, portal) = demo.person("dave").sign_in(demo.public_url());
    let staging = offered_roles(&portal).into_iter().find(|role| role.account == "acme-staging").unwrap();

    let link = format!(
        "{}/login?quickLogin=true&accountId={}&accessConfigurationName=developer",
        demo.public_url(),
        staging.account_id
    );
    let (carol, mut visitor) = (demo.person("carol"), Visitor::new());
    let direct = carol.sign_in_with(&mut visitor, &link, &carol.code());
    assert_eq!(direct.url.as_str(), link);
    let page = open_console(&mut visitor, &direct.form("/console"));
    let console = Console::read(&page);
    assert_eq!(console.account_id, staging.account_id);
    assert_eq!(console.identity, "AliyunReservedSSO-Developer");
    assert_eq!(console.session_name, "carol");

    // The same link for a role that she does not hold shows nothing to press.
    let other = visitor.open(&link.replace("=developer", "=Administrator"));
    assert_eq!((other.status, other.forms().len()), (403, 0), "{}", other.text());
}

#[test]
fn signing_out_ends_the_session_for_every_copy_of_its_cookie() {
    let demo = Demo::shared();
    let (mut erin, portal) = demo.person("erin").sign_in(demo.public_url());
    let mut thief = erin.clone();
    let url = format!("{}/portal", demo.public_url());
    assert_eq!(thief.get(&url).status, 200);

    let page = erin.submit(&portal.form("/logout"));
    assert_eq!(erin.cookie(&url, "cloudsso"), None);
    assert!(erin.follow(page).text().contains("You are signed out."));
    assert!(thief.cookie(&url, "cloudsso").is_some());
    assert_eq!(thief.open(&url).url.path(), "/login");
    assert_eq!(thief.submit(&offered_roles(&portal)[0].form).location().unwrap().path(), "/login");
}

#[test]
fn demo_code_prints_the_code_that_signs_in() {
    let demo = Demo::shared();
    let code = demo_code(demo.server.data_dir(), "frank");
    let (frank, mut visitor) = (demo.person("frank"), Visitor::new());
    let portal = frank.sign_in_with(&mut visitor, &format!("{}/login", demo.public_url()), &code);
    assert_eq!(portal.url.path(), "/portal", "{}", portal.text());
}

#[test]
fn a_killed_server_comes_back_with_everything_that_it_had() {
    let database = TestDatabase::new();
    let server = Server::demo(&database);
    let before = server.details().clone();
    let alice = Person::of_demo(&before, "alice");
    let used = alice.code();
    let mut visitor = Visitor::new();
    let url =
        |demo: &serde_json::Value, path: &str| format!("{}{path}", demo["public_url"].as_str().unwrap());
    let portal = alice.sign_in_with(&mut visitor, &url(&before, "/login"), &used);
    let roles = |portal| {
        let roles = offered_roles(portal).into_iter();
        roles.map(|role| (role.account_id, role.name)).collect::<Vec<_>>()
    };
    let held = roles(&portal);

    let server = restart(server.kill(), &database);
    let after = server.details();
    for key in ["users", "admin", "directory_id"] {
        assert_eq!(after[key], before[key], "{key}");
    }
    assert_eq!(after["local_cloud"]["access_key_secret"], before["local_cloud"]["access_key_secret"]);
    // Her session lives on, and opens consoles although every address has changed.
    let portal = visitor.open(&url(after, "/portal"));
    assert_eq!((portal.url.path(), roles(&portal)), ("/portal", held));
    let role = &offered_roles(&portal)[0];
    assert_eq!(Console::read(&open_console(&mut visitor, &role.form)).account_id, role.account_id);
    // The code that was used stays used; the next one works.
    let mut other = Visitor::new();
    let refused = alice.sign_in_with(&mut other, &url(after, "/login"), &used);
    assert_eq!((refused.status, refused.url.path()), (401, "/login/mfa"), "{}", refused.text());
    let page = other.submit(&refused.form("/login/mfa").with("code", &totp::next_code(&alice.totp_secret)));
    assert_eq!(other.follow(page).url.path(), "/portal");
    assert!(server.stop().success());
}

#[test]
fn the_identity_provider_s_metadata_names_this_installation() {
    let demo = Demo::shared();
    let url = format!("{}/saml/idp/metadata", demo.public_url());
    let page = Visitor::new().get(&url);
    assert_eq!(page.header("content-type"), Some("application/samlmetadata+xml"));
    assert!(page.body.contains(&format!("entityID=\"{url}\"")), "{}", page.body);
    assert!(origin(&url).starts_with("http://localhost:"), "{url}");
}

fn restart(folder: TempDir, database: &TestDatabase) -> Server {
    Server::start(folder, &["--demo", "--database-url", database.url()])
        .unwrap_or_else(|error| panic!("{error}"))
}

fn demo_code(data_dir: &std::path::Path, name: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cloudsso"));
    let output = command.args(["demo", "code", name, "--data-dir"]).arg(data_dir).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[track_caller]
fn moment(text: &str) -> Timestamp {
    assert!(text.ends_with('Z'), "{text} is not UTC");
    Timestamp::parse(text).unwrap_or_else(|| panic!("{text} is no moment"))
}
