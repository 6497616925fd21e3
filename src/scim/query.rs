//! What a list is asked for: by the parameters of a GET or by a SearchRequest (RFC 7644 §3.4.2–3.4.3, RFC 9865 §2).

use serde_json::Value;

use super::filter::Filter;
use super::path::AttributePath;
use super::{Error, ErrorKind};

const SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

/// A question for a list. Whether its attributes exist is for the resource type to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// Which resources.
    pub filter: Option<Filter>,
    /// In which order.
    pub sort: Option<Sort>,
    /// Which part of them.
    pub page: Page,
    /// The names in `attributes`, for [`Projection::parse`](super::projection::Projection::parse).
    pub attributes: Vec<String>,
    /// The names in `excludedAttributes`, for the same.
    pub excluded_attributes: Vec<String>,
}

/// An order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sort {
    /// By what.
    pub path: AttributePath,
    /// Whether the last comes first.
    pub is_descending: bool,
}

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Page {
    /// By place.
    Index {
        /// The place of the first, from 1.
        start_index: i64,
        /// How many at most, 0 or more; `None` leaves it to the server.
        count: Option<i64>,
    },
    /// By cursor.
    Cursor {
        /// What the page before gave; `None` begins the walk.
        cursor: Option<String>,
        /// How many at most, 0 or more; `None` leaves it to the server.
        count: Option<i64>,
    },
}

impl Query {
    /// Reads the parameters of a query string, decoded. Names are taken without case, unknown ones are passed
    /// over, and of one that is repeated the last counts; lists of attributes add up.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidFilter`] as [`Filter::parse`]; [`ErrorKind::InvalidValue`] for a number that is none,
    /// for `sortBy` that names no attribute, for another `sortOrder` than the two, and for `startIndex` beside
    /// `cursor`, which ask for different pages; [`ErrorKind::InvalidCount`] for `count` that is no number beside
    /// `cursor`.
    pub fn of_parameters(parameters: &[(String, String)]) -> Result<Self, Error> {
        let mut asked = Asked::default();
        for (name, value) in parameters {
            match name.to_ascii_lowercase().as_str() {
                "filter" => asked.filter = Some(value),
                "sortby" => asked.sort_by = Some(value),
                "sortorder" => asked.sort_order = Some(value),
                "startindex" => asked.start_index = Some(Number::read(value)),
                "count" => asked.count = Some(Number::read(value)),
                "cursor" => asked.cursor = Some(value),
                "attributes" => asked.attributes.push(value.clone()),
                "excludedattributes" => asked.excluded_attributes.push(value.clone()),
                _ => {}
            }
        }
        asked.query()
    }

    /// Reads the body of `POST /.search`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidSyntax`] for a body that is no SearchRequest, or where a text or a list is something
    /// else; and as [`Query::of_parameters`].
    pub fn of_search(body: &Value) -> Result<Self, Error> {
        let Value::Object(body) = body else { return Err(syntax("the body must be a JSON object")) };
        let mut asked = Asked::default();
        let mut is_search = false;
        for (name, value) in body.iter().filter(|(_, value)| !value.is_null()) {
            match name.to_ascii_lowercase().as_str() {
                "schemas" => {
                    is_search = list(name, value)?.iter().any(|urn| urn.eq_ignore_ascii_case(SCHEMA));
                }
                "filter" => asked.filter = Some(text(name, value)?),
                "sortby" => asked.sort_by = Some(text(name, value)?),
                "sortorder" => asked.sort_order = Some(text(name, value)?),
                "startindex" => asked.start_index = Some(Number::of(value)),
                "count" => asked.count = Some(Number::of(value)),
                "cursor" => asked.cursor = Some(text(name, value)?),
                "attributes" => asked.attributes = list(name, value)?,
                "excludedattributes" => asked.excluded_attributes = list(name, value)?,
                _ => {}
            }
        }
        if is_search { asked.query() } else { Err(syntax(format!("schemas must contain {SCHEMA}"))) }
    }
}

#[derive(Default)]
struct Asked<'a> {
    filter: Option<&'a str>,
    sort_by: Option<&'a str>,
    sort_order: Option<&'a str>,
    start_index: Option<Number>,
    count: Option<Number>,
    cursor: Option<&'a str>,
    attributes: Vec<String>,
    excluded_attributes: Vec<String>,
}

