"""The attacks on the identity provider, by the numbers of `tests/it/saml/attack`, as messages that an outsider can send
to a running server, each row with the honest message that it must not be confused with."""

import functools
import secrets

from saml_logout_attacks import LogoutAttacks
from saml_messages import (
    DS, ENVELOPED, EXCLUSIVE, RSA, SAML, Request, behind_issuer, encoded, envelope, escaped, moment, query, signature,
    soap,
)
from saml_shapes import BEYOND_ADDRESS, BEYOND_HEAD, TRICKS, bombs, documents, encrypted_names, streams, wrappings
from saml_target import ANSWERED, CLOSED, GOES_ON, REFUSED, SLO, SSO, Case

EVIL = "https://evil.example/saml/acs"
EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
CLASSES = "urn:oasis:names:tc:SAML:2.0:ac:classes:"
MFA = "https://refeds.org/profile/mfa"

#: Rows that are about people, pages or administrators: nothing of them is a message that costs anything by itself.
NOT_A_MESSAGE = {
    "B12": "values of the directory in a Response: tests/it/saml/values.rs",
    "B15": "artifacts are not offered: docs/saml.md, no. 39",
    "B16": "metadata is brought by administrators: src/saml/metadata, src/service/application",
    "B17": "the page that carries a Response: tests/it/saml/attack/page.rs",
    "B18": "keys that turn: scripts/key-rollover, tests/it/saml/keys.rs",
}


def longer(shapes):
    """Shapes of more than a message may have, by names that say so."""
    return [(f"{what}, too long", shape) for what, shape in shapes.items()]


