//! Issuers and their keys: what an issuer publishes is fetched when a token needs it, and kept.

use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;
use url::{Host, Url};

use crate::base::Timestamp;
use crate::crypto::PublicKey;
use crate::local_cloud::refusal::Refusal;

use super::fetch::Fetcher;
use super::refusal;
use super::token::Token;

/// How long keys count without being fetched again.
const KEPT: Duration = Duration::from_secs(10 * 60);
/// How long an issuer is left alone after a fetch: whoever sends tokens with unknown keys, or of an
/// issuer that does not answer, makes us ask once in that time.
const PAUSE: Duration = Duration::from_secs(30);
/// Issuers whose keys are kept.
const ISSUERS: usize = 200;
/// Keys of one issuer.
const KEYS: usize = 50;
const LONGEST_URL: usize = 255;

/// The address of an issuer: `https`, or `http` on this machine for those who try things out; without
/// query, fragment or user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IssuerUrl {
    text: String,
    url: Url,
}

impl IssuerUrl {
    /// Reads an address; at most 255 characters.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok().filter(|_| text.len() <= LONGEST_URL)?;
        let is_plain = url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none()
            && !text.contains(char::is_whitespace);
        (is_plain && is_reachable(&url)).then(|| Self { text: text.to_owned(), url })
    }

    /// Where the issuer says where its keys are.
    fn discovery(&self) -> String {
        format!("{}/.well-known/openid-configuration", self.text.trim_end_matches('/'))
    }

    /// The address of the issuer's keys: `https`, or on this machine where the issuer itself is, at the
    /// same port.
    fn keys_at(&self, text: &str) -> Option<Url> {
        let url = Url::parse(text).ok()?;
        let is_own = url.origin() == self.url.origin();
        (is_reachable(&url) && (url.scheme() == "https" || is_own)).then_some(url)
    }
}

impl fmt::Display for IssuerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// `https` to a name or a public address, or `http` to this machine by one of its own names.
fn is_reachable(url: &Url) -> bool {
    match (url.scheme(), url.host()) {
        ("https", Some(Host::Domain(_))) => true,
        ("https", Some(Host::Ipv4(address))) => is_public(IpAddr::V4(address)),
        ("https", Some(Host::Ipv6(address))) => is_public(IpAddr::V6(address)),
        ("http", Some(Host::Domain(name))) => name == "localhost",
        ("http", Some(Host::Ipv4(address))) => address.is_loopback(),
        ("http", Some(Host::Ipv6(address))) => address.is_loopback(),
        _ => false,
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let is_shared = matches!(address.octets(), [100, second, ..] if second & 0xC0 == 64);
            !(address.is_loopback()
                || address.is_private()
                || address.is_link_local()
                || address.is_unspecified()
                || address.is_broadcast()
                || is_shared)
        }
        IpAddr::V6(address) => {
            let is_mapped = address.to_ipv4_mapped().is_some();
            !(address.is_loopback()
                || address.is_unspecified()
                || address.is_unique_local()
                || address.is_unicast_link_local()
                || is_mapped)
        }
    }
}

/// The keys of all issuers, as far as they were needed.
pub(crate) struct Issuers {
    fetcher: Fetcher,
    known: Mutex<HashMap<String, Known>>,
}

#[derive(Clone)]
struct Known {
    keys: Arc<Vec<Key>>,
    /// When a fetch began last, and when the keys were fetched last.
    asked_at: Timestamp,
    fetched_at: Option<Timestamp>,
}

struct Key {
    id: Option<String>,
    key: PublicKey,
}

impl Issuers {
    pub(crate) fn new() -> Self {
        Self { fetcher: Fetcher::new(), known: Mutex::new(HashMap::new()) }
    }

    /// Refuses unless a key that `issuer` publishes made the token's signature. Keys are fetched where
    /// there are none, where they are old, and where none of them is the token's: an issuer may have
    /// changed its keys. No lock is held while we wait for an issuer.
    pub(crate) fn verify(&self, issuer: &IssuerUrl, token: &Token, now: Timestamp) -> Result<(), Refusal> {
        let known = self.known().get(&issuer.text).cloned();
        let is_fresh = |known: &&Known| known.fetched_at.is_some_and(|at| now.since(at) < KEPT);
        if let Some(known) = known.as_ref().filter(is_fresh) {
            let has_key = known.keys.iter().any(|key| key.may_be(token));
            if has_key || now.since(known.asked_at) < PAUSE {
                return check(&known.keys, token);
            }
        }
        if known.is_some_and(|known| now.since(known.asked_at) < PAUSE) {
            return Err(Refusal::Unavailable("the issuer's keys could not be had a moment ago"));
        }
        check(&self.fetch(issuer, now)?, token)
    }

