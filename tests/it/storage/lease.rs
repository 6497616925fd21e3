//! Leases on accounts: one holder at a time, and none for who slept through theirs.

use std::collections::BTreeSet;
use std::time::Duration;

use cloudsso::base::{AccountId, Timestamp};
use cloudsso::domain::{Target, Task, TaskKind};
use cloudsso::storage::lease::{self, Lease};
use cloudsso::storage::{Store, task};

use super::{Bed, NOW, new_id, together, write};

const LENGTH: Duration = Duration::from_secs(120);

fn account(number: usize) -> AccountId {
    AccountId::parse(&format!("{}", 1_000_000_000_000_000 + number)).unwrap()
}

fn add_task(store: &Store, account_id: AccountId) {
    let task = Task {
        access_configuration_id: Some(new_id()),
        ..Task::new(new_id(), TaskKind::CreateAccessAssignment, Target::Account(account_id), NOW)
    };
    write(store, move |conn| task::insert(conn, &task, NOW)).unwrap();
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

#[test]
fn who_starts_in_the_place_of_a_dead_process_gives_up_its_leases_and_no_other_s() {
    let bed = Bed::new();
    (0..2).for_each(|number| add_task(&bed.store, account(number)));
    let claim_as =
        |owner: &'static str| write(&bed.store, move |conn| lease::claim(conn, owner, NOW, LENGTH)).unwrap();
    let (dead, alive) = (claim_as("dead").unwrap(), claim_as("alive").unwrap());
    assert_eq!(claim_as("new"), None);
    write(&bed.store, |conn| lease::release_owned(conn, "dead")).unwrap();
    let taken = claim_as("new").unwrap();
    assert_eq!(taken.account_id, dead.account_id);
    assert_eq!(claim_as("new"), None);
    assert!(extend(&bed.store, &alive, NOW));
    assert!(!extend(&bed.store, &dead, NOW), "its fence is no longer the present one");
}
