//! The parameters of a call: flat text on the wire, read by type, with the vendor's code and the
//! parameter's name in every refusal.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;

use serde_json::Value;

use super::Error;

/// Parameters by name, each at most once. `Debug` shows the names only: values may be passwords.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Parameters {
    /// What the names here are below, for refusals: `Tag.1.` inside a list, empty at the top.
    prefix: String,
    values: BTreeMap<String, String>,
}

impl Parameters {
    /// Collects `pairs`.
    ///
    /// # Errors
    /// [`Error::Repeated`] when a name stands twice.
    pub fn new(pairs: impl IntoIterator<Item = (String, String)>) -> Result<Self, Error> {
        let mut values = BTreeMap::new();
        for (name, value) in pairs {
            if values.contains_key(&name) {
                return Err(Error::Repeated(name));
            }
            values.insert(name, value);
        }
        Ok(Self { prefix: String::new(), values })
    }

    /// Every name and value, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// A parameter that must be there and not be empty.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub fn required(&self, name: &str) -> Result<&str, Error> {
        self.optional(name)
            .filter(|value| !value.is_empty())
            .ok_or_else(|| Error::Missing(self.full_name(name)))
    }

    /// A parameter that may be absent; an empty one is `Some("")`, since some actions clear a value so.
    pub fn optional(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// A whole number within `range`; `None` when absent or empty.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is not a number, or outside.
    pub fn integer(&self, name: &str, range: RangeInclusive<i64>) -> Result<Option<i64>, Error> {
        let Some(text) = self.optional(name).filter(|text| !text.is_empty()) else { return Ok(None) };
        match text.parse::<i64>() {
            Ok(number) if range.contains(&number) => Ok(Some(number)),
            _ => {
                let expected = format!("a whole number from {} to {}", range.start(), range.end());
                Err(Error::invalid(self.full_name(name), expected))
            }
        }
    }

    /// `true` or `false` in any spelling (Python's client sends `True`); `None` when absent or empty.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub fn boolean(&self, name: &str) -> Result<Option<bool>, Error> {
        let Some(text) = self.optional(name).filter(|text| !text.is_empty()) else { return Ok(None) };
        if text.eq_ignore_ascii_case("true") {
            Ok(Some(true))
        } else if text.eq_ignore_ascii_case("false") {
            Ok(Some(false))
        } else {
            Err(Error::invalid(self.full_name(name), "true or false"))
        }
    }

    /// One of `choices`, exactly as spelt; `None` when absent or empty.
    ///
    /// # Errors
    /// [`Error::Invalid`] that lists the choices.
    pub fn choice<'c>(&self, name: &str, choices: &[&'c str]) -> Result<Option<&'c str>, Error> {
        let Some(text) = self.optional(name).filter(|text| !text.is_empty()) else { return Ok(None) };
        let chosen = choices.iter().copied().find(|choice| *choice == text);
        let refusal = || Error::invalid(self.full_name(name), format!("one of {}", choices.join(", ")));
        chosen.ok_or_else(refusal).map(Some)
    }

    /// A list of texts, flattened (`Name.1`, `Name.2`) or as JSON (`["a","b"]`); empty when absent.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an index that is not a number from 1, or JSON that is not a list of texts.
    pub fn strings(&self, name: &str) -> Result<Vec<String>, Error> {
        if let Some(text) = self.optional(name).filter(|text| !text.is_empty()) {
            let refusal = || Error::invalid(self.full_name(name), "a JSON list of texts");
            return serde_json::from_str(text).map_err(|_ignored| refusal());
        }
        let refusal = || Error::invalid(self.full_name(name), "a list of texts");
        let text = |item: &Self| item.optional("").map(str::to_owned).ok_or_else(refusal);
        self.list(name)?.iter().map(text).collect()
    }

    /// A list of objects, flattened (`Name.1.Key`, `Name.1.Value`) or as JSON (`[{"Key":"k"}]`, which the
    /// current clients of RAM send); each is returned as the parameters below its index, in the order of the
    /// indices. A list of plain texts has them under the empty name.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an index that is not a number from 1, or JSON that is not a list of objects.
    pub fn list(&self, name: &str) -> Result<Vec<Self>, Error> {
        if let Some(text) = self.optional(name).filter(|text| !text.is_empty()) {
            let refusal = || Error::invalid(self.full_name(name), "a JSON list of objects of texts");
            let items: Vec<BTreeMap<String, Value>> =
                serde_json::from_str(text).map_err(|_ignored| refusal())?;
            let item = |(index, members)| {
                let prefix = format!("{}.", self.full_name(&format!("{name}.{}", index + 1)));
                Self::of_json(prefix, members).ok_or_else(refusal)
            };
            return items.into_iter().enumerate().map(item).collect();
        }
        let mut items: BTreeMap<u32, Self> = BTreeMap::new();
        for (index, below, value) in self.below(name) {
            let number = index.parse::<u32>().ok().filter(|number| *number > 0 && !index.starts_with('0'));
            let full = || self.full_name(&format!("{name}.{index}"));
            let number =
                number.ok_or_else(|| Error::invalid(full(), "an index of a list, counted from 1"))?;
            let item = items.entry(number).or_insert_with(|| Self::empty(format!("{}.", full())));
            item.values.insert(below.to_owned(), value.to_owned());
        }
        Ok(items.into_values().collect())
    }

    /// An object, flattened (`Name.Id`) or as JSON (`{"Id":"x"}`); `None` when absent.
    ///
    /// # Errors
    /// [`Error::Invalid`] for JSON that is not an object of texts, numbers and truth values.
    pub fn object(&self, name: &str) -> Result<Option<Self>, Error> {
        let prefix = format!("{}.", self.full_name(name));
        if let Some(text) = self.optional(name).filter(|text| !text.is_empty()) {
            let refusal = || Error::invalid(self.full_name(name), "a JSON object of texts");
            let members = serde_json::from_str(text).map_err(|_ignored| refusal())?;
            return Self::of_json(prefix, members).ok_or_else(refusal).map(Some);
        }
        let mut object = Self::empty(prefix);
        for (member, below, value) in self.below(name) {
            let key = if below.is_empty() { member.to_owned() } else { format!("{member}.{below}") };
            object.values.insert(key, value.to_owned());
        }
        Ok((!object.values.is_empty()).then_some(object))
    }

    /// The refusal for a parameter that is there and breaks a rule of its action; `expected` follows
    /// "must be".
    pub fn invalid(&self, name: &str, expected: impl Into<String>) -> Error {
        Error::invalid(self.full_name(name), expected)
    }

    fn empty(prefix: String) -> Self {
        Self { prefix, values: BTreeMap::new() }
    }

    /// The members of a JSON object as text; `None` when one is itself a list or an object. A member that
    /// is `null` is absent.
    fn of_json(prefix: String, members: BTreeMap<String, Value>) -> Option<Self> {
        let mut object = Self::empty(prefix);
        for (name, value) in members {
            let text = match value {
                Value::String(text) => text,
                Value::Bool(_) | Value::Number(_) => value.to_string(),
                Value::Null => continue,
                Value::Array(_) | Value::Object(_) => return None,
            };
            object.values.insert(name, text);
        }
        Some(object)
    }

    fn full_name(&self, name: &str) -> String {
        format!("{}{name}", self.prefix).trim_end_matches('.').to_owned()
    }

    /// What stands below `name.`: the next part of the name, the rest of it, and the value.
    fn below<'p>(&'p self, name: &'p str) -> impl Iterator<Item = (&'p str, &'p str, &'p str)> {
        self.iter().filter_map(move |(key, value)| {
            let rest = key.strip_prefix(name)?.strip_prefix('.')?;
            let (head, below) = rest.split_once('.').unwrap_or((rest, ""));
            Some((head, below, value))
        })
    }
}

