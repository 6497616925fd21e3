//! IMS 2019-08-15: tags of RAM users.

use diesel::SqliteConnection;
use serde_json::{Value, json};

use crate::base::fold;
use crate::local_cloud::identity::user_arn;
use crate::local_cloud::refusal::{Flaw, Refusal};
use crate::local_cloud::store::tag::{Bearer, TagRow};
use crate::local_cloud::store::user::{self, UserQuery, UserRow};

use super::face::{NamedUser, user_name};
use super::invocation::{Invocation, Outcome};
use super::permission::{authorise, may_change_user};
use super::tag::{self, Filter, Tags, ValueLimit};

/// Resources that one call may name.
const RESOURCES: usize = 50;
/// The word of users in the API and in the store.
const USER: &str = "user";
/// The SDK's models say 128 characters for users.
pub(super) const VALUES: ValueLimit = ValueLimit::Directory;

/// `TagResources`, for users: sets tags, whatever their values were.
pub(crate) fn tag(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let tags = tag::required(call.parameters, VALUES)?;
    for row in resources(call, connection, "TagResources")? {
        may_change_user(call.identity, &row)?;
        tag::bind(connection, bearer(&row), &tags)?;
    }
    Ok(json!({}))
}

/// `UntagResources`, for users: takes the tags of these keys away, or every tag with `All`.
pub(crate) fn untag(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    for row in resources(call, connection, "UntagResources")? {
        may_change_user(call.identity, &row)?;
        tag::unbind(connection, bearer(&row), (call.parameters, "TagKey"))?;
    }
    Ok(json!({}))
}

/// `ListTagResources`, for users: those that are named, or all that bear the tags that are given.
pub(crate) fn list(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let size = call.parameters.integer("PageSize", 1..=100)?.unwrap_or(100);
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let after = call.parameters.optional("NextToken").unwrap_or_default();
    let filter = Filter::read(call.parameters)?;
    let mut rows = if names(call)?.is_empty() {
        resource_type(call)?;
        authorise(call, connection, "ims:ListTagResources", &user_arn(call.account(), "*"))?;
        let wanted = UserQuery { limit: i64::MAX, tags: filter.clauses(), ..UserQuery::default() };
        user::list(connection, call.account().as_str(), &wanted)?
    } else {
        resources(call, connection, "ListTagResources")?
    };
    rows.sort_by(|one, other| one.id.cmp(&other.id));
    rows.dedup_by(|one, other| one.id == other.id);
    let tags = Tags::load(connection, call.account().as_str(), USER)?;
    // The token names the last tag of the page before: a user's id, which has no slash, and a key.
    let token = |tag: &TagRow| format!("{}/{}", tag.resource_id, tag.key);
    let mut tags: Vec<_> = rows
        .iter()
        .map(|row| tags.of(&row.id))
        .filter(|of_user| filter.admits(of_user))
        .flatten()
        .filter(|tag| token(tag).as_str() > after)
        .collect();
    tags.sort_by_key(|tag| token(tag));
    let is_truncated = tags.len() > size;
    tags.truncate(size);
    let next = tags.last().filter(|_| is_truncated).map(|tag| token(tag));
    let items: Vec<Value> = tags.iter().map(|tag| item(tag)).collect();
    let mut answer = json!({"IsTruncated": is_truncated, "TagResources": {"TagResource": items}});
    if let (Some(next), Some(members)) = (next, answer.as_object_mut()) {
        members.insert("NextToken".to_owned(), next.into());
    }
    Ok(answer)
}

/// What bears the tags of a user.
pub(super) fn bearer(row: &UserRow) -> Bearer<'_> {
    Bearer { account_id: &row.account_id, resource_type: USER, resource_id: &row.id }
}

fn item(tag: &TagRow) -> Value {
    json!({
        "ResourceType": tag.resource_type,
        "ResourceId": tag.resource_id,
        "TagKey": tag.key,
        "TagValue": tag.value,
    })
}

/// What names the users of a call: their ids, or else their logon names.
fn names(call: &Invocation<'_>) -> Result<Vec<(bool, String)>, Refusal> {
    let ids = call.parameters.strings("ResourceId")?;
    let principals = call.parameters.strings("ResourcePrincipalName")?;
    if !ids.is_empty() && !principals.is_empty() {
        return Err(Refusal::parameter("ResourceId", Flaw::Value, "given without ResourcePrincipalName"));
    }
    let ids = ids.into_iter().map(|id| (true, id));
    let names: Vec<_> = ids.chain(principals.into_iter().map(|name| (false, name))).collect();
    if names.len() > RESOURCES {
        return Err(Refusal::parameter("ResourceId", Flaw::Length, "at most 50 resources"));
    }
    Ok(names)
}

fn resource_type(call: &Invocation<'_>) -> Result<(), Refusal> {
    call.parameters.required("ResourceType")?;
    call.parameters.choice("ResourceType", &[USER])?;
    Ok(())
}

/// The users that a call names, if the caller may do `action` to each of them.
fn resources(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    action: &str,
) -> Result<Vec<UserRow>, Refusal> {
    resource_type(call)?;
    let names = names(call)?;
    if names.is_empty() {
        return Err(Refusal::Envelope(crate::rpc::Error::Missing("ResourceId".to_owned())));
    }
    let mut rows = Vec::new();
    for (is_id, text) in names {
        let (row, name) = if is_id {
            let own = |row: &UserRow| row.account_id == call.account().as_str();
            (user::find_by_id(connection, &text)?.filter(own), None)
        } else {
            match user_name(call, connection, "ResourcePrincipalName", &text)? {
                Some(name) => (user::find(connection, call.account().as_str(), &fold(&name))?, Some(name)),
                None => (None, None),
            }
        };
        let named = NamedUser::new(call, row, name.as_deref().unwrap_or("*"), &text);
        rows.push(named.authorised(call, connection, action)?);
    }
    Ok(rows)
}
