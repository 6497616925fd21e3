"""CloudSSO 2021-05-15: a user whom an identity provider sent."""

from alibabacloud_cloudsso20210515 import client as cloudsso
from alibabacloud_cloudsso20210515 import models as m

from case import Case

case = Case()
c = case.client(cloudsso)
directory = case.world["directory_id"]

external_id = m.GetUserIdRequestExternalId(id=case.world["external_id"], issuer="SCIM")
user = case.ok(c.get_user_id, m.GetUserIdRequest(directory_id=directory, external_id=external_id)).user_id
assert user == case.world["user_id"], user
unknown = m.GetUserIdRequestExternalId(id="nobody", issuer="SCIM")
case.refused(
    "EntityNotExists.User",
    c.get_user_id,
    m.GetUserIdRequest(directory_id=directory, external_id=unknown),
    status=404,
)
shown = case.ok(c.get_user, m.GetUserRequest(directory_id=directory, user_id=user)).user
assert (shown.external_id.id, shown.external_id.issuer) == (case.world["external_id"], "SCIM"), shown
assert shown.provision_type == "Synchronized", shown
listed = case.ok(c.list_users, m.ListUsersRequest(directory_id=directory, provision_type="Synchronized")).users
assert [each.external_id.id for each in listed] == [case.world["external_id"]], listed
case.refused(
    "OperationConflict.User.Synchronized",
    c.update_user,
    m.UpdateUserRequest(directory_id=directory, user_id=user, new_display_name="x"),
    status=409,
)
case.finish()
