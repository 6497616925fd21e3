//! RAM groups by both faces, and who is in them.

use super::tenant::{Tenant, every_page};

#[test]
fn a_group_from_creation_to_deletion_by_both_faces() {
    let tenant = Tenant::new();
    let new = [("GroupName", "Ops"), ("DisplayName", "Operations"), ("Comments", "on duty")];
    let made = tenant.ims("CreateGroup", &new).ok();
    assert_eq!(made["Group"]["DisplayName"], "Operations");
    let found = tenant.ram("GetGroup", &[("GroupName", "ops")]).ok();
    assert_eq!(found["Group"]["GroupId"], made["Group"]["GroupId"]);
    assert!(found["Group"].get("DisplayName").is_none());
    let changes =
        [("GroupName", "ops"), ("NewGroupName", "duty"), ("NewDisplayName", ""), ("NewComments", "all day")];
    let changed = tenant.ims("UpdateGroup", &changes).ok();
    assert_eq!(
        (&changed["Group"]["GroupName"], &changed["Group"]["Comments"]),
        (&"duty".into(), &"all day".into())
    );
    assert_eq!(changed["Group"]["DisplayName"], "");
    tenant.ram("UpdateGroup", &[("GroupName", "duty"), ("NewComments", "at night")]).ok();
    tenant.ram("DeleteGroup", &[("GroupName", "duty")]).ok();
    assert_eq!(tenant.ims("GetGroup", &[("GroupName", "duty")]).code(), "EntityNotExist.Group");
}

#[test]
fn a_group_must_be_well_formed() {
    let tenant = Tenant::new();
    tenant.ram("CreateGroup", &[("GroupName", "taken")]).ok();
    let rows: &[(&[(&str, &str)], &str)] = &[
        (&[], "MissingGroupName"),
        (&[("GroupName", "a b")], "InvalidParameter.GroupName.InvalidChars"),
        (&[("GroupName", &"g".repeat(65))], "InvalidParameter.GroupName.Length"),
        (&[("GroupName", "TAKEN")], "EntityAlreadyExists.Group"),
        (&[("GroupName", "g"), ("Comments", &"c".repeat(129))], "InvalidParameter.Comments.Length"),
        (&[("GroupName", "g"), ("DisplayName", &"d".repeat(25))], "InvalidParameter.DisplayName.Length"),
        (&[("GroupName", "g")], "ok"),
    ];
    for (parameters, code) in rows {
        assert_eq!(tenant.ims("CreateGroup", parameters).code(), *code, "{parameters:?}");
    }
    let rename = [("GroupName", "g"), ("NewGroupName", "Taken")];
    assert_eq!(tenant.ims("UpdateGroup", &rename).code(), "EntityAlreadyExists.Group");
    assert_eq!(tenant.ims("UpdateGroup", &[("GroupName", "g"), ("NewGroupName", "G")]).code(), "ok");
}

#[test]
fn users_join_and_leave() {
    let tenant = Tenant::new();
    tenant.ram("CreateGroup", &[("GroupName", "ops")]).ok();
    let members: Vec<String> = ["alice", "bob", "carol"].iter().map(|name| tenant.user(name)).collect();
    let call = |action: &str, user: &str, group: &str| {
        tenant.ims(action, &[("UserPrincipalName", user), ("GroupName", group)]).code()
    };
    for member in &members {
        assert_eq!(call("AddUserToGroup", member, "ops"), "ok");
    }
    assert_eq!(call("AddUserToGroup", &members[0], "OPS"), "EntityAlreadyExists.User.Group");
    assert_eq!(call("AddUserToGroup", &members[0], "none"), "EntityNotExist.Group");
    assert_eq!(call("AddUserToGroup", &tenant.principal("none"), "ops"), "EntityNotExist.User");
    let page = |marker: &str| {
        tenant.ims("ListUsersForGroup", &[("GroupName", "ops"), ("MaxItems", "2"), ("Marker", marker)])
    };
    assert_eq!(every_page(page, ("Users", "User"), "UserPrincipalName"), members);
    let by_ram = tenant.ram("ListUsersForGroup", &[("GroupName", "ops")]).ok();
    assert_eq!(by_ram["Users"]["User"][0]["UserName"], "alice");
    let groups = tenant.ram("ListGroupsForUser", &[("UserName", "alice")]).ok();
    assert_eq!(groups["Groups"]["Group"][0]["GroupName"], "ops");
    assert_eq!(tenant.ram("DeleteGroup", &[("GroupName", "ops")]).code(), "DeleteConflict.Group.User");
    for member in &members {
        assert_eq!(call("RemoveUserFromGroup", member, "ops"), "ok");
    }
    assert_eq!(call("RemoveUserFromGroup", &members[0], "ops"), "EntityNotExist.User.Group");
    let attach = [("PolicyType", "System"), ("PolicyName", "ReadOnlyAccess"), ("GroupName", "ops")];
    tenant.ram("AttachPolicyToGroup", &attach).ok();
    assert_eq!(tenant.ram("DeleteGroup", &[("GroupName", "ops")]).code(), "DeleteConflict.Group.Policy");
    tenant.ram("DetachPolicyFromGroup", &attach).ok();
    assert_eq!(tenant.ram("DeleteGroup", &[("GroupName", "ops")]).code(), "ok");
}

#[test]
fn groups_are_listed_page_by_page() {
    let tenant = Tenant::new();
    for name in ["c", "b", "a"] {
        tenant.ram("CreateGroup", &[("GroupName", name)]).ok();
    }
    let page = |marker: &str| tenant.ram("ListGroups", &[("MaxItems", "2"), ("Marker", marker)]);
    assert_eq!(every_page(page, ("Groups", "Group"), "GroupName"), ["a", "b", "c"]);
    assert_eq!(tenant.ims("ListGroups", &[("MaxItems", "101")]).code(), "InvalidParameter.MaxItems");
}
