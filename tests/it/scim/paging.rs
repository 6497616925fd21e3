//! Pages by place, orders, and what of a resource is shown (RFC 7644 §3.4.2.3–3.4.2.5).

use serde_json::{Value, json};

use crate::support::scim::{BULK, Idp, SEARCH, USER};

use super::{idp, serving};

/// The names in a list, in its order.
fn names(list: &Value) -> Vec<&str> {
    let resources = list["Resources"].as_array().into_iter().flatten();
    resources.map(|user| user["userName"].as_str().unwrap()).collect()
}

fn keys(resource: &Value) -> Vec<&str> {
    resource.as_object().unwrap().keys().map(String::as_str).collect()
}

/// Somebody with an address, and a group that they are in.
fn somebody(idp: &Idp) -> (String, String) {
    let body = json!({
        "schemas": [USER], "userName": "zoe", "displayName": "Zoe", "name": { "familyName": "Lind" },
        "emails": [{ "value": "zoe@acme.test", "type": "work" }],
    });
    let user = idp.post("/Users", &body).is(201)["id"].as_str().unwrap().to_owned();
    let group = idp.group("staff", &[&user]);
    (user, group)
}

#[test]
fn items_56_and_57_places_are_counted_from_one() {
    let app = serving();
    let idp = idp(&app);
    for (query, start, shown) in [
        ("", 1, 4),
        ("?startIndex=0&count=2", 1, 2),
        ("?startIndex=-3&count=2", 1, 2),
        ("?startIndex=2&count=2", 2, 2),
        ("?startIndex=4&count=100", 4, 1),
        ("?startIndex=5", 5, 0),
        ("?startIndex=900000000000", 900_000_000_000_i64, 0),
        ("?count=0", 1, 0),
        ("?count=-1", 1, 0),
    ] {
        let list = idp.get(&format!("/Users{query}")).is(200);
        let said = (&list["totalResults"], &list["startIndex"], &list["itemsPerPage"]);
        assert_eq!(said, (&json!(4), &json!(start), &json!(shown)), "{query}");
        assert_eq!(names(&list).len(), shown, "{query}");
    }
    for bad in ["startIndex=first", "count=all", "count=1.5", "startIndex="] {
        let detail = idp.get(&format!("/Users?{bad}")).refused(400, "invalidValue");
        assert!(detail.contains(bad.split('=').next().unwrap()), "{detail}");
    }
}

#[test]
fn item_58_a_page_is_as_large_as_is_declared() {
    let app = serving();
    let idp = idp(&app);
    let config = idp.get("/ServiceProviderConfig").is(200);
    let most = config["filter"]["maxResults"].as_u64().unwrap();
    for part in 0..2 {
        let operations: Vec<Value> = (0..most / 2 + 1)
            .map(|n| {
                let name = format!("n-{part}-{n}");
                json!({
                    "method": "POST", "path": "/Users", "bulkId": name,
                    "data": { "schemas": [USER], "userName": name },
                })
            })
            .collect();
        idp.post("/Bulk", &json!({ "schemas": [BULK], "Operations": operations })).is(200);
    }
    let list = idp.get("/Users?count=100000&attributes=userName").is(200);
    assert_eq!(list["totalResults"], most + 2 + 4);
    assert_eq!(list["itemsPerPage"], most);
    assert_eq!(names(&list).len() as u64, most);
    let usual = idp.get("/Users?attributes=userName").is(200);
    assert_eq!(usual["itemsPerPage"], config["pagination"]["defaultPageSize"]);
}

#[test]
fn item_59_pages_of_what_stands_still_show_everybody_once() {
    let app = serving();
    let idp = idp(&app);
    for n in 0..7 {
        idp.user(&format!("n-{n}"));
    }
    for order in ["", "&sortBy=active", "&sortBy=displayName&sortOrder=descending"] {
        let pages: Vec<Value> = (0..4)
            .map(|page| idp.get(&format!("/Users?count=3&startIndex={}{order}", 3 * page + 1)).is(200))
            .collect();
        let mut seen: Vec<&str> = pages.iter().flat_map(names).collect();
        seen.sort_unstable();
        let everybody = ["alice", "bob", "carol", "dora", "n-0", "n-1", "n-2", "n-3", "n-4", "n-5", "n-6"];
        assert_eq!(seen, everybody, "{order}");
    }
}

