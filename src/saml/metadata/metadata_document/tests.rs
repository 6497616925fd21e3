//! Documents of one entity and of many: which is found, and what of it a signature stands behind.

use super::super::super::fixture::*;
use super::super::super::signature::Unsigned;
use super::super::super::*;

const APP: &str = "https://app.example.com/";

fn provider(entity_id: &str) -> ServiceProvider {
    let acs = AssertionConsumerService { index: 0, url: format!("{entity_id}acs"), is_default: None };
    ServiceProvider::by_hand(entity_id, vec![acs], vec![], vec![]).unwrap()
}

/// A list with these attributes, in canonical form.
fn list(attributes: &str, content: &str) -> String {
    let declared = format!(" xmlns:md=\"{}\"", name::MD);
    let content = content.replace(&declared, "");
    format!("<md:EntitiesDescriptor{declared}{attributes}>{content}</md:EntitiesDescriptor>")
}

/// A document in canonical form, signed as a whole.
fn signed(xml: &str, signer: &Signer) -> String {
    let id = MessageId::parse("_m").unwrap();
    let declared = format!("xmlns:md=\"{}\"", name::MD);
    let xml = xml.replacen(&declared, &format!("{declared} ID=\"{id}\""), 1);
    let signature_at = xml.find('>').unwrap() + 1;
    Unsigned { id, xml, signature_at }.sign(signer).unwrap()
}

fn own() -> [crate::crypto::Certificate; 1] {
    [keys().own_certificate.clone()]
}

#[test]
fn one_entity_is_found_among_many() {
    let inner = list("", &provider("https://b.example.com/").to_xml().unwrap());
    let idp = IdpMetadata::new(ISSUER, "https://sso.example.com/sso", own().to_vec()).to_xml().unwrap();
    let xml = list("", &[provider(APP).to_xml().unwrap(), inner, idp].concat());
    let document = MetadataDocument::parse(&xml).unwrap();
    assert_eq!(document.service_provider_ids(), [APP, "https://b.example.com/"]);
    for id in [APP, "https://b.example.com/"] {
        assert_eq!(ServiceProvider::from_document(&document, Some(id)).unwrap(), provider(id));
    }
    let refusal = |id| ServiceProvider::from_document(&document, id).unwrap_err().to_string();
    let none = refusal(Some("https://c.example.com/"));
    assert_eq!(
        none,
        "md:EntityDescriptor: expected exactly one, received \"0 of \\\"https://c.example.com/\\\"\""
    );
    assert_eq!(refusal(None), "md:EntityDescriptor: expected exactly one, received \"3\"");
    assert_eq!(refusal(Some(ISSUER)), "md:EntityDescriptor lacks md:SPSSODescriptor");

    let one = MetadataDocument::parse(&list("", &provider(APP).to_xml().unwrap())).unwrap();
    assert_eq!(ServiceProvider::from_document(&one, None).unwrap(), provider(APP));
    let twins = MetadataDocument::parse(&list("", &provider(APP).to_xml().unwrap().repeat(2))).unwrap();
    let refusal = ServiceProvider::from_document(&twins, Some(APP)).unwrap_err().to_string();
    assert!(refusal.contains("2 of"), "{refusal}");
}

#[test]
fn a_list_says_until_when_its_entities_are_good() {
    let entity = swap(
        &provider(APP).to_xml().unwrap(),
        " entityID=",
        " cacheDuration=\"PT2H\" validUntil=\"2027-06-01T00:00:00Z\" entityID=",
    );
    let read = |outer: &str| {
        let document = MetadataDocument::parse(&list(outer, &list("", &entity)))?;
        ServiceProvider::from_document(&document, Some(APP))
    };
    let until = |outer: &str| read(outer).unwrap().valid_until.unwrap().rfc3339();
    assert_eq!(until(""), "2027-06-01T00:00:00Z");
    assert_eq!(until(" validUntil=\"2027-01-01T00:00:00Z\""), "2027-01-01T00:00:00Z");
    assert_eq!(until(" validUntil=\"2028-01-01T00:00:00Z\""), "2027-06-01T00:00:00Z");
    let hour = std::time::Duration::from_secs(3600);
    assert_eq!(read(" cacheDuration=\"PT1H\"").unwrap().cache_duration, Some(hour));
    assert_eq!(read(" cacheDuration=\"PT3H\"").unwrap().cache_duration, Some(hour * 2));
    assert!(matches!(read(" validUntil=\"soon\""), Err(Error::Value { what: "validUntil", .. })));
}

