//! Answers: what they say, that they answer our request, and that nobody else's word counts.

use super::*;

const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";
const RESPONDER: &str = "urn:oasis:names:tc:SAML:2.0:status:Responder";

fn answer(status: LogoutStatus) -> LogoutResponse {
    LogoutResponse {
        id: MessageId::parse("_answer").unwrap(),
        issuer: ISSUER.to_owned(),
        in_response_to: MessageId::parse("_request").ok(),
        issue_instant: NOW,
        status,
    }
}

fn check(received: &UnverifiedLogoutResponse) -> Result<LogoutOutcome, Error> {
    received.verify(own(), NOTHING_BLOCKED)?.check(&MessageId::parse("_request").unwrap(), &expectations())
}

fn posted(xml: &str) -> Result<LogoutOutcome, Error> {
    check(&UnverifiedLogoutResponse::decode(&BASE64.encode(xml.as_bytes()))?)
}

fn enveloped(envelope: &str) -> Result<LogoutOutcome, Error> {
    check(&UnverifiedLogoutResponse::from_soap(envelope)?)
}

fn redirected(query: &str) -> Result<LogoutOutcome, Error> {
    check(&UnverifiedLogoutResponse::from_redirect(&RedirectMessage::read(query)?)?)
}

/// What becomes of an answer that was changed before it was signed, by each binding.
fn by_each(edit: impl Fn(&str) -> String) -> [Result<LogoutOutcome, Error>; 3] {
    let unsigned = || answer(LogoutStatus::Success).write(Some(SLO)).unwrap();
    let xml = signed_after(unsigned(), &edit);
    let query = query((MessageKind::Response, &edit(&unsigned().xml)), Some(&keys().own));
    [posted(&xml), enveloped(&envelope("", &xml)), redirected(&query)]
}

/// What we say, as the other side reads it.
fn outcome(status: LogoutStatus) -> LogoutOutcome {
    match status {
        LogoutStatus::Success => LogoutOutcome::Success,
        LogoutStatus::PartialLogout => LogoutOutcome::Partial,
        refused => {
            let (code, second) = refused.codes();
            let (code, second) = (code.to_owned(), second.map(str::to_owned));
            LogoutOutcome::Refused { code, second, message: None }
        }
    }
}

#[test]
fn every_status_is_read_by_every_binding() {
    for status in LogoutStatus::ALL {
        let sent = answer(status);
        let signed = sent.sign(Some(SLO), &keys().own).unwrap();
        let url = sent.redirect_url(SLO, Some("a b+"), &keys().own).unwrap();
        let in_address = RedirectMessage::read(url.strip_prefix(&format!("{SLO}&")).unwrap()).unwrap();
        assert_eq!((in_address.kind(), in_address.relay_state()), (MessageKind::Response, Some("a b+")));
        for received in [
            UnverifiedLogoutResponse::decode(&signed.to_base64()).unwrap(),
            UnverifiedLogoutResponse::from_redirect(&in_address).unwrap(),
            UnverifiedLogoutResponse::from_soap(&signed.to_soap()).unwrap(),
            UnverifiedLogoutResponse::from_soap(&sent.sign(None, &keys().own).unwrap().to_soap()).unwrap(),
        ] {
            assert_eq!(received.claimed_issuer(), Some(ISSUER));
            assert_eq!(received.claimed_in_response_to().unwrap().as_str(), "_request");
            assert_eq!(check(&received).unwrap(), outcome(status));
        }
        assert_eq!(LogoutOutcome::parse(&sent.to_xml().unwrap()).unwrap(), outcome(status));
        // The names are the standard's own (§3.2.2.2).
        let (code, second) = status.codes();
        let named = second.unwrap_or(code).rsplit(':').next().unwrap();
        assert_eq!(named, format!("{status:?}"));
    }
}

