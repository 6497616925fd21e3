"""What the service providers here share: their keys, their sessions, and their HTTP face on the loopback interface.

Every one of them is started with the metadata of an identity provider, writes its own into `<folder>/metadata.xml`,
and prints one line of JSON once it listens: {"base_url", "entity_id", "metadata"}. It runs until it is killed.

  GET  /login       sends the browser to be signed in. binding=redirect (default) or post; force=1, passive=1,
                    format=<NameID format>, context=<AuthnContextClassRef>, relay_state=<what it wants back>
  POST /acs         takes a Response: 303 to a RelayState that is a path of its own, else to /whoami; 403 where it
                    is refused, with {"refused": why}
  GET  /whoami      {"name_id", "name_id_format", "name_qualifier", "sp_name_qualifier", "attributes",
                    "authn_context", "session_index", "in_response_to", "relay_state"}; 401 without a session
  GET  /logout      asks the identity provider for single logout. binding=redirect (default), post, or soap
  *    /slo         the identity provider's requests and answers of single logout. A request is answered with a
                    signed LogoutResponse; an answer with 303 to /whoami, or 403 where it is refused
  GET  /metadata    its metadata

All that is kept is kept in memory.
"""

import argparse
import json
import os
import secrets
import subprocess
import sys
import threading
import urllib.parse
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FORM_LIMIT = 1_000_000


class Refused(Exception):
    """Why a message is not accepted."""


def page(status, text, kind="text/html; charset=utf-8", **fields):
    """An answer: its status, its fields, its body."""
    return status, {"Content-Type": kind, **fields}, text.encode() if isinstance(text, str) else text


def told(status, what, **fields):
    return page(status, json.dumps(what), "application/json", **fields)


def sent_to(location, **fields):
    return page(303, "", Location=location, **fields)


def posted(url, **fields):
    """A page whose form posts itself."""

    def escaped(text):
        return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")

    inputs = "".join(
        f'<input type="hidden" name="{name}" value="{escaped(value)}"/>' for name, value in fields.items() if value
    )
    form = f'<form method="post" action="{escaped(url)}">{inputs}<noscript><button>Continue</button></noscript></form>'
    return page(200, f'<!doctype html><title>Continue</title><body onload="document.forms[0].submit()">{form}</body>')


def make_keys(folder, name):
    """A key and its own certificate of it, as PEM files; gives their paths."""
    key, certificate = os.path.join(folder, f"{name}.key"), os.path.join(folder, f"{name}.crt")
    if not os.path.exists(certificate):
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", f"/CN={name}"]
        subprocess.run(command + ["-keyout", key, "-out", certificate], check=True, capture_output=True)
    return key, certificate


def options(description):
    """The arguments that all of them take."""
    raw = argparse.RawDescriptionHelpFormatter
    read = argparse.ArgumentParser(description=description, formatter_class=raw)
    read.add_argument("--folder", required=True, help="where its keys and its metadata go; made when missing")
    read.add_argument("--port", type=int, default=0, help="on 127.0.0.1; 0 for any free one")
    read.add_argument("--idp-metadata", required=True, help="file: the identity provider's metadata")
    read.add_argument("--unsigned-requests", action="store_true", help="do not sign AuthnRequests")
    read.add_argument("--encrypted", action="store_true", help="refuse assertions that are not encrypted")
    read.add_argument("--want", choices=("assertion", "response", "both", "either"), default="either",
                      help="what must be signed in a Response")
    read.add_argument("--allow-unsolicited", action="store_true", help="take Responses that nobody asked for")
    return read


