//! Groups in groups: what whoever is far below holds, and what follows when a way up is opened or closed.

use std::collections::{BTreeMap, BTreeSet};

use cloudsso::base::{GroupId, UserProvisioningId};
use cloudsso::domain::{
    Action, Assignee, ConsoleSessionFilter, DeletionStrategy, DuplicationStrategy, EventSource, Member,
    UserProvisioningTerms,
};
use cloudsso::service::role_sso::{self, Entry};
use cloudsso::service::{PortalSession, Visit, console_session, group, session, user, user_provisioning};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::support::app::TestApp;

use super::{assert_all_done, refusal};

/// A group just made.
pub(super) fn make_group(app: &TestApp, name: &str) -> GroupId {
    let spec = toml::from_str(&format!("group_name = {name:?}")).unwrap();
    group::create(&app.ctx, &app.operator, spec).unwrap().id
}

pub(super) fn person(app: &TestApp, name: &str) -> Member {
    Member::User(app.user(name).id)
}

pub(super) fn add(app: &TestApp, to: &GroupId, members: &[Member]) -> usize {
    group::add_members(&app.ctx, &app.operator, to, members.to_vec()).unwrap()
}

pub(super) fn remove(app: &TestApp, from: &GroupId, members: &[Member]) -> usize {
    group::remove_members(&app.ctx, &app.operator, from, members.to_vec()).unwrap()
}

pub(super) fn portal_session(app: &TestApp, name: &str) -> PortalSession {
    let (visitor, _portal) = app.sign_in(name);
    let token = visitor.cookie(&app.url("/"), "cloudsso").unwrap().to_owned();
    session::authenticate(&app.ctx, &token).unwrap().unwrap()
}

/// Whether somebody is let into an account as a role.
pub(super) fn enters(app: &TestApp, session: &PortalSession, account: &str, role: &str) -> bool {
    let entry =
        Entry { account: app.account(account), configuration: app.configuration(role), relay_state: None };
    let visit = Visit {
        request_id: app.ctx.request_id().unwrap(),
        address: [198, 51, 100, 7].into(),
        user_agent: String::new(),
    };
    role_sso::entitle(&app.ctx, &visit, session, &entry).is_ok()
}

pub(super) fn living(app: &TestApp) -> i64 {
    let filter = ConsoleSessionFilter { alive_at: Some(app.clock.now()), ..ConsoleSessionFilter::default() };
    console_session::list(&app.ctx, &app.operator, &filter, None, 1).unwrap().1
}

pub(super) fn provision(
    app: &TestApp,
    account: &str,
    assignee: &Assignee,
    deletion: DeletionStrategy,
) -> UserProvisioningId {
    let terms = UserProvisioningTerms {
        description: String::new(),
        duplication: DuplicationStrategy::KeepBoth,
        deletion,
    };
    let accounts = [app.account(account)];
    let made = user_provisioning::create(&app.ctx, &app.operator, &accounts, assignee, &terms).unwrap();
    made.into_iter().next().unwrap().id
}

/// The names of the RAM users that CloudSSO keeps in an account.
pub(super) fn kept(app: &TestApp, account: &str) -> Vec<String> {
    let users = app.cloud.account(&app.account(account)).list_ram_users().unwrap();
    let kept = users.iter().filter(|user| user.provision_type == "CloudSSO");
    let mut names: Vec<String> = kept.map(|user| user.name().to_owned()).collect();
    names.sort();
    names
}

#[test]
fn whoever_is_far_below_holds_a_role_until_a_way_up_is_closed() {
    let mut app = TestApp::start();
    app.equip("carol");
    let (team, middle, inner) = (app.group("team").id, make_group(&app, "middle"), make_group(&app, "inner"));
    let carol = portal_session(&app, "carol");
    add(&app, &inner, &[person(&app, "carol")]);
    add(&app, &middle, &[Member::Group(inner.clone())]);
    assert!(!enters(&app, &carol, "two", "Developer"));
    assert_eq!(add(&app, &team, &[Member::Group(middle.clone())]), 1);
    assert!(enters(&app, &carol, "two", "Developer"));
    let all = user::list_all_groups(&app.ctx, &app.operator, &app.user("carol").id).unwrap();
    let shown: BTreeSet<_> = all.iter().map(|(_, name, direct)| (name.as_str(), *direct)).collect();
    assert_eq!(shown, [("inner", true), ("middle", false), ("team", false)].into());
    assert_eq!(living(&app), 1);

    // A second way: closing one of two changes nothing.
    add(&app, &team, &[Member::Group(inner.clone())]);
    remove(&app, &team, &[Member::Group(middle.clone())]);
    assert_eq!(living(&app), 1);
    assert!(enters(&app, &carol, "two", "Developer"));
    let version = group::load(&app.ctx, &app.operator, &team).unwrap().version;
    assert_eq!(remove(&app, &team, &[Member::Group(inner.clone()), Member::Group(middle)]), 1);
    assert_eq!(living(&app), 0);
    assert!(!enters(&app, &carol, "two", "Developer"));
    assert_eq!(group::load(&app.ctx, &app.operator, &team).unwrap().version, version + 1);
    assert_eq!(app.events(Action::GroupMemberRemoved, &team), 2);
    app.run_due();
}

