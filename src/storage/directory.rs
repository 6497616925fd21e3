//! The directory. There is one, as the cloud's service has one for each management account.

use diesel::prelude::*;

use crate::base::{DirectoryId, DirectoryName, Timestamp};

use super::error::parse;
use super::schema::directories::dsl;
use super::{Conn, Error};

/// The directory, if one was created.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(conn: &mut Conn) -> Result<Option<(DirectoryId, DirectoryName)>, Error> {
    let row: Option<(String, String)> =
        dsl::directories.select((dsl::id, dsl::name)).order(dsl::id).first(conn).optional()?;
    row.map(|(id, name)| {
        Ok((
            parse("directories.id", &id, DirectoryId::parse)?,
            parse("directories.name", &name, |name| DirectoryName::parse(name).ok())?,
        ))
    })
    .transpose()
}

/// Inserts a directory.
///
/// # Errors
/// [`Error::Duplicate`] when the name is taken.
pub fn insert(conn: &mut Conn, id: &DirectoryId, name: &DirectoryName, now: Timestamp) -> Result<(), Error> {
    diesel::insert_into(dsl::directories)
        .values((
            dsl::id.eq(id.as_str()),
            dsl::name.eq(name.as_str()),
            dsl::created_at.eq(now.millis()),
            dsl::updated_at.eq(now.millis()),
        ))
        .execute(conn)?;
    Ok(())
}
