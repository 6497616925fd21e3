//! Permission policies of access configurations.

use serde_json::{Value, json};

use crate::domain::PermissionPolicy;
use crate::service::authorisation::Resource;
use crate::service::permission_policy::{self, PermissionPolicyKind};

use super::invocation::{Invocation, Outcome, nothing};

const KINDS: &[&str] = &["System", "Inline"];

/// `AddPermissionPolicyToAccessConfiguration`.
pub(super) fn add(call: &Invocation<'_>) -> Outcome {
    let id = call.access_configuration_id()?;
    let kind = call.required_word("PermissionPolicyType", KINDS, parse)?;
    let name = call.parameters.required("PermissionPolicyName")?.to_owned();
    let policy = match kind {
        PermissionPolicyKind::System => PermissionPolicy::System { name },
        PermissionPolicyKind::Inline => {
            let document = call.parameters.required("InlinePolicyDocument")?.to_owned();
            PermissionPolicy::Inline { name, document }
        }
    };
    let operator = call.authorise(&Resource::access_configuration(&call.directory_id()?, &id))?;
    permission_policy::add(call.ctx, &operator, &id, policy)?;
    nothing()
}

/// `RemovePermissionPolicyFromAccessConfiguration`.
pub(super) fn remove(call: &Invocation<'_>) -> Outcome {
    let id = call.access_configuration_id()?;
    let kind = call.required_word("PermissionPolicyType", KINDS, parse)?;
    let name = call.parameters.required("PermissionPolicyName")?;
    let operator = call.authorise(&Resource::access_configuration(&call.directory_id()?, &id))?;
    permission_policy::remove(call.ctx, &operator, &id, kind, name)?;
    nothing()
}

/// `UpdateInlinePolicyForAccessConfiguration`.
pub(super) fn update_inline(call: &Invocation<'_>) -> Outcome {
    let id = call.access_configuration_id()?;
    let name = call.parameters.required("InlinePolicyName")?;
    let document = call.parameters.required("NewInlinePolicyDocument")?;
    let operator = call.authorise(&Resource::access_configuration(&call.directory_id()?, &id))?;
    permission_policy::update_inline(call.ctx, &operator, &id, name, document)?;
    nothing()
}

/// `ListPermissionPoliciesInAccessConfiguration`.
pub(super) fn list(call: &Invocation<'_>) -> Outcome {
    let id = call.access_configuration_id()?;
    let kind = call.word("PermissionPolicyType", KINDS, parse)?;
    let operator = call.authorise(&Resource::access_configuration(&call.directory_id()?, &id))?;
    let policies = permission_policy::list(call.ctx, &operator, &id, kind)?;
    let items: Vec<Value> = policies
        .iter()
        .map(|(policy, added_at)| {
            let document = match policy {
                PermissionPolicy::System { .. } => "",
                PermissionPolicy::Inline { document, .. } => document,
            };
            json!({
                "AddTime": added_at.rfc3339(),
                "PermissionPolicyDocument": document,
                "PermissionPolicyName": policy.name(),
                "PermissionPolicyType": policy.kind(),
            })
        })
        .collect();
    Ok(json!({ "TotalCounts": items.len(), "PermissionPolicies": items }))
}

fn parse(word: &str) -> Option<PermissionPolicyKind> {
    let kinds = [PermissionPolicyKind::System, PermissionPolicyKind::Inline];
    kinds.into_iter().find(|kind| kind.as_str() == word)
}
