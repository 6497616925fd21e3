"""A person in a browser, as far as forms and cookies go: signs in at the portal and opens consoles."""

import base64
import hashlib
import hmac
import html
import http.cookiejar
import re
import struct
import time
import urllib.error
import urllib.parse
import urllib.request


def code(secret):
    """The one-time code of now (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    mac = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    return f"{(struct.unpack_from('>I', mac, mac[-1] & 15)[0] & 0x7FFFFFFF) % 10**6:06}"


class Visitor:
    """A browser, as far as forms and cookies go."""

    def __init__(self):
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()), urllib.request.ProxyHandler({})
        )

    def get(self, url):
        with self.opener.open(url, timeout=30) as answer:
            return answer.geturl(), answer.read().decode()

    def post(self, url, **fields):
        with self.opener.open(url, urllib.parse.urlencode(fields).encode(), timeout=30) as answer:
            return answer.geturl(), answer.read().decode()


def field(page, name):
    return html.unescape(re.search(f'name="{name}" value="([^"]*)"', page).group(1))


def sign_in(public_url, person):
    visitor = Visitor()
    _, page = visitor.get(f"{public_url}/portal")
    visitor.post(
        f"{public_url}/login",
        username=person["username"],
        password=person["password"],
        csrf_token=field(page, "csrf_token"),
    )
    _, page = visitor.get(f"{public_url}/login/mfa")
    url, page = visitor.post(
        f"{public_url}/login/mfa", code=code(person["totp_secret"]), csrf_token=field(page, "csrf_token")
    )
    assert url == f"{public_url}/portal", url
    return visitor, page


def open_console(visitor, public_url, portal, action):
    """Presses the button of this form, and lets the page that comes post itself; gives where that leads."""
    _, page = visitor.post(public_url + action, csrf_token=field(portal, "csrf_token"))
    acs = html.unescape(re.search(r'<form method="post" action="([^"]+)"', page).group(1))
    return visitor.post(acs, SAMLResponse=field(page, "SAMLResponse"))[0]
