//! Bulk (RFC 7644 §3.7): many operations in one request, which may refer to what others of them create, and the
//! answer to them.
//!
//! Says in which order they can be run ([`BulkRequest::plan`]); runs none.

mod plan;
mod reference;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::schema::{RESOURCE_TYPES, ResourceType};
use super::{Error, ErrorKind};

pub use plan::Step;
pub use reference::{resolve, resolve_id};

const REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named by RFC 7644 §3.7")]
pub enum Method {
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    /// As HTTP spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// One operation.
#[derive(Clone, Debug)]
pub struct BulkOperation {
    /// What it does.
    pub method: Method,
    /// To what kind of resource.
    pub resource_type: &'static ResourceType,
    /// To which one, perhaps as `bulkId:…`, for [`resolve_id`]; `None` on POST and only there.
    pub id: Option<String>,
    /// What others call it by; always there on POST.
    pub bulk_id: Option<String>,
    /// The version that the resource must have, as `If-Match`.
    pub version: Option<String>,
    /// The body, perhaps with references, for [`resolve`]; `Null` on DELETE.
    pub data: Value,
}

/// A request.
#[derive(Clone, Debug)]
pub struct BulkRequest {
    /// The operations, in the order that they stand in.
    pub operations: Vec<BulkOperation>,
    /// After how many errors to stop, 1 or more; `None` never stops.
    pub fail_on_errors: Option<usize>,
}

impl BulkRequest {
    /// Reads a body.
    ///
    /// # Errors
    /// [`ErrorKind::TooLarge`] for more operations than `max_operations`; [`ErrorKind::InvalidSyntax`] for a body
    /// that is no BulkRequest and for an operation that lacks something; [`ErrorKind::InvalidPath`] for a path to
    /// no endpoint; [`ErrorKind::InvalidValue`] for a `bulkId` that stands twice and a `failOnErrors` below 1.
    /// All name the operation.
    pub fn parse(body: &Value, max_operations: usize) -> Result<Self, Error> {
        let Value::Object(body) = body else { return Err(syntax("the body must be a JSON object")) };
        let is_request = |urn: &Value| urn.as_str().is_some_and(|urn| urn.eq_ignore_ascii_case(REQUEST));
        if !field(body, "schemas").and_then(Value::as_array).is_some_and(|urns| urns.iter().any(is_request)) {
            return Err(syntax(format!("schemas must contain {REQUEST}")));
        }
        let fail_on_errors = match field(body, "failOnErrors") {
            None => None,
            Some(limit) => {
                let limit =
                    limit.as_u64().and_then(|limit| usize::try_from(limit).ok()).filter(|limit| *limit > 0);
                let wrong =
                    || Error::new(ErrorKind::InvalidValue, "failOnErrors must be a whole number from 1");
                Some(limit.ok_or_else(wrong)?)
            }
        };
        let Some(Value::Array(list)) = field(body, "Operations") else {
            return Err(syntax("Operations must be a list"));
        };
        if list.len() > max_operations {
            let detail = format!("{} operations; maxOperations is {max_operations}", list.len());
            return Err(Error::new(ErrorKind::TooLarge, detail));
        }
        let mut operations = Vec::with_capacity(list.len());
        let mut bulk_ids = HashSet::new();
        for (place, operation) in list.iter().enumerate() {
            let at =
                |error: Error| Error { detail: format!("Operations[{place}]: {}", error.detail), ..error };
            let operation = operation.as_object().ok_or_else(|| at(syntax("must be an object")))?;
            let operation = BulkOperation::read(operation).map_err(at)?;
            if let Some(bulk_id) = &operation.bulk_id
                && !bulk_ids.insert(bulk_id.clone())
            {
                let detail = format!("bulkId {bulk_id} stands twice");
                return Err(at(Error::new(ErrorKind::InvalidValue, detail)));
            }
            operations.push(operation);
        }
        Ok(Self { operations, fail_on_errors })
    }
}

impl BulkOperation {
    fn read(operation: &Map<String, Value>) -> Result<Self, Error> {
        let method = match text(operation, "method")? {
            Some(method) if method.eq_ignore_ascii_case("POST") => Method::Post,
            Some(method) if method.eq_ignore_ascii_case("PUT") => Method::Put,
            Some(method) if method.eq_ignore_ascii_case("PATCH") => Method::Patch,
            Some(method) if method.eq_ignore_ascii_case("DELETE") => Method::Delete,
            _ => return Err(syntax("method must be POST, PUT, PATCH or DELETE")),
        };
        let path = text(operation, "path")?.ok_or_else(|| syntax("path is required"))?;
        let (resource_type, id) = target(path)?;
        match (method, id) {
            (Method::Post, Some(_)) => return Err(path_error("POST goes to the endpoint, without an id")),
            (Method::Put | Method::Patch | Method::Delete, None) => {
                return Err(path_error("the path must end in an id"));
            }
            _ => {}
        }
        let bulk_id = text(operation, "bulkId")?.filter(|bulk_id| !bulk_id.is_empty());
        if method == Method::Post && bulk_id.is_none() {
            return Err(syntax("bulkId is required on POST"));
        }
        let data = match (method, field(operation, "data")) {
            (Method::Delete, _) => Value::Null,
            (_, Some(data @ Value::Object(_))) => data.clone(),
            _ => return Err(syntax(format!("data must be an object on {}", method.as_str()))),
        };
        Ok(Self {
            method,
            resource_type,
            id: id.map(str::to_owned),
            bulk_id: bulk_id.map(str::to_owned),
            version: text(operation, "version")?.map(str::to_owned),
            data,
        })
    }
}

/// How an operation ended.
#[derive(Clone, Debug, PartialEq)]
pub struct BulkResult {
    /// What it did.
    pub method: Method,
    /// What the request called it by.
    pub bulk_id: Option<String>,
    /// Where the resource is; `None` for a POST that failed.
    pub location: Option<String>,
    /// The resource's version now.
    pub version: Option<String>,
    /// The HTTP status.
    pub status: u16,
    /// The body of the error, as [`Error::body`].
    pub response: Option<Value>,
}

/// The body of the answer, with what was run.
pub fn response(results: Vec<BulkResult>) -> Value {
    let operations = results.into_iter().map(|result| {
        let mut body = Map::new();
        body.insert("method".to_owned(), result.method.as_str().into());
        body.insert("status".to_owned(), result.status.to_string().into());
        let texts = [("bulkId", result.bulk_id), ("location", result.location), ("version", result.version)];
        for (name, text) in texts {
            if let Some(text) = text {
                body.insert(name.to_owned(), text.into());
            }
        }
        if let Some(response) = result.response {
            body.insert("response".to_owned(), response);
        }
        Value::Object(body)
    });
    json!({ "schemas": [RESPONSE], "Operations": operations.collect::<Vec<_>>() })
}

fn target(path: &str) -> Result<(&'static ResourceType, Option<&str>), Error> {
    let no_endpoint = || path_error(format!("there is no endpoint {path}"));
    let inner = path.strip_prefix('/').unwrap_or(path);
    let (endpoint, id) = inner.split_once('/').map_or((inner, None), |(endpoint, id)| (endpoint, Some(id)));
    let id = id.filter(|id| !id.is_empty());
    if id.is_some_and(|id| id.contains(['/', '?', '#'])) {
        return Err(no_endpoint());
    }
    let mut types = RESOURCE_TYPES.iter().copied();
    let found = types.find(|resource_type| resource_type.endpoint.trim_start_matches('/') == endpoint);
    Ok((found.ok_or_else(no_endpoint)?, id))
}

/// The member of this name, in whatever case; `null` is as good as absent.
fn field<'a>(map: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    let found = map.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value).filter(|value| !value.is_null())
}

fn text<'a>(map: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, Error> {
    match field(map, name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(syntax(format!("{name} must be a string"))),
    }
}

fn syntax(detail: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidSyntax, detail)
}

fn path_error(detail: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidPath, detail)
}
