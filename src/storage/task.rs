//! Tasks. None is ever deleted: they are the history of what was done in the accounts.

use diesel::prelude::*;

use crate::base::{AccessConfigurationId, AccountId, TaskId, Timestamp, UserId};
use crate::domain::{
    Assignee, AssigneeKind, DeprovisionStrategy, Progress, Target, TargetKind, Task, TaskFilter, TaskKind,
    TaskStatus,
};

use super::error::parse;
use super::schema::tasks::{self, dsl};
use super::{Conn, Error};

#[derive(Queryable, Selectable)]
#[diesel(table_name = tasks)]
struct Row {
    id: String,
    kind: String,
    status: String,
    access_configuration_id: Option<String>,
    target_id: String,
    parent_id: Option<String>,
    assignee_id: Option<String>,
    deprovisions: bool,
    attempts: i64,
    started_at: Option<i64>,
    failure_reason: Option<String>,
    created_at: i64,
    ended_at: Option<i64>,
}

type Query<'a> = tasks::BoxedQuery<'a, <Conn as Connection>::Backend>;

fn filtered(filter: &TaskFilter) -> Query<'_> {
    let mut query = dsl::tasks.into_boxed();
    if !filter.kinds.is_empty() {
        query = query.filter(dsl::kind.eq_any(filter.kinds.iter().map(|kind| kind.as_str())));
    }
    if !filter.statuses.is_empty() {
        query = query.filter(dsl::status.eq_any(filter.statuses.iter().map(|status| status.as_str())));
    }
    if let Some(configuration) = &filter.access_configuration_id {
        query = query.filter(dsl::access_configuration_id.eq(configuration.as_str()));
    }
    if let Some(target) = &filter.target {
        query = query.filter(dsl::target_id.eq(target.as_str()));
    }
    if let Some(kind) = filter.target_kind {
        query = match kind {
            TargetKind::Account => query.filter(dsl::account_id.is_not_null()),
            TargetKind::Folder => query.filter(dsl::account_id.is_null()),
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
    if let Some(parent) = &filter.parent {
        query = query.filter(dsl::parent_id.eq(parent.as_str()));
    }
    if let Some(since) = filter.since {
        query = query.filter(dsl::created_at.ge(since.millis()));
    }
    query
}

/// The task with this id.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(conn: &mut Conn, id: &TaskId) -> Result<Option<Task>, Error> {
    let row: Option<Row> = dsl::tasks.find(id.as_str()).select(Row::as_select()).first(conn).optional()?;
    row.map(read).transpose()
}

/// The tasks that agree with `filter`, the latest first: at most `limit` after the one with the id
/// `after`.
///
/// # Errors
/// [`Error`] of the database.
pub fn list(
    conn: &mut Conn,
    filter: &TaskFilter,
    after: Option<&TaskId>,
    limit: i64,
) -> Result<Vec<Task>, Error> {
    let mut query = filtered(filter);
    if let Some(after) = after {
        query = query.filter(dsl::id.lt(after.as_str()));
    }
    let rows: Vec<Row> = query.order(dsl::id.desc()).limit(limit).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(read).collect()
}

/// How many tasks agree with `filter`.
///
/// # Errors
/// [`Error`] of the database.
pub fn count(conn: &mut Conn, filter: &TaskFilter) -> Result<i64, Error> {
    Ok(filtered(filter).count().get_result(conn)?)
}

/// How far the tasks that agree with `filter` have come, whatever it says of their status.
///
/// # Errors
/// [`Error`] of the database.
pub fn progress(conn: &mut Conn, filter: &TaskFilter) -> Result<Progress, Error> {
    let mut counted = |status| count(conn, &TaskFilter { statuses: vec![status], ..filter.clone() });
    let (done, failed, cancelled, open) = (
        counted(TaskStatus::Success)?,
        counted(TaskStatus::Failed)?,
        counted(TaskStatus::Cancelled)?,
        counted(TaskStatus::InProgress)?,
    );
    let open_filter = TaskFilter { statuses: vec![TaskStatus::InProgress], ..filter.clone() };
    let running: i64 =
        filtered(&open_filter).filter(dsl::started_at.is_not_null()).count().get_result(conn)?;
    Ok(Progress { done, running, failed, cancelled, remaining: open - running })
}

