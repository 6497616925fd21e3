//! Single logout: what is written is read, and what nobody signed, or signed for another moment, address
//! or issuer, ends nothing.

use std::time::Duration;

use super::super::fixture::*;
use super::super::*;
use crate::crypto::{Random, SignatureAlgorithm};

const SLO: &str = "https://signin.example.com/saml/slo";

fn request() -> LogoutRequest {
    LogoutRequest {
        id: MessageId::generate(&Random::system()).unwrap(),
        issuer: ISSUER.to_owned(),
        destination: SLO.to_owned(),
        issue_instant: NOW,
        not_on_or_after: NOW.plus(Duration::from_secs(300)),
        name_id: NameId::new(NameIdFormat::Persistent, "alice"),
        session_indexes: vec!["_s1".to_owned(), "_s2".to_owned()],
    }
}

fn expectations() -> LogoutExpectations<'static> {
    LogoutExpectations { issuer: ISSUER, destination: SLO, now: NOW, clock_skew: Duration::from_secs(60) }
}

fn accept(xml: &str) -> Result<CheckedLogoutRequest, Error> {
    let certificates = [keys().own_certificate.clone()];
    UnverifiedLogoutRequest::parse(xml)?.verify(&certificates)?.check(&expectations())
}

/// A request that was changed by `edit` before we signed it.
fn signed_after(edit: impl Fn(&str) -> String) -> String {
    let mut unsigned = request().write().unwrap();
    unsigned.xml = edit(&unsigned.xml);
    let end = "</saml:Issuer>";
    unsigned.signature_at = unsigned.xml.find(end).map_or(unsigned.xml.len(), |at| at + end.len());
    unsigned.sign(&keys().own).unwrap()
}

fn genuine() -> String {
    let xml = request().sign(&keys().own).unwrap().xml().to_owned();
    assert_eq!(accept(&xml).unwrap().name_id().value, "alice");
    xml
}

#[test]
fn everything_said_is_read() {
    let mut sent = request();
    sent.name_id.sp_name_qualifier = Some("urn:example:<cloud>".to_owned());
    sent.session_indexes.push("<&\">".to_owned());
    let signed = sent.sign(&keys().own).unwrap();
    let received = UnverifiedLogoutRequest::decode(&signed.to_base64()).unwrap();
    assert_eq!(received.claimed_issuer(), Some(ISSUER));
    assert_eq!(received.claimed_name_id(), Some("alice"));
    assert_eq!(received.claimed_id().as_ref(), Some(&sent.id));
    let certificates = [keys().stranger_certificate.clone(), keys().own_certificate.clone()];
    let read = received.verify(&certificates).unwrap().check(&expectations()).unwrap();
    assert_eq!(read.id(), &sent.id);
    assert_eq!(read.name_id(), &sent.name_id);
    assert_eq!(read.session_indexes(), sent.session_indexes.as_slice());
    assert_eq!(read.issue_instant(), NOW);
    assert_eq!(read.not_on_or_after(), sent.not_on_or_after);
    sent.session_indexes.clear();
    let all = accept(sent.sign(&keys().own).unwrap().xml()).unwrap();
    assert!(all.session_indexes().is_empty());
}

#[test]
fn only_a_configured_key_ends_a_session() {
    let xml = genuine();
    let signature = element(&xml, "ds:Signature");
    assert!(matches!(accept(&swap(&xml, signature, "")), Err(Error::Unsigned)));
    let forged = request().sign(&keys().stranger).unwrap();
    assert!(matches!(accept(forged.xml()), Err(Error::Signature { certificates: 1 })));
    let received = UnverifiedLogoutRequest::parse(&xml).unwrap();
    assert!(matches!(received.verify(&[]), Err(Error::NoCertificate)));
    let edits = [(">alice<", ">bob<"), (">_s2<", ">_s3<"), (SLO, "https://evil.example.com/")];
    for (from, to) in edits {
        let refusal = accept(&swap(&xml, from, to));
        assert!(matches!(refusal, Err(Error::Signature { .. })), "{refusal:?}");
    }
    let weak = swap(
        &xml,
        name::signature_method(SignatureAlgorithm::RsaSha256),
        "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
    );
    assert!(matches!(accept(&weak), Err(Error::Algorithm { .. })));
}

#[test]
fn a_wrapped_request_is_refused() {
    let xml = genuine();
    let signature = element(&xml, "ds:Signature").to_owned();
    let bare = swap(&xml, &signature, "");
    let evil = swap(&swap(&bare, "alice", "mallory"), " ID=\"_", " ID=\"_evil");
    let put = |more: &str| evil.replacen("</saml:Issuer>", &format!("</saml:Issuer>{more}"), 1);
    let inside = swap(&signature, "</ds:KeyInfo>", &format!("</ds:KeyInfo><ds:Object>{bare}</ds:Object>"));
    let extensions = format!("<samlp:Extensions>{xml}</samlp:Extensions>");
    let cases = [
        ("in an object", put(&inside), "ds:Object"),
        ("beside its signature", put(&format!("{signature}{bare}")), "samlp:LogoutRequest"),
        ("under extensions", put(&extensions), "samlp:LogoutRequest"),
        ("two signatures", swap(&xml, &signature, &format!("{signature}{signature}")), "ds:Signature"),
        ("two names", put_name(&xml), "saml:NameID"),
        (
            "a signature elsewhere",
            swap(&xml, &signature, &format!("<samlp:Extensions>{signature}</samlp:Extensions>")),
            "ds:Signature",
        ),
    ];
    for (case, attack, misplaced) in cases {
        let refusal = accept(&attack);
        let is_refused = match &refusal {
            Err(Error::Misplaced { received, .. }) => received == misplaced,
            // A second name is no matter of the gate: the signature does not cover it.
            Err(Error::Signature { .. }) => misplaced == "saml:NameID",
            _ => false,
        };
        assert!(is_refused, "{case}: {refusal:?}");
    }
    let moved = put(&signature);
    assert!(matches!(accept(&moved), Err(Error::Reference { .. })));
    let twin = swap(&xml, "<samlp:SessionIndex>", "<samlp:SessionIndex ID=\"_x\">");
    assert!(matches!(accept(&twin), Err(Error::DuplicateId { .. })));
}

