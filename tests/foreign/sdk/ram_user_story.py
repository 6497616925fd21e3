"""The account's side and the administrator's of the story of a RAM user, a step at a time, by the stock SDKs."""

import json
import sys
import time

from alibabacloud_cloudsso20210515 import models as sso
from alibabacloud_cloudsso20210515.client import Client as Sso
from alibabacloud_ims20190815 import models as ims
from alibabacloud_ims20190815.client import Client as Ims
from alibabacloud_ram20150501 import models as ram
from alibabacloud_ram20150501.client import Client as Ram
from alibabacloud_sts20150401 import models as sts
from alibabacloud_sts20150401.client import Client as Sts
from alibabacloud_tea_openapi.exceptions import ClientException
from alibabacloud_tea_openapi.utils_models import Config

world = json.load(sys.stdin)


def client(kind, endpoint, key):
    names = ("access_key_id", "access_key_secret", "security_token")
    credentials = {name: value for name, value in zip(names, key) if value}
    return kind(Config(protocol="HTTP", endpoint=endpoint, region_id="cn-shanghai", **credentials))


openapi, cloud, directory = world["openapi"], world["local_cloud"], world["directory_id"]
cloudsso = client(Sso, openapi["endpoint"], (openapi["access_key_id"], openapi["access_key_secret"]))
account, user_name = world["account_id"], world["user_name"]
principal = f"{user_name}@{account}.onaliyun.com"


def inside(kind):
    """The management account in the member, by AssumeRole."""
    owner = client(Sts, cloud["endpoint"], (cloud["access_key_id"], cloud["access_key_secret"]))
    arn = f"acs:ram::{account}:role/ResourceDirectoryAccountAccessRole"
    given = owner.assume_role(sts.AssumeRoleRequest(role_arn=arn, role_session_name="story")).body.credentials
    return client(kind, cloud["endpoint"], (given.access_key_id, given.access_key_secret, given.security_token))


def refused(call):
    try:
        call()
    except ClientException as refusal:
        return refusal.code
    return "ok"


def delete_ram_user():
    inside(Ims).delete_user(ims.DeleteUserRequest(user_principal_name=principal))


def until(is_done):
    # The work is done by tasks; the SDK has no way to wait for them but to ask again.
    for _ in range(600):
        if is_done():
            return
        time.sleep(0.05)
    raise AssertionError("it was not done in half a minute")


def events(provisioning):
    request = sso.ListUserProvisioningEventsRequest(directory_id=directory, user_provisioning_id=provisioning)
    return cloudsso.list_user_provisioning_events(request).body.total_counts


def provision():
    users = cloudsso.list_users(sso.ListUsersRequest(directory_id=directory, filter=f"UserName eq {user_name}")).body.users
    made = cloudsso.create_user_provisioning(
        sso.CreateUserProvisioningRequest(
            directory_id=directory,
            target_type="RD-Account",
            target_id=account,
            principal_type="User",
            principal_id=users[0].user_id,
            duplication_strategy="KeepBoth",
            deletion_strategy="Delete",
        )
    ).body.user_provisioning
    until(lambda: events(made.user_provisioning_id) == 0)
    user = inside(Ims).get_user(ims.GetUserRequest(user_principal_name=principal)).body.user
    return {
        "user_provisioning_id": made.user_provisioning_id,
        "status": made.status,
        "provision_type": user.provision_type,
        "user_id": user.user_id,
        "policies": len(inside(Ram).list_policies_for_user(ram.ListPoliciesForUserRequest(user_name=user_name)).body.policies.policy),
        "delete": refused(delete_ram_user),
    }


def grant():
    request = ram.AttachPolicyToUserRequest(
        policy_type="System", policy_name="AliyunOSSReadOnlyAccess", user_name=user_name
    )
    inside(Ram).attach_policy_to_user(request)
    return {}


def end():
    provisioning = world["user_provisioning_id"]
    request = sso.DeleteUserProvisioningRequest(
        directory_id=directory, user_provisioning_id=provisioning, deletion_strategy="Keep"
    )
    cloudsso.delete_user_provisioning(request)
    get = sso.GetUserProvisioningRequest(directory_id=directory, user_provisioning_id=provisioning)
    until(lambda: refused(lambda: cloudsso.get_user_provisioning(get)) == "EntityNotExists.UserProvisioning")
    kept = inside(Ims).get_user(ims.GetUserRequest(user_principal_name=principal)).body.user
    held = ram.DetachPolicyFromUserRequest(
        policy_type="System", policy_name="AliyunOSSReadOnlyAccess", user_name=user_name
    )
    with_policy = refused(delete_ram_user)
    inside(Ram).detach_policy_from_user(held)
    delete_ram_user()
    get_user = ims.GetUserRequest(user_principal_name=principal)
    return {
        "provision_type": kept.provision_type,
        "user_id": kept.user_id,
        "delete_with_policy": with_policy,
        "get_after": refused(lambda: inside(Ims).get_user(get_user)),
    }


json.dump({"provision": provision, "grant": grant, "end": end}[world["step"]](), sys.stdout)
