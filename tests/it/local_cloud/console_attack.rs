//! Attacks on the consoles' sessions, cookies and forms, each with what an honest browser gets in its place.

mod session;

use ureq::http::Request;

use super::desk::{PASSWORD, role, sign_in, signed_in, switch_role};
use super::identity_provider::IdentityProvider;
use super::tenant::Tenant;
use super::{Answer, IMS, World, read};
use crate::support::http::{Form, Page, Visitor};

const CONSOLE: &str = "localcloud";

/// The cookie that a browser has for the consoles.
fn cookie(world: &World, browser: &Visitor) -> String {
    browser.cookie(&world.url("/console"), CONSOLE).expect("a cookie").to_owned()
}

/// The id of the console that a browser looks at.
fn session_id(world: &World, browser: &Visitor) -> String {
    cookie(world, browser).split_once('.').expect("an id").1.to_owned()
}

/// A request that no browser would send so.
fn send(world: &World, target: (&str, &str), headers: &[(&str, &str)], body: &str) -> Answer {
    try_send(world, target, headers, body).expect("a request")
}

/// As [`send`], for a path that the client may refuse to send.
fn try_send(
    world: &World,
    (method, path): (&str, &str),
    headers: &[(&str, &str)],
    body: &str,
) -> Option<Answer> {
    let mut request = Request::builder().method(method).uri(format!("http://{}{path}", world.host));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = if matches!(method, "POST" | "PUT" | "PATCH") {
        world.agent.run(request.body(body.to_owned()).ok()?)
    } else {
        world.agent.run(request.body(()).ok()?)
    };
    Some(answer.and_then(read).expect("an answer"))
}

/// The form that ends the console of a page; beside others there is one before it that ends them all.
fn sign_out(page: &Page) -> Form {
    page.forms().into_iter().rfind(|form| form.action.path() == "/console/logout").expect("a form")
}

