//! What people are named by at applications: for good, for a session, or as administrators decided.

use std::collections::HashSet;

use cloudsso::domain::{Action, ApplicationSettings, AttributeExpression, NameIdKind};
use cloudsso::service::application;

use super::answer::{Answer, is_signed, own_metadata};
use super::provider::{Provider, registered};
use super::request::Request;
use super::{EMAIL, PERSISTENT, TRANSIENT, UNSPECIFIED, details};
use crate::support::app::TestApp;
use crate::support::http::Visitor;

fn named(name_id: NameIdKind) -> ApplicationSettings {
    ApplicationSettings { name_id, ..ApplicationSettings::default() }
}

/// The name that somebody has at a service provider, as a plain request gets it.
#[track_caller]
fn name(app: &TestApp, visitor: &mut Visitor, provider: &Provider) -> String {
    let request = Request::new(app, provider);
    Answer::posted(&request.redirect(app, visitor)).told(app, provider, Some(request.id())).name
}

#[test]
fn the_name_for_good_is_one_for_each_person_and_application() {
    let app = TestApp::start();
    let (wiki, shop) = (Provider::new("wiki"), Provider::new("shop"));
    let application = wiki.register(&app, ApplicationSettings::default(), &["alice", "bob"]);
    shop.register(&app, ApplicationSettings::default(), &["alice", "bob"]);
    let (mut alice, _portal) = app.sign_in("alice");
    let (mut bob, _portal) = app.sign_in("bob");
    let request = Request::new(&app, &wiki);
    let answer = Answer::posted(&request.redirect(&app, &mut alice));
    let at_wiki = answer.told(&app, &wiki, Some(request.id())).name;
    assert_eq!(answer.of_name("Format"), Some(PERSISTENT));
    assert_eq!(answer.of_name("NameQualifier"), Some(app.url("/saml/idp/metadata").as_str()));
    assert_eq!(answer.of_name("SPNameQualifier"), Some(wiki.entity_id.as_str()));
    assert!(!at_wiki.contains("alice") && at_wiki != app.user("alice").id.to_string(), "{at_wiki}");

    let names = HashSet::from([at_wiki.clone(), name(&app, &mut alice, &shop), name(&app, &mut bob, &wiki)]);
    assert_eq!(names.len(), 3, "it tells nobody who is who elsewhere");
    let (mut again, _portal) = app.sign_in("alice");
    assert_eq!(name(&app, &mut again, &wiki), at_wiki);
    assert_eq!(name(&app, &mut alice, &wiki), at_wiki);

    application::delete(&app.ctx, &app.operator, &application.id).unwrap();
    assert_eq!(Request::new(&app, &wiki).redirect(&app, &mut alice).status, 400);
    wiki.register(&app, ApplicationSettings::default(), &["alice"]);
    assert_eq!(name(&app, &mut alice, &wiki), at_wiki, "the service provider is the same");
}

#[test]
fn names_for_good_never_differ_by_case_only() {
    let app = TestApp::start();
    let (mut alice, _portal) = app.sign_in("alice");
    let mut names = HashSet::new();
    for number in 0..64 {
        let provider = Provider::new(&format!("app{number}"));
        provider.register(&app, ApplicationSettings::default(), &["alice"]);
        let name = name(&app, &mut alice, &provider);
        assert_eq!(name.len(), 32);
        assert!(name.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase()), "{name}");
        names.insert(name);
    }
    assert_eq!(names.len(), 64);
}

#[test]
fn the_name_for_a_session_is_new_in_each() {
    let app = TestApp::start();
    let provider = Provider::new("wiki");
    provider.register(&app, named(NameIdKind::Transient), &["alice"]);
    let (mut alice, _portal) = app.sign_in("alice");
    let request = Request::new(&app, &provider);
    let answer = Answer::posted(&request.redirect(&app, &mut alice));
    let first = answer.told(&app, &provider, Some(request.id()));
    assert_eq!(answer.of_name("Format"), Some(TRANSIENT));
    assert_eq!(answer.of_name("NameQualifier"), None);
    assert_eq!(name(&app, &mut alice, &provider), first.name, "within the session it stays");
    let (mut later, _portal) = app.sign_in("alice");
    let second = name(&app, &mut later, &provider);
    assert!(second != first.name && second.len() == 32, "{second}");
    // By its other name the person has another session there, which is ended by itself.
    let request = Request::new(&app, &provider).name_id_format(PERSISTENT);
    let for_good =
        Answer::posted(&request.redirect(&app, &mut alice)).told(&app, &provider, Some(request.id()));
    assert_ne!((&for_good.name, &for_good.session_index), (&first.name, &first.session_index));
}

