//! Operations on some of the values of a list: those that a filter picks.

use serde_json::{Map, Value};

use super::{Leniency, OperationKind};
use crate::scim::filter::{Filter, Literal, Operator};
use crate::scim::matching::matches;
use crate::scim::resource::{element, is_unassigned, longest, normalise, same_text, single, unite};
use crate::scim::schema::{Attribute, Resolved};
use crate::scim::{Error, ErrorKind};

/// `attribute[filter]`, or `attribute[filter].sub`.
pub(super) struct Elements<'a> {
    pub(super) at: Resolved,
    pub(super) filter: &'a Filter,
    pub(super) leniency: Leniency,
}

impl Elements<'_> {
    /// What becomes of the list.
    pub(super) fn change(
        &self,
        mut values: Vec<Value>,
        kind: OperationKind,
        value: &Value,
    ) -> Result<Vec<Value>, Error> {
        // Whether the filter suits the attribute does not hang on what there is.
        matches(self.filter, &Value::Null, self.at.attribute)?;
        let picked: Vec<bool> = values
            .iter()
            .map(|value| matches(self.filter, value, self.at.attribute))
            .collect::<Result<_, _>>()?;
        let is_picked = |index: usize| picked.get(index) == Some(&true);
        let has_target = picked.contains(&true);
        let is_remove =
            kind == OperationKind::Remove || (kind == OperationKind::Replace && is_unassigned(value));
        match self.at.sub {
            Some(sub) if is_remove => Ok(clear_part(self.at, sub, values, is_picked)),
            None if is_remove => {
                let mut index = 0..;
                values.retain(|_| !index.next().is_some_and(is_picked));
                Ok(values)
            }
            _ if is_unassigned(value) => Ok(values),
            _ if !has_target => {
                values.extend(self.made_by_filter(value)?);
                Ok(unite(self.at.attribute, values))
            }
            Some(sub) => match normalise(self.at, value)? {
                Some(value) => set_part(self.at, sub, values, is_picked, &value),
                None => Ok(values),
            },
            None => self.write(values, is_picked, kind, value),
        }
    }

    fn write(
        &self,
        mut values: Vec<Value>,
        is_picked: impl Fn(usize) -> bool,
        kind: OperationKind,
        value: &Value,
    ) -> Result<Vec<Value>, Error> {
        let whole = self.whole();
        let Some(new) = single(whole, only(whole, value)?)? else { return Ok(values) };
        let new = match (kind, self.leniency, self.stated(), new) {
            // What is replaced stays what the filter picked it for, unless the value says otherwise.
            (OperationKind::Replace, Leniency::Lenient, Some(mut stated), Value::Object(new)) => {
                stated.extend(new);
                single(whole, &Value::Object(stated))?.unwrap_or_default()
            }
            (_, _, _, new) => new,
        };
        for (_, old) in values.iter_mut().enumerate().filter(|(index, _)| is_picked(*index)) {
            match (kind, old, &new) {
                (OperationKind::Add, Value::Object(old), Value::Object(new)) => old.extend(new.clone()),
                (_, old, new) => new.clone_into(old),
            }
        }
        settle(self.at, values, is_picked)
    }

    /// The value to add where the filter matches nothing.
    fn made_by_filter(&self, value: &Value) -> Result<Option<Value>, Error> {
        let stated = if self.leniency == Leniency::Lenient { self.stated() } else { None };
        let Some(mut made) = stated else {
            let detail = format!("{}[{}] matches nothing", self.whole(), self.filter);
            return Err(Error::new(ErrorKind::NoTarget, detail));
        };
        match self.at.sub {
            Some(sub) => {
                made.insert(sub.name.to_owned(), value.clone());
            }
            None => {
                if let Some(Value::Object(new)) = single(self.whole(), only(self.whole(), value)?)? {
                    made.extend(new);
                }
            }
        }
        element(self.whole(), &Value::Object(made))
    }

    /// What a filter that only joins equalities by `and` says of each value it picks.
    fn stated(&self) -> Option<Map<String, Value>> {
        let mut parts = Map::new();
        collect(self.filter, self.at.attribute, &mut parts).then_some(parts)
    }

    const fn whole(&self) -> Resolved {
        Resolved { sub: None, ..self.at }
    }
}

