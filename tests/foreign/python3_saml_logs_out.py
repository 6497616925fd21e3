"""Plays a service provider with python3-saml in strict mode that takes part in single logout.

Reads from standard input a JSON object:
  sls_url          where it takes logout messages
  sp_entity_id     its entity id
  slo_url          where the identity provider takes them
  idp_entity_id    the issuer
  idp_certificate  base 64 of DER
  private_key      PEM, what it signs with
  certificate      base 64 of DER, of the same key
  act              what it does: "asks", "takes" or "judges"

asks: somebody is to be logged out, by Redirect, and by POST in the same words.
  name_id, name_id_format, name_qualifier, sp_name_qualifier, session_index, relay_state
  Prints {"url", "request_id", "posted"}.
takes: a logout message that came in a query.
  query            as it travelled
  request_id       the request that an answer must answer
  Prints {"name_id", "session_indexes", "answer"} for a request, the address of its answer among them; {"status"} for
  an answer.
judges: a message, or an envelope with one in it, that is signed within.
  xml
  Prints {}.

Done: exits with 0. Refused: prints the reasons on standard error and exits with 1.
"""

import base64
import json
import sys
from urllib.parse import parse_qsl, urlsplit

from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Constants
from onelogin.saml2.logout_request import OneLogin_Saml2_Logout_Request as LogoutRequest
from onelogin.saml2.logout_response import OneLogin_Saml2_Logout_Response as LogoutResponse
from onelogin.saml2.utils import OneLogin_Saml2_Utils as Utils


def provider(case: dict) -> OneLogin_Saml2_Auth:
    sls = urlsplit(case["sls_url"])
    request = {
        "https": "on" if sls.scheme == "https" else "off",
        "http_host": sls.netloc,
        "script_name": sls.path,
        "get_data": dict(parse_qsl(case.get("query", ""), keep_blank_values=True)),
        "post_data": {},
    }
    settings = {
        "strict": True,
        "sp": {
            "entityId": case["sp_entity_id"],
            "assertionConsumerService": {"url": case["sls_url"]},
            "singleLogoutService": {"url": case["sls_url"]},
            "x509cert": case["certificate"],
            "privateKey": case["private_key"],
        },
        "idp": {
            "entityId": case["idp_entity_id"],
            "singleSignOnService": {"url": case["slo_url"]},
            "singleLogoutService": {"url": case["slo_url"]},
            "x509cert": case["idp_certificate"],
        },
        "security": {
            "logoutRequestSigned": True,
            "logoutResponseSigned": True,
            "wantMessagesSigned": True,
            "rejectDeprecatedAlgorithm": True,
            "signatureAlgorithm": Constants.RSA_SHA256,
        },
    }
    return OneLogin_Saml2_Auth(request, settings)


def asks(case: dict) -> dict:
    auth = provider(case)
    url = auth.logout(
        return_to=case["relay_state"],
        name_id=case["name_id"],
        session_index=case["session_index"],
        nq=case["name_qualifier"],
        name_id_format=case["name_id_format"],
        spnq=case["sp_name_qualifier"],
    )
    signed = Utils.add_sign(auth.get_last_request_xml(), case["private_key"], pem(case["certificate"]))
    posted = base64.b64encode(signed).decode()
    return {"url": url, "request_id": auth.get_last_request_id(), "posted": posted}


def takes(case: dict) -> dict:
    auth = provider(case)
    answer = auth.process_slo(keep_local_session=True, request_id=case.get("request_id"))
    if auth.get_errors():
        raise ValueError(f"{', '.join(auth.get_errors())} {auth.get_last_error_reason()}")
    if answer is None:
        taken = dict(parse_qsl(case["query"]))["SAMLResponse"]
        return {"status": LogoutResponse(auth.get_settings(), taken).get_status()}
    request = auth.get_last_request_xml()
    return {
        "name_id": LogoutRequest.get_nameid_data(request),
        "session_indexes": LogoutRequest.get_session_indexes(request),
        "answer": answer,
    }


def judges(case: dict) -> dict:
    if not Utils.validate_sign(case["xml"], cert=pem(case["idp_certificate"]), xpath="//ds:Signature"):
        raise ValueError("Signature validation failed")
    return {}


def pem(certificate: str) -> str:
    return Utils.format_cert(certificate, True)


def main() -> int:
    case = json.load(sys.stdin)
    acts = {"asks": asks, "takes": takes, "judges": judges}
    try:
        done = acts[case["act"]](case)
    except ValueError as refusal:
        print(refusal, file=sys.stderr)
        return 1
    json.dump(done, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
