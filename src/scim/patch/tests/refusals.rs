//! PATCH requests that are refused, and by which keyword.

use serde_json::{Value, json};

use super::{ENTERPRISE, body, patched};
use crate::scim::ErrorKind::{self, *};
use crate::scim::patch::{Leniency, MAX_OPERATIONS, Patch, SCHEMA};
use crate::scim::resource::MAX_VALUES;

#[test]
fn bodies_that_are_no_patch_are_refused() {
    let add = json!([{ "op": "add", "path": "title", "value": "x" }]);
    let table = [
        (json!([]), InvalidSyntax),
        (json!({ "Operations": add }), InvalidSyntax),
        (json!({ "schemas": ["urn:other"], "Operations": add }), InvalidSyntax),
        (json!({ "schemas": [SCHEMA] }), InvalidSyntax),
        (json!({ "schemas": [SCHEMA], "Operations": {} }), InvalidSyntax),
        (body(&json!([])), InvalidSyntax),
        (body(&json!(["add"])), InvalidSyntax),
        (body(&json!([{ "path": "title", "value": "x" }])), InvalidSyntax),
        (body(&json!([{ "op": "move", "path": "title", "value": "x" }])), InvalidSyntax),
        (body(&json!([{ "op": 5, "path": "title", "value": "x" }])), InvalidSyntax),
        (body(&json!([{ "op": "add", "path": "title" }])), InvalidValue),
        (body(&json!([{ "op": "add", "value": "x" }])), InvalidValue),
        (body(&json!([{ "op": "replace", "value": null }])), InvalidValue),
        (body(&json!([{ "op": "add", "path": ENTERPRISE, "value": "x" }])), InvalidValue),
        (body(&json!([{ "op": "remove" }])), NoTarget),
        (body(&json!([{ "op": "remove", "path": "" }])), NoTarget),
        (body(&json!([{ "op": "add", "path": 5, "value": "x" }])), InvalidPath),
        (body(&json!([{ "op": "add", "path": "9title", "value": "x" }])), InvalidPath),
        (body(&json!([{ "op": "add", "path": "emails[type eq]", "value": "x" }])), InvalidFilter),
        (body(&json!([{ "op": "add", "value": { "emails[type eq].value": "x" } }])), InvalidFilter),
    ];
    for (body, kind) in table {
        assert_eq!(Patch::parse(&body).map_err(|error| error.kind), Err(kind), "{body}");
    }
}

#[test]
fn words_are_taken_in_whatever_case() {
    for body in [
        json!({ "Schemas": [SCHEMA.to_lowercase()], "operations": [{ "OP": "Add", "Path": "title", "Value": "x" }] }),
        json!({ "schemas": SCHEMA, "Operations": [{ "op": "REPLACE", "value": { "title": "x" } }] }),
    ] {
        assert!(Patch::parse(&body).is_ok_and(|patch| !patch.is_empty()), "{body}");
    }
}

#[test]
fn there_is_an_end_to_operations() {
    let one = json!({ "op": "remove", "path": "title" });
    assert!(Patch::parse(&body(&json!(vec![one.clone(); MAX_OPERATIONS]))).is_ok());
    let error = Patch::parse(&body(&json!(vec![one; MAX_OPERATIONS + 1]))).unwrap_err();
    assert_eq!(error.kind, TooMany);
    let keys: Value =
        (0..=MAX_OPERATIONS).map(|n| (format!("roles[value eq \"{n}\"].type"), json!("x"))).collect();
    let error = Patch::parse(&body(&json!([{ "op": "add", "value": keys }]))).unwrap_err();
    assert_eq!(error.kind, TooMany);
}

