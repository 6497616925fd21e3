//! Applications by the library: made, changed, disabled and deleted; what is refused names its field and changes nothing.

use cloudsso::base::{ApplicationName, GroupId, UserId};
use cloudsso::base::{GroupName, UserName};
use cloudsso::domain::{
    Action, Application, ApplicationSettings, Assignee, AttributeExpression, Encryption, GroupSpec,
    NameIdKind, Status, UserSpec,
};
use cloudsso::service::application::{self, ApplicationSpec};
use cloudsso::service::{Error, group, user};

use super::answer::Answer;
use super::provider::{Provider, registered};
use super::request::Request;
use super::{code, mapping};
use crate::support::app::TestApp;

fn list(app: &TestApp) -> Vec<Application> {
    application::list(&app.ctx, &app.operator).unwrap()
}

fn create(app: &TestApp, spec: ApplicationSpec) -> Result<Application, Error> {
    application::create(&app.ctx, &app.operator, spec, Vec::new())
}

fn usual() -> ApplicationSettings {
    ApplicationSettings::default()
}

#[test]
fn applications_are_made_listed_changed_and_deleted() {
    let app = TestApp::start();
    let (wiki, made) = registered(&app);
    let shop = Provider::new("Shop");
    let second = shop.register(&app, usual(), &[]);
    assert_eq!((made.name.as_str(), made.status, made.version), ("wiki", Status::Enabled, 1));
    assert_eq!((&made.entity_id, made.created_at), (&wiki.entity_id, app.clock.now()));
    let names: Vec<_> = list(&app).into_iter().map(|one| one.name.to_string()).collect();
    assert_eq!(names, ["Shop", "wiki"], "by name, whatever its case");
    let found = application::find_by_name(&app.ctx, &app.operator, "WIKI").unwrap();
    assert_eq!(found.unwrap().id, made.id);
    assert!(application::find_by_name(&app.ctx, &app.operator, "wik").unwrap().is_none());
    let assigned = application::assignments(&app.ctx, &app.operator, &made.id).unwrap();
    assert_eq!(assigned, [(Assignee::User(app.user("alice").id), app.clock.now())]);

    let moved = Provider { acs: vec![("https://wiki.example/other".to_owned(), None)], ..wiki.clone() };
    let changed = application::update(&app.ctx, &app.operator, &made.id, moved.spec(usual())).unwrap();
    assert_eq!((changed.version, &changed.id), (2, &made.id));
    assert_eq!(application::load(&app.ctx, &app.operator, &made.id).unwrap(), changed);
    let (mut alice, _portal) = app.sign_in("alice");
    let request = Request::new(&app, &moved);
    let answer = Answer::posted(&request.redirect(&app, &mut alice));
    assert_eq!(answer.acs, "https://wiki.example/other", "what was read before is not kept");
    answer.told(&app, &moved, Some(request.id()));

    let same = application::update_status(&app.ctx, &app.operator, &made.id, Status::Enabled).unwrap();
    let disabled = application::update_status(&app.ctx, &app.operator, &made.id, Status::Disabled).unwrap();
    assert_eq!((same.status, disabled.status), (Status::Enabled, Status::Disabled));
    application::delete(&app.ctx, &app.operator, &made.id).unwrap();
    assert_eq!(list(&app), [second]);
    for (action, count) in [
        (Action::ApplicationCreated, 1),
        (Action::ApplicationDeleted, 1),
        (Action::ApplicationAssignmentCreated, 1),
    ] {
        assert_eq!(app.events(action, &made.id), count, "{action:?}");
    }
    for outcome in [
        application::delete(&app.ctx, &app.operator, &made.id).map(|()| None),
        application::load(&app.ctx, &app.operator, &made.id).map(Some),
        application::update(&app.ctx, &app.operator, &made.id, wiki.spec(usual())).map(Some),
        application::update_status(&app.ctx, &app.operator, &made.id, Status::Enabled).map(Some),
    ] {
        assert_eq!(code(outcome), "EntityNotExists.Application");
    }
}

