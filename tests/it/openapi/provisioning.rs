//! Provisionings of access configurations.

use serde_json::json;

use super::{Api, column};

const LIST: &str = "ListAccessConfigurationProvisionings";
const ITEMS: &str = "AccessConfigurationProvisionings";

#[test]
fn what_an_account_has_is_listed_with_its_names_there() {
    let api = Api::new();
    let developer = api.configuration("Developer");
    let listed = api.within(LIST, &[("AccessConfigurationId", &developer)]).ok();
    assert_eq!(listed["TotalCounts"], 1);
    let row = &listed[ITEMS][0];
    for (field, value) in [
        ("AccessConfigurationName", json!("Developer")),
        ("RAMRoleName", json!("AliyunReservedSSO-Developer")),
        ("RAMPolicyNames", json!(["AliyunReservedSSO-Developer-InlinePolicy"])),
        ("SAMLProviderName", json!(format!("AliyunReservedSSO-{}", api.directory))),
        ("Status", json!("Provisioned")),
        ("TargetType", json!("RD-Account")),
        ("TargetId", json!(api.account("two"))),
        ("TargetName", json!("two")),
    ] {
        assert_eq!(row[field], value, "{field}");
    }
    let reader = [("AccessConfigurationId", api.configuration("Reader"))];
    let listed = api.within(LIST, &[(reader[0].0, &reader[0].1)]).ok();
    assert_eq!(listed[ITEMS][0]["RAMPolicyNames"], json!([]), "no inline policy, no policy of its own");
}

#[test]
fn provisionings_are_listed_by_page_and_filter() {
    let api = Api::new();
    let (rows, pages) = api.pages(LIST, ITEMS, &[], 2);
    assert_eq!((rows.len(), pages), (3, 2));
    let two = api.account("two");
    let (rows, _) = api.pages(LIST, ITEMS, &[("TargetType", "RD-Account"), ("TargetId", &two)], 20);
    assert_eq!(rows.len(), 2);
    let reader = api.configuration("Reader");
    let change = [("AccessConfigurationId", reader.as_str()), ("NewSessionDuration", "900")];
    api.within("UpdateAccessConfiguration", &change).ok();
    let (behind, _) = api.pages(LIST, ITEMS, &[("ProvisioningStatus", "ReprovisionRequired")], 1);
    assert_eq!(column(&behind, "AccessConfigurationName"), ["Reader", "Reader"]);
    let (rows, _) = api.pages(LIST, ITEMS, &[("ProvisioningStatus", "Provisioned")], 20);
    assert_eq!(column(&rows, "AccessConfigurationName"), ["Developer"]);
    for (code, parameters) in [
        ("InvalidParameter.ProvisioningStatus", vec![("ProvisioningStatus", "Done")]),
        ("InvalidParameter.MaxResults", vec![("MaxResults", "21")]),
        ("InvalidParameter.TargetType", vec![("TargetType", "RD-Folder"), ("TargetId", "fd-abc")]),
        ("MissingTargetType", vec![("TargetId", two.as_str())]),
    ] {
        api.within(LIST, &parameters).refused(400, code);
    }
}

#[test]
fn a_configuration_is_provisioned_again_everywhere_or_in_one_account() {
    let api = Api::new();
    let reader = api.configuration("Reader");
    let of = ("AccessConfigurationId", reader.as_str());
    let change = [of, ("NewSessionDuration", "900")];
    api.within("UpdateAccessConfiguration", &change).ok();
    let one = api.account("one");
    let target = [of, ("TargetType", "RD-Account"), ("TargetId", one.as_str())];
    let tasks = api.within("ProvisionAccessConfiguration", &target).ok()["Tasks"].clone();
    assert_eq!(tasks.as_array().unwrap().len(), 1);
    assert_eq!(
        (&tasks[0]["TaskType"], &tasks[0]["TargetId"]),
        (&json!("ProvisionAccessConfiguration"), &json!(one))
    );
    assert_eq!(tasks[0]["Status"], "InProgress");
    api.within("ProvisionAccessConfiguration", &target).refused(409, "OperationConflict.Task");
    // Everywhere but where it is being done.
    let tasks = api.within("ProvisionAccessConfiguration", &[of]).ok()["Tasks"].clone();
    assert_eq!(column(tasks.as_array().unwrap(), "TargetName"), ["two"]);
    api.app.run_due();
    let (behind, _) = api.pages(LIST, ITEMS, &[("ProvisioningStatus", "ReprovisionRequired")], 20);
    assert_eq!(behind.len(), 0);
    let shown = api.within("GetAccessConfiguration", &[of]).ok();
    assert_eq!(shown["AccessConfiguration"]["StatusNotifications"], json!([]));

    let nowhere = [of, ("TargetType", "RD-Account"), ("TargetId", "1")];
    api.within("ProvisionAccessConfiguration", &nowhere).refused(404, "EntityNotExists.Account");
    api.within("ProvisionAccessConfiguration", &[of, ("TargetId", "1")]).refused(400, "MissingTargetType");
    api.within("ProvisionAccessConfiguration", &[of, ("TargetType", "RD-Folder")])
        .refused(400, "MissingTargetId");
}

#[test]
fn a_configuration_is_taken_away_once_nobody_is_assigned_it() {
    let api = Api::new();
    let developer = api.configuration("Developer");
    let two = api.account("two");
    let target = [
        ("AccessConfigurationId", developer.as_str()),
        ("TargetType", "RD-Account"),
        ("TargetId", two.as_str()),
    ];
    api.within("DeprovisionAccessConfiguration", &target)
        .refused(409, "DeletionConflict.AccessConfigurationProvisioning.AccessAssignment");
    let team = api.within("ListGroups", &[]).ok()["Groups"][0]["GroupId"].as_str().unwrap().to_owned();
    let assigned = [&target[..], &[("PrincipalType", "Group"), ("PrincipalId", team.as_str())]].concat();
    api.within("DeleteAccessAssignment", &assigned).ok();
    api.app.run_due();
    let tasks = api.within("DeprovisionAccessConfiguration", &target).ok()["Tasks"].clone();
    assert_eq!(tasks[0]["TaskType"], "DeprovisionAccessConfiguration");
    api.app.run_due();
    assert_eq!(api.within(LIST, &[target[0]]).ok()["TotalCounts"], 0);
    api.within("DeprovisionAccessConfiguration", &target)
        .refused(404, "EntityNotExists.AccessConfigurationProvisioning");
    // Now it can be deleted, too.
    let delete = [target[0], ("ForceRemovePermissionPolicies", "true")];
    api.within("DeleteAccessConfiguration", &delete).ok();
}
