//! The tree of folders and members, and who sees nothing of it.

use std::time::Duration;

use super::*;

#[test]
fn folders_are_created_renamed_and_deleted_as_the_api_shows() {
    let world = World::new();
    let mut alice = manager(&world, "alice", &[DIRECTORY]);
    let page = open(&world, &mut alice, "");
    let form = page.deed("create-folder").with("name", "production");
    let page = done(&mut alice, &form, "The folder was created.");
    let folders = ask(&world, "ListFoldersForParent", &[]);
    let made = &folders["Folders"]["Folder"][0];
    assert_eq!(made["FolderName"], "production");
    let id = made["FolderId"].as_str().unwrap();
    assert!(page.url.path().ends_with(id), "{}", page.url);
    let page =
        done(&mut alice, &page.deed("create-sub-folder").with("name", "Läden.eu"), "The folder was created.");
    assert!(page.text().contains("Root / production / Läden.eu"), "{}", page.text());
    let inner = ask(&world, "ListFoldersForParent", &[("ParentFolderId", id)]);
    assert_eq!(inner["Folders"]["Folder"][0]["FolderName"], "Läden.eu");
    done(&mut alice, &page.deed("rename-folder").with("new_name", "shops"), "another name");
    let inner = ask(&world, "ListFoldersForParent", &[("ParentFolderId", id)]);
    assert_eq!(inner["Folders"]["Folder"][0]["FolderName"], "shops");
    let page = open(
        &world,
        &mut alice,
        &format!("/folders/{}", inner["Folders"]["Folder"][0]["FolderId"].as_str().unwrap()),
    );
    let page = done(&mut alice, &page.deed("delete-folder"), "The folder was deleted.");
    assert_eq!(page.url.path(), "/resource-directory");
    let inner = ask(&world, "ListFoldersForParent", &[("ParentFolderId", id)]);
    assert_eq!(inner["TotalCount"], 0);
}

#[test]
fn a_folder_is_refused_with_its_reason_and_what_was_typed() {
    let world = World::new();
    let production = new_folder(&world, "production", &root(&world));
    let mut alice = manager(&world, "alice", &[DIRECTORY]);
    let page = open(&world, &mut alice, "");
    let form = page.deed("create-folder");
    for (name, status, reason) in [
        ("", 400, "FolderName"),
        ("a/b", 400, "invalid chars"),
        ("<b>", 400, "invalid chars"),
        ("twenty-five-letters-long-x", 400, "length"),
        ("PRODUCTION", 409, "already exists"),
    ] {
        let page = refused(&mut alice, &form.clone().with("name", name), (status, reason));
        assert!(page.body.contains("<title>Error: "), "{}", page.body);
        assert_eq!(page.deed("create-folder").field("name"), Some(name));
    }
    let page =
        refused(&mut alice, &form.clone().with("name", "x y").with("parent", &production), (400, "chars"));
    assert_eq!(page.deed("create-folder").field("parent"), Some(production.as_str()));
    refused(&mut alice, &form.clone().with("name", "x").with("parent", "fd-0"), (404, "does not exist"));
    assert_eq!(ask(&world, "ListFoldersForParent", &[])["TotalCount"], 1);
    let mut deepest = production.clone();
    for level in 2..=5 {
        deepest = new_folder(&world, &format!("level-{level}"), &deepest);
    }
    let page = open(&world, &mut alice, &format!("/folders/{deepest}"));
    refused(&mut alice, &page.deed("create-sub-folder").with("name", "level-6"), (409, "limit of 5"));
    let page = open(&world, &mut alice, &format!("/folders/{production}"));
    let page = refused(&mut alice, &page.deed("rename-folder").with("new_name", "a b"), (400, "chars"));
    assert_eq!(page.deed("rename-folder").field("new_name"), Some("a b"));
}

#[test]
fn a_folder_is_deleted_when_it_is_empty_and_the_root_never() {
    let world = World::new();
    let root = root(&world);
    let outer = new_folder(&world, "outer", &root);
    let inner = new_folder(&world, "inner", &outer);
    let member = world.member("shop");
    ask(&world, "MoveAccount", &[("AccountId", &member), ("DestinationFolderId", &inner)]);
    let mut alice = manager(&world, "alice", &[DIRECTORY]);
    let delete =
        |alice: &mut Visitor, id: &str| open(&world, alice, &format!("/folders/{id}")).deed("delete-folder");
    let form = delete(&mut alice, &outer);
    refused(&mut alice, &form, (409, "There are folders in the folder"));
    let form = delete(&mut alice, &inner);
    refused(&mut alice, &form, (409, "There are members in the folder"));
    ask(&world, "MoveAccount", &[("AccountId", &member), ("DestinationFolderId", &root)]);
    for id in [&inner, &outer] {
        let form = delete(&mut alice, id);
        done(&mut alice, &form, "The folder was deleted.");
    }
    let page = open(&world, &mut alice, &format!("/folders/{root}"));
    assert!(page.deeds("delete-folder").is_empty() && page.deeds("rename-folder").is_empty());
    for (deed, field) in [("delete-folder", "x"), ("rename-folder", "new_name")] {
        let form = forged(&world, &mut alice, &format!("/folders/{root}"), deed).with(field, "mine");
        refused(&mut alice, &form, (409, "The root folder keeps its name"));
    }
}

