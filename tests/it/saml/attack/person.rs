//! B11 and B13: names of others, and places that somebody was not let into.

use cloudsso::domain::{Action, ApplicationSettings, AttributeMapping, NameIdKind, Status, UserChanges};
use cloudsso::service::saml_sso::{self, Message};
use cloudsso::service::{Visit, application, user};
use data_encoding::BASE64;

use super::super::{EMAIL, PERSISTENT, code, mapping};
use super::answer::own_metadata;
use super::provider::{Provider, registered};
use super::{Answer, Request, Scene, details};
use crate::support::app::TestApp;
use crate::support::awaited;
use crate::support::http::Form;
use crate::support::person::{Console, offered_roles, open_console};

#[test]
fn b11_a_name_that_is_not_the_service_providers_to_have() {
    let mut scene = Scene::new(registered);
    let own = scene.provider.entity_id.clone();
    for (attribute, value) in [
        ("SPNameQualifier", "https://other.example/saml/metadata"),
        ("SPNameQualifier", ""),
        ("SPNameQualifier", "urn:alibaba:cloudcomputing"),
        ("Format", EMAIL),
        ("Format", "urn:oasis:names:tc:SAML:2.0:nameid-format:encrypted"),
        ("Format", "urn:oasis:names:tc:SAML:2.0:nameid-format:kerberos"),
        ("Format", "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName"),
        ("Format", "persistent"),
    ] {
        let request = scene.request().name_id_policy(&[(attribute, value)]);
        let answer = Answer::posted(&request.redirect(&scene.app, &mut scene.alice));
        assert_eq!(answer.refusal(&scene.app, request.id()), "InvalidNameIDPolicy", "{attribute} {value}");
        assert_eq!(answer.acs, scene.provider.acs_url());
    }
    let request = scene.request().name_id_policy(&[("Format", PERSISTENT), ("SPNameQualifier", &own)]);
    let page = request.redirect(&scene.app, &mut scene.alice);
    Answer::posted(&page).told(&scene.app, &scene.provider, Some(request.id()));
}

#[test]
fn b11_a_request_about_somebody_else() {
    let mut scene = Scene::new(|app| {
        let provider = Provider::new("mail");
        let settings = ApplicationSettings { name_id: NameIdKind::Email, ..ApplicationSettings::default() };
        let application = provider.register(app, settings, &["alice"]);
        (provider, application)
    });
    for other in ["bob@acme.example", "ALICE@acme.example", "alice@acme.example ", "alice"] {
        let request = scene.request().subject(EMAIL, other);
        let page = request.redirect(&scene.app, &mut scene.alice);
        assert_eq!(page.status, 403, "{other}: {}", page.text());
        assert_eq!(Answer::on(&page).refusal(&scene.app, request.id()), "UnknownPrincipal");
        assert!(!page.text().contains(other.trim()), "nobody is told who was asked for");
    }
    let request = scene.request().subject(EMAIL, "alice@acme.example");
    let page = request.redirect(&scene.app, &mut scene.alice);
    Answer::posted(&page).told(&scene.app, &scene.provider, Some(request.id()));
}

#[test]
fn b13_an_application_that_is_not_assigned() {
    let mut scene = Scene::new(registered);
    let (mut bob, _portal) = scene.app.sign_in("bob");
    let request = scene.request();
    let page = request.redirect(&scene.app, &mut bob);
    assert_eq!(page.status, 403);
    assert!(page.text().contains("not assigned to you"), "{}", page.text());
    assert!(!page.body.contains("<script"), "it goes nowhere by itself");
    assert_eq!(Answer::on(&page).refusal(&scene.app, request.id()), "RequestDenied");
    let refused = details(&scene.app, Action::SamlSsoRefused, scene.application.id.as_str());
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0]["reason"], "the application is not assigned to the user");
    assert_eq!(refused[0]["in_response_to"], request.id());
    let request = scene.request();
    let page = request.redirect(&scene.app, &mut scene.alice);
    Answer::posted(&page).told(&scene.app, &scene.provider, Some(request.id()));
}

