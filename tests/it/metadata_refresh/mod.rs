//! Metadata of service providers by its address: fetched when it is due, taken or held as it must be; and B16, what
//! must not be taken at all.

mod blocked;
mod command;
mod hostile;
pub(crate) mod provider;

use std::time::Duration;

use cloudsso::base::{ApplicationName, RequestId, Timestamp};
use cloudsso::domain::{
    Action, Application, ApplicationSettings, Assignee, MetadataOrigin, MetadataSource, SamlPolicy, Status,
};
use cloudsso::service::application::{self, ApplicationSpec, PendingChanges, Refreshed, RemoteApplication};
use cloudsso::service::{Error, Visit, saml_sso};
use cloudsso::storage::{event, metadata_source};
use data_encoding::BASE64;

use self::provider::{Metadata, Site, keys};
use crate::support::app::{Options, TestApp};

const HOUR: Duration = Duration::from_secs(3600);
const MINUTE: Duration = Duration::from_secs(60);

fn unsigned(url: &str) -> MetadataOrigin {
    MetadataOrigin { url: url.to_owned(), signers: vec![], auto_approve_signed: false }
}

fn signed(url: &str) -> MetadataOrigin {
    MetadataOrigin { signers: vec![keys().signer.certificate.clone()], ..unsigned(url) }
}

fn register(app: &TestApp, name: &str, origin: MetadataOrigin) -> Result<Application, Error> {
    let said = RemoteApplication {
        name: ApplicationName::parse(name).unwrap(),
        status: Status::Enabled,
        settings: ApplicationSettings { allows_idp_initiated: true, ..ApplicationSettings::default() },
        origin,
    };
    let alice = Assignee::User(app.user("alice").id);
    application::create_by_url(&app.ctx, &app.operator, said, vec![alice])
}

fn load(app: &TestApp, application: &Application) -> Application {
    application::load(&app.ctx, &app.operator, &application.id).unwrap()
}

fn source(app: &TestApp, application: &Application) -> (MetadataSource, Option<PendingChanges>) {
    application::load_source(&app.ctx, &app.operator, &application.id).unwrap().unwrap()
}

/// The details of what the audit log tells of this.
fn details(app: &TestApp, action: Action, application: &Application) -> Vec<serde_json::Value> {
    let events = app.store.read(|conn| event::list(conn, application.id.as_str())).unwrap();
    let told = events.iter().filter(|event| event.action == action.as_str());
    told.map(|event| serde_json::from_str(&event.detail).unwrap()).collect()
}

fn refusal<T: std::fmt::Debug>(outcome: Result<T, Error>) -> String {
    outcome.unwrap_err().to_string()
}

#[test]
fn metadata_is_fetched_when_it_is_due_and_small_changes_count_at_once() {
    let app = TestApp::start();
    let (wiki, site) = (Metadata::new("wiki"), Site::serving(&Metadata::new("wiki").xml()));
    let made = register(&app, "wiki", unsigned(&site.url())).unwrap();
    assert_eq!((made.entity_id.as_str(), site.asked()), (wiki.entity_id.as_str(), 1));
    app.advance(5 * HOUR);
    app.run_due();
    assert_eq!(site.asked(), 1, "it was fetched before it was due");
    app.advance(HOUR);
    app.run_due();
    app.run_due();
    assert_eq!((site.asked(), site.unchanged()), (2, 1));
    assert_eq!(load(&app, &made), made);

    site.say(&Metadata { display_name: "Wissen", ..wiki.clone() }.xml());
    app.advance(6 * HOUR);
    app.run_due();
    let changed = load(&app, &made);
    assert_eq!((site.asked(), changed.version), (3, 2));
    assert!(changed.metadata.contains("Wissen"), "{}", changed.metadata);
    let told = details(&app, Action::ApplicationMetadataRefreshed, &made);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["changes"], serde_json::json!(["Changed: names, descriptions or logos."]));
    let (source, pending) = source(&app, &made);
    assert_eq!((source.refreshed_at, source.last_error, pending), (Some(app.clock.now()), None, None));

    site.say(&Metadata { cache_duration: Some("PT2H"), ..wiki }.xml());
    let outcome = application::refresh(&app.ctx, &app.operator, &made.id).unwrap();
    assert!(matches!(outcome, Refreshed::Applied(_)), "{outcome:?}");
    app.advance(2 * HOUR);
    app.run_due();
    assert_eq!(site.asked(), 5, "what it says of the time was not heeded");
}

