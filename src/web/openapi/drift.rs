//! Drift: accounts compared with what they should have, and brought back to it. The vendor's API has none
//! of this; these actions are ours.

use serde_json::{Value, json};

use crate::base::AccessConfigurationId;
use crate::domain::Difference;
use crate::service::authorisation::Resource;
use crate::service::drift;

use super::invocation::{Invocation, Outcome};
use super::target;

/// `DetectDrift`: asks for a comparison of an account, of all below a folder, or of all.
pub(super) fn detect(call: &Invocation<'_>) -> Outcome {
    let target = target::target_or_all(call)?;
    let operator = call.authorise(&Resource::directory(&call.directory_id()?))?;
    Ok(json!({ "TaskCount": drift::detect(call.ctx, &operator, target.as_ref())? }))
}

/// `RepairDrift`: asks that an account, all below a folder, or all be brought back to what they should
/// have.
pub(super) fn repair(call: &Invocation<'_>) -> Outcome {
    let target = target::target_or_all(call)?;
    let operator = call.authorise(&Resource::directory(&call.directory_id()?))?;
    Ok(json!({ "TaskCount": drift::request_repair(call.ctx, &operator, target.as_ref())? }))
}

/// `GetDriftReport`: what the last comparison of an account found, object by object.
pub(super) fn get_report(call: &Invocation<'_>) -> Outcome {
    let account = call.account_id()?;
    let operator = call.authorise(&Resource::directory(&call.directory_id()?))?;
    let report = drift::report(call.ctx, &operator, &account)?;
    Ok(json!({ "DriftReport": {
        "AccountId": report.account_id,
        "CompareTime": report.compared_at.map(|moment| moment.rfc3339()),
        "Differences": report.differences.iter().map(difference).collect::<Vec<_>>(),
    }}))
}

/// `ListDriftedAccounts`: those in which the last comparison found a difference.
pub(super) fn list_accounts(call: &Invocation<'_>) -> Outcome {
    let operator = call.authorise(&Resource::directory(&call.directory_id()?))?;
    let accounts = drift::list_drifted(call.ctx, &operator)?;
    Ok(json!({ "TotalCounts": accounts.len(), "AccountIds": accounts }))
}

fn difference(one: &Difference) -> Value {
    json!({
        "ObjectType": one.object.as_str(),
        "ObjectName": one.name,
        "AttachedPolicyName": one.part,
        "Finding": one.finding.as_str(),
        "AccessConfigurationId": one.access_configuration_id.as_ref().map(AccessConfigurationId::as_str),
    })
}
