//! Honest signatures over assertions that are not for us, not for here, not for now.

use std::time::Duration;

use super::super::fixture::*;
use super::super::*;
use crate::base::Timestamp;

const SKEW: u64 = 60;

/// What comes of an assertion that we signed after `from` became `to` in it.
fn edited(from: &str, to: &str) -> Result<CheckedAssertion, Error> {
    accept(&signed_after(|assertion| swap(assertion, from, to)))
}

fn at(now: Timestamp) -> Result<CheckedAssertion, Error> {
    UnverifiedResponse::parse(&genuine(SignedPart::Assertion))?
        .verify(std::slice::from_ref(&keys().own_certificate))?
        .check(&Expectations { now, ..expectations() })
}

fn expecting(xml: &str, expectations: &Expectations<'_>) -> Result<CheckedAssertion, Error> {
    UnverifiedResponse::parse(xml)?.verify(std::slice::from_ref(&keys().own_certificate))?.check(expectations)
}

#[test]
fn a28_audiences() {
    let audience = format!("<saml:Audience>{AUDIENCE}</saml:Audience>");
    let restriction = format!("<saml:AudienceRestriction>{audience}</saml:AudienceRestriction>");
    let foreign = "<saml:Audience>urn:example:other</saml:Audience>";
    assert!(edited(&audience, &format!("{foreign}{audience}")).is_ok());
    for (from, to) in [
        (&audience, foreign.to_owned()),
        (&audience, String::new()),
        (&audience, format!("<saml:Audience>{AUDIENCE}:more</saml:Audience>")),
        (&audience, "<saml:Audience>urn:example</saml:Audience>".to_owned()),
        (&audience, audience.to_uppercase().replace("SAML:AUDIENCE", "saml:Audience")),
        (&audience, format!("<saml:Audience> {AUDIENCE}</saml:Audience>")),
        (
            &restriction,
            format!("{restriction}<saml:AudienceRestriction>{foreign}</saml:AudienceRestriction>"),
        ),
    ] {
        let refusal = edited(from, &to);
        assert!(
            matches!(&refusal, Err(Error::Audience { expected, .. }) if expected == AUDIENCE),
            "{refusal:?} for {to}"
        );
    }
    let absent = edited(&restriction, "");
    assert!(matches!(absent, Err(Error::Missing { expected: "saml:AudienceRestriction", .. })), "{absent:?}");
}

#[test]
fn conditions_must_be_there_and_known() {
    let xml = genuine(SignedPart::Assertion);
    let conditions = element(&xml, "saml:Conditions");
    assert!(matches!(edited(conditions, ""), Err(Error::Missing { expected: "saml:Conditions", .. })));
    let end = "</saml:Conditions>";
    assert!(edited(end, &format!("<saml:OneTimeUse></saml:OneTimeUse>{end}")).is_ok());
    assert!(matches!(
        edited(end, &format!("<saml:Condition></saml:Condition>{end}")),
        Err(Error::Misplaced { .. })
    ));
}

#[test]
fn a29_recipient_and_destination() {
    let xml = genuine(SignedPart::Assertion);
    for other in [
        "http://signin.example.com/saml-role/sso",
        "https://signin.example.com/saml-role/sso/",
        "https://signin.example.com:8443/saml-role/sso",
        "https://signin.example.com/saml-role",
        "https://evil.example.com/saml-role/sso",
        "",
    ] {
        let refusal = edited(&format!("Recipient=\"{ACS}\""), &format!("Recipient=\"{other}\""));
        assert!(
            matches!(&refusal, Err(Error::Recipient { received, .. }) if received == other),
            "{refusal:?}"
        );
        let refusal =
            accept(&swap(&xml, &format!("Destination=\"{ACS}\""), &format!("Destination=\"{other}\"")));
        assert!(
            matches!(&refusal, Err(Error::Destination { received, .. }) if received == other),
            "{refusal:?}"
        );
    }
    let absent = edited(&format!(" Recipient=\"{ACS}\""), "");
    assert!(matches!(absent, Err(Error::Missing { expected: "Recipient", .. })));
    assert!(accept(&swap(&xml, &format!(" Destination=\"{ACS}\""), "")).is_ok());
}

