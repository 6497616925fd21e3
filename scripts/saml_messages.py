"""SAML messages of service providers, honest or not: written in canonical form, so that whoever knows no key can still
give the right digest, signed by keys that `openssl` made, and carried by each binding."""

import base64
import collections
import datetime
import hashlib
import os
import secrets
import subprocess
import urllib.parse
import zlib

SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
DS = "http://www.w3.org/2000/09/xmldsig#"
BINDINGS = "urn:oasis:names:tc:SAML:2.0:bindings:"
RSA = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
ECDSA = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = f"{DS}enveloped-signature"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
END_OF_ISSUER = "</saml:Issuer>"
END_OF_SIGNATURE = "</ds:Signature>"

#: What is sent: a body of None is a GET.
Message = collections.namedtuple("Message", "path body headers", defaults=(None, {}))


def escaped(text):
    """As text or as the value of an attribute, in canonical form."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;").replace("\r", "&#xD;")


def moment(seconds=0):
    """So many seconds from now."""
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def encoded(octets):
    return base64.b64encode(octets).decode()


class Key:
    """An RSA key of 2,048 bits, or one of P-256, and its certificate."""

    def __init__(self, folder, name, kind="rsa:2048"):
        self.file, self.method = os.path.join(folder, f"{name}.key"), RSA
        certificate = os.path.join(folder, f"{name}.crt")
        command = ["openssl", "req", "-x509", "-newkey", kind, "-nodes", "-days", "2", "-subj", f"/CN={name}"]
        if kind == "ec":
            command += ["-pkeyopt", "ec_paramgen_curve:P-256"]
            self.method = ECDSA
        subprocess.run(command + ["-keyout", self.file, "-out", certificate], check=True, capture_output=True)
        with open(certificate, encoding="ascii") as pem:
            self.certificate = "".join(line.strip() for line in pem if "-----" not in line)

    def sign(self, octets):
        command = ["openssl", "dgst", "-sha256", "-sign", self.file]
        return subprocess.run(command, input=octets, check=True, capture_output=True).stdout


class Provider:
    """A service provider: what it is called and what its metadata says."""

    def __init__(self, name, keys, signs_requests=False):
        self.name, self.keys, self.signs_requests = name, keys, signs_requests
        self.entity_id = f"https://{name}.example/saml/metadata"
        self.acs = [f"https://{name}.example/saml/acs", f"https://{name}.example:8443/saml/acs?x=1"]
        self.slo = f"https://{name}.example/saml/slo"

    def metadata(self):
        role = "".join(
            f'<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{key.certificate}'
            "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
            for key in self.keys
        )
        for binding in ("HTTP-Redirect", "HTTP-POST"):
            role += f'<md:SingleLogoutService Binding="{BINDINGS}{binding}" Location="{self.slo}"/>'
        for index, url in enumerate(self.acs):
            role += f'<md:AssertionConsumerService Binding="{BINDINGS}HTTP-POST" Location="{url}" index="{index}"/>'
        return (
            f'<?xml version="1.0"?>\n<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" '
            f'xmlns:ds="{DS}" entityID="{self.entity_id}"><md:SPSSODescriptor '
            f'AuthnRequestsSigned="{str(self.signs_requests).lower()}" protocolSupportEnumeration="{SAMLP}">{role}'
            "</md:SPSSODescriptor></md:EntityDescriptor>\n"
        )


class Request:
    """An AuthnRequest, or another request of this name. A content of None is left out; an attribute, too."""

    def __init__(self, issuer, destination, children="", name="AuthnRequest", **attributes):
        self.id, self.issuer, self.children, self.name = f"_{secrets.token_hex(16)}", issuer, children, name
        said = {"ID": self.id, "Version": "2.0", "IssueInstant": moment(), "Destination": destination, **attributes}
        self.attributes = {name: value for name, value in said.items() if value is not None}

    @property
    def xml(self):
        said = "".join(f' {name}="{escaped(value)}"' for name, value in sorted(self.attributes.items()))
        return (
            f'<samlp:{self.name} xmlns:samlp="{SAMLP}"{said}><saml:Issuer xmlns:saml="{SAML}">'
            f"{escaped(self.issuer)}{END_OF_ISSUER}{self.children}</samlp:{self.name}>"
        )

    def signed(self, key, **extra):
        return behind_issuer(self.xml, signature(key, self.attributes["ID"], self.xml, **extra))


def behind_issuer(xml, more):
    """The XML with this behind its issuer."""
    head, tail = xml.split(END_OF_ISSUER, 1)
    return f"{head}{END_OF_ISSUER}{more}{tail}"


def logout_request(issuer, destination, name_id, *indexes, **attributes):
    """A LogoutRequest about somebody by this name. The name is XML where it begins like that."""
    named = name_id if name_id.startswith("<") else f'<saml:NameID xmlns:saml="{SAML}">{escaped(name_id)}</saml:NameID>'
    named += "".join(f"<samlp:SessionIndex>{index}</samlp:SessionIndex>" for index in indexes)
    attributes.setdefault("NotOnOrAfter", moment(300))
    return Request(issuer, destination, named, "LogoutRequest", **attributes)


def signature(key, id, xml, inclusive="", transforms=(ENVELOPED, EXCLUSIVE), key_info="", value=None):
    """The signature over `xml`, which is in canonical form and has this ID. `inclusive` are prefixes that the canonical
    form is told to include, `value` stands in the place of the key's own."""
    names = f'<ec:InclusiveNamespaces xmlns:ec="{EXCLUSIVE}" PrefixList="{inclusive}"></ec:InclusiveNamespaces>'
    inside = {EXCLUSIVE: names if inclusive else ""}
    steps = "".join(f'<ds:Transform Algorithm="{one}">{inside.get(one, "")}</ds:Transform>' for one in transforms)
    digest = encoded(hashlib.sha256(xml.encode()).digest())
    content = (
        f'<ds:CanonicalizationMethod Algorithm="{EXCLUSIVE}"></ds:CanonicalizationMethod>'
        f'<ds:SignatureMethod Algorithm="{key.method}"></ds:SignatureMethod><ds:Reference URI="#{id}">'
        f'<ds:Transforms>{steps}</ds:Transforms><ds:DigestMethod Algorithm="{SHA256}"></ds:DigestMethod>'
        f"<ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>"
    )
    if value is None:
        value = encoded(key.sign(f'<ds:SignedInfo xmlns:ds="{DS}">{content}</ds:SignedInfo>'.encode()))
    return (
        f'<ds:Signature xmlns:ds="{DS}"><ds:SignedInfo>{content}</ds:SignedInfo>'
        f"<ds:SignatureValue>{value}</ds:SignatureValue>{key_info}{END_OF_SIGNATURE}"
    )


