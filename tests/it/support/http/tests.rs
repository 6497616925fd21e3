use super::*;
use crate::support::panics;
use crate::support::site::{Site, html};

/// Says what it was sent; `/login` has a form, `/set` sets what the query names, `/away` redirects.
fn site() -> Site {
    Site::start(|request| {
        let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
        let header = |name: &str| request.headers.get(name).cloned().unwrap_or_default();
        match path {
            "/login" => html(
                "",
                "<form action='/told' method=post><input type=hidden name=csrf_token value=t0k>
                 <input name=username></form><form action=/search><input name=q></form>",
            ),
            "/set" => (
                303,
                vec![("Set-Cookie", query.replace('+', " ")), ("Location", "told".to_owned())],
                "".into(),
            ),
            "/saml" => html(
                "",
                "<form action='/refresh?posted' method=post><input type=hidden name=SAMLRequest value=m></form>",
            ),
            "/refresh" => html("", "<meta http-equiv=refresh content='0; url=/told?a=1&amp;b=2'>"),
            "/away" => (302, vec![("Location", "/away".to_owned())], String::new()),
            _ => {
                let (site, origin) = (header("sec-fetch-site"), header("origin"));
                let (cookie, extra, body) = (header("cookie"), header("x-forwarded-for"), &request.body);
                let text =
                    format!("{} {path}?{query} [{site}|{origin}|{cookie}|{extra}] {body}", request.method);
                (200, vec![], text)
            }
        }
    })
}

#[test]
fn a_form_is_sent_from_the_page_it_stood_on() {
    let site = site();
    let mut visitor = Visitor::new().with_header("X-Forwarded-For", "192.0.2.1");
    let page = visitor.get(&site.url("/login"));
    assert_eq!((page.status, page.csrf_token().as_str()), (200, "t0k"));
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    let form = page.form("/told").with("username", "a&b").with("decision", "approve");
    let origin = site.url("");
    assert_eq!((form.method.as_str(), form.field("username")), ("POST", Some("a&b")));
    assert_eq!(
        visitor.submit(&form).body,
        format!(
            "POST /told? [same-origin|{origin}||192.0.2.1] csrf_token=t0k&username=a%26b&decision=approve"
        )
    );
    let bare = form.without("csrf_token");
    assert!(visitor.submit(&bare).body.ends_with("] username=a%26b&decision=approve"));
    let search = page.form("/search").with("q", "1");
    assert_eq!(visitor.submit(&search).text(), "GET /search?q=1 [same-origin|||192.0.2.1]");
}

#[test]
fn redirects_are_followed_on_demand_with_the_cookies_that_came() {
    let site = site();
    let mut visitor = Visitor::new();
    let page = visitor.get(&site.url("/set?a=1;+Path=/;+HttpOnly"));
    assert_eq!((page.status, page.location().unwrap().path()), (303, "/told"));
    assert!(visitor.follow(page).body.contains("[same-origin||a=1|]"));
    assert_eq!(visitor.cookie(&site.url("/"), "a"), Some("1"));
    assert!(visitor.open(&site.url("/set?b=2;+Path=/deep")).body.contains("|a=1|"));
    assert!(visitor.get(&site.url("/deep/x")).body.contains("|a=1; b=2|"));
    assert!(visitor.open(&site.url("/set?a=;+Path=/;+Max-Age=0")).body.contains("[same-origin|||]"));
    let mut stranger = Visitor::new();
    assert!(stranger.get(&site.url("/told")).body.contains("[none|||]"));
    assert!(panics(|| stranger.open(&site.url("/away"))), "redirects without end");
}

#[test]
fn same_site_rules_hold_between_hosts_and_not_between_ports() {
    let (site, neighbour) = (site(), site());
    let mut visitor = Visitor::new();
    for cookie in
        ["unsaid=1", "lax=1;+SameSite=Lax", "strict=1;+SameSite=Strict", "none=1;+SameSite=None;+Secure"]
    {
        visitor.open(&site.url(&format!("/set?{cookie}")));
    }
    let form = visitor.get(&neighbour.url("/login")).form("/told");
    let here = Form { action: parse(&site.url("/told")), ..form.clone() };
    let sent = visitor.submit(&here).body;
    assert!(
        sent.contains(&format!("[same-site|{}|unsaid=1; lax=1; strict=1; none=1|]", neighbour.url(""))),
        "{sent}"
    );

    let other_host = Form { page: parse("http://idp.example/"), ..here };
    let sent = visitor.submit(&other_host).body;
    assert!(sent.contains("[cross-site|http://idp.example|unsaid=1; none=1|]"), "{sent}");
    let link = Form { method: "GET".to_owned(), ..other_host };
    let sent = visitor.submit(&link).body;
    assert!(sent.contains("[cross-site||unsaid=1; lax=1; none=1|]"), "{sent}");
}

#[test]
fn pages_that_lead_on_by_themselves_are_gone_through() {
    let site = site();
    let mut visitor = Visitor::new();
    let page = visitor.open_through(&site.url("/saml"));
    assert_eq!(page.url.as_str(), site.url("/told?a=1&b=2"));
    assert!(page.body.starts_with("GET "), "{}", page.body);
    let page = visitor.get(&site.url("/saml"));
    let stuck = visitor.carry_until(page, |target| target.path() == "/told");
    assert_eq!(stuck.url.as_str(), site.url("/refresh?posted"));
    let page = visitor.get(&site.url("/saml"));
    assert_eq!(visitor.carry_until(page, |target| target.path() == "/refresh").url.path(), "/saml");
    assert_eq!(visitor.open_through(&site.url("/login")).url.path(), "/login", "a form without a message");
    assert!(panics(|| visitor.open_through(&site.url("/away"))), "redirects without end");
}

#[test]
fn an_ambiguous_form_is_an_error() {
    let site = site();
    let page = Visitor::new().get(&site.url("/login"));
    assert_eq!(page.forms().len(), 2);
    for part in ["localhost", "/nowhere"] {
        assert!(panics(|| page.form(part)), "{part}");
    }
}
