//! Requests that mean harm: each is refused in little time and changes nothing, and its harmless twin is not.

use std::time::{Duration, Instant};

use cloudsso::domain::{ScimScope, Status};
use cloudsso::service::scim::synchronization;
use serde_json::{Value, json};

use super::{credential_of, idp, serving};
use crate::support::scim::{BULK, ENTERPRISE, GROUP, Idp, PATCH, Reply, SEARCH, USER};

/// What one request may take here, where everything is slow and shared.
const LONG: Duration = Duration::from_secs(5);

#[track_caller]
fn soon(request: impl FnOnce() -> Reply) -> Reply {
    let begun = Instant::now();
    let reply = request();
    assert!(begun.elapsed() < LONG, "{:?}: {:.200}", begun.elapsed(), reply.body);
    reply
}

fn search(filter: &str) -> Value {
    json!({ "schemas": [SEARCH], "filter": filter })
}

fn user(name: &str) -> Value {
    json!({ "schemas": [USER], "userName": name })
}

/// A user and a group that they are in, by path.
fn pair(idp: &Idp) -> (String, String) {
    let casey = idp.user("casey");
    let staff = idp.group("staff", &[&casey]);
    (format!("/Users/{casey}"), format!("/Groups/{staff}"))
}

#[test]
fn ten_thousand_parentheses() {
    let app = serving();
    let idp = idp(&app);
    let (casey, staff) = pair(&idp);
    for opening in ["(", "not (", "not(", "emails["] {
        let nested = |depth: usize| {
            let closing = if opening == "emails[" { "]" } else { ")" };
            format!("{}userName pr{}", opening.repeat(depth), closing.repeat(depth))
        };
        for filter in [nested(10_000), opening.repeat(10_000), format!("userName pr {}", ")".repeat(10_000))]
        {
            for endpoint in ["/Users", "/Groups", ""] {
                let body = search(&filter);
                soon(|| idp.post(&format!("{endpoint}/.search"), &body)).refused(400, "invalidFilter");
            }
            // Encoded, it must fit into what an address may hold.
            if filter.len() < 20_000 {
                soon(|| idp.find("/Users", &filter)).refused(400, "invalidFilter");
            }
        }
        let path = format!("members[{}value eq \"x\"{}]", opening.repeat(10_000), ")".repeat(10_000));
        let remove = json!([{ "op": "remove", "path": path }]);
        for resource in [&casey, &staff] {
            let reply = soon(|| idp.patch(resource, &remove));
            assert_eq!(reply.status, 400, "{}", reply.body);
        }
        if opening != "emails[" {
            idp.post("/Users/.search", &search(&nested(20))).is(200);
        }
    }
    assert_eq!(idp.get(&staff).is(200)["members"].as_array().unwrap().len(), 1);
}

#[test]
fn a_filter_of_a_megabyte() {
    let app = serving();
    let idp = idp(&app);
    pair(&idp);
    let text = |length: usize| format!("userName eq \"{}\"", "x".repeat(length));
    let chain = |length: usize| {
        let chain = "userName eq \"x\" or ".repeat(length / 19);
        format!("{chain}userName eq \"casey\"")
    };
    let name = |length: usize| format!("{} eq 1", "x".repeat(length));
    let number = |length: usize| format!("userName eq {}", "1".repeat(length));
    for filter in [text(1 << 20), chain(1 << 20), name(1 << 20), number(1 << 20), " ".repeat(1 << 20)] {
        soon(|| idp.post("/Users/.search", &search(&filter))).refused(400, "invalidFilter");
    }
    // What an address may hold beside the rest of the head.
    for filter in [name(60_000), number(60_000)] {
        soon(|| idp.find("/Users", &filter)).refused(400, "invalidFilter");
    }
    assert_eq!(soon(|| idp.find("/Users", &text(60_000))).is(200)["totalResults"], 0);
    let found = idp.post("/Users/.search", &search(&chain(10_000))).is(200);
    assert_eq!(found["totalResults"], 1);
}

