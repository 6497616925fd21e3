//! Requests: what they say, by which binding, and for when.

use super::*;

/// What becomes of a request that was changed before it was signed, by each binding.
fn by_each(edit: impl Fn(&str) -> String) -> [Result<CheckedLogoutRequest, Error>; 3] {
    let xml = signed_after(request().write().unwrap(), &edit);
    let bare = edit(&request().write().unwrap().xml);
    let query = query((MessageKind::Request, &bare), Some(&keys().own));
    [posted(&xml), enveloped(&envelope("", &xml)), redirected(&query)]
}

#[test]
fn everything_said_is_read_by_every_binding() {
    let mut sent = request();
    sent.name_id = NameId {
        format: Some(NameIdFormat::Unspecified),
        name_qualifier: Some("https://sso.example.com/?a&b".to_owned()),
        sp_name_qualifier: Some("urn:example:<cloud>".to_owned()),
        sp_provided_id: Some("\"own\"".to_owned()),
        value: " Zo\u{eb} & co\n".to_owned(),
    };
    sent.session_indexes.push("<&\">".to_owned());
    let signed = sent.sign(&keys().own).unwrap();
    let url = sent.redirect_url(Some("a b+\u{fc}"), &keys().own).unwrap();
    let in_address = RedirectMessage::read(url.strip_prefix(&format!("{SLO}&")).unwrap()).unwrap();
    assert_eq!(in_address.relay_state(), Some("a b+\u{fc}"));
    assert!(!in_address.xml().contains("ds:Signature"), "saml-bindings-2.0-os §3.4.4.1");
    for received in [
        UnverifiedLogoutRequest::decode(&signed.to_base64()).unwrap(),
        UnverifiedLogoutRequest::from_redirect(&in_address).unwrap(),
        UnverifiedLogoutRequest::from_soap(&signed.to_soap()).unwrap(),
    ] {
        assert_eq!(received.claimed_issuer(), Some(ISSUER));
        assert_eq!(received.claimed_name_id(), Some(sent.name_id.value.as_str()));
        assert_eq!(received.claimed_id().as_ref(), Some(&sent.id));
        let certificates = [keys().stranger_certificate.clone(), keys().own_certificate.clone()];
        let read = received.verify(&certificates, NOTHING_BLOCKED).unwrap().check(&expectations()).unwrap();
        assert_eq!((read.id(), read.issuer()), (&sent.id, ISSUER));
        assert_eq!(read.name_id(), &sent.name_id);
        assert_eq!(read.session_indexes(), sent.session_indexes.as_slice());
        assert_eq!((read.issue_instant(), read.not_on_or_after()), (NOW, sent.not_on_or_after));
        assert_eq!(read.reason(), Some(&LogoutReason::User));
        assert!(!read.is_asynchronous());
        // SP29: sent back, it is the same to the byte.
        let name = |xml: &str| element(xml, "saml:NameID").to_owned();
        let back = LogoutRequest { name_id: read.name_id().clone(), ..request() };
        assert_eq!(name(&back.write().unwrap().xml), name(signed.xml()));
    }
}

#[test]
fn an_envelope_may_declare_the_names_of_the_request() {
    let xml = request().sign(&keys().own).unwrap().xml().to_owned();
    let declarations = [format!(" xmlns:samlp=\"{}\"", name::SAMLP), format!(" {SAML}")];
    let mut outer = String::new();
    let mut inner = xml;
    for declaration in declarations {
        inner = swap(&inner, &declaration, "");
        outer.push_str(&declaration);
    }
    let around =
        swap(&envelope("", &inner), " xmlns=\"urn:default\"", &format!(" xmlns=\"urn:default\"{outer}"));
    assert_eq!(enveloped(&around).unwrap().name_id().value, "alice");
    let nearer = swap(&envelope("", &inner), "<S:Body>", &format!("<S:Body{outer}>"));
    assert_eq!(enveloped(&nearer).unwrap().name_id().value, "alice");
    assert!(matches!(enveloped(&envelope("", &inner)), Err(Error::Malformed { .. })));
    let renamed = swap(&around, name::SAMLP, "urn:other");
    assert!(matches!(enveloped(&renamed), Err(Error::Value { what: "message", .. })));
}

