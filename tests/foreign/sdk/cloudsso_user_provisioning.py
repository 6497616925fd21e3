"""CloudSSO 2021-05-15: RAM user provisioning by the vendor's SDK. What an account has already is made there by
the vendor's SDKs of STS and IMS, as the account's administrator.
"""

import time

from alibabacloud_cloudsso20210515 import client as cloudsso
from alibabacloud_cloudsso20210515 import models as m
from alibabacloud_ims20190815 import client as ims
from alibabacloud_ims20190815 import models as im
from alibabacloud_sts20150401 import client as sts
from alibabacloud_sts20150401 import models as sm

from case import Case

case = Case()
c = case.client(cloudsso)
directory = {"directory_id": case.world["directory_id"]}
local_cloud = case.world["local_cloud"]


def until(look):
    """Polls until `look` finds something; gives that."""
    for _attempt in range(600):
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"the moment does not come: {look()}")


def administrator(account):
    """IMS in an account, as its administrator."""
    owner = {name: local_cloud[name] for name in ("endpoint", "access_key_id", "access_key_secret")}
    role = f"acs:ram::{account}:role/ResourceDirectoryAccountAccessRole"
    entry = sm.AssumeRoleRequest(role_arn=role, role_session_name="administrator")
    session = case.client(sts, **owner).assume_role(entry).body.credentials
    return case.client(
        ims,
        endpoint=local_cloud["endpoint"],
        access_key_id=session.access_key_id,
        access_key_secret=session.access_key_secret,
        security_token=session.security_token,
    )


def provision_type(name):
    """Of the RAM user of this name; `None` where there is none."""
    try:
        found = there.get_user(im.GetUserRequest(user_principal_name=f"{name}@{account}.onaliyun.com"))
    except Exception as refusal:
        assert refusal.code == "EntityNotExist.User", refusal
        return None
    return found.body.user.provision_type


def new_user(name):
    return case.ok(c.create_user, m.CreateUserRequest(user_name=name, **directory)).user.user_id


account = c.list_access_assignments(
    m.ListAccessAssignmentsRequest(target_type="RD-Account", **directory)
).body.access_assignments[0].target_id
there = administrator(account)
user, taken = new_user("sdk.provisioned"), new_user("sdk.taken")
group = case.ok(c.create_group, m.CreateGroupRequest(group_name="sdk-provisioned", **directory)).group.group_id
for name in ("sdk.taken", "sdk.taken_sso"):
    principal = f"{name}@{account}.onaliyun.com"
    there.create_user(im.CreateUserRequest(user_principal_name=principal, display_name=name))


def key(**changes):
    fields = {
        "target_type": "RD-Account",
        "target_id": account,
        "principal_type": "User",
        "principal_id": user,
        "duplication_strategy": "KeepBoth",
        "deletion_strategy": "Delete",
        **directory,
    }
    return m.CreateUserProvisioningRequest(**{**fields, **changes})


# Made, shown, changed, listed.
made = case.ok(c.create_user_provisioning, key(description="for ä console")).user_provisioning
assert made.user_provisioning_id.startswith("up-") and made.status == "Enabled", made
assert (made.principal_name, made.principal_type, made.target_type) == ("sdk.provisioned", "User", "RD-Account"), made
assert made.target_path.endswith(account) and made.target_name and made.description == "for ä console", made
assert made.owner_pk == local_cloud["management_account_id"], made
assert made.create_time.endswith("Z") and made.update_time.endswith("Z"), made
assert made.directory_id == directory["directory_id"] and made.target_id == account, made
of_it = {"user_provisioning_id": made.user_provisioning_id, **directory}
case.refused("EntityAlreadyExists.UserProvisioning", c.create_user_provisioning, key(), status=409)
for code, status, changes in (
    ("EntityNotExists.Account", 404, {"target_id": "1"}),
    ("EntityNotExists.User", 404, {"principal_id": "u-nobody"}),
    ("EntityNotExists.Group", 404, {"principal_type": "Group", "principal_id": "g-nowhere"}),
    ("EntityNotExists.Directory", 404, {"directory_id": "d-elsewhere"}),
    ("InvalidParameter.TargetType", 400, {"target_type": "RD-Folder"}),
    ("InvalidParameter.TargetId", 400, {"target_id": "fd-abc"}),
    ("InvalidParameter.PrincipalType", 400, {"principal_type": "Person"}),
    ("InvalidParameter.PrincipalId", 400, {"principal_type": "Group"}),
    ("InvalidParameter.DuplicationStrategy", 400, {"duplication_strategy": "Replace"}),
    ("InvalidParameter.DeletionStrategy", 400, {"deletion_strategy": "None"}),
    ("InvalidParameter.Description", 400, {"description": "x" * 1025}),
    ("MissingTargetType", 400, {"target_type": None}),
    ("MissingTargetId", 400, {"target_id": None}),
    ("MissingPrincipalType", 400, {"principal_type": None}),
    ("MissingPrincipalId", 400, {"principal_id": None}),
    ("MissingDuplicationStrategy", 400, {"duplication_strategy": None}),
    ("MissingDeletionStrategy", 400, {"deletion_strategy": None}),
    ("MissingDirectoryId", 400, {"directory_id": None}),
):
    case.refused(code, c.create_user_provisioning, key(**changes), status=status)
until(lambda: provision_type("sdk.provisioned") == "CloudSSO")
shown = case.ok(c.get_user_provisioning, m.GetUserProvisioningRequest(**of_it)).user_provisioning
assert shown.to_map() == made.to_map(), shown
changed = case.ok(
    c.update_user_provisioning,
    m.UpdateUserProvisioningRequest(
        new_description="told", new_duplication_strategy="TakeOver", new_deletion_strategy="Keep", **of_it
    ),
).user_provisioning
assert (changed.description, changed.duplication_strategy, changed.deletion_strategy) == (
    "told",
    "TakeOver",
    "Keep",
), changed
for code, fields in (
    ("InvalidParameter.NewDescription", {"new_description": "x" * 1025}),
    ("InvalidParameter.NewDuplicationStrategy", {"new_duplication_strategy": "Both"}),
    ("InvalidParameter.NewDeletionStrategy", {"new_deletion_strategy": "Both"}),
):
    case.refused(code, c.update_user_provisioning, m.UpdateUserProvisioningRequest(**fields, **of_it), status=400)

of_group = case.ok(
    c.create_user_provisioning, key(principal_type="Group", principal_id=group)
).user_provisioning.user_provisioning_id
rows, token = [], None
while True:
    page = case.ok(
        c.list_user_provisionings,
        m.ListUserProvisioningsRequest(
            target_type="RD-Account", target_id=account, max_results=1, next_token=token, **directory
        ),
    )
    rows += page.user_provisionings
    if not page.is_truncated:
        break
    token = page.next_token
assert len(rows) == page.total_counts >= 2 and page.max_results == 1, page
mine = case.ok(
    c.list_user_provisionings,
    m.ListUserProvisioningsRequest(principal_type="User", principal_id=user, **directory),
).user_provisionings
assert [one.to_map() for one in mine] == [changed.to_map()], mine
for code, fields in (
    ("InvalidParameter.MaxResults", {"max_results": 101}),
    ("InvalidParameter.NextToken", {"next_token": "abc"}),
    ("MissingTargetType", {"target_id": account}),
    ("MissingPrincipalType", {"principal_id": user}),
    ("InvalidParameter.TargetType", {"target_type": "RD-Folder"}),
):
    request = m.ListUserProvisioningsRequest(**fields, **directory)
    case.refused(code, c.list_user_provisionings, request, status=400)

# A name that is taken twice over fails, and says so; the retry settles it.
conflict = case.ok(c.create_user_provisioning, key(principal_id=taken)).user_provisioning.user_provisioning_id
of_conflict = {"user_provisioning_id": conflict, **directory}


def events(**fields):
    return case.ok(c.list_user_provisioning_events, m.ListUserProvisioningEventsRequest(**fields, **directory))


def failed():
    page = events(user_provisioning_id=conflict)
    return [event for event in page.user_provisioning_events if event.error_count]


event = until(failed)[0]
assert event.event_id.startswith("upe-") and event.error_count == 1, event
assert "sdk.taken_sso" in event.error_info and event.latest_async_time.endswith("Z"), event
assert (event.source_type, event.principal_type, event.principal_id, event.principal_name) == (
    "StartProvisioning",
    "User",
    taken,
    "sdk.taken",
), event
assert event.target_path.endswith(account) and event.user_provisioning_id == conflict, event
event_id = {"event_id": event.event_id, **directory}
shown = case.ok(c.get_user_provisioning_event, m.GetUserProvisioningEventRequest(**event_id)).user_provisioning_event
assert shown.to_map() == event.to_map(), shown
assert event.event_id in [one.event_id for one in events(max_results=100).user_provisioning_events]
case.refused(
    "InvalidParameter.UserProvisioningId",
    c.list_user_provisioning_events,
    m.ListUserProvisioningEventsRequest(user_provisioning_id="u-1", **directory),
    status=400,
)
case.refused(
    "InvalidParameter.MaxResults",
    c.list_user_provisioning_events,
    m.ListUserProvisioningEventsRequest(max_results=0, **directory),
    status=400,
)
counted = case.ok(
    c.get_user_provisioning_statistics, m.GetUserProvisioningStatisticsRequest(**of_conflict)
).user_provisioning_statistics
assert (counted.entity_id, counted.failed_event_count, counted.type) == (conflict, 1, "User Provisioning"), counted
assert counted.latest_async_time.endswith("Z"), counted
assert counted.owner_pk == local_cloud["management_account_id"], counted
counted = case.ok(
    c.get_user_provisioning_rd_account_statistics,
    m.GetUserProvisioningRdAccountStatisticsRequest(rd_member_id=account, **directory),
).user_provisioning_statistics
assert (counted.entity_id, counted.type) == (account, "User Provisioning") and counted.failed_event_count >= 1, counted
case.refused(
    "EntityNotExists.Account",
    c.get_user_provisioning_rd_account_statistics,
    m.GetUserProvisioningRdAccountStatisticsRequest(rd_member_id="1", **directory),
    status=404,
)
case.refused(
    "MissingRdMemberId",
    c.get_user_provisioning_rd_account_statistics,
    m.GetUserProvisioningRdAccountStatisticsRequest(**directory),
    status=400,
)

retry = m.RetryUserProvisioningEventRequest
case.refused("MissingDuplicationStrategy", c.retry_user_provisioning_event, retry(**event_id), status=400)
case.refused(
    "InvalidParameter.DuplicationStrategy",
    c.retry_user_provisioning_event,
    retry(duplication_strategy="Replace", **event_id),
    status=400,
)
case.ok(c.retry_user_provisioning_event, retry(duplication_strategy="KeepBoth", **event_id))
until(lambda: [one for one in failed() if one.error_count == 2])
case.ok(c.retry_user_provisioning_event, retry(duplication_strategy="TakeOver", **event_id))
until(lambda: provision_type("sdk.taken") == "CloudSSO" and not failed())
case.refused(
    "EntityNotExists.UserProvisioningEvent",
    c.retry_user_provisioning_event,
    retry(duplication_strategy="TakeOver", **event_id),
    status=404,
)
case.refused(
    "EntityNotExists.UserProvisioningEvent",
    c.get_user_provisioning_event,
    m.GetUserProvisioningEventRequest(**event_id),
    status=404,
)
assert provision_type("sdk.taken_sso") == "Manual"

# An event that is given up.
stuck = new_user("sdk.stuck")
for name in ("sdk.stuck", "sdk.stuck_sso"):
    principal = f"{name}@{account}.onaliyun.com"
    there.create_user(im.CreateUserRequest(user_principal_name=principal, display_name=name))
