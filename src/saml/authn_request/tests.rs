//! Requests by both bindings, what they may say, and what is refused (items B1 to B8 and B11 of the attacks on an
//! identity provider).

use std::time::Duration;

use data_encoding::BASE64;

use super::super::fixture::*;
use super::super::signature::Unsigned;
use super::super::*;
use super::*;

const SP: &str = "https://app.example.com/saml/metadata";
const SSO: &str = "https://sso.example.com/saml/idp/sso";
const END_OF_ISSUER: &str = "</saml:Issuer>";

/// A request with these attributes and children beside what each must have, in canonical form.
fn xml(attributes: &str, children: &str) -> String {
    // Canonical form has attributes in order.
    let mut all: Vec<String> = [
        format!("Destination=\"{SSO}\""),
        "ID=\"_request\"".to_owned(),
        format!("IssueInstant=\"{}\"", NOW.rfc3339()),
        "Version=\"2.0\"".to_owned(),
    ]
    .into();
    all.extend(attributes.split_inclusive("\" ").map(|attribute| attribute.trim().to_owned()));
    all.retain(|attribute| !attribute.is_empty());
    all.sort();
    format!(
        "<samlp:AuthnRequest xmlns:samlp=\"{}\" {}><saml:Issuer xmlns:saml=\"{}\">{SP}{END_OF_ISSUER}{children}</samlp:AuthnRequest>",
        name::SAMLP,
        all.join(" "),
        name::SAML
    )
}

fn saml(name: &str, attributes: &str, content: &str) -> String {
    format!("<saml:{name} xmlns:saml=\"{}\"{attributes}>{content}</saml:{name}>", name::SAML)
}

fn signed(xml: &str, signer: &Signer) -> String {
    let signature_at = xml.find(END_OF_ISSUER).unwrap() + END_OF_ISSUER.len();
    let id = MessageId::parse("_request").unwrap();
    Unsigned { id, xml: xml.to_owned(), signature_at }.sign(signer).unwrap()
}

fn expectations() -> MessageExpectations<'static> {
    MessageExpectations { issuer: SP, destination: SSO, now: NOW, clock_skew: Duration::from_secs(180) }
}

fn posted(xml: &str) -> Result<UnverifiedAuthnRequest, Error> {
    UnverifiedAuthnRequest::decode(&BASE64.encode(xml.as_bytes()))
}

/// What a signed request says, by POST.
fn accept(xml: &str) -> Result<AuthnRequest, Error> {
    posted(xml)?
        .verify(std::slice::from_ref(&keys().own_certificate), NOTHING_BLOCKED)?
        .check(&expectations())
}

/// What an unsigned request says, by POST.
fn accept_unsigned(xml: &str) -> Result<AuthnRequest, Error> {
    posted(xml)?.unsigned()?.check(&expectations())
}

/// The request in an address, signed beside it where there is a signer.
fn redirected(xml: &str, signer: Option<&Signer>) -> Result<UnverifiedAuthnRequest, Error> {
    let url = redirect_url(SSO, (MessageKind::Request, xml), None, signer).unwrap();
    UnverifiedAuthnRequest::from_redirect(&RedirectMessage::read(url.split_once('?').unwrap().1)?)
}

fn plain() -> AuthnRequest {
    AuthnRequest {
        id: MessageId::parse("_request").unwrap(),
        issuer: SP.to_owned(),
        issue_instant: NOW,
        is_signed: false,
        answer_to: AcsChoice::Default,
        protocol_binding: None,
        attribute_consuming_service: None,
        force_authn: false,
        is_passive: false,
        name_id_policy: NameIdPolicy::default(),
        requested_authn_context: None,
        subject: None,
    }
}

