//! What the tests of this room share: a signer made for the run, and a Response with everything in it.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crate::base::Timestamp;
use crate::crypto::{BlockedAlgorithms, Certificate, KeyType, Random, SigningKey};

use super::*;

pub(super) const ISSUER: &str = "https://sso.example.com/saml/idp/metadata";
pub(super) const ACS: &str = "https://signin.example.com/saml-role/sso";
pub(super) const AUDIENCE: &str = "urn:example:cloud";
pub(super) const NOW: Timestamp = Timestamp::from_seconds(1_795_371_745);

pub(super) const NOTHING_BLOCKED: BlockedAlgorithms = BlockedAlgorithms::NONE;

/// Two keys with their certificates: ours, and a stranger's.
pub(super) struct Keys {
    pub(super) own: Signer,
    pub(super) own_certificate: Certificate,
    pub(super) stranger: Signer,
    pub(super) stranger_certificate: Certificate,
}

pub(super) fn keys() -> &'static Keys {
    static KEYS: OnceLock<Keys> = OnceLock::new();
    KEYS.get_or_init(|| {
        let (own, own_certificate) = signer();
        let (stranger, stranger_certificate) = signer();
        Keys { own, own_certificate, stranger, stranger_certificate }
    })
}

fn signer() -> (Signer, Certificate) {
    let key = Arc::new(SigningKey::generate(KeyType::Rsa2048).unwrap());
    let year = Duration::from_secs(365 * 86_400);
    let certificate = Certificate::self_signed(&key, "cloudsso test", NOW, year, &Random::system()).unwrap();
    (Signer::new(key, &certificate).unwrap(), certificate)
}

/// An unsolicited Response about alice with two roles, made at [`NOW`].
pub(super) fn response() -> Response {
    let random = Random::system();
    Response {
        id: MessageId::generate(&random).unwrap(),
        issuer: ISSUER.to_owned(),
        acs_url: ACS.to_owned(),
        in_response_to: None,
        issue_instant: NOW,
        assertion: Assertion {
            id: MessageId::generate(&random).unwrap(),
            name_id: Some(NameId::new(NameIdFormat::Persistent, "alice")),
            audience: AUDIENCE.to_owned(),
            not_before: NOW.minus(Duration::from_secs(60)),
            not_on_or_after: NOW.plus(Duration::from_secs(300)),
            authn_instant: NOW.minus(Duration::from_secs(20)),
            authn_context: AuthnContext::MultiFactor,
            session_index: "_s1".to_owned(),
            session_not_on_or_after: Some(NOW.plus(Duration::from_secs(3600))),
            attributes: vec![
                Attribute::new("https://example.com/Role", ["role/admin", "role/reader"]),
                Attribute::new("SessionName", ["alice"]),
            ],
        },
    }
}

pub(super) fn expectations() -> Expectations<'static> {
    Expectations {
        issuer: ISSUER,
        audience: AUDIENCE,
        recipient: ACS,
        in_response_to: None,
        now: NOW,
        clock_skew: Duration::from_secs(60),
    }
}

/// All three steps, with our own key and [`expectations`].
pub(super) fn accept(xml: &str) -> Result<CheckedAssertion, Error> {
    let certificates = [keys().own_certificate.clone()];
    UnverifiedResponse::parse(xml)?.verify(&certificates)?.check(&expectations())
}

/// A genuine Response, signed by us.
pub(super) fn genuine(part: SignedPart) -> String {
    let protection = Protection { part, signer: &keys().own, recipient: None };
    let xml = response().protect(&protection, &Random::system()).unwrap().xml().to_owned();
    assert_eq!(accept(&xml).unwrap().name_id().value, "alice");
    xml
}

/// A Response whose assertion was changed by `edit` before we signed it.
pub(super) fn signed_after(edit: impl Fn(&str) -> String) -> String {
    let response = response();
    let mut assertion = response.assertion.write(&response.carrier()).unwrap();
    assertion.xml = edit(&assertion.xml);
    let end = "</saml:Issuer>";
    assertion.signature_at = assertion.xml.find(end).map_or(assertion.xml.len(), |at| at + end.len());
    response.write(&assertion.sign(&keys().own).unwrap()).unwrap().xml
}

/// `xml` with `from` replaced wherever it is; it must be there.
pub(super) fn swap(xml: &str, from: &str, to: &str) -> String {
    assert!(xml.contains(from), "{from} is not in {xml}");
    xml.replace(from, to)
}

/// The first element of this name in `xml`, to the last end of that name.
pub(super) fn element<'x>(xml: &'x str, name: &str) -> &'x str {
    let (start, end) = (xml.find(&format!("<{name} ")), format!("</{name}>"));
    let start = start.or_else(|| xml.find(&format!("<{name}>"))).unwrap();
    &xml[start..xml.rfind(&end).unwrap() + end.len()]
}
