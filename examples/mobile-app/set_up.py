"""What an administrator does once: a RAM user for the app server, a role for the app, and two people.

    set_up.py CLOUD

CLOUD is what `cloudsso local-cloud --json` printed. Prints what the app server needs, its AccessKey among it.
"""

import json
import sys
from pathlib import Path

from alibabacloud_ram20150501 import models as ram
from alibabacloud_ram20150501.client import Client as Ram
from alibabacloud_tea_openapi.utils_models import Config

SERVER, ROLE, PEOPLE = "photo-server", "photo-app", ("alice", "bob")

cloud = json.loads(Path(sys.argv[1]).read_text())
account = cloud["management_account_id"]
administrator = Ram(
    Config(
        protocol="HTTP",
        endpoint=cloud["endpoint"],
        access_key_id=cloud["access_key_id"],
        access_key_secret=cloud["access_key_secret"],
    )
)


def policy(name):
    file = Path(__file__).parent / "policies" / f"{name}.json"
    return json.dumps(json.loads(file.read_text().replace("ACCOUNT", account)))


# The app server: a RAM user without a console, who may assume one role and do nothing else.
administrator.create_user(ram.CreateUserRequest(user_name=SERVER))
administrator.create_policy(ram.CreatePolicyRequest(policy_name=SERVER, policy_document=policy("server")))
administrator.attach_policy_to_user(
    ram.AttachPolicyToUserRequest(policy_type="Custom", policy_name=SERVER, user_name=SERVER)
)
key = administrator.create_access_key(ram.CreateAccessKeyRequest(user_name=SERVER)).body.access_key

# The role of the app: trusts that user and nobody else, and may read.
role = administrator.create_role(
    ram.CreateRoleRequest(
        role_name=ROLE, assume_role_policy_document=policy("trust"), max_session_duration=3600
    )
).body.role
administrator.create_policy(ram.CreatePolicyRequest(policy_name=ROLE, policy_document=policy("role")))
administrator.attach_policy_to_role(
    ram.AttachPolicyToRoleRequest(policy_type="Custom", policy_name=ROLE, role_name=ROLE)
)

for name in PEOPLE:
    administrator.create_user(ram.CreateUserRequest(user_name=name))

print(
    json.dumps(
        {
            "endpoint": cloud["endpoint"],
            "account_id": account,
            "role_arn": role.arn,
            "access_key_id": key.access_key_id,
            "access_key_secret": key.access_key_secret,
        }
    )
)
