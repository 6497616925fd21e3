//! B3: signatures inside a message, moved to where they cover something else than what is read.

use super::provider::{keys, registered, signing};
use super::request::{SAML, signature};
use super::{Answer, Scene};

const EVIL: &str = "https://evil.example/saml/acs";
const END: &str = "</samlp:AuthnRequest>";
const END_OF_ISSUER: &str = "</saml:Issuer>";

/// `xml` with this behind its issuer.
fn behind_issuer(xml: &str, more: &str) -> String {
    let at = xml.find(END_OF_ISSUER).unwrap() + END_OF_ISSUER.len();
    format!("{}{more}{}", &xml[..at], &xml[at..])
}

fn extensions(content: &str) -> String {
    format!("<samlp:Extensions>{content}</samlp:Extensions>")
}

#[test]
fn b3_a_genuine_request_wrapped_in_one_of_the_attackers() {
    for register in [signing, registered] {
        let mut scene = Scene::new(register);
        let genuine = scene.request();
        let (bare, signed) = (genuine.xml(), genuine.signed_xml(&keys().own));
        let sign = signature(&keys().own, genuine.id(), &bare);
        let evil = scene.request().with("AssertionConsumerServiceURL", EVIL);
        let same_id = evil.clone().with("ID", genuine.id());
        let object = format!("<ds:Object>{bare}</ds:Object></ds:Signature>");
        let holding = sign.replace("</ds:Signature>", &object);
        for (number, wrapped) in [
            // The genuine one whole, in extensions, with its signature in it or beside it or above it.
            behind_issuer(&evil.xml(), &extensions(&signed)),
            behind_issuer(&evil.xml(), &extensions(&format!("{bare}{sign}"))),
            behind_issuer(&evil.xml(), &format!("{sign}{}", extensions(&bare))),
            behind_issuer(&evil.xml(), &extensions(&sign)),
            behind_issuer(&same_id.xml(), &format!("{sign}{}", extensions(&bare))),
            behind_issuer(&same_id.xml(), &sign),
            // In an object of the signature.
            behind_issuer(&evil.xml(), &holding),
            behind_issuer(&same_id.xml(), &holding),
            // In a subject, and in a policy.
            evil.clone()
                .containing(&format!("<saml:Subject xmlns:saml=\"{SAML}\">{signed}</saml:Subject>"))
                .xml(),
            evil.clone().containing(&format!("<samlp:NameIDPolicy>{signed}</samlp:NameIDPolicy>")).xml(),
            // Behind, so that the last of two counts for some.
            evil.xml().replace(END, &format!("{signed}{END}")),
            format!("{signed}{}", evil.xml()),
        ]
        .into_iter()
        .enumerate()
        {
            let page = scene.post(&wrapped);
            assert_eq!(page.status, 400, "{number}: {}", page.text());
            assert!(page.forms().is_empty() && !page.body.contains("evil.example"), "{}", page.body);
        }
        scene.accepts_post(&signed, genuine.id());
    }
}

#[test]
fn b3_a_signed_request_in_which_anything_was_changed() {
    let mut scene = Scene::new(signing);
    let genuine = scene.request().with("ForceAuthn", "false").with("AssertionConsumerServiceIndex", "0");
    let signed = genuine.signed_xml(&keys().own);
    for (from, to) in [
        ("ForceAuthn=\"false\"", "ForceAuthn=\"0\""),
        ("ForceAuthn=\"false\"", "ForceAuthn=\"false\" IsPassive=\"true\""),
        ("Version=\"2.0\"", "Version=\"2.0\" ProviderName=\"x\""),
        (END, "<samlp:NameIDPolicy></samlp:NameIDPolicy></samlp:AuthnRequest>"),
        ("<ds:DigestValue>", "<ds:DigestValue>AAAA"),
        ("<ds:SignatureValue>", "<ds:SignatureValue>AAAA"),
        ("xmldsig-more#rsa-sha256", "xmldsig-more#rsa-sha512"),
    ] {
        let changed = signed.replace(from, to);
        assert_ne!(changed, signed);
        let reason = scene.refuses(|scene| scene.post(&changed));
        assert!(!reason.is_empty());
    }
    for (from, to) in [
        ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
        ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2000/09/xmldsig#hmac-sha1"),
        ("http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2000/09/xmldsig#sha1"),
        ("xmldsig#enveloped-signature", "xmldsig#base64"),
        ("<ds:SignatureValue>", "<ds:SignatureValue></ds:SignatureValue><ds:SignatureValue>"),
        ("<saml:Issuer", "<!-- a --><saml:Issuer"),
        ("<samlp:AuthnRequest", "<!DOCTYPE a><samlp:AuthnRequest"),
    ] {
        let changed = signed.replace(from, to);
        assert_ne!(changed, signed);
        scene.refuses_unread(|scene| scene.post(&changed));
    }
    let unreferenced = signed.replace(&format!("URI=\"#{}\"", genuine.id()), "URI=\"\"");
    scene.refuses_unread(|scene| scene.post(&unreferenced));
    scene.accepts_post(&signed, genuine.id());
}

#[test]
fn b3_the_issuer_is_who_signed() {
    let mut scene = Scene::new(signing);
    let page = scene.post(&scene.request().issued_by("https://stranger.example/").signed_xml(&keys().own));
    assert_eq!(page.status, 400);
    // Known by another key, which the one who claims to be it has not.
    let request = scene.request();
    let stranger = request.signed_xml(&keys().stranger);
    scene.refuses(|scene| scene.post(&stranger));
    let signed = request.signed_xml(&keys().own);
    let page = scene.post(&signed);
    let page = scene.alice.follow(page);
    assert_eq!(Answer::posted(&page).acs, scene.provider.acs_url());
}
