//! Tasks.

use serde_json::{Map, Value, json};

use crate::base::{Page, TaskId};
use crate::domain::{Task, TaskFilter, TaskKind, TaskStatus, task_start};
use crate::service::authorisation::Resource;
use crate::service::target::{Names, References, names};
use crate::service::{Error, Listing, Operator, task};

use super::invocation::{Invocation, Outcome, nothing};
use super::paging::Paging;
use super::target;

const PAGE: u32 = 20;
/// The vendor's, which are listed unless said, and ours, which are listed when one is named.
const KINDS: &[&str] = &[
    "ProvisionAccessConfiguration",
    "DeprovisionAccessConfiguration",
    "CreateAccessAssignment",
    "DeleteAccessAssignment",
    "DetectDrift",
    "RepairDrift",
    "ProvisionUser",
    "SetUserSso",
];
const STATUSES: &[&str] = &["InProgress", "Success", "Failed"];
const FILTERS: &[&str] = &[
    "AccessConfigurationId",
    "Filter",
    "PrincipalId",
    "PrincipalType",
    "Status",
    "TargetId",
    "TargetType",
    "TaskType",
];

/// `GetTask`.
pub(super) fn get(call: &Invocation<'_>) -> Outcome {
    let (operator, task) = find(call)?;
    let names = names_of(call, &operator, std::slice::from_ref(&task))?;
    Ok(json!({ "Task": whole(&names, &task) }))
}

/// `GetTaskStatus`.
pub(super) fn get_status(call: &Invocation<'_>) -> Outcome {
    let (_operator, task) = find(call)?;
    let mut status = course(&task);
    status.insert("TaskId".to_owned(), task.id.as_str().into());
    status.insert("TaskType".to_owned(), task.kind.as_str().into());
    Ok(json!({ "TaskStatus": status }))
}

/// `ListTasks`, the latest first.
pub(super) fn list(call: &Invocation<'_>) -> Outcome {
    let directory = call.directory_id()?;
    let (target_kind, target) = target::optional_target(call)?;
    let (assignee_kind, assignee) = target::optional_principal(call)?;
    let filter = call.parameters.optional("Filter").filter(|filter| !filter.is_empty());
    let kind = call.word("TaskType", KINDS, TaskKind::parse)?;
    let filter = TaskFilter {
        kinds: kind.map_or_else(|| TaskKind::OPENAPI.to_vec(), |kind| vec![kind]),
        statuses: match call.word("Status", STATUSES, TaskStatus::parse)? {
            None => vec![],
            // What was called off is shown as failed.
            Some(TaskStatus::Failed) => vec![TaskStatus::Failed, TaskStatus::Cancelled],
            Some(status) => vec![status],
        },
        access_configuration_id: target::optional_configuration(call)?,
        target,
        target_kind,
        assignee,
        assignee_kind,
        parent: None,
        since: Some(task_start(filter, call.ctx.now())?),
    };
    let paging = Paging::read(call, PAGE, FILTERS)?;
    let after = paging.after(TaskId::parse)?;
    let operator = call.authorise(&Resource::directory(&directory))?;
    let (tasks, total) = task::list(call.ctx, &operator, &filter, after.as_ref(), paging.rows())?;
    let page = Page::cut(tasks, paging.request.limit, |task| task.id.to_string());
    let names = names_of(call, &operator, &page.items)?;
    paging.answer(&Listing { page, total }, "Tasks", |task| whole(&names, task))
}

/// `CancelTask`, ours: calls a task off, with its parts.
pub(super) fn cancel(call: &Invocation<'_>) -> Outcome {
    let (operator, found) = find(call)?;
    task::cancel(call.ctx, &operator, &found.id)?;
    nothing()
}

/// `RetryTask`, ours: does a task again that failed or was called off, with the parts that were not done.
pub(super) fn retry(call: &Invocation<'_>) -> Outcome {
    let (operator, found) = find(call)?;
    task::retry(call.ctx, &operator, &found.id)?;
    nothing()
}