#[test]
fn a_changed_key_waits_until_exactly_that_is_approved() {
    let app = TestApp::start();
    let wiki = Metadata::new("wiki");
    let site = Site::serving(&wiki.xml());
    let made = register(&app, "wiki", unsigned(&site.url())).unwrap();
    let both = Metadata { keys: vec![&keys().own, &keys().next], display_name: "New", ..wiki.clone() };
    site.say(&both.xml());
    app.advance(6 * HOUR);
    app.run_due();
    assert_eq!(load(&app, &made), made);
    let (_, pending) = source(&app, &made);
    let shown = pending.unwrap();
    let fingerprint = keys().next.certificate.fingerprint().unwrap();
    let expected = [
        format!("A key is added that signs requests: SHA-256 {fingerprint}."),
        "Changed: names, descriptions or logos.".to_owned(),
    ];
    assert_eq!(shown.changes, expected);
    let held = application::refresh(&app.ctx, &app.operator, &made.id).unwrap();
    assert_eq!(held, Refreshed::Held(expected.to_vec()));
    assert_eq!(app.events(Action::ApplicationMetadataHeld, &made.id), 1);

    // Meanwhile it says something else.
    site.say(&Metadata { keys: vec![&keys().stranger], ..wiki.clone() }.xml());
    application::refresh(&app.ctx, &app.operator, &made.id).unwrap();
    let approve = |revision: &str| application::approve(&app.ctx, &app.operator, &made.id, revision);
    let other = refusal(approve(&shown.revision));
    assert!(other.starts_with("OperationConflict.PendingMetadata"), "{other}");
    let dismissed = application::dismiss(&app.ctx, &app.operator, &made.id, &shown.revision);
    assert!(refusal(dismissed).starts_with("OperationConflict.PendingMetadata"));
    assert_eq!(load(&app, &made), made);

    site.say(&both.xml());
    application::refresh(&app.ctx, &app.operator, &made.id).unwrap();
    let approved = approve(&shown.revision).unwrap();
    assert_eq!((approved.version, load(&app, &made)), (2, approved.clone()));
    assert!(approved.metadata.contains(&keys().next.certificate.to_base64().unwrap()));
    let told = details(&app, Action::ApplicationMetadataApproved, &made);
    assert_eq!(told[0]["changes"], serde_json::json!(expected));
    assert!(refusal(approve(&shown.revision)).starts_with("EntityNotExists.PendingMetadata"));
    let outcome = application::refresh(&app.ctx, &app.operator, &made.id).unwrap();
    assert_eq!(outcome, Refreshed::Unchanged);
}

/// What waits was compared with what was known; when an administrator changes that, it must be looked at again.
#[test]
fn changes_are_approved_from_what_they_were_shown_against() {
    let app = TestApp::start();
    let wiki = Metadata::new("wiki");
    let site = Site::serving(&wiki.xml());
    let made = register(&app, "wiki", unsigned(&site.url())).unwrap();
    site.say(&Metadata { keys: vec![&keys().next], ..wiki.clone() }.xml());
    application::refresh(&app.ctx, &app.operator, &made.id).unwrap();
    let shown = source(&app, &made).1.unwrap();
    let spec = ApplicationSpec {
        name: made.name.clone(),
        status: made.status,
        settings: made.settings.clone(),
        metadata: Metadata { keys: vec![&keys().stranger], ..wiki }.xml(),
    };
    application::update(&app.ctx, &app.operator, &made.id, spec).unwrap();
    let outcome = application::approve(&app.ctx, &app.operator, &made.id, &shown.revision);
    assert!(refusal(outcome).starts_with("OperationConflict.PendingMetadata"));
    let now = source(&app, &made).1.unwrap();
    assert_ne!(now.revision, shown.revision);
    application::approve(&app.ctx, &app.operator, &made.id, &now.revision).unwrap();
}

