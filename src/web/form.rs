//! Forms: read, and checked to come from a page of ours in the same browser before anything else.

use std::collections::HashMap;

use actix_web::HttpRequest;
use actix_web::http::header;
use actix_web::web::Bytes;

use super::Face;
use super::cookie::{self, Purpose};
use super::error::Refused;

/// Forms of people are small.
pub(super) const LIMIT: usize = 16 * 1024;

/// The fields of a form that a page of ours sent from this browser.
pub(super) struct Form(HashMap<String, String>);

impl Form {
    /// Reads a form that was shown to the holder of this cookie.
    ///
    /// The token is checked, and what the browser says of the sender: `Sec-Fetch-Site` where it
    /// says it, else `Origin`.
    pub(super) fn read(
        face: &Face,
        request: &HttpRequest,
        body: &Bytes,
        purpose: Purpose,
    ) -> Result<Self, Refused> {
        let form = parse(request, body)?;
        let cookie = cookie::read(face, request, purpose).unwrap_or_default();
        let is_ours =
            is_same_origin(face, request) && face.ctx.is_form_token(&cookie, form.text("csrf_token"))?;
        if is_ours { Ok(form) } else { Err(Refused::forged().of(request)) }
    }

    /// Reads a form that another site sent through the browser: nothing is known of who sent it.
    pub(super) fn of_stranger(request: &HttpRequest, body: &Bytes) -> Result<Self, Refused> {
        parse(request, body)
    }

    /// A field; empty when it was not sent.
    pub(super) fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
}

/// Reads the fields; one that is sent twice could mean either, and is refused.
fn parse(request: &HttpRequest, body: &Bytes) -> Result<Form, Refused> {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_form = content_type
        .and_then(|value| value.split(';').next())
        .is_some_and(|value| value.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"));
    if !is_form {
        return Err(Refused::malformed().of(request));
    }
    let mut fields = HashMap::new();
    for (name, value) in url::form_urlencoded::parse(body) {
        if fields.insert(name.into_owned(), value.into_owned()).is_some() {
            return Err(Refused::malformed().of(request));
        }
    }
    Ok(Form(fields))
}

fn is_same_origin(face: &Face, request: &HttpRequest) -> bool {
    let text = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or_default());
    match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => {
            let host =
                request.headers().get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
            origin == format!("{}://{host}", face.public_url.scheme())
        }
        (None, None) => true,
    }
}
