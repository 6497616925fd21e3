//! An issuer of tokens for tests: keys of both algorithms, and a small HTTP server that publishes them
//! as a test wants.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use cloudsso::base::Timestamp;
use data_encoding::BASE64URL_NOPAD;
use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcKey};
use openssl::ecdsa::EcdsaSig;
use openssl::hash::{MessageDigest, hash};
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::sign::Signer;
use serde_json::{Value, json};

/// What the server answers to a path: the status line's rest and the body.
type Pages = Arc<Mutex<Vec<(String, (String, String))>>>;

pub(crate) struct Issuer {
    pub(crate) url: String,
    pub(crate) rsa: Rsa<Private>,
    pub(crate) ec: EcKey<Private>,
    pages: Pages,
    requests: Arc<AtomicUsize>,
}

impl Issuer {
    /// An issuer that publishes an RSA key `rsa-1` and a P-256 key `ec-1`.
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://127.0.0.1:{}", listener.local_addr().expect("an address").port());
        let (pages, requests) = (Pages::default(), Arc::new(AtomicUsize::new(0)));
        let (served, counted) = (Arc::clone(&pages), Arc::clone(&requests));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                counted.fetch_add(1, Ordering::SeqCst);
                answer(stream, &served);
            }
        });
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).expect("a curve");
        let issuer = Self {
            rsa: Rsa::generate(2048).expect("a key"),
            ec: EcKey::generate(&group).expect("a key"),
            url,
            pages,
            requests,
        };
        issuer.publish();
        issuer
    }

    /// Publishes configuration and keys as they should be.
    pub(crate) fn publish(&self) {
        let configuration = json!({"issuer": self.url, "jwks_uri": format!("{}/keys", self.url)});
        self.serve("/.well-known/openid-configuration", "200 OK", &configuration.to_string());
        self.serve(
            "/keys",
            "200 OK",
            &json!({"keys": [self.rsa_key("rsa-1"), self.ec_key("ec-1")]}).to_string(),
        );
    }

    pub(crate) fn serve(&self, path: &str, status: &str, body: &str) {
        let mut pages = self.pages.lock().expect("the pages");
        pages.retain(|(own, _)| own != path);
        pages.push((path.to_owned(), (status.to_owned(), body.to_owned())));
    }

    /// How often anything was asked for.
    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    pub(crate) fn rsa_key(&self, id: &str) -> Value {
        let (n, e) = (encode(&self.rsa.n().to_vec()), encode(&self.rsa.e().to_vec()));
        json!({"kty": "RSA", "use": "sig", "alg": "RS256", "kid": id, "n": n, "e": e})
    }

    fn ec_key(&self, id: &str) -> Value {
        let (mut x, mut y) = (BigNum::new().expect("x"), BigNum::new().expect("y"));
        let mut context = BigNumContext::new().expect("a context");
        let point = self.ec.public_key();
        point.affine_coordinates(self.ec.group(), &mut x, &mut y, &mut context).expect("a point");
        let part = |number: &BigNum| encode(&number.to_vec_padded(32).expect("32 bytes"));
        json!({"kty": "EC", "crv": "P-256", "kid": id, "x": part(&x), "y": part(&y)})
    }

    /// The claims of an honest token for the client `pipeline`.
    pub(crate) fn claims(&self, now: Timestamp) -> Value {
        json!({
            "iss": self.url,
            "sub": "repo:shop:main",
            "aud": "pipeline",
            "iat": now.seconds(),
            "exp": now.seconds() + 600,
        })
    }

    /// A token by the RSA key.
    pub(crate) fn token(&self, claims: &Value) -> String {
        let message = message(&json!({"alg": "RS256", "kid": "rsa-1"}), claims);
        let key = PKey::from_rsa(self.rsa.clone()).expect("a key");
        let mut signer = Signer::new(MessageDigest::sha256(), &key).expect("a signer");
        let signature = signer.sign_oneshot_to_vec(message.as_bytes()).expect("a signature");
        format!("{message}.{}", encode(&signature))
    }

    /// A token by the P-256 key.
    pub(crate) fn ec_token(&self, claims: &Value) -> String {
        let message = message(&json!({"alg": "ES256", "kid": "ec-1"}), claims);
        let digest = hash(MessageDigest::sha256(), message.as_bytes()).expect("a digest");
        let signature = EcdsaSig::sign(&digest, &self.ec).expect("a signature");
        let half = |number: &openssl::bn::BigNumRef| number.to_vec_padded(32).expect("32 bytes");
        let signature = [half(signature.r()), half(signature.s())].concat();
        format!("{message}.{}", encode(&signature))
    }
}

pub(crate) fn message(header: &Value, claims: &Value) -> String {
    format!("{}.{}", encode(header.to_string().as_bytes()), encode(claims.to_string().as_bytes()))
}

pub(crate) fn encode(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

fn answer(mut stream: TcpStream, pages: &Pages) {
    let mut lines = BufReader::new(stream.try_clone().expect("a stream")).lines().map_while(Result::ok);
    let first = lines.next().unwrap_or_default();
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    for line in lines {
        if line.is_empty() {
            break;
        }
    }
    let pages = pages.lock().expect("the pages");
    let found = pages.iter().find(|(own, _)| *own == path).map(|(_, page)| page.clone());
    drop(pages);
    let (status, body) = found.unwrap_or_else(|| ("404 Not Found".to_owned(), String::new()));
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n");
    // The other side may have gone already.
    let _ = stream.write_all(format!("{head}content-type: application/json\r\n\r\n{body}").as_bytes());
}
