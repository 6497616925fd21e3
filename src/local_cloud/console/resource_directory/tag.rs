//! Tags in forms: a few rows of key and value.

use super::super::desk::Visit;

/// Rows of a form.
const ROWS: usize = 5;

/// A row as it is shown.
pub(super) struct TagRow<'v> {
    pub(super) number: usize,
    pub(super) key: &'v str,
    pub(super) value: &'v str,
}

/// The rows, with what was typed where a form failed.
pub(super) fn rows(visit: &Visit) -> Vec<TagRow<'_>> {
    let row = |number: usize| TagRow {
        number,
        key: visit.refill(&format!("tag_key_{number}"), ""),
        value: visit.refill(&format!("tag_value_{number}"), ""),
    };
    (1..=ROWS).map(row).collect()
}

/// The rows in which something was typed, as parameters of an action.
pub(super) fn given(visit: &Visit) -> Vec<(String, String)> {
    let typed = (1..=ROWS).map(|number| {
        (visit.given(&format!("tag_key_{number}")), visit.given(&format!("tag_value_{number}")))
    });
    let typed = typed.filter(|(key, value)| !(key.is_empty() && value.is_empty()));
    let named = typed.enumerate().flat_map(|(index, (key, value))| {
        let number = index + 1;
        [(format!("Tag.{number}.Key"), key.to_owned()), (format!("Tag.{number}.Value"), value.to_owned())]
    });
    named.collect()
}
