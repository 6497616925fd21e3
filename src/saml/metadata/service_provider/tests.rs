//! Service providers' metadata: what is read, which place an answer goes to, and what is refused.

use super::super::super::fixture::*;
use super::super::super::*;

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
    assert_eq!(provider.entity_id, "https://app.example.com/");
    assert_eq!(provider.signing_certificates, [own.clone(), stranger.clone()]);
    let encryption = [stranger.clone().into(), EncryptionCertificate::from(own.clone())];
    assert_eq!(provider.encryption_certificates, encryption);
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
        SingleLogoutService::new(LogoutBinding::Soap, url),
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
    assert!(matches!(
        ServiceProvider::parse(&twins),
        Err(Error::Value { what: "index of md:AssertionConsumerService", .. })
    ));
    let many: String = (0..257).map(|index| acs(&index.to_string(), ACS_URL, "")).collect();
    let refusal = ServiceProvider::parse(&metadata("", &many)).unwrap_err();
    assert_eq!(refusal.to_string(), "too many md:AssertionConsumerService, at most 256 are accepted");
    let typed = format!("<!DOCTYPE x [<!ENTITY y SYSTEM \"file:///etc/passwd\">]>{good}");
    assert!(matches!(ServiceProvider::parse(&typed), Err(Error::Forbidden { .. })));
    let large = format!("{good}{}", " ".repeat(256 * 1024));
    assert!(matches!(ServiceProvider::parse(&large), Err(Error::TooLarge { .. })));
}

#[test]
fn b16_a_bad_address_is_named_by_its_element() {
    let slo = |more: &str| {
        let binding = name::SOAP;
        let slo = format!("<md:SingleLogoutService Binding=\"{binding}\" {more}/>");
        metadata("", &[slo, acs("0", ACS_URL, "")].concat())
    };
    let good = "Location=\"https://app.example.com/slo\"";
    assert!(ServiceProvider::parse(&slo(good)).is_ok());
    let long = format!("https://app.example.com/{}", "a".repeat(2048));
    for (xml, element) in [
        (metadata("", &acs("0", "javascript:alert(1)", "")), "Location of md:AssertionConsumerService"),
        (
            metadata("", &acs("0", "https://app.example.com/#x", "")),
            "Location of md:AssertionConsumerService",
        ),
        (metadata("", &acs("0", &long, "")), "Location of md:AssertionConsumerService"),
        (slo("Location=\"data:text/html,x\""), "Location of md:SingleLogoutService"),
        (
            slo(&format!("{good} ResponseLocation=\"javascript:x\"")),
            "ResponseLocation of md:SingleLogoutService",
        ),
    ] {
        let refusal = ServiceProvider::parse(&xml).unwrap_err().to_string();
        assert!(refusal.starts_with(&format!("{element}: expected an http or https URL")), "{refusal}");
    }
}

#[test]
fn b16_two_thousand_keys_are_refused_and_sixteen_are_read() {
    let with = |count: usize, usage: &str| {
        let keys = key(usage, &keys().own_certificate).repeat(count);
        ServiceProvider::parse(&metadata("", &[keys, acs("0", ACS_URL, "")].concat()))
    };
    for usage in ["", " use=\"signing\"", " use=\"encryption\""] {
        assert!(with(16, usage).is_ok(), "{usage}");
        let refusal = with(17, usage).unwrap_err().to_string();
        assert!(refusal.starts_with("too many certificates of one use in md:KeyDescriptor"), "{refusal}");
    }
    assert!(matches!(with(2_000, ""), Err(Error::TooLarge { .. })));
    let short =
        key("", &keys().own_certificate).replace(&keys().own_certificate.to_base64().unwrap(), "AAAA");
    let junk = ServiceProvider::parse(&metadata("", &[short.repeat(200), acs("0", ACS_URL, "")].concat()));
    assert!(matches!(junk, Err(Error::Crypto(_))));
}

