"""RAM: roles, policies with their versions, who holds what, and tags."""

import json

from alibabacloud_ram20150501 import client as ram
from alibabacloud_ram20150501 import models as m

from case import Case

case = Case()
cli = case.client(ram)
account = case.world["account_id"]


def document(action):
    return json.dumps({"Version": "1", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]})


def trust(principal):
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"RAM": [principal]}}
    return json.dumps({"Version": "1", "Statement": [statement]})


root = trust(f"acs:ram::{account}:root")

# Roles.
tag = m.CreateRoleRequestTag(key="team", value="ops")
body = case.ok(
    cli.create_role,
    m.CreateRoleRequest(
        role_name="ops",
        assume_role_policy_document=root,
        description="operators",
        max_session_duration=7200,
        allow_console_login=False,
        tag=[tag],
    ),
)
assert body.role.allow_console_login is False and body.role.max_session_duration == 7200, body
case.refused(
    "EntityAlreadyExists.Role",
    cli.create_role,
    m.CreateRoleRequest(role_name="OPS", assume_role_policy_document=root),
)
case.refused(
    "InvalidParameter.RoleName.InvalidChars",
    cli.create_role,
    m.CreateRoleRequest(role_name="a b", assume_role_policy_document=root),
)
case.refused("MissingAssumeRolePolicyDocument", cli.create_role, m.CreateRoleRequest(role_name="x"))
case.refused(
    "MalformedPolicyDocument",
    cli.create_role,
    m.CreateRoleRequest(role_name="x", assume_role_policy_document=document("oss:*")),
)
case.refused(
    "NoPermission.ReservedObject",
    cli.create_role,
    m.CreateRoleRequest(role_name="AliyunReservedSSO-x", assume_role_policy_document=root),
)
role = case.ok(cli.get_role, m.GetRoleRequest(role_name="ops")).role
assert role.arn == f"acs:ram::{account}:role/ops" and role.is_service_linked_role is False, role
case.refused("EntityNotExist.Role", cli.get_role, m.GetRoleRequest(role_name="absent"), status=404)
body = case.ok(
    cli.update_role,
    m.UpdateRoleRequest(role_name="ops", new_description="all", new_allow_console_login=True),
)
assert body.role.allow_console_login is True and body.role.description == "all", body
case.refused(
    "InvalidParameter.NewMaxSessionDuration",
    cli.update_role,
    m.UpdateRoleRequest(role_name="ops", new_max_session_duration=43201),
)
for number in range(3):
    case.ok(cli.create_role, m.CreateRoleRequest(role_name=f"page-{number}", assume_role_policy_document=root))
seen, marker = [], None
while True:
    page = case.ok(cli.list_roles, m.ListRolesRequest(max_items=2, marker=marker))
    seen += [role.role_name for role in page.roles.role]
    if not page.is_truncated:
        break
    marker = page.marker
assert sorted(seen) == ["AliyunServiceRoleForCloudSSO", "ops", "page-0", "page-1", "page-2"], seen
page = case.ok(cli.list_roles, m.ListRolesRequest(tag=[m.ListRolesRequestTag(key="team")]))
assert [role.role_name for role in page.roles.role] == ["ops"], page
assert page.roles.role[0].tags.tag[0].tag_value == "ops", page
case.refused("InvalidParameter.MaxItems", cli.list_roles, m.ListRolesRequest(max_items=1001))

