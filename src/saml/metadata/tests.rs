//! Service providers' metadata: what is read, which place an answer goes to, and what is refused.

use super::super::fixture::*;
use super::super::*;

const ACS_URL: &str = "https://app.example.com/acs";

fn key(attributes: &str, certificate: &crate::crypto::Certificate) -> String {
    format!(
        "<md:KeyDescriptor{attributes}><ds:KeyInfo xmlns:ds=\"{}\"><ds:X509Data><ds:X509Certificate>\n{}\n</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>",
        name::DS,
        certificate.to_base64().unwrap()
    )
}

fn acs(index: &str, url: &str, more: &str) -> String {
    format!(
        "<md:AssertionConsumerService Binding=\"{}\" Location=\"{url}\" index=\"{index}\"{more}/>",
        name::HTTP_POST
    )
}

/// Metadata with these attributes and children of the role.
fn metadata(attributes: &str, children: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><!-- theirs --><md:EntityDescriptor xmlns:md=\"{}\" entityID=\"https://app.example.com/\"><md:SPSSODescriptor protocolSupportEnumeration=\"urn:other {}\"{attributes}>{children}</md:SPSSODescriptor></md:EntityDescriptor>",
        name::MD,
        name::SAMLP
    )
}

#[test]
fn everything_that_it_says_is_read() {
    let (own, stranger) = (&keys().own_certificate, &keys().stranger_certificate);
    let slo = |binding: &str, more: &str| {
        format!(
            "<md:SingleLogoutService Binding=\"{binding}\" Location=\"https://app.example.com/slo\"{more}/>"
        )
    };
    let children = [
        key(" use=\"signing\"", own),
        key("", stranger),
        key(" use=\"encryption\"", own),
        slo(name::HTTP_REDIRECT, " ResponseLocation=\"https://app.example.com/slo?done\""),
        slo(name::SOAP, ""),
        slo("urn:other", ""),
        "<md:NameIDFormat> urn:oasis:names:tc:SAML:2.0:nameid-format:persistent </md:NameIDFormat>"
            .to_owned(),
        acs("3", ACS_URL, " isDefault=\"false\""),
        acs("7", "https://app.example.com/acs?a&amp;b", ""),
    ]
    .concat();
    let said = " AuthnRequestsSigned=\"1\" WantAssertionsSigned=\"true\" validUntil=\"2027-01-01T00:00:00Z\"";
    let provider = ServiceProvider::parse(&metadata(said, &children)).unwrap();
    let der = |certificates: &[crate::crypto::Certificate]| {
        certificates.iter().map(|certificate| certificate.to_der().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(provider.entity_id, "https://app.example.com/");
    assert_eq!(der(&provider.signing_certificates), der(&[own.clone(), stranger.clone()]));
    assert_eq!(der(&provider.encryption_certificates), der(&[stranger.clone(), own.clone()]));
    let services = [
        AssertionConsumerService { index: 3, url: ACS_URL.to_owned(), is_default: Some(false) },
        AssertionConsumerService {
            index: 7,
            url: "https://app.example.com/acs?a&b".to_owned(),
            is_default: None,
        },
    ];
    assert_eq!(provider.assertion_consumer_services, services);
    let url = "https://app.example.com/slo".to_owned();
    let logout = [
        SingleLogoutService {
            binding: LogoutBinding::Redirect,
            url: url.clone(),
            response_url: "https://app.example.com/slo?done".to_owned(),
        },
        SingleLogoutService { binding: LogoutBinding::Soap, url: url.clone(), response_url: url },
    ];
    assert_eq!(provider.single_logout_services, logout);
    assert_eq!(provider.name_id_formats, [NameIdFormat::Persistent]);
    assert!(provider.signs_requests && provider.wants_assertions_signed);
    assert_eq!(provider.valid_until.unwrap().rfc3339(), "2027-01-01T00:00:00Z");

    let least = ServiceProvider::parse(&metadata("", &acs("0", ACS_URL, ""))).unwrap();
    assert!(least.signing_certificates.is_empty() && least.encryption_certificates.is_empty());
    assert!(!least.signs_requests && !least.wants_assertions_signed && least.valid_until.is_none());
}

#[test]
fn b1_an_answer_goes_where_the_metadata_says_and_nowhere_else() {
    let services = |defaults: [&str; 3]| {
        let all: String = defaults
            .iter()
            .enumerate()
            .map(|(index, said)| acs(&index.to_string(), &format!("{ACS_URL}/{index}"), said))
            .collect();
        ServiceProvider::parse(&metadata("", &all)).unwrap()
    };
    let default = |defaults: [&str; 3]| {
        services(defaults).assertion_consumer_service(&AcsChoice::Default).unwrap().index
    };
    let (yes, no) = (" isDefault=\"true\"", " isDefault=\"0\"");
    assert_eq!(default(["", yes, yes]), 1);
    assert_eq!(default([no, "", ""]), 1);
    assert_eq!(default([no, no, no]), 0);
    assert_eq!(default([no, "", yes]), 2);
    let provider = services(["", "", ""]);
    let found = |choice: &AcsChoice| provider.assertion_consumer_service(choice).map(|service| service.index);
    assert_eq!(found(&AcsChoice::Index(2)), Some(2));
    assert_eq!(found(&AcsChoice::Index(3)), None);
    let at = |url: &str| found(&AcsChoice::Url(url.to_owned()));
    assert_eq!(at("https://app.example.com/acs/1"), Some(1));
    for variant in [
        "https://app.example.com/acs/1/",
        "https://app.example.com/acs/1?x",
        "https://app.example.com/acs/1#x",
        "https://app.example.com/acs/./1",
        "https://app.example.com/acs/%31",
        "https://app.example.com:443/acs/1",
        "https://APP.example.com/acs/1",
        "https://app.example.com@evil.example/acs/1",
        "http://app.example.com/acs/1",
        "https://app.example.com/acs/",
        "",
    ] {
        assert_eq!(at(variant), None, "{variant}");
    }
}

#[test]
fn b16_what_is_no_metadata_of_a_service_provider_is_refused() {
    let good = metadata("", &acs("0", ACS_URL, ""));
    assert!(ServiceProvider::parse(&good).is_ok());
    for (from, to) in [
        ("md:EntityDescriptor", "md:EntitiesDescriptor"),
        ("md:SPSSODescriptor", "md:IDPSSODescriptor"),
        (" entityID=", " entityId="),
        ("https://app.example.com/\"", "\""),
        (name::SAMLP, "urn:oasis:names:tc:SAML:1.1:protocol"),
        (name::HTTP_POST, name::HTTP_REDIRECT),
        (ACS_URL, "javascript:alert(1)//https://"),
        (ACS_URL, "data:text/html,x"),
        (ACS_URL, "/acs"),
        (ACS_URL, "https://app.example.com\\@evil.example/"),
        (ACS_URL, "https://app.example.com/a b"),
        (ACS_URL, "https://app.example.com/#a"),
        (" index=\"0\"", ""),
        (" index=\"0\"", " index=\"-1\""),
        (" index=\"0\"", " index=\"65536\""),
    ] {
        assert!(ServiceProvider::parse(&swap(&good, from, to)).is_err(), "{to}");
    }
    let twins = metadata("", &[acs("0", ACS_URL, ""), acs("0", "https://evil.example/", "")].concat());
    assert!(matches!(ServiceProvider::parse(&twins), Err(Error::Value { what: "index", .. })));
    let many: String = (0..257).map(|index| acs(&index.to_string(), ACS_URL, "")).collect();
    assert!(matches!(ServiceProvider::parse(&metadata("", &many)), Err(Error::TooMany { .. })));
    let keys: String = key("", &keys().own_certificate).repeat(17);
    assert!(matches!(ServiceProvider::parse(&metadata("", &keys)), Err(Error::TooMany { .. })));
    let typed = format!("<!DOCTYPE x [<!ENTITY y SYSTEM \"file:///etc/passwd\">]>{good}");
    assert!(matches!(ServiceProvider::parse(&typed), Err(Error::Forbidden { .. })));
}
