//! PATCH (RFC 7644 §3.5.2): what a body says, what it makes of a resource, and what of a group's members.
//!
//! Operations are taken in every spelling that the large clients send: `Add`, values without a path whose keys
//! are paths, `"False"`. All of them hold or none. Members are told apart and never loaded (`split_members`).

mod apply;
mod elements;
mod membership;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

use super::path::{AttributePath, Path};
use super::schema::{RESOURCE_TYPES, ResourceType};
use super::{Error, ErrorKind};

pub use membership::MemberChange;

const SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// Operations that one request may have; a value without a path counts as many as it has keys.
pub const MAX_OPERATIONS: usize = 2_000;

/// What becomes of a value path whose filter matches nothing (RFC 7644 §3.5.2.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Leniency {
    /// `noTarget`, as the RFC says.
    Strict,
    /// The value is added, with what the filter says of it, as Entra ID expects.
    #[default]
    Lenient,
}

/// The operations of a PATCH, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Patch {
    operations: Vec<Operation>,
}

#[derive(Clone, Debug, PartialEq)]
struct Operation {
    /// Its place in the request, from 0.
    place: usize,
    kind: OperationKind,
    path: Path,
    /// Whether the path was the key of a value without a path: then an unknown one is passed over, as in a POST.
    is_key: bool,
    /// `Null` when absent.
    value: Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OperationKind {
    Add,
    Remove,
    Replace,
}

impl Patch {
    /// Reads a body.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidSyntax`] for a body that is no PatchOp; [`ErrorKind::TooMany`] past
    /// [`MAX_OPERATIONS`]; [`ErrorKind::InvalidPath`] and [`ErrorKind::InvalidFilter`] for a path that cannot be
    /// read; [`ErrorKind::NoTarget`] for a remove without a path; [`ErrorKind::InvalidValue`] for a value that
    /// is absent, or no object where there is no path.
    pub fn parse(body: &Value) -> Result<Self, Error> {
        let Value::Object(body) = body else { return Err(syntax("the body must be a JSON object")) };
        let is_patch = |urn: &Value| urn.as_str().is_some_and(|urn| urn.eq_ignore_ascii_case(SCHEMA));
        let is_patch = match field(body, "schemas") {
            Some(Value::Array(urns)) => urns.iter().any(is_patch),
            Some(urn) => is_patch(urn),
            None => false,
        };
        if !is_patch {
            return Err(syntax(format!("schemas must contain {SCHEMA}")));
        }
        let Some(Value::Array(list)) = field(body, "Operations") else {
            return Err(syntax("Operations must be a list"));
        };
        if list.is_empty() {
            return Err(syntax("Operations is empty"));
        }
        let mut patch = Self { operations: Vec::with_capacity(list.len().min(MAX_OPERATIONS)) };
        for (place, operation) in list.iter().enumerate() {
            patch.read(place, operation).map_err(|error| error_at(place, error))?;
        }
        Ok(patch)
    }

    /// Whether an operation writes this core attribute.
    pub fn writes(&self, attribute: &str) -> bool {
        self.operations.iter().any(|operation| {
            matches!(&operation.path, Path::Attribute(path) if path.attribute.eq_ignore_ascii_case(attribute))
        })
    }

    /// Whether nothing is to be done.
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }

    fn read(&mut self, place: usize, operation: &Value) -> Result<(), Error> {
        let Value::Object(operation) = operation else { return Err(syntax("must be an object")) };
        let kind = match field(operation, "op").and_then(Value::as_str) {
            Some(op) if op.eq_ignore_ascii_case("add") => OperationKind::Add,
            Some(op) if op.eq_ignore_ascii_case("remove") => OperationKind::Remove,
            Some(op) if op.eq_ignore_ascii_case("replace") => OperationKind::Replace,
            _ => return Err(syntax("op must be add, remove or replace")),
        };
        let value = field(operation, "value");
        if value.is_none() && kind != OperationKind::Remove {
            return Err(Error::new(ErrorKind::InvalidValue, "value is required"));
        }
        let value = value.unwrap_or(&Value::Null);
        let path = match field(operation, "path") {
            None | Some(Value::Null) => None,
            Some(Value::String(path)) if path.trim_ascii().is_empty() => None,
            Some(Value::String(path)) => Some(Path::parse(path, is_schema)?),
            Some(_) => return Err(Error::new(ErrorKind::InvalidPath, "path must be a string")),
        };
        match path {
            None if kind == OperationKind::Remove => {
                Err(Error::new(ErrorKind::NoTarget, "remove needs a path"))
            }
            None => self.read_keys(place, kind, None, value),
            Some(Path::Schema(urn)) if kind != OperationKind::Remove && !value.is_null() => {
                self.read_keys(place, kind, Some(&urn), value)
            }
            Some(path) => self.push(Operation { place, kind, path, is_key: false, value: value.clone() }),
        }
    }

    /// Reads a value whose keys are paths, inside the schema where one is given. A whole extension may stand
    /// under its URN.
    fn read_keys(
        &mut self,
        place: usize,
        kind: OperationKind,
        urn: Option<&str>,
        value: &Value,
    ) -> Result<(), Error> {
        let Value::Object(value) = value else {
            let detail = "value must be an object where the path names no attribute";
            return Err(Error::new(ErrorKind::InvalidValue, detail));
        };
        for (key, value) in value {
            if is_schema(key) && !value.is_null() {
                if urn.is_none() {
                    self.read_keys(place, kind, Some(key), value)?;
                }
                continue;
            }
            let mut path = match Path::parse(key, is_schema) {
                Ok(path) => path,
                Err(error) if key.contains('[') => return Err(error),
                Err(_unreadable) => continue,
            };
            if let Path::Attribute(AttributePath { schema, .. })
            | Path::Elements { attribute: AttributePath { schema, .. }, .. } = &mut path
                && schema.is_none()
            {
                *schema = urn.map(str::to_owned);
            }
            self.push(Operation { place, kind, path, is_key: true, value: value.clone() })?;
        }
        Ok(())
    }

    fn push(&mut self, operation: Operation) -> Result<(), Error> {
        if self.operations.len() >= MAX_OPERATIONS {
            let detail = format!("{MAX_OPERATIONS} operations at most, keys of values included");
            return Err(Error::new(ErrorKind::TooMany, detail));
        }
        self.operations.push(operation);
        Ok(())
    }
}

/// The member of this name, in whatever case.
fn field<'a>(map: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    map.get(name)
        .or_else(|| map.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}

fn is_schema(urn: &str) -> bool {
    RESOURCE_TYPES.iter().any(|resource_type: &&ResourceType| {
        resource_type.schema.id.eq_ignore_ascii_case(urn) || resource_type.extension(urn).is_some()
    })
}

fn error_at(place: usize, error: Error) -> Error {
    let Error { kind, detail } = error;
    Error::new(kind, format!("Operations[{place}]: {detail}"))
}

fn syntax(detail: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidSyntax, detail)
}
