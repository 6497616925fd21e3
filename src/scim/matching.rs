//! Whether a filter holds for one element of an attribute, in memory: what stands in the brackets of a PATCH's
//! path. What a literal means for an attribute (RFC 7644 §3.4.2.2) is decided here for everybody.

use std::cmp::Ordering;

use serde_json::{Number, Value};

use super::attribute_path::AttributePath;
use super::error::{Error, ErrorKind};
use super::filter::{Filter, Literal, Operator};
use super::schema::{Attribute, Kind};
use crate::base::{Timestamp, fold};

#[cfg(test)]
mod tests;

/// A literal, understood as a value of an attribute's type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operand {
    /// `null`: only `eq`, which is `not (… pr)`, and `ne`, which is `pr`.
    Absent,
    /// A text, folded by [`fold`] unless the attribute's case matters; all operators, in the order of code
    /// points. Of references too, and of binary values in base 64, which have no order: never with `gt`, `ge`,
    /// `lt` and `le`.
    Text(String),
    /// Only `eq` and `ne`.
    Boolean(bool),
    /// Not with `co`, `sw` and `ew`.
    Number(Number),
    /// A date-time, wherever its zone was; not with `co`, `sw` and `ew`.
    Instant(Timestamp),
}

/// What a comparison's literal means for an attribute: one that is not complex, or any with `null`.
///
/// Booleans may be compared with the texts `"true"` and `"false"` in any case: clients send `primary eq "True"`.
///
/// # Errors
/// [`ErrorKind::InvalidFilter`] when the literal is not of the attribute's type, or the operator is not for it.
pub fn operand(attribute: &Attribute, operator: Operator, value: &Literal) -> Result<Operand, Error> {
    let name = attribute.name;
    let suits = match (attribute.kind, value) {
        (_, Literal::Null) => !is_order(operator) && !is_part(operator),
        (Kind::String | Kind::Reference, _) => true,
        (Kind::Binary, _) => !is_order(operator),
        (Kind::Boolean, _) => !is_order(operator) && !is_part(operator),
        (Kind::Integer | Kind::Decimal | Kind::DateTime, _) => !is_part(operator),
        (Kind::Complex, _) => {
            return Err(invalid(format!("{name} is complex: name one of its sub-attributes")));
        }
    };
    if !suits {
        let of = if *value == Literal::Null { "null" } else { type_name(attribute.kind) };
        return Err(invalid(format!("{name}: the operator {operator} is not for {of}")));
    }
    let understood = match (attribute.kind, value) {
        (_, Literal::Null) => Some(Operand::Absent),
        (Kind::String | Kind::Reference, Literal::String(text)) if attribute.is_case_exact => {
            Some(Operand::Text(text.clone()))
        }
        (Kind::String | Kind::Reference, Literal::String(text)) => Some(Operand::Text(fold(text))),
        (Kind::Binary, Literal::String(text)) => Some(Operand::Text(text.clone())),
        (Kind::Boolean, Literal::Boolean(value)) => Some(Operand::Boolean(*value)),
        (Kind::Boolean, Literal::String(text)) if text.eq_ignore_ascii_case("true") => {
            Some(Operand::Boolean(true))
        }
        (Kind::Boolean, Literal::String(text)) if text.eq_ignore_ascii_case("false") => {
            Some(Operand::Boolean(false))
        }
        (Kind::Integer | Kind::Decimal, Literal::Number(number)) => Some(Operand::Number(number.clone())),
        (Kind::DateTime, Literal::String(text)) => Timestamp::parse(text).map(Operand::Instant),
        _ => None,
    };
    understood.ok_or_else(|| invalid(format!("{name} is compared with {}", type_name(attribute.kind))))
}

/// Whether a filter holds for an element of `attribute`: an object when the attribute is complex, its names
/// spelled as the schema has them; else a plain value, whose only name is `value`.
///
/// Every part of the filter is looked at, so that whether it is refused does not depend on the element; to check
/// a filter when there is none, give [`Value::Null`]. Where there is no value, `ne` holds and every other
/// comparison but `eq null` does not.
///
/// # Errors
/// [`ErrorKind::InvalidFilter`] for an unknown name, a filter within the filter, and as [`operand`].
pub fn matches(filter: &Filter, element: &Value, attribute: &'static Attribute) -> Result<bool, Error> {
    match filter {
        Filter::And(parts) => {
            parts.iter().try_fold(true, |all, part| Ok(matches(part, element, attribute)? && all))
        }
        Filter::Or(parts) => {
            parts.iter().try_fold(false, |any, part| Ok(matches(part, element, attribute)? || any))
        }
        Filter::Not(filter) => Ok(!matches(filter, element, attribute)?),
        Filter::Present(path) => {
            let (_leaf, value) = look_up(path, element, attribute)?;
            Ok(is_present(value))
        }
        Filter::Compare { path, operator, value: literal } => {
            let (leaf, value) = look_up(path, element, attribute)?;
            let operand = operand(leaf, *operator, literal)?;
            Ok(compares(value, *operator, &operand, leaf))
        }
        Filter::Element { attribute: inner, .. } => {
            Err(invalid(format!("{inner} is no complex sub-attribute of {}", attribute.name)))
        }
    }
}

