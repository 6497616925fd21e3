//! What administrators may decide otherwise for all service providers and for the consoles.

use std::time::Duration;

use cloudsso::domain::{SamlPolicy, Signed};

use super::answer::{Answer, own_metadata};
use super::provider::{keys, signing};
use super::request::Request;
use crate::support::app::{Options, TestApp};
use crate::support::person::{Console, offered_roles};

const SECOND: Duration = Duration::from_secs(1);

fn with(saml_policy: SamlPolicy) -> TestApp {
    let app = TestApp::with(Options { saml_policy, ..Options::default() });
    app.run_due();
    app
}

#[test]
fn clocks_may_differ_as_much_as_is_set() {
    for clock_skew in [Duration::ZERO, Duration::from_secs(60), Duration::from_secs(300)] {
        let app = with(SamlPolicy { clock_skew, ..SamlPolicy::default() });
        let (provider, _) = signing(&app);
        let (mut alice, _portal) = app.sign_in("alice");
        let mut ask = |ahead: Duration| {
            let issued = app.clock.now().plus(ahead).rfc3339();
            let request = Request::new(&app, &provider).with("IssueInstant", &issued);
            let page = alice.get(&request.url(&app, None, Some(&keys().own.signer)));
            (request, page)
        };
        let (request, page) = ask(clock_skew);
        Answer::posted(&page).told(&app, &provider, Some(request.id()));
        let (_, page) = ask(clock_skew + SECOND);
        assert_eq!(page.status, 400, "{clock_skew:?}: {}", page.text());
    }
}

#[test]
fn consoles_get_signed_what_is_set() {
    for (console_signed, signatures) in [(Signed::Assertion, 1), (Signed::Both, 2)] {
        let app = with(SamlPolicy { console_signed, ..SamlPolicy::default() });
        let (mut alice, portal) = app.sign_in("alice");
        let carrier = alice.submit(&offered_roles(&portal).remove(0).form);
        let xml = Answer::posted(&carrier).xml;
        assert_eq!(xml.matches("<ds:Signature ").count(), signatures, "{xml}");
        let certificates = own_metadata(&app);
        let is_signed = super::answer::is_signed(&xml, &certificates.signing_certificates()[0]);
        assert_eq!(is_signed, console_signed == Signed::Both, "the Response");
        let page = alice.submit(&carrier.form("/saml-role/sso"));
        Console::read(&alice.follow(page));
    }
}
