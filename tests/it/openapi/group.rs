//! Groups and their members.

use cloudsso::base::{Generated, GroupId, GroupName};
use cloudsso::crypto::Random;
use cloudsso::domain::{Action, Group, GroupSpec, Member, ProvisionType};
use cloudsso::service;
use cloudsso::storage::{directory, group};
use serde_json::json;

use super::{Api, column};

#[test]
fn a_group_is_made_read_and_changed() {
    let api = Api::new();
    let made = api.within("CreateGroup", &[("GroupName", "Red_team.1-x"), ("Description", "of the 名")]).ok();
    let made = made["Group"].clone();
    let id = made["GroupId"].as_str().unwrap();
    assert!(id.starts_with("g-"));
    for (field, value) in
        [("GroupName", "Red_team.1-x"), ("Description", "of the 名"), ("ProvisionType", "Manual")]
    {
        assert_eq!(made[field], value, "{field}");
    }
    assert_eq!(api.within("GetGroup", &[("GroupId", id)]).ok()["Group"], made);
    api.app.advance(std::time::Duration::from_secs(60));
    let changed =
        api.within("UpdateGroup", &[("GroupId", id), ("NewGroupName", "blue")]).ok()["Group"].clone();
    assert_eq!((&changed["GroupName"], &changed["Description"]), (&json!("blue"), &made["Description"]));
    assert_ne!(changed["UpdateTime"], made["UpdateTime"]);
    let changed = api.within("UpdateGroup", &[("GroupId", id), ("NewDescription", "")]).ok()["Group"].clone();
    assert_eq!((&changed["GroupName"], &changed["Description"]), (&json!("blue"), &json!("")));
    assert_eq!(api.app.events(Action::GroupUpdated, id), 2);
}

#[test]
fn a_group_that_breaks_a_rule_is_not_made_and_not_changed() {
    let api = Api::new();
    let before = api.statistics();
    let long = "x".repeat(1025);
    for (status, code, parameters) in [
        (400, "MissingGroupName", vec![]),
        (400, "InvalidParameter.GroupName", vec![("GroupName", "red team")]),
        (400, "InvalidParameter.GroupName", vec![("GroupName", &long[..129])]),
        (400, "InvalidParameter.Description", vec![("GroupName", "red"), ("Description", &long)]),
        (409, "EntityAlreadyExists.Group", vec![("GroupName", "TEAM")]),
    ] {
        api.within("CreateGroup", &parameters).refused(status, code);
    }
    assert_eq!(api.statistics(), before);
    let red = api.new_group("red");
    let shown = api.within("GetGroup", &[("GroupId", &red)]).ok()["Group"].clone();
    for (status, code, name, value) in [
        (400, "InvalidParameter.NewGroupName", "NewGroupName", "a b"),
        (400, "InvalidParameter.NewDescription", "NewDescription", long.as_str()),
        (409, "EntityAlreadyExists.Group", "NewGroupName", "Team"),
    ] {
        api.within("UpdateGroup", &[("GroupId", &red), (name, value)]).refused(status, code);
    }
    assert_eq!(api.within("GetGroup", &[("GroupId", &red)]).ok()["Group"], shown);
}

#[test]
fn members_come_and_go() {
    let api = Api::new();
    let (group, carol) = (api.new_group("red"), api.user("carol"));
    let member = [("GroupId", group.as_str()), ("UserId", carol.as_str())];
    api.within("AddUserToGroup", &member).ok();
    api.within("AddUserToGroup", &member).ok();
    assert_eq!(api.app.events(Action::GroupMemberAdded, &group), 1, "she was in it");
    let listed = api.within("ListGroupMembers", &[("GroupId", &group)]).ok();
    assert_eq!(listed["TotalCounts"], 1);
    let shown = &listed["GroupMembers"][0];
    for (field, value) in
        [("UserId", carol.as_str()), ("UserName", "carol"), ("GroupId", &group), ("Status", "Enabled")]
    {
        assert_eq!(shown[field], value, "{field}");
    }
    assert!(shown["JoinTime"].is_string());
    api.within("DeleteGroup", &[("GroupId", &group)]).refused(409, "DeletionConflict.Group.User");
    api.within("RemoveUserFromGroup", &member).ok();
    api.within("RemoveUserFromGroup", &member).refused(404, "EntityNotExists.GroupMember");
    for action in ["AddUserToGroup", "RemoveUserFromGroup"] {
        let nobody = [("GroupId", group.as_str()), ("UserId", "u-nobody")];
        api.within(action, &nobody).refused(404, "EntityNotExists.User");
        let nowhere = [("GroupId", "g-nowhere"), ("UserId", carol.as_str())];
        api.within(action, &nowhere).refused(404, "EntityNotExists.Group");
        api.within(action, &[("GroupId", &group)]).refused(400, "MissingUserId");
    }
    api.within("DeleteGroup", &[("GroupId", &group)]).ok();
    api.within("GetGroup", &[("GroupId", &group)]).refused(404, "EntityNotExists.Group");
}