fn put_name(xml: &str) -> String {
    let name = element(xml, "saml:NameID");
    swap(xml, name, &format!("{}{name}", swap(name, "alice", "mallory")))
}

#[test]
fn other_messages_do_not_pass_for_a_request() {
    let response = fixture::genuine(SignedPart::Response);
    assert!(matches!(accept(&response), Err(Error::Value { what: "message", .. })));
    let refusal = UnverifiedResponse::parse(&genuine());
    assert!(matches!(refusal, Err(Error::Value { what: "message", .. })));
    let encrypted = signed_after(|xml| {
        swap(
            xml,
            element(xml, "saml:NameID"),
            "<saml:EncryptedID xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"></saml:EncryptedID>",
        )
    });
    assert!(matches!(accept(&encrypted), Err(Error::Encrypted)));
    assert!(matches!(UnverifiedLogoutRequest::decode("not base-64!"), Err(Error::NotBase64)));
    let doctype = format!("<!DOCTYPE x>{}", genuine());
    assert!(matches!(accept(&doctype), Err(Error::Forbidden { .. })));
}

#[test]
fn times_destination_issuer_and_version_are_checked() {
    let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
    let signed = |edit: &dyn Fn(&mut LogoutRequest)| {
        let mut request = request();
        edit(&mut request);
        accept(request.sign(&keys().own).unwrap().xml())
    };
    assert!(signed(&|request| request.not_on_or_after = NOW.minus(Duration::from_secs(59))).is_ok());
    let expired = signed(&|request| request.not_on_or_after = NOW.minus(minutes(1)));
    assert!(matches!(expired, Err(Error::Expired { what: "NotOnOrAfter", .. })), "{expired:?}");
    assert!(signed(&|request| request.issue_instant = NOW.plus(minutes(1))).is_ok());
    let early = signed(&|request| request.issue_instant = NOW.plus(Duration::from_secs(61)));
    assert!(matches!(early, Err(Error::NotYetValid { what: "IssueInstant", .. })), "{early:?}");
    let long = signed(&|request| request.not_on_or_after = NOW.plus(minutes(24 * 60 + 1)));
    assert!(matches!(long, Err(Error::Lifetime { .. })), "{long:?}");
    let elsewhere = signed(&|request| request.destination = "https://signin.example.com/".to_owned());
    assert!(matches!(elsewhere, Err(Error::Destination { .. })), "{elsewhere:?}");
    let other = signed(&|request| request.issuer = "https://sso.example.org/".to_owned());
    assert!(matches!(other, Err(Error::Issuer { .. })), "{other:?}");

    let without = |attribute: &str| {
        accept(&signed_after(|xml| {
            let from = xml.find(&format!(" {attribute}=\"")).unwrap();
            let length = xml[from + attribute.len() + 3..].find('"').unwrap() + attribute.len() + 4;
            format!("{}{}", &xml[..from], &xml[from + length..])
        }))
    };
    for attribute in ["Destination", "IssueInstant", "Version"] {
        let refusal = without(attribute);
        assert!(matches!(&refusal, Err(Error::Missing { expected, .. }) if *expected == attribute));
    }
    assert_eq!(without("NotOnOrAfter").unwrap().not_on_or_after(), NOW.plus(minutes(5)));
    let old = signed_after(|xml| swap(xml, "\"2.0\"", "\"1.1\""));
    assert!(matches!(accept(&old), Err(Error::Version { .. })));
    let nobody = signed_after(|xml| swap(xml, element(xml, "saml:NameID"), ""));
    assert!(matches!(accept(&nobody), Err(Error::Missing { expected: "saml:NameID", .. })));
}

#[test]
fn the_sender_reads_what_became_of_it() {
    let answer = |status, in_response_to| LogoutResponse {
        id: MessageId::parse("_answer").unwrap(),
        issuer: "https://signin.example.com/<cloud>".to_owned(),
        in_response_to,
        issue_instant: NOW,
        status,
    };
    for status in [LogoutStatus::Success, LogoutStatus::PartialLogout, LogoutStatus::Requester] {
        let xml = answer(status, MessageId::parse("_request").ok()).to_xml().unwrap();
        assert!(xml.contains(" InResponseTo=\"_request\""));
        assert_eq!(LogoutStatus::parse(&xml).unwrap(), status);
    }
    let xml = answer(LogoutStatus::Success, None).to_xml().unwrap();
    assert!(!xml.contains("InResponseTo"));
    let failed = LogoutStatus::parse(&swap(&xml, name::STATUS_SUCCESS, name::STATUS_RESPONDER));
    assert!(matches!(&failed, Err(Error::Status { received, .. }) if received == name::STATUS_RESPONDER));
    let other = LogoutStatus::parse(&xml.replace("LogoutResponse", "Response"));
    assert!(matches!(other, Err(Error::Value { .. })));
    assert!(matches!(LogoutStatus::parse("<html>"), Err(Error::Malformed { .. })));
}
