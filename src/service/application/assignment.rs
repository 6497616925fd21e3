//! Who may be signed in to which application: users, and groups with everybody in them.

use crate::base::{ApplicationId, Timestamp, UserId};
use crate::domain::{self, Action, Application, Assignee, Event, Status};
use crate::storage::{Conn, application_assignment, group, user};

use super::super::context::Change;
use super::super::{Context, Error, Operator};
use super::find;

/// Assigns an application to somebody; says whether that changed anything.
///
/// # Errors
/// [`Error::Refused`] when there is no such application, user or group.
pub fn assign(
    ctx: &Context,
    operator: &Operator,
    id: &ApplicationId,
    assignee: &Assignee,
) -> Result<bool, Error> {
    let (change, id, assignee) = (ctx.change(operator.origin()), id.clone(), assignee.clone());
    ctx.store.write(move |conn| {
        find(conn, &id)?;
        assign_in(conn, &change, &id, &assignee)
    })
}

/// As [`assign`], in the transaction of whoever calls.
pub(super) fn assign_in(
    conn: &mut Conn,
    change: &Change,
    id: &ApplicationId,
    assignee: &Assignee,
) -> Result<bool, Error> {
    let exists = match assignee {
        Assignee::User(id) => user::share_existing(conn, std::slice::from_ref(id))?.contains(id),
        Assignee::Group(id) => {
            group::lock(conn, id)?;
            group::find(conn, id)?.is_some()
        }
    };
    if !exists {
        return Err(domain::Error::missing(assignee.kind().as_str(), assignee).into());
    }
    let is_new = application_assignment::insert(conn, id, assignee, change.now)?;
    if is_new {
        record(conn, change, Action::ApplicationAssignmentCreated, id, assignee)?;
    }
    Ok(is_new)
}

/// Takes an assignment away: whoever has no other is not signed in to the application any more.
///
/// # Errors
/// [`Error::Refused`] when there is no such assignment.
pub fn unassign(
    ctx: &Context,
    operator: &Operator,
    id: &ApplicationId,
    assignee: &Assignee,
) -> Result<(), Error> {
    let (change, id, assignee) = (ctx.change(operator.origin()), id.clone(), assignee.clone());
    ctx.store.write(move |conn| {
        if !application_assignment::delete(conn, &id, &assignee)? {
            return Err(domain::Error::missing("ApplicationAssignment", &assignee).into());
        }
        record(conn, &change, Action::ApplicationAssignmentDeleted, &id, &assignee)
    })
}

/// Who is assigned, with the moments of assignment.
///
/// # Errors
/// [`Error::Refused`] when there is no such application.
pub fn assignments(
    ctx: &Context,
    _operator: &Operator,
    id: &ApplicationId,
) -> Result<Vec<(Assignee, Timestamp)>, Error> {
    ctx.store.read(|conn| {
        find(conn, id)?;
        Ok(application_assignment::list(conn, id)?)
    })
}

/// Takes every assignment to somebody who is to be deleted away.
pub(in super::super) fn delete_of(
    conn: &mut Conn,
    change: &Change,
    assignee: &Assignee,
) -> Result<(), Error> {
    for id in application_assignment::delete_of(conn, assignee)? {
        record(conn, change, Action::ApplicationAssignmentDeleted, &id, assignee)?;
    }
    Ok(())
}

/// The applications that somebody may be signed in to, by name.
pub(in super::super) fn list_of_user(conn: &mut Conn, user: &UserId) -> Result<Vec<Application>, Error> {
    let mut assigned = application_assignment::list_of_user(conn, user)?;
    assigned.retain(|application| application.status == Status::Enabled);
    Ok(assigned)
}

fn record(
    conn: &mut Conn,
    change: &Change,
    action: Action,
    id: &ApplicationId,
    assignee: &Assignee,
) -> Result<(), Error> {
    let detail = serde_json::json!({ "assignee_id": assignee.as_str() });
    change.record(conn, &Event::new(action, id).with(detail))
}
