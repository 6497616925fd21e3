//! The PATCH requests that RFC 7644 §3.5.2 prints; operations only, ids shorter.

use serde_json::json;

use super::{Leniency, check, patched};

#[test]
fn adding() {
    let email = json!({ "value": "babs@jensen.org", "type": "home" });
    let value = json!({ "emails": [email], "nickname": "Babs" });
    let country = json!([{ "op": "add", "path": "addresses[type eq \"work\"].country", "value": "USA" }]);
    check(&[
        // §3.5.2.1, the second request.
        (
            json!({}),
            json!([{ "op": "add", "value": value }]),
            json!({ "emails": [email], "nickName": "Babs" }),
        ),
        (
            json!({ "addresses": [{ "type": "work", "locality": "Hollywood" }] }),
            country,
            json!({ "addresses": [{ "type": "work", "locality": "Hollywood", "country": "USA" }] }),
        ),
    ]);
}

#[test]
fn removing() {
    let work = json!({ "value": "babs@jensen.org", "type": "work" });
    let home = json!({ "value": "babs@example.com", "type": "home" });
    check(&[
        // §3.5.2.2, by a complex filter.
        (
            json!({ "emails": [work, home] }),
            json!([{ "op": "remove", "path": "emails[type eq \"work\" and value ew \"jensen.org\"]" }]),
            json!({ "emails": [home] }),
        ),
        // §3.5.2.2, removing and adding in one request.
        (
            json!({ "roles": [{ "value": "2819c223" }, { "value": "0fbf6d53" }] }),
            json!([
                { "op": "remove", "path": "roles[value eq \"2819c223\"]" },
                { "op": "add", "path": "roles", "value": [{ "value": "08e1d05d" }] },
            ]),
            json!({ "roles": [{ "value": "0fbf6d53" }, { "value": "08e1d05d" }] }),
        ),
    ]);
}

#[test]
fn replacing() {
    let address = json!({
        "type": "work",
        "streetAddress": "911 Universal City Plaza",
        "locality": "Hollywood",
        "region": "CA",
        "postalCode": "91608",
        "country": "US",
        "formatted": "911 Universal City Plaza\nHollywood, CA 91608 US",
        "primary": true,
    });
    let home = json!({ "type": "home", "streetAddress": "456 Hollywood Blvd", "primary": true });
    let mut other = home.clone();
    other["primary"] = json!(false);
    let street = "addresses[type eq \"work\"].streetAddress";
    let emails = json!([
        { "value": "bjensen@example.com", "type": "work", "primary": true },
        { "value": "babs@jensen.org", "type": "home" },
    ]);
    check(&[
        // §3.5.2.3, one value of a list.
        (
            json!({ "addresses": [{ "type": "work", "streetAddress": "old", "region": "NY" }, home] }),
            json!([{ "op": "replace", "path": "addresses[type eq \"work\"]", "value": address }]),
            json!({ "addresses": [address, other] }),
        ),
        // §3.5.2.3, one attribute of a value.
        (
            json!({ "addresses": [{ "type": "work", "streetAddress": "old", "region": "NY" }] }),
            json!([{ "op": "replace", "path": street, "value": "1010 Broadway Ave" }]),
            json!({ "addresses": [{ "type": "work", "streetAddress": "1010 Broadway Ave", "region": "NY" }] }),
        ),
        // §3.5.2.3, without a path.
        (
            json!({ "nickName": "B", "emails": [{ "value": "old@example.com" }] }),
            json!([{ "op": "replace", "value": { "emails": emails, "nickname": "Babs" } }]),
            json!({ "emails": emails, "nickName": "Babs" }),
        ),
    ]);
}

/// §3.5.2.1: what is there already is no change.
#[test]
fn adding_what_is_there_changes_nothing() {
    let user = json!({
        "userName": "bob",
        "emails": [{ "value": "babs@jensen.org", "type": "home", "primary": true }],
        "name": { "givenName": "B" },
    });
    let operations = json!([{ "op": "add", "value": user }]);
    assert_eq!(patched(&user, Leniency::Strict, &operations), Ok(user));
}
