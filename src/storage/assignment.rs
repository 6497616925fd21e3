//! Access assignments.

use diesel::prelude::*;

use crate::base::{AccessConfigurationId, AccountId, Timestamp, UserId};
use crate::domain::{
    Assignee, AssigneeKind, Assignment, AssignmentFilter, AssignmentKey, Grant, Target, TargetKind,
};

use super::error::parse;
use super::schema::access_assignments::dsl;
use super::schema::{access_assignments, account_targets, group_ancestors, memberships};
use super::{Conn, Error};

type Query<'a> = access_assignments::BoxedQuery<'a, <Conn as Connection>::Backend>;

/// The assignments that agree with `filter`, by configuration, target and assignee: at most `limit`
/// after the one that `after` names.
///
/// # Errors
/// [`Error`] of the database.
pub fn list(
    conn: &mut Conn,
    filter: &AssignmentFilter,
    after: Option<&AssignmentKey>,
    limit: i64,
) -> Result<Vec<Assignment>, Error> {
    let mut query = filtered(filter);
    if let Some(after) = after {
        let (configuration, target, assignee) = parts(after);
        // The row value comparison of SQL, which diesel cannot express.
        query = query.filter(dsl::access_configuration_id.gt(configuration).or(
            dsl::access_configuration_id.eq(configuration).and(
                dsl::target_id.gt(target).or(dsl::target_id.eq(target).and(dsl::assignee_id.gt(assignee))),
            ),
        ));
    }
    let rows: Vec<(String, String, String, i64)> = query
        .order((dsl::access_configuration_id, dsl::target_id, dsl::assignee_id))
        .limit(limit)
        .select((dsl::access_configuration_id, dsl::target_id, dsl::assignee_id, dsl::created_at))
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// How many assignments agree with `filter`.
///
/// # Errors
/// [`Error`] of the database.
pub fn count(conn: &mut Conn, filter: &AssignmentFilter) -> Result<i64, Error> {
    Ok(filtered(filter).count().get_result(conn)?)
}

fn filtered(filter: &AssignmentFilter) -> Query<'_> {
    let mut query = dsl::access_assignments.into_boxed();
    if let Some(configuration) = &filter.access_configuration_id {
        query = query.filter(dsl::access_configuration_id.eq(configuration.as_str()));
    }
    if let Some(target) = &filter.target {
        query = query.filter(dsl::target_id.eq(target.as_str()));
    }
    if let Some(kind) = filter.target_kind {
        // Ids of accounts are digits, and those of folders begin with a letter.
        query = match kind {
            TargetKind::Account => query.filter(dsl::target_id.lt("a")),
            TargetKind::Folder => query.filter(dsl::target_id.ge("a")),
        };
    }
    if let Some(assignee) = &filter.assignee {
        query = query.filter(dsl::assignee_id.eq(assignee.as_str()));
    }
    if let Some(kind) = filter.assignee_kind {
        query = match kind {
            AssigneeKind::User => query.filter(dsl::assignee_id.like("u-%")),
            AssigneeKind::Group => query.filter(dsl::assignee_id.like("g-%")),
        };
    }
    query
}

/// Everything a user holds on accounts, by themselves or through a group; each pair once.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_grants(conn: &mut Conn, user: &UserId) -> Result<Vec<Grant>, Error> {
    let rows: Vec<(String, String)> = dsl::access_assignments
        .inner_join(account_targets::table.on(account_targets::target_id.eq(dsl::target_id)))
        .filter(dsl::assignee_id.eq(user.as_str()).or(dsl::assignee_id.eq_any(groups_of(user))))
        .select((account_targets::account_id, dsl::access_configuration_id))
        .distinct()
        .order((account_targets::account_id, dsl::access_configuration_id))
        .load(conn)?;
    rows.into_iter().map(|(account, configuration)| grant(&account, &configuration)).collect()
}

