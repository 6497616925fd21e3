//! The dictionary: which function carries out each action.

use super::invocation::Verb;
use super::{
    access_configuration, assignment, directory, group, permission_policy, provisioning, service_status,
    task, user,
};

/// An action of the API.
pub(super) struct Action {
    pub(super) name: &'static str,
    pub(super) verb: Verb,
}

macro_rules! actions {
    ($($name:ident: $verb:path,)*) => {
        const ACTIONS: &[Action] = &[$(Action { name: stringify!($name), verb: $verb }),*];

        /// Every action that is served.
        pub const ACTION_NAMES: &[&str] = &[$(stringify!($name)),*];
    };
}

actions! {
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
        let names: BTreeSet<_> = ACTION_NAMES.iter().collect();
        assert_eq!(names.len(), ACTIONS.len());
        assert!(find("GetUser").is_some());
        assert!(find("getuser").is_none());
    }
}