#[test]
fn operations_that_cannot_be_made_are_refused() {
    let other = "urn:ietf:params:scim:schemas:core:2.0:Group";
    let two_primaries = json!([{ "value": "x", "primary": true }, { "value": "y", "primary": true }]);
    let table: Vec<(Value, ErrorKind)> = vec![
        (json!({ "op": "add", "path": "shoeSize", "value": 43 }), InvalidPath),
        (json!({ "op": "add", "path": "members", "value": "u-1" }), InvalidPath),
        (json!({ "op": "add", "path": "name.shoeSize", "value": 43 }), InvalidPath),
        (json!({ "op": "add", "path": "emails[type eq \"x\"].shoeSize", "value": 43 }), InvalidPath),
        (json!({ "op": "add", "path": "name[givenName eq \"x\"]", "value": {} }), InvalidPath),
        (json!({ "op": "add", "path": "title[value eq \"x\"]", "value": "x" }), InvalidPath),
        (json!({ "op": "remove", "path": other }), InvalidPath),
        (json!({ "op": "remove", "path": "urn:ietf:params:scim:schemas:core:2.0:User" }), NoTarget),
        (json!({ "op": "remove", "path": "emails[shoeSize eq 43]" }), InvalidFilter),
        (json!({ "op": "remove", "path": "roles[shoeSize eq 43]" }), InvalidFilter),
        (json!({ "op": "replace", "path": "id", "value": "u-1" }), Mutability),
        (json!({ "op": "replace", "value": { "id": "u-2" } }), Mutability),
        (json!({ "op": "replace", "path": "meta.version", "value": "x" }), Mutability),
        (json!({ "op": "remove", "path": "schemas" }), Mutability),
        (json!({ "op": "add", "path": "groups", "value": [{ "value": "g-1" }] }), Mutability),
        (json!({ "op": "add", "value": { "groups": [{ "value": "g-1" }] } }), Mutability),
        (json!({ "op": "remove", "path": "groups[value eq \"g-1\"]" }), Mutability),
        (
            json!({ "op": "replace", "path": format!("{ENTERPRISE}:manager.displayName"), "value": "x" }),
            Mutability,
        ),
        (json!({ "op": "remove", "path": "userName" }), Mutability),
        (json!({ "op": "replace", "path": "userName", "value": "" }), Mutability),
        (json!({ "op": "replace", "value": { "userName": null } }), Mutability),
        (json!({ "op": "replace", "path": "userName", "value": 5 }), InvalidValue),
        (json!({ "op": "replace", "path": "active", "value": "maybe" }), InvalidValue),
        (json!({ "op": "replace", "value": { "name": "Bob" } }), InvalidValue),
        (json!({ "op": "add", "path": "emails[value pr].primary", "value": true }), InvalidValue),
        (json!({ "op": "add", "path": "emails.primary", "value": true }), InvalidValue),
        (json!({ "op": "add", "path": "emails", "value": two_primaries }), InvalidValue),
        (json!({ "op": "replace", "path": "emails[type eq \"work\"]", "value": ["x", "y"] }), InvalidValue),
        (json!({ "op": "replace", "path": "emails[type eq \"work\"].value", "value": ["x"] }), InvalidValue),
    ];
    let user = json!({
        "userName": "bob",
        "emails": [{ "value": "a@b", "type": "work" }, { "value": "c@d", "type": "home" }],
    });
    for (operation, kind) in table {
        let error = patched(&user, Leniency::Lenient, &json!([operation])).unwrap_err();
        assert_eq!(error.kind, kind, "{operation}: {error}");
        assert!(error.detail.starts_with("Operations[0]: "), "{operation}: {error}");
    }
}

#[test]
fn clients_may_repeat_what_the_server_wrote() {
    let user = json!({ "userName": "bob" });
    for value in [
        json!({ "id": "u-1", "title": "T" }),
        json!({ "schemas": ["urn:x"], "meta": { "version": "x" }, "title": "T" }),
        json!({ "title": "T", "shoeSize": 43, "urn:example:x:y": 1, "name": { "shoeSize": 43 } }),
    ] {
        let operations = json!([{ "op": "replace", "value": value }]);
        let result = patched(&user, Leniency::Strict, &operations);
        assert_eq!(result, Ok(json!({ "userName": "bob", "title": "T" })), "{value}");
    }
}

#[test]
fn lists_do_not_grow_past_their_bound() {
    let roles: Vec<Value> = (0..MAX_VALUES).map(|n| json!({ "value": n.to_string() })).collect();
    let user = json!({ "userName": "bob", "roles": roles });
    let add = |role: &str| {
        patched(&user, Leniency::Lenient, &json!([{ "op": "add", "path": "roles", "value": role }]))
    };
    assert_eq!(add("7"), Ok(user.clone()));
    let error = add("one more").unwrap_err();
    assert_eq!(error.detail, "Operations[0]: roles would have 201 values; 200 at most");
}
