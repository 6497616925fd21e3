//! Comparisons as checks, and who it is that asks: what every part of a filter's meaning rests on.

use crate::base::ScimConnectorId;
use crate::domain::search::{Check, Condition, Order};
use crate::scim::filter::{Literal, Operator};
use crate::scim::matching::{Operand, operand};
use crate::scim::schema::Resolved;
use crate::scim::{Error, ErrorKind};

/// Who asks, as far as it matters to what a filter means.
#[derive(Clone, Copy, Debug)]
pub struct Asker<'a> {
    /// Whose external ids are meant.
    pub connector: &'a ScimConnectorId,
    /// The address below which the resources are, without a slash at its end; what `meta.location` begins with.
    pub base: &'a str,
}

/// A comparison, or `pr` without one.
pub(super) type Comparison<'a> = Option<(Operator, &'a Literal)>;

/// The check that a comparison is, put where it belongs; `ne` is the opposite of `eq`.
pub(super) fn checked<T: crate::domain::search::Merge>(
    resolved: &Resolved,
    comparison: Comparison<'_>,
    place: impl FnOnce(Check) -> Condition<T>,
) -> Result<Condition<T>, Error> {
    let Some((operator, literal)) = comparison else { return Ok(place(Check::Present)) };
    let check = match operand(resolved.leaf(), operator, literal)? {
        Operand::Text(text) => text_check(operator, text),
        Operand::Boolean(value) => Check::Boolean(value),
        Operand::Instant(moment) => Check::Number(order(operator), moment.millis()),
        Operand::Absent | Operand::Number(_) => {
            return Err(invalid(format!("{resolved} cannot be searched by a number")));
        }
    };
    let condition = place(check);
    Ok(if operator == Operator::NotEqual { condition.negated() } else { condition })
}

fn text_check(operator: Operator, text: String) -> Check {
    match operator {
        Operator::Equal | Operator::NotEqual => Check::equals(text),
        Operator::Contains => Check::Contains(text),
        Operator::StartsWith => Check::StartsWith(text),
        Operator::EndsWith => Check::EndsWith(text),
        Operator::Greater | Operator::GreaterOrEqual | Operator::Less | Operator::LessOrEqual => {
            Check::Text(order(operator), text)
        }
    }
}

const fn order(operator: Operator) -> Order {
    match operator {
        Operator::Greater => Order::Greater,
        Operator::GreaterOrEqual => Order::GreaterOrEqual,
        Operator::Less => Order::Less,
        Operator::LessOrEqual => Order::LessOrEqual,
        _ => Order::Equal,
    }
}

pub(super) fn invalid(detail: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidFilter, detail)
}
