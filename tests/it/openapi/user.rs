//! Users.

use cloudsso::base::{Generated, UserId, UserName};
use cloudsso::crypto::Random;
use cloudsso::domain::{Action, ProvisionType, Status, User, UserSpec};
use cloudsso::storage::{directory, user};
use serde_json::json;

use crate::support::person::Person;

use super::{Api, column};

#[test]
fn a_user_is_made_with_every_field_and_read_back() {
    let api = Api::new();
    let made = api
        .within(
            "CreateUser",
            &[
                ("UserName", "Erin.B@acme-x_1"),
                ("DisplayName", "Erin Example"),
                ("FirstName", "Erin"),
                ("LastName", "Example"),
                ("Email", "erin@acme.example"),
                ("Description", "in the office of the 名"),
                ("Status", "Disabled"),
                ("Tags.2.Key", "team"),
                ("Tags.2.Value", "red"),
                ("Tags.1.Key", "cost centre"),
                ("Tags.1.Value", ""),
            ],
        )
        .ok()["User"]
        .clone();
    assert!(made["UserId"].as_str().unwrap().starts_with("u-"));
    for (field, value) in [
        ("UserName", "Erin.B@acme-x_1"),
        ("DisplayName", "Erin Example"),
        ("FirstName", "Erin"),
        ("LastName", "Example"),
        ("Email", "erin@acme.example"),
        ("Description", "in the office of the 名"),
        ("Status", "Disabled"),
        ("ProvisionType", "Manual"),
    ] {
        assert_eq!(made[field], value, "{field}");
    }
    assert_eq!(made["Tags"], json!([{"Key": "cost centre", "Value": ""}, {"Key": "team", "Value": "red"}]));
    assert_eq!(made["CreateTime"].as_str().unwrap().len(), "2026-11-22T12:00:05Z".len());
    let id = made["UserId"].as_str().unwrap();
    assert_eq!(api.within("GetUser", &[("UserId", id)]).ok()["User"], made);
    assert_eq!(api.app.events(Action::UserCreated, id), 1);
}

#[test]
fn a_user_that_breaks_a_rule_is_not_made() {
    let api = Api::new();
    let before = api.statistics();
    let long = "x".repeat(1025);
    for (code, status, parameters) in [
        ("MissingUserName", 400, vec![]),
        ("InvalidParameter.UserName", 400, vec![("UserName", "a b")]),
        ("InvalidParameter.UserName", 400, vec![("UserName", &long[..65])]),
        ("InvalidParameter.DisplayName", 400, vec![("UserName", "erin"), ("DisplayName", &long[..257])]),
        ("InvalidParameter.FirstName", 400, vec![("UserName", "erin"), ("FirstName", &long[..65])]),
        ("InvalidParameter.LastName", 400, vec![("UserName", "erin"), ("LastName", "a\u{0}b")]),
        ("InvalidParameter.Email", 400, vec![("UserName", "erin"), ("Email", "erin")]),
        ("InvalidParameter.Description", 400, vec![("UserName", "erin"), ("Description", &long)]),
        ("InvalidParameter.Status", 400, vec![("UserName", "erin"), ("Status", "enabled")]),
        ("InvalidParameter.Tags", 400, vec![("UserName", "erin"), ("Tags.1.Key", "acs:x")]),
        ("MissingTags.1.Key", 400, vec![("UserName", "erin"), ("Tags.1.Value", "x")]),
        ("InvalidParameter.Tags.0", 400, vec![("UserName", "erin"), ("Tags.0.Key", "x")]),
        ("EntityAlreadyExists.User", 409, vec![("UserName", "ALICE")]),
        ("EntityAlreadyExists.User", 409, vec![("UserName", "Root")]),
        ("EntityAlreadyExists.Email", 409, vec![("UserName", "erin"), ("Email", "Alice@ACME.example")]),
    ] {
        let message = api.within("CreateUser", &parameters).refused(status, code);
        let field = code.rsplit('.').next().unwrap().trim_start_matches("Missing");
        assert!(message.contains(field) || status == 409, "{code}: {message}");
    }
    let tags: Vec<(String, String)> = (1..=21).map(|n| (format!("Tags.{n}.Key"), format!("k{n}"))).collect();
    let mut parameters: Vec<(&str, &str)> = tags.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    parameters.push(("UserName", "erin"));
    api.within("CreateUser", &parameters).refused(409, "LimitExceeded.Tag");
    assert_eq!(api.statistics(), before);
}

