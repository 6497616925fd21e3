//! What an administrator says of the values that an attribute or the NameID of an assertion has, such as
//! `map(filter(groups, startsWith(it, "aws-")), after(it, "aws-"))`.
//!
//! An expression always ends, changes nothing, and asks nothing but the [`Subject`]. It has no loops, no functions
//! of its own and no regular expressions; what it may cost is bounded when it is read and while it is worked out.

mod audience;
mod error;
mod evaluation;
mod function;
mod glob;
mod lexer;
mod parser;
mod profile_path;
#[cfg(test)]
mod tests;
mod tree;
mod types;
mod value;
mod value_type;
mod written;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::base::GroupName;

use super::User;

pub use audience::Audience;
pub use error::ExpressionError;

use function::Function;
use tree::{Kind, Node, Source};

/// The longest expression, in characters, as it is given and as it is written back.
pub const LONGEST_EXPRESSION: usize = 4_096;

/// How deep parentheses, calls, lists and `not` may stand within each other.
pub const DEEPEST_EXPRESSION: usize = 32;

/// How many values, operators and calls an expression may have.
pub const EXPRESSION_NODES: usize = 256;

/// How many values an expression may have, also on the way to its result.
pub const EXPRESSION_VALUES: usize = 1_000;

/// How many bytes the values of an expression may have together, also on the way to its result.
pub const EXPRESSION_BYTES: usize = 64 * 1024;

/// How many bytes an expression may look at in all while it is worked out. To look through ten thousand groups for
/// one with a pattern takes some three million.
pub const EXPRESSION_WORK: usize = 32 * 1024 * 1024;

/// Whose assertion it is, and for whom.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The user.
    pub user: &'a User,
    /// The names of all groups that they are in, also through other groups; in any order. Only looked at where
    /// [`AttributeExpression::needs_groups`].
    pub groups: &'a [GroupName],
    /// What identifiers of ours end with, behind the `@`.
    pub scope: &'a str,
    /// What the application knows them by for good. Only looked at where [`AttributeExpression::needs_pairwise_id`].
    pub persistent_name: Option<&'a str>,
    /// The application.
    pub audience: &'a Audience<'a>,
}

/// An expression that was read, and whose types fit.
///
/// Its values are texts, lists of texts and booleans; each may be absent. What is not filled in of a user is absent.
/// A text that is made of an absent one is absent too, so that nobody is named `@example.com`; what is asked of an
/// absent one does not hold, so its opposite does.
///
/// Two are equal if they say the same, however it was written; [`fmt::Display`] writes it in one way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AttributeExpression(Node);

impl AttributeExpression {
    /// Reads an expression.
    ///
    /// # Errors
    /// [`ExpressionError`] with the column, what belongs there and what was found; or with the limit
    /// ([`LONGEST_EXPRESSION`], [`DEEPEST_EXPRESSION`], [`EXPRESSION_NODES`]) that it exceeds.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        check_length(text, "an expression")?;
        let root = parser::parse(text)?;
        types::check(&root)?;
        let expression = Self(root);
        check_length(&expression.to_string(), "an expression, written with its spaces,")?;
        Ok(expression)
    }

    /// The values for this subject, none of them empty: one for a text, `true` or `false` for a boolean, as many
    /// as there are for a list, none for what is absent.
    ///
    /// # Errors
    /// [`ExpressionError`] when a profile has several values where one is wanted, a value has a character that no
    /// assertion can carry, or [`EXPRESSION_VALUES`], [`EXPRESSION_BYTES`] or [`EXPRESSION_WORK`] is exceeded.
    pub fn evaluate(&self, subject: &Subject<'_>) -> Result<Vec<String>, ExpressionError> {
        evaluation::evaluate(&self.0, subject)
    }

    /// Whether it asks for the names of groups, so that they have to be loaded.
    pub fn needs_groups(&self) -> bool {
        self.0.any(&mut |node| matches!(node.kind, Kind::Source(Source::Groups)))
    }

    /// Whether it asks for what the application knows the user by for good, so that it has to be loaded, or made.
    pub fn needs_pairwise_id(&self) -> bool {
        self.0.any(&mut |node| matches!(node.kind, Kind::Source(Source::PairwiseId)))
    }

    /// `user.subjectId`.
    pub const fn subject_id() -> Self {
        Self(Node { column: 1, kind: Kind::Source(Source::SubjectId) })
    }

    /// `user.pairwiseId`.
    pub const fn pairwise_id() -> Self {
        Self(Node { column: 1, kind: Kind::Source(Source::PairwiseId) })
    }

    /// How each function is called and what it gives, for a page that explains them.
    pub fn functions() -> impl Iterator<Item = (&'static str, &'static str)> {
        Function::ALL.into_iter().map(|function| (function.usage(), function.meaning()))
    }
}

fn check_length(text: &str, what: &str) -> Result<(), ExpressionError> {
    let length = text.chars().count();
    if length > LONGEST_EXPRESSION {
        let message =
            format!("{what} may have at most {LONGEST_EXPRESSION} characters, and this one has {length}");
        return Err(ExpressionError::new(LONGEST_EXPRESSION + 1, message));
    }
    Ok(())
}

impl fmt::Display for AttributeExpression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for AttributeExpression {
    type Err = ExpressionError;

    fn from_str(text: &str) -> Result<Self, ExpressionError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for AttributeExpression {
    type Error = ExpressionError;

    fn try_from(text: String) -> Result<Self, ExpressionError> {
        Self::parse(&text)
    }
}

impl From<AttributeExpression> for String {
    fn from(expression: AttributeExpression) -> Self {
        expression.to_string()
    }
}