#[test]
fn each_encryption_key_has_the_algorithms_of_its_descriptor() {
    let (own, stranger) = (&keys().own_certificate, &keys().stranger_certificate);
    let methods = |more: &str| format!("</ds:KeyInfo>{more}");
    let (gcm, oaep) =
        ("http://www.w3.org/2009/xmlenc11#aes256-gcm", "http://www.w3.org/2009/xmlenc11#rsa-oaep");
    let stated = format!(
        "<md:EncryptionMethod Algorithm=\"{gcm}\"/><md:EncryptionMethod Algorithm=\"{oaep}\"><ds:DigestMethod xmlns:ds=\"{}\" Algorithm=\"{}\"/></md:EncryptionMethod>",
        name::DS,
        name::SHA256
    );
    let first = swap(&key("", own), "</ds:KeyInfo>", &methods(&stated));
    let second = key(" use=\"encryption\"", stranger);
    let read = |first: &str| {
        ServiceProvider::parse(&metadata("", &[first, &second, &acs("0", ACS_URL, "")].concat()))
    };
    let provider = read(&first).unwrap();
    let oaep = EncryptionMethod { algorithm: oaep.to_owned(), digest: Some(name::SHA256.to_owned()) };
    let keys = [
        EncryptionCertificate { certificate: own.clone(), methods: vec![EncryptionMethod::new(gcm), oaep] },
        stranger.clone().into(),
    ];
    assert_eq!(provider.encryption_certificates, keys);
    assert_eq!(provider.signing_certificates, std::slice::from_ref(own));

    let nameless = read(&swap(&first, gcm, " ")).unwrap_err().to_string();
    assert!(nameless.starts_with("Algorithm of md:EncryptionMethod: expected 1 to 1024"), "{nameless}");
    let lacking = read(&swap(&first, &format!(" Algorithm=\"{gcm}\""), "")).unwrap_err();
    assert!(matches!(lacking, Error::Missing { expected: "Algorithm", .. }));
    let many = format!("<md:EncryptionMethod Algorithm=\"{gcm}\"/>").repeat(33);
    let many = swap(&key("", own), "</ds:KeyInfo>", &methods(&many));
    assert!(matches!(read(&many), Err(Error::TooMany { what: "md:EncryptionMethod", limit: 32 })));
}

/// Metadata with these extensions of the entity, of the role, and what follows the role.
fn extended(entity: &str, role: &str, after: &str) -> String {
    let xml = metadata("", &format!("<md:Extensions>{role}</md:Extensions>{}", acs("0", ACS_URL, "")));
    let xml = swap(
        &xml,
        "<md:SPSSODescriptor",
        &format!("<md:Extensions>{entity}</md:Extensions><md:SPSSODescriptor"),
    );
    swap(&xml, "</md:EntityDescriptor>", &format!("{after}</md:EntityDescriptor>"))
}

