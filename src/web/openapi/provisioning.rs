//! Provisionings: which access configurations stand in which accounts.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::base::{AccessConfigurationId, AccountId, Page};
use crate::domain::{
    AccessConfiguration, Grant, PermissionPolicy, Provisioning, ProvisioningFilter, ProvisioningStatus,
    ReservedNames, Target, TargetKind,
};
use crate::service::authorisation::Resource;
use crate::service::target::{References, names};
use crate::service::{Listing, access_configuration, provisioning};

use super::invocation::{Invocation, Outcome};
use super::paging::Paging;
use super::{target, task};

const PAGE: u32 = 20;
const STATUSES: &[&str] = &["Provisioned", "ReprovisionRequired", "DeprovisionFailed"];
const FILTERS: &[&str] = &["AccessConfigurationId", "ProvisioningStatus", "TargetId", "TargetType"];

/// `ProvisionAccessConfiguration`; without a target on every account that has it or should have it.
pub(super) fn provision(call: &Invocation<'_>) -> Outcome {
    let id = call.access_configuration_id()?;
    let target = target::target_or_all(call)?;
    let operator = call.authorise(&Resource::access_configuration(&call.directory_id()?, &id))?;
    let tasks = provisioning::provision(call.ctx, &operator, &id, target.as_ref())?;
    Ok(json!({ "Tasks": task::begun(call, &operator, &tasks)? }))
}

/// `DeprovisionAccessConfiguration`; without a target on every account that has it.
pub(super) fn deprovision(call: &Invocation<'_>) -> Outcome {
    let id = call.access_configuration_id()?;
    let target = target::target_or_all(call)?;
    let operator = call.authorise(&Resource::access_configuration(&call.directory_id()?, &id))?;
    let tasks = provisioning::deprovision(call.ctx, &operator, &id, target.as_ref())?;
    Ok(json!({ "Tasks": task::begun(call, &operator, &tasks)? }))
}

/// `ListAccessConfigurationProvisionings`. What stands in accounts is asked for by account.
pub(super) fn list(call: &Invocation<'_>) -> Outcome {
    let directory = call.directory_id()?;
    let account_id = match target::optional_target(call)? {
        (_, Some(Target::Account(id))) => Some(id),
        (Some(TargetKind::Folder), _) | (_, Some(Target::Folder(_))) => {
            return Err(call.parameters.invalid("TargetType", "RD-Account").into());
        }
        _ => None,
    };
    let status = call.parameters.choice("ProvisioningStatus", STATUSES)?;
    let filter = ProvisioningFilter {
        access_configuration_id: target::optional_configuration(call)?,
        account_id,
        statuses: status.map(ProvisioningStatus::from_openapi).unwrap_or_default(),
    };
    let paging = Paging::read(call, PAGE, FILTERS)?;
    let after = paging.after(read_position)?;
    let operator = call.authorise(&Resource::directory(&directory))?;
    let (found, total) = provisioning::list(call.ctx, &operator, &filter, after.as_ref(), paging.rows())?;
    let page = Page::cut(found, paging.request.limit, position);
    let configurations: Vec<_> = page.items.iter().map(|found| &found.access_configuration_id).collect();
    let known = access_configuration::list_by_id(call.ctx, &operator, &configurations)?;
    let known: HashMap<_, _> = known.iter().map(|one| (&one.id, one)).collect();
    let targets: Vec<Target> =
        page.items.iter().map(|found| Target::Account(found.account_id.clone())).collect();
    let references = References { configurations, assignees: vec![], targets: targets.iter().collect() };
    let names = names(call.ctx, &operator, &references)?;
    paging.answer(&Listing { page: page.clone(), total }, "AccessConfigurationProvisionings", |found| {
        let account = Target::Account(found.account_id.clone());
        let mut members = target::answer(&names, Some(&found.access_configuration_id), &account, None);
        if let Some(configuration) = known.get(&found.access_configuration_id) {
            let own = ReservedNames::new(call.ctx.site(), &directory, configuration.spec.name.as_str());
            members.insert("RAMPolicyNames".to_owned(), custom_policies(configuration, &own).into());
            members.insert("RAMRoleName".to_owned(), own.role.into());
            members.insert("SAMLProviderName".to_owned(), own.saml_provider.into());
        }
        members.insert("Status".to_owned(), found.status.as_openapi().into());
        members.insert("CreateTime".to_owned(), found.created_at.rfc3339().into());
        members.insert("UpdateTime".to_owned(), found.updated_at.rfc3339().into());
        Value::Object(members)
    })
}

/// The policies that were made for a configuration in an account.
fn custom_policies(configuration: &AccessConfiguration, own: &ReservedNames) -> Vec<String> {
    let is_inline = |policy: &PermissionPolicy| matches!(policy, PermissionPolicy::Inline { .. });
    if configuration.spec.policies.iter().any(is_inline) { vec![own.inline_policy.clone()] } else { vec![] }
}

/// Where a provisioning stands in a list.
fn position(found: &Provisioning) -> String {
    format!("{}/{}", found.access_configuration_id, found.account_id)
}

fn read_position(text: &str) -> Option<Grant> {
    let (configuration, account) = text.split_once('/')?;
    Some(Grant {
        access_configuration_id: AccessConfigurationId::parse(configuration)?,
        account_id: AccountId::parse(account)?,
    })
}
