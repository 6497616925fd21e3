//! What a role, a user or a group may do, for people: its policies, each statement in a line, and the document.

use diesel::SqliteConnection;
use serde_json::Value;

use crate::local_cloud::api::permission::held_policy;
use crate::local_cloud::cloud::Cloud;
use crate::local_cloud::refusal::Refusal;
use crate::local_cloud::store::attachment;
use crate::policy::{Document, Effect, Kind, Named, summarise};

/// One policy of a holder.
#[derive(Debug)]
pub(super) struct HeldPolicy {
    pub(super) name: String,
    pub(super) policy_type: String,
    pub(super) description: String,
    pub(super) statements: Vec<Statement>,
    /// The document as JSON, indented.
    pub(super) document: String,
}

/// One statement, each part in words.
#[derive(Debug)]
pub(super) struct Statement {
    pub(super) is_allow: bool,
    /// Such as `ecs:Describe*, ecs:List*`.
    pub(super) actions: String,
    pub(super) resources: String,
    /// Empty where there is none.
    pub(super) conditions: String,
}

/// The policies that a holder holds itself, in the order they were attached.
pub(super) fn list(
    cloud: &Cloud,
    connection: &mut SqliteConnection,
    holder_id: &str,
) -> Result<Vec<HeldPolicy>, Refusal> {
    let mut policies = Vec::new();
    for row in attachment::list(connection, holder_id)? {
        let held = held_policy(cloud, connection, &row)?;
        let corrupt =
            |error: String| Refusal::Internal(format!("stored policy {}: {error}", row.policy_name));
        let json: Value = serde_json::from_str(&held.document).map_err(|error| corrupt(error.to_string()))?;
        policies.push(HeldPolicy {
            statements: statements(&row.policy_name, &held.document)
                .map_err(|error| corrupt(error.to_string()))?,
            name: row.policy_name,
            policy_type: row.policy_type,
            description: held.description,
            document: serde_json::to_string_pretty(&json).unwrap_or(held.document),
        });
    }
    Ok(policies)
}

/// The statements of a policy's document, in words.
pub(super) fn statements(name: &str, text: &str) -> Result<Vec<Statement>, crate::policy::Error> {
    let document = Document::parse(Kind::System, text)?;
    let lines = summarise(&[Named { name, document: &document }]).into_iter();
    let statement = lines.map(|line| Statement {
        is_allow: line.effect == Effect::Allow,
        actions: line.actions,
        resources: line.resources,
        conditions: line.conditions.join(" and "),
    });
    Ok(statement.collect())
}
