//! How the algorithms and the keys of a message are said, and which of a peer's are chosen.

use std::time::Duration;

use super::super::super::fixture::{NOTHING_BLOCKED, element, swap};
use super::super::super::name::content_method;
use super::super::super::*;
use super::super::algorithm;
use super::{decryption_keys, encrypted_name, name_id, open, ours, refused, usual};
use crate::base::Timestamp;
use crate::crypto::{Certificate, ContentCipher, KeyTransport, KeyType, Random, SigningKey};

#[test]
fn keys_may_stand_beside_the_content_and_be_several() {
    let honest = encrypted_name(&usual(), &name_id("alice"));
    let key = element(&honest, "xenc:EncryptedKey").to_owned();
    let [_, _, stranger] = decryption_keys();
    let theirs =
        Recipient::new(stranger.certificate().clone(), usual().cipher(), usual().transport()).unwrap();
    let theirs = encrypted_name(&theirs, &name_id("bob"));
    let other = element(&theirs, "xenc:EncryptedKey");
    let declared = format!(
        "<xenc:EncryptedKey xmlns:xenc=\"{}\" xmlns:ds=\"{}\" Id=\"_k\" Recipient=\"x\">",
        name::XENC,
        name::DS
    );
    let beside = swap(&key, "<xenc:EncryptedKey>", &declared);
    let hint =
        format!("<ds:RetrievalMethod Type=\"{}EncryptedKey\" URI=\"#_k\"></ds:RetrievalMethod>", name::XENC);
    let moved =
        swap(&swap(&honest, &key, &hint), "</saml:EncryptedID>", &format!("{beside}</saml:EncryptedID>"));
    assert_eq!(open(&moved, &ours()).unwrap(), "alice");
    let four = swap(&honest, &key, &format!("{}{key}", other.repeat(3)));
    assert_eq!(open(&four, &ours()).unwrap(), "alice");
    refused("five keys", &swap(&honest, &key, &format!("{}{key}", other.repeat(4))));
    refused("only others' keys", &swap(&honest, &key, other));
    let named = swap(
        &key,
        "<xenc:CipherData>",
        "<ds:KeyInfo><ds:KeyName>x</ds:KeyName></ds:KeyInfo><xenc:CipherData>",
    );
    assert_eq!(open(&swap(&honest, &key, &named), &ours()).unwrap(), "alice");
}

#[test]
fn the_older_and_the_newer_algorithm_name_the_same_digests() {
    let [_, new, _] = decryption_keys();
    let cipher = ContentCipher::Aes256Gcm;
    let made = |transport| {
        let recipient = Recipient::new(new.certificate().clone(), cipher, transport).unwrap();
        encrypted_name(&recipient, &name_id("alice"))
    };
    let digest = |uri: &str| format!("<ds:DigestMethod Algorithm=\"{uri}\"></ds:DigestMethod>");
    let mask = |uri: &str| {
        format!("<xenc11:MGF xmlns:xenc11=\"{}\" Algorithm=\"{uri}\"></xenc11:MGF>", name::XENC11)
    };
    let (older, newer) = (name::RSA_OAEP_MGF1P, name::RSA_OAEP);
    let (sha1, sha256) = (digest(name::SHA1), digest(name::SHA256));
    let (mask1, mask256) = (mask(algorithm::MGF1_SHA1), mask(algorithm::MGF1_SHA256));
    for (transport, algorithm, parameters) in [
        (KeyTransport::OaepSha1, older, String::new()),
        (KeyTransport::OaepSha1, older, sha1.clone()),
        (KeyTransport::OaepSha1, newer, String::new()),
        (KeyTransport::OaepSha1, newer, format!("{sha1}{mask1}")),
        (KeyTransport::OaepSha256, newer, format!("{sha256}{mask256}")),
        (KeyTransport::OaepSha256Mgf1Sha1, older, sha256.clone()),
        (KeyTransport::OaepSha256Mgf1Sha1, newer, sha256.clone()),
        (KeyTransport::OaepSha256Mgf1Sha1, newer, format!("{mask1}{sha256}")),
    ] {
        let honest = made(transport);
        let method = element(element(&honest, "xenc:EncryptedKey"), "xenc:EncryptionMethod");
        let said =
            format!("<xenc:EncryptionMethod Algorithm=\"{algorithm}\">{parameters}</xenc:EncryptionMethod>");
        assert_eq!(open(&swap(&honest, method, &said), &ours()).unwrap(), "alice", "{said}");
        let others = KeyTransport::ALL.into_iter().filter(|other| *other != transport);
        for other in others {
            let honest = made(other);
            let method = element(element(&honest, "xenc:EncryptedKey"), "xenc:EncryptionMethod");
            refused(&said, &swap(&honest, method, &said));
        }
    }
}