#[test]
fn b13_an_assertion_for_one_service_provider_is_none_for_another() {
    let mut scene = Scene::new(registered);
    let shop = Provider::new("shop");
    shop.register(&scene.app, ApplicationSettings::default(), &[]);
    let request = scene.request();
    let answer = Answer::posted(&request.redirect(&scene.app, &mut scene.alice));
    let metadata = own_metadata(&scene.app);
    assert!(answer.read(&scene.app, (&shop, &metadata), Some(request.id())).is_err());
    answer.read(&scene.app, (&scene.provider, &metadata), Some(request.id())).unwrap();
    // Nor does the address of the one help the other.
    let stolen =
        Request::new(&scene.app, &shop).with("AssertionConsumerServiceURL", scene.provider.acs_url());
    let page = stolen.redirect(&scene.app, &mut scene.alice);
    assert_eq!(page.status, 400, "{}", page.text());
    assert!(page.forms().is_empty());
}

/// What a console takes for the roles of whoever enters.
fn console_attributes(role: &str) -> Vec<AttributeMapping> {
    let name = |end: &str| format!("https://www.aliyun.com/SAML-Role/Attributes/{end}");
    vec![mapping(&name("Role"), &format!("\"{role}\"")), mapping(&name("RoleSessionName"), "user.userName")]
}

#[test]
fn b13_an_assertion_for_an_application_opens_no_console() {
    let app = TestApp::start();
    let (mut alice, portal) = app.sign_in("alice");
    let role = offered_roles(&portal).remove(0);
    let carrier = alice.submit(&role.form);
    let genuine = Answer::on(&carrier);
    let value = genuine.xml.split("acs:ram::").nth(1).unwrap().split('<').next().unwrap();
    let provider = Provider { acs: vec![(genuine.acs.clone(), None)], ..Provider::new("wiki") };
    let settings = ApplicationSettings {
        attributes: console_attributes(&format!("acs:ram::{value}")),
        allows_idp_initiated: true,
        ..ApplicationSettings::default()
    };
    let application = provider.register(&app, settings.clone(), &["alice"]);
    let page = alice.get(&app.url(&format!("/applications/{}/start", application.id)));
    let forged = Answer::posted(&page);
    assert!(forged.xml.contains("SAML-Role/Attributes/Role"), "{}", forged.xml);
    let form = Form::of(&app.url("/"), &genuine.acs).with("SAMLResponse", forged.field());
    let refused = app.visitor().submit(&form);
    assert_eq!(refused.status, 403, "{}", refused.text());
    Console::read(&open_console(&mut alice, &role.form));
    // And nothing can be registered that would say it is for the console.
    let (before, _) = genuine.xml.split_once("</saml:Audience>").unwrap();
    let audience = before.rsplit("<saml:Audience>").next().unwrap();
    let console = Provider { entity_id: audience.to_owned(), ..Provider::new("console") };
    let outcome = console.try_register(&app, settings, &["alice"]);
    assert_eq!(code(outcome), "InvalidParameter.Metadata");
    assert_eq!(application::list(&app.ctx, &app.operator).unwrap().len(), 1);
    for account in ["one", "two"] {
        let audience = app.ctx.site().user_sso_audience(&app.account(account));
        let console = Provider { entity_id: audience, ..Provider::new("console") };
        let outcome = console.try_register(&app, ApplicationSettings::default(), &["alice"]);
        assert_eq!(code(outcome), "InvalidParameter.Metadata", "{account}");
    }
}

