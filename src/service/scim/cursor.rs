//! Cursors of RFC 9865: where the next page of a walk begins, or the page before ends. Readable by nobody's
//! promise, and good for the list that they were given for and no other.

use serde_json::{Value, json};

use crate::crypto::SealingKey;
use crate::domain::search::{Place, SortValue, Window};
use crate::scim::{self, ErrorKind};

use super::super::{Error, sealed_token};

/// The cursors before and after a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursors {
    /// `previousCursor`; none on the first page.
    pub previous: Option<String>,
    /// `nextCursor`; none on the last page.
    pub next: Option<String>,
}

/// What a list is, as far as a cursor is bound to it: of whom, of what, by which filter, in what order.
#[derive(Clone, Copy, Debug)]
pub struct Walk<'a> {
    /// The connector that asks.
    pub connector: &'a str,
    /// The endpoint.
    pub endpoint: &'a str,
    /// The filter, as it was read.
    pub filter: Option<&'a scim::filter::Filter>,
    /// The order, as it was read.
    pub sort: Option<&'a scim::query::Sort>,
}

impl Walk<'_> {
    fn text(&self) -> String {
        let Self { connector, endpoint, filter, sort } = self;
        format!("{connector} {endpoint} {filter:?} {sort:?}")
    }

    /// The cursors of a page that was found between these places.
    ///
    /// # Errors
    /// [`Error::Crypto`].
    pub fn cursors(
        &self,
        key: &SealingKey,
        previous: Option<&Place>,
        next: Option<&Place>,
    ) -> Result<Cursors, Error> {
        let seal = |place: Option<&Place>, is_forwards| {
            place.map(|place| self.seal(key, place, is_forwards)).transpose()
        };
        Ok(Cursors { previous: seal(previous, false)?, next: seal(next, true)? })
    }

    /// The page that a cursor asks for; the first one without a cursor, or with an empty one.
    ///
    /// # Errors
    /// [`Error::Scim`] with [`ErrorKind::InvalidCursor`] for anything that was not given for this walk;
    /// [`Error::Crypto`].
    pub fn open(&self, key: &SealingKey, cursor: Option<&str>) -> Result<Window, Error> {
        let Some(cursor) = cursor.filter(|cursor| !cursor.is_empty()) else { return Ok(Window::After(None)) };
        let opened = sealed_token::open(key, PURPOSE, &self.text(), cursor)?;
        let window = opened.and_then(|text| window(&serde_json::from_str(&text).ok()?));
        let detail = "the cursor is not one of this list: it is good for the filter and the order it was given \
                      for; begin again without one";
        Ok(window.ok_or_else(|| scim::Error::new(ErrorKind::InvalidCursor, detail))?)
    }

    fn seal(&self, key: &SealingKey, place: &Place, is_forwards: bool) -> Result<String, Error> {
        let value = match &place.value {
            None => Value::Null,
            Some(SortValue::Text(text)) => text.as_str().into(),
            Some(SortValue::Number(number)) => (*number).into(),
        };
        sealed_token::issue(key, PURPOSE, &self.text(), &json!([is_forwards, value, place.id]).to_string())
    }
}

const PURPOSE: &str = "scim cursor";

fn window(token: &Value) -> Option<Window> {
    let [is_forwards, value, id] = token.as_array()?.as_slice() else { return None };
    let value = match value {
        Value::Null => None,
        Value::String(text) => Some(SortValue::Text(text.clone())),
        other => Some(SortValue::Number(other.as_i64()?)),
    };
    let place = Place { value, id: id.as_str()?.to_owned() };
    Some(if is_forwards.as_bool()? { Window::After(Some(place)) } else { Window::Before(place) })
}
