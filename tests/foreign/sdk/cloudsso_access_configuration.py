"""CloudSSO 2021-05-15: access configurations and their permission policies."""

from alibabacloud_cloudsso20210515 import client as cloudsso
from alibabacloud_cloudsso20210515 import models as m

from case import Case

DOCUMENT = '{"Version":"1","Statement":[{"Effect":"Allow","Action":["oss:Get*","oss:List*"],"Resource":"*"}]}'
OTHER = '{"Version":"1","Statement":[{"Effect":"Deny","Action":"oss:Put*","Resource":"*"}]}'

case = Case()
c = case.client(cloudsso)
directory = case.world["directory_id"]
nothing = "ac-nothing"


def create(**fields):
    return m.CreateAccessConfigurationRequest(directory_id=directory, **fields)


made = case.ok(
    c.create_access_configuration,
    create(
        access_configuration_name="Sdk-1",
        description="by program",
        session_duration=1800,
        tags=[m.CreateAccessConfigurationRequestTags(key="team", value="sdk")],
    ),
).access_configuration
own = made.access_configuration_id
assert (made.session_duration, made.relay_state, made.status_notifications) == (1800, "", []), made
assert made.tags[0].value == "sdk", made
for code, fields in (
    ("MissingAccessConfigurationName", {}),
    ("InvalidParameter.AccessConfigurationName", {"access_configuration_name": "a_b"}),
    ("InvalidParameter.AccessConfigurationName", {"access_configuration_name": "x" * 33}),
    ("InvalidParameter.SessionDuration", {"access_configuration_name": "x", "session_duration": 899}),
    ("InvalidParameter.SessionDuration", {"access_configuration_name": "x", "session_duration": 43201}),
    ("InvalidParameter.Description", {"access_configuration_name": "x", "description": "x" * 1025}),
    ("InvalidParameter.RelayState", {"access_configuration_name": "x", "relay_state": "https://evil.example/"}),
):
    case.refused(code, c.create_access_configuration, create(**fields), status=400)
case.refused(
    "EntityAlreadyExists.AccessConfiguration",
    c.create_access_configuration,
    create(access_configuration_name="SDK-1"),
    status=409,
)


def of(request, **fields):
    return request(directory_id=directory, access_configuration_id=own, **fields)


assert case.ok(c.get_access_configuration, of(m.GetAccessConfigurationRequest)).access_configuration.description
changed = case.ok(
    c.update_access_configuration, of(m.UpdateAccessConfigurationRequest, new_session_duration=43200)
).access_configuration
assert (changed.session_duration, changed.description) == (43200, "by program"), changed
case.refused(
    "InvalidParameter.NewSessionDuration",
    c.update_access_configuration,
    of(m.UpdateAccessConfigurationRequest, new_session_duration=1),
)

Add = m.AddPermissionPolicyToAccessConfigurationRequest
add = c.add_permission_policy_to_access_configuration
case.ok(add, of(Add, permission_policy_type="System", permission_policy_name="ReadOnlyAccess"))
case.ok(
    add,
    of(Add, permission_policy_type="Inline", permission_policy_name="buckets", inline_policy_document=DOCUMENT),
)
for code, fields in (
    ("EntityNotExists.PermissionPolicy", {"permission_policy_type": "System", "permission_policy_name": "NoSuchAccess"}),
    ("EntityAlreadyExists.PermissionPolicy", {"permission_policy_type": "System", "permission_policy_name": "ReadOnlyAccess"}),
    ("InvalidParameter.PermissionPolicyType", {"permission_policy_type": "Custom", "permission_policy_name": "x"}),
    ("MissingPermissionPolicyName", {"permission_policy_type": "System"}),
    ("MissingInlinePolicyDocument", {"permission_policy_type": "Inline", "permission_policy_name": "x"}),
    (
        "InvalidParameter.InlinePolicyDocument",
        {"permission_policy_type": "Inline", "permission_policy_name": "x", "inline_policy_document": "{}"},
    ),
    (
        "InvalidParameter.InlinePolicyDocument",
        {
            "permission_policy_type": "Inline",
            "permission_policy_name": "x",
            "inline_policy_document": DOCUMENT + " " * 4096,
        },
    ),
    (
        "LimitExceeded.AccessConfiguration.PermissionPolicy",
        {"permission_policy_type": "Inline", "permission_policy_name": "x", "inline_policy_document": DOCUMENT},
    ),
):
    case.refused(code, add, of(Add, **fields))

