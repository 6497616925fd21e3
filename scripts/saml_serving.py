"""What measures SAML: identity providers as processes (ours, and two that others wrote), each with live sessions of
people who are signed in, and the load of `benches/sso_load`. Needs nothing but Python's own library."""

import base64
import datetime
import getpass
import glob
import http.cookiejar
import json
import os
import secrets
import shutil
import subprocess
import sys
import urllib.parse
import urllib.request
import zlib

import scim_serving
from scim_serving import PEERS, PEERS_HOME, ROOT, TICKS, Process, free_port
from visiting import sign_in

#: The service provider that asks. Nobody listens there: what the pages would post is read from them.
SP = "https://app.example.com/saml/metadata"
ACS = "https://app.example.com/saml/acs"
METADATA = f"""<?xml version="1.0"?>
<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{SP}">
<SPSSODescriptor AuthnRequestsSigned="false" WantAssertionsSigned="true" \
protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
<NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:transient</NameIDFormat>
<AssertionConsumerService index="0" isDefault="true" Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" \
Location="{ACS}"/>
</SPSSODescriptor>
</EntityDescriptor>
"""


def write_metadata(folder):
    file = os.path.join(folder, "sp.xml")
    with open(file, "w", encoding="utf-8") as text:
        text.write(METADATA)
    return file


def make_key(folder):
    """idp.key and idp.crt: RSA of 2,048 bits, as ours is."""
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=peer"]
    command += ["-keyout", os.path.join(folder, "idp.key"), "-out", os.path.join(folder, "idp.crt")]
    subprocess.run(command, check=True, capture_output=True)


def authn_request(url):
    """A URL that asks for somebody to be signed in, by Redirect."""
    xml = (
        '<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" '
        f'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_{secrets.token_hex(16)}" Version="2.0" '
        f'IssueInstant="{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%dT%H:%M:%SZ}" Destination="{url}" '
        f'AssertionConsumerServiceURL="{ACS}"><saml:Issuer>{SP}</saml:Issuer></samlp:AuthnRequest>'
    )
    deflate = zlib.compressobj(wbits=-15)
    deflated = deflate.compress(xml.encode()) + deflate.flush()
    return f"{url}?SAMLRequest={urllib.parse.quote_plus(base64.b64encode(deflated))}"


def cookies_of(jar):
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


class IdentityProvider(Process):
    """A server of single sign-on. Has `sso_url` once it is started."""

    def cpu(self):
        """Seconds of CPU of its processes, and of those that they started and saw end."""
        used = 0
        for home in {os.path.dirname(os.path.dirname(task)) for task in self.tasks()}:
            with open(f"{home}/stat", encoding="ascii") as stat:
                fields = stat.read().rsplit(")", 1)[1].split()
            used += sum(int(field) for field in fields[11:15])
        return used / TICKS

    def is_listening(self):
        try:
            urllib.request.urlopen(self.metadata_url, timeout=5).close()
            return True
        except OSError:
            return False


class Ours(scim_serving.Ours):
    """The product with its demo, on SQLite, and an application to which everybody who asks is assigned."""

    def __init__(self, executable, folder):
        super().__init__(executable, folder)
        self.metadata_file = write_metadata(folder)

    def start(self):
        super().start()
        with open(os.path.join(self.folder, "demo.json"), encoding="utf-8") as text:
            self.demo = json.load(text)
        self.sso_url = f"{self.demo['public_url']}/saml/idp/sso"

    def register(self, name, metadata, *settings):
        """Registers the service provider that this file says it is."""
        command = [self.executable, "admin", "create-application", "--name", name, "--json", "--metadata", metadata]
        made = subprocess.run(command + ["--data-dir", self.folder, *settings], capture_output=True, text=True)
        assert made.returncode == 0, f"create-application: {made.stderr}{made.stdout}"
        assert json.loads(made.stdout)["application_id"]

    def sign_in(self, count):
        """The cookies of people who have signed in; the demo may have fewer than are asked for."""
        people = self.demo["users"][:count]
        return [cookies_of(visited(sign_in(self.demo["public_url"], person)[0])) for person in people]

    def sessions(self, count):
        """The same, assigned to the application that is measured."""
        settings = ["--sign", "assertion"]
        for person in self.demo["users"][:count]:
            settings += ["--assign-user", person["username"]]
        self.register("measured", self.metadata_file, *settings)
        return self.sign_in(count)


