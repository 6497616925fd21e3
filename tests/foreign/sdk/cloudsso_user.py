"""CloudSSO 2021-05-15: users."""

from alibabacloud_cloudsso20210515 import client as cloudsso
from alibabacloud_cloudsso20210515 import models as m

from case import Case

case = Case()
c = case.client(cloudsso)
directory = case.world["directory_id"]
nobody = "u-nobody"

made = case.ok(
    c.create_user,
    m.CreateUserRequest(
        directory_id=directory,
        user_name="sdk.user@x",
        display_name="An SDK's user",
        first_name="Sdk",
        last_name="User & Co",
        email="sdk@acme.example",
        description="made by program, at 100 %",
        tags=[m.CreateUserRequestTags(key="team", value="sdk one"), m.CreateUserRequestTags(key="a", value="b")],
    ),
).user
user = made.user_id
assert (made.user_name, made.status, made.provision_type) == ("sdk.user@x", "Enabled", "Manual"), made
assert made.last_name == "User & Co" and made.description == "made by program, at 100 %", made
assert sorted((tag.key, tag.value) for tag in made.tags) == [("a", "b"), ("team", "sdk one")], made
shown = case.ok(c.get_user, m.GetUserRequest(directory_id=directory, user_id=user)).user
assert shown.display_name == "An SDK's user" and shown.external_id is None, shown

for code, fields in (
    ("MissingUserName", {}),
    ("InvalidParameter.UserName", {"user_name": "a b"}),
    ("InvalidParameter.DisplayName", {"user_name": "x", "display_name": "x" * 257}),
    ("InvalidParameter.FirstName", {"user_name": "x", "first_name": "x" * 65}),
    ("InvalidParameter.LastName", {"user_name": "x", "last_name": "x" * 65}),
    ("InvalidParameter.Email", {"user_name": "x", "email": "x" * 129}),
    ("InvalidParameter.Description", {"user_name": "x", "description": "x" * 1025}),
    ("InvalidParameter.Status", {"user_name": "x", "status": "On"}),
):
    case.refused(code, c.create_user, m.CreateUserRequest(directory_id=directory, **fields), status=400)
case.refused(
    "EntityAlreadyExists.User",
    c.create_user,
    m.CreateUserRequest(directory_id=directory, user_name="SDK.user@X"),
    status=409,
)
case.refused(
    "EntityAlreadyExists.Email",
    c.create_user,
    m.CreateUserRequest(directory_id=directory, user_name="other", email="SDK@acme.example"),
    status=409,
)
many = [m.CreateUserRequestTags(key=f"k{number}", value="v") for number in range(21)]
case.refused("LimitExceeded.Tag", c.create_user, m.CreateUserRequest(directory_id=directory, user_name="x", tags=many))

changed = case.ok(
    c.update_user, m.UpdateUserRequest(directory_id=directory, user_id=user, new_display_name="Changed")
).user
assert changed.display_name == "Changed" and changed.email == "sdk@acme.example", changed
case.refused(
    "InvalidParameter.NewEmail",
    c.update_user,
    m.UpdateUserRequest(directory_id=directory, user_id=user, new_email="nowhere"),
)
status = m.UpdateUserStatusRequest(directory_id=directory, user_id=user, new_status="Disabled")
case.ok(c.update_user_status, status)
assert case.ok(c.get_user, m.GetUserRequest(directory_id=directory, user_id=user)).user.status == "Disabled"
case.refused(
    "InvalidParameter.NewStatus",
    c.update_user_status,
    m.UpdateUserStatusRequest(directory_id=directory, user_id=user, new_status="Gone"),
)

random = m.ResetUserPasswordRequest(
    directory_id=directory, user_id=user, generate_random_password=True, require_password_reset_for_next_login=True
)
assert len(case.ok(c.reset_user_password, random).new_password) >= 8
given = m.ResetUserPasswordRequest(directory_id=directory, user_id=user, password="Str0ng.enough")
assert case.ok(c.reset_user_password, given).new_password is None
case.refused(
    "InvalidParameter.Password",
    c.reset_user_password,
    m.ResetUserPasswordRequest(directory_id=directory, user_id=user, password="weak"),
)
case.refused(
    "MissingPassword", c.reset_user_password, m.ResetUserPasswordRequest(directory_id=directory, user_id=user)
)

