//! `/Bulk` (RFC 7644 §3.7): operations one after another, each what it would be by itself and a transaction of its
//! own, in an order in which references are known when they are needed.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::scim::bulk::{self, BulkOperation, BulkRequest, BulkResult, Method, Step};
use crate::scim::{Error, ErrorKind};

use super::discovery::BULK_OPERATIONS;
use super::dispatch;
use super::endpoint::{Endpoint, Kind};
use super::exchange::Exchange;
use super::reply::Reply;

const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// Answers `POST /Bulk`.
pub(super) fn carry_out(exchange: &Exchange<'_>) -> Result<Reply, Box<Reply>> {
    let request = BulkRequest::parse(exchange.body()?, BULK_OPERATIONS)?;
    let mut run = Run { exchange, request: &request, ids: HashMap::new(), results: Vec::new(), errors: 0 };
    for step in request.plan() {
        if request.fail_on_errors.is_some_and(|most| run.errors >= most) {
            break;
        }
        run.take(step);
    }
    // In the order of the request; a plan may have another.
    run.results.sort_by_key(|(place, _)| *place);
    let results = run.results.into_iter().map(|(_, result)| result).collect();
    Ok(Reply::of(200, bulk::response(results)))
}

struct Run<'a> {
    exchange: &'a Exchange<'a>,
    request: &'a BulkRequest,
    /// The ids of what was created, by the operations' names.
    ids: HashMap<&'a str, String>,
    results: Vec<(usize, BulkResult)>,
    errors: usize,
}

impl<'a> Run<'a> {
    fn take(&mut self, step: Step) {
        match step {
            Step::Whole { operation } => {
                if let Some(named) = self.request.operations.get(operation) {
                    let reply = self.attempt(named, &named.data);
                    self.note(operation, named, reply);
                }
            }
            Step::Part { operation, data } => {
                if let Some(named) = self.request.operations.get(operation) {
                    let reply = self.attempt(named, &data);
                    self.note(operation, named, reply);
                }
            }
            Step::Rest { operation, value } => self.complete(operation, &value),
        }
    }

    /// One operation with these contents.
    fn attempt(&self, operation: &BulkOperation, contents: &Value) -> Reply {
        let id_of = |name: &str| self.ids.get(name).map(String::as_str);
        let attempt = || -> Result<Reply, Box<Reply>> {
            let contents = bulk::resolve(contents, &id_of)?;
            let id = operation.id.as_deref().map(|id| bulk::resolve_id(id, &id_of)).transpose()?;
            self.send(operation, id, Some(&contents), operation.version.as_deref())
        };
        attempt().unwrap_or_else(|refused| *refused)
    }

    fn send(
        &self,
        operation: &BulkOperation,
        id: Option<String>,
        contents: Option<&Value>,
        version: Option<&str>,
    ) -> Result<Reply, Box<Reply>> {
        let kind = Kind::of(operation.resource_type)
            .ok_or_else(|| Error::new(ErrorKind::InvalidPath, "there is no such endpoint"))?;
        let endpoint = match id {
            Some(id) => Endpoint::Resource(kind, id),
            None => Endpoint::Resources(kind),
        };
        // The answer shows nobody's members; loading them would be for nothing.
        let parameters = [("excludedAttributes".to_owned(), "members,groups".to_owned())];
        let exchange = Exchange {
            parameters: &parameters,
            if_match: version,
            if_none_match: None,
            body: contents,
            ..*self.exchange
        };
        dispatch(&exchange, operation.method.as_str(), &endpoint)
    }

    /// What could not be said when a resource was created, since it refers to what was created after it.
    fn complete(&mut self, place: usize, value: &Value) {
        let Some(operation) = self.request.operations.get(place) else { return };
        let Some(at) = self.results.iter().position(|(of, _)| *of == place) else { return };
        let Some(id) = self.made(at) else { return };
        let id_of = |name: &str| self.ids.get(name).map(String::as_str);
        let attempt = || -> Result<Reply, Box<Reply>> {
            let value = bulk::resolve(value, &id_of)?;
            let patch = json!({ "schemas": [PATCH], "Operations": [{ "op": "add", "value": value }] });
            let adding = BulkOperation { method: Method::Patch, ..operation.clone() };
            self.send(&adding, Some(id), Some(&patch), None)
        };
        let reply = attempt().unwrap_or_else(|refused| *refused);
        let Some((_, result)) = self.results.get_mut(at) else { return };
        result.version = reply.etag.or_else(|| result.version.take());
        if reply.status >= 400 {
            self.errors += 1;
            (result.status, result.response) = (reply.status, reply.body);
        }
    }

    /// The id of the resource that an operation left, where it did.
    fn made(&self, at: usize) -> Option<String> {
        let (_, result) = self.results.get(at)?;
        let location = result.location.as_deref().filter(|_| result.status < 400)?;
        location.rsplit('/').next().map(str::to_owned)
    }

    fn note(&mut self, place: usize, operation: &'a BulkOperation, reply: Reply) {
        let is_error = reply.status >= 400;
        self.errors += usize::from(is_error);
        let id = reply.location.as_deref().and_then(|location| location.rsplit('/').next());
        if let (Some(name), Some(id), Method::Post) = (operation.bulk_id.as_deref(), id, operation.method) {
            self.ids.insert(name, id.to_owned());
        }
        // The place of what an operation was about is known also when it failed, or left nothing.
        let named = || {
            let id = operation.id.as_deref()?;
            Some(format!("{}{}/{id}", self.exchange.base, operation.resource_type.endpoint))
        };
        let result = BulkResult {
            method: operation.method,
            bulk_id: operation.bulk_id.clone(),
            location: reply.location.or_else(named),
            version: reply.etag,
            status: reply.status,
            response: reply.body.filter(|_| is_error),
        };
        self.results.push((place, result));
    }
}
