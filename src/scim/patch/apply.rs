//! Operations made on a resource.

use serde_json::{Map, Value};

use super::elements::{self, Elements};
use super::{Leniency, Operation, OperationKind, Patch, error_at};
use crate::scim::path::{AttributePath, Path};
use crate::scim::resource::{
    check_required, is_computed, is_unassigned, normalise, object_in, section, unite,
};
use crate::scim::schema::{Attribute, Kind, Mutability, Named, Resolved, ResourceType};
use crate::scim::{Error, ErrorKind};

impl Patch {
    /// Makes every operation in order and gives the resource as it is then; the one given stays as it is.
    ///
    /// Both are in the form of [`read`](crate::scim::resource::read). `password` is there when the request wrote
    /// it, and `null` when it removed it. `id` is the resource's own: clients may repeat it.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidPath`] for a path to what no schema knows; [`ErrorKind::Mutability`] for a write to
    /// what only the server writes, and a remove of what is required; [`ErrorKind::NoTarget`] as `leniency`
    /// says; [`ErrorKind::InvalidFilter`] for a filter that does not suit its attribute;
    /// [`ErrorKind::InvalidValue`] as [`read`](crate::scim::resource::read).
    pub fn apply(
        &self,
        resource_type: &'static ResourceType,
        leniency: Leniency,
        resource: &Map<String, Value>,
        id: &str,
    ) -> Result<Map<String, Value>, Error> {
        let mut applying = Applying { resource_type, leniency, id, resource: resource.clone() };
        for operation in &self.operations {
            applying.operation(operation).map_err(|error| error_at(operation.place, error))?;
        }
        check_required(resource_type, &applying.resource)?;
        Ok(applying.resource)
    }
}

struct Applying<'a> {
    resource_type: &'static ResourceType,
    leniency: Leniency,
    id: &'a str,
    resource: Map<String, Value>,
}