#[test]
fn what_was_dismissed_is_not_asked_about_again_unless_somebody_looks() {
    let app = TestApp::start();
    let wiki = Metadata::new("wiki");
    let site = Site::serving(&wiki.xml());
    let made = register(&app, "wiki", unsigned(&site.url())).unwrap();
    site.say(&Metadata { keys: vec![&keys().next], ..wiki.clone() }.xml());
    application::refresh(&app.ctx, &app.operator, &made.id).unwrap();
    let shown = source(&app, &made).1.unwrap();
    application::dismiss(&app.ctx, &app.operator, &made.id, &shown.revision).unwrap();
    assert_eq!(source(&app, &made).1, None);
    assert_eq!(app.events(Action::ApplicationMetadataDismissed, &made.id), 1);
    // Another document and back again, so that it is sent in full.
    site.say(&Metadata { display_name: "New", ..wiki.clone() }.xml());
    app.advance(6 * HOUR);
    app.run_due();
    site.say(&Metadata { keys: vec![&keys().next], ..wiki.clone() }.xml());
    app.advance(6 * HOUR);
    app.run_due();
    assert_eq!((site.asked(), site.unchanged(), source(&app, &made).1), (4, 0, None));
    application::refresh(&app.ctx, &app.operator, &made.id).unwrap();
    assert!(source(&app, &made).1.is_some());
    assert_eq!(load(&app, &made).version, 2);
}

#[test]
fn failures_are_told_and_tried_again_with_growing_pauses() {
    let app = TestApp::start();
    let wiki = Metadata::new("wiki");
    let site = Site::serving(&wiki.xml());
    let made = register(&app, "wiki", unsigned(&site.url())).unwrap();
    site.say_raw("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n");
    app.advance(6 * HOUR);
    app.run_due();
    let (failed, _) = source(&app, &made);
    let reason = "http://127.0.0.1 gives another answer: expected status 200, received status 500";
    assert_eq!((failed.failures, failed.last_error.as_deref()), (1, Some(reason)));
    assert_eq!(details(&app, Action::ApplicationMetadataFailed, &made)[0]["reason"], reason);
    for (pause, asked) in [(4, 2), (1, 3), (8, 3), (2, 4)] {
        app.advance(pause * MINUTE);
        app.run_due();
        assert_eq!(site.asked(), asked, "after {pause} minutes more");
    }
    let refused = refusal(application::refresh(&app.ctx, &app.operator, &made.id));
    assert!(refused.starts_with("MetadataRefresh.Failed") && refused.ends_with(reason), "{refused}");
    assert_eq!(source(&app, &made).0.failures, 4);
    assert_eq!(load(&app, &made), made);
    site.say(&wiki.xml());
    app.advance(40 * MINUTE);
    app.run_due();
    let (good, _) = source(&app, &made);
    assert_eq!((good.failures, good.last_error, good.refreshed_at), (0, None, Some(app.clock.now())));
}

#[test]
fn what_a_trusted_key_signed_counts_at_once_where_that_is_said() {
    let app = TestApp::start();
    let (wiki, shop) = (Metadata::new("wiki"), Metadata::new("shop"));
    let (site, other) =
        (Site::serving(&wiki.signed(&keys().signer)), Site::serving(&shop.signed(&keys().signer)));
    let by_itself = MetadataOrigin { auto_approve_signed: true, ..signed(&site.url()) };
    let trusting = register(&app, "wiki", by_itself).unwrap();
    let careful = register(&app, "shop", signed(&other.url())).unwrap();
    site.say(&Metadata { keys: vec![&keys().next], ..wiki.clone() }.signed(&keys().signer));
    other.say(&Metadata { keys: vec![&keys().next], ..shop }.signed(&keys().signer));
    app.advance(6 * HOUR);
    app.run_due();
    assert_eq!(load(&app, &trusting).version, 2);
    assert_eq!(details(&app, Action::ApplicationMetadataRefreshed, &trusting).len(), 1);
    assert_eq!(load(&app, &careful), careful);
    assert_eq!(source(&app, &careful).1.unwrap().changes.len(), 2);
    let nobody = MetadataOrigin { auto_approve_signed: true, ..unsigned(&site.url()) };
    let refused = refusal(register(&app, "blog", nobody));
    assert!(refused.starts_with("InvalidParameter.AutoApproveSigned"), "{refused}");
}

