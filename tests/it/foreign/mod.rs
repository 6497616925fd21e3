//! Foreign eyes on what we sign and on how we read: this project's own verifier and its own signer could
//! share a mistake; somebody else's verifier does not.

pub(crate) mod generated_values;
mod product;
mod python3_saml;
mod python3_saml_logout;
mod scim2_tester;
mod scim_filter;
pub(crate) mod xmlsec1;
mod xmlsec1_encryption;

use std::sync::Arc;
use std::time::Duration;

use cloudsso::base::{Clock, Timestamp};
use cloudsso::crypto::{Certificate, KeyType, Random, SignatureAlgorithm, SigningKey};
use cloudsso::saml::{
    Assertion, Attribute, AuthnContext, Contact, ContactKind, EncryptionCertificate, EncryptionMethod,
    IdpMetadata, LocalizedText, Logo, LogoutBinding, MessageId, NameId, NameIdFormat, Organization, Response,
    Signer, SingleLogoutService, UiInfo,
};
use data_encoding::BASE64;

const ISSUER: &str = "https://sso.example.com/saml/idp/metadata";
const SSO: &str = "https://sso.example.com/saml/idp/sso";
const SLO: &str = "https://sso.example.com/saml/idp/slo";
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

/// Our metadata with everything that it can say; the first key is the one that is encrypted to.
fn metadata(certificates: Vec<Certificate>) -> IdpMetadata {
    let english = |text: &str| vec![LocalizedText::english(text)];
    let contact = |kind, name: &str| Contact {
        kind,
        given_name: Some(name.to_owned()),
        email: Some("sso@example.com".to_owned()),
    };
    let methods = ["http://www.w3.org/2009/xmlenc11#aes256-gcm", "http://www.w3.org/2009/xmlenc11#rsa-oaep"];
    let methods = methods.into_iter().map(EncryptionMethod::new).collect::<Vec<_>>();
    let first = certificates.iter().take(1).cloned();
    IdpMetadata {
        valid_until: Some(now().plus(Duration::from_secs(86_400))),
        cache_duration: Some(Duration::from_secs(3600)),
        encryption_certificates: first
            .map(|certificate| EncryptionCertificate { certificate, methods: methods.clone() })
            .collect(),
        single_logout_services: LogoutBinding::ALL
            .into_iter()
            .map(|binding| SingleLogoutService::new(binding, SLO))
            .collect(),
        name_id_formats: vec![NameIdFormat::Persistent, NameIdFormat::Transient],
        want_authn_requests_signed: true,
        signature_algorithms: SignatureAlgorithm::ALL.to_vec(),
        scope: Some("example.com".to_owned()),
        ui_info: UiInfo {
            display_names: english("Example <sign-in>"),
            descriptions: english("For all & sundry"),
            information_urls: english("https://example.com/sso?a&b"),
            privacy_statement_urls: english("https://example.com/privacy"),
            logos: vec![Logo {
                url: "https://sso.example.com/logo.png".to_owned(),
                width: 80,
                height: 60,
                language: Some("en".to_owned()),
            }],
        },
        error_url: Some("https://sso.example.com/refused".to_owned()),
        organization: Some(Organization {
            names: english("example"),
            display_names: english("Example"),
            urls: english("https://example.com/"),
        }),
        contacts: vec![
            contact(ContactKind::Technical, "Ann"),
            contact(ContactKind::Support, "Help desk"),
            contact(ContactKind::Security, "CERT"),
        ],
        ..IdpMetadata::new(ISSUER, SSO, certificates)
    }
}