#[test]
fn item_60_orders() {
    let app = serving();
    let idp = idp(&app);
    for (name, family, emails) in [
        ("zoe", "adams", json!([{ "value": "m@acme.test" }])),
        ("yan", "Brown", json!([{ "value": "a@acme.test" }, { "value": "z@acme.test", "primary": true }])),
        ("xia", "", json!([])),
    ] {
        let body = json!({ "schemas": [USER], "userName": name, "name": { "familyName": family }, "emails": emails });
        idp.post("/Users", &body).is(201);
    }
    // The organisation's own four have no family name, and alice an address.
    let ours = "filter=userName%20gt%20%22x%22&";
    for (query, expected) in [
        ("sortBy=userName", ["xia", "yan", "zoe"]),
        ("sortBy=userName&sortOrder=descending", ["zoe", "yan", "xia"]),
        ("sortBy=USERNAME&sortOrder=Descending", ["zoe", "yan", "xia"]),
        ("sortBy=name.familyName", ["zoe", "yan", "xia"]),
        ("sortBy=name.familyName&sortOrder=descending", ["xia", "yan", "zoe"]),
        ("sortBy=emails", ["zoe", "yan", "xia"]),
        ("sortBy=emails.value&sortOrder=descending", ["xia", "yan", "zoe"]),
        ("sortBy=urn:ietf:params:scim:schemas:core:2.0:User:userName", ["xia", "yan", "zoe"]),
    ] {
        let list = idp.get(&format!("/Users?{ours}{query}")).is(200);
        assert_eq!(names(&list), expected, "{query}");
    }
    // What is no order here is none.
    let list = idp.get(&format!("/Users?{ours}sortBy=colour")).is(200);
    assert_eq!(names(&list).len(), 3);
    idp.get("/Users?sortBy=userName&sortOrder=up").refused(400, "invalidValue");
}

#[test]
fn item_61_what_is_shown_is_what_is_asked_for() {
    let app = serving();
    let idp = idp(&app);
    let (user, group) = somebody(&idp);
    for (query, shown) in [
        ("attributes=userName", vec!["id", "schemas", "userName"]),
        ("attributes=USERNAME,displayname", vec!["displayName", "id", "schemas", "userName"]),
        (
            "attributes=urn:ietf:params:scim:schemas:core:2.0:User:name.familyName",
            vec!["id", "name", "schemas"],
        ),
        ("attributes=nothing", vec!["id", "schemas"]),
        (
            "excludedAttributes=id,schemas,meta,groups,emails,name",
            vec!["active", "displayName", "id", "schemas", "userName"],
        ),
    ] {
        for path in
            [format!("/Users/{user}?{query}"), format!("/Users?{query}&filter=userName%20eq%20%22zoe%22")]
        {
            let answer = idp.get(&path).is(200);
            let resource = answer.get("Resources").map_or(&answer, |list| &list[0]);
            let mut said = keys(resource);
            said.sort_unstable();
            assert_eq!(said, shown, "{path}");
        }
    }
    let nested = idp.get(&format!("/Users/{user}?attributes=emails.type")).is(200);
    assert_eq!(nested["emails"], json!([{ "type": "work" }]));
    let nested = idp.get(&format!("/Groups/{group}?attributes=members.value")).is(200);
    assert_eq!(nested["members"], json!([{ "value": user }]));
    let both = "attributes=userName&excludedAttributes=emails";
    idp.get(&format!("/Users/{user}?{both}")).refused(400, "invalidValue");
    let search = json!({ "schemas": [SEARCH], "attributes": ["id"], "excludedAttributes": ["emails"] });
    idp.post("/Users/.search", &search).refused(400, "invalidValue");
    // Writes answer with no more than is asked for either.
    let narrow = "?attributes=userName";
    let body = json!({ "schemas": [USER], "userName": "yan", "title": "t" });
    let made = idp.post(&format!("/Users{narrow}"), &body).is(201);
    assert_eq!(made["title"], Value::Null);
    let path = format!("/Users/{}{narrow}", made["id"].as_str().unwrap());
    assert_eq!(idp.put(&path, &body).is(200)["title"], Value::Null);
    let replace = json!([{ "op": "replace", "path": "title", "value": "u" }]);
    let patched = idp.patch(&path, &replace).is(200);
    assert_eq!((&patched["title"], &patched["userName"]), (&Value::Null, &json!("yan")));
}

#[test]
fn item_62_groups_come_without_members_where_those_are_excluded() {
    let app = serving();
    let idp = idp(&app);
    let (user, group) = somebody(&idp);
    for path in [
        format!("/Groups/{group}?excludedAttributes=members"),
        format!("/Groups/{group}?attributes=displayName"),
        "/Groups?excludedAttributes=members&filter=displayName%20eq%20%22Staff%22".to_owned(),
    ] {
        let answer = idp.get(&path).is(200);
        let resource = answer.get("Resources").map_or(&answer, |list| &list[0]);
        assert_eq!(
            (&resource["displayName"], &resource["members"]),
            (&json!("staff"), &Value::Null),
            "{path}"
        );
    }
    let list = idp.find("/Groups", r#"displayName eq "staff""#).is(200);
    assert_eq!(list["Resources"][0]["members"][0]["value"], user);
}