/// A peer's key, and the algorithms that it is said to be for.
fn peer(certificate: &Certificate, methods: &[&str]) -> EncryptionCertificate {
    let methods = methods.iter().copied().map(EncryptionMethod::new).collect();
    EncryptionCertificate { certificate: certificate.clone(), methods }
}

#[test]
fn whoever_goes_by_what_we_say_is_understood() {
    let [_, new, _] = decryption_keys();
    for (decrypter, allows_cbc, count) in [(ours(), false, 3), (ours().accepting_cbc(), true, 5)] {
        let methods = decrypter.methods();
        assert_eq!(methods.iter().filter(|method| method.digest.is_none()).count(), count);
        let keys = [EncryptionCertificate { certificate: new.certificate().clone(), methods }];
        for (cipher, transport) in ContentCipher::ALL
            .into_iter()
            .flat_map(|cipher| KeyTransport::ALL.map(|transport| (cipher, transport)))
        {
            let preference = EncryptionPreference { cipher, transport, allows_cbc };
            let recipient = Recipient::choose(&keys, &preference, NOTHING_BLOCKED).unwrap();
            assert_eq!(recipient.cipher() == cipher, cipher.is_authenticated() || allows_cbc);
            assert_eq!(recipient.transport(), transport);
            let sent = encrypted_name(&recipient, &name_id("alice"));
            assert_eq!(open(&sent, &decrypter).unwrap(), "alice");
        }
    }
}

#[test]
fn a_digest_that_a_peer_states_is_respected() {
    let [old, ..] = decryption_keys();
    let choose = |methods: &[(&str, &str)], transport| {
        let method = |(algorithm, digest): &(&str, &str)| EncryptionMethod {
            algorithm: (*algorithm).to_owned(),
            digest: Some((*digest).to_owned()),
        };
        let methods = methods.iter().map(method).collect();
        let keys = [EncryptionCertificate { certificate: old.certificate().clone(), methods }];
        let preference = EncryptionPreference { transport, ..EncryptionPreference::default() };
        Recipient::choose(&keys, &preference, NOTHING_BLOCKED).map(|chosen| chosen.transport())
    };
    let (older, newer) = (name::RSA_OAEP_MGF1P, name::RSA_OAEP);
    let both = [(newer, name::SHA256), (older, name::SHA1)];
    for preferred in KeyTransport::ALL {
        assert_eq!(choose(&[(older, name::SHA1)], preferred).unwrap(), KeyTransport::OaepSha1);
        assert_eq!(choose(&both, preferred).unwrap(), preferred);
    }
    let only_newer = choose(&[(newer, name::SHA256)], KeyTransport::OaepSha1);
    assert_eq!(only_newer.unwrap(), KeyTransport::OaepSha256);
    let sha512 = "http://www.w3.org/2001/04/xmlenc#sha512";
    let refusal = choose(&[(newer, sha512)], KeyTransport::OaepSha256);
    let Err(Error::Algorithm { received, .. }) = refusal else { panic!("{refusal:?}") };
    assert_eq!(received, format!("{newer} {sha512}"));
}

