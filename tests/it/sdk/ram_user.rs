//! The vendor's overview of RAM user provisioning as a story: asked for by the stock SDK, granted in the
//! account by the stock SDKs, used through the portal, and ended.

use serde_json::{Value, json};

use crate::support::database::TestDatabase;
use crate::support::http::Visitor;
use crate::support::person::{Console, Person, offered_roles};
use crate::support::process::Server;

use super::answer;

#[test]
fn a_ram_user_from_its_provisioning_to_its_end() {
    let database = TestDatabase::new();
    let server = Server::demo(&database);
    let demo = server.details();
    let public_url = demo["public_url"].as_str().unwrap();
    let (mut carol, portal) = Person::of_demo(demo, "carol").sign_in(public_url);
    let role = offered_roles(&portal).remove(0);
    let step = |step: &str, more: Value| {
        let mut world = json!({
            "openapi": demo["openapi"],
            "local_cloud": demo["local_cloud"],
            "directory_id": demo["directory_id"],
            "account_id": role.account_id,
            "user_name": "carol",
            "step": step,
        });
        world.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        answer("ram_user_story.py", &world)
    };

    let made = step("provision", json!({}));
    assert_eq!((&made["status"], &made["provision_type"]), (&json!("Enabled"), &json!("CloudSSO")), "{made}");
    assert_eq!((&made["policies"], &made["delete"]), (&json!(0), &json!("NoPermission.ReservedObject")));
    step("grant", json!({}));

    // Both ways are hers, side by side.
    let portal = carol.open(&format!("{public_url}/portal"));
    let button = portal.form(&format!("/portal/accounts/{}/ram-user/console", role.account_id));
    let carrier = carol.submit(&button);
    let page = carol.submit(&carrier.form("/saml/SSO"));
    let page = carol.follow(page);
    let console = Console::read(&page);
    let principal = format!("carol@{}.onaliyun.com", role.account_id);
    assert_eq!((console.account_id.as_str(), &console.identity), (role.account_id.as_str(), &principal));
    assert!(page.text().contains("AliyunOSSReadOnlyAccess"), "{}", page.text());

    let console_url = demo["local_cloud"]["console_url"].as_str().unwrap();
    let mut stranger = Visitor::new();
    let login = stranger.get(&console_url.replace("/console", "/login"));
    let form = login.form("/login").with("username", &principal).with("password", "anything at all");
    let refused = stranger.submit(&form);
    assert_eq!(refused.status, 403);
    assert!(refused.text().contains("access portal"), "{}", refused.text());

    let ended = step("end", json!({ "user_provisioning_id": made["user_provisioning_id"] }));
    assert_eq!(
        (&ended["provision_type"], &ended["user_id"]),
        (&json!("Manual"), &made["user_id"]),
        "{ended}"
    );
    assert_eq!(ended["delete_with_policy"], "DeleteConflict.User.Policy");
    assert_eq!(ended["get_after"], "EntityNotExist.User");
    assert_eq!(carol.get(console_url).status, 401, "her session ended with the provisioning");
    assert!(
        !carol.open(&format!("{public_url}/portal")).body.contains(&format!("{}/ram-user", role.account_id))
    );
    assert!(server.stop().success());
}
