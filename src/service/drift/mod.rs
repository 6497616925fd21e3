//! Drift: accounts compared with what they should have, and brought back to it on request.
//!
//! A comparison only reads. It looks after what stands as provisioned and after what is assigned and
//! was never provisioned; a configuration that was edited since waits for its reprovisioning, and is
//! no drift.

mod comparison;
mod expected;
mod ram_user;

use std::collections::BTreeSet;
use std::time::Duration;

use crate::base::{AccountId, Timestamp};
use crate::domain::{Action, DeprovisionStrategy, Difference, Event, Finding, Target, TaskKind};
use crate::storage::event::Origin;
use crate::storage::{Conn, account, assignment, drift, provisioning, user_provisioning};

use super::context::Change;
use super::task::{self, Draft};
use super::user_provisioning::{self as user_provisionings, Turn};
use super::{Context, Error, Operator, provision, target};

pub(super) use comparison::{Comparison, compare, repair};

/// So many accounts are asked for a comparison at a time, so that they do not all come at once.
const BATCH: i64 = 100;

/// How an account stood when it was last compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriftReport {
    /// The account.
    pub account_id: AccountId,
    /// When; `None` when it never was.
    pub compared_at: Option<Timestamp>,
    /// What differed.
    pub differences: BTreeSet<Difference>,
}

/// Asks for a comparison of an account, of all below a folder, or of all that have anything of ours.
/// An account that is being compared is not asked again. Gives the number of tasks written.
///
/// # Errors
/// [`Error::Refused`] with `EntityNotExists.…`.
pub fn detect(ctx: &Context, operator: &Operator, target: Option<&Target>) -> Result<usize, Error> {
    request(ctx, operator, TaskKind::DetectDrift, target)
}

/// Asks that accounts be brought back to what they should have. Objects that are not ours are left
/// alone. Gives the number of tasks written.
///
/// # Errors
/// [`Error::Refused`] with `EntityNotExists.…`.
pub fn request_repair(ctx: &Context, operator: &Operator, target: Option<&Target>) -> Result<usize, Error> {
    request(ctx, operator, TaskKind::RepairDrift, target)
}

/// How an account stood when it was last compared.
///
/// # Errors
/// [`Error::Refused`] with `EntityNotExists.Account`.
pub fn report(ctx: &Context, _operator: &Operator, id: &AccountId) -> Result<DriftReport, Error> {
    ctx.store.read(|conn| {
        target::check(conn, &Target::Account(id.clone()))?;
        Ok(DriftReport {
            account_id: id.clone(),
            compared_at: drift::compared_at(conn, id)?,
            differences: drift::list(conn, id)?,
        })
    })
}

/// The accounts in which the last comparison found a difference.
///
/// # Errors
/// Failures of the database.
pub fn list_drifted(ctx: &Context, _operator: &Operator) -> Result<Vec<AccountId>, Error> {
    Ok(ctx.store.read(drift::list_accounts)?)
}

fn request(
    ctx: &Context,
    operator: &Operator,
    kind: TaskKind,
    target: Option<&Target>,
) -> Result<usize, Error> {
    let (change, target) = (ctx.change(operator.origin()), target.cloned());
    let written = ctx.store.write(move |conn| {
        let accounts = match &target {
            Some(target) => {
                target::check(conn, target)?;
                assignment::list_reached(conn, target)?
            }
            None => {
                let mut accounts = provisioning::list_accounts(conn)?;
                accounts.extend(user_provisioning::list_accounts(conn)?);
                accounts.sort_unstable();
                accounts.dedup();
                accounts
            }
        };
        write(conn, &change, (kind, change.now), accounts)
    })?;
    ctx.work.ring();
    Ok(written)
}

/// Asks for a comparison of accounts that had none for `interval`.
pub(super) fn schedule(ctx: &Context, interval: Duration) -> Result<usize, Error> {
    let since = ctx.now().minus(interval);
    if ctx.store.read(|conn| drift::list_due(conn, since, 1))?.is_empty() {
        return Ok(0);
    }
    let change = ctx.change(&Origin::system(String::new()));
    let written = ctx.store.write(move |conn| {
        let due = drift::list_due(conn, since, BATCH)?;
        write(conn, &change, (TaskKind::DetectDrift, change.now), due)
    })?;
    ctx.work.ring();
    Ok(written)
}

fn write(
    conn: &mut Conn,
    change: &Change,
    (kind, due): (TaskKind, Timestamp),
    accounts: Vec<AccountId>,
) -> Result<usize, Error> {
    let mut written = 0;
    for id in accounts {
        // An account that has left cannot be entered.
        if account::find(conn, &id)?.is_none() {
            continue;
        }
        let draft = Draft {
            kind,
            access_configuration_id: None,
            target: Target::Account(id),
            assignee: None,
            strategy: DeprovisionStrategy::None,
        };
        written += usize::from(task::write_once(conn, change, &draft, due)?);
    }
    Ok(written)
}

/// Asks for the tasks that mend what is kept for persons, and for another look when they are done.
fn leave_to_tasks(conn: &mut Conn, change: &Change, comparison: &Comparison) -> Result<(), Error> {
    let account = &comparison.account;
    if comparison.is_sso_changed {
        user_provisionings::ask_user_sso(conn, change, account)?;
    }
    for person in &comparison.persons {
        user_provisionings::ask(conn, change, (account, person), Turn::Usual)?;
    }
    if comparison.is_sso_changed || !comparison.persons.is_empty() {
        // What is due in the same moment is done in any order.
        let afterwards = change.now.plus(Duration::from_secs(1));
        write(conn, change, (TaskKind::DetectDrift, afterwards), vec![account.clone()])?;
    }
    Ok(())
}

/// Writes down what a comparison found and what a repair changed.
pub(super) fn store(conn: &mut Conn, change: &Change, comparison: &Comparison) -> Result<(), Error> {
    for provisioned in &comparison.provisioned {
        provision::store(conn, provisioned)?;
    }
    if comparison.is_repair {
        leave_to_tasks(conn, change, comparison)?;
    }
    let before = drift::list(conn, &comparison.account)?;
    drift::replace(conn, &comparison.account, &comparison.differences, change.now)?;
    let told: Vec<_> = comparison
        .differences
        .iter()
        .map(|one| format!("{} {} {} {}", one.object.as_str(), one.name, one.part, one.finding.as_str()))
        .collect();
    if comparison.is_repair {
        let left = comparison.differences.iter().filter(|one| one.finding != Finding::Foreign).count();
        let detail = serde_json::json!({
            "configurations": comparison.provisioned.len(),
            "foreign": comparison.differences.len() - left,
        });
        change.record(conn, &Event::new(Action::DriftRepaired, &comparison.account).with(detail))?;
    } else if !told.is_empty() && before != comparison.differences {
        let detail = serde_json::json!({ "differences": told });
        change.record(conn, &Event::new(Action::DriftFound, &comparison.account).with(detail))?;
    }
    Ok(())
}
