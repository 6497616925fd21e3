"""IMS 2019-08-15 by the vendor's SDK: every action that the server has, page by page where there are pages,
and what each kind of mistake is told.
"""

import base64
import hashlib
import hmac
import struct
import time

from alibabacloud_ims20190815 import client as ims
from alibabacloud_ims20190815 import models as m

from case import Case

case = Case()
client = case.client(ims)


def pages(method, request, items, size=2):
    """Every item of a list by marker."""
    found, marker = [], None
    while True:
        body = case.ok(method, request(max_items=size, marker=marker))
        part = items(body)
        assert len(part) <= size, part
        found += part
        if not body.is_truncated:
            assert not body.marker, body
            return found
        marker = body.marker
        assert marker, body


def code(seed, step):
    """A one-time code (RFC 6238), reckoned here and not by the server's own library."""
    key = base64.b32decode(seed + "=" * (-len(seed) % 8))
    digest = hmac.new(key, struct.pack(">Q", step), hashlib.sha1).digest()
    offset = digest[-1] & 15
    return "%06d" % ((struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 1_000_000)


# The default domain.
first = case.ok(client.get_default_domain).default_domain_name
assert first == f"{case.world['account_id']}.onaliyun.com", first
domain = case.ok(client.set_default_domain, m.SetDefaultDomainRequest("acme.onaliyun.com")).default_domain_name
assert domain == "acme.onaliyun.com", domain
case.refused(
    "InvalidParameter.DefaultDomainName", client.set_default_domain, m.SetDefaultDomainRequest("acme.example.com")
)
case.refused("MissingDefaultDomainName", client.set_default_domain, m.SetDefaultDomainRequest())

# Users.
names = [f"{name}@{domain}" for name in ("alice", "bob", "carol", "dave", "erin")]
alice, bob = names[:2]
for name in names:
    user = case.ok(
        client.create_user,
        m.CreateUserRequest(
            user_principal_name=name,
            display_name=name.split("@")[0],
            email="somebody@example.com",
            mobile_phone="86-18600008888",
            comments="made by the SDK",
            tag=[m.CreateUserRequestTag(key="team", value="red")],
        ),
    ).user
    assert (user.user_principal_name, user.provision_type) == (name, "Manual"), user
    assert [(tag.tag_key, tag.tag_value) for tag in user.tags.tag] == [("team", "red")], user
again = m.CreateUserRequest(user_principal_name=alice, display_name="alice")
case.refused("EntityAlreadyExists.User", client.create_user, again, status=409)
case.refused(
    "InvalidParameter.DisplayName.Length",
    client.create_user,
    m.CreateUserRequest(user_principal_name=f"x@{domain}", display_name="n" * 25),
)
case.refused(
    "InvalidParameter.UserPrincipalName.InvalidChars",
    client.create_user,
    m.CreateUserRequest(user_principal_name=f"a b@{domain}", display_name="x"),
)
user = case.ok(client.get_user, m.GetUserRequest(user_principal_name=alice)).user
assert user.user_name == "alice" and user.create_date and user.mobile_phone == "86-18600008888", user
assert case.ok(client.get_user, m.GetUserRequest(user_id=user.user_id)).user.user_principal_name == alice
case.refused("EntityNotExist.User", client.get_user, m.GetUserRequest(user_principal_name=f"x@{domain}"), status=404)
case.refused(
    "InvalidParameter.UserId", client.get_user, m.GetUserRequest(user_principal_name=alice, user_id=user.user_id)
)
updated = case.ok(
    client.update_user, m.UpdateUserRequest(user_principal_name=alice, new_display_name="Alice", new_comments="")
).user
assert (updated.display_name, updated.comments) == ("Alice", ""), updated
listed = pages(client.list_users, m.ListUsersRequest, lambda body: body.users.user)
assert [user.user_principal_name for user in listed] == names, listed
assert listed[0].status == "active" and listed[0].tags.tag[0].tag_key == "team", listed[0]
infos = pages(client.list_user_basic_infos, m.ListUserBasicInfosRequest, lambda body: body.user_basic_infos.user_basic_info)
assert [info.user_principal_name for info in infos] == names, infos
case.refused("InvalidParameter.MaxItems", client.list_users, m.ListUsersRequest(max_items=1001))

# Tags.
case.ok(
    client.tag_resources,
    m.TagResourcesRequest(
        resource_type="user", resource_principal_name=[alice], tag=[m.TagResourcesRequestTag(key="site", value="one")]
    ),
)
tagged = case.ok(
    client.list_users, m.ListUsersRequest(tag=[m.ListUsersRequestTag(key="site", value="one")])
).users.user
assert [user.user_principal_name for user in tagged] == [alice], tagged
tags = case.ok(
    client.list_tag_resources, m.ListTagResourcesRequest(resource_type="user", resource_principal_name=[alice])
).tag_resources.tag_resource
assert [(tag.tag_key, tag.tag_value) for tag in tags] == [("site", "one"), ("team", "red")], tags
page = case.ok(client.list_tag_resources, m.ListTagResourcesRequest(resource_type="user", page_size=4))
rest = case.ok(
    client.list_tag_resources, m.ListTagResourcesRequest(resource_type="user", next_token=page.next_token)
)
assert page.is_truncated and len(page.tag_resources.tag_resource + rest.tag_resources.tag_resource) == 6, rest
case.ok(
    client.untag_resources,
    m.UntagResourcesRequest(resource_type="user", resource_principal_name=[alice], tag_key=["site"]),
)
case.refused(
    "InvalidParameter.ResourceType",
    client.tag_resources,
    m.TagResourcesRequest(resource_type="role", resource_id=["1"], tag=[m.TagResourcesRequestTag(key="k")]),
)

# The password policy and login profiles.
policy = case.ok(
    client.set_password_policy,
    m.SetPasswordPolicyRequest(
        minimum_password_length=10, require_numbers=True, password_reuse_prevention=1, max_login_attemps=5
    ),
).password_policy
assert (policy.minimum_password_length, policy.require_numbers, policy.initial_password_age) == (10, True, 14), policy
assert case.ok(client.get_password_policy).password_policy.password_reuse_prevention == 1
case.refused(
    "InvalidParameter.MinimumPasswordLength",
    client.set_password_policy,
    m.SetPasswordPolicyRequest(minimum_password_length=7),
)
profile = case.ok(
    client.create_login_profile,
    m.CreateLoginProfileRequest(user_principal_name=alice, password="kayak-river-1", mfabind_required=True),
).login_profile
assert (profile.status, profile.mfabind_required, profile.password_status) == ("Active", True, "InitialValid"), profile
case.refused(
    "EntityAlreadyExists.User.LoginProfile",
    client.create_login_profile,
    m.CreateLoginProfileRequest(user_principal_name=alice, password="kayak-river-1"),
)
case.refused(
    "InvalidParameter.Password.Length",
    client.create_login_profile,
    m.CreateLoginProfileRequest(user_principal_name=bob, password="short-1"),
)
case.refused(
    "InvalidParameter.Password",
    client.update_login_profile,
    m.UpdateLoginProfileRequest(user_principal_name=alice, password="kayak-river-1"),
)
profile = case.ok(client.get_login_profile, m.GetLoginProfileRequest(user_principal_name=alice)).login_profile
assert profile.user_principal_name == alice and profile.update_date, profile
case.refused(
    "EntityNotExist.User.LoginProfile", client.get_login_profile, m.GetLoginProfileRequest(user_principal_name=bob)
)
profile = case.ok(
    client.update_login_profile,
    m.UpdateLoginProfileRequest(user_principal_name=alice, mfabind_required=False, password_reset_required=True),
).login_profile
assert (profile.mfabind_required, profile.password_reset_required) == (False, True), profile

# Access keys, and alice herself with one of them.
key = case.ok(client.create_access_key, m.CreateAccessKeyRequest(user_principal_name=alice)).access_key
assert key.status == "Active" and len(key.access_key_secret) >= 30, "a secret"
her = case.client(ims, access_key_id=key.access_key_id, access_key_secret=key.access_key_secret)
spare = case.ok(client.create_access_key, m.CreateAccessKeyRequest(user_principal_name=alice)).access_key
case.refused(
    "LimitExceeded.User.AccessKey", client.create_access_key, m.CreateAccessKeyRequest(user_principal_name=alice)
)
case.refused("NoPermission", her.list_users, m.ListUsersRequest(), status=403)
case.refused("InvalidParameter.OldPassword", her.change_password, m.ChangePasswordRequest("kayak-river-2", "wrong-old-1"))
case.ok(her.change_password, m.ChangePasswordRequest(new_password="kayak-river-2", old_password="kayak-river-1"))
keys = case.ok(client.list_access_keys, m.ListAccessKeysRequest(user_principal_name=alice)).access_keys.access_key
assert {one.access_key_id for one in keys} == {key.access_key_id, spare.access_key_id}, keys
used = case.ok(
    client.get_access_key_last_used,
    m.GetAccessKeyLastUsedRequest(user_principal_name=alice, user_access_key_id=key.access_key_id),
).access_key_last_used
assert used.service_name == "Ims" and used.last_used_date, used
case.ok(
    client.update_access_key,
    m.UpdateAccessKeyRequest(user_principal_name=alice, user_access_key_id=key.access_key_id, status="Inactive"),
)
case.refused("InvalidAccessKeyId.Inactive", her.get_user, m.GetUserRequest(user_principal_name=alice), status=403)
case.refused(
    "EntityNotExist.User.AccessKey",
    client.delete_access_key,
    m.DeleteAccessKeyRequest(user_principal_name=bob, user_access_key_id=key.access_key_id),
)
for one in (key, spare):
    case.ok(
        client.delete_access_key,
        m.DeleteAccessKeyRequest(user_principal_name=alice, user_access_key_id=one.access_key_id),
    )
case.refused("DeleteConflict.User.LoginProfile", client.delete_user, m.DeleteUserRequest(user_principal_name=alice))
case.ok(client.delete_login_profile, m.DeleteLoginProfileRequest(user_principal_name=alice))

# Groups.
for name in ("ops", "dev", "qa"):
    group = case.ok(
        client.create_group, m.CreateGroupRequest(group_name=name, display_name=name.upper(), comments="a group")
    ).group
    assert group.group_id and group.display_name == name.upper(), group
case.refused("EntityAlreadyExists.Group", client.create_group, m.CreateGroupRequest(group_name="OPS"))
found = pages(client.list_groups, m.ListGroupsRequest, lambda body: body.groups.group)
assert [group.group_name for group in found] == ["dev", "ops", "qa"], found
case.ok(client.update_group, m.UpdateGroupRequest(group_name="qa", new_group_name="quality", new_comments="renamed"))
assert case.ok(client.get_group, m.GetGroupRequest(group_name="quality")).group.comments == "renamed"
case.refused("EntityNotExist.Group", client.get_group, m.GetGroupRequest(group_name="qa"))
for name in names[:3]:
    case.ok(client.add_user_to_group, m.AddUserToGroupRequest(group_name="ops", user_principal_name=name))
case.refused(
    "EntityAlreadyExists.User.Group",
    client.add_user_to_group,
    m.AddUserToGroupRequest(group_name="ops", user_principal_name=alice),
)
members = pages(
    client.list_users_for_group,
    lambda **page: m.ListUsersForGroupRequest(group_name="ops", **page),
    lambda body: body.users.user,
)
assert [user.user_principal_name for user in members] == names[:3] and members[0].join_date, members
groups = case.ok(client.list_groups_for_user, m.ListGroupsForUserRequest(user_principal_name=alice)).groups.group
assert [(group.group_name, group.display_name) for group in groups] == [("ops", "OPS")], groups
case.refused("DeleteConflict.Group.User", client.delete_group, m.DeleteGroupRequest(group_name="ops"))
case.refused("DeleteConflict.User.Group", client.delete_user, m.DeleteUserRequest(user_principal_name=alice))
for name in names[:3]:
    case.ok(client.remove_user_from_group, m.RemoveUserFromGroupRequest(group_name="ops", user_principal_name=name))
case.refused(
    "EntityNotExist.User.Group",
    client.remove_user_from_group,
    m.RemoveUserFromGroupRequest(group_name="ops", user_principal_name=alice),
)
case.ok(client.delete_group, m.DeleteGroupRequest(group_name="ops"))

# MFA devices.
devices = []
for name in ("phone", "tablet", "token"):
    device = case.ok(client.create_virtual_mfadevice, m.CreateVirtualMFADeviceRequest(name)).virtual_mfadevice
    assert base64.b64decode(device.qrcode_png).startswith(b"\x89PNG"), device.serial_number
    devices.append(device)
serials = [device.serial_number for device in devices]
phone, tablet = devices[:2]
shown = pages(
    client.list_virtual_mfadevices,
    m.ListVirtualMFADevicesRequest,
    lambda body: body.virtual_mfadevices.virtual_mfadevice,
)
assert [device.serial_number for device in shown] == serials, shown
assert not case.ok(client.get_user_mfainfo, m.GetUserMFAInfoRequest(user_principal_name=alice)).is_mfaenable


def bind(device, codes):
    return m.BindMFADeviceRequest(
        user_principal_name=alice,
        serial_number=device.serial_number,
        authentication_code_1=codes[0],
        authentication_code_2=codes[1],
    )


def codes(device):
    step = int(time.time()) // 30
    return code(device.base_32string_seed, step), code(device.base_32string_seed, step + 1)


right = codes(phone)
case.refused("InvalidParameter.AuthenticationCode2", client.bind_mfadevice, bind(phone, (right[0], right[0])))
case.ok(client.bind_mfadevice, bind(phone, codes(phone)))
case.refused("EntityAlreadyExists.User.MFADevice", client.bind_mfadevice, bind(tablet, codes(tablet)))
info = case.ok(client.get_user_mfainfo, m.GetUserMFAInfoRequest(user_principal_name=alice))
assert info.is_mfaenable and (info.mfadevice.serial_number, info.mfadevice.type) == (serials[0], "VMFA"), info
case.refused(
    "DeleteConflict.VirtualMFADevice", client.delete_virtual_mfadevice, m.DeleteVirtualMFADeviceRequest(serials[0])
)
unbound = case.ok(client.unbind_mfadevice, m.UnbindMFADeviceRequest(user_principal_name=alice))
assert unbound.mfadevice.serial_number == serials[0], unbound
case.refused(
    "EntityNotExist.User.MFADevice", client.unbind_mfadevice, m.UnbindMFADeviceRequest(user_principal_name=alice)
)
case.ok(client.bind_mfadevice, bind(tablet, codes(tablet)))
case.ok(client.disable_virtual_mfa, m.DisableVirtualMFARequest(user_principal_name=alice))
case.ok(client.delete_virtual_mfadevice, m.DeleteVirtualMFADeviceRequest(serials[0]))
case.refused(
    "EntityNotExist.VirtualMFADevice", client.delete_virtual_mfadevice, m.DeleteVirtualMFADeviceRequest(serials[1])
)

# What the account sets for everybody in it.
preference = case.ok(
    client.set_security_preference,
    m.SetSecurityPreferenceRequest(
        login_session_duration=3,
        login_network_masks="10.0.0.0/8;192.0.2.1",
        allow_user_to_manage_access_keys=True,
        mfaoperation_for_login="mandatory",
        verification_types=["sms", "email"],
    ),
).security_preference
assert preference.login_profile_preference.login_session_duration == 3, preference
assert preference.verification_preference.verification_types == ["sms", "email"], preference
preference = case.ok(client.get_security_preference).security_preference
assert preference.login_profile_preference.mfaoperation_for_login == "mandatory", preference
assert preference.access_key_preference.allow_user_to_manage_access_keys is True, preference
assert preference.max_idle_days.max_idle_days_for_users == 730, preference
case.refused(
    "InvalidParameter.LoginNetworkMasks",
    client.set_security_preference,
    m.SetSecurityPreferenceRequest(login_network_masks="10.0.0.0/33"),
)
metadata = case.world["metadata"]
case.refused("MissingMetadataDocument", client.set_user_sso_settings, m.SetUserSsoSettingsRequest(sso_enabled=True))
case.refused(
    "InvalidParameter.MetadataDocument",
    client.set_user_sso_settings,
    m.SetUserSsoSettingsRequest(metadata_document=base64.b64encode(b"<x/>").decode()),
)
sso = case.ok(
    client.set_user_sso_settings,
    m.SetUserSsoSettingsRequest(metadata_document=metadata, sso_enabled=True, auxiliary_domain="example.com"),
).user_sso_settings
assert sso.sso_enabled and sso.sso_login_with_domain and sso.auxiliary_domain == "example.com", sso
assert case.ok(client.get_user_sso_settings).user_sso_settings.metadata_document == metadata

# SAML providers.
for name in ("okta", "entra", "ours"):
    provider = case.ok(
        client.create_samlprovider,
        m.CreateSAMLProviderRequest(
            samlprovider_name=name, encoded_samlmetadata_document=metadata, description=name, authn_sign_algo="rsa-sha256"
        ),
    ).samlprovider
    assert provider.arn.endswith(f":saml-provider/{name}") and provider.authn_sign_algo == "rsa-sha256", provider
case.refused(
    "EntityAlreadyExists.SAMLProvider",
    client.create_samlprovider,
    m.CreateSAMLProviderRequest(samlprovider_name="okta", encoded_samlmetadata_document=metadata),
)
shown = pages(client.list_samlproviders, m.ListSAMLProvidersRequest, lambda body: body.samlproviders.samlprovider)
assert [provider.samlprovider_name for provider in shown] == ["entra", "okta", "ours"], shown
case.ok(client.update_samlprovider, m.UpdateSAMLProviderRequest(samlprovider_name="okta", new_description="new"))
provider = case.ok(client.get_samlprovider, m.GetSAMLProviderRequest("okta")).samlprovider
assert (provider.description, provider.encoded_samlmetadata_document) == ("new", metadata), provider
case.refused(
    "MissingNewEncodedSAMLMetadataDocument", client.update_samlprovider, m.UpdateSAMLProviderRequest(samlprovider_name="okta")
)
case.ok(client.delete_samlprovider, m.DeleteSAMLProviderRequest("okta"))
case.refused("EntityNotExist.SAMLProvider", client.get_samlprovider, m.GetSAMLProviderRequest("okta"))

summary = case.ok(client.get_account_summary).summary_map
assert (summary.users, summary.groups, summary.mfadevices, summary.access_keys_per_user_quota) == (5, 2, 1, 2), summary
case.ok(client.delete_user, m.DeleteUserRequest(user_principal_name=alice))
case.refused("EntityNotExist.User", client.delete_user, m.DeleteUserRequest(user_id=user.user_id))

# Actions that this cloud does not have, and callers that it does not know.
case.refused("InvalidAction.NotFound", client.list_applications, status=404)
stranger = case.client(ims, access_key_id=case.world["access_key_id"], access_key_secret="wrong")
case.refused("SignatureDoesNotMatch", stranger.get_default_domain)
case.finish()
