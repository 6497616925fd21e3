//! Attacks on the parser: document types, entities, comments, namespaces, size, base 64.

use data_encoding::BASE64;

use super::super::document::{Comments, Element, MAX_BYTES};
use super::super::fixture::*;
use super::super::*;

fn forbidden(xml: &str, what: &str) {
    let refusal = accept(xml);
    assert!(
        matches!(&refusal, Err(Error::Forbidden { construct, .. }) if *construct == what),
        "{refusal:?} for {xml}"
    );
}

fn malformed(xml: &str) {
    let refusal = accept(xml);
    assert!(matches!(refusal, Err(Error::Malformed { .. })), "{refusal:?} for {xml}");
}

#[test]
fn a19_and_a23_document_types_of_every_kind() {
    let xml = genuine(SignedPart::Assertion);
    for subset in [
        "<!DOCTYPE r>".to_owned(),
        "<!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>".to_owned(),
        "<!DOCTYPE r SYSTEM \"http://127.0.0.1:1/x.dtd\">".to_owned(),
        "<!DOCTYPE r [<!ENTITY % p SYSTEM \"http://127.0.0.1:1/\"> %p;]>".to_owned(),
        format!("<!DOCTYPE r [<!ENTITY a \"{}\">]>", "a".repeat(1000)),
    ] {
        forbidden(&format!("{subset}{xml}"), "a document type");
        forbidden(&format!("<?xml version=\"1.0\"?>{subset}{xml}"), "a document type");
    }
    assert!(accept(&format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n{xml}\n")).is_ok());
    malformed(&format!("<?xml version=\"1.0\" encoding=\"UTF-16\"?>{xml}"));
    malformed(&format!(" <?xml version=\"1.0\"?>{xml}"));
    malformed(&swap(&xml, ">alice<", ">&x;<"));
}

#[test]
fn a20_namespaces_that_cannot_be_canonicalised() {
    let xml = genuine(SignedPart::Assertion);
    for declaration in
        ["xmlns:x=\"1\"", "xmlns:x=\"../y\"", "xmlns:x=\"a:&#x20;\"", "xmlns:x=\"urn:é\"", "xmlns:x=\"\""]
    {
        malformed(&swap(&xml, "<saml:Subject>", &format!("<saml:Subject {declaration}>")));
    }
    malformed(&swap(&xml, "<saml:Subject>", "<saml:Subject x:y=\"1\">"));
    malformed(&swap(&xml, "<saml:Subject>", "<saml:Subject a=\"1\" a=\"2\">"));
    let twice = "<saml:Subject xmlns:p=\"urn:x\" xmlns:q=\"urn:x\" p:a=\"1\" q:a=\"2\">";
    malformed(&swap(&xml, "<saml:Subject>", twice));
}

#[test]
fn a19_the_right_name_in_the_wrong_namespace() {
    let xml = genuine(SignedPart::Assertion);
    let confused = swap(&xml, "<saml:Issuer>", "<saml:Issuer xmlns:saml=\"urn:other\">");
    assert!(matches!(accept(&confused), Err(Error::Signature { .. })));
    let root = swap(&xml, name::SAMLP, "urn:other");
    assert!(matches!(accept(&root), Err(Error::Value { what: "message", .. })));
}

#[test]
fn a21_and_a22_comments_and_cdata() {
    let xml = genuine(SignedPart::Assertion);
    forbidden(&swap(&xml, ">alice<", ">alice<!---->.evil<"), "a comment");
    forbidden(&swap(&xml, AUDIENCE, &format!("{AUDIENCE}<!-- -->")), "a comment");
    forbidden(&swap(&xml, ">alice<", "><![CDATA[alice]]><"), "a CDATA section");
    forbidden(&swap(&xml, ">alice<", "><?x y?>alice<"), "a processing instruction");
}

#[test]
fn a22_names_are_taken_as_they_are() {
    for name in [" alice", "alice\n", "ALICE", "ａｌｉｃｅ", "e\u{301}"] {
        let xml = signed_after(|assertion| {
            swap(assertion, ">alice</saml:NameID>", &format!(">{name}</saml:NameID>"))
        });
        assert_eq!(accept(&xml).unwrap().name_id().value, name);
    }
    let empty = signed_after(|assertion| swap(assertion, ">alice</saml:NameID>", "></saml:NameID>"));
    assert!(matches!(accept(&empty), Err(Error::Value { what: "saml:NameID", .. })));
}

#[test]
fn what_a_lenient_parser_would_repair() {
    let xml = genuine(SignedPart::Assertion);
    malformed(&format!("{xml}{xml}"));
    malformed(&format!("{xml}x"));
    malformed(&format!("x{xml}"));
    malformed(xml.strip_suffix('>').unwrap());
    malformed(xml.strip_suffix("</samlp:Response>").unwrap());
    malformed(&swap(&xml, "</saml:Subject>", "</saml:Subjekt>"));
    malformed(&swap(&xml, ">alice<", ">a]]>lice<"));
    malformed(&swap(&xml, "<saml:Subject>", "<saml:Subject a=\"<\">"));
    malformed(&swap(&xml, "<saml:Subject>", "<saml:Subject a>"));
    malformed(&swap(&xml, "<saml:Subject>", "<saml:Subject a:b:c=\"\">"));
    malformed("");
    let control = accept(&swap(&xml, ">alice<", ">a&#1;<"));
    assert!(matches!(control, Err(Error::IllegalCharacter { character: '\u{1}', .. })), "{control:?}");
}

#[test]
fn a35_encrypted_assertions() {
    let xml = genuine(SignedPart::Assertion);
    let encrypted = "<saml:EncryptedAssertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"></saml:EncryptedAssertion>";
    let assertion = element(&xml, "saml:Assertion");
    assert!(matches!(accept(&swap(&xml, assertion, encrypted)), Err(Error::Encrypted)));
    let beside = swap(&xml, assertion, &format!("{assertion}{encrypted}"));
    assert!(matches!(accept(&beside), Err(Error::Encrypted)));
}

#[test]
fn a40_base64_oddities() {
    let xml = genuine(SignedPart::Assertion);
    let base64 = BASE64.encode(format!("{xml}{}", " ".repeat(3 - (xml.len() + 1) % 3)).as_bytes());
    assert!(base64.ends_with('='));
    let lines: Vec<_> = base64.as_bytes().chunks(76).map(String::from_utf8_lossy).collect();
    assert!(UnverifiedResponse::decode(&lines.join("\r\n")).is_ok());
    assert!(UnverifiedResponse::decode(&base64).is_ok());
    for odd in [
        base64.trim_end_matches('=').to_owned(),
        format!("{base64}="),
        format!("{base64}AAAA"),
        format!("-_{base64}"),
        format!("{base64}\u{0}"),
        String::from("%3D"),
    ] {
        assert!(matches!(UnverifiedResponse::decode(&odd), Err(Error::NotBase64)));
    }
    assert!(matches!(UnverifiedResponse::decode("/w=="), Err(Error::Malformed { offset: 0, .. })));
}

#[test]
fn a41_too_much_of_anything() {
    let xml = genuine(SignedPart::Assertion);
    let inside = |more: &str| swap(&xml, "<samlp:Status>", &format!("{more}<samlp:Status>"));
    let large = inside(&" ".repeat(MAX_BYTES));
    assert!(matches!(accept(&large), Err(Error::TooLarge { .. })));
    assert!(matches!(UnverifiedResponse::decode(&"A".repeat(1 << 20)), Err(Error::TooLarge { .. })));
    let deep = inside(&format!("{}{}", "<a>".repeat(40), "</a>".repeat(40)));
    assert!(matches!(accept(&deep), Err(Error::TooMany { what: "levels of elements", .. })));
    let wide = inside(&"<a/>".repeat(10_000));
    assert!(matches!(accept(&wide), Err(Error::TooMany { what: "elements", .. })));
    let attributes: String = (0..40).map(|n| format!(" a{n}=\"\"")).collect();
    let busy = inside(&format!("<a{attributes}/>"));
    assert!(matches!(accept(&busy), Err(Error::TooMany { what: "attributes of one element", .. })));
    let declarations: String = (0..10_000).map(|n| format!(" xmlns:a{n}=\"u:x\"")).collect();
    assert!(accept(&inside(&format!("<a{declarations}/>"))).is_err());
    assert!(accept(&inside(&format!("{}{}", "<a>".repeat(20), "</a>".repeat(20)))).is_ok());
}

#[test]
fn a41_namespaces_in_scope() {
    let declaring = |number: usize, content: &str| {
        let said: String = (0..number).map(|n| format!(" xmlns:a{n}=\"u:{number}\"")).collect();
        format!("<a{said}>{content}</a>")
    };
    // Those beside an element are not around it.
    let many = declaring(32, &[declaring(31, &declaring(1, "")), declaring(32, "<b/>")].concat());
    assert!(Element::parse(&many, Comments::Refuse).is_ok());
    let more = declaring(32, &declaring(32, &declaring(1, "")));
    let refusal = Element::parse(&more, Comments::Refuse);
    assert!(matches!(refusal, Err(Error::TooMany { what: "namespaces in scope", limit: 64 })));
}

#[test]
fn a_tree_survives_its_spelling_and_differs_from_every_other() {
    let parse = |xml: &str| Element::parse(xml, Comments::Refuse).unwrap();
    let tree = parse("<a:r xmlns:a='u:1' b='&#9;&quot;x' a:c='' ><d xmlns='u:2'>&lt;&#13;&amp;</d> </a:r>");
    assert_eq!(
        tree.to_xml().unwrap(),
        "<a:r xmlns:a=\"u:1\" b=\"&#x9;&quot;x\" a:c=\"\"><d xmlns=\"u:2\">&lt;&#xD;&amp;</d> </a:r>"
    );
    assert_eq!(parse(&tree.to_xml().unwrap()), tree);
    assert_eq!(
        parse("<r xmlns='u:1' b='&#9;\"x' z:c='' xmlns:z='u:1'><y:d xmlns:y='u:2'>&lt;&#xD;&amp;</y:d> </r>"),
        tree
    );
    let spelled = tree.to_xml().unwrap();
    for (from, to) in
        [("u:2", "u:3"), (" b=", " e="), ("&quot;x", "x"), ("&amp;", ""), ("</d> ", "</d>"), ("<d", "<f")]
    {
        let other = swap(&spelled, from, to);
        let other = if to == "<f" { swap(&other, "</d>", "</f>") } else { other };
        assert_ne!(parse(&other), tree, "{to}");
    }
}