def visited(visitor):
    """The cookies that a visitor holds."""
    (jar,) = (one.cookiejar for one in visitor.opener.handlers if hasattr(one, "cookiejar"))
    return jar


class Pysaml2(IdentityProvider):
    """pysaml2 by two workers of gunicorn. It signs by the program xmlsec1, which is the quicker of its two ways: the
    other multiplies in Python."""

    name = "pysaml2"

    def __init__(self, folder):
        self.port, self.session = free_port(), secrets.token_hex(16)
        self.url = f"http://127.0.0.1:{self.port}"
        self.sso_url, self.metadata_url = f"{self.url}/sso", f"{self.url}/metadata"
        self.folder = os.path.join(folder, "pysaml2")
        os.makedirs(self.folder)
        make_key(self.folder)
        self.log = open(os.path.join(folder, "pysaml2.log"), "ab")

    def start(self):
        environment = dict(os.environ, PEER_URL=self.url, PEER_FOLDER=self.folder, PEER_SESSION=self.session)
        environment.update(PEER_SPS=write_metadata(self.folder), PYTHONDONTWRITEBYTECODE="1", PYTHONWARNINGS="ignore")
        command = [os.path.join(PEERS_HOME, "pysaml2", "bin", "gunicorn"), "--bind", f"127.0.0.1:{self.port}"]
        # Of the ways to run it the fastest here.
        command += ["--workers", "2", "--worker-class", "gthread", "--threads", "4"]
        command += ["--log-level", "warning", "idp:application"]
        self.run(command, cwd=os.path.join(PEERS, "pysaml2"), env=environment)
        self.wait(self.is_listening)

    def sessions(self, _count):
        return [f"peer={self.session}"]


class SimpleSamlPhp(IdentityProvider):
    """SimpleSAMLphp by php-fpm behind nginx, with OPcache, which never looks whether a file has changed."""

    name = "SimpleSAMLphp"
    CHILDREN = 4
    FPM = """\
[global]
error_log = {folder}/php-fpm.log
daemonize = no
[www]
user = {user}
listen = {folder}/php.sock
pm = static
pm.max_children = {children}
clear_env = no
php_admin_value[error_log] = {folder}/php.log
"""
    #: Debian's own for production, where it matters, and OPcache.
    PHP = """\
error_reporting = E_ALL & ~E_DEPRECATED & ~E_STRICT
display_errors = Off
output_buffering = 4096
variables_order = "GPCS"
zend.assertions = -1
opcache.enable = 1
opcache.max_accelerated_files = 10000
opcache.validate_timestamps = 0
"""
    NGINX = """\
daemon off;
{as_user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log warn;
events {{ worker_connections 256; }}
http {{
  access_log off;
  keepalive_requests 1000000;
  client_body_temp_path {folder}/body;
  fastcgi_temp_path {folder}/fastcgi;
  proxy_temp_path {folder}/proxy;
  scgi_temp_path {folder}/scgi;
  uwsgi_temp_path {folder}/uwsgi;
  server {{
    listen 127.0.0.1:{port};
    root /usr/share/simplesamlphp/www;
    location ~ ^(?<script>.+?\\.php)(?<rest>/.*)?$ {{
      include /etc/nginx/fastcgi_params;
      fastcgi_param SCRIPT_FILENAME $document_root$script;
      fastcgi_param SCRIPT_NAME $script;
      fastcgi_param PATH_INFO $rest;
      fastcgi_param HTTP_HOST $http_host;
      fastcgi_buffers 16 16k;
      fastcgi_pass unix:{folder}/php.sock;
    }}
  }}
}}
"""

    def __init__(self, folder):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.sso_url = f"{self.url}/saml2/idp/SSOService.php"
        self.metadata_url = f"{self.url}/saml2/idp/metadata.php"
        self.folder = os.path.join(folder, "simplesamlphp")
        os.makedirs(self.folder)
        make_key(self.folder)
        self.log = open(os.path.join(folder, "simplesamlphp.log"), "ab")
        self.front = None

    def start(self):
        user = getpass.getuser()
        as_user = f"user {user};" if os.geteuid() == 0 else ""
        facts = {"folder": self.folder, "port": self.port, "user": user, "as_user": as_user, "children": self.CHILDREN}
        for name, form in (("php-fpm.conf", self.FPM), ("nginx.conf", self.NGINX), ("php.ini", self.PHP)):
            with open(os.path.join(self.folder, name), "w", encoding="utf-8") as text:
                text.write(form.format(**facts))
        environment = dict(os.environ, PEER_URL=self.url, PEER_FOLDER=self.folder, PEER_SALT=secrets.token_hex(16))
        environment.update(PEER_SP=SP, PEER_ACS=ACS)
        environment["SIMPLESAMLPHP_CONFIG_DIR"] = os.path.join(PEERS, "simplesamlphp")
        command = [php_fpm(), "-F", "-y", f"{self.folder}/php-fpm.conf", "-c", f"{self.folder}/php.ini"]
        self.run(command + (["-R"] if os.geteuid() == 0 else []), env=environment)
        self.wait(lambda: os.path.exists(f"{self.folder}/php.sock"))
        command = ["/usr/sbin/nginx", "-c", f"{self.folder}/nginx.conf", "-e", f"{self.folder}/nginx.log"]
        self.front = subprocess.Popen(command, stdout=self.log, stderr=self.log)
        self.wait(self.is_listening)

    def tasks(self):
        found, backend = super().tasks(), self.process
        try:
            self.process = self.front
            return found + super().tasks()
        finally:
            self.process = backend

    def stop(self):
        if self.front and self.front.poll() is None:
            self.front.terminate()
            self.front.wait(60)
        super().stop()

    def sessions(self, count):
        """One for each connection: PHP lets the requests of one session wait for each other."""
        return [self.session() for _ in range(count)]

    def session(self):
        """The first request makes it: its source of users has nobody to ask."""
        jar = http.cookiejar.CookieJar()
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar), urllib.request.ProxyHandler({}))
        page = opener.open(authn_request(self.sso_url), timeout=30).read().decode()
        assert "SAMLResponse" in page, page[:1000]
        return cookies_of(jar)


