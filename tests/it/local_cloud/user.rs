//! RAM users by both faces: RAM 2015-05-01 and IMS 2019-08-15.

use super::IMS;
use super::tenant::{Tenant, every_page};

#[test]
fn a_user_from_creation_to_deletion_by_both_faces() {
    let tenant = Tenant::new();
    let alice = tenant.principal("alice");
    let made = tenant.ims(
        "CreateUser",
        &[
            ("UserPrincipalName", alice.as_str()),
            ("DisplayName", "Alice"),
            ("Email", "alice@example.com"),
            ("MobilePhone", "86-18600008888"),
            ("Comments", "of the tests"),
            ("Tag.1.Key", "team"),
            ("Tag.1.Value", "red"),
        ],
    );
    let made = made.ok();
    assert_eq!(made["User"]["UserPrincipalName"], alice.as_str());
    assert_eq!(made["User"]["ProvisionType"], "Manual");
    assert_eq!(made["User"]["Tags"]["Tag"][0]["TagValue"], "red");
    let id = made["User"]["UserId"].as_str().unwrap();

    let by_ram = tenant.ram("GetUser", &[("UserName", "ALICE")]).ok();
    assert_eq!((&by_ram["User"]["UserId"], &by_ram["User"]["UserName"]), (&id.into(), &"alice".into()));
    assert!(by_ram["User"].get("UserPrincipalName").is_none());
    let by_id = tenant.ims("GetUser", &[("UserId", id)]).ok();
    assert_eq!(
        (&by_id["User"]["UserName"], &by_id["User"]["Comments"]),
        (&"alice".into(), &"of the tests".into())
    );
    let key = tenant.key_of("alice");
    let by_key = tenant.ims("GetUser", &[("UserAccessKeyId", key.id.as_str())]).ok();
    assert_eq!(by_key["User"]["UserId"], id);

    let renamed = tenant.principal("alice.b");
    let changes = [
        ("UserPrincipalName", alice.as_str()),
        ("NewUserPrincipalName", renamed.as_str()),
        ("NewDisplayName", "Alice B"),
        ("NewEmail", ""),
        ("NewComments", ""),
    ];
    let changed = tenant.ims("UpdateUser", &changes).ok();
    assert_eq!(changed["User"]["UserId"], id);
    assert_eq!(changed["User"]["DisplayName"], "Alice B");
    assert_eq!(changed["User"]["Email"], "");
    assert_eq!(changed["User"]["MobilePhone"], "86-18600008888", "what is not given stays");
    assert_eq!(tenant.ram("GetUser", &[("UserName", "alice")]).code(), "EntityNotExist.User");
    tenant.ram("UpdateUser", &[("UserName", "alice.b"), ("NewUserName", "alice")]).ok();
    tenant.ram("DeleteAccessKey", &[("UserName", "alice"), ("UserAccessKeyId", key.id.as_str())]).ok();
    tenant.ims("DeleteUser", &[("UserId", id)]).ok();
    assert_eq!(tenant.ims("GetUser", &[("UserId", id)]).code(), "EntityNotExist.User");
}

