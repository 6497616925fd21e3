//! What attributes there are, who writes them, and how they are shown.

use serde_json::{Value, json};

use super::{credential_of, idp, serving};
use crate::support::app::TestApp;
use crate::support::person::Person;
use crate::support::scim::{ENTERPRISE, GROUP, Idp, SEARCH, USER};
use cloudsso::domain::ScimScope;

const PASSWORD: &str = "nine blue otters, said casey";

fn user(name: &str, more: &Value) -> Value {
    let mut body = json!({ "schemas": [USER], "userName": name });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

/// Creates a user with this beside the name; gives their path.
#[track_caller]
fn made(idp: &Idp, name: &str, more: &Value) -> String {
    let made = idp.post("/Users", &user(name, more)).is(201);
    format!("/Users/{}", made["id"].as_str().unwrap())
}

fn names(resource: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = resource.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

#[track_caller]
fn total(idp: &Idp, endpoint: &str, filter: &str) -> i64 {
    idp.find(endpoint, filter).is(200)["totalResults"].as_i64().unwrap()
}

#[test]
fn item_25_what_is_always_and_what_is_never_shown() {
    let app = serving();
    let idp = idp(&app);
    let reply = idp.post("/Users", &user("casey", &json!({ "password": PASSWORD, "title": "Head" })));
    assert!(!reply.body.contains("otters") && !reply.body.contains("password"), "{}", reply.body);
    let path = format!("/Users/{}", reply.is(201)["id"].as_str().unwrap());
    let without = idp.get(&format!("{path}?excludedAttributes=id,schemas,meta,title")).is(200);
    assert_eq!(names(&without), ["active", "id", "schemas", "userName"]);
    for asked in ["password", "PASSWORD", &format!("{USER}:password")] {
        let shown = idp.get(&format!("{path}?attributes={asked}")).is(200);
        assert_eq!(names(&shown), ["id", "schemas"], "{asked}");
    }
    let search =
        json!({ "schemas": [SEARCH], "filter": "userName eq \"casey\"", "attributes": ["password"] });
    let found = idp.post("/Users/.search", &search).is(200);
    assert_eq!(names(&found["Resources"][0]), ["id", "schemas"]);

    let staff = idp.group("staff", &[path.strip_prefix("/Users/").unwrap()]);
    let member = |query: &str| idp.get(&format!("/Groups/{staff}{query}")).is(200)["members"][0].clone();
    assert_eq!(names(&member("")), ["$ref", "type", "value"]);
    assert_eq!(member("?attributes=members.display"), json!({ "display": "casey" }));
}

#[test]
fn item_26_and_27_who_may_write_what() {
    let app = serving();
    let idp = idp(&app);
    let path = made(&idp, "casey", &json!({}));
    let id = path.strip_prefix("/Users/").unwrap();
    let before = idp.get(&path).is(200);
    for (attribute, value) in [
        ("id", json!("mine")),
        ("meta", json!({ "created": "2001-01-01T00:00:00Z" })),
        ("meta.version", json!("W/\"9\"")),
        ("meta.lastModified", json!("2001-01-01T00:00:00Z")),
        ("groups", json!([{ "value": "g-x" }])),
        ("groups.display", json!("x")),
        ("groups[value eq \"g-x\"]", json!({ "display": "x" })),
        (&format!("{ENTERPRISE}:manager.displayName"), json!("Boss")),
    ] {
        for op in ["add", "replace", "remove"] {
            let operations = json!([
                { "op": "replace", "path": "title", "value": "Head" },
                { "op": op, "path": attribute, "value": value },
            ]);
            idp.patch(&path, &operations).refused(400, "mutability");
        }
    }
    let other = json!([{ "op": "replace", "value": { "id": "mine", "title": "Head" } }]);
    idp.patch(&path, &other).refused(400, "mutability");
    assert_eq!(idp.get(&path).is(200), before);
    let own = json!([{ "op": "replace", "value": { "id": id, "title": "Head" } }]);
    assert_eq!(idp.patch(&path, &own).is(200)["title"], "Head", "as some clients send it");

    let staff = format!("/Groups/{}", idp.group("staff", &[id]));
    let before = idp.get(&staff).is(200);
    for part in ["value", "$ref", "type", "display"] {
        let path = format!("members[value eq \"{id}\"].{part}");
        let operations = json!([{ "op": "replace", "path": path, "value": "User" }]);
        idp.patch(&staff, &operations).refused(400, "mutability");
    }
    assert_eq!(idp.get(&staff).is(200), before);
    let remove = json!([{ "op": "remove", "path": format!("members[value eq \"{id}\"]") }]);
    assert_eq!(idp.patch(&staff, &remove).is(200).get("members"), None);
}

#[test]
fn item_28_an_external_id_is_each_connectors_own() {
    let app = serving();
    let okta = idp(&app);
    let entra = Idp::new(&app, Some(credential_of(&app, "entra", ScimScope::All).token));
    let casey = made(&okta, "casey", &json!({ "externalId": "00U" }));
    made(&okta, "devin", &json!({ "externalId": "00U" }));
    made(&entra, "ellis", &json!({ "externalId": "00U" }));
    assert_eq!(total(&okta, "/Users", "externalId eq \"00U\""), 2, "nothing makes it unique");
    assert_eq!(total(&okta, "/Users", "externalId eq \"00u\""), 0);
    assert_eq!(total(&entra, "/Users", "externalId eq \"00U\""), 1);
    assert_eq!(okta.get(&casey).is(200)["externalId"], "00U");
    assert_eq!(entra.get(&casey).is(200).get("externalId"), None);
}

#[test]
fn item_29_case_counts_where_the_schema_says_so() {
    let app = serving();
    let idp = idp(&app);
    let more = json!({
        "externalId": "Ext", "displayName": "Casey", "emails": [{ "value": "C@x.example" }],
        "profileUrl": "https://x.example/Casey",
    });
    let casey = idp.post("/Users", &user("Casey", &more)).is(201);
    let id = casey["id"].as_str().unwrap();
    for (attribute, value, is_exact) in [
        ("userName", "Casey", false),
        ("displayName", "Casey", false),
        ("emails.value", "C@x.example", false),
        ("externalId", "Ext", true),
        ("profileUrl", "https://x.example/Casey", true),
        ("id", id, true),
    ] {
        assert_eq!(total(&idp, "/Users", &format!("{attribute} eq \"{value}\"")), 1, "{attribute}");
        let other = if value == id { value.to_uppercase() } else { value.to_lowercase() };
        let found = total(&idp, "/Users", &format!("{attribute} eq \"{other}\""));
        assert_eq!(found, i64::from(!is_exact), "{attribute}");
    }
}

#[test]
fn item_30_the_groups_of_a_user_are_computed() {
    let app = serving();
    let idp = idp(&app);
    let path = made(&idp, "casey", &json!({ "groups": [{ "value": "g-x" }] }));
    let inner = idp.group("inner", &[path.strip_prefix("/Users/").unwrap()]);
    let outer = idp.group("outer", &[&inner]);
    let expected = |id: &str, name: &str, kind: &str| {
        let location = app.url(&format!("/scim/v2/Groups/{id}"));
        json!({ "value": id, "$ref": location, "display": name, "type": kind })
    };
    let mut groups = idp.get(&path).is(200)["groups"].as_array().unwrap().clone();
    groups.sort_by_key(|group| group["display"].to_string());
    assert_eq!(groups, [expected(&inner, "inner", "direct"), expected(&outer, "outer", "indirect")]);
    let put = idp.put(&path, &user("casey", &json!({ "groups": [] }))).is(200);
    assert_eq!(put["groups"].as_array().unwrap().len(), 2, "a replacement does not reach them");
    let remove = json!([{ "op": "remove", "path": "groups" }]);
    idp.patch(&path, &remove).refused(400, "mutability");
}

#[test]
fn item_31_and_32_one_value_is_primary_and_none_stands_twice() {
    let app = serving();
    let idp = idp(&app);
    let emails = json!({ "emails": [
        { "value": "a@x.example", "type": "work", "primary": true },
        { "value": "b@x.example", "type": "home" },
    ]});
    let path = made(&idp, "casey", &emails);
    let primary = |resource: &Value| -> Vec<String> {
        let emails = resource["emails"].as_array().unwrap().iter();
        emails.filter(|email| email["primary"] == true).map(|email| email["value"].to_string()).collect()
    };
    let other = json!([{ "op": "replace", "path": "emails[type eq \"home\"].primary", "value": true }]);
    assert_eq!(primary(&idp.patch(&path, &other).is(200)), ["\"b@x.example\""]);
    let third =
        json!([{ "op": "add", "path": "emails", "value": [{ "value": "c@x.example", "primary": true }] }]);
    assert_eq!(primary(&idp.patch(&path, &third).is(200)), ["\"c@x.example\""]);
    let two = json!({ "emails": [
        { "value": "a@x.example", "primary": true }, { "value": "b@x.example", "primary": true },
    ]});
    idp.put(&path, &user("casey", &two)).refused(400, "invalidValue");

    let before = idp.get(&path).is(200);
    let again =
        json!([{ "op": "add", "path": "emails", "value": [{ "value": "B@x.example", "type": "home" }] }]);
    assert_eq!(idp.patch(&path, &again).is(200)["emails"].as_array().unwrap().len(), 3);
    assert_eq!(before["emails"].as_array().unwrap().len(), 3);
    let id = path.strip_prefix("/Users/").unwrap();
    let staff = format!("/Groups/{}", idp.group("staff", &[id, id]));
    let group = idp.get(&staff).is(200);
    assert_eq!(group["members"].as_array().unwrap().len(), 1);
    let add = json!([{ "op": "add", "path": "members", "value": [{ "value": id }] }]);
    assert_eq!(idp.patch(&staff, &add).is(200), group, "nothing changed, nor did the version");
}

#[test]
fn item_33_members_are_users_and_groups_and_no_circle() {
    let app = serving();
    let idp = idp(&app);
    let casey = idp.user("casey");
    let inner = idp.group("inner", &[&casey]);
    let outer = idp.group("outer", &[&inner, &casey]);
    let mut members = idp.get(&format!("/Groups/{outer}")).is(200)["members"].as_array().unwrap().clone();
    members.sort_by_key(|member| member["type"].to_string());
    let at = |path: &str| app.url(&format!("/scim/v2{path}"));
    let expected = json!([
        { "value": inner, "$ref": at(&format!("/Groups/{inner}")), "type": "Group" },
        { "value": casey, "$ref": at(&format!("/Users/{casey}")), "type": "User" },
    ]);
    assert_eq!(Value::Array(members), expected);
    let path = format!("/Groups/{inner}");
    let before = idp.get(&path).is(200);
    for member in [&outer, &inner] {
        let add = json!([{ "op": "add", "path": "members", "value": [{ "value": member }] }]);
        idp.patch(&path, &add).refused(400, "invalidValue");
        let body = json!({ "schemas": [GROUP], "displayName": "inner", "members": [{ "value": member }] });
        idp.put(&path, &body).refused(400, "invalidValue");
    }
    assert_eq!(idp.get(&path).is(200), before);
}

#[test]
fn item_34_an_unknown_member_is_refused() {
    let app = serving();
    let idp = idp(&app);
    let (casey, devin) = (idp.user("casey"), idp.user("devin"));
    idp.delete(&format!("/Users/{devin}"));
    let path = format!("/Groups/{}", idp.group("staff", &[&casey]));
    let before = idp.get(&path).is(200);
    for unknown in [
        json!({ "value": "nobody" }),
        json!({ "value": devin }),
        json!({ "value": casey, "type": "Group" }),
        json!({ "value": casey, "type": "Robot" }),
        json!({ "type": "User" }),
        json!({ "display": "casey" }),
        json!(7),
    ] {
        let members = json!([{ "value": casey }, unknown]);
        let body = json!({ "schemas": [GROUP], "displayName": "other", "members": members });
        idp.post("/Groups", &body).refused(400, "invalidValue");
        idp.put(&path, &body).refused(400, "invalidValue");
        let add = json!([{ "op": "add", "path": "members", "value": members }]);
        idp.patch(&path, &add).refused(400, "invalidValue");
    }
    assert_eq!(idp.get(&path).is(200), before);
    assert_eq!(total(&idp, "/Groups", "displayName eq \"other\""), 0);
}

#[test]
fn item_35_the_enterprise_extension_stands_under_its_urn() {
    let app = serving();
    let idp = idp(&app);
    let boss = idp.user("boss");
    let extension = json!({
        "employeeNumber": "701984", "costCenter": "4130", "organization": "Universal", "division": "Parks",
        "department": "Tours", "manager": { "value": boss, "$ref": "../Users/x", "displayName": "Wrong" },
    });
    let path = made(&idp, "casey", &json!({ ENTERPRISE: extension }));
    let casey = idp.get(&path).is(200);
    let mut expected = extension.clone();
    expected["manager"].as_object_mut().unwrap().remove("displayName");
    assert_eq!(casey[ENTERPRISE], expected);
    let filter = format!("{ENTERPRISE}:manager.value eq \"{boss}\"");
    assert_eq!(total(&idp, "/Users", &filter), 1);
    let replace = json!([{ "op": "replace", "path": format!("{ENTERPRISE}:department"), "value": "Sales" }]);
    assert_eq!(idp.patch(&path, &replace).is(200)[ENTERPRISE]["department"], "Sales");
    let remove = json!([{ "op": "remove", "path": ENTERPRISE }]);
    let bare = idp.patch(&path, &remove).is(200);
    assert_eq!((bare.get(ENTERPRISE), &bare["schemas"]), (None, &json!([USER])));
}

/// Where somebody gets with this password.
fn after_password(app: &TestApp, name: &str, password: &str) -> String {
    let person = Person { name: name.to_owned(), password: password.to_owned(), totp_secret: String::new() };
    let mut visitor = app.visitor();
    let page = person.give_password(&mut visitor, &app.url("/login"));
    visitor.follow(page).url.path().to_owned()
}

#[test]
fn item_36_a_password_opens_and_is_never_seen() {
    let app = serving();
    let idp = idp(&app);
    let path = made(&idp, "casey", &json!({ "password": PASSWORD }));
    assert_eq!(after_password(&app, "casey", "another nine blue otters"), "/login");
    assert_ne!(after_password(&app, "casey", PASSWORD), "/login");
    for (weak, name) in
        [("short", "ellis"), ("password123", "ellis"), ("caseycasey", "Casey"), ("aaaaaaaaaaaa", "ellis")]
    {
        let detail =
            idp.post("/Users", &user(name, &json!({ "password": weak }))).refused(400, "invalidValue");
        assert!(detail.starts_with("password") && !detail.contains(weak), "{detail}");
        let replace = json!([{ "op": "replace", "path": "password", "value": weak }]);
        idp.patch(&path, &replace).refused(400, "invalidValue");
    }
    // A replacement without one keeps it; one with one, and a change, set it.
    idp.put(&path, &user("casey", &json!({}))).is(200);
    assert_ne!(after_password(&app, "casey", PASSWORD), "/login");
    let replace = json!([{ "op": "replace", "path": "password", "value": "ten red herons, said casey" }]);
    let reply = idp.patch(&path, &replace);
    assert!(!reply.body.contains("heron"), "{}", reply.body);
    reply.is(200);
    assert_eq!(after_password(&app, "casey", PASSWORD), "/login");
    assert_ne!(after_password(&app, "casey", "ten red herons, said casey"), "/login");
    for filter in ["password pr", "password eq \"x\"", "not (password sw \"n\")"] {
        idp.find("/Users", filter).refused(400, "sensitive");
    }
    let put = user("casey", &json!({ "password": "six old geese, said casey" }));
    idp.put(&path, &put).is(200);
    assert_ne!(after_password(&app, "casey", "six old geese, said casey"), "/login");
}

#[test]
fn item_37_values_are_of_their_type() {
    let app = serving();
    let idp = idp(&app);
    let certificate = "MIIBszCCARygAwIBAgIBATANBgkqhkiG9w0BAQUFADA=";
    let good = json!({
        "profileUrl": "https://x.example/c", "photos": [{ "value": "https://x.example/c.png" }],
        "x509Certificates": [{ "value": certificate }], "active": "False",
    });
    let path = made(&idp, "casey", &good);
    let casey = idp.get(&path).is(200);
    assert_eq!(casey["x509Certificates"], good["x509Certificates"]);
    assert_eq!((&casey["active"], &casey["photos"]), (&json!(false), &good["photos"]));
    for moment in ["created", "lastModified"] {
        let moment = casey["meta"][moment].as_str().unwrap();
        assert!(moment.contains('T') && moment.ends_with('Z'), "{moment}");
    }
    for (attribute, value) in [
        ("profileUrl", json!("no address")),
        ("photos", json!([{ "value": "<x>" }])),
        ("x509Certificates", json!([{ "value": "***" }])),
        ("active", json!("perhaps")),
        ("active", json!(1)),
        ("title", json!(7)),
        ("title", json!({ "value": "x" })),
        ("name", json!("Casey")),
        ("emails", json!([7])),
        ("displayName", json!(["a"])),
        ("nickName", json!("x".repeat(5_000))),
        ("title", json!("nul \u{0}")),
    ] {
        let mut more = json!({});
        more[attribute] = value.clone();
        let detail = idp.post("/Users", &user("ellis", &more)).refused(400, "invalidValue");
        assert!(detail.contains(attribute), "{attribute}: {detail}");
        let replace = json!([{ "op": "replace", "path": attribute, "value": value }]);
        idp.patch(&path, &replace).refused(400, "invalidValue");
    }
    assert_eq!(idp.get(&path).is(200), casey);
}

#[test]
fn item_38_canonical_values_are_suggestions() {
    let app = serving();
    let idp = idp(&app);
    let more = json!({
        "emails": [{ "value": "c@x.example", "type": "holiday" }],
        "phoneNumbers": [{ "value": "1", "type": "boat" }],
        "roles": [{ "value": "r", "type": "anything" }],
        "x509Certificates": [{ "value": "MIIB", "type": "own" }],
    });
    let casey = idp.get(&made(&idp, "casey", &more)).is(200);
    for attribute in ["emails", "phoneNumbers", "roles", "x509Certificates"] {
        assert_eq!(casey[attribute], more[attribute]);
    }
}
