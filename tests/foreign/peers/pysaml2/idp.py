"""An identity provider with pysaml2, as a WSGI application: the peer that `scripts/measure-saml` measures beside
ours, and a stranger's identity provider for the service providers of the tests to be tried with.

The environment tells it what it is: PEER_URL (its own address), PEER_FOLDER (with idp.key and idp.crt, PEM),
PEER_SPS (metadata files of service providers, with colons between them), PEER_SESSION (a secret: the cookie of
the one session there is), and, where it is not the default, PEER_SIGN (assertion, response, or both), PEER_ENCRYPT
(1: encrypt assertions) and PEER_WANT_SIGNED (1: refuse requests that are not signed).

  GET  /metadata     its metadata
  GET  /login        signs alice in: sets the cookie of a live session
  GET, POST /sso     an AuthnRequest: a page that posts a signed Response where the session lives, else 401
  GET, POST /slo     a LogoutRequest (SOAP too): a signed LogoutResponse, and the session ends
"""

import os
import shutil
from urllib.parse import parse_qs

from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT, BINDING_SOAP
from saml2.authn_context import PASSWORDPROTECTEDTRANSPORT
from saml2.config import IdPConfig
from saml2.metadata import entity_descriptor
from saml2.saml import NAME_FORMAT_URI, NAMEID_FORMAT_PERSISTENT, NAMEID_FORMAT_TRANSIENT
from saml2.server import Server

URL, FOLDER, SESSION = os.environ["PEER_URL"], os.environ["PEER_FOLDER"], os.environ["PEER_SESSION"]
SIGN, IS_ENCRYPTED = os.environ.get("PEER_SIGN", "assertion"), os.environ.get("PEER_ENCRYPT") == "1"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
ALICE = {"uid": ["alice"], "mail": ["alice@example.com"], "givenName": ["Alice"], "eduPersonAffiliation": ["a", "b"]}
BOTH = (BINDING_HTTP_REDIRECT, BINDING_HTTP_POST)


def config():
    role = {
        "endpoints": {
            "single_sign_on_service": [(f"{URL}/sso", binding) for binding in BOTH],
            "single_logout_service": [(f"{URL}/slo", binding) for binding in (*BOTH, BINDING_SOAP)],
        },
        "policy": {"default": {"lifetime": {"minutes": 5}, "name_form": NAME_FORMAT_URI}},
        "name_id_format": [NAMEID_FORMAT_TRANSIENT, NAMEID_FORMAT_PERSISTENT],
        "sign_assertion": SIGN in ("assertion", "both"),
        "sign_response": SIGN in ("response", "both"),
        "want_authn_requests_signed": os.environ.get("PEER_WANT_SIGNED") == "1",
    }
    key, certificate = os.path.join(FOLDER, "idp.key"), os.path.join(FOLDER, "idp.crt")
    written = {
        "entityid": f"{URL}/metadata",
        "service": {"idp": role},
        "metadata": {"local": [file for file in os.environ.get("PEER_SPS", "").split(":") if file]},
        "key_file": key,
        "cert_file": certificate,
        "signing_algorithm": RSA_SHA256,
        "digest_algorithm": SHA256,
        "xmlsec_binary": shutil.which("xmlsec1"),
        "delete_tmpfiles": True,
    }
    return IdPConfig().load(written)


IDP = Server(config=config())


def sign_on(fields, binding):
    proof = {"relay_state": fields.get("RelayState"), "sigalg": fields.get("SigAlg")}
    proof["signature"] = fields.get("Signature")
    request = IDP.parse_authn_request(fields["SAMLRequest"], binding, **proof)
    where = IDP.response_args(request.message, [BINDING_HTTP_POST])
    response = IDP.create_authn_response(
        ALICE,
        userid="alice",
        authn={"class_ref": PASSWORDPROTECTEDTRANSPORT, "authn_auth": URL},
        sign_assertion=SIGN in ("assertion", "both"),
        sign_response=SIGN in ("response", "both"),
        encrypt_assertion=IS_ENCRYPTED,
        sign_alg=RSA_SHA256,
        digest_alg=SHA256,
        **{name: where[name] for name in ("in_response_to", "destination", "sp_entity_id", "name_id_policy")},
    )
    return IDP.apply_binding(
        BINDING_HTTP_POST, str(response), where["destination"], fields.get("RelayState") or "", response=True
    )


def log_out(text, fields, binding):
    proof = {"relay_state": fields.get("RelayState"), "sigalg": fields.get("SigAlg")}
    proof["signature"] = fields.get("Signature")
    request = IDP.parse_logout_request(text, binding, **proof)
    is_redirect = binding == BINDING_HTTP_REDIRECT
    response = IDP.create_logout_response(
        request.message, [binding], sign=not is_redirect, sign_alg=RSA_SHA256, digest_alg=SHA256
    )
    where = IDP.response_args(request.message, [binding]) if binding != BINDING_SOAP else {"destination": ""}
    return IDP.apply_binding(
        binding, str(response), where["destination"], fields.get("RelayState") or "", response=True,
        sign=is_redirect, sigalg=RSA_SHA256,
    )


def application(environ, start_response):
    def say(status, kind, text, *fields):
        body = text if isinstance(text, bytes) else text.encode()
        start_response(status, [("Content-Type", kind), ("Content-Length", str(len(body))), *fields])
        return [body]

    def carry(written, *fields):
        location = dict(written["headers"]).get("Location")
        if location:
            return say("303 See Other", "text/plain", "", ("Location", location), *fields)
        text = written["data"]
        text = text if isinstance(text, (bytes, str)) else "".join(text)
        kind = {name.lower(): value for name, value in written["headers"]}.get("content-type", "text/html")
        return say("200 OK", kind, text, *fields)

    path, is_post, body = environ["PATH_INFO"], environ["REQUEST_METHOD"] == "POST", ""
    if is_post:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode()
    is_soap = is_post and "urlencoded" not in environ.get("CONTENT_TYPE", "")
    fields = {} if is_soap else {
        name: values[0] for name, values in parse_qs(body if is_post else environ.get("QUERY_STRING", "")).items()
    }
    binding = BINDING_SOAP if is_soap else BINDING_HTTP_POST if is_post else BINDING_HTTP_REDIRECT
    if path == "/metadata":
        return say("200 OK", "application/samlmetadata+xml", str(entity_descriptor(IDP.config)))
    if path == "/login":
        return say("200 OK", "text/plain", "alice", ("Set-Cookie", f"peer={SESSION}; Path=/; HttpOnly"))
    if path == "/sso":
        if f"peer={SESSION}" not in environ.get("HTTP_COOKIE", ""):
            return say("401 Unauthorized", "text/plain", "nobody is signed in")
        return carry(sign_on(fields, binding))
    if path == "/slo":
        text = body if is_soap else fields["SAMLRequest"]
        return carry(log_out(text, fields, binding), ("Set-Cookie", "peer=; Path=/; Max-Age=0"))
    return say("404 Not Found", "text/plain", "there is no such page")
