//! Who may be signed in to which application.

use diesel::prelude::*;

use crate::base::{ApplicationId, Timestamp, UserId};
use crate::domain::{Application, Assignee};

use super::assignment::{groups_of, share_assignees};
use super::connection::on;
use super::error::parse;
use super::schema::application_assignments::dsl;
use super::schema::{group_ancestors, memberships};
use super::{Conn, Error, application};

/// Whether a user is assigned to an application, by themselves or through a group. What assigns them cannot be taken
/// away until the transaction ends, nor the ways by which they are in the groups that are assigned.
///
/// # Errors
/// [`Error`] of the database.
pub fn share_assigned(conn: &mut Conn, application: &ApplicationId, user: &UserId) -> Result<bool, Error> {
    let of_application = || dsl::application_assignments.filter(dsl::application_id.eq(application.as_str()));
    let assignees = share_assignees(conn, user)?;
    match conn {
        Conn::Postgres(conn) => {
            let assigning: Vec<String> = of_application()
                .filter(dsl::assignee_id.eq_any(assignees))
                .select(dsl::assignee_id)
                .for_share()
                .load(conn)?;
            Ok(!assigning.is_empty())
        }
        // SQLite has one writer at a time.
        Conn::Sqlite(conn) => {
            let directly =
                of_application().filter(dsl::assignee_id.eq(user.as_str())).select(dsl::assignee_id);
            if directly.first::<String>(conn).optional()?.is_some() {
                return Ok(true);
            }
            // By joins: for groups that are listed apart, SQLite would make a table first.
            let through_groups = dsl::application_assignments
                .inner_join(group_ancestors::table.on(group_ancestors::ancestor_id.eq(dsl::assignee_id)))
                .inner_join(memberships::table.on(memberships::group_id.eq(group_ancestors::group_id)))
                .filter(dsl::application_id.eq(application.as_str()))
                .filter(memberships::user_id.eq(user.as_str()))
                .select(dsl::assignee_id);
            Ok(through_groups.first::<String>(conn).optional()?.is_some())
        }
    }
}

/// The applications that a user is assigned to, by name.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_of_user(conn: &mut Conn, user: &UserId) -> Result<Vec<Application>, Error> {
    let ids: Vec<String> = dsl::application_assignments
        .filter(dsl::assignee_id.eq(user.as_str()).or(dsl::assignee_id.eq_any(groups_of(user))))
        .select(dsl::application_id)
        .distinct()
        .load(conn)?;
    application::list_by_id(conn, &ids)
}

/// Who is assigned to an application, with the moments of assignment.
///
/// # Errors
/// [`Error`] of the database.
pub fn list(conn: &mut Conn, application: &ApplicationId) -> Result<Vec<(Assignee, Timestamp)>, Error> {
    let rows: Vec<(String, i64)> = dsl::application_assignments
        .filter(dsl::application_id.eq(application.as_str()))
        .order(dsl::assignee_id)
        .select((dsl::assignee_id, dsl::created_at))
        .load(conn)?;
    let read = |(assignee, at): (String, i64)| {
        let assignee = parse("application_assignments.assignee_id", &assignee, Assignee::parse)?;
        Ok((assignee, Timestamp::from_millis(at)))
    };
    rows.into_iter().map(read).collect()
}

/// Assigns somebody; false where they were.
///
/// # Errors
/// [`Error::Reference`] when there is no such application.
pub fn insert(
    conn: &mut Conn,
    application: &ApplicationId,
    assignee: &Assignee,
    now: Timestamp,
) -> Result<bool, Error> {
    let row = (
        dsl::application_id.eq(application.as_str()),
        dsl::assignee_id.eq(assignee.as_str()),
        dsl::created_at.eq(now.millis()),
    );
    let insert = diesel::insert_into(dsl::application_assignments).values(row);
    Ok(on!(conn, insert.on_conflict_do_nothing().execute(conn))? == 1)
}

/// Takes an assignment away; says whether it was there.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete(conn: &mut Conn, application: &ApplicationId, assignee: &Assignee) -> Result<bool, Error> {
    let one = dsl::application_assignments.find((application.as_str(), assignee.as_str()));
    Ok(diesel::delete(one).execute(conn)? == 1)
}

/// Takes every assignment to somebody away; gives the applications.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete_of(conn: &mut Conn, assignee: &Assignee) -> Result<Vec<ApplicationId>, Error> {
    let theirs = || dsl::application_assignments.filter(dsl::assignee_id.eq(assignee.as_str()));
    let ids: Vec<String> = theirs().select(dsl::application_id).order(dsl::application_id).load(conn)?;
    diesel::delete(theirs()).execute(conn)?;
    ids.iter().map(|id| parse("application_assignments.application_id", id, ApplicationId::parse)).collect()
}

/// Takes every assignment to an application away.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete_all(conn: &mut Conn, application: &ApplicationId) -> Result<(), Error> {
    let all = dsl::application_assignments.filter(dsl::application_id.eq(application.as_str()));
    diesel::delete(all).execute(conn)?;
    Ok(())
}
