//! Values against the types of RFC 7643 §2.3, and lists of them (§2.4).

use std::collections::HashMap;
use std::slice;

use data_encoding::{BASE64, BASE64_NOPAD};
use serde_json::{Map, Value};

use super::invalid;
use crate::base::Timestamp;
use crate::scim::Error;
use crate::scim::schema::{Attribute, Kind, Mutability, Resolved};

/// Values that a list may have; `members` may have [`MAX_MEMBERS`].
pub const MAX_VALUES: usize = 200;
/// Members that one request may name.
pub const MAX_MEMBERS: usize = 100_000;
/// Characters that a text may have.
pub const MAX_CHARACTERS: usize = 4_096;
/// Bytes that a reference or a base64 text may have.
pub const MAX_BYTES: usize = 65_536;

/// The value in its one form; `None` when it is unassigned. A single value is taken for a list of one, a plain
/// text for a complex value that has nothing but it as its `value`, and "true" and "false" for booleans.
pub(crate) fn normalise(at: Resolved, value: &Value) -> Result<Option<Value>, Error> {
    if is_unassigned(value) {
        return Ok(None);
    }
    let leaf = at.leaf();
    if leaf.is_multi_valued {
        let values = list(at, value)?;
        return Ok((!values.is_empty()).then_some(Value::Array(values)));
    }
    single(at, value)
}

