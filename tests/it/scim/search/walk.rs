//! Walks by cursor (RFC 9865) through a directory that changes meanwhile.

use std::collections::BTreeSet;

use cloudsso::base::{ScimConnectorId, Timestamp, UserId};
use cloudsso::crypto::{Random, SealingKey};
use cloudsso::domain::search::{Condition, Search, Sort, Test, Window};
use cloudsso::domain::{Profile, User, UserSpec};
use cloudsso::scim::ErrorKind;
use cloudsso::scim::filter::Filter;
use cloudsso::scim::schema::USER_TYPE;
use cloudsso::service;
use cloudsso::service::scim::cursor::Walk;
use cloudsso::storage::{Conn, Error, user, user_search};
use serde_json::json;

use super::world::{World, id};

const PEOPLE: i64 = 2_000;
const PAGE: i64 = 97;

fn key() -> SealingKey {
    SealingKey::parse(&SealingKey::generate(&Random::system()).unwrap()).unwrap()
}

/// Somebody with one of a few titles, or none.
fn person(number: i64) -> User {
    let mut spec: UserSpec =
        toml::from_str(&format!("user_name = \"user{:05}\"", number * 7_919 % 100_000)).unwrap();
    spec.display_name = format!("Person {number}");
    let mut user = User::new(id(1_795_348_800_000 + number), spec, Timestamp::from_seconds(number % 5));
    if number % 4 != 0 {
        user.profile =
            Profile::parse(&json!({ "title": format!("Title {}", number % 3) }).to_string()).unwrap();
    }
    user
}

fn change(world: &World, new: Vec<User>, gone: Vec<UserId>) {
    let directory = world.directory.clone();
    world
        .store
        .write(move |conn: &mut Conn| -> Result<(), Error> {
            for user in &new {
                user::insert(conn, &directory, user)?;
            }
            for id in &gone {
                user::delete(conn, id)?;
            }
            Ok(())
        })
        .unwrap();
}

/// Walks to the end and changes the directory after each page; everybody who was there all the time is met
/// exactly once, and nobody twice.
fn walk(sort_by: &str, order: &str, condition: Option<&Condition<Test>>, is_backwards: bool) {
    let world = World::empty();
    let people: Vec<User> = (0..PEOPLE).map(person).collect();
    let mut survivors: BTreeSet<UserId> = people.iter().map(|user| user.id.clone()).collect();
    change(&world, people.clone(), Vec::new());
    let sort = world.sort(&USER_TYPE, sort_by, order);
    let (key, connector) = (key(), world.connector.to_string());
    let walk = Walk { connector: &connector, endpoint: "/Users", filter: None, sort: None };
    let look = |window: Window| {
        let search = Search {
            condition: condition.cloned(),
            sort: sort.clone(),
            window,
            limit: PAGE,
            is_counted: false,
        };
        world.store.read(|conn| user_search::search(conn, &search)).unwrap()
    };
    let mut met: Vec<UserId> = Vec::new();
    let mut window = if is_backwards {
        let mut last = look(Window::After(None));
        while let Some(next) = last.next.clone() {
            last = look(Window::After(Some(next)));
        }
        met.extend(last.items.iter().rev().map(|user| user.id.clone()));
        Window::Before(last.previous.unwrap())
    } else {
        assert_eq!(look(Window::After(None)).previous, None);
        Window::After(None)
    };
    let mut pages = 0;
    loop {
        let found = look(window);
        let ids = found.items.iter().map(|user| user.id.clone());
        if is_backwards {
            met.extend(ids.rev())
        } else {
            met.extend(ids)
        }
        pages += 1;
        let gone: Vec<UserId> = (0..7)
            .map(|step| people[usize::try_from((pages * 131 + step * 277) % PEOPLE).unwrap()].id.clone())
            .collect();
        survivors.retain(|id| !gone.contains(id));
        change(&world, (0..5).map(|step| person(PEOPLE + pages * 10 + step)).collect(), gone);
        let place = if is_backwards { found.previous } else { found.next };
        let Some(place) = place else { break };
        let cursors = if is_backwards {
            walk.cursors(&key, Some(&place), None).unwrap().previous
        } else {
            walk.cursors(&key, None, Some(&place)).unwrap().next
        };
        window = walk.open(&key, cursors.as_deref()).unwrap();
    }
    let unique: BTreeSet<UserId> = met.iter().cloned().collect();
    assert_eq!(unique.len(), met.len(), "nobody twice");
    let missed: Vec<&UserId> = survivors.difference(&unique).collect();
    assert!(missed.is_empty(), "{} were missed", missed.len());
    assert!(pages >= PEOPLE / PAGE);
}

#[test]
fn in_the_order_they_were_made() {
    walk("id", "ascending", None, false);
}

#[test]
fn from_the_end_to_the_beginning() {
    walk("id", "ascending", None, true);
}

#[test]
fn by_name_downwards() {
    walk("userName", "descending", None, false);
}

#[test]
fn by_a_title_that_many_share_and_some_lack() {
    walk("title", "ascending", None, false);
    walk("title", "descending", None, false);
    walk("title", "ascending", None, true);
}

#[test]
fn by_the_moment_of_the_last_change_and_filtered() {
    let world = World::empty();
    let condition = world.lower(&USER_TYPE, "userName sw \"USER\" and displayName co \"person\"").unwrap();
    walk("meta.lastModified", "descending", Some(&condition), false);
}

#[test]
fn a_cursor_is_good_for_its_list_alone() {
    let key = key();
    let (connector, other): (ScimConnectorId, ScimConnectorId) = (id(1), id(2));
    let (connector, other) = (connector.to_string(), other.to_string());
    let world = World::new();
    let search = Search {
        condition: None,
        sort: Sort::UNSORTED,
        window: Window::After(None),
        limit: 3,
        is_counted: false,
    };
    let found = world.store.read(|conn| user_search::search(conn, &search)).unwrap();
    let filter = Filter::parse("userName pr").unwrap();
    let walk = Walk { connector: &connector, endpoint: "/Users", filter: Some(&filter), sort: None };
    let cursors = walk.cursors(&key, found.previous.as_ref(), found.next.as_ref()).unwrap();
    assert_eq!(cursors.previous, None);
    let cursor = cursors.next.unwrap();
    assert!(cursor.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{cursor}");
    assert_eq!(walk.open(&key, Some(&cursor)).unwrap(), Window::After(found.next));
    assert_eq!(walk.open(&key, Some("")).unwrap(), Window::After(None));
    assert_eq!(walk.open(&key, None).unwrap(), Window::After(None));

    let another = Filter::parse("userName sw \"a\"").unwrap();
    let refused = [
        (Walk { connector: &other, ..walk }, cursor.clone()),
        (Walk { endpoint: "/Groups", ..walk }, cursor.clone()),
        (Walk { filter: Some(&another), ..walk }, cursor.clone()),
        (Walk { filter: None, ..walk }, cursor.clone()),
        (walk, format!("{cursor}A")),
        (walk, cursor[1..].to_owned()),
        (walk, "x".to_owned()),
        (walk, "ä'; --".to_owned()),
        (walk, "A".repeat(100_000)),
    ];
    for (walk, cursor) in refused {
        let service::Error::Scim(error) = walk.open(&key, Some(&cursor)).unwrap_err() else { panic!() };
        assert_eq!(error.kind, ErrorKind::InvalidCursor, "{cursor}");
    }
    assert!(walk.open(&self::key(), Some(&cursor)).is_err(), "another installation's");
}
