//! Single logout of a session that is open at all three: whoever begins it, all are signed out, and nobody else is.

use cloudsso::domain::Action;
use cloudsso::saml::LogoutBinding;

use super::{Kind, ServiceProvider, is_signed_in, product, sign_out, signed_in_at, usual};
use crate::support::app::TestApp;
use crate::support::http::Visitor;

/// The product and all three, with bob signed in at each.
struct Scene {
    app: TestApp,
    providers: Vec<ServiceProvider>,
    bob: Visitor,
}

impl Scene {
    fn new() -> Self {
        let app = product();
        let each = [Kind::Mellon, Kind::Pysaml2, Kind::Python3Saml].map(|kind| (kind, &[][..], usual()));
        let providers = ServiceProvider::start_each(&app, each);
        let bob = signed_in_at(&app, "bob", &providers.iter().collect::<Vec<_>>());
        Self { app, providers, bob }
    }

    /// Alice's browser, signed in here and at all three.
    fn alice(&self) -> Visitor {
        let mut alice = signed_in_at(&self.app, "alice", &self.providers.iter().collect::<Vec<_>>());
        assert_eq!(self.open_at(&mut alice), [true; 3]);
        alice
    }

    /// At which of them the browser's owner is signed in, in the order of the kinds.
    fn open_at(&self, browser: &mut Visitor) -> [bool; 3] {
        [0, 1, 2].map(|number| self.providers[number].account(browser).is_some())
    }

    /// Asserts that alice is out everywhere, and bob is not.
    #[track_caller]
    fn is_over(&mut self, alice: &mut Visitor) {
        assert_eq!(self.open_at(alice), [false; 3]);
        assert!(!is_signed_in(&self.app, alice));
        let mut bob = self.bob.clone();
        assert_eq!(self.open_at(&mut bob), [true; 3], "of another person");
        assert!(is_signed_in(&self.app, &mut bob));
    }

    fn of(&self, kind: Kind) -> &ServiceProvider {
        self.providers.iter().find(|provider| provider.kind == kind).unwrap()
    }
}

#[test]
fn whoever_signs_out_here_is_signed_out_of_all_three() {
    let mut scene = Scene::new();
    let mut alice = scene.alice();
    let thief = alice.clone();
    let page = sign_out(&scene.app, &mut alice);
    let page = alice.carry(page);
    let text = page.text();
    assert!(text.contains("everywhere you had opened from here"), "{text}");
    for provider in &scene.providers {
        assert!(text.contains(&format!("{} signed out", provider.application.name)), "{text}");
    }
    scene.is_over(&mut alice);
    // What was copied from the browser before is worth nothing either.
    scene.is_over(&mut thief.clone());
    // Nothing is left to be ended a second time.
    let mut again = signed_in_at(&scene.app, "alice", &[]);
    let page = sign_out(&scene.app, &mut again);
    assert!(!again.carry(page).text().contains("signed out of"));
}

#[test]
fn whoever_signs_out_at_one_is_signed_out_here_and_at_the_others() {
    let mut scene = Scene::new();
    for kind in [Kind::Mellon, Kind::Pysaml2, Kind::Python3Saml] {
        let mut alice = scene.alice();
        let provider = scene.of(kind);
        let page = alice.open_through(&provider.logout());
        assert!(provider.has(&page.url), "{kind:?}: {} {}", page.url, page.text());
        assert!(page.status == 200 || page.url.path() == "/whoami", "{kind:?}: {}", page.body);
        scene.is_over(&mut alice);
    }
    // The library that can says it in a form.
    let mut alice = scene.alice();
    let page = alice.open_through(&scene.of(Kind::Pysaml2).url("/logout?binding=post"));
    assert_eq!((page.status, page.url.path()), (401, "/whoami"), "{}", page.body);
    scene.is_over(&mut alice);
}

#[test]
fn each_binding_tells_of_a_logout() {
    let app = product();
    let mut provider = ServiceProvider::start(&app, Kind::Pysaml2, &[], usual());
    let metadata = provider.application.metadata.clone();
    for binding in [LogoutBinding::Soap, LogoutBinding::Redirect, LogoutBinding::Post] {
        provider.application.metadata.clone_from(&metadata);
        provider.takes_logouts_by(&app, binding);
        let mut alice = signed_in_at(&app, "alice", &[&provider]);
        let page = sign_out(&app, &mut alice);
        let page = alice.carry(page);
        assert!(page.text().contains("pysaml2 signed out"), "{binding:?}: {}", page.text());
        assert!(provider.account(&mut alice).is_none(), "{binding:?}");
    }
}

#[test]
fn a_server_that_asks_ends_the_sessions_and_is_told_what_came_of_it() {
    let mut scene = Scene::new();
    // Only through the browser could python3-saml be told, and there is none here.
    let mut alice = scene.alice();
    let pysaml2 = scene.of(Kind::Pysaml2);
    let page = alice.open_through(&pysaml2.url("/logout?binding=soap"));
    assert_eq!((page.status, page.url.path()), (401, "/whoami"), "{}", page.body);
    assert_eq!(scene.open_at(&mut alice), [false, false, true]);
    assert!(!is_signed_in(&scene.app, &mut alice));
    scene.of(Kind::Python3Saml).account(&mut alice).unwrap();

    // Without it, all of it is over.
    let servers: Vec<_> = [Kind::Mellon, Kind::Pysaml2].into_iter().map(|kind| scene.of(kind)).collect();
    let mut alice = signed_in_at(&scene.app, "alice", &servers);
    let page = alice.open_through(&scene.of(Kind::Pysaml2).url("/logout?binding=soap"));
    assert_eq!((page.status, page.url.path()), (401, "/whoami"), "{}", page.body);
    scene.is_over(&mut alice);
    let begun = |scene: &Scene| {
        scene.app.events(Action::SingleLogoutRefused, &scene.of(Kind::Pysaml2).application.id)
    };
    assert_eq!(begun(&scene), 0);
}
