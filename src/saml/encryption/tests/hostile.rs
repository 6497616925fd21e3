//! Attacks, each beside the honest name that it was made from.

use data_encoding::BASE64;

use super::super::super::fixture::{element, swap};
use super::super::super::name::content_method;
use super::super::super::*;
use super::super::algorithm::{self, key_method};
use super::{decryption_keys, encrypted_name, name_id, open, ours, refused, usual};
use crate::crypto::{ContentCipher, KeyTransport, Random};

#[test]
fn the_plaintext_is_one_name_and_nothing_else() {
    let (recipient, alice) = (usual(), name_id("alice"));
    let within = |plain: &str| encrypted_name(&recipient, plain);
    assert_eq!(open(&within(&alice), &ours()).unwrap(), "alice");
    assert_eq!(open(&within(&format!("\n{alice} ")), &ours()).unwrap(), "alice");
    // As some spell it: the declaration stands outside.
    assert_eq!(open(&within("<saml:NameID>alice</saml:NameID>"), &ours()).unwrap(), "alice");
    let inner = format!("<saml:NameID xmlns:saml=\"{}\" q:x=\"y\">alice</saml:NameID>", name::SAML);
    assert_eq!(open(&within(&inner), &ours()).unwrap(), "alice");
    for (case, plain) in [
        ("nothing", String::new()),
        ("text", "alice".to_owned()),
        ("text beside it", format!("x{alice}")),
        ("two names", format!("{alice}{alice}")),
        ("another element", "<saml:BaseID></saml:BaseID>".to_owned()),
        ("another namespace", "<NameID>alice</NameID>".to_owned()),
        ("a prefix that is nobody's", "<p:NameID>alice</p:NameID>".to_owned()),
        ("an end of what is around", format!("</context>{alice}<context>")),
        ("an end and a second root", format!("{alice}</context><context>")),
        ("a document type", format!("<!DOCTYPE x>{alice}")),
        ("an entity", "<saml:NameID>&x;</saml:NameID>".to_owned()),
        ("a comment", "<saml:NameID>alice<!-- -->.evil</saml:NameID>".to_owned()),
        ("too deep", format!("{}{alice}{}", "<a>".repeat(40), "</a>".repeat(40))),
        ("too many elements", name_id(&"<a></a>".repeat(10_001))),
    ] {
        refused(case, &within(&plain));
    }
    let nested = swap(&within(&alice), "saml:EncryptedID", "saml:NameID");
    refused("encrypted twice", &within(&nested));
}

/// Each attack of A36, made from an honest name that is accepted.
#[test]
fn a36_whatever_is_wrong_is_refused_in_one_way() {
    let honest = encrypted_name(&usual(), &name_id("alice"));
    assert_eq!(open(&honest, &ours()).unwrap(), "alice");
    let aes = content_method(ContentCipher::Aes256Gcm);
    let oaep = key_method(KeyTransport::OaepSha1).algorithm;
    let key = element(&honest, "xenc:EncryptedKey");
    let data_at = honest.rfind("<xenc:CipherValue>").unwrap();
    let (head, content) = honest.split_at(data_at);
    let content = content.strip_prefix("<xenc:CipherValue>").unwrap().split('<').next().unwrap();
    let with_content = |bytes: &[u8]| {
        format!(
            "{head}<xenc:CipherValue>{}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData></saml:EncryptedID>",
            BASE64.encode(bytes)
        )
    };
    let bytes = BASE64.decode(content.as_bytes()).unwrap();
    assert_eq!(open(&with_content(&bytes), &ours()).unwrap(), "alice", "the twin of those that follow");
    for cut in [0, 11, 12, 27, 28, bytes.len() - 15, bytes.len() - 4, bytes.len() - 1] {
        refused(&format!("cut to {cut} bytes"), &with_content(&bytes[..cut]));
    }
    for at in [0, 12, bytes.len() - 16, bytes.len() - 1] {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        refused(&format!("changed at {at}"), &with_content(&changed));
    }
    let reference = "<xenc:CipherReference URI=\"http://127.0.0.1:1/\"></xenc:CipherReference>";
    let value = element(key, "xenc:CipherValue");
    let flood = format!("{}</ds:KeyInfo>", key.repeat(200));
    for (case, from, to) in [
        ("RSA 1.5", oaep, "http://www.w3.org/2001/04/xmlenc#rsa-1_5"),
        ("a key wrapped otherwise", oaep, "http://www.w3.org/2001/04/xmlenc#kw-aes256"),
        ("no algorithm", oaep, ""),
        ("3DES", aes, "http://www.w3.org/2001/04/xmlenc#tripledes-cbc"),
        ("a key of another size", aes, content_method(ContentCipher::Aes128Gcm)),
        ("GCM made CBC", aes, content_method(ContentCipher::Aes256Cbc)),
        ("a digest of no list", name::SHA1, "http://www.w3.org/2001/04/xmldsig-more#md5"),
        ("another digest", name::SHA1, name::SHA256),
        ("a flood of keys", "</ds:KeyInfo>", &flood),
        ("no key", key, ""),
        ("a key by reference", value, reference),
        ("a key by reference too", value, &format!("{value}{reference}")),
        ("two values", value, &format!("{value}{value}")),
        ("no base 64", "<xenc:CipherValue>", "<xenc:CipherValue>!"),
        ("an element in a value", "<xenc:CipherValue>", "<xenc:CipherValue><a></a>"),
        ("content, not an element", algorithm::ELEMENT, "http://www.w3.org/2001/04/xmlenc#Content"),
        ("a label", "<ds:DigestMethod", "<xenc:OAEPparams>AAAA</xenc:OAEPparams><ds:DigestMethod"),
        ("two digests", "<ds:DigestMethod", "<ds:DigestMethod></ds:DigestMethod><ds:DigestMethod"),
        (
            "properties",
            "</ds:KeyInfo>",
            "</ds:KeyInfo><xenc:EncryptionProperties></xenc:EncryptionProperties>",
        ),
        (
            "data in data",
            "</xenc:EncryptedData>",
            "<xenc:EncryptedData></xenc:EncryptedData></xenc:EncryptedData>",
        ),
        (
            "a mask of the older algorithm",
            "</ds:DigestMethod>",
            &format!(
                "</ds:DigestMethod><xenc11:MGF xmlns:xenc11=\"{}\" Algorithm=\"{}\"></xenc11:MGF>",
                name::XENC11,
                algorithm::MGF1_SHA1
            ),
        ),
    ] {
        refused(case, &swap(&honest, from, to));
    }
    let by_reference = format!("{head}{reference}</xenc:CipherData></xenc:EncryptedData></saml:EncryptedID>");
    refused("content by reference", &by_reference);
    refused("nothing in it", &format!("<saml:EncryptedID xmlns:saml=\"{}\"></saml:EncryptedID>", name::SAML));
    refused(
        "a second content",
        &swap(
            &honest,
            "</saml:EncryptedID>",
            &format!("{}</saml:EncryptedID>", element(&honest, "xenc:EncryptedData")),
        ),
    );
}

