//! SQL that is put together from pieces: words of ours, and values that are always bound.

use diesel::expression::{AppearsOnTable, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, SqlType, Text};
use diesel::{Expression, QueryResult};

use super::Conn;

pub(super) type Backend = <Conn as Connection>::Backend;

/// Which database's words are used, where the two have no common ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// SQLite's.
    Sqlite,
    /// PostgreSQL's.
    Postgres,
}

impl Dialect {
    pub(super) const fn of(conn: &Conn) -> Self {
        match conn {
            Conn::Postgres(_) => Self::Postgres,
            Conn::Sqlite(_) => Self::Sqlite,
        }
    }

    /// The one or the other.
    pub(super) const fn pick<T: Copy>(self, sqlite: T, postgres: T) -> T {
        match self {
            Self::Sqlite => sqlite,
            Self::Postgres => postgres,
        }
    }
}

#[derive(Clone, Debug)]
enum Piece {
    Words(&'static str),
    Text(String),
    Number(i64),
}

/// A stretch of SQL. It is flat, so that a long condition needs no deep stack to be written.
#[derive(Clone, Debug, Default)]
pub(super) struct Sql(Vec<Piece>);

impl Sql {
    pub(super) fn words(words: &'static str) -> Self {
        Self(vec![Piece::Words(words)])
    }

    pub(super) fn number(number: i64) -> Self {
        Self(vec![Piece::Number(number)])
    }

    #[must_use]
    pub(super) fn then(mut self, words: &'static str) -> Self {
        self.0.push(Piece::Words(words));
        self
    }

    #[must_use]
    pub(super) fn bind(mut self, text: impl Into<String>) -> Self {
        self.0.push(Piece::Text(text.into()));
        self
    }

    #[must_use]
    pub(super) fn join(mut self, other: &Self) -> Self {
        self.0.extend(other.0.iter().cloned());
        self
    }

    #[must_use]
    pub(super) fn within(self, before: &'static str, after: &'static str) -> Self {
        Self::words(before).join(&self).then(after)
    }

    /// `(one, another, …)` of bound texts.
    #[must_use]
    pub(super) fn list<'a>(mut self, texts: impl IntoIterator<Item = &'a String>) -> Self {
        self = self.then("(");
        for (place, text) in texts.into_iter().enumerate() {
            self = self.then(if place == 0 { "" } else { ", " }).bind(text);
        }
        self.then(")")
    }

    /// The parts with a word between each two, in pairs of pairs: both databases read a long chain one level
    /// deep for every part, and SQLite refuses more than 1,000.
    pub(super) fn chain(parts: &[Self], word: &'static str, nothing: &'static str) -> Self {
        match parts {
            [] => Self::words(nothing),
            [one] => one.clone(),
            _ => {
                let (left, right) = parts.split_at(parts.len() / 2);
                Self::words("(")
                    .join(&Self::chain(left, word, nothing))
                    .then(word)
                    .join(&Self::chain(right, word, nothing))
                    .then(")")
            }
        }
    }

    /// As an expression of this type.
    pub(super) fn of<T: SqlType>(self) -> Typed<T> {
        Typed { sql: self, kind: std::marker::PhantomData }
    }
}

impl QueryFragment<Backend> for Sql {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Backend>) -> QueryResult<()> {
        pass.unsafe_to_cache_prepared();
        for piece in &self.0 {
            match piece {
                Piece::Words(words) => pass.push_sql(words),
                Piece::Text(text) => pass.push_bind_param::<Text, _>(text)?,
                Piece::Number(number) => pass.push_bind_param::<BigInt, _>(number)?,
            }
        }
        Ok(())
    }
}

/// SQL with the type of its value.
#[derive(Clone, Debug)]
pub(super) struct Typed<T> {
    sql: Sql,
    kind: std::marker::PhantomData<T>,
}

impl<T> QueryFragment<Backend> for Typed<T> {
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, Backend>) -> QueryResult<()> {
        self.sql.walk_ast(pass)
    }
}

impl<T> QueryId for Typed<T> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<T: SqlType + diesel::expression::TypedExpressionType> Expression for Typed<T> {
    type SqlType = T;
}

impl<T> ValidGrouping<()> for Typed<T> {
    type IsAggregate = is_aggregate::Never;
}

impl<T, Tables> AppearsOnTable<Tables> for Typed<T> where Self: Expression {}
impl<T, Tables> SelectableExpression<Tables> for Typed<T> where Self: Expression {}
