//! What an access configuration should be in an account, what the account has of it, and the steps
//! from one to the other. The same steps provision, verify, report drift and repair it.

use std::collections::BTreeSet;
use std::fmt;

use crate::base::{AccountId, DirectoryId, Timestamp};

use super::{AccessConfiguration, CloudSite, PermissionPolicy, ReservedNames};

/// Everything that one configuration should be in one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountObjects {
    /// The names.
    pub names: ReservedNames,
    /// What marks the objects as ours: the description they carry.
    pub owner_tag: String,
    /// The identity provider's metadata, as XML.
    pub saml_metadata: String,
    /// The role's trust policy.
    pub trust_policy: String,
    /// The role's longest session, 3,600–43,200 s: RAM admits no less than an hour, a shorter
    /// session is asked for in the assertion.
    pub max_session_seconds: u32,
    /// System policies to attach, sorted by name.
    pub system_policies: Vec<String>,
    /// The document of the custom policy to make and attach.
    pub inline_policy: Option<String>,
}

impl AccountObjects {
    /// What `configuration` of `directory` should be in `account`.
    pub fn wanted(
        site: &CloudSite,
        directory: &DirectoryId,
        configuration: &AccessConfiguration,
        account: &AccountId,
        saml_metadata: &str,
    ) -> Self {
        let spec = &configuration.spec;
        let names = ReservedNames::new(site, directory, spec.name.as_str());
        let mut system_policies = Vec::new();
        let mut inline_policy = None;
        for policy in &spec.policies {
            match policy {
                PermissionPolicy::System { name } => system_policies.push(name.clone()),
                PermissionPolicy::Inline { document, .. } => inline_policy = Some(document.clone()),
            }
        }
        system_policies.sort_unstable();
        Self {
            trust_policy: trust_policy(&names.saml_provider_arn(account), &site.role_sso_acs_url),
            owner_tag: owner_tag(directory),
            saml_metadata: saml_metadata.to_owned(),
            max_session_seconds: spec.session_seconds.max(3_600),
            system_policies,
            inline_policy,
            names,
        }
    }

    /// The same, with everything denied to sessions that began before `cutoff`: the custom policy says so
    /// too. `key` is the cloud's condition key for the moment at which a session began.
    ///
    /// # Errors
    /// [`Error`](super::Error) when the inline document is no policy.
    #[must_use = "this is the account with the cut-off"]
    pub fn denying_before(mut self, key: &str, cutoff: Timestamp) -> Result<Self, super::Error> {
        let denial = serde_json::json!({
            "Effect": "Deny",
            "Action": "*",
            "Resource": "*",
            "Condition": { "DateLessThan": { key: cutoff.rfc3339() } },
        });
        let own = self.inline_policy.as_deref().unwrap_or(r#"{"Version":"1","Statement":[]}"#);
        let broken = || super::Error::invalid("InlinePolicyDocument", "is no policy");
        let mut document: serde_json::Value = serde_json::from_str(own).map_err(|_unread| broken())?;
        let statements = document.get_mut("Statement").ok_or_else(broken)?;
        match statements {
            serde_json::Value::Array(list) => list.push(denial),
            single => *single = serde_json::json!([single.take(), denial]),
        }
        self.inline_policy = Some(document.to_string());
        Ok(self)
    }
}

fn trust_policy(saml_provider_arn: &str, recipient: &str) -> String {
    serde_json::json!({
        "Version": "1",
        "Statement": [{
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": { "Federated": [saml_provider_arn] },
            "Condition": { "StringEquals": { "saml:recipient": recipient } }
        }]
    })
    .to_string()
}

/// The description that marks an object in an account as this directory's.
pub fn owner_tag(directory: &DirectoryId) -> String {
    format!("Managed by CloudSSO, directory {directory}. Changes made here are undone.")
}

/// A policy by its name in RAM.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RamPolicy {
    /// One of the cloud's own.
    System(String),
    /// One of the account's.
    Custom(String),
}

impl RamPolicy {
    /// The name.
    pub fn name(&self) -> &str {
        match self {
            Self::System(name) | Self::Custom(name) => name,
        }
    }
}

/// What an account has of one configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObservedObjects {
    /// The SAML provider.
    pub saml_provider: Option<ObservedSamlProvider>,
    /// The role.
    pub role: Option<ObservedRole>,
    /// The custom policy for the inline document.
    pub inline_policy: Option<ObservedPolicy>,
}

/// A SAML provider as the account has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObservedSamlProvider {
    /// Says whose it is.
    pub description: String,
    /// The metadata, as XML.
    pub metadata: Vec<u8>,
}

/// A role as the account has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObservedRole {
    /// Says whose it is.
    pub description: String,
    /// The trust policy, as JSON.
    pub trust_policy: String,
    /// The longest session, in seconds.
    pub max_session_seconds: u32,
    /// The policies attached to it.
    pub policies: BTreeSet<RamPolicy>,
}

/// A custom policy as the account has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObservedPolicy {
    /// Says whose it is.
    pub description: String,
    /// The document in force, as JSON.
    pub document: String,
}

/// One change of an account, in the order in which it can be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Make the SAML provider.
    CreateSamlProvider,
    /// Give it the present metadata.
    UpdateSamlProvider,
    /// Make the role.
    CreateRole,
    /// Give it the right trust policy and session length.
    UpdateRole,
    /// Make the custom policy.
    CreateInlinePolicy,
    /// Give it the right document.
    UpdateInlinePolicy,
    /// Attach a policy to the role.
    Attach(RamPolicy),
    /// Detach a policy from the role.
    Detach(RamPolicy),
    /// Delete the role; nothing is attached to it any more.
    DeleteRole,
    /// Delete the custom policy; it is attached to nothing any more.
    DeleteInlinePolicy,
    /// Delete the SAML provider; no role of ours is left that trusts it.
    DeleteSamlProvider,
}

