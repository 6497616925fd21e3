//! Provisionings: which configurations stand in which accounts, brought there and taken away on
//! request. The work itself is done by tasks.

use crate::base::AccessConfigurationId;
use crate::domain::{
    self, Action, Event, Grant, Kind, Provisioning, ProvisioningFilter, Target, Task, TaskKind,
};
use crate::storage::{Conn, assignment, provisioning};

use super::context::Change;
use super::task::{self, Draft};
use super::{Context, Error, Operator, target};

/// Provisions a configuration, or does it again: on one account, on everything below a folder, or on
/// every account that has it or should have it.
///
/// # Errors
/// [`Error::Refused`]: `EntityNotExists.…`; `OperationConflict.Task` while a task on the same object
/// is in progress.
pub fn provision(
    ctx: &Context,
    operator: &Operator,
    configuration: &AccessConfigurationId,
    target: Option<&Target>,
) -> Result<Vec<Task>, Error> {
    let (change, configuration, target) =
        (ctx.change(operator.origin()), configuration.clone(), target.cloned());
    let kind = TaskKind::ProvisionAccessConfiguration;
    let written = ctx.store.write(move |conn| {
        target::check_configuration(conn, &configuration)?;
        let drafts = match &target {
            Some(target) => {
                target::hold(conn, target)?;
                target::check(conn, target)?;
                let draft = Draft::new(kind, &configuration, target.clone());
                task::refuse_conflict(conn, &draft)?;
                vec![draft]
            }
            None => {
                // What is being done already need not be asked for again.
                let mut drafts = Vec::new();
                for grant in everywhere(conn, &configuration)? {
                    let draft = Draft::new(kind, &configuration, Target::Account(grant.account_id));
                    if task::find_conflict(conn, &draft)?.is_none() {
                        drafts.push(draft);
                    }
                }
                drafts
            }
        };
        write(conn, &change, Action::ProvisioningRequested, &drafts)
    })?;
    ctx.work.ring();
    Ok(written)
}

/// Takes a configuration away: from one account, from everything below a folder, or from every
/// account that has it.
///
/// # Errors
/// [`Error::Refused`]: `EntityNotExists.…`, also when no account has it;
/// `DeletionConflict.AccessConfigurationProvisioning.AccessAssignment` while somebody is assigned it
/// on one of these accounts; `OperationConflict.Task`. Then none of them is touched.
pub fn deprovision(
    ctx: &Context,
    operator: &Operator,
    configuration: &AccessConfigurationId,
    target: Option<&Target>,
) -> Result<Vec<Task>, Error> {
    let (change, configuration, target) =
        (ctx.change(operator.origin()), configuration.clone(), target.cloned());
    let written = ctx.store.write(move |conn| {
        target::check_configuration(conn, &configuration)?;
        if let Some(target) = &target {
            target::hold(conn, target)?;
            target::check(conn, target)?;
        }
        let mut found = provisioned(conn, &configuration)?;
        if let Some(target) = &target {
            let reached = assignment::list_reached(conn, target)?;
            found.retain(|one| reached.contains(&one.account_id));
        }
        if found.is_empty() {
            let place = target.as_ref().map_or("any account", Target::as_str);
            return Err(domain::Error::missing("AccessConfigurationProvisioning", place).into());
        }
        let mut drafts = Vec::new();
        for grant in found.iter().map(Provisioning::grant) {
            if assignment::reaches(conn, &grant)? {
                return Err(still_assigned(&grant).into());
            }
            let kind = TaskKind::DeprovisionAccessConfiguration;
            let draft = Draft::new(kind, &configuration, Target::Account(grant.account_id));
            task::refuse_conflict(conn, &draft)?;
            drafts.push(draft);
        }
        write(conn, &change, Action::DeprovisioningRequested, &drafts)
    })?;
    ctx.work.ring();
    Ok(written)
}

/// The provisionings that agree with `filter`, in a stable order: at most `limit` after `after`, and
/// how many there are in all.
///
/// # Errors
/// Failures of the database.
pub fn list(
    ctx: &Context,
    _operator: &Operator,
    filter: &ProvisioningFilter,
    after: Option<&Grant>,
    limit: i64,
) -> Result<(Vec<Provisioning>, i64), Error> {
    ctx.store.read(|conn| {
        Ok((provisioning::list(conn, filter, after, limit)?, provisioning::count(conn, filter)?))
    })
}

fn write(conn: &mut Conn, change: &Change, action: Action, drafts: &[Draft]) -> Result<Vec<Task>, Error> {
    let mut tasks = Vec::new();
    for draft in drafts {
        let task = task::write(conn, change, draft)?;
        let detail = serde_json::json!({
            "access_configuration_id": task.access_configuration_id,
            "task_id": task.id,
        });
        change.record(conn, &Event::new(action, &task.target).with(detail))?;
        tasks.push(task);
    }
    Ok(tasks)
}

fn provisioned(conn: &mut Conn, configuration: &AccessConfigurationId) -> Result<Vec<Provisioning>, Error> {
    let filter = ProvisioningFilter {
        access_configuration_id: Some(configuration.clone()),
        ..ProvisioningFilter::default()
    };
    Ok(provisioning::list(conn, &filter, None, i64::MAX)?)
}

/// Every account that has a configuration, or that an assignment of it reaches.
fn everywhere(conn: &mut Conn, configuration: &AccessConfigurationId) -> Result<Vec<Grant>, Error> {
    let mut grants: Vec<Grant> = provisioned(conn, configuration)?.iter().map(Provisioning::grant).collect();
    grants.extend(assignment::list_reached_by(conn, configuration)?);
    grants.sort_unstable();
    grants.dedup();
    Ok(grants)
}

pub(super) fn still_assigned(grant: &Grant) -> domain::Error {
    domain::Error::new(
        Kind::Conflict,
        "DeletionConflict.AccessConfigurationProvisioning.AccessAssignment",
        format!("somebody is assigned {} on account {}", grant.access_configuration_id, grant.account_id),
    )
}