#[test]
fn what_people_are_shown_is_read_within_its_bounds() {
    let info = |content: &str| {
        let xml = format!("<mdui:UIInfo xmlns:mdui=\"{}\">{content}</mdui:UIInfo>", name::MDUI);
        ServiceProvider::parse(&extended("", &xml, "")).unwrap().ui_info
    };
    let logo = |url: &str, more: &str| format!("<mdui:Logo {more}>{url}</mdui:Logo>");
    let size = "width=\"80\" height=\"60\"";
    let read = info(&[
        "<mdui:DisplayName xml:lang=\"de\"> Wiki </mdui:DisplayName><mdui:DisplayName>The wiki</mdui:DisplayName>",
        "<mdui:Description xml:lang=\"en\">For all.</mdui:Description>",
        "<mdui:InformationURL xml:lang=\"en\">https://app.example.com/about</mdui:InformationURL>",
        "<mdui:PrivacyStatementURL xml:lang=\"en\">https://app.example.com/data</mdui:PrivacyStatementURL>",
        &logo("https://app.example.com/logo.png", size),
        &logo("data:image/png;base64,AA\nAA", &format!("{size} xml:lang=\"de\"")),
    ]
    .concat());
    let german = LocalizedText { language: "de".to_owned(), text: "Wiki".to_owned() };
    assert_eq!(read.display_names, [german, LocalizedText::english("The wiki")]);
    assert_eq!(read.descriptions, [LocalizedText::english("For all.")]);
    assert_eq!(read.information_urls, [LocalizedText::english("https://app.example.com/about")]);
    assert_eq!(read.privacy_statement_urls, [LocalizedText::english("https://app.example.com/data")]);
    let shown = |language| read.display_name(language);
    assert_eq!((shown("DE"), shown("fr")), (Some("Wiki"), Some("The wiki")));
    let picture = |url: &str, language| Logo { url: String::from(url), width: 80, height: 60, language };
    let logos = [
        picture("https://app.example.com/logo.png", None),
        picture("data:image/png;base64,AAAA", Some("de".to_owned())),
    ];
    assert_eq!(read.logos, logos);

    let at_most = "n".repeat(256);
    assert_eq!(info(&format!("<mdui:DisplayName>{at_most}</mdui:DisplayName>")).display_names.len(), 1);
    for passed_over in [
        format!("<mdui:DisplayName>{at_most}n</mdui:DisplayName>"),
        format!("<mdui:Description>{}</mdui:Description>", "n".repeat(4097)),
        "<mdui:DisplayName> </mdui:DisplayName>".to_owned(),
        "<mdui:DisplayName><b>x</b></mdui:DisplayName>".to_owned(),
        "<mdui:InformationURL>javascript:alert(1)</mdui:InformationURL>".to_owned(),
        "<mdui:PrivacyStatementURL>/data</mdui:PrivacyStatementURL>".to_owned(),
        logo("http://app.example.com/logo.png", size),
        logo("javascript:alert(1)", size),
        logo("data:text/html,x", size),
        logo(&format!("data:image/png;base64,{}", "A".repeat(64 * 1024)), size),
        logo(&format!("https://app.example.com/{}", "a".repeat(2048)), size),
        logo("https://app.example.com/logo.png", "width=\"80\""),
        logo("https://app.example.com/logo.png", "width=\"0\" height=\"60\""),
        logo("https://app.example.com/logo.png", "width=\"80\" height=\"10001\""),
    ] {
        assert_eq!(info(&passed_over), UiInfo::default(), "{passed_over}");
    }
    assert_eq!(info(&"<mdui:DisplayName>x</mdui:DisplayName>".repeat(200)).display_names.len(), 128);
}

#[test]
fn contacts_are_read_within_their_bounds() {
    let remd = format!(
        " xmlns:remd=\"{}\" remd:contactType=\"http://refeds.org/metadata/contactType/security\"",
        name::REMD
    );
    let person = |kind: &str, more: &str, content: &str| {
        format!("<md:ContactPerson contactType=\"{kind}\"{more}>{content}</md:ContactPerson>")
    };
    let email = |address: &str| format!("<md:EmailAddress>{address}</md:EmailAddress>");
    let people = [
        person(
            "technical",
            "",
            &format!("<md:GivenName>Ann</md:GivenName>{}", email("mailto:ann@app.example.com")),
        ),
        person("support", "", &email(" MAILTO:help@app.example.com ")),
        person("other", &remd, &email("cert@app.example.com")),
        person("nonsense", "", ""),
    ];
    let read = |people: &str| ServiceProvider::parse(&extended("", "", people)).unwrap().contacts;
    let contact = |kind, given_name: Option<&str>, email: Option<&str>| Contact {
        kind,
        given_name: given_name.map(str::to_owned),
        email: email.map(str::to_owned),
    };
    let expected = [
        contact(ContactKind::Technical, Some("Ann"), Some("ann@app.example.com")),
        contact(ContactKind::Support, None, Some("help@app.example.com")),
        contact(ContactKind::Security, None, Some("cert@app.example.com")),
        contact(ContactKind::Other, None, None),
    ];
    assert_eq!(read(&people.concat()), expected);
    for none in
        ["mailto:", "mailto:nobody", "javascript:a@b", "mailto:a b@c", &format!("{}@c", "a".repeat(256))]
    {
        assert_eq!(read(&person("support", "", &email(none)))[0].email, None, "{none}");
    }
    assert_eq!(read(&person("billing", "", "").repeat(100)).len(), 64);
}