/// Whether a user holds this configuration on this account, by themselves or through a group.
///
/// # Errors
/// [`Error`] of the database.
pub fn is_granted(conn: &mut Conn, user: &UserId, grant: &Grant) -> Result<bool, Error> {
    let found: Option<String> = dsl::access_assignments
        .filter(dsl::access_configuration_id.eq(grant.access_configuration_id.as_str()))
        .filter(dsl::target_id.eq_any(targets_of(&grant.account_id)))
        .filter(dsl::assignee_id.eq(user.as_str()).or(dsl::assignee_id.eq_any(groups_of(user))))
        .select(dsl::assignee_id)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}

/// As [`is_granted`]; what grants it cannot be removed until the transaction ends, nor the ways by which the
/// user is in the groups that it is granted to.
///
/// # Errors
/// [`Error`] of the database.
pub fn share_granted(conn: &mut Conn, user: &UserId, grant: &Grant) -> Result<bool, Error> {
    let assignees = share_assignees(conn, user)?;
    // SQLite has one writer at a time.
    let Conn::Postgres(conn) = conn else { return is_granted(conn, user, grant) };
    let granting: Vec<String> = dsl::access_assignments
        .filter(dsl::access_configuration_id.eq(grant.access_configuration_id.as_str()))
        .filter(dsl::target_id.eq_any(targets_of(&grant.account_id)))
        .filter(dsl::assignee_id.eq_any(assignees))
        .select(dsl::assignee_id)
        .for_share()
        .load(conn)?;
    Ok(!granting.is_empty())
}

/// A user and the groups that they are in. On PostgreSQL, the user stays in these groups until the
/// transaction ends: a group that they come into meanwhile is not among them.
pub(super) fn share_assignees(conn: &mut Conn, user: &UserId) -> Result<Vec<String>, Error> {
    let mut assignees = vec![user.as_str().to_owned()];
    if let Conn::Postgres(conn) = conn {
        let ways = memberships::table
            .inner_join(group_ancestors::table.on(group_ancestors::group_id.eq(memberships::group_id)))
            .filter(memberships::user_id.eq(user.as_str()))
            .select(group_ancestors::ancestor_id)
            .for_share();
        assignees.extend(ways.load::<String>(conn)?);
    }
    Ok(assignees)
}

/// Whether anybody is assigned this configuration on this account or on a folder above it.
///
/// # Errors
/// [`Error`] of the database.
pub fn reaches(conn: &mut Conn, grant: &Grant) -> Result<bool, Error> {
    let found: Option<String> = dsl::access_assignments
        .filter(dsl::access_configuration_id.eq(grant.access_configuration_id.as_str()))
        .filter(dsl::target_id.eq_any(targets_of(&grant.account_id)))
        .select(dsl::assignee_id)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}

/// Which configurations are assigned on which targets, to whomever; each pair once.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_assigned(conn: &mut Conn) -> Result<Vec<(AccessConfigurationId, Target)>, Error> {
    let rows: Vec<(String, String)> = dsl::access_assignments
        .select((dsl::access_configuration_id, dsl::target_id))
        .distinct()
        .load(conn)?;
    let pair = |(configuration, on): (String, String)| Ok((configuration_id(&configuration)?, target(&on)?));
    rows.into_iter().map(pair).collect()
}

/// The accounts that a target reaches.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_reached(conn: &mut Conn, target: &Target) -> Result<Vec<AccountId>, Error> {
    let rows: Vec<String> = account_targets::table
        .filter(account_targets::target_id.eq(target.as_str()))
        .select(account_targets::account_id)
        .order(account_targets::account_id)
        .load(conn)?;
    rows.iter().map(|id| parse("account_targets.account_id", id, AccountId::parse)).collect()
}

