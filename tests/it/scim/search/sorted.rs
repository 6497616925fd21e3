//! Lists in an order (RFC 7644 §3.4.2.3).

use cloudsso::domain::search::{Search, Sort, Window};
use cloudsso::scim::schema::{GROUP_TYPE, USER_TYPE};
use cloudsso::storage::user_search;

use super::world::{World, search};

#[test]
fn users_by_an_attribute_with_the_absent_last() {
    let world = World::new();
    let made = "Alice bob carol@example.com dave erin frank grace heidi";
    let cases = [
        ("userName", made),
        ("id", made),
        ("meta.created", made),
        ("unknown", made),
        ("displayName", "Alice bob carol@example.com dave grace frank heidi erin"),
        ("NAME.FAMILYNAME", "bob erin Alice carol@example.com dave frank grace heidi"),
        ("title", "bob grace heidi carol@example.com Alice frank dave erin"),
        ("active", "carol@example.com erin Alice bob dave frank grace heidi"),
        ("externalId", "Alice bob carol@example.com dave erin frank grace heidi"),
        ("emails", "Alice bob dave erin frank carol@example.com grace heidi"),
        ("emails.type", "bob erin Alice dave carol@example.com frank grace heidi"),
        ("roles", "dave Alice bob carol@example.com erin frank grace heidi"),
        ("photos", "Alice grace bob carol@example.com dave erin frank heidi"),
        (
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
            "Alice bob carol@example.com dave erin frank grace heidi",
        ),
        ("meta.lastModified", made),
    ];
    for (by, expected) in cases {
        let expected: Vec<&str> = expected.split(' ').collect();
        let found = world.names(true, &search(None, world.sort(&USER_TYPE, by, "ascending")));
        assert_eq!(found, expected, "{by}");
        let mut turned = expected;
        if by != "unknown" {
            turned.reverse();
        }
        let found = world.names(true, &search(None, world.sort(&USER_TYPE, by, "descending")));
        assert_eq!(found, turned, "{by} descending");
    }
    let found = world.names(false, &search(None, world.sort(&GROUP_TYPE, "displayName", "descending")));
    assert_eq!(found, ["Top", "Everyone", "Engineers", "empty", "Cloud Admins (EU)", "100%_odd"]);
}

#[test]
fn a_page_by_number_is_a_stretch_of_the_list() {
    let world = World::new();
    let condition = world.lower(&USER_TYPE, "active eq true").unwrap();
    let page = |skipped, limit| {
        let search = Search {
            condition: Some(condition.clone()),
            sort: Sort::UNSORTED,
            window: Window::Skip(skipped),
            limit,
            is_counted: true,
        };
        let found = world.store.read(|conn| user_search::search(conn, &search)).unwrap();
        let names: Vec<String> = found.items.iter().map(|user| user.spec.user_name.to_string()).collect();
        assert_eq!((found.next, found.previous), (None, None));
        (names.join(" "), found.total)
    };
    assert_eq!(page(0, 2), ("Alice bob".to_owned(), Some(6)));
    assert_eq!(page(2, 3), ("dave frank grace".to_owned(), Some(6)));
    assert_eq!(page(5, 3), ("heidi".to_owned(), Some(6)));
    assert_eq!(page(6, 3), (String::new(), Some(6)));
    assert_eq!(page(i64::MAX, i64::MAX), (String::new(), Some(6)));
    assert_eq!(page(0, 0), (String::new(), Some(6)));
    assert_eq!(page(-5, 1), ("Alice".to_owned(), Some(6)));
}
