//! Searches within their bound: what no index serves is answered while there is little to look at, else refused.

use crate::domain::search::{Found, Search};
use crate::domain::{Cost, Group, User};
use crate::scim;
use crate::storage::resource_count::{self, Kind};
use crate::storage::{Conn, group_search, user_search};

use super::super::Error;

/// One page of the users that a search asks for.
///
/// # Errors
/// [`Error::Scim`] with [`scim::ErrorKind::TooMany`] for a search that would look at more than is allowed.
pub fn users(conn: &mut Conn, search: &Search) -> Result<Found<User>, Error> {
    check(conn, search.cost(), Kind::User)?;
    Ok(user_search::search(conn, search)?)
}

/// One page of the groups that a search asks for.
///
/// # Errors
/// [`Error::Scim`] with [`scim::ErrorKind::TooMany`] for a search that would look at more than is allowed.
pub fn groups(conn: &mut Conn, search: &Search) -> Result<Found<Group>, Error> {
    check(conn, search.cost(), Kind::Group)?;
    Ok(group_search::search(conn, search)?)
}

fn check(conn: &mut Conn, cost: Cost, kind: Kind) -> Result<(), Error> {
    let mut count = |is_scanned, kind| if is_scanned { resource_count::total(conn, kind) } else { Ok(0) };
    let rows = count(cost.scans_rows, kind)?;
    let memberships = count(cost.scans_memberships, Kind::Membership)?;
    let refusal = |error: crate::domain::Error| scim::Error::new(scim::ErrorKind::TooMany, error.message);
    Ok(cost.check(rows, memberships).map_err(refusal)?)
}