#[test]
fn a_request_is_read_by_both_bindings_signed_and_unsigned() {
    let bare = xml("", "");
    let as_signed = AuthnRequest { is_signed: true, ..plain() };
    assert_eq!(accept_unsigned(&bare).unwrap(), plain());
    assert_eq!(accept(&signed(&bare, &keys().own)).unwrap(), as_signed);
    let unsigned = redirected(&bare, None).unwrap();
    assert_eq!(unsigned.claimed_issuer(), Some(SP));
    assert_eq!(unsigned.claimed_id().unwrap().as_str(), "_request");
    assert!(!unsigned.has_signature());
    assert_eq!(unsigned.unsigned().unwrap().check(&expectations()).unwrap(), plain());
    let beside = redirected(&bare, Some(&keys().own)).unwrap();
    assert!(beside.has_signature());
    let certificates = [keys().stranger_certificate.clone(), keys().own_certificate.clone()];
    assert_eq!(
        beside.verify(&certificates, NOTHING_BLOCKED).unwrap().check(&expectations()).unwrap(),
        as_signed
    );
}

#[test]
fn everything_that_it_may_say_is_read() {
    let context = format!(
        "<samlp:RequestedAuthnContext Comparison=\"minimum\">{}{}</samlp:RequestedAuthnContext>",
        saml("AuthnContextClassRef", "", "urn:a"),
        saml("AuthnContextClassRef", "", " urn:b\n")
    );
    let subject = saml("Subject", "", "<saml:NameID Format=\"urn:x\">alice</saml:NameID>");
    let policy = "<samlp:NameIDPolicy AllowCreate=\"true\" Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\" SPNameQualifier=\"urn:group\"></samlp:NameIDPolicy>";
    let passed_over = "<samlp:Extensions><x xmlns=\"urn:x\" Id=\"1\">y</x></samlp:Extensions>";
    let scoping = "<samlp:Scoping ProxyCount=\"0\"></samlp:Scoping>";
    let asked = xml(
        "AssertionConsumerServiceURL=\"https://app.example.com/acs?a=1&amp;b=2\" AttributeConsumingServiceIndex=\"65535\" ForceAuthn=\"1\" IsPassive=\"true\" ProtocolBinding=\"urn:b\"",
        &format!("{passed_over}{subject}{policy}{context}{scoping}"),
    );
    let expected = AuthnRequest {
        answer_to: AcsChoice::Url("https://app.example.com/acs?a=1&b=2".to_owned()),
        protocol_binding: Some("urn:b".to_owned()),
        attribute_consuming_service: Some(65_535),
        force_authn: true,
        is_passive: true,
        name_id_policy: NameIdPolicy {
            format: Some(NameIdFormat::Persistent),
            sp_name_qualifier: Some("urn:group".to_owned()),
        },
        requested_authn_context: Some(RequestedAuthnContext {
            comparison: Comparison::Minimum,
            references: vec!["urn:a".to_owned(), "urn:b".to_owned()],
            are_declarations: false,
        }),
        subject: Some(NameId::new(NameIdFormat::from_uri("urn:x"), "alice")),
        ..plain()
    };
    assert_eq!(accept_unsigned(&asked).unwrap(), expected);
    assert!(!expected.takes_post() && plain().takes_post());
    let post = xml(&format!("ProtocolBinding=\"{}\"", name::HTTP_POST), "");
    assert!(accept_unsigned(&post).unwrap().takes_post());
    let index = xml("AssertionConsumerServiceIndex=\"7\" ForceAuthn=\"0\" IsPassive=\"false\"", "");
    assert_eq!(accept_unsigned(&index).unwrap(), AuthnRequest { answer_to: AcsChoice::Index(7), ..plain() });
    let any = "<samlp:NameIDPolicy Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified\"></samlp:NameIDPolicy>";
    assert_eq!(accept_unsigned(&xml("", any)).unwrap(), plain());
    let declared = format!(
        "<samlp:RequestedAuthnContext>{}</samlp:RequestedAuthnContext>",
        saml("AuthnContextDeclRef", "", "urn:d")
    );
    let read = accept_unsigned(&xml("", &declared)).unwrap().requested_authn_context.unwrap();
    assert_eq!((read.comparison, read.are_declarations), (Comparison::Exact, true));
}

