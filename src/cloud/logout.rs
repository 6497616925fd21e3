//! SAML 2.0 single logout over the back channel: the HTTP POST binding (saml-bindings-2.0-os §3.5) with us in
//! the browser's place. What the message and the answer say is the business of whoever wrote the one.

use url::Url;

use super::account::Cloud;
use super::call::Caller;
use super::error::Error;
use super::transport::Response;

/// No LogoutResponse comes near this.
const LONGEST_ANSWER: usize = 64 * 1024;

impl Cloud {
    /// Posts a LogoutRequest, in Base64, as the form field `SAMLRequest` to a single logout service, whose
    /// `url` is http or https, and gives the body of a 200. It is not signed as calls of the OpenAPIs are,
    /// and follows no redirect. Each attempt has the site's timeouts, and after 429, 5xx or no answer there
    /// are as many as the site's [`super::Retry`] says: to end a session twice ends it.
    ///
    /// Logouts have an accounting of their own, with the cloud's [`super::Limits`] for each host in an
    /// account's place: they wait for other logouts at the same host and never behind calls of the OpenAPIs,
    /// nor these behind them.
    ///
    /// # Errors
    /// [`Error::Address`] when `url` is none; [`Error::Refused`] for an answer of 4xx, without a code;
    /// [`Error::Throttled`] for 429; [`Error::Unavailable`] for 5xx or no answer; [`Error::LeftAlone`] at once
    /// while the host is left alone after too many of these; [`Error::Malformed`] for any other status, and for
    /// a body that is longer than 64 KiB or not UTF-8.
    pub fn post_saml_logout(&self, url: &str, saml_request: &str) -> Result<String, Error> {
        let (url, host) = destination(url)?;
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("SAMLRequest", saml_request)
            .finish();
        let span = tracing::debug_span!("saml logout", server.address = host.as_str());
        let _inside = span.enter();
        let Caller { transport, logouts, .. } = self.caller();
        let attempt = || {
            logouts.pass(&host, || {
                let response = transport.post_form(url.as_str(), &form, LONGEST_ANSWER);
                classify(response.map_err(|reason| Error::Unavailable { reason, request_id: String::new() })?)
            })
        };
        self.caller().persist(true, attempt, |_body| "")
    }
}

/// The URL, and its scheme, host and port for the accounting.
fn destination(text: &str) -> Result<(Url, String), Error> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let url = url.ok_or_else(|| Error::Address {
        expected: "the URL of a single logout service, of http or https".to_owned(),
    })?;
    let host = url.origin().ascii_serialization();
    Ok((url, host))
}

fn classify(response: Response) -> Result<String, Error> {
    let request_id = String::new;
    match response.status {
        200 if response.body.len() > LONGEST_ANSWER => {
            Err(malformed(format!("at most {LONGEST_ANSWER} bytes of it")))
        }
        200 => String::from_utf8(response.body).map_err(|_ignored| malformed("UTF-8".to_owned())),
        429 => Err(Error::Throttled {
            code: String::new(),
            retry_after: response.retry_after,
            request_id: request_id(),
        }),
        status @ 400..=499 => Err(Error::Refused {
            status,
            code: String::new(),
            // What the body says may quote the request.
            message: "the logout was refused".to_owned(),
            request_id: request_id(),
        }),
        status @ 500.. => Err(Error::Unavailable { reason: status.to_string(), request_id: request_id() }),
        status => Err(malformed(format!("200 and not {status}"))),
    }
}

fn malformed(expected: String) -> Error {
    Error::Malformed { expected, request_id: String::new() }
}
