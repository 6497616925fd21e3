//! Filters over HTTP, clause by clause of RFC 7644 §3.4.2.2; what each one finds in storage is `search`'s.

use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::scim::{ENTERPRISE, Idp, SEARCH, USER};

use super::{idp, serving};

/// Three people, beside those whom the organisation has.
fn people() -> (TestApp, Idp) {
    let app = serving();
    let idp = idp(&app);
    for person in [
        json!({
            "schemas": [USER, ENTERPRISE], "userName": "zoe", "displayName": "Zoë Lind", "title": "Engineer",
            "name": { "givenName": "Zoë", "familyName": "Lind" },
            "emails": [
                { "value": "zoe@acme.test", "type": "work", "primary": true },
                { "value": "zoe@home.test", "type": "home" },
            ],
            ENTERPRISE: { "employeeNumber": "701", "manager": { "value": "boss-1" } },
        }),
        json!({
            "schemas": [USER], "userName": "yan", "title": "a \"q\" \\ b", "active": false,
            "emails": [{ "value": "yan@home.test", "type": "work" }],
        }),
        json!({ "schemas": [USER], "userName": "xia", "nickName": "日本" }),
    ] {
        idp.post("/Users", &person).is(201);
    }
    (app, idp)
}

/// The names of those of the three whom a filter finds.
#[track_caller]
fn found(idp: &Idp, filter: &str) -> String {
    let list = idp.find("/Users", filter).is(200);
    let names = list["Resources"].as_array().into_iter().flatten();
    let mut names: Vec<&str> = names.map(|user| user["userName"].as_str().unwrap()).collect();
    names.retain(|name| ["xia", "yan", "zoe"].contains(name));
    names.sort_unstable();
    names.join(" ")
}

#[track_caller]
fn all_find(idp: &Idp, table: &[(&str, &str)]) {
    for (filter, names) in table {
        assert_eq!(found(idp, filter), *names, "{filter}");
    }
}

#[track_caller]
fn refused(idp: &Idp, filters: &[&str]) {
    for filter in filters {
        let detail = idp.find("/Users", filter).refused(400, "invalidFilter");
        assert!(!detail.is_empty(), "{filter}");
    }
}

