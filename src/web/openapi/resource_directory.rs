//! Moves in the resource directory: planned first, then made, with what follows from them. The vendor's API
//! has none of this; these actions are ours.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::base::FolderId;
use crate::domain::Grant;
use crate::service::authorisation::Resource;
use crate::service::{Error, resource_directory};

use super::invocation::{Invocation, Outcome, nothing};
use super::target;

/// `PlanMove`: what moving an account or a folder would change. Changes nothing.
pub(super) fn plan_move(call: &Invocation<'_>) -> Outcome {
    let (target, destination) = (target::target(call)?, destination(call)?);
    let operator = call.authorise(&Resource::directory(&call.directory_id()?))?;
    let plan = resource_directory::plan_move(call.ctx, &operator, &target, &destination)?;
    Ok(json!({ "MovePlan": {
        "Gained": grants(&plan.reach.gained),
        "Lost": grants(&plan.reach.lost),
        "Provision": grants(&plan.provision),
        "Deprovision": grants(&plan.deprovision),
    }}))
}

/// `MoveAccount`: moves a member in the cloud, and writes the tasks that follow.
pub(super) fn move_account(call: &Invocation<'_>) -> Outcome {
    let (account, destination) = (call.account_id()?, destination(call)?);
    let operator = call.authorise(&Resource::directory(&call.directory_id()?))?;
    resource_directory::move_account(call.ctx, &operator, &account, &destination)?;
    nothing()
}

/// `SynchronizeResourceDirectory`: brings folders and accounts up to date with the cloud at once.
pub(super) fn synchronize(call: &Invocation<'_>) -> Outcome {
    let operator = call.authorise(&Resource::directory(&call.directory_id()?))?;
    resource_directory::synchronize(call.ctx, &operator)?;
    nothing()
}

fn destination(call: &Invocation<'_>) -> Result<FolderId, Error> {
    let name = "DestinationFolderId";
    let refusal = || call.parameters.invalid(name, "the id of a folder, which begins with fd- or r-");
    Ok(FolderId::parse(call.parameters.required(name)?).ok_or_else(refusal)?)
}

fn grants(grants: &BTreeSet<Grant>) -> Vec<Value> {
    let answer = |grant: &Grant| {
        json!({
            "AccountId": grant.account_id,
            "AccessConfigurationId": grant.access_configuration_id,
        })
    };
    grants.iter().map(answer).collect()
}
