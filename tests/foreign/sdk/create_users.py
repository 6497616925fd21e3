"""RAM users by the vendor's SDK of IMS, as its documentation creates them: the default domain and the password
policy are asked first, then come the user, and a login profile or an access key. The test gives the users, and
compares them with those that the console makes.
"""

import json
import sys

from alibabacloud_ims20190815 import client as ims
from alibabacloud_ims20190815 import models as m

from case import Case

case = Case()
client = case.client(ims)

domain = case.ok(client.get_default_domain).default_domain_name
policy = case.ok(client.get_password_policy).password_policy
for user in case.world["users"]:
    name = f"{user['name']}@{domain}"
    optional = {key: user[key] for key in ("email", "mobile_phone", "comments") if user[key]}
    tags = [m.CreateUserRequestTag(key=key, value=value) for key, value in user["tags"]]
    request = m.CreateUserRequest(
        user_principal_name=name, display_name=user["display_name"], tag=tags or None, **optional
    )
    assert case.ok(client.create_user, request).user.user_principal_name == name
    if user["password"]:
        assert len(user["password"]) >= policy.minimum_password_length
        request = m.CreateLoginProfileRequest(
            user_principal_name=name,
            password=user["password"],
            password_reset_required=user["reset_required"],
            mfabind_required=user["mfa_required"],
        )
        case.ok(client.create_login_profile, request)
    if user["access_key"]:
        key = case.ok(client.create_access_key, m.CreateAccessKeyRequest(user_principal_name=name)).access_key
        assert key.access_key_secret, key
json.dump(domain, sys.stdout)
