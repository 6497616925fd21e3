//! The portal with few accounts, many, none, and none that match.

use std::time::Duration;

use askama::Template;

use super::{CSRF, assert_has, assert_posts_carry_the_token, assert_sound, look};
use crate::base::{AccessConfigurationId, AccountId};
use crate::web::page::{Account, LandingPage, Portal, Readiness, Role};

/// Name, description, session in minutes.
type Held = (&'static str, &'static str, u64);

const ADMINISTRATOR: Held =
    ("Administrator", "Everything, billing included. For emergencies; every use is reviewed.", 60);
const DEVELOPER: Held =
    ("Developer", "Deploy and debug compute, storage and databases. No change to RAM or network.", 480);
const AUDITOR: Held = ("ReadOnly", "See everything, change nothing.", 720);
const DATABASE: Held = ("DatabaseAdmin", "Run RDS and PolarDB: backups, parameters, accounts.", 90);
const NETWORK: Held = ("NetworkAdmin", "VPCs, routes, load balancers and DNS.", 120);

pub(super) struct Holding {
    id: AccountId,
    name: String,
    folders: Vec<&'static str>,
    roles: Vec<(AccessConfigurationId, Held)>,
}

fn holding(number: u64, name: &str, folders: &[&'static str], roles: &[Held]) -> Holding {
    let id = AccountId::parse(&number.to_string()).unwrap();
    let role = |held: &Held| {
        (AccessConfigurationId::parse(&format!("ac-{}", held.0.to_lowercase())).unwrap(), *held)
    };
    Holding { id, name: name.to_owned(), folders: folders.to_vec(), roles: roles.iter().map(role).collect() }
}

pub(super) fn acme() -> Vec<Holding> {
    vec![
        holding(
            1083_4410_2291_5507,
            "shop-production",
            &["Products", "Production"],
            &[DEVELOPER, DATABASE, AUDITOR],
        ),
        holding(1460_7719_3305_8842, "shop-staging", &["Products", "Staging"], &[ADMINISTRATOR, DEVELOPER]),
        holding(1225_0968_7741_6630, "data-platform", &["Products", "Production"], &[AUDITOR]),
        holding(1971_3082_5564_9018, "sandbox-alice", &["Sandboxes"], &[ADMINISTRATOR]),
    ]
}

fn hundred() -> Vec<Holding> {
    let folders = [["Products", "Production"], ["Products", "Staging"], ["Shared services", "Network"]];
    let roles: [&[Held]; 3] =
        [&[DEVELOPER, AUDITOR], &[AUDITOR], &[ADMINISTRATOR, DEVELOPER, DATABASE, NETWORK, AUDITOR]];
    (0_u32..100)
        .map(|n| {
            let at = n as usize % 3;
            let name = format!("{}-{n:03}", ["payments", "warehouse", "edge-network"][at]);
            holding(1_000_000_000_000_000 + u64::from(n) * 7_919_000_017, &name, &folders[at], roles[at])
        })
        .collect()
}

pub(super) fn accounts(held: &[Holding]) -> Vec<Account<'_>> {
    held.iter()
        .map(|account| Account {
            id: &account.id,
            name: &account.name,
            folders: account.folders.clone(),
            roles: account
                .roles
                .iter()
                .map(|(id, (name, description, minutes))| Role {
                    id,
                    name,
                    description,
                    session: Duration::from_secs(minutes * 60),
                    readiness: Readiness::Ready,
                    landing_pages: Vec::new(),
                })
                .collect(),
            ram_user: None,
        })
        .collect()
}

