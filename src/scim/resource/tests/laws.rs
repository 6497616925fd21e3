//! Laws of reading, on bodies made up by chance.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{ENTERPRISE, GROUP, USER};
use crate::scim::resource::read;
use crate::scim::schema::{GROUP_TYPE, USER_TYPE};

/// Any JSON, with many of the names and values that mean something.
pub(crate) fn any_json() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        "[a-zA-Z0-9@. ]{0,8}",
        Just("True".to_owned()),
        Just("work".to_owned()),
        Just("https://x/Groups/g".to_owned()),
        Just("AAAA".to_owned()),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::btree_map(any_name(), inner, 0..5)
                .prop_map(|parts| Value::Object(parts.into_iter().collect())),
        ]
    })
}

/// Names of attributes and sub-attributes, in many spellings, and a few that are none.
pub(crate) fn any_name() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "userName",
        "USERNAME",
        "displayName",
        "name",
        "name.givenName",
        "givenName",
        "familyName",
        "emails",
        "emails.value",
        "value",
        "Value",
        "type",
        "primary",
        "display",
        "active",
        "addresses",
        "locality",
        "roles",
        "photos",
        "x509Certificates",
        "members",
        "$ref",
        "manager",
        "employeeNumber",
        "password",
        "id",
        "meta",
        "schemas",
        "groups",
        "externalId",
    ]);
    let prefixed = known.clone().prop_map(|name| format!("{ENTERPRISE}:{name}"));
    prop_oneof![
        8 => known.prop_map(str::to_owned),
        2 => prefixed,
        1 => Just(ENTERPRISE.to_owned()),
        1 => Just(USER.to_owned()),
        1 => "[a-z.:$\\[\\]\" ]{0,6}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_read_reads_as_itself(body in any_json()) {
        for (resource_type, urn, name) in [(&USER_TYPE, USER, "userName"), (&GROUP_TYPE, GROUP, "displayName")] {
            let mut body = body.clone();
            if let Some(body) = body.as_object_mut() {
                body.insert("schemas".to_owned(), json!([urn]));
                body.entry(name).or_insert(json!("x"));
            }
            if let Ok(once) = read(resource_type, &body) {
                let mut again = once.clone();
                again.insert("schemas".to_owned(), json!([urn]));
                prop_assert_eq!(read(resource_type, &Value::Object(again)), Ok(once));
            }
        }
    }
}