impl fmt::Debug for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(pairs: &[(&str, &str)]) -> Parameters {
        Parameters::new(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))).unwrap()
    }

    #[test]
    fn every_refusal_names_its_parameter() {
        let given =
            parameters(&[("Size", "ten"), ("Small", "0"), ("Flag", "yes"), ("Empty", ""), ("Kind", "C")]);
        let refusals = [
            (given.required("Name").map(drop), "MissingName"),
            (given.required("Empty").map(drop), "MissingEmpty"),
            (given.integer("Size", 1..=100).map(drop), "InvalidParameter.Size"),
            (given.integer("Small", 1..=100).map(drop), "InvalidParameter.Small"),
            (given.boolean("Flag").map(drop), "InvalidParameter.Flag"),
            (given.choice("Kind", &["A", "B"]).map(drop), "InvalidParameter.Kind"),
            (given.strings("Size").map(drop), "InvalidParameter.Size"),
            (given.object("Size").map(drop), "InvalidParameter.Size"),
            (given.list("Size").map(drop), "InvalidParameter.Size"),
        ];
        for (refusal, code) in refusals {
            assert_eq!(refusal.unwrap_err().code(), code);
        }
        assert_eq!(given.integer("Absent", 1..=2), Ok(None));
        assert_eq!(given.optional("Empty"), Some(""));
    }

    #[test]
    fn truth_in_any_spelling() {
        for (text, truth) in
            [("true", true), ("True", true), ("TRUE", true), ("false", false), ("False", false)]
        {
            assert_eq!(parameters(&[("F", text)]).boolean("F"), Ok(Some(truth)), "{text}");
        }
    }

    #[test]
    fn a_name_given_twice_is_refused() {
        let twice = [("A".to_owned(), "1".to_owned()), ("A".to_owned(), "1".to_owned())];
        assert_eq!(Parameters::new(twice), Err(Error::Repeated("A".to_owned())));
    }

    #[test]
    fn flattened_lists_keep_the_order_of_their_indices() {
        let given = parameters(&[
            ("Tag.10.Key", "ten"),
            ("Tag.2.Key", "two"),
            ("Tag.2.Value", "v"),
            ("Tag.1.Value", "only"),
            ("Tags.1.Key", "other"),
        ]);
        let tags = given.list("Tag").unwrap();
        assert_eq!(tags.len(), 3);
        assert_eq!(tags[1].required("Key"), Ok("two"));
        assert_eq!(tags[2].required("Key"), Ok("ten"));
        assert_eq!(tags[0].required("Key"), Err(Error::Missing("Tag.1.Key".to_owned())));
    }

    #[test]
    fn a_list_index_is_a_number_from_one() {
        for name in ["Tag.0.Key", "Tag.x.Key", "Tag.-1.Key", "Tag.01.Key", "Tag..Key"] {
            assert!(parameters(&[(name, "v")]).list("Tag").is_err(), "{name}");
        }
    }

    #[test]
    fn lists_and_objects_in_both_writings() {
        let expected = vec!["a".to_owned(), "b".to_owned()];
        assert_eq!(parameters(&[("T", r#"["a","b"]"#)]).strings("T"), Ok(expected.clone()));
        assert_eq!(parameters(&[("T.1", "a"), ("T.2", "b")]).strings("T"), Ok(expected));
        assert_eq!(parameters(&[]).strings("T"), Ok(vec![]));
        for given in [
            parameters(&[("ExternalId", r#"{"Id":"x","Issuer":"SCIM"}"#)]),
            parameters(&[("ExternalId.Id", "x"), ("ExternalId.Issuer", "SCIM")]),
        ] {
            let object = given.object("ExternalId").unwrap().unwrap();
            assert_eq!((object.required("Id"), object.required("Issuer")), (Ok("x"), Ok("SCIM")));
            assert_eq!(object.required("No"), Err(Error::Missing("ExternalId.No".to_owned())));
        }
        assert_eq!(parameters(&[]).object("ExternalId"), Ok(None));
        let tags = parameters(&[("Tag", r#"[{"Key":"k","Value":1},{"Key":null}]"#)]).list("Tag").unwrap();
        assert_eq!((tags[0].required("Key"), tags[0].required("Value")), (Ok("k"), Ok("1")));
        assert_eq!(tags[1].required("Key"), Err(Error::Missing("Tag.2.Key".to_owned())));
        assert!(parameters(&[("Tag", r#"[{"Key":["k"]}]"#)]).list("Tag").is_err());
    }

    #[test]
    fn values_do_not_print() {
        assert_eq!(format!("{:?}", parameters(&[("Password", "hunter2")])), r#"{"Password"}"#);
    }
}