#[test]
fn a_group_in_a_group_is_no_member_that_is_listed_and_ties_both() {
    let api = Api::new();
    let (outer, inner) = (api.new_group("outer"), api.new_group("inner"));
    let id = |text: &str| GroupId::parse(text).unwrap();
    let members = || vec![Member::Group(id(&inner))];
    let (ctx, operator) = (&api.app.ctx, &api.app.operator);
    assert_eq!(service::group::add_members(ctx, operator, &id(&outer), members()).unwrap(), 1);
    assert_eq!(api.within("ListGroupMembers", &[("GroupId", &outer)]).ok()["TotalCounts"], 0);
    for group in [&outer, &inner] {
        api.within("DeleteGroup", &[("GroupId", group)]).refused(409, "DeletionConflict.Group.Group");
    }
    assert_eq!(service::group::remove_members(ctx, operator, &id(&outer), members()).unwrap(), 1);
    for group in [&outer, &inner] {
        api.within("DeleteGroup", &[("GroupId", group)]).ok();
    }
}

#[test]
fn a_group_that_is_assigned_is_not_deleted() {
    let api = Api::new();
    let listed = api.within("ListGroups", &[("Filter", "GroupName eq team")]).ok();
    let team = listed["Groups"][0]["GroupId"].as_str().unwrap();
    api.within("DeleteGroup", &[("GroupId", team)]).refused(409, "DeletionConflict.Group.AccessAssigment");
    assert_eq!(api.statistics()["GroupCount"], 1);
}

#[test]
fn groups_and_members_are_listed_by_page_and_filter() {
    let api = Api::new();
    let first = api.new_group("walker_0");
    for number in 1..6 {
        api.new_group(&format!("walker_{number}"));
    }
    api.new_group("walkerX");
    let (groups, pages) = api.pages("ListGroups", "Groups", &[], 3);
    assert_eq!((groups.len(), pages), (8, 3));
    let listed = |parameters: &[(&str, &str)]| {
        column(&api.pages("ListGroups", "Groups", parameters, 2).0, "GroupName")
    };
    assert_eq!(listed(&[("Filter", "groupname sw WALKER_")]).len(), 6);
    assert_eq!(listed(&[("Filter", "GroupName eq walker_4")]), ["walker_4"]);
    assert_eq!(listed(&[("ProvisionType", "Synchronized")]), Vec::<String>::new());
    for (code, name, value) in [
        ("InvalidParameter.Filter", "Filter", "UserName sw a"),
        ("InvalidParameter.ProvisionType", "ProvisionType", "SCIM"),
        ("InvalidParameter.MaxResults", "MaxResults", "101"),
        ("InvalidParameter.NextToken", "NextToken", "AAAA"),
    ] {
        api.within("ListGroups", &[(name, value)]).refused(400, code);
    }
    for name in ["alice", "bob", "carol", "dora"] {
        api.within("AddUserToGroup", &[("GroupId", &first), ("UserId", &api.user(name))]).ok();
    }
    let (members, pages) = api.pages("ListGroupMembers", "GroupMembers", &[("GroupId", &first)], 3);
    let mut names = column(&members, "UserName");
    names.sort_unstable();
    assert_eq!((names, pages), (["alice", "bob", "carol", "dora"].map(str::to_owned).to_vec(), 2));
}

#[test]
fn a_synchronised_group_is_locked() {
    let api = Api::new();
    let id: GroupId = Generated::generate(api.app.clock.now(), Random::system().bytes().unwrap());
    let (kept, now) = (id.to_string(), api.app.clock.now());
    let inserted = api.app.store.write(move |conn| {
        let spec = GroupSpec { group_name: GroupName::parse("pushed").unwrap(), description: String::new() };
        let group =
            Group { provision_type: ProvisionType::Synchronized, ..Group::new(id.clone(), spec, now) };
        let (directory, _) = directory::find(conn)?.unwrap();
        group::insert(conn, &directory, &group)
    });
    inserted.unwrap();
    api.within("SetSCIMSynchronizationStatus", &[("SCIMSynchronizationStatus", "Enabled")]).ok();
    let carol = api.user("carol");
    for (action, more) in [
        ("UpdateGroup", ("NewDescription", "x")),
        ("DeleteGroup", ("NewDescription", "x")),
        ("AddUserToGroup", ("UserId", carol.as_str())),
        ("RemoveUserFromGroup", ("UserId", carol.as_str())),
    ] {
        api.within(action, &[("GroupId", &kept), more]).refused(409, "OperationConflict.Group.Synchronized");
    }
    let shown = api.within("ListGroups", &[("ProvisionType", "Synchronized")]).ok();
    assert_eq!((&shown["TotalCounts"], &shown["Groups"][0]["GroupName"]), (&json!(1), &json!("pushed")));
}