/// What counts is who somebody is at the moment of the answer, however lately they were somebody else.
#[test]
fn b13_whoever_changed_a_moment_ago() {
    let app = TestApp::start();
    let provider = Provider::new("mail");
    let settings = ApplicationSettings { name_id: NameIdKind::Email, ..ApplicationSettings::default() };
    let application = provider.register(&app, settings, &["alice"]);
    let (visitor, _portal) = app.sign_in("alice");
    let token = visitor.cookie(&app.url("/"), "cloudsso").unwrap().to_owned();
    let ask = || {
        let url = Request::new(&app, &provider).url(&app, None, None);
        let message = Message::Redirect(url.split_once('?').unwrap().1.to_owned());
        let request_id = app.ctx.request_id().unwrap();
        let visit = Visit { request_id, address: [198, 51, 100, 7].into(), user_agent: String::new() };
        match awaited(saml_sso::receive_and_answer(&app.ctx, &visit, Some(&token), &message)).unwrap() {
            saml_sso::Answer::Post(logon) => {
                String::from_utf8(BASE64.decode(logon.saml_response.as_bytes()).unwrap()).ok()
            }
            saml_sso::Answer::SignIn { .. } => None,
            saml_sso::Answer::Refused { sentence, .. } => panic!("{sentence}"),
        }
    };
    let id = app.user("alice").id;
    assert!(ask().unwrap().contains(">alice@acme.example</saml:NameID>"));
    let changes = UserChanges { email: Some("alice@new.example".to_owned()), ..UserChanges::default() };
    user::update(&app.ctx, &app.operator, &id, changes).unwrap();
    assert!(ask().unwrap().contains(">alice@new.example</saml:NameID>"));
    user::update_status(&app.ctx, &app.operator, &id, Status::Disabled).unwrap();
    assert_eq!(ask(), None);
    assert_eq!(details(&app, Action::SamlSsoIssued, application.id.as_str()).len(), 2);
}

/// What was remembered of an application lets nobody in, and refuses nobody.
#[test]
fn b13_an_application_that_changed_a_moment_ago() {
    let app = TestApp::start();
    let wiki = Provider::new("wiki");
    let made = wiki.register(&app, ApplicationSettings::default(), &["alice"]);
    let (mut alice, _portal) = app.sign_in("alice");
    let change = |provider: &Provider, settings: ApplicationSettings| {
        application::update(&app.ctx, &app.operator, &made.id, provider.spec(settings)).unwrap();
    };
    let usual = ApplicationSettings::default;
    let signed_only = ApplicationSettings { requires_signed_requests: true, ..usual() };
    let by_email = ApplicationSettings { name_id: NameIdKind::Email, ..usual() };
    let moved = Provider { acs: vec![("https://wiki.example/moved".to_owned(), None)], ..wiki.clone() };
    let mut ask = |provider: &Provider| {
        let request = Request::new(&app, provider).with("AssertionConsumerServiceURL", provider.acs_url());
        let page = request.redirect(&app, &mut alice);
        (page.status == 200).then(|| Answer::posted(&page))
    };
    assert!(!ask(&wiki).unwrap().xml.contains("alice@acme.example</saml:NameID>"));
    change(&wiki, by_email);
    assert!(ask(&wiki).unwrap().xml.contains("alice@acme.example</saml:NameID>"));
    change(&wiki, signed_only);
    assert!(ask(&wiki).is_none());
    change(&wiki, usual());
    assert!(ask(&wiki).is_some());
    change(&moved, usual());
    assert!(ask(&wiki).is_none());
    assert_eq!(ask(&moved).unwrap().acs, "https://wiki.example/moved");
    application::update_status(&app.ctx, &app.operator, &made.id, Status::Disabled).unwrap();
    assert!(ask(&moved).is_none());
    application::update_status(&app.ctx, &app.operator, &made.id, Status::Enabled).unwrap();
    assert!(ask(&moved).is_some());
    let named = Provider { entity_id: "https://wiki.example/renamed".to_owned(), ..moved.clone() };
    change(&named, usual());
    assert!(ask(&moved).is_none());
    assert!(ask(&named).is_some());
    application::delete(&app.ctx, &app.operator, &made.id).unwrap();
    assert!(ask(&named).is_none());
}
