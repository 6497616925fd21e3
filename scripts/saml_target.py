"""An identity provider that is attacked: its service providers, whose keys `openssl` made, somebody who is signed in and
would be answered, and how messages get there."""

import functools
import os
import re
import textwrap
import urllib.request

from saml_messages import Key, Message, Provider, Request, envelope, form, logout_request, posted, query, soap

SSO, SLO = "/saml/idp/sso", "/saml/idp/slo"
#: Nobody's here: a logout of it is taken, verified and answered, and ends nothing, however often.
NOBODY = "nobody"
#: The server closed the connection before it answered.
CLOSED = 0
REFUSED, ANSWERED, GOES_ON = {400}, {200}, {303}


class Case:
    """One kind of message of a row: `make` gives the message of a number, `statuses` is how it may be answered. Where
    `times` is said it is sent so often, and `is_flood` says that it comes from one address until that is told to wait."""

    def __init__(self, row, name, make, statuses, times=None, is_flood=False):
        self.row, self.name, self.make, self.statuses = row, name, make, set(statuses)
        self.times, self.is_flood = times, is_flood
        self.is_honest = name.startswith("honest")


class Target:
    """This server (`saml_serving.Ours`), with its service providers registered."""

    def __init__(self, server, folder):
        self.server = server
        key = functools.partial(Key, folder)
        self.own, self.stranger = key("own"), key("stranger")
        others = [key(f"other-{number}") for number in range(14)]
        second = key("second", "ec")
        self.wiki = Provider("wiki", [self.own, second])
        self.ledger = Provider("ledger", [self.own, second], signs_requests=True)
        self.crowd = Provider("crowd", [self.own, second] + others)
        self.mail, self.bank = Provider("mail", [self.own]), Provider("bank", [self.own])
        self.shop = Provider("shop", [self.own])
        person = server.demo["users"][0]["username"]
        assigned = ["--assign-user", person]
        for provider, settings in (
            (self.wiki, assigned),
            (self.ledger, assigned),
            (self.crowd, assigned),
            (self.mail, assigned + ["--name-id-format", "email"]),
            (self.bank, assigned + ["--minimum-strength", "passkey"]),
            (self.shop, []),
        ):
            metadata = os.path.join(folder, f"{provider.name}.xml")
            with open(metadata, "w", encoding="utf-8") as text:
                text.write(provider.metadata())
            server.register(provider.name, metadata, *settings)
        (self.cookie,) = server.sign_in(1)
        public = server.demo["public_url"]
        self.sso, self.slo, self.entity_id = public + SSO, public + SLO, f"{public}/saml/idp/metadata"
        self.encryption = self.encryption_certificate(folder)

    def encryption_certificate(self, folder):
        """A file with the certificate that names are encrypted to, as the metadata has it."""
        with urllib.request.urlopen(self.entity_id, timeout=30) as answer:
            metadata = answer.read().decode()
        _, role = metadata.split('use="encryption"', 1)
        certificate = "".join(re.search(r"X509Certificate>([^<]+)<", role).group(1).split())
        file = os.path.join(folder, "encryption.pem")
        with open(file, "w", encoding="ascii") as pem:
            lines = "\n".join(textwrap.wrap(certificate, 64))
            pem.write(f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n")
        return file

    # How messages are made and sent.

    def request(self, provider=None, children="", **attributes):
        return Request((provider or self.wiki).entity_id, self.sso, children, **attributes)

    def logout(self, name_id=NOBODY, *indexes, provider=None, **attributes):
        return logout_request((provider or self.wiki).entity_id, self.slo, name_id, *indexes, **attributes)

    def get(self, text, path=SSO, cookie=True):
        return Message(f"{path}?{text}", None, {"Cookie": self.cookie} if cookie else {})

    def post(self, xml, state=None, path=SSO, name="SAMLRequest"):
        return self.submit(form(xml, state, name), path)

    def submit(self, body, path=SSO):
        return posted(path, body, Cookie=self.cookie)

    def by(self, binding, xml, key=None, path=SSO, name="SAMLRequest"):
        """By this binding; `xml` is signed inside where it is to be, a key signs what goes by Redirect."""
        if binding == "Redirect":
            return self.get(query(xml, key, name=name), path)
        return soap(SLO, envelope(xml)) if binding == "SOAP" else self.post(xml, path=path, name=name)

    def signed(self, binding, request, key=None, path=SSO, **extra):
        """A request signed as its binding has it."""
        key = key or self.own
        return self.by(binding, request.xml if binding == "Redirect" else request.signed(key, **extra), key, path)

    def turns(self, row, name, choices, make, statuses=REFUSED):
        """One case whose messages take turns among the choices."""
        choices = list(choices)
        return Case(row, name, lambda number: make(choices[number % len(choices)]), statuses)

    def honest(self, row, provider=None, key=None, bindings=("Redirect", "POST"), **attributes):
        """The twin: a request of the service provider's, signed where there is a key."""

        def make(binding, _number):
            asked = self.request(provider, **attributes)
            return self.signed(binding, asked, key) if key else self.by(binding, asked.xml)

        for binding in bindings:
            statuses = ANSWERED if binding == "Redirect" else GOES_ON
            name = f"honest, {'signed' if key else 'unsigned'}, {binding}"
            yield Case(row, name, functools.partial(make, binding), statuses)