pub(super) fn portal(accounts: Vec<Account<'_>>) -> Portal<'_> {
    Portal {
        csrf_token: CSRF,
        organisation: "Acme Corporation",
        display_name: "Alice Johansson",
        username: "alice",
        is_administrator: false,
        query: "",
        total: accounts.len(),
        found: accounts.len(),
        accounts,
        applications: Vec::new(),
    }
}

#[test]
fn a_few_accounts_are_shown_unfolded() {
    let held = acme();
    let html = look("portal.html", &portal(accounts(&held)));
    assert_sound(&html);
    assert_posts_carry_the_token(&html);
    assert_has(
        &html,
        &[
            r#"<input id="q" name="q" type="search" value="""#,
            r#"action="/portal/accounts/1083441022915507/access-configurations/ac-developer/console""#,
            r#"<form method="post" action="/logout">"#,
            r#"<p class="count" role="status">4 accounts at Acme Corporation</p>"#,
            "1 h 30 min",
            "8 h",
            "3 roles",
        ],
    );
    assert_eq!(html.matches("<details open>").count(), 2, "only accounts with several roles fold");
    assert_eq!(html.matches("Open console<").count(), 7);
    assert!(!html.contains("RelayState"));
}

#[test]
fn many_accounts_are_folded_until_a_search_narrows_them() {
    let held = hundred();
    let html = look("portal-many.html", &portal(accounts(&held)));
    assert_sound(&html);
    assert!(html.contains("<details>") && !html.contains("<details open>"));
    assert!(html.len() < 250_000, "the page has {} bytes", html.len());

    let found = Portal { query: "edge", total: 100, ..portal(accounts(&held[2..3])) };
    let html = look("portal-search.html", &found);
    assert_sound(&html);
    assert_has(
        &html,
        &[
            "<details open>",
            r#"value="edge""#,
            r#"role="status">1 of 100 match “edge”</p>"#,
            r#"<a class="quiet" href="/portal">Clear</a>"#,
            "<title>1 account for “edge” ·",
        ],
    );

    let html = Portal { total: 100, found: 100, ..portal(accounts(&held[..20])) }.render().unwrap();
    assert_has(&html, &["the first 20 shown", "80 more: search to find them."]);
}

#[test]
fn nothing_found_offers_the_way_back() {
    let html = look("portal-no-match.html", &Portal { query: "shpo", total: 8, ..portal(Vec::new()) });
    assert_sound(&html);
    assert_has(&html, &["Nothing matches “shpo”", r#"href="/portal">Show all accounts</a>"#]);
}

#[test]
fn nobody_without_accounts_is_left_wondering() {
    let html = look("portal-empty.html", &portal(Vec::new()));
    assert_sound(&html);
    assert_has(&html, &["No accounts yet", "Ask the cloud administrators at Acme Corporation"]);
    assert!(!html.contains(r#"type="search""#), "nothing to search");
    let html = look("portal-administrator.html", &Portal { is_administrator: true, ..portal(Vec::new()) });
    assert_has(&html, &["Administrators look after accounts"]);
}

#[test]
fn long_names_choices_and_roles_under_way_fit() {
    let mut held = acme();
    held[0].name = "a-very-long-account-name-that-somebody-really-did-choose-in-2019".to_owned();
    held[0].folders = vec![
        "Subsidiaries and joint ventures of the northern region",
        "Production",
        "Customer-facing",
        "EU",
        "Tier 1",
    ];
    let long = "Deploy, debug and observe everything that belongs to the shop’s storefront, its checkout and its order \
                pipeline, including the message queues between them, the caches in front of them and the dashboards \
                above them; without any permission on keys, on network routes, on billing or on the people themselves.";
    let mut shown = accounts(&held);
    shown[0].roles[0].description = long;
    shown[0].roles[0].name = "AVeryLongConfigurationName-32-ch";
    shown[0].roles[0].landing_pages = vec![
        LandingPage { label: "ECS instances", url: "https://ecs.console.aliyun.com/" },
        LandingPage { label: "RDS instances", url: "https://rds.console.aliyun.com/" },
    ];
    shown[0].roles[1].readiness = Readiness::Preparing;
    shown[2].roles[0].readiness = Readiness::Preparing;
    shown[3].folders = Vec::new();
    let html = look(
        "portal-extremes.html",
        &Portal {
            display_name: "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh the Younger",
            username: "a.wolfeschlegelsteinhausenbergerdorff-featherstonehaugh@acme.example",
            is_administrator: true,
            ..portal(shown)
        },
    );
    assert_sound(&html);
    assert_has(
        &html,
        &[
            r#"<select name="RelayState">"#,
            r#"<option value="https://ecs.console.aliyun.com/">ECS instances</option>"#,
        ],
    );
    assert_eq!(html.matches("Being prepared").count(), 2);
    assert_eq!(html.matches("Open console<").count(), 5, "what is not ready has no button");
}