#[test]
fn what_makes_no_sense_is_refused_and_changes_nothing() {
    let app = TestApp::start();
    let (outer, inner) = (make_group(&app, "outer"), make_group(&app, "inner"));
    add(&app, &outer, &[Member::Group(inner.clone())]);
    let version = group::load(&app.ctx, &app.operator, &inner).unwrap().version;
    let put = |to: &GroupId, members: &[&str]| {
        let members = members.iter().map(|id| Member::parse(id).unwrap()).collect();
        refusal(group::add_members(&app.ctx, &app.operator, to, members))
    };
    let alice = app.user("alice").id;
    assert_eq!(put(&inner, &[alice.as_str(), outer.as_str()]), "InvalidParameter.Member");
    assert_eq!(put(&inner, &[alice.as_str(), inner.as_str()]), "InvalidParameter.Member");
    assert_eq!(put(&inner, &[alice.as_str(), "u-nobody"]), "EntityNotExists.User");
    assert_eq!(put(&inner, &[alice.as_str(), "g-nowhere"]), "EntityNotExists.Group");
    let nowhere = GroupId::parse("g-nowhere").unwrap();
    assert_eq!(put(&nowhere, &[alice.as_str()]), "EntityNotExists.Group");
    let members = group::list_direct_members(&app.ctx, &app.operator, &inner, None, 10).unwrap();
    assert_eq!(members, []);
    assert_eq!(group::load(&app.ctx, &app.operator, &inner).unwrap().version, version);
    // Who does not exist is in no group.
    assert_eq!(remove(&app, &inner, &[Member::parse("u-nobody").unwrap(), Member::Group(nowhere)]), 0);
}

#[test]
fn of_many_that_would_close_a_circle_at_once_one_is_refused() {
    let app = TestApp::start();
    for round in 0..6 {
        let ids: Vec<GroupId> =
            (0..3).map(|number| make_group(&app, &format!("g-{round}-{number}"))).collect();
        let done: usize = std::thread::scope(|scope| {
            let put = |number: usize| {
                let (app, up, low) = (&app, &ids[number], ids[(number + 1) % 3].clone());
                scope.spawn(move || {
                    group::add_members(&app.ctx, &app.operator, up, vec![Member::Group(low)]).is_ok()
                })
            };
            let threads: Vec<_> = (0..3).map(put).collect();
            threads.into_iter().map(|thread| usize::from(thread.join().unwrap())).sum()
        });
        assert_eq!(done, 2, "round {round}");
    }
}

#[test]
fn ram_users_come_and_go_with_the_only_way_to_their_group() {
    let app = TestApp::start();
    let (team, inner) = (app.group("team").id, make_group(&app, "inner"));
    provision(&app, "one", &Assignee::Group(team.clone()), DeletionStrategy::Delete);
    app.run_due();
    assert_eq!(kept(&app, "one"), ["bob"]);
    add(&app, &inner, &[person(&app, "bob"), person(&app, "carol")]);
    assert_eq!(app.run_due(), 0, "nothing is known of that group");
    add(&app, &team, &[Member::Group(inner.clone())]);
    assert_eq!(app.run_due(), 1, "bob was in it");
    assert_eq!(kept(&app, "one"), ["bob", "carol"]);
    remove(&app, &team, &[person(&app, "bob")]);
    assert_eq!(app.run_due(), 0, "bob is still in it");
    remove(&app, &team, &[Member::Group(inner.clone())]);
    assert_eq!(app.run_due(), 2);
    assert_eq!(kept(&app, "one"), Vec::<String>::new());
    // A provisioning that begins reaches whoever is far below.
    add(&app, &team, &[Member::Group(inner)]);
    let id = provision(&app, "two", &Assignee::Group(team), DeletionStrategy::Delete);
    app.run_due();
    assert_eq!(kept(&app, "two"), ["bob", "carol"]);
    let statistics = user_provisioning::statistics(&app.ctx, &app.operator, &id).unwrap();
    assert!(statistics.tried_at.is_some());
    user_provisioning::delete(&app.ctx, &app.operator, &id, None).unwrap();
    app.run_due();
    assert_eq!(kept(&app, "two"), Vec::<String>::new());
    assert_all_done(&app);
}