#[test]
fn a_refusal_is_told_in_its_own_words_up_to_a_limit() {
    let (long, kept) = ("\u{fc}".repeat(300), "\u{fc}".repeat(256));
    let status = format!(
        "<samlp:StatusCode Value=\"{RESPONDER}\"><samlp:StatusCode Value=\"urn:{long}\"></samlp:StatusCode></samlp:StatusCode><samlp:StatusMessage>{long}</samlp:StatusMessage>"
    );
    for read in by_each(|xml| swap(xml, element(xml, "samlp:StatusCode"), &status)) {
        let LogoutOutcome::Refused { code, second, message } = read.unwrap() else { panic!("refused") };
        assert_eq!((code.as_str(), message.unwrap()), (RESPONDER, kept.clone()));
        assert_eq!(second.unwrap().chars().count(), 256);
    }
    let outcome = LogoutOutcome::Refused {
        code: RESPONDER.to_owned(),
        second: Some("urn:x".to_owned()),
        message: Some("no".to_owned()),
    };
    assert_eq!(outcome.to_string(), format!("status {RESPONDER:?} with \"urn:x\", message \"no\""));
    // A session authority may call a part a failure.
    let partial = "urn:oasis:names:tc:SAML:2.0:status:PartialLogout";
    let failed = format!(
        "<samlp:StatusCode Value=\"{RESPONDER}\"><samlp:StatusCode Value=\"{partial}\"></samlp:StatusCode></samlp:StatusCode>"
    );
    for read in by_each(|xml| swap(xml, element(xml, "samlp:StatusCode"), &failed)) {
        assert_eq!(read.unwrap(), LogoutOutcome::Partial);
    }
    for read in by_each(|xml| swap(xml, element(xml, "samlp:StatusCode"), "")) {
        assert!(matches!(read, Err(Error::Missing { expected: "samlp:StatusCode", .. })), "{read:?}");
    }
    for read in by_each(|xml| swap(xml, &format!(" Value=\"{SUCCESS}\""), "")) {
        assert!(matches!(read, Err(Error::Missing { expected: "Value", .. })), "{read:?}");
    }
}

#[test]
fn b2_only_a_configured_key_answers() {
    let signed = answer(LogoutStatus::Success).sign(Some(SLO), &keys().own).unwrap();
    let bare = answer(LogoutStatus::Success).write(Some(SLO)).unwrap().xml;
    let good = query((MessageKind::Response, &bare), Some(&keys().own));
    for read in [posted(signed.xml()), enveloped(&signed.to_soap()), redirected(&good)] {
        assert_eq!(read.unwrap(), LogoutOutcome::Success);
    }
    let unsigned = query((MessageKind::Response, &bare), None);
    let inside = query((MessageKind::Response, signed.xml()), None);
    for read in [posted(&bare), enveloped(&envelope("", &bare)), redirected(&unsigned), redirected(&inside)] {
        assert!(matches!(read, Err(Error::Unsigned)), "{read:?}");
    }
    let forged = answer(LogoutStatus::Success).sign(Some(SLO), &keys().stranger).unwrap();
    let beside = query((MessageKind::Response, &bare), Some(&keys().stranger));
    let changed = swap(&good, "RelayState=state", "RelayState=other");
    for read in
        [posted(forged.xml()), enveloped(&forged.to_soap()), redirected(&beside), redirected(&changed)]
    {
        assert!(matches!(read, Err(Error::Signature { certificates: 1 })), "{read:?}");
    }
    let received = UnverifiedLogoutResponse::decode(&signed.to_base64()).unwrap();
    assert!(matches!(received.verify(&[], NOTHING_BLOCKED), Err(Error::NoCertificate)));
}

#[test]
fn b3_a_wrapped_answer_is_refused() {
    let refused = answer(LogoutStatus::Responder).sign(Some(SLO), &keys().own).unwrap();
    let signature = element(refused.xml(), "ds:Signature").to_owned();
    let evil = answer(LogoutStatus::Success).write(Some(SLO)).unwrap().xml;
    let evil = swap(&evil, "\"_answer\"", "\"_evil\"");
    let put = |more: &str| evil.replacen(END_OF_ISSUER, &format!("{END_OF_ISSUER}{more}"), 1);
    let wrapped = put(&format!("<samlp:Extensions>{}</samlp:Extensions>", refused.xml()));
    for carry in [|xml: &str| posted(xml), |xml: &str| enveloped(&envelope("", xml))] {
        assert_eq!(carry(refused.xml()).unwrap(), outcome(LogoutStatus::Responder));
        assert!(matches!(carry(&wrapped), Err(Error::Misplaced { .. })));
        assert!(matches!(carry(&put(&signature)), Err(Error::Reference { .. })));
    }
}

