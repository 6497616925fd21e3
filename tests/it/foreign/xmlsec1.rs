//! The xmlsec1 command verifies our signatures, and refuses them over anything else.

use std::fs;
use std::process::Command;

use cloudsso::crypto::Certificate;
use cloudsso::saml::SignedPart;

use super::{response, signer};

/// Whether xmlsec1 verifies the outermost signature of `xml` with the key of `certificate`.
fn verifies(xml: &str, certificate: &Certificate) -> bool {
    let folder = tempfile::tempdir().expect("folder");
    let (document, key) = (folder.path().join("response.xml"), folder.path().join("idp.crt"));
    let base64 = certificate.to_base64().expect("certificate");
    let lines: Vec<_> = base64.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    let armour = "CERTIFICATE-----";
    fs::write(&key, format!("-----BEGIN {armour}\n{}\n-----END {armour}\n", lines.join("\n")))
        .expect("write");
    fs::write(&document, xml).expect("write");
    let run = Command::new("xmlsec1")
        .args(["--verify", "--enabled-key-data", "rsa", "--enabled-reference-uris", "same-doc"])
        .arg("--pubkey-cert-pem")
        .arg(&key)
        .args(["--id-attr:ID", "urn:oasis:names:tc:SAML:2.0:assertion:Assertion"])
        .args(["--id-attr:ID", "urn:oasis:names:tc:SAML:2.0:protocol:Response"])
        .arg(&document)
        .output()
        .expect("xmlsec1 is installed");
    run.status.success()
}

#[test]
fn every_signed_part_verifies() {
    let (signer, certificate) = signer();
    for part in [SignedPart::Assertion, SignedPart::Response, SignedPart::Both] {
        let signed = response().sign_part(part, &signer).expect("signed");
        assert!(verifies(signed.xml(), &certificate), "{part:?}");
    }
}

#[test]
fn a_changed_response_or_another_key_is_refused() {
    let (own, certificate) = signer();
    let (_, stranger) = signer();
    let signed = response().sign(&own).expect("signed");
    let tampered = signed.xml().replace(">alice<", ">mallory<");
    assert_ne!(tampered, signed.xml());
    assert!(verifies(signed.xml(), &certificate));
    assert!(!verifies(&tampered, &certificate));
    assert!(!verifies(signed.xml(), &stranger));
}
