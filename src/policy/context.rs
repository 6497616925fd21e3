//! What conditions and variables may look at, and the logic of answers that may be in doubt (`None`).

use std::collections::BTreeMap;

/// Condition keys and their values; the case of a key does not matter.
#[derive(Clone, Debug, Default)]
pub struct Context(BTreeMap<String, Vec<String>>);

impl Context {
    /// Adds a value to `key`, which may have several.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.0.entry(key.to_lowercase()).or_default().push(value.into());
        self
    }

    /// `key` in lower case.
    pub(super) fn values(&self, key: &str) -> &[String] {
        self.0.get(key).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Kleene's "or": one yes is enough, and doubt is stronger than no.
pub(super) fn any(outcomes: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut doubt = false;
    for outcome in outcomes {
        match outcome {
            Some(true) => return Some(true),
            Some(false) => {}
            None => doubt = true,
        }
    }
    (!doubt).then_some(false)
}

/// Kleene's "and": one no is enough, and doubt is stronger than yes.
pub(super) fn all(outcomes: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    any(outcomes.map(|outcome| outcome.map(|holds| !holds))).map(|refuted| !refuted)
}