#[test]
fn a_user_must_be_well_formed() {
    let tenant = Tenant::new();
    tenant.user("taken");
    let domain = format!("{}.onaliyun.com", tenant.account);
    let long = format!("{}@{domain}", "u".repeat(65));
    let longest = format!("{}@{domain}", "u".repeat(64));
    let principal = |name: &str| format!("{name}@{domain}");
    let bob = principal("bob");
    let rows: &[(&[(&str, &str)], &str)] = &[
        (&[("UserPrincipalName", "")], "MissingUserPrincipalName"),
        (&[("UserPrincipalName", "bob")], "InvalidParameter.UserPrincipalName"),
        (&[("UserPrincipalName", "bob@elsewhere.onaliyun.com")], "InvalidParameter.UserPrincipalName"),
        (&[("UserPrincipalName", &principal("b b"))], "InvalidParameter.UserPrincipalName.InvalidChars"),
        (&[("UserPrincipalName", &principal(""))], "InvalidParameter.UserPrincipalName.InvalidChars"),
        (&[("UserPrincipalName", &principal("böb"))], "InvalidParameter.UserPrincipalName.InvalidChars"),
        (&[("UserPrincipalName", &principal("b@b"))], "InvalidParameter.UserPrincipalName.InvalidChars"),
        // Kelvin's sign folds to a k: no two names are one by that.
        (
            &[("UserPrincipalName", &principal("ta\u{212a}en"))],
            "InvalidParameter.UserPrincipalName.InvalidChars",
        ),
        (&[("UserPrincipalName", &long)], "InvalidParameter.UserPrincipalName.Length"),
        (&[("UserPrincipalName", &principal("TAKEN"))], "EntityAlreadyExists.User"),
        (&[("UserPrincipalName", &bob), ("DisplayName", "")], "MissingDisplayName"),
        (
            &[("UserPrincipalName", &bob), ("DisplayName", "ABCDEFGHIJKLMNOPQRSTUVWXY")],
            "InvalidParameter.DisplayName.Length",
        ),
        (
            &[("UserPrincipalName", &bob), ("DisplayName", "a\u{7}")],
            "InvalidParameter.DisplayName.InvalidChars",
        ),
        (&[("UserPrincipalName", &bob), ("Email", "nobody")], "InvalidParameter.Email"),
        (&[("UserPrincipalName", &bob), ("MobilePhone", "18600008888")], "InvalidParameter.MobilePhone"),
        (&[("UserPrincipalName", &bob), ("Comments", &"c".repeat(129))], "InvalidParameter.Comments.Length"),
        (&[("UserPrincipalName", &bob), ("Tag.1.Key", "acs:x")], "InvalidParameter.Tag.1.Key"),
        (&[("UserPrincipalName", &bob), ("Tag.1.Value", "v")], "MissingTag.1.Key"),
        (&[("UserPrincipalName", &bob)], "ok"),
        (&[("UserPrincipalName", &longest)], "ok"),
    ];
    for (given, code) in rows {
        let mut parameters = given.to_vec();
        if !given.iter().any(|(name, _)| *name == "DisplayName") {
            parameters.push(("DisplayName", "Bob"));
        }
        assert_eq!(tenant.ims("CreateUser", &parameters).code(), *code, "{given:?}");
    }
    let names: &[(&[(&str, &str)], &str)] = &[
        (&[], "MissingUserPrincipalName"),
        (&[("UserPrincipalName", &bob), ("UserId", "2")], "InvalidParameter.UserId"),
        (&[("UserPrincipalName", &principal("nobody"))], "EntityNotExist.User"),
        (&[("UserPrincipalName", "bob@elsewhere.onaliyun.com")], "EntityNotExist.User"),
        (&[("UserAccessKeyId", "LTAI5tnone")], "EntityNotExist.User"),
        (&[("UserPrincipalName", &bob)], "ok"),
    ];
    for (parameters, code) in names {
        assert_eq!(tenant.ims("GetUser", parameters).code(), *code, "{parameters:?}");
    }
    let refused = tenant.ims("GetUser", &[("UserId", &"9".repeat(100_000))]);
    assert_eq!(refused.code(), "EntityNotExist.User");
    assert!(refused.body.len() < 1000, "what was sent is not sent back");
    let refused = tenant.ims("GetUser", &[("UserId", "9\nforged line")]);
    assert!(refused.json()["Message"].as_str().unwrap().contains("9forged line"), "{}", refused.body);
}

#[test]
fn a_user_in_use_is_not_deleted() {
    let tenant = Tenant::new();
    let alice = tenant.user("alice");
    let delete = || tenant.ram("DeleteUser", &[("UserName", "alice")]).code();
    let named = ("UserPrincipalName", alice.as_str());

    let key = tenant.key_of("alice");
    assert_eq!(delete(), "DeleteConflict.User.AccessKey");
    tenant.ims("DeleteAccessKey", &[named, ("UserAccessKeyId", key.id.as_str())]).ok();

    tenant.ims("CreateLoginProfile", &[named, ("Password", "a-long-enough-1")]).ok();
    assert_eq!(delete(), "DeleteConflict.User.LoginProfile");
    tenant.ims("DeleteLoginProfile", &[named]).ok();

    tenant.grant("alice", "ReadOnlyAccess");
    assert_eq!(delete(), "DeleteConflict.User.Policy");
    let held = [("UserName", "alice"), ("PolicyType", "System"), ("PolicyName", "ReadOnlyAccess")];
    tenant.ram("DetachPolicyFromUser", &held).ok();

    tenant.ram("CreateGroup", &[("GroupName", "ops")]).ok();
    tenant.ims("AddUserToGroup", &[named, ("GroupName", "ops")]).ok();
    assert_eq!(delete(), "DeleteConflict.User.Group");
    tenant.ims("RemoveUserFromGroup", &[named, ("GroupName", "ops")]).ok();
    assert_eq!(delete(), "ok");
}

