//! The two requests to peers.

use std::io::Read as _;
use std::time::{Duration, Instant};

use ureq::http::Response;
use ureq::tls::{RootCerts, TlsConfig, TlsProvider};
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Body};
use url::Url;

use super::gate::Gate;
use super::{Error, PeerLimits, target};

/// Bytes of metadata.
const LONGEST_METADATA: usize = 256 * 1024;
/// Bytes of the answer to a message.
const LONGEST_ANSWER: usize = 64 * 1024;
/// Bytes of an answer's head.
const LONGEST_HEAD: usize = 16 * 1024;
/// Redirects that are followed to metadata.
const REDIRECTS: usize = 3;
/// Bytes of a validator that is kept.
const LONGEST_VALIDATOR: usize = 256;

/// What sends requests to peers. Follows no proxy of the environment, keeps no cookie and no connection, decodes no
/// compression.
pub struct Peers {
    agent: Agent,
    metadata: Duration,
    message: Duration,
}

/// What a peer said by which it knows a version of its metadata (RFC 9110 §8.8).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validators {
    /// Its `ETag`.
    pub etag: Option<String>,
    /// Its `Last-Modified`.
    pub last_modified: Option<String>,
}

/// What a peer answered when it was asked for its metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// It is what the validators name.
    Unchanged,
    /// It is this.
    Metadata {
        /// The text; nobody looked at it.
        text: String,
        /// What names it.
        validators: Validators,
    },
}

impl Peers {
    /// What sends requests within these limits.
    pub fn new(limits: PeerLimits) -> Self {
        let tls = TlsConfig::builder()
            .provider(TlsProvider::NativeTls)
            .root_certs(RootCerts::PlatformVerifier)
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .timeout_connect(Some(limits.connect))
            .http_status_as_error(false)
            // Each hop is checked here before it is followed.
            .max_redirects(0)
            .max_redirects_will_error(false)
            // Otherwise ureq reads a proxy from the environment.
            .proxy(None)
            // A connection that is kept would lead to an address of yesterday.
            .max_idle_connections(0)
            .max_response_header_size(LONGEST_HEAD)
            .accept_encoding("identity")
            .user_agent(concat!("cloudsso/", env!("CARGO_PKG_VERSION")))
            .build();
        let (metadata, message) = (limits.metadata, limits.message);
        let agent = Agent::with_parts(config, DefaultConnector::default(), Gate::new(limits));
        Self { agent, metadata, message }
    }

    /// Checks the form of an address. What it stands for is judged when it is reached.
    ///
    /// # Errors
    /// [`Error::Address`].
    pub fn check(url: &str) -> Result<(), Error> {
        target::parse(url).map(|_url| ())
    }

    /// Metadata at `url`, of at most 256 KiB, after at most three redirects; only if it is not what `known` names.
    /// The address is https, and http only to loopback or a network of the limits where they allow it.
    ///
    /// # Errors
    /// [`Error`].
    pub fn get_metadata(&self, url: &str, known: &Validators) -> Result<Fetched, Error> {
        let begun = Instant::now();
        let mut url = target::parse(url)?;
        for _ in 0..=REDIRECTS {
            let left = self.metadata.saturating_sub(begun.elapsed()).max(Duration::from_millis(1));
            let mut response = self.get(&url, known, left)?;
            match response.status().as_u16() {
                200 => {
                    let text = read(&mut response, &url, LONGEST_METADATA, "at most 256 KiB")?;
                    return Ok(Fetched::Metadata { text, validators: Validators::of(&response) });
                }
                304 if *known != Validators::default() => return Ok(Fetched::Unchanged),
                301 | 302 | 303 | 307 | 308 => {
                    let location = header(&response, "location");
                    let lacking = || answer(&url, "a redirect that says where", "none".to_owned());
                    url = target::follow(&url, location.ok_or_else(lacking)?)?;
                }
                status => return Err(answer(&url, "status 200", format!("status {status}"))),
            }
        }
        Err(answer(&url, "at most 3 redirects", "another".to_owned()))
    }

    /// Posts a SOAP envelope to `url` (saml-bindings-2.0-os §3.2.3); gives the answer, of at most 64 KiB. No redirect
    /// is followed. Addresses are as in [`Self::get_metadata`].
    ///
    /// # Errors
    /// [`Error`].
    pub fn post_soap(&self, url: &str, envelope: &str) -> Result<String, Error> {
        let url = target::parse(url)?;
        let request = self.agent.post(url.as_str()).config().timeout_global(Some(self.message)).build();
        let request = request
            .header("content-type", "text/xml; charset=utf-8")
            .header("soapaction", "\"http://www.oasis-open.org/committees/security\"");
        let mut response = request.send(envelope).map_err(|error| describe(&url, error))?;
        match response.status().as_u16() {
            200 => read(&mut response, &url, LONGEST_ANSWER, "at most 64 KiB"),
            status => Err(answer(&url, "status 200", format!("status {status}"))),
        }
    }

    fn get(&self, url: &Url, known: &Validators, left: Duration) -> Result<Response<Body>, Error> {
        let request = self.agent.get(url.as_str()).config().timeout_global(Some(left)).build();
        let mut request = request.header("accept", "application/samlmetadata+xml, application/xml, text/xml");
        if let Some(etag) = &known.etag {
            request = request.header("if-none-match", etag);
        }
        if let Some(moment) = &known.last_modified {
            request = request.header("if-modified-since", moment);
        }
        request.call().map_err(|error| describe(url, error))
    }
}

impl Validators {
    fn of(response: &Response<Body>) -> Self {
        let kept =
            |name| header(response, name).filter(|value| value.len() <= LONGEST_VALIDATOR).map(str::to_owned);
        Self { etag: kept("etag"), last_modified: kept("last-modified") }
    }
}

fn header<'r>(response: &'r Response<Body>, name: &str) -> Option<&'r str> {
    response.headers().get(name)?.to_str().ok()
}

/// Reads a body as text, and never more of it than one byte above `longest`.
fn read(
    response: &mut Response<Body>,
    url: &Url,
    longest: usize,
    expected: &'static str,
) -> Result<String, Error> {
    if let Some(encoding) = header(response, "content-encoding").filter(|encoding| *encoding != "identity") {
        let received = encoding.chars().take(40).collect();
        return Err(answer(url, "no content encoding", received));
    }
    let most = u64::try_from(longest).unwrap_or(u64::MAX).saturating_add(1);
    let mut body = Vec::new();
    let outcome = response.body_mut().as_reader().take(most).read_to_end(&mut body);
    outcome.map_err(|error| describe(url, ureq::Error::from(error)))?;
    if body.len() > longest {
        return Err(answer(url, expected, "more".to_owned()));
    }
    String::from_utf8(body).map_err(|error| answer(url, "UTF-8", error.utf8_error().to_string()))
}

fn answer(url: &Url, expected: &'static str, received: String) -> Error {
    Error::Answer { host: target::shown(url), expected, received }
}

/// Some of ureq's errors quote the URL, whose query may hold what should not be told.
fn describe(url: &Url, error: ureq::Error) -> Error {
    let reason = match error {
        ureq::Error::Other(other) => match other.downcast::<Error>() {
            Ok(own) => return *own,
            Err(other) => other.to_string(),
        },
        ureq::Error::BadUri(_) => "the address is none".to_owned(),
        ureq::Error::HostNotFound => "there is no such host".to_owned(),
        ureq::Error::Timeout(_) => "it takes too long".to_owned(),
        other => other.to_string(),
    };
    Error::Unreachable { host: target::shown(url), reason }
}
