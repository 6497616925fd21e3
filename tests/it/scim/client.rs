//! Who may push: tokens that are good, how far they reach, and whose a user is.

use std::time::Duration;

use cloudsso::base::{ScimConnectorId, Secret};
use cloudsso::domain::{
    Adoption, Ownership, ProvisionType, ScimConnectorChanges, ScimScope, ScimSubject, Status,
};
use cloudsso::service::scim::{connector, credential, request_log, synchronization};
use cloudsso::service::{Error, scim};
use cloudsso::storage::scim_credential;

use super::{
    authenticate, client_of, code, connector_id, credential_for, credential_of, serving, visit_from,
};

const UNAUTHENTICATED: &str = "InvalidSCIMServerCredential";

#[test]
fn a_good_token_is_a_client_and_every_other_is_none() {
    let app = serving();
    let made = credential_of(&app, "okta", ScimScope::All);
    let client = authenticate(&app, &made.token).unwrap();
    assert_eq!(client.credential_id(), &made.credential.id);
    assert_eq!(client.connector().name.as_str(), "okta");
    let token = made.token.expose();
    assert!(token.starts_with("csscim_") && token.ends_with(&made.credential.hint), "{token}");
    let mut message = None;
    for bad in [
        String::new(),
        "csscim_".to_owned(),
        token.to_uppercase(),
        format!("{token}x"),
        format!(" {token}"),
        made.credential.id.to_string(),
        cloudsso::crypto::token::digest(token),
        "x".repeat(100_000),
    ] {
        let Err(Error::Refused(refusal)) = authenticate(&app, &Secret::new(bad.as_str())) else {
            panic!("{bad} passes")
        };
        assert_eq!(refusal.code, UNAUTHENTICATED);
        // One sentence for all, which does not say what was sent.
        assert_eq!(message.get_or_insert(refusal.message.clone()), &refusal.message);
    }
    let without = scim::client::authenticate(&app.ctx, &visit_from(&app, "192.0.2.1"), None);
    assert_eq!(code(without), UNAUTHENTICATED);
}

#[test]
fn a_credential_that_is_off_over_or_gone_opens_nothing() {
    let app = serving();
    let id = |made: &credential::NewScimCredential| made.credential.id.clone();
    let off = credential_of(&app, "okta", ScimScope::All);
    let short = credential_for(&app, "okta", ScimScope::All, Some(Duration::from_secs(60)));
    let gone = credential_of(&app, "okta", ScimScope::All);
    let twin = credential_of(&app, "okta", ScimScope::All);
    let turn = |status| {
        credential::update_status(&app.ctx, &app.operator, &id(&off), status).unwrap();
    };
    turn(Status::Disabled);
    assert_eq!(code(authenticate(&app, &off.token)), UNAUTHENTICATED);
    turn(Status::Enabled);
    assert_eq!(code(authenticate(&app, &off.token)), "ok");
    app.advance(Duration::from_secs(59));
    assert_eq!(code(authenticate(&app, &short.token)), "ok");
    app.advance(Duration::from_secs(1));
    assert_eq!(code(authenticate(&app, &short.token)), UNAUTHENTICATED);
    credential::delete(&app.ctx, &app.operator, &id(&gone)).unwrap();
    assert_eq!(code(authenticate(&app, &gone.token)), UNAUTHENTICATED);
    assert_eq!(code(authenticate(&app, &twin.token)), "ok", "its twins live on");
    // The connector says what was wrong; the answer did not.
    let okta = connector::load(&app.ctx, &app.operator, &twin.credential.connector_id).unwrap().connector;
    let refusal = okta.last.refusal.unwrap();
    assert_eq!((refusal.code.as_str(), refusal.detail.contains("expired")), ("401", true), "{refusal:?}");
    connector::delete(&app.ctx, &app.operator, &okta.id, false).unwrap();
    assert_eq!(code(authenticate(&app, &twin.token)), UNAUTHENTICATED, "its connector is gone");
}

#[test]
fn a_rotated_credential_lives_as_long_as_it_is_said() {
    let app = serving();
    let (ctx, operator) = (&app.ctx, &app.operator);
    let first = credential_of(&app, "okta", ScimScope::Users);
    let hour = Duration::from_secs(3_600);
    let second = credential::rotate(ctx, operator, &first.credential.id, hour, None).unwrap();
    assert_eq!(second.credential.scope, ScimScope::Users);
    assert_eq!(second.credential.connector_id, first.credential.connector_id);
    assert_ne!(second.token.expose(), first.token.expose());
    assert_eq!(code(authenticate(&app, &first.token)), "ok");
    app.advance(hour);
    assert_eq!(code(authenticate(&app, &first.token)), UNAUTHENTICATED);
    assert_eq!(code(authenticate(&app, &second.token)), "ok");
    let third = credential::rotate(ctx, operator, &second.credential.id, Duration::ZERO, None).unwrap();
    assert_eq!(code(authenticate(&app, &second.token)), UNAUTHENTICATED, "at once");
    assert_eq!(code(authenticate(&app, &third.token)), "ok");
    let too_long = Duration::from_secs(91 * 86_400);
    let refused = credential::rotate(ctx, operator, &third.credential.id, too_long, None);
    assert_eq!(code(refused), "InvalidParameter.OverlapDays");
    let refused = credential::rotate(ctx, operator, &third.credential.id, hour, Some(Duration::ZERO));
    assert_eq!(code(refused), "InvalidParameter.ExpireDays");
    assert_eq!(code(authenticate(&app, &third.token)), "ok", "nothing was changed");
    assert_eq!(credential::list(ctx, operator, None).unwrap().len(), 3);
}

