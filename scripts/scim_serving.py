"""What the measurements and trials of SCIM share: SCIM servers as processes (ours, and two that others wrote), a
small client, and the load of `benches/scim_load`. Needs nothing but Python's own library."""

import http.client
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.parse

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PEERS = os.path.join(ROOT, "tests", "foreign", "peers")
PEERS_HOME = os.path.join(ROOT, "target", "peers")
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
#: A PATCH is answered with the resource or without a body (RFC 7644 §3.5.2).
PATCHED = (200, 204)
TICKS = os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def patch(*operations):
    """The body of a PATCH, whose operations are given as (op, path, value); a value of None is left out."""
    names = ("op", "path", "value")
    written = [{name: part for name, part in zip(names, one) if part is not None} for one in operations]
    return {"schemas": [PATCH], "Operations": written}


class Unanswered(Exception):
    """The request may have been carried out or not."""


class Client:
    """One connection to a SCIM server, opened again where it was closed."""

    def __init__(self, base_url, token):
        place = urllib.parse.urlsplit(base_url)
        self.address = "127.0.0.1" if place.hostname == "localhost" else place.hostname
        self.port, self.prefix = place.port, place.path.rstrip("/")
        self.headers = {"Host": place.netloc, "Authorization": f"Bearer {token}", "Accept": "application/scim+json"}
        self.connection = None

    def call(self, method, path, body=None, headers=None):
        """Gives the status, the answer's fields, and its body as JSON. Asks once: a lost answer is an error."""
        sent = dict(self.headers, **(headers or {}))
        text = None
        if body is not None:
            text = json.dumps(body)
            sent["Content-Type"] = "application/scim+json"
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection(self.address, self.port, timeout=120)
            self.connection.request(method, self.prefix + path, text, sent)
            answer = self.connection.getresponse()
            read = answer.read()
        except (OSError, http.client.HTTPException) as problem:
            self.close()
            raise Unanswered(f"{method} {path}: {problem!r}") from problem
        if answer.will_close:
            self.close()
        return answer.status, answer.headers, json.loads(read) if read else None

    def want(self, status, method, path, body=None, headers=None):
        """The same, where only one status is right; gives the body."""
        got, _, answer = self.call(method, path, body, headers)
        assert got == status, f"{method} {path}: {got}, not {status}: {json.dumps(answer)[:500]}"
        return answer

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def walk(self, path, count=100):
        """Every resource of a list, by cursor (RFC 9865)."""
        cursor, mark = "", "&" if "?" in path else "?"
        while cursor is not None:
            page = self.want(200, "GET", f"{path}{mark}count={count}&cursor={urllib.parse.quote(cursor)}")
            yield from page.get("Resources", [])
            cursor = page.get("nextCursor") or None