#[test]
fn what_is_refused_names_its_field_and_changes_nothing() {
    let app = TestApp::start();
    let (wiki, made) = registered(&app);
    let before = list(&app);
    let (fresh, fine) = (Provider::new("fresh"), usual());
    let metadata = fresh.metadata();
    let expression = AttributeExpression::parse("user.email").ok();
    let with = |settings: ApplicationSettings| fresh.spec(settings);
    let saying = |metadata: String| ApplicationSpec { metadata, ..fresh.spec(usual()) };
    let changed = |from: &str, to: &str| {
        let said = metadata.replace(from, to);
        assert_ne!(said, metadata);
        saying(said)
    };
    let keyless = Provider { has_keys: false, ..fresh.clone() };
    let refused = [
        (
            "InvalidParameter.SessionSeconds",
            with(ApplicationSettings { session_seconds: 59, ..fine.clone() }),
        ),
        (
            "InvalidParameter.RelayState",
            with(ApplicationSettings { relay_state: "x".repeat(1025), ..fine.clone() }),
        ),
        (
            "InvalidParameter.NameIdExpression",
            with(ApplicationSettings {
                name_id_expression: expression,
                name_id: NameIdKind::Transient,
                ..fine.clone()
            }),
        ),
        (
            "InvalidParameter.Attributes",
            with(ApplicationSettings {
                attributes: vec![mapping("a", "groups"), mapping("a", "groups")],
                ..fine.clone()
            }),
        ),
        (
            "InvalidParameter.OwnEntityId",
            with(ApplicationSettings { own_entity_id: Some("no uri".to_owned()), ..fine.clone() }),
        ),
        (
            "InvalidParameter.Encryption",
            with(ApplicationSettings { encryption: Encryption::Aes256Gcm, ..fine.clone() }),
        ),
        (
            "InvalidParameter.RequiresSignedRequests",
            keyless.spec(ApplicationSettings { requires_signed_requests: true, ..fine.clone() }),
        ),
        ("InvalidParameter.Metadata", saying(String::new())),
        ("InvalidParameter.Metadata", saying("x".repeat(256 * 1024 + 1))),
        ("InvalidParameter.Metadata", saying(format!("<!DOCTYPE a [<!ENTITY b \"c\">]>{}", &metadata[22..]))),
        ("InvalidParameter.Metadata", changed("md:SPSSODescriptor", "md:IDPSSODescriptor")),
        ("InvalidParameter.Metadata", changed("md:AssertionConsumerService", "md:ArtifactResolutionService")),
        ("InvalidParameter.Metadata", changed("https://fresh.example/saml/acs", "javascript:alert(1)")),
        ("InvalidParameter.Metadata", changed("<ds:X509Certificate>", "<ds:X509Certificate>AAAA")),
        ("InvalidParameter.Metadata", changed("entityID=\"https", "entityID=\"\" x=\"https")),
        ("InvalidParameter.Metadata", changed("entityID=", "validUntil=\"2020-01-01T00:00:00Z\" entityID=")),
        (
            "EntityAlreadyExists.Application",
            Provider { name: "WIKI".to_owned(), ..fresh.clone() }.spec(usual()),
        ),
        ("EntityAlreadyExists.EntityId", Provider { name: "other".to_owned(), ..wiki.clone() }.spec(usual())),
    ];
    for (number, (expected, spec)) in refused.into_iter().enumerate() {
        let as_update = application::update(&app.ctx, &app.operator, &made.id, spec.clone());
        // Its own name and entity id an application may keep, but not take those of another.
        if !expected.starts_with("EntityAlreadyExists") {
            assert_eq!(code(as_update), expected, "{number}");
            assert_eq!(list(&app), before, "{number}");
        }
        if expected.starts_with("EntityAlreadyExists") {
            application::update(&app.ctx, &app.operator, &made.id, wiki.spec(usual())).unwrap();
        }
        let before = list(&app);
        assert_eq!(code(create(&app, spec)), expected, "{number}");
        assert_eq!(list(&app), before, "{number}");
    }
    let nobody = Assignee::User(UserId::parse("u-00000000000000000000").unwrap());
    let alice = Assignee::User(app.user("alice").id);
    let outcome =
        application::create(&app.ctx, &app.operator, fresh.spec(usual()), vec![alice, nobody.clone()]);
    assert_eq!(code(outcome), "EntityNotExists.User");
    let before = list(&app);
    assert_eq!(before.len(), 1, "nor is it made without them");
    create(&app, fresh.spec(usual())).unwrap();
    for name in ["", " wiki", "a\nb", &"x".repeat(65)] {
        assert!(ApplicationName::parse(name).is_err(), "{name:?}");
    }
}

