//! Which endpoints there are, and what each is for.

use serde_json::{Value, json};

use super::{idp, serving};
use crate::support::scim::{BULK, GROUP, Idp, PATCH, SEARCH, USER};

const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

fn search(body: &Value) -> Value {
    let mut search = json!({ "schemas": [SEARCH] });
    search.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
    search
}

#[test]
fn item_09_users_and_groups_have_every_verb() {
    let app = serving();
    let idp = idp(&app);
    for (endpoint, name, schema) in [("/Users", "userName", USER), ("/Groups", "displayName", GROUP)] {
        let body = |text: &str| {
            let mut body = json!({ "schemas": [schema] });
            body[name] = text.into();
            body
        };
        let before = idp.get(endpoint).is(200)["totalResults"].as_i64().unwrap();
        let made = idp.post(endpoint, &body("first")).is(201);
        let path = format!("{endpoint}/{}", made["id"].as_str().unwrap());
        assert_eq!(idp.get(&path).is(200), made);
        assert_eq!(idp.get(endpoint).is(200)["totalResults"], before + 1);
        assert_eq!(idp.put(&path, &body("second")).is(200)[name], "second");
        let replace = json!([{ "op": "replace", "path": name, "value": "third" }]);
        assert_eq!(idp.patch(&path, &replace).is(200)[name], "third");
        assert_eq!(idp.get(&path).is(200)[name], "third");
        let gone = idp.delete(&path);
        assert_eq!((gone.status, gone.body.as_str()), (204, ""));
        idp.get(&path).refused(404, None);
    }
}

#[test]
fn item_10_discovery_is_one_configuration_and_lists_of_the_rest() {
    let app = serving();
    let idp = idp(&app);
    let configuration = idp.get("/ServiceProviderConfig").is(200);
    let urn = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";
    assert_eq!(configuration["schemas"], json!([urn]), "a resource, not a list");
    for (endpoint, count) in [("/Schemas", 3), ("/ResourceTypes", 2)] {
        let list = idp.get(endpoint).is(200);
        assert_eq!((&list["schemas"], &list["totalResults"]), (&json!([LIST]), &json!(count)), "{endpoint}");
        let resources = list["Resources"].as_array().unwrap();
        assert_eq!(resources.len(), count, "{endpoint}");
        for resource in resources {
            let path = format!("{endpoint}/{}", resource["id"].as_str().unwrap());
            assert_eq!(idp.get(&path).is(200), *resource, "{path}");
        }
    }
    idp.get("/Schemas/urn:nobody").refused(404, None);
    idp.get("/ResourceTypes/Nothing").refused(404, None);
}

#[test]
fn item_11_discovery_takes_no_filter_and_passes_over_the_rest() {
    let app = serving();
    let idp = idp(&app);
    let rest = "sortBy=id&sortOrder=descending&startIndex=2&count=1&attributes=id&excludedAttributes=name";
    for path in ["/ServiceProviderConfig", "/Schemas", "/ResourceTypes", "/ResourceTypes/User"] {
        idp.get(&format!("{path}?filter=id%20eq%20%22User%22")).refused(403, None);
        idp.get(&format!("{path}?Filter=")).refused(403, None);
        assert_eq!(idp.get(&format!("{path}?{rest}")).is(200), idp.get(path).is(200), "{path}");
    }
}

#[test]
fn item_12_a_search_means_what_the_same_parameters_mean() {
    let app = serving();
    let idp = idp(&app);
    let (casey, _devin) = (idp.user("casey"), idp.user("devin"));
    idp.group("staff", &[&casey]);
    for endpoint in ["/Users", "/Groups", ""] {
        let query = "filter=id%20pr&sortBy=id&sortOrder=descending&startIndex=2&count=2&attributes=id,meta";
        let asked = json!({
            "filter": "id pr", "sortBy": "id", "sortOrder": "descending", "startIndex": 2, "count": 2,
            "attributes": ["id", "meta"],
        });
        let listed = idp.get(&format!("{endpoint}/?{query}")).is(200);
        assert_eq!(listed["startIndex"], 2, "{endpoint}: {listed}");
        let searched = idp.post(&format!("{endpoint}/.search"), &search(&asked)).is(200);
        assert_eq!(searched, listed, "{endpoint}");
    }
    let found = idp.post("/Users/.search", &search(&json!({ "filter": "userName eq \"CASEY\"" }))).is(200);
    assert_eq!((&found["totalResults"], &found["Resources"][0]["id"]), (&json!(1), &json!(casey)));
    for endpoint in ["/Users", "/Groups", ""] {
        let path = format!("{endpoint}/.search");
        idp.post(&path, &json!({ "filter": "id pr" })).refused(400, "invalidSyntax");
        idp.post(&path, &search(&json!({ "filter": "id pr and" }))).refused(400, "invalidFilter");
        idp.post(&path, &search(&json!({ "filter": 7 }))).refused(400, "invalidSyntax");
        idp.post(&path, &search(&json!({ "count": "many" }))).refused(400, "invalidValue");
    }
}

