//! Searches of groups by their names and members.

use diesel::prelude::*;

use crate::domain::Group;
use crate::domain::search::{Found, Search};

use super::group::{self, Row};
use super::resource_count::{self, Kind};
use super::schema::groups::{self, dsl};
use super::search_condition::GROUPS;
use super::search_page::{Plan, page};
use super::search_sql::{Backend, Dialect};
use super::{Conn, Error};

/// One page of the groups that a search asks for. What a search costs, whoever asks has weighed before:
/// [`Search::cost`].
///
/// # Errors
/// [`Error`] of the database.
pub fn search(conn: &mut Conn, search: &Search) -> Result<Found<Group>, Error> {
    let plan = Plan::new(search, Dialect::of(conn), GROUPS);
    let total = if search.is_counted { Some(total(conn, &plan)?) } else { None };
    let is_beyond = search.limit <= 0 || total.is_some_and(|total| total <= plan.skipped);
    if is_beyond {
        return Ok(page(Vec::new(), search, total, |_| String::new()));
    }
    let value = plan.value.clone();
    let rows: Vec<(Row, Option<String>)> = stretch(plan).select((Row::as_select(), value)).load(conn)?;
    let groups = rows.into_iter().map(|(row, value)| Ok((group::read(row)?, value)));
    Ok(page(groups.collect::<Result<_, Error>>()?, search, total, |group| group.id.to_string()))
}

fn stretch(plan: Plan) -> groups::BoxedQuery<'static, Backend> {
    let found = dsl::groups.into_boxed().order(plan.order).limit(plan.limit).offset(plan.skipped);
    plan.condition.into_iter().chain(plan.place).fold(found, |found, condition| found.filter(condition))
}

fn total(conn: &mut Conn, plan: &Plan) -> Result<i64, Error> {
    match &plan.condition {
        None => resource_count::total(conn, Kind::Group),
        Some(condition) => Ok(dsl::groups.filter(condition.clone()).count().get_result(conn)?),
    }
}
