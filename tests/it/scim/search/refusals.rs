//! What is refused, and with which sentence: nothing is found silently empty.

use cloudsso::domain::SCAN_BOUND;
use cloudsso::domain::search::{Sort, SortKey};
use cloudsso::scim::ErrorKind;
use cloudsso::scim::schema::{GROUP_TYPE, USER_TYPE};
use cloudsso::service;

use super::world::{World, search};

#[test]
fn what_cannot_be_asked_is_refused_by_name() {
    let world = World::empty();
    let cases = [
        // Unknown names.
        ("foo eq 1", "foo"),
        ("name.foo pr", "name.foo"),
        ("emails[foo eq 1]", "foo"),
        ("emails.value.x eq \"a\"", "emails"),
        ("urn:x:y:userName eq \"a\"", "urn:x:y:userName"),
        ("department eq \"a\"", "department"),
        ("members pr", "members"),
        ("\u{1f600} pr", ""),
        // Operators that a type has no use for.
        ("active gt true", "active"),
        ("active co \"t\"", "active"),
        ("emails.primary ge true", "primary"),
        ("emails[primary lt true]", "primary"),
        ("x509Certificates.value gt \"a\"", "value"),
        ("meta.created co \"2026\"", "created"),
        ("name gt \"a\"", "name"),
        ("userName gt null", "userName"),
        ("title co null", "title"),
        // Literals of another type.
        ("userName eq 1", "userName"),
        ("userName eq true", "userName"),
        ("active eq 1", "active"),
        ("active eq \"yes\"", "active"),
        ("meta.created gt \"yesterday\"", "created"),
        ("meta.created gt \"2026-11-22T18:22:25\"", "created"),
        ("meta.lastModified gt 5", "lastModified"),
        ("title eq 1.5", "title"),
        ("emails[value eq 1]", "value"),
        // Complex values.
        ("name eq \"a\"", "name"),
        ("addresses eq \"a\"", "addresses"),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager eq \"a\"", "manager"),
        ("userName[value eq \"a\"]", "userName"),
        // What is not kept as it is shown.
        ("meta.location co \"Users\"", "meta.location"),
        ("meta.version gt \"W/1\"", "meta.version"),
        ("groups.$ref sw \"https\"", "groups.$ref"),
        // What no value has.
        ("title eq \"a\\u0000b\"", "U+0000"),
        ("emails[value co \"\\u0000\"]", "U+0000"),
    ];
    for (filter, name) in cases {
        let error = world.find(true, filter).unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidFilter, "{filter}: {error}");
        assert!(error.detail.contains(name), "{filter}: {error}");
    }
    for filter in ["userName eq \"a\"", "members.primary pr", "members gt \"a\" and members.type gt 1"] {
        assert_eq!(world.find(false, filter).unwrap_err().kind, ErrorKind::InvalidFilter, "{filter}");
    }
}

#[test]
fn a_password_is_no_way_to_find_anybody() {
    let world = World::empty();
    for filter in ["password eq \"x\"", "PASSWORD pr", "userName pr or not (password sw \"a\")"] {
        assert_eq!(world.find(true, filter).unwrap_err().kind, ErrorKind::Sensitive, "{filter}");
    }
    assert_eq!(world.sort(&USER_TYPE, "password", "descending"), Sort::UNSORTED);
}

