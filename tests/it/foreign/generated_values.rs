//! Attribute values of every kind that XML can carry, before somebody else's parser and verifier.

use std::collections::BTreeSet;

use cloudsso::crypto::KeyType;
use cloudsso::saml::{Attribute, UnverifiedResponse};

use super::{response, signer, xmlsec1};

/// What markup is made of, what canonical form writes as references, and what looks like either.
const AWKWARD: &[&str] = &[
    "<",
    ">",
    "&",
    "\"",
    "'",
    "]]>",
    "<!--",
    "-->",
    "&#xD;",
    "&lt;",
    "<![CDATA[",
    "\t",
    "\n",
    "\r",
    " ",
    "\u{85}",
];

/// So many texts, the same in each run: markup and white space between letters of all seventeen planes, as far as they
/// may be in them.
pub(crate) fn texts(count: usize, may_have: impl Fn(char) -> bool) -> Vec<String> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |below: u32| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        u32::try_from(state >> 33).unwrap() % below
    };
    let mut texts = Vec::new();
    while texts.len() < count {
        // At both ends stands a letter, since nobody promises to keep white space there.
        let mut text = format!("a{}", texts.len());
        for _ in 0..6 {
            let plane = next(18);
            if plane == 17 {
                text.push_str(AWKWARD[next(u32::try_from(AWKWARD.len()).unwrap()) as usize]);
            } else if let Some(letter) = char::from_u32(plane * 0x1_0000 + next(0x1_0000)) {
                text.push(letter);
            }
        }
        text.push('z');
        text.retain(&may_have);
        texts.push(text);
    }
    texts
}

/// What XML 1.0 can carry (§2.2).
fn is_legal(letter: char) -> bool {
    matches!(letter, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[test]
fn b12_a_thousand_values_are_verified_and_read_as_they_were() {
    let texts = texts(1_000, is_legal);
    let planes: BTreeSet<u32> =
        texts.iter().flat_map(|text| text.chars()).map(|it| u32::from(it) >> 16).collect();
    assert_eq!(planes.len(), 17);
    for awkward in AWKWARD {
        assert!(texts.iter().any(|text| text.contains(awkward)), "{awkward:?}");
    }
    for kind in KeyType::ALL {
        let (signer, certificate) = signer(kind);
        let mut response = response();
        response.assertion.attributes = vec![Attribute::new("texts", texts.clone())];
        let signed = response.sign(&signer).expect("signed");
        assert!(xmlsec1::verifies(signed.xml(), &certificate), "{kind:?}");
        let changed = signed.xml().replacen("&#xD;", "", 1);
        assert_ne!(changed, signed.xml());
        assert!(!xmlsec1::verifies(&changed, &certificate), "{kind:?}");
        let read = UnverifiedResponse::parse(signed.xml()).expect("well formed");
        assert_eq!(read.claimed_attributes()[0].values, texts, "{kind:?}");
        read.verify(&[certificate]).expect("verified");
    }
}
