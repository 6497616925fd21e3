//! What each connector asked for lately, and what came of it: for whoever sets an identity provider up and
//! wonders what it sends.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::base::{PageRequest, ScimConnectorId};
use crate::domain::{self, ScimRequest};
use crate::scim;
use crate::storage::{self, scim_connector, scim_credential, scim_request};

use super::super::request_ring::Pending;
use super::super::{Context, Error, Listing, Operator, Visit};
use super::ScimClient;

/// A request, and what came of it.
#[derive(Clone, Debug)]
pub struct LoggedRequest {
    /// `GET`, `POST` and so on.
    pub method: String,
    /// The path with its query, as it was sent.
    pub target: String,
    /// The answer's status code.
    pub status: u16,
    /// Why it was refused, where it was.
    pub refusal: Option<scim::Error>,
    /// What it was taken for, such as the operations of a PATCH after they were normalised.
    pub understood: Value,
    /// How many bytes its body had.
    pub body_length: usize,
    /// How long it took.
    pub took: Duration,
}

/// Keeps a request of a connector. Never waits: it is written down within a second or so, the newest
/// [`SCIM_REQUESTS_KEPT`](crate::domain::SCIM_REQUESTS_KEPT) of each connector, without tokens and passwords.
pub fn record(ctx: &Context, client: &ScimClient, visit: &Visit, request: LoggedRequest) {
    let (scim_type, detail) = request.refusal.map_or((None, String::new()), |refusal| {
        (refusal.kind.scim_type().map(str::to_owned), refusal.detail)
    });
    ctx.scim_requests.push(ScimRequest {
        request_id: visit.request_id.to_string(),
        at: ctx.now(),
        connector_id: client.connector_id().clone(),
        credential_id: client.credential_id().clone(),
        source_address: visit.address.to_string(),
        method: request.method,
        path: request.target,
        status: request.status,
        scim_type,
        detail,
        understood: request.understood,
        body_bytes: i64::try_from(request.body_length).unwrap_or(i64::MAX),
        duration_micros: i64::try_from(request.took.as_micros()).unwrap_or(i64::MAX),
    });
}

/// Writes down what was kept; nothing is written where nothing was. What could not be written is tried again
/// the next time.
///
/// # Errors
/// Failures of the database.
pub fn flush(ctx: &Context) -> Result<(), Error> {
    let _flushing = ctx.scim_requests.flushing();
    let mut failure = None;
    for (connector, pending) in ctx.scim_requests.take() {
        let pending = Arc::new(pending);
        if let Err(error) = write(ctx, &connector, Arc::clone(&pending)) {
            // Whoever was to write it may hold it still.
            ctx.scim_requests.put_back(connector, Arc::unwrap_or_clone(pending));
            failure = Some(error);
        }
    }
    failure.map_or(Ok(()), |error| Err(error.into()))
}

/// Writes down what one connector did.
fn write(ctx: &Context, connector: &ScimConnectorId, kept: Arc<Pending>) -> Result<(), storage::Error> {
    let id = connector.clone();
    ctx.store.write(move |conn| {
        // Nothing is written of one that was deleted meanwhile.
        scim_connector::lock(conn, &id)?;
        if scim_connector::find(conn, &id)?.is_none() {
            return Ok(());
        }
        for request in &kept.requests {
            scim_request::insert(conn, request)?;
        }
        if !kept.requests.is_empty() {
            scim_request::trim(conn, &id)?;
        }
        for (credential, (at, from)) in &kept.uses {
            scim_credential::touch(conn, credential, *at, from)?;
        }
        scim_connector::update_last(conn, &id, &kept.last)
    })
}

/// One page of what a connector asked for, the newest first; only what was refused where that is asked.
///
/// # Errors
/// [`Error::Refused`] when there is no such connector.
pub fn list(
    ctx: &Context,
    _operator: &Operator,
    id: &ScimConnectorId,
    only_refused: bool,
    page: &PageRequest,
) -> Result<Listing<ScimRequest>, Error> {
    flush(ctx)?;
    ctx.store.read(|conn| {
        if scim_connector::find(conn, id)?.is_none() {
            return Err(domain::Error::missing("SCIMConnector", id).into());
        }
        let (page, total) = scim_request::list(conn, id, only_refused, page)?;
        Ok(Listing { page, total })
    })
}
