//! PATCH over HTTP (RFC 7644 §3.5.2), with what clients mean where they differ.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::scim::{ENTERPRISE, Idp, PATCH, USER};

use super::{idp, serving};

/// Somebody to change, and where they are.
fn somebody() -> (TestApp, Idp, String) {
    let app = serving();
    let idp = idp(&app);
    let body = json!({
        "schemas": [USER, ENTERPRISE], "userName": "zoe", "title": "Engineer",
        "name": { "givenName": "Zoe", "familyName": "Lind" },
        "emails": [{ "value": "zoe@acme.test", "type": "work", "primary": true }],
        ENTERPRISE: { "department": "Research", "costCenter": "7" },
    });
    let made = idp.post("/Users", &body).is(201);
    let path = format!("/Users/{}", made["id"].as_str().unwrap());
    (app, idp, path)
}

fn members(group: &Value) -> Vec<&str> {
    let members = group["members"].as_array().into_iter().flatten();
    let mut members: Vec<&str> = members.map(|member| member["value"].as_str().unwrap()).collect();
    members.sort_unstable();
    members
}

#[test]
fn item_63_all_or_nothing_and_operations_in_whatever_case() {
    let (_app, idp, path) = somebody();
    let before = idp.get(&path).is(200);
    let failing = json!([
        { "op": "replace", "path": "title", "value": "Chief" },
        { "op": "replace", "path": "active", "value": "perhaps" },
    ]);
    idp.patch(&path, &failing).refused(400, "invalidValue");
    assert_eq!(idp.get(&path).is(200), before, "nothing is stored");
    let ordered = json!([
        { "op": "Add", "path": "title", "value": "one" },
        { "op": "REPLACE", "path": "title", "value": "two" },
        { "op": "Remove", "path": "name.familyName" },
    ]);
    let after = idp.patch(&path, &ordered).is(200);
    assert_eq!((&after["title"], &after["name"]), (&json!("two"), &json!({ "givenName": "Zoe" })));
    for bad in [
        json!({ "schemas": [PATCH] }),
        json!({ "schemas": [PATCH], "Operations": {} }),
        json!({ "schemas": [PATCH], "Operations": [{ "op": "move", "path": "title" }] }),
        json!({ "Operations": [{ "op": "remove", "path": "title" }] }),
    ] {
        idp.with_body("PATCH", &path, &[], &bad).refused(400, "invalidSyntax");
    }
}

#[test]
fn item_64_the_answer_is_the_resource() {
    let (_app, idp, path) = somebody();
    let reply = idp.patch(&path, &json!([{ "op": "add", "value": { "nickName": "z" } }]));
    let etag = reply.header("etag").unwrap().to_owned();
    let body = reply.is(200);
    assert_eq!((&body["nickName"], &body["meta"]["version"]), (&json!("z"), &json!(etag)));
    let group = idp.group("staff", &[]);
    let add = json!([{ "op": "add", "path": "members", "value": [{ "value": idp.user("yan") }] }]);
    let small = idp.patch(&format!("/Groups/{group}?excludedAttributes=members"), &add).is(200);
    assert_eq!(small["members"], Value::Null);
}

#[test]
fn item_65_add() {
    let (app, idp, path) = somebody();
    let whole = json!([{ "op": "add", "value": {
        "title": "Chief",
        "name": { "middleName": "M" },
        "emails": [{ "value": "zoe@home.test", "type": "home" }, { "value": "zoe@acme.test", "type": "work" }],
    }}]);
    let after = idp.patch(&path, &whole).is(200);
    assert_eq!(after["title"], "Chief");
    assert_eq!(after["name"]["givenName"], "Zoe");
    assert_eq!(after["name"]["middleName"], "M");
    assert_eq!(after["emails"].as_array().unwrap().len(), 2, "{after}");
    app.advance(Duration::from_secs(60));
    let again = idp.patch(&path, &whole).is(200);
    assert_eq!(again["meta"], after["meta"], "what is there already changes nothing");
    let (yan, xia) = (idp.user("yan"), idp.user("xia"));
    let group = format!("/Groups/{}", idp.group("staff", &[&yan]));
    let add = json!([{ "op": "add", "path": "members", "value": [{ "value": xia }, { "value": yan }] }]);
    let grown = idp.patch(&group, &add).is(200);
    let mut both = [yan.as_str(), xia.as_str()];
    both.sort_unstable();
    assert_eq!(members(&grown), both);
    app.advance(Duration::from_secs(60));
    assert_eq!(idp.patch(&group, &add).is(200)["meta"], grown["meta"]);
    let primary = json!([{ "op": "add", "path": "emails", "value": [
        { "value": "zoe@new.test", "type": "other", "primary": true },
    ]}]);
    let after = idp.patch(&path, &primary).is(200);
    let primaries = after["emails"].as_array().unwrap().iter().filter(|email| email["primary"] == true);
    assert_eq!(primaries.map(|email| &email["value"]).collect::<Vec<_>>(), ["zoe@new.test"]);
}

