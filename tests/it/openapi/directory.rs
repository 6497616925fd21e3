//! The service and its directory.

use cloudsso::domain::{Action, Quotas};
use serde_json::json;

use super::Api;

#[test]
fn the_service_is_on_and_stays_on_while_there_is_a_directory() {
    let api = Api::new();
    let status = api.call("GetServiceStatus", &[]).ok()["ServiceStatus"].clone();
    assert_eq!(status["Status"], "Enabled");
    assert_eq!(status["RegionsInUse"], json!(["cn-shanghai"]));
    assert_eq!(status["AccountId"].as_str().unwrap().len(), 16);
    assert!(status["PrerequisiteCheckResult"].is_null());
    api.call("EnableService", &[]).ok();
    assert_eq!(api.app.events(Action::ServiceEnabled, "service"), 1, "it was on");
    api.call("DisableService", &[]).refused(409, "DeletionConflict.Directory");
    assert_eq!(api.call("GetServiceStatus", &[]).ok()["ServiceStatus"], status);
}

#[test]
fn a_directory_can_be_looked_at_and_renamed() {
    let api = Api::new();
    let before = api.within("GetDirectory", &[]).ok()["Directory"].clone();
    assert_eq!((&before["DirectoryName"], &before["Region"]), (&json!("acme"), &json!("cn-shanghai")));
    assert_eq!(before["DirectoryId"], api.directory.as_str());
    api.app.advance(std::time::Duration::from_secs(5));
    let after = api.within("UpdateDirectory", &[("NewDirectoryName", "acme-cloud")]).ok();
    assert_eq!(after["Directory"]["DirectoryName"], "acme-cloud");
    assert_eq!(after["Directory"]["CreateTime"], before["CreateTime"]);
    assert_ne!(after["Directory"]["UpdateTime"], before["UpdateTime"]);
    let listed = api.call("ListDirectories", &[]).ok();
    assert_eq!((&listed["TotalCounts"], &listed["Directories"]), (&json!(1), &json!([after["Directory"]])));
    // Its own id is the one name that may begin with `d-`.
    let own = api.directory.clone();
    assert_eq!(
        api.within("UpdateDirectory", &[("NewDirectoryName", &own)]).ok()["Directory"]["DirectoryName"],
        own
    );
    for bad in ["d-other", "Acme", "a", "-acme", "ac--me", &"a".repeat(65)] {
        let message = api
            .within("UpdateDirectory", &[("NewDirectoryName", bad)])
            .refused(400, "InvalidParameter.NewDirectoryName");
        assert!(message.contains("NewDirectoryName"), "{message}");
    }
    api.within("UpdateDirectory", &[]).refused(400, "MissingNewDirectoryName");
    assert_eq!(api.within("GetDirectory", &[]).ok()["Directory"]["DirectoryName"], own);
}

#[test]
fn statistics_count_what_is_there() {
    let api = Api::new();
    let statistics = api.statistics();
    for (field, value) in [
        ("UserCount", 4),
        ("GroupCount", 1),
        ("AccessConfigurationCount", 2),
        ("AccessAssignmentCount", 3),
        ("InProgressTaskCount", 0),
        ("UserQuota", Quotas::USERS),
        ("GroupQuota", Quotas::GROUPS),
        ("AccessConfigurationQuota", Quotas::ACCESS_CONFIGURATIONS),
        ("SystemPolicyPerAccessConfigurationQuota", 20),
        ("InlinePolicyPerAccessConfigurationQuota", 1),
        ("SCIMServerCredentialCount", 0),
    ] {
        assert_eq!(statistics[field], value, "{field}");
    }
    assert_eq!((&statistics["SCIMSyncEnabled"], &statistics["SSOEnabled"]), (&json!(false), &json!(false)));
}

#[test]
fn there_is_one_directory_and_it_goes_when_it_is_empty() {
    let api = Api::new();
    api.call("CreateDirectory", &[("DirectoryName", "acme")]).refused(409, "EntityAlreadyExists.Directory");
    api.call("CreateDirectory", &[("DirectoryName", "other")]).refused(409, "LimitExceeded.Directory");
    api.call("CreateDirectory", &[("DirectoryName", "d-x")]).refused(400, "InvalidParameter.DirectoryName");
    api.within("DeleteDirectory", &[]).refused(409, "DeletionConflict.Directory.AccessAssignment");
    assert_eq!(api.statistics()["UserCount"], 4);
}

#[test]
fn an_empty_directory_is_deleted_and_made_again() {
    let api = Api::empty();
    for (kind, make, delete, id) in [
        ("User", ("CreateUser", "UserName"), "DeleteUser", "UserId"),
        ("Group", ("CreateGroup", "GroupName"), "DeleteGroup", "GroupId"),
        (
            "AccessConfiguration",
            ("CreateAccessConfiguration", "AccessConfigurationName"),
            "DeleteAccessConfiguration",
            "AccessConfigurationId",
        ),
    ] {
        let made = api.within(make.0, &[(make.1, "one")]).ok();
        api.within("DeleteDirectory", &[]).refused(409, &format!("DeletionConflict.Directory.{kind}"));
        api.within(delete, &[(id, made[kind][id].as_str().unwrap())]).ok();
    }
    api.within("DeleteDirectory", &[]).ok();
    api.within("GetDirectory", &[]).refused(404, "EntityNotExists.Directory");
    assert_eq!(api.call("ListDirectories", &[]).ok()["TotalCounts"], 0);
    api.call("DisableService", &[]).ok();
    let status = api.call("GetServiceStatus", &[]).ok()["ServiceStatus"].clone();
    assert_eq!(
        (&status["Status"], &status["PrerequisiteCheckResult"]),
        (&json!("Disabled"), &json!("Success"))
    );
    api.call("CreateDirectory", &[]).refused(409, "ServiceNotEnabled");
    api.call("EnableService", &[]).ok();
    let made = api.call("CreateDirectory", &[]).ok()["Directory"].clone();
    assert_eq!(made["DirectoryName"], made["DirectoryId"], "without a name it is called by its id");
    assert_ne!(made["DirectoryId"], api.directory.as_str());
    api.within("GetDirectory", &[]).refused(404, "EntityNotExists.Directory");
}