#[test]
fn b1_b11_what_it_may_not_say_is_named() {
    let context = |attributes: &str, content: &str| {
        format!("<samlp:RequestedAuthnContext{attributes}>{content}</samlp:RequestedAuthnContext>")
    };
    let class = saml("AuthnContextClassRef", "", "urn:a");
    let declaration = saml("AuthnContextDeclRef", "", "urn:d");
    let policy = "<samlp:NameIDPolicy></samlp:NameIDPolicy>";
    let cases = [
        (
            "AssertionConsumerServiceIndex=\"1\" AssertionConsumerServiceURL=\"https://a\"",
            String::new(),
            "Index",
        ),
        ("AssertionConsumerServiceIndex=\"65536\"", String::new(), "AssertionConsumerServiceIndex"),
        ("AttributeConsumingServiceIndex=\"65536\"", String::new(), "AttributeConsumingServiceIndex"),
        ("AttributeConsumingServiceIndex=\"\"", String::new(), "AttributeConsumingServiceIndex"),
        ("AssertionConsumerServiceIndex=\"-1\"", String::new(), "AssertionConsumerServiceIndex"),
        ("ForceAuthn=\"yes\"", String::new(), "ForceAuthn"),
        ("IsPassive=\"\"", String::new(), "IsPassive"),
        ("", format!("{policy}{policy}"), "NameIDPolicy"),
        ("", context("", ""), "AuthnContextClassRef"),
        ("", context("", &format!("{class}{declaration}")), "AuthnContextDeclRef"),
        ("", context(" Comparison=\"best\"", &class), "Comparison"),
        ("", context("", &class.repeat(33)), "AuthnContextClassRef"),
        ("", saml("Subject", "", ""), "NameID"),
    ];
    for (attributes, children, named) in cases {
        let refusal = accept_unsigned(&xml(attributes, &children)).unwrap_err().to_string();
        assert!(refusal.contains(named), "{refusal}");
    }
    let hidden = saml("Subject", "", "<saml:EncryptedID></saml:EncryptedID>");
    assert!(matches!(accept_unsigned(&xml("", &hidden)), Err(Error::Encrypted)));
    for (from, to) in [("\"2.0\"", "\"1.1\""), ("\"_request\"", "\"1\""), (&NOW.rfc3339() as &str, "now")] {
        assert!(accept_unsigned(&swap(&xml("", ""), from, to)).is_err(), "{to}");
    }
    let other = swap(&xml("", ""), SP, "https://other.example.com/");
    assert!(matches!(accept_unsigned(&other), Err(Error::Issuer { .. })));
}

#[test]
fn b2_a_signature_that_is_there_must_hold() {
    let bare = xml("", "");
    let whole = signed(&bare, &keys().own);
    assert!(matches!(posted(&whole).unwrap().unsigned(), Err(Error::NoCertificate)));
    assert!(matches!(accept(&signed(&bare, &keys().stranger)), Err(Error::Signature { .. })));
    assert!(matches!(accept(&bare), Err(Error::Unsigned)));
    assert!(matches!(posted(&whole).unwrap().verify(&[], NOTHING_BLOCKED), Err(Error::NoCertificate)));
    for (from, to) in [("\"_request\" I", "\"_other\" I"), (SP, "https://other.example.com/")] {
        assert!(accept(&swap(&whole, from, to)).is_err(), "{to}");
    }
    let beside = redirected(&bare, Some(&keys().stranger)).unwrap();
    let own = std::slice::from_ref(&keys().own_certificate);
    assert!(matches!(beside.verify(own, NOTHING_BLOCKED), Err(Error::Signature { .. })));
    assert!(matches!(beside.unsigned(), Err(Error::NoCertificate)));
}

