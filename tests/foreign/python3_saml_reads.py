"""Plays a service provider with python3-saml that is given the metadata of an identity provider.

Reads from standard input a JSON object:
  metadata     the metadata, XML
  certificate  base 64 of DER, of the key that must have signed it; null when nothing need be signed

Read: prints what was understood, as python3-saml's settings have it, and exits with 0.
Refused, by the schema or for its signature: prints the reason on standard error and exits with 1.
"""

import json
import sys

from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser as Parser
from onelogin.saml2.utils import OneLogin_Saml2_Utils as Utils
from onelogin.saml2.xml_utils import OneLogin_Saml2_XML as Xml


def main() -> int:
    case = json.load(sys.stdin)
    metadata = case["metadata"]
    judged = Xml.validate_xml(metadata, "saml-schema-metadata-2.0.xsd")
    if isinstance(judged, str):
        print("invalid by the schema:", judged, file=sys.stderr)
        return 1
    if case["certificate"] and not Utils.validate_metadata_sign(metadata, Utils.format_cert(case["certificate"])):
        print("invalid signature", file=sys.stderr)
        return 1
    json.dump(Parser.parse(metadata), sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
