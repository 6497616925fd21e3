//! Leases on accounts: one holder at a time, and none for who slept through theirs.

use std::collections::BTreeSet;
use std::time::Duration;

use cloudsso::base::{AccountId, Timestamp};
use cloudsso::domain::{Task, TaskKind, TaskStatus};
use cloudsso::storage::lease::{self, Lease};
use cloudsso::storage::{Store, task};

use super::{Bed, NOW, new_id, open, together, write};

const LENGTH: Duration = Duration::from_secs(120);

fn account(number: usize) -> AccountId {
    AccountId::parse(&format!("{}", 1_000_000_000_000_000 + number)).unwrap()
}

fn add_task(store: &Store, account_id: AccountId) {
    let task = Task {
        id: new_id(),
        kind: TaskKind::CreateAccessAssignment,
        status: TaskStatus::InProgress,
        access_configuration_id: new_id(),
        account_id,
        assignee: None,
        attempts: 0,
        failure_reason: None,
        created_at: NOW,
        ended_at: None,
    };
    write(store, move |conn| task::insert(conn, &task)).unwrap();
}

fn claim(store: &Store, now: Timestamp) -> Option<Lease> {
    write(store, move |conn| lease::claim(conn, "worker", now, LENGTH)).unwrap()
}

fn extend(store: &Store, lease: &Lease, now: Timestamp) -> bool {
    let lease = lease.clone();
    write(store, move |conn| lease::extend(conn, &lease, now, LENGTH)).unwrap()
}

#[test]
fn an_account_is_claimed_by_one_of_many() {
    let bed = Bed::new();
    add_task(&bed.store, account(0));
    for round in 0..5 {
        let now = NOW.plus(LENGTH * round);
        let won = together(|_number| claim(&bed.store, now));
        assert_eq!(won.into_iter().flatten().count(), 1, "round {round}");
    }
}

#[test]
fn many_workers_share_many_accounts() {
    let bed = Bed::new();
    (0..8).for_each(|number| add_task(&bed.store, account(number)));
    let claimed: Vec<_> = together(|_number| {
        let mut own = Vec::new();
        while let Some(lease) = claim(&bed.store, NOW) {
            own.push(lease.account_id.to_string());
        }
        own
    })
    .concat();
    let distinct: BTreeSet<_> = claimed.iter().collect();
    assert_eq!((claimed.len(), distinct.len()), (distinct.len(), distinct.len()), "an account twice");
    // Two that claim the same account at once leave one of them without: it comes again later.
    let mut rest = 0;
    while claim(&bed.store, NOW).is_some() {
        rest += 1;
    }
    assert_eq!(distinct.len() + rest, 8);
}

#[test]
fn who_slept_through_their_lease_has_it_no_more() {
    let bed = Bed::new();
    add_task(&bed.store, account(0));
    let first = claim(&bed.store, NOW).unwrap();
    assert!(extend(&bed.store, &first, NOW));
    assert!(claim(&bed.store, NOW.plus(LENGTH / 2)).is_none());
    let later = NOW.plus(LENGTH);
    let second = claim(&bed.store, later).unwrap();
    assert_eq!((second.account_id.clone(), second.fence), (first.account_id.clone(), first.fence + 1));
    assert!(!extend(&bed.store, &first, later));
    let late = first.clone();
    write(&bed.store, move |conn| lease::release(conn, &late)).unwrap();
    assert!(extend(&bed.store, &second, later), "the late one gave up what was not theirs");
}

#[test]
fn nothing_is_claimed_where_nothing_is_due() {
    let bed = Bed::new();
    let is_due = |now| bed.store.read(|conn| lease::is_any_due(conn, now)).unwrap();
    assert!(!is_due(NOW) && claim(&bed.store, NOW).is_none());
    add_task(&bed.store, account(0));
    let early = NOW.minus(Duration::from_millis(1));
    assert!(!is_due(early) && claim(&bed.store, early).is_none());
    assert!(is_due(NOW));
    let held = claim(&bed.store, NOW).unwrap();
    assert!(!is_due(NOW));
    write(&bed.store, move |conn| lease::release(conn, &held)).unwrap();
    assert!(is_due(NOW));
}

/// A SQLite file has one process at a time: a lease found in it is a dead one's.
#[test]
fn leases_of_a_killed_process_do_not_hold_up_the_next_on_the_same_file() {
    let Bed { store, directory: _, database } = Bed::new();
    add_task(&store, account(0));
    let dead = claim(&store, NOW).unwrap();
    drop(store);
    let store = open(&database).unwrap();
    let is_file = database.url().starts_with("sqlite:");
    match claim(&store, NOW) {
        Some(next) if is_file => assert_eq!(next.fence, dead.fence + 1),
        None if !is_file => assert!(claim(&store, NOW.plus(LENGTH)).is_some()),
        other => panic!("{other:?} on {}", database.url()),
    }
    assert!(!extend(&store, &dead, NOW));
}
