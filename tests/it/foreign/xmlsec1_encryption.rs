//! The xmlsec1 command decrypts what we encrypt, and what comes out verifies; and we decrypt what it encrypts. It knows
//! RSA-OAEP with SHA-1 only, which is what nearly everybody sends.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use cloudsso::base::Timestamp;
use cloudsso::crypto::{
    BlockedAlgorithms, Certificate, ContentCipher, DecryptionKey, KeyTransport, KeyType, Random, SigningKey,
};
use cloudsso::saml::{
    CheckedLogoutRequest, Decrypter, Error, MessageExpectations, Protection, Recipient, SignedPart,
    UnverifiedLogoutRequest,
};
use data_encoding::BASE64;

use super::xmlsec1::verifies;
use super::{now, pem, response, signer};

/// Other prefixes than ours, a name that inherits its namespace, line breaks; it is to be encrypted, then signed.
const LOGOUT_REQUEST: &str = include_str!("foreign_logout_request.xml");
/// What takes the name's place.
const ENCRYPTED_DATA: &str = include_str!("encrypted_data.xml");
const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";

fn decryption_key() -> DecryptionKey {
    let year = Duration::from_secs(365 * 86_400);
    DecryptionKey::generate("foreign", now(), year, &Random::system()).expect("key")
}

/// What xmlsec1 prints, or nothing where it refuses.
fn xmlsec1(arguments: &[&str], files: &[&Path]) -> Option<String> {
    let run = Command::new("xmlsec1").args(arguments).args(files).output().expect("xmlsec1 is installed");
    run.status.success().then(|| String::from_utf8(run.stdout).expect("UTF-8"))
}

/// `xml` with what is encrypted in it decrypted by xmlsec1.
fn decrypted_by_xmlsec1(xml: &str, key: &DecryptionKey) -> Option<String> {
    let folder = tempfile::tempdir().expect("folder");
    let (document, key_file) = (folder.path().join("response.xml"), folder.path().join("sp.pem"));
    fs::write(&key_file, pem("PRIVATE KEY", &key.to_pkcs8_der().expect("key"))).expect("write");
    fs::write(&document, xml).expect("write");
    xmlsec1(&["--decrypt", "--privkey-pem", key_file.to_str().expect("path")], &[&document])
}

#[test]
fn what_we_encrypt_is_decrypted_and_verifies() {
    let (signer, certificate) = signer(KeyType::Rsa2048);
    let (key, stranger) = (decryption_key(), decryption_key());
    for cipher in ContentCipher::ALL {
        let recipient = Recipient::new(key.certificate().clone(), cipher, KeyTransport::OaepSha1);
        let recipient = recipient.expect("RSA");
        for part in [SignedPart::Assertion, SignedPart::Response, SignedPart::Both] {
            let protection = Protection { part, signer: &signer, recipient: Some(&recipient) };
            let sent = response().protect(&protection, &Random::system()).expect("written");
            assert!(!sent.xml().contains(">alice<"));
            if part != SignedPart::Assertion {
                assert!(verifies(sent.xml(), &certificate), "{cipher:?} {part:?}");
            }
            let decrypted = decrypted_by_xmlsec1(sent.xml(), &key).expect("decrypted");
            assert!(decrypted.contains(">alice</saml:NameID>"), "{decrypted}");
            if part == SignedPart::Assertion {
                assert!(verifies(&decrypted, &certificate), "{cipher:?}");
                let tampered = decrypted.replace(">alice<", ">mallory<");
                assert!(!verifies(&tampered, &certificate), "{cipher:?}");
            }
        }
        let protection =
            Protection { part: SignedPart::Assertion, signer: &signer, recipient: Some(&recipient) };
        let sent = response().protect(&protection, &Random::system()).expect("written");
        assert_eq!(decrypted_by_xmlsec1(sent.xml(), &stranger), None, "{cipher:?}");
    }
}

