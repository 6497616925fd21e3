"""A service provider with mod_auth_mellon in a private Apache on the loopback interface: AuthnRequests by Redirect or
POST, Responses signed and encrypted in any way, single logout by Redirect and SOAP (it refuses POST).

Writes its configuration, its key and its metadata (`<folder>/metadata.xml`) into the folder, then becomes Apache:
one process without children that matter, which ends when it is killed. Once it listens there is one line of JSON on
standard output: {"base_url", "entity_id", "metadata", "acs_url"}.

  GET  /protected                        asks to be signed in; then, as plain text, a line `NAME=value` for each
                                         variable that Mellon sets: MELLON_NAME_ID, MELLON_<attribute>,
                                         MELLON_<attribute>_0 …, MELLON_IDP
  GET  /mellon/login?ReturnTo=<url>      asks to be signed in
  GET  /mellon/logout?ReturnTo=<url>     asks for single logout
  *    /mellon/postResponse, /mellon/logout   takes Responses, and messages of single logout
  GET  /public                           "public": where to go after logout

Apache does not serve as root: run as root, it serves as www-data, to whom the folder is then given.
"""

import argparse
import base64
import json
import os
import pwd
import re
import socket
import stat
import sys
import time

from service_provider import make_keys

MODULES = "/usr/lib/apache2/modules"
BINDING = "urn:oasis:names:tc:SAML:2.0:bindings"
CONFIGURATION = """\
ServerRoot "{folder}"
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
PidFile "{folder}/apache.pid"
ErrorLog "{folder}/error.log"
LogLevel {log_level}
DefaultRuntimeDir "{folder}"
Mutex "file:{folder}" default
{user}
{modules}
DocumentRoot "{folder}/pages"
ScriptAlias /protected "{folder}/pages/protected"
Alias /public "{folder}/pages/public"
UseCanonicalName Off
# Browsers refuse cookies that say SameSite=None on plain HTTP.
SetEnvIf Request_URI ^ MELLON_DISABLE_SAMESITE=1

<Location />
  Require all granted
  MellonEnable info
  MellonEndpointPath /mellon
  MellonSPMetadataFile "{metadata}"
  MellonSPPrivateKeyFile "{key}"
  MellonSPCertFile "{certificate}"
  MellonIdPMetadataFile "{idp_metadata}"
  MellonSecureCookie Off
  MellonVariable mellon
  MellonUser NAME_ID
  MellonIdP IDP
  MellonSignatureMethod rsa-sha256
  MellonRedirectDomains *
  MellonEnvVarsSetCount On
  MellonSubjectConfirmationDataAddressCheck Off
  {context}
</Location>
<Location /protected>
  AuthType Mellon
  MellonEnable auth
  Require valid-user
</Location>
"""
SCRIPT = """\
#!/bin/sh
printf 'Content-Type: text/plain; charset=utf-8\\nCache-Control: no-store\\n\\n'
env | grep ^MELLON_ | sort
"""


