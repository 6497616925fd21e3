//! User provisionings: asked for, changed, ended, listed.

use std::collections::BTreeSet;

use cloudsso::domain::Action;
use serde_json::{Value, json};

use super::{Answer, Api, column};
use crate::support::member::IMS;

/// The members of a provisioning that the vendor's SDK knows.
const MEMBERS: [&str; 16] = [
    "CreateTime",
    "DeletionStrategy",
    "Description",
    "DirectoryId",
    "DuplicationStrategy",
    "OwnerPk",
    "PrincipalId",
    "PrincipalName",
    "PrincipalType",
    "Status",
    "TargetId",
    "TargetName",
    "TargetPath",
    "TargetType",
    "UpdateTime",
    "UserProvisioningId",
];

/// What names a provisioning for a user or a group; ours are deleted when it ends.
pub(super) fn of<'a>(account: &'a str, principal: (&'a str, &'a str)) -> Vec<(&'a str, &'a str)> {
    vec![
        ("TargetType", "RD-Account"),
        ("TargetId", account),
        ("PrincipalType", principal.0),
        ("PrincipalId", principal.1),
        ("DuplicationStrategy", "KeepBoth"),
        ("DeletionStrategy", "Delete"),
    ]
}

/// The same with another value under one name.
pub(super) fn with<'a>(good: &[(&'a str, &'a str)], name: &str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    good.iter().map(|(key, old)| (*key, if *key == name { value } else { *old })).collect()
}

#[track_caller]
fn one(answer: Answer) -> Value {
    answer.ok()["UserProvisioning"].take()
}

/// A provisioning just made; gives the id.
#[track_caller]
pub(super) fn make(api: &Api, parameters: &[(&str, &str)]) -> String {
    one(api.within("CreateUserProvisioning", parameters))["UserProvisioningId"].as_str().unwrap().to_owned()
}

pub(super) fn total(api: &Api, action: &str, parameters: &[(&str, &str)]) -> i64 {
    api.within(action, parameters).ok()["TotalCounts"].as_i64().unwrap()
}

/// The id of the group of the organisation.
pub(super) fn team(api: &Api) -> String {
    api.app.group("team").id.to_string()
}

/// A RAM user as the account has it, or the code that says that it has none.
pub(super) fn ram_user(api: &Api, account: &str, name: &str) -> Result<Value, String> {
    let principal = api.app.principal_name(account, name);
    let named = [("UserPrincipalName", principal.as_str())];
    api.app.in_account(account, (IMS, "GetUser"), &named).map(|mut body| body["User"].take())
}

#[test]
fn a_provisioning_from_creation_to_deletion() {
    let api = Api::new();
    let (account, alice) = (api.account("one"), api.user("alice"));
    let asked = of(&account, ("User", &alice));
    let described = [asked.as_slice(), &[("Description", "for ä console")]].concat();
    let made = one(api.within("CreateUserProvisioning", &described));
    let names: BTreeSet<_> = made.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, BTreeSet::from(MEMBERS));
    let owner = api.call("GetServiceStatus", &[]).ok()["ServiceStatus"]["AccountId"].take();
    for (field, value) in asked.iter().copied().chain([
        ("Description", "for ä console"),
        ("DirectoryId", &api.directory),
        ("OwnerPk", owner.as_str().unwrap()),
        ("PrincipalName", "alice"),
        ("TargetName", "one"),
        ("Status", "Enabled"),
    ]) {
        assert_eq!(made[field], value, "{field}");
    }
    let path = made["TargetPath"].as_str().unwrap();
    assert!(path.starts_with("rd-") && path.ends_with(&account), "{path}");
    assert!(made["CreateTime"].as_str().unwrap().ends_with('Z') && made["CreateTime"] == made["UpdateTime"]);
    api.within("CreateUserProvisioning", &asked).refused(409, "EntityAlreadyExists.UserProvisioning");
    api.app.run_due();

    let id = made["UserProvisioningId"].as_str().unwrap();
    let of_it = [("UserProvisioningId", id)];
    assert_eq!(one(api.within("GetUserProvisioning", &of_it)), made);
    assert_eq!(ram_user(&api, "one", "alice").unwrap()["ProvisionType"], "CloudSSO");
    api.within("DeleteUserProvisioning", &of_it).ok();
    // It reaches nobody any more, and goes with its last event.
    assert_eq!(one(api.within("GetUserProvisioning", &of_it))["Status"], "Disabled");
    for action in ["DeleteUserProvisioning", "UpdateUserProvisioning"] {
        api.within(action, &of_it).refused(409, "OperationConflict.UserProvisioning");
    }
    api.within("CreateUserProvisioning", &asked).refused(409, "OperationConflict.UserProvisioning");
    api.app.run_due();
    assert_eq!(ram_user(&api, "one", "alice").unwrap_err(), "EntityNotExist.User");
    for action in ["GetUserProvisioning", "DeleteUserProvisioning", "UpdateUserProvisioning"] {
        api.within(action, &of_it).refused(404, "EntityNotExists.UserProvisioning");
    }
    for action in [
        Action::UserProvisioningCreated,
        Action::UserProvisioningDeletionRequested,
        Action::UserProvisioningDeleted,
    ] {
        assert_eq!(api.app.events(action, id), 1, "{action:?}");
    }
    assert_eq!(api.app.events(Action::RamUserCreated, &alice), 1);
    assert_eq!(api.app.events(Action::RamUserDeleted, &alice), 1);
    api.within("CreateUserProvisioning", &asked).ok();
    api.app.run_due();
}

