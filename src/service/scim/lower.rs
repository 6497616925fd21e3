//! Filters (RFC 7644 §3.4.2.2) and orders (§3.4.2.3) as conditions on the directory, by what the schemas say.
//!
//! Names and what stands behind them are checked here and nowhere else: a filter that gets through is answered in
//! whole, by the database; one that cannot be is refused with a sentence that says why. What is absent differs from
//! everything: `ne` holds for it and every other comparison does not.

use crate::base::ScimConnectorId;
use crate::domain::search::{Attribute, Check, Condition, Field, List, Part, Sort, SortKey, Test};
use crate::scim::filter::{Filter, Literal, Operator};
use crate::scim::matching::operand;
use crate::scim::path::AttributePath;
use crate::scim::schema::{self, Kind, Named, Resolved, ResourceType, Returned};
use crate::scim::{Error, ErrorKind};

use super::comparison::{Comparison, checked, invalid};
use super::lower_special::{name_of, special, special_part};

pub use super::comparison::Asker;

/// The condition that a filter is on resources of this type.
///
/// # Errors
/// [`ErrorKind::Sensitive`] for an attribute that is never returned; [`ErrorKind::InvalidFilter`] for an unknown
/// attribute, and for what no comparison with its type is.
pub fn condition(
    filter: &Filter,
    of: &'static ResourceType,
    asker: Asker<'_>,
) -> Result<Condition<Test>, Error> {
    Lowering { of, asker }.filter(filter)
}

/// The order that `path` means; that of the ids where it means none that is offered (RFC 7644 §3.4.2.3).
pub fn sort(
    path: &AttributePath,
    is_descending: bool,
    of: &'static ResourceType,
    connector: &ScimConnectorId,
) -> Sort {
    let known = of.resolve(path).filter(|resolved| !is_secret(resolved));
    known
        .and_then(|resolved| sort_key(&resolved, of, connector))
        .map_or(Sort::UNSORTED, |key| Sort { key, is_descending })
}

fn sort_key(resolved: &Resolved, of: &ResourceType, connector: &ScimConnectorId) -> Option<SortKey> {
    let attribute = resolved.attribute;
    let sub = resolved.sub.map(|sub| sub.name);
    if resolved.extension.is_none() {
        match (attribute.name, sub) {
            // Ids are made in the order of time.
            ("id", None) | ("meta", Some("created")) => return Some(SortKey::Id),
            ("meta", Some("lastModified")) => return Some(SortKey::Field(Field::LastModified)),
            (name, None) if name == name_of(of) => return Some(SortKey::Field(Field::Name)),
            ("externalId", None) => return Some(SortKey::Field(Field::ExternalId(connector.clone()))),
            ("active", None) => return Some(SortKey::Field(Field::Active)),
            ("meta" | "schemas" | "groups" | "members", _) => return None,
            _ => {}
        }
    }
    let leaf = if attribute.is_multi_valued {
        resolved.sub.or_else(|| attribute.sub("value"))?
    } else {
        resolved.leaf()
    };
    if !matches!(leaf.kind, Kind::String | Kind::Reference) {
        return None;
    }
    if attribute.is_multi_valued {
        let part = Attribute { names: vec![leaf.name], is_exact: is_exact(leaf) };
        return Some(SortKey::Element(names(resolved), part));
    }
    Some(SortKey::Field(Field::Attribute(single(resolved))))
}

struct Lowering<'a> {
    of: &'static ResourceType,
    asker: Asker<'a>,
}

