//! RAM 2015-05-01: tags of roles and custom policies.

use std::collections::BTreeMap;

use diesel::SqliteConnection;
use serde_json::{Value, json};

use crate::local_cloud::arn::Arn;
use crate::local_cloud::refusal::Refusal;
use crate::local_cloud::rules;
use crate::local_cloud::store::tag::TagRow;
use crate::local_cloud::store::{policy as policies, role as roles};

use super::invocation::{Invocation, Outcome, TokenPage};
use super::permission::{authorise, may_change};
use super::tag::{self, Filter, Tagged, Tags, ValueLimit, bearer};
use super::{policy, role};

/// Resources that one call may name.
const NAMES: usize = 50;

impl Tagged {
    fn read(call: &Invocation<'_>) -> Result<Self, Refusal> {
        call.parameters.required("ResourceType")?;
        let word = call.parameters.choice("ResourceType", &["role", "policy"])?;
        Ok(if word == Some("policy") { Self::Policy } else { Self::Role })
    }

    fn arn(self, call: &Invocation<'_>, name: &str) -> String {
        match self {
            Self::Role => Arn::role(call.account().clone(), name).to_string(),
            Self::Policy => Arn::policy(call.account().clone(), name).to_string(),
        }
    }

    /// The id and the name of the resource that a call names in any case.
    fn find(
        self,
        call: &Invocation<'_>,
        connection: &mut SqliteConnection,
        name: &str,
    ) -> Result<(String, String), Refusal> {
        match self {
            Self::Role => {
                let name = rules::ROLE_NAME.check("ResourceNames", name)?;
                let row = role::find(connection, call.account(), name)?;
                Ok((row.id, row.name))
            }
            Self::Policy => {
                let name = rules::POLICY_NAME.check("ResourceNames", name)?;
                let row = policy::find(call, connection, name)?;
                Ok((row.id, row.name))
            }
        }
    }

    /// The names of all of them in an account, by id.
    fn names(
        self,
        connection: &mut SqliteConnection,
        account: &str,
    ) -> Result<BTreeMap<String, String>, Refusal> {
        Ok(match self {
            Self::Role => {
                let rows = roles::list(connection, account, "", i64::MAX)?;
                rows.into_iter().map(|row| (row.id, row.name)).collect()
            }
            Self::Policy => {
                let rows = policies::list(connection, account, "", i64::MAX)?;
                rows.into_iter().map(|row| (row.id, row.name)).collect()
            }
        })
    }
}

/// `TagResources`.
pub(crate) fn tag_resources(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let tags = tag::required(call.parameters, ValueLimit::Account)?;
    for (kind, id) in changed(call, connection, "ram:TagResources")? {
        tag::bind(connection, bearer(call, kind, &id), &tags)?;
    }
    Ok(json!({}))
}

/// `UntagResources`; with `All` every tag.
pub(crate) fn untag_resources(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    for (kind, id) in changed(call, connection, "ram:UntagResources")? {
        tag::unbind(connection, bearer(call, kind, &id), (call.parameters, "TagKeys"))?;
    }
    Ok(json!({}))
}

/// `ListTagResources`: of the resources named, or of all; those that bear what `Tag` asks for.
pub(crate) fn list_tag_resources(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let kind = Tagged::read(call)?;
    let filter = Filter::read(call.parameters)?;
    let page = TokenPage::read(call.parameters, "PageSize", 100)?;
    let account = call.account().as_str();
    let named = names(call)?;
    let resources = if named.is_empty() {
        authorise(call, connection, "ram:ListTagResources", &kind.arn(call, "*"))?;
        kind.names(connection, account)?
    } else {
        let mut resources = BTreeMap::new();
        for name in &named {
            authorise(call, connection, "ram:ListTagResources", &kind.arn(call, name))?;
            let (id, name) = kind.find(call, connection, name)?;
            resources.insert(id, name);
        }
        resources
    };
    let tags = Tags::load(connection, account, kind.word())?;
    let mut rows: Vec<(&String, &TagRow)> = Vec::new();
    for (id, name) in &resources {
        let own = tags.of(id);
        if filter.admits(own) {
            rows.extend(own.iter().map(|row| (name, row)));
        }
    }
    let key = |(_, row): &(&String, &TagRow)| format!("{}\u{0}{}", row.resource_id, row.key);
    Ok(page.answer(rows, "TagResources", key, |(name, row)| item(kind, name, row)))
}

fn item(kind: Tagged, name: &str, row: &TagRow) -> Value {
    json!({
        "ResourceType": kind.word(),
        "ResourceName": name,
        "TagKey": row.key,
        "TagValue": row.value,
    })
}

/// The resources that a call changes, each of which the caller may change.
fn changed(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    action: &str,
) -> Result<Vec<(Tagged, String)>, Refusal> {
    let kind = Tagged::read(call)?;
    let names = names(call)?;
    if names.is_empty() {
        return Err(crate::rpc::Error::Missing("ResourceNames".to_owned()).into());
    }
    let mut resources = Vec::new();
    for name in names {
        authorise(call, connection, action, &kind.arn(call, &name))?;
        may_change(call.identity, &name)?;
        let (id, _name) = kind.find(call, connection, &name)?;
        resources.push((kind, id));
    }
    Ok(resources)
}

fn names(call: &Invocation<'_>) -> Result<Vec<String>, Refusal> {
    let names = call.parameters.strings("ResourceNames")?;
    if names.len() > NAMES {
        return Err(call.parameters.invalid("ResourceNames", format!("at most {NAMES} names")).into());
    }
    Ok(names)
}
