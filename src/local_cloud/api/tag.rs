//! Tags as parameters and in answers; the same for every product and every kind of resource.

use std::collections::BTreeMap;

use diesel::SqliteConnection;
use serde_json::{Value, json};

use crate::local_cloud::refusal::Refusal;
use crate::local_cloud::store::tag::{self, Bearer, TagRow};
use crate::rpc::Parameters;

use super::invocation::Invocation;

/// Tags that one resource may bear, and that one call may name.
const MOST: usize = 20;
const LONGEST_KEY: usize = 128;

/// What bears tags in RAM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tagged {
    Role,
    Policy,
}

impl Tagged {
    /// Its word in the API and in the store.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::Policy => "policy",
        }
    }
}

/// What bears the tags of a role or a policy of the caller's account.
pub(crate) fn bearer<'a>(call: &'a Invocation<'_>, kind: Tagged, resource_id: &'a str) -> Bearer<'a> {
    Bearer { account_id: call.account().as_str(), resource_type: kind.word(), resource_id }
}

/// How long a tag's value may be: RAM and IMS allow more than the resource directory.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ValueLimit {
    /// 256 characters.
    Account,
    /// 128 characters.
    Directory,
}

/// A tag as a call names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tag {
    pub(crate) key: String,
    pub(crate) value: String,
}

/// The tags of the parameter `Tag`, 20 at most, each key once.
pub(crate) fn given(parameters: &Parameters, limit: ValueLimit) -> Result<Vec<Tag>, Refusal> {
    let mut tags: Vec<Tag> = Vec::new();
    for item in parameters.list("Tag")? {
        let tag = Tag { key: key(&item)?, value: value(&item, limit)? };
        if tags.iter().any(|other| other.key == tag.key) {
            return Err(item.invalid("Key", "given once").into());
        }
        tags.push(tag);
    }
    if tags.len() > MOST {
        return Err(parameters.invalid("Tag", format!("at most {MOST} tags")).into());
    }
    Ok(tags)
}

/// As [`given`], and at least one.
pub(crate) fn required(parameters: &Parameters, limit: ValueLimit) -> Result<Vec<Tag>, Refusal> {
    let tags = given(parameters, limit)?;
    if tags.is_empty() {
        return Err(crate::rpc::Error::Missing("Tag".to_owned()).into());
    }
    Ok(tags)
}

/// The tags of `Tag` as a filter: an absent value asks for the key with any value.
pub(crate) struct Filter(Vec<(String, Option<String>)>);

impl Filter {
    pub(crate) fn read(parameters: &Parameters) -> Result<Self, Refusal> {
        let wanted: Result<Vec<_>, Refusal> = parameters
            .list("Tag")?
            .iter()
            .map(|item| {
                let value = item.optional("Value").filter(|value| !value.is_empty()).map(str::to_owned);
                Ok((key(item)?, value))
            })
            .collect();
        let wanted = wanted?;
        if wanted.len() > MOST {
            return Err(parameters.invalid("Tag", format!("at most {MOST} tags")).into());
        }
        Ok(Self(wanted))
    }

    /// Each key, and its value unless any will do.
    pub(crate) fn clauses(&self) -> &[(String, Option<String>)] {
        &self.0
    }

    /// Whether tags bear all that is asked for.
    pub(crate) fn admits(&self, tags: &[TagRow]) -> bool {
        self.0.iter().all(|(key, value)| {
            let is_asked = |row: &&TagRow| value.as_ref().is_none_or(|value| row.value == *value);
            tags.iter().filter(|row| row.key == *key).any(|row| is_asked(&row))
        })
    }
}

/// The tags of every resource of one type, to look them up by the resource's id.
#[derive(Default)]
pub(crate) struct Tags(BTreeMap<String, Vec<TagRow>>);