/// Whether this says that there is no value (RFC 7643 §2.5).
pub(crate) fn is_unassigned(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(values) => values.is_empty(),
        Value::Object(parts) => parts.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// One value of a list in its one form; `None` when it is unassigned or says nothing but what kind it is. A member
/// that says something else than who it is, such as its name alone, is no member that may be passed over.
pub(crate) fn element(at: Resolved, value: &Value) -> Result<Option<Value>, Error> {
    if is_unassigned(value) {
        return Ok(None);
    }
    let value = single(at, value)?;
    if is_members(at.attribute) && value.is_none() {
        return Err(invalid(format!("{at}.value is required")));
    }
    if at.attribute.sub("primary").is_none() {
        return Ok(value);
    }
    Ok(value.filter(|value| {
        value.as_object().is_none_or(|parts| parts.keys().any(|key| key != "type" && key != "primary"))
    }))
}

/// The list with each value once: what a later one says joins the equal one that stands there already. The last
/// one that is primary takes this from all others (RFC 7644 §3.5.2).
pub(crate) fn unite(attribute: &Attribute, values: Vec<Value>) -> Vec<Value> {
    if values.len() < 2 {
        return values;
    }
    let mut united: Vec<Value> = Vec::with_capacity(values.len());
    let mut places = HashMap::with_capacity(values.len());
    let mut primary = None;
    for value in values {
        let is_primary = is_primary(&value);
        let place = *places.entry(identity(attribute, &value)).or_insert(united.len());
        match (united.get_mut(place), value) {
            (Some(Value::Object(old)), Value::Object(new)) => old.extend(new),
            (Some(_), _) => {}
            (None, value) => united.push(value),
        }
        if is_primary {
            let old = primary.replace(place).filter(|old| *old != place);
            if let Some(parts) = old.and_then(|old| united.get_mut(old)).and_then(Value::as_object_mut) {
                parts.insert("primary".to_owned(), Value::Bool(false));
            }
        }
    }
    united
}

/// Whether two texts are the same, with or without case.
pub(crate) fn same_text(is_case_exact: bool, one: &str, other: &str) -> bool {
    one == other || (!is_case_exact && folded(one).eq(folded(other)))
}

fn folded(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}

fn is_primary(value: &Value) -> bool {
    value.get("primary") == Some(&Value::Bool(true))
}

fn list(at: Resolved, value: &Value) -> Result<Vec<Value>, Error> {
    let values = match value {
        Value::Array(values) => values.as_slice(),
        one => slice::from_ref(one),
    };
    let longest = longest(at.attribute);
    if values.len() > longest {
        return Err(invalid(format!("{at} has {} values; {longest} at most", values.len())));
    }
    let mut result: Vec<Value> = Vec::with_capacity(values.len());
    let mut primary: Option<String> = None;
    for value in values {
        let Some(value) = element(at, value)? else { continue };
        if is_primary(&value) {
            let identity = identity(at.attribute, &value);
            if primary.as_ref().is_some_and(|primary| *primary != identity) {
                return Err(invalid(format!("{at} has more than one primary value")));
            }
            primary = Some(identity);
        }
        result.push(value);
    }
    Ok(unite(at.attribute, result))
}

/// Values that the list may have at most.
pub(crate) fn longest(attribute: &Attribute) -> usize {
    if is_members(attribute) { MAX_MEMBERS } else { MAX_VALUES }
}

fn is_members(attribute: &Attribute) -> bool {
    attribute.name == "members"
}

/// What two values of a list have in common only when they are one: `value` and `type` (RFC 7643 §2.4); of those
/// that have no `value`, everything but which of them is preferred.
fn identity(attribute: &Attribute, value: &Value) -> String {
    let Value::Object(parts) = value else { return value.to_string() };
    // Members are who they are by id alone.
    if let (None, Some(Value::String(id))) = (attribute.sub("primary"), parts.get("value")) {
        return id.clone();
    }
    let has_value = parts.contains_key("value");
    let mut identity = String::new();
    for (name, part) in parts {
        let tells = if has_value { name == "value" || name == "type" } else { name != "primary" };
        if !tells {
            continue;
        }
        identity.push_str(name);
        identity.push('\0');
        match part {
            Value::String(text) if attribute.sub(name).is_some_and(|sub| sub.is_case_exact) => {
                identity.push_str(text);
            }
            Value::String(text) => identity.extend(folded(text)),
            other => identity.push_str(&other.to_string()),
        }
        identity.push('\0');
    }
    identity
}

/// One value in its one form, of a list too; `None` when it is unassigned.
pub(crate) fn single(at: Resolved, value: &Value) -> Result<Option<Value>, Error> {
    match at.leaf().kind {
        Kind::Complex => {
            let parts = complex(at, value)?;
            Ok((!parts.is_empty()).then_some(Value::Object(parts)))
        }
        kind => simple(at, kind, value).map(Some),
    }
}

fn complex(at: Resolved, value: &Value) -> Result<Map<String, Value>, Error> {
    let mut parts = Map::new();
    match (value, at.attribute.sub("value")) {
        (Value::Object(given), _) => {
            for (key, value) in given {
                let Some(sub) = at.attribute.sub(key) else { continue };
                if sub.mutability == Mutability::ReadOnly {
                    continue;
                }
                let at = at.with(sub);
                if let Some(value) = normalise(at, value)?
                    && parts.insert(sub.name.to_owned(), value).is_some()
                {
                    return Err(invalid(format!("{at} stands twice")));
                }
            }
        }
        (Value::String(_), Some(sub)) => {
            if let Some(value) = normalise(at.with(sub), value)? {
                parts.insert(sub.name.to_owned(), value);
            }
        }
        _ => return Err(invalid(format!("{at} must be an object"))),
    }
    Ok(parts)
}

fn simple(at: Resolved, kind: Kind, value: &Value) -> Result<Value, Error> {
    let wrong = |what: &str| Err(invalid(format!("{at} must be {what}")));
    match (kind, value) {
        (Kind::Boolean, Value::Bool(_)) => {}
        (Kind::Boolean, Value::String(text)) if text.eq_ignore_ascii_case("true") => {
            return Ok(Value::Bool(true));
        }
        (Kind::Boolean, Value::String(text)) if text.eq_ignore_ascii_case("false") => {
            return Ok(Value::Bool(false));
        }
        (Kind::Boolean, _) => return wrong("true or false"),
        (Kind::Integer, _) if value.as_i64().is_none() => return wrong("a whole number"),
        (Kind::Decimal, _) if !value.is_number() => return wrong("a number"),
        (Kind::Integer | Kind::Decimal, _) => {}
        (_, Value::String(text)) => return text_of(at, kind, text).map(|()| value.clone()),
        _ => return wrong("a string"),
    }
    Ok(value.clone())
}

fn text_of(at: Resolved, kind: Kind, text: &str) -> Result<(), Error> {
    let wrong = |what: &str| Err(invalid(format!("{at} must be {what}")));
    match kind {
        Kind::Reference | Kind::Binary if text.len() > MAX_BYTES => {
            wrong(&format!("{MAX_BYTES} bytes long at most"))
        }
        Kind::Reference if !is_reference(text) => wrong("a URI"),
        Kind::Binary if !is_base64(text) => wrong("base64"),
        Kind::DateTime if Timestamp::parse(text).is_none() => {
            wrong("a date and time with a zone, such as 2026-11-22T18:09:05Z")
        }
        Kind::Reference | Kind::Binary | Kind::DateTime => Ok(()),
        _ if text.len() > MAX_CHARACTERS && text.chars().count() > MAX_CHARACTERS => {
            wrong(&format!("{MAX_CHARACTERS} characters long at most"))
        }
        // No column of PostgreSQL holds it.
        _ if text.contains('\0') => wrong("a text without U+0000"),
        _ => Ok(()),
    }
}

/// Whether this can be a URI or a relative reference (RFC 3986); letters of any language are let through.
fn is_reference(text: &str) -> bool {
    !text.chars().any(|sign| sign.is_control() || sign.is_whitespace() || "<>\"\\^`{|}".contains(sign))
}

/// RFC 7643 §2.3.6: the standard alphabet; the padding may be left out.
fn is_base64(text: &str) -> bool {
    BASE64.decode(text.as_bytes()).is_ok() || BASE64_NOPAD.decode(text.as_bytes()).is_ok()
}
