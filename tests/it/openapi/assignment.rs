//! Access assignments.

use cloudsso::domain::Action;
use serde_json::{Value, json};

use super::{Answer, Api, column};

/// What names an assignment to a user.
fn of<'a>(configuration: &'a str, target: (&'a str, &'a str), user: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("AccessConfigurationId", configuration),
        ("TargetType", target.0),
        ("TargetId", target.1),
        ("PrincipalType", "User"),
        ("PrincipalId", user),
    ]
}

fn task(answer: Answer) -> Value {
    answer.ok()["Task"].clone()
}

/// A folder of the resource directory that holds both accounts: its root.
fn root(api: &Api) -> String {
    let listed = api.within("ListAccessAssignments", &[]).ok();
    let path = listed["AccessAssignments"][0]["TargetPath"].as_str().unwrap().to_owned();
    path.split('/').find(|part| part.starts_with("r-")).unwrap().to_owned()
}

#[test]
fn an_assignment_is_made_and_counts_and_is_taken_away() {
    let api = Api::new();
    let (reader, one, carol) = (api.configuration("Reader"), api.account("one"), api.user("carol"));
    let key = of(&reader, ("RD-Account", &one), &carol);
    let begun = task(api.within("CreateAccessAssignment", &key));
    for (field, value) in [
        ("TaskType", "CreateAccessAssignment"),
        ("Status", "InProgress"),
        ("AccessConfigurationId", reader.as_str()),
        ("AccessConfigurationName", "Reader"),
        ("TargetType", "RD-Account"),
        ("TargetId", &one),
        ("TargetName", "one"),
        ("PrincipalType", "User"),
        ("PrincipalId", &carol),
        ("PrincipalName", "carol"),
    ] {
        assert_eq!(begun[field], value, "{field}");
    }
    let path = begun["TargetPath"].as_str().unwrap();
    assert!(path.starts_with("rd-") && path.ends_with(&one), "{path}");
    assert!(begun["TargetPathName"].as_str().unwrap().ends_with("/one"), "{begun}");
    api.within("CreateAccessAssignment", &key).refused(409, "EntityAlreadyExists.AccessAssignment");
    api.within("DeleteAccessAssignment", &key).refused(409, "OperationConflict.Task");
    api.app.run_due();
    let id = [("TaskId", begun["TaskId"].as_str().unwrap())];
    assert_eq!(api.within("GetTaskStatus", &id).ok()["TaskStatus"]["Status"], "Success");
    let of_carol = [("PrincipalType", "User"), ("PrincipalId", carol.as_str())];
    let listed = api.within("ListAccessAssignments", &of_carol).ok();
    assert_eq!(
        (&listed["TotalCounts"], &listed["AccessAssignments"][0]["TargetId"]),
        (&json!(1), &json!(one))
    );
    assert!(listed["AccessAssignments"][0]["CreateTime"].is_string());

    let ended = task(api.within("DeleteAccessAssignment", &key));
    assert_eq!(ended["TaskType"], "DeleteAccessAssignment");
    api.app.run_due();
    assert_eq!(api.within("ListAccessAssignments", &of_carol).ok()["TotalCounts"], 0);
    api.within("DeleteAccessAssignment", &key).refused(404, "EntityNotExists.AccessAssignment");
    assert_eq!(api.app.events(Action::AccessAssignmentDeleted, &one), 1);
}

#[test]
fn the_last_assignment_may_take_the_role_with_it() {
    let api = Api::new();
    let (own, one, carol) = (api.new_configuration("Own"), api.account("one"), api.user("carol"));
    let key = of(&own, ("RD-Account", &one), &carol);
    api.within("CreateAccessAssignment", &key).ok();
    api.app.run_due();
    let provisioned = |api: &Api| {
        let of_own = [("AccessConfigurationId", own.as_str())];
        api.within("ListAccessConfigurationProvisionings", &of_own).ok()["TotalCounts"].clone()
    };
    assert_eq!(provisioned(&api), 1);
    let bad = [key.as_slice(), &[("DeprovisionStrategy", "Always")]].concat();
    api.within("DeleteAccessAssignment", &bad).refused(400, "InvalidParameter.DeprovisionStrategy");
    let strategy = ("DeprovisionStrategy", "DeprovisionForLastAccessAssignmentOnAccount");
    api.within("DeleteAccessAssignment", &[key.as_slice(), &[strategy]].concat()).ok();
    api.app.run_due();
    assert_eq!(provisioned(&api), 0);
}

