//! A request as it arrived: its address, the headers that count here, and its body.

use std::future::poll_fn;
use std::pin::pin;

use actix_web::HttpRequest;
use actix_web::body::{BodyStream, MessageBody};
use actix_web::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName, IF_MATCH, IF_NONE_MATCH};
use actix_web::web::Payload;
use serde_json::{Map, Value, json};

use crate::base::Secret;
use crate::scim::{Error, ErrorKind};

use super::super::Face;
use super::super::cookie::{self, Purpose};

/// What a body may be, in bytes: room for a group of some 50,000 members.
pub(super) const BODY_LIMIT: usize = 8 * 1024 * 1024;
/// What is read of a body before it is known who sends it.
const STRANGERS_LIMIT: usize = 64 * 1024;
/// How many operations of a PATCH or Bulk request the log tells of.
const TOLD: usize = 20;

const SCIM: &str = "application/scim+json";
const JSON: &str = "application/json";

/// What arrived, but for the body.
pub(super) struct Received {
    pub(super) method: String,
    /// Below the base, as it arrived.
    pub(super) path: String,
    /// Path and query as the log names them.
    pub(super) target: String,
    pub(super) parameters: Vec<(String, String)>,
    pub(super) bearer: Option<Secret>,
    /// What opens a session of the portal.
    pub(super) cookie: Option<Secret>,
    pub(super) if_match: Option<String>,
    pub(super) if_none_match: Option<String>,
    /// What the body says it is.
    content_type: Option<String>,
    /// What the answer is written as.
    pub(super) media_type: &'static str,
}

impl Received {
    pub(super) fn new(face: &Face, request: &HttpRequest, base: &str) -> Self {
        let header = |name: HeaderName| {
            let value = request.headers().get(name)?;
            value.to_str().ok().map(str::to_owned)
        };
        let query = request.query_string();
        let path = request.path().strip_prefix(base).unwrap_or_default().to_owned();
        let target = if query.is_empty() { path.clone() } else { format!("{path}?{query}") };
        Self {
            method: request.method().as_str().to_owned(),
            target,
            path,
            parameters: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            bearer: header(AUTHORIZATION).and_then(|value| bearer(&value)),
            cookie: cookie::read(face, request, Purpose::Session).map(Secret::new),
            if_match: header(IF_MATCH),
            if_none_match: header(IF_NONE_MATCH),
            content_type: header(CONTENT_TYPE),
            media_type: answer_type(header(ACCEPT).as_deref().unwrap_or_default()),
        }
    }
}

/// `Bearer <token>` (RFC 6750 §2.1), the scheme in any case.
fn bearer(value: &str) -> Option<Secret> {
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then(|| Secret::new(token))
}

/// SCIM's own type, unless the client asks for plain JSON and does not ask for SCIM's.
fn answer_type(accept: &str) -> &'static str {
    let names = |wanted: &str| {
        accept
            .split(',')
            .filter_map(|item| item.split(';').next())
            .any(|item| item.trim().eq_ignore_ascii_case(wanted))
    };
    if names(JSON) && !names(SCIM) { JSON } else { SCIM }
}

/// A body as far as it was read.
pub(super) enum Content {
    Whole(Vec<u8>),
    /// More than is taken.
    TooLarge,
    /// The connection broke off.
    Broken,
}

impl Content {
    /// How long it was; 0 where it was not kept.
    pub(super) fn length(&self) -> usize {
        match self {
            Self::Whole(bytes) => bytes.len(),
            Self::TooLarge | Self::Broken => 0,
        }
    }

    /// The JSON in it; `None` where there is no body.
    ///
    /// # Errors
    /// `invalidSyntax` for what is no JSON; 413 and 415 for what is too large or no SCIM at all.
    pub(super) fn into_json(self, received: &Received) -> Result<Option<Value>, Error> {
        let bytes = match self {
            Self::Whole(bytes) => bytes,
            Self::TooLarge => {
                let detail = format!("the body must be at most {BODY_LIMIT} bytes");
                return Err(Error::new(ErrorKind::TooLarge, detail));
            }
            Self::Broken => return Err(Error::new(ErrorKind::InvalidSyntax, "the body broke off")),
        };
        if bytes.is_empty() {
            return Ok(None);
        }
        if let Some(content_type) = &received.content_type {
            let media_type = content_type.split(';').next().unwrap_or_default().trim();
            if ![SCIM, JSON].iter().any(|known| known.eq_ignore_ascii_case(media_type)) {
                let detail = format!("the body must be {SCIM} or {JSON}");
                return Err(Error::new(ErrorKind::UnsupportedMediaType, detail));
            }
        }
        let body: Value = serde_json::from_slice(&bytes)
            .map_err(|error| Error::new(ErrorKind::InvalidSyntax, format!("the body is no JSON: {error}")))?;
        Ok(Some(body))
    }
}

