//! Tasks: written with the change that they follow from, listed, called off, opened again.

use crate::base::{AccessConfigurationId, TaskId, Timestamp};
use crate::domain::{
    self, Action, Assignee, DeprovisionStrategy, Event, Kind, Progress, ProvisioningStatus, Target, Task,
    TaskFilter, TaskKind, TaskStatus,
};
use crate::storage::{Conn, assignment, provisioning, task};

use super::context::Change;
use super::{Context, Error, Operator};

/// A task to be written.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) kind: TaskKind,
    pub(super) access_configuration_id: Option<AccessConfigurationId>,
    pub(super) target: Target,
    pub(super) assignee: Option<Assignee>,
    pub(super) strategy: DeprovisionStrategy,
}

impl Draft {
    /// A task of this kind for one configuration.
    pub(super) fn new(kind: TaskKind, configuration: &AccessConfigurationId, target: Target) -> Self {
        Self {
            kind,
            access_configuration_id: Some(configuration.clone()),
            target,
            assignee: None,
            strategy: DeprovisionStrategy::None,
        }
    }

    /// Whether the two may not be under way together: the same assignment, or a removal beside
    /// anything else. Everything else of one account is done in the order in which it was asked for.
    fn conflicts_with(&self, open: &Task) -> bool {
        let removes = |kind| kind == TaskKind::DeprovisionAccessConfiguration;
        removes(self.kind) || removes(open.kind) || self.assignee == open.assignee
    }
}

/// The task in progress that stands in the way of another.
pub(super) fn find_conflict(conn: &mut Conn, draft: &Draft) -> Result<Option<Task>, Error> {
    let Some(configuration) = &draft.access_configuration_id else { return Ok(None) };
    let open = task::list_in_progress(conn, configuration, &draft.target)?;
    Ok(open.into_iter().find(|open| draft.conflicts_with(open)))
}

/// Refuses what a task in progress stands in the way of.
pub(super) fn refuse_conflict(conn: &mut Conn, draft: &Draft) -> Result<(), Error> {
    match find_conflict(conn, draft)? {
        None => Ok(()),
        Some(open) => Err(domain::Error::new(
            Kind::Conflict,
            "OperationConflict.Task",
            format!("task {} ({}) on the same object is in progress", open.id, open.kind.as_str()),
        )
        .into()),
    }
}

/// Writes a task, due at once; one on a folder with a part for each account below it. Whoever calls
/// rings the bell after the transaction.
pub(super) fn write(conn: &mut Conn, change: &Change, draft: &Draft) -> Result<Task, Error> {
    let mut whole = made(change, draft, draft.target.clone())?;
    if draft.kind == TaskKind::DeleteAccessAssignment && draft.strategy == DeprovisionStrategy::None {
        // Nothing follows in the accounts.
        (whole.status, whole.ended_at) = (TaskStatus::Success, Some(change.now));
        task::insert(conn, &whole, change.now)?;
    } else if let Target::Folder(_) = draft.target {
        let accounts = assignment::list_reached(conn, &draft.target)?;
        if accounts.is_empty() {
            (whole.status, whole.ended_at) = (TaskStatus::Success, Some(change.now));
        }
        task::insert(conn, &whole, change.now)?;
        for account in accounts {
            let mut part = made(change, draft, Target::Account(account))?;
            part.parent_id = Some(whole.id.clone());
            task::insert(conn, &part, change.now)?;
        }
    } else {
        task::insert(conn, &whole, change.now)?;
    }
    Ok(whole)
}

/// Writes a task that looks after a whole account, due at `due`; false when one of its kind is in progress
/// there.
pub(super) fn write_once(
    conn: &mut Conn,
    change: &Change,
    draft: &Draft,
    due: Timestamp,
) -> Result<bool, Error> {
    Ok(task::insert(conn, &made(change, draft, draft.target.clone())?, due)?)
}

