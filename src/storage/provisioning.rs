//! How configurations stand in accounts.

use diesel::prelude::*;

use crate::base::{AccessConfigurationId, AccountId, Timestamp};
use crate::domain::{Grant, Provisioning, ProvisioningFilter, ProvisioningStatus};

use super::connection::on;
use super::error::parse;
use super::schema::provisionings::{self, dsl};
use super::{Conn, Error};

type Query<'a> = provisionings::BoxedQuery<'a, <Conn as Connection>::Backend>;

#[derive(Queryable, Selectable)]
#[diesel(table_name = provisionings)]
struct Row {
    access_configuration_id: String,
    account_id: String,
    status: String,
    revision: i64,
    trust_digest: String,
    created_at: i64,
    updated_at: i64,
}

/// How a configuration stands in an account.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(conn: &mut Conn, grant: &Grant) -> Result<Option<Provisioning>, Error> {
    let row: Option<Row> = dsl::provisionings
        .find((grant.access_configuration_id.as_str(), grant.account_id.as_str()))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(read).transpose()
}

/// How these configurations stand, in whatever accounts.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_by_configuration(conn: &mut Conn, configurations: &[&str]) -> Result<Vec<Provisioning>, Error> {
    let rows: Vec<Row> = dsl::provisionings
        .filter(dsl::access_configuration_id.eq_any(configurations))
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

fn filtered(filter: &ProvisioningFilter) -> Query<'_> {
    let mut query = dsl::provisionings.into_boxed();
    if let Some(configuration) = &filter.access_configuration_id {
        query = query.filter(dsl::access_configuration_id.eq(configuration.as_str()));
    }
    if let Some(account) = &filter.account_id {
        query = query.filter(dsl::account_id.eq(account.as_str()));
    }
    if !filter.statuses.is_empty() {
        query = query.filter(dsl::status.eq_any(filter.statuses.iter().map(|status| status.as_str())));
    }
    query
}

/// The provisionings that agree with `filter`, by configuration and account: at most `limit` after
/// the one of `after`.
///
/// # Errors
/// [`Error`] of the database.
pub fn list(
    conn: &mut Conn,
    filter: &ProvisioningFilter,
    after: Option<&Grant>,
    limit: i64,
) -> Result<Vec<Provisioning>, Error> {
    let mut query = filtered(filter);
    if let Some(after) = after {
        let (configuration, account) = (after.access_configuration_id.as_str(), after.account_id.as_str());
        query = query.filter(
            dsl::access_configuration_id
                .gt(configuration)
                .or(dsl::access_configuration_id.eq(configuration).and(dsl::account_id.gt(account))),
        );
    }
    let rows: Vec<Row> = query
        .order((dsl::access_configuration_id, dsl::account_id))
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// How many provisionings agree with `filter`.
///
/// # Errors
/// [`Error`] of the database.
pub fn count(conn: &mut Conn, filter: &ProvisioningFilter) -> Result<i64, Error> {
    Ok(filtered(filter).count().get_result(conn)?)
}

/// The accounts that have a provisioning, each once.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_accounts(conn: &mut Conn) -> Result<Vec<AccountId>, Error> {
    let rows: Vec<String> =
        dsl::provisionings.select(dsl::account_id).distinct().order(dsl::account_id).load(conn)?;
    rows.iter().map(|id| parse("provisionings.account_id", id, AccountId::parse)).collect()
}

/// The provisionings that were made for another metadata or console address than the present one.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_outdated(conn: &mut Conn, trust_digest: &str) -> Result<Vec<Provisioning>, Error> {
    let rows: Vec<Row> =
        dsl::provisionings.filter(dsl::trust_digest.ne(trust_digest)).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Records how a configuration stands in an account.
///
/// # Errors
/// [`Error`] of the database.
pub fn upsert(conn: &mut Conn, provisioning: &Provisioning) -> Result<(), Error> {
    let values = (
        dsl::status.eq(provisioning.status.as_str()),
        dsl::revision.eq(provisioning.revision),
        dsl::trust_digest.eq(&provisioning.trust_digest),
        dsl::updated_at.eq(provisioning.updated_at.millis()),
    );
    let row = (
        dsl::access_configuration_id.eq(provisioning.access_configuration_id.as_str()),
        dsl::account_id.eq(provisioning.account_id.as_str()),
        dsl::created_at.eq(provisioning.created_at.millis()),
        values,
    );
    on!(
        conn,
        diesel::insert_into(dsl::provisionings)
            .values(row)
            .on_conflict((dsl::access_configuration_id, dsl::account_id))
            .do_update()
            .set(values)
            .execute(conn)
    )?;
    Ok(())
}

/// Says how a provisioning stands; false when there is none.
///
/// # Errors
/// [`Error`] of the database.
pub fn set_status(conn: &mut Conn, grant: &Grant, status: ProvisioningStatus) -> Result<bool, Error> {
    let key = (grant.access_configuration_id.as_str(), grant.account_id.as_str());
    let changed =
        diesel::update(dsl::provisionings.find(key)).set(dsl::status.eq(status.as_str())).execute(conn)?;
    Ok(changed == 1)
}

/// Marks what people enter by as behind its configuration.
///
/// # Errors
/// [`Error`] of the database.
pub fn require_reprovision(conn: &mut Conn, configuration: &AccessConfigurationId) -> Result<(), Error> {
    let current = dsl::provisionings
        .filter(dsl::access_configuration_id.eq(configuration.as_str()))
        .filter(dsl::status.eq(ProvisioningStatus::Provisioned.as_str()));
    diesel::update(current)
        .set(dsl::status.eq(ProvisioningStatus::ReprovisionRequired.as_str()))
        .execute(conn)?;
    Ok(())
}

/// Marks everything that people enter an account by as behind.
///
/// # Errors
/// [`Error`] of the database.
pub fn require_reprovision_in(conn: &mut Conn, account: &AccountId) -> Result<(), Error> {
    let current = dsl::provisionings
        .filter(dsl::account_id.eq(account.as_str()))
        .filter(dsl::status.eq(ProvisioningStatus::Provisioned.as_str()));
    diesel::update(current)
        .set(dsl::status.eq(ProvisioningStatus::ReprovisionRequired.as_str()))
        .execute(conn)?;
    Ok(())
}

/// Forgets a provisioning; says whether it was there.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete(conn: &mut Conn, grant: &Grant) -> Result<bool, Error> {
    let key = (grant.access_configuration_id.as_str(), grant.account_id.as_str());
    Ok(diesel::delete(dsl::provisionings.find(key)).execute(conn)? == 1)
}

fn read(row: Row) -> Result<Provisioning, Error> {
    Ok(Provisioning {
        access_configuration_id: parse(
            "provisionings.access_configuration_id",
            &row.access_configuration_id,
            AccessConfigurationId::parse,
        )?,
        account_id: parse("provisionings.account_id", &row.account_id, AccountId::parse)?,
        status: parse("provisionings.status", &row.status, ProvisioningStatus::parse)?,
        revision: row.revision,
        trust_digest: row.trust_digest,
        created_at: Timestamp::from_millis(row.created_at),
        updated_at: Timestamp::from_millis(row.updated_at),
    })
}