class ServiceProvider:
    """What each must bring: `metadata`, `ask`, `accept`, `log_out`, `take_logout`. The rest is the same in all."""

    #: The name of its cookie, so that several can be visited with one browser: cookies know no ports.
    cookie = "sp"

    def __init__(self, read):
        os.makedirs(read.folder, exist_ok=True)
        self.read, self.lock = read, threading.Lock()
        self.server = ThreadingHTTPServer(("127.0.0.1", read.port), type("Face", (Face,), {"provider": self}))
        self.server.daemon_threads = True
        self.base_url = f"http://127.0.0.1:{self.server.server_port}"
        self.entity_id = f"{self.base_url}/metadata"
        self.sessions, self.asked = {}, {}

    def serve(self):
        file = os.path.join(self.read.folder, "metadata.xml")
        with open(file, "w", encoding="utf-8") as text:
            text.write(self.metadata())
        print(json.dumps({"base_url": self.base_url, "entity_id": self.entity_id, "metadata": file}), flush=True)
        try:
            self.server.serve_forever()
        except KeyboardInterrupt:
            pass

    def answer(self, method, path, message, token):
        """`message` is a `Message`, `token` the session's."""
        session = self.sessions.get(token)
        match method, path:
            case "GET", "/login":
                return self.ask(message)
            case "POST", "/acs":
                session = self.accept(message)
                session["relay_state"] = message.field("RelayState")
                token = secrets.token_urlsafe(16)
                self.sessions[token] = session
                relay_state = session["relay_state"] or ""
                is_own = relay_state.startswith("/") and not relay_state.startswith("//")
                cookie = f"{self.cookie}={token}; Path=/; HttpOnly"
                return sent_to(relay_state if is_own else "/whoami", **{"Set-Cookie": cookie})
            case "GET", "/whoami":
                if session is None:
                    return told(401, {"refused": "nobody is signed in"})
                return told(200, {name: value for name, value in session.items() if not name.startswith("_")})
            case "GET", "/logout":
                if session is None:
                    return told(401, {"refused": "nobody is signed in"})
                return self.log_out(session, message.field("binding") or "redirect")
            case ("GET" | "POST"), "/slo":
                return self.take_logout(message)
            case "GET", "/metadata":
                return page(200, self.metadata(), "application/samlmetadata+xml")
        return told(404, {"refused": f"there is no {method} {path}"})

    def forget(self, name_id, session_indexes=()):
        """Ends the sessions of that name, or those of them that are named. Gives how many there were."""
        ended = [
            token
            for token, session in self.sessions.items()
            if session["name_id"] == name_id and (not session_indexes or session["session_index"] in session_indexes)
        ]
        for token in ended:
            del self.sessions[token]
        return len(ended)


class Message:
    """What came with a request: the fields of its query or of its form, or a whole body that is no form."""

    def __init__(self, query, form, body):
        self.query, self.form, self.body = query, urllib.parse.parse_qs(form), body
        self.is_post = bool(form)
        self.fields = self.form if self.is_post else urllib.parse.parse_qs(query)

    def field(self, name):
        return self.fields.get(name, [None])[0]

    def is_set(self, name):
        return self.field(name) == "1"


class Face(BaseHTTPRequestHandler):
    provider = None
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.carry_out("", "")

    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        if length > FORM_LIMIT:
            self.close_connection = True
            return self.say(told(413, {"refused": f"{length} bytes"}))
        body = self.rfile.read(length).decode()
        is_form = self.headers.get_content_type() == "application/x-www-form-urlencoded"
        return self.carry_out(body if is_form else "", "" if is_form else body)

    def carry_out(self, form, body):
        place = urllib.parse.urlsplit(self.path)
        cookie = SimpleCookie(self.headers.get("Cookie", "")).get(self.provider.cookie)
        try:
            with self.provider.lock:
                message = Message(place.query, form, body)
                answer = self.provider.answer(self.command, place.path, message, cookie.value if cookie else None)
        except Refused as why:
            answer = told(403, {"refused": str(why)})
        except Exception as problem:  # the libraries raise all sorts
            answer = told(500, {"broken": repr(problem)})
            print(f"{self.command} {place.path}: {problem!r}", file=sys.stderr)
        self.say(answer)

    def say(self, answer):
        status, fields, body = answer
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass
