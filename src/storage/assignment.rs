//! Access assignments.

use diesel::prelude::*;

use crate::base::{AccessConfigurationId, AccountId, UserId};
use crate::domain::Assignment;

use super::error::parse;
use super::schema::access_assignments::dsl;
use super::schema::memberships;
use super::{Conn, Error};

/// An account and a configuration that somebody holds on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The account.
    pub account_id: AccountId,
    /// The configuration.
    pub access_configuration_id: AccessConfigurationId,
}

/// Everything a user holds, by themselves or through a group; each pair once.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_grants(conn: &mut Conn, user: &UserId) -> Result<Vec<Grant>, Error> {
    let rows: Vec<(String, String)> = dsl::access_assignments
        .filter(dsl::assignee_id.eq(user.as_str()).or(dsl::assignee_id.eq_any(groups_of(user))))
        .select((dsl::account_id, dsl::access_configuration_id))
        .distinct()
        .order((dsl::account_id, dsl::access_configuration_id))
        .load(conn)?;
    rows.into_iter()
        .map(|(account, configuration)| {
            Ok(Grant {
                account_id: parse("access_assignments.account_id", &account, AccountId::parse)?,
                access_configuration_id: parse(
                    "access_assignments.access_configuration_id",
                    &configuration,
                    AccessConfigurationId::parse,
                )?,
            })
        })
        .collect()
}

/// Whether a user holds this configuration on this account, by themselves or through a group.
///
/// # Errors
/// [`Error`] of the database.
pub fn is_granted(conn: &mut Conn, user: &UserId, grant: &Grant) -> Result<bool, Error> {
    let found: Option<String> = dsl::access_assignments
        .filter(dsl::access_configuration_id.eq(grant.access_configuration_id.as_str()))
        .filter(dsl::account_id.eq(grant.account_id.as_str()))
        .filter(dsl::assignee_id.eq(user.as_str()).or(dsl::assignee_id.eq_any(groups_of(user))))
        .select(dsl::assignee_id)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}

#[diesel::dsl::auto_type(no_type_alias)]
fn groups_of<'a>(user: &'a UserId) -> _ {
    let id: &'a str = user.as_str();
    memberships::table.filter(memberships::user_id.eq(id)).select(memberships::group_id)
}

/// Inserts an assignment; false when it was there.
///
/// # Errors
/// [`Error::Reference`] when the configuration or the account does not exist.
pub fn insert(conn: &mut Conn, assignment: &Assignment) -> Result<bool, Error> {
    if find(conn, assignment)? {
        return Ok(false);
    }
    diesel::insert_into(dsl::access_assignments)
        .values((
            dsl::access_configuration_id.eq(assignment.access_configuration_id.as_str()),
            dsl::account_id.eq(assignment.account_id.as_str()),
            dsl::assignee_id.eq(assignment.assignee.as_str()),
            dsl::created_at.eq(assignment.created_at.millis()),
        ))
        .execute(conn)?;
    Ok(true)
}

/// Deletes an assignment; says whether it was there.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete(conn: &mut Conn, assignment: &Assignment) -> Result<bool, Error> {
    Ok(diesel::delete(dsl::access_assignments.find(key(assignment))).execute(conn)? == 1)
}

/// Whether anybody holds this configuration on this account.
///
/// # Errors
/// [`Error`] of the database.
pub fn exists_for(conn: &mut Conn, grant: &Grant) -> Result<bool, Error> {
    let found: Option<String> = dsl::access_assignments
        .filter(dsl::access_configuration_id.eq(grant.access_configuration_id.as_str()))
        .filter(dsl::account_id.eq(grant.account_id.as_str()))
        .select(dsl::assignee_id)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}

fn find(conn: &mut Conn, assignment: &Assignment) -> Result<bool, Error> {
    let found = dsl::access_assignments.find(key(assignment)).select(dsl::assignee_id);
    Ok(found.first::<String>(conn).optional()?.is_some())
}

fn key(assignment: &Assignment) -> (&str, &str, &str) {
    (
        assignment.access_configuration_id.as_str(),
        assignment.account_id.as_str(),
        assignment.assignee.as_str(),
    )
}