#[test]
fn an_assignment_may_be_on_a_folder() {
    let api = Api::new();
    let (root, developer, carol) = (root(&api), api.configuration("Developer"), api.user("carol"));
    let key = of(&developer, ("RD-Folder", &root), &carol);
    let begun = task(api.within("CreateAccessAssignment", &key));
    assert_eq!((&begun["TargetType"], &begun["TargetId"]), (&json!("RD-Folder"), &json!(root)));
    api.app.run_due();
    let folders = api.within("ListAccessAssignments", &[("TargetType", "RD-Folder")]).ok();
    assert_eq!(
        (&folders["TotalCounts"], &folders["AccessAssignments"][0]["TargetId"]),
        (&json!(1), &json!(root))
    );
    let everywhere = [("AccessConfigurationId", developer.as_str())];
    let provisioned = api.within("ListAccessConfigurationProvisionings", &everywhere).ok();
    let rows = provisioned["AccessConfigurationProvisionings"].as_array().unwrap();
    let mut names = column(rows, "TargetName");
    names.sort_unstable();
    assert_eq!(names, ["one", "two"]);
    api.within("DeleteAccessAssignment", &key).ok();
    api.app.run_due();
}

#[test]
fn what_names_nothing_is_not_assigned() {
    let api = Api::new();
    let before = api.statistics();
    let (reader, one, carol) = (api.configuration("Reader"), api.account("one"), api.user("carol"));
    let team = api.within("ListGroups", &[]).ok()["Groups"][0]["GroupId"].as_str().unwrap().to_owned();
    let good = of(&reader, ("RD-Account", &one), &carol);
    let with = |name: &str, value| {
        let change = |(key, old): &(_, _)| if *key == name { (*key, value) } else { (*key, *old) };
        good.iter().map(change).collect::<Vec<(&str, &str)>>()
    };
    for (status, code, name, value) in [
        (404, "EntityNotExists.AccessConfiguration", "AccessConfigurationId", "ac-nothing"),
        (404, "EntityNotExists.Account", "TargetId", "1"),
        (404, "EntityNotExists.User", "PrincipalId", "u-nobody"),
        (400, "InvalidParameter.TargetType", "TargetType", "RD-Root"),
        (400, "InvalidParameter.TargetId", "TargetId", "one"),
        (400, "InvalidParameter.TargetId", "TargetType", "RD-Folder"),
        (400, "InvalidParameter.PrincipalType", "PrincipalType", "user"),
        (400, "InvalidParameter.PrincipalId", "PrincipalId", team.as_str()),
        (400, "InvalidParameter.PrincipalId", "PrincipalType", "Group"),
    ] {
        api.within("CreateAccessAssignment", &with(name, value)).refused(status, code);
    }
    let folder = of(&reader, ("RD-Folder", "fd-nothing"), &carol);
    api.within("CreateAccessAssignment", &folder).refused(404, "EntityNotExists.Folder");
    assert_eq!(api.statistics(), before);
}

#[test]
fn assignments_are_listed_by_page_and_filter() {
    let api = Api::new();
    let (reader, one) = (api.configuration("Reader"), api.account("one"));
    for name in ["bob", "carol", "dora"] {
        api.within("CreateAccessAssignment", &of(&reader, ("RD-Account", &one), &api.user(name))).ok();
    }
    api.app.run_due();
    let listed = |parameters: &[(&str, &str)], size| {
        let (rows, pages) = api.pages("ListAccessAssignments", "AccessAssignments", parameters, size);
        (column(&rows, "PrincipalName"), pages)
    };
    let (all, pages) = listed(&[], 4);
    assert_eq!((all.len(), pages), (6, 2));
    assert_eq!(listed(&[("AccessConfigurationId", &reader)], 20).0.len(), 5);
    assert_eq!(listed(&[("TargetType", "RD-Account"), ("TargetId", &one)], 2).0.len(), 4);
    assert_eq!(listed(&[("PrincipalType", "Group")], 20).0, ["team"]);
    let alice = api.user("alice");
    assert_eq!(listed(&[("PrincipalType", "User"), ("PrincipalId", &alice)], 1).0, ["alice", "alice"]);
    for (code, parameters) in [
        ("InvalidParameter.MaxResults", vec![("MaxResults", "21")]),
        ("MissingTargetType", vec![("TargetId", one.as_str())]),
        ("MissingPrincipalType", vec![("PrincipalId", alice.as_str())]),
        ("InvalidParameter.AccessConfigurationId", vec![("AccessConfigurationId", "Reader")]),
        ("InvalidParameter.NextToken", vec![("NextToken", "abc")]),
    ] {
        api.within("ListAccessAssignments", &parameters).refused(400, code);
    }
}