#[test]
fn a_hundred_thousand_operations() {
    let app = serving();
    let idp = idp(&app);
    let (casey, staff) = pair(&idp);
    let before = idp.get(&casey).is(200);
    let operation = json!({ "op": "add", "path": "title", "value": "x" });
    let many = Value::Array(vec![operation.clone(); 100_000]);
    soon(|| idp.patch(&casey, &many)).refused(400, "tooMany");
    let keys: serde_json::Map<String, Value> =
        (0..100_000).map(|number| (format!("k{number}"), json!(1))).collect();
    soon(|| idp.patch(&casey, &json!([{ "op": "add", "value": keys }]))).refused(400, "tooMany");
    let delete = json!({ "method": "DELETE", "path": casey });
    let bulk = json!({ "schemas": [BULK], "Operations": vec![delete; 100_000] });
    soon(|| idp.post("/Bulk", &bulk)).refused(413, None);
    let strangers = vec![json!({ "value": "u-x" }); 100_001];
    let add = json!([{ "op": "add", "path": "members", "value": strangers }]);
    soon(|| idp.patch(&staff, &add)).refused(400, "invalidValue");
    assert_eq!(idp.get(&casey).is(200), before);

    let some = Value::Array(vec![operation; 1_000]);
    assert_eq!(soon(|| idp.patch(&casey, &some)).is(200)["title"], "x");
}

#[test]
fn ten_megabytes() {
    let app = serving();
    let idp = idp(&app);
    let (casey, staff) = pair(&idp);
    let before = idp.get(&casey).is(200);
    let padded = |body: &Value, length: usize| {
        let mut body = body.to_string().into_bytes();
        body.resize(length, b' ');
        body
    };
    let send = |idp: &Idp, method: &str, path: &str, length: usize| {
        let body = padded(&user("devin"), length);
        soon(|| idp.send(method, path, &[("content-type", "application/scim+json")], Some(&body)))
    };
    for (method, path) in [
        ("POST", "/Users"),
        ("PUT", casey.as_str()),
        ("PATCH", casey.as_str()),
        ("PUT", staff.as_str()),
        ("POST", "/Bulk"),
        ("POST", "/.search"),
    ] {
        send(&idp, method, path, 10 << 20).refused(413, None);
    }
    send(&Idp::new(&app, None), "POST", "/Users", 10 << 20).refused(401, None);
    assert_eq!(idp.get(&casey).is(200), before);
    assert_eq!(idp.find("/Users", "userName eq \"devin\"").is(200)["totalResults"], 0);
    send(&idp, "POST", "/Users", 7 << 20).is(201);
}

#[test]
fn ten_thousand_levels() {
    let app = serving();
    let idp = idp(&app);
    let (casey, _staff) = pair(&idp);
    let before = idp.get(&casey).is(200);
    let nested = |opening: &str, closing: &str, depth: usize| {
        let value = format!("{}1{}", opening.repeat(depth), closing.repeat(depth));
        let schemas = json!([USER, PATCH, BULK, SEARCH]);
        format!("{{\"schemas\":{schemas},\"userName\":\"devin\",\"deep\":{value},\"Operations\":[{value}]}}")
    };
    for (opening, closing) in [("[", "]"), ("{\"a\":", "}"), ("[{\"value\":", "}]")] {
        for (method, path) in
            [("POST", "/Users"), ("PUT", &casey), ("PATCH", &casey), ("POST", "/Bulk"), ("POST", "/.search")]
        {
            let body = nested(opening, closing, 10_000);
            let reply = soon(|| {
                idp.send(method, path, &[("content-type", "application/json")], Some(body.as_bytes()))
            });
            reply.refused(400, "invalidSyntax");
        }
    }
    assert_eq!(idp.get(&casey).is(200), before);
    let body = nested("[", "]", 50);
    idp.send("POST", "/Users", &[("content-type", "application/json")], Some(body.as_bytes())).is(201);
}

