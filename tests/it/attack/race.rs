//! Somebody enters while they are shut out: whichever comes first, nobody is inside afterwards.

use std::sync::Barrier;
use std::thread;

use cloudsso::base::AccountId;
use cloudsso::domain::{
    Assignee, ConsoleSessionFilter, DeletionStrategy, DeprovisionStrategy, DuplicationStrategy, Member,
    Status, UserProvisioningTerms,
};
use cloudsso::service::role_sso::Entry;
use cloudsso::service::{
    PortalSession, Visit, access_assignment, console_session, group, ram_user_sso, role_sso, session, user,
    user_provisioning,
};

use crate::support::app::TestApp;

const ROUNDS: usize = 12;

/// Alice as the portal knows her.
fn portal_session(app: &TestApp) -> PortalSession {
    let (visitor, _portal) = app.sign_in("alice");
    let token = visitor.cookie(&app.url("/"), "cloudsso").unwrap().to_owned();
    session::authenticate(&app.ctx, &token).unwrap().unwrap()
}

fn visit(app: &TestApp) -> Visit {
    Visit {
        request_id: app.ctx.request_id().unwrap(),
        address: [198, 51, 100, 7].into(),
        user_agent: String::new(),
    }
}

/// Runs both at once; says whether the first was let in.
fn at_once(enters: impl FnOnce() -> bool + Send, shuts_out: impl FnOnce() + Send) -> bool {
    let start = Barrier::new(2);
    thread::scope(|scope| {
        let entered = scope.spawn(|| {
            start.wait();
            enters()
        });
        start.wait();
        shuts_out();
        entered.join().unwrap()
    })
}

fn living(app: &TestApp) -> i64 {
    let filter = ConsoleSessionFilter { alive_at: Some(app.clock.now()), ..ConsoleSessionFilter::default() };
    console_session::list(&app.ctx, &app.operator, &filter, None, 1).unwrap().1
}

#[test]
fn no_role_is_entered_past_the_end_of_its_assignment() {
    let app = TestApp::start();
    let alice = portal_session(&app);
    let key = app.assignment("Reader", "one", "alice");
    let entry =
        Entry { account: app.account("one"), configuration: app.configuration("Reader"), relay_state: None };
    let enter = || role_sso::entitle(&app.ctx, &visit(&app), &alice, &entry).is_ok();
    let mut entered = 0;
    for _round in 0..ROUNDS {
        let remove = || {
            access_assignment::delete(&app.ctx, &app.operator, &key, DeprovisionStrategy::None).unwrap();
        };
        entered += usize::from(at_once(enter, remove));
        assert_eq!(living(&app), 0);
        app.run_due();
        access_assignment::create(&app.ctx, &app.operator, &key).unwrap();
        app.run_due();
    }
    assert!(entered <= ROUNDS && enter(), "who is assigned it enters");
    assert_eq!(living(&app), 1);
}

#[test]
fn no_role_is_entered_past_the_end_of_a_membership_however_far_up() {
    let app = TestApp::start();
    let (team, id) = (app.group("team").id, app.user("alice").id);
    let spec = toml::from_str("group_name = 'inner'").unwrap();
    let inner = group::create(&app.ctx, &app.operator, spec).unwrap().id;
    let (person, nested) = (vec![Member::User(id)], vec![Member::Group(inner.clone())]);
    group::add_members(&app.ctx, &app.operator, &inner, person.clone()).unwrap();
    group::add_members(&app.ctx, &app.operator, &team, nested.clone()).unwrap();
    let alice = portal_session(&app);
    let configuration = app.configuration("Developer");
    let entry = Entry { account: app.account("two"), configuration, relay_state: None };
    let enter = || role_sso::entitle(&app.ctx, &visit(&app), &alice, &entry).is_ok();
    for round in 0..ROUNDS {
        let (from, member) = if round % 2 == 0 { (&team, &nested) } else { (&inner, &person) };
        at_once(enter, || {
            group::remove_members(&app.ctx, &app.operator, from, member.clone()).unwrap();
        });
        assert_eq!(living(&app), 0, "round {round}");
        assert!(!enter(), "round {round}");
        group::add_members(&app.ctx, &app.operator, from, member.clone()).unwrap();
    }
    assert!(enter());
    // Two rights end at once, each by another hand: nothing is left to go on by.
    for round in 0..ROUNDS {
        group::add_members(&app.ctx, &app.operator, &team, person.clone()).unwrap();
        assert!(enter(), "round {round}");
        at_once(
            || group::remove_members(&app.ctx, &app.operator, &team, person.clone()).is_ok(),
            || {
                group::remove_members(&app.ctx, &app.operator, &team, nested.clone()).unwrap();
            },
        );
        assert_eq!(living(&app), 0, "round {round}");
        group::add_members(&app.ctx, &app.operator, &team, nested.clone()).unwrap();
    }
}

fn ram_user(app: &TestApp, account: &AccountId) -> cloudsso::base::UserProvisioningId {
    let terms = UserProvisioningTerms {
        description: String::new(),
        duplication: DuplicationStrategy::TakeOver,
        deletion: DeletionStrategy::Keep,
    };
    let (accounts, team) = ([account.clone()], Assignee::Group(app.group("team").id));
    let made = user_provisioning::create(&app.ctx, &app.operator, &accounts, &team, &terms).unwrap();
    app.run_due();
    made.into_iter().next().unwrap().id
}

#[test]
fn no_ram_user_is_entered_past_the_end_of_its_provisioning_its_membership_or_its_person() {
    let app = TestApp::start();
    let (team, id) = (app.group("team").id, app.user("alice").id);
    let join = || group::add_user(&app.ctx, &app.operator, &team, &id).unwrap();
    join();
    let account = app.account("one");
    let mut provisioning = ram_user(&app, &account);
    let alice = portal_session(&app);
    let enter = || ram_user_sso::entitle(&app.ctx, &visit(&app), &alice, &account, None).is_ok();
    for round in 0..ROUNDS {
        let set = |status| user::update_status(&app.ctx, &app.operator, &id, status).unwrap();
        at_once(enter, || match round % 3 {
            0 => user_provisioning::delete(&app.ctx, &app.operator, &provisioning, None).unwrap(),
            1 => group::remove_user(&app.ctx, &app.operator, &team, &id).unwrap(),
            _ => set(Status::Disabled),
        });
        assert_eq!(living(&app), 0, "round {round}");
        app.run_due();
        match round % 3 {
            0 => provisioning = ram_user(&app, &account),
            1 => join(),
            _ => set(Status::Enabled),
        }
        app.run_due();
    }
    assert!(enter(), "whoever is provisioned enters");
    assert_eq!(living(&app), 1);
}