#[test]
fn what_is_said_of_a_provisioning_changes_and_only_that() {
    let api = Api::new();
    let (account, alice) = (api.account("one"), api.user("alice"));
    let id = make(&api, &of(&account, ("User", &alice)));
    let of_it = ("UserProvisioningId", id.as_str());
    let show = || one(api.within("GetUserProvisioning", &[of_it]));
    let before = show();
    let long = "x".repeat(1025);
    for (code, name, value) in [
        ("InvalidParameter.NewDescription", "NewDescription", long.as_str()),
        ("InvalidParameter.NewDuplicationStrategy", "NewDuplicationStrategy", "keepboth"),
        ("InvalidParameter.NewDeletionStrategy", "NewDeletionStrategy", "None"),
    ] {
        let message = api.within("UpdateUserProvisioning", &[of_it, (name, value)]).refused(400, code);
        assert!(message.contains(name), "{message}");
        assert_eq!(show(), before);
    }
    api.app.advance(std::time::Duration::from_secs(60));
    let changes = [of_it, ("NewDescription", "told"), ("NewDuplicationStrategy", "TakeOver")];
    let changed = one(api.within("UpdateUserProvisioning", &changes));
    for (field, value) in
        [("Description", "told"), ("DuplicationStrategy", "TakeOver"), ("DeletionStrategy", "Delete")]
    {
        assert_eq!(changed[field], value, "{field}");
    }
    assert_ne!(changed["UpdateTime"], before["UpdateTime"]);
    assert_eq!(changed["CreateTime"], before["CreateTime"]);
    assert_eq!(show(), changed);
    let emptied = [of_it, ("NewDescription", ""), ("NewDeletionStrategy", "Keep")];
    let emptied = one(api.within("UpdateUserProvisioning", &emptied));
    assert_eq!((&emptied["Description"], &emptied["DeletionStrategy"]), (&json!(""), &json!("Keep")));
    assert_eq!(one(api.within("UpdateUserProvisioning", &[of_it])), emptied, "nothing is named");
    assert_eq!(api.app.events(Action::UserProvisioningUpdated, &id), 2);
    api.app.run_due();
}