class Process:
    """A server that runs until it is stopped, and everything that it started."""

    process = None
    log = None
    #: How it is asked to leave the members out of the answer to a PATCH.
    without_members = "?excludedAttributes=members"

    def run(self, command, **extra):
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log, **extra)

    def tasks(self):
        """The threads of its processes, as their folders in /proc."""
        waiting, found = [self.process.pid], []
        while waiting:
            home = f"/proc/{waiting.pop()}/task"
            for task in os.listdir(home):
                try:
                    with open(f"{home}/{task}/children", encoding="ascii") as children:
                        waiting += [int(child) for child in children.read().split()]
                    found.append(f"{home}/{task}")
                except FileNotFoundError:
                    pass  # it ended meanwhile
        return found

    def cpu(self):
        """Seconds of CPU that its processes have used, in ticks of the kernel's (10 ms)."""
        used = 0
        for home in {os.path.dirname(os.path.dirname(task)) for task in self.tasks()}:
            with open(f"{home}/stat", encoding="ascii") as stat:
                fields = stat.read().rsplit(")", 1)[1].split()
            used += int(fields[11]) + int(fields[12])
        return used / TICKS

    def cpu_of_tasks(self):
        """The same by thread, by the nanosecond, for `used_since`."""
        used = {}
        for task in self.tasks():
            try:
                with open(f"{task}/schedstat", encoding="ascii") as schedstat:
                    used[task] = int(schedstat.read().split()[0])
            except FileNotFoundError:
                pass
        return used

    def used_since(self, before):
        """Seconds of CPU since then, but what threads used that have ended."""
        now = self.cpu_of_tasks()
        return sum(used - before.get(task, 0) for task, used in now.items()) / 1e9

    def peak_mb(self):
        """The most memory that was resident."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return int(re.search(r"VmHWM:\s+(\d+) kB", status.read()).group(1)) / 1024

    def wait(self, is_there, seconds=120):
        begun = time.monotonic()
        while not is_there():
            if self.process.poll() is not None or time.monotonic() - begun > seconds:
                with open(self.log.name, encoding="utf-8", errors="replace") as log:
                    raise AssertionError(f"{self.name} did not start: {log.read()[-2000:]}")
            time.sleep(0.01)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(60)

    def kill(self):
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait(60)

    def client(self):
        return Client(self.base_url, self.token)

    def is_listening(self):
        try:
            self.client().call("GET", "/ServiceProviderConfig")
            return True
        except Unanswered:
            return False

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()


def removed_by_path(member):
    return patch(("remove", f'members[value eq "{member}"]', None))


def removed_by_value(member):
    return patch(("remove", "members", [{"value": member}]))


class Ours(Process):
    """The product with its demo's organisation and connector, on SQLite unless there is a database for it."""

    name = "cloudsso"
    removed = staticmethod(removed_by_path)

    def __init__(self, executable, folder, database_url=None, **settings):
        self.executable, self.folder, self.database_url = os.path.abspath(executable), folder, database_url
        self.port, self.management, self.cloud = free_port(), free_port(), free_port()
        os.makedirs(folder, exist_ok=True)
        self.log = open(folder.rstrip("/") + ".log", "ab")
        # What is measured are large numbers of changes, which the guard is there to hold up.
        given = {"SCIM_MASS_CHANGE_LIMIT": 0, "QUOTAS_USERS": 2_000_000, "QUOTAS_GROUPS": 100_000, "LOG_FILTER": "warn"}
        given.update(settings)
        self.environment = dict(os.environ, **{f"CLOUDSSO_{name}": str(value) for name, value in given.items()})

    def ports(self, public, management):
        return ["--public-port", str(public), "--management-port", str(management)]

    def start(self):
        file = os.path.join(self.folder, "demo.json")
        if os.path.exists(file):
            os.remove(file)
        command = [self.executable, "serve", "--demo", "--data-dir", self.folder]
        command += self.ports(self.port, self.management) + ["--local-cloud-port", str(self.cloud)]
        if self.database_url:
            command += ["--database-url", self.database_url]
        self.run(command, env=self.environment)
        self.wait(lambda: os.path.exists(file))
        with open(file, encoding="utf-8") as text:
            facts = json.load(text)
        self.base_url, self.token = facts["scim"]["base_url"], facts["scim"]["token"]

    def replica(self):
        """A second server on the same database, not yet started."""
        return Replica(self)


class Replica(Process):
    """Another server of ours on the same PostgreSQL database."""

    name = "cloudsso, second replica"

    def __init__(self, first):
        self.first, self.port = first, free_port()
        self.log = first.log
        self.token = first.token
        # It is asked by an address of its own; the name in its answers stays the first's.
        self.base_url = f"http://127.0.0.1:{self.port}/scim/v2"

    def start(self):
        folder = os.path.join(self.first.folder, "replica")
        os.makedirs(folder, exist_ok=True)
        command = [self.first.executable, "serve", "--config", os.path.join(self.first.folder, "replica.toml")]
        command += ["--data-dir", folder] + self.first.ports(self.port, free_port())
        self.run(command, env=self.first.environment)
        self.wait(self.is_listening)


class Scimmy(Process):
    """scimmy and scimmy-routers by express, in memory."""

    name = "scimmy"
    removed = staticmethod(removed_by_path)
    # It leaves them out of what it changes and stores, too: a group of 1,000 to which one is added has one.
    without_members = ""

    def __init__(self, folder):
        self.port, self.token = free_port(), secrets.token_hex(16)
        self.base_url = f"http://127.0.0.1:{self.port}/scim/v2"
        self.home = os.path.join(PEERS_HOME, "scimmy")
        self.log = open(os.path.join(folder, "scimmy.log"), "ab")

    def start(self):
        # Beside its packages, where node looks for them.
        shutil.copy(os.path.join(PEERS, "scimmy", "server.mjs"), self.home)
        environment = dict(os.environ, NODE_ENV="production")
        self.run(["node", "server.mjs", str(self.port), self.token], cwd=self.home, env=environment)
        self.wait(self.is_listening)


