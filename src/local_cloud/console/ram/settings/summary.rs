//! What an account holds, and how much it may hold.

use std::collections::BTreeMap;

use crate::local_cloud::api::version::IMS;
use crate::local_cloud::refusal::Refusal;

use super::super::super::desk::Desk;

/// What is counted: in words, the name of the count and that of the quota.
const COUNTED: &[(&str, &str, &str)] = &[
    ("Users", "Users", "UsersQuota"),
    ("Groups", "Groups", "GroupsQuota"),
    ("Roles", "Roles", "RolesQuota"),
    ("Custom policies", "Policies", "PoliciesQuota"),
    ("Virtual MFA devices", "MFADevices", "VirtualMFADevicesQuota"),
];

/// What one thing may hold.
const LIMITS: &[(&str, &str)] = &[
    ("Groups of one user", "GroupsPerUserQuota"),
    ("Custom policies of one user", "AttachedPoliciesPerUserQuota"),
    ("System policies of one user", "AttachedSystemPoliciesPerUserQuota"),
    ("Custom policies of one group", "AttachedPoliciesPerGroupQuota"),
    ("System policies of one group", "AttachedSystemPoliciesPerGroupQuota"),
    ("Custom policies of one role", "AttachedPoliciesPerRoleQuota"),
    ("System policies of one role", "AttachedSystemPoliciesPerRoleQuota"),
    ("Access keys of one user", "AccessKeysPerUserQuota"),
    ("Access keys of the account itself", "AccountAccessKeysPerAccountQuota"),
    ("Versions of one policy", "VersionsPerPolicyQuota"),
    ("Characters of one policy", "PolicySizeQuota"),
];

pub(super) struct SummaryView {
    pub(super) counts: Vec<Count>,
    pub(super) limits: Vec<(&'static str, i64)>,
    /// MFA devices that are bound to a user.
    pub(super) devices_in_use: i64,
}

pub(super) struct Count {
    pub(super) name: &'static str,
    pub(super) used: i64,
    pub(super) quota: i64,
    pub(super) left: i64,
}

pub(super) fn view(desk: &Desk<'_>) -> Result<SummaryView, Refusal> {
    let summary = desk.ask_for::<BTreeMap<String, i64>>((IMS, "GetAccountSummary"), &[], &["SummaryMap"])?;
    let value = |name: &str| summary.get(name).copied().unwrap_or_default();
    let count = |(name, used, quota): &(&'static str, &str, &str)| {
        let (used, quota) = (value(used), value(quota));
        Count { name, used, quota, left: (quota - used).max(0) }
    };
    Ok(SummaryView {
        counts: COUNTED.iter().map(count).collect(),
        limits: LIMITS.iter().map(|(name, quota)| (*name, value(quota))).collect(),
        devices_in_use: value("MFADevicesInUse"),
    })
}
