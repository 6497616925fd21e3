//! Directories.

use serde_json::{Value, json};

use crate::base::DirectoryName;
use crate::domain::{self, DirectoryRecord, Quotas, REGION, SYSTEM_POLICIES_PER_CONFIGURATION, Status};
use crate::service::authorisation::Resource;
use crate::service::directory;

use super::invocation::{Invocation, Outcome, nothing};

/// `CreateDirectory`.
pub(super) fn create(call: &Invocation<'_>) -> Outcome {
    let name = call.parameters.optional("DirectoryName").filter(|name| !name.is_empty());
    let name = name.map(DirectoryName::parse).transpose().map_err(domain::Error::from)?;
    let operator = call.authorise(&Resource::service())?;
    Ok(json!({ "Directory": answer(&directory::create(call.ctx, &operator, name)?) }))
}

/// `GetDirectory`.
pub(super) fn get(call: &Invocation<'_>) -> Outcome {
    let operator = call.authorise(&Resource::directory(&call.directory_id()?))?;
    Ok(json!({ "Directory": answer(&directory::load(call.ctx, &operator)?) }))
}

/// `UpdateDirectory`.
pub(super) fn update(call: &Invocation<'_>) -> Outcome {
    let id = call.directory_id()?;
    let name = call.parameters.required("NewDirectoryName")?;
    let operator = call.authorise(&Resource::directory(&id))?;
    Ok(json!({ "Directory": answer(&directory::rename(call.ctx, &operator, name)?) }))
}

/// `DeleteDirectory`.
pub(super) fn delete(call: &Invocation<'_>) -> Outcome {
    let operator = call.authorise(&Resource::directory(&call.directory_id()?))?;
    directory::delete(call.ctx, &operator)?;
    nothing()
}

/// `ListDirectories`.
pub(super) fn list(call: &Invocation<'_>) -> Outcome {
    let operator = call.authorise(&Resource::service())?;
    let directories = directory::list(call.ctx, &operator)?;
    let items: Vec<Value> = directories.iter().map(answer).collect();
    Ok(json!({ "TotalCounts": items.len(), "Directories": items }))
}

/// `GetDirectoryStatistics`.
pub(super) fn get_statistics(call: &Invocation<'_>) -> Outcome {
    let operator = call.authorise(&Resource::directory(&call.directory_id()?))?;
    let (directory, counts, quotas) = directory::statistics(call.ctx, &operator)?;
    Ok(json!({ "DirectoryStatistics": {
        "DirectoryId": directory.id,
        "DirectoryName": directory.name,
        "Region": REGION,
        "UserCount": counts.users,
        "UserQuota": quotas.users,
        "GroupCount": counts.groups,
        "GroupQuota": quotas.groups,
        "AccessConfigurationCount": counts.access_configurations,
        "AccessConfigurationQuota": Quotas::ACCESS_CONFIGURATIONS,
        "SystemPolicyPerAccessConfigurationQuota": SYSTEM_POLICIES_PER_CONFIGURATION,
        "InlinePolicyPerAccessConfigurationQuota": Quotas::INLINE_POLICIES,
        "AccessAssignmentCount": counts.access_assignments,
        "InProgressTaskCount": counts.tasks_in_progress,
        "SCIMServerCredentialCount": counts.scim_credentials,
        "SCIMSyncEnabled": directory.scim_synchronization == Status::Enabled,
        "SSOEnabled": false,
    }}))
}

fn answer(directory: &DirectoryRecord) -> Value {
    json!({
        "DirectoryId": directory.id,
        "DirectoryName": directory.name,
        "Region": REGION,
        "CreateTime": directory.created_at.rfc3339(),
        "UpdateTime": directory.updated_at.rfc3339(),
    })
}