class Django(Process):
    """django-scim2 by two workers of gunicorn, on SQLite with a write-ahead log that is synced."""

    name = "django-scim2"
    # It answers 501 to a path with a filter.
    removed = staticmethod(removed_by_value)

    def __init__(self, folder):
        self.port, self.token = free_port(), secrets.token_hex(16)
        self.base_url = f"http://127.0.0.1:{self.port}/scim/v2"
        self.bin = os.path.join(PEERS_HOME, "django", "bin")
        self.folder = os.path.join(folder, "django")
        os.makedirs(self.folder)
        self.log = open(os.path.join(folder, "django.log"), "ab")

    def start(self):
        environment = dict(os.environ, PEER_FOLDER=self.folder, PEER_TOKEN=self.token)
        environment.update(DJANGO_SETTINGS_MODULE="settings", PYTHONDONTWRITEBYTECODE="1")
        home = {"cwd": os.path.join(PEERS, "django"), "env": environment}
        command = [os.path.join(self.bin, "python"), "-m", "django", "migrate", "--run-syncdb", "--verbosity", "0"]
        subprocess.run(command, check=True, **home)
        command = [os.path.join(self.bin, "gunicorn"), "--bind", f"127.0.0.1:{self.port}", "--workers", "2"]
        # Of the ways to run it the fastest here: threads keep connections, single workers close them.
        command += ["--worker-class", "gthread", "--threads", "4"]
        self.run(command + ["--log-level", "warning", "wsgi"], **home)
        self.wait(self.is_listening)


class Load:
    """The load of `benches/scim_load`, built where that is needed."""

    def __init__(self, executable=None):
        command = [executable]
        if not executable:
            command = ["cargo", "bench", "--quiet", "--locked", "--bench", "scim-load"]
            # Before anything is measured.
            subprocess.run(command + ["--no-run"], cwd=ROOT, check=True)
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, text=True)

    def run(self, server, steps, connections=16, **job):
        """Steps are (method, path, body, status of success, or several); the rest is as `benches/scim_load` says."""
        written = []
        for method, path, body, status in steps:
            text = body if isinstance(body, str) else json.dumps(body, separators=(",", ":")) if body else ""
            statuses = [status] if isinstance(status, int) else list(status)
            written.append({"method": method, "path": path, "body": text, "statuses": statuses})
        job.update(base_url=server.base_url, token=server.token, connections=connections, steps=written)
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, "the load ended"
        return json.loads(answer)

    def stop(self):
        self.process.stdin.close()
        self.process.wait(60)


def user(name):
    """The user of every measurement: a name, an address."""
    return {
        "schemas": [USER],
        "userName": name,
        "externalId": f"ext-{name}",
        "name": {"givenName": "Ada", "familyName": f"Lovelace {name}"},
        "displayName": f"Ada Lovelace {name}",
        "emails": [{"value": f"{name}@example.com", "type": "work", "primary": True}],
        "active": True,
    }


def quantile(values, share):
    """The value below which that share lies; nothing of nothing."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else float("nan")


def install_peers():
    """Installs the two peers below target/peers, once; made anew when a list changes."""
    scimmy, django = os.path.join(PEERS, "scimmy"), os.path.join(PEERS, "django", "requirements.txt")
    wanted = ""
    for file in (os.path.join(scimmy, "package-lock.json"), django):
        with open(file, encoding="utf-8") as text:
            wanted += text.read()
    mark = os.path.join(PEERS_HOME, ".wanted")
    if os.path.exists(mark):
        with open(mark, encoding="utf-8") as text:
            if text.read() == wanted:
                return
    for tool in ("node", "npm"):
        assert shutil.which(tool), f"{tool} is missing: the peer scimmy needs Node.js 18 or newer"
    print("installing the peers into target/peers", file=sys.stderr)
    shutil.rmtree(PEERS_HOME, ignore_errors=True)
    home = os.path.join(PEERS_HOME, "scimmy")
    os.makedirs(home)
    for file in ("package.json", "package-lock.json"):
        shutil.copy(os.path.join(scimmy, file), home)
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=home, check=True)
    home = os.path.join(PEERS_HOME, "django")
    subprocess.run([sys.executable, "-m", "venv", home], check=True)
    pip = [os.path.join(home, "bin", "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run(pip + ["--requirement", django], check=True)
    with open(mark, "w", encoding="utf-8") as text:
        text.write(wanted)