conflict = case.ok(c.create_user_provisioning, key(principal_id=stuck)).user_provisioning.user_provisioning_id
event = until(failed)[0]
give_up = m.DeleteUserProvisioningEventRequest
case.refused(
    "EntityNotExists.UserProvisioningEvent",
    c.delete_user_provisioning_event,
    give_up(event_id=event.event_id, **of_it),
    status=404,
)
case.refused("MissingEventId", c.delete_user_provisioning_event, give_up(**of_it), status=400)
case.refused(
    "MissingUserProvisioningId",
    c.delete_user_provisioning_event,
    give_up(event_id=event.event_id, **directory),
    status=400,
)
of_stuck = {"user_provisioning_id": conflict, **directory}
case.ok(c.delete_user_provisioning_event, give_up(event_id=event.event_id, **of_stuck))
assert events(user_provisioning_id=conflict).total_counts == 0

# How RAM users enter the console.
get_configuration = m.GetUserProvisioningConfigurationRequest
before = case.ok(c.get_user_provisioning_configuration, get_configuration(**directory)).user_provisioning_configuration
assert before.session_duration == 6 and before.default_landing_page == local_cloud["console_url"], before
assert before.create_time.endswith("Z") and before.update_time.endswith("Z"), before
update = m.UpdateUserProvisioningConfigurationRequest
changed = case.ok(
    c.update_user_provisioning_configuration, update(new_session_duration=12, **directory)
).user_provisioning_configuration
assert (changed.session_duration, changed.default_landing_page) == (12, before.default_landing_page), changed
for code, fields in (
    ("InvalidParameter.NewSessionDuration", {"new_session_duration": 25}),
    ("InvalidParameter.NewSessionDuration", {"new_session_duration": 0}),
    ("InvalidParameter.NewDefaultLandingPage", {"new_default_landing_page": "https://elsewhere.example/"}),
):
    case.refused(code, c.update_user_provisioning_configuration, update(**fields, **directory), status=400)
case.ok(c.update_user_provisioning_configuration, update(new_session_duration=6, **directory))
case.refused(
    "EntityNotExists.Directory",
    c.get_user_provisioning_configuration,
    get_configuration(directory_id="d-elsewhere"),
    status=404,
)

# The end. Its own strategy is to keep, the call's is to delete.
delete = m.DeleteUserProvisioningRequest
case.refused(
    "InvalidParameter.DeletionStrategy",
    c.delete_user_provisioning,
    delete(deletion_strategy="Forget", **of_it),
    status=400,
)
case.refused(
    "DeletionConflict.User.UserProvisioning",
    c.delete_user,
    m.DeleteUserRequest(user_id=user, **directory),
    status=409,
)
case.ok(c.delete_user_provisioning, delete(deletion_strategy="Delete", **of_it))
for body in (of_conflict, of_stuck, {"user_provisioning_id": of_group, **directory}):
    case.ok(c.delete_user_provisioning, delete(**body))


def left():
    listed = c.list_user_provisionings(m.ListUserProvisioningsRequest(max_results=100, **directory)).body
    ids = {one.user_provisioning_id for one in listed.user_provisionings}
    return ids & {made.user_provisioning_id, of_conflict["user_provisioning_id"], conflict, of_group}


until(lambda: not left())
assert provision_type("sdk.provisioned") is None and provision_type("sdk.taken") is None
for request in (m.GetUserProvisioningRequest, m.UpdateUserProvisioningRequest, delete):
    action = {
        m.GetUserProvisioningRequest: c.get_user_provisioning,
        m.UpdateUserProvisioningRequest: c.update_user_provisioning,
        delete: c.delete_user_provisioning,
    }[request]
    case.refused("EntityNotExists.UserProvisioning", action, request(**of_it), status=404)
case.refused(
    "EntityNotExists.UserProvisioning",
    c.get_user_provisioning_statistics,
    m.GetUserProvisioningStatisticsRequest(**of_it),
    status=404,
)
for name in ("sdk.taken_sso", "sdk.stuck", "sdk.stuck_sso"):
    there.delete_user(im.DeleteUserRequest(user_principal_name=f"{name}@{account}.onaliyun.com"))
for one in (user, taken, stuck):
    case.ok(c.delete_user, m.DeleteUserRequest(user_id=one, **directory))
case.ok(c.delete_group, m.DeleteGroupRequest(group_id=group, **directory))
case.finish()
