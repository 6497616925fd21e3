//! PATCH: bodies, operations, members.

mod clients;
mod laws;
mod members;
mod refusals;
mod rfc7644;

use serde_json::{Map, Value, json};

use super::*;
use crate::scim::schema::USER_TYPE;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// A body with these operations.
fn body(operations: &Value) -> Value {
    json!({ "schemas": [SCHEMA], "Operations": operations })
}

fn object(value: Value) -> Map<String, Value> {
    let Value::Object(map) = value else { panic!("{value} is no object") };
    map
}

/// What the operations make of a user with this id, or why they make nothing.
fn patched(user: &Value, leniency: Leniency, operations: &Value) -> Result<Value, Error> {
    let patch = Patch::parse(&body(operations))?;
    patch.apply(&USER_TYPE, leniency, &object(user.clone()), "u-1").map(Value::Object)
}

/// A table of operations on users, and what becomes of the users.
fn check(table: &[(Value, Value, Value)]) {
    for (user, operations, expected) in table {
        let mut named = json!({ "userName": "bob" });
        named.as_object_mut().unwrap().extend(object(user.clone()));
        let mut result = patched(&named, Leniency::Lenient, operations)
            .unwrap_or_else(|error| panic!("{operations} on {user}: {error}"));
        if result["userName"] == "bob" {
            result.as_object_mut().unwrap().remove("userName");
        }
        assert_eq!(&result, expected, "{operations} on {user}");
    }
}

#[test]
fn add_merges_appends_and_never_repeats() {
    let work = json!({ "value": "a@b", "type": "work" });
    let home = json!({ "value": "c@d", "type": "home" });
    check(&[
        (json!({}), json!([{ "op": "add", "path": "nickName", "value": "B" }]), json!({ "nickName": "B" })),
        (
            json!({ "nickName": "A" }),
            json!([{ "op": "add", "path": "NICKNAME", "value": "B" }]),
            json!({ "nickName": "B" }),
        ),
        (
            json!({ "name": { "givenName": "B" } }),
            json!([{ "op": "add", "path": "name", "value": { "familyName": "J" } }]),
            json!({ "name": { "givenName": "B", "familyName": "J" } }),
        ),
        (
            json!({ "name": { "givenName": "B" } }),
            json!([{ "op": "add", "value": { "name": { "familyName": "J" }, "title": "T" } }]),
            json!({ "name": { "givenName": "B", "familyName": "J" }, "title": "T" }),
        ),
        (
            json!({ "emails": [work] }),
            json!([{ "op": "add", "path": "emails", "value": [home, work] }]),
            json!({ "emails": [work, home] }),
        ),
        (
            json!({ "emails": [work] }),
            json!([{ "op": "add", "path": "emails", "value": { "value": "A@B", "type": "work", "display": "A" } }]),
            json!({ "emails": [{ "value": "A@B", "type": "work", "display": "A" }] }),
        ),
        (
            json!({ "emails": [work, home] }),
            json!([{ "op": "add", "path": "emails[type eq \"home\"]", "value": { "display": "H" } }]),
            json!({ "emails": [work, { "value": "c@d", "type": "home", "display": "H" }] }),
        ),
        (
            json!({}),
            json!([{ "op": "add", "path": ENTERPRISE, "value": { "department": "D" } }]),
            json!({ ENTERPRISE: { "department": "D" } }),
        ),
        (
            json!({ ENTERPRISE: { "division": "V" } }),
            json!([{ "op": "add", "value": { ENTERPRISE: { "department": "D" } } }]),
            json!({ ENTERPRISE: { "division": "V", "department": "D" } }),
        ),
        (
            json!({ "title": "T" }),
            json!([{ "op": "add", "path": "title", "value": null }]),
            json!({ "title": "T" }),
        ),
        (
            json!({ ENTERPRISE: { "division": "V" } }),
            json!([{ "op": "add", "value": { ENTERPRISE: null } }]),
            json!({ ENTERPRISE: { "division": "V" } }),
        ),
    ]);
}

