//! What is sent is read back; what no honest sender makes is refused (items B4 to B6 of the attacks on an identity
//! provider).

use std::sync::Arc;
use std::time::Duration;

use data_encoding::BASE64;

use super::super::fixture::*;
use super::super::{Error, Signer};
use super::deflate::{MAX_INFLATED, deflate, inflate};
use super::*;
use crate::crypto::{Certificate, KeyType, Random, SigningKey};

const XML: &str = "<samlp:AuthnRequest>Zoë &amp; Ünal</samlp:AuthnRequest>";
const STATE: &str = "a+b c/%20?ü&=";

fn sent(state: Option<&str>, signer: Option<&Signer>) -> String {
    let url = redirect_url("https://sp.example.com/in", (MessageKind::Request, XML), state, signer).unwrap();
    url.strip_prefix("https://sp.example.com/in?").unwrap().to_owned()
}

fn verify(query: &str) -> Result<(), Error> {
    let message = RedirectMessage::read(query)?;
    let signature = message.signature().ok_or(Error::Unsigned)?;
    signature.verify(std::slice::from_ref(&keys().own_certificate), NOTHING_BLOCKED)
}

/// A query with this message in it, as somebody else deflated it.
fn query_of(packed: &[u8]) -> String {
    format!("SAMLRequest={}", BASE64.encode(packed).replace('+', "%2B"))
}

fn parameter<'a>(query: &'a str, name: &str) -> &'a str {
    query.split('&').find(|part| part.split('=').next() == Some(name)).unwrap()
}

#[test]
fn what_is_sent_is_read_back() {
    for state in [None, Some(""), Some(STATE)] {
        for kind in [MessageKind::Request, MessageKind::Response] {
            let own = &keys().own;
            let url = redirect_url("https://sp.example.com/in?a=1", (kind, XML), state, Some(own)).unwrap();
            let message = RedirectMessage::read(url.split_once('?').unwrap().1).unwrap();
            assert_eq!((message.kind(), message.xml(), message.relay_state()), (kind, XML, state));
            let certificates = [keys().stranger_certificate.clone(), keys().own_certificate.clone()];
            message.signature().unwrap().verify(&certificates, NOTHING_BLOCKED).unwrap();
        }
    }
    assert!(RedirectMessage::read(&sent(Some(STATE), None)).unwrap().signature().is_none());
    let bare = redirect_url("https://sp.example.com/in?", (MessageKind::Request, XML), None, None).unwrap();
    assert!(bare.starts_with("https://sp.example.com/in?SAMLRequest="), "{bare}");
}

#[test]
fn a_key_of_each_kind_signs() {
    for kind in KeyType::ALL {
        let key = Arc::new(SigningKey::generate(kind).unwrap());
        let year = Duration::from_secs(365 * 86_400);
        let certificate = Certificate::self_signed(&key, "x", NOW, year, &Random::system()).unwrap();
        let message =
            RedirectMessage::read(&sent(None, Some(&Signer::new(key, &certificate).unwrap()))).unwrap();
        let signature = message.signature().unwrap();
        signature.verify(&[certificate], NOTHING_BLOCKED).unwrap();
        let stranger = std::slice::from_ref(&keys().own_certificate);
        assert!(
            matches!(signature.verify(stranger, NOTHING_BLOCKED), Err(Error::Signature { certificates: 1 })),
            "{kind:?}"
        );
        assert!(matches!(signature.verify(&[], NOTHING_BLOCKED), Err(Error::NoCertificate)));
    }
}

#[test]
fn b4_the_order_in_the_address_and_what_else_stands_there_play_no_part() {
    let query = sent(Some(STATE), Some(&keys().own));
    verify(&query).unwrap();
    let mut parts: Vec<&str> = query.split('&').collect();
    parts.reverse();
    parts.insert(1, "utm=1");
    parts.push("");
    verify(&parts.join("&")).unwrap();
}

