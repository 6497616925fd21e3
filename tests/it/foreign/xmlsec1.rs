//! The xmlsec1 command verifies our signatures and refuses them over anything else; and we verify
//! what it signs, in the shape that other identity providers give their Responses.

use std::fs;
use std::process::Command;
use std::time::Duration;

use cloudsso::base::Timestamp;
use cloudsso::crypto::{Certificate, KeyType, Random, SigningKey};
use cloudsso::saml::{
    CheckedAssertion, Error, Expectations, MessageId, Protection, SignedPart, UnverifiedResponse,
};

use super::{metadata, pem, response, signer};

/// Other prefixes than ours, types, inherited namespaces, line breaks, a reference to a character.
const FOREIGN: &str = include_str!("foreign_response.xml");

/// Whether xmlsec1 verifies the outermost signature of `xml` with the key of `certificate`.
pub(crate) fn verifies(xml: &str, certificate: &Certificate) -> bool {
    let folder = tempfile::tempdir().expect("folder");
    let (document, key) = (folder.path().join("response.xml"), folder.path().join("idp.crt"));
    fs::write(&key, pem("CERTIFICATE", &certificate.to_der().expect("certificate"))).expect("write");
    fs::write(&document, xml).expect("write");
    let run = Command::new("xmlsec1")
        .args(["--verify", "--enabled-key-data", "rsa,ec", "--enabled-reference-uris", "same-doc"])
        .arg("--pubkey-cert-pem")
        .arg(&key)
        .args(["--id-attr:ID", "urn:oasis:names:tc:SAML:2.0:assertion:Assertion"])
        .args(["--id-attr:ID", "urn:oasis:names:tc:SAML:2.0:protocol:Response"])
        .args(["--id-attr:ID", "urn:oasis:names:tc:SAML:2.0:metadata:EntityDescriptor"])
        .arg(&document)
        .output()
        .expect("xmlsec1 is installed");
    run.status.success()
}

#[test]
fn every_signed_part_verifies() {
    for kind in KeyType::ALL {
        let (signer, certificate) = signer(kind);
        for part in [SignedPart::Assertion, SignedPart::Response, SignedPart::Both] {
            let protection = Protection { part, signer: &signer, recipient: None };
            let signed = response().protect(&protection, &Random::system()).expect("signed");
            assert!(verifies(signed.xml(), &certificate), "{kind:?} {part:?}");
        }
    }
}

#[test]
fn our_metadata_verifies_until_it_is_changed() {
    for kind in KeyType::ALL {
        let (own, certificate) = signer(kind);
        let id = MessageId::generate(&Random::system()).expect("id");
        let signed = metadata(vec![certificate.clone()]).sign(&own, &id).expect("signed");
        assert!(verifies(&signed, &certificate), "{kind:?}");
        let tampered = signed.replace("https://example.com/privacy", "https://evil.example/");
        assert_ne!(tampered, signed);
        assert!(!verifies(&tampered, &certificate), "{kind:?}");
    }
}

#[test]
fn a_changed_response_or_another_key_is_refused() {
    for kind in KeyType::ALL {
        let (own, certificate) = signer(kind);
        let (_, stranger) = signer(kind);
        let signed = response().sign(&own).expect("signed");
        let tampered = signed.xml().replace(">alice<", ">mallory<");
        assert_ne!(tampered, signed.xml());
        assert!(verifies(signed.xml(), &certificate), "{kind:?}");
        assert!(!verifies(&tampered, &certificate), "{kind:?}");
        assert!(!verifies(signed.xml(), &stranger), "{kind:?}");
    }
}

/// [`FOREIGN`], signed by xmlsec1 with a key of this kind, and the certificate of the key.
fn signed_by_xmlsec1(kind: KeyType) -> (String, Certificate) {
    let folder = tempfile::tempdir().expect("folder");
    let (template, key_file) = (folder.path().join("template.xml"), folder.path().join("idp.pem"));
    let key = SigningKey::generate(kind).expect("key");
    let made = Timestamp::from_seconds(0);
    let certificate =
        Certificate::self_signed(&key, "xmlsec1", made, Duration::from_secs(60), &Random::system());
    fs::write(&key_file, pem("PRIVATE KEY", &key.to_pkcs8_der().expect("key"))).expect("write");
    let template_xml = match kind {
        KeyType::P256 => FOREIGN.replace("#rsa-", "#ecdsa-"),
        KeyType::Rsa2048 | KeyType::Rsa3072 => FOREIGN.to_owned(),
    };
    fs::write(&template, template_xml).expect("write");
    let run = Command::new("xmlsec1")
        .args(["--sign", "--privkey-pem"])
        .arg(&key_file)
        .args(["--id-attr:ID", "urn:oasis:names:tc:SAML:2.0:assertion:Assertion"])
        .arg(&template)
        .output()
        .expect("xmlsec1 is installed");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    (String::from_utf8(run.stdout).expect("UTF-8"), certificate.expect("certificate"))
}

fn check(xml: &str, certificate: &Certificate) -> Result<CheckedAssertion, Error> {
    UnverifiedResponse::parse(xml)?.verify(std::slice::from_ref(certificate))?.check(&Expectations {
        issuer: "https://idp.example.com/saml?a&b",
        audience: "https://sso.example.com/saml/sp/metadata",
        recipient: "https://sso.example.com/saml/sp/acs",
        in_response_to: None,
        now: Timestamp::parse("2026-11-22T18:00:00Z").expect("time"),
        clock_skew: Duration::from_secs(60),
    })
}

#[test]
fn what_xmlsec1_signs_is_accepted_and_refused_when_changed() {
    for kind in KeyType::ALL {
        let (xml, certificate) = signed_by_xmlsec1(kind);
        let read = check(&xml, &certificate).expect("accepted");
        assert_eq!(read.name_id().value, "zo\u{eb}@example.com");
        assert_eq!(read.values("groups").collect::<Vec<_>>(), ["R&D", "admins"]);
        let tampered = xml.replace(">admins<", ">owners<");
        assert_ne!(tampered, xml);
        assert!(matches!(check(&tampered, &certificate), Err(Error::Signature { .. })), "{kind:?}");
        for stranger in KeyType::ALL {
            let (_, stranger) = signer(stranger);
            assert!(matches!(check(&xml, &stranger), Err(Error::Signature { .. })), "{kind:?}");
        }
    }
}
