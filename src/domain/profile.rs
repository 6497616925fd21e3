//! What SCIM says of a user that the product keeps and does not use: further addresses, telephone numbers, the
//! post held, what an extension adds.

use serde_json::{Map, Value, json};

use crate::base::fold;

/// Attributes as SCIM writes them (RFC 7643 §4.1), in the schemas' own spelling. Those that a user has a field for
/// are not in it, but for the e-mail addresses: the field has the main one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile(Map<String, Value>);

impl Profile {
    /// A profile of these attributes.
    pub const fn new(attributes: Map<String, Value>) -> Self {
        Self(attributes)
    }

    /// Reads what [`Self::to_text`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok().map(Self)
    }

    /// As it is stored: a JSON object.
    pub fn to_text(&self) -> String {
        if self.0.is_empty() { "{}".to_owned() } else { Value::Object(self.0.clone()).to_string() }
    }

    /// The attributes.
    pub const fn attributes(&self) -> &Map<String, Value> {
        &self.0
    }

    /// The addresses that the profile has, in its order.
    pub fn emails(&self) -> impl Iterator<Item = &str> {
        self.email_entries().filter_map(|entry| entry.get("value")?.as_str())
    }

    /// The address that the product uses: the primary one, else that of work, else the first.
    pub fn main_email(&self) -> Option<&str> {
        let entry = self.main_email_entry()?;
        self.email_entries().nth(entry)?.get("value")?.as_str()
    }

    /// Puts another address in the place of [`Self::main_email`]; takes it away where there is none.
    pub fn set_main_email(&mut self, email: Option<&str>) {
        let main = self.main_email_entry();
        let list = self.0.entry("emails").or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(list) = list {
            match (email, main.and_then(|main| list.get_mut(main)), main) {
                (Some(email), Some(entry), _) => {
                    if let Some(entry) = entry.as_object_mut() {
                        entry.insert("value".to_owned(), email.into());
                    }
                }
                (Some(email), None, _) => {
                    list.push(json!({ "value": email, "type": "work", "primary": true }));
                }
                (None, _, Some(main)) => {
                    list.remove(main);
                }
                (None, _, None) => {}
            }
            if list.is_empty() {
                self.0.remove("emails");
            }
        }
    }

    /// Everything that is said of somebody with these names, folded: what conditions are looked up in that have no
    /// index.
    pub fn search_text(&self, display_name: &str, given_name: &str, family_name: &str) -> String {
        let mut all = self.0.clone();
        insert(&mut all, "displayName", display_name);
        let mut name =
            all.remove("name").and_then(|name| serde_json::from_value(name).ok()).unwrap_or_default();
        insert(&mut name, "givenName", given_name);
        insert(&mut name, "familyName", family_name);
        if !name.is_empty() {
            all.insert("name".to_owned(), Value::Object(name));
        }
        fold_all(Value::Object(all)).to_string()
    }

    fn email_entries(&self) -> impl Iterator<Item = &Value> {
        self.0.get("emails").and_then(Value::as_array).into_iter().flatten()
    }

    fn main_email_entry(&self) -> Option<usize> {
        let is_primary = |entry: &Value| entry.get("primary") == Some(&Value::Bool(true));
        let is_work = |entry: &Value| entry.get("type").and_then(Value::as_str) == Some("work");
        let first = || self.email_entries().next().map(|_| 0);
        self.email_entries()
            .position(is_primary)
            .or_else(|| self.email_entries().position(is_work))
            .or_else(first)
    }
}

fn insert(object: &mut Map<String, Value>, name: &str, text: &str) {
    if !text.is_empty() {
        object.insert(name.to_owned(), text.into());
    }
}

/// The same with every text in it folded.
fn fold_all(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(fold(&text)),
        Value::Array(items) => Value::Array(items.into_iter().map(fold_all).collect()),
        Value::Object(members) => {
            Value::Object(members.into_iter().map(|(name, value)| (name, fold_all(value))).collect())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(value: &Value) -> Profile {
        Profile::parse(&value.to_string()).unwrap()
    }

    #[test]
    fn the_main_address_is_the_primary_one_else_that_of_work_else_the_first() {
        let list = json!({ "emails": [
            { "value": "a@x" }, { "value": "b@x", "type": "work" }, { "value": "c@x", "primary": true }
        ]});
        assert_eq!(profile(&list).main_email(), Some("c@x"));
        let list = json!({ "emails": [{ "value": "a@x" }, { "value": "b@x", "type": "work" }] });
        assert_eq!(profile(&list).main_email(), Some("b@x"));
        assert_eq!(profile(&json!({ "emails": [{ "value": "a@x" }] })).main_email(), Some("a@x"));
        assert_eq!(profile(&json!({})).main_email(), None);
    }

    #[test]
    fn another_main_address_takes_its_place() {
        let mut one = profile(&json!({ "emails": [{ "value": "a@x" }, { "value": "b@x", "type": "work" }] }));
        one.set_main_email(Some("n@x"));
        assert_eq!(one.emails().collect::<Vec<_>>(), ["a@x", "n@x"]);
        one.set_main_email(None);
        assert_eq!(one.emails().collect::<Vec<_>>(), ["a@x"]);
        one.set_main_email(None);
        assert_eq!(one, Profile::default());
        one.set_main_email(None);
        assert_eq!(one, Profile::default());
        one.set_main_email(Some("n@x"));
        let made = json!({ "emails": [{ "value": "n@x", "type": "work", "primary": true }] });
        assert_eq!(one, profile(&made));
    }

    #[test]
    fn what_is_searched_is_folded() {
        let one = profile(&json!({ "title": "Head Of", "name": { "middleName": "M" }, "x": [{ "Y": "Z" }] }));
        let folded: Value = serde_json::from_str(&one.search_text("Alice ÄRMEL", "Alice", "")).unwrap();
        let expected = json!({
            "title": "head of",
            "displayName": "alice ärmel",
            "name": { "givenName": "alice", "middleName": "m" },
            "x": [{ "Y": "z" }],
        });
        assert_eq!(folded, expected);
    }

    #[test]
    fn text_and_back() {
        let one = profile(&json!({ "title": "Head Of" }));
        assert_eq!(Profile::parse(&one.to_text()), Some(one));
        assert_eq!(Profile::default().to_text(), "{}");
        assert_eq!(Profile::parse("[]"), None);
    }
}