#[test]
fn what_is_no_document_of_metadata_is_refused() {
    let refusal = MetadataDocument::parse("<a/>").unwrap_err().to_string();
    assert_eq!(refusal, "metadata: expected md:EntityDescriptor or md:EntitiesDescriptor, received \"a\"");
    let entity = format!("<md:EntityDescriptor xmlns:md=\"{}\"/>", name::MD);
    assert!(MetadataDocument::parse(&list("", &entity.repeat(1_000))).is_ok());
    let many = MetadataDocument::parse(&list("", &entity.repeat(1_001)));
    assert!(matches!(many, Err(Error::TooMany { what: "md:EntityDescriptor", limit: 1_000 })));
    let mut deep = entity;
    for _ in 0..40 {
        deep = list("", &deep);
    }
    assert!(matches!(MetadataDocument::parse(&deep), Err(Error::TooMany { .. })));
    let large = format!("{}{}", list("", ""), " ".repeat(100 * 1024 * 1024));
    assert!(matches!(
        MetadataDocument::parse_signed(&large, &own(), NOTHING_BLOCKED),
        Err(Error::TooLarge { .. })
    ));
}

#[test]
fn signed_metadata_is_read_with_the_right_key_only() {
    let xml = signed(&provider(APP).to_xml().unwrap(), &keys().own);
    assert_eq!(ServiceProvider::parse_signed(&xml, &own(), NOTHING_BLOCKED).unwrap(), provider(APP));
    let both = [keys().stranger_certificate.clone(), keys().own_certificate.clone()];
    assert_eq!(ServiceProvider::parse_signed(&xml, &both, NOTHING_BLOCKED).unwrap(), provider(APP));
    let among = signed(&list("", &provider(APP).to_xml().unwrap()), &keys().own);
    assert_eq!(ServiceProvider::parse_signed(&among, &own(), NOTHING_BLOCKED).unwrap(), provider(APP));

    let stranger = [keys().stranger_certificate.clone()];
    let refusal = ServiceProvider::parse_signed(&xml, &stranger, NOTHING_BLOCKED);
    assert!(matches!(refusal, Err(Error::Signature { certificates: 1 })), "{refusal:?}");
    assert!(matches!(ServiceProvider::parse_signed(&xml, &[], NOTHING_BLOCKED), Err(Error::NoCertificate)));
    let unsigned = provider(APP).to_xml().unwrap();
    assert!(matches!(
        ServiceProvider::parse_signed(&unsigned, &own(), NOTHING_BLOCKED),
        Err(Error::Unsigned)
    ));
    for (from, to) in
        [("https://app.example.com/acs", "https://evil.example/acs"), ("<md:SPSSO", " <md:SPSSO")]
    {
        let changed = swap(&xml, from, to);
        let refusal = ServiceProvider::parse_signed(&changed, &own(), NOTHING_BLOCKED);
        assert!(matches!(refusal, Err(Error::Signature { .. })), "{to}: {refusal:?}");
    }
    let weak = swap(&xml, "xmldsig-more#rsa-sha256", "xmldsig-more#rsa-md5");
    assert!(matches!(
        ServiceProvider::parse_signed(&weak, &own(), NOTHING_BLOCKED),
        Err(Error::Algorithm { .. })
    ));
}

#[test]
fn b3_signed_metadata_cannot_be_wrapped() {
    let genuine = signed(&provider(APP).to_xml().unwrap(), &keys().own);
    assert!(ServiceProvider::parse_signed(&genuine, &own(), NOTHING_BLOCKED).is_ok());
    let evil = provider("https://evil.example/").to_xml().unwrap();
    let inside = |place: &str| {
        let extensions = format!("<md:Extensions>{genuine}</md:Extensions>");
        swap(&evil, place, &format!("{extensions}{place}"))
    };
    let signature = element(&genuine, "ds:Signature");
    let bare = genuine.replace(signature, "");
    let object = format!("<ds:Object>{bare}</ds:Object></ds:Signature>");
    let kept = evil.replacen(" entityID", " ID=\"_evil\" entityID", 1);
    for wrapped in [
        inside("<md:SPSSODescriptor"),
        list("", &[genuine.as_str(), &evil].concat()),
        list(" ID=\"_o\"", &[evil.as_str(), &genuine].concat()),
        swap(&kept, "<md:SPSSODescriptor", &format!("{signature}<md:SPSSODescriptor")),
        swap(
            &kept,
            "<md:SPSSODescriptor",
            &format!("{}<md:SPSSODescriptor", swap(signature, "</ds:Signature>", &object)),
        ),
        list(" ID=\"_m\"", &[signature, &evil].concat()),
    ] {
        let refusal = ServiceProvider::parse_signed(&wrapped, &own(), NOTHING_BLOCKED);
        assert!(refusal.is_err(), "{wrapped}");
    }
}

#[test]
fn comments_and_white_space_are_no_hindrance_to_a_signature() {
    let provider = provider(APP).to_xml().unwrap();
    let spaced = swap(&provider, "<md:SPSSODescriptor", "\n  <md:SPSSODescriptor");
    let xml = signed(&spaced, &keys().own);
    let commented = swap(&xml, "\n  <md:SPSSODescriptor", "\n <!-- theirs --> <md:SPSSODescriptor");
    assert!(
        ServiceProvider::parse_signed(
            &format!("<?xml version=\"1.0\"?>\n{commented}"),
            &own(),
            NOTHING_BLOCKED
        )
        .is_ok()
    );
}