#[test]
fn the_tree_has_every_folder_and_member_in_its_place() {
    let world = World::new();
    let production = new_folder(&world, "production", &root(&world));
    let shops = new_folder(&world, "shops", &production);
    let shop = world.member("corner shop");
    ask(&world, "MoveAccount", &[("AccountId", &shop), ("DestinationFolderId", &shops)]);
    world.member("sandbox");
    let mut alice = manager(&world, "alice", &[DIRECTORY]);
    let page = open(&world, &mut alice, "");
    let text = page.text();
    let at = |part: &str| text.find(part).unwrap_or_else(|| panic!("{part} is not in {text}"));
    assert!(at("sandbox") < at("Open production"), "{text}");
    assert!(at("Open production") < at("Open shops") && at("Open shops") < at("corner shop"), "{text}");
    assert_eq!(page.body.matches("<details").count() - page.body.matches("</details>").count(), 0);
    assert_eq!(page.body.matches("<ul").count(), page.body.matches("</ul>").count());
    assert_eq!(page.deeds("log-on").len(), 2);
    assert!(page.body.contains(&format!("/resource-directory/members/{shop}#folder")));
    // A folder shows its first members, and where all of them are.
    for number in 0..60 {
        let name = format!("stage {number:02}");
        let new = [("DisplayName", name.as_str()), ("ParentFolderId", &production)];
        world.clock.advance(Duration::from_secs(1));
        ask(&world, "CreateResourceAccount", &new);
    }
    let text = open(&world, &mut alice, "").text();
    assert!(text.contains("stage 19") && !text.contains("stage 20"), "{text}");
    assert!(text.contains("All 60 members of production"), "{text}");
    let page = open(&world, &mut alice, &format!("/folders/{production}"));
    assert!(page.text().contains("stage 49") && !page.text().contains("stage 50"));
    let text = open(&world, &mut alice, &format!("/folders/{production}?page=2")).text();
    assert!(text.contains("stage 50") && text.contains("stage 59") && !text.contains("stage 49"), "{text}");
}