/// The full names of a schema's attributes and their parts, with their characteristics.
fn names(schema: &Value) -> Vec<(String, Value)> {
    let mut names = Vec::new();
    for attribute in schema["attributes"].as_array().unwrap() {
        let name = format!("{}:{}", schema["id"].as_str().unwrap(), attribute["name"].as_str().unwrap());
        for part in attribute["subAttributes"].as_array().into_iter().flatten() {
            names.push((format!("{name}.{}", part["name"].as_str().unwrap()), part.clone()));
        }
        names.push((name, attribute.clone()));
    }
    names
}

#[test]
fn every_operator_on_every_attribute() {
    let app = serving();
    let idp = idp(&app);
    pair(&idp);
    let common = ["id", "externalId", "schemas", "meta", "meta.created", "meta.location", "meta.version"];
    let mut asked = 0;
    let mut answered = 0;
    for (endpoint, urns) in [("/Users", vec![USER, ENTERPRISE]), ("/Groups", vec![GROUP])] {
        let mut attributes: Vec<String> = common.map(str::to_owned).to_vec();
        for urn in urns {
            let schema = idp.get(&format!("/Schemas/{urn}")).is(200);
            attributes.extend(names(&schema).into_iter().map(|(name, _)| name));
        }
        for attribute in attributes {
            let mut filters = vec![format!("{attribute} pr")];
            for operator in ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"] {
                for literal in ["\"x\"", "-1.5e3", "true", "null", "\"2026-01-01T00:00:00Z\""] {
                    filters.push(format!("{attribute} {operator} {literal}"));
                }
            }
            for filter in filters {
                let body = json!({ "schemas": [SEARCH], "filter": filter, "count": 1, "attributes": ["id"] });
                let reply = soon(|| idp.post(&format!("{endpoint}/.search"), &body));
                asked += 1;
                if reply.status == 200 {
                    answered += 1;
                    continue;
                }
                let is_secret = attribute.ends_with(":password");
                reply.refused(400, if is_secret { "sensitive" } else { "invalidFilter" });
            }
        }
    }
    assert!(answered * 3 > asked, "{answered} of {asked}");
}

#[test]
fn a_password_is_asked_for_in_no_way() {
    let app = serving();
    let idp = idp(&app);
    let body = json!({ "schemas": [USER], "userName": "devin", "password": "nine blue otters, said devin" });
    idp.post("/Users", &body).is(201);
    for name in ["password", "PassWord", &format!("{USER}:password")] {
        for filter in [
            format!("{name} pr"),
            format!("{name} sw \"nine\""),
            format!("userName eq \"devin\" and not ({name} eq \"x\")"),
        ] {
            soon(|| idp.find("/Users", &filter)).refused(400, "sensitive");
            soon(|| idp.post("/.search", &search(&filter))).refused(400, "sensitive");
        }
        // Nothing is sorted by it either: the order is that of any list.
        let sorted = soon(|| idp.get(&format!("/Users?sortBy={name}"))).is(200);
        assert_eq!(sorted["Resources"], idp.get("/Users").is(200)["Resources"]);
    }
    assert_ne!(
        idp.get("/Users?sortBy=userName&sortOrder=descending").is(200)["Resources"],
        idp.get("/Users").is(200)["Resources"]
    );
}

#[test]
fn what_is_another_connectors_is_read_and_not_written() {
    let app = serving();
    let owner = idp(&app);
    let (casey, staff) = pair(&owner);
    let entra = Idp::new(&app, Some(credential_of(&app, "entra", ScimScope::All).token));
    let before = (owner.get(&casey).is(200), owner.get(&staff).is(200));
    let replace = json!([{ "op": "replace", "path": "displayName", "value": "mine" }]);
    let clear = json!([{ "op": "remove", "path": "members" }]);
    let group = json!({ "schemas": [GROUP], "displayName": "mine" });
    for (path, body) in [(&casey, user("mine")), (&staff, group)] {
        assert_eq!(entra.get(path).is(200)["id"], owner.get(path).is(200)["id"]);
        soon(|| entra.put(path, &body)).refused(403, None);
        soon(|| entra.patch(path, &replace)).refused(403, None);
        soon(|| entra.delete(path)).refused(403, None);
        let delete = json!({ "schemas": [BULK], "Operations": [{ "method": "DELETE", "path": path }] });
        let answer = entra.post("/Bulk", &delete).is(200);
        assert_eq!(answer["Operations"][0]["status"], "403", "{answer}");
    }
    entra.patch(&staff, &clear).refused(403, None);
    assert_eq!((owner.get(&casey).is(200), owner.get(&staff).is(200)), before);
    assert_eq!(owner.patch(&staff, &replace).is(200)["displayName"], "mine");
}

