//! An identity provider of a test: keys, metadata, and Responses for a role that a test may bend.

use std::sync::Arc;
use std::time::Duration;

use cloudsso::base::Timestamp;
use cloudsso::crypto::{Certificate, KeyType, SigningKey};
use cloudsso::rpc::AccessKey;
use cloudsso::saml::{
    Assertion, Attribute, AuthnContext, IdpMetadata, LogoutRequest, MessageId, NameId, NameIdFormat,
    Response, Signer,
};
use data_encoding::BASE64;
use serde_json::json;

use super::{Answer, IMS, RAM, World, random};

pub(crate) const ISSUER: &str = "http://localhost:8080/saml/idp/metadata";
pub(crate) const AUDIENCE: &str = "urn:alibaba:cloudcomputing";
pub(crate) const PROVIDER: &str = "AliyunReservedSSO-d-test";
pub(crate) const ROLE: &str = "AliyunReservedSSO-reader";
pub(crate) const ROLE_ATTRIBUTE: &str = "https://www.aliyun.com/SAML-Role/Attributes/Role";
pub(crate) const SESSION_NAME: &str = "https://www.aliyun.com/SAML-Role/Attributes/RoleSessionName";
pub(crate) const SESSION_DURATION: &str = "https://www.aliyun.com/SAML-Role/Attributes/SessionDuration";

pub(crate) struct IdentityProvider {
    signer: Signer,
    certificate: Certificate,
}

impl IdentityProvider {
    pub(crate) fn new(now: Timestamp) -> Self {
        let key = Arc::new(SigningKey::generate(KeyType::Rsa2048).expect("a key"));
        let year = Duration::from_secs(365 * 86_400);
        let certificate = Certificate::self_signed(&key, "test", now, year, &random()).expect("certificate");
        Self { signer: Signer::new(key, &certificate).expect("a signer"), certificate }
    }

    /// The metadata, as IMS takes it.
    pub(crate) fn encoded_metadata(&self) -> String {
        self.encoded_metadata_of(ISSUER)
    }

    /// As [`Self::encoded_metadata`], under another entity id.
    pub(crate) fn encoded_metadata_of(&self, entity_id: &str) -> String {
        let metadata = IdpMetadata {
            name_id_formats: vec![NameIdFormat::Persistent],
            ..IdpMetadata::new(
                entity_id,
                "http://localhost:8080/saml/idp/sso",
                vec![self.certificate.clone()],
            )
        };
        BASE64.encode(metadata.to_xml().expect("metadata").as_bytes())
    }

    /// Signs, and encodes for the form field.
    pub(crate) fn sign(&self, response: &Response) -> String {
        response.sign(&self.signer).expect("signed").to_base64()
    }

    /// As [`Self::sign`], for the form field of a LogoutRequest.
    pub(crate) fn sign_logout(&self, request: &LogoutRequest) -> String {
        request.sign(&self.signer).expect("signed").to_base64()
    }

    /// Switches on the user SSO of an account, with this metadata.
    pub(crate) fn enable_user_sso(&self, world: &World, account: &str) -> AccessKey {
        let key = world.cloudsso(account);
        let metadata = self.encoded_metadata();
        let settings = [("MetadataDocument", metadata.as_str()), ("SsoEnabled", "true")];
        world.call(&key, (IMS, "SetUserSsoSettings"), &settings).ok();
        key
    }

    /// What CloudSSO makes in an account: the provider, the role that trusts it, and its policies.
    pub(crate) fn provision(&self, world: &World, account: &str) -> AccessKey {
        let key = world.cloudsso(account);
        let metadata = self.encoded_metadata();
        let provider = [("SAMLProviderName", PROVIDER), ("EncodedSAMLMetadataDocument", metadata.as_str())];
        world.call(&key, (IMS, "CreateSAMLProvider"), &provider).ok();
        let trust = trust_policy(account, PROVIDER, &world.acs());
        let role = [("RoleName", ROLE), ("AssumeRolePolicyDocument", trust.as_str())];
        world.call(&key, (RAM, "CreateRole"), &role).ok();
        let inline = "AliyunReservedSSO-reader-InlinePolicy";
        let document = policy("Allow", "oss:GetObject", "*");
        let parameters = [("PolicyName", inline), ("PolicyDocument", document.as_str())];
        world.call(&key, (RAM, "CreatePolicy"), &parameters).ok();
        attach(world, &key, ("Custom", inline)).ok();
        attach(world, &key, ("System", "AliyunECSReadOnlyAccess")).ok();
        attach(world, &key, ("System", "AliyunRAMReadOnlyAccess")).ok();
        key
    }
}