impl Asked<'_> {
    fn query(self) -> Result<Query, Error> {
        Ok(Query {
            filter: self.filter.map(Filter::parse).transpose()?,
            sort: self.sort()?,
            page: self.page()?,
            attributes: self.attributes,
            excluded_attributes: self.excluded_attributes,
        })
    }

    fn sort(&self) -> Result<Option<Sort>, Error> {
        let is_descending = match self.sort_order {
            None | Some("") => false,
            Some(order) if order.eq_ignore_ascii_case("ascending") => false,
            Some(order) if order.eq_ignore_ascii_case("descending") => true,
            Some(_) => return Err(invalid("sortOrder must be ascending or descending")),
        };
        let Some(name) = self.sort_by.filter(|name| !name.is_empty()) else { return Ok(None) };
        let path = AttributePath::parse(name).ok_or_else(|| invalid("sortBy must name an attribute"))?;
        Ok(Some(Sort { path, is_descending }))
    }

    fn page(&self) -> Result<Page, Error> {
        let count = self.count.as_ref().map(|count| count.whole("count")).transpose();
        let Some(cursor) = self.cursor else {
            let start_index = self.start_index.as_ref().map_or(Ok(1), |index| index.whole("startIndex"))?;
            return Ok(Page::Index {
                start_index: start_index.max(1),
                count: count?.map(|count| count.max(0)),
            });
        };
        if self.start_index.is_some() {
            return Err(invalid("startIndex and cursor cannot both be given"));
        }
        let count = count.map_err(|error| Error { kind: ErrorKind::InvalidCount, ..error })?;
        let cursor = (!cursor.is_empty()).then(|| cursor.to_owned());
        Ok(Page::Cursor { cursor, count: count.map(|count| count.max(0)) })
    }
}

/// What stood where a number belongs; `None` is anything else.
struct Number(Option<i64>);

impl Number {
    fn read(text: &str) -> Self {
        Self(text.trim_ascii().parse().ok())
    }

    fn of(value: &Value) -> Self {
        value.as_str().map_or_else(|| Self(value.as_i64()), Self::read)
    }

    fn whole(&self, name: &str) -> Result<i64, Error> {
        self.0.ok_or_else(|| invalid(format!("{name} must be a whole number")))
    }
}

fn text<'a>(name: &str, value: &'a Value) -> Result<&'a str, Error> {
    value.as_str().ok_or_else(|| syntax(format!("{name} must be a string")))
}

fn list(name: &str, value: &Value) -> Result<Vec<String>, Error> {
    let texts = match value {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Array(texts) => texts.iter().map(|text| text.as_str().map(str::to_owned)).collect(),
        _ => None,
    };
    texts.ok_or_else(|| syntax(format!("{name} must be a list of strings")))
}

fn invalid(detail: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidValue, detail)
}

