//! Access assignments. An assignment counts the moment it is written and stops counting the moment
//! it is removed; what accounts need for it is made by tasks.

use crate::base::{AccessConfigurationId, AccountId, TaskId};
use crate::domain::{self, Action, Assignee, Assignment, Event, Provisioning, Task, TaskKind, TaskStatus};
use crate::storage::{Conn, access_configuration, account, assignment, group, task, user};

use super::context::Change;
use super::{Context, Error, Operator};

/// Assigns a configuration on an account to a user or a group, and writes the task that provisions
/// it there. `None` when it was assigned before.
///
/// # Errors
/// [`Error::Refused`] when the configuration, the account or the assignee does not exist.
pub fn create(
    ctx: &Context,
    operator: &Operator,
    configuration: &AccessConfigurationId,
    account: &AccountId,
    assignee: &Assignee,
) -> Result<Option<TaskId>, Error> {
    let change = ctx.change(operator.origin());
    let assignment = Assignment {
        access_configuration_id: configuration.clone(),
        account_id: account.clone(),
        assignee: assignee.clone(),
        created_at: change.now,
    };
    let created = ctx.store.write(move |conn| {
        check_parts(conn, &assignment)?;
        if !assignment::insert(conn, &assignment)? {
            return Ok(None);
        }
        let task = write_task(conn, &change, TaskKind::CreateAccessAssignment, &assignment)?;
        change.record(conn, &event(Action::AccessAssignmentCreated, &assignment, &task))?;
        Ok::<_, Error>(Some(task))
    })?;
    ctx.work.ring();
    Ok(created)
}

/// Removes an assignment: nobody enters by it from this moment on. The role stays in the account.
///
/// # Errors
/// [`Error::Refused`] when there is no such assignment.
pub fn delete(
    ctx: &Context,
    operator: &Operator,
    configuration: &AccessConfigurationId,
    account: &AccountId,
    assignee: &Assignee,
) -> Result<TaskId, Error> {
    let change = ctx.change(operator.origin());
    let assignment = Assignment {
        access_configuration_id: configuration.clone(),
        account_id: account.clone(),
        assignee: assignee.clone(),
        created_at: change.now,
    };
    let task = ctx.store.write(move |conn| {
        if !assignment::delete(conn, &assignment)? {
            return Err(domain::Error::missing("AccessAssignment", &assignment.assignee).into());
        }
        let task = write_task(conn, &change, TaskKind::DeleteAccessAssignment, &assignment)?;
        change.record(conn, &event(Action::AccessAssignmentDeleted, &assignment, &task))?;
        Ok::<_, Error>(task)
    })?;
    ctx.work.ring();
    Ok(task)
}

/// Writes a task that provisions again what an account has, because what ties it to this
/// installation has changed.
pub(super) fn write_provision_task(
    conn: &mut Conn,
    change: &Change,
    provisioning: &Provisioning,
) -> Result<(), Error> {
    let task = Task {
        id: change.id()?,
        kind: TaskKind::ProvisionAccessConfiguration,
        status: TaskStatus::InProgress,
        access_configuration_id: provisioning.access_configuration_id.clone(),
        account_id: provisioning.account_id.clone(),
        assignee: None,
        attempts: 0,
        failure_reason: None,
        created_at: change.now,
        ended_at: None,
    };
    Ok(task::insert(conn, &task)?)
}

fn check_parts(conn: &mut Conn, assignment: &Assignment) -> Result<(), Error> {
    if access_configuration::find(conn, &assignment.access_configuration_id)?.is_none() {
        return Err(domain::Error::missing("AccessConfiguration", &assignment.access_configuration_id).into());
    }
    if account::find(conn, &assignment.account_id)?.is_none() {
        return Err(domain::Error::missing("Account", &assignment.account_id).into());
    }
    let is_there = match &assignment.assignee {
        Assignee::User(id) => user::find(conn, id)?.is_some(),
        Assignee::Group(id) => group::find(conn, id)?.is_some(),
    };
    if is_there {
        Ok(())
    } else {
        Err(domain::Error::missing(assignment.assignee.kind().as_str(), &assignment.assignee).into())
    }
}

fn write_task(
    conn: &mut Conn,
    change: &Change,
    kind: TaskKind,
    assignment: &Assignment,
) -> Result<TaskId, Error> {
    let task = Task {
        id: change.id()?,
        kind,
        status: TaskStatus::InProgress,
        access_configuration_id: assignment.access_configuration_id.clone(),
        account_id: assignment.account_id.clone(),
        assignee: Some(assignment.assignee.clone()),
        attempts: 0,
        failure_reason: None,
        created_at: change.now,
        ended_at: None,
    };
    task::insert(conn, &task)?;
    Ok(task.id)
}

fn event(action: Action, assignment: &Assignment, task: &TaskId) -> Event {
    Event::new(action, &assignment.account_id).with(serde_json::json!({
        "access_configuration_id": assignment.access_configuration_id,
        "principal_id": assignment.assignee.as_str(),
        "task_id": task,
    }))
}

/// The task with this id.
///
/// # Errors
/// [`Error::Refused`] when there is none.
pub fn task(ctx: &Context, _operator: &Operator, id: &TaskId) -> Result<Task, Error> {
    let found = ctx.store.read(|conn| task::find(conn, id))?;
    found.ok_or_else(|| domain::Error::missing("Task", id).into())
}

/// How many tasks are to be done, and how many were given up.
///
/// # Errors
/// Failures of the database.
pub fn task_counts(ctx: &Context, _operator: &Operator) -> Result<(i64, i64), Error> {
    ctx.store
        .read(|conn| Ok((task::count(conn, TaskStatus::InProgress)?, task::count(conn, TaskStatus::Failed)?)))
}
