"""Plays a service provider with python3-saml, in strict mode unless told otherwise.

Reads from standard input a JSON object:
  saml_response    the form field, base 64
  acs_url          the address it was posted to
  sp_entity_id     the audience
  idp_entity_id    the issuer
  idp_certificate  base 64 of DER
  request_id       the request it must answer; absent or null when unsolicited
  sp_private_key   the key that decrypts, PEM, and
  sp_certificate   its certificate, base 64 of DER; with them the assertion must be encrypted
  strict           false: passes over all checks but the signature's; absent: true

Accepted: prints {"name_id", "session_index", "attributes"} and exits with 0.
Refused: prints the reasons on standard error and exits with 1.
"""

import json
import sys
from urllib.parse import urlsplit

import xmlsec
from onelogin.saml2.auth import OneLogin_Saml2_Auth


def main() -> int:
    case = json.load(sys.stdin)
    acs = urlsplit(case["acs_url"])
    request = {
        "https": "on" if acs.scheme == "https" else "off",
        "http_host": acs.netloc,
        "script_name": acs.path,
        "get_data": {},
        "post_data": {"SAMLResponse": case["saml_response"]},
    }
    settings = {
        "strict": case.get("strict", True),
        "debug": False,
        "sp": {
            "entityId": case["sp_entity_id"],
            "assertionConsumerService": {"url": case["acs_url"]},
            "privateKey": case.get("sp_private_key", ""),
            "x509cert": case.get("sp_certificate", ""),
        },
        "idp": {
            "entityId": case["idp_entity_id"],
            "singleSignOnService": {"url": case["idp_entity_id"]},
            "x509cert": case["idp_certificate"],
        },
        "security": {
            "wantAssertionsSigned": True,
            "wantAssertionsEncrypted": "sp_private_key" in case,
            "rejectUnsolicitedResponsesWithInResponseTo": True,
            "rejectDeprecatedAlgorithm": True,
            "requestedAuthnContext": False,
        },
    }
    auth = OneLogin_Saml2_Auth(request, settings)
    try:
        auth.process_response(request_id=case.get("request_id"))
    except xmlsec.Error as error:
        print(error, file=sys.stderr)
        return 1
    if auth.get_errors() or not auth.is_authenticated():
        print(", ".join(auth.get_errors()), auth.get_last_error_reason(), file=sys.stderr)
        return 1
    json.dump(
        {
            "name_id": auth.get_nameid(),
            "session_index": auth.get_session_index(),
            "attributes": auth.get_attributes(),
        },
        sys.stdout,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
