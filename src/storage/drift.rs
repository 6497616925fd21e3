//! What accounts were found to have that they should not, and the other way round.

use std::collections::BTreeSet;

use diesel::prelude::*;

use crate::base::{AccessConfigurationId, AccountId, Timestamp};
use crate::domain::{Difference, Finding, ObjectKind, TaskKind};

use super::connection::on;
use super::error::parse;
use super::schema::{accounts, drift_differences, drift_reports, provisionings, tasks, user_provisionings};
use super::{Conn, Error};

/// Replaces what the last comparison of an account found.
///
/// # Errors
/// [`Error::Reference`] when the account does not exist.
pub fn replace(
    conn: &mut Conn,
    account: &AccountId,
    differences: &BTreeSet<Difference>,
    now: Timestamp,
) -> Result<(), Error> {
    let compared_at = drift_reports::compared_at.eq(now.millis());
    let row = (drift_reports::account_id.eq(account.as_str()), compared_at);
    on!(
        conn,
        diesel::insert_into(drift_reports::table)
            .values(row)
            .on_conflict(drift_reports::account_id)
            .do_update()
            .set(compared_at)
            .execute(conn)
    )?;
    use drift_differences::dsl;
    diesel::delete(dsl::drift_differences.filter(dsl::account_id.eq(account.as_str()))).execute(conn)?;
    for difference in differences {
        diesel::insert_into(dsl::drift_differences)
            .values((
                dsl::account_id.eq(account.as_str()),
                dsl::object_kind.eq(difference.object.as_str()),
                dsl::object_name.eq(&difference.name),
                dsl::part.eq(&difference.part),
                dsl::finding.eq(difference.finding.as_str()),
                dsl::access_configuration_id
                    .eq(difference.access_configuration_id.as_ref().map(AccessConfigurationId::as_str)),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// When an account was last compared; `None` when it never was.
///
/// # Errors
/// [`Error`] of the database.
pub fn compared_at(conn: &mut Conn, account: &AccountId) -> Result<Option<Timestamp>, Error> {
    let millis: Option<i64> = drift_reports::table
        .find(account.as_str())
        .select(drift_reports::compared_at)
        .first(conn)
        .optional()?;
    Ok(millis.map(Timestamp::from_millis))
}

/// What the last comparison of an account found.
///
/// # Errors
/// [`Error`] of the database.
pub fn list(conn: &mut Conn, account: &AccountId) -> Result<BTreeSet<Difference>, Error> {
    use drift_differences::dsl;
    type Row = (String, String, String, String, Option<String>);
    let rows: Vec<Row> = dsl::drift_differences
        .filter(dsl::account_id.eq(account.as_str()))
        .select((dsl::object_kind, dsl::object_name, dsl::part, dsl::finding, dsl::access_configuration_id))
        .load(conn)?;
    let read = |(object, name, part, finding, configuration): Row| {
        let configuration = configuration.as_deref();
        Ok(Difference {
            object: parse("drift_differences.object_kind", &object, ObjectKind::parse)?,
            name,
            part,
            finding: parse("drift_differences.finding", &finding, Finding::parse)?,
            access_configuration_id: configuration
                .map(|id| {
                    parse("drift_differences.access_configuration_id", id, AccessConfigurationId::parse)
                })
                .transpose()?,
        })
    };
    rows.into_iter().map(read).collect()
}

/// The accounts in which the last comparison found a difference.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_accounts(conn: &mut Conn) -> Result<Vec<AccountId>, Error> {
    use drift_differences::dsl;
    let rows: Vec<String> =
        dsl::drift_differences.select(dsl::account_id).distinct().order(dsl::account_id).load(conn)?;
    rows.iter().map(|id| parse("drift_differences.account_id", id, AccountId::parse)).collect()
}

/// The accounts that have something of ours and were not compared since `since`, nor asked to be: at most
/// `limit`. A comparison that failed is history too, and is not asked for again at once.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_due(conn: &mut Conn, since: Timestamp, limit: i64) -> Result<Vec<AccountId>, Error> {
    let compared = drift_reports::table
        .filter(drift_reports::compared_at.gt(since.millis()))
        .select(drift_reports::account_id);
    let asked = tasks::table
        .filter(tasks::kind.eq(TaskKind::DetectDrift.as_str()))
        .filter(tasks::created_at.gt(since.millis()))
        .select(tasks::target_id);
    let with_roles = provisionings::table
        .filter(provisionings::created_at.le(since.millis()))
        .select(provisionings::account_id);
    let with_ram_users = user_provisionings::table
        .filter(user_provisionings::created_at.le(since.millis()))
        .select(user_provisionings::account_id);
    let rows: Vec<String> = accounts::table
        .filter(accounts::id.eq_any(with_roles).or(accounts::id.eq_any(with_ram_users)))
        .filter(accounts::id.ne_all(compared))
        .filter(accounts::id.ne_all(asked))
        .select(accounts::id)
        .order(accounts::id)
        .limit(limit)
        .load(conn)?;
    rows.iter().map(|id| parse("accounts.id", id, AccountId::parse)).collect()
}
