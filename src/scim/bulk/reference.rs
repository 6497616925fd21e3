//! References to what another operation creates: `bulkId:` and its name, alone, behind a slash, or in the quotes
//! of a path's filter (RFC 7644 §3.7.2).

use serde_json::Value;

use crate::scim::{Error, ErrorKind};

const MARK: &str = "bulkId:";

/// The value with an id in place of each reference; `id_of` knows the ids by their operations' names.
///
/// # Errors
/// [`ErrorKind::InvalidValue`] that names a reference to what was not created.
pub fn resolve<'a>(value: &Value, id_of: &impl Fn(&str) -> Option<&'a str>) -> Result<Value, Error> {
    Ok(match value {
        Value::String(text) => Value::String(resolve_text(text, id_of)?),
        Value::Array(values) => {
            Value::Array(values.iter().map(|value| resolve(value, id_of)).collect::<Result<_, _>>()?)
        }
        Value::Object(parts) => {
            let parts = parts.iter().map(|(key, value)| Ok((key.clone(), resolve(value, id_of)?)));
            Value::Object(parts.collect::<Result<_, Error>>()?)
        }
        other => other.clone(),
    })
}

/// The id that the path of an operation ends in: as it stands, or that of what it refers to.
///
/// # Errors
/// As [`resolve`].
pub fn resolve_id<'a>(id: &str, id_of: &impl Fn(&str) -> Option<&'a str>) -> Result<String, Error> {
    resolve_text(id, id_of)
}

/// Every name that the value refers to.
pub(super) fn names<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => found.extend(references(text).map(|(_, name)| name)),
        Value::Array(values) => values.iter().for_each(|value| names(value, found)),
        Value::Object(parts) => parts.values().for_each(|value| names(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Every reference in a text: where its mark begins, and its name.
pub(super) fn references(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.match_indices(MARK).filter_map(move |(start, _)| {
        let (before, rest) = (text.get(..start)?, text.get(start + MARK.len()..)?);
        let name = match before.chars().next_back() {
            // Nothing but the reference: whatever stands there is its name.
            None => rest,
            Some('/') => rest.split(['/', '?', '#', '"']).next()?,
            Some('"') => rest.split('"').next()?,
            Some(_) => return None,
        };
        (!name.is_empty()).then_some((start, name))
    })
}

fn resolve_text<'a>(text: &str, id_of: &impl Fn(&str) -> Option<&'a str>) -> Result<String, Error> {
    let mut resolved = String::with_capacity(text.len());
    let mut done = 0;
    for (start, name) in references(text) {
        let id = id_of(name).ok_or_else(|| {
            let detail = format!("{MARK}{name} refers to nothing that was created");
            Error::new(ErrorKind::InvalidValue, detail)
        })?;
        resolved.push_str(text.get(done..start).unwrap_or_default());
        resolved.push_str(id);
        done = start + MARK.len() + name.len();
    }
    resolved.push_str(text.get(done..).unwrap_or_default());
    Ok(resolved)
}
