//! ResourceDirectoryMaster: folders and member accounts.

use serde_json::Value;

use super::{Answer, RD, World};

fn call(world: &World, action: &str, parameters: &[(&str, &str)]) -> Answer {
    world.call(&world.owner, (RD, action), parameters)
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

#[test]
fn a_tree_of_folders_and_accounts() {
    let world = World::new();
    let directory = call(&world, "GetResourceDirectory", &[]).ok();
    let directory = &directory["ResourceDirectory"];
    assert_eq!(directory["MasterAccountId"], world.management.as_str());
    let root = text(&directory["RootFolderId"]);
    assert!(root.starts_with("r-") && root.len() == 8, "{root}");

    let folder = call(&world, "CreateFolder", &[("FolderName", "Production")]).ok();
    let folder_id = text(&folder["Folder"]["FolderId"]);
    assert_eq!(folder["Folder"]["ParentFolderId"], root.as_str());
    let new =
        [("DisplayName", "shop"), ("ParentFolderId", folder_id.as_str()), ("AccountNamePrefix", "shop")];
    let account = call(&world, "CreateResourceAccount", &new).ok();
    let id = text(&account["Account"]["AccountId"]);
    assert_eq!(id.len(), 16);

    let found = call(&world, "GetAccount", &[("AccountId", &id)]).ok();
    let path = format!("{}/{root}/{folder_id}/{id}", text(&directory["ResourceDirectoryId"]));
    assert_eq!(found["Account"]["ResourceDirectoryPath"], path.as_str());
    assert_eq!(found["Account"]["Type"], "ResourceAccount");
    let folders = call(&world, "ListFoldersForParent", &[]).ok();
    assert_eq!(folders["Folders"]["Folder"][0]["FolderName"], "Production");
    let inside = call(&world, "ListAccountsForParent", &[("ParentFolderId", &folder_id)]).ok();
    assert_eq!(inside["Accounts"]["Account"][0]["DisplayName"], "shop");
    assert_eq!(call(&world, "ListAccountsForParent", &[]).ok()["TotalCount"], 0);
}

#[test]
fn members_are_listed_page_by_page() {
    let world = World::new();
    for number in 0..5 {
        world.member(&format!("account {number}"));
    }
    let page = call(&world, "ListAccounts", &[("PageNumber", "2"), ("PageSize", "2")]).ok();
    assert_eq!((&page["TotalCount"], &page["PageNumber"]), (&Value::from(5), &Value::from(2)));
    let names: Vec<_> = page["Accounts"]["Account"]
        .as_array()
        .unwrap()
        .iter()
        .map(|account| text(&account["DisplayName"]))
        .collect();
    assert_eq!(names.len(), 2);
    let found = call(&world, "ListAccounts", &[("QueryKeyword", "ACCOUNT 3")]).ok();
    assert_eq!(found["TotalCount"], 1);
}

#[test]
fn folders_go_five_levels_deep() {
    let world = World::new();
    let mut parent =
        text(&call(&world, "GetResourceDirectory", &[]).ok()["ResourceDirectory"]["RootFolderId"]);
    for level in 1..=5 {
        let name = format!("level-{level}");
        let made = call(&world, "CreateFolder", &[("FolderName", &name), ("ParentFolderId", &parent)]).ok();
        parent = text(&made["Folder"]["FolderId"]);
    }
    let deeper = call(&world, "CreateFolder", &[("FolderName", "level-6"), ("ParentFolderId", &parent)]);
    assert_eq!(deeper.code(), "LimitExceeded.ResourceDirectory.FolderDepth");
}

#[test]
fn what_is_malformed_or_taken_is_refused() {
    let world = World::new();
    world.member("shop");
    call(&world, "CreateFolder", &[("FolderName", "Production")]).ok();
    for (action, parameters, code) in [
        (
            "CreateFolder",
            &[("FolderName", "production")][..],
            "EntityAlreadyExists.ResourceDirectory.Folder.Name",
        ),
        (
            "CreateFolder",
            &[("FolderName", "a name of more than 24 characters")],
            "InvalidParameter.FolderName.Length",
        ),
        (
            "CreateFolder",
            &[("FolderName", "x"), ("ParentFolderId", "fd-0")],
            "EntityNotExists.ResourceDirectory.Folder",
        ),
        ("CreateFolder", &[], "MissingFolderName"),
        (
            "CreateResourceAccount",
            &[("DisplayName", "Shop")],
            "EntityAlreadyExists.ResourceDirectory.Account.DisplayName",
        ),
        ("CreateResourceAccount", &[("DisplayName", "s")], "InvalidParameter.DisplayName.Length"),
        (
            "CreateResourceAccount",
            &[("DisplayName", "shop\u{7}")],
            "InvalidParameter.DisplayName.InvalidChars",
        ),
        (
            "CreateResourceAccount",
            &[("DisplayName", "two"), ("AccountNamePrefix", "-")],
            "InvalidParameter.AccountNamePrefix",
        ),
        ("GetAccount", &[("AccountId", "1")], "EntityNotExists.ResourceDirectory.Account"),
        ("ListAccounts", &[("PageSize", "101")], "InvalidParameter.PageSize"),
    ] {
        assert_eq!(call(&world, action, parameters).code(), code, "{action} {parameters:?}");
    }
    call(&world, "CreateResourceAccount", &[("DisplayName", "trial"), ("DryRun", "true")]).ok();
    assert_eq!(call(&world, "ListAccounts", &[]).ok()["TotalCount"], 1, "a dry run makes nothing");
}
