//! Requests by each binding, signed and not, and the page that somebody wanted in the first place.

use cloudsso::domain::{Action, ApplicationSettings};

use super::{AWKWARD, Kind, ServiceProvider, product, sign_in_on, usual};

#[test]
fn pysaml2_asks_by_either_binding_signed_and_unsigned() {
    answers_by_either_binding(Kind::Pysaml2);
}

#[test]
fn python3_saml_asks_by_either_binding_signed_and_unsigned() {
    answers_by_either_binding(Kind::Python3Saml);
}

fn answers_by_either_binding(kind: Kind) {
    let app = product();
    let unsigned: &[&str] = &["--unsigned-requests"];
    let providers = ServiceProvider::start_each(&app, [(kind, &[][..], usual()), (kind, unsigned, usual())]);
    for provider in &providers {
        let mut alice = app.visitor();
        // Signed in on the way the first time, and signed in already the second time.
        for (binding, is_signed_in) in [("redirect", false), ("post", true), ("redirect", true)] {
            let asked = format!("binding={binding}&relay_state=%2Fwhoami%3Fpage%3D7%2526");
            let mut page = alice.open_through(&provider.login(&asked));
            if !is_signed_in {
                page = sign_in_on(&app, &mut alice, &page, "alice");
            }
            let account = provider.shown(&page);
            assert_eq!(page.url.as_str(), provider.url("/whoami?page=7%26"), "where alice wanted to go");
            assert_eq!(account.told["relay_state"], "/whoami?page=7%26");
            assert_eq!(account.values("mail"), ["alice@acme.example"]);
            assert_eq!(account.values("shown"), [AWKWARD]);
            assert!(account.told["in_response_to"].is_string(), "{}", account.told);
        }
        // Whoever is not signed in is led there with a request by POST, too.
        let mut bob = app.visitor();
        let page = bob.open_through(&provider.login("binding=post"));
        let page = sign_in_on(&app, &mut bob, &page, "bob");
        assert_eq!(provider.shown(&page).values("shown"), ["Bob"]);
    }
}

#[test]
fn pysaml2_has_to_sign_where_the_administrator_wants_it() {
    must_sign(Kind::Pysaml2);
}

#[test]
fn python3_saml_has_to_sign_where_the_administrator_wants_it() {
    must_sign(Kind::Python3Saml);
}

fn must_sign(kind: Kind) {
    let app = product();
    let strict = ApplicationSettings { requires_signed_requests: true, ..usual() };
    let unsigned: &[&str] = &["--unsigned-requests"];
    let providers =
        ServiceProvider::start_each(&app, [(kind, &[][..], strict.clone()), (kind, unsigned, strict)]);
    let mut alice = super::signed_in(&app, "alice");
    for binding in ["redirect", "post"] {
        let asked = format!("binding={binding}");
        let page = alice.open_through(&providers[1].login(&asked));
        assert!(page.url.as_str().starts_with(&app.url("/saml/idp/sso")), "{}", page.url);
        assert!((400..500).contains(&page.status) && page.forms().is_empty(), "{}", page.text());
        assert!(providers[1].account(&mut alice).is_none());
        providers[0].shown(&alice.open_through(&providers[0].login(&asked)));
    }
    assert_eq!(app.events(Action::SamlSsoRefused, &providers[1].application.id), 2);
}
