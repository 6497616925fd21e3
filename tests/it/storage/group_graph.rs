//! Groups in groups against a naive model, and counts against what is there.

use std::collections::BTreeSet;

use cloudsso::base::{GroupId, UserId};
use cloudsso::domain::{NESTING_LEVELS, User, UserSpec};
use cloudsso::storage::resource_count::{self, Kind};
use cloudsso::storage::{Conn, Error, group, group_graph, membership, user};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::{Bed, NOW, new_group, new_id, write};

const GROUPS: usize = 7;

/// Whatever is reached from a group by going up, one edge after another, itself included.
fn reach(edges: &BTreeSet<(usize, usize)>, from: usize) -> BTreeSet<usize> {
    let mut found = BTreeSet::from([from]);
    while let Some(next) = edges.iter().find(|(up, low)| found.contains(low) && !found.contains(up)) {
        found.insert(next.0);
    }
    found
}

/// Does what is asked in one transaction, and compares after each step; what differs, if anything does.
fn compare(
    conn: &mut Conn,
    ids: &[GroupId],
    steps: &[(bool, usize, usize)],
) -> Result<Option<String>, Error> {
    let mut edges = BTreeSet::new();
    for (adds, up, low) in steps {
        let (group, member) = (&ids[*up], &ids[*low]);
        if *adds && !edges.contains(&(*up, *low)) {
            let makes_a_circle = reach(&edges, *up).contains(low);
            let outcome = group_graph::around(conn, group, member)?.check(group, member);
            if outcome.is_err() != makes_a_circle {
                return Ok(Some(format!("{edges:?} and {up} over {low}: {outcome:?}")));
            }
            if outcome.is_ok() {
                group_graph::insert(conn, group, member, NOW)?;
                edges.insert((*up, *low));
            }
        } else if !*adds && group_graph::delete(conn, group, member)? != edges.remove(&(*up, *low)) {
            return Ok(Some(format!("{up} over {low} was there or not")));
        }
        for (number, id) in ids.iter().enumerate() {
            let wanted: BTreeSet<GroupId> = reach(&edges, number).iter().map(|up| ids[*up].clone()).collect();
            let found: BTreeSet<GroupId> = group_graph::list_above(conn, id)?.into_iter().collect();
            if found != wanted {
                return Ok(Some(format!("{edges:?}: above {number} {found:?}, not {wanted:?}")));
            }
        }
    }
    let counted = resource_count::total(conn, Kind::Membership)?;
    let is_counted = counted == i64::try_from(edges.len()).unwrap();
    for (up, low) in &edges {
        group_graph::delete(conn, &ids[*up], &ids[*low])?;
    }
    Ok((!is_counted).then(|| format!("{edges:?} counted as {counted}")))
}

#[test]
fn what_is_in_what_is_what_a_walk_finds() {
    let bed = Bed::new();
    let ids: Vec<GroupId> =
        (0..GROUPS).map(|number| bed.insert_group(&format!("g-{number}")).unwrap()).collect();
    let step = (prop::bool::weighted(0.7), 0..GROUPS, 0..GROUPS);
    let steps = prop::collection::vec(step, 1..40);
    let config = ProptestConfig { cases: 60, failure_persistence: None, ..Default::default() };
    let outcome = TestRunner::new(config).run(&steps, |steps| {
        let ids = ids.clone();
        let differs = write(&bed.store, move |conn| compare(conn, &ids, &steps)).unwrap();
        prop_assert_eq!(differs, None);
        Ok(())
    });
    outcome.unwrap();
    let left = bed.store.read(|conn| resource_count::total(conn, Kind::Membership)).unwrap();
    assert_eq!(left, 0);
}