#[test]
fn names_that_tell_who_it_is_are_given_where_administrators_said_so() {
    let app = TestApp::start();
    let (mail, user, mapped) = (Provider::new("mail"), Provider::new("user"), Provider::new("mapped"));
    mail.register(&app, named(NameIdKind::Email), &["alice", "bob"]);
    user.register(&app, named(NameIdKind::Unspecified), &["alice"]);
    let expression = AttributeExpression::parse("user.userName + \"@\" + application.name").ok();
    let settings = ApplicationSettings { name_id_expression: expression, ..named(NameIdKind::Email) };
    mapped.register(&app, settings, &["alice"]);
    let (mut alice, _portal) = app.sign_in("alice");
    let request = Request::new(&app, &mail);
    let answer = Answer::posted(&request.redirect(&app, &mut alice));
    assert_eq!(answer.told(&app, &mail, Some(request.id())).name, "alice@acme.example");
    assert_eq!(answer.of_name("Format"), Some(EMAIL));
    assert_eq!(name(&app, &mut alice, &user), "alice");
    assert_eq!(name(&app, &mut alice, &mapped), "alice@mapped");
    // Bob has no address to be named by.
    let (mut bob, _portal) = app.sign_in("bob");
    let request = Request::new(&app, &mail);
    let answer = Answer::posted(&request.redirect(&app, &mut bob));
    assert_eq!(answer.refusal(&app, request.id()), "InvalidNameIDPolicy");
}

#[test]
fn an_application_that_wants_no_name() {
    let app = TestApp::start();
    let provider = Provider::new("wiki");
    let application = provider.register(&app, named(NameIdKind::None), &["alice"]);
    let (mut alice, _portal) = app.sign_in("alice");
    let answer = Answer::posted(&Request::new(&app, &provider).redirect(&app, &mut alice));
    assert!(answer.xml.contains("<saml:Assertion") && !answer.xml.contains("<saml:NameID"), "{}", answer.xml);
    let metadata = own_metadata(&app);
    assert!(is_signed(&answer.xml, &metadata.signing_certificates()[0]));
    assert!(!is_signed(
        &answer.xml.replace("<saml:Subject>", "<saml:Subject >"),
        &metadata.signing_certificates()[0]
    ));
    assert_eq!(details(&app, Action::SamlSsoIssued, application.id.as_str())[0]["name_id"], "");
    let request = Request::new(&app, &provider).name_id_format(PERSISTENT);
    let answer = Answer::posted(&request.redirect(&app, &mut alice));
    assert_eq!(answer.refusal(&app, request.id()), "InvalidNameIDPolicy");
}

#[test]
fn a_request_may_choose_what_tells_nothing_and_nothing_else() {
    let app = TestApp::start();
    let (wiki, _) = registered(&app);
    let mail = Provider::new("mail");
    mail.register(&app, named(NameIdKind::Email), &["alice"]);
    let (mut alice, _portal) = app.sign_in("alice");
    for (provider, asked, given) in [
        (&wiki, PERSISTENT, PERSISTENT),
        (&wiki, TRANSIENT, TRANSIENT),
        (&wiki, UNSPECIFIED, PERSISTENT),
        (&mail, PERSISTENT, PERSISTENT),
        (&mail, TRANSIENT, TRANSIENT),
        (&mail, EMAIL, EMAIL),
        (&mail, UNSPECIFIED, EMAIL),
    ] {
        let request = Request::new(&app, provider).name_id_format(asked);
        let answer = Answer::posted(&request.redirect(&app, &mut alice));
        answer.told(&app, provider, Some(request.id()));
        assert_eq!(answer.of_name("Format"), Some(given), "{asked}");
    }
    let create = |request: Request| request.name_id_policy(&[("AllowCreate", "true")]);
    let request = create(Request::new(&app, &wiki));
    Answer::posted(&request.redirect(&app, &mut alice)).told(&app, &wiki, Some(request.id()));
    for asked in
        [EMAIL, "urn:oasis:names:tc:SAML:2.0:nameid-format:kerberos", "urn:example:format", "not a uri <&\">"]
    {
        let request = Request::new(&app, &wiki).name_id_format(asked);
        let answer = Answer::posted(&request.redirect(&app, &mut alice));
        assert_eq!(answer.refusal(&app, request.id()), "InvalidNameIDPolicy", "{asked}");
    }
}

#[test]
fn a_request_about_somebody_gets_them_or_nobody() {
    let app = TestApp::start();
    let provider = Provider::new("wiki");
    let application = provider.register(&app, ApplicationSettings::default(), &["alice", "bob"]);
    let (mut alice, _portal) = app.sign_in("alice");
    let (mut bob, _portal) = app.sign_in("bob");
    let own = name(&app, &mut alice, &provider);
    for format in [PERSISTENT, UNSPECIFIED] {
        let request = Request::new(&app, &provider).subject(format, &own);
        let page = request.redirect(&app, &mut alice);
        assert_eq!(Answer::posted(&page).told(&app, &provider, Some(request.id())).name, own);
        let request = Request::new(&app, &provider).subject(format, &own);
        let page = request.redirect(&app, &mut bob);
        assert_eq!(page.status, 403, "the person is told first");
        assert!(page.text().contains("somebody else"), "{}", page.text());
        assert_eq!(Answer::on(&page).refusal(&app, request.id()), "UnknownPrincipal");
    }
    assert_eq!(app.events(Action::SamlSsoRefused, &application.id), 2);
}
