"""RAM 2015-05-01 by the vendor's SDK: users, groups, what they hold and how they sign in and sign calls.
Roles, policies and tags have a script of their own.
"""

import base64
import hashlib
import hmac
import struct
import time

from alibabacloud_ram20150501 import client as ram
from alibabacloud_ram20150501 import models as m
from alibabacloud_sts20150401 import client as sts

from case import Case

case = Case()
client = case.client(ram)


def pages(method, request, items, size=2):
    """Every item of a list by marker."""
    found, marker = [], None
    while True:
        body = case.ok(method, request(max_items=size, marker=marker))
        part = items(body)
        assert len(part) <= size, part
        found += part
        if not body.is_truncated:
            return found
        marker = body.marker


def code(seed, step):
    """A one-time code (RFC 6238), reckoned here and not by the server's own library."""
    key = base64.b32decode(seed + "=" * (-len(seed) % 8))
    digest = hmac.new(key, struct.pack(">Q", step), hashlib.sha1).digest()
    offset = digest[-1] & 15
    return "%06d" % ((struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 1_000_000)


# The account's alias.
assert case.ok(client.get_account_alias).account_alias == case.world["account_id"]
case.ok(client.set_account_alias, m.SetAccountAliasRequest("acme"))
assert case.ok(client.get_account_alias).account_alias == "acme"
case.refused("InvalidParameter.AccountAlias.Length", client.set_account_alias, m.SetAccountAliasRequest("ab"))
case.refused("InvalidParameter.AccountAlias.InvalidChars", client.set_account_alias, m.SetAccountAliasRequest("-acme"))
case.ok(client.clear_account_alias)

# Users.
for name in ("alice", "bob", "carol"):
    user = case.ok(
        client.create_user,
        m.CreateUserRequest(user_name=name, display_name=name * 10, comments="made by the SDK", email="a@example.com"),
    ).user
    assert (user.user_name, user.display_name) == (name, name * 10) and user.user_id, user
case.refused("EntityAlreadyExists.User", client.create_user, m.CreateUserRequest(user_name="ALICE"), status=409)
case.refused("InvalidParameter.UserName.InvalidChars", client.create_user, m.CreateUserRequest(user_name="a@b"))
case.refused("InvalidParameter.UserName.Length", client.create_user, m.CreateUserRequest(user_name="u" * 65))
case.refused("MissingUserName", client.create_user, m.CreateUserRequest())
listed = pages(client.list_users, m.ListUsersRequest, lambda body: body.users.user)
assert [user.user_name for user in listed] == ["alice", "bob", "carol"], listed
changed = case.ok(client.update_user, m.UpdateUserRequest(user_name="carol", new_user_name="dave", new_comments="c")).user
assert (changed.user_name, changed.comments, changed.display_name) == ("dave", "c", "carol" * 10), changed
assert case.ok(client.get_user, m.GetUserRequest("dave")).user.update_date
case.refused("EntityNotExist.User", client.get_user, m.GetUserRequest("carol"), status=404)

# What alice signs calls with.
key = case.ok(client.create_access_key, m.CreateAccessKeyRequest("alice")).access_key
secrets = {"access_key_id": key.access_key_id, "access_key_secret": key.access_key_secret}
her, who = case.client(ram, **secrets), case.client(sts, **secrets)
identity = case.ok(who.get_caller_identity)
arn = f"acs:ram::{case.world['account_id']}:user/alice"
assert (identity.identity_type, identity.arn) == ("RAMUser", arn), identity
case.refused("NoPermission", her.list_users, m.ListUsersRequest(), status=403)

# What she holds, by herself and by a group.
held = {"policy_type": "System", "policy_name": "AliyunRAMReadOnlyAccess"}
case.ok(client.attach_policy_to_user, m.AttachPolicyToUserRequest(user_name="alice", **held))
case.refused(
    "EntityAlreadyExists.User.Policy", client.attach_policy_to_user, m.AttachPolicyToUserRequest(user_name="alice", **held)
)
case.refused(
    "EntityNotExist.Policy",
    client.attach_policy_to_user,
    m.AttachPolicyToUserRequest(user_name="alice", policy_type="Custom", policy_name="none"),
)
policies = case.ok(client.list_policies_for_user, m.ListPoliciesForUserRequest("alice")).policies.policy
assert [(one.policy_name, one.policy_type) for one in policies] == [(held["policy_name"], "System")], policies
assert policies[0].attach_date and policies[0].default_version == "v1", policies
assert len(case.ok(her.list_users, m.ListUsersRequest()).users.user) == 3
case.ok(client.detach_policy_from_user, m.DetachPolicyFromUserRequest(user_name="alice", **held))
case.refused(
    "EntityNotExist.User.Policy",
    client.detach_policy_from_user,
    m.DetachPolicyFromUserRequest(user_name="alice", **held),
)
case.refused("NoPermission", her.list_users, m.ListUsersRequest())
for name in ("ops", "dev", "qa"):
    assert case.ok(client.create_group, m.CreateGroupRequest(group_name=name, comments="a group")).group.group_id
case.refused("EntityAlreadyExists.Group", client.create_group, m.CreateGroupRequest(group_name="Ops"))
groups = pages(client.list_groups, m.ListGroupsRequest, lambda body: body.groups.group)
assert [group.group_name for group in groups] == ["dev", "ops", "qa"], groups
case.ok(client.update_group, m.UpdateGroupRequest(group_name="qa", new_group_name="quality"))
assert case.ok(client.get_group, m.GetGroupRequest("quality")).group.group_name == "quality"
case.ok(client.attach_policy_to_group, m.AttachPolicyToGroupRequest(group_name="ops", **held))
case.refused(
    "EntityAlreadyExists.Group.Policy",
    client.attach_policy_to_group,
    m.AttachPolicyToGroupRequest(group_name="ops", **held),
)
for name in ("alice", "bob", "dave"):
    case.ok(client.add_user_to_group, m.AddUserToGroupRequest(user_name=name, group_name="ops"))
case.refused(
    "EntityAlreadyExists.User.Group",
    client.add_user_to_group,
    m.AddUserToGroupRequest(user_name="alice", group_name="ops"),
)
members = pages(
    client.list_users_for_group,
    lambda **page: m.ListUsersForGroupRequest(group_name="ops", **page),
    lambda body: body.users.user,
)
assert [user.user_name for user in members] == ["alice", "bob", "dave"] and members[0].join_date, members
hers = case.ok(client.list_groups_for_user, m.ListGroupsForUserRequest("alice")).groups.group
assert [group.group_name for group in hers] == ["ops"], hers
assert len(case.ok(her.list_users, m.ListUsersRequest()).users.user) == 3
policies = case.ok(client.list_policies_for_group, m.ListPoliciesForGroupRequest("ops")).policies.policy
assert [one.policy_name for one in policies] == [held["policy_name"]], policies
case.refused("DeleteConflict.Group.User", client.delete_group, m.DeleteGroupRequest("ops"))
for name in ("alice", "bob", "dave"):
    case.ok(client.remove_user_from_group, m.RemoveUserFromGroupRequest(user_name=name, group_name="ops"))
case.refused("DeleteConflict.Group.Policy", client.delete_group, m.DeleteGroupRequest("ops"))
case.ok(client.detach_policy_from_group, m.DetachPolicyFromGroupRequest(group_name="ops", **held))
case.ok(client.delete_group, m.DeleteGroupRequest("ops"))
case.refused("EntityNotExist.Group", client.list_policies_for_group, m.ListPoliciesForGroupRequest("ops"))

# How she signs in.
policy = case.ok(
    client.set_password_policy,
    m.SetPasswordPolicyRequest(minimum_password_length=9, require_numbers=True, hard_expiry=True, max_login_attemps=5),
).password_policy
assert (policy.minimum_password_length, policy.hard_expiry) == (9, True), policy
assert case.ok(client.get_password_policy).password_policy.require_numbers is True
case.refused(
    "InvalidParameter.Password.Length",
    client.create_login_profile,
    m.CreateLoginProfileRequest(user_name="alice", password="kayak-1"),
)
profile = case.ok(
    client.create_login_profile,
    m.CreateLoginProfileRequest(user_name="alice", password="kayak-river-1", password_reset_required=True),
).login_profile
assert profile.user_name == "alice" and profile.password_reset_required is True and profile.create_date, profile
case.ok(client.update_login_profile, m.UpdateLoginProfileRequest(user_name="alice", mfabind_required=True))
assert case.ok(client.get_login_profile, m.GetLoginProfileRequest("alice")).login_profile.mfabind_required is True
case.ok(her.change_password, m.ChangePasswordRequest(new_password="kayak-river-2", old_password="kayak-river-1"))
case.refused("NoPermission", client.change_password, m.ChangePasswordRequest("kayak-river-3", "kayak-river-2"))
case.refused("DeleteConflict.User.AccessKey", client.delete_user, m.DeleteUserRequest("alice"))
case.ok(client.delete_login_profile, m.DeleteLoginProfileRequest("alice"))
case.refused("EntityNotExist.User.LoginProfile", client.delete_login_profile, m.DeleteLoginProfileRequest("alice"))
preference = case.ok(
    client.set_security_preference, m.SetSecurityPreferenceRequest(login_session_duration=8)
).security_preference
assert preference.login_profile_preference.login_session_duration == 8, preference
assert case.ok(client.get_security_preference).security_preference.mfapreference.allow_user_to_manage_mfadevices is True
case.refused(
    "InvalidParameter.LoginSessionDuration",
    client.set_security_preference,
    m.SetSecurityPreferenceRequest(login_session_duration=25),
)

# Her second factor.
device = case.ok(client.create_virtual_mfadevice, m.CreateVirtualMFADeviceRequest("phone")).virtual_mfadevice
case.refused("EntityAlreadyExists.VirtualMFADevice", client.create_virtual_mfadevice, m.CreateVirtualMFADeviceRequest("phone"))
case.refused("EntityNotExist.User.MFADevice", client.get_user_mfainfo, m.GetUserMFAInfoRequest("alice"))
step = int(time.time()) // 30
bind = m.BindMFADeviceRequest(
    user_name="alice",
    serial_number=device.serial_number,
    authentication_code_1=code(device.base_32string_seed, step),
    authentication_code_2=code(device.base_32string_seed, step + 1),
)
case.ok(client.bind_mfadevice, bind)
assert case.ok(client.get_user_mfainfo, m.GetUserMFAInfoRequest("alice")).mfadevice.serial_number == device.serial_number
shown = case.ok(client.list_virtual_mfadevices).virtual_mfadevices.virtual_mfadevice
assert [(one.serial_number, one.user.user_name) for one in shown] == [(device.serial_number, "alice")], shown
case.ok(client.unbind_mfadevice, m.UnbindMFADeviceRequest("alice"))
case.ok(client.delete_virtual_mfadevice, m.DeleteVirtualMFADeviceRequest(device.serial_number))

# Her keys again, and her end.
used = case.ok(
    client.get_access_key_last_used,
    m.GetAccessKeyLastUsedRequest(user_name="alice", user_access_key_id=key.access_key_id),
).access_key_last_used
assert used.last_used_date, used
assert len(case.ok(client.list_access_keys, m.ListAccessKeysRequest("alice")).access_keys.access_key) == 1
case.ok(
    client.update_access_key,
    m.UpdateAccessKeyRequest(user_name="alice", user_access_key_id=key.access_key_id, status="Inactive"),
)
case.refused("InvalidAccessKeyId.Inactive", who.get_caller_identity, status=403)
case.ok(
    client.delete_access_key, m.DeleteAccessKeyRequest(user_name="alice", user_access_key_id=key.access_key_id)
)
case.refused("InvalidAccessKeyId.NotFound", who.get_caller_identity, status=404)
case.ok(client.delete_user, m.DeleteUserRequest("alice"))
case.refused("EntityNotExist.User", client.delete_user, m.DeleteUserRequest("alice"))
case.finish()