const GROUPS: usize = 4;
const PEOPLE: [&str; 4] = ["alice", "bob", "carol", "dora"];

/// Who is where, and what was told of whom: written down without the product's words.
#[derive(Default)]
struct Model {
    /// A group, and what is directly in it: first groups, then people.
    edges: BTreeSet<(usize, usize)>,
    told: BTreeMap<(usize, usize), EventSource>,
}

impl Model {
    fn below(&self, group: usize) -> BTreeSet<usize> {
        let mut found = BTreeSet::from([group]);
        while let Some(next) = self.edges.iter().find(|(up, low)| found.contains(up) && !found.contains(low))
        {
            found.insert(next.1);
        }
        found
    }

    fn reached(&self) -> BTreeSet<(usize, usize)> {
        let pairs = (0..GROUPS).flat_map(|group| self.below(group).into_iter().map(move |low| (group, low)));
        pairs.filter(|(_, low)| *low >= GROUPS).collect()
    }

    /// Adds or removes at once what makes sense; gives the pairs of which something new is to be told.
    fn change(&mut self, adds: bool, group: usize, members: &[usize]) -> BTreeSet<(usize, usize)> {
        let before = self.reached();
        for low in members {
            if adds {
                self.edges.insert((group, *low))
            } else {
                self.edges.remove(&(group, *low))
            };
        }
        let after = self.reached();
        for pair in after.difference(&before) {
            self.told.insert(*pair, EventSource::AddUserToGroup);
        }
        for pair in before.difference(&after) {
            self.told.insert(*pair, EventSource::RemoveUserFromGroup);
        }
        before.symmetric_difference(&after).copied().collect()
    }
}

/// Every group has a provisioning of its own, and nothing is done between the changes: each person of a
/// provisioning has one event, which is a new one exactly when they have come or gone.
#[test]
fn whoever_comes_or_goes_by_whatever_way_is_told_of_once() {
    let config = ProptestConfig { cases: 5, failure_persistence: None, ..Default::default() };
    let members = prop::collection::btree_set(0..GROUPS + PEOPLE.len(), 1..4);
    let steps = prop::collection::vec((prop::bool::weighted(0.6), 0..GROUPS, members), 30..31);
    let outcome = TestRunner::new(config).run(&steps, |steps| {
        let app = TestApp::start();
        let groups: Vec<GroupId> =
            (0..GROUPS).map(|number| make_group(&app, &format!("g{number}"))).collect();
        let provisionings: Vec<_> = groups
            .iter()
            .map(|id| provision(&app, "one", &Assignee::Group(id.clone()), DeletionStrategy::Delete))
            .collect();
        let all: Vec<Member> =
            groups.iter().cloned().map(Member::Group).chain(PEOPLE.map(|name| person(&app, name))).collect();
        let (mut model, mut seen) = (Model::default(), BTreeMap::new());
        for (adds, group, members) in steps {
            let fits = |low: &usize| !adds || *low >= GROUPS || !model.below(*low).contains(&group);
            let members: Vec<usize> = members.into_iter().filter(fits).collect();
            // Two groups at once may still make a circle that neither makes alone: not here, since both go into one.
            let new = model.change(adds, group, &members);
            let members: Vec<Member> = members.iter().map(|low| all[*low].clone()).collect();
            if adds {
                add(&app, &groups[group], &members)
            } else {
                remove(&app, &groups[group], &members)
            };
            let events = user_provisioning::list_events(&app.ctx, &app.operator, None, None, 1000).unwrap().0;
            let told: BTreeMap<_, _> = events
                .into_iter()
                .map(|event| {
                    let group =
                        provisionings.iter().position(|id| *id == event.user_provisioning_id).unwrap();
                    let low = all.iter().position(|one| *one == Member::User(event.user_id.clone())).unwrap();
                    ((group, low), (event.source, event.id))
                })
                .collect();
            let sources: BTreeMap<_, _> = told.iter().map(|(pair, (source, _))| (*pair, *source)).collect();
            prop_assert_eq!(&sources, &model.told);
            let renewed: BTreeSet<_> = told
                .iter()
                .filter(|(pair, told)| seen.get(*pair) != Some(*told))
                .map(|(pair, _)| *pair)
                .collect();
            prop_assert_eq!(renewed, new);
            seen = told;
        }
        super::membership::assert_counts_hold(&app);
        app.run_due();
        let reached: BTreeSet<&str> = model.reached().iter().map(|(_, low)| PEOPLE[low - GROUPS]).collect();
        prop_assert_eq!(kept(&app, "one"), reached.into_iter().collect::<Vec<_>>());
        Ok(())
    });
    outcome.unwrap();
}
