//! RAM 2015-05-01: which policies a role, a user or a group has.

use serde::Deserialize;

use super::account::Account;
use super::call::{Call, Product};
use super::error::Error;
use super::ram::PolicyKind;

/// A policy that a role, a user or a group has.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AttachedPolicy {
    /// The name.
    pub policy_name: String,
    /// Whose it is.
    #[serde(rename = "PolicyType")]
    pub kind: PolicyKind,
}

fn call(action: &'static str) -> Call {
    Call::new(Product::Ram, action)
}

fn attachment(action: &'static str, kind: PolicyKind, policy: &str) -> Call {
    call(action).with("PolicyType", kind.as_str()).with("PolicyName", policy)
}

/// Every function is the RAM action of the same name; its errors are [`Error`].
impl Account {
    /// Gives a policy to a role.
    ///
    /// # Errors
    /// [`Error::is_already_exists`] when the role has it.
    pub fn attach_policy_to_role(&self, kind: PolicyKind, policy: &str, role: &str) -> Result<(), Error> {
        self.done(&attachment("AttachPolicyToRole", kind, policy).with("RoleName", role))
    }

    /// Takes a policy from a role.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the role has it not.
    pub fn detach_policy_from_role(&self, kind: PolicyKind, policy: &str, role: &str) -> Result<(), Error> {
        self.done(&attachment("DetachPolicyFromRole", kind, policy).with("RoleName", role))
    }

    /// Lists the policies of a role.
    ///
    /// # Errors
    /// [`Error::is_not_found`].
    pub fn list_policies_for_role(&self, role: &str) -> Result<Vec<AttachedPolicy>, Error> {
        self.attached(&call("ListPoliciesForRole").with("RoleName", role))
    }

    /// Takes a policy from a user, which RAM names without its domain: [`super::RamUser::name`].
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is no such user or it has the policy not; the local cloud refuses
    /// with `NoPermission.ReservedObject` for a user that CloudSSO does not keep.
    pub fn detach_policy_from_user(
        &self,
        kind: PolicyKind,
        policy: &str,
        user_name: &str,
    ) -> Result<(), Error> {
        self.done(&attachment("DetachPolicyFromUser", kind, policy).with("UserName", user_name))
    }

    /// Lists the policies that a user has itself, without those of its groups. RAM names it without its
    /// domain: [`super::RamUser::name`].
    ///
    /// # Errors
    /// [`Error::is_not_found`].
    pub fn list_policies_for_user(&self, user_name: &str) -> Result<Vec<AttachedPolicy>, Error> {
        self.attached(&call("ListPoliciesForUser").with("UserName", user_name))
    }

    /// Lists the policies of a group.
    ///
    /// # Errors
    /// [`Error::is_not_found`].
    pub fn list_policies_for_group(&self, group: &str) -> Result<Vec<AttachedPolicy>, Error> {
        self.attached(&call("ListPoliciesForGroup").with("GroupName", group))
    }

    fn attached(&self, call: &Call) -> Result<Vec<AttachedPolicy>, Error> {
        Ok(self.send::<PoliciesWire>(call)?.policies.policy)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PoliciesWire {
    policies: PolicyListWire,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PolicyListWire {
    #[serde(default)]
    policy: Vec<AttachedPolicy>,
}