fn made(change: &Change, draft: &Draft, target: Target) -> Result<Task, Error> {
    Ok(Task {
        access_configuration_id: draft.access_configuration_id.clone(),
        assignee: draft.assignee.clone(),
        strategy: draft.strategy,
        ..Task::new(change.id()?, draft.kind, target, change.now)
    })
}

/// Ends the task that this one is a part of, if it was the last that was open.
pub(super) fn settle_parent(conn: &mut Conn, part: &Task, now: Timestamp) -> Result<(), Error> {
    let Some(parent) = &part.parent_id else { return Ok(()) };
    task::lock(conn, parent)?;
    let parts = TaskFilter { parent: Some(parent.clone()), ..TaskFilter::default() };
    let progress = task::progress(conn, &parts)?;
    if progress.running + progress.remaining > 0 {
        return Ok(());
    }
    let Some(mut whole) = task::find(conn, parent)? else { return Ok(()) };
    let bad = progress.failed + progress.cancelled;
    if bad > 0 {
        let all = progress.done + bad;
        whole.status = TaskStatus::Failed;
        whole.failure_reason = Some(format!("{bad} of {all} accounts were not done; see their tasks"));
    } else {
        whole.status = TaskStatus::Success;
    }
    whole.ended_at = Some(now);
    task::update(conn, &whole, now)?;
    Ok(())
}

/// The task with this id.
///
/// # Errors
/// [`Error::Refused`] with `EntityNotExists.Task`.
pub fn find(ctx: &Context, _operator: &Operator, id: &TaskId) -> Result<Task, Error> {
    ctx.store.read(|conn| existing(conn, id))
}

/// The tasks that agree with `filter`, the latest first: at most `limit` after the one with the id
/// `after`, and how many there are in all.
///
/// # Errors
/// Failures of the database.
pub fn list(
    ctx: &Context,
    _operator: &Operator,
    filter: &TaskFilter,
    after: Option<&TaskId>,
    limit: i64,
) -> Result<(Vec<Task>, i64), Error> {
    ctx.store.read(|conn| Ok((task::list(conn, filter, after, limit)?, task::count(conn, filter)?)))
}

/// How far the tasks that agree with `filter` have come; readable while they are being done.
///
/// # Errors
/// Failures of the database.
pub fn progress(ctx: &Context, _operator: &Operator, filter: &TaskFilter) -> Result<Progress, Error> {
    Ok(ctx.store.read(|conn| task::progress(conn, filter))?)
}

/// How many tasks are to be done, and how many stand as failed that were asked for since `since`.
///
/// # Errors
/// Failures of the database.
pub fn backlog(ctx: &Context, _operator: &Operator, since: Option<Timestamp>) -> Result<(i64, i64), Error> {
    let of = |status, since| TaskFilter { statuses: vec![status], since, ..TaskFilter::default() };
    ctx.store.read(|conn| {
        let open = task::count(conn, &of(TaskStatus::InProgress, None))?;
        Ok((open, task::count(conn, &of(TaskStatus::Failed, since))?))
    })
}

/// Calls a task off, with its parts. What is being done in an account at this moment is finished;
/// what was assigned stays assigned.
///
/// # Errors
/// [`Error::Refused`]: `EntityNotExists.Task`; `OperationConflict.Task` when it has ended.
pub fn cancel(ctx: &Context, operator: &Operator, id: &TaskId) -> Result<(), Error> {
    let (change, id) = (ctx.change(operator.origin()), id.clone());
    ctx.store.write(move |conn| {
        let whole = existing(conn, &id)?;
        let reason = "called off by an administrator";
        if !task::cancel(conn, &id, reason, change.now)? {
            return Err(has_ended(&whole).into());
        }
        let open = TaskFilter {
            parent: Some(id.clone()),
            statuses: vec![TaskStatus::InProgress],
            ..TaskFilter::default()
        };
        let parts = task::list(conn, &open, None, i64::MAX)?;
        for part in &parts {
            task::cancel(conn, &part.id, reason, change.now)?;
        }
        for ended in parts.iter().chain([&whole]) {
            give_up_removal(conn, ended)?;
        }
        settle_parent(conn, &whole, change.now)?;
        change.record(conn, &Event::new(Action::TaskCancelled, &id))
    })
}