/// The accounts that the assignments of a configuration reach.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_reached_by(conn: &mut Conn, configuration: &AccessConfigurationId) -> Result<Vec<Grant>, Error> {
    let assigned = dsl::access_assignments
        .filter(dsl::access_configuration_id.eq(configuration.as_str()))
        .select(dsl::target_id);
    let rows: Vec<String> = account_targets::table
        .filter(account_targets::target_id.eq_any(assigned))
        .select(account_targets::account_id)
        .distinct()
        .load(conn)?;
    rows.iter().map(|account| grant(account, configuration.as_str())).collect()
}

/// The configurations that reach an account.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_reaching(conn: &mut Conn, account: &AccountId) -> Result<Vec<Grant>, Error> {
    let rows: Vec<String> = dsl::access_assignments
        .filter(dsl::target_id.eq_any(targets_of(account)))
        .select(dsl::access_configuration_id)
        .distinct()
        .load(conn)?;
    rows.iter().map(|configuration| grant(account.as_str(), configuration)).collect()
}

/// Inserts an assignment; false when it was there.
///
/// # Errors
/// [`Error::Reference`] when the configuration does not exist.
pub fn insert(conn: &mut Conn, assignment: &Assignment) -> Result<bool, Error> {
    if exists(conn, &assignment.key)? {
        return Ok(false);
    }
    let (configuration, target, assignee) = parts(&assignment.key);
    diesel::insert_into(dsl::access_assignments)
        .values((
            dsl::access_configuration_id.eq(configuration),
            dsl::target_id.eq(target),
            dsl::assignee_id.eq(assignee),
            dsl::created_at.eq(assignment.created_at.millis()),
        ))
        .execute(conn)?;
    Ok(true)
}

/// Deletes an assignment; says whether it was there.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete(conn: &mut Conn, key: &AssignmentKey) -> Result<bool, Error> {
    Ok(diesel::delete(dsl::access_assignments.find(parts(key))).execute(conn)? == 1)
}

/// Whether there is such an assignment.
///
/// # Errors
/// [`Error`] of the database.
pub fn exists(conn: &mut Conn, key: &AssignmentKey) -> Result<bool, Error> {
    let found = dsl::access_assignments.find(parts(key)).select(dsl::assignee_id);
    Ok(found.first::<String>(conn).optional()?.is_some())
}

/// The groups that a user is in, directly and through groups that are in groups, as part of a query.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn groups_of<'a>(user: &'a UserId) -> _ {
    let id: &'a str = user.as_str();
    let direct = memberships::table.filter(memberships::user_id.eq(id)).select(memberships::group_id);
    group_ancestors::table
        .filter(group_ancestors::group_id.eq_any(direct))
        .select(group_ancestors::ancestor_id)
}

#[diesel::dsl::auto_type(no_type_alias)]
fn targets_of<'a>(account: &'a AccountId) -> _ {
    let id: &'a str = account.as_str();
    account_targets::table.filter(account_targets::account_id.eq(id)).select(account_targets::target_id)
}

fn parts(key: &AssignmentKey) -> (&str, &str, &str) {
    (key.access_configuration_id.as_str(), key.target.as_str(), key.assignee.as_str())
}

fn read(
    (configuration, on, assignee, created_at): (String, String, String, i64),
) -> Result<Assignment, Error> {
    Ok(Assignment {
        key: AssignmentKey {
            access_configuration_id: configuration_id(&configuration)?,
            target: target(&on)?,
            assignee: parse("access_assignments.assignee_id", &assignee, Assignee::parse)?,
        },
        created_at: Timestamp::from_millis(created_at),
    })
}

fn grant(account: &str, configuration: &str) -> Result<Grant, Error> {
    Ok(Grant {
        account_id: parse("account_targets.account_id", account, AccountId::parse)?,
        access_configuration_id: configuration_id(configuration)?,
    })
}

fn configuration_id(text: &str) -> Result<AccessConfigurationId, Error> {
    parse("access_assignments.access_configuration_id", text, AccessConfigurationId::parse)
}

fn target(text: &str) -> Result<Target, Error> {
    parse("access_assignments.target_id", text, Target::parse)
}