#[test]
fn an_application_may_follow_an_address_later_and_leave_it_again() {
    let app = TestApp::start();
    let wiki = Metadata::new("wiki");
    let site = Site::serving(&Metadata { display_name: "New", ..wiki.clone() }.xml());
    let spec = ApplicationSpec {
        name: ApplicationName::parse("wiki").unwrap(),
        status: Status::Enabled,
        settings: ApplicationSettings::default(),
        metadata: wiki.xml(),
    };
    let made = application::create(&app.ctx, &app.operator, spec, vec![]).unwrap();
    assert_eq!(application::load_source(&app.ctx, &app.operator, &made.id).unwrap(), None);
    let refused = refusal(application::refresh(&app.ctx, &app.operator, &made.id));
    assert!(refused.starts_with("EntityNotExists.MetadataUrl"), "{refused}");
    let follow = |origin| application::update_origin(&app.ctx, &app.operator, &made.id, origin);
    let refused = refusal(follow(Some(unsigned("file:///etc/passwd"))));
    assert!(refused.starts_with("InvalidParameter.MetadataUrl"), "{refused}");
    follow(Some(unsigned(&site.url()))).unwrap();
    app.run_due();
    assert_eq!((site.asked(), load(&app, &made).version), (1, 2));
    let told = details(&app, Action::ApplicationUpdated, &made);
    assert!(!told[0].to_string().contains("hush"), "{}", told[0]);
    follow(None).unwrap();
    app.advance(48 * HOUR);
    app.run_due();
    assert_eq!(site.asked(), 1);
    follow(Some(unsigned(&site.url()))).unwrap();
    application::delete(&app.ctx, &app.operator, &made.id).unwrap();
    app.run_due();
    assert_eq!(site.asked(), 1);
}

#[test]
fn of_two_replicas_one_fetches() {
    let app = TestApp::start();
    let site = Site::serving(&Metadata::new("wiki").xml());
    let made = register(&app, "wiki", unsigned(&site.url())).unwrap();
    app.advance(6 * HOUR);
    let now = app.clock.now();
    let due = app.store.read(|conn| metadata_source::find_due(conn, now)).unwrap().unwrap();
    assert_eq!(due.application_id, made.id);
    let claim = || {
        let due = due.clone();
        app.store.write(move |conn| metadata_source::claim(conn, &due, now.plus(2 * MINUTE))).unwrap()
    };
    assert_eq!((claim(), claim()), (true, false));
    app.run_due();
    assert_eq!(site.asked(), 1, "fetched although another has it");
    app.advance(2 * MINUTE);
    app.run_due();
    assert_eq!(site.asked(), 2, "not fetched although the other died");
}

fn request(app: &TestApp, entity_id: &str) -> Result<saml_sso::SignOnRequest, Error> {
    let now = app.clock.now().rfc3339();
    let xml = format!(
        "<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"_r{}\" Version=\"2.0\" \
         IssueInstant=\"{now}\"><saml:Issuer xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">{entity_id}\
         </saml:Issuer></samlp:AuthnRequest>",
        app.clock.now().millis()
    );
    let message =
        saml_sso::Message::Post { saml_request: BASE64.encode(xml.as_bytes()), relay_state: String::new() };
    let request_id: RequestId = app.ctx.request_id().unwrap();
    let visit = Visit { request_id, address: [198, 51, 100, 1].into(), user_agent: String::new() };
    saml_sso::receive(&app.ctx, &visit, &message)
}

#[test]
fn nobody_is_signed_in_by_metadata_that_has_expired() {
    let app = TestApp::start();
    let until: Timestamp = app.clock.now().plus(3 * HOUR);
    let wiki = Metadata { valid_until: Some(until), ..Metadata::new("wiki") };
    let site = Site::serving(&wiki.xml());
    let made = register(&app, "wiki", unsigned(&site.url())).unwrap();
    let start = app.url(&format!("/applications/{}/start", made.id));
    let (mut alice, _) = app.sign_in("alice");
    assert_eq!(alice.get(&start).status, 200);
    assert!(request(&app, &wiki.entity_id).is_ok());
    assert_eq!(app.events(Action::SamlSsoIssued, &made.id), 1);

    site.say_raw("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n");
    app.advance(3 * HOUR);
    app.run_due();
    let (mut alice, _) = app.sign_in("alice");
    let page = alice.get(&start);
    assert_eq!(page.status, 403, "{}", page.text());
    assert!(page.text().contains("out of date"), "{}", page.text());
    let refused = refusal(request(&app, &wiki.entity_id));
    assert!(refused.starts_with("NoPermission.MetadataExpired"), "{refused}");
    let reasons = details(&app, Action::SamlSsoRefused, &made);
    assert_eq!(reasons.len(), 2);
    for reason in &reasons {
        let reason = reason["reason"].as_str().unwrap();
        assert!(
            reason.starts_with("the metadata is out of date: ") && reason.contains("validUntil"),
            "{reason}"
        );
    }
    assert_eq!(app.events(Action::SamlSsoIssued, &made.id), 1);

    site.say(&Metadata { valid_until: Some(app.clock.now().plus(3 * HOUR)), ..wiki.clone() }.xml());
    application::refresh(&app.ctx, &app.operator, &made.id).unwrap();
    assert_eq!(alice.get(&start).status, 200);
    assert!(request(&app, &wiki.entity_id).is_ok());
}

