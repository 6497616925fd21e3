//! Renders every page with ordinary and with nasty text. The ordinary ones are also written to
//! `target/look/`, for eyes.

mod admin;
mod colours;
mod portal;
mod ram_user;
mod sessions;

use std::fs;
use std::path::Path;
use std::time::Duration;

use askama::Template;

use super::*;
use crate::base::{AccessConfigurationId, AccountId, ApplicationId};

const NASTY: &str = r#""><script>alert('x')</script>&amp;<!--"#;
const RULES: [&str; 3] = ["at least 12 characters long", "not one of the common ones", "none of your last 5"];
const NONCE: &str = "bm9uY2U";
const CSRF: &str = "csrf-0123456789";

fn look(name: &str, page: &impl Template) -> String {
    let html = page.render().unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/look");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(name), &html).unwrap();
    html
}

/// What must hold for every page whatever it shows.
fn assert_sound(html: &str) {
    assert!(html.starts_with("<!doctype html>\n<html lang=\"en\">"), "{html}");
    assert!(html.contains(r#"<meta name="viewport" content="width=device-width, initial-scale=1">"#));
    assert!(html.contains(r#"rel="icon""#) && html.contains(r#"rel="stylesheet""#));
    assert!(!html.contains("<title> ·"), "a page without a title");
    assert!(!html.contains("<script>"), "text got through unescaped, or a script is inline");
    for inline in [" style=", "<style", " onclick=", " onload=", " onsubmit=", "javascript:"] {
        assert!(!html.contains(inline), "{inline:?} is against the policy");
    }
    for outside in [r#"src="http"#, r#"src="//"#, r#"<link rel="stylesheet" href="http"#] {
        assert!(!html.contains(outside), "{outside:?} loads from elsewhere");
    }
    for (position, _) in html.match_indices("<script ") {
        let tag = html[position..].split('>').next().unwrap();
        assert!(tag.contains(&format!(r#"nonce="{NONCE}""#)) && tag.contains(r#"src="/assets/"#), "{tag}");
    }
    assert_eq!(html.matches("<h1").count(), 1, "one heading names the page");
    assert_eq!(html.matches("<main").count(), 1);
    assert_eq!(html.matches("autofocus").count().max(1), 1, "at most one field takes the focus");
    assert_eq!(html.matches("<form").count(), html.matches("</form>").count());
}

/// Every form that posts to us carries the token.
fn assert_posts_carry_the_token(html: &str) {
    for form in html.split("<form ").skip(1) {
        let form = form.split("</form>").next().unwrap();
        if form.contains(r#"method="post""#) {
            assert!(form.contains(&format!(r#"name="csrf_token" value="{CSRF}""#)), "{form}");
        }
    }
}

fn assert_has(html: &str, expected: &[&str]) {
    for part in expected {
        assert!(html.contains(part), "{part:?} is missing from\n{html}");
    }
}

fn login() -> Login<'static> {
    Login {
        nonce: NONCE,
        csrf_token: CSRF,
        organisation: "Acme Corporation",
        next: None,
        username: "",
        error: None,
        notice: None,
    }
}

#[test]
fn login_asks_for_name_and_password() {
    let html = look("login.html", &login());
    assert_sound(&html);
    assert_posts_carry_the_token(&html);
    assert_has(
        &html,
        &[
            r#"<form method="post" action="/login">"#,
            r#"name="username" value="" autocomplete="username""#,
            r#"name="password" type="password" autocomplete="current-password""#,
        ],
    );
    assert!(!html.contains(r#"role="alert""#));
    assert!(!html.contains(r#"name="next""#), "no empty next");
    assert!(html[..html.find(r#"name="password""#).unwrap()].contains(" autofocus"));
}

#[test]
fn a_failed_login_keeps_the_name_and_says_why() {
    let html = look(
        "login-failed.html",
        &Login {
            username: "alice",
            next: Some("/portal?q=shop&x=1"),
            error: Some("User name or password is wrong, or the account is locked."),
            ..login()
        },
    );
    assert_sound(&html);
    assert_has(
        &html,
        &[
            "<title>Error: Sign in to Acme Corporation",
            r#"<p class="alarm" role="alert" id="error">User name or password is wrong"#,
            r#"name="username" value="alice""#,
            r#"name="next" value="/portal?q=shop&#38;x=1""#,
        ],
    );
    assert!(!html[..html.find(r#"name="password""#).unwrap()].contains("autofocus"), "the password is next");
}

#[test]
fn signing_out_lands_on_login_with_a_notice() {
    let html = look("login-signed-out.html", &Login { notice: Some("You are signed out."), ..login() });
    assert_sound(&html);
    assert_has(&html, &[r#"<p class="notice" role="status">You are signed out.</p>"#]);
}

#[test]
fn the_second_factor_is_one_field_that_phones_can_fill() {
    let page = SecondFactor { csrf_token: CSRF, username: "alice", next: Some("/portal"), error: None };
    let html = look("second-factor.html", &page);
    assert_sound(&html);
    assert_posts_carry_the_token(&html);
    assert_has(
        &html,
        &[
            r#"<form method="post" action="/login/mfa">"#,
            r#"name="code" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9]{6}""#,
            r#"name="next" value="/portal""#,
            r#"<a href="/login">"#,
        ],
    );
    let error = Some("That code is wrong or was used already. Wait for the next one.");
    let failed = look("second-factor-failed.html", &SecondFactor { error, ..page });
    assert_sound(&failed);
    assert_has(&failed, &[r#"role="alert""#, r#"aria-describedby="code-hint error" aria-invalid="true""#]);
}

const KEY: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
const OTPAUTH: &str = "otpauth://totp/Acme%20Corporation:alice?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Acme%20Corporation&algorithm=SHA1&digits=6&period=30";

#[test]
fn enrolment_offers_picture_link_and_key() {
    let qr_code = QrCode::draw(OTPAUTH).unwrap();
    let html = look(
        "enrolment.html",
        &Enrolment {
            csrf_token: CSRF,
            username: "alice",
            next: None,
            qr_code: &qr_code,
            key: KEY,
            otpauth_url: OTPAUTH,
            error: None,
        },
    );
    assert_sound(&html);
    assert_posts_carry_the_token(&html);
    assert_has(
        &html,
        &[
            r#"<form method="post" action="/login/mfa/enrolment">"#,
            r#"href="otpauth://totp/Acme%20Corporation:alice?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&#38;issuer="#,
            "<span>JBSW</span><span>Y3DP</span>",
            r#"autocomplete="one-time-code""#,
            "<svg xmlns",
        ],
    );
}

#[test]
fn a_new_password_is_typed_twice_under_the_right_name() {
    let html = look(
        "new-password.html",
        &NewPassword {
            nonce: NONCE,
            csrf_token: CSRF,
            username: "alice",
            next: None,
            rules: &RULES,
            error: Some("The two passwords are different."),
        },
    );
    assert_sound(&html);
    assert_posts_carry_the_token(&html);
    assert_has(
        &html,
        &[
            r#"<form method="post" action="/login/password">"#,
            r#"value="alice" autocomplete="username""#,
            r#"name="new_password" type="password" autocomplete="new-password""#,
            r#"name="new_password_again" type="password" autocomplete="new-password""#,
            "<li>at least 12 characters long</li>",
        ],
    );
}

#[test]
fn a_direct_link_sends_the_portal_s_own_form() {
    let account_id = AccountId::parse("1867131647824293").unwrap();
    let access_configuration_id = AccessConfigurationId::parse("ac-1").unwrap();
    let html = look(
        "direct-link.html",
        &DirectLink {
            nonce: NONCE,
            csrf_token: CSRF,
            account_id: &account_id,
            account: "acme-web",
            access_configuration_id: &access_configuration_id,
            role: "ReadOnly",
            relay_state: "https://ecs.console.aliyun.com/",
        },
    );
    assert_sound(&html);
    assert_posts_carry_the_token(&html);
    let action = r#"action="/portal/accounts/1867131647824293/access-configurations/ac-1/console""#;
    assert_has(
        &html,
        &[action, r#"name="RelayState" value="https://ecs.console.aliyun.com/""#, ">Open the console<"],
    );
}

#[test]
fn the_console_post_carries_the_response_and_a_visible_button() {
    let page = PostOn {
        nonce: NONCE,
        url: "http://127.0.0.1:8090/saml-role/sso",
        field: "SAMLResponse",
        message: "PHNhbWxwOlJlc3BvbnNl+/=",
        relay_state: Some("http://127.0.0.1:8090/console?a=1&b=2"),
        title: "Opening shop-production",
        identity: "ReadOnly",
        to: "the console",
    };
    let html = look("post-on.html", &page);
    assert_sound(&html);
    assert_has(
        &html,
        &[
            r#"<form method="post" action="http://127.0.0.1:8090/saml-role/sso" id="continue""#,
            r#"name="SAMLResponse" value="PHNhbWxwOlJlc3BvbnNl+/=""#,
            r#"name="RelayState" value="http://127.0.0.1:8090/console?a=1&#38;b=2""#,
            "<noscript>",
            "Continue to the console</button>",
        ],
    );
    let script = html.find("<script ").unwrap();
    assert!(html.find("</footer>").unwrap() < script, "the browser stops reading when the form is sent");
    assert!(!html[..script].contains(CSRF), "our token does not go to the console");
    let plain = PostOn { relay_state: None, ..page }.render().unwrap();
    assert!(!plain.contains("RelayState"));
}

#[test]
fn a_refusal_names_the_request_and_leads_on() {
    let html = look(
        "refusal.html",
        &Refusal {
            status: 403,
            title: "This page has expired",
            sentence: "It was open for too long, or in another tab somebody signed in or out. Nothing was changed.",
            request_id: "req-0f2c6rqk1h8v5b3m9t7d4s2a",
            way_out: Some(WayOut { label: "Go to your accounts", path: "/portal" }),
        },
    );
    assert_sound(&html);
    assert_has(&html, &["req-0f2c6rqk1h8v5b3m9t7d4s2a", r#"href="/portal">Go to your accounts</a>"#, "403"]);
}

#[test]
fn every_page_escapes_what_it_is_given() {
    let (error, next) = (Some(NASTY), Some(NASTY));
    let qr_code = QrCode::draw(NASTY).unwrap();
    let (id, role_id) = (AccountId::parse("1").unwrap(), AccessConfigurationId::parse("ac-1").unwrap());
    let application = ApplicationId::parse("app-1").unwrap();
    let role = Role {
        id: &role_id,
        name: NASTY,
        description: NASTY,
        session: Duration::from_secs(3600),
        readiness: Readiness::Ready,
        landing_pages: vec![LandingPage { label: NASTY, url: NASTY }],
    };
    let ram_user =
        RamUser { principal_name: NASTY, name: NASTY, readiness: Readiness::Ready, has_permissions: false };
    let account = Account {
        id: &id,
        name: NASTY,
        folders: vec![NASTY, NASTY],
        roles: vec![role.clone(), role],
        ram_user: Some(ram_user),
    };
    let portal = Portal {
        csrf_token: NASTY,
        organisation: NASTY,
        display_name: NASTY,
        username: NASTY,
        is_administrator: true,
        query: NASTY,
        total: 1,
        found: 1,
        accounts: vec![account],
        applications: vec![Application { id: &application, name: NASTY }],
    };
    let empty = Portal { accounts: Vec::new(), ..portal.clone() };
    let pages = [
        Login {
            csrf_token: NASTY,
            organisation: NASTY,
            next,
            username: NASTY,
            error,
            notice: error,
            ..login()
        }
        .render(),
        SecondFactor { csrf_token: NASTY, username: NASTY, next, error }.render(),
        Enrolment {
            csrf_token: NASTY,
            username: NASTY,
            next,
            qr_code: &qr_code,
            key: NASTY,
            otpauth_url: NASTY,
            error,
        }
        .render(),
        NewPassword { nonce: NONCE, csrf_token: NASTY, username: NASTY, next, rules: &[NASTY], error }
            .render(),
        DirectLink {
            nonce: NONCE,
            csrf_token: NASTY,
            account_id: &id,
            account: NASTY,
            access_configuration_id: &role_id,
            role: NASTY,
            relay_state: NASTY,
        }
        .render(),
        PostOn {
            nonce: NONCE,
            url: NASTY,
            field: NASTY,
            message: NASTY,
            relay_state: next,
            title: NASTY,
            identity: NASTY,
            to: NASTY,
        }
        .render(),
        SignOnRefused {
            application: NASTY,
            sentence: NASTY,
            request_id: NASTY,
            response: Some(WayBack { acs_url: NASTY, saml_response: NASTY, relay_state: next }),
        }
        .render(),
        Refusal {
            status: 404,
            title: NASTY,
            sentence: NASTY,
            request_id: NASTY,
            way_out: Some(WayOut { label: NASTY, path: NASTY }),
        }
        .render(),
        portal.render(),
        empty.render(),
        sessions::nasty().render(),
    ];
    for page in pages {
        let html = page.unwrap();
        assert_sound(&html);
        assert!(!html.contains("<!--") && !html.contains("alert('x')"), "{html}");
        assert!(html.contains("&#60;script&#62;"), "the text itself is shown");
    }
}