#[test]
fn the_menu_marks_the_one_page_that_is_nearest() {
    let world = World::new();
    let mut alice = manager(&world, "alice", &[DIRECTORY]);
    let member = world.member("shop");
    let folder = format!("/folders/{}", root(&world));
    for (path, link) in [
        ("", "/resource-directory"),
        (folder.as_str(), "/resource-directory"),
        ("/members", "/resource-directory/members"),
        (&format!("/members/{member}/leave"), "/resource-directory/members"),
        ("/control-policies/FullAliyunAccess", "/resource-directory/control-policies"),
    ] {
        let page = open(&world, &mut alice, path);
        // The menu is there twice, for wide and for narrow windows.
        assert_eq!(page.body.matches("aria-current").count(), 2, "{path}");
        let marked = format!(r#"<a href="{link}" aria-current="page">"#);
        assert_eq!(page.body.matches(&marked).count(), 2, "{path}: {}", page.body);
    }
}

#[test]
fn who_may_look_alone_changes_nothing() {
    let world = World::new();
    let mut reader = manager(&world, "reader", &["AliyunResourceDirectoryReadOnlyAccess"]);
    let form = open(&world, &mut reader, "").deed("create-folder").with("name", "mine");
    let page = refused(&mut reader, &form, (403, "resourcemanager:CreateFolder"));
    assert!(page.text().contains(DIRECTORY), "{}", page.text());
    assert_eq!(ask(&world, "ListFoldersForParent", &[])["TotalCount"], 0);
    let mut nobody = manager(&world, "nobody", &[]);
    let page = open(&world, &mut nobody, "");
    assert_eq!(page.status, 403);
    assert!(page.text().contains("resourcemanager:GetResourceDirectory"), "{}", page.text());
    assert!(page.text().contains(DIRECTORY), "{}", page.text());
    assert_eq!(open(&world, &mut Visitor::new(), "").status, 401);
}

/// Every page that is the management account's alone.
fn pages(world: &World, member: &str) -> Vec<String> {
    let folder = root(world);
    let mut pages: Vec<String> = [
        "/members",
        "/members/create",
        "/invitations/create",
        "/delegated-administrators",
        "/control-policies",
        "/control-policies/FullAliyunAccess",
    ]
    .map(str::to_owned)
    .to_vec();
    pages.push(format!("/folders/{folder}"));
    pages.extend(["", "/log-on", "/leave"].map(|end| format!("/members/{member}{end}")));
    pages
}

#[test]
fn a_members_user_sees_which_directory_it_is_in_and_nothing_of_it() {
    let world = World::new();
    let own = world.member("own account");
    let other = world.member("secret neighbour");
    let mut bob = member_user(&world, &own, "bob", &["AdministratorAccess"]);
    let page = open(&world, &mut bob, "");
    assert_eq!(page.status, 200);
    let id = ask(&world, "GetResourceDirectory", &[])["ResourceDirectory"]["ResourceDirectoryId"].clone();
    assert!(page.text().contains(id.as_str().unwrap()), "{}", page.text());
    assert!(page.text().contains("The management account keeps it"), "{}", page.text());
    assert!(!page.text().contains("secret neighbour"));
    for path in pages(&world, &other) {
        let page = open(&world, &mut bob, &path);
        assert_eq!(page.status, 403, "{path}: {}", page.text());
        assert!(
            page.text().contains("the management account keeps the resource directory"),
            "{}",
            page.text()
        );
        assert!(!page.text().contains("secret neighbour"), "{path}: {}", page.text());
        assert!(!page.text().contains("An administrator of the account grants it"), "nobody here could");
    }
    for (path, deed) in [
        ("", "create-folder"),
        ("/members/create", "create-member"),
        ("/settings", "permit-deletion"),
        ("/control-policies", "enable-control-policies"),
    ] {
        let form = forged(&world, &mut bob, path, deed).with("name", "mine").with("display_name", "mine");
        refused(&mut bob, &form, (403, "not authorized"));
    }
    let form =
        forged(&world, &mut bob, &format!("/members/{other}"), "rename-member").with("display_name", "mine");
    refused(&mut bob, &form, (403, "not authorized"));
    let settings = open(&world, &mut bob, "/settings");
    assert!(settings.deeds("permit-deletion").is_empty(), "{}", settings.text());
    // And without a permission in its own account, not even that.
    let mut nobody = member_user(&world, &own, "nobody", &[]);
    let page = open(&world, &mut nobody, "");
    assert!(page.text().contains("resourcemanager:GetResourceDirectory"), "{}", page.text());
    assert!(!page.text().contains(id.as_str().unwrap()), "{}", page.text());
}

#[test]
fn an_account_outside_sees_that_it_is_in_no_directory() {
    let world = World::new();
    let member = world.member("secret neighbour");
    let mut ivy = outsider(&world, "ivy", &["AdministratorAccess"]);
    let page = open(&world, &mut ivy, "");
    assert!(page.text().contains("This account is in no resource directory"), "{}", page.text());
    assert!(!page.text().contains(world.management.as_str()), "{}", page.text());
    for path in pages(&world, &member) {
        let page = open(&world, &mut ivy, &path);
        assert_eq!(page.status, 403, "{path}: {}", page.text());
        assert!(!page.text().contains("secret neighbour"), "{path}: {}", page.text());
    }
}

#[test]
fn a_delegated_administrator_looks_at_the_tree_and_changes_nothing() {
    let world = World::new();
    let member = world.member("security");
    world.member("neighbour");
    let mut bob = member_user(&world, &member, "bob", &["AdministratorAccess"]);
    assert!(!open(&world, &mut bob, "").text().contains("neighbour"));
    let service = ("ServicePrincipal", "config.aliyuncs.com");
    ask(&world, "RegisterDelegatedAdministrator", &[("AccountId", &member), service]);
    let page = open(&world, &mut bob, "");
    assert!(page.text().contains("neighbour"), "{}", page.text());
    assert!(page.deeds("create-folder").is_empty());
    let form = forged(&world, &mut bob, "", "create-folder").with("name", "mine");
    refused(&mut bob, &form, (403, "not authorized"));
    assert_eq!(ask(&world, "ListFoldersForParent", &[])["TotalCount"], 0);
}

#[test]
fn settings_are_what_the_api_says() {
    let world = World::new();
    let mut alice = manager(&world, "alice", &[DIRECTORY]);
    let state = |name: &str| ask(&world, "GetResourceDirectory", &[])["ResourceDirectory"][name].clone();
    let page = open(&world, &mut alice, "/settings");
    for part in ["ResourceDirectoryId", "RootFolderId", "MasterAccountId"] {
        assert!(page.text().contains(state(part).as_str().unwrap()), "{part}: {}", page.text());
    }
    let page = done(&mut alice, &page.deed("permit-deletion"), "Members may be deleted");
    assert_eq!(state("MemberDeletionStatus"), "Enabled");
    let page = done(&mut alice, &page.deed("forbid-deletion"), "No member can be deleted");
    assert_eq!(state("MemberDeletionStatus"), "Disabled");
    let page = done(&mut alice, &page.deed("enable-name-sync"), "is on");
    assert_eq!(state("MemberAccountDisplayNameSyncStatus"), "Enabled");
    done(&mut alice, &page.deed("disable-name-sync"), "is off");
    assert_eq!(state("MemberAccountDisplayNameSyncStatus"), "Disabled");
    let mut reader = manager(&world, "reader", &["AliyunResourceDirectoryReadOnlyAccess"]);
    let form = open(&world, &mut reader, "/settings").deed("permit-deletion");
    refused(&mut reader, &form, (403, "resourcemanager:SetMemberDeletionPermission"));
    assert_eq!(state("MemberDeletionStatus"), "Disabled");
}