#[test]
fn a30_the_request_that_it_answers() {
    let ours = MessageId::parse("_ours").unwrap();
    let mut sent = response();
    sent.in_response_to = Some(ours.clone());
    let solicited = sent.sign(&keys().own).unwrap().xml().to_owned();
    let unsolicited = genuine(SignedPart::Assertion);
    let other = MessageId::parse("_other").unwrap();
    let asked = |request| Expectations { in_response_to: request, ..expectations() };

    assert!(expecting(&solicited, &asked(Some(&ours))).is_ok());
    assert!(expecting(&unsolicited, &asked(None)).is_ok());
    let only_on_confirmation = solicited.replacen(" InResponseTo=\"_ours\"", "", 1);
    let only_on_response = swap(&unsolicited, " IssueInstant", " InResponseTo=\"_ours\" IssueInstant");
    let only_on_response =
        only_on_response.replacen(" InResponseTo", " X", 2).replacen(" X", " InResponseTo", 1);
    for (xml, request) in [
        (&solicited, Some(&other)),
        (&solicited, None),
        (&unsolicited, Some(&ours)),
        (&only_on_confirmation, Some(&ours)),
        (&only_on_confirmation, None),
    ] {
        let refusal = expecting(xml, &asked(request));
        assert!(matches!(refusal, Err(Error::InResponseTo { .. })), "{refusal:?}");
    }
    assert!(expecting(&only_on_response, &asked(Some(&ours))).is_err());
}

#[test]
fn a31_times_at_their_boundaries() {
    let skew = Duration::from_secs(SKEW);
    let sent = response().assertion;
    let (first, last) = (sent.not_before.minus(skew), sent.not_on_or_after.plus(skew));
    let step = Duration::from_millis(1);
    // The assertion was issued a minute after it became valid, and not before it was issued either.
    let issued = NOW.minus(skew);
    assert!(first < issued);
    assert!(at(issued).is_ok());
    assert!(matches!(at(issued.minus(step)), Err(Error::NotYetValid { what: "IssueInstant", .. })));
    assert!(matches!(
        edited("NotBefore=\"2026-11-22T18:21:25Z\"", "NotBefore=\"2026-11-22T18:23:26Z\""),
        Err(Error::NotYetValid { what: "saml:Conditions NotBefore", .. })
    ));
    assert!(edited("NotBefore=\"2026-11-22T18:21:25Z\"", "NotBefore=\"2026-11-22T18:23:25Z\"").is_ok());
    assert!(at(last.minus(step)).is_ok());
    assert!(matches!(at(last), Err(Error::Expired { .. })));
}

#[test]
fn a31_strange_times() {
    let end = "NotOnOrAfter=\"2026-11-22T18:27:25Z\"";
    for good in ["2026-11-22T18:27:25.999999999Z", "2026-11-22T19:27:25+01:00"] {
        assert!(edited(end, &format!("NotOnOrAfter=\"{good}\"")).is_ok(), "{good}");
    }
    for bad in ["2026-11-22T18:27:25", "tomorrow", "", "99999-01-01T00:00:00Z", "2026-13-01T00:00:00Z"] {
        let refusal = edited(end, &format!("NotOnOrAfter=\"{bad}\""));
        assert!(
            matches!(&refusal, Err(Error::Value { what: "NotOnOrAfter", received, .. }) if received == bad)
        );
    }
    assert!(matches!(edited(end, "NotOnOrAfter=\"9999-12-31T23:59:59Z\""), Err(Error::Lifetime { .. })));
    assert!(matches!(edited(&format!(" {end}"), ""), Err(Error::Missing { expected: "NotOnOrAfter", .. })));
    let session = "SessionNotOnOrAfter=\"2026-11-22T19:22:25Z\"";
    let past = edited(session, "SessionNotOnOrAfter=\"2026-11-22T18:21:25Z\"");
    assert!(matches!(past, Err(Error::Expired { what: "SessionNotOnOrAfter", .. })), "{past:?}");
    assert!(edited(&format!(" {session}"), "").is_ok());
}

