"""The app server: knows who people are, and gives each an STS token that reaches no further than their own.

    app_server.py SETTINGS

SETTINGS is what set_up.py printed. Listens on a free port of this machine and prints its address. The app
posts {"name", "password"} to /token and gets credentials for an hour.
"""

import hmac
import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from alibabacloud_sts20150401 import models as sts
from alibabacloud_sts20150401.client import Client as Sts
from alibabacloud_tea_openapi.utils_models import Config

HOUR = 3600
# How people sign in to the app is the app's own affair; this stands for it.
PASSWORDS = {"alice": "wonderland", "bob": "builder"}

settings = json.loads(Path(sys.argv[1]).read_text())
session_policy = (Path(__file__).parent / "policies" / "session.json").read_text()
cloud = Sts(
    Config(
        protocol="HTTP",
        endpoint=settings["endpoint"],
        access_key_id=settings["access_key_id"],
        access_key_secret=settings["access_key_secret"],
    )
)


def sign_in(asked):
    """The name of somebody we know: one of ours and not what was sent, since it becomes part of a policy."""
    for name, password in PASSWORDS.items():
        if asked.get("name") == name and hmac.compare_digest(str(asked.get("password")).encode(), password.encode()):
            return name
    return None


def token_for(person):
    policy = session_policy.replace("ACCOUNT", settings["account_id"]).replace("PERSON", person)
    answer = cloud.assume_role(
        sts.AssumeRoleRequest(
            role_arn=settings["role_arn"],
            # Who it was, in every later look at what was done.
            role_session_name=person,
            duration_seconds=HOUR,
            policy=json.dumps(json.loads(policy)),
        )
    )
    return {"endpoint": settings["endpoint"], "account_id": settings["account_id"]} | answer.body.credentials.to_map()


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        try:
            asked = json.loads(self.rfile.read(min(int(self.headers["Content-Length"]), 4096)))
            person = sign_in(asked) if self.path == "/token" else None
        except (TypeError, ValueError, AttributeError):
            return self.answer(400, {"error": "not a sign-in"})
        if person is None:
            return self.answer(401, {"error": "nobody of that name and password"})
        return self.answer(200, token_for(person))

    def answer(self, status, content):
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Says nothing: standard output is for the address."""


server = HTTPServer(("127.0.0.1", 0), Handler)
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
