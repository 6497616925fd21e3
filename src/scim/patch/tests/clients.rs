//! What the large clients send.

use serde_json::json;

use super::{ENTERPRISE, check};

/// Capital words, `"False"`, one attribute an operation, a manager by id alone.
#[test]
fn entra_id_by_default() {
    check(&[(
        json!({ "active": true, "emails": [{ "value": "old@x", "type": "work" }] }),
        json!([
            { "op": "Replace", "path": "active", "value": "False" },
            { "op": "Replace", "path": "emails[type eq \"work\"].value", "value": "new@x" },
            { "op": "Add", "path": "phoneNumbers[type eq \"mobile\"].value", "value": "+1 555" },
            { "op": "Add", "path": "addresses[type eq \"work\"].streetAddress", "value": "1 Main Street" },
            { "op": "Add", "path": "addresses[type eq \"work\"].locality", "value": "Rome" },
            { "op": "Add", "path": "roles[primary eq \"True\"].value", "value": "Admin" },
            { "op": "Add", "path": "name.familyName", "value": "J" },
            { "op": "Add", "path": format!("{ENTERPRISE}:manager"), "value": "u-2" },
            { "op": "Add", "path": format!("{ENTERPRISE}:department"), "value": "D" },
        ]),
        json!({
            "active": false,
            "emails": [{ "value": "new@x", "type": "work" }],
            "phoneNumbers": [{ "value": "+1 555", "type": "mobile" }],
            "addresses": [{ "streetAddress": "1 Main Street", "locality": "Rome", "type": "work" }],
            "roles": [{ "value": "Admin", "primary": true }],
            "name": { "familyName": "J" },
            ENTERPRISE: { "manager": { "value": "u-2" }, "department": "D" },
        }),
    )]);
}

/// With `aadOptscim062020`: a value without a path whose keys are paths of all kinds.
#[test]
fn entra_id_with_its_flag() {
    check(&[(
        json!({ "emails": [{ "value": "old@x", "type": "work" }] }),
        json!([{
            "op": "replace",
            "value": {
                "active": false,
                "name.givenName": "B",
                "name.familyName": "J",
                "emails[type eq \"work\"].value": "new@x",
                "emails[type eq \"home\"].value": "home@x",
                format!("{ENTERPRISE}:employeeNumber"): "7",
                ENTERPRISE: { "department": "D", "manager.value": "u-3" },
            },
        }]),
        json!({
            "active": false,
            "name": { "givenName": "B", "familyName": "J" },
            "emails": [{ "value": "new@x", "type": "work" }, { "value": "home@x", "type": "home" }],
            ENTERPRISE: { "employeeNumber": "7", "department": "D", "manager": { "value": "u-3" } },
        }),
    )]);
}

#[test]
fn okta_deactivates_without_a_path() {
    check(&[(
        json!({ "active": true }),
        json!([{ "op": "replace", "value": { "active": false } }]),
        json!({ "active": false }),
    )]);
}
