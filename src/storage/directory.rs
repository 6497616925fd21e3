//! The service and its directory. There is one, as the cloud's service has one for each management account.

use diesel::prelude::*;

use crate::base::{DirectoryId, DirectoryName, Timestamp};
use crate::domain::{DirectoryCounts, DirectoryRecord, Status, TaskStatus};

use super::connection::on;
use super::error::parse;
use super::resource_count::{self, Kind};
use super::schema::directories::dsl;
use super::schema::{access_assignments, access_configurations, scim_credentials, services, tasks};
use super::{Conn, Error, scim_connector, user_provisioning};

/// The key of the one row of `services`.
const SERVICE: &str = "cloudsso";

/// The directory, if one was created.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(conn: &mut Conn) -> Result<Option<(DirectoryId, DirectoryName)>, Error> {
    Ok(load(conn)?.map(|directory| (directory.id, directory.name)))
}

/// All of the directory, if one was created.
///
/// # Errors
/// [`Error`] of the database.
pub fn load(conn: &mut Conn) -> Result<Option<DirectoryRecord>, Error> {
    let columns = (dsl::id, dsl::name, dsl::scim_status, dsl::created_at, dsl::updated_at);
    let first = dsl::directories.order(dsl::id).select(columns);
    let row: Option<(String, String, String, i64, i64)> = on!(conn, first.first(conn)).optional()?;
    row.map(|(id, name, scim_status, created_at, updated_at)| {
        let id = parse("directories.id", &id, DirectoryId::parse)?;
        Ok(DirectoryRecord {
            name: parse("directories.name", &name, |name| DirectoryName::parse_for(&id, name).ok())?,
            id,
            scim_synchronization: parse("directories.scim_status", &scim_status, Status::parse)?,
            created_at: Timestamp::from_millis(created_at),
            updated_at: Timestamp::from_millis(updated_at),
        })
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

/// Renames a directory; says whether it was there.
///
/// # Errors
/// [`Error`] of the database.
pub fn rename(
    conn: &mut Conn,
    id: &DirectoryId,
    name: &DirectoryName,
    now: Timestamp,
) -> Result<bool, Error> {
    let directory = diesel::update(dsl::directories.find(id.as_str()));
    Ok(directory.set((dsl::name.eq(name.as_str()), dsl::updated_at.eq(now.millis()))).execute(conn)? == 1)
}

/// Deletes a directory that holds nothing; says whether it was there.
///
/// # Errors
/// [`Error::Reference`] when it holds something.
pub fn delete(conn: &mut Conn, id: &DirectoryId) -> Result<bool, Error> {
    user_provisioning::delete_configuration(conn, id)?;
    scim_connector::delete_unused(conn)?;
    Ok(diesel::delete(dsl::directories.find(id.as_str())).execute(conn)? == 1)
}

/// Locks the directory until the transaction ends, so that of two who change what is said of it, one sees the
/// other's.
///
/// # Errors
/// [`Error`] of the database.
pub fn lock(conn: &mut Conn, id: &DirectoryId) -> Result<(), Error> {
    diesel::update(dsl::directories.find(id.as_str()))
        .set(dsl::updated_at.eq(dsl::updated_at))
        .execute(conn)?;
    Ok(())
}

/// Whether SCIM is served; it is not where there is no directory.
///
/// # Errors
/// [`Error`] of the database.
pub fn scim_status(conn: &mut Conn) -> Result<Status, Error> {
    let status: Option<String> =
        dsl::directories.order(dsl::id).select(dsl::scim_status).first(conn).optional()?;
    status.map_or(Ok(Status::Disabled), |status| parse("directories.scim_status", &status, Status::parse))
}

/// Serves SCIM or serves it no more; says whether that changed anything.
///
/// # Errors
/// [`Error`] of the database.
pub fn set_scim_status(
    conn: &mut Conn,
    id: &DirectoryId,
    status: Status,
    now: Timestamp,
) -> Result<bool, Error> {
    let other = dsl::directories.find(id.as_str()).filter(dsl::scim_status.ne(status.as_str()));
    let change = (dsl::scim_status.eq(status.as_str()), dsl::updated_at.eq(now.millis()));
    Ok(diesel::update(other).set(change).execute(conn)? == 1)
}

/// What the directory holds.
///
/// # Errors
/// [`Error`] of the database.
pub fn counts(conn: &mut Conn) -> Result<DirectoryCounts, Error> {
    let in_progress = tasks::dsl::tasks.filter(tasks::status.eq(TaskStatus::InProgress.as_str()));
    Ok(DirectoryCounts {
        users: resource_count::total(conn, Kind::User)?,
        groups: resource_count::total(conn, Kind::Group)?,
        access_configurations: access_configurations::dsl::access_configurations.count().get_result(conn)?,
        access_assignments: access_assignments::dsl::access_assignments.count().get_result(conn)?,
        tasks_in_progress: in_progress.count().get_result(conn)?,
        scim_credentials: scim_credentials::dsl::scim_credentials.count().get_result(conn)?,
    })
}

/// Holds the service until the transaction ends: of two that would each make a directory, or take the
/// last free place of something, on whatever replicas, the second sees what the first did.
///
/// # Errors
/// [`Error`] of the database.
pub fn lock_service(conn: &mut Conn) -> Result<(), Error> {
    // On SQLite there is one writer.
    if let Conn::Postgres(conn) = conn {
        services::dsl::services.find(SERVICE).select(services::id).for_update().first::<String>(conn)?;
    }
    Ok(())
}

/// Whether the service is on.
///
/// # Errors
/// [`Error`] of the database.
pub fn service_status(conn: &mut Conn) -> Result<Status, Error> {
    let status: Option<String> =
        services::dsl::services.find(SERVICE).select(services::status).first(conn).optional()?;
    status.map_or(Ok(Status::Disabled), |status| parse("services.status", &status, Status::parse))
}

/// Turns the service on or off; says whether that changed anything.
///
/// # Errors
/// [`Error`] of the database.
pub fn set_service_status(conn: &mut Conn, status: Status, now: Timestamp) -> Result<bool, Error> {
    let other = services::dsl::services.find(SERVICE).filter(services::status.ne(status.as_str()));
    let changed = diesel::update(other)
        .set((services::status.eq(status.as_str()), services::updated_at.eq(now.millis())))
        .execute(conn)?;
    Ok(changed == 1)
}