def php_fpm():
    """Debian writes the version into its name."""
    found = sorted(glob.glob("/usr/sbin/php-fpm*"))
    assert found, "php-fpm is missing"
    return found[-1]


class Load:
    """The load of `benches/sso_load`, built where that is needed."""

    def __init__(self, executable=None):
        command = [executable]
        if not executable:
            command = ["cargo", "bench", "--quiet", "--locked", "--bench", "sso-load"]
            # Before anything is measured.
            subprocess.run(command + ["--no-run"], cwd=ROOT, check=True)
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, text=True)

    def run(self, url, cookies, connections, seconds):
        job = {"url": url, "cookies": cookies, "issuer": SP, "acs_url": ACS}
        job.update(connections=connections, seconds=seconds)
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, "the load ended"
        return json.loads(answer)

    def stop(self):
        self.process.stdin.close()
        self.process.wait(60)


def install_peers():
    """Installs pysaml2 below target/peers, once; made anew when its list changes. The rest comes from Debian
    (`scripts/setup bench`)."""
    for file, package in (
        ("/usr/sbin/nginx", "nginx-light"),
        ("/usr/share/simplesamlphp/www/saml2/idp/SSOService.php", "simplesamlphp"),
    ):
        assert os.path.exists(file), f"{file} is missing: it is in Debian's package {package}"
    php_fpm()
    assert shutil.which("xmlsec1"), "xmlsec1 is missing: pysaml2 signs by it"
    wanted = os.path.join(PEERS, "pysaml2", "requirements.txt")
    home = os.path.join(PEERS_HOME, "pysaml2")
    mark = os.path.join(home, ".wanted")
    with open(wanted, encoding="utf-8") as text:
        listed = text.read()
    if os.path.exists(mark):
        with open(mark, encoding="utf-8") as text:
            if text.read() == listed:
                return
    print("installing pysaml2 into target/peers", file=sys.stderr)
    shutil.rmtree(home, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", home], check=True)
    pip = [os.path.join(home, "bin", "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run(pip + ["--requirement", wanted], check=True)
    with open(mark, "w", encoding="utf-8") as text:
        text.write(listed)