#[test]
fn replace_takes_the_place_of_lists_and_single_values() {
    let emails = json!([{ "value": "a@b", "type": "work" }, { "value": "c@d", "type": "home" }]);
    check(&[
        (json!({}), json!([{ "op": "replace", "path": "title", "value": "T" }]), json!({ "title": "T" })),
        (
            json!({ "emails": emails }),
            json!([{ "op": "replace", "path": "emails", "value": [{ "value": "x@y" }] }]),
            json!({ "emails": [{ "value": "x@y" }] }),
        ),
        (json!({ "emails": emails }), json!([{ "op": "replace", "path": "emails", "value": [] }]), json!({})),
        (json!({ "emails": emails }), json!([{ "op": "replace", "value": { "emails": null } }]), json!({})),
        (json!({ "title": "T" }), json!([{ "op": "replace", "path": "title", "value": "" }]), json!({})),
        (
            json!({ "name": { "givenName": "B", "familyName": "J" } }),
            json!([{ "op": "replace", "path": "name", "value": { "givenName": "C" } }]),
            json!({ "name": { "givenName": "C", "familyName": "J" } }),
        ),
        (
            json!({ "name": { "givenName": "B" } }),
            json!([{ "op": "replace", "path": "name", "value": { "givenName": null } }]),
            json!({}),
        ),
        (
            json!({ "emails": emails }),
            json!([{ "op": "replace", "path": "emails[type eq \"work\"].value", "value": "x@y" }]),
            json!({ "emails": [{ "value": "x@y", "type": "work" }, { "value": "c@d", "type": "home" }] }),
        ),
        (
            json!({ "emails": [{ "value": "a@b", "type": "work", "display": "A" }] }),
            json!([{ "op": "replace", "path": "emails[type eq \"work\"]", "value": { "value": "x@y" } }]),
            json!({ "emails": [{ "value": "x@y", "type": "work" }] }),
        ),
        (
            json!({ "emails": emails }),
            json!([{ "op": "replace", "path": "emails[type eq \"work\"].value", "value": "" }]),
            json!({ "emails": [{ "value": "c@d", "type": "home" }] }),
        ),
        (
            json!({ "emails": emails }),
            json!([{ "op": "replace", "path": "emails[value pr].type", "value": "other" }]),
            json!({ "emails": [{ "value": "a@b", "type": "other" }, { "value": "c@d", "type": "other" }] }),
        ),
    ]);
}

#[test]
fn remove_takes_what_is_there_and_does_not_mind_what_is_not() {
    let emails = json!([{ "value": "a@b", "type": "work" }, { "value": "c@d", "type": "home" }]);
    let manager = json!({ ENTERPRISE: { "manager": { "value": "u-2" } } });
    check(&[
        (json!({ "title": "T" }), json!([{ "op": "remove", "path": "title" }]), json!({})),
        (json!({}), json!([{ "op": "remove", "path": "title" }]), json!({})),
        (json!({ "title": "T" }), json!([{ "op": "remove", "path": "title", "value": "other" }]), json!({})),
        (json!({ "emails": emails }), json!([{ "op": "remove", "path": "emails" }]), json!({})),
        (
            json!({ "emails": emails }),
            json!([{ "op": "remove", "path": "emails[type eq \"work\"]" }]),
            json!({ "emails": [emails[1]] }),
        ),
        (
            json!({ "emails": emails }),
            json!([{ "op": "remove", "path": "emails[type eq \"fax\"]" }]),
            json!({ "emails": emails }),
        ),
        (json!({ "emails": emails }), json!([{ "op": "remove", "path": "emails[value pr]" }]), json!({})),
        (
            json!({ "emails": emails }),
            json!([{ "op": "remove", "path": "emails[type eq \"home\"].type" }]),
            json!({ "emails": [emails[0], { "value": "c@d" }] }),
        ),
        (
            json!({ "emails": emails }),
            json!([{ "op": "remove", "path": "emails.type" }]),
            json!({ "emails": [{ "value": "a@b" }, { "value": "c@d" }] }),
        ),
        (
            json!({ "emails": emails }),
            json!([{ "op": "remove", "path": "emails", "value": [{ "value": "A@B" }] }]),
            json!({ "emails": [emails[1]] }),
        ),
        (
            json!({ "emails": emails }),
            json!([{ "op": "remove", "path": "emails", "value": [] }]),
            json!({ "emails": emails }),
        ),
        (
            json!({ "name": { "givenName": "B" } }),
            json!([{ "op": "remove", "path": "name.givenName" }]),
            json!({}),
        ),
        (manager.clone(), json!([{ "op": "remove", "path": ENTERPRISE }]), json!({})),
        (manager.clone(), json!([{ "op": "replace", "value": { ENTERPRISE: null } }]), json!({})),
        (manager, json!([{ "op": "remove", "path": format!("{ENTERPRISE}:manager.value") }]), json!({})),
    ]);
}

#[test]
fn a_new_primary_takes_it_from_the_old_one() {
    let emails =
        json!([{ "value": "a@b", "type": "work", "primary": true }, { "value": "c@d", "type": "home" }]);
    let old = json!({ "value": "a@b", "type": "work", "primary": false });
    check(&[
        (
            json!({ "emails": emails }),
            json!([{ "op": "add", "path": "emails", "value": [{ "value": "e@f", "primary": true }] }]),
            json!({ "emails": [old, emails[1], { "value": "e@f", "primary": true }] }),
        ),
        (
            json!({ "emails": emails }),
            json!([{ "op": "replace", "path": "emails[type eq \"home\"].primary", "value": "True" }]),
            json!({ "emails": [old, { "value": "c@d", "type": "home", "primary": true }] }),
        ),
        (
            json!({ "emails": emails }),
            json!([{ "op": "add", "path": "emails[value eq \"c@d\"]", "value": { "primary": true } }]),
            json!({ "emails": [old, { "value": "c@d", "type": "home", "primary": true }] }),
        ),
    ]);
}

