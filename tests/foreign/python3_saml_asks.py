"""Plays a service provider with python3-saml that asks for somebody to be signed in, by Redirect.

Reads from standard input a JSON object:
  acs_url          where it takes the answer
  sp_entity_id     its entity id
  sso_url          whom it asks
  idp_entity_id    the entity id of whom it asks
  private_key      PEM, what it signs with
  certificate      base 64 of DER, of the same key
  relay_state      what it wants back
  is_signed        whether it signs

Prints {"url", "request_id", "metadata"} and exits with 0.
"""

import json
import sys

from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Constants


def main() -> int:
    case = json.load(sys.stdin)
    settings = {
        "strict": True,
        "sp": {
            "entityId": case["sp_entity_id"],
            "assertionConsumerService": {"url": case["acs_url"]},
            "NameIDFormat": Constants.NAMEID_PERSISTENT,
            "x509cert": case["certificate"],
            "privateKey": case["private_key"],
        },
        "idp": {
            "entityId": case["idp_entity_id"],
            "singleSignOnService": {"url": case["sso_url"]},
            "x509cert": case["certificate"],
        },
        "security": {
            "authnRequestsSigned": case["is_signed"],
            "wantAssertionsEncrypted": True,
            "requestedAuthnContext": [Constants.AC_PASSWORD_PROTECTED],
            "signatureAlgorithm": Constants.RSA_SHA256,
        },
    }
    request = {"https": "on", "http_host": "app.example.com", "script_name": "/", "get_data": {}, "post_data": {}}
    auth = OneLogin_Saml2_Auth(request, settings)
    url = auth.login(return_to=case["relay_state"], force_authn=True)
    metadata = auth.get_settings().get_sp_metadata()
    metadata = metadata.decode() if isinstance(metadata, bytes) else metadata
    json.dump({"url": url, "request_id": auth.get_last_request_id(), "metadata": metadata}, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
