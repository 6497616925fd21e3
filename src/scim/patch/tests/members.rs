//! Changes of a group's members.

use serde_json::{Value, json};

use super::super::*;
use super::body;
use crate::scim::resource::{Member, MemberKind};
use crate::scim::schema::GROUP_TYPE;

fn split(operations: &Value) -> Result<(Patch, Vec<MemberChange>), Error> {
    Patch::parse(&body(operations))?.split_members()
}

fn member(id: &str) -> Member {
    Member { value: id.to_owned(), kind: None }
}

fn add(ids: &[&str]) -> Option<MemberChange> {
    Some(MemberChange::Add(ids.iter().map(|id| member(id)).collect()))
}

fn replace(ids: &[&str]) -> Option<MemberChange> {
    Some(MemberChange::Replace(ids.iter().map(|id| member(id)).collect()))
}

fn remove(ids: &[&str]) -> Option<MemberChange> {
    Some(MemberChange::Remove(ids.iter().map(|id| (*id).to_owned()).collect()))
}

#[test]
fn members_are_changed_without_the_rest() {
    let full = "urn:ietf:params:scim:schemas:core:2.0:Group:members";
    let user = Member { kind: Some(MemberKind::User), ..member("u-1") };
    let any_of = "members[Value EQ \"u-1\" or (value eq \"u-2\" or value eq \"u-3\")]";
    let table = [
        (
            json!({ "op": "add", "path": "members", "value": [{ "value": "u-1" }, "u-2"] }),
            add(&["u-1", "u-2"]),
        ),
        (
            json!({ "op": "Add", "path": "MEMBERS", "value": { "value": "u-1", "type": "User" } }),
            Some(MemberChange::Add(vec![user])),
        ),
        (json!({ "op": "add", "path": full, "value": "u-1" }), add(&["u-1"])),
        (json!({ "op": "add", "value": { "members": [{ "value": "u-1" }] } }), add(&["u-1"])),
        (json!({ "op": "add", "path": "members", "value": [] }), None),
        (json!({ "op": "replace", "path": "members", "value": [{ "value": "u-1" }] }), replace(&["u-1"])),
        (json!({ "op": "replace", "value": { "Members": ["u-1"] } }), replace(&["u-1"])),
        (json!({ "op": "replace", "path": "members", "value": [] }), Some(MemberChange::RemoveAll)),
        (json!({ "op": "replace", "path": "members", "value": [null] }), Some(MemberChange::RemoveAll)),
        (json!({ "op": "remove", "path": "members" }), Some(MemberChange::RemoveAll)),
        (json!({ "op": "remove", "path": "members", "value": null }), Some(MemberChange::RemoveAll)),
        (
            json!({ "op": "Remove", "path": "members", "value": [{ "$ref": null, "value": "u-1" }] }),
            remove(&["u-1"]),
        ),
        (
            json!({ "op": "remove", "path": "members", "value": [{ "value": "u-1" }, { "value": "u-2" }] }),
            remove(&["u-1", "u-2"]),
        ),
        (json!({ "op": "remove", "path": "members", "value": [] }), None),
        (json!({ "op": "remove", "path": "members[value eq \"u-1\"]" }), remove(&["u-1"])),
        (json!({ "op": "remove", "path": any_of }), remove(&["u-1", "u-2", "u-3"])),
        (json!({ "op": "replace", "path": "members[value eq \"u-1\"]", "value": "" }), remove(&["u-1"])),
    ];
    for (operation, change) in table {
        let (rest, changes) = split(&json!([operation])).unwrap();
        assert!(rest.is_empty(), "{operation}");
        assert_eq!(changes, Vec::from_iter(change), "{operation}");
    }
}

#[test]
fn other_filters_are_for_the_caller_to_ask() {
    let operations = json!([{ "op": "remove", "path": "members[type eq \"Group\" and value sw \"g\"]" }]);
    let (_, changes) = split(&operations).unwrap();
    let [MemberChange::RemoveMatching(filter)] = changes.as_slice() else { panic!("{changes:?}") };
    assert_eq!(filter.to_string(), "type eq \"Group\" and value sw \"g\"");
}

#[test]
fn changes_keep_their_order_and_the_rest_its_own() {
    let operations = json!([
        { "op": "remove", "path": "members[value eq \"u-1\"]" },
        { "op": "replace", "value": { "id": "g-1", "displayName": "New", "members": ["u-3"] } },
        { "op": "add", "path": "members", "value": ["u-2"] },
    ]);
    let (rest, changes) = split(&operations).unwrap();
    let expected = [remove(&["u-1"]), replace(&["u-3"]), add(&["u-2"])];
    assert_eq!(changes, expected.into_iter().flatten().collect::<Vec<_>>());

    let group = super::object(json!({ "displayName": "Old" }));
    let group = rest.apply(&GROUP_TYPE, Leniency::Lenient, &group, "g-1").unwrap();
    assert_eq!(Value::Object(group), json!({ "displayName": "New" }));
}

#[test]
fn what_cannot_be_changed_of_a_member_is_refused() {
    use ErrorKind::{InvalidFilter, InvalidPath, InvalidValue, Mutability};
    let table = [
        (json!({ "op": "replace", "path": "members[value eq \"u-1\"].display", "value": "x" }), Mutability),
        (json!({ "op": "replace", "path": "members[value eq \"u-1\"].value", "value": "u-2" }), Mutability),
        (json!({ "op": "remove", "path": "members[value eq \"u-1\"].type" }), Mutability),
        (json!({ "op": "replace", "path": "members.value", "value": "u-2" }), Mutability),
        (
            json!({ "op": "replace", "path": "members[value eq \"u-1\"]", "value": { "value": "u-2" } }),
            Mutability,
        ),
        (json!({ "op": "remove", "path": "members.shoeSize" }), InvalidPath),
        (json!({ "op": "remove", "path": "members[shoeSize eq 43]" }), InvalidFilter),
        (json!({ "op": "add", "path": "members", "value": [{ "type": "User" }] }), InvalidValue),
        (json!({ "op": "add", "path": "members", "value": 5 }), InvalidValue),
        (json!({ "op": "remove", "path": "members", "value": [{ "type": "User" }] }), InvalidValue),
    ];
    for (operation, kind) in table {
        let error = split(&json!([operation])).unwrap_err();
        assert_eq!(error.kind, kind, "{operation}: {error}");
        assert!(error.detail.starts_with("Operations[0]: "), "{operation}: {error}");
    }
}
