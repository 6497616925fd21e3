//! IMS 2019-08-15: tags of RAM users.

use std::collections::BTreeMap;

use diesel::SqliteConnection;
use serde_json::{Value, json};

use crate::base::fold;
use crate::local_cloud::identity::user_arn;
use crate::local_cloud::refusal::{Flaw, Refusal};
use crate::local_cloud::rules;
use crate::local_cloud::store::user::{self, TagFilter, UserRow, UserTagRow};

use super::face::{NamedUser, user_name};
use super::invocation::{Invocation, Outcome};
use super::permission::{authorise, may_change_user};

/// Resources that one call may name.
const RESOURCES: usize = 50;
const TAGS: usize = 20;
const KEY: &str = "1 to 128 characters that do not begin with acs: or aliyun and hold no http:// or https://";
const VALUE: &str = "at most 128 characters that do not begin with acs: and hold no http:// or https://";

/// `TagResources`, for users: sets tags, whatever their values were.
pub(crate) fn tag(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let tags = read(call)?;
    if tags.is_empty() {
        return Err(Refusal::Envelope(crate::rpc::Error::Missing("Tag".to_owned())));
    }
    for row in resources(call, connection, "TagResources")? {
        may_change_user(call.identity, &row)?;
        put(connection, &row, &tags)?;
    }
    Ok(json!({}))
}

/// `UntagResources`, for users: takes the tags of these keys away, or every tag with `All`.
pub(crate) fn untag(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let keys = call.parameters.strings("TagKey")?;
    let all = call.parameters.boolean("All")?.unwrap_or(false);
    if keys.len() > TAGS {
        return Err(Refusal::parameter("TagKey", Flaw::Length, "at most 20 keys"));
    }
    if keys.is_empty() && !all {
        return Err(Refusal::Envelope(crate::rpc::Error::Missing("TagKey".to_owned())));
    }
    for row in resources(call, connection, "UntagResources")? {
        may_change_user(call.identity, &row)?;
        for tag in user::tags(connection, &row.id)? {
            if keys.is_empty() || keys.contains(&tag.key) {
                user::delete_tag(connection, &row.id, &tag.key)?;
            }
        }
    }
    Ok(json!({}))
}

/// `ListTagResources`, for users: those that are named, or all that carry the tags that are given.
pub(crate) fn list(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let size = call.parameters.integer("PageSize", 1..=100)?.unwrap_or(100);
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let after = call.parameters.optional("NextToken").unwrap_or_default();
    let filter = filter(call)?;
    let mut rows = if names(call)?.is_empty() {
        resource_type(call)?;
        let every = user_arn(call.account(), "*");
        authorise(call, connection, "ims:ListTagResources", &every)?;
        user::list(connection, call.account().as_str(), ("", i64::MAX), &filter)?
    } else {
        resources(call, connection, "ListTagResources")?
    };
    rows.sort_by(|one, other| one.id.cmp(&other.id));
    rows.dedup_by(|one, other| one.id == other.id);
    let mut tags = Vec::new();
    for row in rows {
        let of_user = user::tags(connection, &row.id)?;
        let carries = |(key, value): &TagFilter| {
            let is =
                |tag: &UserTagRow| tag.key == *key && value.as_ref().is_none_or(|value| tag.value == *value);
            of_user.iter().any(is)
        };
        if filter.iter().all(carries) {
            tags.extend(of_user);
        }
    }
    // The token names the last tag of the page before: a user's id, which has no slash, and a key.
    let token = |tag: &UserTagRow| format!("{}/{}", tag.user_id, tag.key);
    tags.retain(|tag| token(tag).as_str() > after);
    tags.sort_by_key(token);
    let is_truncated = tags.len() > size;
    tags.truncate(size);
    let next = tags.last().filter(|_| is_truncated).map(token);
    let items: Vec<Value> = tags.iter().map(item).collect();
    let mut answer = json!({"IsTruncated": is_truncated, "TagResources": {"TagResource": items}});
    if let (Some(next), Some(members)) = (next, answer.as_object_mut()) {
        members.insert("NextToken".to_owned(), next.into());
    }
    Ok(answer)
}

/// The tags of the parameter `Tag`, each key once.
pub(super) fn read(call: &Invocation<'_>) -> Result<BTreeMap<String, String>, Refusal> {
    let given = call.parameters.list("Tag")?;
    if given.len() > TAGS {
        return Err(Refusal::parameter("Tag", Flaw::Length, "at most 20 tags"));
    }
    let mut tags = BTreeMap::new();
    for tag in given {
        let (key, value) = (tag.required("Key")?, tag.optional("Value").unwrap_or_default());
        let has_address = |text: &str| text.contains("http://") || text.contains("https://");
        let is_long = |text: &str| text.chars().count() > 128;
        if is_long(key) || has_address(key) || key.starts_with("acs:") || key.starts_with("aliyun") {
            return Err(Refusal::parameter("Tag.Key", Flaw::Value, KEY));
        }
        if is_long(value) || has_address(value) || value.starts_with("acs:") {
            return Err(Refusal::parameter("Tag.Value", Flaw::Value, VALUE));
        }
        if tags.insert(key.to_owned(), value.to_owned()).is_some() {
            return Err(Refusal::parameter("Tag.Key", Flaw::Value, "given once"));
        }
    }
    Ok(tags)
}

/// The tags by which a list is narrowed; a key without a value is any value.
pub(super) fn filter(call: &Invocation<'_>) -> Result<Vec<TagFilter>, Refusal> {
    let given = call.parameters.list("Tag")?;
    if given.len() > TAGS {
        return Err(Refusal::parameter("Tag", Flaw::Length, "at most 20 tags"));
    }
    let tag = |tag: &crate::rpc::Parameters| {
        Ok((tag.required("Key")?.to_owned(), tag.optional("Value").map(str::to_owned)))
    };
    given.iter().map(tag).collect()
}

/// Sets `tags` on a user, if it does not carry too many then.
pub(super) fn put(
    connection: &mut SqliteConnection,
    row: &UserRow,
    tags: &BTreeMap<String, String>,
) -> Result<(), Refusal> {
    for (key, value) in tags {
        let tag = UserTagRow { user_id: row.id.clone(), key: key.clone(), value: value.clone() };
        user::put_tag(connection, &tag)?;
    }
    if user::tags(connection, &row.id)?.len() > rules::TAGS_PER_USER {
        let limit = i64::try_from(rules::TAGS_PER_USER).unwrap_or(i64::MAX);
        return Err(Refusal::Limit { code: "LimitExceeded.User.Tag", limit, of: "tags of one user" });
    }
    Ok(())
}

/// Tags as a user's answer carries them.
pub(super) fn answer(tags: &[UserTagRow]) -> Vec<Value> {
    tags.iter().map(|tag| json!({"TagKey": tag.key, "TagValue": tag.value})).collect()
}

fn item(tag: &UserTagRow) -> Value {
    json!({
        "ResourceType": "user",
        "ResourceId": tag.user_id,
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
    let names: Vec<_> = ids
        .into_iter()
        .map(|id| (true, id))
        .chain(principals.into_iter().map(|name| (false, name)))
        .collect();
    if names.len() > RESOURCES {
        return Err(Refusal::parameter("ResourceId", Flaw::Length, "at most 50 resources"));
    }
    Ok(names)
}

fn resource_type(call: &Invocation<'_>) -> Result<(), Refusal> {
    call.parameters.required("ResourceType")?;
    call.parameters.choice("ResourceType", &["user"])?;
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
