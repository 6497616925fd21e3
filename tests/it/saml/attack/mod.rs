//! Attacks on sign-on by their numbers, each beside the honest request that it must not be confused with.

mod address;
mod bomb;
mod envelope;
mod flood;
mod freshness;
mod logout;
mod page;
mod person;
mod query;
mod replay;

use std::time::{Duration, Instant};

use cloudsso::domain::{Action, Application};

use super::answer::{Answer, Told};
use super::provider::Provider;
use super::request::{Request, form};
use super::{answer, details, provider, request};
use crate::support::app::TestApp;
use crate::support::http::{Page, Visitor};

/// What no attack may take. They take some milliseconds, and machines may have much else to do.
const PATIENCE: Duration = Duration::from_secs(5);

/// A service provider, and somebody who is signed in and would be answered.
struct Scene {
    app: TestApp,
    provider: Provider,
    application: Application,
    alice: Visitor,
}

impl Scene {
    /// With what registers a service provider.
    fn new(register: impl FnOnce(&TestApp) -> (Provider, Application)) -> Self {
        let app = TestApp::start();
        let (provider, application) = register(&app);
        let (alice, _portal) = app.sign_in("alice");
        Self { app, provider, application, alice }
    }

    fn request(&self) -> Request {
        Request::new(&self.app, &self.provider)
    }

    /// Opens this query.
    fn get(&mut self, query: &str) -> Page {
        self.alice.get(&self.app.url(&format!("/saml/idp/sso?{query}")))
    }

    /// Sends this XML by the POST binding.
    fn post(&mut self, xml: &str) -> Page {
        self.alice.submit(&form(&self.app, &self.provider, xml, None))
    }

    /// What the service provider is told when this query is opened.
    #[track_caller]
    fn accepts(&mut self, query: &str, id: &str) -> Told {
        let page = self.get(query);
        Answer::posted(&page).told(&self.app, &self.provider, Some(id))
    }

    /// What the service provider is told when this XML is posted.
    #[track_caller]
    fn accepts_post(&mut self, xml: &str, id: &str) -> Told {
        let page = self.post(xml);
        let page = self.alice.follow(page);
        Answer::posted(&page).told(&self.app, &self.provider, Some(id))
    }

    /// Asserts that this is refused as from the service provider; gives the reason in the audit log.
    #[track_caller]
    fn refuses(&mut self, attack: impl FnOnce(&mut Self) -> Page) -> String {
        let target = self.application.id.to_string();
        self.refuses_as(&target, attack)
    }

    /// Asserts that this is refused before anybody could tell from whom it is.
    #[track_caller]
    fn refuses_unread(&mut self, attack: impl FnOnce(&mut Self) -> Page) -> String {
        self.refuses_as("unknown", attack)
    }

    /// A page and nothing else: no Response, no cookie, no way to anywhere, and one row in the audit log.
    #[track_caller]
    fn refuses_as(&mut self, target: &str, attack: impl FnOnce(&mut Self) -> Page) -> String {
        let issued = |scene: &Self| scene.app.events(Action::SamlSsoIssued, &scene.application.id);
        let (before, issued_before) = (details(&self.app, Action::SamlSsoRefused, target), issued(self));
        let cookie = self.alice.cookie(&self.app.url("/"), "cloudsso").unwrap().to_owned();
        let begin = Instant::now();
        let page = attack(self);
        assert!(begin.elapsed() < PATIENCE, "it took {:?}", begin.elapsed());
        assert!((400..500).contains(&page.status), "{}: {}", page.status, page.text());
        assert!(page.location().is_none() && page.forms().is_empty(), "{}", page.body);
        for word in ["SAMLResponse", "<saml", "evil.example"] {
            assert!(!page.body.contains(word), "{word} in {}", page.body);
        }
        assert_eq!(page.headers("set-cookie").count(), 0);
        assert_eq!(self.alice.cookie(&self.app.url("/"), "cloudsso").unwrap(), cookie);
        // Rows of one moment come in any order.
        let mut rows = details(&self.app, Action::SamlSsoRefused, target);
        for row in &before {
            rows.remove(rows.iter().position(|other| other == row).unwrap());
        }
        assert_eq!((rows.len(), issued(self)), (1, issued_before), "{}", page.text());
        let reason = rows[0]["reason"].as_str().unwrap().to_owned();
        assert!(!reason.is_empty() && reason.len() < 2_000, "{reason}");
        reason
    }
}

/// The query of an address.
fn query_of(url: &str) -> String {
    url.split_once('?').unwrap().1.to_owned()
}
