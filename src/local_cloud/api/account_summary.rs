//! IMS 2019-08-15: what an account holds, and how much it may hold.

use diesel::SqliteConnection;
use serde_json::json;

use crate::local_cloud::rules;
use crate::local_cloud::store::{group, mfa_device, policy, role, user};

use super::invocation::{Invocation, Outcome};
use super::permission::{account_arn, authorise};

/// `GetAccountSummary`. Quotas of what this cloud does not have are absent.
pub(crate) fn get(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    authorise(call, connection, "ims:GetAccountSummary", &account_arn(call))?;
    let account = call.account().as_str();
    let (devices, in_use) = mfa_device::count(connection, account)?;
    Ok(json!({"SummaryMap": {
        "Users": user::count(connection, account)?,
        "UsersQuota": rules::USERS_PER_ACCOUNT,
        "Groups": group::count(connection, account)?,
        "GroupsQuota": rules::GROUPS_PER_ACCOUNT,
        "GroupsPerUserQuota": rules::GROUPS_PER_USER,
        "Roles": role::count(connection, account)?,
        "RolesQuota": rules::ROLES_PER_ACCOUNT,
        "Policies": policy::count(connection, account)?,
        "PoliciesQuota": rules::POLICIES_PER_ACCOUNT,
        "PolicySizeQuota": rules::POLICY_SIZE,
        "VersionsPerPolicyQuota": rules::VERSIONS_PER_POLICY,
        "AttachedPoliciesPerUserQuota": rules::POLICIES_PER_HOLDER,
        "AttachedPoliciesPerGroupQuota": rules::POLICIES_PER_HOLDER,
        "AttachedPoliciesPerRoleQuota": rules::POLICIES_PER_HOLDER,
        "AttachedSystemPoliciesPerUserQuota": rules::POLICIES_PER_HOLDER,
        "AttachedSystemPoliciesPerGroupQuota": rules::POLICIES_PER_HOLDER,
        "AttachedSystemPoliciesPerRoleQuota": rules::POLICIES_PER_HOLDER,
        "AccessKeysPerUserQuota": rules::ACCESS_KEYS_PER_HOLDER,
        "AccountAccessKeysPerAccountQuota": rules::ACCESS_KEYS_PER_HOLDER,
        "MFADevices": devices,
        "MFADevicesInUse": in_use,
        "VirtualMFADevicesQuota": rules::MFA_DEVICES_PER_ACCOUNT,
    }}))
}