#[test]
fn a_peers_algorithms_are_respected() {
    let [old, new, _] = decryption_keys();
    let curve = SigningKey::generate(KeyType::P256).unwrap();
    let (epoch, day) = (Timestamp::from_seconds(0), Duration::from_secs(86_400));
    let curve = Certificate::self_signed(&curve, "x", epoch, day, &Random::system()).unwrap();
    let (usual, with_cbc) = (
        EncryptionPreference::default(),
        EncryptionPreference { allows_cbc: true, ..EncryptionPreference::default() },
    );
    let own = EncryptionPreference {
        cipher: ContentCipher::Aes128Cbc,
        transport: KeyTransport::OaepSha256,
        allows_cbc: true,
    };
    let gcm = |cipher| content_method(cipher);
    let (aes128, aes192, aes256) =
        (gcm(ContentCipher::Aes128Gcm), gcm(ContentCipher::Aes192Gcm), gcm(ContentCipher::Aes256Gcm));
    let (cbc128, cbc256) =
        (content_method(ContentCipher::Aes128Cbc), content_method(ContentCipher::Aes256Cbc));
    let (oaep, oaep11) = (name::RSA_OAEP_MGF1P, name::RSA_OAEP);
    let choose = |methods: &[&str], preference: &EncryptionPreference| {
        let chosen = Recipient::choose(&[peer(old.certificate(), methods)], preference, NOTHING_BLOCKED)?;
        Ok((chosen.cipher(), chosen.transport()))
    };
    for (methods, preference, cipher, transport) in [
        (&[][..], &usual, ContentCipher::Aes256Gcm, KeyTransport::OaepSha1),
        (&[oaep11], &usual, ContentCipher::Aes256Gcm, KeyTransport::OaepSha256),
        (&[aes128], &usual, ContentCipher::Aes128Gcm, KeyTransport::OaepSha1),
        (&[aes192, oaep], &usual, ContentCipher::Aes192Gcm, KeyTransport::OaepSha1),
        (&[aes192, aes128, oaep11, oaep], &usual, ContentCipher::Aes128Gcm, KeyTransport::OaepSha1),
        (&[cbc256, aes256], &with_cbc, ContentCipher::Aes256Gcm, KeyTransport::OaepSha1),
        (&[cbc128, cbc256], &with_cbc, ContentCipher::Aes256Cbc, KeyTransport::OaepSha1),
        (&["urn:unknown", name::SHA256], &usual, ContentCipher::Aes256Gcm, KeyTransport::OaepSha1),
        (&[], &own, ContentCipher::Aes128Cbc, KeyTransport::OaepSha256),
        (&[aes256, oaep], &own, ContentCipher::Aes256Gcm, KeyTransport::OaepSha1),
        (
            &[],
            &EncryptionPreference { allows_cbc: false, ..own },
            ContentCipher::Aes256Gcm,
            KeyTransport::OaepSha256,
        ),
    ] {
        assert_eq!(choose(methods, preference).unwrap(), (cipher, transport), "{methods:?}");
    }
    for methods in [
        &[cbc128, cbc256][..],
        &[aes256, algorithm::RSA_1_5],
        &["http://www.w3.org/2001/04/xmlenc#tripledes-cbc"],
    ] {
        let refusal = choose(methods, &usual);
        let said = methods.join(" ");
        assert!(
            matches!(&refusal, Err(Error::Algorithm { what: "md:EncryptionMethod", received, .. }) if *received == said),
            "{refusal:?}"
        );
    }
    // Of several keys: not a curve, not one that takes nothing of ours, one with GCM before one with CBC.
    let keys = [peer(&curve, &[]), peer(old.certificate(), &[cbc256]), peer(new.certificate(), &[aes256])];
    for preference in [usual, with_cbc] {
        let chosen = Recipient::choose(&keys, &preference, NOTHING_BLOCKED).unwrap();
        assert_eq!(chosen.certificate(), new.certificate());
    }
    let keys = [peer(old.certificate(), &[]), peer(new.certificate(), &[])];
    assert_eq!(Recipient::choose(&keys, &usual, NOTHING_BLOCKED).unwrap().certificate(), old.certificate());
    assert!(matches!(
        Recipient::choose(&[peer(&curve, &[])], &usual, NOTHING_BLOCKED),
        Err(Error::NoRecipient)
    ));
    assert!(matches!(Recipient::choose(&[], &usual, NOTHING_BLOCKED), Err(Error::NoRecipient)));
    let by_hand = Recipient::new(curve, ContentCipher::Aes256Gcm, KeyTransport::OaepSha1);
    assert!(matches!(by_hand, Err(Error::NoRecipient)));
}
