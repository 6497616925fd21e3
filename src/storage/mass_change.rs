//! How much each connector took away lately.

use diesel::prelude::*;

use crate::base::{ScimConnectorId, Timestamp};
use crate::domain::{MassChange, MassChangeWindow};

use super::connection::on;
use super::resource_count::{self, Kind};
use super::schema::scim_mass_changes::dsl;
use super::{Conn, Error};

/// What a connector took away in the window that ends at `now`, and how much there was.
///
/// # Errors
/// [`Error`] of the database.
pub fn window(
    conn: &mut Conn,
    connector: &ScimConnectorId,
    now: Timestamp,
) -> Result<MassChangeWindow, Error> {
    let buckets: Vec<(i64, i64, i64, i64)> = dsl::scim_mass_changes
        .filter(dsl::connector_id.eq(connector.as_str()))
        .filter(dsl::minute.ge(MassChangeWindow::first_bucket(now)))
        .select((dsl::users, dsl::memberships, dsl::users_before, dsl::memberships_before))
        .load(conn)?;
    let mut window = MassChangeWindow { taken: MassChange::default(), all: totals(conn)? };
    for (users, memberships, users_before, memberships_before) in buckets {
        window.taken.users += users;
        window.taken.memberships += memberships;
        window.all.users = window.all.users.max(users_before);
        window.all.memberships = window.all.memberships.max(memberships_before);
    }
    Ok(window)
}

/// How much there is to be taken away.
///
/// # Errors
/// [`Error`] of the database.
pub fn totals(conn: &mut Conn) -> Result<MassChange, Error> {
    Ok(MassChange {
        users: resource_count::total(conn, Kind::User)?,
        memberships: resource_count::total(conn, Kind::Membership)?,
    })
}

/// Counts `change` in the bucket of `now`, of so much as `all`; the connector is locked in this transaction.
///
/// # Errors
/// [`Error`] of the database.
pub fn add(
    conn: &mut Conn,
    connector: &ScimConnectorId,
    now: Timestamp,
    change: MassChange,
    all: MassChange,
) -> Result<(), Error> {
    let bucket = MassChangeWindow::bucket(now);
    let row = (
        dsl::connector_id.eq(connector.as_str()),
        dsl::minute.eq(bucket),
        dsl::users.eq(0),
        dsl::memberships.eq(0),
        dsl::users_before.eq(all.users),
        dsl::memberships_before.eq(all.memberships),
    );
    on!(
        conn,
        diesel::insert_into(dsl::scim_mass_changes).values(row).on_conflict_do_nothing().execute(conn)
    )?;
    diesel::update(dsl::scim_mass_changes.find((connector.as_str(), bucket)))
        .set((
            dsl::users.eq(dsl::users + change.users),
            dsl::memberships.eq(dsl::memberships + change.memberships),
        ))
        .execute(conn)?;
    let old = dsl::scim_mass_changes
        .filter(dsl::connector_id.eq(connector.as_str()))
        .filter(dsl::minute.lt(MassChangeWindow::first_bucket(now)));
    diesel::delete(old).execute(conn)?;
    Ok(())
}

/// Forgets what a connector took away.
///
/// # Errors
/// [`Error`] of the database.
pub fn forget(conn: &mut Conn, connector: &ScimConnectorId) -> Result<(), Error> {
    diesel::delete(dsl::scim_mass_changes.filter(dsl::connector_id.eq(connector.as_str()))).execute(conn)?;
    Ok(())
}
