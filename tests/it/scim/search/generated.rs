//! Filters that nobody thought of, judged by the model.

use cloudsso::scim::filter::Filter;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};

use super::model;
use super::world::{ENTERPRISE, World};

const OPERATORS: &[&str] = &["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"];
const WORDS: &[&str] = &[
    "",
    "a",
    "A",
    "alice",
    "bob",
    "Bob_",
    "100",
    "%",
    "_",
    "\\",
    "\"",
    "ä",
    "日本",
    "example.com",
    "work",
    "home",
    "Ext-1",
    "ext",
    "direct",
    "Everyone",
    "user",
    "Group",
    "r&d",
    "b",
    "ü",
    "https://img.example.com/a.png",
    "/A",
    "+49",
    "Berlin",
    "😀",
];
const TEXTS: &[&str] = &[
    "userName",
    "displayName",
    "externalId",
    "id",
    "title",
    "nickName",
    "name.familyName",
    "name.givenName",
    "profileUrl",
    "emails",
    "emails.value",
    "emails.type",
    "photos",
    "photos.type",
    "phoneNumbers.value",
    "addresses.locality",
    "roles",
    "groups.value",
    "groups.display",
    "groups.type",
    "x509Certificates.display",
    "schemas",
    "meta.resourceType",
    "{E}:department",
    "{E}:manager.value",
];
const OF_GROUPS: &[&str] = &[
    "displayName",
    "externalId",
    "id",
    "members",
    "members.value",
    "members.display",
    "members.type",
    "schemas",
    "meta.resourceType",
];
const LISTS: &[(&str, &[&str])] = &[
    ("emails", &["value", "type", "display"]),
    ("photos", &["value", "type"]),
    ("addresses", &["locality", "country", "type"]),
    ("roles", &["value", "type"]),
    ("groups", &["value", "display", "type"]),
    ("name", &["familyName", "givenName", "formatted"]),
];

fn literal() -> impl Strategy<Value = String> {
    select(WORDS).prop_map(|word| serde_json::Value::from(word).to_string())
}

fn term(name: impl Strategy<Value = String> + Clone + 'static) -> BoxedStrategy<String> {
    prop_oneof![
        8 => (name.clone(), select(OPERATORS), literal()).prop_map(|(name, operator, value)| format!("{name} {operator} {value}")),
        1 => name.clone().prop_map(|name| format!("{name} pr")),
        1 => (name, select(vec!["eq", "ne"])).prop_map(|(name, operator)| format!("{name} {operator} null")),
    ]
    .boxed()
}

fn tree(leaf: BoxedStrategy<String>) -> BoxedStrategy<String> {
    leaf.prop_recursive(4, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" and "))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" or "))),
            inner.prop_map(|part| format!("not ({part})")),
        ]
    })
    .boxed()
}

fn of_users() -> BoxedStrategy<String> {
    let name = select(TEXTS).prop_map(|name| name.replace("{E}", ENTERPRISE));
    let element = select(LISTS).prop_flat_map(|(list, parts)| {
        tree(term(select(parts).prop_map(str::to_owned))).prop_map(move |filter| format!("{list}[{filter}]"))
    });
    let other = select(vec![
        "active eq true",
        "active ne \"False\"",
        "emails.primary eq true",
        "emails.primary ne true",
        "emails[primary eq false]",
        "meta.created gt \"2026-11-24T12:00:00Z\"",
        "meta.lastModified le \"2026-11-25T13:00:05+01:00\"",
        "name pr",
        "groups pr",
        "meta.version ne \"W/\\\"2\\\"\"",
    ]);
    tree(prop_oneof![6 => term(name), 3 => element, 1 => other.prop_map(str::to_owned)].boxed())
}

fn of_groups() -> BoxedStrategy<String> {
    let parts = select(vec!["value", "display", "type"]).prop_map(str::to_owned);
    let element = tree(term(parts)).prop_map(|filter| format!("members[{filter}]"));
    tree(prop_oneof![term(select(OF_GROUPS).prop_map(str::to_owned)), element].boxed())
}

fn judge(is_users: bool, filters: &BoxedStrategy<String>) {
    let world = World::new();
    let (resources, name) =
        if is_users { (&world.users, "userName") } else { (&world.groups, "displayName") };
    let mut runner = TestRunner::new(Config { cases: 1_500, failure_persistence: None, ..Config::default() });
    runner
        .run(filters, |filter| {
            let parsed = Filter::parse(&filter).map_err(|error| TestCaseError::fail(error.to_string()))?;
            let expected: Vec<&str> = resources
                .iter()
                .filter(|resource| model::holds(&parsed, resource))
                .map(|resource| resource[name].as_str().unwrap())
                .collect();
            let found =
                world.find(is_users, &filter).map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert_eq!(found, expected, "{}", filter);
            Ok(())
        })
        .unwrap();
}

#[test]
fn users_are_found_as_the_model_says() {
    judge(true, &of_users());
}

#[test]
fn groups_are_found_as_the_model_says() {
    judge(false, &of_groups());
}