/// The tasks in progress that look after this configuration on this target.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_in_progress(
    conn: &mut Conn,
    configuration: &AccessConfigurationId,
    target: &Target,
) -> Result<Vec<Task>, Error> {
    let rows: Vec<Row> = dsl::tasks
        .filter(dsl::status.eq(TaskStatus::InProgress.as_str()))
        .filter(dsl::access_configuration_id.eq(configuration.as_str()))
        .filter(dsl::target_id.eq(target.as_str()))
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Inserts a task, due at `due`. False, and nothing is done, when the whole of this account is being
/// compared or repaired already by a task of the same kind.
///
/// # Errors
/// [`Error`] of the database.
pub fn insert(conn: &mut Conn, task: &Task, due: Timestamp) -> Result<bool, Error> {
    if matches!(task.kind, TaskKind::DetectDrift | TaskKind::RepairDrift) && find_whole(conn, task)? {
        return Ok(false);
    }
    diesel::insert_into(dsl::tasks)
        .values((
            dsl::id.eq(task.id.as_str()),
            dsl::kind.eq(task.kind.as_str()),
            dsl::status.eq(task.status.as_str()),
            dsl::access_configuration_id
                .eq(task.access_configuration_id.as_ref().map(AccessConfigurationId::as_str)),
            dsl::target_id.eq(task.target.as_str()),
            dsl::account_id.eq(task.account().map(AccountId::as_str)),
            dsl::parent_id.eq(task.parent_id.as_ref().map(TaskId::as_str)),
            dsl::assignee_id.eq(task.assignee.as_ref().map(Assignee::as_str)),
            dsl::deprovisions.eq(task.strategy != DeprovisionStrategy::None),
            dsl::attempts.eq(task.attempts),
            dsl::next_at.eq(due.millis()),
            dsl::started_at.eq(task.started_at.map(Timestamp::millis)),
            dsl::failure_reason.eq(task.failure_reason.as_deref()),
            dsl::created_at.eq(task.created_at.millis()),
            dsl::ended_at.eq(task.ended_at.map(Timestamp::millis)),
        ))
        .execute(conn)?;
    Ok(true)
}

fn find_whole(conn: &mut Conn, task: &Task) -> Result<bool, Error> {
    let found: Option<String> = dsl::tasks
        .filter(dsl::status.eq(TaskStatus::InProgress.as_str()))
        .filter(dsl::target_id.eq(task.target.as_str()))
        .filter(dsl::kind.eq(task.kind.as_str()))
        .select(dsl::id)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}

/// Makes a task that was not begun yet stand for `task` too, due at `due` at the latest; false when there is
/// none of the same kind for the same account and person. Whoever begins it waits for this transaction.
///
/// # Errors
/// [`Error`] of the database.
pub fn join_waiting(conn: &mut Conn, task: &Task, due: Timestamp) -> Result<bool, Error> {
    let waiting = dsl::tasks
        .filter(dsl::status.eq(TaskStatus::InProgress.as_str()))
        .filter(dsl::kind.eq(task.kind.as_str()))
        .filter(dsl::account_id.eq(task.account().map(AccountId::as_str)))
        .filter(dsl::started_at.is_null());
    let joined = match &task.assignee {
        Some(assignee) => diesel::update(waiting.filter(dsl::assignee_id.eq(assignee.as_str())))
            .set(dsl::next_at.eq(due.millis()))
            .execute(conn)?,
        None => diesel::update(waiting).set(dsl::next_at.eq(due.millis())).execute(conn)?,
    };
    Ok(joined > 0)
}

/// Calls off what was not begun yet for a person in an account.
///
/// # Errors
/// [`Error`] of the database.
pub fn cancel_waiting(
    conn: &mut Conn,
    kind: TaskKind,
    (account, person): (&AccountId, &UserId),
    reason: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let waiting: Vec<String> = dsl::tasks
        .filter(dsl::status.eq(TaskStatus::InProgress.as_str()))
        .filter(dsl::kind.eq(kind.as_str()))
        .filter(dsl::account_id.eq(account.as_str()))
        .filter(dsl::assignee_id.eq(person.as_str()))
        .filter(dsl::started_at.is_null())
        .select(dsl::id)
        .load(conn)?;
    for id in &waiting {
        cancel(conn, &parse("tasks.id", id, TaskId::parse)?, reason, now)?;
    }
    Ok(())
}

/// The tasks of an account that are due, in the order in which they became so: at most `limit`.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_due(
    conn: &mut Conn,
    account: &AccountId,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<Task>, Error> {
    let rows: Vec<Row> = dsl::tasks
        .filter(dsl::status.eq(TaskStatus::InProgress.as_str()))
        .filter(dsl::account_id.eq(account.as_str()))
        .filter(dsl::next_at.le(now.millis()))
        .order((dsl::next_at, dsl::id))
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Notes that an attempt begins; false when the task is not in progress any more.
///
/// # Errors
/// [`Error`] of the database.
pub fn start(conn: &mut Conn, id: &TaskId, now: Timestamp) -> Result<bool, Error> {
    let open = dsl::tasks.find(id.as_str()).filter(dsl::status.eq(TaskStatus::InProgress.as_str()));
    Ok(diesel::update(open).set(dsl::started_at.eq(now.millis())).execute(conn)? == 1)
}

/// Records how an attempt ended: done, given up, or to be tried again at `next_at`. False when the
/// task was called off meanwhile, which stands.
///
/// # Errors
/// [`Error`] of the database.
pub fn update(conn: &mut Conn, task: &Task, next_at: Timestamp) -> Result<bool, Error> {
    let open = dsl::tasks.find(task.id.as_str()).filter(dsl::status.eq(TaskStatus::InProgress.as_str()));
    let changed = diesel::update(open)
        .set((
            dsl::status.eq(task.status.as_str()),
            dsl::attempts.eq(task.attempts),
            dsl::next_at.eq(next_at.millis()),
            dsl::started_at.eq(task.started_at.map(Timestamp::millis)),
            dsl::failure_reason.eq(task.failure_reason.as_deref()),
            dsl::ended_at.eq(task.ended_at.map(Timestamp::millis)),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Calls a task off; false when it has ended.
///
/// # Errors
/// [`Error`] of the database.
pub fn cancel(conn: &mut Conn, id: &TaskId, reason: &str, now: Timestamp) -> Result<bool, Error> {
    let open = dsl::tasks.find(id.as_str()).filter(dsl::status.eq(TaskStatus::InProgress.as_str()));
    let changed = diesel::update(open)
        .set((
            dsl::status.eq(TaskStatus::Cancelled.as_str()),
            dsl::started_at.eq(None::<i64>),
            dsl::failure_reason.eq(reason),
            dsl::ended_at.eq(now.millis()),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Opens a task again that failed or was called off; false when it is not one of those.
///
/// # Errors
/// [`Error`] of the database.
pub fn reopen(conn: &mut Conn, id: &TaskId, now: Timestamp) -> Result<bool, Error> {
    let given_up = [TaskStatus::Failed, TaskStatus::Cancelled].map(TaskStatus::as_str);
    let ended = dsl::tasks.find(id.as_str()).filter(dsl::status.eq_any(given_up));
    let changed = diesel::update(ended)
        .set((
            dsl::status.eq(TaskStatus::InProgress.as_str()),
            dsl::attempts.eq(0),
            dsl::next_at.eq(now.millis()),
            dsl::started_at.eq(None::<i64>),
            dsl::failure_reason.eq(None::<&str>),
            dsl::ended_at.eq(None::<i64>),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Locks a task that has parts until the transaction ends, so that of two that end its last parts
/// at once, one sees the other's.
///
/// # Errors
/// [`Error`] of the database.
pub fn lock(conn: &mut Conn, id: &TaskId) -> Result<(), Error> {
    diesel::update(dsl::tasks.find(id.as_str())).set(dsl::next_at.eq(dsl::next_at)).execute(conn)?;
    Ok(())
}

fn read(row: Row) -> Result<Task, Error> {
    let configuration = row.access_configuration_id.as_deref();
    let strategy = if row.deprovisions {
        DeprovisionStrategy::DeprovisionForLastAccessAssignmentOnAccount
    } else {
        DeprovisionStrategy::None
    };
    Ok(Task {
        id: parse("tasks.id", &row.id, TaskId::parse)?,
        kind: parse("tasks.kind", &row.kind, TaskKind::parse)?,
        status: parse("tasks.status", &row.status, TaskStatus::parse)?,
        access_configuration_id: configuration
            .map(|id| parse("tasks.access_configuration_id", id, AccessConfigurationId::parse))
            .transpose()?,
        target: parse("tasks.target_id", &row.target_id, Target::parse)?,
        parent_id: row.parent_id.map(|id| parse("tasks.parent_id", &id, TaskId::parse)).transpose()?,
        assignee: row.assignee_id.map(|id| parse("tasks.assignee_id", &id, Assignee::parse)).transpose()?,
        strategy,
        attempts: row.attempts,
        started_at: row.started_at.map(Timestamp::from_millis),
        failure_reason: row.failure_reason,
        created_at: Timestamp::from_millis(row.created_at),
        ended_at: row.ended_at.map(Timestamp::from_millis),
    })
}