def deflated(octets, level=9):
    deflate = zlib.compressobj(level, wbits=-15)
    return deflate.compress(octets) + deflate.flush()


def query(xml, key=None, state=None, name="SAMLRequest", method=None):
    """What an address carries. A key signs it, by `method` in name only where that is said."""
    packed = xml if isinstance(xml, bytes) else deflated(xml.encode())
    parts = [(name, encoded(packed))]
    if state is not None:
        parts.append(("RelayState", state))
    if key is None:
        return urllib.parse.urlencode(parts)
    octets = urllib.parse.urlencode(parts + [("SigAlg", method or key.method)])
    return f"{octets}&{urllib.parse.urlencode({'Signature': encoded(key.sign(octets.encode()))})}"


def form(xml, state=None, name="SAMLRequest"):
    """The body that a form of a page of the service provider's would send."""
    parts = [(name, encoded(xml if isinstance(xml, bytes) else xml.encode()))]
    if state is not None:
        parts.append(("RelayState", state))
    return urllib.parse.urlencode(parts).encode()


def envelope(message, header=""):
    return f'<soap:Envelope xmlns:soap="{SOAP}">{header}<soap:Body>{message}</soap:Body></soap:Envelope>'.encode()


def posted(path, body, **headers):
    return Message(path, body, {"Content-Type": "application/x-www-form-urlencoded", **headers})


def soap(path, body):
    return Message(path, body, {"Content-Type": "text/xml; charset=utf-8"})
