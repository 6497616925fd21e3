//! Moves by program: planned, made, and followed by exactly what was planned.

use cloudsso::service::account;
use serde_json::json;

use super::Api;

/// A folder in the cloud, below the root.
fn folder(api: &Api, name: &str) -> String {
    let path = vec![name.to_owned()];
    let (ctx, operator) = (&api.app.ctx, &api.app.operator);
    account::ensure(ctx, operator, std::slice::from_ref(&path), &[].into()).unwrap();
    account::find_folder(ctx, operator, &path).unwrap().unwrap().to_string()
}

#[test]
fn a_move_is_planned_and_made() {
    let api = Api::new();
    let (folder, one, developer) = (folder(&api, "shop"), api.account("one"), api.configuration("Developer"));
    let assigned = [
        ("AccessConfigurationId", developer.as_str()),
        ("TargetType", "RD-Folder"),
        ("TargetId", &folder),
        ("PrincipalType", "User"),
        ("PrincipalId", &api.user("carol")),
    ];
    api.within("CreateAccessAssignment", &assigned).ok();
    let target = [("TargetType", "RD-Account"), ("TargetId", &one), ("DestinationFolderId", &folder)];
    let plan = api.within("PlanMove", &target).ok()["MovePlan"].clone();
    let gained = json!([{ "AccountId": one, "AccessConfigurationId": developer }]);
    assert_eq!(plan, json!({ "Gained": gained, "Lost": [], "Provision": gained, "Deprovision": [] }));
    assert_eq!(api.app.run_due(), 0, "a plan changes nothing");

    api.within("MoveAccount", &[("AccountId", &one), ("DestinationFolderId", &folder)]).ok();
    assert_eq!(api.app.run_due(), 1);
    let there = api.app.cloud.account(&api.app.account("one"));
    assert!(there.get_role("AliyunReservedSSO-Developer").is_ok());
    let listed = api.within("ListAccessConfigurationProvisionings", &target[..2]).ok();
    assert_eq!(listed["TotalCounts"], 2);
    // Looked at again, nothing is different.
    api.within("SynchronizeResourceDirectory", &[]).ok();
    assert_eq!(api.app.run_due(), 0);
}

#[test]
fn an_impossible_move_is_refused_and_changes_nothing() {
    let api = Api::new();
    let (folder, one) = (folder(&api, "shop"), api.account("one"));
    let plan = |kind, id, destination| {
        let target = [("TargetType", kind), ("TargetId", id), ("DestinationFolderId", destination)];
        api.within("PlanMove", &target)
    };
    plan("RD-Account", "1", &folder).refused(404, "EntityNotExists.Account");
    plan("RD-Account", &one, "fd-nowhere").refused(404, "EntityNotExists.Folder");
    plan("RD-Folder", &folder, &folder).refused(400, "InvalidParameter.FolderId");
    plan("RD-Account", &one, "shop").refused(400, "InvalidParameter.DestinationFolderId");
    let r#move = |account, destination| {
        api.within("MoveAccount", &[("AccountId", account), ("DestinationFolderId", destination)])
    };
    r#move("1", &folder).refused(404, "EntityNotExists.Account");
    r#move(&one, "fd-nowhere").refused(404, "EntityNotExists.Folder");
    r#move(&one, "shop").refused(400, "InvalidParameter.DestinationFolderId");
    assert_eq!(api.app.run_due(), 0);
}
