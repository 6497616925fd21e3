"""A service provider with pysaml2: AuthnRequests by Redirect and POST, Responses signed and encrypted in any way,
single logout by Redirect, POST and SOAP. What it answers to is in `service_provider.py`."""

import base64
import logging
import shutil
import sys
import time
import urllib.parse
import warnings
from xml.etree import ElementTree

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

warnings.simplefilter("ignore")  # the library's own, about what it imports

from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT, BINDING_SOAP
from saml2.client import Saml2Client
from saml2.config import SPConfig
from saml2.ident import decode
from saml2.metadata import entity_descriptor
from saml2.response import StatusError

from service_provider import Refused, ServiceProvider, make_keys, options, page, sent_to

BINDINGS = {"redirect": BINDING_HTTP_REDIRECT, "post": BINDING_HTTP_POST, "soap": BINDING_SOAP}
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"

# The library writes anew what it takes out of an envelope, by prefixes of its own, and then finds that the signature
# does not hold. By the customary ones it does.
ElementTree.register_namespace("saml", "urn:oasis:names:tc:SAML:2.0:assertion")
ElementTree.register_namespace("samlp", "urn:oasis:names:tc:SAML:2.0:protocol")
ElementTree.register_namespace("ds", "http://www.w3.org/2000/09/xmldsig#")


class Pysaml2(ServiceProvider):
    cookie = "pysaml2"

    def __init__(self, read):
        super().__init__(read)
        key, certificate = make_keys(read.folder, "signing")
        encryption_key, encryption_certificate = make_keys(read.folder, "encryption")
        slo = [(f"{self.base_url}/slo", binding) for binding in BINDINGS.values()]
        role = {
            "endpoints": {
                "assertion_consumer_service": [(f"{self.base_url}/acs", BINDING_HTTP_POST)],
                "single_logout_service": slo,
            },
            "authn_requests_signed": not read.unsigned_requests,
            "logout_requests_signed": True,
            "logout_responses_signed": True,
            "want_assertions_signed": read.want in ("assertion", "both"),
            "want_response_signed": read.want in ("response", "both"),
            "want_assertions_or_response_signed": True,
            "allow_unsolicited": read.allow_unsolicited,
        }
        config = {
            "entityid": self.entity_id,
            "service": {"sp": role},
            "metadata": {"local": [read.idp_metadata]},
            "key_file": key,
            "cert_file": certificate,
            "encryption_keypairs": [{"key_file": encryption_key, "cert_file": encryption_certificate}],
            "signing_algorithm": RSA_SHA256,
            "digest_algorithm": SHA256,
            "xmlsec_binary": shutil.which("xmlsec1"),
            "allow_unknown_attributes": True,
            "delete_tmpfiles": True,
        }
        self.config = SPConfig().load(config)
        self.client = Saml2Client(config=self.config)
        self.idp = next(iter(self.client.metadata.identity_providers()))

    def metadata(self):
        return str(entity_descriptor(self.config))

    def ask(self, message):
        wanted = {}
        if message.is_set("force"):
            wanted["force_authn"] = "true"
        if message.is_set("passive"):
            wanted["is_passive"] = "true"
        if message.field("context"):
            wanted["requested_authn_context"] = {
                "authn_context_class_ref": [message.field("context")],
                "comparison": "exact",
            }
        number, _, written = self.client.prepare_for_negotiated_authenticate(
            entityid=self.idp,
            relay_state=message.field("relay_state") or "",
            binding=BINDINGS[message.field("binding") or "redirect"],
            nameid_format=message.field("format"),
            allow_create="true",
            sign=not self.read.unsigned_requests,
            sigalg=RSA_SHA256,
            digest_alg=SHA256,
            **wanted,
        )
        self.asked[number] = "/"
        return carried(written)

    def accept(self, message):
        try:
            response = self.client.parse_authn_request_response(
                message.field("SAMLResponse"), BINDING_HTTP_POST, dict(self.asked)
            )
        except StatusError as status:
            raise Refused(f"{type(status).__name__}: {status}") from status
        except Exception as problem:
            raise Refused(f"{type(problem).__name__}: {problem}") from problem
        if response is None:
            raise Refused("it cannot be read")
        if self.read.encrypted and b"EncryptedAssertion" not in message_bytes(response):
            raise Refused("the assertion is not encrypted")
        self.asked.pop(response.in_response_to, None)
        about = response.session_info()
        name = response.name_id
        return {
            "name_id": name.text if name is not None else None,
            "name_id_format": name.format if name is not None else None,
            "name_qualifier": name.name_qualifier if name is not None else None,
            "sp_name_qualifier": name.sp_name_qualifier if name is not None else None,
            "attributes": response.ava,
            "authn_context": about["authn_info"][0][0] if about["authn_info"] else None,
            "session_index": about["session_index"],
            "in_response_to": response.in_response_to or None,
            "_name": name,
        }

    def log_out(self, session, binding):
        binding, until = BINDINGS[binding], time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 300))
        # Where nothing is said it signs with SHA-1.
        how = {"expected_binding": binding, "sign": True, "sign_alg": RSA_SHA256, "digest_alg": SHA256}
        answers = self.client.do_logout(session["_name"], [self.idp], None, until, **how)
        if binding == BINDING_SOAP:
            if not answers[self.idp].status_ok():
                raise Refused("the identity provider did not log out")
            self.forget(session["name_id"])
            return sent_to("/whoami")
        return carried(answers[self.idp][1])

    def take_logout(self, message):
        if message.field("SAMLResponse"):
            return self.end(message)
        binding = BINDING_SOAP if message.body else BINDING_HTTP_POST if message.is_post else BINDING_HTTP_REDIRECT
        text = message.body or message.field("SAMLRequest") or ""
        request = self.read_message(lambda: self.client.parse_logout_request(text, binding), message)
        named = request.message.name_id
        indexes = [index.text for index in request.message.session_index]
        known = [one["_name"] for one in self.sessions.values() if one["name_id"] == named.text]
        written = self.client.handle_logout_request(
            text,
            known[0] if known else None,
            binding,
            sign=True,
            sign_alg=RSA_SHA256,
            digest_alg=SHA256,
            relay_state=message.field("RelayState"),
        )
        self.forget(named.text, indexes)
        return carried(written)

    def end(self, message):
        """The answer to a request of ours, which ends the sessions that it was about."""
        binding = BINDING_HTTP_POST if message.is_post else BINDING_HTTP_REDIRECT
        text = message.field("SAMLResponse")
        response = self.read_message(lambda: self.client.parse_logout_request_response(text, binding), message)
        asked = self.client.state.get(response.in_response_to)
        if asked is None:
            raise Refused(f"nobody asked {response.in_response_to!r}")
        if not response.status_ok():
            raise Refused("the identity provider did not log out")
        self.client.handle_logout_response(response)
        self.forget(decode(asked["name_id"]).text)
        return sent_to("/whoami")

    def read_message(self, read, message):
        """A message of single logout, whose signature holds. The library looks at a signature inside the message
        and only where there is one, and not at all at one in a query."""
        try:
            parsed = read()
        except Exception as problem:
            raise Refused(f"{type(problem).__name__}: {problem}") from problem
        if parsed is None:
            raise Refused("it cannot be read")
        if not message.is_post and not message.body:
            keys = self.client.metadata.certs(self.idp, "idpsso", "signing")
            if not any(is_signed(message.query, certificate) for _, certificate in keys):
                raise Refused("the signature of the query does not hold")
        elif getattr(parsed, "message", None) is not None and parsed.message.signature is None:
            raise Refused("the request is not signed")
        elif getattr(parsed, "response", None) is not None and parsed.response.signature is None:
            raise Refused("the answer is not signed")
        return parsed


