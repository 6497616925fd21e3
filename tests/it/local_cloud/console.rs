//! The console's pages: sessions that begin and end, forms that cannot be forged, headers and hosts.

use std::time::Duration;

use super::identity_provider::{IdentityProvider, ROLE};
use super::{RAM, World};

fn signed_in() -> (World, String, String) {
    let world = World::new();
    let account = world.member("production");
    let provider = IdentityProvider::new(world.clock.now());
    provider.provision(&world, &account);
    let cookie = world.post_response(&provider.sign(&world.response(&account))).cookie();
    (world, account, cookie)
}

fn csrf_token(page: &str) -> &str {
    let rest = page.split_once("name=\"csrf_token\" value=\"").expect("a form").1;
    rest.split('"').next().unwrap()
}

#[test]
fn without_a_session_there_is_a_page_that_says_where_to_go() {
    let world = World::new();
    for cookie in ["", "localcloud=", "localcloud=lc_unknown", "other=1"] {
        let page = world.get("/console", &[("cookie", cookie)]);
        assert_eq!(page.status, 401, "{cookie}");
        assert!(page.body.contains("access portal"));
    }
}

#[test]
fn a_session_ends_when_its_time_is_over() {
    let (world, _account, cookie) = signed_in();
    world.clock.advance(Duration::from_secs(899));
    assert_eq!(world.get("/console", &[("cookie", &cookie)]).status, 200);
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(world.get("/console", &[("cookie", &cookie)]).status, 401);
}

#[test]
fn a_session_ends_with_its_role() {
    let (world, account, cookie) = signed_in();
    let key = world.cloudsso(&account);
    for (kind, name) in [
        ("Custom", "AliyunReservedSSO-reader-InlinePolicy"),
        ("System", "AliyunECSReadOnlyAccess"),
        ("System", "AliyunRAMReadOnlyAccess"),
    ] {
        let parameters = [("PolicyType", kind), ("PolicyName", name), ("RoleName", ROLE)];
        world.call(&key, (RAM, "DetachPolicyFromRole"), &parameters).ok();
    }
    assert!(world.get("/console", &[("cookie", &cookie)]).body.contains("holds no policies"));
    world.call(&key, (RAM, "DeleteRole"), &[("RoleName", ROLE)]).ok();
    assert_eq!(world.get("/console", &[("cookie", &cookie)]).status, 401);
}

#[test]
fn sign_out_needs_the_token_of_its_own_page() {
    let (world, _account, cookie) = signed_in();
    let page = world.get("/console", &[("cookie", &cookie)]).body;
    let token = csrf_token(&page);
    let sign_out = |token: &str, site: &str| {
        let headers = [("cookie", cookie.as_str()), ("sec-fetch-site", site)];
        world.post_form("/console/logout", &[("csrf_token", token)], &headers)
    };
    assert_eq!(sign_out("", "same-origin").status, 403);
    assert_eq!(sign_out(&token.replace(|c: char| c.is_ascii_digit(), "x"), "same-origin").status, 403);
    assert_eq!(sign_out(token, "cross-site").status, 403);
    assert_eq!(sign_out(token, "same-site").status, 403);
    assert_eq!(world.get("/console", &[("cookie", &cookie)]).status, 200);

    let done = sign_out(token, "same-origin");
    assert_eq!((done.status, done.header("location")), (303, Some("/console")));
    assert!(done.header("set-cookie").unwrap().contains("Max-Age=0"));
    assert_eq!(world.get("/console", &[("cookie", &cookie)]).status, 401);
}

#[test]
fn every_answer_carries_the_security_headers() {
    let (world, _account, cookie) = signed_in();
    for (path, cookie) in [("/console", cookie.as_str()), ("/console", ""), ("/nothing", ""), ("/", "")] {
        let answer = world.get(path, &[("cookie", cookie)]);
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; style-src 'self'; form-action 'self'"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("referrer-policy"), Some("same-origin"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
}

#[test]
fn the_page_uses_a_style_sheet_that_may_be_kept() {
    let world = World::new();
    let page = world.get("/console", &[]).body;
    let style = page.split_once("rel=\"stylesheet\" href=\"").unwrap().1.split('"').next().unwrap();
    let answer = world.get(style, &[]);
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/css; charset=utf-8")));
    assert!(answer.header("cache-control").unwrap().contains("immutable"));
    assert_eq!(world.get("/assets/console.css", &[]).status, 404);
}

#[test]
fn only_our_own_names_are_answered_to() {
    let world = World::new();
    let port = world.host.rsplit(':').next().unwrap().to_owned();
    for (host, status) in [
        (format!("localhost:{port}"), 401),
        (format!("127.0.0.1:{port}"), 401),
        ("localhost".to_owned(), 401),
        ("127.0.0.1".to_owned(), 401),
        ("evil.example".to_owned(), 421),
        (format!("evil.example:{port}"), 421),
        ("localhost:1".to_owned(), 421),
        (format!("localhost.evil.example:{port}"), 421),
    ] {
        assert_eq!(world.get("/console", &[("host", &host)]).status, status, "{host}");
    }
}

#[test]
fn the_bare_address_leads_to_the_console() {
    let world = World::new();
    let answer = world.get("/", &[]);
    assert_eq!((answer.status, answer.header("location")), (303, Some("/console")));
}
