//! Signature wrapping: the eight of Somorovsky et al. (USENIX Security 2012) and their successors.

use super::super::fixture::*;
use super::super::*;

/// The pieces that a wrapper works with.
struct Pieces {
    xml: String,
    /// The assertion, signed.
    assertion: String,
    signature: String,
    /// The assertion without its signature.
    bare: String,
    /// The same about mallory, under another ID, without a signature.
    evil: String,
}

fn pieces() -> Pieces {
    let xml = genuine(SignedPart::Assertion);
    let assertion = element(&xml, "saml:Assertion").to_owned();
    let signature = element(&xml, "ds:Signature").to_owned();
    let bare = swap(&assertion, &signature, "");
    let evil = swap(&swap(&bare, "alice", "mallory"), " ID=\"_", " ID=\"_evil");
    Pieces { xml, assertion, signature, bare, evil }
}

/// `assertion` with `signature` where a signature belongs.
fn with_signature(assertion: &str, signature: &str) -> String {
    swap(assertion, "</saml:Issuer>", &format!("</saml:Issuer>{signature}"))
}

fn with_more(xml: &str, name: &str, more: &str) -> String {
    let end = format!("</{name}>");
    let at = xml.rfind(&end).unwrap();
    format!("{}{more}{}", &xml[..at], &xml[at..])
}

fn refused_as_misplaced(attack: &str, what: &str) {
    let refusal = accept(attack);
    assert!(
        matches!(&refusal, Err(Error::Misplaced { received, .. }) if received == what),
        "{refusal:?} for {attack}"
    );
}

#[test]
fn xsw1_and_xsw2_an_evil_response_around_the_signed_one() {
    let xml = genuine(SignedPart::Response);
    let signature = element(&xml, "ds:Signature").to_owned();
    let bare = swap(&xml, &signature, "");
    let evil = swap(&swap(&bare, "alice", "mallory"), " ID=\"_", " ID=\"_evil");
    let put = |more: &str| evil.replacen("</saml:Issuer>", &format!("</saml:Issuer>{more}"), 1);

    refused_as_misplaced(&put(&with_more(&signature, "ds:Signature", &bare)), "samlp:Response");
    refused_as_misplaced(&put(&format!("{bare}{signature}")), "samlp:Response");
}

#[test]
fn xsw3_an_evil_assertion_before_the_signed_one() {
    let p = pieces();
    refused_as_misplaced(
        &swap(&p.xml, &p.assertion, &format!("{}{}", p.evil, p.assertion)),
        "saml:Assertion",
    );
}

#[test]
fn xsw4_an_evil_assertion_around_the_signed_one() {
    let p = pieces();
    let evil = with_more(&p.evil, "saml:Assertion", &p.assertion);
    refused_as_misplaced(&swap(&p.xml, &p.assertion, &evil), "saml:Assertion");
}

#[test]
fn xsw5_the_signature_in_the_evil_assertion_and_the_signed_one_at_the_end() {
    let p = pieces();
    let evil = format!("{}{}", with_signature(&p.evil, &p.signature), p.bare);
    let refusal = accept(&swap(&p.xml, &p.assertion, &evil));
    assert!(matches!(refusal, Err(Error::Misplaced { .. })), "{refusal:?}");
}

#[test]
fn xsw6_the_signed_assertion_inside_the_signature_of_the_evil_one() {
    let p = pieces();
    let evil = with_signature(&p.evil, &with_more(&p.signature, "ds:Signature", &p.bare));
    refused_as_misplaced(&swap(&p.xml, &p.assertion, &evil), "saml:Assertion");
}

#[test]
fn xsw7_the_evil_assertion_under_extensions() {
    let p = pieces();
    let extensions = format!("<samlp:Extensions>{}</samlp:Extensions>", p.evil);
    refused_as_misplaced(
        &swap(&p.xml, &p.assertion, &format!("{extensions}{}", p.assertion)),
        "saml:Assertion",
    );
}

#[test]
fn xsw8_the_signed_assertion_in_an_object_of_the_evil_ones_signature() {
    let p = pieces();
    let object = format!("<ds:Object>{}</ds:Object>", p.bare);
    let evil = with_signature(&p.evil, &with_more(&p.signature, "ds:Signature", &object));
    refused_as_misplaced(&swap(&p.xml, &p.assertion, &evil), "ds:Object");
}

#[test]
fn a9_an_evil_assertion_after_the_signed_one() {
    let p = pieces();
    refused_as_misplaced(
        &swap(&p.xml, &p.assertion, &format!("{}{}", p.assertion, p.evil)),
        "saml:Assertion",
    );
}

#[test]
fn a13_a_signature_in_the_response_that_refers_to_the_assertion() {
    let p = pieces();
    let moved = swap(&p.xml, &p.signature, "");
    let moved = moved.replacen("</saml:Issuer>", &format!("</saml:Issuer>{}", p.signature), 1);
    let refusal = accept(&moved);
    assert!(matches!(refusal, Err(Error::Reference { .. })), "{refusal:?}");
}

#[test]
fn the_signature_of_one_response_does_not_carry_another_assertion() {
    let p = pieces();
    let evil = with_signature(&swap(&p.bare, "alice", "mallory"), &p.signature);
    let refusal = accept(&swap(&p.xml, &p.assertion, &evil));
    assert!(matches!(refusal, Err(Error::Signature { certificates: 1 })), "{refusal:?}");
}

#[test]
fn a25_two_elements_with_one_id() {
    let p = pieces();
    let id = p.assertion.split(" ID=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    for twin in [format!("ID=\"{id}\""), format!("Id=\"{id}\""), format!("id=\"{id}\"")] {
        let attack = swap(&p.xml, "<samlp:Status>", &format!("<samlp:Status {twin}>"));
        let refusal = accept(&attack);
        assert!(matches!(refusal, Err(Error::DuplicateId { .. })), "{refusal:?}");
    }
    refused_as_misplaced(&swap(&p.xml, "<samlp:Status>", "<samlp:Status xml:id=\"_x\">"), "id");
    let refusal = accept(&swap(&p.xml, "<samlp:Status>", "<samlp:Status ID=\"1\">"));
    assert!(matches!(refusal, Err(Error::Value { what: "ID", .. })), "{refusal:?}");
}
