//! Searches of users by whatever is said of them.

use diesel::prelude::*;

use crate::domain::User;
use crate::domain::search::{Found, Search};

use super::resource_count::{self, Kind};
use super::schema::users::{self, dsl};
use super::search_condition::USERS;
use super::search_page::{Plan, page};
use super::search_sql::{Backend, Dialect};
use super::user::{self, Row};
use super::{Conn, Error};

#[cfg(test)]
mod tests;

/// One page of the users that a search asks for. What a search costs, whoever asks has weighed before:
/// [`Search::cost`].
///
/// # Errors
/// [`Error`] of the database.
pub fn search(conn: &mut Conn, search: &Search) -> Result<Found<User>, Error> {
    let plan = Plan::new(search, Dialect::of(conn), USERS);
    let total = if search.is_counted { Some(total(conn, &plan)?) } else { None };
    let is_beyond = search.limit <= 0 || total.is_some_and(|total| total <= plan.skipped);
    if is_beyond {
        return Ok(page(Vec::new(), search, total, |_| String::new()));
    }
    let value = plan.value.clone();
    let rows: Vec<(Row, Option<String>)> = stretch(plan).select((Row::as_select(), value)).load(conn)?;
    let users = rows.into_iter().map(|(row, value)| Ok((user::read(row)?, value)));
    Ok(page(users.collect::<Result<_, Error>>()?, search, total, |user| user.id.to_string()))
}

fn stretch(plan: Plan) -> users::BoxedQuery<'static, Backend> {
    let found = dsl::users.into_boxed().order(plan.order).limit(plan.limit).offset(plan.skipped);
    plan.condition.into_iter().chain(plan.place).fold(found, |found, condition| found.filter(condition))
}

fn total(conn: &mut Conn, plan: &Plan) -> Result<i64, Error> {
    match &plan.condition {
        None => resource_count::total(conn, Kind::User),
        Some(condition) => Ok(dsl::users.filter(condition.clone()).count().get_result(conn)?),
    }
}