#[test]
fn b3_a_wrapped_request_is_refused() {
    let genuine = signed(&xml("", ""), &keys().own);
    let signature = element(&genuine, "ds:Signature").to_owned();
    let evil = swap(
        &xml("AssertionConsumerServiceURL=\"https://evil.example.com/\"", ""),
        "\"_request\"",
        "\"_evil\"",
    );
    let put = |more: &str| evil.replacen(END_OF_ISSUER, &format!("{END_OF_ISSUER}{more}"), 1);
    let bare = xml("", "");
    let inside = swap(&signature, "</ds:KeyInfo>", &format!("</ds:KeyInfo><ds:Object>{bare}</ds:Object>"));
    for attack in [
        put(&format!("<samlp:Extensions>{genuine}</samlp:Extensions>")),
        put(&format!("{signature}{bare}")),
        put(&inside),
        put(&format!("<samlp:Extensions>{signature}</samlp:Extensions>")),
        swap(&genuine, &signature, &format!("{signature}{signature}")),
    ] {
        assert!(matches!(posted(&attack), Err(Error::Misplaced { .. })), "{attack}");
    }
    assert!(matches!(posted(&put(&signature)), Err(Error::Reference { .. })));
    let twin = swap(&genuine, "<saml:Issuer ", "<saml:Issuer ID=\"_request\" ");
    assert!(matches!(posted(&twin), Err(Error::DuplicateId { .. })));
    assert!(accept(&genuine).is_ok());
}

#[test]
fn b5_a_signature_inside_a_redirected_message_counts_for_nothing() {
    let genuine = signed(&xml("", ""), &keys().own);
    let received = redirected(&genuine, None).unwrap();
    assert!(!received.has_signature());
    let own = std::slice::from_ref(&keys().own_certificate);
    assert!(matches!(received.verify(own, NOTHING_BLOCKED), Err(Error::Unsigned)));
    let forged = signed(&xml("", ""), &keys().stranger);
    let beside = redirected(&forged, Some(&keys().own)).unwrap();
    assert!(beside.verify(own, NOTHING_BLOCKED).unwrap().check(&expectations()).unwrap().is_signed);
}

#[test]
fn b7_b8_a_signed_request_is_for_here_and_for_now() {
    let at = |offset: i64| {
        let moment = Timestamp::from_seconds(NOW.seconds() + offset).rfc3339();
        swap(&xml("", ""), &NOW.rfc3339(), &moment)
    };
    for (offset, is_good) in [(-779, true), (-780, false), (180, true), (181, false)] {
        let outcome = accept(&signed(&at(offset), &keys().own));
        assert_eq!(outcome.is_ok(), is_good, "{offset} {outcome:?}");
        assert!(accept_unsigned(&at(offset)).is_ok(), "one that is unsigned anybody could make anew");
    }
    let elsewhere = swap(&xml("", ""), SSO, "https://sso.example.com/saml/idp/sso/");
    assert!(matches!(accept(&signed(&elsewhere, &keys().own)), Err(Error::Destination { .. })));
    assert!(matches!(accept_unsigned(&elsewhere), Err(Error::Destination { .. })));
    let nowhere = swap(&xml("", ""), &format!(" Destination=\"{SSO}\""), "");
    let refusal = accept(&signed(&nowhere, &keys().own));
    assert!(matches!(refusal, Err(Error::Missing { expected: "Destination", .. })));
    assert!(accept_unsigned(&nowhere).is_ok());
}

#[test]
fn other_messages_do_not_pass_for_a_request() {
    let logout = swap(&xml("", ""), "samlp:AuthnRequest", "samlp:LogoutRequest");
    assert!(matches!(posted(&logout), Err(Error::Value { what: "message", .. })));
    let url = redirect_url(SSO, (MessageKind::Response, &xml("", "")), None, None).unwrap();
    let answer = RedirectMessage::read(url.split_once('?').unwrap().1).unwrap();
    assert!(matches!(UnverifiedAuthnRequest::from_redirect(&answer), Err(Error::Value { .. })));
    assert!(matches!(posted(&format!("<!DOCTYPE x>{}", xml("", ""))), Err(Error::Forbidden { .. })));
    assert!(matches!(UnverifiedAuthnRequest::decode("not base-64!"), Err(Error::NotBase64)));
}
