"""CloudSSO 2021-05-15: provisionings, assignments and tasks, waited for as the vendor's own tools do."""

import time

from alibabacloud_cloudsso20210515 import client as cloudsso
from alibabacloud_cloudsso20210515 import models as m

from case import Case

case = Case()
c = case.client(cloudsso)
directory = case.world["directory_id"]


def finished(task_id):
    """Polls until the task has ended; gives the whole of it."""
    for _attempt in range(600):
        status = c.get_task_status(m.GetTaskStatusRequest(directory_id=directory, task_id=task_id)).body.task_status
        if status.status != "InProgress":
            break
        time.sleep(0.1)
    case.ok(c.get_task_status, m.GetTaskStatusRequest(directory_id=directory, task_id=task_id))
    return case.ok(c.get_task, m.GetTaskRequest(directory_id=directory, task_id=task_id)).task


configuration = case.ok(
    c.create_access_configuration,
    m.CreateAccessConfigurationRequest(directory_id=directory, access_configuration_name="Sdk-assigned"),
).access_configuration.access_configuration_id
user = case.ok(c.create_user, m.CreateUserRequest(directory_id=directory, user_name="sdk.assigned")).user.user_id
known = case.ok(
    c.list_access_assignments,
    m.ListAccessAssignmentsRequest(directory_id=directory, target_type="RD-Account", max_results=20),
).access_assignments
account = known[0].target_id


def key(request, **changes):
    fields = {
        "directory_id": directory,
        "access_configuration_id": configuration,
        "target_type": "RD-Account",
        "target_id": account,
        "principal_type": "User",
        "principal_id": user,
    }
    return request(**{**fields, **changes})


begun = case.ok(c.create_access_assignment, key(m.CreateAccessAssignmentRequest)).task
assert (begun.task_type, begun.principal_name, begun.target_type) == (
    "CreateAccessAssignment",
    "sdk.assigned",
    "RD-Account",
), begun
assert begun.target_path.endswith(account) and begun.target_path_name.endswith(begun.target_name), begun
done = finished(begun.task_id)
assert done.status == "Success" and done.end_time.endswith("Z") and done.failure_reason is None, done
case.refused(
    "EntityAlreadyExists.AccessAssignment",
    c.create_access_assignment,
    key(m.CreateAccessAssignmentRequest),
    status=409,
)
for code, status, changes in (
    ("EntityNotExists.AccessConfiguration", 404, {"access_configuration_id": "ac-nothing"}),
    ("EntityNotExists.Account", 404, {"target_id": "1"}),
    ("EntityNotExists.User", 404, {"principal_id": "u-nobody"}),
    ("EntityNotExists.Group", 404, {"principal_type": "Group", "principal_id": "g-nowhere"}),
    ("EntityNotExists.Directory", 404, {"directory_id": "d-elsewhere"}),
    ("InvalidParameter.TargetType", 400, {"target_type": "Account"}),
    ("InvalidParameter.PrincipalId", 400, {"principal_type": "Group"}),
    ("MissingPrincipalId", 400, {"principal_id": None}),
    ("MissingTargetId", 400, {"target_id": None}),
):
    case.refused(code, c.create_access_assignment, key(m.CreateAccessAssignmentRequest, **changes), status=status)

rows, token = [], None
while True:
    page = case.ok(
        c.list_access_assignments,
        m.ListAccessAssignmentsRequest(directory_id=directory, max_results=5, next_token=token),
    )
    rows += page.access_assignments
    if not page.is_truncated:
        break
    token = page.next_token
assert len(rows) == page.total_counts and len({(r.access_configuration_id, r.target_id, r.principal_id) for r in rows}) == len(rows)
mine = case.ok(
    c.list_access_assignments,
    m.ListAccessAssignmentsRequest(directory_id=directory, principal_type="User", principal_id=user),
)
assert mine.total_counts == 1 and mine.access_assignments[0].access_configuration_name == "Sdk-assigned", mine
case.refused(
    "InvalidParameter.MaxResults",
    c.list_access_assignments,
    m.ListAccessAssignmentsRequest(directory_id=directory, max_results=21),
)

# The additive target: everything below a folder.
root = next(part for part in begun.target_path.split("/") if part.startswith("r-"))
folder = {"target_type": "RD-Folder", "target_id": root}
below = case.ok(c.create_access_assignment, key(m.CreateAccessAssignmentRequest, **folder)).task
assert below.target_type == "RD-Folder" and finished(below.task_id).status == "Success"
provisioned = case.ok(
    c.list_access_configuration_provisionings,
    m.ListAccessConfigurationProvisioningsRequest(
        directory_id=directory, access_configuration_id=configuration, max_results=20
    ),
)
assert provisioned.total_counts >= 8, provisioned
row = provisioned.access_configuration_provisionings[0]
assert row.status == "Provisioned" and row.ramrole_name.endswith("Sdk-assigned"), row
assert row.samlprovider_name.endswith(directory) and row.rampolicy_names == [], row
everywhere = key(m.DeleteAccessAssignmentRequest, **folder)
assert finished(case.ok(c.delete_access_assignment, everywhere).task.task_id).status == "Success"

