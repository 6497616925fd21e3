//! Writes: whole or not at all, alone or beside others.

use cloudsso::crypto::Random;
use cloudsso::domain::{Action, Event, FailureCounter, Throttle};
use cloudsso::storage::event::{self, Origin};
use cloudsso::storage::{Error, failure_counter, group, membership};

use super::{Bed, NOW, new_group, new_id, open, together, write};

#[test]
fn an_error_undoes_the_whole_write() {
    let bed = Bed::new();
    let (directory, one, two) = (bed.directory.clone(), new_group("one"), new_group("two"));
    let origin = Origin { actor: "t".to_owned(), request_id: String::new(), source_address: String::new() };
    let event = Event::new(Action::GroupCreated, &one.id);
    let event_id = Random::system().id(NOW).unwrap();
    let failed: Result<(), Error> = write(&bed.store, move |conn| {
        group::insert(conn, &directory, &one)?;
        event::insert(conn, &event_id, NOW, &origin, &event)?;
        group::insert(conn, &directory, &two)?;
        Err(Error::Unavailable("on purpose".to_owned()))
    });
    assert!(matches!(failed, Err(Error::Unavailable(reason)) if reason == "on purpose"));
    assert!(!bed.has_group("one") && !bed.has_group("two"));
    bed.insert_group("one").unwrap();
    assert!(bed.has_group("one"));
}

#[test]
fn a_name_that_is_taken_is_a_duplicate_and_undoes_what_stood_before_it() {
    let bed = Bed::new();
    bed.insert_group("Team").unwrap();
    assert!(matches!(bed.insert_group("TEAM"), Err(Error::Duplicate(_))));
    let (directory, other, again) = (bed.directory.clone(), new_group("other"), new_group("team"));
    let failed = write(&bed.store, move |conn| {
        group::insert(conn, &directory, &other)?;
        group::insert(conn, &directory, &again)
    });
    assert!(matches!(failed, Err(Error::Duplicate(_))));
    assert!(!bed.has_group("other"));
}

#[test]
fn a_row_of_nothing_is_a_broken_reference() {
    let bed = Bed::new();
    let group = bed.insert_group("team").unwrap();
    let nobody: cloudsso::base::UserId = new_id();
    let failed =
        write(&bed.store, move |conn| membership::insert(conn, &group, std::slice::from_ref(&nobody), NOW));
    assert!(matches!(failed, Err(Error::Reference(_))), "{failed:?}");
    let (nowhere, group) = (new_id(), new_group("lost"));
    let failed = write(&bed.store, move |conn| group::insert(conn, &nowhere, &group));
    assert!(matches!(failed, Err(Error::Reference(_))), "{failed:?}");
}

/// On SQLite many writes share one commit; each stands or falls by itself all the same.
#[test]
fn a_write_that_fails_leaves_those_beside_it_alone() {
    let bed = Bed::new();
    bed.insert_group("taken").unwrap();
    let outcomes = together(|number| {
        (0..20)
            .map(|round| {
                let name = format!("g-{number}-{round}");
                match round % 4 {
                    0 => (
                        name,
                        bed.insert_group("taken").err().map(|error| matches!(error, Error::Duplicate(_))),
                    ),
                    1 => (name.clone(), fail_after(&bed, &name)),
                    _ => (name.clone(), bed.insert_group(&name).err().map(|_error| false)),
                }
            })
            .collect::<Vec<_>>()
    });
    for (name, failed) in outcomes.into_iter().flatten() {
        let round: usize = name.rsplit('-').next().unwrap().parse().unwrap();
        let is_meant_to_fail = round % 4 < 2;
        assert_eq!(failed, is_meant_to_fail.then_some(true), "{name}");
        assert_eq!(bed.has_group(&name), !is_meant_to_fail, "{name}");
    }
}

/// Writes a group, then fails; whether with the error it chose.
fn fail_after(bed: &Bed, name: &str) -> Option<bool> {
    let (directory, group) = (bed.directory.clone(), new_group(name));
    let failed: Result<(), Error> = write(&bed.store, move |conn| {
        group::insert(conn, &directory, &group)?;
        Err(Error::Unsuitable("chosen".to_owned()))
    });
    failed.err().map(|error| matches!(error, Error::Unsuitable(_)))
}

#[test]
fn every_failure_is_counted_however_many_come_at_once() {
    let bed = Bed::new();
    together(|_number| {
        write(&bed.store, |conn| {
            let throttle = Throttle::NAME_AND_ADDRESS;
            let counter = failure_counter::lock(conn, "key", NOW)?.failed(&throttle, NOW);
            failure_counter::update(conn, "key", &counter, &throttle)
        })
    })
    .into_iter()
    .for_each(|outcome| outcome.unwrap());
    let counter: FailureCounter = bed.store.read(|conn| failure_counter::find(conn, "key")).unwrap().unwrap();
    assert_eq!(counter.failures, 16);
}

#[test]
fn what_was_written_is_there_after_the_database_is_opened_again() {
    let Bed { store, directory: _, database } = {
        let bed = Bed::new();
        bed.insert_group("kept").unwrap();
        bed
    };
    if database.url().starts_with("sqlite:") {
        // Another process, or another store, would write to the same file behind this one's back.
        assert!(matches!(open(&database).err(), Some(Error::InUse(_))));
    }
    drop(store);
    let store = open(&database).unwrap();
    assert!(store.read(|conn| group::find_by_name(conn, "kept")).unwrap().is_some());
    store.probe().unwrap();
}
