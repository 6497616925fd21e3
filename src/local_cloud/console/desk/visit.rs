//! What a browser asks of a page: what stands in the address, and what was typed into a form.

use std::collections::BTreeMap;

use url::form_urlencoded;

/// One visit of a page.
pub(crate) struct Visit {
    /// The path as it was asked for.
    pub(crate) path: String,
    pub(crate) places: BTreeMap<String, String>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) form: Vec<(String, String)>,
    /// Why what was asked for was not done, when the page comes again for that.
    pub(crate) failure: Option<String>,
}

impl Visit {
    pub(crate) fn new(path: &str, places: BTreeMap<String, String>, query: &str, form: &[u8]) -> Self {
        Self {
            path: path.to_owned(),
            places,
            query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            form: form_urlencoded::parse(form).into_owned().collect(),
            failure: None,
        }
    }

    /// A part of the path, by its name in the screen's path.
    pub(crate) fn at(&self, place: &str) -> &str {
        self.places.get(place).map(String::as_str).unwrap_or_default()
    }

    /// A value of the query, empty where there is none.
    pub(crate) fn asked(&self, name: &str) -> &str {
        value(&self.query, name).unwrap_or_default()
    }

    /// A field of the form, empty where there is none; of several, the first.
    pub(crate) fn given(&self, name: &str) -> &str {
        value(&self.form, name).unwrap_or_default()
    }

    /// Every value of a field of the form, in the order of the form.
    pub(crate) fn given_all<'v>(&'v self, name: &'v str) -> impl Iterator<Item = &'v str> {
        self.form.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether a box was ticked.
    pub(crate) fn is_ticked(&self, name: &str) -> bool {
        value(&self.form, name).is_some()
    }

    /// What a field begins with: what was typed before, where a form failed, or else `known`.
    pub(crate) fn refill<'v>(&'v self, name: &str, known: &'v str) -> &'v str {
        value(&self.form, name).filter(|_| self.failure.is_some()).unwrap_or(known)
    }
}

/// The first value of a name.
fn value<'v>(pairs: &'v [(String, String)], name: &str) -> Option<&'v str> {
    pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}
