//! Filters that mean harm, and filters that are merely large.

use super::world::World;

/// Each of these is a text like another: it is found where it stands, and means nothing to the database.
#[test]
fn no_text_is_anything_but_a_text() {
    let world = World::new();
    let everybody = world.find(true, "userName pr").unwrap().len();
    let texts = [
        "'",
        "''",
        "\"",
        "\\",
        "\\\\",
        "%",
        "_",
        "!",
        "!%",
        "*",
        "?",
        "$1",
        ":1",
        "@1",
        "$.name",
        "$",
        "[0]",
        "--",
        "/*",
        ";",
        "' OR '1'='1",
        "'; DROP TABLE users; --",
        "\" OR \"\"=\"",
        "a' UNION SELECT * FROM passwords --",
        "x') OR 1=1 --",
        "\u{10ffff}",
        "\u{d7ff}",
        "\u{e000}",
        "\u{202e}",
        "\u{1}",
        "\r\n",
        "\u{fffd}",
        "{}",
        "null",
        "NaN",
        "9999999999999999999999",
    ];
    let attributes = [
        "userName",
        "id",
        "externalId",
        "displayName",
        "title",
        "name.familyName",
        "emails",
        "emails.type",
        "profileUrl",
        "photos.value",
        "groups.value",
        "groups.display",
        "meta.version",
        "meta.location",
        "schemas",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
    ];
    for text in texts {
        let literal = serde_json::Value::from(text).to_string();
        for attribute in attributes {
            for operator in ["eq", "co", "sw", "gt"] {
                let filter = format!("{attribute} {operator} {literal}");
                // What is compared by equality alone is refused for the others.
                let Ok(found) = world.find(true, &filter) else { continue };
                if operator == "eq" {
                    assert_eq!(found, [""; 0], "{filter}");
                    let others = world.find(true, &format!("not ({filter})")).unwrap();
                    assert_eq!(others.len(), everybody, "{filter}");
                }
            }
            let list = format!("emails[value eq {literal} or not (type co {literal})]");
            world.find(true, &list).unwrap();
        }
    }
    assert_eq!(world.find(true, "userName pr").unwrap().len(), everybody);
}

#[test]
fn no_name_of_an_attribute_reaches_the_database() {
    let world = World::new();
    for name in [
        "userName'",
        "user_name_key",
        "1=1",
        "users.id",
        "userName\"",
        "emails.value'--",
        "search",
        "profile",
        "name.\"x\"",
        "rowid",
        "urn:x'; DROP TABLE users; --:userName",
    ] {
        assert!(world.find(true, &format!("{name} pr")).is_err(), "{name}");
        assert!(world.find(true, &format!("{name} eq \"a\"")).is_err(), "{name}");
    }
}

#[test]
fn a_thousand_terms_are_one_statement() {
    let world = World::new();
    let chain =
        |word: &str, term: &dyn Fn(usize) -> String| (0..1_000).map(term).collect::<Vec<_>>().join(word);
    let id = world.users[1]["id"].as_str().unwrap();
    let ids = chain(" or ", &|number| {
        if number == 500 { format!("id eq \"{id}\"") } else { format!("id eq \"u-{number}\"") }
    });
    assert_eq!(world.find(true, &ids).unwrap(), ["bob"]);
    let emails = chain(" or ", &|number| format!("emails eq \"bob{}@example.com\"", "x".repeat(number % 7)));
    assert_eq!(world.find(true, &emails).unwrap(), ["bob"]);
    let beginnings = chain(" or ", &|number| format!("userName sw \"b{}\"", "o".repeat(number % 9)));
    assert_eq!(world.find(true, &beginnings).unwrap(), ["bob"]);
    let served = chain(" or ", &|number| match number % 3 {
        0 => format!("emails sw \"bob@{number}\""),
        1 => format!("groups.value eq \"g-{number}\""),
        _ => format!("userName sw \"{number}\""),
    });
    assert_eq!(world.find(true, &served).unwrap(), [""; 0]);
    let parts = chain(" and ", &|number| format!("not (title co \"no{number}\")"));
    assert_eq!(world.find(true, &parts).unwrap().len(), world.users.len());
    let half = |word: &str, term: &dyn Fn(usize) -> String| (0..500).map(term).collect::<Vec<_>>().join(word);
    let elements = half(" and ", &|number| format!("not (emails[type eq \"x{number}\" and value co \"y\"])"));
    assert_eq!(world.find(true, &elements).unwrap().len(), world.users.len());
    let elements = half(" or ", &|number| format!("emails[type eq \"x{number}\" and value co \"y\"]"));
    assert_eq!(world.find(true, &elements).unwrap(), [""; 0]);
    let parts = chain(" or ", &|number| format!("photos co \"no{number}\""));
    assert_eq!(world.find(true, &parts).unwrap(), [""; 0]);
    let members =
        half(" or ", &|number| format!("members[value eq \"u-{number}\" or display co \"x{number}\"]"));
    assert_eq!(world.find(false, &members).unwrap(), [""; 0]);
}

#[test]
fn what_stands_deep_is_found() {
    let world = World::new();
    let deep = format!("{}userName eq \"bob\"{}", "not (".repeat(30), ")".repeat(30));
    assert_eq!(world.find(true, &deep).unwrap(), ["bob"]);
}
