//! A field for a whole number within a range.

use std::ops::RangeInclusive;

use super::super::super::desk::Visit;

/// A number that a form sets.
pub(super) struct Number {
    pub(super) field: &'static str,
    pub(super) parameter: &'static str,
    pub(super) label: &'static str,
    pub(super) hint: &'static str,
    pub(super) range: RangeInclusive<i64>,
}

/// A number's field as a page shows it.
pub(super) struct NumberView {
    pub(super) number: &'static Number,
    pub(super) value: String,
}

impl Number {
    /// The field, with what was typed or what is `known`.
    pub(super) fn view(&'static self, visit: &Visit, known: i64) -> NumberView {
        NumberView { number: self, value: visit.refill(self.field, &known.to_string()).to_owned() }
    }
}