#[test]
fn b8_an_answer_is_to_our_request_for_here_and_for_now() {
    for other in ["\"_other\"", "\"\""] {
        for read in by_each(|xml| swap(xml, "\"_request\"", other)) {
            assert!(matches!(read, Err(Error::InResponseTo { .. })), "{read:?}");
        }
    }
    for read in by_each(|xml| without(xml, "InResponseTo")) {
        assert!(matches!(read, Err(Error::InResponseTo { received: None, .. })), "{read:?}");
    }
    for read in by_each(|xml| swap(xml, ISSUER, "https://other.example.com/")) {
        assert!(matches!(read, Err(Error::Issuer { .. })), "{read:?}");
    }
    for read in by_each(|xml| swap(xml, "\"2.0\"", "\"1.1\"")) {
        assert!(matches!(read, Err(Error::Version { .. })), "{read:?}");
    }
    for (offset, is_good) in [(-359, true), (-360, false), (60, true), (61, false)] {
        let moment = Timestamp::from_seconds(NOW.seconds() + offset).rfc3339();
        for read in by_each(|xml| swap(xml, &NOW.rfc3339(), &moment)) {
            assert_eq!(read.is_ok(), is_good, "{offset} {read:?}");
        }
    }
    let spelled = SLO.replace('&', "&amp;");
    for read in by_each(|xml| swap(xml, &spelled, ACS)) {
        assert!(matches!(read, Err(Error::Destination { .. })), "{read:?}");
    }
    // What comes back over the connection of the request need not say where it goes; what comes by the browser must.
    let [posted, enveloped, redirected] = by_each(|xml| without(xml, "Destination"));
    assert_eq!(enveloped.unwrap(), LogoutOutcome::Success);
    for read in [posted, redirected] {
        assert!(matches!(read, Err(Error::Missing { expected: "Destination", .. })), "{read:?}");
    }
    // Nor need it where it says that it goes nowhere.
    let [posted, enveloped, redirected] = by_each(|xml| swap(xml, &spelled, ""));
    assert_eq!(enveloped.unwrap(), LogoutOutcome::Success);
    for read in [posted, redirected] {
        assert!(matches!(read, Err(Error::Destination { .. })), "{read:?}");
    }
}

#[test]
fn other_messages_do_not_pass_for_an_answer() {
    let request = request();
    let signed = request.sign(&keys().own).unwrap();
    let bare = query((MessageKind::Response, signed.xml()), Some(&keys().own));
    for read in [posted(signed.xml()), enveloped(&signed.to_soap()), redirected(&bare)] {
        assert!(matches!(read, Err(Error::Value { what: "message", .. })), "{read:?}");
    }
    let own = answer(LogoutStatus::Success).write(Some(SLO)).unwrap().xml;
    let asked = query((MessageKind::Request, &own), Some(&keys().own));
    assert!(matches!(redirected(&asked), Err(Error::Value { what: "query", .. })));
    assert!(matches!(LogoutOutcome::parse(signed.xml()), Err(Error::Value { .. })));
    assert!(matches!(LogoutOutcome::parse("<html>"), Err(Error::Malformed { .. })));
    let silent = LogoutResponse { in_response_to: None, ..answer(LogoutStatus::Requester) };
    let xml = silent.to_xml().unwrap();
    assert!(!xml.contains("InResponseTo") && !xml.contains("Destination") && !xml.contains("ds:"));
    assert_eq!(LogoutOutcome::parse(&xml).unwrap(), outcome(LogoutStatus::Requester));
    let illegal = LogoutResponse { issuer: "\u{1}".to_owned(), ..silent };
    assert!(matches!(illegal.sign(None, &keys().own), Err(Error::IllegalCharacter { .. })));
}
