//! Attacks on the signature itself: keys, algorithms, references, transforms.

use std::time::Duration;

use super::super::fixture::*;
use super::super::*;
use crate::base::Timestamp;
use crate::crypto::{Certificate, KeyType, Random, SignatureAlgorithm, SigningKey};

#[test]
fn every_signed_part_is_accepted() {
    for part in [SignedPart::Assertion, SignedPart::Response, SignedPart::Both] {
        let response = UnverifiedResponse::parse(&genuine(part)).unwrap();
        let verified = response.verify(std::slice::from_ref(&keys().own_certificate)).unwrap();
        assert_eq!(verified.signed_part(), part);
        assert!(verified.check(&expectations()).is_ok());
    }
}

#[test]
fn a10_no_signature_or_an_empty_one() {
    let xml = genuine(SignedPart::Assertion);
    let signature = element(&xml, "ds:Signature");
    assert!(matches!(accept(&swap(&xml, signature, "")), Err(Error::Unsigned)));
    let empty = "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"></ds:Signature>";
    assert!(matches!(accept(&swap(&xml, signature, empty)), Err(Error::Missing { .. })));
}

#[test]
fn a11_without_a_certificate_nothing_is_verified() {
    for part in [SignedPart::Assertion, SignedPart::Response, SignedPart::Both] {
        let response = UnverifiedResponse::parse(&genuine(part)).unwrap();
        assert!(matches!(response.verify(&[]), Err(Error::NoCertificate)));
    }
}

#[test]
fn a12_the_key_in_the_message_is_not_consulted() {
    let own = genuine(SignedPart::Assertion);
    let forged = response().sign(&keys().stranger).unwrap();
    assert!(matches!(accept(forged.xml()), Err(Error::Signature { .. })));

    // Not even a hint: the honest Response stays honest under any KeyInfo, and the forged one forged.
    let content = element(&own, "ds:X509Data");
    let (own_certificate, other) =
        (keys().own_certificate.to_base64().unwrap(), keys().stranger_certificate.to_base64().unwrap());
    for hint in [
        swap(content, &own_certificate, &other),
        "<ds:KeyName>attacker</ds:KeyName>".to_owned(),
        "<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>AQAB</ds:Modulus><ds:Exponent>AQAB</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>".to_owned(),
        "<ds:RetrievalMethod URI=\"http://127.0.0.1:1/key\"></ds:RetrievalMethod>".to_owned(),
    ] {
        assert!(accept(&swap(&own, content, &hint)).is_ok(), "{hint}");
        let forged = swap(forged.xml(), element(forged.xml(), "ds:X509Data"), &hint);
        assert!(matches!(accept(&forged), Err(Error::Signature { .. })), "{hint}");
    }
}

#[test]
fn every_configured_certificate_is_tried_and_its_dates_are_not() {
    let key = std::sync::Arc::new(SigningKey::generate(KeyType::Rsa2048).unwrap());
    let long_ago = Timestamp::from_seconds(0);
    let expired =
        Certificate::self_signed(&key, "old", long_ago, Duration::from_secs(60), &Random::system()).unwrap();
    let signed = response().sign(&Signer::new(key, &expired).unwrap()).unwrap();
    let verify = |certificates: &[Certificate]| {
        UnverifiedResponse::decode(&signed.to_base64()).unwrap().verify(certificates)
    };
    let stranger = keys().stranger_certificate.clone();
    assert!(verify(&[stranger.clone(), expired.clone()]).is_ok());
    assert!(verify(&[expired]).is_ok());
    assert!(matches!(verify(&[stranger]), Err(Error::Signature { certificates: 1 })));
}

#[test]
fn a14_to_a16_algorithms_that_are_not_on_the_list() {
    let xml = genuine(SignedPart::Assertion);
    for weak in [
        "http://www.w3.org/2000/09/xmldsig#hmac-sha1",
        "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
        "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-md5",
        "",
    ] {
        let refusal = accept(&swap(&xml, name::signature_method(SignatureAlgorithm::RsaSha256), weak));
        let expected = "ds:SignatureMethod";
        assert!(
            matches!(&refusal, Err(Error::Algorithm { what, received, .. }) if *what == expected && received == weak),
            "{refusal:?}"
        );
    }
    for weak in ["http://www.w3.org/2000/09/xmldsig#sha1", "http://www.w3.org/2001/04/xmldsig-more#md5"] {
        let refusal = accept(&swap(&xml, name::SHA256, weak));
        assert!(matches!(refusal, Err(Error::Algorithm { what: "ds:DigestMethod", .. })), "{refusal:?}");
    }
    let truncated = swap(
        &xml,
        "</ds:SignatureMethod>",
        "<ds:HMACOutputLength>0</ds:HMACOutputLength></ds:SignatureMethod>",
    );
    assert!(matches!(accept(&truncated), Err(Error::Misplaced { .. })));
}

