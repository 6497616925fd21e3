//! Algorithms by their URIs, and the refusal of those that are blocked.

use crate::crypto::{Algorithm, BlockedAlgorithms, SignatureAlgorithm};

use super::{Error, name};

/// The URI by which XML Signature, XML Encryption and metadata name an algorithm (RFC 9231, xmlenc-core1 §5).
pub const fn algorithm_uri(algorithm: Algorithm) -> &'static str {
    name::uri(algorithm)
}

/// The algorithm of ours that is named by this URI; `None` where it is none.
pub fn algorithm_of_uri(uri: &str) -> Option<Algorithm> {
    Algorithm::ALL.into_iter().find(|algorithm| name::uri(*algorithm) == uri)
}

/// Refuses to sign, or to take a signature, by what is blocked; `what` is the element or parameter that names it.
///
/// # Errors
/// [`Error::Blocked`] when the algorithm is, or the digest that it signs.
pub fn check_signature_algorithm(
    blocked: BlockedAlgorithms,
    what: &'static str,
    algorithm: SignatureAlgorithm,
) -> Result<(), Error> {
    refuse(what, blocked.of_signature(algorithm))
}

/// Refuses an algorithm that is blocked.
///
/// # Errors
/// [`Error::Blocked`].
pub fn check_algorithm(
    blocked: BlockedAlgorithms,
    what: &'static str,
    algorithm: Algorithm,
) -> Result<(), Error> {
    refuse(what, Some(algorithm).filter(|algorithm| blocked.blocks(*algorithm)))
}

/// As [`check_algorithm`], of what a message names by its URI. One that is none of ours is for others to refuse.
pub(super) fn check_uri(blocked: BlockedAlgorithms, what: &'static str, uri: &str) -> Result<(), Error> {
    match algorithm_of_uri(uri) {
        Some(Algorithm::Signature(algorithm)) => check_signature_algorithm(blocked, what, algorithm),
        Some(algorithm) => check_algorithm(blocked, what, algorithm),
        None => Ok(()),
    }
}

fn refuse(what: &'static str, blocked: Option<Algorithm>) -> Result<(), Error> {
    match blocked {
        None => Ok(()),
        Some(algorithm) => Err(Error::Blocked { what, algorithm: name::uri(algorithm) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{ContentCipher, DigestAlgorithm};

    #[test]
    fn each_algorithm_has_a_uri_of_its_own() {
        for algorithm in Algorithm::ALL {
            assert_eq!(algorithm_of_uri(algorithm_uri(algorithm)), Some(algorithm));
        }
        for method in name::SIGNATURE_METHODS.iter().chain(&name::DIGEST_METHODS) {
            assert!(algorithm_of_uri(method).is_some(), "{method}");
        }
        for other in ["", "sha1", "http://www.w3.org/2000/09/xmldsig#rsa-sha1", name::EXCLUSIVE_C14N] {
            assert_eq!(algorithm_of_uri(other), None, "{other}");
        }
    }

    #[test]
    fn what_is_blocked_is_named() {
        let digest = Algorithm::Digest(DigestAlgorithm::Sha384);
        let cipher = Algorithm::Content(ContentCipher::Aes128Gcm);
        let blocked: BlockedAlgorithms = [digest, cipher].into_iter().collect();
        let rsa_sha384 = name::signature_method(SignatureAlgorithm::RsaSha384);
        let refusal = check_uri(blocked, "SigAlg", rsa_sha384).unwrap_err().to_string();
        assert_eq!(refusal, format!("SigAlg: {} is blocked", algorithm_uri(digest)));
        for (uri, is_blocked) in [
            (algorithm_uri(digest), true),
            (algorithm_uri(cipher), true),
            (name::SHA256, false),
            (name::signature_method(SignatureAlgorithm::RsaSha512), false),
            (name::EXCLUSIVE_C14N, false),
        ] {
            assert_eq!(check_uri(blocked, "x", uri).is_err(), is_blocked, "{uri}");
            assert!(check_uri(BlockedAlgorithms::NONE, "x", uri).is_ok(), "{uri}");
        }
    }
}
