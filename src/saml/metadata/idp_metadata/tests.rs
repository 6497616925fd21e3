//! Our own metadata: what it says, in which order, and that its signature holds.

use std::time::Duration;

use crate::crypto::{KeyType, Random, SignatureAlgorithm, SigningKey};

use super::super::super::fixture::*;
use super::super::super::*;

const SSO: &str = "https://sso.example.com/saml/idp/sso";
const SLO: &str = "https://sso.example.com/saml/idp/slo";

fn least() -> IdpMetadata {
    IdpMetadata::new(ISSUER, SSO, vec![keys().own_certificate.clone()])
}

/// Everything that it can say.
fn whole() -> IdpMetadata {
    let english = |text: &str| vec![LocalizedText::english(text)];
    let contact = |kind, name: &str, email: &str| Contact {
        kind,
        given_name: Some(name.to_owned()),
        email: Some(email.to_owned()),
    };
    IdpMetadata {
        valid_until: Some(NOW.plus(Duration::from_secs(86_400))),
        cache_duration: Some(Duration::from_secs(3600)),
        signing_certificates: vec![keys().own_certificate.clone(), keys().stranger_certificate.clone()],
        encryption_certificates: vec![EncryptionCertificate {
            certificate: keys().stranger_certificate.clone(),
            methods: vec![
                EncryptionMethod::new("http://www.w3.org/2009/xmlenc11#aes256-gcm"),
                EncryptionMethod {
                    algorithm: "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p".to_owned(),
                    digest: Some("http://www.w3.org/2000/09/xmldsig#sha1".to_owned()),
                },
            ],
        }],
        single_logout_services: LogoutBinding::ALL
            .into_iter()
            .map(|binding| SingleLogoutService::new(binding, SLO))
            .collect(),
        name_id_formats: vec![NameIdFormat::Persistent, NameIdFormat::Transient],
        want_authn_requests_signed: true,
        signature_algorithms: vec![SignatureAlgorithm::RsaSha256, SignatureAlgorithm::EcdsaSha256],
        scope: Some("sso.example.com".to_owned()),
        ui_info: UiInfo {
            display_names: english("Example <sign-in>"),
            descriptions: english("For all & sundry"),
            information_urls: english("https://example.com/sso?a&b"),
            privacy_statement_urls: english("https://example.com/privacy"),
            logos: vec![Logo {
                url: "https://sso.example.com/logo.png".to_owned(),
                width: 80,
                height: 60,
                language: Some("en".to_owned()),
            }],
        },
        error_url: Some("https://sso.example.com/refused".to_owned()),
        organization: Some(Organization {
            names: english("example"),
            display_names: english("Example"),
            urls: english("https://example.com/"),
        }),
        contacts: vec![
            contact(ContactKind::Technical, "Ann", "ann@example.com"),
            contact(ContactKind::Support, "Help desk", "help@example.com"),
            contact(ContactKind::Security, "CERT", "cert@example.com"),
        ],
        ..least()
    }
}

/// Names of the elements but those of signatures, in their order; one that follows its like is left out.
fn order(xml: &str) -> Vec<&str> {
    let starts = xml.split('<').filter(|part| part.starts_with(|first: char| first.is_ascii_lowercase()));
    let mut names: Vec<_> = starts.filter_map(|part| part.split([' ', '>']).next()).collect();
    names.retain(|name| !name.starts_with("ds:"));
    names.dedup();
    names
}

#[test]
fn who_is_told_the_least_is_told_what_always_was() {
    let certificate = keys().own_certificate.to_base64().unwrap();
    let metadata = IdpMetadata { name_id_formats: vec![NameIdFormat::Persistent], ..least() };
    let expected = format!(
        "<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"{ISSUER}\">\
         <md:IDPSSODescriptor WantAuthnRequestsSigned=\"false\" protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">\
         <md:KeyDescriptor use=\"signing\"><ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>\
         <md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</md:NameIDFormat>\
         <md:SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect\" Location=\"{SSO}\"></md:SingleSignOnService>\
         <md:SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" Location=\"{SSO}\"></md:SingleSignOnService>\
         </md:IDPSSODescriptor></md:EntityDescriptor>"
    );
    assert_eq!(metadata.to_xml().unwrap(), expected);
}

