//! Sign-on that begins in our portal, where both sides allow that.

use cloudsso::domain::ApplicationSettings;

use super::{Kind, ServiceProvider, product, sign_in_on, signed_in, usual};

#[test]
fn pysaml2_is_entered_from_the_portal() {
    is_entered_from_the_portal(Kind::Pysaml2);
}

#[test]
fn python3_saml_is_entered_from_the_portal() {
    is_entered_from_the_portal(Kind::Python3Saml);
}

fn is_entered_from_the_portal(kind: Kind) {
    let app = product();
    let open = ApplicationSettings {
        allows_idp_initiated: true,
        relay_state: "/whoami?from=portal".to_owned(),
        ..usual()
    };
    let unsolicited: &[&str] = &["--allow-unsolicited"];
    let providers = ServiceProvider::start_each(
        &app,
        [(kind, unsolicited, open.clone()), (kind, unsolicited, usual()), (kind, &[][..], open)],
    );
    let [usual, closed, shy] = &providers[..] else { panic!("three") };
    let mut alice = signed_in(&app, "alice");
    let page = alice.open_through(&usual.start_page(&app));
    let account = usual.shown(&page);
    assert_eq!(page.url.as_str(), usual.url("/whoami?from=portal"));
    assert!(account.told["in_response_to"].is_null(), "{}", account.told);
    // Somebody who is not signed in does so on the way.
    let mut bob = app.visitor();
    let page = bob.open_through(&usual.start_page(&app));
    let page = sign_in_on(&app, &mut bob, &page, "bob");
    assert_eq!(usual.shown(&page).values("mail"), ["bob@acme.example"]);

    // The administrator does not allow it: nothing leaves the house, and whoever is asked for is answered.
    let refused = alice.open_through(&closed.start_page(&app));
    assert_eq!(refused.status, 403, "{}", refused.text());
    assert!(refused.url.as_str().starts_with(&app.url("/applications/")), "{}", refused.url);
    assert!(closed.account(&mut alice).is_none());
    closed.shown(&alice.open_through(&closed.login("")));
    // The service provider does not: it says so itself.
    let page = alice.open_through(&shy.start_page(&app));
    assert!(!shy.refusal(&page).is_empty());
    shy.shown(&alice.open_through(&shy.login("")));
}
