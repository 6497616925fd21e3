//! One-time codes as an authenticator app computes them (RFC 6238), without a line of the product's
//! own: a mistake there must not agree with itself here.

use std::time::{SystemTime, UNIX_EPOCH};

use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::sign::Signer;

/// The code of `secret` (base 32) now.
pub(crate) fn code(secret: &str) -> String {
    code_of_step(secret, now() / 30)
}

/// The code of the step after this one, which clocks that differ make acceptable already: for a
/// second sign-in while the first one's code is spent.
pub(crate) fn next_code(secret: &str) -> String {
    code_of_step(secret, now() / 30 + 1)
}

/// The code of the step that a moment lies in, in seconds since 1970: for clocks that tests move.
pub(crate) fn code_at(secret: &str, seconds: u64) -> String {
    code_of_step(secret, seconds / 30)
}

#[expect(clippy::disallowed_methods, reason = "an authenticator app goes by its own clock")]
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn code_of_step(secret: &str, step: u64) -> String {
    let key = PKey::hmac(&base32(secret)).unwrap();
    let mac =
        Signer::new(MessageDigest::sha1(), &key).unwrap().sign_oneshot_to_vec(&step.to_be_bytes()).unwrap();
    let offset = usize::from(mac[19] & 15);
    let number = u32::from_be_bytes(mac[offset..offset + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

/// RFC 4648 §6; spaces, small letters and padding as people type them.
fn base32(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (mut bits, mut held) = (0_u32, 0);
    for letter in text.chars().filter(|letter| !matches!(letter, ' ' | '=')) {
        let value = match letter.to_ascii_uppercase() {
            letter @ 'A'..='Z' => u32::from(letter) - u32::from('A'),
            digit @ '2'..='7' => u32::from(digit) - u32::from('2') + 26,
            other => panic!("{other:?} is not base 32"),
        };
        bits = (bits << 5 | value) & 0xffff;
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xff).unwrap());
        }
    }
    bytes
}

/// RFC 6238 appendix B (SHA-1), last six of the eight digits; RFC 4648 §10.
#[test]
fn vectors_of_the_specifications() {
    let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"; // 12345678901234567890
    assert_eq!(base32(secret), b"12345678901234567890");
    assert_eq!(base32("mzxw 6yq="), b"foob");
    for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
        assert_eq!(code_of_step(secret, seconds / 30), code);
    }
    let now = code(secret);
    assert!(now.len() == 6 && now != next_code(secret));
}
