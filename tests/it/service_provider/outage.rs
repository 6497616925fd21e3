//! Single logout while one of the service providers is gone: what is said of it is true, and the others are told.

use super::{Kind, ServiceProvider, is_signed_in, product, sign_out, signed_in_at, usual};
use crate::support::app::TestApp;
use crate::support::http::{Page, Visitor};

/// The page that a browser shows at the end, whose owner opens it once more wherever it leads to nowhere.
fn carried(browser: &mut Visitor, page: Page, gone: &ServiceProvider) -> Page {
    let stuck = browser.carry_until(page, |target| gone.has(target));
    if stuck.status == 200 && stuck.url.as_str().contains("/saml/idp/slo") {
        let again = browser.get(stuck.url.as_str());
        return browser.carry_until(again, |target| gone.has(target));
    }
    stuck
}

fn providers<const N: usize>(app: &TestApp, kinds: [Kind; N]) -> [ServiceProvider; N] {
    let each = ServiceProvider::start_each(app, kinds.map(|kind| (kind, &[][..], usual())));
    each.try_into().unwrap_or_else(|_| panic!("{N} of them"))
}

#[test]
fn what_cannot_be_told_by_its_server_is_said_to_be_open() {
    what_is_gone_is_said_to_be_open(Kind::Mellon, Kind::Pysaml2);
}

#[test]
fn what_cannot_be_told_by_the_browser_is_said_to_be_open() {
    what_is_gone_is_said_to_be_open(Kind::Python3Saml, Kind::Mellon);
}

fn what_is_gone_is_said_to_be_open(going: Kind, staying: Kind) {
    let app = product();
    let [mut gone, stays] = providers(&app, [going, staying]);
    let mut alice = signed_in_at(&app, "alice", &[&gone, &stays]);
    gone.kill();
    let page = sign_out(&app, &mut alice);
    let page = carried(&mut alice, page, &gone);
    let text = page.text();
    assert!(text.contains("but not everywhere"), "{text}");
    assert!(text.contains(&format!("{} could not sign you out", gone.application.name)), "{text}");
    assert!(text.contains(&format!("{} signed out", stays.application.name)), "{text}");
    assert!(stays.account(&mut alice).is_none());
    assert!(!is_signed_in(&app, &mut alice));
}

#[test]
fn the_application_that_asked_is_told_that_another_is_open() {
    let app = product();
    let [mut gone, asking] = providers(&app, [Kind::Python3Saml, Kind::Pysaml2]);
    let mut alice = signed_in_at(&app, "alice", &[&gone, &asking]);
    gone.kill();
    let page = alice.get(&asking.logout());
    let page = carried(&mut alice, page, &gone);
    // It ends its own session, whatever came of the others.
    assert!(asking.has(&page.url), "{} {}", page.url, page.text());
    assert!(asking.account(&mut alice).is_none(), "{}", page.body);
    assert!(!is_signed_in(&app, &mut alice));
}

#[test]
fn whoever_can_be_told_is_told_before_the_browser_is_led_to_where_nobody_answers() {
    let app = product();
    let [mut gone, asked, led] = providers(&app, [Kind::Mellon, Kind::Pysaml2, Kind::Python3Saml]);
    let mut alice = signed_in_at(&app, "alice", &[&gone, &asked, &led]);
    gone.kill();
    let page = sign_out(&app, &mut alice);
    let stuck = alice.carry_until(page, |target| gone.has(target));
    assert!(stuck.text().contains("Signing out of Mellon"), "{}", stuck.text());
    for provider in [&asked, &led] {
        assert!(provider.account(&mut alice).is_none(), "{:?}", provider.kind);
    }
    let page = alice.get(stuck.url.as_str());
    assert!(page.text().contains("Mellon could not sign you out"), "{}", page.text());
}