/// A name whose parts were put together by hand: a key, as it was encrypted, and a content.
fn assembled(cipher: ContentCipher, key: &[u8], content: &[u8]) -> String {
    let honest = encrypted_name(&usual(), &name_id("alice"));
    let value = |bytes: &[u8]| format!("<xenc:CipherValue>{}</xenc:CipherValue>", BASE64.encode(bytes));
    let (head, rest) = honest.split_at(honest.rfind("<xenc:CipherValue>").unwrap());
    let their_key = element(element(&honest, "xenc:EncryptedKey"), "xenc:CipherValue");
    let head = swap(head, content_method(ContentCipher::Aes256Gcm), content_method(cipher));
    format!(
        "{}{}",
        swap(&head, their_key, &value(key)),
        swap(rest, element(rest, "xenc:CipherValue"), &value(content))
    )
}

/// A key that decrypts nothing must not make the content decrypt with a key that anybody knows.
#[test]
fn a_content_under_nobodys_key_is_refused() {
    let [old, _, _] = decryption_keys();
    for cipher in ContentCipher::ALL {
        let nobodys = vec![0; cipher.key_length()];
        let content = cipher.encrypt(&nobodys, name_id("mallory").as_bytes(), &Random::system()).unwrap();
        let sent = |key: &[u8]| KeyTransport::OaepSha1.encrypt_key(old.certificate(), key).unwrap();
        // The twin: whoever really sends this key is understood.
        let genuine = assembled(cipher, &sent(&nobodys), &content);
        assert_eq!(open(&genuine, &ours().accepting_cbc()).unwrap(), "mallory");
        refused("a key that opens nothing", &assembled(cipher, &[0; 384], &content));
        refused("an empty key", &assembled(cipher, &sent(&[]), &content));
        refused("a key of another size", &assembled(cipher, &sent(&nobodys[1..]), &content));
        refused("no key at all", &swap(&genuine, element(&genuine, "xenc:EncryptedKey"), ""));
    }
}

/// CBC does not notice a change, so what follows must not tell more of it than GCM would.
#[test]
fn whatever_came_out_is_refused_in_the_same_way() {
    let [_, new, _] = decryption_keys();
    let random = Random::system();
    for cipher in ContentCipher::ALL {
        let key = cipher.generate_key(&random).unwrap();
        let sent = KeyTransport::OaepSha1.encrypt_key(new.certificate(), &key).unwrap();
        let content = |plain: &[u8]| cipher.encrypt(&key, plain, &random).unwrap();
        let alice = content(name_id("alice").as_bytes());
        assert_eq!(open(&assembled(cipher, &sent, &alice), &ours().accepting_cbc()).unwrap(), "alice");
        refused("not UTF-8", &assembled(cipher, &sent, &content(b"<saml:NameID>\xff</saml:NameID>")));
        refused("nothing", &assembled(cipher, &sent, &content(b"")));
        refused("half a block", &assembled(cipher, &sent, &alice[..alice.len() - 8]));
        let mut padding = alice.clone();
        padding[alice.len() - 17] ^= 0xff;
        refused("changed before the end", &assembled(cipher, &sent, &padding));
    }
}
