//! The latest requests of each connector.

use diesel::prelude::*;

use crate::base::{Page, PageRequest, ScimConnectorId, ScimCredentialId, Timestamp};
use crate::domain::{SCIM_REQUESTS_KEPT, ScimRequest};

use super::connection::on;
use super::error::parse;
use super::schema::scim_requests::{self, dsl};
use super::{Conn, Error};

#[derive(Queryable, Selectable)]
#[diesel(table_name = scim_requests)]
struct Row {
    connector_id: String,
    request_id: String,
    at: i64,
    credential_id: String,
    source_address: String,
    method: String,
    path: String,
    status: i64,
    scim_type: Option<String>,
    detail: String,
    understood: String,
    body_bytes: i64,
    duration_micros: i64,
}

/// Inserts a request, once.
///
/// # Errors
/// [`Error::Reference`] when the connector is gone.
pub fn insert(conn: &mut Conn, request: &ScimRequest) -> Result<(), Error> {
    let row = (
        dsl::connector_id.eq(request.connector_id.as_str()),
        dsl::request_id.eq(&request.request_id),
        dsl::at.eq(request.at.millis()),
        dsl::credential_id.eq(request.credential_id.as_str()),
        dsl::source_address.eq(&request.source_address),
        dsl::method.eq(&request.method),
        dsl::path.eq(&request.path),
        dsl::status.eq(i64::from(request.status)),
        dsl::scim_type.eq(request.scim_type.as_deref()),
        dsl::detail.eq(&request.detail),
        dsl::understood.eq(request.understood.to_string()),
        dsl::body_bytes.eq(request.body_bytes),
        dsl::duration_micros.eq(request.duration_micros),
    );
    on!(conn, diesel::insert_into(dsl::scim_requests).values(row).on_conflict_do_nothing().execute(conn))?;
    Ok(())
}

/// Deletes what is older than the newest [`SCIM_REQUESTS_KEPT`] of a connector.
///
/// # Errors
/// [`Error`] of the database.
pub fn trim(conn: &mut Conn, connector: &ScimConnectorId) -> Result<(), Error> {
    let kept = i64::try_from(SCIM_REQUESTS_KEPT).unwrap_or(i64::MAX);
    let of_connector = || dsl::scim_requests.filter(dsl::connector_id.eq(connector.as_str()));
    let newest_beyond: Option<String> = of_connector()
        .order(dsl::request_id.desc())
        .offset(kept)
        .limit(1)
        .select(dsl::request_id)
        .first(conn)
        .optional()?;
    if let Some(id) = newest_beyond {
        diesel::delete(of_connector().filter(dsl::request_id.le(id))).execute(conn)?;
    }
    Ok(())
}

/// One page of a connector's requests, the newest first, and how many are kept; only those that were refused
/// where that is asked.
///
/// # Errors
/// [`Error`] of the database.
pub fn list(
    conn: &mut Conn,
    connector: &ScimConnectorId,
    only_refused: bool,
    page: &PageRequest,
) -> Result<(Page<ScimRequest>, i64), Error> {
    let lowest = if only_refused { 400 } else { 0 };
    let matching =
        || dsl::scim_requests.filter(dsl::connector_id.eq(connector.as_str())).filter(dsl::status.ge(lowest));
    let total = matching().count().get_result(conn)?;
    let mut found = matching().into_boxed();
    if let Some(after) = &page.after {
        found = found.filter(dsl::request_id.lt(after));
    }
    let rows: Vec<Row> = found
        .order(dsl::request_id.desc())
        .limit(i64::from(page.limit) + 1)
        .select(Row::as_select())
        .load(conn)?;
    let requests = rows.into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
    Ok((Page::cut(requests, page.limit, |one| one.request_id.clone()), total))
}

fn read(row: Row) -> Result<ScimRequest, Error> {
    let status = u16::try_from(row.status);
    Ok(ScimRequest {
        request_id: row.request_id,
        at: Timestamp::from_millis(row.at),
        connector_id: parse("scim_requests.connector_id", &row.connector_id, ScimConnectorId::parse)?,
        credential_id: parse("scim_requests.credential_id", &row.credential_id, ScimCredentialId::parse)?,
        source_address: row.source_address,
        method: row.method,
        path: row.path,
        status: status.map_err(|_ignored| Error::Corrupt {
            column: "scim_requests.status",
            value: row.status.to_string(),
        })?,
        scim_type: row.scim_type,
        detail: row.detail,
        understood: parse("scim_requests.understood", &row.understood, |text| {
            serde_json::from_str(text).ok()
        })?,
        body_bytes: row.body_bytes,
        duration_micros: row.duration_micros,
    })
}