#[test]
fn a_deletion_may_say_what_becomes_of_the_ram_users() {
    let api = Api::new();
    let (account, alice, bob) = (api.account("one"), api.user("alice"), api.user("bob"));
    let of_alice = make(&api, &of(&account, ("User", &alice)));
    let of_bob = make(&api, &with(&of(&account, ("User", &bob)), "DeletionStrategy", "Keep"));
    api.app.run_due();
    let delete = |id: &str, strategy: &str| {
        let parameters = [("UserProvisioningId", id), ("DeletionStrategy", strategy)];
        api.within("DeleteUserProvisioning", &parameters)
    };
    let bad = delete(&of_alice, "Forget").refused(400, "InvalidParameter.DeletionStrategy");
    assert!(bad.contains("DeletionStrategy"), "{bad}");
    assert_eq!(
        one(api.within("GetUserProvisioning", &[("UserProvisioningId", &of_alice)]))["Status"],
        "Enabled"
    );
    delete(&of_alice, "Keep").ok();
    delete(&of_bob, "Delete").ok();
    api.app.run_due();
    assert_eq!(ram_user(&api, "one", "alice").unwrap()["ProvisionType"], "Manual");
    assert_eq!(api.app.events(Action::RamUserReleased, &alice), 1);
    assert_eq!(ram_user(&api, "one", "bob").unwrap_err(), "EntityNotExist.User");
    assert_eq!(total(&api, "ListUserProvisionings", &[]), 0);
}

#[test]
fn what_names_nothing_or_breaks_a_rule_is_not_provisioned() {
    let api = Api::new();
    let (account, alice, team) = (api.account("one"), api.user("alice"), team(&api));
    let good = of(&account, ("User", &alice));
    let long = "1".repeat(21);
    let folder = "r-anything";
    for (status, code, name, value) in [
        (400, "InvalidParameter.TargetType", "TargetType", "RD-Folder"),
        (400, "InvalidParameter.TargetType", "TargetType", "Account"),
        (400, "InvalidParameter.TargetId", "TargetId", folder),
        (400, "InvalidParameter.TargetId", "TargetId", "one"),
        (400, "InvalidParameter.TargetId", "TargetId", long.as_str()),
        (404, "EntityNotExists.Account", "TargetId", "1"),
        (400, "InvalidParameter.PrincipalType", "PrincipalType", "user"),
        (400, "InvalidParameter.PrincipalId", "PrincipalId", team.as_str()),
        (400, "InvalidParameter.PrincipalId", "PrincipalType", "Group"),
        (404, "EntityNotExists.User", "PrincipalId", "u-nobody"),
        (400, "InvalidParameter.DuplicationStrategy", "DuplicationStrategy", "Replace"),
        (400, "InvalidParameter.DeletionStrategy", "DeletionStrategy", "delete"),
    ] {
        let message = api.within("CreateUserProvisioning", &with(&good, name, value)).refused(status, code);
        let field = code.strip_prefix("InvalidParameter.").unwrap_or_default();
        assert!(message.contains(field), "{code}: {message}");
    }
    let nowhere = of(&account, ("Group", "g-nowhere"));
    api.within("CreateUserProvisioning", &nowhere).refused(404, "EntityNotExists.Group");
    let folder = with(&with(&good, "TargetType", "RD-Folder"), "TargetId", "fd-abc");
    let message = api.within("CreateUserProvisioning", &folder).refused(400, "InvalidParameter.TargetType");
    assert!(message.contains("RD-Account"), "{message}");
    let long = "ä".repeat(1025);
    let long = [good.as_slice(), &[("Description", long.as_str())]].concat();
    api.within("CreateUserProvisioning", &long).refused(400, "InvalidParameter.Description");
    assert_eq!(total(&api, "ListUserProvisionings", &[]), 0);
    assert_eq!(total(&api, "ListUserProvisioningEvents", &[]), 0);
    let longest = "ä".repeat(1024);
    let longest = [good.as_slice(), &[("Description", longest.as_str())]].concat();
    api.within("CreateUserProvisioning", &longest).ok();
    api.app.run_due();
}