/// Reads the body: little of it before `is_known` says that the sender may send more.
pub(super) async fn read(payload: Payload, is_known: impl AsyncFnOnce() -> bool) -> Content {
    let mut stream = pin!(BodyStream::new(payload));
    let mut bytes = Vec::new();
    let mut is_known = Some(is_known);
    while let Some(piece) = poll_fn(|context| stream.as_mut().poll_next(context)).await {
        let Ok(piece) = piece else { return Content::Broken };
        if bytes.len() + piece.len() > STRANGERS_LIMIT
            && let Some(is_known) = is_known.take()
            && !is_known().await
        {
            return Content::TooLarge;
        }
        if bytes.len() + piece.len() > BODY_LIMIT {
            return Content::TooLarge;
        }
        bytes.extend_from_slice(&piece);
    }
    Content::Whole(bytes)
}

/// What a body asks for, in few words and without any value: for the log of requests.
pub(super) fn understood(body: &Value) -> Value {
    let Some(members) = body.as_object() else { return Value::Null };
    let operations = members.iter().find(|(name, _)| name.eq_ignore_ascii_case("Operations"));
    match operations.and_then(|(_, operations)| operations.as_array()) {
        None => json!({ "attributes": members.keys().collect::<Vec<_>>() }),
        Some(operations) => json!({
            "operations": operations.len(),
            "first": operations.iter().take(TOLD).map(told).collect::<Vec<_>>(),
        }),
    }
}

/// One operation of a PATCH or of a Bulk request.
fn told(operation: &Value) -> Value {
    let Some(members) = operation.as_object() else { return Value::Null };
    let mut told = Map::new();
    for (name, value) in members {
        let lower = name.to_ascii_lowercase();
        match (lower.as_str(), value) {
            ("op" | "path" | "method" | "bulkid", Value::String(text)) => {
                told.insert(lower, text.chars().take(200).collect::<String>().into());
            }
            ("value" | "data", Value::Object(value)) => {
                told.insert("attributes".to_owned(), value.keys().cloned().collect());
            }
            ("value", Value::Array(values)) => {
                told.insert("values".to_owned(), values.len().into());
            }
            _ => {}
        }
    }
    Value::Object(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bearer_token() {
        for (value, token) in [
            ("Bearer abc", Some("abc")),
            ("bearer  abc ", Some("abc")),
            ("Basic abc", None),
            ("Bearer", None),
            ("Bearer ", None),
        ] {
            assert_eq!(bearer(value).as_ref().map(Secret::expose), token, "{value:?}");
        }
    }

    #[test]
    fn the_answer_is_scim_unless_plain_json_is_asked_for() {
        for (accept, expected) in [
            ("", SCIM),
            ("*/*", SCIM),
            ("application/json", JSON),
            ("Application/JSON;q=0.9, text/html", JSON),
            ("application/json, application/scim+json", SCIM),
        ] {
            assert_eq!(answer_type(accept), expected, "{accept:?}");
        }
    }

    #[test]
    fn the_log_tells_what_was_asked_for_and_no_value() {
        let patch = json!({ "schemas": [], "Operations": [
            { "op": "Replace", "value": { "password": "hunter2", "active": "False" } },
            { "op": "remove", "path": "members", "value": [{ "value": "u-1" }] },
        ]});
        let expected = json!({ "operations": 2, "first": [
            { "op": "Replace", "attributes": ["active", "password"] },
            { "op": "remove", "path": "members", "values": 1 },
        ]});
        assert_eq!(understood(&patch), expected);
        let user = json!({ "userName": "alice", "password": "hunter2" });
        assert_eq!(understood(&user), json!({ "attributes": ["password", "userName"] }));
    }
}
