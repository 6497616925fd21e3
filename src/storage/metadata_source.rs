//! Where the metadata of applications is fetched anew, and what came of it.

use diesel::prelude::*;

use crate::base::{ApplicationId, Timestamp};
use crate::crypto::Certificate;
use crate::domain::{MetadataOrigin, MetadataSource, PendingMetadata};

use super::error::parse;
use super::{Conn, Error};
use table::metadata_sources::{self, dsl};

/// Apart from the other tables, since it is never asked for together with one.
mod table {
    diesel::table! {
        metadata_sources (application_id) {
            application_id -> Text,
            url -> Text,
            signers -> Text,
            auto_approve_signed -> Bool,
            version -> BigInt,
            etag -> Nullable<Text>,
            last_modified -> Nullable<Text>,
            refreshed_at -> Nullable<BigInt>,
            next_refresh_at -> BigInt,
            failures -> BigInt,
            last_error -> Nullable<Text>,
            pending_metadata -> Nullable<Text>,
            pending_at -> Nullable<BigInt>,
            dismissed_digest -> Nullable<Text>,
        }
    }
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = metadata_sources)]
#[diesel(treat_none_as_null = true)]
struct Row {
    application_id: String,
    url: String,
    signers: String,
    auto_approve_signed: bool,
    version: i64,
    etag: Option<String>,
    last_modified: Option<String>,
    refreshed_at: Option<i64>,
    next_refresh_at: i64,
    failures: i64,
    last_error: Option<String>,
    pending_metadata: Option<String>,
    pending_at: Option<i64>,
    dismissed_digest: Option<String>,
}

/// Where the metadata of an application is fetched.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(conn: &mut Conn, application: &ApplicationId) -> Result<Option<MetadataSource>, Error> {
    let row: Option<Row> =
        dsl::metadata_sources.find(application.as_str()).select(Row::as_select()).first(conn).optional()?;
    row.map(read).transpose()
}

/// Keeps others from writing that of an application, and the application by what it says, until the transaction ends.
///
/// # Errors
/// [`Error`] of the database.
pub fn lock(conn: &mut Conn, application: &ApplicationId) -> Result<(), Error> {
    if let Conn::Postgres(conn) = conn {
        let version = dsl::metadata_sources.find(application.as_str()).select(dsl::version);
        let _locked: Option<i64> = version.for_update().first(conn).optional()?;
    }
    // SQLite has one writer at a time.
    Ok(())
}

/// The one that has been due for the longest, if any is due.
///
/// # Errors
/// [`Error`] of the database.
pub fn find_due(conn: &mut Conn, now: Timestamp) -> Result<Option<MetadataSource>, Error> {
    let row: Option<Row> = dsl::metadata_sources
        .filter(dsl::next_refresh_at.le(now.millis()))
        .order((dsl::next_refresh_at, dsl::application_id))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(read).transpose()
}

/// Those that an administrator should look at: the application, whether changes wait for a yes, and whether it failed
/// the last time.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_troubled(conn: &mut Conn) -> Result<Vec<(ApplicationId, bool, bool)>, Error> {
    let rows: Vec<(String, bool, bool)> = dsl::metadata_sources
        .filter(dsl::pending_metadata.is_not_null().or(dsl::last_error.is_not_null()))
        .select((dsl::application_id, dsl::pending_metadata.is_not_null(), dsl::last_error.is_not_null()))
        .load(conn)?;
    let read = |(id, is_waiting, has_failed): (String, bool, bool)| {
        let id = parse("metadata_sources.application_id", &id, ApplicationId::parse)?;
        Ok((id, is_waiting, has_failed))
    };
    rows.into_iter().map(read).collect()
}

/// Puts the next refresh off to `until`, if it is due as `source` says still; of several who find it due, one may.
///
/// # Errors
/// [`Error`] of the database.
pub fn claim(conn: &mut Conn, source: &MetadataSource, until: Timestamp) -> Result<bool, Error> {
    let as_it_was = dsl::metadata_sources
        .find(source.application_id.as_str())
        .filter(dsl::version.eq(source.version))
        .filter(dsl::next_refresh_at.eq(source.next_refresh_at.millis()));
    Ok(diesel::update(as_it_was).set(dsl::next_refresh_at.eq(until.millis())).execute(conn)? == 1)
}

/// Inserts one.
///
/// # Errors
/// [`Error::Duplicate`] when the application has one.
pub fn insert(conn: &mut Conn, source: &MetadataSource) -> Result<(), Error> {
    diesel::insert_into(dsl::metadata_sources).values(row(source)?).execute(conn)?;
    Ok(())
}

/// Writes one in the place of its version before; false where that is not there any more.
///
/// # Errors
/// [`Error`] of the database.
pub fn update(conn: &mut Conn, source: &MetadataSource) -> Result<bool, Error> {
    let before = dsl::metadata_sources
        .find(source.application_id.as_str())
        .filter(dsl::version.eq(source.version.saturating_sub(1)));
    Ok(diesel::update(before).set(row(source)?).execute(conn)? == 1)
}

/// Deletes that of an application; says whether it was there.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete(conn: &mut Conn, application: &ApplicationId) -> Result<bool, Error> {
    Ok(diesel::delete(dsl::metadata_sources.find(application.as_str())).execute(conn)? == 1)
}

fn row(source: &MetadataSource) -> Result<Row, Error> {
    let corrupt = |value: String| Error::Corrupt { column: "metadata_sources.signers", value };
    let signers = source.origin.signers.iter().map(Certificate::to_base64).collect::<Result<Vec<_>, _>>();
    let signers = signers.map_err(|error| corrupt(error.to_string()))?;
    Ok(Row {
        application_id: source.application_id.to_string(),
        url: source.origin.url.clone(),
        signers: serde_json::to_string(&signers).map_err(|error| corrupt(error.to_string()))?,
        auto_approve_signed: source.origin.auto_approve_signed,
        version: source.version,
        etag: source.etag.clone(),
        last_modified: source.last_modified.clone(),
        refreshed_at: source.refreshed_at.map(Timestamp::millis),
        next_refresh_at: source.next_refresh_at.millis(),
        failures: source.failures,
        last_error: source.last_error.clone(),
        pending_metadata: source.pending.as_ref().map(|pending| pending.metadata.clone()),
        pending_at: source.pending.as_ref().map(|pending| pending.since.millis()),
        dismissed_digest: source.dismissed_digest.clone(),
    })
}

fn read(row: Row) -> Result<MetadataSource, Error> {
    let signers = |text: &str| {
        let texts: Vec<String> = serde_json::from_str(text).ok()?;
        texts.iter().map(|text| Certificate::from_base64(text).ok()).collect()
    };
    Ok(MetadataSource {
        application_id: parse("metadata_sources.application_id", &row.application_id, ApplicationId::parse)?,
        origin: MetadataOrigin {
            signers: parse("metadata_sources.signers", &row.signers, signers)?,
            url: row.url,
            auto_approve_signed: row.auto_approve_signed,
        },
        version: row.version,
        etag: row.etag,
        last_modified: row.last_modified,
        refreshed_at: row.refreshed_at.map(Timestamp::from_millis),
        next_refresh_at: Timestamp::from_millis(row.next_refresh_at),
        failures: row.failures,
        last_error: row.last_error,
        pending: row
            .pending_metadata
            .zip(row.pending_at)
            .map(|(metadata, since)| PendingMetadata { metadata, since: Timestamp::from_millis(since) }),
        dismissed_digest: row.dismissed_digest,
    })
}
