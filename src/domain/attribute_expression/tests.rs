mod laws;
mod limits;
mod refused;
mod worked_out;

use serde_json::json;

use super::super::{Profile, ProvisionType, Status, UserSpec};
use super::*;
use crate::base::{Timestamp, UserId, UserName};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn alice() -> User {
    let spec = UserSpec {
        user_name: UserName::parse("Alice").unwrap(),
        display_name: "Alice Ärmel".to_owned(),
        first_name: "Alice".to_owned(),
        last_name: "Ärmel".to_owned(),
        email: Some("Alice.Armel@Example.com".to_owned()),
        description: String::new(),
        status: Status::Enabled,
    };
    let profile = json!({
        "title": "Head Of",
        "locale": "",
        "active": true,
        "level": 7,
        "emails": [
            { "value": "Alice.Armel@Example.com", "type": "work", "primary": true },
            { "value": "alice@home.example", "type": "home" },
        ],
        "phoneNumbers": [{ "value": "+49 1", "type": "work" }, { "value": "+49 2", "type": "mobile" }],
        "addresses": [{ "country": "DE", "type": "work" }],
        "roles": ["reader", "writer"],
        ENTERPRISE: {
            "department": "R&D", "costCenter": "42", "manager": { "value": "u-9", "displayName": "Bob" },
        },
    });
    User {
        id: UserId::parse("u-00000000000000000001").unwrap(),
        spec,
        provision_type: ProvisionType::Synchronized,
        connector_id: None,
        external_id: Some("ext-1".to_owned()),
        profile: Profile::parse(&profile.to_string()).unwrap(),
        version: 1,
        created_at: Timestamp::from_seconds(0),
        updated_at: Timestamp::from_seconds(0),
    }
}

fn groups(names: &[&str]) -> Vec<GroupName> {
    names.iter().map(|name| GroupName::parse(name).unwrap()).collect()
}

fn wiki() -> Audience<'static> {
    Audience {
        entity_id: "https://sp.example/saml",
        application_name: "Wiki",
        entity_attributes: [("urn:category", vec!["one", "two", ""]), ("urn:support", vec!["three"])].into(),
        requested: ["mail", "urn:oid:2.5.4.42"].into(),
    }
}

/// A user in no group, at an application that knows them for good.
fn somebody<'a>(user: &'a User, audience: &'a Audience<'a>) -> Subject<'a> {
    Subject { user, groups: &[], scope: "sso.example", persistent_name: Some("0a1b"), audience }
}

fn evaluate_for(expression: &str, user: &User, names: &[&str]) -> Result<Vec<String>, ExpressionError> {
    let groups = groups(names);
    AttributeExpression::parse(expression)?.evaluate(&Subject {
        user,
        groups: &groups,
        ..somebody(user, &wiki())
    })
}

/// What it is for Alice, who is in four groups.
fn evaluate(expression: &str) -> Vec<String> {
    evaluate_for(expression, &alice(), &["staff", "aws-reader", "aws-admin", "admins"])
        .unwrap_or_else(|error| panic!("{expression}: {error}"))
}
