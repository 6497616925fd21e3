//! What clients send against what is kept of it.

mod laws;
mod rfc7643;

use serde_json::{Map, Value, json};

use super::*;
use crate::scim::schema::{GROUP_TYPE, USER_TYPE};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// A user with these attributes beside a name.
fn read_user(attributes: &Value) -> Result<Value, Error> {
    let mut body = Map::from_iter([("schemas".to_owned(), json!([USER]))]);
    if !attributes.as_object().unwrap().keys().any(|key| key.to_lowercase().ends_with("username")) {
        body.insert("userName".to_owned(), json!("bob"));
    }
    body.extend(attributes.as_object().cloned().unwrap());
    read(&USER_TYPE, &Value::Object(body)).map(|mut user| {
        if user.get("userName") == Some(&json!("bob")) {
            user.remove("userName");
        }
        Value::Object(user)
    })
}

#[test]
fn every_spelling_becomes_the_schemas_own() {
    let table = [
        (json!({ "UserName": "Al" }), json!({ "userName": "Al" })),
        (json!({ "urn:ietf:params:scim:schemas:core:2.0:User:userName": "Al" }), json!({ "userName": "Al" })),
        (json!({ USER: { "USERNAME": "Al" } , "userName": null}), json!({ "userName": "Al" })),
        (json!({ "NAME": { "GivenName": "B" } }), json!({ "name": { "givenName": "B" } })),
        (
            json!({ "name.givenName": "B", "name": { "familyName": "J" } }),
            json!({ "name": { "givenName": "B", "familyName": "J" } }),
        ),
        (
            json!({ format!("{ENTERPRISE}:employeeNumber"): "7", ENTERPRISE.to_uppercase(): { "department": "D" } }),
            json!({ ENTERPRISE: { "employeeNumber": "7", "department": "D" } }),
        ),
        (
            json!({ format!("{ENTERPRISE}:manager"): "u-1" }),
            json!({ ENTERPRISE: { "manager": { "value": "u-1" } } }),
        ),
        (
            json!({ format!("{ENTERPRISE}:manager.value"): "u-1" }),
            json!({ ENTERPRISE: { "manager": { "value": "u-1" } } }),
        ),
        (
            json!({ ENTERPRISE: { "Manager": "u-1" } }),
            json!({ ENTERPRISE: { "manager": { "value": "u-1" } } }),
        ),
        (json!({ "active": "False" }), json!({ "active": false })),
        (json!({ "active": "true" }), json!({ "active": true })),
        (json!({ "emails": { "value": "a@b" } }), json!({ "emails": [{ "value": "a@b" }] })),
        (
            json!({ "emails": ["a@b", { "Value": "c@d" }] }),
            json!({ "emails": [{ "value": "a@b" }, { "value": "c@d" }] }),
        ),
        (json!({ "roles": "admin" }), json!({ "roles": [{ "value": "admin" }] })),
        (
            json!({ "roles": [{ "value": "admin", "primary": "True" }] }),
            json!({ "roles": [{ "value": "admin", "primary": true }] }),
        ),
        (json!({ "externalId": "x", "password": "p" }), json!({ "externalId": "x", "password": "p" })),
    ];
    for (body, expected) in table {
        assert_eq!(read_user(&body), Ok(expected), "{body}");
    }
}

#[test]
fn what_says_nothing_or_is_not_the_clients_to_say_is_left_out() {
    for body in [
        json!({ "nickName": null }),
        json!({ "nickName": "" }),
        json!({ "emails": [] }),
        json!({ "emails": [null, {}, { "value": null }, { "value": "", "type": "work" }] }),
        json!({ "name": {} }),
        json!({ "name": { "givenName": null, "shoeSize": 43 } }),
        json!({ "name": { "shoeSize": 43 } }),
        json!({ ENTERPRISE: null }),
        json!({ ENTERPRISE: {} }),
        json!({ ENTERPRISE: { "manager": { "value": "", "displayName": "x" } } }),
        json!({ "id": "u-9", "meta": { "version": "1" }, "groups": [{ "value": "g-1" }] }),
        json!({ "shoeSize": 43, "urn:example:2.0:User": { "a": [[[1]]] }, "urn:example:x:y": 1, "": 0, ".": 0, ":": 0 }),
        json!({ "members": [{ "value": "u-1" }] }),
    ] {
        assert_eq!(read_user(&body), Ok(json!({})), "{body}");
    }
}