#[test]
fn b4_octets_count_as_they_travelled() {
    // As .NET spells escapes, and a space as a plus: signed so, it holds so, and no other spelling does.
    let message = BASE64.encode(&deflate(XML.as_bytes()).unwrap());
    let escaped = message.replace('+', "%2b").replace('/', "%2f").replace('=', "%3d");
    let algorithm = "http%3a%2f%2fwww.w3.org%2f2001%2f04%2fxmldsig-more%23rsa-sha256";
    let covered = format!("SAMLRequest={escaped}&RelayState=a+b%2fc&SigAlg={algorithm}");
    let signature = BASE64.encode(&keys().own.key().sign(covered.as_bytes()).unwrap());
    let query = format!("{covered}&Signature={}", signature.replace('+', "%2B"));
    verify(&query).unwrap();
    assert_eq!(RedirectMessage::read(&query).unwrap().relay_state(), Some("a b/c"));
    for (from, to) in [("a+b", "a%20b"), ("b%2fc", "b%2Fc"), ("b%2fc", "b/c"), ("http%3a", "http%3A")] {
        let respelled = swap(&query, from, to);
        assert!(matches!(verify(&respelled), Err(Error::Signature { .. })), "{to}");
    }
}

#[test]
fn b4_a_relay_state_that_comes_goes_or_changes_breaks_the_signature() {
    let query = sent(Some("state"), Some(&keys().own));
    for other in ["&RelayState=other", "&RelayState=", ""] {
        let changed = swap(&query, "&RelayState=state", other);
        assert!(matches!(verify(&changed), Err(Error::Signature { .. })), "{other}");
    }
    let without = sent(None, Some(&keys().own));
    verify(&without).unwrap();
    assert!(matches!(verify(&format!("{without}&RelayState=state")), Err(Error::Signature { .. })));
}

#[test]
fn b4_a_parameter_twice_is_refused_whatever_it_says() {
    let query = sent(Some("state"), Some(&keys().own));
    for name in ["SAMLRequest", "RelayState", "SigAlg", "Signature"] {
        let again = parameter(&query, name);
        for twice in [format!("{query}&{again}"), format!("{again}&{query}"), format!("{query}&{name}=")] {
            let refusal = verify(&twice);
            assert!(
                matches!(&refusal, Err(Error::TooMany { what, limit: 1 }) if *what == name),
                "{refusal:?}"
            );
        }
        // Some would know it by this name, some would not.
        let (first, rest) = name.split_at(1);
        let spelled = format!("{query}&%{:02X}{rest}=x", first.as_bytes()[0]);
        assert!(matches!(verify(&spelled), Err(Error::Value { .. })), "{spelled}");
    }
    assert!(matches!(verify(&format!("{query}&SAMLResponse=x")), Err(Error::Misplaced { .. })));
}

#[test]
fn b2_and_b4_half_a_signature_is_none() {
    let query = sent(Some("state"), Some(&keys().own));
    for (name, lacking) in [("SigAlg", "SigAlg"), ("Signature", "Signature")] {
        let half = swap(&query, &format!("&{}", parameter(&query, name)), "");
        let refusal = verify(&half);
        assert!(
            matches!(&refusal, Err(Error::Missing { expected, .. }) if *expected == lacking),
            "{refusal:?}"
        );
    }
    let signature = parameter(&query, "Signature");
    for broken in ["Signature=", "Signature", "Signature=%20", "Signature=a", "Signature=%ff"] {
        let refusal = verify(&swap(&query, signature, broken));
        assert!(matches!(refusal, Err(Error::Value { what: "Signature", .. })), "{broken} {refusal:?}");
    }
    let zeros = format!("Signature={}", BASE64.encode(&[0; 256]));
    assert!(matches!(verify(&swap(&query, signature, &zeros)), Err(Error::Signature { .. })));
}