#[test]
fn a_user_is_changed_field_by_field() {
    let api = Api::new();
    let alice = api.user("alice");
    api.app.advance(std::time::Duration::from_secs(60));
    let changed = api
        .within("UpdateUser", &[("UserId", &alice), ("NewDisplayName", "A."), ("NewEmail", "")])
        .ok()["User"]
        .clone();
    assert_eq!((&changed["DisplayName"], &changed["Email"]), (&json!("A."), &json!("")));
    assert_ne!(changed["UpdateTime"], changed["CreateTime"]);
    assert!(changed["Tags"].is_null(), "as the vendor's");
    let all = [
        ("NewFirstName", "Alice"),
        ("NewLastName", "Example"),
        ("NewEmail", "a@acme.example"),
        ("NewDescription", "d"),
    ];
    let changed = api.within("UpdateUser", &[&[("UserId", alice.as_str())], &all[..]].concat()).ok();
    for (name, value) in all {
        assert_eq!(changed["User"][name.trim_start_matches("New")], value, "{name}");
    }
    assert_eq!(changed["User"]["DisplayName"], "A.", "what is not named stays");
    assert_eq!(api.app.events(Action::UserUpdated, &alice), 2);

    let bob = api.user("bob");
    let before = api.within("GetUser", &[("UserId", &bob)]).ok();
    let long = "x".repeat(1025);
    for (code, status, name, value) in [
        ("InvalidParameter.NewDisplayName", 400, "NewDisplayName", &long[..257]),
        ("InvalidParameter.NewFirstName", 400, "NewFirstName", &long[..65]),
        ("InvalidParameter.NewLastName", 400, "NewLastName", &long[..65]),
        ("InvalidParameter.NewEmail", 400, "NewEmail", "nobody"),
        ("InvalidParameter.NewDescription", 400, "NewDescription", &long),
        ("EntityAlreadyExists.Email", 409, "NewEmail", "A@acme.example"),
    ] {
        api.within("UpdateUser", &[("UserId", &bob), (name, value)]).refused(status, code);
    }
    assert_eq!(api.within("GetUser", &[("UserId", &bob)]).ok()["User"], before["User"]);
}

#[test]
fn disabling_ends_sessions_at_once() {
    let api = Api::new();
    let (mut browser, _portal) = api.app.sign_in("alice");
    let alice = api.user("alice");
    api.within("UpdateUserStatus", &[("UserId", &alice), ("NewStatus", "Disabled")]).ok();
    assert_eq!(browser.get(&api.app.url("/portal")).status, 303);
    let user = api.within("GetUser", &[("UserId", &alice)]).ok();
    assert_eq!(user["User"]["Status"], "Disabled");
    api.within("UpdateUserStatus", &[("UserId", &alice), ("NewStatus", "Enabled")]).ok();
    api.app.sign_in("alice");
    for (code, value) in [("InvalidParameter.NewStatus", "Off"), ("MissingNewStatus", "")] {
        api.within("UpdateUserStatus", &[("UserId", &alice), ("NewStatus", value)]).refused(400, code);
    }
    api.app.sign_in("alice");
}

#[test]
fn a_user_with_ties_is_not_deleted() {
    let api = Api::new();
    let (alice, bob, carol) = (api.user("alice"), api.user("bob"), api.user("carol"));
    // Alice is assigned, bob is in a group; both have devices.
    api.within("DeleteUser", &[("UserId", &alice)]).refused(409, "DeletionConflict.User.AccessAssigment");
    api.within("DeleteUser", &[("UserId", &bob)]).refused(409, "DeletionConflict.User.Group");
    let groups = api.within("ListJoinedGroupsForUser", &[("UserId", &bob)]).ok();
    let team = groups["JoinedGroups"][0]["GroupId"].as_str().unwrap();
    api.within("RemoveUserFromGroup", &[("GroupId", team), ("UserId", &bob)]).ok();
    api.within("DeleteUser", &[("UserId", &bob)]).refused(409, "DeletionConflict.User.MFADevice");
    assert_eq!(api.statistics()["UserCount"], 4);

    let reset = [("UserId", carol.as_str()), ("GenerateRandomPassword", "true")];
    api.within("ResetUserPassword", &reset).ok();
    api.within("DeleteUser", &[("UserId", &carol)]).ok();
    api.within("DeleteUser", &[("UserId", &carol)]).refused(404, "EntityNotExists.User");
    assert_eq!(
        (api.statistics()["UserCount"].clone(), api.app.events(Action::UserDeleted, &carol)),
        (json!(3), 1)
    );
    assert_ne!(api.new_user("carol"), carol, "an id is never used again");
}

