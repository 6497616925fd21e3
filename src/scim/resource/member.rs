//! The members of a group as clients name them (RFC 7643 §4.2).

use serde_json::{Map, Value};

use super::{invalid, normalise};
use crate::scim::Error;
use crate::scim::schema::{GROUP_TYPE, Named};

/// What a member is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named by RFC 7643 §4.2")]
pub enum MemberKind {
    User,
    Group,
}

/// Whom a client wants in a group, or out of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The id.
    pub value: String,
    /// What `type` says it is, or else what `$ref` leads to; `None` when neither does.
    pub kind: Option<MemberKind>,
}

/// The members that a group in its one form names; each id once.
///
/// # Errors
/// [`ErrorKind::InvalidValue`](crate::scim::ErrorKind::InvalidValue) for one that has no id or is neither user nor
/// group.
pub fn members(group: &Map<String, Value>) -> Result<Vec<Member>, Error> {
    match group.get("members") {
        Some(Value::Array(members)) => members.iter().map(member).collect(),
        _ => Ok(Vec::new()),
    }
}

/// The members that a value names in any of the forms that clients send: a list or one alone, objects or ids.
pub(crate) fn read_members(value: &Value) -> Result<Vec<Member>, Error> {
    let Some(Named::Attribute(at)) = GROUP_TYPE.named("members") else { return Ok(Vec::new()) };
    match normalise(at, value)? {
        Some(Value::Array(members)) => members.iter().map(member).collect(),
        _ => Ok(Vec::new()),
    }
}

fn member(element: &Value) -> Result<Member, Error> {
    let text = |name: &str| element.get(name).and_then(Value::as_str);
    let mut address = text("$ref").unwrap_or_default().trim_end_matches('/').rsplit('/');
    let (last, endpoint) = (address.next().filter(|last| !last.is_empty()), address.next());
    let kind = match (text("type"), endpoint) {
        (Some(kind), _) if kind.eq_ignore_ascii_case("User") => Some(MemberKind::User),
        (Some(kind), _) if kind.eq_ignore_ascii_case("Group") => Some(MemberKind::Group),
        (Some(_), _) => return Err(invalid("members.type must be User or Group".to_owned())),
        (None, Some("Users")) => Some(MemberKind::User),
        (None, Some("Groups")) => Some(MemberKind::Group),
        (None, _) => None,
    };
    // Some clients name a member by its address alone.
    let value = text("value").or(last.filter(|_| matches!(endpoint, Some("Users" | "Groups"))));
    let value = value.ok_or_else(|| invalid("members.value is required".to_owned()))?;
    Ok(Member { value: value.to_owned(), kind })
}
