//! The guard against mass changes, as the writes of a connector meet it.

use std::time::Duration;

use cloudsso::domain::{Action, Destructive, MassChangeLimits};
use cloudsso::service::Error;
use cloudsso::service::scim::{ScimClient, connector, guard};
use cloudsso::storage::mass_change;
use serde_json::{Value, json};

use super::{client_of, code, connector_id, idp, serving};
use crate::support::app::TestApp;
use crate::support::scim::{BULK, GROUP, USER};

/// By number alone: the organisation is small.
const BY_NUMBER: MassChangeLimits = MassChangeLimits { most: 50, percent: 0 };

/// What a write of the connector does that takes this much away.
fn take(
    app: &TestApp,
    client: &ScimClient,
    limits: MassChangeLimits,
    change: Destructive,
) -> Result<(), Error> {
    let (inner, now) = (client.clone(), app.clock.now());
    let outcome = app.store.write(move |conn| guard::admit(conn, limits, &inner, now, change));
    guard::settle(&app.ctx, client, outcome)
}

#[track_caller]
fn held(outcome: Result<(), Error>) -> (i64, i64) {
    match outcome {
        Err(Error::Held(attempted)) => (attempted.users, attempted.memberships),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_mass_change_is_held_until_an_administrator_confirms() {
    let app = serving();
    let client = client_of(&app, "okta");
    let id = connector_id(&client);
    take(&app, &client, BY_NUMBER, Destructive::users(50)).unwrap();
    assert_eq!(held(take(&app, &client, BY_NUMBER, Destructive::users(7))), (57, 0));
    let shown = connector::load(&app.ctx, &app.operator, &id).unwrap().connector.held.unwrap();
    assert_eq!((shown.attempted.users, shown.at), (57, app.clock.now()));
    // Nothing is taken away any more, however little and however late; what adds does not ask.
    app.advance(MassChangeLimits::WINDOW * 2);
    held(take(&app, &client, BY_NUMBER, Destructive::memberships(1)));
    take(&app, &client, BY_NUMBER, Destructive::default()).unwrap();
    assert_eq!(app.events(Action::ScimMassChangeHeld, &id), 1, "told of once");
    // Another connector is not held.
    take(&app, &client_of(&app, "entra"), BY_NUMBER, Destructive::users(50)).unwrap();

    guard::confirm(&app.ctx, &app.operator, &id, Duration::from_secs(600)).unwrap();
    take(&app, &client, BY_NUMBER, Destructive::users(500)).unwrap();
    app.advance(Duration::from_secs(599));
    take(&app, &client, BY_NUMBER, Destructive::users(500)).unwrap();
    app.advance(Duration::from_secs(1));
    take(&app, &client, BY_NUMBER, Destructive::users(50)).unwrap();
    assert_eq!(held(take(&app, &client, BY_NUMBER, Destructive::users(1))), (51, 0));
    assert_eq!(app.events(Action::ScimMassChangeConfirmed, &id), 1);
    assert_eq!(app.events(Action::ScimMassChangeHeld, &id), 2);
}

#[test]
fn a_dismissed_change_stays_refused_and_what_follows_is_judged_anew() {
    let app = serving();
    let client = client_of(&app, "okta");
    let id = connector_id(&client);
    let dismiss = || guard::dismiss(&app.ctx, &app.operator, &id);
    assert_eq!(code(dismiss()), "OperationConflict.SCIMMassChange");
    held(take(&app, &client, BY_NUMBER, Destructive::users(51)));
    dismiss().unwrap();
    held(take(&app, &client, BY_NUMBER, Destructive::users(51)));
    dismiss().unwrap();
    take(&app, &client, BY_NUMBER, Destructive::users(3)).unwrap();
    // It takes a confirmation back too.
    guard::confirm(&app.ctx, &app.operator, &id, guard::CONFIRMATION).unwrap();
    dismiss().unwrap();
    held(take(&app, &client, BY_NUMBER, Destructive::users(51)));
    assert_eq!(app.events(Action::ScimMassChangeDismissed, &id), 3);
    for bad in [Duration::ZERO, Duration::from_secs(86_401)] {
        let refused = guard::confirm(&app.ctx, &app.operator, &id, bad);
        assert_eq!(code(refused), "InvalidParameter.Minutes");
    }
}

#[test]
fn the_window_slides() {
    let app = serving();
    let client = client_of(&app, "okta");
    for _ in 0..5 {
        take(&app, &client, BY_NUMBER, Destructive::users(10)).unwrap();
        app.advance(Duration::from_secs(60));
    }
    app.advance(Duration::from_secs(5 * 60));
    // Ten of the first minute are forgotten by now.
    take(&app, &client, BY_NUMBER, Destructive::users(10)).unwrap();
    app.advance(Duration::from_secs(60));
    take(&app, &client, BY_NUMBER, Destructive::users(10)).unwrap();
    assert_eq!(held(take(&app, &client, BY_NUMBER, Destructive::users(1))), (51, 0));
}

#[test]
fn a_share_is_of_what_there_was_and_a_few_are_never_held() {
    let app = serving();
    let client = client_of(&app, "okta");
    let usual = MassChangeLimits::default();
    // The organisation has four people: nine of them would be no matter, ten are.
    for _ in 0..9 {
        take(&app, &client, usual, Destructive::users(1)).unwrap();
    }
    let (id, now) = (connector_id(&client), app.clock.now());
    let window = app.store.read(|conn| mass_change::window(conn, &id, now)).unwrap();
    assert_eq!((window.taken.users, window.all.users), (9, 4));
    assert_eq!(held(take(&app, &client, usual, Destructive::users(1))), (10, 0));
}

#[test]
fn a_guard_that_is_off_counts_and_holds_nothing() {
    let app = serving();
    let client = client_of(&app, "okta");
    let off = MassChangeLimits { most: 0, percent: 20 };
    take(&app, &client, off, Destructive { users: 5_000, memberships: 5_000 }).unwrap();
    take(&app, &client, BY_NUMBER, Destructive::users(50)).unwrap();
    assert_eq!(guard::limits(&app.ctx), MassChangeLimits::default());
}

#[test]
fn a_write_that_fails_for_another_reason_is_not_counted() {
    let app = serving();
    let client = client_of(&app, "okta");
    let (inner, now) = (client.clone(), app.clock.now());
    let outcome = app.store.write(move |conn| {
        guard::admit(conn, BY_NUMBER, &inner, now, Destructive::users(50))?;
        Err::<(), _>(Error::Throttled(Duration::from_secs(1)))
    });
    assert!(matches!(guard::settle(&app.ctx, &client, outcome), Err(Error::Throttled(_))));
    take(&app, &client, BY_NUMBER, Destructive::users(50)).unwrap();
    assert_eq!(app.events(Action::ScimMassChangeHeld, client.connector_id()), 0);
}

/// What the identity provider meets: whatever adds passes, however much; what takes too much away waits.
#[test]
fn a_group_is_filled_at_once_and_emptied_after_a_confirmation() {
    let app = serving();
    let (idp, id) = (idp(&app), connector_id(&client_of(&app, "okta")));
    let operations: Vec<Value> = (0..60)
        .map(|number| {
            json!({
                "method": "POST", "path": "/Users", "bulkId": format!("b{number}"),
                "data": { "schemas": [USER], "userName": format!("person{number}") },
            })
        })
        .collect();
    let made = idp.post("/Bulk", &json!({ "schemas": [BULK], "Operations": operations })).is(200);
    let members: Vec<Value> = made["Operations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| json!({ "value": one["location"].as_str().unwrap().rsplit('/').next().unwrap() }))
        .collect();
    let path = format!("/Groups/{}", idp.group("pushed", &[]));
    let whole =
        |members: &[Value]| json!({ "schemas": [GROUP], "displayName": "pushed", "members": members });
    let filled = idp.put(&path, &whole(&members)).is(200);
    assert_eq!(filled["members"].as_array().unwrap().len(), 60);

    let emptied = idp.put(&path, &whole(&[]));
    assert!(emptied.header("retry-after").is_some_and(|seconds| seconds.parse::<u32>().is_ok()));
    let detail = emptied.refused(429, None);
    assert!(detail.contains("60 memberships"), "{detail}");
    assert_eq!(idp.get(&path).is(200), filled, "nothing was changed");
    let one = json!([{ "op": "remove", "path": "members", "value": [members[0]] }]);
    idp.patch(&path, &one).refused(429, None);
    idp.patch(&path, &json!([{ "op": "replace", "path": "displayName", "value": "crew" }])).is(200);

    guard::confirm(&app.ctx, &app.operator, &id, Duration::from_secs(600)).unwrap();
    assert_eq!(idp.put(&path, &whole(&[])).is(200).get("members"), None);
}
