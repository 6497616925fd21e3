//! Who holds policies, and the actions of RAM that are about each.

use crate::local_cloud::api::version::{IMS, RAM};
use crate::local_cloud::refusal::Refusal;

use super::super::super::desk::Desk;
use super::lock;

/// Somebody who holds policies, by the name that RAM knows: of a user without its domain.
#[derive(Clone, Copy, Debug)]
pub(in super::super) enum Holder<'a> {
    User(&'a str),
    Group(&'a str),
    Role(&'a str),
}

/// A policy by its type (`System` or `Custom`) and its name.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct PolicyName<'a> {
    pub(in super::super) policy_type: &'a str,
    pub(in super::super) name: &'a str,
}

impl<'a> Holder<'a> {
    /// The holder of this kind, as answers and forms spell it.
    pub(in super::super) fn read(kind: &str, name: &'a str) -> Option<Self> {
        Some(match kind {
            "User" => Self::User(name),
            "Group" => Self::Group(name),
            "Role" => Self::Role(name),
            _ => return None,
        })
    }

    pub(super) const fn noun(self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::Group(_) => "group",
            Self::Role(_) => "role",
        }
    }

    /// Why nobody changes what it holds, if that is so.
    pub(super) fn lock(self) -> Option<&'static str> {
        match self {
            Self::User(_) | Self::Group(_) => None,
            Self::Role(name) => lock::of_role(name),
        }
    }

    /// The page that checks what it may do.
    pub(in super::super) fn check_href(self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("kind", self.kind()).append_pair("holder", self.name());
        format!("/ram/permissions/check?{}", query.finish())
    }

    pub(super) const fn list_action(self) -> &'static str {
        match self {
            Self::User(_) => "ListPoliciesForUser",
            Self::Group(_) => "ListPoliciesForGroup",
            Self::Role(_) => "ListPoliciesForRole",
        }
    }

    /// The parameter that names it, and its name.
    pub(super) const fn parameter(self) -> (&'static str, &'a str) {
        match self {
            Self::User(name) => ("UserName", name),
            Self::Group(name) => ("GroupName", name),
            Self::Role(name) => ("RoleName", name),
        }
    }

    /// Gives it a policy.
    pub(in super::super) fn attach(self, desk: &Desk<'_>, policy: PolicyName<'_>) -> Result<(), Refusal> {
        let action = match self {
            Self::User(_) => "AttachPolicyToUser",
            Self::Group(_) => "AttachPolicyToGroup",
            Self::Role(_) => "AttachPolicyToRole",
        };
        desk.call(RAM, action, &self.with(policy)).map(drop)
    }

    /// Takes a policy from it.
    pub(in super::super) fn detach(self, desk: &Desk<'_>, policy: PolicyName<'_>) -> Result<(), Refusal> {
        let action = match self {
            Self::User(_) => "DetachPolicyFromUser",
            Self::Group(_) => "DetachPolicyFromGroup",
            Self::Role(_) => "DetachPolicyFromRole",
        };
        desk.call(RAM, action, &self.with(policy)).map(drop)
    }

    fn with<'p>(self, policy: PolicyName<'p>) -> [(&'static str, &'p str); 3]
    where
        'a: 'p,
    {
        [("PolicyType", policy.policy_type), ("PolicyName", policy.name), self.parameter()]
    }

    const fn kind(self) -> &'static str {
        match self {
            Self::User(_) => "User",
            Self::Group(_) => "Group",
            Self::Role(_) => "Role",
        }
    }

    const fn name(self) -> &'a str {
        self.parameter().1
    }
}

/// The name of a user that may be given as a logon name, of which IMS says whether it is one of this account.
pub(in super::super) fn user_name<'v>(desk: &Desk<'_>, given: &'v str) -> Result<&'v str, Refusal> {
    let Some((name, _domain)) = given.split_once('@') else { return Ok(given) };
    desk.call(IMS, "GetUser", &[("UserPrincipalName", given)])?;
    Ok(name)
}