#[test]
fn what_only_the_server_writes_is_not_written() {
    let app = serving();
    let idp = idp(&app);
    let (casey, staff) = pair(&idp);
    for (path, urns) in [(&casey, vec![USER, ENTERPRISE]), (&staff, vec![GROUP])] {
        let before = idp.get(path).is(200);
        let mut attributes = vec!["id".to_owned(), "meta".to_owned(), "meta.location".to_owned()];
        for urn in urns {
            let schema = idp.get(&format!("/Schemas/{urn}")).is(200);
            let is_read_only = |(_, attribute): &(String, Value)| attribute["mutability"] == "readOnly";
            attributes.extend(names(&schema).into_iter().filter(is_read_only).map(|(name, _)| name));
        }
        assert!(attributes.len() > 3, "{attributes:?}");
        for attribute in attributes {
            for op in ["add", "replace", "remove"] {
                let operation = json!([
                    { "op": "replace", "path": "externalId", "value": "x" },
                    { "op": op, "path": attribute, "value": "x" },
                ]);
                soon(|| idp.patch(path, &operation)).refused(400, "mutability");
            }
        }
        assert_eq!(idp.get(path).is(200), before);
    }
}

#[test]
fn a_token_for_users_reaches_no_group() {
    let app = serving();
    let all = idp(&app);
    let (casey, staff) = pair(&all);
    let before = all.get(&staff).is(200);
    let users = Idp::new(&app, Some(credential_of(&app, "okta", ScimScope::Users).token));
    let group = json!({ "schemas": [GROUP], "displayName": "mine" });
    let clear = json!([{ "op": "remove", "path": "members" }]);
    users.get("/Groups").refused(403, None);
    users.get(&staff).refused(403, None);
    users.post("/Groups", &group).refused(403, None);
    users.post("/Groups/.search", &search("id pr")).refused(403, None);
    users.put(&staff, &group).refused(403, None);
    users.patch(&staff, &clear).refused(403, None);
    users.delete(&staff).refused(403, None);
    let bulk = json!({ "schemas": [BULK], "Operations": [{ "method": "DELETE", "path": staff }] });
    assert_eq!(users.post("/Bulk", &bulk).is(200)["Operations"][0]["status"], "403");
    assert_eq!(all.get(&staff).is(200), before);
    users.get(&casey).is(200);
    users.user("devin");
}

#[test]
fn a_token_for_groups_reaches_no_user() {
    let app = serving();
    let all = idp(&app);
    let (casey, staff) = pair(&all);
    let before = all.get(&casey).is(200);
    let groups = Idp::new(&app, Some(credential_of(&app, "okta", ScimScope::Groups).token));
    groups.get("/Users").refused(403, None);
    // Neither who there is nor what a password must be is told.
    let password = |text: &str| json!([{ "op": "replace", "path": "password", "value": text }]);
    for path in [casey.as_str(), "/Users/u-nobody"] {
        groups.get(path).refused(403, None);
        groups.patch(path, &password("short")).refused(403, None);
        groups.patch(path, &password("nine blue otters, said devin")).refused(403, None);
        groups.delete(path).refused(403, None);
        let body = json!({ "schemas": [USER], "userName": "casey", "password": "short" });
        groups.put(path, &body).refused(403, None);
    }
    groups.post("/Users", &json!({ "schemas": [USER], "userName": "devin" })).refused(403, None);
    assert_eq!(all.get(&casey).is(200), before);
    groups.get(&staff).is(200);
    groups.group("more", &[]);
}

