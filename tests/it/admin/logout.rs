//! The inspector knows which logout request of ours an answer is to.

use std::time::Duration;

use cloudsso::base::Timestamp;
use cloudsso::crypto::Random;
use cloudsso::domain::{Application, ApplicationSettings};
use cloudsso::saml::{
    LogoutBinding, LogoutResponse, LogoutStatus, MessageId, RedirectMessage, ServiceProvider,
    SingleLogoutService, UnverifiedLogoutRequest,
};
use cloudsso::service::application::{self, ApplicationEdit};

use super::{ACS, Provider, SP, failed, outcomes, root, wiki};
use crate::support::app::TestApp;
use crate::support::http::{Page, Visitor};

const SLO: &str = "https://wiki.example/saml/slo";

/// The wiki, which takes logouts through the browser.
fn with_logout(app: &TestApp, provider: &Provider) -> Application {
    let application = wiki(app, provider, ApplicationSettings::default());
    let service = format!(
        "<md:SingleLogoutService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect\" \
         Location=\"{SLO}\"></md:SingleLogoutService><md:AssertionConsumerService "
    );
    let metadata = provider.metadata().replacen("<md:AssertionConsumerService ", &service, 1);
    let expected = SingleLogoutService {
        binding: LogoutBinding::Redirect,
        url: SLO.to_owned(),
        response_url: SLO.to_owned(),
    };
    assert_eq!(ServiceProvider::parse(&metadata).unwrap().single_logout_services, [expected]);
    let edit = ApplicationEdit { metadata: Some(metadata), ..ApplicationEdit::default() };
    application::edit(&app.ctx, &app.operator, &application.id, application.version, edit).unwrap()
}

/// Signs alice in to the wiki and out of everything; gives the ID of what the wiki is asked.
fn asked(app: &TestApp, provider: &Provider) -> MessageId {
    let (mut alice, portal) = app.sign_in("alice");
    let answer = alice.get(&provider.request(app, "_on", |xml| xml));
    assert!(answer.body.contains(ACS), "{}", answer.text());
    let page = alice.submit(&portal.form("/logout"));
    let page = alice.follow(page);
    let (_, rest) =
        page.body.split_once(&format!("href=\"{SLO}?")).unwrap_or_else(|| panic!("{}", page.body));
    let query = rest.split('"').next().unwrap().replace("&#38;", "&");
    let request = UnverifiedLogoutRequest::from_redirect(&RedirectMessage::read(&query).unwrap()).unwrap();
    request.claimed_id().unwrap()
}

/// An answer of the wiki, signed by this key.
fn answer(app: &TestApp, provider: &Provider, to: Option<MessageId>, made: Timestamp) -> String {
    let response = LogoutResponse {
        id: MessageId::generate(&Random::system()).unwrap(),
        issuer: SP.to_owned(),
        in_response_to: to,
        issue_instant: made,
        status: LogoutStatus::Success,
    };
    response.redirect_url(&app.url("/saml/idp/slo"), None, &provider.signer).unwrap()
}

fn inspect(app: &TestApp, root: &mut Visitor, message: &str, moment: &str) -> Page {
    let form = root.get(&app.url("/admin/saml/inspector")).form("/admin/saml/inspector");
    root.submit(&form.with("message", message).with("moment", moment))
}

#[test]
fn an_answer_to_a_logout_is_held_against_what_was_asked() {
    let app = TestApp::start();
    let (provider, stranger) = (Provider::new(app.clock.now()), Provider::new(app.clock.now()));
    with_logout(&app, &provider);
    let id = asked(&app, &provider);
    let mut root = root(&app);
    let now = app.clock.now();
    let good = answer(&app, &provider, Some(id.clone()), now);
    let page = inspect(&app, &mut root, &good, "now");
    assert_eq!(failed(&page), None, "{:?}\n{}", outcomes(&page), page.text());
    assert!(page.text().contains("LogoutResponse: every check holds"), "{}", page.text());
    assert!(outcomes(&page).iter().any(|(name, _)| name == "InResponseTo"), "{}", page.text());

    let other = MessageId::generate(&Random::system()).unwrap();
    for (message, row) in [
        (answer(&app, &provider, Some(other), now), "InResponseTo"),
        (answer(&app, &provider, None, now), "InResponseTo"),
        (answer(&app, &stranger, Some(id), now), "Signature"),
    ] {
        let page = inspect(&app, &mut root, &message, "now");
        assert_eq!(failed(&page).as_deref(), Some(row), "{:?}\n{}", outcomes(&page), page.text());
        assert_eq!(app.visitor().get(&message).status, 400, "{row}: the real one is refused too");
    }
    assert_ne!(app.visitor().get(&good).status, 400, "and the good one is taken, inspected or not");
}

#[test]
fn an_answer_to_what_is_forgotten_is_taken_at_its_word_as_of_its_own_moment() {
    let app = TestApp::start();
    let provider = Provider::new(app.clock.now());
    with_logout(&app, &provider);
    let unknown = MessageId::generate(&Random::system()).unwrap();
    let message = answer(&app, &provider, Some(unknown), app.clock.now());
    app.advance(Duration::from_secs(1800));
    let page = inspect(&app, &mut root(&app), &message, "made");
    assert_eq!(failed(&page).as_deref(), Some("InResponseTo"), "it would be remembered: {}", page.text());
    app.advance(Duration::from_secs(1900));
    let mut root = root(&app);
    let page = inspect(&app, &mut root, &message, "made");
    assert_eq!(failed(&page), None, "{:?}\n{}", outcomes(&page), page.text());
    assert!(page.text().contains("taken at its word"), "{}", page.text());
    let page = inspect(&app, &mut root, &message, "now");
    assert_eq!(failed(&page).as_deref(), Some("InResponseTo"), "{}", page.text());
}
