"""CloudSSO 2021-05-15: the switch of SCIM synchronization, and its credentials."""

from alibabacloud_cloudsso20210515 import client as cloudsso
from alibabacloud_cloudsso20210515 import models as m

from case import Case

case = Case()
c = case.client(cloudsso)
directory = case.world["directory_id"]


def status():
    request = m.GetSCIMSynchronizationStatusRequest(directory_id=directory)
    return case.ok(c.get_scimsynchronization_status, request).scimsynchronization_status


for wanted in ("Disabled", "Enabled"):
    case.ok(
        c.set_scimsynchronization_status,
        m.SetSCIMSynchronizationStatusRequest(directory_id=directory, scimsynchronization_status=wanted),
    )
    assert status() == wanted, wanted
for code, fields in (
    ("MissingSCIMSynchronizationStatus", {"directory_id": directory}),
    ("InvalidParameter.SCIMSynchronizationStatus", {"directory_id": directory, "scimsynchronization_status": "on"}),
    ("MissingDirectoryId", {"scimsynchronization_status": "Enabled"}),
):
    case.refused(
        code, c.set_scimsynchronization_status, m.SetSCIMSynchronizationStatusRequest(**fields), status=400
    )
case.refused(
    "EntityNotExists.Directory",
    c.get_scimsynchronization_status,
    m.GetSCIMSynchronizationStatusRequest(directory_id="d-elsewhere"),
    status=404,
)


def listed():
    body = case.ok(c.list_scimserver_credentials, m.ListSCIMServerCredentialsRequest(directory_id=directory))
    assert body.total_counts == len(body.scimserver_credentials), body
    return {each.credential_id: each for each in body.scimserver_credentials}


before = listed()
made = case.ok(
    c.create_scimserver_credential, m.CreateSCIMServerCredentialRequest(directory_id=directory)
).scimserver_credential
assert made.credential_id.startswith("scimcred-") and made.credential_secret.startswith("csscim_"), made
assert (made.credential_type, made.status, made.directory_id) == ("BearerToken", "Enabled", directory), made
assert made.create_time.endswith("Z") and made.expire_time > made.create_time, made
shown = listed()
assert shown.keys() - before.keys() == {made.credential_id}, shown
assert made.credential_secret not in str(shown[made.credential_id]), shown
case.refused(
    "EntityNotExists.Directory",
    c.create_scimserver_credential,
    m.CreateSCIMServerCredentialRequest(directory_id="d-elsewhere"),
    status=404,
)
case.refused("MissingDirectoryId", c.list_scimserver_credentials, m.ListSCIMServerCredentialsRequest(), status=400)

for wanted in ("Disabled", "Enabled"):
    changed = case.ok(
        c.update_scimserver_credential_status,
        m.UpdateSCIMServerCredentialStatusRequest(
            directory_id=directory, credential_id=made.credential_id, new_status=wanted
        ),
    ).scimserver_credential
    assert (changed.status, changed.expire_time) == (wanted, made.expire_time), changed
for code, fields in (
    ("MissingNewStatus", {"credential_id": made.credential_id}),
    ("InvalidParameter.NewStatus", {"credential_id": made.credential_id, "new_status": "Active"}),
    ("InvalidParameter.CredentialId", {"credential_id": "mine", "new_status": "Enabled"}),
):
    case.refused(
        code,
        c.update_scimserver_credential_status,
        m.UpdateSCIMServerCredentialStatusRequest(directory_id=directory, **fields),
        status=400,
    )
delete = m.DeleteSCIMServerCredentialRequest(directory_id=directory, credential_id=made.credential_id)
case.ok(c.delete_scimserver_credential, delete)
case.refused("EntityNotExists.SCIMServerCredential", c.delete_scimserver_credential, delete, status=404)
assert listed().keys() == before.keys()
case.finish()
