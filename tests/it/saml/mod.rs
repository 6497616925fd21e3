//! Sign-on at applications by SAML, from the use cases up: what service providers ask by either binding, what they get,
//! how they are registered, how our keys turn under them, and what is tried against all of it.

mod answer;
mod application;
mod attack;
mod begin;
mod blocked;
mod command;
mod identifiers;
mod keys;
mod name_id;
mod policy;
mod provider;
mod request;
mod sso;
mod values;

use std::time::Duration;

use cloudsso::domain::{Action, AttributeExpression, AttributeMapping};
use cloudsso::service::Error;
use cloudsso::storage::event;
use serde_json::Value;

use crate::support::app::TestApp;
use crate::support::http::{Page, Visitor};

const MFA: &str = "https://refeds.org/profile/mfa";
const CLASSES: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:";
const PERSISTENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
const TRANSIENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
const EMAIL: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
const UNSPECIFIED: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";

/// Signs somebody in on the page that a request led to, by password and a code that nobody has used; gives where that
/// leads.
#[track_caller]
fn sign_in_on(app: &TestApp, visitor: &mut Visitor, page: &Page, name: &str) -> Page {
    assert_eq!((page.status, page.url.path()), (200, "/login"), "{}", page.text());
    app.advance(Duration::from_secs(30));
    let person = app.person(name);
    let form = page.form("/login").with("username", &person.name).with("password", &person.password);
    let page = visitor.submit(&form);
    let page = visitor.follow(page);
    assert_eq!((page.status, page.url.path()), (200, "/login/mfa"), "{}", page.text());
    let page = visitor.submit(&page.form("/login/mfa").with("code", &app.code(name)));
    visitor.follow(page)
}

/// What the audit log tells of this action on this target, oldest first.
fn details(app: &TestApp, action: Action, target: &str) -> Vec<Value> {
    let mut events = app.store.read(|conn| event::list(conn, target)).unwrap();
    events.retain(|event| event.action == action.as_str());
    events.iter().map(|event| serde_json::from_str(&event.detail).unwrap()).collect()
}

/// An attribute that has these values.
fn mapping(name: &str, expression: &str) -> AttributeMapping {
    AttributeMapping {
        name: name.to_owned(),
        name_format: None,
        friendly_name: None,
        expression: AttributeExpression::parse(expression).unwrap(),
    }
}

/// The code of a refusal.
#[track_caller]
fn code<T>(outcome: Result<T, Error>) -> String {
    match outcome {
        Err(Error::Refused(refusal)) => refusal.code.into_owned(),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was not refused"),
    }
}
