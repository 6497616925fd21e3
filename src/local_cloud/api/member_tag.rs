//! ResourceDirectoryMaster 2022-04-19: tags of members. Folders and control policies get theirs when
//! they are made: the package has no other way.

use std::collections::BTreeSet;

use diesel::SqliteConnection;
use serde_json::{Value, json};

use crate::local_cloud::refusal::Refusal;
use crate::local_cloud::store::account::{self, AccountRow, DirectoryRow, Filter as AccountFilter};
use crate::local_cloud::store::tag::TagRow;

use super::directory::{arn, directory, member, readable};
use super::invocation::{Invocation, Outcome, TokenPage};
use super::member::{TAGGED, bearer};
use super::permission::authorise;
use super::tag::{self, Filter, Tags, ValueLimit};

/// Members that one call may name.
const IDS: usize = 50;

/// `TagResources`.
pub(crate) fn tag_resources(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let tags = tag::required(call.parameters, ValueLimit::Directory)?;
    let directory = directory(connection)?;
    for row in changed(call, connection, (&directory, "resourcemanager:TagResources"))? {
        tag::bind(connection, bearer(&directory, &row.id), &tags)?;
    }
    Ok(json!({}))
}

/// `UntagResources`; with `All` every tag.
pub(crate) fn untag_resources(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    for row in changed(call, connection, (&directory, "resourcemanager:UntagResources"))? {
        tag::unbind(connection, bearer(&directory, &row.id), (call.parameters, "TagKey"))?;
    }
    Ok(json!({}))
}

/// `ListTagResources`: of the members named, or of all; those that bear what `Tag` asks for.
pub(crate) fn list_tag_resources(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    resource_type(call)?;
    let page = TokenPage::read(call.parameters, "MaxResults", 10)?;
    let filter = Filter::read(call.parameters)?;
    let arn = readable(call, connection, (&directory, "account/*"))?;
    authorise(call, connection, "resourcemanager:ListTagResources", &arn)?;
    let ids = ids(call)?;
    let rows = tagged(connection, &directory, &ids)?;
    let rows: Vec<TagRow> = rows.into_iter().filter(|own| filter.admits(own)).flatten().collect();
    let key = |row: &TagRow| format!("{}\u{0}{}", row.resource_id, row.key);
    Ok(page.answer(rows, "TagResources", key, |row| {
        json!({
            "ResourceType": TAGGED,
            "ResourceId": row.resource_id,
            "TagKey": row.key,
            "TagValue": row.value,
        })
    }))
}

/// `ListTagKeys`: the keys that members bear.
pub(crate) fn list_tag_keys(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let part = |row: &TagRow| Some(row.key.clone());
    distinct(call, connection, ("resourcemanager:ListTagKeys", "KeyFilter", "Key"), part)
}

/// `ListTagValues`: the values that members bear under one key.
pub(crate) fn list_tag_values(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let wanted = call.parameters.required("TagKey")?.to_owned();
    let part = |row: &TagRow| (row.key == wanted).then(|| row.value.clone());
    distinct(call, connection, ("resourcemanager:ListTagValues", "ValueFilter", "Value"), part)
}

/// The different texts that `part` takes from tags, as `{member: text}`.
fn distinct(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    (action, filter, member): (&str, &str, &str),
    part: impl Fn(&TagRow) -> Option<String>,
) -> Outcome {
    let directory = directory(connection)?;
    resource_type(call)?;
    let page = TokenPage::read(call.parameters, "MaxResults", 10)?;
    let arn = readable(call, connection, (&directory, "account/*"))?;
    authorise(call, connection, action, &arn)?;
    let asked = call.parameters.optional(filter).unwrap_or_default();
    let rows = tagged(connection, &directory, &[])?;
    let texts: BTreeSet<String> =
        rows.iter().flatten().filter_map(part).filter(|text| text.contains(asked)).collect();
    let item = |text: &String| -> Value { json!({ member: text }) };
    Ok(page.answer(texts.into_iter().collect(), "Tags", String::clone, item))
}

/// The tags of each of the members named, or of all of them.
fn tagged(
    connection: &mut SqliteConnection,
    directory: &DirectoryRow,
    ids: &[String],
) -> Result<Vec<Vec<TagRow>>, Refusal> {
    let tags = Tags::load(connection, &directory.management_account_id, TAGGED)?;
    let mut found = Vec::new();
    for row in account::list_members(connection, AccountFilter::default())? {
        if ids.is_empty() || ids.contains(&row.id) {
            found.push(tags.of(&row.id).to_vec());
        }
    }
    Ok(found)
}

fn changed(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    (directory, action): (&DirectoryRow, &str),
) -> Result<Vec<AccountRow>, Refusal> {
    resource_type(call)?;
    let ids = ids(call)?;
    if ids.is_empty() {
        return Err(crate::rpc::Error::Missing("ResourceId".to_owned()).into());
    }
    let mut members = Vec::new();
    for id in ids {
        authorise(call, connection, action, &arn(directory, &format!("account/{id}")))?;
        members.push(member(connection, &id)?);
    }
    Ok(members)
}

fn resource_type(call: &Invocation<'_>) -> Result<(), Refusal> {
    call.parameters.required("ResourceType")?;
    call.parameters.choice("ResourceType", &[TAGGED])?;
    Ok(())
}

fn ids(call: &Invocation<'_>) -> Result<Vec<String>, Refusal> {
    let ids = call.parameters.strings("ResourceId")?;
    if ids.len() > IDS {
        return Err(call.parameters.invalid("ResourceId", format!("at most {IDS} ids")).into());
    }
    Ok(ids)
}
