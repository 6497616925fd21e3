//! How users and groups are created, read, replaced and deleted.

use serde_json::{Value, json};

use super::{idp, serving};
use crate::support::scim::{ENTERPRISE, GROUP, USER};

fn user(name: &str, more: &Value) -> Value {
    let mut body = json!({ "schemas": [USER], "userName": name });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

#[test]
fn item_16_a_creation_answers_with_location_and_etag() {
    let app = serving();
    let idp = idp(&app);
    let group = json!({ "schemas": [GROUP], "displayName": "Staff, all of us" });
    for (endpoint, body) in [("/Users", user("casey", &json!({}))), ("/Groups", group)] {
        let reply = idp.post(endpoint, &body);
        let (location, etag) = (reply.header("location").map(str::to_owned), reply.header("etag"));
        let etag = etag.unwrap().to_owned();
        assert!(etag.starts_with("W/\""), "{etag}");
        let made = reply.is(201);
        let expected = app.url(&format!("/scim/v2{endpoint}/{}", made["id"].as_str().unwrap()));
        assert_eq!(location.as_ref(), Some(&expected));
        assert_eq!((&made["meta"]["location"], &made["meta"]["version"]), (&json!(expected), &json!(etag)));
        let read = idp.get(expected.strip_prefix(&app.url("/scim/v2")).unwrap());
        assert_eq!(read.header("etag"), Some(etag.as_str()));
        assert_eq!(read.is(200), made);
    }
}

#[test]
fn item_17_what_the_server_writes_no_client_does() {
    let app = serving();
    let idp = idp(&app);
    let own = json!({
        "id": "mine", "groups": [{ "value": "g-mine" }],
        "meta": { "resourceType": "Robot", "created": "2001-01-01T00:00:00Z", "version": "W/\"7\"", "location": "x" },
    });
    let made = idp.post("/Users", &user("casey", &own)).is(201);
    let id = made["id"].as_str().unwrap();
    assert!(id != "mine" && !id.contains("bulkId"), "{id}");
    assert_eq!((&made["groups"], &made["meta"]["resourceType"]), (&Value::Null, &json!("User")));
    let created = made["meta"]["created"].as_str().unwrap();
    assert!(!created.starts_with("2001") && created == made["meta"]["lastModified"], "{created}");
    let path = format!("/Users/{id}");
    let put = idp.put(&path, &user("casey", &own)).is(200);
    assert_eq!(put, made, "nothing that counts was said");
    idp.get("/Users/mine").refused(404, None);
    idp.get(&format!("/Users/{}", id.to_uppercase())).refused(404, None);

    idp.delete(&path);
    let again = idp.user("casey");
    assert_ne!(again, id, "no id is used again");
}

#[test]
fn item_18_what_is_required_must_be_there_and_what_is_unique_free() {
    let app = serving();
    let idp = idp(&app);
    let first = json!({ "emails": [{ "value": "Casey@x.example" }] });
    let casey = idp.post("/Users", &user("casey", &first)).is(201)["id"].as_str().unwrap().to_owned();
    let devin = idp.user("devin");
    let staff = idp.group("staff", &[]);
    let other = idp.group("other", &[]);
    for name in [Value::Null, json!(""), json!("a b"), json!("x".repeat(65)), json!(7), json!(["a"])] {
        let body = json!({ "schemas": [USER], "userName": name });
        let detail = idp.post("/Users", &body).refused(400, "invalidValue");
        assert!(detail.contains("userName"), "{detail}");
        idp.put(&format!("/Users/{devin}"), &body).refused(400, "invalidValue");
    }
    for name in [Value::Null, json!(""), json!("x".repeat(129))] {
        let body = json!({ "schemas": [GROUP], "displayName": name });
        let detail = idp.post("/Groups", &body).refused(400, "invalidValue");
        assert!(detail.contains("displayName"), "{detail}");
        idp.put(&format!("/Groups/{other}"), &body).refused(400, "invalidValue");
    }
    idp.group(&"x".repeat(128), &[]);
    idp.user(&"x".repeat(64));

    let (to_casey, to_devin) = (format!("/Users/{casey}"), format!("/Users/{devin}"));
    idp.post("/Users", &user("CASEY", &json!({}))).refused(409, "uniqueness");
    idp.put(&to_devin, &user("Casey", &json!({}))).refused(409, "uniqueness");
    let rename = json!([{ "op": "replace", "path": "userName", "value": "cAsey" }]);
    idp.patch(&to_devin, &rename).refused(409, "uniqueness");
    assert_eq!(idp.patch(&to_casey, &rename).is(200)["userName"], "cAsey", "their own name is free");
    let same = json!({ "emails": [{ "value": "casey@X.example" }] });
    let detail = idp.post("/Users", &user("ellis", &same)).refused(409, "uniqueness");
    assert!(detail.contains("emails.value"), "{detail}");
    idp.put(&to_devin, &user("devin", &same)).refused(409, "uniqueness");
    idp.post("/Groups", &json!({ "schemas": [GROUP], "displayName": "STAFF" })).refused(409, "uniqueness");
    let rename = json!([{ "op": "replace", "path": "displayName", "value": "Staff" }]);
    idp.patch(&format!("/Groups/{other}"), &rename).refused(409, "uniqueness");
    assert_eq!(idp.patch(&format!("/Groups/{staff}"), &rename).is(200)["displayName"], "Staff");
    assert_eq!(idp.get(&to_devin).is(200)["userName"], "devin");
    assert_eq!(idp.find("/Users", "userName eq \"ellis\"").is(200)["totalResults"], 0);
}

#[test]
fn item_19_schemas_must_name_the_resource_and_say_what_is_there() {
    let app = serving();
    let idp = idp(&app);
    let path = format!("/Users/{}", idp.user("devin"));
    for schemas in [Value::Null, json!([]), json!([GROUP]), json!([ENTERPRISE]), json!([7]), json!({})] {
        let body = json!({ "schemas": schemas, "userName": "casey" });
        idp.post("/Users", &body).refused(400, "invalidSyntax");
        idp.put(&path, &body).refused(400, "invalidSyntax");
    }
    idp.post("/Users", &json!({ "userName": "casey" })).refused(400, "invalidSyntax");
    idp.post("/Groups", &json!({ "displayName": "staff" })).refused(400, "invalidSyntax");
    idp.patch(&path, &json!([])).refused(400, "invalidSyntax");

    let body = user("casey", &json!({ ENTERPRISE: { "department": "Research" } }));
    let made = idp.post("/Users", &body).is(201);
    assert_eq!(made["schemas"], json!([USER, ENTERPRISE]), "named, since there is some of it");
    let bare = user("ellis", &json!({ "schemas": [USER, ENTERPRISE] }));
    assert_eq!(idp.post("/Users", &bare).is(201)["schemas"], json!([USER]));
}

#[test]
fn item_20_unknown_attributes_are_passed_over_and_names_have_no_case() {
    let app = serving();
    let idp = idp(&app);
    let body = json!({
        "SCHEMAS": [USER.to_uppercase()], "USERNAME": "casey", "Active": false, "NAME": { "GIVENNAME": "Casey" },
        "Emails": [{ "VALUE": "c@x.example", "unknown": 1 }], "favouriteColour": "red",
        "urn:example:unknown": { "a": 1 }, ENTERPRISE.to_lowercase(): { "DEPARTMENT": "Research", "x": [] },
        "": 1, "a.b.c": {}, "userName.x": "y", "name.unknown": "y",
    });
    let made = idp.post("/Users", &body).is(201);
    assert_eq!((&made["userName"], &made["active"]), (&json!("casey"), &json!(false)));
    assert_eq!(made["name"], json!({ "givenName": "Casey" }));
    assert_eq!(made["emails"], json!([{ "value": "c@x.example" }]));
    assert_eq!(made[ENTERPRISE], json!({ "department": "Research" }));
    let mut names: Vec<&str> = made.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    let mut expected = ["active", "emails", "id", "meta", "name", "schemas", ENTERPRISE, "userName"];
    expected.sort_unstable();
    assert_eq!(names, expected);
}

#[test]
fn item_21_one_is_read_or_is_not_there() {
    let app = serving();
    let idp = idp(&app);
    let (casey, staff) = (idp.user("casey"), idp.group("staff", &[]));
    assert_eq!(idp.get(&format!("/Users/{casey}")).is(200)["userName"], "casey");
    assert_eq!(idp.get(&format!("/Groups/{staff}")).is(200)["displayName"], "staff");
    for path in [format!("/Users/{staff}"), format!("/Groups/{casey}"), "/Users/u-nobody".to_owned()] {
        let detail = idp.get(&path).refused(404, None);
        assert!(!detail.is_empty(), "{path}");
    }
}

#[test]
fn item_22_a_replacement_takes_away_what_it_does_not_say() {
    let app = serving();
    let idp = idp(&app);
    let full = json!({
        "title": "Head", "active": false, "externalId": "00u", "name": { "givenName": "Casey" },
        "emails": [{ "value": "c@x.example" }], "roles": [{ "value": "r" }], ENTERPRISE: { "division": "D" },
    });
    let made = idp.post("/Users", &user("casey", &full)).is(201);
    let path = format!("/Users/{}", made["id"].as_str().unwrap());
    let put = idp.put(&path, &user("casey", &json!({ "displayName": "Casey" }))).is(200);
    let (mut shown, mut meta) = (put.clone(), put["meta"].clone());
    for name in ["id", "meta"] {
        shown.as_object_mut().unwrap().remove(name);
    }
    assert_eq!(shown, user("casey", &json!({ "displayName": "Casey", "active": true })));
    meta["version"] = made["meta"]["version"].clone();
    assert_eq!((&put["id"], meta), (&made["id"], made["meta"].clone()));
    assert_ne!(put["meta"]["version"], made["meta"]["version"]);
    assert_eq!(idp.get(&path).is(200), put);

    let staff = format!("/Groups/{}", idp.group("staff", &[made["id"].as_str().unwrap()]));
    assert_eq!(idp.get(&staff).is(200)["members"][0]["value"], made["id"]);
    let put = idp.put(&staff, &json!({ "schemas": [GROUP], "displayName": "all" })).is(200);
    assert_eq!((&put["displayName"], &put["members"]), (&json!("all"), &Value::Null));
    assert_eq!(idp.get(&path).is(200)["groups"], Value::Null);

    idp.put("/Users/u-nobody", &user("ellis", &json!({}))).refused(404, None);
    idp.put("/Groups/g-none", &json!({ "schemas": [GROUP], "displayName": "none" })).refused(404, None);
    assert_eq!(idp.find("/Users", "userName eq \"ellis\"").is(200)["totalResults"], 0, "nothing was made");
}

#[test]
fn item_23_what_is_deleted_is_gone() {
    let app = serving();
    let idp = idp(&app);
    let (casey, devin) = (idp.user("casey"), idp.user("devin"));
    let staff = idp.group("staff", &[&casey, &devin]);
    let outer = idp.group("outer", &[&staff]);
    let replace = json!([{ "op": "add", "path": "displayName", "value": "x" }]);
    for (path, body) in [
        (format!("/Users/{casey}"), user("casey", &json!({}))),
        (format!("/Groups/{outer}"), json!({ "schemas": [GROUP], "displayName": "outer" })),
    ] {
        let gone = idp.delete(&path);
        assert_eq!((gone.status, gone.body.as_str()), (204, ""));
        idp.get(&path).refused(404, None);
        idp.put(&path, &body).refused(404, None);
        idp.patch(&path, &replace).refused(404, None);
        idp.delete(&path).refused(404, None);
        let (endpoint, id) = path.rsplit_once('/').unwrap();
        let found = idp.find(endpoint, &format!("id eq \"{id}\"")).is(200);
        assert_eq!(found["totalResults"], 0, "{path}");
        idp.post(endpoint, &body).is(201);
    }
    let left = idp.get(&format!("/Groups/{staff}")).is(200);
    assert_eq!(left["members"].as_array().unwrap().len(), 1, "{left}");
    assert_eq!(left["members"][0]["value"], devin.as_str());
    let groups = idp.get(&format!("/Users/{devin}")).is(200)["groups"].clone();
    assert_eq!(groups.as_array().unwrap().len(), 1, "{groups}");
}

#[test]
fn item_24_null_absent_and_empty_are_one_state() {
    let app = serving();
    let idp = idp(&app);
    let bare = idp.post("/Users", &user("user", &json!({}))).is(201);
    let mut names: Vec<String> = bare.as_object().unwrap().keys().cloned().collect();
    names.sort_unstable();
    let empty = json!({
        "title": null, "emails": [], "name": {}, "roles": null, "nickName": "", "addresses": [null, {}],
        ENTERPRISE: { "manager": null, "department": "" },
    });
    let made = idp.post("/Users", &user("other", &empty)).is(201);
    let mut others: Vec<String> = made.as_object().unwrap().keys().cloned().collect();
    others.sort_unstable();
    assert_eq!(others, names, "{made}");
    let path = format!("/Users/{}", made["id"].as_str().unwrap());
    let filled =
        json!({ "title": "Head", "emails": [{ "value": "o@x.example" }], "name": { "givenName": "O" } });
    assert_eq!(idp.put(&path, &user("other", &filled)).is(200)["title"], "Head");
    let nothing = json!([{ "op": "replace", "value": { "title": null, "emails": [], "name": null } }]);
    let patched = idp.patch(&path, &nothing).is(200);
    for name in ["title", "emails", "name"] {
        assert_eq!(patched.get(name), None, "{patched}");
    }
    for filter in ["not (title pr)", "title eq null"] {
        let filter = format!("userName eq \"other\" and {filter}");
        assert_eq!(idp.find("/Users", &filter).is(200)["totalResults"], 1, "{filter}");
    }
}
