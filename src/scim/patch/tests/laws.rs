//! Laws of PATCH, on operations made up by chance.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{ENTERPRISE, Leniency, Patch, body};
use crate::scim::resource::{normalise, read};
use crate::scim::schema::{GROUP_TYPE, Named, USER_TYPE};

const NAMES: &[&str] = &[
    "userName",
    "displayName",
    "name",
    "givenName",
    "emails",
    "value",
    "type",
    "primary",
    "active",
    "addresses",
    "locality",
    "roles",
    "photos",
    "members",
    "$ref",
    "manager",
    "password",
    "id",
    "meta",
    ENTERPRISE,
];

/// Names of attributes and sub-attributes, and a few that are none.
fn any_name() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => prop::sample::select(NAMES).prop_map(str::to_owned),
        1 => "[a-z.:$]{0,6}",
    ]
}

fn any_path() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => any_name(),
        2 => (any_name(), any_name()).prop_map(|(name, sub)| format!("{name}.{sub}")),
        3 => (any_name(), any_name(), "[a-z]{1,2}")
            .prop_map(|(name, sub, text)| format!("{name}[{sub} eq \"{text}\"]")),
        3 => (any_name(), any_name(), any_name())
            .prop_map(|(name, sub, last)| format!("{name}[{sub} pr].{last}")),
        1 => "[a-z\\[\\]\". ]{0,10}",
    ]
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        "[a-z]{0,2}".prop_map(Value::from),
        Just(json!("True")),
        Just(json!(7)),
    ];
    leaf.prop_recursive(3, 16, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::Array),
            prop::collection::btree_map(any_name(), inner, 0..4)
                .prop_map(|parts| Value::Object(parts.into_iter().collect())),
        ]
    })
}

fn any_operation() -> impl Strategy<Value = Value> {
    let op = prop::sample::select(vec!["add", "Remove", "replace"]);
    (op, prop::option::weighted(0.7, any_path()), any_value())
        .prop_map(|(op, path, value)| json!({ "op": op, "path": path, "value": value }))
}

fn resource() -> Map<String, Value> {
    super::object(json!({
        "userName": "bob",
        "displayName": "Bob",
        "emails": [{ "value": "a", "type": "b", "primary": true }, { "value": "c" }],
        "name": { "givenName": "d" },
    }))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is sent, the result is in the one form, or there is none.
    #[test]
    fn what_a_patch_makes_can_be_read(operations in prop::collection::vec(any_operation(), 1..5)) {
        let Ok(patch) = Patch::parse(&body(&json!(operations))) else { return Ok(()) };
        for leniency in [Leniency::Strict, Leniency::Lenient] {
            let Ok(mut made) = patch.apply(&USER_TYPE, leniency, &resource(), "u-1") else { continue };
            made.retain(|_, value| !value.is_null());
            let mut again = made.clone();
            again.insert("schemas".to_owned(), json!(["urn:ietf:params:scim:schemas:core:2.0:User"]));
            prop_assert_eq!(read(&USER_TYPE, &Value::Object(again)), Ok(made));
        }
        if let Ok((rest, _changes)) = patch.split_members() {
            let _ = rest.apply(&GROUP_TYPE, Leniency::Lenient, &resource(), "g-1");
        }
    }

    /// Adding the same once more changes nothing.
    #[test]
    fn add_is_idempotent(path in any_name(), value in any_value()) {
        let operations = json!([{ "op": "add", "path": path, "value": value }]);
        let Ok(patch) = Patch::parse(&body(&operations)) else { return Ok(()) };
        let Ok(once) = patch.apply(&USER_TYPE, Leniency::Lenient, &resource(), "u-1") else { return Ok(()) };
        prop_assert_eq!(patch.apply(&USER_TYPE, Leniency::Lenient, &once, "u-1"), Ok(once));
    }

    /// What a list is replaced by is what is there.
    #[test]
    fn replace_sets(name in prop::sample::select(vec!["emails", "roles", "addresses"]), value in any_value()) {
        let Some(Named::Attribute(at)) = USER_TYPE.named(name) else { return Ok(()) };
        let operations = json!([{ "op": "replace", "path": name, "value": value }]);
        let Ok(patch) = Patch::parse(&body(&operations)) else { return Ok(()) };
        let Ok(made) = patch.apply(&USER_TYPE, Leniency::Lenient, &resource(), "u-1") else { return Ok(()) };
        prop_assert_eq!(made.get(name).cloned(), normalise(at, &value).unwrap());
    }
}
