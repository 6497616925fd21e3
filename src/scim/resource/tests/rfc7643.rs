//! The representations of RFC 7643 §8, as they are printed; the certificate is shorter.

use serde_json::{Value, json};

use super::{ENTERPRISE, USER};
use crate::scim::resource::{Member, MemberKind, members, read, schemas_of};
use crate::scim::schema::{GROUP_TYPE, USER_TYPE};

/// §8.1.
const MINIMAL_USER: &str = r#"{
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
    "id": "2819c223-7f76-453a-919d-413861904646",
    "userName": "bjensen@example.com",
    "meta": {
        "resourceType": "User",
        "created": "2010-01-23T04:56:22Z",
        "lastModified": "2011-05-13T04:42:34Z",
        "version": "W\/\"3694e05e9dff590\"",
        "location": "https://example.com/v2/Users/2819c223-7f76-453a-919d-413861904646"
    }
}"#;

/// §8.3, which is §8.2 with the enterprise extension.
const ENTERPRISE_USER: &str = r#"{
    "schemas": [
        "urn:ietf:params:scim:schemas:core:2.0:User",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    ],
    "id": "2819c223-7f76-453a-919d-413861904646",
    "externalId": "701984",
    "userName": "bjensen@example.com",
    "name": {
        "formatted": "Ms. Barbara J Jensen, III",
        "familyName": "Jensen",
        "givenName": "Barbara",
        "middleName": "Jane",
        "honorificPrefix": "Ms.",
        "honorificSuffix": "III"
    },
    "displayName": "Babs Jensen",
    "nickName": "Babs",
    "profileUrl": "https://login.example.com/bjensen",
    "emails": [
        { "value": "bjensen@example.com", "type": "work", "primary": true },
        { "value": "babs@jensen.org", "type": "home" }
    ],
    "addresses": [
        {
            "streetAddress": "100 Universal City Plaza",
            "locality": "Hollywood",
            "region": "CA",
            "postalCode": "91608",
            "country": "USA",
            "formatted": "100 Universal City Plaza\nHollywood, CA 91608 USA",
            "type": "work",
            "primary": true
        },
        {
            "streetAddress": "456 Hollywood Blvd",
            "locality": "Hollywood",
            "region": "CA",
            "postalCode": "91608",
            "country": "USA",
            "formatted": "456 Hollywood Blvd\nHollywood, CA 91608 USA",
            "type": "home"
        }
    ],
    "phoneNumbers": [
        { "value": "555-555-5555", "type": "work" },
        { "value": "555-555-4444", "type": "mobile" }
    ],
    "ims": [{ "value": "someaimhandle", "type": "aim" }],
    "photos": [
        { "value": "https://photos.example.com/profilephoto/72930000000Ccne/F", "type": "photo" },
        { "value": "https://photos.example.com/profilephoto/72930000000Ccne/T", "type": "thumbnail" }
    ],
    "userType": "Employee",
    "title": "Tour Guide",
    "preferredLanguage": "en-US",
    "locale": "en-US",
    "timezone": "America/Los_Angeles",
    "active": true,
    "password": "t1meMa$heen",
    "groups": [
        {
            "value": "e9e30dba-f08f-4109-8486-d5c6a331660a",
            "$ref": "../Groups/e9e30dba-f08f-4109-8486-d5c6a331660a",
            "display": "Tour Guides"
        }
    ],
    "x509Certificates": [
        { "value": "MIIDQzCCAqygAwIBAgICEAAwDQYJKoZIhvcNAQEFBQAwTjELMAkGA1UEBhMCVVMxEzARBgNVBAgMCkNhbGlmb3JuaWEx" }
    ],
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
        "employeeNumber": "701984",
        "costCenter": "4130",
        "organization": "Universal Studios",
        "division": "Theme Park",
        "department": "Tour Operations",
        "manager": {
            "value": "26118915-6090-4610-87e4-49d8ca9f808d",
            "$ref": "../Users/26118915-6090-4610-87e4-49d8ca9f808d",
            "displayName": "John Smith"
        }
    },
    "meta": {
        "resourceType": "User",
        "created": "2010-01-23T04:56:22Z",
        "lastModified": "2011-05-13T04:42:34Z",
        "version": "W\/\"3694e05e9dff591\"",
        "location": "https://example.com/v2/Users/2819c223-7f76-453a-919d-413861904646"
    }
}"#;

/// §8.4.
const GROUP: &str = r#"{
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
    "id": "e9e30dba-f08f-4109-8486-d5c6a331660a",
    "displayName": "Tour Guides",
    "members": [
        {
            "value": "2819c223-7f76-453a-919d-413861904646",
            "$ref": "https://example.com/v2/Users/2819c223-7f76-453a-919d-413861904646",
            "display": "Babs Jensen"
        },
        {
            "value": "902c246b-6245-4190-8e05-00816be7344a",
            "$ref": "https://example.com/v2/Users/902c246b-6245-4190-8e05-00816be7344a",
            "display": "Mandy Pepperidge"
        }
    ],
    "meta": { "resourceType": "Group", "version": "W\/\"3694e05e9dff592\"" }
}"#;

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn of_the_minimal_user_the_name_is_kept() {
    let user = read(&USER_TYPE, &parse(MINIMAL_USER)).unwrap();
    assert_eq!(Value::Object(user), json!({ "userName": "bjensen@example.com" }));
}

#[test]
fn of_the_enterprise_user_all_is_kept_but_what_the_server_writes() {
    let user = read(&USER_TYPE, &parse(ENTERPRISE_USER)).unwrap();
    assert_eq!(schemas_of(&USER_TYPE, &user), json!([USER, ENTERPRISE]));

    let mut expected = parse(ENTERPRISE_USER);
    for name in ["schemas", "id", "meta", "groups"] {
        expected.as_object_mut().unwrap().remove(name).unwrap();
    }
    expected[ENTERPRISE]["manager"].as_object_mut().unwrap().remove("displayName").unwrap();
    assert_eq!(Value::Object(user), expected);
}

#[test]
fn of_the_group_name_and_members_are_kept() {
    let group = read(&GROUP_TYPE, &parse(GROUP)).unwrap();
    assert_eq!(group.get("displayName"), Some(&json!("Tour Guides")));
    let member = |id: &str| Member { value: id.to_owned(), kind: Some(MemberKind::User) };
    assert_eq!(
        members(&group),
        Ok(vec![
            member("2819c223-7f76-453a-919d-413861904646"),
            member("902c246b-6245-4190-8e05-00816be7344a"),
        ])
    );
}