# Policies and their versions.
body = case.ok(
    cli.create_policy,
    m.CreatePolicyRequest(
        policy_name="storage",
        policy_document=document("oss:Get*"),
        description="reads",
        tag=[m.CreatePolicyRequestTag(key="team", value="data")],
    ),
)
assert body.policy.default_version == "v1", body
case.refused(
    "EntityAlreadyExists.Policy",
    cli.create_policy,
    m.CreatePolicyRequest(policy_name="administratoraccess", policy_document=document("*")),
)
case.refused(
    "MalformedPolicyDocument",
    cli.create_policy,
    m.CreatePolicyRequest(policy_name="x", policy_document="{}"),
)
case.refused(
    "InvalidParameter.PolicyDocument.Length",
    cli.create_policy,
    m.CreatePolicyRequest(policy_name="x", policy_document=document("oss:*") + " " * 6144),
)
body = case.ok(cli.get_policy, m.GetPolicyRequest(policy_name="AdministratorAccess", policy_type="System"))
assert json.loads(body.default_policy_version.policy_document)["Statement"][0]["Action"] == "*", body
case.refused(
    "EntityNotExist.Policy", cli.get_policy, m.GetPolicyRequest(policy_name="absent", policy_type="Custom")
)
case.refused(
    "InvalidParameter.PolicyType", cli.get_policy, m.GetPolicyRequest(policy_name="storage", policy_type="All")
)
body = case.ok(
    cli.update_policy_description,
    m.UpdatePolicyDescriptionRequest(policy_name="storage", new_description="reads objects"),
)
assert body.policy.description == "reads objects", body
case.refused(
    "MissingNewDescription", cli.update_policy_description, m.UpdatePolicyDescriptionRequest(policy_name="storage")
)
new = m.CreatePolicyVersionRequest(policy_name="storage", policy_document=document("oss:*"))
assert case.ok(cli.create_policy_version, new).policy_version.version_id == "v2"
for _ in range(3):
    case.ok(cli.create_policy_version, new)
case.refused("LimitExceeded.Policy.Version", cli.create_policy_version, new, status=409)
new.rotate_strategy = "DeleteOldestNonDefaultVersionWhenLimitExceeded"
assert case.ok(cli.create_policy_version, new).policy_version.version_id == "v6"
case.ok(cli.set_default_policy_version, m.SetDefaultPolicyVersionRequest(policy_name="storage", version_id="v6"))
case.refused(
    "EntityNotExist.Policy.Version",
    cli.set_default_policy_version,
    m.SetDefaultPolicyVersionRequest(policy_name="storage", version_id="v2"),
)
body = case.ok(
    cli.get_policy_version,
    m.GetPolicyVersionRequest(policy_name="storage", policy_type="Custom", version_id="v6"),
)
assert body.policy_version.is_default_version is True, body
case.ok(
    cli.get_policy_version,
    m.GetPolicyVersionRequest(policy_name="ReadOnlyAccess", policy_type="System", version_id="v1"),
)
body = case.ok(
    cli.list_policy_versions, m.ListPolicyVersionsRequest(policy_name="storage", policy_type="Custom")
)
assert [v.version_id for v in body.policy_versions.policy_version] == ["v6", "v5", "v4", "v3", "v1"], body
case.refused(
    "DeleteConflict.Policy.Version.Default",
    cli.delete_policy_version,
    m.DeletePolicyVersionRequest(policy_name="storage", version_id="v6"),
)
case.ok(cli.delete_policy_version, m.DeletePolicyVersionRequest(policy_name="storage", version_id="v5"))

# Who holds what.
attach = m.AttachPolicyToRoleRequest(policy_type="Custom", policy_name="storage", role_name="ops")
case.ok(cli.attach_policy_to_role, attach)
case.refused("EntityAlreadyExists.Role.Policy", cli.attach_policy_to_role, attach)
case.ok(
    cli.attach_policy_to_role,
    m.AttachPolicyToRoleRequest(policy_type="System", policy_name="ReadOnlyAccess", role_name="ops"),
)
held = case.ok(cli.list_policies_for_role, m.ListPoliciesForRoleRequest(role_name="ops")).policies.policy
assert {policy.policy_name for policy in held} == {"storage", "ReadOnlyAccess"}, held
for kind, name in (("Custom", "storage"), ("System", "ReadOnlyAccess")):
    body = case.ok(
        cli.list_entities_for_policy, m.ListEntitiesForPolicyRequest(policy_type=kind, policy_name=name)
    )
    assert [role.role_name for role in body.roles.role] == ["ops"], body