#[test]
fn item_13_the_root_lists_users_and_groups() {
    let app = serving();
    let idp = idp(&app);
    let casey = idp.user("casey");
    let staff = idp.group("staff", &[&casey]);
    let total = |reply: Value| reply["totalResults"].as_i64().unwrap();
    let (users, groups) = (total(idp.get("/Users").is(200)), total(idp.get("/Groups").is(200)));
    let all = idp.get("/").is(200);
    assert_eq!(all["totalResults"], users + groups);
    let ids: Vec<&str> =
        all["Resources"].as_array().unwrap().iter().filter_map(|resource| resource["id"].as_str()).collect();
    assert!(ids.contains(&casey.as_str()) && ids.contains(&staff.as_str()), "{ids:?}");
    assert_eq!(idp.get("").is(200), all);
    for (name, count) in [("User", users), ("Group", groups), ("Nothing", 0)] {
        let filter = format!("meta.resourceType eq \"{name}\"");
        let found = idp.find("/", &filter).is(200);
        assert_eq!(total(found.clone()), count, "{name}");
        for resource in found["Resources"].as_array().into_iter().flatten() {
            assert_eq!(resource["meta"]["resourceType"], name);
        }
        assert_eq!(total(idp.post("/.search", &search(&json!({ "filter": filter }))).is(200)), count);
    }
    let named = idp.find("/", "userName eq \"casey\" or displayName eq \"staff\"").is(200);
    assert_eq!(total(named), 2, "what one kind has no attribute of is absent there");
}

#[test]
fn item_14_bulk_carries_out_each_operation() {
    let app = serving();
    let idp = idp(&app);
    let user = |name: &str| json!({ "schemas": [USER], "userName": name });
    let patch =
        json!({ "schemas": [PATCH], "Operations": [{ "op": "add", "path": "title", "value": "Head" }] });
    let (casey, devin) = (format!("/Users/{}", idp.user("casey")), format!("/Users/{}", idp.user("devin")));
    let body = json!({ "schemas": [BULK], "Operations": [
        { "method": "POST", "path": "/Users", "bulkId": "new", "data": user("ellis") },
        { "method": "POST", "path": "/Users", "bulkId": "again", "data": user("CASEY") },
        { "method": "PATCH", "path": casey, "data": patch },
        { "method": "DELETE", "path": devin },
    ]});
    let answer = idp.post("/Bulk", &body).is(200);
    assert_eq!(answer["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:BulkResponse"]));
    let statuses: Vec<&Value> =
        answer["Operations"].as_array().unwrap().iter().map(|operation| &operation["status"]).collect();
    assert_eq!(statuses, ["201", "409", "200", "204"], "{answer}");
    assert_eq!(idp.get(&casey).is(200)["title"], "Head");
    idp.get(&devin).refused(404, None);
    assert_eq!(idp.find("/Users", "userName eq \"ellis\"").is(200)["totalResults"], 1);
    Idp::new(&app, None).post("/Bulk", &body).refused(401, None);
}

#[test]
fn item_15_me_is_whoever_is_signed_in() {
    let app = serving();
    let idp = idp(&app);
    let (mut alice, _portal) = app.sign_in("alice");
    let page = alice.get(&app.url("/scim/v2/Me"));
    assert_eq!(page.status, 200, "{}", page.body);
    let me: Value = serde_json::from_str(&page.body).unwrap();
    let location = app.url(&format!("/scim/v2/Users/{}", app.user("alice").id));
    assert_eq!((&me["userName"], &me["meta"]["location"]), (&json!("alice"), &json!(location)));
    assert_eq!(page.header("location"), Some(location.as_str()));
    assert_eq!(page.header("etag"), me["meta"]["version"].as_str());
    let short = alice.get(&app.url("/scim/v2/Me?attributes=userName"));
    let short: Value = serde_json::from_str(&short.body).unwrap();
    assert_eq!(short, json!({ "schemas": me["schemas"], "id": me["id"], "userName": "alice" }));

    idp.get("/Me").refused(404, None);
    Idp::new(&app, None).get("/Me").refused(401, None);
    let wrong = [("cookie", "cloudsso=wrong")];
    Idp::new(&app, None).send("GET", "/Me", &wrong, None).refused(401, None);
    // A session opens nothing but this.
    assert_eq!(alice.get(&app.url("/scim/v2/Users")).status, 401);
}
