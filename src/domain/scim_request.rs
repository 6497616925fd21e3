//! What the log of a connector's requests keeps of one, and what it never keeps: tokens and passwords.

use serde_json::Value;
use url::form_urlencoded;

use crate::base::{ScimConnectorId, ScimCredentialId, Timestamp};

use super::{LastRefusal, SCIM_TOKEN_PREFIX};

/// So many requests of each connector are kept.
pub const SCIM_REQUESTS_KEPT: usize = 1_000;

const MASK: &str = "***";
const LONGEST_METHOD: usize = 20;
const LONGEST_PATH: usize = 2_000;
const LONGEST_DETAIL: usize = 1_000;
const LONGEST_UNDERSTOOD: usize = 4_000;

/// One request of a connector, as its administrator sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct ScimRequest {
    /// The request's id, which its answer carries too.
    pub request_id: String,
    /// When it came.
    pub at: Timestamp,
    /// Whose it is.
    pub connector_id: ScimConnectorId,
    /// By what it was authenticated.
    pub credential_id: ScimCredentialId,
    /// The client's address.
    pub source_address: String,
    /// `GET`, `POST` and so on.
    pub method: String,
    /// The path with its query, as it was sent but for what is secret.
    pub path: String,
    /// The answer's status code.
    pub status: u16,
    /// The answer's `scimType` (RFC 7644 §3.12), of a refusal that has one.
    pub scim_type: Option<String>,
    /// What a refusal said; empty otherwise.
    pub detail: String,
    /// What we took it for, such as the operations of a PATCH after they were normalised.
    pub understood: Value,
    /// How long its body was.
    pub body_bytes: i64,
    /// How long it took, in microseconds.
    pub duration_micros: i64,
}

impl ScimRequest {
    /// The same as it may be kept: nothing secret, nothing endless.
    #[must_use]
    pub fn masked(mut self) -> Self {
        self.method = shorten(self.method, LONGEST_METHOD);
        self.path = shorten(mask_path(&self.path), LONGEST_PATH);
        self.detail = shorten(mask_tokens(&self.detail), LONGEST_DETAIL);
        mask_value(&mut self.understood);
        if self.understood.to_string().len() > LONGEST_UNDERSTOOD {
            self.understood = Value::String("too long to be kept".to_owned());
        }
        self
    }

    /// Whether it changed something, or was meant to: everything but a look.
    pub fn is_write(&self) -> bool {
        let path = self.path.split('?').next().unwrap_or_default().trim_end_matches('/');
        !matches!(self.method.as_str(), "GET" | "HEAD") && !path.ends_with("/.search")
    }

    /// What a refusal says for the connector itself. To look for what is not there is none.
    pub fn refusal(&self) -> Option<LastRefusal> {
        if self.status < 400 || (self.status == 404 && !self.is_write()) {
            return None;
        }
        let kind = self.scim_type.as_deref().map_or_else(String::new, |kind| format!(" {kind}"));
        Some(LastRefusal {
            at: self.at,
            code: format!("{}{kind}", self.status),
            detail: shorten(mask_tokens(&self.detail), LONGEST_DETAIL),
        })
    }
}

/// No longer than this, and without what PostgreSQL does not take for text.
fn shorten(mut text: String, longest: usize) -> String {
    text.retain(|letter| letter != '\0');
    if text.len() > longest {
        let end = (0..=longest).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        text.truncate(end);
        text.push('…');
    }
    text
}

/// Values of filters stay, since they say what a client looks for; but not those of passwords.
fn mask_path(path: &str) -> String {
    let Some((path, query)) = path.split_once('?') else { return mask_tokens(path) };
    let pairs = query.split('&').map(|pair| {
        let (name, value) =
            form_urlencoded::parse(pair.as_bytes()).next().unwrap_or_else(|| ("".into(), "".into()));
        let name_key = name.to_ascii_lowercase();
        let is_secret =
            ["password", "token", "secret", "authorization"].iter().any(|word| name_key.contains(word));
        let masked = match is_secret {
            true if value.is_empty() => String::new(),
            true => MASK.to_owned(),
            false => mask_tokens(&mask_password(&value)),
        };
        if masked == value && mask_tokens(&name) == name {
            return pair.to_owned();
        }
        form_urlencoded::Serializer::new(String::new()).append_pair(&mask_tokens(&name), &masked).finish()
    });
    format!("{}?{}", mask_tokens(path), pairs.collect::<Vec<_>>().join("&"))
}

/// Masks every quoted value after the word `password`.
fn mask_password(filter: &str) -> String {
    // The folded text has the same offsets, since only ASCII is folded.
    let Some(start) = filter.to_ascii_lowercase().find("password") else { return filter.to_owned() };
    let (before, rest) = filter.split_at(start);
    let (mut masked, mut is_quoted, mut is_escaped) = (before.to_owned(), false, false);
    for letter in rest.chars() {
        let ends = letter == '"' && !is_escaped;
        is_escaped = is_quoted && letter == '\\' && !is_escaped;
        if ends {
            is_quoted = !is_quoted;
            masked.push_str(if is_quoted { "\"***" } else { "\"" });
        } else if !is_quoted {
            masked.push(letter);
        }
    }
    masked
}