impl Lowering<'_> {
    fn filter(&self, filter: &Filter) -> Result<Condition<Test>, Error> {
        match filter {
            Filter::And(parts) => Ok(Condition::all(self.each(parts)?)),
            Filter::Or(parts) => Ok(Condition::any(self.each(parts)?)),
            Filter::Not(inner) => Ok(self.filter(inner)?.negated()),
            Filter::Present(path) => match self.of.named(&path.to_string()) {
                Some(Named::Schema(None)) => Ok(Condition::constant(true)),
                Some(Named::Schema(Some(extension))) => Ok(self.extension(extension)),
                _ => self.attribute(self.resolve(path)?, None),
            },
            Filter::Compare { path, operator, value } => {
                self.attribute(self.resolve(path)?, Some((*operator, value)))
            }
            Filter::Element { attribute, filter } => self.element(self.resolve(attribute)?, filter),
        }
    }

    fn each(&self, parts: &[Filter]) -> Result<Vec<Condition<Test>>, Error> {
        parts.iter().map(|part| self.filter(part)).collect()
    }

    fn resolve(&self, path: &AttributePath) -> Result<Resolved, Error> {
        let resolved = self.of.resolve(path).ok_or_else(|| {
            let shown: String = path.to_string().chars().take(100).collect();
            invalid(format!("{} has no attribute {shown:?}", self.of.name))
        })?;
        if is_secret(&resolved) {
            let detail = format!("{resolved} is never shown, so nothing is found by it");
            return Err(Error::new(ErrorKind::Sensitive, detail));
        }
        Ok(resolved)
    }

    /// What is said of an attribute, or of a sub-attribute.
    fn attribute(
        &self,
        mut resolved: Resolved,
        comparison: Comparison<'_>,
    ) -> Result<Condition<Test>, Error> {
        let is_whole = resolved.sub.is_none() && resolved.attribute.kind == Kind::Complex;
        match comparison {
            Some((operator, Literal::Null)) => {
                operand(resolved.leaf(), operator, &Literal::Null)?;
                let present = self.attribute(resolved, None)?;
                return Ok(if operator == Operator::Equal { present.negated() } else { present });
            }
            Some(_) if is_whole && resolved.attribute.is_multi_valued => {
                let value = resolved.attribute.sub("value").ok_or_else(|| {
                    invalid(format!("{resolved} has no value of its own: name one of its sub-attributes"))
                })?;
                resolved = resolved.with(value);
            }
            None if is_whole => return self.whole(resolved),
            _ => {}
        }
        if let Some((operator, value)) = comparison {
            check_text(&resolved, operator, value)?;
        }
        if let Some(special) =
            special((self.of, self.asker), &|extension| self.extension(extension), &resolved, comparison)?
        {
            return Ok(special);
        }
        if resolved.attribute.is_multi_valued {
            self.any_element(&resolved, comparison)
        } else {
            value(&resolved, comparison)
        }
    }

    /// `pr` of a complex attribute: some part of it is there.
    fn whole(&self, resolved: Resolved) -> Result<Condition<Test>, Error> {
        if resolved.attribute.is_multi_valued {
            return Ok(Condition::Is(Test::Element(list(&resolved), Condition::constant(true))));
        }
        let subs = resolved.attribute.sub_attributes.iter();
        let parts = subs.map(|sub| self.attribute(resolved.with(sub), None));
        Ok(Condition::any(parts.collect::<Result<Vec<_>, _>>()?))
    }

    /// What holds for a list when it holds for any of its elements.
    fn any_element(&self, resolved: &Resolved, comparison: Comparison<'_>) -> Result<Condition<Test>, Error> {
        let list = list(resolved);
        let some = |parts| some_element(list.clone(), parts);
        let part = self.part(resolved, comparison)?;
        Ok(match (comparison, part) {
            (Some((Operator::NotEqual, _)), part) => {
                Condition::any([some(part), some(Condition::constant(true)).negated()])
            }
            (Some(_), Condition::Is(part)) if is_email_value(resolved) => {
                Condition::Is(Test::Field(Field::Email, part.check))
            }
            (_, part) => some(part),
        })
    }

    /// `attribute[filter]`.
    fn element(&self, resolved: Resolved, filter: &Filter) -> Result<Condition<Test>, Error> {
        if resolved.attribute.kind != Kind::Complex || resolved.sub.is_some() {
            return Err(invalid(format!("{resolved} has no sub-attributes to filter by")));
        }
        if !resolved.attribute.is_multi_valued {
            return within(filter, &resolved, &|resolved, comparison| self.attribute(resolved, comparison));
        }
        let parts = within(filter, &resolved, &|resolved, comparison| {
            if let Some((operator, Literal::Null)) = comparison {
                operand(resolved.leaf(), operator, &Literal::Null)?;
                let present = self.part(&resolved, None)?;
                return Ok(if operator == Operator::Equal { present.negated() } else { present });
            }
            if let Some((operator, value)) = comparison {
                check_text(&resolved, operator, value)?;
            }
            self.part(&resolved, comparison)
        })?;
        let lookup = if is_emails(&resolved) { email_lookup(&parts) } else { None };
        let some = some_element(list(&resolved), parts);
        Ok(Condition::all(
            lookup.map(|check| Condition::Is(Test::Field(Field::Email, check))).into_iter().chain([some]),
        ))
    }

    /// What is said of a part of an element.
    fn part(&self, resolved: &Resolved, comparison: Comparison<'_>) -> Result<Condition<Part>, Error> {
        if let Some(special) = special_part(self.asker, resolved, comparison)? {
            return Ok(special);
        }
        let leaf = resolved.leaf();
        let part = |check| Condition::Is(Part { name: leaf.name, is_exact: is_exact(leaf), check });
        checked(resolved, comparison, part)
    }

    /// An extension is there: some attribute of it is.
    fn extension(&self, extension: &'static schema::Schema) -> Condition<Test> {
        let present = |attribute: &'static schema::Attribute| {
            let resolved = Resolved { extension: Some(extension), attribute, sub: None };
            self.attribute(resolved, None).unwrap_or(Condition::constant(false))
        };
        Condition::any(extension.attributes.iter().map(present))
    }
}