# Paging through all, one filter at a time.
names, token = [], None
while True:
    page = case.ok(c.list_users, m.ListUsersRequest(directory_id=directory, max_results=7, next_token=token))
    names += [each.user_name for each in page.users]
    if not page.is_truncated:
        break
    token = page.next_token
assert len(names) == len(set(names)) == page.total_counts and page.max_results == 7, names
assert "sdk.user@x" in names and "alice" in names, names


def listed(**fields):
    body = case.ok(c.list_users, m.ListUsersRequest(directory_id=directory, max_results=100, **fields))
    return [each.user_name for each in body.users]


assert listed(filter="UserName eq ALICE") == ["alice"]
assert listed(filter="UserName sw sdk.") == ["sdk.user@x"]
assert listed(status="Disabled") == ["sdk.user@x"]
assert listed(provision_type="Synchronized") == []
assert listed(tags=[m.ListUsersRequestTags(key="team", value="sdk one")]) == ["sdk.user@x"]
for code, fields in (
    ("InvalidParameter.Filter", {"filter": "UserName co alice"}),
    ("InvalidParameter.MaxResults", {"max_results": 101}),
    ("InvalidParameter.MaxResults", {"max_results": 0}),
    ("InvalidParameter.NextToken", {"next_token": "AAAA"}),
    ("InvalidParameter.NextToken", {"next_token": token, "status": "Disabled"}),
    ("InvalidParameter.ProvisionType", {"provision_type": "Pushed"}),
):
    case.refused(code, c.list_users, m.ListUsersRequest(directory_id=directory, **fields), status=400)

outside = m.GetUserIdRequestExternalId(id="00u1", issuer="SCIM")
case.refused(
    "EntityNotExists.User", c.get_user_id, m.GetUserIdRequest(directory_id=directory, external_id=outside), status=404
)

alice = case.ok(c.list_users, m.ListUsersRequest(directory_id=directory, filter="UserName eq alice")).users[0].user_id
joined = case.ok(
    c.list_joined_groups_for_user,
    m.ListJoinedGroupsForUserRequest(directory_id=directory, user_id=alice, max_results=1),
)
assert joined.total_counts >= 1 and joined.joined_groups[0].user_id == alice, joined
assert joined.joined_groups[0].join_time.endswith("Z"), joined
case.refused(
    "DeletionConflict.User.AccessAssigment",
    c.delete_user,
    m.DeleteUserRequest(directory_id=directory, user_id=alice),
    status=409,
)

for action, request in (
    (c.get_user, m.GetUserRequest(directory_id=directory, user_id=nobody)),
    (c.update_user, m.UpdateUserRequest(directory_id=directory, user_id=nobody)),
    (c.update_user_status, m.UpdateUserStatusRequest(directory_id=directory, user_id=nobody, new_status="Enabled")),
    (c.delete_user, m.DeleteUserRequest(directory_id=directory, user_id=nobody)),
    (c.reset_user_password, m.ResetUserPasswordRequest(directory_id=directory, user_id=nobody, password="Str0ng.enough")),
    (c.list_joined_groups_for_user, m.ListJoinedGroupsForUserRequest(directory_id=directory, user_id=nobody)),
):
    case.refused("EntityNotExists.User", action, request, status=404)
case.ok(c.delete_user, m.DeleteUserRequest(directory_id=directory, user_id=user))
case.refused("EntityNotExists.User", c.get_user, m.GetUserRequest(directory_id=directory, user_id=user), status=404)

stranger = case.client(cloudsso, access_key_id="LTAInobody", access_key_secret="wrong")
case.refused("InvalidAccessKeyId.NotFound", stranger.list_users, m.ListUsersRequest(directory_id=directory), status=404)
forger = case.client(cloudsso, access_key_id=case.world["access_key_id"], access_key_secret="wrong")
case.refused("SignatureDoesNotMatch", forger.list_users, m.ListUsersRequest(directory_id=directory), status=400)
case.finish()
