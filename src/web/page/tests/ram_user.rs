//! The RAM user of an account: beside roles and alone, at every stage of its making.

use super::portal::{accounts, acme, portal};
use super::{CSRF, assert_has, assert_posts_carry_the_token, assert_sound, look};
use crate::web::page::{Portal, RamUser, Readiness};

const ALICE: RamUser<'static> = RamUser {
    principal_name: "alice@1083441022915507.onaliyun.example",
    name: "alice",
    readiness: Readiness::Ready,
    has_permissions: true,
};
const NO_PERMISSIONS: &str = "No permissions yet: ask the account’s administrator.";

/// The portal of acme whose first account has this RAM user.
fn rendered(name: &str, ram_user: RamUser<'_>) -> String {
    let held = acme();
    let mut shown = accounts(&held);
    shown[0].ram_user = Some(ram_user);
    let html = look(name, &portal(shown));
    assert_sound(&html);
    assert_posts_carry_the_token(&html);
    html
}

#[test]
fn whoever_holds_both_chooses() {
    let html = rendered("portal-ram-user.html", ALICE);
    assert_has(
        &html,
        &[
            "3 roles and a RAM user",
            r#"<h3 class="way">As a role</h3>"#,
            r#"<h3 class="way">As your RAM user</h3>"#,
            r#"<h4 class="role-name">Developer</h4>"#,
            r#"<p class="role-name">alice@1083441022915507.onaliyun.example</p>"#,
            r#"method="post" target="_blank" rel="noopener" action="/portal/accounts/1083441022915507/ram-user/console""#,
            "of shop-production as your RAM user alice@1083441022915507.onaliyun.example, in a new tab",
        ],
    );
    assert_eq!(html.matches("class=\"way\"").count(), 2, "an account with roles only needs no such heads");
    assert_eq!(html.matches("<h4").count(), 3);
    assert_eq!(html.matches("Open console<").count(), 8);
    for absent in [NO_PERMISSIONS, "This account calls you", "RelayState"] {
        assert!(!html.contains(absent), "{absent}");
    }
}

#[test]
fn a_ram_user_alone_is_not_folded() {
    let held = acme();
    let mut shown = accounts(&held[..1]);
    shown[0].roles.clear();
    shown[0].ram_user = Some(ALICE);
    let html = look("portal-ram-user-alone.html", &portal(shown));
    assert_sound(&html);
    assert!(!html.contains("<details") && !html.contains("As a role"), "{html}");
    assert_eq!(html.matches("Open console<").count(), 1);
    assert_eq!(html.matches(&format!(r#"value="{CSRF}""#)).count(), 2);
}

#[test]
fn one_without_permissions_says_who_grants_them_and_how() {
    let html = rendered("portal-ram-user-powerless.html", RamUser { has_permissions: false, ..ALICE });
    let (_before, aid) = html.split_once("<details class=\"aid\">").unwrap();
    let (aid, _behind) = aid.split_once("</details>").unwrap();
    assert_has(aid, &["RAM console", "Users › alice › Add Permissions", "AttachPolicyToUser"]);
    assert_has(&html, &[NO_PERMISSIONS]);
    assert_eq!(html.matches("Open console<").count(), 8, "it can be entered all the same");
}

#[test]
fn another_name_than_one_s_own_is_explained() {
    let renamed =
        RamUser { principal_name: "alice_sso@1083441022915507.onaliyun.example", name: "alice_sso", ..ALICE };
    let html = rendered("portal-ram-user-renamed.html", renamed);
    assert_has(&html, &["This account calls you <strong>alice_sso</strong>, not <strong>alice</strong>"]);
    // RAM tells no capitals apart.
    let html = rendered("portal-ram-user-capitals.html", RamUser { name: "Alice", ..ALICE });
    assert!(!html.contains("This account calls you"));
}

#[test]
fn one_that_is_not_there_has_no_button() {
    let unmade = RamUser { principal_name: "", name: "", has_permissions: false, ..ALICE };
    for (readiness, name, sentence) in [
        (Readiness::Preparing, "portal-ram-user-preparing.html", "Being prepared. Reload in a minute."),
        (
            Readiness::Failed,
            "portal-ram-user-failed.html",
            "It could not be made yet; your administrators have been told.",
        ),
    ] {
        let html = rendered(name, RamUser { readiness, ..unmade.clone() });
        assert_has(&html, &["As your RAM user", sentence]);
        assert!(!html.contains("ram-user/console") && !html.contains(NO_PERMISSIONS), "{html}");
        assert!(!html.contains("This account calls you") && !html.contains(r#"<p class="role-name">"#));
        assert_eq!(html.matches("Open console<").count(), 7, "the roles stay");
    }
}

#[test]
fn long_names_of_ram_users_fit() {
    let name = "a.wolfeschlegelsteinhausenbergerdorf.-0123456789abcdef0123";
    let principal_name = format!("{name}@a-company-with-a-long-alias-for-its-account.onaliyun.example");
    let held = acme();
    let mut shown = accounts(&held);
    let ram_user = RamUser { principal_name: &principal_name, name, has_permissions: false, ..ALICE };
    for account in &mut shown {
        account.ram_user = Some(ram_user.clone());
    }
    shown[1].ram_user = Some(RamUser { readiness: Readiness::Preparing, ..ram_user.clone() });
    shown[2].ram_user =
        Some(RamUser { readiness: Readiness::Failed, principal_name: "", name: "", ..ram_user });
    let username = "a.wolfeschlegelsteinhausenbergerdorff-featherstonehaugh@acme.example";
    let html = look("portal-ram-user-extremes.html", &Portal { username, ..portal(shown) });
    assert_sound(&html);
    assert_has(&html, &["1 role and a RAM user", username]);
}
