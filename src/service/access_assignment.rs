//! Access assignments. An assignment counts the moment it is written and stops counting the moment
//! it is removed; what accounts need for it is made by tasks.

use crate::domain::{
    self, Action, Assignee, Assignment, AssignmentFilter, AssignmentKey, ConsoleIdentity,
    DeprovisionStrategy, Event, Task, TaskKind,
};
use crate::storage::{Conn, assignment, group, user};

use super::context::Change;
use super::task::{self, Draft};
use super::{Context, Error, Operator, console_session, target};

/// Assigns a configuration to a user or a group, on an account or on everything below a folder, and
/// writes the task that provisions it there.
///
/// # Errors
/// [`Error::Refused`]: `EntityNotExists.…` for the configuration, the target or the assignee,
/// `EntityAlreadyExists.AccessAssignment`, `OperationConflict.Task` while a task on the same object
/// is in progress.
pub fn create(ctx: &Context, operator: &Operator, key: &AssignmentKey) -> Result<Task, Error> {
    let made = ensure(ctx, operator, key)?;
    let names =
        format_args!("of {} on {} to {}", key.access_configuration_id, key.target, key.assignee).to_string();
    made.ok_or_else(|| domain::Error::exists("AccessAssignment", names).into())
}

/// As [`create`]; `None` where it was assigned before.
///
/// # Errors
/// As [`create`], but for an assignment that exists.
pub fn ensure(ctx: &Context, operator: &Operator, key: &AssignmentKey) -> Result<Option<Task>, Error> {
    let (change, key) = (ctx.change(operator.origin()), key.clone());
    let written = ctx.store.write(move |conn| {
        target::hold(conn, &key.target)?;
        check_parts(conn, &key)?;
        if assignment::exists(conn, &key)? {
            return Ok(None);
        }
        let draft = draft(TaskKind::CreateAccessAssignment, &key, DeprovisionStrategy::None);
        task::refuse_conflict(conn, &draft)?;
        assignment::insert(conn, &Assignment { key: key.clone(), created_at: change.now })?;
        let task = task::write(conn, &change, &draft)?;
        record(conn, &change, Action::AccessAssignmentCreated, &task)?;
        Ok::<_, Error>(Some(task))
    })?;
    ctx.work.ring();
    Ok(written)
}

/// Removes an assignment: nobody enters by it from this moment on, and console sessions by it are ended.
/// What becomes of the role is the strategy's to say.
///
/// # Errors
/// [`Error::Refused`]: `EntityNotExists.AccessAssignment`, `OperationConflict.Task`.
pub fn delete(
    ctx: &Context,
    operator: &Operator,
    key: &AssignmentKey,
    strategy: DeprovisionStrategy,
) -> Result<Task, Error> {
    let (change, key) = (ctx.change(operator.origin()), key.clone());
    let written = ctx.store.write(move |conn| {
        target::hold(conn, &key.target)?;
        if !assignment::exists(conn, &key)? {
            return Err(domain::Error::missing("AccessAssignment", &key.assignee).into());
        }
        let draft = draft(TaskKind::DeleteAccessAssignment, &key, strategy);
        task::refuse_conflict(conn, &draft)?;
        assignment::delete(conn, &key)?;
        let task = task::write(conn, &change, &draft)?;
        record(conn, &change, Action::AccessAssignmentDeleted, &task)?;
        let identity = ConsoleIdentity::Role(key.access_configuration_id.clone());
        console_session::end_unentitled_as(conn, &change, identity, key.target.account())?;
        Ok::<_, Error>(task)
    })?;
    ctx.ring_all();
    Ok(written)
}

/// Removes every assignment to an assignee who is to be deleted. Roles stay in their accounts for whoever
/// else is assigned them; that somebody entered by what is removed is looked after by whoever calls.
pub(super) fn delete_of(conn: &mut Conn, change: &Change, assignee: &Assignee) -> Result<(), Error> {
    let filter = AssignmentFilter { assignee: Some(assignee.clone()), ..AssignmentFilter::default() };
    for found in assignment::list(conn, &filter, None, i64::MAX)? {
        if assignment::delete(conn, &found.key)? {
            let draft = draft(TaskKind::DeleteAccessAssignment, &found.key, DeprovisionStrategy::None);
            let task = task::write(conn, change, &draft)?;
            record(conn, change, Action::AccessAssignmentDeleted, &task)?;
        }
    }
    Ok(())
}

/// The assignments that agree with `filter`, in a stable order: at most `limit` after `after`, and
/// how many there are in all.
///
/// # Errors
/// Failures of the database.
pub fn list(
    ctx: &Context,
    _operator: &Operator,
    filter: &AssignmentFilter,
    after: Option<&AssignmentKey>,
    limit: i64,
) -> Result<(Vec<Assignment>, i64), Error> {
    ctx.store
        .read(|conn| Ok((assignment::list(conn, filter, after, limit)?, assignment::count(conn, filter)?)))
}

fn draft(kind: TaskKind, key: &AssignmentKey, strategy: DeprovisionStrategy) -> Draft {
    Draft {
        kind,
        access_configuration_id: Some(key.access_configuration_id.clone()),
        target: key.target.clone(),
        assignee: Some(key.assignee.clone()),
        strategy,
    }
}

fn check_parts(conn: &mut Conn, key: &AssignmentKey) -> Result<(), Error> {
    target::check_configuration(conn, &key.access_configuration_id)?;
    target::check(conn, &key.target)?;
    let is_there = match &key.assignee {
        Assignee::User(id) => user::find(conn, id)?.is_some(),
        Assignee::Group(id) => group::find(conn, id)?.is_some(),
    };
    if is_there {
        Ok(())
    } else {
        Err(domain::Error::missing(key.assignee.kind().as_str(), &key.assignee).into())
    }
}

fn record(conn: &mut Conn, change: &Change, action: Action, task: &Task) -> Result<(), Error> {
    let detail = serde_json::json!({
        "access_configuration_id": task.access_configuration_id,
        "principal_id": task.assignee.as_ref().map(Assignee::as_str),
        "task_id": task.id,
        "strategy": task.strategy.as_str(),
    });
    change.record(conn, &Event::new(action, &task.target).with(detail))
}
