//! Walks by cursor (RFC 9865): nobody is lost whatever is deleted on the way, and a cursor is good for its own walk.

use std::collections::BTreeSet;

use cloudsso::domain::ScimScope;
use serde_json::{Value, json};

use crate::support::scim::{Idp, SEARCH};

use super::{credential_of, idp, serving};

fn names(page: &Value) -> Vec<String> {
    let resources = page["Resources"].as_array().into_iter().flatten();
    resources.map(|user| user["userName"].as_str().unwrap().to_owned()).collect()
}

fn page(idp: &Idp, query: &str, cursor: &str) -> Value {
    idp.get(&format!("/Users?{query}&cursor={cursor}")).is(200)
}

fn next(page: &Value) -> &str {
    page["nextCursor"].as_str().unwrap()
}

#[test]
fn item_78_a_walk_there_and_back() {
    let app = serving();
    let idp = idp(&app);
    for n in 0..7 {
        idp.user(&format!("n-{n}"));
    }
    for order in ["", "&sortBy=userName&sortOrder=descending", "&sortBy=title", "&sortBy=emails"] {
        let query = format!("count=4{order}");
        let mut pages = vec![page(&idp, &query, "")];
        while let Some(cursor) = pages.last().unwrap()["nextCursor"].as_str() {
            assert!(
                cursor.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)),
                "{cursor}"
            );
            let following = page(&idp, &query, cursor);
            pages.push(following);
        }
        assert_eq!(pages.iter().map(|page| names(page).len()).collect::<Vec<_>>(), [4, 4, 3], "{order}");
        let all: BTreeSet<String> = pages.iter().flat_map(names).collect();
        assert_eq!(all.len(), 11, "{order}");
        assert!(pages.iter().all(|page| page["totalResults"] == 11 && page.get("startIndex").is_none()));
        assert!(pages[0].get("previousCursor").is_none());
        // Back again, page by page.
        for (place, later) in pages.iter().enumerate().skip(1) {
            let earlier = page(&idp, &query, later["previousCursor"].as_str().unwrap());
            assert_eq!(names(&earlier), names(&pages[place - 1]), "{order}");
        }
    }
}

#[test]
fn item_78_deletions_on_the_way_lose_nobody() {
    let app = serving();
    let idp = idp(&app);
    let ids: Vec<String> = (0..12).map(|n| idp.user(&format!("n-{n:02}"))).collect();
    let query = "count=5&sortBy=userName";
    let first = page(&idp, query, "");
    assert_eq!(names(&first), ["alice", "bob", "carol", "dora", "n-00"]);
    // The very place that the cursor names, and the one after it.
    for gone in ["n-00", "n-01"] {
        let at: usize = gone[2..].parse().unwrap();
        idp.delete(&format!("/Users/{}", ids[at])).is(204);
    }
    let second = page(&idp, query, next(&first));
    assert_eq!(names(&second), ["n-02", "n-03", "n-04", "n-05", "n-06"]);
    idp.delete(&format!("/Users/{}", ids[3])).is(204);
    idp.delete(&format!("/Users/{}", ids[6])).is(204);
    let third = page(&idp, query, next(&second));
    assert_eq!(names(&third), ["n-07", "n-08", "n-09", "n-10", "n-11"]);
    assert!(third.get("nextCursor").is_none());
    let back = page(&idp, query, third["previousCursor"].as_str().unwrap());
    assert_eq!(names(&back), ["carol", "dora", "n-02", "n-04", "n-05"]);
}

#[test]
fn item_78_a_cursor_is_good_for_its_own_walk() {
    let app = serving();
    let okta = idp(&app);
    let entra = Idp::new(&app, Some(credential_of(&app, "entra", ScimScope::All).token));
    let filter = "filter=userName%20pr";
    let begun = page(&okta, &format!("count=2&sortBy=userName&{filter}"), "");
    let cursor = next(&begun);
    let refused = |idp: &Idp, path: &str| {
        let detail = idp.get(path).refused(400, "invalidCursor");
        assert!(detail.contains("cursor"), "{detail}");
    };
    for other in [
        format!("/Users?sortBy=userName&cursor={cursor}"),
        format!("/Users?sortBy=userName&filter=active%20eq%20true&cursor={cursor}"),
        format!("/Users?{filter}&cursor={cursor}"),
        format!("/Users?sortBy=userName&sortOrder=descending&{filter}&cursor={cursor}"),
        format!("/Users?sortBy=userName&{filter}&cursor={cursor}x"),
        format!("/Users?sortBy=userName&{filter}&cursor=MQ"),
        format!("/Groups?cursor={cursor}"),
    ] {
        refused(&okta, &other);
    }
    refused(&entra, &format!("/Users?sortBy=userName&{filter}&cursor={cursor}"));
    // How much is asked for, and what of it is shown, may change on the way.
    let rest = page(&okta, &format!("count=10&sortBy=userName&attributes=userName&{filter}"), cursor);
    assert_eq!(names(&rest), ["carol", "dora"]);
}

#[test]
fn item_78_counts_and_places_beside_a_cursor() {
    let app = serving();
    let idp = idp(&app);
    for bad in ["many", "1.5", ""] {
        idp.get(&format!("/Users?cursor=&count={bad}")).refused(400, "invalidCount");
    }
    idp.get("/Users?cursor=&startIndex=1").refused(400, "invalidValue");
    let nothing = page(&idp, "count=0", "");
    assert_eq!((&nothing["totalResults"], &nothing["itemsPerPage"]), (&json!(4), &json!(0)));
    let config = idp.get("/ServiceProviderConfig").is(200);
    assert_eq!(
        (&config["pagination"]["cursor"], &config["pagination"]["index"]),
        (&json!(true), &json!(true))
    );
}

#[test]
fn item_78_a_walk_by_search() {
    let app = serving();
    let idp = idp(&app);
    for endpoint in ["/Users/.search", "/.search"] {
        let search = |cursor: &str| {
            let body = json!({
                "schemas": [SEARCH], "count": 3, "cursor": cursor, "filter": "userName pr",
                "attributes": ["userName"],
            });
            idp.post(endpoint, &body)
        };
        let first = search("").is(200);
        let second = search(next(&first)).is(200);
        let mut all = [names(&first), names(&second)].concat();
        all.sort_unstable();
        assert_eq!(all, ["alice", "bob", "carol", "dora"]);
        assert!(second.get("nextCursor").is_none(), "{endpoint}");
        search("nonsense").refused(400, "invalidCursor");
        let body = json!({ "schemas": [SEARCH], "count": "x", "cursor": "" });
        idp.post(endpoint, &body).refused(400, "invalidCount");
    }
}