#[test]
fn nothing_is_served_while_scim_is_disabled() {
    let app = serving();
    let idp = idp(&app);
    let (casey, staff) = pair(&idp);
    let before = (idp.get(&casey).is(200), idp.get(&staff).is(200));
    synchronization::set_status(&app.ctx, &app.operator, Status::Disabled).unwrap();
    let bulk = json!({ "schemas": [BULK], "Operations": [{ "method": "DELETE", "path": casey }] });
    for path in ["/", "/Users", "/Groups", &casey, &staff] {
        idp.get(path).refused(403, None);
    }
    idp.post("/Users", &user("devin")).refused(403, None);
    idp.put(&casey, &user("devin")).refused(403, None);
    idp.patch(&staff, &json!([{ "op": "remove", "path": "members" }])).refused(403, None);
    idp.delete(&casey).refused(403, None);
    idp.post("/Bulk", &bulk).refused(403, None);
    idp.post("/.search", &search("id pr")).refused(403, None);
    idp.get("/ServiceProviderConfig").is(200);
    synchronization::set_status(&app.ctx, &app.operator, Status::Enabled).unwrap();
    assert_eq!((idp.get(&casey).is(200), idp.get(&staff).is(200)), before);
}

#[test]
fn control_characters_are_no_more_than_that() {
    let app = serving();
    let idp = idp(&app);
    let (casey, staff) = pair(&idp);
    let before = (idp.get(&casey).is(200), idp.get(&staff).is(200));
    let replace = json!([{ "op": "replace", "path": "displayName", "value": "x" }]);
    let suffixes =
        ["%0d%0aX-Injected:%201", "%00", "%00x", "%0a", "%e2%80%ae", "%7f", "%2f", "%25%30%30", "'--"];
    for (resource, body) in [(&casey, user("x")), (&staff, json!({ "schemas": [GROUP], "displayName": "x" }))]
    {
        let endpoint = resource.rsplit_once('/').unwrap().0;
        for suffix in suffixes {
            for path in [format!("{resource}{suffix}"), format!("{endpoint}/{suffix}")] {
                for reply in [
                    soon(|| idp.get(&path)),
                    soon(|| idp.put(&path, &body)),
                    soon(|| idp.patch(&path, &replace)),
                    soon(|| idp.delete(&path)),
                ] {
                    assert_eq!(reply.header("x-injected"), None);
                    reply.refused(404, None);
                }
            }
        }
    }
    for sign in ["\\u0000", "\\r\\nX-Injected: 1", "\\u001b[2J"] {
        for attribute in
            ["id", "userName", "externalId", "title", "emails.value", "groups.value", "meta.location"]
        {
            for operator in ["eq", "co", "gt"] {
                let filter = format!("{attribute} {operator} \"a{sign}\"");
                let reply = soon(|| idp.find("/Users", &filter));
                assert!([200, 400].contains(&reply.status), "{filter}: {}", reply.body);
            }
        }
        let sign: String = serde_json::from_str(&format!("\"{sign}\"")).unwrap();
        idp.post("/Users", &user(&format!("a{sign}"))).refused(400, "invalidValue");
        let add = json!([{ "op": "add", "path": "members", "value": [{ "value": format!("u-{sign}") }] }]);
        idp.patch(&staff, &add).refused(400, "invalidValue");
        let remove =
            json!([{ "op": "remove", "path": "members", "value": [{ "value": format!("u-{sign}") }] }]);
        // Whoever is no member is none afterwards; U+0000 is in no text here.
        let removed = if sign.contains('\0') { 400 } else { 200 };
        assert_eq!(idp.patch(&staff, &remove).status, removed, "{sign:?}");
        let path = format!("/Users/u-{sign}");
        let bulk = json!({ "schemas": [BULK], "Operations": [{ "method": "DELETE", "path": path }] });
        let reply = idp.post("/Bulk", &bulk);
        assert!([200, 400].contains(&reply.status), "{}", reply.body);
    }
    assert_eq!((idp.get(&casey).is(200), idp.get(&staff).is(200)), before);
}
