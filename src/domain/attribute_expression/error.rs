//! What is wrong with an expression, and where.

use std::fmt;

use super::super::Error;

/// What is wrong with an expression, or with what it came to for somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpressionError {
    /// Where, counted in characters from 1.
    pub column: usize,
    /// What belongs there and what was found; safe for whoever wrote the expression.
    pub message: String,
}

impl ExpressionError {
    pub(super) fn new(column: usize, message: impl Into<String>) -> Self {
        Self { column, message: message.into() }
    }

    /// What belongs there and what was found.
    pub(super) fn expected(column: usize, expected: impl fmt::Display, received: impl fmt::Display) -> Self {
        Self::new(column, format!("expected {expected}, received {received}"))
    }

    /// The same as a refusal of the field that the expression was given in.
    pub fn of_field(&self, field: &'static str) -> Error {
        Error::invalid(field, format_args!("is not an expression that gives its values: {self}"))
    }
}

impl fmt::Display for ExpressionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at column {}: {}", self.column, self.message)
    }
}

impl std::error::Error for ExpressionError {}