#[test]
fn everything_is_said_in_the_order_of_the_schema() {
    let id = MessageId::parse("_m").unwrap();
    let xml = whole().sign(&keys().own, &id).unwrap();
    let signature = element(&xml, "ds:Signature");
    assert!(xml.contains(&format!("entityID=\"{ISSUER}\" validUntil=\"2026-11-23T18:22:25Z\">{signature}<")));
    let mut expected = vec!["md:EntityDescriptor", "md:Extensions", "alg:DigestMethod", "alg:SigningMethod"];
    expected.extend([
        "md:IDPSSODescriptor",
        "md:Extensions",
        "shibmd:Scope",
        "mdui:UIInfo",
        "mdui:DisplayName",
    ]);
    expected.extend(["mdui:Description", "mdui:InformationURL", "mdui:PrivacyStatementURL", "mdui:Logo"]);
    expected.extend(["md:KeyDescriptor", "md:EncryptionMethod", "md:SingleLogoutService"]);
    expected.extend(["md:NameIDFormat", "md:SingleSignOnService", "md:Organization", "md:OrganizationName"]);
    expected.extend(["md:OrganizationDisplayName", "md:OrganizationURL"]);
    expected.extend(["md:ContactPerson", "md:GivenName", "md:EmailAddress"].repeat(3));
    assert_eq!(order(&xml), expected);
    for said in [
        "ID=\"_m\" cacheDuration=\"PT3600S\" entityID=",
        "<alg:DigestMethod xmlns:alg=\"urn:oasis:names:tc:SAML:metadata:algsupport\" Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"></alg:DigestMethod><alg:SigningMethod",
        "Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256\"",
        "WantAuthnRequestsSigned=\"true\" errorURL=\"https://sso.example.com/refused\" protocolSupp",
        "<shibmd:Scope xmlns:shibmd=\"urn:mace:shibboleth:metadata:1.0\" regexp=\"false\">sso.example.com</shibmd:Scope><mdui:UIInfo",
        "<mdui:DisplayName xml:lang=\"en\">Example &lt;sign-in&gt;</mdui:DisplayName>",
        "<mdui:Logo height=\"60\" width=\"80\" xml:lang=\"en\">https://sso.example.com/logo.png</mdui:Logo>",
        "<md:EmailAddress>mailto:ann@example.com</md:EmailAddress>",
        "contactType=\"other\" remd:contactType=\"http://refeds.org/metadata/contactType/security\">",
        "<md:SingleLogoutService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:SOAP\" Location=\"https://sso.example.com/saml/idp/slo\">",
    ] {
        assert!(xml.contains(said), "{said} is not in {xml}");
    }
}

#[test]
fn whoever_read_the_least_reads_the_whole() {
    let id = MessageId::parse("_m").unwrap();
    for xml in [whole().to_xml().unwrap(), whole().sign(&keys().own, &id).unwrap()] {
        let provider = IdentityProvider::parse(&xml).unwrap();
        assert_eq!(provider.entity_id(), ISSUER);
        assert_eq!(provider.signing_certificates(), whole().signing_certificates);
        assert_eq!((provider.sso_redirect_url(), provider.sso_post_url()), (Some(SSO), Some(SSO)));
        assert_eq!(provider.valid_until(), whole().valid_until);
        assert!(provider.wants_signed_requests());
    }
}

#[test]
fn the_signature_is_over_the_whole_and_by_every_kind_of_key() {
    let id = MessageId::generate(&Random::system()).unwrap();
    for kind in KeyType::ALL {
        let key = std::sync::Arc::new(SigningKey::generate(kind).unwrap());
        let day = Duration::from_secs(86_400);
        let certificate =
            crate::crypto::Certificate::self_signed(&key, "x", NOW, day, &Random::system()).unwrap();
        let xml = whole().sign(&Signer::new(key, &certificate).unwrap(), &id).unwrap();
        let read = |xml: &str| {
            MetadataDocument::parse_signed(xml, std::slice::from_ref(&certificate), NOTHING_BLOCKED)
        };
        assert!(read(&xml).is_ok(), "{kind:?}");
        let changed = swap(&xml, "https://example.com/privacy", "https://evil.example/");
        assert!(matches!(read(&changed), Err(Error::Signature { .. })), "{kind:?}");
    }
}

#[test]
fn what_cannot_be_said_is_refused() {
    let id = MessageId::parse("_m").unwrap();
    let keyless = IdpMetadata { signing_certificates: vec![], ..whole() };
    assert!(matches!(keyless.to_xml(), Err(Error::NoCertificate)));
    assert!(matches!(keyless.sign(&keys().own, &id), Err(Error::NoCertificate)));
    let illegal = IdpMetadata { error_url: Some("\u{1}".to_owned()), ..whole() };
    assert!(matches!(illegal.to_xml(), Err(Error::IllegalCharacter { .. })));
    assert!(matches!(illegal.sign(&keys().own, &id), Err(Error::IllegalCharacter { .. })));
}