#[test]
fn a_group_is_provisioned_member_by_member() {
    let api = Api::new();
    let (account, team) = (api.account("one"), team(&api));
    let made = one(api.within("CreateUserProvisioning", &of(&account, ("Group", &team))));
    assert_eq!((&made["PrincipalType"], &made["PrincipalName"]), (&json!("Group"), &json!("team")));
    let events = api.within("ListUserProvisioningEvents", &[]).ok()["UserProvisioningEvents"].take();
    assert_eq!(column(events.as_array().unwrap(), "PrincipalName"), ["bob"]);
    api.app.run_due();
    let kept = || {
        let listed = api.within("ListProvisionedUsers", &[("TargetId", &account)]).ok();
        let mut names = column(listed["ProvisionedUsers"].as_array().unwrap(), "UserName");
        names.sort();
        names
    };
    assert_eq!(kept(), ["bob"]);
    let carol = api.user("carol");
    let membership = [("GroupId", team.as_str()), ("UserId", carol.as_str())];
    api.within("AddUserToGroup", &membership).ok();
    api.app.run_due();
    assert_eq!(kept(), ["bob", "carol"]);
    api.within("RemoveUserFromGroup", &membership).ok();
    api.app.run_due();
    assert_eq!(kept(), ["bob"]);
    api.within(
        "DeleteUserProvisioning",
        &[("UserProvisioningId", made["UserProvisioningId"].as_str().unwrap())],
    )
    .ok();
    api.app.run_due();
    assert_eq!(kept(), Vec::<String>::new());
}

#[test]
fn whoever_is_provisioned_is_not_deleted() {
    let api = Api::new();
    let (account, carol, group) = (api.account("one"), api.user("carol"), api.new_group("red"));
    for (principal, action, of_it, code) in [
        (("User", carol.as_str()), "DeleteUser", ("UserId", carol.as_str()), "User"),
        (("Group", &group), "DeleteGroup", ("GroupId", &group), "Group"),
    ] {
        let id = make(&api, &of(&account, principal));
        api.app.run_due();
        api.within(action, &[of_it]).refused(409, &format!("DeletionConflict.{code}.UserProvisioning"));
        api.within("DeleteUserProvisioning", &[("UserProvisioningId", &id)]).ok();
        api.app.run_due();
        api.within(action, &[of_it]).ok();
    }
}

#[test]
fn provisionings_are_listed_by_page_and_filter() {
    let api = Api::new();
    let (first, second) = (api.account("one"), api.account("two"));
    let (alice, carol, team) = (api.user("alice"), api.user("carol"), team(&api));
    for account in [&first, &second] {
        for principal in [("User", alice.as_str()), ("User", &carol), ("Group", &team)] {
            make(&api, &of(account, principal));
        }
    }
    let listed = |parameters: &[(&str, &str)], size| {
        let (rows, pages) = api.pages("ListUserProvisionings", "UserProvisionings", parameters, size);
        (rows.len(), pages)
    };
    assert_eq!(listed(&[], 4), (6, 2));
    assert_eq!(listed(&[], 100), (6, 1));
    assert_eq!(listed(&[("TargetType", "RD-Account"), ("TargetId", &first)], 2), (3, 2));
    assert_eq!(listed(&[("TargetType", "RD-Account")], 10), (6, 1));
    assert_eq!(listed(&[("PrincipalType", "User")], 10), (4, 1));
    assert_eq!(listed(&[("PrincipalType", "Group"), ("PrincipalId", &team)], 1), (2, 2));
    assert_eq!(listed(&[("PrincipalType", "User"), ("PrincipalId", "u-nobody")], 1), (0, 1));
    for (code, parameters) in [
        ("InvalidParameter.MaxResults", vec![("MaxResults", "101")]),
        ("InvalidParameter.MaxResults", vec![("MaxResults", "ten")]),
        ("InvalidParameter.NextToken", vec![("NextToken", "abc")]),
        ("MissingTargetType", vec![("TargetId", first.as_str())]),
        ("MissingPrincipalType", vec![("PrincipalId", alice.as_str())]),
        ("InvalidParameter.TargetType", vec![("TargetType", "RD-Folder")]),
        ("InvalidParameter.TargetType", vec![("TargetType", "RD-Folder"), ("TargetId", "fd-abc")]),
        ("InvalidParameter.PrincipalId", vec![("PrincipalType", "User"), ("PrincipalId", team.as_str())]),
    ] {
        api.within("ListUserProvisionings", &parameters).refused(400, code);
    }
    api.app.run_due();
}