def is_signed(query, certificate):
    """Whether the signature in a query holds, over its octets as they came (saml-bindings-2.0-os §3.4.4.1)."""
    parts = dict(part.partition("=")[::2] for part in query.split("&"))
    kind = "SAMLRequest" if "SAMLRequest" in parts else "SAMLResponse"
    if not {"SigAlg", "Signature"} <= set(parts) or urllib.parse.unquote(parts["SigAlg"]) != RSA_SHA256:
        return False
    signed = "&".join(f"{name}={parts[name]}" for name in (kind, "RelayState", "SigAlg") if name in parts)
    signature = base64.b64decode(urllib.parse.unquote_plus(parts["Signature"]))
    key = x509.load_der_x509_certificate(base64.b64decode(certificate)).public_key()
    try:
        key.verify(signature, signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def message_bytes(response):
    """The Response as it came."""
    text = response.origxml
    return text if isinstance(text, bytes) else text.encode()


def carried(written):
    """pysaml2's answer for the browser, or for who asked by SOAP."""
    location = dict(written["headers"]).get("Location")
    if location:
        return sent_to(location)
    text = written["data"]
    kind = dict((name.lower(), value) for name, value in written["headers"]).get("content-type", "text/html")
    return page(200, text if isinstance(text, (bytes, str)) else "".join(text), kind)


def main():
    logging.disable(logging.CRITICAL)
    Pysaml2(options(__doc__).parse_args()).serve()


if __name__ == "__main__":
    sys.exit(main())
