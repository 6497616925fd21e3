//! Versions, Bulk and the form of refusals (RFC 7644 §3.7, §3.12, §3.14).

use serde_json::{Value, json};

use crate::support::scim::{BULK, GROUP, Idp, USER};

use super::{idp, serving};

fn bulk(idp: &Idp, operations: &Value) -> Vec<Value> {
    let body = json!({ "schemas": [BULK], "Operations": operations });
    let answer = idp.post("/Bulk", &body).is(200);
    assert_eq!(answer["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:BulkResponse"]));
    answer["Operations"].as_array().unwrap().clone()
}

fn statuses(results: &[Value]) -> Vec<&str> {
    results.iter().map(|result| result["status"].as_str().unwrap()).collect()
}

/// The path of what an operation made.
fn made(result: &Value) -> String {
    let location = result["location"].as_str().unwrap();
    location.split_once("/scim/v2").unwrap().1.to_owned()
}

fn user(name: &str) -> Value {
    json!({ "schemas": [USER], "userName": name })
}

fn group(name: &str, members: &[&str]) -> Value {
    let members: Vec<Value> = members.iter().map(|id| json!({ "value": id })).collect();
    json!({ "schemas": [GROUP], "displayName": name, "members": members })
}

#[test]
fn item_71_versions_guard_reads_and_writes() {
    let app = serving();
    let idp = idp(&app);
    let made = idp.post("/Users", &user("zoe"));
    let first = made.header("etag").unwrap().to_owned();
    let body = made.is(201);
    assert!(first.starts_with("W/\""), "{first}");
    assert_eq!(body["meta"]["version"], first);
    let path = format!("/Users/{}", body["id"].as_str().unwrap());
    let unchanged = idp.send("GET", &path, &[("if-none-match", &first)], None);
    assert_eq!((unchanged.status, unchanged.body.as_str()), (304, ""));
    assert_eq!(unchanged.header("etag"), Some(first.as_str()));
    assert_eq!(idp.send("GET", &path, &[("if-none-match", "*")], None).status, 304);
    assert_eq!(idp.send("GET", &path, &[("if-none-match", "W/\"999\"")], None).status, 200);

    let titled = json!({ "schemas": [USER], "userName": "zoe", "title": "t" });
    let put = idp.with_body("PUT", &path, &[("if-match", &first)], &titled);
    let second = put.header("etag").unwrap().to_owned();
    put.is(200);
    assert_ne!(first, second);
    let patch = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{ "op": "replace", "path": "title", "value": "late" }],
    });
    idp.with_body("PUT", &path, &[("if-match", &first)], &user("zoe")).refused(412, None);
    idp.with_body("PATCH", &path, &[("if-match", &first)], &patch).refused(412, None);
    idp.send("DELETE", &path, &[("if-match", &first)], None).refused(412, None);
    assert_eq!(idp.get(&path).is(200)["title"], "t");
    let several = format!("{first}, {second}");
    idp.with_body("PATCH", &path, &[("if-match", &several)], &patch).is(200);
    idp.with_body("PUT", &path, &[("if-match", "newest")], &titled).refused(400, "invalidValue");
    idp.send("DELETE", &path, &[("if-match", "*")], None).is(204);
    idp.send("DELETE", &path, &[("if-match", "*")], None).refused(404, None);
}

#[test]
fn item_72_a_group_s_version_is_that_of_its_members_too() {
    let app = serving();
    let idp = idp(&app);
    let (zoe, yan) = (idp.user("zoe"), idp.user("yan"));
    let path = format!("/Groups/{}", idp.group("staff", &[&zoe]));
    let version = || idp.get(&path).header("etag").unwrap().to_owned();
    let mut seen = vec![version()];
    for operation in [
        json!({ "op": "add", "path": "members", "value": [{ "value": yan }] }),
        json!({ "op": "remove", "path": format!("members[value eq \"{yan}\"]") }),
        json!({ "op": "replace", "path": "members", "value": [{ "value": yan }] }),
    ] {
        idp.patch(&path, &json!([operation])).is(200);
        let now = version();
        assert!(!seen.contains(&now), "{operation}");
        seen.push(now);
    }
    idp.delete(&format!("/Users/{yan}")).is(204);
    assert!(!seen.contains(&version()), "a member is gone with their user");
}

