//! Which policy a visit's path names.

use crate::local_cloud::refusal::{Entity, Refusal};

use super::super::super::desk::Visit;
use super::super::grant::PolicyName;

/// The policy of the path, of either type.
pub(super) fn named(visit: &Visit) -> Result<PolicyName<'_>, Refusal> {
    let name = visit.at("policy");
    let policy_type = match visit.at("type") {
        "custom" => "Custom",
        "system" => "System",
        _ => return Err(Refusal::missing(Entity::Policy, name)),
    };
    Ok(PolicyName { policy_type, name })
}

/// The name of the path for an action that knows custom policies alone: to it a system policy is not there.
pub(super) fn custom(visit: &Visit) -> &str {
    visit.at("policy")
}
