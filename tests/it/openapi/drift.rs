//! Drift by program: asked for, reported object by object, mended on request.

use cloudsso::cloud::PolicyKind;
use serde_json::json;

use super::Api;

const ROLE: &str = "AliyunReservedSSO-Reader";

#[test]
fn what_somebody_changed_is_reported_and_mended() {
    let api = Api::new();
    let two = api.account("two");
    let there = api.app.cloud.account(&api.app.account("two"));
    there.detach_policy_from_role(PolicyKind::System, "ReadOnlyAccess", ROLE).unwrap();
    let report = || api.within("GetDriftReport", &[("AccountId", &two)]).ok()["DriftReport"].clone();
    assert_eq!((&report()["CompareTime"], &report()["Differences"]), (&json!(null), &json!([])));

    let on = [("TargetType", "RD-Account"), ("TargetId", two.as_str())];
    assert_eq!(api.within("DetectDrift", &on).ok()["TaskCount"], 1);
    api.app.run_due();
    let expected = json!([{
        "ObjectType": "Role",
        "ObjectName": ROLE,
        "AttachedPolicyName": "ReadOnlyAccess",
        "Finding": "Missing",
        "AccessConfigurationId": api.configuration("Reader"),
    }]);
    assert_eq!(report()["Differences"], expected);
    let drifted = api.within("ListDriftedAccounts", &[]).ok();
    assert_eq!((&drifted["AccountIds"], &drifted["TotalCounts"]), (&json!([two]), &json!(1)));

    assert_eq!(api.within("RepairDrift", &[]).ok()["TaskCount"], 2);
    api.app.run_due();
    assert_eq!(report()["Differences"], json!([]));
    assert_eq!(there.list_policies_for_role(ROLE).unwrap().len(), 1);
    assert_eq!(api.within("ListDriftedAccounts", &[]).ok()["TotalCounts"], 0);
}

#[test]
fn what_is_not_there_is_not_compared() {
    let api = Api::new();
    for action in ["DetectDrift", "RepairDrift"] {
        let on = |kind, id| api.within(action, &[("TargetType", kind), ("TargetId", id)]);
        on("RD-Account", "1").refused(404, "EntityNotExists.Account");
        on("RD-Folder", "fd-nowhere").refused(404, "EntityNotExists.Folder");
        on("RD-Account", "fd-nowhere").refused(400, "InvalidParameter.TargetId");
        on("Account", "1").refused(400, "InvalidParameter.TargetType");
        api.within(action, &[("TargetType", "RD-Folder")]).refused(400, "MissingTargetId");
    }
    api.within("GetDriftReport", &[("AccountId", "1")]).refused(404, "EntityNotExists.Account");
    api.within("GetDriftReport", &[("AccountId", "one")]).refused(400, "InvalidParameter.AccountId");
    assert_eq!(api.app.run_due(), 0);
}
