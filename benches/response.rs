//! Signed Responses per second on one core, beside raw RSA-2048 signing with a prepared key in the
//! same run. Rounds alternate, so that both see the same machine; the medians are compared.
//!
//! `cargo bench --bench response`; exits with 1 when the goal is missed.

#![expect(clippy::print_stdout, reason = "a benchmark reports on standard output")]

use std::hint::black_box;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cloudsso::base::Timestamp;
use cloudsso::crypto::{Certificate, KeyType, Random, SigningKey};
use cloudsso::saml::{Assertion, Attribute, AuthnContext, MessageId, NameId, NameIdFormat, Response, Signer};
use openssl::md::Md;
use openssl::pkey::PKey;
use openssl::pkey_ctx::PkeyCtx;
use openssl::sha::sha256;

const GOAL: f64 = 0.80;
const ROUNDS: usize = 41;
const SIGNATURES_PER_ROUND: u32 = 100;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<ExitCode, Failure> {
    let now = Timestamp::from_seconds(1_795_371_745);
    let random = Random::system();
    let key = Arc::new(SigningKey::generate(KeyType::Rsa2048)?);
    let year = Duration::from_secs(365 * 24 * 3600);
    let certificate = Certificate::self_signed(&key, "bench", now, year, &random)?;
    let signer = Signer::new(Arc::clone(&key), &certificate)?;

    let raw_key = PKey::private_key_from_pkcs8(&key.to_pkcs8_der()?)?;
    let mut raw = PkeyCtx::new(&raw_key)?;
    raw.sign_init()?;
    raw.set_signature_md(Md::sha256())?;
    let digest = sha256(b"what is signed does not matter here");
    let mut signature = [0; 256];

    let (mut raw_times, mut response_times) = (Vec::new(), Vec::new());
    for _round in 0..ROUNDS {
        raw_times.push(time(|| {
            raw.sign(black_box(&digest), Some(&mut signature))?;
            Ok(())
        })?);
        response_times.push(time(|| {
            let signed = response(&random, now)?.sign(&signer)?;
            black_box(signed.to_base64());
            Ok(())
        })?);
    }
    let (raw, responses) = (per_second(raw_times), per_second(response_times));
    let ratio = responses / raw;
    let is_met = ratio >= GOAL;
    println!("raw RSA-2048 signatures   {raw:8.0} /s");
    println!("signed Responses          {responses:8.0} /s  (ids made, written, signed, base 64)");
    println!("ratio                     {:8.1} %", ratio * 100.0);
    println!("goal >= {:.0} %: {}", GOAL * 100.0, if is_met { "yes" } else { "no" });
    Ok(if is_met { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// How long one operation takes, over a round of them.
fn time(mut operation: impl FnMut() -> Result<(), Failure>) -> Result<Duration, Failure> {
    let start = Instant::now();
    for _ in 0..SIGNATURES_PER_ROUND {
        operation()?;
    }
    Ok(start.elapsed() / SIGNATURES_PER_ROUND)
}

fn per_second(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times.get(times.len() / 2).map_or(0.0, |median| 1.0 / median.as_secs_f64())
}

/// A role logon of ten roles.
fn response(random: &Random, now: Timestamp) -> Result<Response, Failure> {
    let roles = (0..10).map(|n| {
        let account = 1_234_567_890_123_400_u64 + n;
        format!("acs:ram::{account}:role/reader,acs:ram::{account}:saml-provider/cloudsso")
    });
    Ok(Response {
        id: MessageId::generate(random)?,
        issuer: "https://sso.example.com/saml/idp/metadata".to_owned(),
        acs_url: "https://signin.example.com/saml-role/sso".to_owned(),
        in_response_to: None,
        issue_instant: now,
        assertion: Assertion {
            id: MessageId::generate(random)?,
            name_id: Some(NameId::new(NameIdFormat::Persistent, "alice")),
            audience: "urn:example:cloud".to_owned(),
            not_before: now,
            not_on_or_after: now.plus(Duration::from_secs(300)),
            authn_instant: now,
            authn_context: AuthnContext::MultiFactor,
            session_index: "_s".to_owned(),
            session_not_on_or_after: Some(now.plus(Duration::from_secs(3600))),
            attributes: vec![
                Attribute::new("https://www.example.com/SAML-Role/Attributes/Role", roles),
                Attribute::new("https://www.example.com/SAML-Role/Attributes/RoleSessionName", ["alice"]),
                Attribute::new("https://www.example.com/SAML-Role/Attributes/SessionDuration", ["3600"]),
            ],
        },
    })
}
