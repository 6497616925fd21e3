//! One bounded GET of what an issuer publishes: no redirect, no proxy, a few seconds, a few kilobytes.

use std::time::Duration;

use serde::de::DeserializeOwned;
use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig, TlsProvider};

/// For each of the two requests that a fetch takes.
const PATIENCE: Duration = Duration::from_secs(2);
const LONGEST: u64 = 256 * 1024;

pub(super) struct Fetcher(Agent);

impl Fetcher {
    pub(super) fn new() -> Self {
        let tls = TlsConfig::builder()
            .provider(TlsProvider::NativeTls)
            .root_certs(RootCerts::PlatformVerifier)
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            // A redirect would lead to where nobody looked at the address.
            .max_redirects(0)
            .max_redirects_will_error(false)
            // Otherwise ureq reads a proxy from the environment.
            .proxy(None)
            .max_idle_connections(0)
            .user_agent(concat!("cloudsso/", env!("CARGO_PKG_VERSION")))
            .build();
        Self(config.new_agent())
    }

    /// The JSON at `address`; or what went wrong, in words for the log.
    pub(super) fn json<T: DeserializeOwned>(&self, address: &str) -> Result<T, String> {
        let answer = self.0.get(address).header("accept", "application/json").call();
        let mut answer = answer.map_err(|error| error.to_string())?;
        if answer.status().as_u16() != 200 {
            return Err(format!("{address} answers {}", answer.status()));
        }
        let body = answer.body_mut().with_config().limit(LONGEST).read_to_vec();
        let body = body.map_err(|error| error.to_string())?;
        serde_json::from_slice(&body).map_err(|error| format!("{address}: {error}"))
    }
}
