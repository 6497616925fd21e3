"""The attacks on single logout, by each binding: row B14."""

import functools
import secrets

from saml_messages import SAML, SAMLP, Provider, Request, envelope, moment, soap
from saml_shapes import encrypted_names
from saml_target import ANSWERED, GOES_ON, NOBODY, REFUSED, SLO, Case, Target


class LogoutAttacks(Target):
    """Requests and answers that end nothing."""

    def honest_logouts(self, row):
        statuses = {"Redirect": GOES_ON, "POST": ANSWERED, "SOAP": ANSWERED}
        for binding, status in statuses.items():
            make = lambda _, binding=binding: self.signed(binding, self.logout(), path=SLO)
            yield Case(row, f"honest logout, {binding}", make, status)

    def b14(self, row):
        """Logout messages that end nothing."""
        yield from self.honest_logouts(row)
        unknown = Provider("nobody", [])
        # Of the moment when each is made.
        odd = [
            lambda: {"NotOnOrAfter": moment(-181), "IssueInstant": moment(-600)},
            lambda: {"NotOnOrAfter": moment(3_700), "IssueInstant": moment(3_600)},
            lambda: {"NotOnOrAfter": moment(400 * 86_400)},
            lambda: {"Destination": f"{self.slo}/"},
            lambda: {"provider": unknown},
        ]
        other = f'<saml:NameID xmlns:saml="{SAML}" SPNameQualifier="{self.shop.entity_id}">x</saml:NameID>'
        for binding in ("Redirect", "POST", "SOAP"):
            make = lambda _, by=binding: self.by(by, self.logout().xml, path=SLO)
            yield Case(row, f"unsigned, {binding}", make, REFUSED)
            for provider, keys in ((self.wiki, "2 keys"), (self.crowd, "16 keys")):
                make = lambda _, by=binding, to=provider: self.signed(
                    by, self.logout(provider=to), self.stranger, path=SLO
                )
                yield Case(row, f"by a stranger, {keys}, {binding}", make, REFUSED)
            make = lambda said, by=binding: self.signed(by, self.logout(**said()), path=SLO)
            yield self.turns(row, f"not for us and now, {binding}", odd, make)
            again = functools.cache(lambda by=binding: self.signed(by, self.logout(), path=SLO))
            yield Case(row, f"replayed, {binding}", lambda _, again=again: again(), REFUSED)
            make = lambda _, by=binding: self.signed(by, self.logout(other), path=SLO)
            statuses = GOES_ON if binding == "Redirect" else ANSWERED
            yield Case(row, f"a name of another, {binding}", make, statuses)
            for count in (100, 101):
                indexes = [f"_{secrets.token_hex(20)}" for _ in range(count)]
                asked = lambda indexes=indexes: self.logout(NOBODY, *indexes)
                make = lambda _, by=binding, asked=asked: self.signed(by, asked(), path=SLO)
                yield Case(row, f"{count} sessions, {binding}", make, statuses if count == 100 else REFUSED)
            if binding != "SOAP":
                make = lambda _, by=binding: self.answer(by)
                yield Case(row, f"answers nothing, {binding}", make, REFUSED)
        must = '<soap:Header><x:h xmlns:x="urn:x" soap:mustUnderstand="1"></x:h></soap:Header>'
        make = lambda _: soap(SLO, envelope(self.logout().signed(self.own), must))
        yield Case(row, "a header to understand, SOAP", make, REFUSED)
        blocks = f"<soap:Header>{'<x></x>' * 7_000}</soap:Header>"
        make = lambda _: soap(SLO, envelope(self.logout().signed(self.own), blocks))
        yield Case(row, "honest, 7,000 headers, SOAP", make, ANSWERED)
        nobody = f'<saml:NameID xmlns:saml="{SAML}">{NOBODY}</saml:NameID>'
        for what, (name, is_good) in encrypted_names(self.encryption, nobody, f'xmlns:saml="{SAML}"').items():
            make = lambda _, name=name: self.signed("SOAP", self.logout(name()))
            kind, statuses = ("honest, ", ANSWERED) if is_good else ("", REFUSED)
            yield Case(row, f"{kind}encrypted, {what}, SOAP", make, statuses)

    def answer(self, binding):
        """An answer to a request that nobody sent."""
        status = f'<samlp:Status><samlp:StatusCode Value="{SAMLP}"></samlp:StatusCode></samlp:Status>'
        said = {"InResponseTo": f"_{secrets.token_hex(20)}", "name": "LogoutResponse"}
        answer = Request(self.wiki.entity_id, self.slo, status, **said)
        xml = answer.xml if binding == "Redirect" else answer.signed(self.own)
        return self.by(binding, xml, self.own, SLO, "SAMLResponse")
