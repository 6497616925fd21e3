//! The load of `scripts/measure-saml`: asks an identity provider by Redirect for somebody who is signed in, again
//! and again over many connections, each time with an AuthnRequest of its own, and says how many Responses came.
//! It costs little itself: a thread for each connection, and a Response is looked into only now and then.
//!
//! `cargo bench --bench sso-load` reads one job a line from standard input, as JSON, and answers each with a line.

#![expect(clippy::print_stdout, reason = "its answers are its output")]

#[path = "../wire/mod.rs"]
mod wire;

use std::io::{self, BufRead, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use chrono::{DateTime, SecondsFormat, Utc};
use data_encoding::BASE64;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use wire::{Connection, Face};

type Failure = Box<dyn std::error::Error>;

/// Of so many Responses one is looked into.
const SAMPLE: u64 = 32;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Job {
    /// Where requests go: the single sign-on service's Location of the Redirect binding, on plain HTTP.
    url: String,
    /// The Cookie fields of live sessions: the connections share them out in turn.
    cookies: Vec<String>,
    /// The service provider's entity id.
    issuer: String,
    acs_url: String,
    connections: usize,
    /// No request begins after so many seconds.
    seconds: f64,
}

#[derive(Serialize, Default)]
struct Outcome {
    /// From the first request to the last answer.
    seconds: f64,
    /// Responses that came.
    count: usize,
    /// Those of them that were looked into, and answered the request they came upon.
    sampled: usize,
    errors: usize,
    /// One of the errors.
    example: Option<String>,
    /// Milliseconds of every request that was answered with a Response, in no order.
    latencies: Vec<f64>,
}

fn main() -> Result<(), Failure> {
    for line in io::stdin().lock().lines() {
        let job: Job = serde_json::from_str(&line?)?;
        println!("{}", serde_json::to_string(&run(&job)?)?);
    }
    Ok(())
}

fn run(job: &Job) -> Result<Outcome, Failure> {
    let faces: Option<Vec<Face>> =
        job.cookies.iter().map(|cookie| Face::parse(&job.url, &[("Cookie", cookie)])).collect();
    let faces =
        faces.filter(|faces| !faces.is_empty()).ok_or("url is not http://host:port/path, or no cookies")?;
    let (next, begun) = (AtomicU64::new(0), Instant::now());
    let until = begun + Duration::from_secs_f64(job.seconds);
    let seen: Vec<Outcome> = thread::scope(|scope| {
        let hands: Vec<_> = faces
            .iter()
            .cycle()
            .take(job.connections)
            .map(|face| {
                let next = &next;
                scope.spawn(move || work(job, face, next, until))
            })
            .collect();
        hands.into_iter().filter_map(|hand| hand.join().ok()).collect()
    });
    if seen.len() < job.connections {
        return Err("a connection's thread ended early".into());
    }
    let mut outcome = Outcome { seconds: begun.elapsed().as_secs_f64(), ..Outcome::default() };
    for mut one in seen {
        outcome.count += one.count;
        outcome.sampled += one.sampled;
        outcome.errors += one.errors;
        outcome.example = outcome.example.or(one.example);
        outcome.latencies.append(&mut one.latencies);
    }
    Ok(outcome)
}

fn work(job: &Job, face: &Face, next: &AtomicU64, until: Instant) -> Outcome {
    let (mut seen, mut connection) = (Outcome::default(), Connection::new(face));
    while Instant::now() < until {
        let number = next.fetch_add(1, Ordering::Relaxed);
        match ask(job, (face, &mut connection), number) {
            Ok(took) => {
                seen.count += 1;
                seen.sampled += usize::from(number.is_multiple_of(SAMPLE));
                seen.latencies.push(took);
            }
            Err(problem) => {
                seen.errors += 1;
                seen.example.get_or_insert(problem);
            }
        }
    }
    seen
}

/// One request. Gives the milliseconds until the page with the Response was there.
fn ask(job: &Job, (face, connection): (&Face, &mut Connection<'_>), number: u64) -> Result<f64, String> {
    let id = message_id(number);
    let query = authn_request(job, &id).map_err(|error| error.to_string())?;
    let mark = if job.url.contains('?') { '&' } else { '?' };
    let request = face.request("GET", &format!("{mark}{query}"), &[("Accept", "text/html")], "");
    let begun = Instant::now();
    let answer = connection.exchange(&request).map_err(|error| error.to_string())?;
    let took = begun.elapsed().as_secs_f64() * 1000.0;
    let body = String::from_utf8_lossy(&answer.body);
    let response = if answer.status == 200 { posted_response(&body) } else { None };
    let Some(response) = response else {
        return Err(format!("{} {}", answer.status, body.chars().take(300).collect::<String>()));
    };
    if number.is_multiple_of(SAMPLE) {
        look_into(response, &id)?;
    }
    Ok(took)
}

#[expect(
    clippy::disallowed_methods,
    reason = "it plays service providers, which look at clocks of their own"
)]
fn now() -> DateTime<Utc> {
    SystemTime::now().into()
}

/// Unique over all runs against one server.
fn message_id(number: u64) -> String {
    format!("_{:024x}{number:016x}", now().timestamp_micros())
}

/// The query of an AuthnRequest by the Redirect binding, unsigned (saml-bindings-2.0-os §3.4.4.1).
fn authn_request(job: &Job, id: &str) -> io::Result<String> {
    let now = now().to_rfc3339_opts(SecondsFormat::Secs, true);
    let Job { url, issuer, acs_url, .. } = job;
    let xml = format!(
        "<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" \
         xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"{id}\" Version=\"2.0\" IssueInstant=\"{now}\" \
         Destination=\"{url}\" ProtocolBinding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" \
         AssertionConsumerServiceURL=\"{acs_url}\"><saml:Issuer>{issuer}</saml:Issuer></samlp:AuthnRequest>"
    );
    let mut deflated = DeflateEncoder::new(Vec::new(), Compression::fast());
    deflated.write_all(xml.as_bytes())?;
    let base64 = BASE64.encode(&deflated.finish()?);
    Ok(format!("SAMLRequest={}", utf8_percent_encode(&base64, NON_ALPHANUMERIC)))
}

/// The value of the form field `SAMLResponse`; `None` where there is none, or an empty one.
fn posted_response(page: &str) -> Option<&str> {
    let (_, rest) = page.split_once("name=\"SAMLResponse\"")?;
    let (_, rest) = rest.split_once("value=\"")?;
    let (value, _) = rest.split_once('"')?;
    (!value.is_empty()).then_some(value)
}

/// That it is signed, says Success, and answers this request. An encrypted assertion is not looked into.
fn look_into(response: &str, id: &str) -> Result<(), String> {
    let base64 =
        response.replace("&#43;", "+").replace("&#x2B;", "+").replace("&#x2F;", "/").replace("&#x3D;", "=");
    let base64: String = base64.split_whitespace().collect();
    let xml = BASE64.decode(base64.as_bytes()).map_err(|error| format!("SAMLResponse: {error}"))?;
    let xml = String::from_utf8_lossy(&xml);
    for wanted in [&format!("InResponseTo=\"{id}\""), ":status:Success", "SignatureValue>"] {
        if !xml.contains(wanted) {
            return Err(format!("no {wanted} in {}", xml.chars().take(600).collect::<String>()));
        }
    }
    Ok(())
}
