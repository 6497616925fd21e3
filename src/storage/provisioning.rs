//! How configurations stand in accounts.

use diesel::prelude::*;

use crate::base::{AccessConfigurationId, AccountId, Timestamp};
use crate::domain::{Provisioning, ProvisioningStatus};

use super::connection::on;
use super::error::parse;
use super::schema::provisionings::{self, dsl};
use super::{Conn, Error};

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
pub fn find(
    conn: &mut Conn,
    configuration: &AccessConfigurationId,
    account: &AccountId,
) -> Result<Option<Provisioning>, Error> {
    let row: Option<Row> = dsl::provisionings
        .find((configuration.as_str(), account.as_str()))
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

/// Marks every provisioning of a configuration as behind it.
///
/// # Errors
/// [`Error`] of the database.
pub fn require_reprovision(conn: &mut Conn, configuration: &AccessConfigurationId) -> Result<(), Error> {
    diesel::update(dsl::provisionings.filter(dsl::access_configuration_id.eq(configuration.as_str())))
        .set(dsl::status.eq(ProvisioningStatus::ReprovisionRequired.as_str()))
        .execute(conn)?;
    Ok(())
}

/// Forgets a provisioning; says whether it was there.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete(
    conn: &mut Conn,
    configuration: &AccessConfigurationId,
    account: &AccountId,
) -> Result<bool, Error> {
    Ok(diesel::delete(dsl::provisionings.find((configuration.as_str(), account.as_str()))).execute(conn)?
        == 1)
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