#[test]
fn b4_only_algorithms_on_the_list() {
    let query = sent(None, Some(&keys().own));
    let named = parameter(&query, "SigAlg").to_owned();
    let more = "http%3A%2F%2Fwww.w3.org%2F2001%2F04%2Fxmldsig-more%23";
    for weak in
        ["http%3A%2F%2Fwww.w3.org%2F2000%2F09%2Fxmldsig%23rsa-sha1", "", &format!("{more}hmac-sha256")]
    {
        let refusal = verify(&swap(&query, &named, &format!("SigAlg={weak}")));
        assert!(matches!(refusal, Err(Error::Algorithm { what: "SigAlg", .. })), "{refusal:?}");
    }
    for other in ["rsa-sha512", "ecdsa-sha256"] {
        let swapped = swap(&query, &named, &format!("SigAlg={more}{other}"));
        assert!(matches!(verify(&swapped), Err(Error::Signature { .. })), "{other}");
    }
    let encoded = format!("{query}&SAMLEncoding=urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE");
    verify(&encoded).unwrap();
    assert!(matches!(verify(&format!("{query}&SAMLEncoding=gzip")), Err(Error::Algorithm { .. })));
}

#[test]
fn b6_a_bomb_stops_at_the_bound() {
    for (size, is_read) in [(MAX_INFLATED, true), (MAX_INFLATED + 1, false), (1 << 28, false)] {
        let packed = deflate(&vec![b' '; size]).unwrap();
        assert!(packed.len() < 300_000);
        let plain = inflate(&packed);
        match (is_read, plain) {
            (true, Ok(plain)) => assert_eq!(plain.len(), size),
            (false, Err(Error::TooLarge { limit, received })) => {
                assert_eq!((limit, received), (MAX_INFLATED, MAX_INFLATED + 1));
            }
            (_, other) => panic!("{size}: {other:?}"),
        }
    }
    let long = format!("SAMLRequest={}", "A".repeat(1_000_000));
    assert!(matches!(RedirectMessage::read(&long), Err(Error::TooLarge { .. })));
    let state = format!("{}&RelayState={}", sent(None, None), "a".repeat(2_049));
    assert!(matches!(RedirectMessage::read(&state), Err(Error::TooLarge { limit: 2_048, .. })));
}

#[test]
fn b6_what_is_not_one_bare_stream_is_refused() {
    let packed = deflate(XML.as_bytes()).unwrap();
    assert_eq!(RedirectMessage::read(&query_of(&packed)).unwrap().xml(), XML);
    let trailing = [packed.as_slice(), b"x"].concat();
    let twice = [packed.as_slice(), packed.as_slice()].concat();
    let cut = &packed[..packed.len() - 1];
    let mut zlib = Vec::new();
    let mut header = flate2::Compress::new(flate2::Compression::default(), true);
    zlib.reserve(1_000);
    header.compress_vec(XML.as_bytes(), &mut zlib, flate2::FlushCompress::Finish).unwrap();
    for odd in [trailing.as_slice(), &twice, cut, &zlib, XML.as_bytes(), b""] {
        let refusal = RedirectMessage::read(&query_of(odd));
        assert!(matches!(refusal, Err(Error::NotDeflated)), "{refusal:?}");
    }
    let bytes = deflate(b"\xff\xfe").unwrap();
    assert!(matches!(RedirectMessage::read(&query_of(&bytes)), Err(Error::Malformed { rule: "UTF-8", .. })));
    for text in ["SAMLRequest=!", "SAMLRequest=%2", "SAMLRequest=a_b-"] {
        assert!(matches!(RedirectMessage::read(text), Err(Error::NotBase64)), "{text}");
    }
    for nothing in ["", "&", "RelayState=x", "samlrequest=x"] {
        assert!(matches!(RedirectMessage::read(nothing), Err(Error::Missing { .. })), "{nothing}");
    }
}

#[test]
fn what_cannot_be_packed_travels_too() {
    let random: String = (0..20_000_u32)
        .map(|number| char::from_u32(0x4e00 + number.wrapping_mul(2_654_435_761) % 0x5000).unwrap())
        .collect();
    assert_eq!(inflate(&deflate(random.as_bytes()).unwrap()).unwrap(), random.as_bytes());
}