/// `RetryFailedTasks`, ours: does everything again that failed, of a configuration, on a target, or all.
pub(super) fn retry_failed(call: &Invocation<'_>) -> Outcome {
    let filter = some_of(call)?;
    let operator = call.authorise(&Resource::directory(&call.directory_id()?))?;
    Ok(json!({ "TaskCount": task::retry_failed(call.ctx, &operator, &filter)? }))
}

/// `GetTaskProgress`, ours: how far the parts of a task have come, or all tasks of a configuration, on a
/// target, or in the directory.
pub(super) fn get_progress(call: &Invocation<'_>) -> Outcome {
    let mut filter = some_of(call)?;
    if call.parameters.optional("TaskId").is_some_and(|id| !id.is_empty()) {
        filter.parent = Some(call.id("TaskId", TaskId::PREFIX, TaskId::parse)?);
    }
    let operator = call.authorise(&Resource::directory(&call.directory_id()?))?;
    let progress = task::progress(call.ctx, &operator, &filter)?;
    Ok(json!({ "TaskProgress": {
        "Done": progress.done,
        "Running": progress.running,
        "Failed": progress.failed,
        "Cancelled": progress.cancelled,
        "Remaining": progress.remaining,
    }}))
}

fn some_of(call: &Invocation<'_>) -> Result<TaskFilter, Error> {
    let (target_kind, target) = target::optional_target(call)?;
    let access_configuration_id = target::optional_configuration(call)?;
    Ok(TaskFilter { access_configuration_id, target, target_kind, ..TaskFilter::default() })
}

/// The answer of what began tasks: what each is about, and how it stands.
pub(super) fn begun(call: &Invocation<'_>, operator: &Operator, tasks: &[Task]) -> Result<Vec<Value>, Error> {
    let names = names_of(call, operator, tasks)?;
    let answer = |task: &Task| {
        let mut members = about(&names, task);
        members.insert("Status".to_owned(), task.status.as_openapi().into());
        Value::Object(members)
    };
    Ok(tasks.iter().map(answer).collect())
}

fn find(call: &Invocation<'_>) -> Result<(Operator, Task), Error> {
    let id = call.id("TaskId", TaskId::PREFIX, TaskId::parse)?;
    let operator = call.authorise(&Resource::task(&call.directory_id()?, &id))?;
    let found = task::find(call.ctx, &operator, &id)?;
    Ok((operator, found))
}

fn names_of(call: &Invocation<'_>, operator: &Operator, tasks: &[Task]) -> Result<Names, Error> {
    let references = References {
        configurations: tasks.iter().filter_map(|task| task.access_configuration_id.as_ref()).collect(),
        assignees: tasks.iter().filter_map(|task| task.assignee.as_ref()).collect(),
        targets: tasks.iter().map(|task| &task.target).collect(),
    };
    names(call.ctx, operator, &references)
}

fn whole(names: &Names, task: &Task) -> Value {
    let mut members = about(names, task);
    members.append(&mut course(task));
    Value::Object(members)
}

fn about(names: &Names, task: &Task) -> Map<String, Value> {
    let configuration = task.access_configuration_id.as_ref();
    let mut members = target::answer(names, configuration, &task.target, task.assignee.as_ref());
    members.insert("TaskId".to_owned(), task.id.as_str().into());
    members.insert("TaskType".to_owned(), task.kind.as_str().into());
    members
}

/// How a task goes: status, beginning, end, and why it failed.
fn course(task: &Task) -> Map<String, Value> {
    let mut members = Map::new();
    let status = task.status.as_openapi();
    members.insert("Status".to_owned(), status.into());
    members.insert("StartTime".to_owned(), task.created_at.rfc3339().into());
    if let Some(ended) = task.ended_at {
        members.insert("EndTime".to_owned(), ended.rfc3339().into());
    }
    if let Some(reason) = task.failure_reason.as_ref().filter(|_| status == TaskStatus::Failed.as_str()) {
        members.insert("FailureReason".to_owned(), reason.as_str().into());
    }
    members
}
