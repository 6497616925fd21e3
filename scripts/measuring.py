"""What the measurements from outside share: the accounts and the product as processes of their own, which may
be killed, and the vendor's SDKs to speak with them."""

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request

from alibabacloud_ram20150501 import models as ram
from alibabacloud_ram20150501.client import Client as Ram
from alibabacloud_sts20150401 import models as sts
from alibabacloud_sts20150401.client import Client as Sts
from alibabacloud_tea_openapi.exceptions import ClientException
from alibabacloud_tea_openapi.utils_models import Config

PREFIX = "AliyunReservedSSO-"


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def client(kind, endpoint, key):
    names = ("access_key_id", "access_key_secret", "security_token")
    credentials = {name: value for name, value in zip(names, key) if value}
    return kind(Config(protocol="HTTP", endpoint=endpoint, region_id="cn-shanghai", **credentials))


class LocalCloud:
    """The accounts, in a process of their own; what befalls their calls can be changed between starts."""

    def __init__(self, executable, folder):
        self.executable, self.folder, self.port, self.process = executable, folder, free_port(), None

    def start(self, *faults):
        command = [self.executable, "local-cloud", "--json", "--data-dir", self.folder, "--port", str(self.port)]
        for rule in faults:
            command += ["--local-cloud-faults", rule]
        log = open(self.folder + ".log", "ab")
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log)
        self.facts = json.loads(self.process.stdout.readline())

    def stop(self):
        self.process.terminate()
        self.process.wait(60)

    def owner(self):
        return self.facts["access_key_id"], self.facts["access_key_secret"], None

    def inside(self, account, kind=Ram):
        """A session of the account's administrator, by this SDK."""
        caller = client(Sts, self.facts["endpoint"], self.owner())
        arn = f"acs:ram::{account}:role/ResourceDirectoryAccountAccessRole"
        answer = caller.assume_role(sts.AssumeRoleRequest(role_arn=arn, role_session_name="measure"))
        given = answer.body.credentials
        key = given.access_key_id, given.access_key_secret, given.security_token
        return client(kind, self.facts["endpoint"], key)

    def objects(self, account):
        """Our roles and policies in an account."""
        inside = self.inside(account)
        roles = inside.list_roles(ram.ListRolesRequest(max_items=1000)).body.roles.role
        policies = inside.list_policies(ram.ListPoliciesRequest(policy_type="Custom", max_items=1000)).body.policies.policy
        names = [role.role_name for role in roles] + [policy.policy_name for policy in policies]
        return sorted(name[len(PREFIX):] for name in names if name.startswith(PREFIX))


class Server:
    """The product, which may be killed and started again at the same place."""

    def __init__(self, executable, folder, cloud, rate):
        self.executable, self.folder = executable, folder
        self.port, self.management = free_port(), free_port()
        self.config = os.path.join(folder, "cloudsso.toml")
        self.process, self.cpu, self.kills = None, 0.0, 0
        os.makedirs(folder)
        facts = cloud.facts
        with open(self.config, "w", encoding="utf-8") as text:
            text.write(
                f"""
[data]
dir = "{folder}/data"
[public]
port = {self.port}
[management]
port = {self.management}
[log]
filter = "warn"
[cloud]
site = "local"
endpoint = "{facts["endpoint"]}"
base_url = "{facts["console_url"].removesuffix("/console")}"
access_key_id = "{facts["service_access_key_id"]}"
access_key_secret = "{facts["service_access_key_secret"]}"
rate = {rate}
"""
            )
        os.makedirs(f"{folder}/data")

    def key(self):
        command = [self.executable, "admin", "create-access-key", "--machine", "measure", "--json"]
        command += ["--policy", "AliyunCloudSSOFullAccess", "--config", self.config]
        made = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        return made["access_key_id"], made["access_key_secret"], None

    def start(self):
        log = open(self.folder + "/log", "ab")
        command = [self.executable, "serve", "--config", self.config]
        self.process = subprocess.Popen(command, stdout=log, stderr=log)
        ready = f"http://127.0.0.1:{self.management}/health/ready"
        for _ in range(6000):
            assert self.process.poll() is None, open(self.folder + "/log", encoding="utf-8").read()[-2000:]
            try:
                if urllib.request.urlopen(ready, timeout=5).status == 200:
                    return
            except (urllib.error.URLError, OSError):
                pass
            time.sleep(0.01)
        raise AssertionError("the server is not ready after a minute")

    def count_cpu(self):
        """Adds what the process has used so far, in seconds."""
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        self.cpu += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def kill(self):
        self.count_cpu()
        self.process.kill()
        self.process.wait(60)
        self.kills += 1

    def stop(self):
        self.count_cpu()
        self.process.terminate()
        self.process.wait(60)


def again(call, done):
    """Calls until there is an answer. An answer may have been lost: `done` is the code of what is done."""
    while True:
        try:
            return call()
        except ClientException as refusal:
            if refusal.code == done:
                return None
            if refusal.code not in ("OperationConflict.Task", "ServiceUnavailable", "InternalError"):
                raise
        except Exception:  # the server is not there at this moment
            pass
        time.sleep(0.05)