#[test]
fn item_43_every_operator_in_whatever_case() {
    let (_app, idp) = people();
    all_find(
        &idp,
        &[
            (r#"userName eq "ZOE""#, "zoe"),
            (r#"userName Ne "zoe""#, "xia yan"),
            (r#"displayName co "Lin""#, "zoe"),
            (r#"userName SW "y""#, "yan"),
            (r#"userName ew "ia""#, "xia"),
            (r#"userName gt "xia""#, "yan zoe"),
            (r#"userName ge "xia""#, "xia yan zoe"),
            (r#"userName gt "w" and userName lt "yan""#, "xia"),
            (r#"userName gt "w" AND userName LE "yan""#, "xia yan"),
            ("title PR", "yan zoe"),
            (r#"NOT (title pr) Or userName eq "zoe""#, "xia zoe"),
            (r#"emails[type eq "home"]"#, "zoe"),
        ],
    );
    refused(&idp, &[r#"userName is "zoe""#, r#"userName "zoe""#, "userName eq", r#"(userName eq "zoe""#]);
}

#[test]
fn item_44_brackets_then_not_then_and_then_or() {
    let (_app, idp) = people();
    all_find(
        &idp,
        &[
            (r#"userName eq "zoe" or userName eq "yan" and active eq true"#, "zoe"),
            (r#"active eq true and userName eq "yan" or userName eq "zoe""#, "zoe"),
            (r#"(userName eq "yan" or userName eq "zoe") and active eq false"#, "yan"),
            (r#"not (active eq true) and title pr"#, "yan"),
            (r#"not (active eq true and title pr)"#, "xia yan"),
        ],
    );
}

#[test]
fn item_45_values_are_json() {
    let (_app, idp) = people();
    all_find(
        &idp,
        &[
            (r#"title eq "a \"q\" \\ b""#, "yan"),
            (r#"nickName eq "\u65e5\u672c""#, "xia"),
            (r#"nickName eq "日本""#, "xia"),
            ("active eq false", "yan"),
            ("title eq null", "xia"),
        ],
    );
    refused(&idp, &["userName eq 'zoe'", "userName eq zoe", r#"userName eq "zoe"#, r#"userName eq "\x""#]);
}

#[test]
fn item_46_not_needs_no_blank() {
    let (_app, idp) = people();
    for filter in ["not(title pr)", "not (title pr)", "NOT  ( title pr )"] {
        assert_eq!(found(&idp, filter), "xia", "{filter}");
    }
    refused(&idp, &["not title pr"]);
}

#[test]
fn item_47_names_may_carry_their_schema() {
    let (_app, idp) = people();
    all_find(
        &idp,
        &[
            (&format!(r#"{USER}:userName eq "zoe""#), "zoe"),
            (&format!(r#"{}:NAME.FAMILYNAME eq "Lind""#, USER.to_uppercase()), "zoe"),
            (&format!(r#"{ENTERPRISE}:employeeNumber eq "701""#), "zoe"),
            (&format!(r#"{ENTERPRISE}:manager.value eq "boss-1""#), "zoe"),
        ],
    );
    refused(&idp, &[&format!(r#"{ENTERPRISE}:userName eq "zoe""#), r#"urn:x:y:userName eq "zoe""#]);
    let user = idp.user("wim");
    let group = idp.group("wims", &[&user]);
    let shown = idp.get(&format!("/Groups/{group}")).is(200);
    let address = shown["members"][0]["$ref"].as_str().unwrap();
    let list = idp.find("/Groups", &format!(r#"members.$ref eq "{address}""#)).is(200);
    assert_eq!(list["Resources"][0]["id"], group);
}

#[test]
fn item_48_one_value_that_fits_is_enough_and_brackets_bind_to_it() {
    let (_app, idp) = people();
    all_find(
        &idp,
        &[
            (r#"emails co "@home.test""#, "yan zoe"),
            (r#"emails.value eq "ZOE@home.test""#, "zoe"),
            (r#"emails.type eq "work" and emails.value co "@home.test""#, "yan zoe"),
            (r#"emails[type eq "work" and value co "@home.test"]"#, "yan"),
            (r#"emails[not (type eq "work")]"#, "zoe"),
        ],
    );
}

#[test]
fn items_49_and_50_what_is_absent() {
    let (_app, idp) = people();
    all_find(
        &idp,
        &[
            ("emails pr", "yan zoe"),
            ("name pr", "zoe"),
            ("not (emails pr)", "xia"),
            (r#"title ne "Engineer""#, "xia yan"),
            ("nickName eq null", "yan zoe"),
            ("not (nickName pr)", "yan zoe"),
            ("nickName ne null", "xia"),
        ],
    );
}

#[test]
fn item_51_order_is_that_of_the_type() {
    let (_app, idp) = people();
    let zoe = idp.find("/Users", r#"userName eq "zoe""#).is(200)["Resources"][0].clone();
    let created = zoe["meta"]["created"].as_str().unwrap();
    // The clock stands: the three are of one moment, which another zone writes otherwise.
    let (day, time) = created.trim_end_matches('Z').split_once('T').unwrap();
    let hour: u8 = time[..2].parse().unwrap();
    let elsewhere = format!("{day}T{:02}{}+02:00", hour + 2, &time[2..]);
    all_find(
        &idp,
        &[
            (&format!(r#"meta.created ge "{elsewhere}""#), "xia yan zoe"),
            (&format!(r#"meta.created eq "{elsewhere}""#), "xia yan zoe"),
            (&format!(r#"meta.created gt "{elsewhere}""#), ""),
            (r#"meta.lastModified lt "2020-01-01T00:00:00Z""#, ""),
        ],
    );
    refused(&idp, &["active gt true", r#"meta.created gt "yesterday""#, "userName gt 7"]);
}

#[test]
fn item_52_what_is_not_known_is_an_error() {
    let (_app, idp) = people();
    refused(
        &idp,
        &[r#"colour eq "red""#, r#"name.colour eq "red""#, r#"emails[colour eq "red"]"#, "((", "  "],
    );
    assert!(idp.find("/Users", r#"colour eq "red""#).refused(400, "invalidFilter").contains("colour"));
    for secret in [r#"password eq "x""#, "password pr", r#"userName pr and password sw "a""#] {
        idp.find("/Users", secret).refused(400, "sensitive");
    }
    idp.find("/Groups", r#"userName eq "zoe""#).refused(400, "invalidFilter");
}

#[test]
fn item_53_nothing_found_is_an_answer() {
    let (_app, idp) = people();
    for endpoint in ["/Users", "/Groups"] {
        let list = idp.find(endpoint, r#"id eq "8d04f4a2-1f5c-4e2f-9d5e-0d3b6a1c7e11""#).is(200);
        assert_eq!(list["totalResults"], 0, "{list}");
        assert_eq!(list["itemsPerPage"], 0);
    }
}

#[test]
fn item_54_filters_are_bounded() {
    let (_app, idp) = people();
    let search = |filter: &str| idp.post("/Users/.search", &json!({ "schemas": [SEARCH], "filter": filter }));
    let nested = |opening: &str| format!("{}title pr{}", opening.repeat(10_000), ")".repeat(10_000));
    for hostile in [nested("("), nested("not ("), nested("not("), "(".repeat(60_000)] {
        search(&hostile).refused(400, "invalidFilter");
    }
    search(&format!(r#"title eq "{}""#, "x".repeat(70_000))).refused(400, "invalidFilter");
    let chain = |length: usize| {
        let ids: Vec<String> = (0..length).map(|n| format!(r#"userName eq "nobody-{n}""#)).collect();
        format!(r#"{} or userName eq "zoe""#, ids.join(" or "))
    };
    assert_eq!(search(&chain(500)).is(200)["totalResults"], 1);
    search(&chain(1_500)).refused(400, "invalidFilter");
    assert_eq!(found(&idp, r#"userName eq "zoe""#), "zoe", "and it serves on");
}

#[test]
fn item_55_a_part_behind_brackets() {
    let (_app, idp) = people();
    all_find(
        &idp,
        &[
            (r#"emails[type eq "work"].value eq "zoe@acme.test""#, "zoe"),
            (r#"emails[type eq "work"].value eq "zoe@home.test""#, ""),
        ],
    );
    let search = json!({
        "schemas": [SEARCH], "filter": r#"emails[type eq "home"].value sw "zoe""#, "attributes": ["userName"],
    });
    let list = idp.post("/Users/.search", &search).is(200);
    assert_eq!(list["Resources"][0]["userName"], "zoe");
    assert_eq!(list["Resources"][0]["emails"], Value::Null);
}
