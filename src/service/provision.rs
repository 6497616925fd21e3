//! Brings one configuration into one account: SAML provider, role, policies.
//!
//! Each step looks at what is there, compares, and changes only what differs, so that it may be
//! repeated from the beginning after whatever stopped it. Objects of the same name that do not carry
//! our mark are somebody else's and are never touched.

use std::collections::BTreeSet;
use std::fmt;

use crate::base::{AccountId, DirectoryId};
use crate::cloud::{
    self, Account, NewPolicyVersion, NewRole, NewSamlProvider, PolicyKind, RoleChanges, SamlProviderChanges,
};
use crate::domain::{AccessConfiguration, AccountObjects};

use super::Context;

/// A custom policy has at most five versions; the oldest that is not in force makes room.
const POLICY_VERSIONS: usize = 5;

/// Why an account could not be brought to what it should be.
#[derive(Debug)]
pub(super) enum Failure {
    /// The cloud failed or refused.
    Cloud(cloud::Error),
    /// It cannot succeed without somebody changing something.
    Lasting(String),
}

impl Failure {
    pub(super) fn lasting(reason: impl Into<String>) -> Self {
        Self::Lasting(reason.into())
    }

    /// Whether trying again is pointless.
    pub(super) fn is_lasting(&self) -> bool {
        match self {
            // Credentials that are refused now may be good again once the account trusts us.
            Self::Cloud(error) => !error.is_retryable() && !error.is_credential_refused(),
            Self::Lasting(_) => true,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cloud(error) => error.fmt(f),
            Self::Lasting(reason) => f.write_str(reason),
        }
    }
}

impl From<cloud::Error> for Failure {
    fn from(error: cloud::Error) -> Self {
        Self::Cloud(error)
    }
}

/// Makes the account have what it should, and looks whether it does.
pub(super) fn provision(
    ctx: &Context,
    directory: &DirectoryId,
    configuration: &AccessConfiguration,
    account: &AccountId,
    metadata: &str,
) -> Result<(), Failure> {
    let wanted = AccountObjects::wanted(&ctx.site, directory, configuration, account, metadata);
    let account = ctx.cloud.account(account);
    let mut step = Step { account: &account, wanted: &wanted, changes: 0 };
    step.all()?;
    if step.changes > 0 {
        // What was just changed is read again; a step that still finds a difference was undone by
        // somebody, or is not visible yet, and the task comes back to it.
        let mut verification = Step { account: &account, wanted: &wanted, changes: 0 };
        verification.all()?;
        if verification.changes > 0 {
            return Err(Failure::Cloud(cloud::Error::Unavailable {
                reason: "the account did not show what was written to it".to_owned(),
                request_id: String::new(),
            }));
        }
    }
    Ok(())
}

/// One pass over the account's objects.
struct Step<'a> {
    account: &'a Account,
    wanted: &'a AccountObjects,
    changes: usize,
}