#[test]
fn values_of_another_type_are_refused_by_name() {
    let table = [
        (json!({ "userName": 5 }), "userName must be a string"),
        (json!({ "active": "yes" }), "active must be true or false"),
        (json!({ "active": 1 }), "active must be true or false"),
        (json!({ "name": "Barbara" }), "name must be an object"),
        (json!({ "name": ["Barbara"] }), "name must be an object"),
        (json!({ "name": { "familyName": { "x": 1 } } }), "name.familyName must be a string"),
        (json!({ "emails": 5 }), "emails must be an object"),
        (json!({ "emails": [["a@b"]] }), "emails must be an object"),
        (json!({ "addresses": ["Main Street"] }), "addresses must be an object"),
        (json!({ "emails": [{ "primary": "x" }] }), "emails.primary must be true or false"),
        (
            json!({ ENTERPRISE: "x" }),
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User must be an object",
        ),
        (
            json!({ ENTERPRISE: { "manager": { "value": 5 } } }),
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value must be a string",
        ),
        (json!({ "profileUrl": "not a uri" }), "profileUrl must be a URI"),
        (json!({ "x509Certificates": [{ "value": "***" }] }), "x509Certificates.value must be base64"),
        (json!({ "x509Certificates": [{ "value": "_-_-" }] }), "x509Certificates.value must be base64"),
        (json!({ "title": "a\u{0}b" }), "title must be a text without U+0000"),
        (json!({ "title": "x".repeat(MAX_CHARACTERS + 1) }), "title must be 4096 characters long at most"),
        (json!({ "profileUrl": "x".repeat(MAX_BYTES + 1) }), "profileUrl must be 65536 bytes long at most"),
        (json!({ "emails": vec!["a@b"; MAX_VALUES + 1] }), "emails has 201 values; 200 at most"),
        (json!({ "title": "a", "TITLE": "b" }), "title stands twice"),
        (json!({ "name": { "givenName": "a", "GIVENNAME": "b" } }), "name.givenName stands twice"),
        (json!({ "name": { "givenName": "a" }, "name.givenName": "b" }), "name.givenName stands twice"),
        (json!({ "emails.value": "a@b" }), "emails.value has no place of its own: send emails as a list"),
        (
            json!({ "emails": [{ "value": "a", "primary": true }, { "value": "b", "primary": "True" }] }),
            "emails has more than one primary value",
        ),
        (
            json!({ "emails": [{ "value": "a", "primary": true }, { "value": "b" }, { "value": "b", "primary": true }] }),
            "emails has more than one primary value",
        ),
        (json!({ "userName": "" }), "userName is required"),
    ];
    for (body, detail) in table {
        assert_eq!(read_user(&body), Err(Error::new(ErrorKind::InvalidValue, detail)), "{body}");
    }
}

#[test]
fn values_at_the_bounds_are_taken() {
    for body in [
        json!({ "title": "ü".repeat(MAX_CHARACTERS) }),
        json!({ "photos": [{ "value": format!("data:image/png;base64,{}", "A".repeat(60_000)) }] }),
        json!({ "profileUrl": "../people/bjensen?x=1#y" }),
        json!({ "x509Certificates": [{ "value": "AAE" }, { "value": "AAE=" }] }),
        json!({ "roles": (0..MAX_VALUES).map(|n| json!({ "value": n.to_string() })).collect::<Vec<_>>() }),
    ] {
        assert_eq!(read_user(&body), Ok(body));
    }
}

#[test]
fn a_value_stands_once_in_a_list() {
    let table = [
        (
            json!([{ "value": "A@b", "type": "work" }, { "value": "a@B", "type": "WORK", "display": "A" }]),
            json!([{ "value": "a@B", "type": "WORK", "display": "A" }]),
        ),
        (
            json!([{ "value": "a@b", "type": "work" }, { "value": "a@b", "type": "home" }, "a@b"]),
            json!([{ "value": "a@b", "type": "work" }, { "value": "a@b", "type": "home" }, { "value": "a@b" }]),
        ),
        (
            json!([{ "value": "a@b", "primary": true }, { "value": "a@b", "primary": true }]),
            json!([{ "value": "a@b", "primary": true }]),
        ),
    ];
    for (given, kept) in table {
        assert_eq!(read_user(&json!({ "emails": given })), Ok(json!({ "emails": kept })), "{given}");
    }
    // The case of a reference and of a certificate matters.
    let photos = json!({ "photos": [{ "value": "https://x/A" }, { "value": "https://x/a" }] });
    assert_eq!(read_user(&photos), Ok(photos));
    let address = json!({ "locality": "Rome" });
    let twice = json!({ "addresses": [address, { "locality": "rome", "primary": true }] });
    assert_eq!(read_user(&twice), Ok(json!({ "addresses": [{ "locality": "rome", "primary": true }] })));
}