/// IIP-MD01: an address may be one of the metadata query protocol, whose answer is signed by whoever answers.
#[test]
fn metadata_is_asked_for_at_a_query_responder_and_must_be_of_that_entity() {
    let app = TestApp::start();
    let (wiki, other, signer) = (Metadata::new("wiki"), Metadata::new("other"), &keys().signer);
    let site = Site::serving(&wiki.signed(signer));
    let url = site.query_url(&wiki.entity_id);
    assert!(url.ends_with("/entities/https%3A%2F%2Fwiki.example%2Fsaml"), "{url}");
    site.say(&other.signed(signer));
    let reason = refusal(register(&app, "wiki", signed(&url)));
    assert!(
        reason.starts_with("InvalidParameter.MetadataUrl") && reason.contains(&wiki.entity_id),
        "{reason}"
    );
    site.say(&wiki.signed(&keys().stranger));
    assert!(refusal(register(&app, "wiki", signed(&url))).contains("ignature"));
    site.say(&wiki.signed(signer));
    let made = register(&app, "wiki", signed(&url)).unwrap();
    assert_eq!(made.entity_id, wiki.entity_id);
    let head = site.head();
    assert!(head.starts_with("GET /entities/https%3A%2F%2Fwiki.example%2Fsaml HTTP/1.1\r\n"), "{head}");
    let accept = head.lines().find_map(|line| line.strip_prefix("accept: ")).unwrap();
    assert!(accept.starts_with("application/samlmetadata+xml"), "{accept}");

    site.say(&Metadata { display_name: "Wissen", ..wiki.clone() }.signed(signer));
    app.advance(6 * HOUR);
    app.run_due();
    assert_eq!(load(&app, &made).version, 2);
    site.say(&other.signed(signer));
    app.advance(6 * HOUR);
    app.run_due();
    let (source, pending) = source(&app, &made);
    let error = source.last_error.unwrap();
    assert!(error.contains(&wiki.entity_id) && pending.is_none(), "{error}");
    assert_eq!(load(&app, &made).version, 2);
    // At any other address another entity waits for a yes.
    application::update_origin(&app.ctx, &app.operator, &made.id, Some(signed(&site.url()))).unwrap();
    let outcome = application::refresh(&app.ctx, &app.operator, &made.id).unwrap();
    assert!(matches!(outcome, Refreshed::Held(_)), "{outcome:?}");
}

#[test]
fn fetched_metadata_ends_as_soon_as_is_set() {
    let day = 24 * HOUR;
    let saml_policy = SamlPolicy { longest_metadata: Some(14 * day), ..SamlPolicy::default() };
    let app = TestApp::with(Options { saml_policy, ..Options::default() });
    let until =
        |days: u32| Metadata { valid_until: Some(app.clock.now().plus(days * day)), ..Metadata::new("wiki") };
    for refused in [Metadata::new("wiki"), until(15)] {
        let site = Site::serving(&refused.xml());
        let told = refusal(register(&app, "wiki", unsigned(&site.url())));
        assert!(told.contains("validUntil"), "{told}");
    }
    let site = Site::serving(&until(14).xml());
    let made = register(&app, "wiki", unsigned(&site.url())).unwrap();
    // Nor is it taken later.
    site.say(&Metadata::new("wiki").xml());
    app.advance(6 * HOUR);
    app.run_due();
    let (source, _) = source(&app, &made);
    assert!(source.last_error.as_deref().unwrap().contains("validUntil"), "{:?}", source.last_error);
    assert_eq!(load(&app, &made), made);
}
