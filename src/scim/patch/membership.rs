//! The members of a group in a PATCH: changes to be made without loading the others.

use serde_json::Value;

use super::{Operation, OperationKind, Patch, error_at};
use crate::scim::filter::{Filter, Literal, Operator};
use crate::scim::matching::matches;
use crate::scim::path::{AttributePath, Path};
use crate::scim::resource::{Member, is_unassigned, read_members};
use crate::scim::schema::{GROUP, GROUP_TYPE, Resolved};
use crate::scim::{Error, ErrorKind};

/// A change of a group's members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MemberChange {
    /// These come in; those who are in already stay as they are.
    Add(Vec<Member>),
    /// Those with these ids go; who is not in is passed over.
    Remove(Vec<String>),
    /// Those go whom the filter picks; it names sub-attributes of `members`.
    RemoveMatching(Filter),
    /// These and no others are members.
    Replace(Vec<Member>),
    /// All go.
    RemoveAll,
}

impl Patch {
    /// Tells the changes of a group's members, in order, from the rest of the request.
    ///
    /// A remove with a value takes only those that the value names, as Entra ID means it; an empty list names
    /// nobody.
    ///
    /// # Errors
    /// [`ErrorKind::Mutability`] for a write to a part of a member; [`ErrorKind::InvalidPath`] for a part that
    /// there is not; [`ErrorKind::InvalidFilter`] for a filter that does not suit members;
    /// [`ErrorKind::InvalidValue`] for a value that names no members.
    pub fn split_members(self) -> Result<(Self, Vec<MemberChange>), Error> {
        let mut rest = Vec::with_capacity(self.operations.len());
        let mut changes = Vec::new();
        for operation in self.operations {
            let (attribute, sub) = match &operation.path {
                Path::Attribute(path) => (path, path.sub.as_deref()),
                Path::Elements { attribute, sub, .. } => (attribute, sub.as_deref()),
                Path::Schema(_) => {
                    rest.push(operation);
                    continue;
                }
            };
            if !is_members(attribute) {
                rest.push(operation);
                continue;
            }
            let place = operation.place;
            let change = match sub {
                None => change(operation),
                Some(sub) => Err(refused(sub)),
            };
            changes.extend(change.map_err(|error| error_at(place, error))?);
        }
        Ok((Self { operations: rest }, changes))
    }
}

fn is_members(path: &AttributePath) -> bool {
    path.attribute.eq_ignore_ascii_case("members")
        && path.schema.as_deref().is_none_or(|urn| urn.eq_ignore_ascii_case(GROUP.id))
}

fn change(operation: Operation) -> Result<Option<MemberChange>, Error> {
    let value = &operation.value;
    let is_clearing = operation.kind == OperationKind::Remove
        || (operation.kind == OperationKind::Replace && is_unassigned(value));
    if let Path::Elements { filter, .. } = operation.path {
        if !is_clearing {
            let detail = "a member cannot be changed: remove it, or add another one with the path members";
            return Err(Error::new(ErrorKind::Mutability, detail));
        }
        let mut ids = Vec::new();
        return Ok(Some(match collect_ids(&filter, &mut ids) {
            true => MemberChange::Remove(ids),
            false => {
                if let Some(at) = GROUP_TYPE.named_in(None, "members") {
                    matches(&filter, &Value::Null, at.attribute)?;
                }
                MemberChange::RemoveMatching(filter)
            }
        }));
    }
    Ok(match operation.kind {
        OperationKind::Remove if value.is_null() => Some(MemberChange::RemoveAll),
        OperationKind::Remove => {
            let ids: Vec<String> = read_members(value)?.into_iter().map(|member| member.value).collect();
            (!ids.is_empty()).then_some(MemberChange::Remove(ids))
        }
        OperationKind::Replace => match read_members(value)? {
            members if members.is_empty() => Some(MemberChange::RemoveAll),
            members => Some(MemberChange::Replace(members)),
        },
        OperationKind::Add => {
            Some(read_members(value)?).filter(|members| !members.is_empty()).map(MemberChange::Add)
        }
    })
}

/// The ids of `value eq "…"`, alone or joined by `or`; false when the filter is any other.
fn collect_ids(filter: &Filter, ids: &mut Vec<String>) -> bool {
    match filter {
        Filter::Or(filters) => filters.iter().all(|filter| collect_ids(filter, ids)),
        Filter::Compare { path, operator: Operator::Equal, value: Literal::String(id) }
            if path.sub.is_none() && path.attribute.eq_ignore_ascii_case("value") =>
        {
            ids.push(id.clone());
            true
        }
        _ => false,
    }
}

fn refused(sub: &str) -> Error {
    let known: Option<Resolved> = GROUP_TYPE.named_in(None, &format!("members.{sub}"));
    match known {
        Some(at) => Error::new(ErrorKind::Mutability, format!("{at} cannot be changed")),
        None => Error::new(ErrorKind::InvalidPath, format!("there is no attribute members.{sub}")),
    }
}
