//! What a part of an expression comes to, and how much it may.

use std::borrow::Cow;
use std::cell::Cell;

use super::error::ExpressionError;
use super::{EXPRESSION_BYTES, EXPRESSION_VALUES, EXPRESSION_WORK};

/// A value. A text from the directory is never empty; one that is made may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    Absent,
    Text(Cow<'a, str>),
    List(Vec<Cow<'a, str>>),
    Boolean(bool),
}

impl<'a> Value<'a> {
    /// The text from the directory; absent where it is not filled in.
    pub(super) fn filled(text: &'a str) -> Self {
        if text.is_empty() { Self::Absent } else { Self::Text(Cow::Borrowed(text)) }
    }

    /// Whether there is something, and it is not empty.
    pub(super) fn is_present(&self) -> bool {
        match self {
            Self::Absent => false,
            Self::Text(text) => !text.is_empty(),
            Self::List(list) => list.iter().any(|text| !text.is_empty()),
            Self::Boolean(_) => true,
        }
    }

    /// As a text, or none where it is absent. A profile may have a list where a text is wanted: it is the text if it
    /// has one.
    pub(super) fn into_text(self, column: usize) -> Result<Option<Cow<'a, str>>, ExpressionError> {
        match self {
            Self::Text(text) => Ok(Some(text)),
            Self::Absent => Ok(None),
            Self::List(mut list) if list.len() < 2 => Ok(list.pop()),
            Self::List(list) => {
                let received = format!("a list of {}", list.len());
                Err(ExpressionError::expected(
                    column,
                    "one text, as first(list) or join(list, …) gives",
                    received,
                ))
            }
            Self::Boolean(_) => Err(ExpressionError::expected(column, "a text", "a condition")),
        }
    }

    /// As a list: of one element for a text, of none where it is absent.
    pub(super) fn into_list(self, column: usize) -> Result<Vec<Cow<'a, str>>, ExpressionError> {
        match self {
            Self::List(list) => Ok(list),
            Self::Text(text) => Ok(vec![text]),
            Self::Absent => Ok(Vec::new()),
            Self::Boolean(_) => Err(ExpressionError::expected(column, "a list", "a condition")),
        }
    }

    /// As a condition; what is absent does not hold.
    pub(super) fn holds(&self) -> bool {
        *self == Self::Boolean(true)
    }
}

/// What is left of [`EXPRESSION_WORK`].
#[derive(Debug)]
pub(super) struct Meter(Cell<usize>);

impl Meter {
    pub(super) const fn new() -> Self {
        Self(Cell::new(EXPRESSION_WORK))
    }

    /// Takes so many bytes that are looked at.
    pub(super) fn charge(&self, column: usize, bytes: usize) -> Result<(), ExpressionError> {
        match self.0.get().checked_sub(bytes.saturating_add(1)) {
            Some(left) => {
                self.0.set(left);
                Ok(())
            }
            None => Err(ExpressionError::new(column, "it takes too much work with what this user has")),
        }
    }
}

/// Values that are made, with their number and size in bounds.
pub(super) struct Made<'a> {
    column: usize,
    bytes: usize,
    values: Vec<Cow<'a, str>>,
}

impl<'a> Made<'a> {
    pub(super) const fn new(column: usize) -> Self {
        Self { column, bytes: 0, values: Vec::new() }
    }

    /// Adds one.
    pub(super) fn push(&mut self, value: Cow<'a, str>) -> Result<(), ExpressionError> {
        self.bytes += value.len();
        check_size(self.column, self.bytes)?;
        if self.values.len() == EXPRESSION_VALUES {
            let message = format!("it makes more than {EXPRESSION_VALUES} values");
            return Err(ExpressionError::new(self.column, message));
        }
        self.values.push(value);
        Ok(())
    }

    /// All of them.
    pub(super) fn finish(self) -> Vec<Cow<'a, str>> {
        self.values
    }
}

/// Refuses so many bytes if they are too many.
pub(super) fn check_size(column: usize, bytes: usize) -> Result<(), ExpressionError> {
    if bytes > EXPRESSION_BYTES {
        let message = format!("it makes more than {EXPRESSION_BYTES} bytes");
        return Err(ExpressionError::new(column, message));
    }
    Ok(())
}

/// Whether an assertion can carry this character: XML 1.0 has no way to write most control characters (§2.2), and
/// gives a lone carriage return back as something else.
pub(super) fn is_carried(letter: char) -> bool {
    matches!(letter, '\n' | '\t') || !(letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}'))
}
