//! Administrators.

use diesel::prelude::*;

use crate::base::{AdministratorId, Timestamp, UserName};
use crate::domain::{Administrator, Status};

use super::connection::on;
use super::error::parse;
use super::schema::administrators::dsl;
use super::{Conn, Error};

type Row = (String, String, String, i64);
const COLUMNS: (dsl::id, dsl::user_name, dsl::status, dsl::created_at) =
    (dsl::id, dsl::user_name, dsl::status, dsl::created_at);

/// The administrator with this id.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(conn: &mut Conn, id: &AdministratorId) -> Result<Option<Administrator>, Error> {
    let row: Option<Row> = dsl::administrators.find(id.as_str()).select(COLUMNS).first(conn).optional()?;
    row.map(read).transpose()
}

/// The administrator with this folded name.
///
/// # Errors
/// [`Error`] of the database.
pub fn find_by_name(conn: &mut Conn, key: &str) -> Result<Option<Administrator>, Error> {
    let this = dsl::administrators.filter(dsl::user_name_key.eq(key)).select(COLUMNS);
    let row: Option<Row> = on!(conn, this.first(conn)).optional()?;
    row.map(read).transpose()
}

/// Every administrator, by folded name.
///
/// # Errors
/// [`Error`] of the database.
pub fn list(conn: &mut Conn) -> Result<Vec<Administrator>, Error> {
    let rows: Vec<Row> = dsl::administrators.order(dsl::user_name_key).select(COLUMNS).load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Inserts an administrator.
///
/// # Errors
/// [`Error::Duplicate`] when the name is taken.
pub fn insert(conn: &mut Conn, administrator: &Administrator) -> Result<(), Error> {
    diesel::insert_into(dsl::administrators)
        .values((
            dsl::id.eq(administrator.id.as_str()),
            dsl::user_name.eq(administrator.user_name.as_str()),
            dsl::user_name_key.eq(administrator.user_name.key()),
            dsl::status.eq(administrator.status.as_str()),
            dsl::created_at.eq(administrator.created_at.millis()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Changes an administrator's status; says whether there was such a one.
///
/// # Errors
/// [`Error`] of the database.
pub fn update_status(conn: &mut Conn, id: &AdministratorId, status: Status) -> Result<bool, Error> {
    let administrator = diesel::update(dsl::administrators.find(id.as_str()));
    Ok(administrator.set(dsl::status.eq(status.as_str())).execute(conn)? == 1)
}

fn read((id, user_name, status, created_at): Row) -> Result<Administrator, Error> {
    Ok(Administrator {
        id: parse("administrators.id", &id, AdministratorId::parse)?,
        user_name: parse("administrators.user_name", &user_name, |name| UserName::parse(name).ok())?,
        status: parse("administrators.status", &status, Status::parse)?,
        created_at: Timestamp::from_millis(created_at),
    })
}