#[test]
fn a17_and_a18_a_second_digest_or_signed_info() {
    let xml = genuine(SignedPart::Assertion);
    let digest = element(&xml, "ds:DigestValue");
    let signed_info = element(&xml, "ds:SignedInfo");
    for (from, to) in [
        (digest, format!("{digest}{digest}")),
        (signed_info, format!("{signed_info}{signed_info}")),
        ("<ds:DigestValue>", "<ds:DigestValue><ds:x></ds:x>".to_owned()),
    ] {
        let refusal = accept(&swap(&xml, from, &to));
        assert!(matches!(refusal, Err(Error::Misplaced { .. })), "{refusal:?}");
    }
    for (from, to) in
        [("<ds:DigestValue>", "<ds:DigestValue>!"), ("</ds:SignatureValue>", "=A===</ds:SignatureValue>")]
    {
        let refusal = accept(&swap(&xml, from, to));
        assert!(matches!(refusal, Err(Error::Value { expected: "base 64", .. })), "{refusal:?}");
    }
    let split = swap(&xml, "<ds:DigestValue>", "<ds:DigestValue><!---->");
    assert!(matches!(accept(&split), Err(Error::Forbidden { .. })));

    let detail = format!(
        "</samlp:StatusCode><samlp:StatusDetail xmlns:ds=\"{}\">{digest}</samlp:StatusDetail>",
        name::DS
    );
    let smuggled = swap(&swap(&xml, "</samlp:StatusCode>", &detail), "alice", "mallory");
    assert!(matches!(accept(&smuggled), Err(Error::Signature { .. })));
}

#[test]
fn a24_references_and_transforms() {
    let xml = genuine(SignedPart::Assertion);
    let reference = element(&xml, "ds:Reference");
    let start = &reference[..reference.find('>').unwrap() + 1];
    for uri in ["", "http://127.0.0.1:1/", "file:///etc/hostname", "response.xml", "#xpointer(/)", "#_other"]
    {
        let refusal = accept(&swap(&xml, start, &format!("<ds:Reference URI=\"{uri}\">")));
        assert!(matches!(&refusal, Err(Error::Reference { received, .. }) if received == uri), "{refusal:?}");
    }
    assert!(matches!(
        accept(&swap(&xml, start, "<ds:Reference>")),
        Err(Error::Missing { expected: "URI", .. })
    ));
    let twice = swap(&xml, reference, &format!("{reference}{reference}"));
    assert!(matches!(accept(&twice), Err(Error::Misplaced { .. })));

    let enveloped = format!("<ds:Transform Algorithm=\"{}\"></ds:Transform>", name::ENVELOPED_SIGNATURE);
    for transform in [
        "http://www.w3.org/TR/1999/REC-xslt-19991116",
        "http://www.w3.org/TR/1999/REC-xpath-19991116",
        "http://www.w3.org/2000/09/xmldsig#base64",
        "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
    ] {
        let other = format!("<ds:Transform Algorithm=\"{transform}\"></ds:Transform>");
        let refusal = accept(&swap(&xml, &enveloped, &other));
        assert!(matches!(refusal, Err(Error::Algorithm { what: "ds:Transform", .. })), "{refusal:?}");
        let third = accept(&swap(&xml, "</ds:Transforms>", &format!("{other}</ds:Transforms>")));
        assert!(matches!(third, Err(Error::Misplaced { .. })), "{third:?}");
    }
    assert!(matches!(accept(&swap(&xml, &enveloped, "")), Err(Error::Algorithm { .. })));
    let comments = swap(
        &xml,
        "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\">",
        "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#WithComments\">",
    );
    assert!(matches!(accept(&comments), Err(Error::Algorithm { what: "ds:CanonicalizationMethod", .. })));
}

#[test]
fn any_change_to_what_is_signed_is_refused() {
    let xml = genuine(SignedPart::Both);
    for (from, to) in [
        (">alice<", ">mallory<"),
        ("role/reader", "role/admin"),
        (AUDIENCE, "urn:example:other"),
        (ACS, "https://evil.example.com/"),
        ("<saml:AttributeStatement>", "<saml:AttributeStatement> "),
    ] {
        let refusal = accept(&swap(&xml, from, to));
        assert!(matches!(refusal, Err(Error::Signature { .. })), "{refusal:?}");
    }
}
