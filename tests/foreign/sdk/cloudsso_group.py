"""CloudSSO 2021-05-15: groups and their members."""

from alibabacloud_cloudsso20210515 import client as cloudsso
from alibabacloud_cloudsso20210515 import models as m

from case import Case

case = Case()
c = case.client(cloudsso)
directory = case.world["directory_id"]

made = case.ok(
    c.create_group, m.CreateGroupRequest(directory_id=directory, group_name="sdk-group", description="by program")
).group
group = made.group_id
assert (made.group_name, made.description, made.provision_type) == ("sdk-group", "by program", "Manual"), made
shown = case.ok(c.get_group, m.GetGroupRequest(directory_id=directory, group_id=group)).group
assert shown.create_time == made.create_time, shown
for code, fields in (
    ("MissingGroupName", {}),
    ("InvalidParameter.GroupName", {"group_name": "a b"}),
    ("InvalidParameter.GroupName", {"group_name": "x" * 129}),
    ("InvalidParameter.Description", {"group_name": "x", "description": "x" * 1025}),
):
    case.refused(code, c.create_group, m.CreateGroupRequest(directory_id=directory, **fields), status=400)
case.refused(
    "EntityAlreadyExists.Group",
    c.create_group,
    m.CreateGroupRequest(directory_id=directory, group_name="SDK-GROUP"),
    status=409,
)
changed = case.ok(
    c.update_group, m.UpdateGroupRequest(directory_id=directory, group_id=group, new_group_name="sdk-renamed")
).group
assert (changed.group_name, changed.description) == ("sdk-renamed", "by program"), changed
case.refused(
    "InvalidParameter.NewGroupName",
    c.update_group,
    m.UpdateGroupRequest(directory_id=directory, group_id=group, new_group_name="a b"),
)

users = case.ok(c.list_users, m.ListUsersRequest(directory_id=directory, max_results=5)).users
for user in users:
    case.ok(
        c.add_user_to_group, m.AddUserToGroupRequest(directory_id=directory, group_id=group, user_id=user.user_id)
    )
members, token = [], None
while True:
    page = case.ok(
        c.list_group_members,
        m.ListGroupMembersRequest(directory_id=directory, group_id=group, max_results=2, next_token=token),
    )
    members += page.group_members
    if not page.is_truncated:
        break
    token = page.next_token
assert len(members) == page.total_counts == 5, members
assert {each.user_id for each in members} == {each.user_id for each in users}
assert members[0].group_id == group and members[0].join_time.endswith("Z"), members[0]
case.refused(
    "DeletionConflict.Group.User",
    c.delete_group,
    m.DeleteGroupRequest(directory_id=directory, group_id=group),
    status=409,
)
for user in users:
    case.ok(
        c.remove_user_from_group,
        m.RemoveUserFromGroupRequest(directory_id=directory, group_id=group, user_id=user.user_id),
    )
case.refused(
    "EntityNotExists.GroupMember",
    c.remove_user_from_group,
    m.RemoveUserFromGroupRequest(directory_id=directory, group_id=group, user_id=users[0].user_id),
    status=404,
)
for action, request in (
    (c.add_user_to_group, m.AddUserToGroupRequest(directory_id=directory, group_id=group, user_id="u-nobody")),
    (c.remove_user_from_group, m.RemoveUserFromGroupRequest(directory_id=directory, group_id=group, user_id="u-nobody")),
):
    case.refused("EntityNotExists.User", action, request, status=404)

names, token = [], None
while True:
    page = case.ok(c.list_groups, m.ListGroupsRequest(directory_id=directory, max_results=3, next_token=token))
    names += [each.group_name for each in page.groups]
    if not page.is_truncated:
        break
    token = page.next_token
assert len(names) == len(set(names)) == page.total_counts and "sdk-renamed" in names, names
found = case.ok(c.list_groups, m.ListGroupsRequest(directory_id=directory, filter="GroupName sw SDK"))
assert [each.group_name for each in found.groups] == ["sdk-renamed"], found
case.refused(
    "InvalidParameter.Filter", c.list_groups, m.ListGroupsRequest(directory_id=directory, filter="UserName sw a")
)
case.refused(
    "InvalidParameter.NextToken", c.list_groups, m.ListGroupsRequest(directory_id=directory, next_token="x")
)
assigned = case.ok(
    c.list_access_assignments, m.ListAccessAssignmentsRequest(directory_id=directory, principal_type="Group")
).access_assignments[0]
case.refused(
    "DeletionConflict.Group.AccessAssigment",
    c.delete_group,
    m.DeleteGroupRequest(directory_id=directory, group_id=assigned.principal_id),
    status=409,
)
case.ok(c.delete_group, m.DeleteGroupRequest(directory_id=directory, group_id=group))
nowhere = "g-nowhere"
for action, request in (
    (c.get_group, m.GetGroupRequest(directory_id=directory, group_id=group)),
    (c.update_group, m.UpdateGroupRequest(directory_id=directory, group_id=nowhere)),
    (c.delete_group, m.DeleteGroupRequest(directory_id=directory, group_id=nowhere)),
    (c.list_group_members, m.ListGroupMembersRequest(directory_id=directory, group_id=nowhere)),
    (
        c.add_user_to_group,
        m.AddUserToGroupRequest(directory_id=directory, group_id=nowhere, user_id=users[0].user_id),
    ),
):
    case.refused("EntityNotExists.Group", action, request, status=404)
case.finish()