#[test]
fn users_are_listed_by_page_and_filter() {
    let api = Api::new();
    for number in 0..7 {
        let name = format!("walker_{number}");
        let colour = if number % 2 == 0 { "red" } else { "blue" };
        let parameters = [("UserName", name.as_str()), ("Tags.1.Key", "team"), ("Tags.1.Value", colour)];
        api.within("CreateUser", &parameters).ok();
    }
    api.within("CreateUser", &[("UserName", "walkerX"), ("Status", "Disabled")]).ok();
    for size in [1, 4, 12, 100] {
        let (all, pages) = api.pages("ListUsers", "Users", &[], size);
        let names = column(&all, "UserName");
        let mut once = names.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!((once.len(), pages), (12, 12usize.div_ceil(size)), "{names:?}");
    }
    let listed =
        |parameters: &[(&str, &str)]| column(&api.pages("ListUsers", "Users", parameters, 5).0, "UserName");
    let sorted = |parameters: &[(&str, &str)]| {
        let mut names = listed(parameters);
        names.sort_unstable();
        names
    };
    assert_eq!(listed(&[("Filter", "UserName eq WALKER_3")]), ["walker_3"]);
    assert_eq!(listed(&[("Filter", "username SW walker")]).len(), 8);
    // `_` is a letter of names, not any letter.
    assert_eq!(listed(&[("Filter", "UserName sw walker_")]).len(), 7);
    assert_eq!(listed(&[("Filter", "UserName sw nobody")]), Vec::<String>::new());
    assert_eq!(listed(&[("Status", "Disabled")]), ["walkerX"]);
    assert_eq!(listed(&[("ProvisionType", "Synchronized")]), Vec::<String>::new());
    assert_eq!(listed(&[("ProvisionType", "Manual")]).len(), 12);
    assert_eq!(
        sorted(&[("Tags.1.Key", "team"), ("Tags.1.Value", "blue")]),
        ["walker_1", "walker_3", "walker_5"]
    );
    assert_eq!(listed(&[("Tags.1.Key", "team")]).len(), 7, "any value");
    let both = [("Filter", "UserName sw walker_"), ("Tags.1.Key", "team"), ("Tags.1.Value", "red")];
    assert_eq!(listed(&both).len(), 4);
    for (code, parameter, value) in [
        ("InvalidParameter.Filter", "Filter", "UserName co walker"),
        ("InvalidParameter.Filter", "Filter", "GroupName sw walker"),
        ("InvalidParameter.Filter", "Filter", "UserName sw %"),
        ("InvalidParameter.Status", "Status", "Active"),
        ("InvalidParameter.ProvisionType", "ProvisionType", "manual"),
        ("InvalidParameter.MaxResults", "MaxResults", "0"),
        ("InvalidParameter.MaxResults", "MaxResults", "101"),
        ("InvalidParameter.MaxResults", "MaxResults", "ten"),
        ("InvalidParameter.NextToken", "NextToken", "next"),
    ] {
        api.within("ListUsers", &[(parameter, value)]).refused(400, code);
    }
}

#[test]
fn a_password_is_reset() {
    let api = Api::new();
    let alice = api.user("alice");
    let (mut browser, _portal) = api.app.sign_in("alice");
    let given = [("UserId", alice.as_str()), ("Password", "Str0ng.enough")];
    assert!(api.within("ResetUserPassword", &given).ok()["NewPassword"].is_null());
    assert_eq!(browser.get(&api.app.url("/portal")).status, 303, "the old password's sessions end");
    let person = Person { password: "Str0ng.enough".to_owned(), ..api.app.person("alice").clone() };
    let mut visitor = api.app.visitor();
    let page = person.give_password(&mut visitor, &api.app.url("/login"));
    assert_eq!(visitor.follow(page).url.path(), "/login/mfa");

    let random = [
        ("UserId", alice.as_str()),
        ("GenerateRandomPassword", "True"),
        ("RequirePasswordResetForNextLogin", "True"),
    ];
    let password = api.within("ResetUserPassword", &random).ok()["NewPassword"].as_str().unwrap().to_owned();
    assert_eq!(password.len(), 20);
    let person = Person { password, ..api.app.person("alice").clone() };
    let mut visitor = api.app.visitor();
    let page = person.give_password(&mut visitor, &api.app.url("/login"));
    assert_eq!(visitor.follow(page).url.path(), "/login/password", "a new one is asked for");
    for (code, parameter, value) in [
        ("MissingPassword", "RequirePasswordResetForNextLogin", "false"),
        ("InvalidParameter.Password", "Password", "Sh0rt.1"),
        ("InvalidParameter.Password", "Password", "no upper case 1."),
        ("InvalidParameter.Password", "Password", &format!("aB1.{}", "xyz".repeat(10))),
        ("InvalidParameter.GenerateRandomPassword", "GenerateRandomPassword", "yes"),
        ("InvalidParameter.RequirePasswordResetForNextLogin", "RequirePasswordResetForNextLogin", "1"),
    ] {
        api.within("ResetUserPassword", &[("UserId", &alice), (parameter, value)]).refused(400, code);
    }
}

