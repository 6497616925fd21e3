//! Leases on accounts: one worker at a time works in an account, and one that slept through its
//! lease finds that its fence is no longer the present one.

use std::time::Duration;

use diesel::prelude::*;

use crate::base::{AccountId, Timestamp};
use crate::domain::TaskStatus;

use super::connection::on;
use super::error::parse;
use super::schema::{account_leases, tasks};
use super::{Conn, Error};

/// For how long an account is claimed, and kept before each task: longer than any task takes.
pub const LENGTH: Duration = Duration::from_secs(120);

/// A claim on an account. Writes of the worker that holds it name the fence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The account.
    pub account_id: AccountId,
    /// Grows with each claim.
    pub fence: i64,
}

/// Whether any account that nobody holds has work due.
///
/// # Errors
/// [`Error`] of the database.
pub fn is_any_due(conn: &mut Conn, now: Timestamp) -> Result<bool, Error> {
    Ok(find_due(conn, now)?.is_some())
}

/// Claims an account that has work due and that nobody holds, the longest waiting first.
///
/// # Errors
/// [`Error`] of the database.
pub fn claim(conn: &mut Conn, owner: &str, now: Timestamp, length: Duration) -> Result<Option<Lease>, Error> {
    let Some(account) = find_due(conn, now)? else { return Ok(None) };
    let lease_until = now.plus(length).millis();
    let row = (
        account_leases::account_id.eq(&account),
        account_leases::owner.eq(owner),
        account_leases::fence.eq(0),
        account_leases::lease_until.eq(0),
    );
    on!(conn, diesel::insert_into(account_leases::table).values(row).on_conflict_do_nothing().execute(conn))?;
    // The condition is checked again by the update, so that of two who claim at once one succeeds.
    let free = account_leases::table.find(&account).filter(account_leases::lease_until.le(now.millis()));
    let claimed = diesel::update(free)
        .set((
            account_leases::owner.eq(owner),
            account_leases::fence.eq(account_leases::fence + 1),
            account_leases::lease_until.eq(lease_until),
        ))
        .execute(conn)?;
    if claimed == 0 {
        return Ok(None);
    }
    let fence = account_leases::table.find(&account).select(account_leases::fence).first(conn)?;
    Ok(Some(Lease { account_id: parse("tasks.account_id", &account, AccountId::parse)?, fence }))
}

/// Keeps a claim for another `length`; false when it is lost.
///
/// # Errors
/// [`Error`] of the database.
pub fn extend(conn: &mut Conn, lease: &Lease, now: Timestamp, length: Duration) -> Result<bool, Error> {
    let own =
        account_leases::table.find(lease.account_id.as_str()).filter(account_leases::fence.eq(lease.fence));
    let changed =
        diesel::update(own).set(account_leases::lease_until.eq(now.plus(length).millis())).execute(conn)?;
    Ok(changed == 1)
}

/// Gives a claim up.
///
/// # Errors
/// [`Error`] of the database.
pub fn release(conn: &mut Conn, lease: &Lease) -> Result<(), Error> {
    let own =
        account_leases::table.find(lease.account_id.as_str()).filter(account_leases::fence.eq(lease.fence));
    diesel::update(own).set(account_leases::lease_until.eq(0)).execute(conn)?;
    Ok(())
}

/// Gives up every claim of this owner; for a process that starts in the place of one that died. The
/// fences stay, so that a claim given up is good for nothing any more once another was made.
///
/// # Errors
/// [`Error`] of the database.
pub fn release_owned(conn: &mut Conn, owner: &str) -> Result<(), Error> {
    let own = account_leases::table.filter(account_leases::owner.eq(owner));
    diesel::update(own).set(account_leases::lease_until.eq(0)).execute(conn)?;
    Ok(())
}

fn find_due(conn: &mut Conn, now: Timestamp) -> Result<Option<String>, Error> {
    let held = account_leases::table
        .filter(account_leases::lease_until.gt(now.millis()))
        .select(account_leases::account_id);
    let due: Option<Option<String>> = tasks::table
        .filter(tasks::status.eq(TaskStatus::InProgress.as_str()))
        .filter(tasks::next_at.le(now.millis()))
        .filter(tasks::account_id.is_not_null())
        .filter(tasks::account_id.assume_not_null().ne_all(held))
        .order((tasks::next_at, tasks::account_id))
        .select(tasks::account_id)
        .first(conn)
        .optional()?;
    Ok(due.flatten())
}