#[test]
fn requested_attributes_are_read() {
    let services = |content: &str| {
        let content = format!("{}{content}", acs("0", ACS_URL, ""));
        ServiceProvider::parse(&metadata("", &content))
    };
    let set = |index: &str, more: &str, content: &str| {
        format!(
            "<md:AttributeConsumingService index=\"{index}\"{more}>{content}</md:AttributeConsumingService>"
        )
    };
    let mail = "<md:ServiceName xml:lang=\"en\">Wiki</md:ServiceName><md:RequestedAttribute FriendlyName=\"mail\" Name=\"urn:oid:0.9.2342.19200300.100.1.3\" NameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:uri\" isRequired=\"true\"/><md:RequestedAttribute Name=\"cn\"/>";
    let provider = services(
        &[set("1", "", "<md:RequestedAttribute Name=\"cn\"/>"), set("2", " isDefault=\"1\"", mail)].concat(),
    )
    .unwrap();
    let cn = RequestedAttribute {
        name: "cn".to_owned(),
        name_format: None,
        friendly_name: None,
        is_required: false,
    };
    let by_default = provider.attribute_consuming_service(None).unwrap();
    assert_eq!((by_default.index, by_default.is_default), (2, Some(true)));
    assert_eq!(by_default.names, [LocalizedText::english("Wiki")]);
    let mail = RequestedAttribute {
        name: "urn:oid:0.9.2342.19200300.100.1.3".to_owned(),
        name_format: Some("urn:oasis:names:tc:SAML:2.0:attrname-format:uri".to_owned()),
        friendly_name: Some("mail".to_owned()),
        is_required: true,
    };
    assert_eq!(by_default.requested, [mail, cn.clone()]);
    assert_eq!(provider.attribute_consuming_service(Some(1)).unwrap().requested, [cn]);
    assert!(provider.attribute_consuming_service(Some(3)).is_none());

    let one = "<md:RequestedAttribute Name=\"cn\"/>";
    let long = format!("<md:RequestedAttribute Name=\"{}\"/>", "n".repeat(1025));
    for (content, refusal) in [
        (set("1", "", one).repeat(2), "index of md:AttributeConsumingService: expected a number"),
        (set("x", "", one), "index of md:AttributeConsumingService: expected a number"),
        (set("1", "", "<md:RequestedAttribute/>"), "md:RequestedAttribute lacks Name"),
        (
            set("1", "", "<md:RequestedAttribute Name=\"\"/>"),
            "Name of md:RequestedAttribute: expected 1 to 1024",
        ),
        (set("1", "", &long), "Name of md:RequestedAttribute: expected 1 to 1024"),
        (
            set("1", "", "<md:RequestedAttribute Name=\"cn\" NameFormat=\"\"/>"),
            "NameFormat of md:RequestedAttribute: ",
        ),
        (set("1", "", &one.repeat(257)), "too many md:RequestedAttribute"),
        (
            (0..257).map(|index| set(&index.to_string(), "", "")).collect(),
            "too many md:AttributeConsumingService",
        ),
    ] {
        let told = services(&content).unwrap_err().to_string();
        assert!(told.starts_with(refusal), "{told}");
    }
}