/// [`LOGOUT_REQUEST`], its name encrypted by xmlsec1 to this certificate, and signed by it.
fn made_by_xmlsec1(method: &str, session_key: &str, to: &Certificate) -> (String, Certificate) {
    let folder = tempfile::tempdir().expect("folder");
    let file = |name: &str, content: &str| {
        let path = folder.path().join(name);
        fs::write(&path, content).expect("write");
        path
    };
    let signing_key = SigningKey::generate(KeyType::Rsa2048).expect("key");
    let made = Timestamp::from_seconds(0);
    let certificate =
        Certificate::self_signed(&signing_key, "xmlsec1", made, Duration::from_secs(60), &Random::system());
    let recipient = file("idp.crt", &pem("CERTIFICATE", &to.to_der().expect("certificate")));
    let signer = file("sp.pem", &pem("PRIVATE KEY", &signing_key.to_pkcs8_der().expect("key")));
    let request = file("request.xml", LOGOUT_REQUEST);
    let template =
        file("template.xml", &ENCRYPTED_DATA.replace("http://www.w3.org/2009/xmlenc11#aes256-gcm", method));
    let name = format!("{ASSERTION}:NameID");
    let encrypt = ["--encrypt", "--session-key", session_key, "--node-name", &name, "--pubkey-cert-pem:ours"];
    let encrypted = xmlsec1(&encrypt, &[&recipient, Path::new("--xml-data"), &request, &template]);
    let encrypted = file("encrypted.xml", &encrypted.expect("encrypted"));
    let root = "urn:oasis:names:tc:SAML:2.0:protocol:LogoutRequest";
    let signed = xmlsec1(&["--sign", "--id-attr:ID", root, "--privkey-pem"], &[&signer, &encrypted]);
    (signed.expect("signed"), certificate.expect("certificate"))
}

fn read(xml: &str, certificate: &Certificate, decrypter: &Decrypter) -> Result<CheckedLogoutRequest, Error> {
    let verified = UnverifiedLogoutRequest::decode(&BASE64.encode(xml.as_bytes()))?
        .verify(std::slice::from_ref(certificate), BlockedAlgorithms::NONE)?;
    verified.decrypt(decrypter)?.check(&MessageExpectations {
        issuer: "https://app.example.com/saml?a&b",
        destination: "https://sso.example.com/saml/idp/slo",
        now: Timestamp::parse("2026-11-22T18:00:00Z").expect("time"),
        clock_skew: Duration::from_secs(60),
    })
}

#[test]
fn what_xmlsec1_encrypts_is_read_with_our_keys_only() {
    let [old, new, stranger] = [(); 3].map(|()| Arc::new(decryption_key()));
    let ours = Decrypter::new([Arc::clone(&old), new], BlockedAlgorithms::NONE);
    for (method, session_key, is_cbc) in [
        ("http://www.w3.org/2009/xmlenc11#aes128-gcm", "aes-128", false),
        ("http://www.w3.org/2009/xmlenc11#aes192-gcm", "aes-192", false),
        ("http://www.w3.org/2009/xmlenc11#aes256-gcm", "aes-256", false),
        ("http://www.w3.org/2001/04/xmlenc#aes128-cbc", "aes-128", true),
        ("http://www.w3.org/2001/04/xmlenc#aes256-cbc", "aes-256", true),
    ] {
        let (xml, certificate) = made_by_xmlsec1(method, session_key, old.certificate());
        assert!(!xml.contains("@example.com"), "{xml}");
        let decrypter = if is_cbc { ours.clone().accepting_cbc() } else { ours.clone() };
        let request = read(&xml, &certificate, &decrypter).expect(method);
        assert_eq!(request.name_id().value, "zo\u{eb}@example.com");
        assert_eq!(request.session_indexes(), ["session-1"]);
        assert_eq!(read(&xml, &certificate, &ours).is_ok(), !is_cbc, "{method}");
        let theirs = Decrypter::new([Arc::clone(&stranger)], BlockedAlgorithms::NONE).accepting_cbc();
        assert!(matches!(read(&xml, &certificate, &theirs), Err(Error::Undecryptable)), "{method}");
    }
}