    fn fetch(&self, issuer: &IssuerUrl, now: Timestamp) -> Result<Arc<Vec<Key>>, Refusal> {
        {
            let mut known = self.known();
            if known.len() >= ISSUERS && !known.contains_key(&issuer.text) {
                let oldest = known.iter().min_by_key(|(_, known)| known.asked_at);
                if let Some(oldest) = oldest.map(|(text, _)| text.clone()) {
                    known.remove(&oldest);
                }
            }
            let none = || Known { keys: Arc::default(), asked_at: now, fetched_at: None };
            known.entry(issuer.text.clone()).or_insert_with(none).asked_at = now;
        }
        let published = published(&self.fetcher, issuer);
        let keys = published.map_err(|reason| refusal(format!("the keys of {issuer}: {reason}")))?;
        let keys = Arc::new(keys);
        let fetched = Known { keys: Arc::clone(&keys), asked_at: now, fetched_at: Some(now) };
        self.known().insert(issuer.text.clone(), fetched);
        Ok(keys)
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Key {
    fn may_be(&self, token: &Token) -> bool {
        let is_named = match (&self.id, &token.key_id) {
            (Some(own), Some(named)) => own == named,
            // Whoever publishes one key need not name it.
            _ => true,
        };
        is_named && self.key.algorithm() == token.algorithm
    }
}

fn check(keys: &[Key], token: &Token) -> Result<(), Refusal> {
    let mut candidates = keys.iter().filter(|key| key.may_be(token)).peekable();
    if candidates.peek().is_none() {
        return Err(refusal(format!("no key of the issuer is {:?}", token.key_id)));
    }
    for candidate in candidates {
        if candidate.key.verify(token.message.as_bytes(), &token.signature)? {
            return Ok(());
        }
    }
    Err(refusal("the signature is not by a key of the issuer"))
}

/// The keys that an issuer publishes and that can verify; others are passed over.
fn published(fetcher: &Fetcher, issuer: &IssuerUrl) -> Result<Vec<Key>, String> {
    #[derive(Deserialize)]
    struct Discovery {
        issuer: String,
        jwks_uri: String,
    }
    #[derive(Deserialize)]
    struct KeySet {
        keys: Vec<Jwk>,
    }
    let discovery: Discovery = fetcher.json(&issuer.discovery())?;
    if discovery.issuer != issuer.text {
        return Err(format!("the configuration is of {:?}", discovery.issuer));
    }
    let address = issuer.keys_at(&discovery.jwks_uri);
    let address = address.ok_or_else(|| format!("{:?} is no address for keys", discovery.jwks_uri))?;
    let set: KeySet = fetcher.json(address.as_str())?;
    if set.keys.len() > KEYS {
        return Err(format!("more than {KEYS} keys"));
    }
    Ok(set.keys.into_iter().filter_map(Jwk::key).collect())
}

/// One key of a set (RFC 7517 §4, RFC 7518 §6).
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl Jwk {
    fn key(self) -> Option<Key> {
        let part = |text: &Option<String>| BASE64URL_NOPAD.decode(text.as_ref()?.as_bytes()).ok();
        let key = match (self.kty.as_str(), self.crv.as_deref()) {
            ("RSA", _) => PublicKey::rsa(&part(&self.n)?, &part(&self.e)?).ok()?,
            ("EC", Some("P-256")) => PublicKey::p256(&part(&self.x)?, &part(&self.y)?).ok()?,
            _ => return None,
        };
        let is_for_signatures = self.purpose.is_none_or(|purpose| purpose == "sig");
        let is_of_algorithm = self.alg.is_none_or(|algorithm| algorithm == key.algorithm());
        (is_for_signatures && is_of_algorithm).then_some(Key { id: self.kid, key })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issuers_are_public_or_on_this_machine() {
        for good in [
            "https://token.actions.example.com",
            "https://login.example.com/tenant/v2.0",
            "http://localhost:8081",
            "http://127.0.0.1:9000/realm/a",
            "http://[::1]:9000",
            "https://8.8.8.8",
        ] {
            assert!(IssuerUrl::parse(good).is_some(), "{good}");
        }
        for bad in [
            "http://example.com",
            "http://localhost.example.com",
            "http://10.0.0.1",
            "https://10.0.0.1",
            "https://127.0.0.1",
            "https://169.254.169.254",
            "https://100.100.100.200",
            "https://[::ffff:127.0.0.1]",
            "https://[fd00::1]",
            "https://example.com?x=1",
            "https://example.com/#x",
            "https://user@example.com",
            "file:///etc/passwd",
            "ftp://example.com",
            "example.com",
            "",
        ] {
            assert!(IssuerUrl::parse(bad).is_none(), "{bad}");
        }
        assert!(IssuerUrl::parse(&format!("https://example.com/{}", "x".repeat(240))).is_none());
    }

    #[test]
    fn keys_are_fetched_from_where_the_issuer_may_point() {
        let own = IssuerUrl::parse("http://localhost:9000/realm").unwrap();
        assert!(own.keys_at("http://localhost:9000/keys").is_some());
        assert!(own.keys_at("http://localhost:9001/keys").is_none(), "another service of this machine");
        let public = IssuerUrl::parse("https://example.com").unwrap();
        assert!(public.keys_at("https://keys.example.net/set").is_some());
        for bad in ["http://localhost:80/", "https://192.168.0.1/", "http://example.com/keys", "x"] {
            assert!(public.keys_at(bad).is_none(), "{bad}");
        }
        assert_eq!(public.discovery(), "https://example.com/.well-known/openid-configuration");
    }
}