/// What a comparison of one sub-attribute means.
type Meaning<'a, T> = &'a dyn Fn(Resolved, Comparison<'_>) -> Result<Condition<T>, Error>;

/// The filter in the brackets of an attribute, whose names are of its sub-attributes.
fn within<T: crate::domain::search::Merge>(
    filter: &Filter,
    of: &Resolved,
    test: Meaning<'_, T>,
) -> Result<Condition<T>, Error> {
    let each =
        |parts: &[Filter]| parts.iter().map(|part| within(part, of, test)).collect::<Result<Vec<_>, _>>();
    let named = |path: &AttributePath| {
        let is_alone = path.schema.is_none() && path.sub.is_none();
        let sub = of.attribute.sub(&path.attribute).filter(|_sub| is_alone);
        sub.map(|sub| of.with(sub)).ok_or_else(|| {
            let shown: String = path.to_string().chars().take(100).collect();
            invalid(format!("{of} has no sub-attribute {shown:?}"))
        })
    };
    match filter {
        Filter::And(parts) => Ok(Condition::all(each(parts)?)),
        Filter::Or(parts) => Ok(Condition::any(each(parts)?)),
        Filter::Not(inner) => Ok(within(inner, of, test)?.negated()),
        Filter::Present(path) => test(named(path)?, None),
        Filter::Compare { path, operator, value } => test(named(path)?, Some((*operator, value))),
        Filter::Element { attribute, .. } => {
            Err(invalid(format!("{of} has no sub-attribute {:?} that is a list", attribute.attribute)))
        }
    }
}

/// What is said of a single value.
fn value(resolved: &Resolved, comparison: Comparison<'_>) -> Result<Condition<Test>, Error> {
    let field = || Field::Attribute(single(resolved));
    checked(resolved, comparison, |check| Condition::Is(Test::Field(field(), check)))
}

/// Refuses a literal that is not for the attribute, whatever becomes of it, and what no text here has.
fn check_text(resolved: &Resolved, operator: Operator, literal: &Literal) -> Result<(), Error> {
    operand(resolved.leaf(), operator, literal)?;
    match literal {
        Literal::String(text) if text.contains('\0') => Err(invalid(format!(
            "{resolved} is compared with a text that has U+0000 in it, as no value here has"
        ))),
        _ => Ok(()),
    }
}

/// What an index can find of elements whose value is compared beside other parts.
fn email_lookup(parts: &Condition<Part>) -> Option<Check> {
    match parts {
        Condition::Is(Part {
            name: "value",
            check: check @ (Check::OneOf(_) | Check::StartsWith(_)),
            ..
        }) => Some(check.clone()),
        Condition::All(parts) => parts.iter().find_map(email_lookup),
        _ => None,
    }
}

fn some_element(list: List, parts: Condition<Part>) -> Condition<Test> {
    match parts.as_constant() {
        Some(false) => Condition::constant(false),
        _ => Condition::Is(Test::Element(list, parts)),
    }
}

fn list(resolved: &Resolved) -> List {
    match (resolved.extension, resolved.attribute.name) {
        (None, "groups") => List::Groups,
        (None, "members") => List::Members,
        _ => List::Attribute(names(resolved)),
    }
}

/// The names that lead to the attribute.
fn names(resolved: &Resolved) -> Vec<&'static str> {
    resolved.extension.map(|extension| extension.id).into_iter().chain([resolved.attribute.name]).collect()
}

fn single(resolved: &Resolved) -> Attribute {
    let mut names = names(resolved);
    names.extend(resolved.sub.map(|sub| sub.name));
    Attribute { names, is_exact: is_exact(resolved.leaf()) }
}

fn is_exact(leaf: &schema::Attribute) -> bool {
    leaf.is_case_exact || leaf.kind == Kind::Binary
}

fn is_secret(resolved: &Resolved) -> bool {
    resolved.attribute.returned == Returned::Never || resolved.leaf().returned == Returned::Never
}

fn is_emails(resolved: &Resolved) -> bool {
    resolved.extension.is_none() && resolved.attribute.name == "emails"
}

fn is_email_value(resolved: &Resolved) -> bool {
    is_emails(resolved) && resolved.sub.is_some_and(|sub| sub.name == "value")
}