# Edited, behind, provisioned again.
case.ok(
    c.update_access_configuration,
    m.UpdateAccessConfigurationRequest(
        directory_id=directory, access_configuration_id=configuration, new_session_duration=900
    ),
)


def behind():
    return case.ok(
        c.list_access_configuration_provisionings,
        m.ListAccessConfigurationProvisioningsRequest(
            directory_id=directory,
            access_configuration_id=configuration,
            provisioning_status="ReprovisionRequired",
            max_results=20,
        ),
    ).total_counts


assert behind() >= 8
one = {"directory_id": directory, "access_configuration_id": configuration}
again = case.ok(c.provision_access_configuration, m.ProvisionAccessConfigurationRequest(**one)).tasks
assert len(again) >= 8 and {task.task_type for task in again} == {"ProvisionAccessConfiguration"}, again
for task in again:
    assert finished(task.task_id).status == "Success"
assert behind() == 0
case.refused(
    "EntityNotExists.Account",
    c.provision_access_configuration,
    m.ProvisionAccessConfigurationRequest(target_type="RD-Account", target_id="1", **one),
    status=404,
)
case.refused(
    "InvalidParameter.ProvisioningStatus",
    c.list_access_configuration_provisionings,
    m.ListAccessConfigurationProvisioningsRequest(directory_id=directory, provisioning_status="Gone"),
)

tasks, token = [], None
while True:
    page = case.ok(
        c.list_tasks,
        m.ListTasksRequest(directory_id=directory, access_configuration_id=configuration, max_results=4, next_token=token),
    )
    tasks += page.tasks
    if not page.is_truncated:
        break
    token = page.next_token
assert len(tasks) == len({task.task_id for task in tasks}) == page.total_counts, page
succeeded = case.ok(
    c.list_tasks,
    m.ListTasksRequest(
        directory_id=directory,
        access_configuration_id=configuration,
        status="Success",
        task_type="CreateAccessAssignment",
        principal_type="User",
        principal_id=user,
        target_type="RD-Account",
        target_id=account,
        filter="StartTime ge " + time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 3600)),
    ),
)
assert begun.task_id in [task.task_id for task in succeeded.tasks], succeeded
for code, fields in (
    ("InvalidParameter.Status", {"status": "Done"}),
    ("InvalidParameter.TaskType", {"task_type": "Anything"}),
    ("InvalidParameter.Filter", {"filter": "StartTime ge 2020-01-01T00:00:00Z"}),
):
    case.refused(code, c.list_tasks, m.ListTasksRequest(directory_id=directory, **fields), status=400)

target = {"target_type": "RD-Account", "target_id": account}
case.refused(
    "DeletionConflict.AccessConfigurationProvisioning.AccessAssignment",
    c.deprovision_access_configuration,
    m.DeprovisionAccessConfigurationRequest(**one, **target),
    status=409,
)
case.refused(
    "InvalidParameter.DeprovisionStrategy",
    c.delete_access_assignment,
    key(m.DeleteAccessAssignmentRequest, deprovision_strategy="Always"),
)
ended = case.ok(
    c.delete_access_assignment,
    key(m.DeleteAccessAssignmentRequest, deprovision_strategy="DeprovisionForLastAccessAssignmentOnAccount"),
).task
assert finished(ended.task_id).status == "Success"
case.refused(
    "EntityNotExists.AccessAssignment", c.delete_access_assignment, key(m.DeleteAccessAssignmentRequest), status=404
)
case.refused(
    "DeletionConflict.AccessConfiguration.Provisioning",
    c.delete_access_configuration,
    m.DeleteAccessConfigurationRequest(**one),
    status=409,
)
gone = case.ok(c.deprovision_access_configuration, m.DeprovisionAccessConfigurationRequest(**one)).tasks
for task in gone:
    assert finished(task.task_id).status == "Success"
case.refused(
    "EntityNotExists.AccessConfigurationProvisioning",
    c.deprovision_access_configuration,
    m.DeprovisionAccessConfigurationRequest(**one),
    status=404,
)
case.ok(c.delete_access_configuration, m.DeleteAccessConfigurationRequest(**one))
case.ok(c.delete_user, m.DeleteUserRequest(directory_id=directory, user_id=user))
for action, request in (
    (c.get_task, m.GetTaskRequest(directory_id=directory, task_id="t-nothing")),
    (c.get_task_status, m.GetTaskStatusRequest(directory_id=directory, task_id="t-nothing")),
):
    case.refused("EntityNotExists.Task", action, request, status=404)
case.finish()