#[test]
fn users_are_listed_page_by_page_and_by_their_tags() {
    let tenant = Tenant::new();
    for name in ["dave", "Carol", "bob", "alice", "erin"] {
        tenant.user(name);
    }
    let list = |action: &'static str| {
        let tenant = &tenant;
        move |marker: &str| tenant.ims(action, &[("MaxItems", "2"), ("Marker", marker)])
    };
    let names = every_page(list("ListUsers"), ("Users", "User"), "UserPrincipalName");
    let expected: Vec<_> =
        ["alice", "bob", "Carol", "dave", "erin"].map(|name| tenant.principal(name)).into();
    assert_eq!(names, expected);
    let named = ("UserBasicInfos", "UserBasicInfo");
    assert_eq!(every_page(list("ListUserBasicInfos"), named, "UserPrincipalName"), expected);
    let ram = |marker: &str| tenant.ram("ListUsers", &[("MaxItems", "3"), ("Marker", marker)]);
    assert_eq!(every_page(ram, ("Users", "User"), "UserName").len(), 5);

    let tagged = tenant.ims(
        "TagResources",
        &[
            ("ResourceType", "user"),
            ("ResourcePrincipalName.1", &expected[0]),
            ("ResourcePrincipalName.2", &expected[3]),
            ("Tag.1.Key", "team"),
            ("Tag.1.Value", "red"),
        ],
    );
    tagged.ok();
    let count = |parameters: &[(&str, &str)]| {
        tenant.ims("ListUsers", parameters).ok()["Users"]["User"].as_array().unwrap().len()
    };
    assert_eq!(count(&[("Tag.1.Key", "team")]), 2);
    assert_eq!(count(&[("Tag.1.Key", "team"), ("Tag.1.Value", "red")]), 2);
    assert_eq!(count(&[("Tag.1.Key", "team"), ("Tag.1.Value", "blue")]), 0);
    assert_eq!(count(&[("Status", "freeze")]), 0);
    assert_eq!(count(&[("Status", "active,freeze")]), 5);
    for (parameter, value, code) in [
        ("MaxItems", "0", "InvalidParameter.MaxItems"),
        ("MaxItems", "1001", "InvalidParameter.MaxItems"),
        ("Status", "frozen", "InvalidParameter.Status"),
        ("Marker", &"m".repeat(257), "InvalidParameter.Marker.Length"),
        // A marker is a place in the order, and nothing else: not a way out of the account or of the text.
        ("Marker", "zzz' OR 1=1 --", "ok"),
    ] {
        assert_eq!(tenant.ims("ListUsers", &[(parameter, value)]).code(), code, "{parameter} {value}");
    }
    assert_eq!(count(&[("Marker", "zzz' OR 1=1 --")]), 0);
}