Inline = m.UpdateInlinePolicyForAccessConfigurationRequest
update_inline = c.update_inline_policy_for_access_configuration
case.ok(update_inline, of(Inline, inline_policy_name="buckets", new_inline_policy_document=OTHER))
case.refused(
    "EntityNotExists.PermissionPolicy",
    update_inline,
    of(Inline, inline_policy_name="other", new_inline_policy_document=OTHER),
    status=404,
)
List = m.ListPermissionPoliciesInAccessConfigurationRequest
policies = case.ok(c.list_permission_policies_in_access_configuration, of(List))
assert policies.total_counts == 2, policies
inline = case.ok(
    c.list_permission_policies_in_access_configuration, of(List, permission_policy_type="Inline")
).permission_policies
assert [each.permission_policy_document for each in inline] == [OTHER], inline
assert inline[0].add_time.endswith("Z"), inline

Remove = m.RemovePermissionPolicyFromAccessConfigurationRequest
remove = c.remove_permission_policy_from_access_configuration
case.ok(remove, of(Remove, permission_policy_type="System", permission_policy_name="ReadOnlyAccess"))
case.refused(
    "EntityNotExists.PermissionPolicy",
    remove,
    of(Remove, permission_policy_type="System", permission_policy_name="ReadOnlyAccess"),
    status=404,
)

names, token = [], None
while True:
    page = case.ok(
        c.list_access_configurations,
        m.ListAccessConfigurationsRequest(directory_id=directory, max_results=2, next_token=token),
    )
    names += [each.access_configuration_name for each in page.access_configurations]
    if not page.is_truncated:
        break
    token = page.next_token
assert len(names) == len(set(names)) == page.total_counts and "Sdk-1" in names, names
found = case.ok(
    c.list_access_configurations,
    m.ListAccessConfigurationsRequest(
        directory_id=directory,
        filter="AccessConfigurationName sw sdk",
        tags=[m.ListAccessConfigurationsRequestTags(key="team", value="sdk")],
    ),
)
assert [each.access_configuration_id for each in found.access_configurations] == [own], found
case.refused(
    "InvalidParameter.StatusNotifications",
    c.list_access_configurations,
    m.ListAccessConfigurationsRequest(directory_id=directory, status_notifications="Behind"),
)

case.refused(
    "DeletionConflict.AccessConfiguration.PermissionPolicy",
    c.delete_access_configuration,
    of(m.DeleteAccessConfigurationRequest),
    status=409,
)
case.ok(c.delete_access_configuration, of(m.DeleteAccessConfigurationRequest, force_remove_permission_policies=True))
assigned = case.ok(
    c.list_access_assignments, m.ListAccessAssignmentsRequest(directory_id=directory)
).access_assignments[0]
case.refused(
    "DeletionConflict.AccessConfiguration.AccessAssignment",
    c.delete_access_configuration,
    m.DeleteAccessConfigurationRequest(
        directory_id=directory,
        access_configuration_id=assigned.access_configuration_id,
        force_remove_permission_policies=True,
    ),
    status=409,
)
own = nothing
for action, request in (
    (c.get_access_configuration, of(m.GetAccessConfigurationRequest)),
    (c.update_access_configuration, of(m.UpdateAccessConfigurationRequest)),
    (c.delete_access_configuration, of(m.DeleteAccessConfigurationRequest)),
    (add, of(Add, permission_policy_type="System", permission_policy_name="ReadOnlyAccess")),
    (remove, of(Remove, permission_policy_type="System", permission_policy_name="ReadOnlyAccess")),
    (update_inline, of(Inline, inline_policy_name="x", new_inline_policy_document=OTHER)),
    (c.list_permission_policies_in_access_configuration, of(List)),
):
    case.refused("EntityNotExists.AccessConfiguration", action, request, status=404)
case.finish()
