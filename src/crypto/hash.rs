//! SHA-256, HMAC and comparison in constant time.

use data_encoding::HEXLOWER;
use openssl::hash::MessageDigest;
use openssl::memcmp;
use openssl::pkey::PKey;
use openssl::sha;
use openssl::sign::Signer;

use super::Error;

/// SHA-256 (FIPS 180-4).
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    // The call for all at once looks the algorithm up anew each time, which takes longer than a short text.
    let mut hash = sha::Sha256::new();
    hash.update(bytes);
    hash.finish()
}

/// SHA-256 in lower-case hexadecimal, 64 characters.
pub fn sha256_hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(&sha256(bytes))
}

/// HMAC-SHA-256 (RFC 2104), 32 bytes.
///
/// # Errors
/// [`Error::OpenSsl`] when the key cannot be loaded.
pub fn hmac_sha256(key: &[u8], message: &[u8]) -> Result<Vec<u8>, Error> {
    hmac(MessageDigest::sha256(), key, message)
}

/// HMAC-SHA-1 (RFC 2104), 20 bytes; only for the cloud's older request signature.
///
/// # Errors
/// [`Error::OpenSsl`] when the key cannot be loaded.
pub fn hmac_sha1(key: &[u8], message: &[u8]) -> Result<Vec<u8>, Error> {
    hmac(MessageDigest::sha1(), key, message)
}

fn hmac(digest: MessageDigest, key: &[u8], message: &[u8]) -> Result<Vec<u8>, Error> {
    let key = PKey::hmac(key)?;
    Ok(Signer::new(digest, &key)?.sign_oneshot_to_vec(message)?)
}

/// Whether two byte strings are equal, in time that depends on their length only.
pub fn equal(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len() && memcmp::eq(left, right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hmac_matches_rfc_4231_case_2() {
        let mac = hmac_sha256(b"Jefe", b"what do ya want for nothing?").map(|mac| HEXLOWER.encode(&mac));
        assert_eq!(
            mac.ok().as_deref(),
            Some("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        );
    }

    #[test]
    fn equality_needs_equal_length() {
        assert!(equal(b"abc", b"abc"));
        assert!(!equal(b"abc", b"abcd"));
        assert!(!equal(b"abc", b"abd"));
    }
}