impl Step<'_> {
    fn all(&mut self) -> Result<(), Failure> {
        self.saml_provider()?;
        self.role()?;
        self.inline_policy()?;
        self.attachments()
    }

    fn saml_provider(&mut self) -> Result<(), Failure> {
        let wanted = self.wanted;
        let name = &wanted.names.saml_provider;
        let Some(found) = found(self.account.get_saml_provider(name))? else {
            let new =
                NewSamlProvider { name, description: &wanted.owner_tag, metadata: &wanted.saml_metadata };
            return self.created(self.account.create_saml_provider(&new).map(drop));
        };
        self.check_owner("SAML provider", name, &found.description)?;
        if found.metadata().as_deref() != Some(wanted.saml_metadata.as_bytes()) {
            let changes = SamlProviderChanges { description: None, metadata: Some(&wanted.saml_metadata) };
            self.account.update_saml_provider(name, &changes)?;
            self.changes += 1;
        }
        Ok(())
    }

    fn role(&mut self) -> Result<(), Failure> {
        let wanted = self.wanted;
        let name = &wanted.names.role;
        let Some(found) = found(self.account.get_role(name))? else {
            let new = NewRole {
                name,
                description: &wanted.owner_tag,
                trust_policy: &wanted.trust_policy,
                max_session_seconds: wanted.max_session_seconds,
            };
            return self.created(self.account.create_role(&new).map(drop));
        };
        self.check_owner("role", name, &found.description)?;
        let is_trusted = is_same_json(&found.assume_role_policy_document, &wanted.trust_policy);
        let is_long_enough = found.max_session_duration == wanted.max_session_seconds;
        if !is_trusted || !is_long_enough {
            let changes = RoleChanges {
                description: None,
                trust_policy: Some(&wanted.trust_policy),
                max_session_seconds: Some(wanted.max_session_seconds),
            };
            self.account.update_role(name, &changes)?;
            self.changes += 1;
        }
        Ok(())
    }

    /// The custom policy that holds the inline document. One that is not wanted any more is deleted
    /// after it was detached, by [`Step::attachments`].
    fn inline_policy(&mut self) -> Result<(), Failure> {
        let wanted = self.wanted;
        let name = &wanted.names.inline_policy;
        let Some(document) = &wanted.inline_policy else { return Ok(()) };
        let Some(found) = found(self.account.get_policy(PolicyKind::Custom, name))? else {
            return self.created(self.account.create_policy(name, &wanted.owner_tag, document));
        };
        self.check_owner("policy", name, &found.description)?;
        if !is_same_json(&found.document, document) {
            let versions = self.account.list_policy_versions(name)?;
            if versions.len() >= POLICY_VERSIONS
                && let Some(oldest) = versions.iter().find(|version| !version.is_default_version)
            {
                self.account.delete_policy_version(name, &oldest.version_id)?;
            }
            let version = NewPolicyVersion { policy_name: name, document, is_default: true };
            self.account.create_policy_version(&version)?;
            self.changes += 1;
        }
        Ok(())
    }

    fn attachments(&mut self) -> Result<(), Failure> {
        let wanted = self.wanted;
        let role = &wanted.names.role;
        let own = wanted.names.inline_policy.as_str();
        let attached = self.account.list_policies_for_role(role)?;
        let is = |kind, name: &str| {
            attached.iter().any(|policy| policy.kind == kind && policy.policy_name == name)
        };
        let custom = wanted.inline_policy.as_ref().map(|_| own);
        let system: BTreeSet<&str> = wanted.system_policies.iter().map(String::as_str).collect();
        for name in &system {
            if !is(PolicyKind::System, name) {
                self.attached(PolicyKind::System, name, role)?;
            }
        }
        if let Some(name) = custom
            && !is(PolicyKind::Custom, name)
        {
            self.attached(PolicyKind::Custom, name, role)?;
        }
        for policy in &attached {
            let name = policy.policy_name.as_str();
            let is_wanted = match policy.kind {
                PolicyKind::System => system.contains(name),
                PolicyKind::Custom => custom == Some(name),
            };
            if !is_wanted {
                self.account.detach_policy_from_role(policy.kind, name, role)?;
                self.changes += 1;
            }
        }
        if custom.is_none()
            && let Some(found) = found(self.account.get_policy(PolicyKind::Custom, own))?
        {
            self.check_owner("policy", own, &found.description)?;
            self.account.delete_policy(own)?;
            self.changes += 1;
        }
        Ok(())
    }

    fn attached(&mut self, kind: PolicyKind, policy: &str, role: &str) -> Result<(), Failure> {
        self.created(self.account.attach_policy_to_role(kind, policy, role))
    }

    /// Counts a creation. One that exists already was made by an attempt whose answer was lost; the
    /// verifying pass looks at it like at any other.
    fn created(&mut self, outcome: Result<(), cloud::Error>) -> Result<(), Failure> {
        self.changes += 1;
        match outcome {
            Err(error) if !error.is_already_exists() => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn check_owner(&self, what: &str, name: &str, description: &str) -> Result<(), Failure> {
        if description == self.wanted.owner_tag {
            return Ok(());
        }
        Err(Failure::lasting(format!(
            "the account has a {what} named {name} that this directory did not make; rename or remove it"
        )))
    }
}

fn found<T>(outcome: Result<T, cloud::Error>) -> Result<Option<T>, Failure> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Whether two documents say the same; the cloud may give ours back with other white space.
fn is_same_json(one: &str, other: &str) -> bool {
    let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
    one == other || read(one).is_some_and(|value| Some(value) == read(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_compared_by_what_they_say() {
        assert!(is_same_json(r#"{"a":1,"b":[2]}"#, "{ \"b\": [2], \"a\": 1 }"));
        assert!(!is_same_json(r#"{"a":1}"#, r#"{"a":2}"#));
        assert!(!is_same_json("not json", "not json either"));
    }
}
