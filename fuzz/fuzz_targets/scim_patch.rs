//! Any list of operations as a PATCH of a user and of a group: answered without a panic, and what comes out is a
//! resource that could have been sent as it is.
#![no_main]

use std::sync::LazyLock;

use cloudsso::scim::patch::{Leniency, Patch};
use cloudsso::scim::resource::read;
use cloudsso::scim::schema::{GROUP_TYPE, ResourceType, USER_TYPE};
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value, json};

const ID: &str = "2819c223-7f76-453a-919d-413861904646";

static USER: LazyLock<Value> = LazyLock::new(|| {
    json!({
        "schemas": [USER_TYPE.schema.id],
        "userName": "bjensen",
        "name": { "givenName": "Barbara", "familyName": "Jensen" },
        "active": true,
        "emails": [
            { "value": "b@work.example", "type": "work", "primary": true },
            { "value": "b@home.example", "type": "home" },
        ],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
            "department": "Sales", "manager": { "value": "26118915" },
        },
    })
});
static GROUP: LazyLock<Value> = LazyLock::new(|| {
    json!({ "schemas": [GROUP_TYPE.schema.id], "displayName": "Sales", "members": [{ "value": ID, "type": "User" }] })
});

/// The body of a POST that asks for this resource, without what reading does not give back.
fn body(resource_type: &ResourceType, resource: &Map<String, Value>) -> Value {
    let mut body = resource.clone();
    body.insert("schemas".to_owned(), json!([resource_type.schema.id]));
    Value::Object(body)
}

fn patched(patch: &Patch, resource_type: &'static ResourceType, before: &Value) {
    let before = read(resource_type, before).expect("a resource");
    for leniency in [Leniency::Strict, Leniency::Lenient] {
        if let Ok(mut after) = patch.apply(resource_type, leniency, &before, ID) {
            after.remove("password");
            assert_eq!(read(resource_type, &body(resource_type, &after)).as_ref(), Ok(&after));
        }
    }
}

fuzz_target!(|text: &str| {
    let Ok(operations) = serde_json::from_str::<Value>(text) else { return };
    let request = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": operations,
    });
    let Ok(patch) = Patch::parse(&request) else { return };
    patched(&patch, &USER_TYPE, &USER);
    patched(&patch, &GROUP_TYPE, &GROUP);
    if let Ok((rest, _changes)) = patch.split_members() {
        patched(&rest, &GROUP_TYPE, &GROUP);
    }
});
