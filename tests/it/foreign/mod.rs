//! Foreign eyes on what we sign and on how we read: this project's own verifier and its own signer could
//! share a mistake; somebody else's verifier does not.

pub(crate) mod generated_values;
mod product;
mod python3_saml;
mod scim2_tester;
mod scim_filter;
pub(crate) mod xmlsec1;

use std::sync::Arc;
use std::time::Duration;

use cloudsso::base::{Clock, Timestamp};
use cloudsso::crypto::{Certificate, KeyType, Random, SigningKey};
use cloudsso::saml::{Assertion, Attribute, AuthnContext, MessageId, NameId, NameIdFormat, Response, Signer};
use data_encoding::BASE64;

const ISSUER: &str = "https://sso.example.com/saml/idp/metadata";
const ACS: &str = "https://signin.aliyun.com/saml-role/sso";
const AUDIENCE: &str = "urn:alibaba:cloudcomputing";
const ROLE: &str = "https://www.aliyun.com/SAML-Role/Attributes/Role";
const ROLE_SESSION_NAME: &str = "https://www.aliyun.com/SAML-Role/Attributes/RoleSessionName";
/// A session name that needs every escape, and a character beyond the basic plane.
const AWKWARD: &str = "a<b>&amp;\"c'\u{10400}]]>\td";

fn signer(kind: KeyType) -> (Signer, Certificate) {
    let key = Arc::new(SigningKey::generate(kind).expect("key"));
    let year = Duration::from_secs(365 * 86_400);
    let certificate =
        Certificate::self_signed(&key, "foreign", now(), year, &Random::system()).expect("certificate");
    (Signer::new(key, &certificate).expect("signer"), certificate)
}

/// The text form of DER that others read best.
fn pem(kind: &str, der: &[u8]) -> String {
    let base64 = BASE64.encode(der);
    let lines: Vec<_> = base64.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    format!("-----BEGIN {kind}-----\n{}\n-----END {kind}-----\n", lines.join("\n"))
}

/// The foreign verifiers have no clock of ours, so these Responses are made now.
fn now() -> Timestamp {
    Clock::system().now()
}

/// A role logon of alice with two roles, as the cloud's console takes it.
fn response() -> Response {
    let random = Random::system();
    let now = now();
    let roles = [
        "acs:ram::1:role/admin,acs:ram::1:saml-provider/p",
        "acs:ram::1:role/reader,acs:ram::1:saml-provider/p",
    ];
    Response {
        id: MessageId::generate(&random).expect("id"),
        issuer: ISSUER.to_owned(),
        acs_url: ACS.to_owned(),
        in_response_to: None,
        issue_instant: now,
        assertion: Assertion {
            id: MessageId::generate(&random).expect("id"),
            name_id: Some(NameId::new(NameIdFormat::Persistent, "alice")),
            audience: AUDIENCE.to_owned(),
            not_before: now.minus(Duration::from_secs(60)),
            not_on_or_after: now.plus(Duration::from_secs(300)),
            authn_instant: now,
            authn_context: AuthnContext::MultiFactor,
            session_index: "_session".to_owned(),
            session_not_on_or_after: Some(now.plus(Duration::from_secs(3600))),
            attributes: vec![Attribute::new(ROLE, roles), Attribute::new(ROLE_SESSION_NAME, [AWKWARD])],
        },
    }
}
