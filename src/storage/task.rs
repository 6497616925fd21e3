//! Tasks.

use diesel::prelude::*;

use crate::base::{AccessConfigurationId, AccountId, TaskId, Timestamp};
use crate::domain::{Assignee, Task, TaskKind, TaskStatus};

use super::error::parse;
use super::schema::tasks::{self, dsl};
use super::{Conn, Error};

#[derive(Queryable, Selectable)]
#[diesel(table_name = tasks)]
struct Row {
    id: String,
    kind: String,
    status: String,
    access_configuration_id: String,
    account_id: String,
    assignee_id: Option<String>,
    attempts: i64,
    failure_reason: Option<String>,
    created_at: i64,
    ended_at: Option<i64>,
}

/// The task with this id.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(conn: &mut Conn, id: &TaskId) -> Result<Option<Task>, Error> {
    let row: Option<Row> = dsl::tasks.find(id.as_str()).select(Row::as_select()).first(conn).optional()?;
    row.map(read).transpose()
}

/// Inserts a task, due at once.
///
/// # Errors
/// [`Error`] of the database.
pub fn insert(conn: &mut Conn, task: &Task) -> Result<(), Error> {
    diesel::insert_into(dsl::tasks)
        .values((
            dsl::id.eq(task.id.as_str()),
            dsl::kind.eq(task.kind.as_str()),
            dsl::status.eq(task.status.as_str()),
            dsl::access_configuration_id.eq(task.access_configuration_id.as_str()),
            dsl::account_id.eq(task.account_id.as_str()),
            dsl::assignee_id.eq(task.assignee.as_ref().map(Assignee::as_str)),
            dsl::attempts.eq(task.attempts),
            dsl::next_at.eq(task.created_at.millis()),
            dsl::failure_reason.eq(task.failure_reason.as_deref()),
            dsl::created_at.eq(task.created_at.millis()),
            dsl::ended_at.eq(task.ended_at.map(Timestamp::millis)),
        ))
        .execute(conn)?;
    Ok(())
}

/// The tasks of an account that are due, oldest first.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_due(conn: &mut Conn, account: &AccountId, now: Timestamp) -> Result<Vec<Task>, Error> {
    let rows: Vec<Row> = dsl::tasks
        .filter(dsl::status.eq(TaskStatus::InProgress.as_str()))
        .filter(dsl::account_id.eq(account.as_str()))
        .filter(dsl::next_at.le(now.millis()))
        .order(dsl::id)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Records how an attempt ended: done, given up, or to be tried again at `next_at`.
///
/// # Errors
/// [`Error`] of the database.
pub fn update(conn: &mut Conn, task: &Task, next_at: Timestamp) -> Result<(), Error> {
    diesel::update(dsl::tasks.find(task.id.as_str()))
        .set((
            dsl::status.eq(task.status.as_str()),
            dsl::attempts.eq(task.attempts),
            dsl::next_at.eq(next_at.millis()),
            dsl::failure_reason.eq(task.failure_reason.as_deref()),
            dsl::ended_at.eq(task.ended_at.map(Timestamp::millis)),
        ))
        .execute(conn)?;
    Ok(())
}

/// How many tasks stand like this.
///
/// # Errors
/// [`Error`] of the database.
pub fn count(conn: &mut Conn, status: TaskStatus) -> Result<i64, Error> {
    Ok(dsl::tasks.filter(dsl::status.eq(status.as_str())).count().get_result(conn)?)
}

fn read(row: Row) -> Result<Task, Error> {
    let assignee = row.assignee_id.map(|id| parse("tasks.assignee_id", &id, Assignee::parse)).transpose()?;
    Ok(Task {
        id: parse("tasks.id", &row.id, TaskId::parse)?,
        kind: parse("tasks.kind", &row.kind, TaskKind::parse)?,
        status: parse("tasks.status", &row.status, TaskStatus::parse)?,
        access_configuration_id: parse(
            "tasks.access_configuration_id",
            &row.access_configuration_id,
            AccessConfigurationId::parse,
        )?,
        account_id: parse("tasks.account_id", &row.account_id, AccountId::parse)?,
        assignee,
        attempts: row.attempts,
        failure_reason: row.failure_reason,
        created_at: Timestamp::from_millis(row.created_at),
        ended_at: row.ended_at.map(Timestamp::from_millis),
    })
}