#[test]
fn a_group_is_nested_so_deep_and_no_deeper() {
    let bed = Bed::new();
    let ids: Vec<GroupId> =
        (0..=NESTING_LEVELS).map(|number| bed.insert_group(&format!("g-{number}")).unwrap()).collect();
    let last = write(&bed.store, move |conn| {
        let mut last = None;
        for pair in ids.windows(2) {
            last = Some(group_graph::around(conn, &pair[0], &pair[1])?.check(&pair[0], &pair[1]));
            if last == Some(Ok(())) {
                group_graph::insert(conn, &pair[0], &pair[1], NOW)?;
            }
        }
        assert_eq!(group_graph::list_below(conn, &ids[0])?.len(), NESTING_LEVELS);
        Ok(last)
    });
    let refused = last.unwrap().unwrap().unwrap_err();
    assert_eq!(refused.code, "InvalidParameter.Member");
    assert!(refused.message.contains("33 groups"), "{}", refused.message);
}

#[test]
fn a_group_in_a_group_is_not_deleted() {
    let bed = Bed::new();
    let (outer, inner) = (bed.insert_group("outer").unwrap(), bed.insert_group("inner").unwrap());
    let (group, member) = (outer.clone(), inner.clone());
    write(&bed.store, move |conn| group_graph::insert(conn, &group, &member, NOW)).unwrap();
    for id in [outer.clone(), inner.clone()] {
        assert_eq!(bed.store.read(|conn| group::ties(conn, &id)).unwrap().groups, 1);
        let failed = write(&bed.store, move |conn| group::delete(conn, &id));
        assert!(matches!(failed, Err(Error::Reference(_))), "{failed:?}");
    }
    let total = |kind| bed.store.read(|conn| resource_count::total(conn, kind)).unwrap();
    assert_eq!((total(Kind::Group), total(Kind::Membership)), (2, 1));
    write(&bed.store, move |conn| {
        group_graph::delete(conn, &outer, &inner)?;
        Ok(group::delete(conn, &outer)? && group::delete(conn, &inner)?)
    })
    .unwrap();
    assert_eq!((total(Kind::Group), total(Kind::Membership)), (0, 0));
}

fn new_user(name: &str) -> User {
    let spec: UserSpec = toml::from_str(&format!("user_name = {name:?}")).unwrap();
    User::new(new_id(), spec, NOW)
}

#[test]
fn many_come_and_go_in_one_statement_and_are_counted() {
    let bed = Bed::new();
    let group = bed.insert_group("team").unwrap();
    let people: Vec<User> = (0..40).map(|number| new_user(&format!("user-{number}"))).collect();
    let ids: Vec<UserId> = people.iter().map(|user| user.id.clone()).collect();
    let (directory, made) = (bed.directory.clone(), people);
    write(&bed.store, move |conn| made.iter().try_for_each(|one| user::insert(conn, &directory, one)))
        .unwrap();
    let (id, some) = (group.clone(), ids[..30].to_vec());
    write(&bed.store, move |conn| membership::insert(conn, &id, &some, NOW)).unwrap();
    let total = |kind| bed.store.read(|conn| resource_count::total(conn, kind)).unwrap();
    assert_eq!((total(Kind::User), total(Kind::Membership)), (40, 30));
    let present = bed.store.read(|conn| membership::list_present(conn, &group, &ids[25..35])).unwrap();
    assert_eq!(present, ids[25..30].iter().cloned().collect());
    let (id, some) = (group.clone(), ids[20..].to_vec());
    assert_eq!(write(&bed.store, move |conn| membership::delete(conn, &id, &some)).unwrap(), 10);
    assert_eq!(total(Kind::Membership), 20);
    let gone = ids[39].clone();
    assert!(write(&bed.store, move |conn| user::delete(conn, &gone)).unwrap());
    assert_eq!(total(Kind::User), 39);
    // What fails counts nothing.
    let twice = new_group("TEAM");
    let directory = bed.directory.clone();
    write(&bed.store, move |conn| group::insert(conn, &directory, &twice)).unwrap_err();
    assert_eq!(total(Kind::Group), 1);
}