#[test]
fn item_66_replace() {
    let (_app, idp, path) = somebody();
    let after = idp
        .patch(
            &path,
            &json!([
                { "op": "replace", "value": { "title": "Chief", "emails": [{ "value": "z@acme.test" }] } },
                { "op": "replace", "path": "nickName", "value": "z" },
                { "op": "replace", "path": "emails[value eq \"z@acme.test\"].type", "value": "home" },
            ]),
        )
        .is(200);
    assert_eq!((&after["title"], &after["nickName"]), (&json!("Chief"), &json!("z")));
    assert_eq!(after["emails"], json!([{ "value": "z@acme.test", "type": "home" }]));
    let yan = idp.user("yan");
    let group = format!("/Groups/{}", idp.group("staff", &[&yan]));
    let xia = idp.user("xia");
    let replace = json!([{ "op": "replace", "path": "members", "value": [{ "value": xia }] }]);
    assert_eq!(members(&idp.patch(&group, &replace).is(200)), [&xia]);
    let stranger = json!([{ "op": "add", "path": "members", "value": [{ "value": "nobody" }] }]);
    idp.patch(&group, &stranger).refused(400, "invalidValue");
}

#[test]
fn item_67_remove() {
    let (_app, idp, path) = somebody();
    let remove = |of: &str| idp.patch(&path, &json!([{ "op": "remove", "path": of }]));
    idp.patch(&path, &json!([{ "op": "remove" }])).refused(400, "noTarget");
    for required in ["userName", "id", "groups", "meta"] {
        remove(required).refused(400, "mutability");
    }
    assert_eq!(remove("emails[type eq \"home\"]").is(200)["emails"][0]["value"], "zoe@acme.test");
    assert_eq!(remove("emails[type eq \"work\"].primary").is(200)["emails"][0]["primary"], Value::Null);
    assert_eq!(remove("emails[type eq \"work\"]").is(200).get("emails"), None);
    assert_eq!(remove("emails").is(200).get("emails"), None, "again is no error");
    assert_eq!(remove("name").is(200).get("name"), None);
    let (yan, xia) = (idp.user("yan"), idp.user("xia"));
    let group = format!("/Groups/{}", idp.group("staff", &[&yan, &xia]));
    let one = json!([{ "op": "remove", "path": format!("members[value eq \"{yan}\"]") }]);
    for _ in 0..2 {
        assert_eq!(members(&idp.patch(&group, &one).is(200)), [&xia]);
    }
    let named = json!([{ "op": "Remove", "path": "members", "value": [{ "value": yan, "$ref": null }] }]);
    assert_eq!(members(&idp.patch(&group, &named).is(200)), [&xia], "only those named go");
    idp.patch(&group, &json!([{ "op": "remove", "path": "displayName" }])).refused(400, "mutability");
    assert_eq!(
        idp.patch(&group, &json!([{ "op": "remove", "path": "members" }])).is(200).get("members"),
        None
    );
}

#[test]
fn item_68_paths() {
    let (_app, idp, path) = somebody();
    let set =
        |of: &str, value: Value| idp.patch(&path, &json!([{ "op": "replace", "path": of, "value": value }]));
    assert_eq!(set("name.givenName", json!("Z")).is(200)["name"]["givenName"], "Z");
    assert_eq!(set(&format!("{USER}:title"), json!("T")).is(200)["title"], "T");
    let after = set(&format!("{ENTERPRISE}:manager.value"), json!("boss")).is(200);
    assert_eq!(after[ENTERPRISE]["manager"]["value"], "boss");
    let after = set(ENTERPRISE, json!({ "division": "D" })).is(200);
    assert_eq!(after[ENTERPRISE]["division"], "D");
    let after = idp.patch(&path, &json!([{ "op": "remove", "path": ENTERPRISE }])).is(200);
    assert_eq!((after.get(ENTERPRISE), &after["schemas"]), (None, &json!([USER])));
    let unread = json!([{ "op": "add", "path": "emails[", "value": "x" }]);
    idp.patch(&path, &unread).refused(400, "invalidFilter");
    for bad in ["colour", "name.colour", "title[value eq \"x\"]", "a b", "urn:x:y:User:title", "[x]"] {
        idp.patch(&path, &json!([{ "op": "add", "path": bad, "value": "x" }])).refused(400, "invalidPath");
    }
}

#[test]
fn item_69_values_are_of_their_type() {
    let (_app, idp, path) = somebody();
    for (of, value) in [
        ("title", json!(7)),
        ("title", json!({ "value": "x" })),
        ("active", json!("perhaps")),
        ("name", json!("Zoe")),
        ("emails", json!(true)),
        ("emails[type eq \"work\"].primary", json!("perhaps")),
        ("x509Certificates", json!([{ "value": "no base64!" }])),
        ("userName", json!("")),
    ] {
        let refused = idp.patch(&path, &json!([{ "op": "replace", "path": of, "value": value }]));
        assert_eq!(refused.status, 400, "{of} {value}: {}", refused.body);
        assert!(
            refused.body.contains("Operations[0]") || refused.body.contains("userName"),
            "{}",
            refused.body
        );
    }
    assert_eq!(idp.get(&path).is(200)["title"], "Engineer");
}

#[test]
fn item_70_a_member_is_added_without_the_others_being_shown() {
    let (_app, idp, _path) = somebody();
    let (yan, xia) = (idp.user("yan"), idp.user("xia"));
    let group = format!("/Groups/{}", idp.group("staff", &[&yan]));
    let both_ways = json!([
        { "op": "remove", "path": format!("members[value eq \"{yan}\"]") },
        { "op": "add", "path": "members", "value": [{ "value": xia }] },
    ]);
    let small = idp.patch(&format!("{group}?excludedAttributes=members"), &both_ways).is(200);
    assert_eq!(small["members"], Value::Null);
    assert_eq!(members(&idp.get(&group).is(200)), [&xia]);
}
