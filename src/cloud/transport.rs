//! One signed call, or one form, over HTTP, by ureq.

use std::io::Read;
use std::time::Duration;

use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig, TlsProvider};

use crate::rpc::Signed;

use super::site::{Endpoint, Timeouts};

/// No answer of these APIs comes near this; a page of accounts has some 100 KB.
const LONGEST_ANSWER: u64 = 8 * 1024 * 1024;

pub(super) struct Transport(Agent);

pub(super) struct Response {
    pub(super) status: u16,
    pub(super) retry_after: Option<Duration>,
    pub(super) body: Vec<u8>,
}

impl Transport {
    pub(super) fn new(timeouts: Timeouts) -> Self {
        let tls = TlsConfig::builder()
            .provider(TlsProvider::NativeTls)
            .root_certs(RootCerts::PlatformVerifier)
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .timeout_connect(Some(timeouts.connect))
            .timeout_global(Some(timeouts.total))
            .http_status_as_error(false)
            // A signature is for one host: to follow a redirect would hand it to another.
            .max_redirects(0)
            .max_redirects_will_error(false)
            // Otherwise ureq reads a proxy from the environment.
            .proxy(None)
            .user_agent(concat!("cloudsso/", env!("CARGO_PKG_VERSION")))
            .build();
        Self(config.new_agent())
    }

    /// Sends `signed` as `POST /` and reads the whole answer.
    ///
    /// # Errors
    /// What went wrong, in words; nothing of the request is in them.
    pub(super) fn send(&self, endpoint: &Endpoint, signed: &Signed) -> Result<Response, String> {
        let mut request = self.0.post(endpoint.url(&signed.query));
        for (name, value) in &signed.headers {
            request = request.header(*name, value);
        }
        let mut response = request.send(signed.body.as_bytes()).map_err(|error| describe(&error))?;
        let body = response.body_mut().with_config().limit(LONGEST_ANSWER).read_to_vec();
        Ok(Response::new(&response, body.map_err(|error| describe(&error))?))
    }

    /// Sends an encoded `form` as `POST url`, and reads the answer up to one byte more than `longest`, so that
    /// whoever asked sees when it is too long.
    ///
    /// # Errors
    /// As [`Transport::send`].
    pub(super) fn post_form(&self, url: &str, form: &str, longest: usize) -> Result<Response, String> {
        let request = self.0.post(url).header("content-type", "application/x-www-form-urlencoded");
        let mut response = request.send(form.as_bytes()).map_err(|error| describe(&error))?;
        let most = u64::try_from(longest).unwrap_or(u64::MAX).saturating_add(1);
        let mut body = Vec::new();
        let read = response.body_mut().as_reader().take(most).read_to_end(&mut body);
        read.map_err(|error| error.to_string())?;
        Ok(Response::new(&response, body))
    }
}

impl Response {
    fn new(response: &ureq::http::Response<ureq::Body>, body: Vec<u8>) -> Self {
        let seconds =
            response.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
        let retry_after = seconds.map(Duration::from_secs);
        Self { status: response.status().as_u16(), retry_after, body }
    }
}

/// Some of ureq's errors quote the URL, whose query may hold what should not be logged.
fn describe(error: &ureq::Error) -> String {
    match error {
        ureq::Error::BadUri(_) => "the endpoint is not a host".to_owned(),
        ureq::Error::RequireHttpsOnly(_) => "the endpoint is not https".to_owned(),
        other => other.to_string(),
    }
}
