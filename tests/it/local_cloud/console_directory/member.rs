//! Members: created, found, changed, deleted.

use std::time::Duration;

use super::*;
use crate::local_cloud::identity_provider::IdentityProvider;

fn account(world: &World, id: &str) -> Value {
    ask(world, "GetAccount", &[("AccountId", id), ("IncludeTags", "true")])["Account"].clone()
}

#[test]
fn a_member_is_created_as_the_api_shows_it_and_has_no_password() {
    let world = World::new();
    let folder = new_folder(&world, "production", &root(&world));
    let mut alice = manager(&world, "alice", &[DIRECTORY]);
    let page = open(&world, &mut alice, "/members/create");
    assert!(page.text().contains("It has no password"), "{}", page.text());
    let form = page
        .deed("create-member")
        .with("display_name", "Corner shop")
        .with("prefix", "corner.shop")
        .with("folder", &folder)
        .with("payer", world.management.as_str())
        .with("tag_key_1", "stage")
        .with("tag_value_1", "prod")
        .with("tag_key_4", "team");
    let page = done(&mut alice, &form, "It has no password: enter it by Log On.");
    let id = page.url.path().rsplit('/').next().unwrap().to_owned();
    let made = account(&world, &id);
    assert_eq!((&made["DisplayName"], &made["FolderId"]), (&"Corner shop".into(), &folder.as_str().into()));
    assert!(made["AccountName"].as_str().unwrap().starts_with("corner.shop@"), "{made}");
    assert_eq!(
        made["Tags"],
        serde_json::json!([{"Key": "stage", "Value": "prod"}, {"Key": "team", "Value": ""}])
    );
    let payer = ask(&world, "GetPayerForAccount", &[("AccountId", &id)]);
    assert_eq!(payer["PayerAccountId"], world.management.as_str());
    for part in ["Corner shop", "Root / production", "stage: prod", "created here", "resource account"] {
        assert!(page.text().contains(part), "{part}: {}", page.text());
    }
}

#[test]
fn a_member_is_refused_with_what_was_typed() {
    let world = World::new();
    world.member("shop");
    let mut alice = manager(&world, "alice", &[DIRECTORY]);
    let form = open(&world, &mut alice, "/members/create").deed("create-member").with("display_name", "data");
    for (field, value, status, reason) in [
        ("display_name", "", 400, "DisplayName"),
        ("display_name", "x", 400, "length"),
        ("display_name", "a<b>", 400, "invalid chars"),
        ("display_name", "SHOP", 409, "already exists"),
        ("prefix", "-x", 400, "AccountNamePrefix"),
        ("folder", "fd-0", 404, "does not exist"),
        ("payer", world.independent.as_str(), 404, "does not exist"),
        ("tag_key_1", "acs:x", 400, "Tag.1.Key"),
        ("tag_value_2", "alone", 400, "Tag.1.Key"),
    ] {
        let page = refused(&mut alice, &form.clone().with(field, value), (status, reason));
        let again = page.deed("create-member");
        if field != "folder" {
            assert_eq!(again.field(field), Some(value), "{field}");
        }
        assert!(page.body.contains("<title>Error: "));
    }
    assert_eq!(ask(&world, "ListAccounts", &[])["TotalCount"], 1);
}

#[test]
fn a_member_is_renamed_moved_tagged_and_paid_for() {
    let world = World::new();
    let folder = new_folder(&world, "production", &root(&world));
    let member = world.member("shop");
    world.member("data");
    let mut alice = manager(&world, "alice", &[DIRECTORY]);
    let path = format!("/members/{member}");
    let page = open(&world, &mut alice, &path);
    let page = refused(
        &mut alice,
        &page.deed("rename-member").with("display_name", "Data"),
        (409, "already exists"),
    );
    assert_eq!(page.deed("rename-member").field("display_name"), Some("Data"));
    let page =
        done(&mut alice, &page.deed("rename-member").with("display_name", "Corner shop"), "another name");
    assert_eq!(account(&world, &member)["DisplayName"], "Corner shop");
    refused(&mut alice, &page.deed("move-member"), (409, "in this folder already"));
    refused(&mut alice, &page.deed("move-member").with("folder", "fd-0"), (404, "does not exist"));
    let page = done(&mut alice, &page.deed("move-member").with("folder", &folder), "in another folder");
    assert_eq!(account(&world, &member)["FolderId"], folder);
    let tag = page.deed("tag-member").with("tag_key", "team/ä&=%").with("tag_value", "<b>");
    let page = done(&mut alice, &tag, "team/ä&=%: <b>");
    assert!(!page.body.contains("<b>"), "{}", page.body);
    assert_eq!(account(&world, &member)["Tags"][0]["Key"], "team/ä&=%");
    let page = done(&mut alice, &page.deed("untag-member"), "The tag is gone");
    assert_eq!(account(&world, &member)["Tags"], serde_json::json!([]));
    refused(&mut alice, &page.deed("tag-member").with("tag_key", "acs:x"), (400, "Tag.1.Key"));
    let payer = page.deed("change-payer");
    refused(&mut alice, &payer.clone().with("payer", world.independent.as_str()), (404, "does not exist"));
    done(&mut alice, &payer.with("payer", world.management.as_str()), "Another account pays");
    let payer = ask(&world, "GetPayerForAccount", &[("AccountId", &member)]);
    assert_eq!(payer["PayerAccountId"], world.management.as_str());
}

