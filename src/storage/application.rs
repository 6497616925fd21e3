//! Applications: SAML service providers that people sign in to through us.

use diesel::prelude::*;

use crate::base::{ApplicationId, ApplicationName, DirectoryId, Timestamp};
use crate::domain::{Application, ApplicationSummary, Status};

use super::connection::on;
use super::error::parse;
use super::schema::applications::{self, dsl};
use super::{Conn, Error};

#[derive(Queryable, Selectable)]
#[diesel(table_name = applications)]
struct Row {
    id: String,
    name: String,
    status: String,
    entity_id: String,
    settings: String,
    metadata: String,
    version: i64,
    created_at: i64,
    updated_at: i64,
}

/// The columns that may change. A macro, since their type cannot be written.
macro_rules! changing {
    ($application:ident) => {
        (
            dsl::name.eq($application.name.as_str()),
            dsl::name_key.eq($application.name.key()),
            dsl::status.eq($application.status.as_str()),
            dsl::entity_id.eq(&$application.entity_id),
            dsl::settings.eq(settings_text($application)?),
            dsl::metadata.eq(&$application.metadata),
            dsl::updated_at.eq($application.updated_at.millis()),
        )
    };
}
/// The application with this id.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(conn: &mut Conn, id: &ApplicationId) -> Result<Option<Application>, Error> {
    let row: Option<Row> =
        dsl::applications.find(id.as_str()).select(Row::as_select()).first(conn).optional()?;
    row.map(read).transpose()
}

/// The application with this folded name.
///
/// # Errors
/// [`Error`] of the database.
pub fn find_by_name(conn: &mut Conn, key: &str) -> Result<Option<Application>, Error> {
    let row: Option<Row> =
        dsl::applications.filter(dsl::name_key.eq(key)).select(Row::as_select()).first(conn).optional()?;
    row.map(read).transpose()
}

/// The id and version of the application of the service provider that calls itself this.
///
/// # Errors
/// [`Error`] of the database.
pub fn find_version(conn: &mut Conn, entity_id: &str) -> Result<Option<(ApplicationId, i64)>, Error> {
    let found = dsl::applications.filter(dsl::entity_id.eq(entity_id)).select((dsl::id, dsl::version));
    let row: Option<(String, i64)> = on!(conn, found.first(conn)).optional()?;
    row.map(|(id, version)| Ok((parse("applications.id", &id, ApplicationId::parse)?, version))).transpose()
}

/// The version of the application with this id.
///
/// # Errors
/// [`Error`] of the database.
pub fn find_version_by_id(conn: &mut Conn, id: &ApplicationId) -> Result<Option<i64>, Error> {
    let version = dsl::applications.find(id.as_str()).select(dsl::version);
    Ok(on!(conn, version.first(conn)).optional()?)
}

/// The version of the application with this id, which cannot be changed until the transaction ends; `None` where
/// there is none.
///
/// # Errors
/// [`Error`] of the database.
pub fn share_version(conn: &mut Conn, id: &ApplicationId) -> Result<Option<i64>, Error> {
    let version = dsl::applications.find(id.as_str()).select(dsl::version);
    Ok(match conn {
        Conn::Postgres(conn) => version.for_share().first(conn),
        // SQLite has one writer at a time.
        Conn::Sqlite(conn) => version.first(conn),
    }
    .optional()?)
}

/// Every application, by name.
///
/// # Errors
/// [`Error`] of the database.
pub fn list(conn: &mut Conn) -> Result<Vec<Application>, Error> {
    let rows: Vec<Row> = dsl::applications.order(dsl::name_key).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Every application, by name, without what is long.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_summaries(conn: &mut Conn) -> Result<Vec<ApplicationSummary>, Error> {
    let rows: Vec<(String, String, String, String)> = dsl::applications
        .order(dsl::name_key)
        .select((dsl::id, dsl::name, dsl::status, dsl::entity_id))
        .load(conn)?;
    let read = |(id, name, status, entity_id): (String, String, String, String)| {
        Ok(ApplicationSummary {
            id: parse("applications.id", &id, ApplicationId::parse)?,
            name: parse("applications.name", &name, |name| ApplicationName::parse(name).ok())?,
            status: parse("applications.status", &status, Status::parse)?,
            entity_id,
        })
    };
    rows.into_iter().map(read).collect()
}

/// Those of these ids that there are, by name.
///
/// # Errors
/// [`Error`] of the database.
pub(super) fn list_by_id(conn: &mut Conn, ids: &[String]) -> Result<Vec<Application>, Error> {
    let rows: Vec<Row> = dsl::applications
        .filter(dsl::id.eq_any(ids))
        .order(dsl::name_key)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// How many applications there are.
///
/// # Errors
/// [`Error`] of the database.
pub fn count(conn: &mut Conn) -> Result<i64, Error> {
    Ok(dsl::applications.count().get_result(conn)?)
}

/// Inserts an application.
///
/// # Errors
/// [`Error::Duplicate`] when its name or entity id is taken.
pub fn insert(conn: &mut Conn, directory: &DirectoryId, application: &Application) -> Result<(), Error> {
    diesel::insert_into(dsl::applications)
        .values((
            dsl::id.eq(application.id.as_str()),
            dsl::directory_id.eq(directory.as_str()),
            dsl::created_at.eq(application.created_at.millis()),
            dsl::version.eq(application.version),
            changing!(application),
        ))
        .execute(conn)?;
    Ok(())
}

/// Writes an application in the place of its version before; false where that is not there any more.
///
/// # Errors
/// [`Error::Duplicate`] when its name or entity id is taken.
pub fn update(conn: &mut Conn, application: &Application) -> Result<bool, Error> {
    let before = dsl::applications
        .find(application.id.as_str())
        .filter(dsl::version.eq(application.version.saturating_sub(1)));
    let written = diesel::update(before)
        .set((dsl::version.eq(application.version), changing!(application)))
        .execute(conn)?;
    Ok(written == 1)
}

/// Deletes an application that nothing refers to; says whether it was there.
///
/// # Errors
/// [`Error::Reference`] when something does.
pub fn delete(conn: &mut Conn, id: &ApplicationId) -> Result<bool, Error> {
    Ok(diesel::delete(dsl::applications.find(id.as_str())).execute(conn)? == 1)
}

fn settings_text(application: &Application) -> Result<String, Error> {
    serde_json::to_string(&application.settings)
        .map_err(|error| Error::Corrupt { column: "applications.settings", value: error.to_string() })
}

fn read(row: Row) -> Result<Application, Error> {
    Ok(Application {
        id: parse("applications.id", &row.id, ApplicationId::parse)?,
        name: parse("applications.name", &row.name, |name| ApplicationName::parse(name).ok())?,
        status: parse("applications.status", &row.status, Status::parse)?,
        entity_id: row.entity_id,
        settings: parse("applications.settings", &row.settings, |text| serde_json::from_str(text).ok())?,
        metadata: row.metadata,
        version: row.version,
        created_at: Timestamp::from_millis(row.created_at),
        updated_at: Timestamp::from_millis(row.updated_at),
    })
}