#[test]
fn a_manager_who_changed_does_not_keep_the_address_of_the_old_one() {
    let user = json!({ ENTERPRISE: { "manager": { "value": "u-2", "$ref": "../Users/u-2" } } });
    let path = format!("{ENTERPRISE}:manager");
    let third = json!({ ENTERPRISE: { "manager": { "value": "u-3" } } });
    check(&[
        (user.clone(), json!([{ "op": "replace", "path": path, "value": "u-3" }]), third.clone()),
        (
            user.clone(),
            json!([{ "op": "replace", "path": path, "value": { "value": "u-3" } }]),
            third.clone(),
        ),
        (user.clone(), json!([{ "op": "replace", "path": format!("{path}.value"), "value": "u-3" }]), third),
        (user.clone(), json!([{ "op": "replace", "path": path, "value": { "value": "u-2" } }]), user.clone()),
        (user, json!([{ "op": "replace", "path": path, "value": { "value": "" } }]), json!({})),
    ]);
}

#[test]
fn a_filter_that_matches_nothing_makes_what_it_says_or_is_refused() {
    let user = json!({ "userName": "bob", "phoneNumbers": [{ "value": "1", "type": "work" }] });
    let table = [
        (
            json!([{ "op": "replace", "path": "phoneNumbers[type eq \"mobile\"].value", "value": "2" }]),
            Some(json!({ "value": "2", "type": "mobile" })),
        ),
        (
            json!([{ "op": "add", "path": "phoneNumbers[type eq \"mobile\" and primary eq \"True\"]", "value": "2" }]),
            Some(json!({ "value": "2", "type": "mobile", "primary": true })),
        ),
        (
            json!([{ "op": "add", "path": "phoneNumbers[type eq \"mobile\"]", "value": [{ "value": "2", "type": "pager" }] }]),
            Some(json!({ "value": "2", "type": "pager" })),
        ),
        (json!([{ "op": "add", "path": "phoneNumbers[type ne \"work\"].value", "value": "2" }]), None),
        (
            json!([{ "op": "add", "path": "phoneNumbers[type eq \"a\" or type eq \"b\"].value", "value": "2" }]),
            None,
        ),
        (
            json!([{ "op": "add", "path": "phoneNumbers[type eq \"a\" and type eq \"b\"].value", "value": "2" }]),
            None,
        ),
    ];
    for (operations, made) in table {
        let strict = patched(&user, Leniency::Strict, &operations).unwrap_err();
        assert_eq!(strict.kind, ErrorKind::NoTarget, "{operations}");
        let lenient = patched(&user, Leniency::Lenient, &operations);
        match made {
            Some(made) => {
                assert_eq!(lenient.unwrap()["phoneNumbers"], json!([{ "value": "1", "type": "work" }, made]))
            }
            None => assert_eq!(lenient.unwrap_err().kind, ErrorKind::NoTarget, "{operations}"),
        }
    }
}

#[test]
fn strictly_what_is_replaced_is_replaced_whole() {
    let user = json!({ "userName": "bob", "emails": [{ "value": "a@b", "type": "work" }] });
    let operations =
        json!([{ "op": "replace", "path": "emails[type eq \"work\"]", "value": { "value": "x@y" } }]);
    let strict = patched(&user, Leniency::Strict, &operations).unwrap();
    assert_eq!(strict["emails"], json!([{ "value": "x@y" }]));
}

#[test]
fn a_password_shows_when_it_was_written() {
    let user = json!({ "userName": "bob" });
    let written = |operation: Value| patched(&user, Leniency::Lenient, &json!([operation])).unwrap();
    assert_eq!(
        written(json!({ "op": "replace", "value": { "password": "t1meMa$heen" } }))["password"],
        "t1meMa$heen"
    );
    assert_eq!(written(json!({ "op": "remove", "path": "password" })).get("password"), Some(&Value::Null));
    assert_eq!(written(json!({ "op": "add", "path": "title", "value": "T" })).get("password"), None);
}

#[test]
fn all_hold_or_none() {
    let user = json!({ "userName": "bob" });
    let operations = json!([
        { "op": "add", "path": "title", "value": "T" },
        { "op": "add", "path": "active", "value": "perhaps" },
    ]);
    let error = patched(&user, Leniency::Lenient, &operations).unwrap_err();
    assert_eq!(error.detail, "Operations[1]: active must be true or false");
    assert_eq!(user, json!({ "userName": "bob" }));
}