/// Masks every token of ours, wherever somebody put it.
fn mask_tokens(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(SCIM_TOKEN_PREFIX) {
        masked.push_str(before);
        masked.push_str(SCIM_TOKEN_PREFIX);
        masked.push_str(MASK);
        rest =
            after.trim_start_matches(|letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter));
    }
    masked.push_str(rest);
    masked
}

/// Masks what stands under `password`, and tokens everywhere.
fn mask_value(value: &mut Value) {
    match value {
        Value::String(text) => *text = mask_tokens(&mask_password(text)),
        Value::Array(items) => items.iter_mut().for_each(mask_value),
        Value::Object(members) => {
            // An operation of a PATCH names the attribute beside its value.
            let is_of_password = members.iter().any(|(name, value)| {
                name.eq_ignore_ascii_case("path")
                    && value.as_str().is_some_and(|path| path.to_ascii_lowercase().contains("password"))
            });
            for (name, member) in members.iter_mut() {
                let is_value = is_of_password && name.eq_ignore_ascii_case("value");
                if is_value || name.to_ascii_lowercase().contains("password") {
                    *member = Value::String(MASK.to_owned());
                } else {
                    mask_value(member);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn request(method: &str, path: &str) -> ScimRequest {
        ScimRequest {
            request_id: "req-1".to_owned(),
            at: Timestamp::from_seconds(1),
            connector_id: ScimConnectorId::parse("scimconn-1").unwrap(),
            credential_id: ScimCredentialId::parse("scimcred-1").unwrap(),
            source_address: "192.0.2.1".to_owned(),
            method: method.to_owned(),
            path: path.to_owned(),
            status: 200,
            scim_type: None,
            detail: String::new(),
            understood: Value::Null,
            body_bytes: 0,
            duration_micros: 1,
        }
    }

    #[test]
    fn secrets_of_a_query_are_masked_and_the_rest_stays() {
        for (path, kept) in [
            (
                "/Users?filter=userName%20eq%20%22al%22&count=1",
                "/Users?filter=userName%20eq%20%22al%22&count=1",
            ),
            ("/Users?access_token=abc&count=1", "/Users?access_token=***&count=1"),
            ("/Users?Password=", "/Users?Password="),
            ("/Users/csscim_abc-DEF_1/x", "/Users/csscim_***/x"),
            ("/Users?x=csscim_abc", "/Users?x=csscim_***"),
            ("/Users?csscim_abc=1", "/Users?csscim_***=1"),
            (
                "/Users?filter=PassWord+eq+%22hun%5C%22ter2%22+and+active+eq+true",
                "/Users?filter=PassWord+eq+%22***%22+and+active+eq+true",
            ),
            ("/Users?filter=password%20eq%20%22open", "/Users?filter=password+eq+%22***"),
        ] {
            assert_eq!(request("GET", path).masked().path, kept);
        }
    }

    #[test]
    fn secrets_of_what_was_understood_are_masked() {
        let mut one = request("PATCH", "/Users/u-1");
        one.detail = "csscim_0123 is unknown".to_owned();
        one.understood = json!({
            "operations": [
                {"op": "replace", "path": "password", "value": "hunter2"},
                {"op": "replace", "value": {"Password": "hunter2", "title": "csscim_abc"}},
                {"op": "add", "path": "title", "value": "password eq \"hunter2\""},
            ],
        });
        let kept = one.masked();
        assert_eq!(kept.detail, "csscim_*** is unknown");
        assert_eq!(
            kept.understood,
            json!({"operations": [
                {"op": "replace", "path": "password", "value": "***"},
                {"op": "replace", "value": {"Password": "***", "title": "csscim_***"}},
                {"op": "add", "path": "title", "value": "password eq \"***\""},
            ]})
        );
    }

    #[test]
    fn nothing_endless_is_kept() {
        let mut long = request("GET", &format!("/{}", "名".repeat(2_000)));
        long.detail = "x\0".repeat(5_000);
        long.understood = json!(vec!["x"; 2_000]);
        let kept = long.masked();
        assert!(kept.path.len() <= LONGEST_PATH + 3 && kept.path.ends_with('…'));
        assert_eq!(kept.detail.chars().count(), LONGEST_DETAIL + 1);
        assert_eq!(kept.understood, "too long to be kept");
    }

    #[test]
    fn looks_are_no_writes_and_what_is_not_found_is_no_refusal() {
        for (method, path, is_write) in [
            ("GET", "/Users", false),
            ("POST", "/Users/.search?x=/y", false),
            ("POST", "/Users", true),
            ("DELETE", "/Users/u-1", true),
        ] {
            assert_eq!(request(method, path).is_write(), is_write, "{method} {path}");
        }
        let answered = |method, status| ScimRequest { status, ..request(method, "/Users/u-1") };
        assert_eq!(answered("GET", 200).refusal(), None);
        assert_eq!(answered("GET", 404).refusal(), None);
        assert_eq!(answered("PUT", 404).refusal().map(|refusal| refusal.code), Some("404".to_owned()));
        let taken = ScimRequest { scim_type: Some("uniqueness".to_owned()), ..answered("POST", 409) };
        assert_eq!(taken.refusal().map(|refusal| refusal.code), Some("409 uniqueness".to_owned()));
    }
}
