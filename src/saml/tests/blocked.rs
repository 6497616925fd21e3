//! A signature by what is blocked is refused by its name before anybody looks whether it holds.

use std::sync::Arc;
use std::time::Duration;

use super::super::fixture::*;
use super::super::*;
use crate::crypto::{
    Algorithm, BlockedAlgorithms, Certificate, DigestAlgorithm, KeyType, Random, SignatureAlgorithm,
    SigningKey,
};

const SLO: &str = "https://sso.example.com/saml/idp/slo";

/// A key that signs by ECDSA with SHA-256.
fn curve() -> (Signer, Certificate) {
    let key = Arc::new(SigningKey::generate(KeyType::P256).unwrap());
    let year = Duration::from_secs(365 * 86_400);
    let certificate = Certificate::self_signed(&key, "x", NOW, year, &Random::system()).unwrap();
    (Signer::new(key, &certificate).unwrap(), certificate)
}

fn request() -> LogoutRequest {
    LogoutRequest {
        id: MessageId::generate(&Random::system()).unwrap(),
        issuer: ISSUER.to_owned(),
        destination: SLO.to_owned(),
        issue_instant: NOW,
        not_on_or_after: NOW.plus(Duration::from_secs(60)),
        reason: None,
        name_id: NameId::new(NameIdFormat::Persistent, "alice"),
        session_indexes: Vec::new(),
    }
}

#[track_caller]
fn assert_names<T: std::fmt::Debug>(outcome: &Result<T, Error>, what: &str, algorithm: Algorithm) {
    let uri = algorithm_uri(algorithm);
    let is_named =
        matches!(outcome, Err(Error::Blocked { what: by, algorithm }) if *by == what && *algorithm == uri);
    assert!(is_named, "{outcome:?}");
}

#[test]
fn by_every_binding_and_whether_it_holds_or_not() {
    let (ecdsa, certificate) = curve();
    let method = Algorithm::Signature(SignatureAlgorithm::EcdsaSha256);
    let blocked: BlockedAlgorithms = [method].into_iter().collect();
    let received = |signer: &Signer| {
        let (sent, request) = (request().sign(signer).unwrap(), request());
        let url = request.redirect_url(None, signer).unwrap();
        let message = RedirectMessage::read(url.split_once('?').unwrap().1).unwrap();
        [
            ("ds:SignatureMethod", UnverifiedLogoutRequest::decode(&sent.to_base64()).unwrap()),
            ("ds:SignatureMethod", UnverifiedLogoutRequest::from_soap(&sent.to_soap()).unwrap()),
            ("SigAlg", UnverifiedLogoutRequest::from_redirect(&message).unwrap()),
        ]
    };
    let known = [certificate, keys().own_certificate.clone()];
    for (what, received) in received(&ecdsa) {
        assert!(received.verify(&known, NOTHING_BLOCKED).is_ok(), "{what}");
        assert_names(&received.verify(&known, blocked), what, method);
        for others in [&[keys().stranger_certificate.clone()][..], &[]] {
            assert_names(&received.verify(others, blocked), what, method);
        }
    }
    for (what, received) in received(&keys().own) {
        assert!(received.verify(&known, blocked).is_ok(), "{what}");
    }
}

/// The digest is named in the message, or is that of the algorithm.
#[test]
fn its_digest_may_be_what_is_blocked() {
    let own = std::slice::from_ref(&keys().own_certificate);
    let sent = request().sign(&keys().own).unwrap();
    for (from, to, what, digest) in [
        (name::SHA256, "http://www.w3.org/2001/04/xmlenc#sha512", "ds:DigestMethod", DigestAlgorithm::Sha512),
        ("#rsa-sha256", "#rsa-sha384", "ds:SignatureMethod", DigestAlgorithm::Sha384),
    ] {
        let changed = swap(sent.xml(), from, to);
        let received =
            UnverifiedLogoutRequest::decode(&data_encoding::BASE64.encode(changed.as_bytes())).unwrap();
        let digest = Algorithm::Digest(digest);
        let blocked = [digest].into_iter().collect();
        assert_names(&received.verify(own, blocked), what, digest);
        // Not blocked, it comes to the signature, which does not hold.
        assert!(matches!(received.verify(own, NOTHING_BLOCKED), Err(Error::Signature { .. })));
        let honest = UnverifiedLogoutRequest::decode(&sent.to_base64()).unwrap();
        assert!(honest.verify(own, blocked).is_ok());
    }
}

#[test]
fn metadata_too() {
    let (ecdsa, certificate) = curve();
    let method = Algorithm::Signature(SignatureAlgorithm::EcdsaSha256);
    let blocked: BlockedAlgorithms = [method].into_iter().collect();
    let id = MessageId::generate(&Random::system()).unwrap();
    let read = |signer, certificate: &Certificate, blocked| {
        let metadata = IdpMetadata::new(ISSUER, SLO, vec![keys().own_certificate.clone()]);
        let xml = metadata.sign(signer, &id).unwrap();
        MetadataDocument::parse_signed(&xml, std::slice::from_ref(certificate), blocked)
    };
    assert_names(&read(&ecdsa, &certificate, blocked), "ds:SignatureMethod", method);
    assert!(read(&ecdsa, &certificate, NOTHING_BLOCKED).is_ok());
    assert!(read(&keys().own, &keys().own_certificate, blocked).is_ok());
}