#[test]
fn a_body_names_its_schema() {
    for body in [
        json!([]),
        json!("x"),
        json!({ "userName": "bob" }),
        json!({ "schemas": null, "userName": "bob" }),
        json!({ "schemas": [], "userName": "bob" }),
        json!({ "schemas": [5], "userName": "bob" }),
        json!({ "schemas": [ENTERPRISE], "userName": "bob" }),
        json!({ "schemas": [GROUP], "userName": "bob" }),
    ] {
        let error = read(&USER_TYPE, &body).unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidSyntax, "{body}");
        assert!(body.as_object().is_none() || error.detail.contains(USER), "{body}: {error}");
    }
    for schemas in [json!(USER), json!([USER.to_lowercase()]), json!(["urn:example:unknown", USER])] {
        let body = json!({ "Schemas": schemas, "userName": "bob" });
        assert_eq!(read(&USER_TYPE, &body).map(Value::Object), Ok(json!({ "userName": "bob" })), "{body}");
    }
}

#[test]
fn what_is_required_is_missed_by_name() {
    let error = read(&GROUP_TYPE, &json!({ "schemas": [GROUP] })).unwrap_err();
    assert_eq!(error, Error::new(ErrorKind::InvalidValue, "displayName is required"));
    assert_eq!(check_required(&USER_TYPE, &Map::new()).unwrap_err().detail, "userName is required");
}

#[test]
fn a_resource_lists_the_extensions_it_has_anything_of() {
    let schemas = |user: Value| schemas_of(&USER_TYPE, user.as_object().unwrap());
    assert_eq!(schemas(json!({ "userName": "bob" })), json!([USER]));
    assert_eq!(schemas(json!({ ENTERPRISE: { "division": "d" } })), json!([USER, ENTERPRISE]));
}

fn read_group(members: &Value) -> Result<Vec<Member>, Error> {
    let body = json!({ "schemas": [GROUP], "displayName": "Tour Guides", "members": members });
    super::members(&read(&GROUP_TYPE, &body)?)
}

#[test]
fn members_are_named_in_many_ways() {
    let member = |value: &str, kind| Member { value: value.to_owned(), kind };
    let (user, group) = (Some(MemberKind::User), Some(MemberKind::Group));
    let table = [
        (json!(null), vec![]),
        (json!([]), vec![]),
        (json!("u-1"), vec![member("u-1", None)]),
        (json!({ "value": "u-1", "$ref": null }), vec![member("u-1", None)]),
        (
            json!(["u-1", "u-2", { "value": "u-1", "display": "x" }]),
            vec![member("u-1", None), member("u-2", None)],
        ),
        (
            json!([{ "value": "u-1", "type": "user" }, { "value": "U-1" }]),
            vec![member("u-1", user), member("U-1", None)],
        ),
        (json!([{ "value": "g-1", "$ref": "https://x/scim/v2/Groups/g-1" }]), vec![member("g-1", group)]),
        (json!([{ "$ref": "../Users/u-1" }]), vec![member("u-1", user)]),
        (json!([{ "value": "g-1", "type": "Group", "$ref": "/Users/g-1" }]), vec![member("g-1", group)]),
    ];
    for (given, expected) in table {
        assert_eq!(read_group(&given), Ok(expected), "{given}");
    }
}

#[test]
fn members_that_are_none_are_refused() {
    let table = [
        (json!([{ "type": "User" }]), "members.value is required"),
        (json!([{ "$ref": "https://x/Devices/d-1" }]), "members.value is required"),
        (json!([{ "value": "d-1", "type": "Device" }]), "members.type must be User or Group"),
        (json!([5]), "members must be an object"),
        (json!([{ "value": 5 }]), "members.value must be a string"),
    ];
    for (given, detail) in table {
        assert_eq!(read_group(&given), Err(Error::new(ErrorKind::InvalidValue, detail)), "{given}");
    }
}

#[test]
fn a_group_takes_many_members_but_not_any_number() {
    let ids: Vec<String> = (0..5_000).map(|n| n.to_string()).collect();
    let members = read_group(&json!(ids)).unwrap();
    assert!(members.iter().map(|member| &member.value).eq(&ids));
    let error = read_group(&json!(vec!["u-1"; MAX_MEMBERS + 1])).unwrap_err();
    assert_eq!(error.detail, "members has 100001 values; 100000 at most");
}
