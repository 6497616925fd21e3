//! Machine identities and their policies.

use diesel::prelude::*;

use crate::base::{MachineIdentityId, MachineName, Timestamp};
use crate::domain::{Activity, MachineIdentity, MachinePolicy};

use super::error::parse;
use super::schema::machine_identities::dsl;
use super::schema::machine_policies;
use super::{Conn, Error};

type Row = (String, String, String, i64);
const COLUMNS: (dsl::id, dsl::name, dsl::status, dsl::created_at) =
    (dsl::id, dsl::name, dsl::status, dsl::created_at);

/// The machine identity with this id.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(conn: &mut Conn, id: &MachineIdentityId) -> Result<Option<MachineIdentity>, Error> {
    let row: Option<Row> =
        dsl::machine_identities.find(id.as_str()).select(COLUMNS).first(conn).optional()?;
    row.map(|row| with_policies(conn, row)).transpose()
}

/// The machine identity with this folded name.
///
/// # Errors
/// [`Error`] of the database.
pub fn find_by_name(conn: &mut Conn, key: &str) -> Result<Option<MachineIdentity>, Error> {
    let row: Option<Row> =
        dsl::machine_identities.filter(dsl::name_key.eq(key)).select(COLUMNS).first(conn).optional()?;
    row.map(|row| with_policies(conn, row)).transpose()
}

/// Inserts a machine identity with its policies.
///
/// # Errors
/// [`Error::Duplicate`] when the name is taken.
pub fn insert(conn: &mut Conn, machine: &MachineIdentity) -> Result<(), Error> {
    diesel::insert_into(dsl::machine_identities)
        .values((
            dsl::id.eq(machine.id.as_str()),
            dsl::name.eq(machine.name.as_str()),
            dsl::name_key.eq(machine.name.key()),
            dsl::status.eq(machine.status.as_str()),
            dsl::created_at.eq(machine.created_at.millis()),
        ))
        .execute(conn)?;
    insert_policies(conn, &machine.id, &machine.policies)
}

/// Replaces status and policies of a machine identity; says whether there was such a one.
///
/// # Errors
/// [`Error`] of the database.
pub fn update(conn: &mut Conn, machine: &MachineIdentity) -> Result<bool, Error> {
    let row = diesel::update(dsl::machine_identities.find(machine.id.as_str()));
    if row.set(dsl::status.eq(machine.status.as_str())).execute(conn)? == 0 {
        return Ok(false);
    }
    let policies = machine_policies::dsl::machine_policies
        .filter(machine_policies::machine_identity_id.eq(machine.id.as_str()));
    diesel::delete(policies).execute(conn)?;
    insert_policies(conn, &machine.id, &machine.policies)?;
    Ok(true)
}

fn insert_policies(conn: &mut Conn, id: &MachineIdentityId, policies: &[MachinePolicy]) -> Result<(), Error> {
    use machine_policies::dsl;
    for policy in policies {
        diesel::insert_into(dsl::machine_policies)
            .values((
                dsl::machine_identity_id.eq(id.as_str()),
                dsl::name.eq(policy.name.as_str()),
                dsl::document.eq(&policy.document),
            ))
            .execute(conn)?;
    }
    Ok(())
}

fn with_policies(conn: &mut Conn, (id, name, status, created_at): Row) -> Result<MachineIdentity, Error> {
    use machine_policies::dsl;
    let stored: Vec<(String, String)> = dsl::machine_policies
        .filter(dsl::machine_identity_id.eq(&id))
        .order(dsl::name)
        .select((dsl::name, dsl::document))
        .load(conn)?;
    let machine_name = |name: &str| MachineName::parse(name).ok();
    let policy = |(name, document): (String, String)| {
        Ok(MachinePolicy { name: parse("machine_policies.name", &name, machine_name)?, document })
    };
    Ok(MachineIdentity {
        id: parse("machine_identities.id", &id, MachineIdentityId::parse)?,
        name: parse("machine_identities.name", &name, machine_name)?,
        status: parse("machine_identities.status", &status, Activity::parse)?,
        policies: stored.into_iter().map(policy).collect::<Result<_, Error>>()?,
        created_at: Timestamp::from_millis(created_at),
    })
}
