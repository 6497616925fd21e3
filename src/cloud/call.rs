//! One call: its parameters, its attempts, and its answer by type.

use std::time::Duration;

use data_encoding::HEXLOWER;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::rpc::{AccessKey, Outgoing};

use super::error::Error;
use super::limits::Limits;
use super::site::{Endpoint, Site, Surroundings};
use super::traffic::Traffic;
use super::transport::{Response, Transport};

/// Stands for the account of the site's own key.
pub(super) const MANAGEMENT: &str = "management";

/// An action with its parameters.
pub(super) struct Call {
    pub(super) product: Product,
    pub(super) action: &'static str,
    query: Vec<(String, String)>,
    form: Vec<(String, String)>,
    is_repeatable: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Product {
    Sts,
    Ram,
    Ims,
    ResourceDirectory,
}

impl Product {
    fn endpoint(self, site: &Site) -> &Endpoint {
        match self {
            Self::Sts => &site.sts,
            Self::Ram => &site.ram,
            Self::Ims => &site.ims,
            Self::ResourceDirectory => &site.resource_directory,
        }
    }

    const fn version(self) -> &'static str {
        match self {
            Self::Sts => "2015-04-01",
            Self::Ram => "2015-05-01",
            Self::Ims => "2019-08-15",
            Self::ResourceDirectory => "2022-04-19",
        }
    }
}

impl Call {
    pub(super) const fn new(product: Product, action: &'static str) -> Self {
        Self { product, action, query: Vec::new(), form: Vec::new(), is_repeatable: true }
    }

    /// Says that doing it twice makes two: after an unknown outcome it is not sent again.
    pub(super) const fn once(mut self) -> Self {
        self.is_repeatable = false;
        self
    }

    pub(super) fn with<T: ToString + ?Sized>(mut self, name: &str, value: &T) -> Self {
        self.query.push((name.to_owned(), value.to_string()));
        self
    }