#[test]
fn what_is_said_of_the_entity_is_read() {
    const SUBJECT_ID: &str = "urn:oasis:names:tc:SAML:profiles:subject-id:req";
    let list = |content: &str| {
        let (attr, saml) = (name::MDATTR, name::SAML);
        format!(
            "<mdattr:EntityAttributes xmlns:mdattr=\"{attr}\" xmlns:saml=\"{saml}\">{content}</mdattr:EntityAttributes>"
        )
    };
    let attribute = |more: &str, values: &str| format!("<saml:Attribute {more}>{values}</saml:Attribute>");
    let value = |text: &str| format!("<saml:AttributeValue>{text}</saml:AttributeValue>");
    let named =
        format!("Name=\"{SUBJECT_ID}\" NameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:uri\"");
    let values = [value(" pairwise-id\n"), value(&"v".repeat(1025)), value("<x/>"), value("any")].concat();
    let read =
        |content: &str| ServiceProvider::parse(&extended(&list(content), "<unknown xmlns=\"urn:x\"/>", ""));
    let provider = read(&attribute(&named, &values)).unwrap();
    assert_eq!(provider.entity_attribute(SUBJECT_ID).collect::<Vec<_>>(), ["pairwise-id", "any"]);
    assert_eq!(provider.entity_attribute("other").count(), 0);
    let format = provider.entity_attributes[0].name_format.as_deref();
    assert_eq!(format, Some("urn:oasis:names:tc:SAML:2.0:attrname-format:uri"));
    assert!(matches!(read(&attribute("", "")), Err(Error::Missing { expected: "Name", .. })));
    assert!(matches!(read(&attribute("Name=\"\"", "")), Err(Error::Value { .. })));
    let many = attribute("Name=\"a\"", "").repeat(257);
    assert!(matches!(read(&many), Err(Error::TooMany { .. })));
}

#[test]
fn the_algorithms_of_the_role_count_before_those_of_the_entity() {
    let method = |algorithm: &str| {
        format!("<alg:SigningMethod xmlns:alg=\"{}\" Algorithm=\"{algorithm}\"/>", name::ALG)
    };
    let digest = format!("<alg:DigestMethod xmlns:alg=\"{}\" Algorithm=\"urn:d\"/>", name::ALG);
    let both = extended(&[method("urn:e"), digest].concat(), &method("urn:r"), "");
    let provider = ServiceProvider::parse(&both).unwrap();
    assert_eq!(
        (provider.signing_methods, provider.digest_methods),
        (vec!["urn:r".to_owned()], vec!["urn:d".to_owned()])
    );
    let entity = ServiceProvider::parse(&extended(&method("urn:e"), "", "")).unwrap();
    assert_eq!(entity.signing_methods, ["urn:e"]);
    assert!(ServiceProvider::parse(&extended(&method(""), "", "")).is_err());
    let many = ServiceProvider::parse(&extended(&method("urn:e").repeat(65), "", ""));
    assert!(matches!(many, Err(Error::TooMany { what: "alg:SigningMethod", limit: 64 })));
}

#[test]
fn the_shorter_time_to_keep_it_counts() {
    let read = |entity: &str, role: &str| {
        let xml = metadata(role, &acs("0", ACS_URL, ""));
        ServiceProvider::parse(&swap(&xml, " entityID=", &format!("{entity} entityID=")))
    };
    let day = std::time::Duration::from_secs(86_400);
    assert_eq!(read(" cacheDuration=\"P1D\"", "").unwrap().cache_duration, Some(day));
    let both = read(" cacheDuration=\"P1D\"", " cacheDuration=\"PT60S\"").unwrap();
    assert_eq!(both.cache_duration, Some(std::time::Duration::from_secs(60)));
    let refusal = read(" cacheDuration=\"soon\"", "").unwrap_err().to_string();
    assert_eq!(refusal, "cacheDuration: expected a duration, such as P1D or PT6H, received \"soon\"");
    let refusal = read("", " validUntil=\"2027-01-01\"").unwrap_err().to_string();
    assert_eq!(refusal, "validUntil: expected a time with its zone, received \"2027-01-01\"");
}