def metadata(base_url, certificate, read):
    with open(certificate, encoding="ascii") as text:
        key = re.sub(r"-----[^-]+-----|\s", "", text.read())
    assert base64.b64decode(key)
    keys = "".join(
        f'<KeyDescriptor use="{use}"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{key}</ds:X509Certificate>'
        "</ds:X509Data></ds:KeyInfo></KeyDescriptor>"
        for use in ("signing", "encryption")
    )
    logout = "".join(
        f'<SingleLogoutService Binding="{BINDING}:{name}" Location="{base_url}/mellon/logout"/>'
        for name in ("HTTP-Redirect", "SOAP")
    )
    format_ = f"<NameIDFormat>{read.name_id_format}</NameIDFormat>" if read.name_id_format else ""
    signed = "false" if read.unsigned_requests else "true"
    wants = "true" if read.want_assertions_signed else "false"
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" \
entityID="{base_url}/mellon/metadata">
<SPSSODescriptor AuthnRequestsSigned="{signed}" WantAssertionsSigned="{wants}" \
protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
{keys}
{logout}
{format_}
<AssertionConsumerService index="0" isDefault="true" Binding="{BINDING}:HTTP-POST" \
Location="{base_url}/mellon/postResponse"/>
</SPSSODescriptor>
</EntityDescriptor>
"""


def written(folder, name, text, mode=0o644):
    file = os.path.join(folder, name)
    with open(file, "w", encoding="utf-8") as out:
        out.write(text)
    os.chmod(file, mode)
    return file


def settle(read, folder, port):
    """Everything that Apache reads. Gives what there is to say about it, and its configuration."""
    base_url = f"http://127.0.0.1:{port}"
    key, certificate = make_keys(folder, "mellon")
    facts = {
        "base_url": base_url,
        "entity_id": f"{base_url}/mellon/metadata",
        "metadata": written(folder, "metadata.xml", metadata(base_url, certificate, read)),
        "acs_url": f"{base_url}/mellon/postResponse",
    }
    os.makedirs(f"{folder}/pages", exist_ok=True)
    written(f"{folder}/pages", "protected", SCRIPT, 0o755)
    written(f"{folder}/pages", "public", "public\n")
    with open(read.idp_metadata, encoding="utf-8") as text:
        idp_metadata = text.read()
    if read.binding == "post":
        # It asks by Redirect wherever that is offered.
        redirect = rf'<(?:\w+:)?SingleSignOnService\b[^>]*Binding="{BINDING}:HTTP-Redirect"[^>]*(?:/>|>\s*</[^>]*>)'
        idp_metadata, left_out = re.subn(redirect, "", idp_metadata)
        assert left_out, "the identity provider's metadata has no SingleSignOnService by Redirect"
    idp_metadata = written(folder, "idp.xml", idp_metadata)
    names = ["mpm_event", "authn_core", "authz_core", "authz_user", "alias", "cgi", "setenvif", "auth_mellon"]
    context = f'MellonAuthnContextClassRef "{read.authn_context}"' if read.authn_context else ""
    text = CONFIGURATION.format(
        folder=folder,
        port=port,
        log_level="debug" if read.debug else "info",
        user="User www-data\nGroup www-data" if os.geteuid() == 0 else "",
        modules="\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in names),
        metadata=facts["metadata"],
        key=key,
        certificate=certificate,
        idp_metadata=idp_metadata,
        context=context,
    )
    return facts, written(folder, "httpd.conf", text)


def give(folder):
    """Gives the folder to whom Apache serves as, and says so where that is not enough."""
    owner = pwd.getpwnam("www-data")
    for home, folders, files in os.walk(folder):
        for name in (".", *folders, *files):
            os.chown(os.path.join(home, name), owner.pw_uid, owner.pw_gid)
    os.chmod(folder, 0o755)
    above = os.path.dirname(folder)
    while above != "/":
        if not os.stat(above).st_mode & stat.S_IXOTH:
            sys.exit(f"www-data, as whom Apache serves, cannot enter {above}; choose another --folder")
        above = os.path.dirname(above)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def tell_when_listening(facts, port):
    """In a process of its own, since this one becomes Apache."""
    if os.fork():
        return
    for _ in range(1000):
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                print(json.dumps(facts), flush=True)
                break
        time.sleep(0.01)
    os._exit(0)


def main():
    raw = argparse.RawDescriptionHelpFormatter
    read = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    read.add_argument("--folder", required=True, help="where everything goes; made when missing")
    read.add_argument("--port", type=int, default=0, help="on 127.0.0.1; 0 for any free one")
    read.add_argument("--idp-metadata", required=True, help="file: the identity provider's metadata")
    read.add_argument("--binding", choices=("redirect", "post"), default="redirect", help="of AuthnRequests")
    read.add_argument("--unsigned-requests", action="store_true", help="do not sign AuthnRequests")
    read.add_argument("--want-assertions-signed", action="store_true", help="as its metadata says")
    read.add_argument("--name-id-format", help="the one that it asks for, and names in its metadata; where "
                      "there is none, it asks for transient")
    read.add_argument("--authn-context", help="the AuthnContextClassRef that it asks for")
    read.add_argument("--debug", action="store_true", help="<folder>/error.log tells more")
    read = read.parse_args()
    needed = {"/usr/sbin/apache2": "apache2-bin", f"{MODULES}/mod_auth_mellon.so": "libapache2-mod-auth-mellon"}
    for file, package in needed.items():
        if not os.path.exists(file):
            sys.exit(f"{file} is missing: it is in Debian's package {package}")
    folder, port = os.path.abspath(read.folder), read.port or free_port()
    os.makedirs(folder, exist_ok=True)
    facts, configuration = settle(read, folder, port)
    if os.geteuid() == 0:
        give(folder)
    tell_when_listening(facts, port)
    os.execv("/usr/sbin/apache2", ["apache2", "-X", "-f", configuration])


if __name__ == "__main__":
    main()