#[test]
fn a32_issuers() {
    let xml = genuine(SignedPart::Assertion);
    let other = "https://other.example.com/idp";
    assert!(matches!(edited(ISSUER, other), Err(Error::Issuer { .. })));
    let in_response = xml.replacen(ISSUER, other, 1);
    let refusal = accept(&in_response);
    assert!(matches!(&refusal, Err(Error::Issuer { received, .. }) if received == other), "{refusal:?}");
    let trusted = Expectations { issuer: other, ..expectations() };
    assert!(matches!(expecting(&xml, &trusted), Err(Error::Issuer { .. })));
}

#[test]
fn a33_confirmations() {
    let bearer_method = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
    for method in ["holder-of-key", "sender-vouches"] {
        let refusal = edited(bearer_method, &format!("urn:oasis:names:tc:SAML:2.0:cm:{method}"));
        assert!(matches!(refusal, Err(Error::Confirmations { .. })), "{refusal:?}");
    }
    let xml = genuine(SignedPart::Assertion);
    let bearer = element(&xml, "saml:SubjectConfirmation").to_owned();
    let holder = swap(&bearer, ":bearer", ":holder-of-key");
    assert!(edited(&bearer, &format!("{holder}{bearer}")).is_ok());
    for several in [format!("{bearer}{bearer}"), String::new()] {
        let refusal = edited(&bearer, &several);
        assert!(matches!(refusal, Err(Error::Confirmations { .. })), "{refusal:?}");
    }
    let data = element(&bearer, "saml:SubjectConfirmationData");
    assert!(matches!(edited(data, ""), Err(Error::Missing { .. })));
    let delayed = swap(data, " NotOnOrAfter", " NotBefore=\"2026-11-22T18:00:00Z\" NotOnOrAfter");
    assert!(matches!(edited(data, &delayed), Err(Error::Misplaced { .. })));
}

#[test]
fn a34_status_and_version() {
    let xml = genuine(SignedPart::Assertion);
    let responder = swap(&xml, ":status:Success", ":status:Responder");
    let responder = swap(
        &responder,
        "</samlp:StatusCode>",
        "</samlp:StatusCode><samlp:StatusMessage>no</samlp:StatusMessage>",
    );
    let refusal = accept(&responder);
    assert!(
        matches!(&refusal, Err(Error::Status { received, message }) if received.ends_with("Responder") && message.as_deref() == Some("no")),
        "{refusal:?}"
    );
    let status = element(&xml, "samlp:Status");
    assert!(matches!(accept(&swap(&xml, status, "")), Err(Error::Missing { expected: "samlp:Status", .. })));
    assert!(matches!(accept(&swap(&xml, element(&xml, "samlp:StatusCode"), "")), Err(Error::Missing { .. })));
    for version in ["1.1", "2.1", ""] {
        let refusal = edited("Version=\"2.0\"", &format!("Version=\"{version}\""));
        assert!(matches!(&refusal, Err(Error::Version { received }) if received == version), "{refusal:?}");
        let refusal = accept(&xml.replacen("Version=\"2.0\"", &format!("Version=\"{version}\""), 1));
        assert!(matches!(refusal, Err(Error::Version { .. })), "{refusal:?}");
    }
}

#[test]
fn there_is_one_subject_and_one_authentication() {
    let xml = genuine(SignedPart::Assertion);
    for name in ["saml:NameID", "saml:AuthnStatement", "saml:Subject"] {
        let once = element(&xml, name);
        assert!(matches!(edited(once, ""), Err(Error::Missing { .. })), "{name}");
        assert!(matches!(edited(once, &format!("{once}{once}")), Err(Error::Misplaced { .. })), "{name}");
    }
}
