"""CloudSSO 2021-05-15: the service and its directory, in an installation that is empty but for them."""

from alibabacloud_cloudsso20210515 import client as cloudsso
from alibabacloud_cloudsso20210515 import models as m

from case import Case

case = Case()
c = case.client(cloudsso)
directory = case.world["directory_id"]

status = case.ok(c.get_service_status).service_status
assert status.status == "Enabled" and status.regions_in_use == ["cn-shanghai"], status
assert status.prerequisite_check_result is None, status
case.ok(c.enable_service)
case.refused("DeletionConflict.Directory", c.disable_service, status=409)

listed = case.ok(c.list_directories)
assert listed.total_counts == 1 and listed.directories[0].directory_id == directory, listed
shown = case.ok(c.get_directory, m.GetDirectoryRequest(directory_id=directory)).directory
assert shown.region == "cn-shanghai" and shown.create_time.endswith("Z"), shown
renamed = case.ok(
    c.update_directory, m.UpdateDirectoryRequest(directory_id=directory, new_directory_name="acme-cloud")
)
assert renamed.directory.directory_name == "acme-cloud", renamed
for bad in ("A", "-acme", "d-acme"):
    case.refused(
        "InvalidParameter.NewDirectoryName",
        c.update_directory,
        m.UpdateDirectoryRequest(directory_id=directory, new_directory_name=bad),
        status=400,
    )
case.refused("MissingNewDirectoryName", c.update_directory, m.UpdateDirectoryRequest(directory_id=directory))
case.refused("LimitExceeded.Directory", c.create_directory, m.CreateDirectoryRequest(directory_name="other"))
case.refused("InvalidParameter.DirectoryName", c.create_directory, m.CreateDirectoryRequest(directory_name="Ü"))

counted = case.ok(
    c.get_directory_statistics, m.GetDirectoryStatisticsRequest(directory_id=directory)
).directory_statistics
assert (counted.user_count, counted.group_count, counted.access_configuration_count) == (0, 0, 0), counted
assert counted.user_quota == 100000 and counted.group_quota == 5000, counted
assert counted.in_progress_task_count == 0 and counted.scimsync_enabled is False, counted

elsewhere = "d-elsewhere"
for action, request in (
    (c.get_directory, m.GetDirectoryRequest(directory_id=elsewhere)),
    (c.get_directory_statistics, m.GetDirectoryStatisticsRequest(directory_id=elsewhere)),
    (c.delete_directory, m.DeleteDirectoryRequest(directory_id=elsewhere)),
    (c.update_directory, m.UpdateDirectoryRequest(directory_id=elsewhere, new_directory_name="acme")),
):
    case.refused("EntityNotExists.Directory", action, request, status=404)

stranger = case.client(cloudsso, access_key_id="CSAKnobody", access_key_secret="wrong")
for action in (stranger.enable_service, stranger.get_service_status, stranger.list_directories):
    case.refused("InvalidAccessKeyId.NotFound", action, status=404)

user = case.ok(c.create_user, m.CreateUserRequest(directory_id=directory, user_name="one")).user
case.refused(
    "DeletionConflict.Directory.User", c.delete_directory, m.DeleteDirectoryRequest(directory_id=directory), status=409
)
case.ok(c.delete_user, m.DeleteUserRequest(directory_id=directory, user_id=user.user_id))
case.ok(c.delete_directory, m.DeleteDirectoryRequest(directory_id=directory))
case.ok(c.disable_service)
status = case.ok(c.get_service_status).service_status
assert (status.status, status.prerequisite_check_result) == ("Disabled", "Success"), status
case.refused("ServiceNotEnabled", c.create_directory, m.CreateDirectoryRequest(directory_name="again"), status=409)
case.ok(c.enable_service)
made = case.ok(c.create_directory, m.CreateDirectoryRequest(directory_name="again")).directory
assert made.directory_name == "again" and made.directory_id != directory, made
case.finish()
