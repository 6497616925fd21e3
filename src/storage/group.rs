//! Groups and their members.

use diesel::prelude::*;

use crate::base::{DirectoryId, GroupId, GroupName, Timestamp, UserId};
use crate::domain::{Group, GroupSpec, ProvisionType};

use super::error::parse;
use super::schema::groups::{self, dsl};
use super::schema::memberships;
use super::{Conn, Error};

#[derive(Queryable, Selectable)]
#[diesel(table_name = groups)]
struct Row {
    id: String,
    group_name: String,
    description: String,
    provision_type: String,
    created_at: i64,
    updated_at: i64,
}

/// The group with this id.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(conn: &mut Conn, id: &GroupId) -> Result<Option<Group>, Error> {
    let row: Option<Row> = dsl::groups.find(id.as_str()).select(Row::as_select()).first(conn).optional()?;
    row.map(read).transpose()
}

/// The group with this folded name.
///
/// # Errors
/// [`Error`] of the database.
pub fn find_by_name(conn: &mut Conn, key: &str) -> Result<Option<Group>, Error> {
    let row: Option<Row> =
        dsl::groups.filter(dsl::group_name_key.eq(key)).select(Row::as_select()).first(conn).optional()?;
    row.map(read).transpose()
}

/// Inserts a group.
///
/// # Errors
/// [`Error::Duplicate`] when the name is taken.
pub fn insert(conn: &mut Conn, directory: &DirectoryId, group: &Group) -> Result<(), Error> {
    diesel::insert_into(dsl::groups)
        .values((
            dsl::id.eq(group.id.as_str()),
            dsl::directory_id.eq(directory.as_str()),
            dsl::group_name.eq(group.spec.group_name.as_str()),
            dsl::group_name_key.eq(group.spec.group_name.key()),
            dsl::description.eq(&group.spec.description),
            dsl::provision_type.eq(group.provision_type.as_str()),
            dsl::created_at.eq(group.created_at.millis()),
            dsl::updated_at.eq(group.updated_at.millis()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Adds a member; says whether they were none before.
///
/// # Errors
/// [`Error::Reference`] when the group or the user does not exist.
pub fn insert_member(conn: &mut Conn, group: &GroupId, user: &UserId, now: Timestamp) -> Result<bool, Error> {
    use memberships::dsl;
    if has_member(conn, group, user)? {
        return Ok(false);
    }
    let row =
        (dsl::group_id.eq(group.as_str()), dsl::user_id.eq(user.as_str()), dsl::created_at.eq(now.millis()));
    diesel::insert_into(dsl::memberships).values(row).execute(conn)?;
    Ok(true)
}

/// Removes a member; says whether they were one.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete_member(conn: &mut Conn, group: &GroupId, user: &UserId) -> Result<bool, Error> {
    use memberships::dsl;
    Ok(diesel::delete(dsl::memberships.find((group.as_str(), user.as_str()))).execute(conn)? == 1)
}

/// Whether a user is a member of a group.
///
/// # Errors
/// [`Error`] of the database.
pub fn has_member(conn: &mut Conn, group: &GroupId, user: &UserId) -> Result<bool, Error> {
    use memberships::dsl;
    let found = dsl::memberships.find((group.as_str(), user.as_str())).select(dsl::user_id);
    Ok(found.first::<String>(conn).optional()?.is_some())
}

fn read(row: Row) -> Result<Group, Error> {
    Ok(Group {
        id: parse("groups.id", &row.id, GroupId::parse)?,
        spec: GroupSpec {
            group_name: parse("groups.group_name", &row.group_name, |name| GroupName::parse(name).ok())?,
            description: row.description,
        },
        provision_type: parse("groups.provision_type", &row.provision_type, ProvisionType::parse)?,
        created_at: Timestamp::from_millis(row.created_at),
        updated_at: Timestamp::from_millis(row.updated_at),
    })
}
