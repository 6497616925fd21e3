//! python3-saml, in strict mode, as a service provider: the strictest foreign judge that we know.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use cloudsso::crypto::{Certificate, KeyType};
use cloudsso::saml::{IdentityProvider, SignedMessage};
use serde_json::{Value, json};

use crate::sdk::python;

use super::{ACS, AUDIENCE, AWKWARD, ISSUER, ROLE, ROLE_SESSION_NAME, response, signer};

/// What the service provider read, or why it refused.
pub(super) fn ask(
    saml_response: &str,
    issuer: &IdentityProvider,
    audience: &str,
    acs: &str,
) -> Result<Value, String> {
    let [certificate] = issuer.signing_certificates() else { panic!("one certificate is expected") };
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut provider = Command::new(python())
        .arg(root.join("tests/foreign/python3_saml_accepts.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("scripts/setup makes a Python with python3-saml in target/python");
    let case = json!({
        "saml_response": saml_response,
        "acs_url": acs,
        "sp_entity_id": audience,
        "idp_entity_id": issuer.entity_id(),
        "idp_certificate": certificate.to_base64().expect("certificate"),
    });
    let mut input = provider.stdin.take().expect("standard input");
    input.write_all(case.to_string().as_bytes()).expect("written");
    drop(input);
    let output = provider.wait_with_output().expect("finished");
    match output.status.code() {
        Some(0) => Ok(serde_json::from_slice(&output.stdout).expect("JSON")),
        Some(1) if !output.stderr.starts_with(b"Traceback") => {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
        _ => panic!("the service provider broke: {}", String::from_utf8_lossy(&output.stderr)),
    }
}

fn issuer(certificate: Certificate) -> IdentityProvider {
    IdentityProvider::new(ISSUER, vec![certificate]).expect("issuer")
}

fn signed(kind: KeyType) -> (SignedMessage, IdentityProvider) {
    let (signer, certificate) = signer(kind);
    (response().sign(&signer).expect("signed"), issuer(certificate))
}

#[test]
fn our_response_is_accepted_and_read_whole() {
    for kind in KeyType::ALL {
        let (signed, own) = signed(kind);
        let read = ask(&signed.to_base64(), &own, AUDIENCE, ACS).expect("accepted");
        assert_eq!(read["name_id"], "alice");
        assert_eq!(read["session_index"], "_session");
        assert_eq!(read["attributes"][ROLE].as_array().map(Vec::len), Some(2));
        assert_eq!(read["attributes"][ROLE_SESSION_NAME], json!([AWKWARD]));
    }
}

#[test]
fn a_changed_response_is_refused() {
    for kind in KeyType::ALL {
        let (signed, own) = signed(kind);
        let tampered = signed.xml().replace(">alice<", ">mallory<");
        let tampered = data_encoding::BASE64.encode(tampered.as_bytes());
        let refusal = ask(&tampered, &own, AUDIENCE, ACS).expect_err("refused");
        assert!(refusal.contains("Signature validation failed"), "{refusal}");
    }
}

#[test]
fn another_key_audience_or_address_is_refused() {
    let (signed, own) = signed(KeyType::Rsa2048);
    let stranger = issuer(signer(KeyType::Rsa2048).1);
    let base64 = signed.to_base64();
    assert!(ask(&base64, &own, AUDIENCE, ACS).is_ok());
    let by_key = ask(&base64, &stranger, AUDIENCE, ACS).expect_err("refused");
    assert!(by_key.contains("Signature validation failed"), "{by_key}");
    let by_audience = ask(&base64, &own, "urn:alibaba:cloudcomputing:international", ACS);
    let by_audience = by_audience.expect_err("refused");
    assert!(by_audience.contains("not a valid audience"), "{by_audience}");
    let by_address = ask(&base64, &own, AUDIENCE, "https://signin.aliyun.com/saml/SSO");
    let by_address = by_address.expect_err("refused");
    assert!(by_address.contains("received at"), "{by_address}");
}