fn syntax(detail: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidSyntax, detail)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    type Parameters = &'static [(&'static str, &'static str)];

    fn asked(parameters: &[(&str, &str)]) -> Result<Query, Error> {
        let pairs = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Query::of_parameters(&pairs.collect::<Vec<_>>())
    }

    fn page(parameters: &[(&str, &str)]) -> Page {
        asked(parameters).unwrap().page
    }

    #[test]
    fn pages_by_index_are_brought_into_bounds() {
        let table: &[(Parameters, i64, Option<i64>)] = &[
            (&[], 1, None),
            (&[("startIndex", "0")], 1, None),
            (&[("startIndex", "-7"), ("count", "-1")], 1, Some(0)),
            (&[("STARTINDEX", "11"), ("Count", "10")], 11, Some(10)),
            (&[("count", "1"), ("count", "2")], 1, Some(2)),
            (&[("aadOptscim062020", ""), ("count", "0")], 1, Some(0)),
        ];
        for (parameters, start_index, count) in table {
            let expected = Page::Index { start_index: *start_index, count: *count };
            assert_eq!(page(parameters), expected, "{parameters:?}");
        }
    }

    #[test]
    fn a_cursor_even_an_empty_one_asks_for_a_walk() {
        assert_eq!(page(&[("cursor", "")]), Page::Cursor { cursor: None, count: None });
        assert_eq!(
            page(&[("cursor", "YmxhaA"), ("count", "5")]),
            Page::Cursor { cursor: Some("YmxhaA".to_owned()), count: Some(5) }
        );
    }

    #[test]
    fn sorting_takes_a_name_and_an_order() {
        let sort =
            asked(&[("sortBy", "name.familyName"), ("sortOrder", "DESCENDING")]).unwrap().sort.unwrap();
        assert!(sort.is_descending);
        assert_eq!((sort.path.attribute.as_str(), sort.path.sub.as_deref()), ("name", Some("familyName")));
        assert!(!asked(&[("sortBy", "userName")]).unwrap().sort.unwrap().is_descending);
        assert_eq!(asked(&[("sortOrder", "ascending")]).unwrap().sort, None);
    }

    #[test]
    fn what_cannot_be_asked_is_refused_by_name() {
        let table: &[(Parameters, ErrorKind, &str)] = &[
            (&[("count", "ten")], ErrorKind::InvalidValue, "count must be a whole number"),
            (&[("count", "")], ErrorKind::InvalidValue, "count must be a whole number"),
            (&[("startIndex", "1.5")], ErrorKind::InvalidValue, "startIndex must be a whole number"),
            (&[("cursor", ""), ("count", "x")], ErrorKind::InvalidCount, "count must be a whole number"),
            (
                &[("cursor", "c"), ("startIndex", "1")],
                ErrorKind::InvalidValue,
                "startIndex and cursor cannot both be given",
            ),
            (&[("sortOrder", "up")], ErrorKind::InvalidValue, "sortOrder must be ascending or descending"),
            (&[("sortBy", "9 lives")], ErrorKind::InvalidValue, "sortBy must name an attribute"),
        ];
        for (parameters, kind, detail) in table {
            assert_eq!(asked(parameters), Err(Error::new(*kind, *detail)), "{parameters:?}");
        }
        assert_eq!(asked(&[("filter", "userName eq")]).unwrap_err().kind, ErrorKind::InvalidFilter);
    }

    /// The body of RFC 7644 §3.4.3 asks for the same as its parameters would.
    #[test]
    fn a_search_request_asks_the_same() {
        let body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
            "attributes": ["displayName", "userName"],
            "filter": "displayName sw \"smith\"",
            "sortBy": "userName",
            "startIndex": 1,
            "count": 10,
        });
        let parameters = [
            ("attributes", "displayName"),
            ("attributes", "userName"),
            ("filter", "displayName sw \"smith\""),
            ("sortBy", "userName"),
            ("startIndex", "1"),
            ("count", "10"),
        ];
        assert_eq!(Query::of_search(&body), asked(&parameters));
        assert!(Query::of_search(&body).unwrap().filter.is_some());
    }

    #[test]
    fn a_search_request_of_another_shape_is_refused() {
        let with = |name: &str, value: Value| {
            let mut body = json!({ "schemas": [SCHEMA] });
            body[name] = value;
            Query::of_search(&body)
        };
        let table = [
            ("schemas", json!([]), ErrorKind::InvalidSyntax),
            ("schemas", json!(["urn:other"]), ErrorKind::InvalidSyntax),
            ("filter", json!(5), ErrorKind::InvalidSyntax),
            ("attributes", json!([5]), ErrorKind::InvalidSyntax),
            ("excludedAttributes", json!({}), ErrorKind::InvalidSyntax),
            ("count", json!(true), ErrorKind::InvalidValue),
            ("count", json!(1.5), ErrorKind::InvalidValue),
        ];
        for (name, value, kind) in table {
            let error = with(name, value).unwrap_err();
            assert_eq!(error.kind, kind, "{name}");
            assert!(error.detail.contains(name), "{name}: {}", error.detail);
        }
        assert_eq!(Query::of_search(&json!([])).unwrap_err().kind, ErrorKind::InvalidSyntax);
        assert!(with("count", json!("10")).is_ok());
        assert!(with("cursor", json!(null)).is_ok());
    }
}
