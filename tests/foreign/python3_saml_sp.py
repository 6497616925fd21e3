"""A service provider with python3-saml in strict mode: AuthnRequests by Redirect and POST, Responses signed and
encrypted in any way, single logout by Redirect. What it answers to is in `service_provider.py`."""

import sys

from onelogin.saml2.auth import OneLogin_Saml2_Auth as Auth
from onelogin.saml2.authn_request import OneLogin_Saml2_Authn_Request as AuthnRequest
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Constants
from onelogin.saml2.errors import OneLogin_Saml2_Error
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser as Parser
from onelogin.saml2.logout_request import OneLogin_Saml2_Logout_Request as LogoutRequest
from onelogin.saml2.settings import OneLogin_Saml2_Settings as Settings
from onelogin.saml2.utils import OneLogin_Saml2_Utils as Utils
from onelogin.saml2.xml_utils import OneLogin_Saml2_XML as Xml

from service_provider import Message, Refused, ServiceProvider, make_keys, options, posted, sent_to


def read_whole(file):
    with open(file, encoding="utf-8") as text:
        return text.read()


class Python3Saml(ServiceProvider):
    cookie = "python3saml"

    def __init__(self, read):
        super().__init__(read)
        # It knows one key for both purposes.
        self.key, self.certificate = (read_whole(file) for file in make_keys(read.folder, "key"))
        bindings = (Constants.BINDING_HTTP_REDIRECT, Constants.BINDING_HTTP_POST)
        self.idp = {binding: self.read_idp(binding) for binding in bindings}

    def read_idp(self, binding):
        """What it takes from the identity provider's metadata, for AuthnRequests by this binding."""
        return Parser.parse(read_whole(self.read.idp_metadata), required_sso_binding=binding)["idp"]

    def settings(self, binding=Constants.BINDING_HTTP_REDIRECT, **asked):
        want = self.read.want
        return {
            "strict": True,
            "sp": {
                "entityId": self.entity_id,
                "assertionConsumerService": {"url": f"{self.base_url}/acs", "binding": Constants.BINDING_HTTP_POST},
                "singleLogoutService": {"url": f"{self.base_url}/slo", "binding": Constants.BINDING_HTTP_REDIRECT},
                "NameIDFormat": asked.get("format") or Constants.NAMEID_UNSPECIFIED,
                "x509cert": self.certificate,
                "privateKey": self.key,
            },
            "idp": self.idp[binding],
            "security": {
                "authnRequestsSigned": not self.read.unsigned_requests,
                "logoutRequestSigned": True,
                "logoutResponseSigned": True,
                "wantMessagesSigned": want in ("response", "both") or asked.get("is_logout", False),
                "wantAssertionsSigned": want in ("assertion", "both"),
                "wantAssertionsEncrypted": self.read.encrypted,
                "wantNameId": False,
                "wantAttributeStatement": False,
                "requestedAuthnContext": [asked["context"]] if asked.get("context") else False,
                "rejectUnsolicitedResponsesWithInResponseTo": True,
                "rejectDeprecatedAlgorithm": True,
                "signatureAlgorithm": Constants.RSA_SHA256,
                "digestAlgorithm": Constants.SHA256,
            },
        }

    def auth(self, path, message, **asked):
        request = {
            "https": "off",
            "http_host": self.base_url.removeprefix("http://"),
            "script_name": path,
            "query_string": message.query,
            "get_data": {} if message.is_post else {name: values[0] for name, values in message.fields.items()},
            "post_data": {name: values[0] for name, values in message.form.items()},
            # The signature is checked over the query as it came, not as the library would write it.
            "validate_signature_from_qs": True,
        }
        return Auth(request, self.settings(**asked))

    def metadata(self):
        text = Settings(self.settings(), sp_validation_only=True).get_sp_metadata()
        return text.decode() if isinstance(text, bytes) else text

    def ask(self, message):
        asked = {"format": message.field("format"), "context": message.field("context")}
        wanted = {"force_authn": message.is_set("force"), "is_passive": message.is_set("passive")}
        relay_state = message.field("relay_state") or "/whoami"
        if message.field("binding") == "post":
            return self.ask_by_post(asked, wanted, relay_state)
        auth = self.auth("/login", message, **asked)
        url = auth.login(return_to=relay_state, set_nameid_policy=bool(asked["format"]), **wanted)
        self.asked[auth.get_last_request_id()] = "/"
        return sent_to(url)

    def ask_by_post(self, asked, wanted, relay_state):
        """The library sends by Redirect only; it has what a form needs, though."""
        settings = Settings(self.settings(Constants.BINDING_HTTP_POST, **asked))
        request = AuthnRequest(settings, set_nameid_policy=bool(asked["format"]), **wanted)
        text = request.get_xml()
        if not self.read.unsigned_requests:
            text = Utils.add_sign(text, self.key, self.certificate)
        self.asked[request.get_id()] = "/"
        return posted(settings.get_idp_sso_url(), SAMLRequest=Utils.b64encode(text), RelayState=relay_state)

    def accept(self, message):
        auth = self.auth("/acs", message)
        try:
            auth.process_response()
        except OneLogin_Saml2_Error as problem:
            raise Refused(str(problem)) from problem
        if auth.get_errors() or not auth.is_authenticated():
            raise Refused(f"{', '.join(auth.get_errors())}: {auth.get_last_error_reason()}")
        answered = auth.get_last_response_in_response_to()
        if answered is None and not self.read.allow_unsolicited:
            raise Refused("nobody asked for it")
        if answered is not None and self.asked.pop(answered, None) is None:
            raise Refused(f"nobody asked {answered!r}, or it was answered before")
        contexts = auth.get_last_authn_contexts()
        return {
            "name_id": auth.get_nameid(),
            "name_id_format": auth.get_nameid_format(),
            "name_qualifier": auth.get_nameid_nq(),
            "sp_name_qualifier": auth.get_nameid_spnq(),
            "attributes": auth.get_attributes(),
            "authn_context": contexts[0] if contexts else None,
            "session_index": auth.get_session_index(),
            "in_response_to": answered,
        }

    def log_out(self, session, binding):
        if binding != "redirect":
            raise Refused(f"it has no single logout by {binding}")
        auth = self.auth("/logout", Message("", "", ""))
        url = auth.logout(
            return_to="/whoami",
            name_id=session["name_id"],
            session_index=session["session_index"],
            nq=session["name_qualifier"],
            name_id_format=session["name_id_format"],
            spnq=session["sp_name_qualifier"],
        )
        self.asked[auth.get_last_request_id()] = session["name_id"]
        return sent_to(url)

    def take_logout(self, message):
        auth = self.auth("/slo", message, is_logout=True)
        try:
            answer = auth.process_slo(keep_local_session=True)
        except (OneLogin_Saml2_Error, ValueError) as problem:
            raise Refused(str(problem)) from problem
        if auth.get_errors():
            raise Refused(f"{', '.join(auth.get_errors())}: {auth.get_last_error_reason()}")
        if message.field("SAMLRequest"):
            request = auth.get_last_request_xml()
            self.forget(LogoutRequest.get_nameid(request, self.key), LogoutRequest.get_session_indexes(request))
            return sent_to(answer)
        name_id = self.asked.pop(Xml.to_etree(auth.get_last_response_xml()).get("InResponseTo"), None)
        if name_id is None:
            raise Refused("nobody asked for it")
        self.forget(name_id)
        return sent_to("/whoami")


def main():
    Python3Saml(options(__doc__).parse_args()).serve()


if __name__ == "__main__":
    sys.exit(main())
