//! What every action refuses alike: the table of actions, and for each what it needs.

use cloudsso::web::{OPENAPI_ACTIONS, OPENAPI_OWN_ACTIONS};

use super::Api;

/// Actions that are about no directory, or about none in particular.
const OF_THE_SERVICE: &[&str] =
    &["EnableService", "DisableService", "GetServiceStatus", "CreateDirectory", "ListDirectories"];

/// The vendor's and ours.
fn actions() -> impl Iterator<Item = &'static str> {
    OPENAPI_ACTIONS.iter().chain(OPENAPI_OWN_ACTIONS).copied()
}

/// What each action needs beside the directory, with good values of the right kind that name nothing there.
fn needed(action: &str) -> Vec<(&'static str, &'static str)> {
    const USER: (&str, &str) = ("UserId", "u-nobody");
    const GROUP: (&str, &str) = ("GroupId", "g-nowhere");
    const CONFIGURATION: (&str, &str) = ("AccessConfigurationId", "ac-nothing");
    const PROVISIONING: (&str, &str) = ("UserProvisioningId", "up-nothing");
    const CONNECTOR: (&str, &str) = ("ConnectorId", "scimconn-nothing");
    const CREDENTIAL: (&str, &str) = ("CredentialId", "scimcred-nothing");
    const EVENT: (&str, &str) = ("EventId", "upe-nothing");
    match action {
        "UpdateDirectory" => vec![("NewDirectoryName", "other")],
        "CreateUser" => vec![("UserName", "erin")],
        "GetUser" | "UpdateUser" | "DeleteUser" | "ListJoinedGroupsForUser" => vec![USER],
        "GetUserId" => vec![("ExternalId", r#"{"Id":"x","Issuer":"SCIM"}"#)],
        "UpdateUserStatus" => vec![USER, ("NewStatus", "Disabled")],
        "ResetUserPassword" => vec![USER, ("Password", "Str0ng.enough")],
        "CreateGroup" => vec![("GroupName", "red")],
        "GetGroup" | "UpdateGroup" | "DeleteGroup" | "ListGroupMembers" => vec![GROUP],
        "AddUserToGroup" | "RemoveUserFromGroup" => vec![GROUP, USER],
        "CreateAccessConfiguration" => vec![("AccessConfigurationName", "Red")],
        "GetAccessConfiguration"
        | "UpdateAccessConfiguration"
        | "DeleteAccessConfiguration"
        | "ListPermissionPoliciesInAccessConfiguration" => vec![CONFIGURATION],
        "AddPermissionPolicyToAccessConfiguration" | "RemovePermissionPolicyFromAccessConfiguration" => {
            vec![
                CONFIGURATION,
                ("PermissionPolicyType", "System"),
                ("PermissionPolicyName", "ReadOnlyAccess"),
            ]
        }
        "UpdateInlinePolicyForAccessConfiguration" => {
            vec![CONFIGURATION, ("InlinePolicyName", "own"), ("NewInlinePolicyDocument", "{}")]
        }
        "ProvisionAccessConfiguration" | "DeprovisionAccessConfiguration" => vec![CONFIGURATION],
        "CreateAccessAssignment" | "DeleteAccessAssignment" => vec![
            CONFIGURATION,
            ("TargetType", "RD-Account"),
            ("TargetId", "1"),
            ("PrincipalType", "User"),
            ("PrincipalId", "u-nobody"),
        ],
        "CreateUserProvisioning" | "CreateUserProvisionings" => {
            let target = match action {
                "CreateUserProvisioning" => vec![("TargetType", "RD-Account"), ("TargetId", "1")],
                _ => vec![("TargetIds", r#"["1"]"#)],
            };
            let rest = [
                ("PrincipalType", "User"),
                ("PrincipalId", "u-nobody"),
                ("DuplicationStrategy", "KeepBoth"),
                ("DeletionStrategy", "Delete"),
            ];
            [target.as_slice(), &rest].concat()
        }
        "GetUserProvisioning"
        | "UpdateUserProvisioning"
        | "DeleteUserProvisioning"
        | "GetUserProvisioningStatistics" => vec![PROVISIONING],
        "GetUserProvisioningEvent" => vec![EVENT],
        "RetryUserProvisioningEvent" => vec![EVENT, ("DuplicationStrategy", "TakeOver")],
        "DeleteUserProvisioningEvent" => vec![EVENT, PROVISIONING],
        "GetUserProvisioningRdAccountStatistics" => vec![("RdMemberId", "1")],
        "ListProvisionedUsers" => vec![("TargetId", "1")],
        "EndConsoleSession" => vec![("ConsoleSessionId", "cs-nothing")],
        "EndConsoleSessions" => vec![USER],
        "GetTask" | "GetTaskStatus" | "CancelTask" | "RetryTask" => vec![("TaskId", "t-nothing")],
        "GetDriftReport" => vec![("AccountId", "1")],
        "PlanMove" => {
            vec![("TargetType", "RD-Account"), ("TargetId", "1"), ("DestinationFolderId", "fd-nowhere")]
        }
        "SetSCIMSynchronizationStatus" => vec![("SCIMSynchronizationStatus", "Enabled")],
        "UpdateSCIMServerCredentialStatus" => vec![CREDENTIAL, ("NewStatus", "Disabled")],
        "DeleteSCIMServerCredential" | "RotateSCIMServerCredential" => vec![CREDENTIAL],
        "CreateSCIMConnector" => vec![("ConnectorName", "okta")],
        "GetSCIMConnector"
        | "UpdateSCIMConnector"
        | "DeleteSCIMConnector"
        | "ListSCIMRequests"
        | "ConfirmSCIMMassChange"
        | "DismissSCIMMassChange" => vec![CONNECTOR],
        "MoveAccount" => vec![("AccountId", "1"), ("DestinationFolderId", "fd-nowhere")],
        _ => vec![],
    }
}

/// The kind of thing that a name of a parameter stands for.
const ENTITIES: [(&str, &str); 9] = [
    ("UserId", "User"),
    ("GroupId", "Group"),
    ("AccessConfigurationId", "AccessConfiguration"),
    ("TaskId", "Task"),
    ("EventId", "UserProvisioningEvent"),
    ("UserProvisioningId", "UserProvisioning"),
    ("ConsoleSessionId", "ConsoleSession"),
    ("ConnectorId", "SCIMConnector"),
    ("CredentialId", "SCIMServerCredential"),
];

#[test]
fn every_action_of_a_directory_needs_one_that_exists() {
    let api = Api::new();
    let before = api.statistics();
    for action in actions().filter(|action| !OF_THE_SERVICE.contains(action)) {
        let needed = needed(action);
        let with = |directory: &'static str| [&[("DirectoryId", directory)], needed.as_slice()].concat();
        let message = api.call(action, &needed).refused(400, "MissingDirectoryId");
        assert!(message.contains("DirectoryId"), "{action}: {message}");
        api.call(action, &with("")).refused(400, "MissingDirectoryId");
        for bad in ["acme", "u-1", "d-'; DROP TABLE users; --", "d-Ünknown"] {
            api.call(action, &with(bad)).refused(400, "InvalidParameter.DirectoryId");
        }
        api.call(action, &with("d-elsewhere")).refused(404, "EntityNotExists.Directory");
    }
    assert_eq!(api.statistics(), before);
}

#[test]
fn every_action_names_what_it_misses_and_what_does_not_exist() {
    let api = Api::new();
    let before = api.statistics();
    for action in actions() {
        let needed = needed(action);
        for (left_out, _) in &needed {
            let rest: Vec<_> = needed.iter().copied().filter(|(name, _)| name != left_out).collect();
            let message = api.within(action, &rest).refused(400, &format!("Missing{left_out}"));
            assert!(message.contains(left_out), "{action}: {message}");
        }
        if let Some((name, entity)) =
            ENTITIES.into_iter().find(|(name, _)| needed.iter().any(|(key, _)| key == name))
        {
            let missing = api.within(action, &needed);
            let entity = match action {
                // A group's change looks at the group first.
                "AddUserToGroup" | "RemoveUserFromGroup" => "Group",
                "DeleteAccessAssignment" => "AccessAssignment",
                _ => entity,
            };
            match action {
                // Whoever is no more may have sessions still.
                "EndConsoleSessions" => assert_eq!(missing.ok()["EndedCount"], 0),
                _ => drop(missing.refused(404, &format!("EntityNotExists.{entity}"))),
            }
            for bad in ["nobody", "x-1", &"u-".repeat(2000)] {
                let wrong: Vec<_> = needed
                    .iter()
                    .map(|(key, value)| (*key, if *key == name { bad } else { *value }))
                    .collect();
                api.within(action, &wrong).refused(400, &format!("InvalidParameter.{name}"));
            }
        }
    }
    assert_eq!(api.statistics(), before);
}

#[test]
fn every_action_refuses_who_cannot_be_verified() {
    let api = Api::new();
    let before = api.statistics();
    let inactive =
        api.machine("old", r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#);
    api.disable_key(&inactive);
    let nobody = api
        .machine("nobody", r#"{"Version":"1","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#);
    let secret = cloudsso::base::Secret::new("wrong");
    let wrong = cloudsso::rpc::AccessKey { secret: secret.clone(), ..api.key.clone() };
    let unknown = cloudsso::rpc::AccessKey { id: format!("CSAK{}", "0".repeat(20)), ..api.key.clone() };
    for action in actions() {
        let needed = needed(action);
        let parameters = [&[("DirectoryId", api.directory.as_str())], needed.as_slice()].concat();
        for (key, status, code) in [
            (&wrong, 400, "SignatureDoesNotMatch"),
            (&unknown, 404, "InvalidAccessKeyId.NotFound"),
            (&inactive, 403, "InvalidAccessKeyId.Inactive"),
            (&nobody, 403, "NoPermission"),
        ] {
            api.call_as(key, action, &parameters).refused(status, code);
        }
        let signed = api.sign(&api.key, action, &parameters);
        api.app.advance(std::time::Duration::from_secs(901));
        api.send(&signed).refused(400, "InvalidTimeStamp.Expired");
        let unsigned = [("x-acs-action", action), ("x-acs-version", "2021-05-15")];
        api.post("", &unsigned, "").refused(400, "MissingAccessKeyId");
    }
    assert_eq!(api.statistics(), before);
}