/// A kind of object in an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ObjectKind {
    /// A SAML provider.
    SamlProvider,
    /// A role.
    Role,
    /// A custom policy.
    Policy,
    /// A RAM user that is kept for a person.
    RamUser,
    /// The account's user SSO.
    UserSso,
}

impl ObjectKind {
    const ALL: [Self; 5] = [Self::SamlProvider, Self::Role, Self::Policy, Self::RamUser, Self::UserSso];

    /// How it is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SamlProvider => "SAMLProvider",
            Self::Role => "Role",
            Self::Policy => "Policy",
            Self::RamUser => "User",
            Self::UserSso => "UserSSO",
        }
    }

    /// Reads what [`ObjectKind::as_str`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// An object of the name that ours should have, which this directory did not make. It is never
/// touched: somebody has to decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignObject {
    /// What it is.
    pub kind: ObjectKind,
    /// Its name.
    pub name: String,
}

impl fmt::Display for ForeignObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            ObjectKind::SamlProvider => "SAML provider",
            ObjectKind::Role => "role",
            ObjectKind::Policy => "policy",
            ObjectKind::RamUser => "RAM user",
            ObjectKind::UserSso => "user SSO",
        };
        let name = &self.name;
        write!(
            f,
            "the account has a {kind} named {name} that this directory did not make; rename or remove it"
        )
    }
}

impl AccountObjects {
    /// The steps from what the account has to what it should have; none when it is as it should be.
    ///
    /// # Errors
    /// [`ForeignObject`] when a name is taken by an object that is not ours.
    pub fn steps(&self, observed: &ObservedObjects) -> Result<Vec<Step>, ForeignObject> {
        check_owners(&self.names, &self.owner_tag, observed)?;
        let mut steps = Vec::new();
        match &observed.saml_provider {
            None => steps.push(Step::CreateSamlProvider),
            Some(found) if found.metadata != self.saml_metadata.as_bytes() => {
                steps.push(Step::UpdateSamlProvider);
            }
            Some(_) => {}
        }
        match &observed.role {
            None => steps.push(Step::CreateRole),
            Some(found) if !self.is_role(found) => steps.push(Step::UpdateRole),
            Some(_) => {}
        }
        match (&self.inline_policy, &observed.inline_policy) {
            (Some(_), None) => steps.push(Step::CreateInlinePolicy),
            (Some(wanted), Some(found)) if !is_same_json(wanted, &found.document) => {
                steps.push(Step::UpdateInlinePolicy);
            }
            _ => {}
        }
        let (wanted, none) = (self.attached(), BTreeSet::new());
        let attached = observed.role.as_ref().map_or(&none, |role| &role.policies);
        steps.extend(wanted.difference(attached).cloned().map(Step::Attach));
        steps.extend(attached.difference(&wanted).cloned().map(Step::Detach));
        if self.inline_policy.is_none() && observed.inline_policy.is_some() {
            steps.push(Step::DeleteInlinePolicy);
        }
        Ok(steps)
    }

    /// What should be attached to the role.
    fn attached(&self) -> BTreeSet<RamPolicy> {
        let system = self.system_policies.iter().cloned().map(RamPolicy::System);
        let own = self.inline_policy.iter().map(|_| RamPolicy::Custom(self.names.inline_policy.clone()));
        system.chain(own).collect()
    }

    fn is_role(&self, found: &ObservedRole) -> bool {
        is_same_json(&found.trust_policy, &self.trust_policy)
            && found.max_session_seconds == self.max_session_seconds
    }
}

/// The steps that take one configuration away. What is powerful goes first: the role loses its
/// policies before it is deleted, so that whoever is inside can do nothing more. The SAML provider
/// goes with the last configuration of the account.
///
/// # Errors
/// [`ForeignObject`] when a name is taken by an object that is not ours.
pub fn removal_steps(
    names: &ReservedNames,
    owner_tag: &str,
    observed: &ObservedObjects,
    is_last: bool,
) -> Result<Vec<Step>, ForeignObject> {
    check_owners(names, owner_tag, observed)?;
    let mut steps = Vec::new();
    if let Some(role) = &observed.role {
        steps.extend(role.policies.iter().cloned().map(Step::Detach));
        steps.push(Step::DeleteRole);
    }
    if observed.inline_policy.is_some() {
        steps.push(Step::DeleteInlinePolicy);
    }
    if is_last && observed.saml_provider.is_some() {
        steps.push(Step::DeleteSamlProvider);
    }
    Ok(steps)
}

fn check_owners(
    names: &ReservedNames,
    owner_tag: &str,
    observed: &ObservedObjects,
) -> Result<(), ForeignObject> {
    let provider = observed.saml_provider.as_ref().map(|found| &found.description);
    let role = observed.role.as_ref().map(|found| &found.description);
    let policy = observed.inline_policy.as_ref().map(|found| &found.description);
    let all = [
        (ObjectKind::SamlProvider, &names.saml_provider, provider),
        (ObjectKind::Role, &names.role, role),
        (ObjectKind::Policy, &names.inline_policy, policy),
    ];
    match all.into_iter().find(|(_, _, found)| found.is_some_and(|description| description != owner_tag)) {
        Some((kind, name, _)) => Err(ForeignObject { kind, name: name.clone() }),
        None => Ok(()),
    }
}

/// Whether two documents say the same; the cloud may give ours back with other white space.
fn is_same_json(one: &str, other: &str) -> bool {
    let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
    one == other || read(one).is_some_and(|value| Some(value) == read(other))
}

#[cfg(test)]
mod tests;
