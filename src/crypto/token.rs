//! Opaque tokens: 256 random bits that mean nothing by themselves, stored only as their hash.

use data_encoding::BASE64URL_NOPAD;

use crate::base::Secret;

use super::{Error, Random, hash};

/// A new token: `prefix` (so that secret scanners know it), then 43 characters of base64url.
///
/// # Errors
/// As [`Random::fill`].
pub fn generate(random: &Random, prefix: &str) -> Result<Secret, Error> {
    let bytes: [u8; 32] = random.bytes()?;
    Ok(Secret::new(format!("{prefix}{}", BASE64URL_NOPAD.encode(&bytes))))
}

/// What is stored of a token, and what it is looked up by: SHA-256 in hexadecimal. A plain hash is
/// enough, since 256 random bits cannot be guessed from it.
pub fn digest(token: &str) -> String {
    hash::sha256_hex(token.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_and_their_digest_is_stable() {
        let random = Random::seeded(1);
        let tokens: Vec<_> = (0..2).filter_map(|_| generate(&random, "cs_").ok()).collect();
        let [first, second] = tokens.as_slice() else { panic!("no tokens") };
        assert_ne!(first.expose(), second.expose());
        assert!(first.expose().starts_with("cs_") && first.expose().len() == 46);
        assert_eq!(digest("x"), digest("x"));
        assert_eq!(digest("x").len(), 64);
    }
}
