//! What is pasted is taken for what it is, and each check that fails is the one that is named.

use std::time::Duration;

use data_encoding::BASE64;

use super::super::fixture::*;
use super::super::{
    Error, Expectations, LogoutReason, LogoutRequest, MessageExpectations, MessageId, NameId, NameIdFormat,
    SignedPart, UnverifiedLogoutRequest, UnverifiedResponse,
};
use super::*;

const SLO: &str = "https://sso.example.com/saml/idp/slo";

fn logout() -> LogoutRequest {
    LogoutRequest {
        id: MessageId::parse("_request").unwrap(),
        issuer: ISSUER.to_owned(),
        destination: SLO.to_owned(),
        issue_instant: NOW,
        not_on_or_after: NOW.plus(Duration::from_secs(300)),
        reason: Some(LogoutReason::User),
        name_id: NameId::new(NameIdFormat::Persistent, "alice"),
        session_indexes: Vec::new(),
    }
}

#[test]
fn a_message_is_found_in_whatever_was_copied() {
    let address = logout().redirect_url(Some("a&b"), &keys().own).unwrap();
    let (_, query) = address.split_once('?').unwrap();
    let deflated = query.split('&').next().unwrap().strip_prefix("SAMLRequest=").unwrap();
    let xml = logout().sign(&keys().own).unwrap();
    let body =
        format!("SAMLRequest={}&RelayState=x", xml.to_base64().replace('+', "%2B").replace('=', "%3D"));
    let wrapped: String = xml
        .to_base64()
        .as_bytes()
        .chunks(64)
        .flat_map(|line| [line, b"\n"])
        .flatten()
        .map(|byte| char::from(*byte))
        .collect();
    let given = [
        (address.clone(), PastedForm::Redirect),
        (format!("{address}#top"), PastedForm::Redirect),
        (query.to_owned(), PastedForm::Redirect),
        (format!("GET /saml/idp/slo?{query} HTTP/1.1"), PastedForm::Redirect),
        (deflated.to_owned(), PastedForm::Redirect),
        (xml.to_base64(), PastedForm::Post),
        (wrapped, PastedForm::Post),
        (body, PastedForm::Post),
        (format!("\n  {}", xml.xml()), PastedForm::Xml),
    ];
    for (text, form) in given {
        let pasted = Pasted::read(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        assert_eq!((pasted.form(), pasted.kind()), (form, PastedKind::LogoutRequest), "{text}");
        assert_eq!(pasted.claimed_issuer(), Some(ISSUER));
        assert_eq!(pasted.claimed("ID"), "_request");
        assert!(pasted.pretty().unwrap().contains("\n  <saml:NameID"), "{}", pasted.pretty().unwrap());
    }
}

#[test]
fn what_is_encoded_goes_the_real_way() {
    let certificates = [keys().own_certificate.clone()];
    let address = logout().redirect_url(None, &keys().own).unwrap();
    let pasted = Pasted::read(&address).unwrap();
    let message = super::super::RedirectMessage::read(pasted.encoded()).unwrap();
    assert!(
        UnverifiedLogoutRequest::from_redirect(&message)
            .unwrap()
            .verify(&certificates, NOTHING_BLOCKED)
            .is_ok()
    );
    assert_eq!(pasted.claimed_signatures(), ["http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"]);
    let pasted = Pasted::read(logout().sign(&keys().own).unwrap().xml()).unwrap();
    assert!(
        UnverifiedLogoutRequest::decode(pasted.encoded())
            .unwrap()
            .verify(&certificates, NOTHING_BLOCKED)
            .is_ok()
    );
    assert_eq!(pasted.claimed_signatures(), ["http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"]);
}

#[test]
fn what_is_no_message_is_refused() {
    assert!(matches!(Pasted::read("hello"), Err(Error::NotBase64)));
    assert!(matches!(Pasted::read("aGVsbG8="), Err(Error::NotDeflated)));
    assert!(matches!(Pasted::read(""), Err(Error::NotDeflated)));
    assert!(matches!(Pasted::read("SAMLRequest=%00"), Err(Error::NotBase64)));
    assert!(matches!(Pasted::read(&"x".repeat(LONGEST_PASTED + 1)), Err(Error::TooLarge { .. })));
    assert!(matches!(Pasted::read("<!DOCTYPE x><x/>"), Err(Error::Forbidden { .. })));
    assert_eq!(Pasted::read(&BASE64.encode(b"<x/>")).unwrap().kind(), PastedKind::Other);
}

#[test]
fn the_first_failure_is_the_last_check() {
    let row = |name| Row::new(name, "e", "r");
    let mut course = Course::default();
    assert_eq!(course.take(row("a"), Some(Ok::<_, Error>(7))), Some(7));
    let found = course.step(vec![row("b"), row("c"), row("d")], Some(Err::<(), _>(Error::NotBase64)), |_| 1);
    assert!(found.is_none() && !course.holds());
    assert_eq!(course.take(row("e"), Some(Ok::<_, Error>(8))), None, "what would hold is not looked at");
    let checks = course.finish();
    let outcomes: Vec<_> = checks.iter().map(|check| (check.name, check.outcome)).collect();
    let (passed, failed, unreached) = (Outcome::Passed, Outcome::Failed, Outcome::NotReached);
    assert_eq!(outcomes, [("a", passed), ("b", passed), ("c", failed), ("d", unreached), ("e", unreached)]);
    assert_eq!(checks[2].reason, "not base 64");
    assert!(checks.iter().filter(|check| check.outcome != failed).all(|check| check.reason.is_empty()));
}

/// The name of the row that a request stops at, held against this; `None` where it holds.
fn stop(request: &LogoutRequest, expectations: &MessageExpectations<'_>) -> Option<&'static str> {
    let xml = request.sign(&keys().own).unwrap();
    let pasted = Pasted::read(xml.xml()).unwrap();
    let unverified = UnverifiedLogoutRequest::decode(pasted.encoded()).unwrap();
    let verified = unverified.verify(std::slice::from_ref(&keys().own_certificate), NOTHING_BLOCKED).unwrap();
    let mut course = Course::default();
    let rows = message_rows(&pasted, expectations);
    course.step(rows, Some(verified.check(expectations)), stop_of_message);
    course.finish().into_iter().find(|check| check.outcome == Outcome::Failed).map(|check| check.name)
}

#[test]
fn each_expectation_of_a_message_has_its_row() {
    let here = || MessageExpectations {
        issuer: ISSUER,
        destination: SLO,
        now: NOW,
        clock_skew: Duration::from_secs(60),
    };
    let hour = Duration::from_secs(3600);
    assert_eq!(stop(&logout(), &here()), None);
    let stops = [
        (MessageExpectations { issuer: "urn:other", ..here() }, "Issuer"),
        (MessageExpectations { destination: "https://other/", ..here() }, "Destination"),
        (MessageExpectations { now: NOW.plus(hour), ..here() }, "Time"),
        (MessageExpectations { now: NOW.minus(hour), ..here() }, "Time"),
    ];
    for (expectations, row) in stops {
        assert_eq!(stop(&logout(), &expectations), Some(row));
    }
    let empty = LogoutRequest { name_id: NameId::new(NameIdFormat::Persistent, ""), ..logout() };
    assert_eq!(stop(&empty, &here()), Some("Content"));
}

#[test]
fn each_expectation_of_a_response_has_its_row() {
    let xml = genuine(SignedPart::Both);
    let pasted = Pasted::read(&xml).unwrap();
    assert_eq!((pasted.kind(), pasted.has_assertion()), (PastedKind::Response, true));
    assert_eq!((pasted.claimed_recipient(), pasted.claimed_audience()), (Some(ACS), Some(AUDIENCE)));
    let stop = |expectations: &Expectations<'_>| {
        let verified = UnverifiedResponse::parse(&xml).unwrap();
        let verified = verified.verify(std::slice::from_ref(&keys().own_certificate)).unwrap();
        let mut course = Course::default();
        course.step(
            response_rows(&pasted, expectations),
            Some(verified.check(expectations)),
            stop_of_response,
        );
        course.finish().into_iter().find(|check| check.outcome == Outcome::Failed).map(|check| check.name)
    };
    let request = MessageId::parse("_other").unwrap();
    let day = Duration::from_secs(24 * 3600);
    assert_eq!(stop(&expectations()), None);
    let stops = [
        (Expectations { issuer: "urn:other", ..expectations() }, "Issuer"),
        (Expectations { recipient: "https://other/", ..expectations() }, "Destination"),
        (Expectations { in_response_to: Some(&request), ..expectations() }, "InResponseTo"),
        (Expectations { audience: "urn:other", ..expectations() }, "Audience"),
        (Expectations { now: NOW.plus(day), ..expectations() }, "Time"),
    ];
    for (expectations, row) in stops {
        assert_eq!(stop(&expectations), Some(row));
    }
}

#[test]
fn an_encrypted_name_is_seen_where_a_request_has_one() {
    let request = |root: &str, inner: &str| {
        let (protocol, assertion) =
            ("urn:oasis:names:tc:SAML:2.0:protocol", "urn:oasis:names:tc:SAML:2.0:assertion");
        let xml = format!("<p:{root} xmlns:p=\"{protocol}\" xmlns:a=\"{assertion}\">{inner}</p:{root}>");
        Pasted::read(&xml).unwrap().has_encrypted_name()
    };
    assert!(request("LogoutRequest", "<a:EncryptedID/>"));
    assert!(request("AuthnRequest", "<a:Subject><a:EncryptedID/></a:Subject>"));
    assert!(!request("LogoutRequest", "<a:NameID>alice</a:NameID>"));
    assert!(!request("AuthnRequest", "<a:Subject><a:NameID>alice</a:NameID></a:Subject>"));
}
