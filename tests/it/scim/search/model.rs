//! What a filter finds by RFC 7644 §3.4.2.2, worked out on the JSON of a resource alone.

use std::cmp::Ordering;

use chrono::DateTime;
use cloudsso::scim::filter::{Filter, Literal, Operator};
use cloudsso::scim::path::AttributePath;
use serde_json::Value;

/// Where case matters, by the names within a resource.
const EXACT: &[&str] = &[
    "id",
    "externalid",
    "schemas",
    "meta.resourcetype",
    "meta.location",
    "meta.version",
    "profileurl",
    "photos.value",
    "x509certificates.value",
    "manager.$ref",
    "groups.$ref",
    "members.$ref",
];

/// Whether the filter holds for the resource.
pub(super) fn holds(filter: &Filter, resource: &Value) -> bool {
    match filter {
        Filter::And(parts) => parts.iter().all(|part| holds(part, resource)),
        Filter::Or(parts) => parts.iter().any(|part| holds(part, resource)),
        Filter::Not(inner) => !holds(inner, resource),
        Filter::Present(path) => is_present(&reach(resource, path)),
        Filter::Compare { path, operator, value } => compares(resource, path, *operator, value, ""),
        Filter::Element { attribute, filter } => {
            let prefix = format!("{}.", attribute.attribute.to_lowercase());
            match reach(resource, attribute) {
                Value::Array(items) => items.iter().any(|item| holds_within(filter, item, &prefix)),
                // A list that is absent has no element; of a single value that is, every part is absent.
                Value::Null if !["name", "meta", "manager"].contains(&prefix.trim_end_matches('.')) => false,
                other => holds_within(filter, &other, &prefix),
            }
        }
    }
}

fn holds_within(filter: &Filter, item: &Value, prefix: &str) -> bool {
    match filter {
        Filter::And(parts) => parts.iter().all(|part| holds_within(part, item, prefix)),
        Filter::Or(parts) => parts.iter().any(|part| holds_within(part, item, prefix)),
        Filter::Not(inner) => !holds_within(inner, item, prefix),
        Filter::Present(path) => is_present(&reach(item, path)),
        Filter::Compare { path, operator, value } => compares(item, path, *operator, value, prefix),
        Filter::Element { .. } => false,
    }
}

fn compares(from: &Value, path: &AttributePath, operator: Operator, literal: &Literal, prefix: &str) -> bool {
    if *literal == Literal::Null {
        return is_present(&reach(from, path)) == (operator == Operator::NotEqual);
    }
    let mut name = format!("{prefix}{}", path.attribute.to_lowercase());
    let whole = AttributePath { sub: None, ..path.clone() };
    let candidates = match reach(from, &whole) {
        Value::Array(items) => {
            let sub = path.sub.clone().unwrap_or_else(|| "value".to_owned());
            if items.first().is_some_and(Value::is_object) {
                name = format!("{name}.{}", sub.to_lowercase());
                items.iter().map(|item| get(item, &sub)).collect()
            } else {
                items
            }
        }
        other => match &path.sub {
            Some(sub) => {
                name = format!("{name}.{}", sub.to_lowercase());
                vec![get(&other, sub)]
            }
            None => vec![other],
        },
    };
    let is_exact = EXACT.contains(&name.as_str());
    if candidates.is_empty() {
        return operator == Operator::NotEqual;
    }
    candidates.iter().any(|value| compare(value, operator, literal, is_exact))
}

fn compare(value: &Value, operator: Operator, literal: &Literal, is_exact: bool) -> bool {
    let fold = |text: &str| if is_exact { text.to_owned() } else { text.to_lowercase() };
    let order = match (value, literal) {
        (Value::Null, _) => return operator == Operator::NotEqual,
        (Value::Bool(value), Literal::Boolean(wanted)) => value.cmp(wanted),
        (Value::Bool(value), Literal::String(wanted)) => value.cmp(&wanted.eq_ignore_ascii_case("true")),
        (Value::String(value), Literal::String(wanted)) => {
            match (DateTime::parse_from_rfc3339(value), DateTime::parse_from_rfc3339(wanted)) {
                (Ok(value), Ok(wanted)) => value.cmp(&wanted),
                _ => {
                    let (value, wanted) = (fold(value), fold(wanted));
                    match operator {
                        Operator::Contains => return value.contains(&wanted),
                        Operator::StartsWith => return value.starts_with(&wanted),
                        Operator::EndsWith => return value.ends_with(&wanted),
                        _ => value.cmp(&wanted),
                    }
                }
            }
        }
        _ => panic!("{value} and {literal:?}"),
    };
    match operator {
        Operator::Equal => order == Ordering::Equal,
        Operator::NotEqual => order != Ordering::Equal,
        Operator::Greater => order == Ordering::Greater,
        Operator::GreaterOrEqual => order != Ordering::Less,
        Operator::Less => order == Ordering::Less,
        Operator::LessOrEqual => order != Ordering::Greater,
        Operator::Contains | Operator::StartsWith | Operator::EndsWith => panic!("{operator:?} of {value}"),
    }
}

fn is_present(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => items.iter().any(is_present),
        Value::Object(members) => members.values().any(is_present),
        _ => true,
    }
}

/// The value at the path; of a list with a sub-attribute, the list of those.
fn reach(from: &Value, path: &AttributePath) -> Value {
    let from = match &path.schema {
        Some(urn) if urn.to_lowercase().contains("extension") => get(from, urn),
        _ => from.clone(),
    };
    let value = get(&from, &path.attribute);
    match (&path.sub, value) {
        (None, value) => value,
        (Some(sub), Value::Array(items)) => items.iter().map(|item| get(item, sub)).collect(),
        (Some(sub), value) => get(&value, sub),
    }
}

fn get(from: &Value, name: &str) -> Value {
    let members = from.as_object().into_iter().flatten();
    members
        .filter(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.clone())
        .next()
        .unwrap_or(Value::Null)
}
