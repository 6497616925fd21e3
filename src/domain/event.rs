//! The audit log's vocabulary: what happened, to what, by whom.

/// What happened. One word for one thing, for searching.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each name says what happened")]
pub enum Action {
    DirectoryCreated,
    DirectoryUpdated,
    DirectoryDeleted,
    ServiceEnabled,
    ServiceDisabled,
    AdministratorCreated,
    AdministratorEnabled,
    AdministratorDisabled,
    MachineIdentityCreated,
    MachineIdentityUpdated,
    AccessKeyCreated,
    AccessKeyEnabled,
    AccessKeyDisabled,
    AccessKeyDeleted,
    AuthorisationRefused,
    UserCreated,
    UserUpdated,
    UserDeleted,
    UserEnabled,
    UserDisabled,
    GroupCreated,
    GroupUpdated,
    GroupDeleted,
    GroupMemberAdded,
    GroupMemberRemoved,
    AccountsSynchronized,
    AccessConfigurationCreated,
    AccessConfigurationUpdated,
    AccessConfigurationDeleted,
    AccessAssignmentCreated,
    AccessAssignmentDeleted,
    AccessConfigurationProvisioned,
    AccessConfigurationDeprovisioned,
    ProvisioningRequested,
    DeprovisioningRequested,
    DriftFound,
    DriftRepaired,
    AccountMoved,
    TaskFailed,
    TaskCancelled,
    TaskRetried,
    PasswordSet,
    PasswordAccepted,
    PasswordRefused,
    SignInThrottled,
    SecondFactorAccepted,
    SecondFactorRefused,
    MfaDeviceBound,
    SessionStarted,
    SessionEnded,
    RoleSsoIssued,
    RoleSsoRefused,
    UserProvisioningCreated,
    UserProvisioningUpdated,
    UserProvisioningDeletionRequested,
    UserProvisioningDeleted,
    UserProvisioningConfigurationUpdated,
    UserProvisioningEventRetried,
    UserProvisioningEventDeleted,
    UserProvisioningEventFailed,
    RamUserCreated,
    RamUserUpdated,
    RamUserTakenOver,
    RamUserDeleted,
    RamUserReleased,
    UserSsoSet,
    UserSsoRestored,
    RamUserSsoIssued,
    RamUserSsoRefused,
    ConsoleSessionEnded,
    ConsoleLogoutFailed,
    SigningKeyCreated,
}

impl Action {
    /// How it is stored and searched for.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DirectoryCreated => "directory.created",
            Self::DirectoryUpdated => "directory.updated",
            Self::DirectoryDeleted => "directory.deleted",
            Self::ServiceEnabled => "service.enabled",
            Self::ServiceDisabled => "service.disabled",
            Self::AdministratorCreated => "administrator.created",
            Self::AdministratorEnabled => "administrator.enabled",
            Self::AdministratorDisabled => "administrator.disabled",
            Self::MachineIdentityCreated => "machine_identity.created",
            Self::MachineIdentityUpdated => "machine_identity.updated",
            Self::AccessKeyCreated => "access_key.created",
            Self::AccessKeyEnabled => "access_key.enabled",
            Self::AccessKeyDisabled => "access_key.disabled",
            Self::AccessKeyDeleted => "access_key.deleted",
            Self::AuthorisationRefused => "authorisation.refused",
            Self::UserCreated => "user.created",
            Self::UserUpdated => "user.updated",
            Self::UserDeleted => "user.deleted",
            Self::UserEnabled => "user.enabled",
            Self::UserDisabled => "user.disabled",
            Self::GroupCreated => "group.created",
            Self::GroupUpdated => "group.updated",
            Self::GroupDeleted => "group.deleted",
            Self::GroupMemberAdded => "group.member_added",
            Self::GroupMemberRemoved => "group.member_removed",
            Self::AccountsSynchronized => "account.synchronized",
            Self::AccessConfigurationCreated => "access_configuration.created",
            Self::AccessConfigurationUpdated => "access_configuration.updated",
            Self::AccessConfigurationDeleted => "access_configuration.deleted",
            Self::AccessAssignmentCreated => "access_assignment.created",
            Self::AccessAssignmentDeleted => "access_assignment.deleted",
            Self::AccessConfigurationProvisioned => "access_configuration.provisioned",
            Self::AccessConfigurationDeprovisioned => "access_configuration.deprovisioned",
            Self::ProvisioningRequested => "access_configuration.provisioning_requested",
            Self::DeprovisioningRequested => "access_configuration.deprovisioning_requested",
            Self::DriftFound => "account.drift_found",
            Self::DriftRepaired => "account.drift_repaired",
            Self::AccountMoved => "account.moved",
            Self::TaskFailed => "task.failed",
            Self::TaskCancelled => "task.cancelled",
            Self::TaskRetried => "task.retried",
            Self::PasswordSet => "password.set",
            Self::PasswordAccepted => "password.accepted",
            Self::PasswordRefused => "password.refused",
            Self::SignInThrottled => "sign_in.throttled",
            Self::SecondFactorAccepted => "second_factor.accepted",
            Self::SecondFactorRefused => "second_factor.refused",
            Self::MfaDeviceBound => "mfa_device.bound",
            Self::SessionStarted => "session.started",
            Self::SessionEnded => "session.ended",
            Self::RoleSsoIssued => "role_sso.issued",
            Self::RoleSsoRefused => "role_sso.refused",
            Self::UserProvisioningCreated => "user_provisioning.created",
            Self::UserProvisioningUpdated => "user_provisioning.updated",
            Self::UserProvisioningDeletionRequested => "user_provisioning.deletion_requested",
            Self::UserProvisioningDeleted => "user_provisioning.deleted",
            Self::UserProvisioningConfigurationUpdated => "user_provisioning.configuration_updated",
            Self::UserProvisioningEventRetried => "user_provisioning_event.retried",
            Self::UserProvisioningEventDeleted => "user_provisioning_event.deleted",
            Self::UserProvisioningEventFailed => "user_provisioning_event.failed",
            Self::RamUserCreated => "ram_user.created",
            Self::RamUserUpdated => "ram_user.updated",
            Self::RamUserTakenOver => "ram_user.taken_over",
            Self::RamUserDeleted => "ram_user.deleted",
            Self::RamUserReleased => "ram_user.released",
            Self::UserSsoSet => "user_sso.set",
            Self::UserSsoRestored => "user_sso.restored",
            Self::RamUserSsoIssued => "ram_user_sso.issued",
            Self::RamUserSsoRefused => "ram_user_sso.refused",
            Self::ConsoleSessionEnded => "console_session.ended",
            Self::ConsoleLogoutFailed => "console_session.logout_failed",
            Self::SigningKeyCreated => "signing_key.created",
        }
    }
}

/// One row of the audit log, written in the transaction of the change it tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What happened.
    pub action: Action,
    /// The id of what it happened to.
    pub target: String,
    /// What else is worth knowing: values before and after, a reason. No secrets.
    pub detail: serde_json::Value,
}

impl Event {
    /// An event without detail.
    pub fn new(action: Action, target: &(impl ToString + ?Sized)) -> Self {
        Self { action, target: target.to_string(), detail: serde_json::Value::Null }
    }

    /// The same with detail.
    #[must_use]
    pub fn with(mut self, detail: serde_json::Value) -> Self {
        self.detail = detail;
        self
    }
}