#[test]
fn one_call_provisions_in_many_accounts_or_in_none() {
    let api = Api::new();
    let (first, second, alice) = (api.account("one"), api.account("two"), api.user("alice"));
    let rest = &of("", ("User", &alice))[2..];
    let many = |ids: &str| api.within("CreateUserProvisionings", &[&[("TargetIds", ids)], rest].concat());
    let twice = json!([first, second, first]).to_string();
    assert!(many(&twice).refused(400, "InvalidParameter.TargetIds").contains(&first));
    many("[]").refused(400, "InvalidParameter.TargetIds");
    many("").refused(400, "MissingTargetIds");
    many(&first).refused(400, "InvalidParameter.TargetIds");
    many(&json!([first, "fd-abc"]).to_string()).refused(400, "InvalidParameter.TargetIds");
    let numbers: Vec<String> = (1..=101).map(|number: u32| number.to_string()).collect();
    let too_many = many(&json!(numbers).to_string()).refused(400, "InvalidParameter.TargetIds");
    assert!(too_many.contains("100"), "{too_many}");
    // A hundred are read, and looked for.
    many(&json!(&numbers[..100]).to_string()).refused(404, "EntityNotExists.Account");
    let folder = [&[("TargetIds", twice.as_str()), ("TargetType", "RD-Folder")], rest].concat();
    api.within("CreateUserProvisionings", &folder).refused(400, "InvalidParameter.TargetType");
    many(&json!([first, "1"]).to_string()).refused(404, "EntityNotExists.Account");
    assert_eq!(total(&api, "ListUserProvisionings", &[]), 0, "all or none");

    make(&api, &of(&second, ("User", &alice)));
    many(&json!([first, second]).to_string()).refused(409, "EntityAlreadyExists.UserProvisioning");
    assert_eq!(total(&api, "ListUserProvisionings", &[]), 1, "all or none");
    let team = team(&api);
    let of_team = [
        &[("TargetIds.1", first.as_str()), ("TargetIds.2", &second), ("TargetType", "RD-Account")],
        &of("", ("Group", &team))[2..],
    ];
    let made = api.within("CreateUserProvisionings", &of_team.concat()).ok()["UserProvisionings"].take();
    let made = made.as_array().unwrap();
    assert_eq!(BTreeSet::from_iter(column(made, "TargetName")), ["one", "two"].map(str::to_owned).into());
    let names: BTreeSet<_> = made[0].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, BTreeSet::from(MEMBERS));
    api.app.run_due();
    for account in ["one", "two"] {
        assert_eq!(ram_user(&api, account, "bob").unwrap()["ProvisionType"], "CloudSSO");
    }
}

#[test]
fn a_machine_identity_may_be_held_to_one_provisioning() {
    let api = Api::new();
    let (account, alice, carol) = (api.account("one"), api.user("alice"), api.user("carol"));
    let (own, other) =
        (make(&api, &of(&account, ("User", &alice))), make(&api, &of(&account, ("User", &carol))));
    api.app.run_due();
    let document = json!({"Version": "1", "Statement": [{
        "Effect": "Allow",
        "Action": "cloudsso:*",
        "Resource": format!("acs:cloudsso:*:*:directory/{}/user-provisioning/{own}", api.directory),
    }]});
    let key = api.machine("robot", &document.to_string());
    let call = |action: &str, parameters: &[(&str, &str)]| {
        api.call_as(&key, action, &[&[("DirectoryId", api.directory.as_str())], parameters].concat())
    };
    for action in ["GetUserProvisioning", "GetUserProvisioningStatistics", "ListUserProvisioningEvents"] {
        call(action, &[("UserProvisioningId", &own)]).ok();
    }
    let delete = ["UpdateUserProvisioning", "DeleteUserProvisioning"];
    for action in ["GetUserProvisioning", "GetUserProvisioningStatistics", "ListUserProvisioningEvents"]
        .iter()
        .chain(&delete)
    {
        call(action, &[("UserProvisioningId", &other)]).refused(403, "NoPermission");
    }
    call("CreateUserProvisioning", &of(&account, ("Group", "g-nowhere"))).refused(403, "NoPermission");
    for action in ["ListUserProvisionings", "ListUserProvisioningEvents", "ListConsoleSessions"] {
        call(action, &[]).refused(403, "NoPermission");
    }
    assert_eq!(total(&api, "ListUserProvisionings", &[]), 2);
    for action in delete {
        call(action, &[("UserProvisioningId", &own)]).ok();
    }
    api.app.run_due();
    assert_eq!(total(&api, "ListUserProvisionings", &[]), 1);
}