#[test]
fn another_application_keeps_its_name_and_its_entity_id() {
    let app = TestApp::start();
    let (wiki, made) = registered(&app);
    let shop = Provider::new("shop");
    let second = shop.register(&app, usual(), &[]);
    for (expected, spec) in [
        (
            "EntityAlreadyExists.Application",
            Provider { name: "Wiki".to_owned(), ..shop.clone() }.spec(usual()),
        ),
        ("EntityAlreadyExists.EntityId", Provider { name: "shop".to_owned(), ..wiki.clone() }.spec(usual())),
    ] {
        let outcome = application::update(&app.ctx, &app.operator, &second.id, spec);
        assert_eq!(code(outcome), expected);
        assert_eq!(list(&app), [second.clone(), made.clone()]);
    }
    let renamed = Provider { name: "SHOP".to_owned(), ..shop.clone() }.spec(usual());
    let renamed = application::update(&app.ctx, &app.operator, &second.id, renamed).unwrap();
    assert_eq!((renamed.name.as_str(), renamed.version), ("SHOP", 2));
}

#[test]
fn assignments_are_made_once_and_taken_away_once() {
    let app = TestApp::start();
    let (_, made) = registered(&app);
    let team = Assignee::Group(app.group("team").id);
    let assign = |assignee: &Assignee| application::assign(&app.ctx, &app.operator, &made.id, assignee);
    assert!(assign(&team).unwrap());
    assert!(!assign(&team).unwrap(), "it was there");
    assert_eq!(app.events(Action::ApplicationAssignmentCreated, &made.id), 2);
    let unassign = || application::unassign(&app.ctx, &app.operator, &made.id, &team);
    unassign().unwrap();
    assert_eq!(code(unassign()), "EntityNotExists.ApplicationAssignment");
    assert_eq!(app.events(Action::ApplicationAssignmentDeleted, &made.id), 1);
    let (user, group) =
        (UserId::parse("u-00000000000000000000").unwrap(), GroupId::parse("g-00000000000000000000").unwrap());
    assert_eq!(code(assign(&Assignee::User(user))), "EntityNotExists.User");
    assert_eq!(code(assign(&Assignee::Group(group))), "EntityNotExists.Group");
    application::delete(&app.ctx, &app.operator, &made.id).unwrap();
    assert_eq!(code(assign(&team)), "EntityNotExists.Application");
    let gone = application::assignments(&app.ctx, &app.operator, &made.id);
    assert_eq!(code(gone), "EntityNotExists.Application");
}

#[test]
fn users_and_groups_that_go_take_their_assignments_along() {
    let app = TestApp::start();
    let (_, made) = registered(&app);
    let spec: UserSpec = serde_json::from_value(serde_json::json!({ "user_name": "erin" })).unwrap();
    assert_eq!(spec.user_name, UserName::parse("erin").unwrap());
    let erin = user::create(&app.ctx, &app.operator, spec, Vec::new()).unwrap().user.id;
    let spec = GroupSpec { group_name: GroupName::parse("guests").unwrap(), description: String::new() };
    let guests = group::create(&app.ctx, &app.operator, spec).unwrap().id;
    for assignee in [Assignee::User(erin.clone()), Assignee::Group(guests.clone())] {
        application::assign(&app.ctx, &app.operator, &made.id, &assignee).unwrap();
    }
    let count = || application::assignments(&app.ctx, &app.operator, &made.id).unwrap().len();
    assert_eq!(count(), 3);
    user::delete(&app.ctx, &app.operator, &erin).unwrap();
    assert_eq!(count(), 2);
    group::delete(&app.ctx, &app.operator, &guests).unwrap();
    assert_eq!(count(), 1);
    assert_eq!(app.events(Action::ApplicationAssignmentDeleted, &made.id), 2);
    user::delete_with_ties(&app.ctx, &app.operator, &app.user("alice").id).unwrap();
    assert_eq!(count(), 0);
    app.run_due();
}
