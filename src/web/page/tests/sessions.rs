//! Console sessions: listed, just ended, none.

use super::{CSRF, NASTY, assert_has, assert_posts_carry_the_token, assert_sound, look};
use crate::base::{AccountId, ConsoleSessionId, Timestamp};
use crate::web::page::{Session, SessionIdentity, Sessions};

/// Ids live as long as pages that borrow them.
struct Ids {
    session: ConsoleSessionId,
    account: AccountId,
}

static IDS: std::sync::LazyLock<Ids> = std::sync::LazyLock::new(|| Ids {
    session: ConsoleSessionId::parse("cs-0f2c6rqk1h8v5b3m9t7d4s2a").unwrap(),
    account: AccountId::parse("1083441022915507").unwrap(),
});

fn session(identity: SessionIdentity<'static>) -> Session<'static> {
    Session {
        id: &IDS.session,
        account: "shop-production",
        account_id: &IDS.account,
        identity,
        started_at: Timestamp::parse("2026-11-22T18:09:05Z").unwrap(),
        expires_at: Timestamp::parse("2026-11-23T00:09:05Z").unwrap(),
        address: "198.51.100.7",
        browser: "Firefox on Linux".to_owned(),
        authentication: "password and one-time code",
    }
}

fn sessions(sessions: Vec<Session<'static>>) -> Sessions<'static> {
    Sessions {
        csrf_token: CSRF,
        display_name: "Alice Johansson",
        username: "alice",
        is_administrator: false,
        ended: None,
        ends_at_once: true,
        total: sessions.len(),
        sessions,
    }
}

/// With a script in every text.
pub(super) fn nasty() -> Sessions<'static> {
    let session = |identity| Session {
        account: NASTY,
        address: NASTY,
        browser: NASTY.to_owned(),
        authentication: NASTY,
        ..session(identity)
    };
    Sessions {
        csrf_token: NASTY,
        display_name: NASTY,
        username: NASTY,
        ..sessions(vec![session(SessionIdentity::Role(NASTY)), session(SessionIdentity::RamUser(NASTY))])
    }
}

#[test]
fn every_session_says_where_as_whom_and_until_when() {
    let role = SessionIdentity::Role("AliyunReservedSSO-Developer");
    let ram_user = SessionIdentity::RamUser("alice@1083441022915507.onaliyun.example");
    let html = look("sessions.html", &sessions(vec![session(role), session(ram_user)]));
    assert_sound(&html);
    assert_posts_carry_the_token(&html);
    assert_has(
        &html,
        &[
            r#"<h2 class="account-name">shop-production</h2>"#,
            "1083441022915507",
            "<dt>As the role</dt><dd>AliyunReservedSSO-Developer</dd>",
            "<dt>As your RAM user</dt><dd>alice@1083441022915507.onaliyun.example</dd>",
            r#"<time datetime="2026-11-22T18:09:05Z">2026-11-22 18:09 UTC</time>"#,
            r#"<time datetime="2026-11-23T00:09:05Z">2026-11-23 00:09 UTC</time>"#,
            "198.51.100.7, Firefox on Linux",
            "password and one-time code",
            r#"<form method="post" action="/portal/sessions/cs-0f2c6rqk1h8v5b3m9t7d4s2a/end">"#,
            r#"method="post" action="/portal/sessions/end""#,
            r#"<a href="/portal">Accounts</a>"#,
            r#"<a href="/portal/sessions" aria-current="page">Sessions</a>"#,
            "2 are open",
        ],
    );
    assert!(!html.contains(r#"role="status""#));
}

#[test]
fn ending_is_confirmed() {
    for (ended, sentence) in
        [(0, "No session was open any more."), (1, "1 session ended;"), (3, "3 sessions ended;")]
    {
        let page = Sessions { ended: Some(ended), ..sessions(Vec::new()) };
        let html = look("sessions-ended.html", &page);
        assert_sound(&html);
        assert_has(&html, &[&format!(r#"<p class="notice" role="status">{sentence}"#)]);
    }
}

#[test]
fn none_open_says_what_would_be_here() {
    let html = look("sessions-empty.html", &sessions(Vec::new()));
    assert_sound(&html);
    assert_has(&html, &["No console session is open", "listed here until it ends"]);
    assert!(!html.contains("End all"), "nothing to end");
    let html =
        look("sessions-administrator.html", &Sessions { is_administrator: true, ..sessions(Vec::new()) });
    assert_has(&html, &["Administrators hold no roles in accounts"]);
}

#[test]
fn a_list_that_was_cut_says_so() {
    let role = SessionIdentity::Role("AliyunReservedSSO-Developer");
    let html = look("sessions-many.html", &Sessions { total: 102, ..sessions(vec![session(role); 100]) });
    assert_has(&html, &["102 are open, the latest 100 shown", "2 more, which “End all” ends too."]);
    let unnamed = Session { account: "", ..session(role) };
    let html = look("sessions-unnamed.html", &sessions(vec![unnamed]));
    assert_has(&html, &[r#"<h2 class="account-name">1083441022915507</h2>"#, "1 is open"]);
}

#[test]
fn a_cloud_that_closes_no_console_is_said_to_be_one() {
    let told = |ends_at_once| {
        let page = Sessions { ends_at_once, ..sessions(Vec::new()) };
        look(&format!("sessions-{ends_at_once}.html"), &page).contains("This cloud cannot close a console")
    };
    assert!(told(false) && !told(true));
}
