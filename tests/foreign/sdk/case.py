"""What every SDK script stands on: clients of the vendor's packages pointed at the server under test,
and a record of which actions were called and how each ended.

A script reads its world from standard input as JSON (`endpoint`, `access_key_id`, `access_key_secret`,
perhaps `security_token`, and what else the test gives), calls actions through `ok` and `refused`, and ends
with `finish`, which prints the record. Anything unexpected is an exception, and the test shows it.
"""

import json
import sys

from alibabacloud_tea_openapi.exceptions import ClientException
from alibabacloud_tea_openapi.utils_models import Config


class Case:
    def __init__(self):
        self.world = json.load(sys.stdin)
        self.succeeded = {}
        self.codes = {}

    def client(self, module, endpoint=None, **credentials):
        """The package's own client, unmodified. Without `credentials` it signs with the world's key, and
        without `endpoint` it calls the world's."""
        keys = ("access_key_id", "access_key_secret", "security_token")
        given = credentials or {key: self.world[key] for key in keys if key in self.world}
        endpoint = endpoint or self.world["endpoint"]
        return module.Client(Config(protocol="HTTP", endpoint=endpoint, region_id="cn-shanghai", **given))

    def ok(self, method, request=None):
        """Calls `method`, which must succeed, and returns the body of the answer."""
        answer = method(request) if request is not None else method()
        assert answer.status_code == 200, answer
        assert answer.body.request_id, answer
        self.succeeded[action(method)] = self.succeeded.get(action(method), 0) + 1
        return answer.body

    def refused(self, code, method, request=None, status=None):
        """Calls `method`, which must be refused with exactly this code."""
        try:
            answer = method(request) if request is not None else method()
        except ClientException as refusal:
            assert refusal.code == code, f"{action(method)}: expected {code}, got {refusal.code}: {refusal.message}"
            assert status is None or refusal.status_code == status, f"{code}: status {refusal.status_code}"
            assert "request id:" in refusal.message, refusal.message
            self.codes.setdefault(action(method), []).append(code)
            return refusal.message
        raise AssertionError(f"{action(method)}: expected {code}, got {answer.body}")

    def finish(self):
        json.dump({"succeeded": self.succeeded, "refused": self.codes}, sys.stdout)


def action(method):
    """`create_saml_provider` → `createsamlprovider`, as the test compares names of actions."""
    return method.__name__.replace("_", "")
