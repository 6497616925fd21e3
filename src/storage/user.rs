//! Users.

use diesel::prelude::*;

use crate::base::{DirectoryId, Timestamp, UserId, UserName};
use crate::domain::{ProvisionType, Status, User, UserSpec};

use super::error::parse;
use super::schema::users::{self, dsl};
use super::{Conn, Error};

#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
struct Row {
    id: String,
    user_name: String,
    display_name: String,
    first_name: String,
    last_name: String,
    email: Option<String>,
    description: String,
    status: String,
    provision_type: String,
    created_at: i64,
    updated_at: i64,
}

/// The user with this id.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(conn: &mut Conn, id: &UserId) -> Result<Option<User>, Error> {
    let row: Option<Row> = dsl::users.find(id.as_str()).select(Row::as_select()).first(conn).optional()?;
    row.map(read).transpose()
}

/// The user with this folded name.
///
/// # Errors
/// [`Error`] of the database.
pub fn find_by_name(conn: &mut Conn, key: &str) -> Result<Option<User>, Error> {
    let row: Option<Row> =
        dsl::users.filter(dsl::user_name_key.eq(key)).select(Row::as_select()).first(conn).optional()?;
    row.map(read).transpose()
}

/// Inserts a user.
///
/// # Errors
/// [`Error::Duplicate`] when the name or the e-mail address is taken.
pub fn insert(conn: &mut Conn, directory: &DirectoryId, user: &User) -> Result<(), Error> {
    let spec = &user.spec;
    diesel::insert_into(dsl::users)
        .values((
            dsl::id.eq(user.id.as_str()),
            dsl::directory_id.eq(directory.as_str()),
            dsl::user_name.eq(spec.user_name.as_str()),
            dsl::user_name_key.eq(spec.user_name.key()),
            dsl::display_name.eq(&spec.display_name),
            dsl::first_name.eq(&spec.first_name),
            dsl::last_name.eq(&spec.last_name),
            dsl::email.eq(spec.email.as_deref()),
            dsl::email_key.eq(spec.email_key()),
            dsl::description.eq(&spec.description),
            dsl::status.eq(spec.status.as_str()),
            dsl::provision_type.eq(user.provision_type.as_str()),
            dsl::created_at.eq(user.created_at.millis()),
            dsl::updated_at.eq(user.updated_at.millis()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Changes a user's status; says whether there was such a user.
///
/// # Errors
/// [`Error`] of the database.
pub fn update_status(conn: &mut Conn, id: &UserId, status: Status, now: Timestamp) -> Result<bool, Error> {
    let changed = diesel::update(dsl::users.find(id.as_str()))
        .set((dsl::status.eq(status.as_str()), dsl::updated_at.eq(now.millis())))
        .execute(conn)?;
    Ok(changed == 1)
}

/// How many users there are.
///
/// # Errors
/// [`Error`] of the database.
pub fn count(conn: &mut Conn) -> Result<i64, Error> {
    Ok(dsl::users.count().get_result(conn)?)
}

fn read(row: Row) -> Result<User, Error> {
    Ok(User {
        id: parse("users.id", &row.id, UserId::parse)?,
        spec: UserSpec {
            user_name: parse("users.user_name", &row.user_name, |name| UserName::parse(name).ok())?,
            display_name: row.display_name,
            first_name: row.first_name,
            last_name: row.last_name,
            email: row.email,
            description: row.description,
            status: parse("users.status", &row.status, Status::parse)?,
        },
        provision_type: parse("users.provision_type", &row.provision_type, ProvisionType::parse)?,
        created_at: Timestamp::from_millis(row.created_at),
        updated_at: Timestamp::from_millis(row.updated_at),
    })
}
