//! B6: messages that are more, once they are unpacked, than they seem.

use std::io::Write as _;

use data_encoding::BASE64;
use flate2::Compression;
use flate2::write::{DeflateEncoder, ZlibEncoder};

use super::provider::{registered, signing};
use super::{Scene, form};

/// A query with these bytes as its message.
fn query(packed: &[u8]) -> String {
    let encoded = BASE64.encode(packed);
    url::form_urlencoded::Serializer::new(String::new()).append_pair("SAMLRequest", &encoded).finish()
}

fn deflated(plain: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

/// `xml` with white space up to this length.
fn padded(xml: &str, length: usize) -> String {
    let (head, tail) = xml.split_at(xml.find("</samlp:AuthnRequest>").unwrap());
    format!("{head}{}{tail}", " ".repeat(length - xml.len()))
}

#[test]
fn b6_a_message_that_unpacks_to_a_thousand_times_its_size() {
    let mut scene = Scene::new(registered);
    let request = scene.request();
    for length in [64 * 1024 + 1, 50_000_000] {
        let bomb = query(&deflated(padded(&request.xml(), length).as_bytes()));
        assert!(bomb.len() < 100_000, "{}", bomb.len());
        let page = scene.get(&bomb);
        assert!((400..500).contains(&page.status), "{}", page.status);
        assert!(!page.body.contains("SAMLResponse"));
    }
    let small = query(&deflated(padded(&request.xml(), 64 * 1024 + 1).as_bytes()));
    scene.refuses_unread(|scene| scene.get(&small));
    let most = query(&deflated(padded(&request.xml(), 64 * 1024).as_bytes()));
    scene.accepts(&most, request.id());
}

#[test]
fn b6_a_stream_of_another_kind() {
    let mut scene = Scene::new(registered);
    let request = scene.request();
    let xml = request.xml();
    let whole = deflated(xml.as_bytes());
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
    zlib.write_all(xml.as_bytes()).unwrap();
    let zlib = zlib.finish().unwrap();
    // A header that says a dictionary of some name is to be known beforehand (RFC 1950 §2.2).
    let preset = [&[0x78, 0xf9, 1, 2, 3, 4][..], &whole].concat();
    for packed in [
        [&whole[..], b"x"].concat(),
        [&whole[..], &whole[..]].concat(),
        whole[..whole.len() - 1].to_vec(),
        xml.clone().into_bytes(),
        zlib,
        preset,
        Vec::new(),
        deflated(b""),
        deflated(b"\xff\xfe"),
        deflated(b"<a/>"),
    ] {
        scene.refuses_unread(|scene| scene.get(&query(&packed)));
    }
    for text in ["%", "%zz", "====", "%00", "a", "\u{fc}", "AAAA%0A-_"] {
        let query = format!("SAMLRequest={}", text.replace('\u{fc}', "%C3%BC"));
        scene.refuses_unread(|scene| scene.get(&query));
    }
    scene.accepts(&query(&whole), request.id());
}

#[test]
fn b6_a_form_that_is_too_long_or_too_deep() {
    let mut scene = Scene::new(signing);
    let request = scene.request();
    let deep = |depth: usize| {
        let extensions = format!("{}{}", "<x>".repeat(depth), "</x>".repeat(depth));
        scene.request().containing(&format!("<samlp:Extensions>{extensions}</samlp:Extensions>")).xml()
    };
    let (very_deep, wide) =
        (deep(20_000), scene.request().containing(&"<x xmlns:a=\"urn:a\"></x>".repeat(8_000)).xml());
    let many: String = (0..5_000).map(|number| format!(" a{number}=\"\"")).collect();
    let many = request.xml().replace(" ID=", &format!("{many} ID="));
    let entities = format!("<!DOCTYPE a [<!ENTITY b \"{}\">]>{}", "c".repeat(1_000), request.xml());
    for xml in [very_deep, wide, many, entities, request.xml().repeat(2), "<".repeat(10_000)] {
        let page = scene.post(&xml);
        assert!((400..500).contains(&page.status), "{}", page.status);
        assert!(page.forms().is_empty() && !page.body.contains("SAMLResponse"));
    }
    let huge = form(&scene.app, &scene.provider, &"x".repeat(400_000), None);
    let page = scene.alice.submit(&huge);
    assert!((400..500).contains(&page.status), "{}", page.status);
    let xml = request.signed_xml(&super::provider::keys().own);
    for odd in [
        form(&scene.app, &scene.provider, &xml, None).with_another("SAMLRequest", "AAAA"),
        form(&scene.app, &scene.provider, &xml, Some("a")).with_another("RelayState", "b"),
        form(&scene.app, &scene.provider, &xml, Some(&"x".repeat(1_025))),
        form(&scene.app, &scene.provider, &xml, None)
            .with("SAMLRequest", &BASE64.encode(&deflated(xml.as_bytes()))),
        form(&scene.app, &scene.provider, &xml, None).without("SAMLRequest"),
        form(&scene.app, &scene.provider, &xml, None).with("SAMLRequest", "<samlp:AuthnRequest/>"),
    ] {
        let page = scene.alice.submit(&odd);
        assert_eq!(page.status, 400, "{}", page.text());
        assert!(page.forms().is_empty());
    }
    scene.accepts_post(&xml, request.id());
}