case.refused(
    "EntityNotExist.Policy",
    cli.list_entities_for_policy,
    m.ListEntitiesForPolicyRequest(policy_type="System", policy_name="absent"),
)
seen, marker = [], None
while True:
    page = case.ok(cli.list_policies, m.ListPoliciesRequest(max_items=10, marker=marker))
    seen += [policy.policy_name for policy in page.policies.policy]
    if not page.is_truncated:
        break
    marker = page.marker
assert len(seen) == len(set(seen)) > 30 and {"storage", "AliyunECSFullAccess"} <= set(seen), seen
page = case.ok(
    cli.list_policies,
    m.ListPoliciesRequest(policy_type="Custom", tag=[m.ListPoliciesRequestTag(key="team", value="data")]),
)
assert page.policies.policy[0].attachment_count == 1, page
case.refused("DeleteConflict.Role.Policy", cli.delete_role, m.DeleteRoleRequest(role_name="ops"))
case.refused(
    "DeleteConflict.Policy.Role",
    cli.delete_policy,
    m.DeletePolicyRequest(policy_name="storage", cascading_delete=True),
)
detach = m.DetachPolicyFromRoleRequest(policy_type="Custom", policy_name="storage", role_name="ops")
case.ok(cli.detach_policy_from_role, detach)
case.refused("EntityNotExist.Role.Policy", cli.detach_policy_from_role, detach)

# Tags.
case.ok(
    cli.tag_resources,
    m.TagResourcesRequest(
        resource_type="role",
        resource_names=["ops", "page-0"],
        tag=[m.TagResourcesRequestTag(key="stage", value="prod"), m.TagResourcesRequestTag(key="team", value="x")],
    ),
)
case.refused(
    "InvalidParameter.Tag.1.Key",
    cli.tag_resources,
    m.TagResourcesRequest(
        resource_type="role", resource_names=["ops"], tag=[m.TagResourcesRequestTag(key="acs:x", value="")]
    ),
)
case.refused(
    "InvalidParameter.ResourceType",
    cli.tag_resources,
    m.TagResourcesRequest(
        resource_type="bucket", resource_names=["ops"], tag=[m.TagResourcesRequestTag(key="x", value="")]
    ),
)
seen, token = [], None
while True:
    page = case.ok(
        cli.list_tag_resources, m.ListTagResourcesRequest(resource_type="role", page_size=3, next_token=token)
    )
    seen += [(tag.resource_name, tag.tag_key, tag.tag_value) for tag in page.tag_resources]
    token = page.next_token
    if not token:
        break
assert sorted(seen) == [
    ("ops", "stage", "prod"),
    ("ops", "team", "x"),
    ("page-0", "stage", "prod"),
    ("page-0", "team", "x"),
], seen
case.refused(
    "InvalidParameter.NextToken",
    cli.list_tag_resources,
    m.ListTagResourcesRequest(resource_type="role", next_token="!"),
)
case.ok(
    cli.untag_resources,
    m.UntagResourcesRequest(resource_type="role", resource_names=["ops"], tag_keys=["stage"]),
)
case.ok(cli.untag_resources, m.UntagResourcesRequest(resource_type="role", resource_names=["page-0"], all=True))
case.refused(
    "MissingTagKeys", cli.untag_resources, m.UntagResourcesRequest(resource_type="role", resource_names=["ops"])
)
page = case.ok(
    cli.list_tag_resources, m.ListTagResourcesRequest(resource_type="role", resource_names=["ops", "page-0"])
)
assert [(tag.resource_name, tag.tag_key) for tag in page.tag_resources] == [("ops", "team")], page

case.refused(
    "DeleteConflict.Policy.Version", cli.delete_policy, m.DeletePolicyRequest(policy_name="storage")
)
case.ok(cli.delete_policy, m.DeletePolicyRequest(policy_name="storage", cascading_delete=True))
case.ok(cli.delete_role, m.DeleteRoleRequest(role_name="page-0"))
case.finish()
