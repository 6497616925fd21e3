//! Roles that were switched to outlast nothing that they came from; and how many consoles a browser has open.

use std::collections::BTreeSet;
use std::time::Duration;

use cloudsso::saml::{LogoutRequest, MessageId, NameId, NameIdFormat};

use super::super::desk::{PASSWORD, role, sign_in, switch_role};
use super::super::identity_provider::{ISSUER, IdentityProvider};
use super::super::tenant::Tenant;
use super::super::{World, random};
use super::{assuming, session_id, sign_out};
use crate::support::http::{Page, Visitor};

const ASSUME: (&str, &str) = ("PolicyName", "AliyunSTSAssumeRoleAccess");

/// A role that may go on to other roles.
fn passage(tenant: &Tenant, name: &str) {
    role(tenant, name);
    tenant.ram("AttachPolicyToRole", &[("PolicyType", "System"), ASSUME, ("RoleName", name)]).ok();
}

/// A user without a password, who comes in by the account's identity provider.
fn by_user_sso(tenant: &Tenant, provider: &IdentityProvider, name: &str) -> Visitor {
    let world = &tenant.world;
    tenant.user(name);
    tenant.grant(name, ASSUME.1);
    let mut browser = Visitor::new();
    let form = browser.get(&world.url("/login")).form("/login").sent_to(&world.url("/saml/SSO"));
    let response = provider.sign(&world.user_response(&tenant.account, &tenant.principal(name)));
    let page = browser.submit(&form.with("SAMLResponse", &response));
    assert_eq!(browser.follow(page).status, 200);
    browser
}

/// Ends the sessions of a user by the identity provider's word.
fn log_out(tenant: &Tenant, provider: &IdentityProvider, name: &str) {
    let (world, now) = (&tenant.world, tenant.world.clock.now());
    let request = LogoutRequest {
        id: MessageId::generate(&random()).expect("an id"),
        issuer: ISSUER.to_owned(),
        destination: world.url("/saml/slo"),
        issue_instant: now,
        not_on_or_after: now.plus(Duration::from_secs(300)),
        reason: None,
        name_id: NameId::new(NameIdFormat::Persistent, tenant.principal(name)),
        session_indexes: vec![],
    };
    let request = provider.sign_logout(&request);
    assert_eq!(world.post_form("/saml/slo", &[("SAMLRequest", &request)], &[]).status, 200);
}

/// Goes to another console that the browser has open.
fn go_to(world: &World, browser: &mut Visitor, id: &str) -> Page {
    let page = browser.get(&world.url("/console"));
    let mut forms = page.forms().into_iter();
    let form =
        forms.find(|form| form.action.path() == "/console/switch" && form.field("session") == Some(id));
    let page = browser.submit(&form.unwrap_or_else(|| panic!("no console {id}: {}", page.text())));
    let page = browser.follow(page);
    assert_eq!((page.status, session_id(world, browser).as_str()), (200, id));
    page
}

/// The consoles that a browser has open, by their ids.
fn open_consoles(world: &World, browser: &mut Visitor) -> BTreeSet<String> {
    let page = browser.get(&world.url("/console"));
    assert_eq!(page.status, 200, "{}", page.text());
    let mut ids: BTreeSet<_> =
        page.forms().iter().filter_map(|form| form.field("session").map(str::to_owned)).collect();
    ids.insert(session_id(world, browser));
    ids
}

/// Switches to a role, a second later than what was before; the new console's id.
fn switch(tenant: &Tenant, browser: &mut Visitor, role: &str) -> String {
    tenant.world.clock.advance(Duration::from_secs(1));
    let page = switch_role(&tenant.world, browser, &tenant.account, role);
    assert!(page.text().contains(&format!("assumed-role/{role}/")), "{}", page.text());
    session_id(&tenant.world, browser)
}

