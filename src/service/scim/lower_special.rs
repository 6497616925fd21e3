//! What filters say of attributes that no profile keeps: ids, names, `meta`, `schemas`, memberships, addresses of
//! resources.

use serde_json::Value;

use crate::domain::search::{Check, Condition, Field, Order, Part, Test};
use crate::scim::Error;
use crate::scim::filter::{Filter, Literal, Operator};
use crate::scim::matching::matches;
use crate::scim::path::AttributePath;
use crate::scim::schema::{GROUP_TYPE, Resolved, ResourceType, Schema, USER_TYPE};

use super::comparison::{Asker, Comparison, checked, invalid};

/// The attribute that is a resource's unique name.
pub(super) fn name_of(of: &ResourceType) -> &'static str {
    if of.name == GROUP_TYPE.name { "displayName" } else { "userName" }
}

/// The condition, where the attribute is one of these.
pub(super) fn special(
    (of, asker): (&'static ResourceType, Asker<'_>),
    has_extension: &dyn Fn(&'static Schema) -> Condition<Test>,
    resolved: &Resolved,
    comparison: Comparison<'_>,
) -> Result<Option<Condition<Test>>, Error> {
    if resolved.extension.is_some() {
        return Ok(None);
    }
    let name = resolved.attribute.name;
    let field = |field| {
        let is_always_there = comparison.is_none() && !matches!(field, Field::ExternalId(_));
        if is_always_there {
            return Ok(Condition::constant(true));
        }
        checked(resolved, comparison, |check| Condition::Is(Test::Field(field, check)))
    };
    let condition = match (name, resolved.sub.map(|sub| sub.name)) {
        ("id", _) => field(Field::Id)?,
        ("externalId", _) => field(Field::ExternalId(asker.connector.clone()))?,
        ("active", _) => field(Field::Active)?,
        ("schemas", _) => schemas(of, has_extension, resolved, comparison)?,
        ("meta", Some("created")) => field(Field::Created)?,
        ("meta", Some("lastModified")) => field(Field::LastModified)?,
        ("meta", Some("resourceType")) => Condition::constant(holds(resolved, comparison, of.name)?),
        ("meta", Some("version")) => by_equality(resolved, comparison, |text| {
            let check = version(text).map(|version| Check::Number(Order::Equal, version));
            check.map(|check| Condition::Is(Test::Field(Field::Version, check)))
        })?,
        ("meta", Some("location")) => by_equality(resolved, comparison, |text| {
            let id = id_in(text, asker.base, &[of]);
            id.map(|id| Condition::Is(Test::Field(Field::Id, Check::equals(id))))
        })?,
        _ if name == name_of(of) => field(Field::Name)?,
        _ => return Ok(None),
    };
    Ok(Some(condition))
}

/// The condition on an element, where it is a membership, whose parts are always there.
pub(super) fn special_part(
    asker: Asker<'_>,
    resolved: &Resolved,
    comparison: Comparison<'_>,
) -> Result<Option<Condition<Part>>, Error> {
    let kinds: &[&ResourceType] = match (resolved.extension, resolved.attribute.name) {
        (None, "groups") => &[&GROUP_TYPE],
        (None, "members") => &[&USER_TYPE, &GROUP_TYPE],
        _ => return Ok(None),
    };
    if comparison.is_none() {
        return Ok(Some(Condition::constant(true)));
    }
    if resolved.leaf().name != "$ref" {
        return Ok(None);
    }
    let part = |id| Part { name: "value", is_exact: false, check: Check::equals(id) };
    let by_id = |text: &str| id_in(text, asker.base, kinds).map(part).map(Condition::Is);
    by_equality(resolved, comparison, by_id).map(Some)
}

/// The schemas of a resource: the core one, and each extension that it has something of.
fn schemas(
    of: &'static ResourceType,
    has_extension: &dyn Fn(&'static Schema) -> Condition<Test>,
    resolved: &Resolved,
    comparison: Comparison<'_>,
) -> Result<Condition<Test>, Error> {
    let mut any = vec![Condition::constant(holds(resolved, comparison, of.schema.id)?)];
    for extension in of.extensions {
        if holds(resolved, comparison, extension.id)? {
            any.push(has_extension(extension));
        }
    }
    Ok(Condition::any(any))
}

/// Whether a comparison holds for a text that is known.
fn holds(resolved: &Resolved, comparison: Comparison<'_>, text: &str) -> Result<bool, Error> {
    let Some((operator, literal)) = comparison else { return Ok(true) };
    let path = AttributePath { schema: None, attribute: "value".to_owned(), sub: None };
    let filter = Filter::Compare { path, operator, value: literal.clone() };
    matches(&filter, &Value::String(text.to_owned()), resolved.leaf())
}

/// What is not kept as it is shown, and so is found by the whole text alone.
fn by_equality<T: crate::domain::search::Merge>(
    resolved: &Resolved,
    comparison: Comparison<'_>,
    find: impl FnOnce(&str) -> Option<Condition<T>>,
) -> Result<Condition<T>, Error> {
    match comparison {
        None => Ok(Condition::constant(true)),
        Some((operator @ (Operator::Equal | Operator::NotEqual), Literal::String(text))) => {
            let found = find(text).unwrap_or(Condition::constant(false));
            Ok(if operator == Operator::NotEqual { found.negated() } else { found })
        }
        Some((operator, _)) => Err(invalid(format!(
            "{resolved} is compared with eq and ne only, since it is not kept as a text: {} cannot be answered",
            operator.as_str()
        ))),
    }
}

/// The number in a version as resources show it: `W/"7"`.
fn version(text: &str) -> Option<i64> {
    let number: i64 = text.strip_prefix("W/\"")?.strip_suffix('"')?.parse().ok()?;
    (format!("W/\"{number}\"") == text).then_some(number)
}

/// The id in the address of a resource of one of these types.
fn id_in(text: &str, base: &str, kinds: &[&ResourceType]) -> Option<String> {
    let rest = text.strip_prefix(base)?;
    let id = kinds.iter().find_map(|kind| rest.strip_prefix(kind.endpoint)?.strip_prefix('/'))?;
    (!id.is_empty() && !id.contains('/')).then(|| id.to_owned())
}
