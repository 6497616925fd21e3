//! The vendor's own SDKs, unmodified, against our servers: `tests/foreign/sdk` holds one script for
//! each product. A script says which actions succeeded and which were refused with which code; here
//! the list is held against the actions that the server says it has.

mod cloudsso;
mod local_cloud;
mod mobile_app;
mod principal;
mod ram_user;

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use ::cloudsso::rpc::AccessKey;
use serde::Deserialize;
use serde_json::{Value, json};

/// What a script did. Names of actions are in lower case, as the SDK's methods do not tell their case.
#[derive(Deserialize)]
pub(crate) struct Report {
    /// How often each action succeeded.
    pub(crate) succeeded: BTreeMap<String, usize>,
    /// The codes with which each action was refused.
    pub(crate) refused: BTreeMap<String, Vec<String>>,
}

impl Report {
    /// Those of `actions` that never succeeded.
    pub(crate) fn missing<'a>(&self, actions: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
        actions.into_iter().filter(|action| !self.succeeded.contains_key(&action.to_lowercase())).collect()
    }

    /// How many refusals there were.
    pub(crate) fn refusals(&self) -> usize {
        self.refused.values().map(Vec::len).sum()
    }

    /// The different codes among them.
    pub(crate) fn codes(&self) -> BTreeSet<&str> {
        self.refused.values().flatten().map(String::as_str).collect()
    }
}

/// Runs a script of `tests/foreign/sdk` in this world; it must end well, and report.
pub(crate) fn run(script: &str, world: &Value) -> Report {
    serde_json::from_value(answer(script, world)).expect("a report")
}

/// Runs a script of `tests/foreign/sdk` in this world; it must end well. Gives what it says.
pub(crate) fn answer(script: &str, world: &Value) -> Value {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut process = Command::new(python())
        .arg(root.join("tests/foreign/sdk").join(script))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("scripts/setup makes a Python with the SDKs in target/python");
    let mut input = process.stdin.take().expect("standard input");
    input.write_all(world.to_string().as_bytes()).expect("written");
    drop(input);
    let output = process.wait_with_output().expect("finished");
    assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("an answer")
}

/// A key as the scripts take it.
pub(crate) fn keys(key: &AccessKey) -> Value {
    let mut given = json!({"access_key_id": key.id, "access_key_secret": key.secret.expose()});
    if let Some(token) = &key.security_token {
        given["security_token"] = json!(token.expose());
    }
    given
}

#[expect(clippy::disallowed_methods, reason = "where the test set-up put Python is no part of the product")]
pub(crate) fn python() -> PathBuf {
    let default = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/python/bin/python");
    env::var("CLOUDSSO_TEST_PYTHON").map_or(default, PathBuf::from)
}