#[test]
fn nobody_is_served_while_synchronization_is_disabled() {
    let app = serving();
    let made = credential_of(&app, "okta", ScimScope::All);
    synchronization::set_status(&app.ctx, &app.operator, Status::Disabled).unwrap();
    assert_eq!(code(authenticate(&app, &made.token)), "SCIMSynchronizationDisabled");
    // Whoever has no good token does not learn of it.
    assert_eq!(code(authenticate(&app, &Secret::new("csscim_x"))), UNAUTHENTICATED);
    synchronization::set_status(&app.ctx, &app.operator, Status::Enabled).unwrap();
    assert_eq!(code(authenticate(&app, &made.token)), "ok");
}

#[test]
fn guesses_are_limited_by_network_and_a_good_token_is_not_held_up() {
    let app = serving();
    let made = credential_of(&app, "okta", ScimScope::All);
    let from = |address: &str, token: &Secret| {
        scim::client::authenticate(&app.ctx, &visit_from(&app, address), Some(token))
    };
    let guess = Secret::new("csscim_guess");
    for _ in 0..30 {
        assert_eq!(code(from("2001:db8::1", &guess)), UNAUTHENTICATED);
    }
    let counted = from("2001:db8::ffff", &guess);
    assert_eq!(code(counted), UNAUTHENTICATED, "the one after which the wait begins");
    assert!(matches!(from("2001:db8::1", &guess), Err(Error::Throttled(_))));
    assert_eq!(code(from("192.0.2.77", &guess)), UNAUTHENTICATED, "another network");
    assert_eq!(code(from("2001:db8::1", &made.token)), "ok");
    app.advance(Duration::from_secs(61));
    assert_eq!(code(from("2001:db8::1", &guess)), UNAUTHENTICATED);
}

#[test]
fn a_scope_keeps_a_credential_to_its_part() {
    let app = serving();
    for (scope, users, groups) in [
        (ScimScope::All, "ok", "ok"),
        (ScimScope::Users, "ok", "NoPermission.SCIM"),
        (ScimScope::Groups, "NoPermission.SCIM", "ok"),
    ] {
        let client = authenticate(&app, &credential_of(&app, "okta", scope).token).unwrap();
        assert_eq!(code(client.may(ScimSubject::Users)), users, "{scope:?}");
        assert_eq!(code(client.may(ScimSubject::Groups)), groups, "{scope:?}");
    }
}

#[test]
fn what_belongs_to_another_connector_is_not_touched() {
    let app = serving();
    let (okta, entra) = (client_of(&app, "okta"), client_of(&app, "entra"));
    let own =
        |owner: Option<ScimConnectorId>, kind| app.store.read(|conn| okta.own(conn, kind, owner.as_ref()));
    let synchronized = ProvisionType::Synchronized;
    assert_eq!(own(Some(connector_id(&okta)), synchronized).unwrap(), Ownership::Own);
    assert_eq!(own(None, ProvisionType::Manual).unwrap(), Ownership::Adopted);
    let Err(Error::Refused(refusal)) = own(Some(connector_id(&entra)), synchronized) else {
        panic!("taken from another connector")
    };
    assert!(refusal.message.contains("another connector"), "{}", refusal.message);
    // Once that one is gone it is nobody's.
    connector::delete(&app.ctx, &app.operator, &connector_id(&entra), false).unwrap();
    assert_eq!(own(Some(connector_id(&entra)), synchronized).unwrap(), Ownership::Adopted);
    let changes =
        ScimConnectorChanges { adoption: Some(Adoption::Refused), ..ScimConnectorChanges::default() };
    connector::update(&app.ctx, &app.operator, &connector_id(&okta), changes).unwrap();
    let okta = client_of(&app, "okta");
    let refused = app.store.read(|conn| okta.own(conn, ProvisionType::Manual, None));
    assert_eq!(code(refused), "NoPermission.SCIM");
}

#[test]
fn last_use_is_kept_to_the_minute_and_written_by_nobody_who_waits() {
    let app = serving();
    let made = credential_of(&app, "okta", ScimScope::All);
    let used = || {
        let found = app.store.read(|conn| scim_credential::find(conn, &made.credential.id)).unwrap().unwrap();
        found.last_used.map(|(at, from)| (at.seconds(), from))
    };
    let begun = app.clock.now().seconds();
    authenticate(&app, &made.token).unwrap();
    assert_eq!(used(), None, "no request writes");
    request_log::flush(&app.ctx).unwrap();
    assert_eq!(used(), Some((begun, "192.0.2.1".to_owned())));
    for (later, kept) in [(59, begun), (1, begun + 60), (30, begun + 60)] {
        app.advance(Duration::from_secs(later));
        authenticate(&app, &made.token).unwrap();
        request_log::flush(&app.ctx).unwrap();
        assert_eq!(used().unwrap().0, kept);
    }
}