#[test]
fn reasons_survive_their_uri() {
    let other = LogoutReason::Other("urn:x".to_owned());
    for reason in
        [LogoutReason::User, LogoutReason::Admin, LogoutReason::GlobalTimeout, LogoutReason::SpTimeout, other]
    {
        let sent = LogoutRequest { reason: Some(reason.clone()), ..request() };
        let read = posted(sent.sign(&keys().own).unwrap().xml()).unwrap();
        assert_eq!(read.reason(), Some(&reason));
    }
    let sent = LogoutRequest { reason: None, ..request() };
    assert_eq!(posted(sent.sign(&keys().own).unwrap().xml()).unwrap().reason(), None);
}

#[test]
fn sessions_are_named_up_to_a_limit() {
    let named = |indexes: Vec<String>| {
        let sent = LogoutRequest { session_indexes: indexes, ..request() };
        posted(sent.sign(&keys().own).unwrap().xml()).map(|read| read.session_indexes().to_vec())
    };
    assert!(named(Vec::new()).unwrap().is_empty(), "all of them");
    let many: Vec<String> = (0..100).map(|number| format!("_{number}")).collect();
    assert_eq!(named(many.clone()).unwrap(), many);
    let refusal = named([many, vec!["_100".to_owned()]].concat());
    assert!(matches!(refusal, Err(Error::TooMany { what: "samlp:SessionIndex", limit: 100 })), "{refusal:?}");
    let refusal = named(vec!["_1".to_owned(), String::new()]);
    assert!(matches!(refusal, Err(Error::Value { what: "samlp:SessionIndex", .. })), "{refusal:?}");
}

#[test]
fn whoever_wants_no_answer_says_so_in_extensions() {
    let with = |extensions: &str| {
        by_each(|xml| swap(xml, END_OF_ISSUER, &format!("{END_OF_ISSUER}{extensions}")))
            .map(|read| read.map(|request| request.is_asynchronous()))
    };
    let wants = format!("<aslo:Asynchronous xmlns:aslo=\"{}\"></aslo:Asynchronous>", name::ASLO);
    let other = "<x:Asynchronous xmlns:x=\"urn:x\"></x:Asynchronous>";
    for (inside, expected) in [
        (format!("{other}{wants}"), true),
        (other.to_owned(), false),
        (format!("<x:a xmlns:x=\"urn:x\">{wants}</x:a>"), false),
    ] {
        for read in with(&format!("<samlp:Extensions>{inside}</samlp:Extensions>")) {
            assert_eq!(read.unwrap(), expected, "{inside}");
        }
    }
    // Outside Extensions it is nothing that we know.
    assert!(with(&wants).into_iter().all(|read| !read.unwrap()));
    let twice = format!("<samlp:Extensions>{wants}</samlp:Extensions>").repeat(2);
    assert!(with(&twice).into_iter().all(|read| matches!(read, Err(Error::Misplaced { .. }))));
}

