//! What every answer says to the browser, so that a mistake in a page stays a small one.

use std::collections::HashSet;

use crate::support::app::TestApp;
use crate::support::http::Page;
use crate::support::person::{offered_roles, origin};

fn policy(page: &Page) -> Vec<&str> {
    page.header("content-security-policy").unwrap().split("; ").collect()
}

fn nonce(page: &Page) -> &str {
    let script = policy(page).into_iter().find_map(|part| part.strip_prefix("script-src 'nonce-")).unwrap();
    script.strip_suffix('\'').unwrap()
}

#[test]
fn a_script_or_a_frame_of_somebody_else() {
    let app = TestApp::start();
    let mut stranger = app.visitor();
    let (mut alice, portal) = app.sign_in("alice");
    let carrier = alice.submit(&offered_roles(&portal)[0].form);
    let (_bob, code_page) = app.at_second_factor("bob");
    let pages = [
        stranger.get(&app.url("/login")),
        stranger.get(&app.url("/login")),
        stranger.get(&app.url("/nowhere")),
        stranger.get(&app.url("/portal")),
        stranger.get(&app.url("/saml/idp/metadata")),
        code_page,
        alice.get(&app.url("/portal")),
        alice.get(&app.url("/logout")),
        portal,
        carrier,
    ];
    for page in &pages {
        let carries_response = page.body.contains("SAMLResponse");
        let to = origin(&app.console_url);
        let target = if carries_response { format!(" {to}") } else { String::new() };
        let expected = [
            "default-src 'none'".to_owned(),
            format!("script-src 'nonce-{}'", nonce(page)),
            "style-src 'self'".to_owned(),
            "img-src 'self' data:".to_owned(),
            format!("form-action 'self'{target}"),
            "base-uri 'none'".to_owned(),
            "frame-ancestors 'none'".to_owned(),
        ];
        assert_eq!(policy(page), expected, "{}", page.url);
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(page.header(name), Some(value), "{name} of {}", page.url);
            assert_eq!(page.headers(name).count(), 1, "{name} of {}", page.url);
        }
        assert!(page.header("server").is_none() && page.header("x-powered-by").is_none(), "{}", page.url);
        let is_public = page.url.path() == "/saml/idp/metadata";
        assert_eq!(page.header("cache-control") == Some("no-store"), !is_public, "{}", page.url);
        for script in page.body.split("<script").skip(1) {
            assert!(script.contains(&format!("nonce=\"{}\"", nonce(page))), "{}: {script}", page.url);
        }
        assert!(!page.body.contains(" style=") && !page.body.contains(" onclick="), "{}", page.url);
    }
    let nonces: HashSet<_> = pages.iter().map(nonce).collect();
    assert_eq!(nonces.len(), pages.len(), "a nonce came twice");
    let requests: HashSet<_> = pages.iter().map(|page| page.header("x-request-id").unwrap()).collect();
    assert_eq!(requests.len(), pages.len(), "a request id came twice");
}

#[test]
fn what_somebody_searches_for_is_text() {
    let app = TestApp::start();
    let (mut alice, _portal) = app.sign_in("alice");
    let page = alice.get(&app.url("/portal?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E"));
    assert!(!page.body.contains("<script>alert"), "{}", page.body);
    assert!(page.text().contains("\"><script>alert(1)</script>"), "{}", page.text());
    let page = alice.get(&app.url("/portal?q=TWO"));
    assert_eq!(offered_roles(&page).len(), 1);
}
