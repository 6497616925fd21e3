//! Lists of several pages, and the calls about folders and members.

use super::*;

fn truncated(marker: Option<&str>, names: &[&str]) -> Canned {
    let roles: Vec<_> =
        names.iter().map(|name| json!({"RoleName": name, "Arn": "a", "Description": "d"})).collect();
    let mut page = json!({"IsTruncated": marker.is_some(), "Roles": {"Role": roles}});
    if let Some(marker) = marker {
        page["Marker"] = marker.into();
    }
    Canned::Json(200, page)
}

#[test]
fn marked_lists_are_whole_or_refused() {
    let whole = bench(vec![truncated(Some("m1"), &["a", "b"]), truncated(None, &["c"])]);
    let roles = whole.cloud.management().list_roles().unwrap();
    assert_eq!(roles.iter().map(|role| role.role_name.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
    let markers: Vec<_> =
        whole.server.calls().iter().map(|call| call.parameter("Marker").to_owned()).collect();
    assert_eq!(markers, ["", "m1"]);
    for pages in
        [vec![truncated(Some(""), &["a"])], vec![truncated(Some("m"), &["a"]), truncated(Some("m"), &["b"])]]
    {
        let endless = bench(pages);
        let error = endless.cloud.management().list_roles().unwrap_err();
        assert!(matches!(error, Error::Malformed { .. }), "{error:?}");
    }
}

#[test]
fn policies_and_providers_are_listed() {
    let bench = bench(vec![
        Canned::Json(
            200,
            json!({"IsTruncated": false, "Policies": {"Policy": [
                {"PolicyName": "x", "PolicyType": "Custom", "AttachmentCount": 2}]}}),
        ),
        Canned::Json(
            200,
            json!({"IsTruncated": false, "SAMLProviders": {"SAMLProvider": [
                {"Arn": "acs:ram::1:saml-provider/p", "SAMLProviderName": "p"}]}}),
        ),
    ]);
    let account = bench.cloud.management();
    let policies = account.list_policies(PolicyKind::Custom).unwrap();
    assert_eq!((policies[0].policy_name.as_str(), policies[0].attachment_count), ("x", 2));
    assert_eq!(account.list_saml_providers().unwrap()[0].name, "p");
    assert_eq!(bench.server.calls()[0].parameter("PolicyType"), "Custom");
}

#[test]
fn folders_and_members_are_changed() {
    let member_answer = json!({"AccountId": "1", "DisplayName": "shop", "FolderId": "fd-2"});
    let done = || Canned::Json(200, json!({"RequestId": "r"}));
    let bench = bench(vec![
        done(),
        Canned::Json(200, json!({"Account": member_answer})),
        Canned::Json(200, json!({"Account": member_answer})),
        Canned::Json(200, json!({"Folder": {"FolderId": "fd-2", "FolderName": "new"}})),
        done(),
        Canned::Json(200, json!({"Accounts": {"Account": [member_answer]}, "TotalCount": 1})),
    ]);
    let directory = bench.cloud.management();
    let folder = FolderId::parse("fd-2").unwrap();
    directory.move_account(&member(), &folder).unwrap();
    assert_eq!(directory.update_account(&member(), "shop").unwrap().display_name, "shop");
    assert_eq!(directory.get_account(&member()).unwrap().folder_id, folder);
    assert_eq!(directory.update_folder(&folder, "new").unwrap().folder_name, "new");
    directory.delete_folder(&folder).unwrap();
    assert_eq!(directory.list_accounts_for_parent(&folder).unwrap().len(), 1);
    let seen = bench.server.calls();
    let actions: Vec<_> = seen.iter().map(|call| call.action.as_str()).collect();
    assert_eq!(
        actions,
        [
            "MoveAccount",
            "UpdateAccount",
            "GetAccount",
            "UpdateFolder",
            "DeleteFolder",
            "ListAccountsForParent"
        ]
    );
    assert_eq!(seen[0].parameter("DestinationFolderId"), "fd-2");
    assert_eq!(seen[1].parameter("NewDisplayName"), "shop");
    assert_eq!(seen[3].parameter("NewFolderName"), "new");
}
