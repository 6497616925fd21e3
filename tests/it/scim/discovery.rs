//! What the server says about itself, and that it is so.

use serde_json::{Value, json};

use super::{idp, serving};
use crate::support::scim::{BULK, ENTERPRISE, GROUP, USER};

#[test]
fn item_39_the_configuration_says_everything_that_is_required() {
    let app = serving();
    let configuration = idp(&app).get("/ServiceProviderConfig").is(200);
    for feature in ["patch", "bulk", "filter", "changePassword", "sort", "etag"] {
        assert_eq!(configuration[feature]["supported"], true, "{feature}");
    }
    for (feature, number) in [("bulk", "maxOperations"), ("bulk", "maxPayloadSize"), ("filter", "maxResults")]
    {
        assert!(configuration[feature][number].as_u64().is_some_and(|number| number > 0), "{number}");
    }
    let schemes = configuration["authenticationSchemes"].as_array().unwrap();
    assert_eq!(schemes.len(), 1);
    assert_eq!(schemes[0]["type"], "oauthbearertoken");
    for name in ["name", "description"] {
        assert!(schemes[0][name].as_str().is_some_and(|text| !text.is_empty()), "{name}");
    }
    let location = app.url("/scim/v2/ServiceProviderConfig");
    assert_eq!(
        configuration["meta"],
        json!({ "resourceType": "ServiceProviderConfig", "location": location })
    );
}

#[test]
fn item_40_the_bounds_are_those_that_are_kept() {
    let app = serving();
    let idp = idp(&app);
    let configuration = idp.get("/ServiceProviderConfig").is(200);
    let number =
        |feature: &str, name: &str| usize::try_from(configuration[feature][name].as_u64().unwrap()).unwrap();
    let most = number("bulk", "maxOperations");
    let bulk = |count: usize| {
        let operations: Vec<Value> = (0..count)
            .map(|_| json!({ "method": "POST", "path": "/Users", "bulkId": "x", "data": {} }))
            .collect();
        json!({ "schemas": [BULK], "Operations": operations })
    };
    idp.post("/Bulk", &bulk(most + 1)).refused(413, None);
    // As many as may be are looked at: these have one name, and the second is told of.
    idp.post("/Bulk", &bulk(most)).refused(400, "invalidValue");

    let largest = number("bulk", "maxPayloadSize");
    let body = |length: usize| {
        let mut body = br#"{"schemas":[],"Operations":[]}"#.to_vec();
        body.resize(length, b' ');
        body
    };
    let send = |length: usize| {
        idp.send("POST", "/Bulk", &[("content-type", "application/json")], Some(&body(length)))
    };
    send(largest).refused(400, "invalidSyntax");
    send(largest + 1).refused(413, None);

    let page = number("filter", "maxResults");
    let names = (0..=page).map(|number| {
        let data = json!({ "schemas": [USER], "userName": format!("user{number}") });
        json!({ "method": "POST", "path": "/Users", "bulkId": format!("b{number}"), "data": data })
    });
    let names: Vec<Value> = names.collect();
    for operations in names.chunks(most) {
        idp.post("/Bulk", &json!({ "schemas": [BULK], "Operations": operations })).is(200);
    }
    let list = idp.get(&format!("/Users?count={}&attributes=id", page * 10)).is(200);
    assert!(list["totalResults"].as_u64().unwrap() > page as u64, "{}", list["totalResults"]);
    assert_eq!((&list["itemsPerPage"], list["Resources"].as_array().unwrap().len()), (&json!(page), page));
    let usual = idp.get("/Users?attributes=id").is(200);
    assert_eq!(usual["itemsPerPage"], configuration["pagination"]["defaultPageSize"]);
}

/// Asserts that an attribute and its parts say all that they must.
fn check(attribute: &Value, at: &str) {
    let at = format!("{at}:{}", attribute["name"].as_str().unwrap());
    for name in ["type", "description", "mutability", "returned", "uniqueness"] {
        assert!(attribute[name].as_str().is_some_and(|text| !text.is_empty()), "{at}: {name}");
    }
    for name in ["multiValued", "required", "caseExact"] {
        assert!(attribute[name].is_boolean(), "{at}: {name}");
    }
    let parts = attribute["subAttributes"].as_array();
    assert_eq!(parts.is_some(), attribute["type"] == "complex", "{at}");
    assert_eq!(attribute["referenceTypes"].is_array(), attribute["type"] == "reference", "{at}");
    for part in parts.into_iter().flatten() {
        check(part, &at);
    }
}

#[test]
fn item_41_types_and_schemas_say_what_they_are_made_of() {
    let app = serving();
    let idp = idp(&app);
    let types = idp.get("/ResourceTypes").is(200)["Resources"].clone();
    for (resource_type, name, schema, extensions) in [
        (&types[0], "User", USER, json!([{ "schema": ENTERPRISE, "required": false }])),
        (&types[1], "Group", GROUP, json!([])),
    ] {
        assert_eq!((&resource_type["name"], &resource_type["schema"]), (&json!(name), &json!(schema)));
        assert_eq!(resource_type["schemaExtensions"], extensions);
        let location = app.url(&format!("/scim/v2/ResourceTypes/{name}"));
        assert_eq!(resource_type["meta"], json!({ "resourceType": "ResourceType", "location": location }));
        idp.get(resource_type["endpoint"].as_str().unwrap()).is(200);
    }
    for (urn, required) in [(USER, vec!["userName"]), (GROUP, vec!["displayName"]), (ENTERPRISE, vec![])] {
        let schema = idp.get(&format!("/Schemas/{urn}")).is(200);
        assert_eq!(schema["id"], urn);
        assert_eq!(schema["meta"]["location"], app.url(&format!("/scim/v2/Schemas/{urn}")));
        let attributes = schema["attributes"].as_array().unwrap();
        attributes.iter().for_each(|attribute| check(attribute, urn));
        let named: Vec<&str> = attributes
            .iter()
            .filter(|attribute| attribute["required"] == true)
            .filter_map(|attribute| attribute["name"].as_str())
            .collect();
        assert_eq!(named, required, "{urn}");
    }
    assert_eq!(idp.get(&format!("/Schemas/{}", USER.to_uppercase())).is(200)["id"], USER);
}
