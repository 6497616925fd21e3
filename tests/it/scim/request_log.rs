//! The log of what connectors asked for: kept without a write by any request, short, and without secrets.

use std::sync::Arc;
use std::time::Duration;

use cloudsso::base::PageRequest;
use cloudsso::domain::ScimScope;
use cloudsso::scim::{Error as Fault, ErrorKind};
use cloudsso::service::Worker;
use cloudsso::service::scim::{LoggedRequest, ScimClient, connector, request_log};
use cloudsso::storage::scim_request;
use serde_json::json;

use super::{authenticate, client_of, code, connector_id, credential_of, serving, visit_from};
use crate::support::app::TestApp;

fn request(method: &str, target: &str) -> LoggedRequest {
    LoggedRequest {
        method: method.to_owned(),
        target: target.to_owned(),
        status: 200,
        refusal: None,
        understood: json!({}),
        body_length: 12,
        took: Duration::from_micros(1_234),
    }
}

fn record(app: &TestApp, client: &ScimClient, request: LoggedRequest) {
    request_log::record(&app.ctx, client, &visit_from(app, "192.0.2.9"), request);
}

/// How many stand in the database, without the flush of whoever looks.
fn written(app: &TestApp, client: &ScimClient) -> i64 {
    let page = PageRequest { limit: 1, after: None };
    app.store.read(|conn| scim_request::list(conn, client.connector_id(), false, &page)).unwrap().1
}

#[test]
fn a_thousand_of_each_connector_are_kept_and_no_more() {
    let app = serving();
    let (okta, entra) = (client_of(&app, "okta"), client_of(&app, "entra"));
    record(&app, &entra, request("GET", "/scim/v2/Users"));
    for round in 0..3 {
        for number in 0..600 {
            app.advance(Duration::from_millis(1));
            record(&app, &okta, request("GET", &format!("/scim/v2/Users/{round}-{number}")));
        }
        assert_eq!(written(&app, &okta), [0, 600, 1_000][round], "no request writes");
        request_log::flush(&app.ctx).unwrap();
    }
    assert_eq!((written(&app, &okta), written(&app, &entra)), (1_000, 1));
    let page = PageRequest { limit: 2, after: None };
    let listed = request_log::list(&app.ctx, &app.operator, &connector_id(&okta), false, &page).unwrap();
    let paths: Vec<_> = listed.page.items.iter().map(|request| request.path.as_str()).collect();
    assert_eq!(paths, ["/scim/v2/Users/2-599", "/scim/v2/Users/2-598"], "the newest first");
    let one = &listed.page.items[0];
    assert_eq!((one.duration_micros, one.body_bytes, one.status), (1_234, 12, 200));
    assert_eq!((one.source_address.as_str(), &one.credential_id), ("192.0.2.9", okta.credential_id()));
}

#[test]
fn what_is_left_is_written_when_the_product_stops() {
    let app = serving();
    let client = client_of(&app, "okta");
    let worker = Worker::start(&Arc::clone(&app.ctx), 1).unwrap();
    for _ in 0..20 {
        record(&app, &client, request("GET", "/scim/v2/Groups"));
    }
    worker.stop();
    assert_eq!(written(&app, &client), 20);
}

#[test]
fn the_connector_says_what_it_did_last() {
    let app = serving();
    let client = client_of(&app, "okta");
    let start = app.clock.now();
    let last = || connector::load(&app.ctx, &app.operator, client.connector_id()).unwrap().connector.last;
    assert_eq!((last().request_at, last().write_at, last().refusal), (None, None, None));
    record(&app, &client, LoggedRequest { status: 201, ..request("POST", "/scim/v2/Users") });
    app.advance(Duration::from_secs(5));
    let refusal = Some(Fault::new(ErrorKind::Uniqueness, "userName is taken"));
    record(&app, &client, LoggedRequest { status: 409, refusal, ..request("POST", "/scim/v2/Users") });
    app.advance(Duration::from_secs(5));
    record(&app, &client, request("POST", "/scim/v2/Users/.search"));
    let shown = last();
    assert_eq!(shown.request_at, Some(start.plus(Duration::from_secs(10))));
    assert_eq!(shown.write_at, Some(start));
    let refusal = shown.refusal.unwrap();
    assert_eq!((refusal.code.as_str(), refusal.detail.as_str()), ("409 uniqueness", "userName is taken"));
    assert_eq!(refusal.at, start.plus(Duration::from_secs(5)));
}

#[test]
fn a_connector_that_goes_takes_what_is_not_written_along() {
    let app = serving();
    let (gone, kept) = (client_of(&app, "okta"), client_of(&app, "entra"));
    record(&app, &gone, request("GET", "/scim/v2/Users"));
    record(&app, &kept, request("GET", "/scim/v2/Users"));
    connector::delete(&app.ctx, &app.operator, gone.connector_id(), false).unwrap();
    request_log::flush(&app.ctx).unwrap();
    assert_eq!((written(&app, &gone), written(&app, &kept)), (0, 1));
    let page = PageRequest { limit: 1, after: None };
    let refused = request_log::list(&app.ctx, &app.operator, gone.connector_id(), false, &page);
    assert_eq!(code(refused), "EntityNotExists.SCIMConnector");
}

#[test]
fn neither_token_nor_password_is_kept() {
    let app = serving();
    let made = credential_of(&app, "okta", ScimScope::All);
    let client = authenticate(&app, &made.token).unwrap();
    let token = made.token.expose();
    let sent = LoggedRequest {
        refusal: Some(Fault::new(ErrorKind::InvalidValue, format!("{token} is no name"))),
        status: 400,
        understood: json!({"operations": [{"op": "replace", "path": "password", "value": "hunter2"}], "x": token}),
        ..request(
            "PATCH",
            &format!("/scim/v2/Users/{token}?access_token={token}&filter=password%20eq%20%22hunter2%22"),
        )
    };
    record(&app, &client, sent);
    let page = PageRequest { limit: 10, after: None };
    let listed = request_log::list(&app.ctx, &app.operator, client.connector_id(), true, &page).unwrap();
    let shown = format!("{listed:?}");
    assert_eq!(listed.total, 1);
    assert!(!shown.contains(token) && !shown.contains("hunter2"), "{shown}");
    assert!(shown.contains("replace") && shown.contains("is no name"), "{shown}");
    let last = connector::load(&app.ctx, &app.operator, client.connector_id()).unwrap().connector.last;
    assert!(!format!("{last:?}").contains(token));
}