impl Tags {
    pub(crate) fn load(
        connection: &mut SqliteConnection,
        account_id: &str,
        resource_type: &str,
    ) -> Result<Self, Refusal> {
        let mut by_resource: BTreeMap<String, Vec<TagRow>> = BTreeMap::new();
        for row in tag::of_type(connection, account_id, resource_type)? {
            by_resource.entry(row.resource_id.clone()).or_default().push(row);
        }
        Ok(Self(by_resource))
    }

    pub(crate) fn of(&self, resource_id: &str) -> &[TagRow] {
        self.0.get(resource_id).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Gives a resource tags, beside those it bears already.
pub(crate) fn bind(
    connection: &mut SqliteConnection,
    bearer: Bearer<'_>,
    tags: &[Tag],
) -> Result<(), Refusal> {
    for given in tags {
        tag::set(connection, bearer, (&given.key, &given.value))?;
    }
    let limit = i64::try_from(MOST).unwrap_or(i64::MAX);
    if tag::of(connection, bearer)?.len() > MOST {
        return Err(Refusal::Limit { code: "LimitExceeded.Tag", limit, of: "tags of one resource" });
    }
    Ok(())
}

/// Takes from a resource the tags that a call names by `parameter`, or every one where `All` is true.
pub(crate) fn unbind(
    connection: &mut SqliteConnection,
    bearer: Bearer<'_>,
    (parameters, parameter): (&Parameters, &'static str),
) -> Result<(), Refusal> {
    let keys = parameters.strings(parameter)?;
    if keys.len() > MOST {
        return Err(parameters.invalid(parameter, format!("at most {MOST} keys")).into());
    }
    if parameters.boolean("All")?.unwrap_or(false) {
        return Ok(tag::remove_all(connection, bearer)?);
    }
    if keys.is_empty() {
        return Err(crate::rpc::Error::Missing(parameter.to_owned()).into());
    }
    for key in keys {
        tag::remove(connection, bearer, &key)?;
    }
    Ok(())
}

/// Tags in the answers of RAM: `{"Tag": [{"TagKey", "TagValue"}]}`.
pub(crate) fn ram_answer(tags: &[TagRow]) -> Value {
    let tags: Vec<Value> = tags.iter().map(|row| json!({"TagKey": row.key, "TagValue": row.value})).collect();
    json!({ "Tag": tags })
}

/// Tags in the answers of the resource directory: `[{"Key", "Value"}]`.
pub(crate) fn directory_answer(tags: &[TagRow]) -> Vec<Value> {
    tags.iter().map(|row| json!({"Key": row.key, "Value": row.value})).collect()
}

fn key(item: &Parameters) -> Result<String, Refusal> {
    const RULE: &str =
        "1 to 128 characters that do not begin with \"acs:\" or \"aliyun\" and hold no \"http://\"";
    let key = item.required("Key")?;
    let lower = key.to_lowercase();
    let is_reserved = lower.starts_with("acs:") || lower.starts_with("aliyun");
    if key.chars().count() > LONGEST_KEY || is_reserved || has_address(&lower) || has_control(key) {
        return Err(item.invalid("Key", RULE).into());
    }
    Ok(key.to_owned())
}

fn value(item: &Parameters, limit: ValueLimit) -> Result<String, Refusal> {
    let longest = match limit {
        ValueLimit::Account => 256,
        ValueLimit::Directory => 128,
    };
    let value = item.optional("Value").unwrap_or_default();
    let lower = value.to_lowercase();
    let is_malformed = lower.starts_with("acs:") || has_address(&lower) || has_control(value);
    if value.chars().count() > longest || is_malformed {
        let rule =
            format!("at most {longest} characters that do not begin with \"acs:\" and hold no \"http://\"");
        return Err(item.invalid("Value", rule).into());
    }
    Ok(value.to_owned())
}

fn has_address(lower: &str) -> bool {
    lower.contains("http://") || lower.contains("https://")
}

fn has_control(text: &str) -> bool {
    text.chars().any(char::is_control)
}