#[test]
fn members_are_searched_and_paged() {
    let world = World::new();
    let folder = new_folder(&world, "production", &root(&world));
    for number in 0..53 {
        let name = format!("stage {number:02}");
        let new = [("DisplayName", name.as_str()), ("ParentFolderId", &folder), ("Tag.1.Key", "a b&c")];
        world.clock.advance(Duration::from_secs(1));
        ask(&world, "CreateResourceAccount", &new);
    }
    let other = world.member("warehouse");
    let mut alice = manager(&world, "alice", &[DIRECTORY]);
    let page = open(&world, &mut alice, "/members?search=WAREhouse");
    assert!(page.text().contains(&other) && !page.text().contains("stage 00"), "{}", page.text());
    assert!(page.text().contains("Root"), "{}", page.text());
    let page = open(&world, &mut alice, "/members?tag_key=a+b%26c");
    let text = page.text();
    assert!(text.contains("stage 49") && !text.contains("stage 50") && text.contains("Next page"), "{text}");
    assert!(text.contains("Root / production") && !text.contains("warehouse"), "{text}");
    assert!(page.body.contains("?tag_key=a+b%26c&#38;page=2"), "{}", page.body);
    let text = open(&world, &mut alice, "/members?tag_key=a+b%26c&page=2").text();
    assert!(
        text.contains("stage 52") && text.contains("Previous page") && !text.contains("Next page"),
        "{text}"
    );
    let text = open(&world, &mut alice, "/members?search=%3Cscript%3E").text();
    assert!(text.contains("No member is like that"), "{text}");
    assert_eq!(open(&world, &mut alice, "/members?page=x").status, 200);
    assert!(open(&world, &mut alice, "/members?page=99999999").text().contains("nothing on this page"));
}

#[test]
fn a_member_is_deleted_in_the_vendors_order() {
    let world = World::new();
    let member = world.member("shop");
    IdentityProvider::new(world.clock.now()).provision(&world, &member);
    let service = [("AccountId", member.as_str()), ("ServicePrincipal", "config.aliyuncs.com")];
    ask(&world, "RegisterDelegatedAdministrator", &service);
    let mut alice = manager(&world, "alice", &[DIRECTORY]);
    let path = format!("/members/{member}/leave");
    let page = open(&world, &mut alice, &path);
    assert!(page.text().contains("It is switched off") && page.text().contains("not checked yet"));
    refused(&mut alice, &page.deed("delete-member"), (409, "not enabled"));
    let settings = open(&world, &mut alice, "/settings");
    done(&mut alice, &settings.deed("permit-deletion"), "Members may be deleted");
    refused(&mut alice, &page.deed("delete-member"), (404, "check before the deletion"));
    let page = done(&mut alice, &page.deed("check-deletion"), "The member was checked");
    assert!(page.text().contains("DELEGATED_ADMINISTRATOR"), "{}", page.text());
    let abandoning = page.deed("delete-member").with("abandon", "CLOUDSSO_OBJECTS");
    refused(&mut alice, &abandoning, (409, "cannot be deleted"));
    ask(&world, "DeregisterDelegatedAdministrator", &service);
    let page = open(&world, &mut alice, &path);
    assert!(page.text().contains("Nothing hinders the deletion"), "{}", page.text());
    assert_eq!(page.deed("delete-member").field("abandon"), None, "nothing is ticked for anybody");
    refused(&mut alice, &page.deed("delete-member"), (409, "cannot be deleted"));
    let page = done(&mut alice, &abandoning, "The member was deleted");
    assert_eq!(page.url.path(), "/resource-directory/members");
    assert!(!page.text().contains(&member), "{}", page.text());
    assert_eq!(
        ask(&world, "GetAccountDeletionStatus", &[("AccountId", &member)])["RdAccountDeletionStatus"]["Status"],
        "Success"
    );
    assert_eq!(open(&world, &mut alice, &path).status, 404);
}

#[test]
fn the_management_account_is_shown_and_not_changed() {
    let world = World::new();
    let folder = new_folder(&world, "production", &root(&world));
    let mut alice = manager(&world, "alice", &[DIRECTORY]);
    ask(&world, "SetMemberDeletionPermission", &[("Status", "Enabled")]);
    let path = format!("/members/{}", world.management);
    let page = open(&world, &mut alice, &path);
    assert!(page.text().contains("This is the management account"), "{}", page.text());
    assert!(page.deeds("move-member").is_empty() && page.deeds("log-on").is_empty());
    let before = account(&world, world.management.as_str());
    for deed in ["rename-member", "move-member", "change-payer", "tag-member"] {
        let form = forged(&world, &mut alice, &path, deed)
            .with("display_name", "mine")
            .with("folder", &folder)
            .with("payer", world.management.as_str())
            .with("tag_key", "a");
        refused(&mut alice, &form, (404, "does not exist"));
    }
    for deed in ["check-deletion", "delete-member", "remove-member"] {
        let form = forged(&world, &mut alice, &format!("{path}/leave"), deed);
        refused(&mut alice, &form, (404, "does not exist"));
    }
    assert_eq!(account(&world, world.management.as_str()), before);
}

#[test]
fn what_is_no_member_has_no_page() {
    let world = World::new();
    let mut alice = manager(&world, "alice", &[DIRECTORY]);
    let foreign = world.independent.as_str();
    for id in [foreign, "1", "%3Cscript%3E", "a%2Fb", "100%25", "%3F", "%C3%A4", "fd-1", "create%20"] {
        for end in ["", "/leave", "/log-on"] {
            let page = open(&world, &mut alice, &format!("/members/{id}{end}"));
            assert_eq!(page.status, 404, "{id}{end}: {}", page.text());
            assert!(!page.body.contains("<script>"), "{id}{end}");
        }
        assert_eq!(open(&world, &mut alice, &format!("/folders/{id}")).status, 404, "{id}");
        assert_eq!(open(&world, &mut alice, &format!("/control-policies/{id}")).status, 404, "{id}");
    }
}