impl Applying<'_> {
    fn operation(&mut self, operation: &Operation) -> Result<(), Error> {
        match &operation.path {
            Path::Schema(_) if operation.kind == OperationKind::Add => Ok(()),
            Path::Schema(urn) => self.remove_schema(urn),
            Path::Attribute(path) => match self.resolve(operation, path)? {
                Some(at) => self.attribute(operation, at),
                None => Ok(()),
            },
            Path::Elements { attribute, filter, sub } => {
                let Some(at) = self.resolve(operation, attribute)? else { return Ok(()) };
                let sub = match sub {
                    None => None,
                    Some(name) => Some(at.attribute.sub(name).ok_or_else(|| no_attribute(&operation.path))?),
                };
                let at = Resolved { sub, ..at };
                if !at.attribute.is_multi_valued {
                    let detail = format!("{} is no list: it takes no brackets", at.attribute.name);
                    return Err(Error::new(ErrorKind::InvalidPath, detail));
                }
                check_writable(at)?;
                let section = section(&mut self.resource, at.extension)?;
                let values = elements::take(section, at.attribute);
                let elements = Elements { at, filter, leniency: self.leniency };
                let values = elements.change(values, operation.kind, &operation.value)?;
                elements::put_back(section, at, values)?;
                self.prune(at);
                Ok(())
            }
        }
    }

    /// The attribute to write; `None` for one that is passed over.
    fn resolve(&self, operation: &Operation, path: &AttributePath) -> Result<Option<Resolved>, Error> {
        let Some(at) = self.resource_type.resolve(path) else {
            return if operation.is_key { Ok(None) } else { Err(no_attribute(&operation.path)) };
        };
        let is_whole = at.sub.is_none() && matches!(operation.path, Path::Attribute(_));
        match at.attribute.name {
            // Computed from what the resource has; clients that state it mean no harm.
            "schemas" if operation.kind != OperationKind::Remove => Ok(None),
            "meta" if operation.is_key => Ok(None),
            "id" if operation.is_key && is_whole && operation.value == self.id => Ok(None),
            _ if is_computed(at.attribute) => Err(read_only(at)),
            _ => Ok(Some(at)),
        }
    }

    fn attribute(&mut self, operation: &Operation, at: Resolved) -> Result<(), Error> {
        check_writable(at)?;
        let value = &operation.value;
        match operation.kind {
            OperationKind::Remove => self.remove(at, value)?,
            OperationKind::Replace if is_unassigned(value) => self.remove(at, &Value::Null)?,
            OperationKind::Add if is_unassigned(value) => return Ok(()),
            OperationKind::Add | OperationKind::Replace if at.attribute.is_multi_valued => {
                self.write_list(operation.kind, at, value)?;
            }
            OperationKind::Add | OperationKind::Replace => self.write_single(at, value)?,
        }
        self.prune(at);
        Ok(())
    }

    fn write_list(&mut self, kind: OperationKind, at: Resolved, value: &Value) -> Result<(), Error> {
        let value = match normalise(at, value)? {
            Some(value) => value,
            None if kind == OperationKind::Replace => return self.remove(at, &Value::Null),
            None => return Ok(()),
        };
        let section = section(&mut self.resource, at.extension)?;
        let mut values = elements::take(section, at.attribute);
        match (at.sub, value) {
            (Some(sub), value) => {
                if values.is_empty() {
                    if self.leniency == Leniency::Strict {
                        return Err(Error::new(ErrorKind::NoTarget, format!("{at} has nothing to stand in")));
                    }
                    values.push(Value::Object(Map::new()));
                }
                values = elements::set_part(at, sub, values, |_| true, &value)?;
            }
            (None, Value::Array(new)) if kind == OperationKind::Add => {
                values.extend(new);
                values = unite(at.attribute, values);
            }
            (None, Value::Array(new)) => values = new,
            (None, _) => {}
        }
        elements::put_back(section, at, values)
    }

    /// Parts of a complex value that are not named stay as they are, with `replace` too (RFC 7644 §3.5.2.3).
    fn write_single(&mut self, at: Resolved, value: &Value) -> Result<(), Error> {
        let section = section(&mut self.resource, at.extension)?;
        if at.attribute.kind != Kind::Complex {
            if let Some(value) = normalise(at, value)? {
                section.insert(at.attribute.name.to_owned(), value);
            }
            return Ok(());
        }
        let new = match (at.sub, normalise(at, value)?) {
            (Some(sub), Some(value)) => Map::from_iter([(sub.name.to_owned(), value)]),
            (None, Some(Value::Object(new))) => new,
            _ => Map::new(),
        };
        let old = object_in(section, at.attribute.name)?;
        if let (None, Value::Object(given)) = (at.sub, value) {
            let cleared = given.iter().filter(|(_, value)| is_unassigned(value));
            for sub in cleared.filter_map(|(key, _)| at.attribute.sub(key)) {
                remove_part(old, sub);
            }
        }
        // The address of what was referred to before leads to the wrong place.
        if new.get("value").is_some_and(|new| old.get("value") != Some(new)) {
            old.remove("$ref");
        }
        old.extend(new);
        Ok(())
    }

    fn remove(&mut self, at: Resolved, value: &Value) -> Result<(), Error> {
        if at.leaf().is_required {
            return Err(Error::new(ErrorKind::Mutability, format!("{at} is required and cannot be removed")));
        }
        let section = section(&mut self.resource, at.extension)?;
        match at.sub {
            None if at.attribute.mutability == Mutability::WriteOnly => {
                section.insert(at.attribute.name.to_owned(), Value::Null);
            }
            // RFC 7644 knows no value here, but Entra ID means these and no others.
            None if at.attribute.is_multi_valued && !value.is_null() => {
                let mut values = elements::take(section, at.attribute);
                if let Some(Value::Array(unwanted)) = normalise(at, value)? {
                    values.retain(|value| !unwanted.iter().any(|part| elements::contains(at, value, part)));
                }
                elements::put_back(section, at, values)?;
            }
            None => {
                section.remove(at.attribute.name);
            }
            Some(sub) if at.attribute.is_multi_valued => {
                let values = elements::take(section, at.attribute);
                let values = elements::clear_part(at, sub, values, |_| true);
                elements::put_back(section, at, values)?;
            }
            Some(sub) => {
                if let Some(parts) = section.get_mut(at.attribute.name).and_then(Value::as_object_mut) {
                    remove_part(parts, sub);
                }
            }
        }
        Ok(())
    }

    fn remove_schema(&mut self, urn: &str) -> Result<(), Error> {
        match self.resource_type.named(urn) {
            Some(Named::Schema(Some(extension))) => {
                self.resource.remove(extension.id);
                Ok(())
            }
            Some(_) => Err(Error::new(ErrorKind::NoTarget, format!("{urn} cannot be removed as a whole"))),
            None => {
                let detail = format!("{} has no schema {urn}", self.resource_type.name);
                Err(Error::new(ErrorKind::InvalidPath, detail))
            }
        }
    }

    /// Takes away what has become empty: the attribute, then the extension that it was the last of.
    fn prune(&mut self, at: Resolved) {
        let is_empty = |value: Option<&Value>| match value {
            Some(Value::Object(parts)) => parts.is_empty(),
            Some(Value::Array(values)) => values.is_empty(),
            _ => false,
        };
        let home = match at.extension {
            None => Some(&mut self.resource),
            Some(extension) => self.resource.get_mut(extension.id).and_then(Value::as_object_mut),
        };
        if let Some(home) = home
            && is_empty(home.get(at.attribute.name))
        {
            home.remove(at.attribute.name);
        }
        if let Some(extension) = at.extension
            && is_empty(self.resource.get(extension.id))
        {
            self.resource.remove(extension.id);
        }
    }
}

/// Removes a part of a complex value; with the `value` that it leads to goes an address.
fn remove_part(parts: &mut Map<String, Value>, sub: &Attribute) {
    parts.remove(sub.name);
    if sub.name == "value" {
        parts.remove("$ref");
    }
}

fn check_writable(at: Resolved) -> Result<(), Error> {
    if at.leaf().mutability == Mutability::ReadOnly { Err(read_only(at)) } else { Ok(()) }
}

fn read_only(at: Resolved) -> Error {
    Error::new(ErrorKind::Mutability, format!("{at} is written by the server only"))
}

fn no_attribute(path: &Path) -> Error {
    Error::new(ErrorKind::InvalidPath, format!("there is no attribute {path}"))
}