    pub(super) fn with_optional(self, name: &str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.with(name, &value),
            None => self,
        }
    }

    /// What the call is counted with: the calls in its account. Those of the management account by which
    /// members are found and entered are apart from those about its own roles and policies, so that work in
    /// the management account keeps nobody from entering another.
    fn lane(&self, account: &str) -> String {
        match self.product {
            Product::Sts | Product::ResourceDirectory if account == MANAGEMENT => {
                format!("{MANAGEMENT} directory")
            }
            _ => account.to_owned(),
        }
    }

    /// A document, an assertion: too long for a URL.
    pub(super) fn with_large(mut self, name: &str, value: &str) -> Self {
        self.form.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// What sends calls.
pub(super) struct Caller {
    pub(super) site: Site,
    pub(super) surroundings: Surroundings,
    pub(super) transport: Transport,
    traffic: Traffic,
    /// Single logouts, apart from the calls of the OpenAPIs: a session that must end does not wait for work.
    pub(super) logouts: Traffic,
}

impl Caller {
    pub(super) fn new(site: Site, surroundings: Surroundings, limits: Limits) -> Self {
        let transport = Transport::new(site.timeouts);
        let traffic = Traffic::new(limits, surroundings.clone());
        let logouts = Traffic::new(limits, surroundings.clone());
        Self { site, surroundings, transport, traffic, logouts }
    }

    /// Sends `call` signed by `key`, or anonymously, and tries again as the site's [`super::Retry`] says.
    /// `account` is where the call acts: for its turn, and for the trace.
    pub(super) fn send<T: DeserializeOwned>(
        &self,
        call: &Call,
        key: Option<&AccessKey>,
        account: &str,
    ) -> Result<T, Error> {
        let span = tracing::debug_span!("cloud", action = call.action, account.id = account);
        let _inside = span.enter();
        let lane = call.lane(account);
        let attempt = || self.traffic.pass(&lane, || self.attempt(call, key));
        read(call, self.persist(call.is_repeatable, attempt, request_id)?)
    }

    /// Makes `attempt` until it succeeds, or trying again is useless or would do too much: after an unknown
    /// outcome only what is repeatable is tried again. `request_id` finds the cloud's name for the request in
    /// a success, for the trace.
    pub(super) fn persist<T>(
        &self,
        is_repeatable: bool,
        attempt: impl Fn() -> Result<T, Error>,
        request_id: fn(&T) -> &str,
    ) -> Result<T, Error> {
        let mut paused = Duration::ZERO;
        let mut number = 1;
        loop {
            let outcome = attempt();
            trace(number, outcome.as_ref().map(request_id));
            let error = match outcome {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            let is_unknown = matches!(error, Error::Unavailable { .. });
            let random = u64::from_be_bytes(self.random()?[..8].try_into().unwrap_or_default());
            match self.site.retry.pause(&error, number, paused, random) {
                Some(pause) if is_repeatable || !is_unknown => {
                    self.surroundings.pause.wait(pause);
                    paused = paused.saturating_add(pause);
                    number += 1;
                }
                _ => return Err(error),
            }
        }
    }

    fn attempt(&self, call: &Call, key: Option<&AccessKey>) -> Result<Value, Error> {
        let endpoint = call.product.endpoint(&self.site);
        let outgoing = Outgoing {
            host: endpoint.host(),
            action: call.action,
            version: call.product.version(),
            query: &call.query,
            form: &call.form,
        };
        // A nonce for each attempt: the cloud may have seen the last one.
        let nonce = HEXLOWER.encode(&self.random()?);
        let now = self.surroundings.clock.now();
        let signed = match key {
            Some(key) => outgoing.sign(key, now, &nonce).map_err(|error| unavailable(error.to_string()))?,
            None => outgoing.anonymous(now, &nonce),
        };
        classify(&self.transport.send(endpoint, &signed).map_err(unavailable)?)
    }

    fn random(&self) -> Result<[u8; 16], Error> {
        (self.surroundings.entropy)().ok_or_else(|| unavailable("no randomness".to_owned()))
    }
}

fn unavailable(reason: String) -> Error {
    Error::Unavailable { reason, request_id: String::new() }
}

/// An HTTP answer into the value of a success, or the kind of its failure.
fn classify(response: &Response) -> Result<Value, Error> {
    let value: Option<Value> = serde_json::from_slice(&response.body).ok();
    let text = |name: &str| {
        let member = value.as_ref().and_then(|value| value.get(name)?.as_str());
        member.unwrap_or_default().chars().take(1_000).collect::<String>()
    };
    let (status, code, request_id) = (response.status, text("Code"), text("RequestId"));
    match status {
        200..=299 => {
            let malformed = || Error::Malformed { expected: "a JSON object".to_owned(), request_id };
            value.filter(Value::is_object).ok_or_else(malformed)
        }
        _ if status == 429 || code.starts_with("Throttling") => {
            Err(Error::Throttled { code, retry_after: response.retry_after, request_id })
        }
        500.. => Err(Error::Unavailable { reason: format!("{status} {code}"), request_id }),
        400.. if !code.is_empty() => {
            // Here the real cloud quotes the request, security token and all.
            let is_quoting = code.contains("Signature");
            let message = if is_quoting { "the signature was refused".to_owned() } else { text("Message") };
            Err(Error::Refused { status, code, message, request_id })
        }
        _ => Err(Error::Malformed {
            expected: format!("a success or an error with a code, not a bare {status}"),
            request_id,
        }),
    }
}

fn request_id(value: &Value) -> &str {
    value.get("RequestId").and_then(Value::as_str).unwrap_or_default()
}

fn read<T: DeserializeOwned>(call: &Call, value: Value) -> Result<T, Error> {
    let request_id = request_id(&value).to_owned();
    serde_json::from_value(value).map_err(|error| Error::Malformed {
        // Serde quotes what it found, and what it found may be a secret.
        expected: format!("the answer of {} ({:?} error)", call.action, error.classify()),
        request_id,
    })
}

/// One event an attempt, inside the span of its call; a success has the cloud's name for the request.
fn trace(attempt: u32, outcome: Result<&str, &Error>) {
    match outcome {
        Ok(request_id) => tracing::debug!(cloud.request.id = request_id, attempt, "cloud call"),
        Err(error) => {
            let request_id = error.request_id();
            tracing::debug!(cloud.request.id = request_id, attempt, %error, "cloud call failed");
        }
    }
}