#[test]
fn item_73_references_backwards_and_forwards() {
    let app = serving();
    let idp = idp(&app);
    let results = bulk(
        &idp,
        &json!([
            { "method": "POST", "path": "/Groups", "bulkId": "early", "data": group("early", &["bulkId:zoe"]) },
            { "method": "POST", "path": "/Users", "bulkId": "zoe", "data": user("zoe") },
            { "method": "post", "path": "/Groups", "bulkId": "late", "data": group("late", &["bulkId:zoe"]) },
            { "method": "PATCH", "path": "/Users/bulkId:zoe", "data": { "schemas":
                ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                "Operations": [{ "op": "add", "path": "title", "value": "t" }] } },
        ]),
    );
    assert_eq!(statuses(&results), ["201", "201", "201", "200"]);
    let names: Vec<&Value> = results.iter().map(|result| &result["bulkId"]).collect();
    assert_eq!(
        names,
        [&json!("early"), &json!("zoe"), &json!("late"), &Value::Null],
        "in the request's order"
    );
    let zoe = idp.get(&made(&results[1])).is(200);
    assert_eq!(zoe["title"], "t");
    for at in [0, 2] {
        let group = idp.get(&made(&results[at])).is(200);
        assert_eq!(group["members"][0]["value"], zoe["id"]);
    }
    let path = made(&results[1]);
    let stale = results[1]["version"].clone();
    let results = bulk(
        &idp,
        &json!([
            { "method": "PUT", "path": path, "version": stale, "data": user("zoe") },
            { "method": "PUT", "path": path, "data": user("zoe") },
            { "method": "DELETE", "path": path },
            { "method": "DELETE", "path": path },
        ]),
    );
    assert_eq!(statuses(&results), ["412", "200", "204", "404"]);
    assert_eq!(results[0]["response"]["status"], "412");
    assert_eq!(results[1]["response"], Value::Null, "what went well says no more");
}