pub(crate) fn attach(world: &World, key: &AccessKey, (kind, name): (&str, &str)) -> Answer {
    let parameters = [("PolicyType", kind), ("PolicyName", name), ("RoleName", ROLE)];
    world.call(key, (RAM, "AttachPolicyToRole"), &parameters)
}

pub(crate) fn policy(effect: &str, action: &str, resource: &str) -> String {
    let statement = json!({"Effect": effect, "Action": action, "Resource": resource});
    json!({"Version": "1", "Statement": [statement]}).to_string()
}

/// Trusts a SAML provider, for Responses to one address.
pub(crate) fn trust_policy(account: &str, provider: &str, recipient: &str) -> String {
    let principal = format!("acs:ram::{account}:saml-provider/{provider}");
    json!({"Version": "1", "Statement": [{
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Federated": [principal]},
        "Condition": {"StringEquals": {"saml:recipient": recipient}},
    }]})
    .to_string()
}

/// The value of the attribute `Role`.
pub(crate) fn pair(account: &str, role: &str, provider: &str) -> String {
    format!("acs:ram::{account}:role/{role},acs:ram::{account}:saml-provider/{provider}")
}

impl World {
    pub(crate) fn acs(&self) -> String {
        format!("{}/saml-role/sso", self.base_url)
    }

    /// An honest Response for alice in the role of [`ROLE`], for 15 minutes, made now.
    pub(crate) fn response(&self, account: &str) -> Response {
        let now = self.clock.now();
        Response {
            id: MessageId::generate(&random()).expect("an id"),
            issuer: ISSUER.to_owned(),
            acs_url: self.acs(),
            in_response_to: None,
            issue_instant: now,
            assertion: Assertion {
                id: MessageId::generate(&random()).expect("an id"),
                name_id: Some(NameId::new(NameIdFormat::Persistent, "u-alice")),
                audience: AUDIENCE.to_owned(),
                not_before: now.minus(Duration::from_secs(60)),
                not_on_or_after: now.plus(Duration::from_secs(300)),
                authn_instant: now,
                authn_context: AuthnContext::MultiFactor,
                session_index: "_session".to_owned(),
                session_not_on_or_after: None,
                attributes: vec![
                    Attribute::new(ROLE_ATTRIBUTE, [pair(account, ROLE, PROVIDER)]),
                    Attribute::new(SESSION_NAME, ["alice"]),
                    Attribute::new(SESSION_DURATION, ["900"]),
                ],
            },
        }
    }

    /// An honest Response for a RAM user of an account, made now.
    pub(crate) fn user_response(&self, account: &str, name_id: &str) -> Response {
        let mut response = self.response(account);
        response.acs_url = format!("{}/saml/SSO", self.base_url);
        response.assertion.audience = format!("{}/{account}/saml/SSO", self.base_url);
        response.assertion.name_id = Some(NameId::new(NameIdFormat::Persistent, name_id));
        response.assertion.attributes.clear();
        response
    }

    /// Posts a Response to the console's user SSO.
    pub(crate) fn post_user_response(&self, response: &str) -> Answer {
        self.post_form("/saml/SSO", &[("SAMLResponse", response)], &[("sec-fetch-site", "cross-site")])
    }

    /// Posts a Response to the console.
    pub(crate) fn post_response(&self, response: &str) -> Answer {
        self.post_form("/saml-role/sso", &[("SAMLResponse", response)], &[("sec-fetch-site", "cross-site")])
    }
}

impl Answer {
    /// The cookie that a sign-in sets, as a browser sends it back.
    pub(crate) fn cookie(&self) -> String {
        let cookie = self.header("set-cookie").expect("a cookie");
        cookie.split(';').next().unwrap_or_default().to_owned()
    }
}