fn encoded(fields: &[(String, String)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// The form that switches to the role `auditor`, on its page.
fn switch_form(tenant: &Tenant, browser: &mut Visitor) -> Form {
    let page = browser.open(&tenant.world.url("/console/switch-role"));
    page.deed("switch-role").with("account", &tenant.account).with("role", "auditor")
}

#[track_caller]
fn is_refused(page: &Page) {
    assert_eq!(page.status, 403, "{}", page.text());
    assert!(page.text().contains("Nothing was changed"), "{}", page.text());
}

/// A user of an account who may assume its role `auditor`, signed in.
fn assuming(tenant: &Tenant, name: &str) -> Visitor {
    signed_in(tenant, name, &["AliyunSTSAssumeRoleAccess"])
}

#[test]
fn a_planted_cookie_opens_nothing_once_somebody_signed_in() {
    let tenant = Tenant::new();
    let world = &tenant.world;
    let console = world.url("/console");
    signed_in(&tenant, "alice", &[]);
    let mallory = signed_in(&tenant, "mallory", &[]);
    for planted in [cookie(world, &mallory), "lc_known.cs-known".to_owned(), "lc_known".to_owned()] {
        let mut alice = Visitor::new().with_cookie(&console, CONSOLE, &planted);
        let page = sign_in(world, &mut alice, &tenant.principal("alice"));
        assert!(page.text().contains(&tenant.principal("alice")));
        assert_ne!(cookie(world, &alice).split_once('.'), planted.split_once('.'));
        let kept = cookie(world, &alice);
        let (token, id) = kept.split_once('.').expect("an id");
        let old = planted.split('.').next().unwrap_or_default();
        assert_ne!(token, old);
        for stale in [planted.clone(), old.to_owned(), format!("{old}.{id}")] {
            let mut attacker = Visitor::new().with_cookie(&console, CONSOLE, &stale);
            assert_eq!(attacker.get(&console).status, 401, "{stale}");
        }
        assert_eq!(alice.get(&console).status, 200);
    }
}

#[test]
fn a_planted_sign_in_cookie_tells_nobody_of_the_sign_in() {
    let tenant = Tenant::new();
    let world = &tenant.world;
    signed_in(&tenant, "alice", &[]);
    super::login::device(&tenant, &tenant.principal("alice"));
    let login = world.url("/login");
    let mut mallory = Visitor::new();
    mallory.get(&login);
    let planted = mallory.cookie(&login, "localcloud_login").expect("a cookie").to_owned();
    let mut alice = Visitor::new().with_cookie(&login, "localcloud_login", &planted);
    let page = alice.get(&login);
    let form = page.form("/login").with("username", &tenant.principal("alice")).with("password", PASSWORD);
    let page = alice.submit(&form);
    assert_eq!(page.location().expect("a redirect").path(), "/login/mfa");
    assert_eq!(alice.get(&world.url("/login/mfa")).status, 200);
    let page = mallory.get(&world.url("/login/mfa"));
    assert_eq!(page.location().expect("a redirect").path(), "/login", "{}", page.status);
}

#[test]
fn two_cookies_of_one_name_are_nobody() {
    let tenant = Tenant::new();
    let world = &tenant.world;
    let alice = cookie(world, &signed_in(&tenant, "alice", &[]));
    let mallory = cookie(world, &signed_in(&tenant, "mallory", &[]));
    for (header, status) in [
        (format!("{CONSOLE}={alice}"), 200),
        (format!("other=1; {CONSOLE}={alice}; {CONSOLE}x=2"), 200),
        // As a browser sends what was planted for a longer path.
        (format!("{CONSOLE}={mallory}; {CONSOLE}={alice}"), 401),
        (format!("{CONSOLE}={alice}; {CONSOLE}={mallory}"), 401),
        (format!("{CONSOLE}={alice}; {CONSOLE}={alice}"), 401),
        (format!("{CONSOLE}={alice}; {CONSOLE}="), 401),
        (format!("{CONSOLE}=; {CONSOLE}={alice}"), 401),
    ] {
        let answer = world.get("/console", &[("cookie", &header)]);
        assert_eq!(answer.status, status, "{header}");
        // Nor is hers taken from her, which would leave the other one alone.
        let set = answer.headers.iter().filter(|(name, _)| name == "set-cookie");
        assert!(set.map(|(_, value)| value).all(|value| !value.starts_with("localcloud=")), "{header}");
    }
    let two = world
        .get("/console", &[("cookie", &format!("{CONSOLE}={alice}")), ("cookie", &format!("{CONSOLE}=x"))]);
    assert_eq!(two.status, 401);
}

#[test]
fn a_browser_reaches_its_own_sessions_alone_by_any_form() {
    let tenant = Tenant::new();
    let world = &tenant.world;
    role(&tenant, "auditor");
    let mut alice = assuming(&tenant, "alice");
    let mut bob = assuming(&tenant, "bob");
    let alices = session_id(world, &alice);
    // By the form that changes consoles, with a token of his own.
    let page = switch_role(world, &mut bob, &tenant.account, "auditor");
    let switch = page.form("/console/switch");
    let page = bob.submit(&switch.clone().with("session", &alices));
    assert!(page.status == 303 && page.header("set-cookie").is_none(), "{}", page.status);
    assert!(bob.open(&world.url("/console")).text().contains("assumed-role/auditor/bob"));
    // By his cookie with her session's id: no page, no form, and no sign-out of hers.
    let bobs = cookie(world, &bob);
    let mixed = format!("{CONSOLE}={}.{alices}", bobs.split_once('.').expect("an id").0);
    let form = switch_form(&tenant, &mut bob);
    let headers = [("cookie", mixed.as_str()), ("content-type", "application/x-www-form-urlencoded")];
    for path in ["/console/switch-role", "/console/logout"] {
        let answer = send(world, ("POST", path), &headers, &encoded(&form.fields));
        assert!(matches!(answer.status, 401 | 303), "{path}: {}", answer.status);
    }
    assert_eq!(alice.get(&world.url("/console")).status, 200);
    // The honest way: his own sessions.
    let page = bob.submit(&switch);
    assert!(bob.follow(page).text().contains(&tenant.principal("bob")));
}

#[test]
fn a_form_of_one_account_does_nothing_in_another() {
    let tenant = Tenant::new();
    let world = &tenant.world;
    role(&tenant, "auditor");
    let other = world.member("other");
    let key = world.administrator(&other);
    let bob = format!("bob@{other}.onaliyun.com");
    let new = [("UserPrincipalName", bob.as_str()), ("DisplayName", "Bob")];
    world.call(&key, (IMS, "CreateUser"), &new).ok();
    world
        .call(&key, (IMS, "CreateLoginProfile"), &[("UserPrincipalName", &bob), ("Password", PASSWORD)])
        .ok();
    let mut browser = assuming(&tenant, "alice");
    sign_in(world, &mut browser, &bob);
    let here = session_id(world, &browser);
    // Two tabs: the page of alice's account is open, and the browser goes on to bob's.
    let page = browser.open(&world.url("/console"));
    let page = browser.submit(&page.form("/console/switch"));
    browser.follow(page);
    let form = switch_form(&tenant, &mut browser);
    let leave = browser.open(&world.url("/console"));
    let there = session_id(world, &browser);
    let page = browser.submit(&leave.form("/console/switch"));
    browser.follow(page);
    assert_eq!(session_id(world, &browser), here);
    is_refused(&browser.submit(&form));
    is_refused(&browser.submit(&sign_out(&leave)));
    assert_eq!(browser.get(&world.url("/console")).status, 200);
    // Back at alice's, the very same form works.
    let page = browser.open(&world.url("/console"));
    let back = page.form("/console/switch");
    assert_eq!(back.field("session"), Some(there.as_str()));
    let page = browser.submit(&back);
    browser.follow(page);
    let page = browser.submit(&form);
    assert!(browser.follow(page).text().contains("assumed-role/auditor/alice"));
    // The form is of the session before, now that the browser is in the role.
    is_refused(&browser.submit(&form));
}

#[test]
fn a_field_that_decides_stands_once() {
    let tenant = Tenant::new();
    let world = &tenant.world;
    role(&tenant, "auditor");
    let mut alice = assuming(&tenant, "alice");
    let form = switch_form(&tenant, &mut alice);
    let token = form.field("csrf_token").expect("a token").to_owned();
    is_refused(&alice.submit(&form.clone().with_another("csrf_token", &token)));
    is_refused(&alice.submit(&form.clone().with_another("deed", "switch-role")));
    is_refused(&alice.submit(&form.clone().with_another("deed", "")));
    is_refused(&alice.submit(&form.clone().without("deed").with_another("deed", "no-such")));
    let page = alice.submit(&form);
    assert!(alice.follow(page).text().contains("assumed-role/auditor/alice"));
    let page = alice.open(&world.url("/console"));
    let switch = page.form("/console/switch");
    let to = switch.field("session").expect("a session").to_owned();
    let page = alice.submit(&switch.clone().with_another("session", &to));
    assert!(page.status == 303 && page.header("set-cookie").is_none());
    let page = alice.submit(&switch);
    assert!(page.status == 303 && page.header("set-cookie").is_some());
}

#[test]
fn only_a_post_does_something_and_only_by_its_body() {
    let tenant = Tenant::new();
    let world = &tenant.world;
    role(&tenant, "auditor");
    let mut alice = assuming(&tenant, "alice");
    let form = switch_form(&tenant, &mut alice);
    let fields = encoded(&form.fields);
    let sent = format!("{CONSOLE}={}", cookie(world, &alice));
    let html = ("content-type", "application/x-www-form-urlencoded");
    let page = format!("/console/switch-role?{fields}");
    // By an address that somebody clicks on: the page with its fields filled in, and nothing done.
    let shown = send(world, ("GET", &page), &[("cookie", &sent)], "");
    assert!(shown.status == 200 && shown.header("set-cookie").is_none());
    assert_eq!(send(world, ("POST", &page), &[("cookie", &sent), html], "").status, 403);
    let overridden = [("cookie", sent.as_str()), html, ("x-http-method-override", "POST")];
    assert_eq!(send(world, ("GET", &page), &overridden, "").status, 200);
    for method in ["PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"] {
        for path in ["/console/switch-role", "/console/logout", "/console/switch", "/login"] {
            let answer = send(world, (method, path), &[("cookie", &sent), html], &fields);
            assert!(matches!(answer.status, 404 | 405), "{method} {path}: {}", answer.status);
            assert!(answer.header("content-security-policy").is_some(), "{method} {path}");
            assert_eq!(answer.header("access-control-allow-origin"), None);
        }
    }
    for path in ["/console/logout", "/console/switch"] {
        assert!(matches!(send(world, ("GET", path), &[("cookie", &sent)], "").status, 404 | 405), "{path}");
    }
    assert_eq!(alice.get(&world.url("/console")).status, 200);
    assert!(!alice.open(&world.url("/console")).text().contains("assumed-role"));
    let done = send(world, ("POST", "/console/switch-role"), &[("cookie", &sent), html], &fields);
    assert!(done.status == 303 && done.header("set-cookie").is_some(), "{}", done.body);
}

#[test]
fn what_comes_from_another_site_is_refused_and_a_token_is_asked_for_in_any_case() {
    let tenant = Tenant::new();
    let world = &tenant.world;
    role(&tenant, "auditor");
    signed_in(&tenant, "carol", &[]);
    let own = world.base_url.clone();
    let port = format!("http://localhost:{}", world.port() - 1);
    for (headers, is_ours) in [
        (vec![], true),
        (vec![("sec-fetch-site", "same-origin")], true),
        (vec![("sec-fetch-site", "none")], true),
        (vec![("sec-fetch-site", "same-site")], false),
        (vec![("sec-fetch-site", "cross-site")], false),
        (vec![("sec-fetch-site", "")], false),
        (vec![("sec-fetch-site", "cross-site"), ("origin", own.as_str())], false),
        (vec![("origin", own.as_str())], true),
        (vec![("origin", "null")], false),
        (vec![("origin", "")], false),
        (vec![("origin", "https://evil.example")], false),
        (vec![("origin", port.as_str())], false),
    ] {
        // A session each, since a form that is taken ends or changes it.
        let mut alice = assuming_anew(&tenant, "alice");
        let form = switch_form(&tenant, &mut alice);
        let sent = format!("{CONSOLE}={}", cookie(world, &alice));
        let leave = alice.open(&world.url("/console")).form("/console/logout");
        let mut all = vec![("cookie", sent.as_str()), ("content-type", "application/x-www-form-urlencoded")];
        all.extend_from_slice(&headers);
        let post = |path: &str, form: &Form| send(world, ("POST", path), &all, &encoded(&form.fields)).status;
        for path in ["/console/switch-role", "/console/logout"] {
            assert_eq!(post(path, &form.clone().without("csrf_token")), 403, "{headers:?} {path}");
        }
        let refused = if is_ours { 303 } else { 403 };
        // The form of the console's sign-out bears the token of its session.
        assert_eq!(post("/console/logout", &leave), refused, "{headers:?}");
        assert_eq!(alice.get(&world.url("/console")).status, if is_ours { 401 } else { 200 }, "{headers:?}");
        // Signing somebody in unawares is an attack too.
        let mut carol = Visitor::new();
        let page = carol.get(&world.url("/login"));
        let form =
            page.form("/login").with("username", &tenant.principal("carol")).with("password", PASSWORD);
        let bound = carol.cookie(&world.url("/login"), "localcloud_login").expect("a cookie");
        let bound = format!("localcloud_login={bound}");
        let mut all = vec![("cookie", bound.as_str()), ("content-type", "application/x-www-form-urlencoded")];
        all.extend_from_slice(&headers);
        let entered = send(world, ("POST", "/login"), &all, &encoded(&form.fields));
        assert_eq!(entered.status, refused, "{headers:?}");
    }
}

/// As [`assuming`], for a user that may be there already.
fn assuming_anew(tenant: &Tenant, name: &str) -> Visitor {
    if tenant.ims("GetUser", &[("UserPrincipalName", &tenant.principal(name))]).status != 200 {
        return assuming(tenant, name);
    }
    let mut visitor = Visitor::new();
    sign_in(&tenant.world, &mut visitor, &tenant.principal(name));
    visitor
}

#[test]
fn overlong_cookies_and_fields_are_refused_and_break_nothing() {
    let tenant = Tenant::new();
    let world = &tenant.world;
    let mut alice = assuming(&tenant, "alice");
    let form = switch_form(&tenant, &mut alice);
    let sent = cookie(world, &alice);
    let (token, id) = sent.split_once('.').expect("an id");
    let long = "x".repeat(20_000);
    for value in [
        long.clone(),
        format!("{token}.{long}"),
        format!("{long}.{id}"),
        format!("{token}.{id}."),
        format!("{token}.{id}.{id}"),
        format!(".{id}"),
        format!("{token}."),
        ".".to_owned(),
        format!("{token}%00.{id}"),
        format!("{token}.%ff{id}"),
    ] {
        let answer = world.get("/console", &[("cookie", &format!("{CONSOLE}={value}"))]);
        assert_eq!(answer.status, 401, "{value:.60}");
        assert!(!answer.body.contains("assumed-role") && !answer.body.contains(&tenant.principal("alice")));
    }
    for length in [1_000, 100_000, 380_000] {
        let page = alice.submit(&form.clone().with("role", &"r".repeat(length)));
        assert!(matches!(page.status, 400 | 413), "{length}: {}", page.status);
    }
    let page = alice.submit(&form.clone().with("role", &"r".repeat(400_000)));
    assert_eq!(page.status, 413);
    let mut many = form.clone();
    for number in 0..5_000 {
        many = many.with_another(&format!("f{number}"), "1");
    }
    assert_eq!(alice.submit(&many.with("role", "absent")).status, 404);
    let sent = format!("{CONSOLE}={sent}");
    assert_eq!(world.get("/console", &[("cookie", &sent)]).status, 200);
}

#[test]
fn crooked_paths_lead_nowhere() {
    let tenant = Tenant::new();
    let world = &tenant.world;
    let reader =
        format!("{CONSOLE}={}", cookie(world, &signed_in(&tenant, "reader", &["AliyunRAMReadOnlyAccess"])));
    let visible = tenant.principal("reader");
    let get = |path: &str, cookie: &str| send(world, ("GET", path), &[("cookie", cookie)], "");
    assert!(get("/ram/users", &reader).body.contains("/ram/users/reader"));
    for path in [
        "/ram/users/%2e%2e%2f",
        "/ram/users/%2e%2e",
        "/ram/users/%2e%2e%2f%2e%2e%2fconsole",
        "/ram/users/..%2f..%2fconsole",
        "/ram/users/..;/console",
        "/ram/users/%00",
        "/ram/users/%ff%fe",
        "/ram/users/%",
        "/ram/users/%zz",
        "/ram/users/%3Cscript%3E",
        "/ram%2fusers",
        "/ram/%75sers/",
        "//ram/users",
        "/ram//users",
        "/./ram/users",
        "/ram/./users",
        "/console/../ram/users",
        "/ram/users/",
        "/ram/users%00",
        "/ram/users;x=1",
        "/RAM/users",
        "/ram\\users",
        "/assets/..%2f..%2fCargo.toml",
        "/assets/%2e%2e%2flocal-cloud.key",
        "/assets/../local-cloud.key",
        "/console/switch-role/",
    ] {
        let answer = get(path, &reader);
        assert!(matches!(answer.status, 400 | 404), "{path}: {}", answer.status);
        assert!(!answer.body.contains(&visible) && !answer.body.contains("<script>"), "{path}");
        let stranger = get(path, "other=1");
        assert!(matches!(stranger.status, 400 | 401 | 404), "{path}: {}", stranger.status);
        let posted = send(world, ("POST", path), &[("cookie", reader.as_str())], "deed=x");
        assert!(matches!(posted.status, 400 | 403 | 404 | 405), "{path}: {}", posted.status);
        assert_eq!(posted.header("location"), None, "{path}");
    }
}

#[test]
fn no_answer_takes_a_header_from_what_was_asked() {
    let world = World::new();
    let account = world.member("production");
    let provider = IdentityProvider::new(world.clock.now());
    provider.provision(&world, &account);
    for (relay_state, location) in [
        ("/console?tab=policies", "/console?tab=policies"),
        ("/console?x=%0d%0aSet-Cookie:%20a=b", "/console?x=%0d%0aSet-Cookie:%20a=b"),
        ("/console?x=\r\nSet-Cookie: a=b", "/console?x=Set-Cookie:%20a=b"),
        ("/console\r\nSet-Cookie: a=b", "/console"),
        ("/console/\u{e9}\u{2028}", "/console/%C3%A9%E2%80%A8"),
        ("\r\n//evil.example/console", "/console"),
        ("/\t/evil.example/console", "/console"),
    ] {
        let response = provider.sign(&world.response(&account));
        let fields = [("SAMLResponse", response.as_str()), ("RelayState", relay_state)];
        let answer = world.post_form("/saml-role/sso", &fields, &[]);
        assert_eq!((answer.status, answer.header("location")), (303, Some(location)), "{relay_state:?}");
        assert_eq!(answer.headers.iter().filter(|(name, _)| name == "set-cookie").count(), 1);
    }
    // What a page says after a deed is one of its own sentences, whatever the address says.
    let response = provider.sign(&world.response(&account));
    let cookie = world.post_response(&response).cookie();
    let page = world.get("/console?done=%3Cb%3EYou%20won%3C/b%3E&done=switch-role", &[("cookie", &cookie)]);
    assert!(page.status == 200 && !page.body.contains("You won") && !page.body.contains("class=\"said\""));
}