/// What an index serves may be asked of however many; the rest of so many and no more.
#[test]
fn what_no_index_serves_is_bounded() {
    let world = World::empty();
    let cost = |is_users, filter: &str, by: Option<&str>| {
        let of = if is_users { &USER_TYPE } else { &GROUP_TYPE };
        let sort = by.map_or(Sort::UNSORTED, |by| world.sort(of, by, "ascending"));
        search(Some(world.lower(of, filter).unwrap()), sort).cost()
    };
    let is_free = |is_users, filter, by| cost(is_users, filter, by).check(i64::MAX, i64::MAX).is_ok();
    let served = [
        "userName eq \"a\"",
        "userName sw \"a\"",
        "id eq \"u-a\" or id eq \"u-b\"",
        "externalId eq \"a\"",
        "emails.value eq \"a\"",
        "emails sw \"a\"",
        "emails[type eq \"work\" and value eq \"a\"]",
        "emails[type eq \"work\"].value eq \"a\"",
        "groups.value eq \"g-a\"",
        "groups[value eq \"g-a\" and type eq \"direct\"]",
        "groups.display eq \"a\"",
        "userName eq \"a\" and title co \"x\"",
        "title co \"x\" and (emails eq \"a\" or externalId eq \"b\")",
        "userName eq \"a\" or emails eq \"b\"",
        "meta.location eq \"https://sso.example.com/scim/v2/Users/u-a\"",
        "userName pr",
        "meta.resourceType eq \"Group\"",
        "meta.resourceType eq \"User\" and schemas pr",
    ];
    for filter in served {
        assert!(is_free(true, filter, None), "{filter}");
        assert!(is_free(true, filter, Some("userName")), "{filter}");
    }
    let scanned = [
        "userName co \"a\"",
        "userName ne \"a\"",
        "userName sw \"\"",
        "title eq \"a\"",
        "active eq true",
        "not (userName eq \"a\")",
        "userName eq \"a\" or title eq \"b\"",
        "emails co \"a\"",
        "emails[type eq \"work\"]",
        "emails[value eq \"a\" or type eq \"work\"]",
        "groups.type eq \"direct\"",
        "meta.created gt \"2026-01-01T00:00:00Z\"",
    ];
    for filter in scanned {
        let cost = cost(true, filter, None);
        let error = cost.check(SCAN_BOUND + 1, 0).unwrap_err();
        assert!(error.message.contains("no index serves"), "{filter}: {error}");
        assert_eq!(cost.check(SCAN_BOUND, SCAN_BOUND), Ok(()), "{filter}");
    }
    for filter in
        ["displayName eq \"a\"", "members.value eq \"u-a\"", "members[value eq \"u-a\" and type eq \"user\"]"]
    {
        assert!(is_free(false, filter, None), "{filter}");
    }
    for filter in ["displayName co \"a\"", "members.display eq \"a\"", "members pr"] {
        assert!(!is_free(false, filter, None), "{filter}");
    }
    assert!(cost(false, "members.type eq \"user\"", None).check(1, SCAN_BOUND + 1).is_err());
    assert!(is_free(true, "userName pr", Some("meta.created")));
    assert!(!is_free(true, "userName pr", Some("title")));
    assert!(is_free(true, "userName sw \"a\"", Some("title")), "sorts what was found");
}

#[test]
fn too_many_users_to_look_at_are_told_of() {
    let world = World::new();
    let names = |filter: &str| {
        let condition = world.lower(&USER_TYPE, filter).unwrap();
        let search = search(Some(condition), Sort::UNSORTED);
        let found = world.store.read(|conn| service::scim::search::users(conn, &search))?;
        Ok(found.items.iter().map(|user| user.spec.user_name.to_string()).collect::<Vec<_>>())
    };
    world.pretend_users(SCAN_BOUND);
    assert_eq!(names("title eq \"a_b\"").unwrap(), ["heidi"]);
    world.pretend_users(SCAN_BOUND + 1);
    let Err(service::Error::Scim(error)) = names("title eq \"a_b\"") else { panic!() };
    assert_eq!(error.kind, ErrorKind::TooMany);
    assert!(error.detail.contains("100000"), "{error}");
    assert_eq!(names("userName eq \"heidi\" and title eq \"a_b\"").unwrap(), ["heidi"]);
}

/// A long filter that no index serves costs as much more as it has more comparisons.
#[test]
fn the_bound_is_on_comparisons_too() {
    let world = World::empty();
    let chain = |parts: usize| {
        let parts: Vec<String> = (0..parts).map(|number| format!("title co \"{number}\"")).collect();
        search(Some(world.lower(&USER_TYPE, &parts.join(" or ")).unwrap()), Sort::UNSORTED).cost()
    };
    assert_eq!(chain(10).check(SCAN_BOUND, 0), Ok(()));
    assert!(chain(11).check(SCAN_BOUND, 0).unwrap_err().message.contains("11 comparisons"));
    assert_eq!(chain(1_000).check(1_000, 0), Ok(()));
    let names: Vec<String> = (0..900).map(|number| format!("title eq \"{number}\"")).collect();
    let one = world.lower(&USER_TYPE, &names.join(" or ")).unwrap();
    assert_eq!(search(Some(one), Sort::UNSORTED).cost().tests, 1);
}

#[test]
fn an_order_that_is_not_offered_is_that_of_the_ids() {
    let world = World::empty();
    for by in [
        "foo",
        "name",
        "groups",
        "groups.display",
        "meta.version",
        "meta.resourceType",
        "schemas",
        "emails.primary",
    ] {
        assert_eq!(world.sort(&USER_TYPE, by, "descending"), Sort::UNSORTED, "{by}");
    }
    assert_eq!(world.sort(&GROUP_TYPE, "members", "descending"), Sort::UNSORTED);
    assert_eq!(
        world.sort(&USER_TYPE, "meta.created", "descending"),
        Sort { key: SortKey::Id, is_descending: true }
    );
}