#[test]
fn item_73_circles() {
    let app = serving();
    let idp = idp(&app);
    // Two groups in each other would never end: both are made, and the circle is not closed.
    let results = bulk(
        &idp,
        &json!([
            { "method": "POST", "path": "/Groups", "bulkId": "a", "data": group("a", &["bulkId:b"]) },
            { "method": "POST", "path": "/Groups", "bulkId": "b", "data": group("b", &["bulkId:a"]) },
        ]),
    );
    let mut said = statuses(&results);
    said.sort_unstable();
    assert_eq!(said, ["201", "400"], "{results:?}");
    let refused = results.iter().find(|result| result["status"] == "400").unwrap();
    assert_eq!(refused["response"]["scimType"], "invalidValue", "{refused}");
    let itself = json!([
        { "method": "POST", "path": "/Groups", "bulkId": "c", "data": group("c", &["bulkId:c"]) },
    ]);
    assert_eq!(statuses(&bulk(&idp, &itself)), ["400"]);
    let unknown = json!([
        { "method": "POST", "path": "/Groups", "bulkId": "d", "data": group("d", &["bulkId:nobody"]) },
    ]);
    assert_ne!(bulk(&idp, &unknown)[0]["status"], "201");
    assert_eq!(idp.find("/Groups", r#"displayName eq "d""#).is(200)["totalResults"], 0);
}

#[test]
fn item_74_errors_stop_where_that_is_asked_for() {
    let app = serving();
    let idp = idp(&app);
    let operations = json!([
        { "method": "POST", "path": "/Users", "bulkId": "1", "data": user("zoe") },
        { "method": "POST", "path": "/Users", "bulkId": "2", "data": user("ZOE") },
        { "method": "POST", "path": "/Users", "bulkId": "3", "data": { "schemas": [USER] } },
        { "method": "POST", "path": "/Users", "bulkId": "4", "data": user("yan") },
    ]);
    let body = json!({ "schemas": [BULK], "failOnErrors": 2, "Operations": operations });
    let answer = idp.post("/Bulk", &body).is(200);
    assert_eq!(statuses(answer["Operations"].as_array().unwrap()), ["201", "409", "400"]);
    assert_eq!(idp.find("/Users", r#"userName eq "yan""#).is(200)["totalResults"], 0, "it was not run");
    assert_eq!(statuses(&bulk(&idp, &operations)), ["409", "409", "400", "201"], "all are run otherwise");
}

#[test]
fn item_74_bulk_is_bounded_and_says_what_is_wrong() {
    let app = serving();
    let idp = idp(&app);
    let config = idp.get("/ServiceProviderConfig").is(200);
    let most = usize::try_from(config["bulk"]["maxOperations"].as_u64().unwrap()).unwrap();
    let operation = json!({ "method": "DELETE", "path": "/Users/u-nobody" });
    let many = |count| json!({ "schemas": [BULK], "Operations": vec![operation.clone(); count] });
    idp.post("/Bulk", &many(most + 1)).refused(413, None);
    let payload = usize::try_from(config["bulk"]["maxPayloadSize"].as_u64().unwrap()).unwrap();
    let filler = "x".repeat(payload);
    let large = json!({ "schemas": [BULK], "Operations": [], "filler": filler });
    idp.post("/Bulk", &large).refused(413, None);
    for (operation, status, scim_type) in [
        (json!({ "method": "POST", "path": "/Users", "data": user("zoe") }), 400, "invalidSyntax"),
        (json!({ "method": "GET", "path": "/Users", "bulkId": "1" }), 400, "invalidSyntax"),
        (json!({ "method": "DELETE", "path": "/Users" }), 400, "invalidPath"),
        (json!({ "method": "DELETE", "path": "/Bulk/1" }), 400, "invalidPath"),
        (json!({ "method": "POST", "path": "/Users", "bulkId": "1" }), 400, "invalidSyntax"),
    ] {
        let body = json!({ "schemas": [BULK], "Operations": [operation] });
        let detail = idp.post("/Bulk", &body).refused(status, scim_type);
        assert!(detail.contains("Operations[0]"), "{detail}");
    }
    let twice = json!({ "method": "POST", "path": "/Users", "bulkId": "1", "data": user("zoe") });
    let body = json!({ "schemas": [BULK], "Operations": [twice, twice] });
    idp.post("/Bulk", &body).refused(400, "invalidValue");
    assert_eq!(idp.find("/Users", r#"userName eq "zoe""#).is(200)["totalResults"], 0);
    let body = json!({ "schemas": [BULK], "failOnErrors": 0, "Operations": [] });
    idp.post("/Bulk", &body).refused(400, "invalidValue");
}

#[test]
fn items_75_and_76_refusals_have_their_form() {
    let app = serving();
    let idp = idp(&app);
    idp.user("zoe");
    // `refused` looks at schemas, status as a text, and the keyword.
    idp.post("/Users", &user("ZOE")).refused(409, "uniqueness");
    idp.get("/Users/u-nobody").refused(404, None);
    idp.get("/Nothing").refused(404, None);
    idp.find("/Users", "(").refused(400, "invalidFilter");
    idp.send("POST", "/Users", &[("content-type", "application/scim+json")], Some(b"{"))
        .refused(400, "invalidSyntax");
    idp.send("POST", "/Users", &[("content-type", "text/plain")], Some(b"{}")).refused(415, None);
    let reply = idp.send("PATCH", "/Users", &[], None);
    assert_eq!(reply.header("allow"), Some("GET, POST"));
    reply.refused(405, None);
    let stranger = Idp::new(&app, None);
    let reply = stranger.get("/Users");
    assert!(reply.header("www-authenticate").unwrap().starts_with("Bearer"));
    reply.refused(401, None);
    let reply = idp.get("/Users/u-nobody");
    assert_eq!(reply.header("content-type"), Some("application/scim+json"));
    assert!(reply.refused(404, None).contains("u-nobody"), "it names what is missing");
}

#[test]
fn item_77_nobody_is_sent_elsewhere() {
    let app = serving();
    let idp = idp(&app);
    for path in ["/Users", "/Users/", "/Groups/", "/ServiceProviderConfig/", "/Schemas/", "/ResourceTypes/"] {
        assert_eq!(idp.get(path).status, 200, "{path}");
    }
}
