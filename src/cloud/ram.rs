//! RAM 2015-05-01: roles and policies.

use serde::Deserialize;

use super::account::{Account, Done};
use super::call::{Call, Product};
use super::error::Error;

/// A role of an account.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Role {
    /// The id, given by the cloud.
    pub role_id: String,
    /// The name.
    pub role_name: String,
    /// The ARN.
    pub arn: String,
    /// Free text.
    #[serde(default)]
    pub description: String,
    /// The trust policy as JSON text.
    pub assume_role_policy_document: String,
    /// The longest session, in seconds; zero if the cloud did not say.
    #[serde(default)]
    pub max_session_duration: u32,
}

/// A role as `ListRoles` gives it: without its trust policy.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListedRole {
    /// The name.
    pub role_name: String,
    /// The ARN.
    pub arn: String,
    /// Free text.
    #[serde(default)]
    pub description: String,
}

/// A policy as `ListPolicies` gives it: without its document.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListedPolicy {
    /// The name.
    pub policy_name: String,
    /// Free text.
    #[serde(default)]
    pub description: String,
    /// How many users, groups and roles have it.
    #[serde(default)]
    pub attachment_count: u64,
}

/// A role to be created.
#[derive(Clone, Copy, Debug)]
pub struct NewRole<'a> {
    /// 1 to 64 letters, digits, `.` and `-`.
    pub name: &'a str,
    /// Free text.
    pub description: &'a str,
    /// The trust policy as JSON text.
    pub trust_policy: &'a str,
    /// The longest session, 3,600 to 43,200 seconds.
    pub max_session_seconds: u32,
}

/// What to change in a role; `None` leaves it.
#[derive(Clone, Copy, Debug, Default)]
pub struct RoleChanges<'a> {
    /// Free text.
    pub description: Option<&'a str>,
    /// The trust policy as JSON text.
    pub trust_policy: Option<&'a str>,
    /// The longest session, 3,600 to 43,200 seconds.
    pub max_session_seconds: Option<u32>,
}

/// Whose policy it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
pub enum PolicyKind {
    /// The cloud's.
    System,
    /// The account's own.
    Custom,
}

impl PolicyKind {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Custom => "Custom",
        }
    }
}

/// A policy and what it says by default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The name.
    pub name: String,
    /// Whose it is.
    pub kind: PolicyKind,
    /// Free text.
    pub description: String,
    /// The version in force, such as `v1`.
    pub default_version: String,
    /// The document in force, as JSON text.
    pub document: String,
}

/// A version of a policy, without its document.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PolicyVersion {
    /// Such as `v1`.
    pub version_id: String,
    /// Whether it is in force.
    pub is_default_version: bool,
}

/// A version to be created.
#[derive(Clone, Copy, Debug)]
pub struct NewPolicyVersion<'a> {
    /// The policy's name.
    pub policy_name: &'a str,
    /// The document as JSON text.
    pub document: &'a str,
    /// Whether to put it in force at once.
    pub is_default: bool,
}

fn call(action: &'static str) -> Call {
    Call::new(Product::Ram, action)
}

/// Every function is the RAM action of the same name; its errors are [`Error`].
impl Account {
    /// Creates a role.
    ///
    /// # Errors
    /// [`Error::is_already_exists`] when the name is taken.
    pub fn create_role(&self, role: &NewRole<'_>) -> Result<Role, Error> {
        let call = call("CreateRole")
            .with("RoleName", role.name)
            .with("Description", role.description)
            .with("MaxSessionDuration", &role.max_session_seconds)
            .with_large("AssumeRolePolicyDocument", role.trust_policy);
        Ok(self.send::<RoleWire>(&call)?.role)
    }

    /// Reads a role.
    ///
    /// # Errors
    /// [`Error::is_not_found`].
    pub fn get_role(&self, name: &str) -> Result<Role, Error> {
        Ok(self.send::<RoleWire>(&call("GetRole").with("RoleName", name))?.role)
    }

    /// Lists the account's roles, all pages.
    ///
    /// # Errors
    /// [`Error`].
    pub fn list_roles(&self) -> Result<Vec<ListedRole>, Error> {
        self.marked(|| call("ListRoles"), |page: RolesWire| page.roles.role)
    }

    /// Lists the policies of this kind, all pages.
    ///
    /// # Errors
    /// [`Error`].
    pub fn list_policies(&self, kind: PolicyKind) -> Result<Vec<ListedPolicy>, Error> {
        self.marked(
            || call("ListPolicies").with("PolicyType", kind.as_str()),
            |page: ListedPoliciesWire| page.policies.policy,
        )
    }