#[test]
fn b8_b14_a_request_is_for_here_and_for_now() {
    let seconds = |offset: i64| Timestamp::from_seconds(NOW.seconds() + offset).rfc3339();
    let until = |offset| swap_attribute("NotOnOrAfter", seconds(offset));
    let issued = |offset| swap_attribute("IssueInstant", seconds(offset));
    for (edit, is_good) in [
        (until(-59), true),
        (until(-60), false),
        (until(24 * 3600), true),
        (until(24 * 3600 + 1), false),
        (issued(60), true),
        (issued(61), false),
    ] {
        for read in by_each(&edit) {
            assert_eq!(read.is_ok(), is_good, "{read:?}");
        }
    }
    for read in by_each(|xml| without(xml, "NotOnOrAfter")) {
        assert_eq!(read.unwrap().not_on_or_after(), NOW.plus(Duration::from_secs(300)));
    }
    let old = seconds(-360);
    for read in by_each(|xml| without(&swap_attribute("IssueInstant", old.clone())(xml), "NotOnOrAfter")) {
        assert!(matches!(read, Err(Error::Expired { what: "NotOnOrAfter", .. })), "{read:?}");
    }
    let spelled = SLO.replace('&', "&amp;");
    for other in ["https://sso.example.com/saml/idp/slo?a=1", "http://sso.example.com/saml/idp/slo", ""] {
        for read in by_each(|xml| swap(xml, &spelled, other)) {
            assert!(matches!(read, Err(Error::Destination { .. })), "{read:?}");
        }
    }
    for attribute in ["Destination", "IssueInstant", "Version", "ID"] {
        let [posted, enveloped, redirected] = by_each(|xml| without(xml, attribute));
        for read in [posted, enveloped, redirected] {
            let is_named = matches!(&read, Err(Error::Missing { expected, .. }) if *expected == attribute);
            assert!(is_named, "{read:?}");
        }
    }
    for read in by_each(|xml| swap(xml, "\"2.0\"", "\"1.1\"")) {
        assert!(matches!(read, Err(Error::Version { .. })), "{read:?}");
    }
}

fn swap_attribute(attribute: &'static str, value: String) -> impl Fn(&str) -> String {
    move |xml| {
        let at = xml.find(&format!(" {attribute}=\"")).unwrap() + attribute.len() + 3;
        let end = at + xml[at..].find('"').unwrap();
        format!("{}{value}{}", &xml[..at], &xml[end..])
    }
}

#[test]
fn whom_it_is_about_is_said_once_and_in_the_clear() {
    let bare = request().write().unwrap().xml;
    let name = element(&bare, "saml:NameID").to_owned();
    let hidden = format!("<saml:EncryptedID {SAML}></saml:EncryptedID>");
    let nobody = format!("<saml:NameID {SAML}></saml:NameID>");
    let based = format!("<saml:BaseID {SAML}></saml:BaseID>");
    for read in by_each(|xml| swap(xml, &name, &hidden)) {
        assert!(matches!(read, Err(Error::Encrypted)), "{read:?}");
    }
    for read in by_each(|xml| swap(xml, &name, &nobody)) {
        assert!(matches!(read, Err(Error::Value { what: "saml:NameID", .. })), "{read:?}");
    }
    for other in ["", &based] {
        for read in by_each(|xml| swap(xml, &name, other)) {
            assert!(matches!(read, Err(Error::Missing { expected: "saml:NameID", .. })), "{read:?}");
        }
    }
    for read in by_each(|xml| swap(xml, &name, &name.repeat(2))) {
        assert!(matches!(read, Err(Error::Misplaced { .. })), "{read:?}");
    }
}

#[test]
fn other_messages_do_not_pass_for_a_request() {
    let response = genuine(SignedPart::Response);
    let bare = query((MessageKind::Request, &response), Some(&keys().own));
    for read in [posted(&response), enveloped(&envelope("", &response)), redirected(&bare)] {
        assert!(matches!(read, Err(Error::Value { what: "message", .. })), "{read:?}");
    }
    let genuine = request().sign(&keys().own).unwrap();
    let refusal = UnverifiedResponse::parse(genuine.xml());
    assert!(matches!(refusal, Err(Error::Value { what: "message", .. })));
    let answer = query((MessageKind::Response, genuine.xml()), Some(&keys().own));
    assert!(matches!(redirected(&answer), Err(Error::Value { what: "query", .. })));
    assert!(matches!(UnverifiedLogoutRequest::decode("not base-64!"), Err(Error::NotBase64)));
    let doctype = format!("<!DOCTYPE x>{}", genuine.xml());
    for read in [posted(&doctype), enveloped(&format!("<!DOCTYPE x>{}", envelope("", genuine.xml())))] {
        assert!(matches!(read, Err(Error::Forbidden { .. })), "{read:?}");
    }
}