/// Marks a removal that will not go on as failed, so that nobody takes it for under way.
pub(super) fn give_up_removal(conn: &mut Conn, task: &Task) -> Result<(), Error> {
    let Some(grant) = task.grant() else { return Ok(()) };
    let found = provisioning::find(conn, &grant)?;
    if found.is_some_and(|found| found.status == ProvisioningStatus::Deprovisioning) {
        provisioning::set_status(conn, &grant, ProvisioningStatus::DeprovisionFailed)?;
    }
    Ok(())
}

/// Does a task again that failed or was called off; of one on a folder, the parts that were not done.
///
/// # Errors
/// [`Error::Refused`]: `EntityNotExists.Task`; `OperationConflict.Task` when it has not failed.
pub fn retry(ctx: &Context, operator: &Operator, id: &TaskId) -> Result<(), Error> {
    let (change, id) = (ctx.change(operator.origin()), id.clone());
    ctx.store.write(move |conn| {
        let whole = existing(conn, &id)?;
        if !reopen(conn, &whole, change.now)? {
            return Err(not_failed(&whole).into());
        }
        change.record(conn, &Event::new(Action::TaskRetried, &id))
    })?;
    ctx.work.ring();
    Ok(())
}

/// Does everything again that failed and agrees with `filter`; says how many tasks that are.
///
/// # Errors
/// Failures of the database.
pub fn retry_failed(ctx: &Context, operator: &Operator, filter: &TaskFilter) -> Result<usize, Error> {
    let change = ctx.change(operator.origin());
    let failed = TaskFilter { statuses: vec![TaskStatus::Failed], ..filter.clone() };
    let reopened = ctx.store.write(move |conn| {
        let mut reopened = 0;
        for failed in task::list(conn, &failed, None, i64::MAX)? {
            // A part may have been opened with its whole.
            if reopen(conn, &failed, change.now)? {
                change.record(conn, &Event::new(Action::TaskRetried, &failed.id))?;
                reopened += 1;
            }
        }
        Ok::<_, Error>(reopened)
    })?;
    ctx.work.ring();
    Ok(reopened)
}

/// Opens a task, the parts of it that were not done, and what it is itself a part of.
fn reopen(conn: &mut Conn, whole: &Task, now: Timestamp) -> Result<bool, Error> {
    if !task::reopen(conn, &whole.id, now)? {
        return Ok(false);
    }
    if let Some(parent) = &whole.parent_id {
        task::reopen(conn, parent, now)?;
    }
    let parts = TaskFilter {
        parent: Some(whole.id.clone()),
        statuses: vec![TaskStatus::Failed, TaskStatus::Cancelled],
        ..TaskFilter::default()
    };
    for part in task::list(conn, &parts, None, i64::MAX)? {
        task::reopen(conn, &part.id, now)?;
    }
    Ok(true)
}

fn existing(conn: &mut Conn, id: &TaskId) -> Result<Task, Error> {
    task::find(conn, id)?.ok_or_else(|| domain::Error::missing("Task", id).into())
}

fn has_ended(task: &Task) -> domain::Error {
    let status = task.status.as_str();
    domain::Error::new(
        Kind::Conflict,
        "OperationConflict.Task",
        format!("task {} has ended: {status}", task.id),
    )
}

fn not_failed(task: &Task) -> domain::Error {
    let status = task.status.as_str();
    let message = format!("task {} has not failed: {status}", task.id);
    domain::Error::new(Kind::Conflict, "OperationConflict.Task", message)
}
