//! What is blocked is not decrypted, not encrypted by, and not offered.

use super::super::super::fixture::NOTHING_BLOCKED;
use super::super::super::*;
use super::{decryption_keys, encrypted_name, name_id, open, recipient};
use crate::crypto::{
    Algorithm, BlockedAlgorithms, ContentCipher, DigestAlgorithm, KeyTransport, TransportScheme,
};

fn ours(blocked: BlockedAlgorithms) -> Decrypter {
    let [old, new, _] = decryption_keys();
    Decrypter::new([old, new].map(std::sync::Arc::clone), blocked)
}

fn one(algorithm: Algorithm) -> BlockedAlgorithms {
    [algorithm].into_iter().collect()
}

#[test]
fn what_is_encrypted_by_it_is_refused_by_its_name() {
    let sent = |cipher, transport| encrypted_name(&recipient(cipher, transport), &name_id("alice"));
    let (gcm, sha1) = (ContentCipher::Aes256Gcm, KeyTransport::OaepSha1);
    for (blocked, cipher, transport) in [
        (Algorithm::Content(gcm), gcm, sha1),
        (Algorithm::Content(ContentCipher::Aes128Cbc), ContentCipher::Aes128Cbc, sha1),
        (Algorithm::Transport(TransportScheme::OaepMgf1Sha1), gcm, sha1),
        (Algorithm::Digest(DigestAlgorithm::Sha1), gcm, sha1),
        (Algorithm::Transport(TransportScheme::Oaep), gcm, KeyTransport::OaepSha256),
        (Algorithm::Transport(TransportScheme::Oaep), gcm, KeyTransport::OaepSha256Mgf1Sha1),
    ] {
        let encrypted = sent(cipher, transport);
        let refusal = open(&encrypted, &ours(one(blocked)).accepting_cbc());
        let uri = algorithm_uri(blocked);
        assert!(
            matches!(&refusal, Err(Error::Blocked { algorithm, .. }) if *algorithm == uri),
            "{blocked:?} {refusal:?}"
        );
        assert!(refusal.unwrap_err().to_string().contains(uri));
        assert_eq!(open(&encrypted, &ours(NOTHING_BLOCKED).accepting_cbc()).unwrap(), "alice");
        let other = sent(ContentCipher::Aes192Gcm, KeyTransport::OaepSha256Mgf1Sha1);
        let is_scheme = blocked == Algorithm::Transport(TransportScheme::Oaep);
        assert_eq!(open(&other, &ours(one(blocked))).is_ok(), !is_scheme, "{blocked:?}");
    }
}

/// The same transport may be said in two ways; what counts is what was said.
#[test]
fn a_transport_goes_by_the_name_that_it_was_said_by() {
    let sent =
        encrypted_name(&recipient(ContentCipher::Aes256Gcm, KeyTransport::OaepSha1), &name_id("alice"));
    let renamed = sent.replace(name::RSA_OAEP_MGF1P, name::RSA_OAEP);
    assert_ne!(renamed, sent);
    let newer = one(Algorithm::Transport(TransportScheme::Oaep));
    assert!(matches!(open(&renamed, &ours(newer)), Err(Error::Blocked { .. })));
    assert_eq!(open(&sent, &ours(newer)).unwrap(), "alice");
    let older = one(Algorithm::Transport(TransportScheme::OaepMgf1Sha1));
    assert!(matches!(open(&sent, &ours(older)), Err(Error::Blocked { .. })));
    assert_eq!(open(&renamed, &ours(older)).unwrap(), "alice");
}

#[test]
fn it_is_not_offered() {
    let offered = |blocked| {
        let methods = ours(blocked).methods().into_iter();
        methods.flat_map(|method| [Some(method.algorithm), method.digest]).flatten().collect::<Vec<_>>()
    };
    let all = offered(NOTHING_BLOCKED);
    for blocked in [
        Algorithm::Content(ContentCipher::Aes128Gcm),
        Algorithm::Transport(TransportScheme::OaepMgf1Sha1),
        Algorithm::Transport(TransportScheme::Oaep),
        Algorithm::Digest(DigestAlgorithm::Sha1),
    ] {
        let uri = algorithm_uri(blocked).to_owned();
        let left = offered(one(blocked));
        assert!(all.contains(&uri) && !left.contains(&uri) && !left.is_empty(), "{left:?}");
    }
    let ciphers = [ContentCipher::Aes128Gcm, ContentCipher::Aes192Gcm, ContentCipher::Aes256Gcm];
    let schemes = [TransportScheme::Oaep, TransportScheme::OaepMgf1Sha1];
    assert_eq!(offered(ciphers.map(Algorithm::Content).into_iter().collect()), [] as [&str; 0]);
    assert_eq!(offered(schemes.map(Algorithm::Transport).into_iter().collect()), [] as [&str; 0]);
}

#[test]
fn nothing_is_encrypted_by_it() {
    let [old, ..] = decryption_keys();
    let choose = |methods: &[&str], blocked: &[Algorithm]| {
        let methods = methods.iter().map(|method| EncryptionMethod::new(*method)).collect();
        let keys = [EncryptionCertificate { certificate: old.certificate().clone(), methods }];
        let blocked = blocked.iter().copied().collect();
        let chosen = Recipient::choose(&keys, &EncryptionPreference::default(), blocked)?;
        Ok::<_, Error>((chosen.cipher(), chosen.transport()))
    };
    let aes256 = Algorithm::Content(ContentCipher::Aes256Gcm);
    let sha1 = Algorithm::Digest(DigestAlgorithm::Sha1);
    let usual = (ContentCipher::Aes256Gcm, KeyTransport::OaepSha1);
    assert_eq!(choose(&[], &[]).unwrap(), usual);
    assert_eq!(choose(&[], &[aes256]).unwrap(), (ContentCipher::Aes128Gcm, usual.1));
    assert_eq!(choose(&[], &[sha1]).unwrap(), (usual.0, KeyTransport::OaepSha256));
    for (methods, blocked) in [
        (&[algorithm_uri(aes256)][..], aes256),
        (&[algorithm_uri(aes256), name::RSA_OAEP_MGF1P], sha1),
        (&[algorithm_uri(aes256), name::RSA_OAEP_MGF1P], Algorithm::Transport(TransportScheme::OaepMgf1Sha1)),
    ] {
        assert_eq!(choose(methods, &[]).unwrap(), usual);
        let refusal = choose(methods, &[blocked]);
        let said = methods.join(" ");
        assert!(
            matches!(&refusal, Err(Error::NothingLeft { received }) if *received == said),
            "{blocked:?} {refusal:?}"
        );
        let text = refusal.unwrap_err().to_string();
        assert!(text.contains("blocked") && text.contains(&said), "{text}");
    }
    // What was never to be had is not called blocked.
    let refusal = choose(&[name::content_method(ContentCipher::Aes128Cbc)], &[aes256]);
    assert!(matches!(refusal, Err(Error::Algorithm { .. })), "{refusal:?}");
}