/// The sub-attribute that a name means, and its value in the element.
fn look_up<'a>(
    path: &AttributePath,
    element: &'a Value,
    attribute: &'static Attribute,
) -> Result<(&'static Attribute, &'a Value), Error> {
    let is_alone = path.schema.is_none() && path.sub.is_none();
    if attribute.kind != Kind::Complex {
        let is_value = is_alone && path.attribute.eq_ignore_ascii_case("value");
        return is_value.then_some((attribute, element)).ok_or_else(|| unknown(path, attribute));
    }
    let sub = attribute.sub(&path.attribute).filter(|_sub| is_alone);
    let sub = sub.ok_or_else(|| unknown(path, attribute))?;
    Ok((sub, element.get(sub.name).unwrap_or(&Value::Null)))
}

fn unknown(path: &AttributePath, attribute: &Attribute) -> Error {
    let name = super::filter::shortened(&path.to_string());
    invalid(format!("{} has no sub-attribute \"{name}\"", attribute.name))
}

fn compares(value: &Value, operator: Operator, operand: &Operand, leaf: &Attribute) -> bool {
    match (operand, value) {
        (Operand::Absent, _) => is_present(value) == (operator == Operator::NotEqual),
        (_, Value::Null) => operator == Operator::NotEqual,
        (_, Value::Array(values)) if values.is_empty() => operator == Operator::NotEqual,
        (_, Value::Array(values)) => values.iter().any(|value| holds(value, operator, operand, leaf)),
        _ => holds(value, operator, operand, leaf),
    }
}

/// For a single value that is there. One that is not of its type is different from everything.
fn holds(value: &Value, operator: Operator, operand: &Operand, leaf: &Attribute) -> bool {
    if let (Operand::Text(wanted), Value::String(text)) = (operand, value) {
        return if leaf.is_case_exact || leaf.kind == Kind::Binary {
            text_holds(text, operator, wanted)
        } else {
            text_holds(&fold(text), operator, wanted)
        };
    }
    let order = match (operand, value) {
        (Operand::Boolean(wanted), Value::Bool(value)) => Some(value.cmp(wanted)),
        (Operand::Number(wanted), Value::Number(value)) => number_order(value, wanted),
        (Operand::Instant(wanted), Value::String(text)) => {
            Timestamp::parse(text).map(|moment| moment.cmp(wanted))
        }
        _ => None,
    };
    order_holds(order, operator)
}

fn text_holds(text: &str, operator: Operator, wanted: &str) -> bool {
    match operator {
        Operator::Contains => text.contains(wanted),
        Operator::StartsWith => text.starts_with(wanted),
        Operator::EndsWith => text.ends_with(wanted),
        _ => order_holds(Some(text.cmp(wanted)), operator),
    }
}

fn order_holds(order: Option<Ordering>, operator: Operator) -> bool {
    match operator {
        Operator::Equal => order == Some(Ordering::Equal),
        Operator::NotEqual => order != Some(Ordering::Equal),
        Operator::Greater => order.is_some_and(Ordering::is_gt),
        Operator::GreaterOrEqual => order.is_some_and(Ordering::is_ge),
        Operator::Less => order.is_some_and(Ordering::is_lt),
        Operator::LessOrEqual => order.is_some_and(Ordering::is_le),
        Operator::Contains | Operator::StartsWith | Operator::EndsWith => false,
    }
}

/// Whole numbers exactly, which fractions cannot hold above 2^53.
fn number_order(left: &Number, right: &Number) -> Option<Ordering> {
    let whole = |number: &Number| number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
    match (whole(left), whole(right)) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}

/// `pr`: something that is not empty, and of a complex value at least one part that is not.
pub fn is_present(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(_) | Value::Number(_) => true,
        Value::String(text) => !text.is_empty(),
        Value::Array(values) => values.iter().any(is_present),
        Value::Object(members) => members.values().any(is_present),
    }
}

fn is_order(operator: Operator) -> bool {
    matches!(operator, Operator::Greater | Operator::GreaterOrEqual | Operator::Less | Operator::LessOrEqual)
}

fn is_part(operator: Operator) -> bool {
    matches!(operator, Operator::Contains | Operator::StartsWith | Operator::EndsWith)
}

fn type_name(kind: Kind) -> &'static str {
    match kind {
        Kind::String | Kind::Reference => "a text",
        Kind::Binary => "binary values, which are texts in base 64",
        Kind::Boolean => "true or false",
        Kind::Integer | Kind::Decimal => "a number",
        Kind::DateTime => "a date-time with its zone, such as \"2026-01-31T12:00:00Z\"",
        Kind::Complex => "complex values",
    }
}

fn invalid(detail: String) -> Error {
    Error::new(ErrorKind::InvalidFilter, detail)
}
