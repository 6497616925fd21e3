//! What the large clients send, request by request, as their documents show it: played against a fresh product.
//!
//! A recording is a list of exchanges in `tests/data/scim`; an answer must have the status and contain the body.

mod authentik;
mod entra;
mod google;
mod jumpcloud;
mod keycloak;
mod okta;
mod onelogin;
mod ping;

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;
use serde_json::Value;

use crate::support::app::TestApp;
use crate::support::scim::Idp;

use super::{idp, serving};

/// A request, and what becomes of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exchange {
    method: String,
    path: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    body: Option<Value>,
    expect: Expected,
    /// Names for parts of the answer, by JSON pointer; `{name}` stands for them from then on.
    #[serde(default)]
    remember: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    status: u16,
    body: Option<Value>,
    /// What the answer must not have, by JSON pointer.
    #[serde(default)]
    without: Vec<String>,
}

/// Plays a recording against a fresh product; gives that, for a look at what came of it.
#[track_caller]
fn play(recording: &str) -> (TestApp, HashMap<String, String>) {
    let app = serving();
    let known = play_as(&idp(&app), recording);
    (app, known)
}

/// Plays a recording by this client; gives what was remembered.
#[track_caller]
fn play_as(idp: &Idp, recording: &str) -> HashMap<String, String> {
    let exchanges: Vec<Exchange> = serde_json::from_str(recording).unwrap();
    let mut known = HashMap::new();
    for (place, exchange) in exchanges.iter().enumerate() {
        let at = format!("{place}: {} {}", exchange.method, exchange.path);
        let fill = |text: &str| filled(text, &known);
        let body = exchange.body.as_ref().map(|body| fill(&body.to_string()));
        let headers: Vec<(&str, &str)> =
            exchange.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let path = fill(&exchange.path);
        let reply = idp.send(&exchange.method, &path, &headers, body.as_deref().map(str::as_bytes));
        assert_eq!(reply.status, exchange.expect.status, "{at}: {}", reply.body);
        let answer = if reply.body.is_empty() { Value::Null } else { reply.json() };
        if let Some(expected) = &exchange.expect.body {
            let expected = serde_json::from_str(&fill(&expected.to_string())).unwrap();
            if let Err(place) = contains(&answer, &expected) {
                panic!("{at}: {place} of {answer}");
            }
        }
        for pointer in &exchange.expect.without {
            assert_eq!(answer.pointer(pointer), None, "{at}: {pointer}");
        }
        for (name, pointer) in &exchange.remember {
            let value = answer.pointer(pointer).and_then(Value::as_str);
            known.insert(name.clone(), value.unwrap_or_else(|| panic!("{at}: {pointer}")).to_owned());
        }
    }
    known
}

fn filled(text: &str, known: &HashMap<String, String>) -> String {
    known.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

/// Whether an answer has everything that is expected; lists are compared in whole, by place.
fn contains(answer: &Value, expected: &Value) -> Result<(), String> {
    match (answer, expected) {
        (Value::Object(answer), Value::Object(expected)) => {
            expected.iter().try_for_each(|(name, expected)| {
                contains(answer.get(name).unwrap_or(&Value::Null), expected)
                    .map_err(|place| format!("/{name}{place}"))
            })
        }
        (Value::Array(answer), Value::Array(expected)) if answer.len() == expected.len() => {
            answer.iter().zip(expected).enumerate().try_for_each(|(at, (answer, expected))| {
                contains(answer, expected).map_err(|place| format!("/{at}{place}"))
            })
        }
        (answer, expected) if answer == expected => Ok(()),
        (answer, expected) => Err(format!(" is {answer}, not {expected}")),
    }
}

#[test]
fn the_player_sees_what_differs() {
    let answer = serde_json::json!({ "a": [{ "b": 1, "c": 2 }], "d": "x" });
    for (expected, has) in [
        (r#"{"a":[{"b":1}]}"#, true),
        (r#"{"a":[{"b":2}]}"#, false),
        (r#"{"a":[]}"#, false),
        (r#"{"e":null}"#, true),
        (r#"{"d":null}"#, false),
    ] {
        assert_eq!(contains(&answer, &serde_json::from_str(expected).unwrap()).is_ok(), has, "{expected}");
    }
}
