"""The app on somebody's phone: holds no AccessKey of its own, and gets an STS token from its server.

    app.py ADDRESS

ADDRESS is what app_server.py printed.
"""

import json
import sys
from datetime import datetime, timezone
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from alibabacloud_ims20190815 import models as ims
from alibabacloud_ims20190815.client import Client as Ims
from alibabacloud_tea_openapi.exceptions import ClientException
from alibabacloud_tea_openapi.utils_models import Config


def token(name, password):
    body = json.dumps({"name": name, "password": password}).encode()
    return json.load(urlopen(Request(f"{sys.argv[1]}/token", body)))


def client(**credentials):
    return Ims(Config(protocol="HTTP", endpoint=given["endpoint"], **credentials))


def attempt(what, call):
    try:
        print(f"{what}: {call()}")
    except ClientException as refusal:
        print(f"{what}: refused ({refusal.code})")


def principal(name):
    return f"{name}@{given['account_id']}.onaliyun.com"


def user(cloud, name):
    found = cloud.get_user(ims.GetUserRequest(user_principal_name=principal(name))).body.user
    return found.user_principal_name.split("@")[0]


try:
    token("alice", "a guess")
except HTTPError as refusal:
    print(f"with a wrong password: refused ({refusal.code})")

given = token("alice", "wonderland")
left = datetime.fromisoformat(given["Expiration"].replace("Z", "+00:00")) - datetime.now(timezone.utc)
print(f"the token lasts {round(left.total_seconds() / 60)} minutes")

key = {"access_key_id": given["AccessKeyId"], "access_key_secret": given["AccessKeySecret"]}
cloud = client(**key, security_token=given["SecurityToken"])
# What the session policy allows.
attempt("alice's own record", lambda: user(cloud, "alice"))
# What the role allows and the session policy does not.
attempt("bob's record", lambda: user(cloud, "bob"))
attempt("everybody's records", lambda: cloud.list_users(ims.ListUsersRequest()).body)
# What neither allows.
attempt("a change", lambda: cloud.delete_user(ims.DeleteUserRequest(user_principal_name=principal("alice"))).body)
# The key is nothing without its token.
attempt("the key without the token", lambda: user(client(**key), "alice"))