/// A user as an identity provider's connector will make them.
pub(crate) fn synchronize(api: &Api, name: &str, external_id: &str) -> UserId {
    let id: UserId = Generated::generate(api.app.clock.now(), Random::system().bytes().unwrap());
    let (kept, name, external_id) = (id.clone(), name.to_owned(), external_id.to_owned());
    let now = api.app.clock.now();
    api.within("SetSCIMSynchronizationStatus", &[("SCIMSynchronizationStatus", "Enabled")]).ok();
    let inserted = api.app.store.write(move |conn| {
        let spec = UserSpec {
            user_name: UserName::parse(&name).unwrap(),
            display_name: String::new(),
            first_name: String::new(),
            last_name: String::new(),
            email: None,
            description: String::new(),
            status: Status::Enabled,
        };
        let user = User {
            provision_type: ProvisionType::Synchronized,
            external_id: Some(external_id.clone()),
            ..User::new(id.clone(), spec, now)
        };
        let (directory, _) = directory::find(conn)?.unwrap();
        user::insert(conn, &directory, &user)
    });
    inserted.unwrap();
    kept
}

#[test]
fn a_synchronised_user_is_found_by_its_external_id_and_is_locked() {
    let api = Api::new();
    let erin = synchronize(&api, "erin", "00u-erin").to_string();
    let by_json = [("ExternalId", r#"{"Id":"00u-erin","Issuer":"SCIM"}"#)];
    let by_parts = [("ExternalId.Id", "00u-erin"), ("ExternalId.Issuer", "SCIM")];
    for parameters in [&by_json[..], &by_parts[..]] {
        assert_eq!(api.within("GetUserId", parameters).ok()["UserId"], erin.as_str());
    }
    let external_id = json!({"Id": "00u-erin", "Issuer": "SCIM"});
    let user = api.within("GetUser", &[("UserId", &erin)]).ok()["User"].clone();
    assert_eq!((&user["ExternalId"], &user["ProvisionType"]), (&external_id, &json!("Synchronized")));
    let listed = api.within("ListUsers", &[("ProvisionType", "Synchronized")]).ok();
    assert_eq!(listed["Users"][0]["ExternalId"], external_id);

    api.within("UpdateUser", &[("UserId", &erin), ("NewDisplayName", "E.")])
        .refused(409, "OperationConflict.User.Synchronized");
    api.within("DeleteUser", &[("UserId", &erin)]).refused(409, "OperationConflict.User.Synchronized");
    assert_eq!(api.within("GetUser", &[("UserId", &erin)]).ok()["User"], user);
    // Password and status are ours to change all the same.
    api.within("ResetUserPassword", &[("UserId", &erin), ("GenerateRandomPassword", "true")]).ok();
    api.within("UpdateUserStatus", &[("UserId", &erin), ("NewStatus", "Disabled")]).ok();

    for (status, code, parameters) in [
        (400, "MissingExternalId", vec![]),
        (400, "MissingExternalId.Id", vec![("ExternalId.Issuer", "SCIM")]),
        (400, "MissingExternalId.Issuer", vec![("ExternalId.Id", "00u-erin")]),
        (
            400,
            "InvalidParameter.ExternalId.Issuer",
            vec![("ExternalId.Id", "x"), ("ExternalId.Issuer", "LDAP")],
        ),
        (400, "InvalidParameter.ExternalId", vec![("ExternalId", "00u-erin")]),
        (404, "EntityNotExists.User", vec![("ExternalId.Id", "x"), ("ExternalId.Issuer", "SCIM")]),
    ] {
        api.within("GetUserId", &parameters).refused(status, code);
    }
}

#[test]
fn a_users_groups_are_listed_by_page() {
    let api = Api::new();
    let dora = api.user("dora");
    for number in 0..5 {
        let group = api.new_group(&format!("group-{number}"));
        api.within("AddUserToGroup", &[("GroupId", &group), ("UserId", &dora)]).ok();
    }
    let (groups, pages) = api.pages("ListJoinedGroupsForUser", "JoinedGroups", &[("UserId", &dora)], 2);
    let mut names = column(&groups, "GroupName");
    names.sort_unstable();
    assert_eq!((names.len(), pages, names[0].as_str()), (5, 3, "group-0"));
    assert!(groups.iter().all(|group| group["UserId"] == dora.as_str() && group["JoinTime"].is_string()));
    api.within("ListJoinedGroupsForUser", &[("UserId", "u-nobody")]).refused(404, "EntityNotExists.User");
}
