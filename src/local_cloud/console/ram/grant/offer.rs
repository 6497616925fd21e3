//! Policies that may be attached, found by a part of their name or description.

use serde::Deserialize;

use crate::local_cloud::api::version::RAM;
use crate::local_cloud::refusal::Refusal;

use super::super::super::desk::{Desk, Visit};
use super::holder::PolicyName;
use super::{Part, lock};

/// Policies that one search shows.
const MOST: &str = "40";

/// What a search found.
pub(in super::super) struct Offers {
    pub(in super::super) search: String,
    pub(in super::super) found: Part<Vec<Offer>>,
    /// Whether there are more than are shown.
    pub(in super::super) has_more: bool,
}

/// A policy to tick.
pub(in super::super) struct Offer {
    /// As forms name it: `System/AdministratorAccess`.
    pub(in super::super) value: String,
    pub(in super::super) name: String,
    pub(in super::super) policy_type: String,
    pub(in super::super) description: String,
    pub(in super::super) is_ticked: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    is_truncated: bool,
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
}

impl Offers {
    pub(super) fn none() -> Self {
        Self { search: String::new(), found: Part::Shown(Vec::new()), has_more: false }
    }

    /// What the visit's `find_policy` finds, without what is held and what nobody attaches.
    pub(super) fn search(
        desk: &Desk<'_>,
        visit: &Visit,
        is_held: impl Fn(PolicyName<'_>) -> bool,
    ) -> Result<Self, Refusal> {
        let search = visit.asked("find_policy");
        let mut parameters = vec![("MaxItems", MOST)];
        if !search.is_empty() {
            parameters.push(("QueryKeyword", search));
        }
        let answer: Part<Answer> = Part::of(desk.ask((RAM, "ListPolicies"), &parameters))?;
        let (found, has_more) = match answer {
            Part::Refused(reason) => (Part::Refused(reason), false),
            Part::Shown(answer) => {
                let mut policies = answer.policies.policy;
                policies.retain(|policy| {
                    let (policy_type, name) = (policy.policy_type.as_str(), policy.policy_name.as_str());
                    lock::of_grant(policy_type, name).is_none() && !is_held(PolicyName { policy_type, name })
                });
                let offers = policies.into_iter().map(|policy| offer(visit, policy)).collect();
                (Part::Shown(offers), answer.is_truncated)
            }
        };
        Ok(Self { search: search.to_owned(), found, has_more })
    }
}

fn offer(visit: &Visit, policy: Policy) -> Offer {
    let value = format!("{}/{}", policy.policy_type, policy.policy_name);
    Offer {
        is_ticked: visit.failure.is_some() && visit.given_all("policy").any(|ticked| ticked == value),
        value,
        name: policy.policy_name,
        policy_type: policy.policy_type,
        description: policy.description,
    }
}
