//! Whatever is written is read back the same, and proves itself on the way.

use proptest::prelude::*;

use super::super::fixture::*;
use super::super::*;
use crate::crypto::Random;

/// Text of characters that XML can carry, rich in those that it makes trouble with.
fn text() -> impl Strategy<Value = String> {
    let legal = any::<char>().prop_filter("legal", |character| name::is_legal(*character));
    let markup = prop::sample::select("<>&\"' \t\r\n]![-#;".chars().collect::<Vec<_>>());
    let planes =
        prop::sample::select(vec!['\u{e9}', '\u{d7ff}', '\u{e000}', '\u{fffd}', '\u{10000}', '\u{10ffff}']);
    let character = prop_oneof![3 => legal, 3 => markup, 1 => planes, 2 => prop::char::range('a', 'z')];
    prop::collection::vec(character, 1..24).prop_map(String::from_iter)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn values_come_back_as_they_were(
        name_id in text(),
        session_index in text(),
        attribute in text(),
        format in prop::option::of(text()),
        values in prop::collection::vec(text(), 0..4),
        part in prop::sample::select(vec![SignedPart::Assertion, SignedPart::Response, SignedPart::Both]),
    ) {
        let mut sent = response();
        sent.assertion.name_id = Some(NameId {
            name_qualifier: Some(attribute.clone()),
            ..NameId::new(NameIdFormat::Persistent, name_id)
        });
        sent.assertion.attributes = vec![
            Attribute { friendly_name: format.clone(), ..Attribute::new(session_index.as_str(), [""]) },
            Attribute { name_format: format, ..Attribute::new(attribute, values) },
        ];
        sent.assertion.session_index = session_index;
        let protection = Protection { part, signer: &keys().own, recipient: None };
        let signed = sent.protect(&protection, &Random::system()).unwrap();
        let read = UnverifiedResponse::decode(&signed.to_base64())
            .and_then(|response| response.verify(std::slice::from_ref(&keys().own_certificate)))
            .and_then(|verified| verified.check(&expectations()))
            .unwrap();
        prop_assert_eq!(Some(read.name_id()), sent.assertion.name_id.as_ref());
        prop_assert_eq!(read.session_index(), Some(sent.assertion.session_index.as_str()));
        prop_assert_eq!(read.attributes(), sent.assertion.attributes.as_slice());
        prop_assert_eq!(read.id(), &sent.assertion.id);
    }

    #[test]
    fn no_text_breaks_out_of_its_element(value in text()) {
        let mut sent = response();
        sent.assertion.attributes = vec![Attribute::new("x", [value])];
        let signed = sent.sign(&keys().own).unwrap();
        prop_assert_eq!(signed.xml().matches("</saml:AttributeValue>").count(), 1);
        prop_assert_eq!(signed.xml().matches("<saml:AttributeValue>").count(), 1);
    }

    #[test]
    fn no_input_panics(noise in "\\PC{0,64}", at in 0_usize..4000) {
        let mut xml = response().sign(&keys().own).unwrap().xml().to_owned();
        let at = (0..=at.min(xml.len())).rev().find(|at| xml.is_char_boundary(*at)).unwrap_or(0);
        xml.insert_str(at, &noise);
        // Inside a signature value or beside the assertion it may do no harm; it may never do any.
        if let Ok(read) = accept(&xml) {
            prop_assert_eq!(&read.name_id().value, "alice");
        }
    }
}

#[test]
fn everything_said_is_read() {
    let mut sent = response();
    sent.in_response_to = Some(MessageId::parse("_request").unwrap());
    let signed = sent.sign(&keys().own).unwrap();
    let received = UnverifiedResponse::decode(&signed.to_base64()).unwrap();
    assert_eq!(received.claimed_issuer(), Some(ISSUER));
    assert_eq!(received.claimed_attributes(), sent.assertion.attributes);
    let read = received
        .verify(std::slice::from_ref(&keys().own_certificate))
        .unwrap()
        .check(&Expectations { in_response_to: sent.in_response_to.as_ref(), ..expectations() })
        .unwrap();
    assert_eq!(read.issuer(), ISSUER);
    assert_eq!(read.in_response_to(), sent.in_response_to.as_ref());
    assert_eq!(read.authn_instant(), sent.assertion.authn_instant);
    assert_eq!(read.authn_context().and_then(AuthnContext::from_uri), Some(AuthnContext::MultiFactor));
    assert_eq!(read.not_on_or_after(), sent.assertion.not_on_or_after);
    assert_eq!(read.session_not_on_or_after(), sent.assertion.session_not_on_or_after);
    assert_eq!(read.values("https://example.com/Role").collect::<Vec<_>>(), ["role/admin", "role/reader"]);
    assert_eq!(read.values("absent").count(), 0);
}