    /// Changes a role.
    ///
    /// # Errors
    /// [`Error::is_not_found`].
    pub fn update_role(&self, name: &str, changes: &RoleChanges<'_>) -> Result<Role, Error> {
        let mut call = call("UpdateRole")
            .with("RoleName", name)
            .with_optional("NewDescription", changes.description)
            .with_optional("NewMaxSessionDuration", changes.max_session_seconds);
        if let Some(document) = changes.trust_policy {
            call = call.with_large("NewAssumeRolePolicyDocument", document);
        }
        Ok(self.send::<RoleWire>(&call)?.role)
    }

    /// Deletes a role that has no policies.
    ///
    /// # Errors
    /// [`Error::is_not_found`]; `DeleteConflict.Role.Policy`.
    pub fn delete_role(&self, name: &str) -> Result<(), Error> {
        self.done(&call("DeleteRole").with("RoleName", name))
    }

    /// Creates a custom policy, its first version in force.
    ///
    /// # Errors
    /// [`Error::is_already_exists`] when the name is taken.
    pub fn create_policy(&self, name: &str, description: &str, document: &str) -> Result<(), Error> {
        let call = call("CreatePolicy")
            .with("PolicyName", name)
            .with("Description", description)
            .with_large("PolicyDocument", document);
        self.done(&call)
    }

    /// Reads a policy and its document in force.
    ///
    /// # Errors
    /// [`Error::is_not_found`].
    pub fn get_policy(&self, kind: PolicyKind, name: &str) -> Result<Policy, Error> {
        let call = call("GetPolicy").with("PolicyType", kind.as_str()).with("PolicyName", name);
        let PolicyWire { policy, default_policy_version: version } = self.send(&call)?;
        Ok(Policy {
            name: policy.policy_name,
            kind: policy.policy_type,
            description: policy.description,
            default_version: version.version_id,
            document: version.policy_document,
        })
    }

    /// Adds a version to a custom policy. The oldest one that is not in force makes room where there is
    /// none (`RotateStrategy`).
    ///
    /// # Errors
    /// [`Error::is_not_found`].
    pub fn create_policy_version(&self, version: &NewPolicyVersion<'_>) -> Result<PolicyVersion, Error> {
        let call = call("CreatePolicyVersion")
            .with("PolicyName", version.policy_name)
            .with("SetAsDefault", &version.is_default)
            .with("RotateStrategy", "DeleteOldestNonDefaultVersionWhenLimitExceeded")
            .with_large("PolicyDocument", version.document);
        Ok(self.send::<PolicyVersionWire>(&call)?.policy_version)
    }

    /// Lists the versions of a custom policy.
    ///
    /// # Errors
    /// [`Error::is_not_found`].
    pub fn list_policy_versions(&self, name: &str) -> Result<Vec<PolicyVersion>, Error> {
        let call = call("ListPolicyVersions")
            .with("PolicyType", PolicyKind::Custom.as_str())
            .with("PolicyName", name);
        Ok(self.send::<PolicyVersionsWire>(&call)?.policy_versions.policy_version)
    }

    /// Deletes a version that is not in force.
    ///
    /// # Errors
    /// [`Error::is_not_found`].
    pub fn delete_policy_version(&self, name: &str, version_id: &str) -> Result<(), Error> {
        self.done(&call("DeletePolicyVersion").with("PolicyName", name).with("VersionId", version_id))
    }

    /// Deletes a custom policy that nothing has, with all its versions (`CascadingDelete`).
    ///
    /// # Errors
    /// [`Error::is_not_found`]; `DeleteConflict.Policy…` while something has it.
    pub fn delete_policy(&self, name: &str) -> Result<(), Error> {
        self.done(&call("DeletePolicy").with("PolicyName", name).with("CascadingDelete", "true"))
    }

    pub(super) fn done(&self, call: &Call) -> Result<(), Error> {
        self.send::<Done>(call).map(drop)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RoleWire {
    role: Role,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PolicyWire {
    policy: PolicyHeadWire,
    default_policy_version: DefaultVersionWire,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PolicyHeadWire {
    policy_name: String,
    policy_type: PolicyKind,
    #[serde(default)]
    description: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DefaultVersionWire {
    version_id: String,
    policy_document: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PolicyVersionWire {
    policy_version: PolicyVersion,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PolicyVersionsWire {
    policy_versions: PolicyVersionListWire,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PolicyVersionListWire {
    #[serde(default)]
    policy_version: Vec<PolicyVersion>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RolesWire {
    roles: RoleListWire,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RoleListWire {
    #[serde(default)]
    role: Vec<ListedRole>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListedPoliciesWire {
    policies: ListedPolicyListWire,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListedPolicyListWire {
    #[serde(default)]
    policy: Vec<ListedPolicy>,
}
