//! Tasks.

use std::time::Duration;

use serde_json::json;

use super::{Api, column};

#[test]
fn a_task_is_followed_to_its_end() {
    let api = Api::new();
    let (reader, one, carol) = (api.configuration("Reader"), api.account("one"), api.user("carol"));
    let begun = api
        .within(
            "CreateAccessAssignment",
            &[
                ("AccessConfigurationId", &reader),
                ("TargetType", "RD-Account"),
                ("TargetId", &one),
                ("PrincipalType", "User"),
                ("PrincipalId", &carol),
            ],
        )
        .ok()["Task"]
        .clone();
    let id = [("TaskId", begun["TaskId"].as_str().unwrap())];
    let open = api.within("GetTask", &id).ok()["Task"].clone();
    assert_eq!((&open["Status"], &open["EndTime"]), (&json!("InProgress"), &json!(null)));
    for field in
        ["TaskType", "AccessConfigurationName", "TargetName", "TargetPath", "TargetPathName", "PrincipalName"]
    {
        assert_eq!(open[field], begun[field], "{field}");
    }
    let status = api.within("GetTaskStatus", &id).ok()["TaskStatus"].clone();
    assert_eq!((&status["TaskId"], &status["Status"]), (&begun["TaskId"], &json!("InProgress")));
    api.app.run_due();
    let done = api.within("GetTask", &id).ok()["Task"].clone();
    assert_eq!(done["Status"], "Success");
    assert!(done["StartTime"].is_string() && done["EndTime"].is_string() && done["FailureReason"].is_null());
    assert_eq!(api.within("GetTaskStatus", &id).ok()["TaskStatus"]["EndTime"], done["EndTime"]);
    api.within("GetTask", &[("TaskId", "t-nothing")]).refused(404, "EntityNotExists.Task");
    api.within("GetTask", &[("TaskId", "u-1")]).refused(400, "InvalidParameter.TaskId");
}

#[test]
fn tasks_are_listed_by_page_and_filter() {
    let api = Api::new();
    let listed = |parameters: &[(&str, &str)]| api.pages("ListTasks", "Tasks", parameters, 2);
    let (all, pages) = listed(&[]);
    assert_eq!((all.len(), pages), (3, 2), "one for each account and configuration assigned");
    assert!(
        all.iter().all(|task| task["Status"] == "Success" && task["TaskType"] == "CreateAccessAssignment")
    );
    let (reader, two) = (api.configuration("Reader"), api.account("two"));
    assert_eq!(column(&listed(&[("AccessConfigurationId", &reader)]).0, "TargetName").len(), 2);
    assert_eq!(listed(&[("TargetType", "RD-Account"), ("TargetId", &two)]).0.len(), 2);
    assert_eq!(column(&listed(&[("PrincipalType", "Group")]).0, "PrincipalName"), ["team"]);
    let alice = api.user("alice");
    assert_eq!(listed(&[("PrincipalType", "User"), ("PrincipalId", &alice)]).0.len(), 2);
    assert_eq!(listed(&[("Status", "InProgress")]).0.len(), 0);
    assert_eq!(listed(&[("Status", "Success"), ("TaskType", "CreateAccessAssignment")]).0.len(), 3);
    assert_eq!(listed(&[("TaskType", "ProvisionAccessConfiguration")]).0.len(), 0);
    // Tasks of kinds that the vendor does not have are listed to whoever asks for them.
    api.within("DetectDrift", &[("TargetType", "RD-Account"), ("TargetId", two.as_str())]).ok();
    api.app.run_due();
    assert_eq!(listed(&[]).0.len(), 3);
    let (drift, _) = listed(&[("TaskType", "DetectDrift")]);
    assert_eq!(
        (drift.len(), &drift[0]["TargetId"], &drift[0]["Status"]),
        (1, &two.as_str().into(), &"Success".into())
    );
    for (code, parameters) in [
        ("InvalidParameter.Status", vec![("Status", "Done")]),
        ("InvalidParameter.Status", vec![("Status", "Cancelled")]),
        ("InvalidParameter.TaskType", vec![("TaskType", "Sleep")]),
        ("InvalidParameter.MaxResults", vec![("MaxResults", "21")]),
        ("InvalidParameter.Filter", vec![("Filter", "StartTime ge yesterday")]),
        ("MissingTargetType", vec![("TargetId", two.as_str())]),
    ] {
        api.within("ListTasks", &parameters).refused(400, code);
    }
}

#[test]
fn tasks_of_the_last_day_are_listed_or_of_a_week_when_asked() {
    let api = Api::new();
    let begun = api.app.clock.now();
    let count = |filter: &str| api.within("ListTasks", &[("Filter", filter)]).ok()["TotalCounts"].clone();
    assert_eq!(count(""), 3);
    api.app.advance(Duration::from_secs(2 * 86_400));
    assert_eq!(count(""), 0);
    assert_eq!(count(&format!("StartTime ge {}", begun.minus(Duration::from_secs(60)).rfc3339())), 3);
    assert_eq!(count(&format!("starttime GE {}", begun.plus(Duration::from_secs(60)).rfc3339())), 0);
    let long_ago = begun.minus(Duration::from_secs(6 * 86_400)).rfc3339();
    api.within("ListTasks", &[("Filter", &format!("StartTime ge {long_ago}"))])
        .refused(400, "InvalidParameter.Filter");
}

#[test]
fn a_task_is_called_off_and_done_again_by_program() {
    let api = Api::new();
    let (reader, one, carol) = (api.configuration("Reader"), api.account("one"), api.user("carol"));
    let assigned = [
        ("AccessConfigurationId", reader.as_str()),
        ("TargetType", "RD-Account"),
        ("TargetId", &one),
        ("PrincipalType", "User"),
        ("PrincipalId", &carol),
    ];
    let task = api.within("CreateAccessAssignment", &assigned).ok()["Task"]["TaskId"].clone();
    let id = [("TaskId", task.as_str().unwrap())];
    let progress = || {
        let of =
            [("AccessConfigurationId", reader.as_str()), ("TargetType", "RD-Account"), ("TargetId", &one)];
        api.within("GetTaskProgress", &of).ok()["TaskProgress"].clone()
    };
    let counted = |done: i64, cancelled: i64, remaining: i64| json!({ "Done": done, "Running": 0, "Failed": 0, "Cancelled": cancelled, "Remaining": remaining });
    assert_eq!(progress(), counted(1, 0, 1));
    api.within("CancelTask", &id).ok();
    api.within("CancelTask", &id).refused(409, "OperationConflict.Task");
    assert_eq!((progress(), api.app.run_due()), (counted(1, 1, 0), 0));
    let status = api.within("GetTaskStatus", &id).ok()["TaskStatus"].clone();
    assert_eq!(status["Status"], "Failed");
    assert!(status["FailureReason"].as_str().unwrap().contains("called off"));
    api.within("RetryTask", &id).ok();
    api.within("RetryTask", &id).refused(409, "OperationConflict.Task");
    assert_eq!(api.app.run_due(), 1);
    assert_eq!(progress(), counted(2, 0, 0));
    assert_eq!(api.within("GetTaskProgress", &id).ok()["TaskProgress"], counted(0, 0, 0), "it has no parts");
    assert_eq!(api.within("RetryFailedTasks", &[]).ok()["TaskCount"], 0);
}
