//! The dictionary: which function carries out each action.

use super::invocation::Verb;
use super::{
    access_configuration, assignment, console_session, directory, drift, group, permission_policy,
    provisioned_user, provisioning, resource_directory, scim_connector, scim_credential, scim_request,
    service_status, task, user, user_provisioning, user_provisioning_event,
};

/// An action of the API.
pub(super) struct Action {
    pub(super) name: &'static str,
    pub(super) verb: Verb,
}

macro_rules! actions {
    (vendor { $($name:ident: $verb:path,)* } own { $($own_name:ident: $own_verb:path,)* }) => {
        const ACTIONS: &[Action] = &[
            $(Action { name: stringify!($name), verb: $verb },)*
            $(Action { name: stringify!($own_name), verb: $own_verb },)*
        ];

        /// Every action of the vendor's that is served.
        pub const ACTION_NAMES: &[&str] = &[$(stringify!($name)),*];

        /// Every action that is served beside the vendor's.
        pub const OWN_ACTION_NAMES: &[&str] = &[$(stringify!($own_name)),*];
    };
}

actions! {
    vendor {
        EnableService: service_status::enable,
        DisableService: service_status::disable,
        GetServiceStatus: service_status::get,

        CreateDirectory: directory::create,
        GetDirectory: directory::get,
        UpdateDirectory: directory::update,
        DeleteDirectory: directory::delete,
        ListDirectories: directory::list,
        GetDirectoryStatistics: directory::get_statistics,

        CreateUser: user::create,
        GetUser: user::get,
        GetUserId: user::get_id,
        UpdateUser: user::update,
        UpdateUserStatus: user::update_status,
        DeleteUser: user::delete,
        ListUsers: user::list,
        ResetUserPassword: user::reset_password,
        ListJoinedGroupsForUser: user::list_joined_groups,

        CreateGroup: group::create,
        GetGroup: group::get,
        UpdateGroup: group::update,
        DeleteGroup: group::delete,
        ListGroups: group::list,
        AddUserToGroup: group::add_user,
        RemoveUserFromGroup: group::remove_user,
        ListGroupMembers: group::list_members,

        CreateAccessConfiguration: access_configuration::create,
        GetAccessConfiguration: access_configuration::get,
        UpdateAccessConfiguration: access_configuration::update,
        DeleteAccessConfiguration: access_configuration::delete,
        ListAccessConfigurations: access_configuration::list,
        AddPermissionPolicyToAccessConfiguration: permission_policy::add,
        RemovePermissionPolicyFromAccessConfiguration: permission_policy::remove,
        UpdateInlinePolicyForAccessConfiguration: permission_policy::update_inline,
        ListPermissionPoliciesInAccessConfiguration: permission_policy::list,
        ProvisionAccessConfiguration: provisioning::provision,
        DeprovisionAccessConfiguration: provisioning::deprovision,
        ListAccessConfigurationProvisionings: provisioning::list,

        CreateAccessAssignment: assignment::create,
        DeleteAccessAssignment: assignment::delete,
        ListAccessAssignments: assignment::list,
        GetTask: task::get,
        GetTaskStatus: task::get_status,
        ListTasks: task::list,

        CreateUserProvisioning: user_provisioning::create,
        GetUserProvisioning: user_provisioning::get,
        UpdateUserProvisioning: user_provisioning::update,
        DeleteUserProvisioning: user_provisioning::delete,
        ListUserProvisionings: user_provisioning::list,
        GetUserProvisioningConfiguration: user_provisioning::get_configuration,
        UpdateUserProvisioningConfiguration: user_provisioning::update_configuration,
        GetUserProvisioningEvent: user_provisioning_event::get,
        ListUserProvisioningEvents: user_provisioning_event::list,
        RetryUserProvisioningEvent: user_provisioning_event::retry,
        DeleteUserProvisioningEvent: user_provisioning_event::delete,
        GetUserProvisioningStatistics: user_provisioning_event::get_statistics,
        GetUserProvisioningRdAccountStatistics: user_provisioning_event::get_account_statistics,

        SetSCIMSynchronizationStatus: scim_connector::set_synchronization,
        GetSCIMSynchronizationStatus: scim_connector::get_synchronization,
        CreateSCIMServerCredential: scim_credential::create,
        ListSCIMServerCredentials: scim_credential::list,
        UpdateSCIMServerCredentialStatus: scim_credential::update_status,
        DeleteSCIMServerCredential: scim_credential::delete,
    }
    own {
        CancelTask: task::cancel,
        RetryTask: task::retry,
        RetryFailedTasks: task::retry_failed,
        GetTaskProgress: task::get_progress,
        DetectDrift: drift::detect,
        RepairDrift: drift::repair,
        GetDriftReport: drift::get_report,
        ListDriftedAccounts: drift::list_accounts,
        PlanMove: resource_directory::plan_move,
        MoveAccount: resource_directory::move_account,
        SynchronizeResourceDirectory: resource_directory::synchronize,
        CreateUserProvisionings: user_provisioning::create_many,
        ListProvisionedUsers: provisioned_user::list,
        ListConsoleSessions: console_session::list,
        EndConsoleSession: console_session::end,
        EndConsoleSessions: console_session::end_all,
        CreateSCIMConnector: scim_connector::create,
        GetSCIMConnector: scim_connector::get,
        UpdateSCIMConnector: scim_connector::update,
        DeleteSCIMConnector: scim_connector::delete,
        ListSCIMConnectors: scim_connector::list,
        RotateSCIMServerCredential: scim_credential::rotate,
        ListSCIMRequests: scim_request::list,
        ConfirmSCIMMassChange: scim_connector::confirm_mass_change,
        DismissSCIMMassChange: scim_connector::dismiss_mass_change,
    }
}

/// The action of this name.
pub(super) fn find(name: &str) -> Option<&'static Action> {
    ACTIONS.iter().find(|action| action.name == name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_action_stands_once() {
        let names: BTreeSet<_> = ACTION_NAMES.iter().chain(OWN_ACTION_NAMES).collect();
        assert_eq!(names.len(), ACTIONS.len());
        assert!(find("GetUser").is_some());
        assert!(find("getuser").is_none());
    }
}