#[test]
fn tags_of_users() {
    let tenant = Tenant::new();
    let alice = tenant.user("alice");
    let bob = tenant.user("bob");
    let of = |name: &str| ("ResourcePrincipalName.1".to_owned(), name.to_owned());
    let call = |action: &str, name: &str, more: &[(&str, &str)]| {
        let (parameter, name) = of(name);
        let mut parameters = vec![("ResourceType", "user"), (parameter.as_str(), name.as_str())];
        parameters.extend_from_slice(more);
        tenant.ims(action, &parameters)
    };
    call("TagResources", &alice, &[("Tag.1.Key", "a"), ("Tag.1.Value", "1"), ("Tag.2.Key", "b")]).ok();
    call("TagResources", &alice, &[("Tag.1.Key", "a"), ("Tag.1.Value", "2")]).ok();
    call("TagResources", &bob, &[("Tag.1.Key", "a"), ("Tag.1.Value", "3")]).ok();
    let tags = |answer: super::Answer| {
        let answer = answer.ok();
        let tags = answer["TagResources"]["TagResource"].as_array().unwrap().clone();
        tags.iter()
            .map(|tag| format!("{}={}", tag["TagKey"].as_str().unwrap(), tag["TagValue"].as_str().unwrap()))
            .collect::<Vec<_>>()
    };
    assert_eq!(tags(call("ListTagResources", &alice, &[])), ["a=2", "b="]);
    let mut found = tags(tenant.ims("ListTagResources", &[("ResourceType", "user"), ("Tag.1.Key", "a")]));
    found.sort();
    assert_eq!(found, ["a=2", "a=3", "b="]);
    let mut token = String::new();
    let mut pages = 0;
    loop {
        let parameters = [("ResourceType", "user"), ("PageSize", "1"), ("NextToken", token.as_str())];
        let page = tenant.ims("ListTagResources", &parameters).ok();
        pages += 1;
        assert_eq!(page["TagResources"]["TagResource"].as_array().unwrap().len(), 1);
        if page["IsTruncated"] == false {
            break;
        }
        token = page["NextToken"].as_str().unwrap().to_owned();
    }
    assert_eq!(pages, 3);
    call("UntagResources", &alice, &[("TagKey.1", "a")]).ok();
    assert_eq!(tags(call("ListTagResources", &alice, &[])), ["b="]);
    call("UntagResources", &alice, &[("All", "true")]).ok();
    assert!(tags(call("ListTagResources", &alice, &[])).is_empty());

    let many: Vec<(String, String)> =
        (1..=20).map(|number| (format!("Tag.{number}.Key"), format!("k{number}"))).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    call("TagResources", &alice, &many).ok();
    let one = [("Tag.1.Key", "one-more")];
    assert_eq!(call("TagResources", &alice, &one).code(), "LimitExceeded.Tag");
    assert_eq!(tags(call("ListTagResources", &alice, &[])).len(), 20, "nothing changed");
    let nobody = tenant.principal("nobody");
    for (parameters, code) in [
        (vec![("ResourceType", "role"), ("ResourceId.1", "2")], "InvalidParameter.ResourceType"),
        (vec![("ResourceId.1", "2")], "MissingResourceType"),
        (vec![("ResourceType", "user")], "MissingResourceId"),
        (vec![("ResourceType", "user"), ("ResourceId.1", "2")], "EntityNotExist.User"),
        (vec![("ResourceType", "user"), ("ResourcePrincipalName.1", &nobody)], "EntityNotExist.User"),
        (
            vec![("ResourceType", "user"), ("ResourceId.1", "2"), ("ResourcePrincipalName.1", &alice)],
            "InvalidParameter.ResourceId",
        ),
    ] {
        let mut parameters = parameters;
        parameters.extend([("Tag.1.Key", "k")]);
        assert_eq!(tenant.ims("TagResources", &parameters).code(), code, "{parameters:?}");
    }
}

#[test]
fn another_accounts_users_are_not_there() {
    let tenant = Tenant::new();
    tenant.user("alice");
    let id =
        tenant.ram("GetUser", &[("UserName", "alice")]).ok()["User"]["UserId"].as_str().unwrap().to_owned();
    let key = tenant.key_of("alice");
    let other = tenant.world.member("other");
    let stranger = tenant.world.administrator(&other);
    let alice = tenant.principal("alice");
    for parameter in [("UserId", id.as_str()), ("UserAccessKeyId", &key.id), ("UserPrincipalName", &alice)] {
        let code = |signer| tenant.world.call(signer, (IMS, "GetUser"), &[parameter]).code();
        assert_eq!(code(&stranger), "EntityNotExist.User", "{parameter:?}");
        assert_eq!(code(&tenant.key), "ok", "{parameter:?}");
    }
    let tag = [("ResourceType", "user"), ("ResourceId.1", id.as_str()), ("Tag.1.Key", "k")];
    assert_eq!(tenant.world.call(&stranger, (IMS, "TagResources"), &tag).code(), "EntityNotExist.User");
    let own = tenant.world.call(&stranger, (IMS, "ListUsers"), &[]).ok();
    assert_eq!(own["Users"]["User"].as_array().unwrap().len(), 0);
}