class Attacks(LogoutAttacks):
    """What is sent, row by row; the first line of each says what it is about."""

    def cases(self):
        for row in (
            self.b1, self.b2, self.b3, self.b4, self.b5, self.b6, self.b7, self.b8, self.b9, self.b10, self.b11,
            self.b13, self.b14, self.b19,
        ):
            name = row.__name__.upper()
            yield from row(name)

    def b1(self, row):
        """Addresses that are not in the metadata."""
        url = self.wiki.acs[0]
        said = [
            EVIL, f"{url}/../x", f"{url}/", f"{url}?", f"{url}#evil", url.replace("acs", "ACS"),
            url.replace("wiki", "WIKI"), url.replace("example/", "example:443/"),
            url.replace("example/", "example:8443/"), url.replace("example/", "example@evil.example/"),
            url.replace("example/", "example.evil.example/"), url.replace("https", "http"), f"{url}%2f", f" {url}",
            url.replace("example/", "example\\@evil.example/"), url.removeprefix("https:"), "javascript:alert(1)", "",
            f"{url}/{'x' * 30_000}",
        ]
        choices = [{"AssertionConsumerServiceURL": one} for one in said]
        choices += [{"AssertionConsumerServiceIndex": one} for one in ("2", "65535", "65536", "-1", "one", "")]
        choices += [{"AssertionConsumerServiceIndex": "0", "AssertionConsumerServiceURL": url}]
        yield from self.honest(row, AssertionConsumerServiceURL=url)
        for binding in ("Redirect", "POST"):
            make = lambda said, binding=binding: self.by(binding, self.request(**said).xml)
            yield self.turns(row, f"addresses, unsigned, {binding}", choices, make)
            make = lambda said, binding=binding: self.signed(binding, self.request(**said))
            yield self.turns(row, f"addresses, signed, {binding}", choices, make)

    def b2(self, row):
        """Signatures that are not there, or do not hold."""
        yield from self.honest(row, self.ledger, self.own)
        yield from self.honest(row, self.crowd, self.own)

        def without(*names):
            parts = query(self.request(self.ledger).xml, self.own, "state").split("&")
            return self.get("&".join(part for part in parts if part.split("=")[0] not in names))

        yield self.turns(
            row, "stripped, Redirect", [["Signature"], ["SigAlg"], ["Signature", "SigAlg"]], lambda one: without(*one)
        )
        empty = lambda _: self.get(query(self.request(self.ledger).xml) + "&SigAlg=" + RSA + "&Signature=")
        yield Case(row, "empty, Redirect", empty, REFUSED)
        yield Case(row, "unsigned, POST", lambda _: self.post(self.request(self.ledger).xml), REFUSED)
        for provider, what in ((self.wiki, "2 keys"), (self.crowd, "16 keys")):
            for binding in ("Redirect", "POST"):
                make = lambda _, to=provider, by=binding: self.signed(by, self.request(to), self.stranger)
                yield Case(row, f"by a stranger, {what}, {binding}", make, REFUSED)

    def b3(self, row):
        """Signatures inside a message that cover something else, and whatever is costly to look for in them."""
        yield from self.honest(row, self.ledger, self.own, ["POST"])
        wrapped = lambda wrap: self.post(wrap(self.request(self.ledger), self.own, EVIL))
        yield self.turns(row, "wrapped (XSW), POST", wrappings(), wrapped)
        asked = lambda wrap: soap(SLO, envelope(wrap(self.logout(), self.own, EVIL)))
        yield self.turns(row, "wrapped (XSW), SOAP", wrappings(), asked)
        header = lambda: f"<soap:Header>{self.logout().signed(self.own)}</soap:Header>"
        beside = lambda _: soap(SLO, envelope(self.logout().xml, header()))
        yield Case(row, "signed in the header, SOAP", beside, REFUSED)
        for what, change in self.changes().items():
            make = lambda _, change=change: self.post(change(self.request(self.ledger)))
            yield Case(row, f"{what}, POST", make, REFUSED)
        # The digest is right, since anybody can make one: every key is tried.
        for what, shape in (*documents(full=60_000).items(), *longer(documents(full=180_000))):
            for provider, keys in ((self.ledger, "2 keys"), (self.crowd, "16 keys")):
                make = lambda _, to=provider, shape=shape: self.post(
                    self.request(to, shape("samlp:Extensions")).signed(self.stranger)
                )
                yield Case(row, f"{what}, by a stranger, {keys}, POST", make, REFUSED)
        for what, shape in (*documents(full=60_000).items(), *longer(documents(full=240_000))):
            make = lambda _, shape=shape: soap(
                SLO, envelope(self.long_logout(self.crowd, shape("samlp:Extensions")).signed(self.stranger))
            )
            yield Case(row, f"{what}, by a stranger, 16 keys, SOAP", make, REFUSED)
        for prefixes, elements in ((32, 7_500), (33, 100), (1_000, 2_000), (40_000, 9_000)):
            content = f"<samlp:Extensions>{'<a></a>' * elements}</samlp:Extensions>"
            make = lambda _, content=content, prefixes=prefixes: self.post(
                self.request(self.ledger, content).signed(self.stranger, inclusive="a " * prefixes)
            )
            yield Case(row, f"{prefixes:,} inclusive prefixes, {elements:,} elements, 2 keys, POST", make, REFUSED)

    def long_logout(self, provider, content):
        asked = self.logout(provider=provider)
        asked.children = content + asked.children
        return asked

    def changes(self):
        """What is done to a request that was signed."""

        def swap(old, new):
            return lambda asked: asked.signed(self.own).replace(old, new)

        sha1, confused = f"{DS}rsa-sha1", encoded(secrets.token_bytes(32))
        certificates = f"<ds:X509Certificate>{self.stranger.certificate}</ds:X509Certificate>" * 150
        reference = '<ds:Reference URI="#_a"></ds:Reference>'
        identified = "".join(f'<x ID="_{number}"></x>' for number in range(2_800))
        return {
            "another digest": swap("<ds:DigestValue>", "<ds:DigestValue>AAAA"),
            "another value": swap("<ds:SignatureValue>", "<ds:SignatureValue>AAAA"),
            "changed": swap('Version="2.0"', 'ProviderName="x" Version="2.0"'),
            "SHA-1": swap(RSA, sha1),
            "HMAC by the certificate": lambda asked: asked.signed(self.own, value=confused).replace(
                RSA, "http://www.w3.org/2000/09/xmldsig#hmac-sha256"
            ),
            "of another algorithm": swap("rsa-sha256", "ecdsa-sha256"),
            "150 certificates in it": lambda asked: asked.signed(
                self.stranger, key_info=f"<ds:KeyInfo><ds:X509Data>{certificates}</ds:X509Data></ds:KeyInfo>"
            ),
            "1,000 transforms": lambda asked: asked.signed(self.own, transforms=[ENVELOPED, EXCLUSIVE] * 500),
            "an XSLT": swap(EXCLUSIVE, "http://www.w3.org/TR/1999/REC-xslt-19991116"),
            "3,000 references": swap("<ds:Reference ", reference * 3_000 + "<ds:Reference "),
            "100 signatures": lambda asked: behind_issuer(
                asked.xml, signature(self.own, asked.id, asked.xml) * 100
            ),
            "a comment in the issuer": swap("</saml:Issuer>", "<!-- -->.evil.example</saml:Issuer>"),
            "an ID twice": lambda asked: Request(
                asked.issuer, self.sso, f'<samlp:Extensions><x ID="{asked.id}"></x></samlp:Extensions>', ID=asked.id
            ).signed(self.own),
            "2,800 IDs": lambda asked: self.request(
                self.ledger, f"<samlp:Extensions>{identified}</samlp:Extensions>"
            ).signed(self.stranger),
            "a value of 60 KB": lambda asked: asked.signed(self.own, value="A" * 60_000),
            "a value of 150 KB": lambda asked: asked.signed(self.own, value="A" * 150_000),
        }

    def b4(self, row):
        """Signed addresses in which something was changed, or stands twice."""
        yield from self.honest(row, self.ledger, self.own, ["Redirect"])
        whole = lambda **extra: query(self.request(self.ledger).xml, self.own, "a b", **extra)
        changes = [
            lambda text: text.replace("RelayState=a", "RelayState=b"),
            lambda text: text.replace("a+b", "a%20b"),
            lambda text: text.replace("rsa-sha256", "rsa-sha512"),
            lambda text: text.replace("&Signature=", "&Signature=AAAA"),
            lambda text: text.replace("&RelayState=a+b", ""),
            lambda text: f"{text}&Signature=AAAA",
            lambda text: f"RelayState=&{text}",
            lambda text: f"{text}&SAMLResponse=AAAA",
            lambda text: f"{text}&SAMLEncoding=urn%3Aother",
            lambda text: text.replace("SAMLRequest=", "SAML%52equest="),
            lambda text: "RelayState=a",
        ]
        yield self.turns(row, "changed, Redirect", changes, lambda change: self.get(change(whole())))
        methods = [f"{DS}rsa-sha1", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", "none", "x" * 2_000]
        yield self.turns(row, "algorithms, Redirect", methods, lambda method: self.get(whole(method=method)))
        many = lambda _: self.get(f"{'a=b&' * 15_000}{whole()}&RelayState=c")
        yield Case(row, "15,000 parameters, Redirect", many, REFUSED)
        long = lambda _: self.get(query(self.request(self.ledger).xml, self.own, "x" * 40_000))
        yield Case(row, "RelayState of 40 KB, Redirect", long, REFUSED)

    def b5(self, row):
        """A signature inside a message in an address."""
        yield from self.honest(row, self.ledger, self.own, ["Redirect"])
        make = lambda _: self.by("Redirect", self.request(self.ledger).signed(self.own))
        yield Case(row, "inside, Redirect", make, REFUSED)
        make = lambda _: self.by("Redirect", self.request(self.ledger).signed(self.own), self.stranger)
        yield Case(row, "inside, beside it a stranger's, Redirect", make, REFUSED)

    def b6(self, row):
        """Messages that are more than they seem."""
        yield from self.honest(row)
        padded = lambda length: self.request(children=" " * (length - len(self.request().xml)))
        yield Case(row, "honest, 64 KiB, Redirect", lambda _: self.by("Redirect", padded(65_536).xml), ANSWERED)
        yield Case(row, "honest, 64 KiB, POST", lambda _: self.post(padded(65_536).xml), GOES_ON)
        yield Case(row, "64 KiB and 1 byte, POST", lambda _: self.post(padded(65_537).xml), REFUSED)
        for what, packed in bombs(self.request().xml).items():
            for path, end in ((SSO, ""), (SLO, ", logout")):
                make = lambda number, packed=packed, path=path: self.get(query(packed(number)), path)
                yield Case(row, f"{what}{end}, Redirect", make, REFUSED)
        packed = lambda pack: self.get(query(pack(self.request().xml)))
        yield self.turns(row, "streams of another kind, Redirect", streams(), packed)
        texts = ["%25", "%25zz", "====", "%00", "a", "%C3%BC", "AAAA%0A-_", "A" * 60_000]
        yield self.turns(row, "not base 64, Redirect", texts, lambda text: self.get(f"SAMLRequest={text}"))
        # Of these no more is read than says how long they are; a connection that was kept may be closed without a word.
        for length, what in ((BEYOND_ADDRESS, "80 KB"), (BEYOND_HEAD, "400 KB")):
            beyond = lambda _, length=length: self.get(f"SAMLRequest={'A' * length}")
            yield Case(row, f"an address of {what}", beyond, {CLOSED, 400, 431})
        for what, change in TRICKS.items():
            make = lambda _, change=change: self.post(change(self.request().xml))
            yield Case(row, f"{what}, POST", make, REFUSED)
            make = lambda _, change=change: soap(SLO, change(envelope(self.logout().xml).decode()).encode())
            yield Case(row, f"{what}, SOAP", make, REFUSED)
        for full, binding in ((60_000, "Redirect"), (60_000, "POST")):
            for what, shape in documents(full).items():
                said = {"children": shape("samlp:Extensions"), "AssertionConsumerServiceURL": EVIL}
                asked = lambda said=said: self.request(**said)
                make = lambda _, by=binding, asked=asked: self.by(by, asked().xml)
                yield Case(row, f"{what}, unsigned, {binding}", make, REFUSED)
        noise = lambda _: self.submit(b"SAMLRequest=" + b"A" * 260_000)
        yield Case(row, "base 64 of 254 KiB, POST", noise, REFUSED)
        for size, what in ((400_000, "400 KB"), (10_000_000, "10 MB")):
            huge = b"SAMLRequest=" + b"A" * size
            yield Case(row, f"a form of {what}", lambda _, huge=huge: self.submit(huge), {413}, times=20)
            yield Case(row, f"an envelope of {what}", lambda _, huge=huge: soap(SLO, huge), {413}, times=20)
        state = lambda _: self.post(self.request().xml, "x" * 200_000)
        yield Case(row, "RelayState of 200 KB, POST", state, REFUSED)
        fields = b"&".join(b"a%d=b" % number for number in range(25_000))
        yield Case(row, "25,000 fields, POST", lambda _: self.submit(fields), REFUSED)

    def b7(self, row):
        """Signed requests that were sent before, or are of another time."""
        yield from self.honest(row, self.ledger, self.own)
        for binding in ("Redirect", "POST"):
            # The first of them, which is taken, is sent before anything is counted.
            again = functools.cache(lambda binding=binding: self.signed(binding, self.request(self.ledger)))
            yield Case(row, f"replayed, {binding}", lambda _, again=again: again(), REFUSED)
            times = [moment(-3_600), moment(3_600), moment(400 * 86_400), "", "yesterday", "99999999-01-01T00:00:00Z"]
            make = lambda at, by=binding: self.signed(by, self.request(self.ledger, IssueInstant=at))
            yield self.turns(row, f"of another time, {binding}", times, make)
            make = lambda id, by=binding: self.signed(by, self.request(self.ledger, ID=id))
            yield self.turns(row, f"IDs, {binding}", ["", "1", "a:b", "a b", "x" * 257, "x" * 30_000], make)

    def b8(self, row):
        """Requests for somebody else."""
        yield from self.honest(row, self.ledger, self.own)
        own = self.sso
        evil = ["https://other.example/sso", own.replace("http:", "https:"), self.slo, f"{own}/", own.upper(), "", None]
        for binding in ("Redirect", "POST"):
            make = lambda to, by=binding: self.signed(by, self.request(self.ledger, Destination=to))
            yield self.turns(row, f"Destination, {binding}", evil, make)
        long = lambda _: self.post(self.request(Destination="https://" + "x" * 60_000).xml)
        yield Case(row, "Destination of 60 KB, POST", long, REFUSED)

    def b9(self, row):
        """Sign-ins that are to be new, of people who must not be asked."""
        yield from self.honest(row, bindings=["Redirect"], IsPassive="true")
        passive = lambda force: self.get(query(self.request(IsPassive="true", ForceAuthn=force).xml), cookie=False)
        yield self.turns(row, "IsPassive without a session", ["true", "false"], passive, ANSWERED)
        forced = lambda _: self.get(query(self.request(ForceAuthn="true").xml))
        yield Case(row, "ForceAuthn with a session", forced, GOES_ON)
        odd = lambda said: self.get(query(self.request(IsPassive=said).xml))
        yield self.turns(row, "no booleans", ["yes", "TRUE", "2", "", "x" * 30_000], odd)
        tokens = ["AAAA", "", "A" * 4_000, "A" * 60_000]
        yield self.turns(row, "no sealed request", tokens, lambda token: self.get(f"request={token}"))

    def b10(self, row):
        """Strengths that were not reached."""

        def asking(provider, comparison, classes):
            refs = "".join(
                f'<saml:AuthnContextClassRef xmlns:saml="{SAML}">{one}</saml:AuthnContextClassRef>' for one in classes
            )
            content = f'<samlp:RequestedAuthnContext Comparison="{comparison}">{refs}</samlp:RequestedAuthnContext>'
            return self.get(query(self.request(provider, content).xml))

        yield Case(row, "honest, MFA", lambda _: asking(self.wiki, "exact", [MFA]), ANSWERED)
        wanted = [("exact", [f"{CLASSES}X509"]), ("exact", [MFA.upper()]), ("minimum", ["urn:x"]), ("better", [MFA])]
        yield self.turns(row, "not reached", wanted, lambda said: asking(self.wiki, *said), ANSWERED)
        weaker = [("exact", [f"{CLASSES}Password"]), ("maximum", [f"{CLASSES}Password"])]
        yield self.turns(row, "weaker than needed", weaker, lambda said: asking(self.bank, *said), ANSWERED)
        odd = [("at least", [MFA]), ("exact", []), ("exact", [MFA] * 33), ("exact", [MFA] * 600)]
        yield self.turns(row, "no request", odd, lambda said: asking(self.wiki, *said))

    def b11(self, row):
        """Names of others, and names that are encrypted."""

        def about(name, **extra):
            subject = f'<saml:Subject xmlns:saml="{SAML}">{name}</saml:Subject>'
            return self.request(self.mail, subject, **extra)

        email = f"{self.server.demo['users'][0]['username']}@acme.example"
        named = lambda value: f'<saml:NameID Format="{EMAIL}">{escaped(value)}</saml:NameID>'
        yield Case(row, "honest, by name", lambda _: self.get(query(about(named(email)).xml)), ANSWERED)
        others = ["bob@acme.example", email.upper(), f"{email} ", "x", f"{email}x" * 1_000]
        yield self.turns(row, "somebody else", others, lambda one: self.get(query(about(named(one)).xml)), {403})
        policies = [
            'SPNameQualifier="https://other.example/"', 'Format="persistent"', f'Format="{EMAIL}"',
            'Format="urn:oasis:names:tc:SAML:2.0:nameid-format:encrypted"',
        ]
        wanting = lambda said: self.request(None, f"<samlp:NameIDPolicy {said}></samlp:NameIDPolicy>")
        policy = lambda said: self.get(query(wanting(said).xml))
        yield self.turns(row, "names not to be had", policies, policy, ANSWERED)
        for what, (name, is_good) in encrypted_names(self.encryption, named(email)).items():
            # Who is meant is told later; what cannot be read is refused.
            statuses = GOES_ON if is_good else REFUSED
            kind = "honest, " if is_good else ""
            make = lambda _, name=name: self.signed("POST", about(name()))
            yield Case(row, f"{kind}encrypted, {what}, POST", make, statuses)

    def b13(self, row):
        """People who were not let in."""
        yield from self.honest(row)
        yield Case(row, "not assigned", lambda _: self.get(query(self.request(self.shop).xml)), {403})
        stolen = lambda _: self.get(query(self.request(self.shop, AssertionConsumerServiceURL=self.wiki.acs[0]).xml))
        yield Case(row, "the address of another", stolen, REFUSED)

    def b19(self, row):
        """A flood from one address."""
        yield from self.honest(row)
        make = lambda _: self.get("SAMLRequest=AAAA")
        yield Case(row, "a flood from one address, Redirect", make, {400, 429}, times=2_000, is_flood=True)
