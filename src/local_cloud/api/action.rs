//! The dictionary: which product a version means, and which function carries out each action.

use super::invocation::{AnonymousInvocation, Outcome, StagedVerb, Verb};
use super::version::{CONSOLE, IMS, RAM, RESOURCE_DIRECTORY_MASTER, STS};
use super::{
    access_decision, access_key, account_grant, account_summary, attachment, control_attachment,
    control_policy, delegation, directory, domain, folder, group, handshake, login_profile, member,
    member_departure, member_list, member_tag, mfa_device, oidc_provider, password_policy, payer, policy,
    policy_version, ram_tag, role, saml_provider, security_preference, sts, sts_oidc, sts_saml, user,
    user_sso, user_tag,
};

/// How an action is carried out.
#[derive(Clone, Copy)]
pub(crate) enum Execution {
    /// It changes nothing.
    Read(Verb),
    /// It changes something, all of it or nothing.
    Write(Verb),
    /// It changes something after long work, for which no transaction is kept open.
    Staged(StagedVerb),
    /// It changes something, and its caller is proved by a parameter instead of a signature.
    /// It opens its own transactions, so that what nobody signed is verified outside of them.
    Anonymous(fn(&AnonymousInvocation<'_>) -> Outcome),
}

/// One action of one version of one product.
pub(crate) struct Action {
    pub(crate) version: &'static str,
    pub(crate) name: &'static str,
    pub(crate) execution: Execution,
}

const VERSIONS: &[&str] = &[STS, RAM, IMS, RESOURCE_DIRECTORY_MASTER, CONSOLE];

use Execution::{Anonymous, Read, Staged, Write};

#[rustfmt::skip]
const ACTIONS: &[Action] = &[
    Action { version: STS, name: "AssumeRole", execution: Write(sts::assume_role) },
    Action { version: STS, name: "AssumeRoleWithSAML", execution: Anonymous(sts_saml::assume_role) },
    Action { version: STS, name: "AssumeRoleWithOIDC", execution: Anonymous(sts_oidc::assume_role) },
    Action { version: STS, name: "GetCallerIdentity", execution: Read(sts::get_caller_identity) },

    Action { version: RAM, name: "CreateRole", execution: Write(role::create) },
    Action { version: RAM, name: "GetRole", execution: Read(role::get) },
    Action { version: RAM, name: "ListRoles", execution: Read(role::list) },
    Action { version: RAM, name: "UpdateRole", execution: Write(role::update) },
    Action { version: RAM, name: "DeleteRole", execution: Write(role::delete) },
    Action { version: RAM, name: "CreatePolicy", execution: Write(policy::create) },
    Action { version: RAM, name: "GetPolicy", execution: Read(policy::get) },
    Action { version: RAM, name: "ListPolicies", execution: Read(policy::list) },
    Action { version: RAM, name: "UpdatePolicyDescription", execution: Write(policy::update_description) },
    Action { version: RAM, name: "DeletePolicy", execution: Write(policy::delete) },
    Action { version: RAM, name: "CreatePolicyVersion", execution: Write(policy_version::create) },
    Action { version: RAM, name: "ListPolicyVersions", execution: Read(policy_version::list) },
    Action { version: RAM, name: "GetPolicyVersion", execution: Read(policy_version::get) },
    Action { version: RAM, name: "SetDefaultPolicyVersion", execution: Write(policy_version::set_default) },
    Action { version: RAM, name: "DeletePolicyVersion", execution: Write(policy_version::delete) },
    Action { version: RAM, name: "AttachPolicyToRole", execution: Write(attachment::attach_to_role) },
    Action { version: RAM, name: "DetachPolicyFromRole", execution: Write(attachment::detach_from_role) },
    Action { version: RAM, name: "ListPoliciesForRole", execution: Read(attachment::list_for_role) },
    Action { version: RAM, name: "AttachPolicyToUser", execution: Write(attachment::attach_to_user) },
    Action { version: RAM, name: "DetachPolicyFromUser", execution: Write(attachment::detach_from_user) },
    Action { version: RAM, name: "ListPoliciesForUser", execution: Read(attachment::list_for_user) },
    Action { version: RAM, name: "AttachPolicyToGroup", execution: Write(attachment::attach_to_group) },
    Action { version: RAM, name: "DetachPolicyFromGroup", execution: Write(attachment::detach_from_group) },
    Action { version: RAM, name: "ListPoliciesForGroup", execution: Read(attachment::list_for_group) },

    Action { version: RAM, name: "CreateUser", execution: Write(user::create) },
    Action { version: RAM, name: "GetUser", execution: Read(user::get) },
    Action { version: RAM, name: "UpdateUser", execution: Write(user::update) },
    Action { version: RAM, name: "DeleteUser", execution: Write(user::delete) },
    Action { version: RAM, name: "ListUsers", execution: Read(user::list) },
    Action { version: RAM, name: "CreateGroup", execution: Write(group::create) },
    Action { version: RAM, name: "GetGroup", execution: Read(group::get) },
    Action { version: RAM, name: "UpdateGroup", execution: Write(group::update) },
    Action { version: RAM, name: "DeleteGroup", execution: Write(group::delete) },
    Action { version: RAM, name: "ListGroups", execution: Read(group::list) },
    Action { version: RAM, name: "AddUserToGroup", execution: Write(group::add_user) },
    Action { version: RAM, name: "RemoveUserFromGroup", execution: Write(group::remove_user) },
    Action { version: RAM, name: "ListUsersForGroup", execution: Read(group::list_users) },
    Action { version: RAM, name: "ListGroupsForUser", execution: Read(group::list_for_user) },
    Action { version: RAM, name: "CreateAccessKey", execution: Write(access_key::create) },
    Action { version: RAM, name: "ListAccessKeys", execution: Read(access_key::list) },
    Action { version: RAM, name: "UpdateAccessKey", execution: Write(access_key::update) },
    Action { version: RAM, name: "DeleteAccessKey", execution: Write(access_key::delete) },
    Action { version: RAM, name: "GetAccessKeyLastUsed", execution: Read(access_key::last_used) },
    Action { version: RAM, name: "CreateLoginProfile", execution: Staged(login_profile::create) },
    Action { version: RAM, name: "GetLoginProfile", execution: Read(login_profile::get) },
    Action { version: RAM, name: "UpdateLoginProfile", execution: Staged(login_profile::update) },
    Action { version: RAM, name: "DeleteLoginProfile", execution: Write(login_profile::delete) },
    Action { version: RAM, name: "ChangePassword", execution: Staged(login_profile::change_password) },
    Action { version: RAM, name: "GetPasswordPolicy", execution: Read(password_policy::get) },
    Action { version: RAM, name: "SetPasswordPolicy", execution: Write(password_policy::set) },
    Action { version: RAM, name: "GetSecurityPreference", execution: Read(security_preference::get) },
    Action { version: RAM, name: "SetSecurityPreference", execution: Write(security_preference::set) },
    Action { version: RAM, name: "CreateVirtualMFADevice", execution: Write(mfa_device::create) },
    Action { version: RAM, name: "ListVirtualMFADevices", execution: Read(mfa_device::list) },
    Action { version: RAM, name: "DeleteVirtualMFADevice", execution: Write(mfa_device::delete) },
    Action { version: RAM, name: "BindMFADevice", execution: Write(mfa_device::bind) },
    Action { version: RAM, name: "UnbindMFADevice", execution: Write(mfa_device::unbind) },
    Action { version: RAM, name: "GetUserMFAInfo", execution: Read(mfa_device::user_info) },
    Action { version: RAM, name: "GetAccountAlias", execution: Read(domain::get_alias) },
    Action { version: RAM, name: "SetAccountAlias", execution: Write(domain::set_alias) },
    Action { version: RAM, name: "ClearAccountAlias", execution: Write(domain::clear_alias) },

    Action { version: RAM, name: "ListEntitiesForPolicy", execution: Read(attachment::list_entities) },

    Action { version: RAM, name: "TagResources", execution: Write(ram_tag::tag_resources) },
    Action { version: RAM, name: "UntagResources", execution: Write(ram_tag::untag_resources) },
    Action { version: RAM, name: "ListTagResources", execution: Read(ram_tag::list_tag_resources) },

    Action { version: IMS, name: "CreateSAMLProvider", execution: Write(saml_provider::create) },
    Action { version: IMS, name: "GetSAMLProvider", execution: Read(saml_provider::get) },
    Action { version: IMS, name: "ListSAMLProviders", execution: Read(saml_provider::list) },
    Action { version: IMS, name: "UpdateSAMLProvider", execution: Write(saml_provider::update) },
    Action { version: IMS, name: "DeleteSAMLProvider", execution: Write(saml_provider::delete) },
    Action { version: IMS, name: "CreateUser", execution: Write(user::create) },
    Action { version: IMS, name: "GetUser", execution: Read(user::get) },
    Action { version: IMS, name: "UpdateUser", execution: Write(user::update) },
    Action { version: IMS, name: "DeleteUser", execution: Write(user::delete) },
    Action { version: IMS, name: "ListUsers", execution: Read(user::list) },
    Action { version: IMS, name: "ListUserBasicInfos", execution: Read(user::list_basic_infos) },
    Action { version: IMS, name: "TagResources", execution: Write(user_tag::tag) },
    Action { version: IMS, name: "UntagResources", execution: Write(user_tag::untag) },
    Action { version: IMS, name: "ListTagResources", execution: Read(user_tag::list) },
    Action { version: IMS, name: "CreateGroup", execution: Write(group::create) },
    Action { version: IMS, name: "GetGroup", execution: Read(group::get) },
    Action { version: IMS, name: "UpdateGroup", execution: Write(group::update) },
    Action { version: IMS, name: "DeleteGroup", execution: Write(group::delete) },
    Action { version: IMS, name: "ListGroups", execution: Read(group::list) },
    Action { version: IMS, name: "AddUserToGroup", execution: Write(group::add_user) },
    Action { version: IMS, name: "RemoveUserFromGroup", execution: Write(group::remove_user) },
    Action { version: IMS, name: "ListUsersForGroup", execution: Read(group::list_users) },
    Action { version: IMS, name: "ListGroupsForUser", execution: Read(group::list_for_user) },
    Action { version: IMS, name: "CreateAccessKey", execution: Write(access_key::create) },
    Action { version: IMS, name: "ListAccessKeys", execution: Read(access_key::list) },
    Action { version: IMS, name: "UpdateAccessKey", execution: Write(access_key::update) },
    Action { version: IMS, name: "DeleteAccessKey", execution: Write(access_key::delete) },
    Action { version: IMS, name: "GetAccessKeyLastUsed", execution: Read(access_key::last_used) },
    Action { version: IMS, name: "CreateLoginProfile", execution: Staged(login_profile::create) },
    Action { version: IMS, name: "GetLoginProfile", execution: Read(login_profile::get) },
    Action { version: IMS, name: "UpdateLoginProfile", execution: Staged(login_profile::update) },
    Action { version: IMS, name: "DeleteLoginProfile", execution: Write(login_profile::delete) },
    Action { version: IMS, name: "ChangePassword", execution: Staged(login_profile::change_password) },
    Action { version: IMS, name: "GetPasswordPolicy", execution: Read(password_policy::get) },
    Action { version: IMS, name: "SetPasswordPolicy", execution: Write(password_policy::set) },
    Action { version: IMS, name: "GetSecurityPreference", execution: Read(security_preference::get) },
    Action { version: IMS, name: "SetSecurityPreference", execution: Write(security_preference::set) },
    Action { version: IMS, name: "CreateVirtualMFADevice", execution: Write(mfa_device::create) },
    Action { version: IMS, name: "ListVirtualMFADevices", execution: Read(mfa_device::list) },
    Action { version: IMS, name: "DeleteVirtualMFADevice", execution: Write(mfa_device::delete) },
    Action { version: IMS, name: "BindMFADevice", execution: Write(mfa_device::bind) },
    Action { version: IMS, name: "UnbindMFADevice", execution: Write(mfa_device::unbind) },
    Action { version: IMS, name: "GetUserMFAInfo", execution: Read(mfa_device::user_info) },
    Action { version: IMS, name: "DisableVirtualMFA", execution: Write(mfa_device::disable) },
    Action { version: IMS, name: "GetDefaultDomain", execution: Read(domain::get) },
    Action { version: IMS, name: "SetDefaultDomain", execution: Write(domain::set) },
    Action { version: IMS, name: "GetUserSsoSettings", execution: Read(user_sso::get) },
    Action { version: IMS, name: "SetUserSsoSettings", execution: Write(user_sso::set) },
    Action { version: IMS, name: "GetAccountSummary", execution: Read(account_summary::get) },

    Action { version: IMS, name: "CreateOIDCProvider", execution: Write(oidc_provider::create) },
    Action { version: IMS, name: "GetOIDCProvider", execution: Read(oidc_provider::get) },
    Action { version: IMS, name: "ListOIDCProviders", execution: Read(oidc_provider::list) },
    Action { version: IMS, name: "UpdateOIDCProvider", execution: Write(oidc_provider::update) },
    Action { version: IMS, name: "DeleteOIDCProvider", execution: Write(oidc_provider::delete) },
    Action { version: IMS, name: "AddClientIdToOIDCProvider", execution: Write(oidc_provider::add_client_id) },
    Action { version: IMS, name: "RemoveClientIdFromOIDCProvider", execution: Write(oidc_provider::remove_client_id) },
    Action { version: IMS, name: "AddFingerprintToOIDCProvider", execution: Write(oidc_provider::add_fingerprint) },
    Action { version: IMS, name: "RemoveFingerprintFromOIDCProvider", execution: Write(oidc_provider::remove_fingerprint) },

    Action { version: RESOURCE_DIRECTORY_MASTER, name: "GetResourceDirectory", execution: Read(directory::get) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "EnableResourceDirectory", execution: Write(directory::enable) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "SetMemberDeletionPermission", execution: Write(directory::set_member_deletion) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "SetMemberDisplayNameSyncStatus", execution: Write(directory::set_display_name_sync) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "CreateFolder", execution: Write(folder::create) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "GetFolder", execution: Read(folder::get) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "UpdateFolder", execution: Write(folder::update) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "DeleteFolder", execution: Write(folder::delete) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "ListFoldersForParent", execution: Read(folder::list_for_parent) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "ListAncestors", execution: Read(folder::list_ancestors) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "CreateResourceAccount", execution: Write(member::create) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "GetAccount", execution: Read(member::get) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "UpdateAccount", execution: Write(member::update) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "MoveAccount", execution: Write(member::move_to) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "ListAccounts", execution: Read(member_list::list) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "ListAccountsForParent", execution: Read(member_list::list_for_parent) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "GetPayerForAccount", execution: Read(payer::get) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "UpdatePayerForAccount", execution: Write(payer::update) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "RemoveCloudAccount", execution: Write(member_departure::remove) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "CheckAccountDelete", execution: Write(member_departure::check) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "GetAccountDeletionCheckResult", execution: Read(member_departure::check_result) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "DeleteAccount", execution: Write(member_departure::delete) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "GetAccountDeletionStatus", execution: Read(member_departure::status) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "TagResources", execution: Write(member_tag::tag_resources) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "UntagResources", execution: Write(member_tag::untag_resources) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "ListTagResources", execution: Read(member_tag::list_tag_resources) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "ListTagKeys", execution: Read(member_tag::list_tag_keys) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "ListTagValues", execution: Read(member_tag::list_tag_values) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "InviteAccountToResourceDirectory", execution: Write(handshake::invite) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "GetHandshake", execution: Read(handshake::get) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "ListHandshakesForResourceDirectory", execution: Read(handshake::list_for_directory) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "ListHandshakesForAccount", execution: Read(handshake::list_for_account) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "AcceptHandshake", execution: Write(handshake::accept) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "DeclineHandshake", execution: Write(handshake::decline) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "CancelHandshake", execution: Write(handshake::cancel) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "RegisterDelegatedAdministrator", execution: Write(delegation::register) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "DeregisterDelegatedAdministrator", execution: Write(delegation::deregister) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "ListDelegatedAdministrators", execution: Read(delegation::list) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "ListDelegatedServicesForAccount", execution: Read(delegation::list_services) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "ListTrustedServiceStatus", execution: Read(delegation::list_trusted) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "EnableControlPolicy", execution: Write(control_policy::enable) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "DisableControlPolicy", execution: Write(control_policy::disable) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "GetControlPolicyEnablementStatus", execution: Read(control_policy::enablement_status) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "CreateControlPolicy", execution: Write(control_policy::create) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "GetControlPolicy", execution: Read(control_policy::get) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "UpdateControlPolicy", execution: Write(control_policy::update) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "DeleteControlPolicy", execution: Write(control_policy::delete) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "ListControlPolicies", execution: Read(control_policy::list) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "AttachControlPolicy", execution: Write(control_attachment::attach) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "DetachControlPolicy", execution: Write(control_attachment::detach) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "ListControlPolicyAttachmentsForTarget", execution: Read(control_attachment::list_for_target) },
    Action { version: RESOURCE_DIRECTORY_MASTER, name: "ListTargetAttachmentsForControlPolicy", execution: Read(control_attachment::list_targets) },

    Action { version: CONSOLE, name: "ListPolicyAttachments", execution: Read(account_grant::list) },
    Action { version: CONSOLE, name: "GetAccessDecision", execution: Read(access_decision::get) },
];

impl Action {
    /// Product and action as policies and fault rules name them, such as `ram:CreateRole`.
    pub(crate) fn full_name(&self) -> String {
        let product = match self.version {
            STS => "sts",
            RAM | CONSOLE => "ram",
            IMS => "ims",
            _ => "resourcemanager",
        };
        format!("{product}:{}", self.name)
    }
}

/// The action of this name in this version.
pub(crate) fn find(version: &str, name: &str) -> Option<&'static Action> {
    ACTIONS.iter().find(|action| action.version == version && action.name == name)
}

/// The names of a version's actions, in the order of the dictionary.
pub(crate) fn names(version: &str) -> Vec<&'static str> {
    ACTIONS.iter().filter(|action| action.version == version).map(|action| action.name).collect()
}

/// Whether some product has this version.
pub(crate) fn is_version(version: &str) -> bool {
    VERSIONS.contains(&version)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_action_stands_once_and_belongs_to_a_product() {
        let names: BTreeSet<_> = ACTIONS.iter().map(|action| (action.version, action.name)).collect();
        assert_eq!(names.len(), ACTIONS.len());
        assert!(ACTIONS.iter().all(|action| is_version(action.version)));
        assert!(find(RAM, "GetRole").is_some());
        assert!(find(STS, "GetRole").is_none());
    }
}
