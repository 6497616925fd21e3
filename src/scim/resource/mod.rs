//! Resources as clients write them (RFC 7643 §3), brought into one form: names in the schema's spelling, core
//! attributes on top, an extension's under its URN, values checked, nothing in it that is unassigned.
//!
//! `null`, `""`, `[]` and `{}` are the same as absent. What no schema knows and what only the server writes is
//! left out. Names no user: whose name is taken, and who is a member, `service` says.

mod member;
#[cfg(test)]
mod tests;
mod value;

use serde_json::{Map, Value};

use super::schema::{Attribute, Mutability, Named, Resolved, ResourceType, Schema};
use super::{Error, ErrorKind};

pub use member::{Member, MemberKind, members};
pub use value::{MAX_BYTES, MAX_CHARACTERS, MAX_MEMBERS, MAX_VALUES};

pub(crate) use member::read_members;
pub(crate) use value::{element, is_unassigned, longest, normalise, same_text, single, unite};

/// Reads the body of a POST or PUT. The result holds neither `schemas` nor what only the server writes; it does
/// hold `password` when one was sent, and a group's `members`.
///
/// # Errors
/// [`ErrorKind::InvalidSyntax`] without the type's own URN in `schemas`; [`ErrorKind::InvalidValue`], naming the
/// attribute, for a value that is not of its type, is too long, stands twice, or is absent though required.
pub fn read(resource_type: &'static ResourceType, body: &Value) -> Result<Map<String, Value>, Error> {
    let Value::Object(body) = body else {
        return Err(Error::new(ErrorKind::InvalidSyntax, "the body must be a JSON object"));
    };
    check_schemas(resource_type, body)?;
    let mut reading = Reading { resource: Map::new(), parts: Vec::new() };
    for (key, value) in body {
        match resource_type.named(key) {
            None => {}
            Some(Named::Attribute(at)) => reading.put(at, value)?,
            Some(Named::Schema(extension)) => {
                let inner = match value {
                    Value::Object(inner) => inner,
                    Value::Null => continue,
                    _ => return Err(invalid(format!("{key} must be an object"))),
                };
                for (key, value) in inner {
                    if let Some(at) = resource_type.named_in(extension, key) {
                        reading.put(at, value)?;
                    }
                }
            }
        }
    }
    let resource = reading.finish()?;
    check_required(resource_type, &resource)?;
    Ok(resource)
}

/// Whether everything is there that the type's schema requires.
///
/// # Errors
/// [`ErrorKind::InvalidValue`] that names what is absent.
pub fn check_required(resource_type: &ResourceType, resource: &Map<String, Value>) -> Result<(), Error> {
    let mut required = resource_type.schema.attributes.iter().filter(|attribute| attribute.is_required);
    match required.find(|attribute| !resource.contains_key(attribute.name)) {
        None => Ok(()),
        Some(attribute) => Err(invalid(format!("{} is required", attribute.name))),
    }
}

/// `schemas` of a resource in its one form: the core URN, and that of each extension it has anything of.
pub fn schemas_of(resource_type: &ResourceType, resource: &Map<String, Value>) -> Value {
    let extensions = resource_type.extensions.iter().map(|extension| extension.id);
    let present = extensions.filter(|urn| resource.contains_key(*urn));
    std::iter::once(resource_type.schema.id).chain(present).collect()
}

/// Whether the server alone says what the attribute is.
pub(crate) fn is_computed(attribute: &Attribute) -> bool {
    attribute.mutability == Mutability::ReadOnly || attribute.name == "schemas"
}

/// Where the attributes of the extension, or of the core schema, stand; made when it is not there yet.
pub(crate) fn section<'a>(
    resource: &'a mut Map<String, Value>,
    extension: Option<&'static Schema>,
) -> Result<&'a mut Map<String, Value>, Error> {
    match extension {
        None => Ok(resource),
        Some(extension) => object_in(resource, extension.id),
    }
}

/// The object under this name; made when it is not there yet.
pub(crate) fn object_in<'a>(
    map: &'a mut Map<String, Value>,
    name: &str,
) -> Result<&'a mut Map<String, Value>, Error> {
    let slot = map.entry(name).or_insert_with(|| Value::Object(Map::new()));
    slot.as_object_mut().ok_or_else(|| invalid(format!("{name} must be an object")))
}

fn check_schemas(resource_type: &ResourceType, body: &Map<String, Value>) -> Result<(), Error> {
    let wanted = resource_type.schema.id;
    let is_wanted = |urn: &Value| urn.as_str().is_some_and(|urn| urn.eq_ignore_ascii_case(wanted));
    let found = body.iter().find(|(key, _)| key.eq_ignore_ascii_case("schemas"));
    let is_there = match found {
        Some((_, Value::Array(urns))) => urns.iter().any(is_wanted),
        Some((_, urn)) => is_wanted(urn),
        None => false,
    };
    if is_there {
        Ok(())
    } else {
        Err(Error::new(ErrorKind::InvalidSyntax, format!("schemas must contain {wanted}")))
    }
}

struct Reading<'a> {
    resource: Map<String, Value>,
    /// Sub-attributes that stand alone under a dotted name; they join their attribute when all of it was read.
    parts: Vec<(Resolved, &'a Value)>,
}

impl<'a> Reading<'a> {
    fn put(&mut self, at: Resolved, value: &'a Value) -> Result<(), Error> {
        if is_computed(at.attribute) {
            return Ok(());
        }
        if at.sub.is_some() {
            self.parts.push((at, value));
            return Ok(());
        }
        let Some(value) = normalise(at, value)? else { return Ok(()) };
        insert_once(section(&mut self.resource, at.extension)?, at, value)
    }

    fn finish(mut self) -> Result<Map<String, Value>, Error> {
        for (at, value) in self.parts {
            if at.attribute.is_multi_valued {
                let name = Resolved { sub: None, ..at };
                return Err(invalid(format!("{at} has no place of its own: send {name} as a list")));
            }
            if at.leaf().mutability == Mutability::ReadOnly {
                continue;
            }
            if let Some(value) = normalise(at, value)? {
                let section = section(&mut self.resource, at.extension)?;
                insert_once(object_in(section, at.attribute.name)?, at, value)?;
            }
        }
        Ok(self.resource)
    }
}

fn insert_once(map: &mut Map<String, Value>, at: Resolved, value: Value) -> Result<(), Error> {
    match map.insert(at.leaf().name.to_owned(), value) {
        None => Ok(()),
        Some(_) => Err(invalid(format!("{at} stands twice"))),
    }
}

fn invalid(detail: String) -> Error {
    Error::new(ErrorKind::InvalidValue, detail)
}