fn collect(filter: &Filter, attribute: &Attribute, parts: &mut Map<String, Value>) -> bool {
    match filter {
        Filter::And(filters) => filters.iter().all(|filter| collect(filter, attribute, parts)),
        Filter::Compare { path, operator: Operator::Equal, value } if path.sub.is_none() => {
            let Some(sub) = attribute.sub(&path.attribute) else { return false };
            let value = match value {
                Literal::String(text) => Value::String(text.clone()),
                Literal::Number(number) => Value::Number(number.clone()),
                Literal::Boolean(flag) => Value::Bool(*flag),
                Literal::Null => Value::Null,
            };
            parts.insert(sub.name.to_owned(), value).is_none()
        }
        _ => false,
    }
}

/// The one value meant; some clients wrap it into a list.
fn only(at: Resolved, value: &Value) -> Result<&Value, Error> {
    match value {
        Value::Array(values) => match values.as_slice() {
            [one] => Ok(one),
            _ => Err(Error::new(ErrorKind::InvalidValue, format!("{at}[…] takes one value"))),
        },
        one => Ok(one),
    }
}

/// Takes the list out of the resource.
pub(super) fn take(section: &mut Map<String, Value>, attribute: &Attribute) -> Vec<Value> {
    match section.get_mut(attribute.name).map(Value::take) {
        Some(Value::Array(values)) => values,
        _ => Vec::new(),
    }
}

/// Puts the list into the resource, without values that say nothing any more.
pub(super) fn put_back(
    section: &mut Map<String, Value>,
    at: Resolved,
    mut values: Vec<Value>,
) -> Result<(), Error> {
    let says_something = |value: &Value| match value {
        Value::Object(parts) if at.attribute.sub("primary").is_some() => {
            parts.keys().any(|key| key != "type" && key != "primary")
        }
        Value::Object(parts) => !parts.is_empty(),
        value => !value.is_null(),
    };
    values.retain(says_something);
    let longest = longest(at.attribute);
    if values.len() > longest {
        let detail = format!("{} would have {} values; {longest} at most", at.attribute.name, values.len());
        return Err(Error::new(ErrorKind::InvalidValue, detail));
    }
    section.insert(at.attribute.name.to_owned(), Value::Array(values));
    Ok(())
}

/// Gives the picked values this part.
pub(super) fn set_part(
    at: Resolved,
    sub: &Attribute,
    mut values: Vec<Value>,
    is_picked: impl Fn(usize) -> bool,
    part: &Value,
) -> Result<Vec<Value>, Error> {
    let picked = values.iter_mut().enumerate().filter(|(index, _)| is_picked(*index));
    for parts in picked.filter_map(|(_, value)| value.as_object_mut()) {
        parts.insert(sub.name.to_owned(), part.clone());
    }
    settle(at, values, is_picked)
}

/// Takes this part from the picked values.
pub(super) fn clear_part(
    at: Resolved,
    sub: &Attribute,
    mut values: Vec<Value>,
    is_picked: impl Fn(usize) -> bool,
) -> Vec<Value> {
    let picked = values.iter_mut().enumerate().filter(|(index, _)| is_picked(*index));
    for parts in picked.filter_map(|(_, value)| value.as_object_mut()) {
        parts.remove(sub.name);
    }
    unite(at.attribute, values)
}

/// Whether a value has all the parts that another one names.
pub(super) fn contains(at: Resolved, value: &Value, named: &Value) -> bool {
    let (Value::Object(value), Value::Object(named)) = (value, named) else { return value == named };
    named.iter().all(|(name, part)| match (value.get(name), part) {
        (Some(Value::String(own)), Value::String(part)) => {
            same_text(at.attribute.sub(name).is_some_and(|sub| sub.is_case_exact), own, part)
        }
        (own, part) => own == Some(part),
    })
}

/// Brings a list in order after some values were written: equal ones become one, and one that was made primary
/// takes this from all others.
fn settle(
    at: Resolved,
    mut values: Vec<Value>,
    is_written: impl Fn(usize) -> bool,
) -> Result<Vec<Value>, Error> {
    let is_primary = |value: &Value| value.get("primary") == Some(&Value::Bool(true));
    let written = values.iter().enumerate().filter(|(index, value)| is_written(*index) && is_primary(value));
    let primaries: Vec<usize> = written.map(|(index, _)| index).collect();
    match primaries.as_slice() {
        [] => {}
        [new] => {
            let others =
                values.iter_mut().enumerate().filter(|(index, value)| index != new && is_primary(value));
            for parts in others.filter_map(|(_, value)| value.as_object_mut()) {
                parts.insert("primary".to_owned(), Value::Bool(false));
            }
        }
        _ => {
            let detail = format!("{} would have more than one primary value", at.attribute.name);
            return Err(Error::new(ErrorKind::InvalidValue, detail));
        }
    }
    Ok(unite(at.attribute, values))
}
