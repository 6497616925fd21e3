//! Filters (RFC 7644 §3.4.2.2): read into a tree, within bounds of length, depth and number of terms.
//!
//! Knows no schema: which attributes there are, and whether a comparison suits one, is asked of the tree later.

mod lexer;
mod parser;
#[cfg(test)]
mod tests;
mod text;

use super::attribute_path::AttributePath;

pub(super) use parser::{Brackets, at, brackets};
pub(super) use text::shortened;

/// The longest filter, and the longest path of a PATCH, in bytes. A filter may list some hundreds of ids of 40
/// characters, each with its `id eq "…" or`; reading this much takes less than a millisecond.
pub const LONGEST: usize = 64 * 1024;

/// How deep parentheses and brackets may stand within each other. People write three; every level costs a few
/// frames of the stack here and wherever the tree is walked.
pub const DEEPEST: usize = 32;

/// How many comparisons and `pr` a filter may have. A flat list of ids is legitimate, but each term is work for
/// every resource that is looked at, and one variable of an SQL statement, which databases bound too.
pub const MOST_TERMS: usize = 1_000;

/// A filter. Which attributes there are, and whether a comparison suits one, is the schema's to say.
///
/// `a and b and c` is one [`Filter::And`] of three. What stands in parentheses stays a part of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    /// All of two or more.
    And(Vec<Filter>),
    /// Any of two or more.
    Or(Vec<Filter>),
    /// Not this.
    Not(Box<Filter>),
    /// `pr`: there is a value that is not empty.
    Present(AttributePath),
    /// A comparison with a value.
    Compare {
        /// What is compared.
        path: AttributePath,
        /// How.
        operator: Operator,
        /// With what.
        value: Literal,
    },
    /// `attribute[filter]`: one element of a multi-valued attribute, or the complex value, for which all
    /// of the filter holds.
    Element {
        /// The attribute; its `sub` is `None`.
        attribute: AttributePath,
        /// What holds for the element. Its paths are names of sub-attributes alone, without `schema` and `sub`,
        /// and there is no further [`Filter::Element`] in it.
        filter: Box<Filter>,
    },
}

/// How a value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named by the grammar: eq, ne, co, sw, ew, gt, ge, lt, le")]
pub enum Operator {
    Equal,
    NotEqual,
    Contains,
    StartsWith,
    EndsWith,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

impl Operator {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Equal,
        Self::NotEqual,
        Self::Contains,
        Self::StartsWith,
        Self::EndsWith,
        Self::Greater,
        Self::GreaterOrEqual,
        Self::Less,
        Self::LessOrEqual,
    ];

    /// The word of the grammar.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "eq",
            Self::NotEqual => "ne",
            Self::Contains => "co",
            Self::StartsWith => "sw",
            Self::EndsWith => "ew",
            Self::Greater => "gt",
            Self::GreaterOrEqual => "ge",
            Self::Less => "lt",
            Self::LessOrEqual => "le",
        }
    }
}

/// What is compared with: a JSON value that is no object and no array.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named by JSON")]
pub enum Literal {
    String(String),
    Number(serde_json::Number),
    Boolean(bool),
    Null,
}
