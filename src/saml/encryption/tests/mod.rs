//! What we encrypt is read by whom it is for and by nobody else, and what is sent to us to find out about our keys finds
//! out nothing (A36 of the attacks on a service provider).

mod algorithms;
mod blocked;
mod hostile;
mod messages;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::super::document::{Comments, Element};
use super::super::fixture::{NOTHING_BLOCKED, NOW};
use super::super::*;
use crate::crypto::{ContentCipher, DecryptionKey, KeyTransport, Random};

/// Two keys of ours, and a stranger's.
fn decryption_keys() -> &'static [Arc<DecryptionKey>; 3] {
    static KEYS: OnceLock<[Arc<DecryptionKey>; 3]> = OnceLock::new();
    KEYS.get_or_init(|| {
        ["old", "new", "stranger"].map(|name| {
            let day = Duration::from_secs(86_400);
            Arc::new(DecryptionKey::generate(name, NOW, day, &Random::system()).unwrap())
        })
    })
}

fn ours() -> Decrypter {
    let [old, new, _] = decryption_keys();
    Decrypter::new([Arc::clone(old), Arc::clone(new)], NOTHING_BLOCKED)
}

fn stranger() -> Decrypter {
    let [_, _, stranger] = decryption_keys();
    Decrypter::new([Arc::clone(stranger)], NOTHING_BLOCKED)
}

/// Whoever encrypts to our newer key.
fn recipient(cipher: ContentCipher, transport: KeyTransport) -> Recipient {
    let [_, new, _] = decryption_keys();
    Recipient::new(new.certificate().clone(), cipher, transport).unwrap()
}

fn usual() -> Recipient {
    recipient(ContentCipher::Aes256Gcm, KeyTransport::OaepSha1)
}

fn name_id(name: &str) -> String {
    format!("<saml:NameID xmlns:saml=\"{}\">{name}</saml:NameID>", name::SAML)
}

fn encrypted_name(recipient: &Recipient, plain: &str) -> String {
    recipient.encrypt("saml:EncryptedID", plain, &Random::system()).unwrap()
}

/// A message with something encrypted in it, decrypted.
fn open(encrypted: &str, decrypter: &Decrypter) -> Result<String, Error> {
    let message = format!("<m xmlns:saml=\"{}\" xmlns:q=\"urn:q\">{encrypted}</m>", name::SAML);
    let message = Element::parse(&message, Comments::Refuse)?;
    let decrypted = decrypter.decrypt(&message, &["saml:EncryptedID"], "saml:NameID")?;
    decrypted.one("saml:NameID")?.text().map(str::to_owned)
}

#[track_caller]
fn refused(case: &str, encrypted: &str) {
    for decrypter in [ours(), ours().accepting_cbc()] {
        let refusal = open(encrypted, &decrypter);
        let Err(refusal) = refusal else { panic!("{case}: accepted") };
        assert_eq!((format!("{refusal:?}"), refusal.to_string()), as_always(), "{case}");
    }
}

/// There is one answer to all attacks.
fn as_always() -> (String, String) {
    ("Undecryptable".to_owned(), "what was encrypted does not decrypt".to_owned())
}
