//! A service provider of the test's own: what it says of itself, signed or not, and the server that it says it by.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;
use std::time::Duration;

use cloudsso::base::Timestamp;
use cloudsso::crypto::{Certificate, KeyType, Random, SigningKey, hash};
use data_encoding::BASE64;

const DS: &str = "http://www.w3.org/2000/09/xmldsig#";

/// A key, and what others know of it.
pub(crate) struct Key {
    signing: SigningKey,
    pub(crate) certificate: Certificate,
}

impl Key {
    fn generate() -> Self {
        let signing = SigningKey::generate(KeyType::P256).unwrap();
        let (begin, minute) = (Timestamp::from_seconds(0), Duration::from_secs(60));
        let certificate = Certificate::self_signed(&signing, "sp", begin, minute, &Random::system()).unwrap();
        Self { signing, certificate }
    }
}

/// Keys of this run: two that service providers say are theirs, one that signs metadata, a stranger's.
pub(crate) struct Keys {
    pub(crate) own: Key,
    pub(crate) next: Key,
    pub(crate) signer: Key,
    pub(crate) stranger: Key,
}

pub(crate) fn keys() -> &'static Keys {
    static KEYS: OnceLock<Keys> = OnceLock::new();
    KEYS.get_or_init(|| Keys {
        own: Key::generate(),
        next: Key::generate(),
        signer: Key::generate(),
        stranger: Key::generate(),
    })
}

/// What a service provider says of itself.
#[derive(Clone)]
pub(crate) struct Metadata {
    pub(crate) entity_id: String,
    pub(crate) display_name: &'static str,
    pub(crate) acs_url: String,
    pub(crate) keys: Vec<&'static Key>,
    /// Attributes of the root, in canonical order before `entityID`.
    pub(crate) cache_duration: Option<&'static str>,
    pub(crate) valid_until: Option<Timestamp>,
}

impl Metadata {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            entity_id: format!("https://{name}.example/saml"),
            display_name: "Wiki",
            acs_url: format!("https://{name}.example/acs"),
            keys: vec![&keys().own],
            cache_duration: None,
            valid_until: None,
        }
    }

    /// In canonical form.
    pub(crate) fn xml(&self) -> String {
        let cache = self.cache_duration.map_or_else(String::new, |time| format!(" cacheDuration=\"{time}\""));
        let end =
            self.valid_until.map_or_else(String::new, |end| format!(" validUntil=\"{}\"", end.rfc3339()));
        let keys = self.keys.iter().map(|key| {
            format!(
                "<md:KeyDescriptor use=\"signing\"><ds:KeyInfo xmlns:ds=\"{DS}\"><ds:X509Data>\
                 <ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>",
                key.certificate.to_base64().unwrap()
            )
        });
        format!(
            "<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" ID=\"_m\"{cache} \
             entityID=\"{}\"{end}><md:SPSSODescriptor \
             protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\"><md:Extensions><mdui:UIInfo \
             xmlns:mdui=\"urn:oasis:names:tc:SAML:metadata:ui\"><mdui:DisplayName \
             xml:lang=\"en\">{}</mdui:DisplayName></mdui:UIInfo></md:Extensions>{}\
             <md:AssertionConsumerService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" \
             Location=\"{}\" index=\"0\"></md:AssertionConsumerService></md:SPSSODescriptor></md:EntityDescriptor>",
            self.entity_id,
            self.display_name,
            keys.collect::<String>(),
            self.acs_url
        )
    }

    /// Signed as a whole.
    pub(crate) fn signed(&self, key: &Key) -> String {
        let xml = self.xml();
        let digest = BASE64.encode(&hash::sha256(xml.as_bytes()));
        let content = format!(
            "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\">\
             </ds:CanonicalizationMethod><ds:SignatureMethod \
             Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256\"></ds:SignatureMethod>\
             <ds:Reference URI=\"#_m\"><ds:Transforms><ds:Transform \
             Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"></ds:Transform><ds:Transform \
             Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"></ds:Transform></ds:Transforms><ds:DigestMethod \
             Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"></ds:DigestMethod>\
             <ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>"
        );
        let canonical = format!("<ds:SignedInfo xmlns:ds=\"{DS}\">{content}</ds:SignedInfo>");
        let value = BASE64.encode(&key.signing.sign(canonical.as_bytes()).unwrap());
        let (head, tail) = xml.split_at(xml.find('>').unwrap() + 1);
        format!(
            "{head}<ds:Signature xmlns:ds=\"{DS}\"><ds:SignedInfo>{content}</ds:SignedInfo>\
             <ds:SignatureValue>{value}</ds:SignatureValue></ds:Signature>{tail}"
        )
    }
}

/// What a server answers.
enum Answer {
    /// This document, with an `ETag` of its own.
    Document(String),
    /// This, byte for byte.
    Raw(String),
    /// A document without end.
    Endless,
}

/// A server on loopback.
pub(crate) struct Site {
    port: u16,
    answer: Arc<Mutex<Answer>>,
    asked: Arc<AtomicUsize>,
    unchanged: Arc<AtomicUsize>,
}

impl Site {
    pub(crate) fn serving(document: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let site = Self {
            port: listener.local_addr().unwrap().port(),
            answer: Arc::new(Mutex::new(Answer::Document(document.to_owned()))),
            asked: Arc::default(),
            unchanged: Arc::default(),
        };
        let (answer, asked, unchanged) =
            (Arc::clone(&site.answer), Arc::clone(&site.asked), Arc::clone(&site.unchanged));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let (mut head, mut byte) = (Vec::new(), [0]);
                while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read > 0) {
                    head.extend(byte);
                }
                asked.fetch_add(1, Ordering::SeqCst);
                let text = match &*answer.lock().unwrap() {
                    Answer::Document(document) => {
                        let tag = format!("\"{}\"", hash::sha256_hex(document.as_bytes()));
                        if String::from_utf8_lossy(&head).contains(&tag) {
                            unchanged.fetch_add(1, Ordering::SeqCst);
                            "HTTP/1.1 304 Not Modified\r\n\r\n".to_owned()
                        } else {
                            let length = document.len();
                            format!(
                                "HTTP/1.1 200 OK\r\nETag: {tag}\r\nContent-Length: {length}\r\n\r\n{document}"
                            )
                        }
                    }
                    Answer::Raw(raw) => raw.clone(),
                    Answer::Endless => {
                        let head = "HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n";
                        let _hung_up = stream.write_all(head.as_bytes());
                        let block = [b' '; 64 * 1024];
                        let _written = (0..1600).take_while(|_| stream.write_all(&block).is_ok()).count();
                        continue;
                    }
                };
                let _hung_up = stream.write_all(text.as_bytes());
            }
        });
        site
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/metadata?key=hush", self.port)
    }

    pub(crate) fn say(&self, document: &str) {
        *self.answer.lock().unwrap() = Answer::Document(document.to_owned());
    }

    pub(crate) fn say_raw(&self, raw: &str) {
        *self.answer.lock().unwrap() = Answer::Raw(raw.to_owned());
    }

    pub(crate) fn say_without_end(&self) {
        *self.answer.lock().unwrap() = Answer::Endless;
    }

    /// How often it was asked.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// How often it answered that nothing changed.
    pub(crate) fn unchanged(&self) -> usize {
        self.unchanged.load(Ordering::SeqCst)
    }
}
