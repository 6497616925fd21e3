//! What somebody holds: each policy with its statements in words.

use serde::Deserialize;

use crate::local_cloud::api::version::RAM;
use crate::local_cloud::refusal::Refusal;

use super::super::super::desk::Desk;
use super::super::address;
use super::super::words::Words;
use super::Part;
use super::holder::Holder;

/// One policy of a holder.
pub(in super::super) struct Grant {
    pub(in super::super) name: String,
    pub(in super::super) policy_type: String,
    pub(in super::super) description: String,
    pub(in super::super) attached_at: String,
    /// The page of the policy.
    pub(in super::super) href: String,
    pub(in super::super) words: Part<Words>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    policies: Policies,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Policies {
    policy: Vec<Policy>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    policy_name: String,
    policy_type: String,
    description: String,
    attach_date: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Described {
    default_policy_version: Version,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Version {
    policy_document: String,
}

/// What a holder holds itself, in the order it was attached.
pub(super) fn list(desk: &Desk<'_>, holder: Holder<'_>) -> Result<Vec<Grant>, Refusal> {
    let answer: Answer = desk.ask((RAM, holder.list_action()), &[holder.parameter()])?;
    let grant = |policy: Policy| {
        Ok(Grant {
            words: Part::of(words(desk, &policy))?,
            href: address::policy(&policy.policy_type, &policy.policy_name),
            name: policy.policy_name,
            policy_type: policy.policy_type,
            description: policy.description,
            attached_at: policy.attach_date,
        })
    };
    answer.policies.policy.into_iter().map(grant).collect()
}

fn words(desk: &Desk<'_>, policy: &Policy) -> Result<Words, Refusal> {
    let named = [("PolicyType", policy.policy_type.as_str()), ("PolicyName", policy.policy_name.as_str())];
    let described: Described = desk.ask((RAM, "GetPolicy"), &named)?;
    Words::stored(&described.default_policy_version.policy_document)
}