#[test]
fn a_role_that_was_switched_to_ends_with_its_parent_however_that_ends() {
    let tenant = Tenant::new();
    let world = &tenant.world;
    let provider = IdentityProvider::new(world.clock.now());
    provider.enable_user_sso(world, &tenant.account);
    role(&tenant, "auditor");
    let console = world.url("/console");
    type End<'a> = (&'a str, Visitor, Box<dyn Fn(&mut Visitor, &str) + 'a>);
    let ends: Vec<End<'_>> = vec![
        (
            "ann",
            by_user_sso(&tenant, &provider, "ann"),
            Box::new(|other: &mut Visitor, parent: &str| {
                let page = go_to(world, other, parent);
                assert_eq!(other.submit(&sign_out(&page)).status, 303);
            }),
        ),
        (
            "bea",
            by_user_sso(&tenant, &provider, "bea"),
            Box::new(|_: &mut Visitor, _: &str| log_out(&tenant, &provider, "bea")),
        ),
        (
            "cleo",
            by_user_sso(&tenant, &provider, "cleo"),
            Box::new(|_: &mut Visitor, _: &str| {
                let policy = [("PolicyType", "System"), ASSUME, ("UserName", "cleo")];
                tenant.ram("DetachPolicyFromUser", &policy).ok();
                tenant.ram("DeleteUser", &[("UserName", "cleo")]).ok();
            }),
        ),
        (
            "dora",
            assuming(&tenant, "dora"),
            Box::new(|_: &mut Visitor, _: &str| {
                tenant.ims("DeleteLoginProfile", &[("UserPrincipalName", &tenant.principal("dora"))]).ok();
            }),
        ),
    ];
    for (name, mut browser, end) in ends {
        let parent = session_id(world, &browser);
        switch(&tenant, &mut browser, "auditor");
        assert!(browser.open(&console).text().contains(&format!("assumed-role/auditor/{name}")));
        let mut other = browser.clone();
        end(&mut other, &parent);
        assert_eq!(browser.get(&console).status, 401, "{name}");
    }
    // The same user in the same browser again: the new session takes the place of the old one and its roles.
    let mut eve = assuming(&tenant, "eve");
    switch(&tenant, &mut eve, "auditor");
    assert_eq!(open_consoles(world, &mut eve).len(), 2);
    sign_in(world, &mut eve, &tenant.principal("eve"));
    assert_eq!(open_consoles(world, &mut eve), BTreeSet::from([session_id(world, &eve)]));
    // The other way round it ends alone.
    let mut fay = assuming(&tenant, "fay");
    let parent = session_id(world, &fay);
    switch(&tenant, &mut fay, "auditor");
    let page = fay.open(&console);
    assert_eq!(fay.submit(&sign_out(&page)).status, 303);
    go_to(world, &mut fay, &parent);
}

#[test]
fn a_role_in_the_middle_of_a_chain_takes_what_came_after_it() {
    let tenant = Tenant::new();
    let world = &tenant.world;
    passage(&tenant, "first");
    passage(&tenant, "second");
    let mut alice = assuming(&tenant, "alice");
    let parent = session_id(world, &alice);
    switch(&tenant, &mut alice, "first");
    switch(&tenant, &mut alice, "second");
    assert_eq!(alice.get(&world.url("/console")).status, 200);
    tenant.ram("DetachPolicyFromRole", &[("PolicyType", "System"), ASSUME, ("RoleName", "first")]).ok();
    tenant.ram("DeleteRole", &[("RoleName", "first")]).ok();
    assert_eq!(alice.get(&world.url("/console")).status, 401);
    go_to(world, &mut alice, &parent);
    assert_eq!(open_consoles(world, &mut alice), BTreeSet::from([parent]));
}

#[test]
fn of_too_many_consoles_the_oldest_goes_that_the_new_one_does_not_come_from() {
    let tenant = Tenant::new();
    let world = &tenant.world;
    for number in 0..10 {
        passage(&tenant, &format!("role-{number}"));
    }
    let mut alice = assuming(&tenant, "alice");
    let home = session_id(world, &alice);
    let gate = switch(&tenant, &mut alice, "role-0");
    let mut others = Vec::new();
    for number in 1..=8 {
        go_to(world, &mut alice, &home);
        others.push(switch(&tenant, &mut alice, &format!("role-{number}")));
    }
    let mut expected: BTreeSet<_> = others.iter().cloned().chain([home, gate.clone()]).collect();
    assert_eq!(open_consoles(world, &mut alice), expected);
    assert_eq!(expected.len(), 10);
    // The two oldest are where the eleventh comes from.
    go_to(world, &mut alice, &gate);
    let newest = switch(&tenant, &mut alice, "role-9");
    expected.remove(&others[0]);
    expected.insert(newest);
    assert_eq!(open_consoles(world, &mut alice), expected);
}

#[test]
fn a_chain_of_roles_comes_to_an_end_and_leaves_everything_as_it_was() {
    let tenant = Tenant::new();
    let world = &tenant.world;
    passage(&tenant, "here");
    passage(&tenant, "there");
    let mut alice = assuming(&tenant, "alice");
    let home = session_id(world, &alice);
    let mut chain = BTreeSet::from([home.clone()]);
    // To and fro: the same role again does not take the place of the one that it comes from.
    for step in 0..9 {
        chain.insert(switch(&tenant, &mut alice, if step % 2 == 0 { "here" } else { "there" }));
        assert_eq!(open_consoles(world, &mut alice), chain);
    }
    let page = switch_role(world, &mut alice, &tenant.account, "there");
    assert_eq!(page.status, 409, "{}", page.text());
    assert!(page.text().contains("as often as one browser may"), "{}", page.text());
    assert_eq!(open_consoles(world, &mut alice), chain);
    // Whoever goes back may switch again, and the chain makes room.
    go_to(world, &mut alice, &home);
    let next = switch(&tenant, &mut alice, "there");
    let left = open_consoles(world, &mut alice);
    assert!(left.len() < 10 && left.is_superset(&BTreeSet::from([home, next])), "{left:?}");
    // So does a sign-in.
    let bob = tenant.user("bob");
    tenant.ims("CreateLoginProfile", &[("UserPrincipalName", &bob), ("Password", PASSWORD)]).ok();
    let page = sign_in(world, &mut alice, &bob);
    assert!(page.text().contains(&bob), "{}", page.text());
}
