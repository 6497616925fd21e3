//! Lists as RFC 7644 §3.4.2 and RFC 9865 §2 write them.

use serde_json::{Map, Value, json};

const SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// A page of a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListResponse {
    /// How many there are on all pages together.
    pub total_results: i64,
    /// The place of the page's first in the whole list, from 1; `None` when the walk goes by cursors.
    pub start_index: Option<i64>,
    /// The page.
    pub resources: Vec<Value>,
    /// What to ask the next page with; `None` on the last one, and when the walk goes by index.
    pub next_cursor: Option<String>,
    /// What to ask the page before with; `None` on the first one, and when the walk goes by index.
    pub previous_cursor: Option<String>,
}

impl ListResponse {
    /// Everything there is, on one page.
    pub fn whole(resources: Vec<Value>) -> Self {
        let total_results = i64::try_from(resources.len()).unwrap_or(i64::MAX);
        Self { total_results, start_index: Some(1), resources, ..Self::default() }
    }

    /// The body. All numbers are numbers, and `Resources` is there even when it is empty.
    pub fn body(self) -> Value {
        let mut body = Map::new();
        body.insert("schemas".to_owned(), json!([SCHEMA]));
        body.insert("totalResults".to_owned(), self.total_results.into());
        body.insert("itemsPerPage".to_owned(), self.resources.len().into());
        if let Some(start_index) = self.start_index {
            body.insert("startIndex".to_owned(), start_index.into());
        }
        for (name, cursor) in [("nextCursor", self.next_cursor), ("previousCursor", self.previous_cursor)] {
            if let Some(cursor) = cursor {
                body.insert(name.to_owned(), cursor.into());
            }
        }
        body.insert("Resources".to_owned(), Value::Array(self.resources));
        Value::Object(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_by_index_says_where_it_begins() {
        let page = ListResponse {
            total_results: 12,
            start_index: Some(11),
            resources: vec![json!({ "id": "u-1" }), json!({ "id": "u-2" })],
            ..ListResponse::default()
        };
        assert_eq!(
            page.body(),
            json!({
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
                "totalResults": 12,
                "itemsPerPage": 2,
                "startIndex": 11,
                "Resources": [{ "id": "u-1" }, { "id": "u-2" }],
            })
        );
    }

    #[test]
    fn a_page_by_cursor_says_what_comes_next() {
        let page = ListResponse {
            total_results: 3,
            resources: vec![json!({ "id": "u-2" })],
            next_cursor: Some("n".to_owned()),
            previous_cursor: Some("p".to_owned()),
            ..ListResponse::default()
        };
        let body = page.body();
        assert_eq!(body["nextCursor"], "n");
        assert_eq!(body["previousCursor"], "p");
        assert_eq!(body.get("startIndex"), None);
    }

    #[test]
    fn nothing_found_is_an_empty_list() {
        let body = ListResponse::whole(Vec::new()).body();
        assert_eq!((&body["totalResults"], &body["itemsPerPage"]), (&json!(0), &json!(0)));
        assert_eq!(body["Resources"], json!([]));
    }
}
