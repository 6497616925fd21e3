//! One configuration in one account: looked at, compared, brought there or taken away.
//!
//! What the steps are is decided in `domain`; here they are taken, one call each. Everything may be
//! repeated from the beginning after whatever stopped it. Objects of the same name that do not carry
//! our mark are somebody else's and are never touched.

use std::collections::BTreeSet;
use std::fmt;

use crate::base::{AccountId, DirectoryId, Timestamp};
use crate::cloud::{
    self, Account, NewPolicyVersion, NewRole, NewSamlProvider, PolicyKind, RoleChanges, SamlProviderChanges,
};
use crate::domain::{
    AccessConfiguration, AccountObjects, ForeignObject, ObjectKind, ObservedObjects, ObservedPolicy,
    ObservedRole, ObservedSamlProvider, Provisioning, ProvisioningStatus, RamPolicy, ReservedNames,
    SessionEnd, Step, removal_steps,
};
use crate::storage::{Conn, access_configuration, provisioning};

use super::{Context, Error};

/// A custom policy has at most five versions; the oldest that is not in force makes room.
const POLICY_VERSIONS: usize = 5;

/// Why an account could not be brought to what it should be.
#[derive(Debug)]
pub(super) enum Failure {
    /// The cloud failed or refused.
    Cloud(cloud::Error),
    /// The name of one of our objects is taken by somebody else's.
    Foreign(ForeignObject),
    /// It cannot succeed without somebody changing something.
    Lasting(String),
}

impl Failure {
    pub(super) fn lasting(reason: impl Into<String>) -> Self {
        Self::Lasting(reason.into())
    }

    /// Until when the account is left alone, because it did not answer for a while.
    pub(super) fn left_alone_until(&self) -> Option<Timestamp> {
        match self {
            Self::Cloud(error) => error.until(),
            Self::Foreign(_) | Self::Lasting(_) => None,
        }
    }

    /// Whether trying again is pointless.
    pub(super) fn is_lasting(&self) -> bool {
        match self {
            // Credentials that are refused now may be good again once the account trusts us.
            Self::Cloud(error) => !error.is_retryable() && !error.is_credential_refused(),
            Self::Foreign(_) | Self::Lasting(_) => true,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cloud(error) => error.fmt(f),
            Self::Foreign(foreign) => foreign.fmt(f),
            Self::Lasting(reason) => f.write_str(reason),
        }
    }
}

impl From<cloud::Error> for Failure {
    fn from(error: cloud::Error) -> Self {
        Self::Cloud(error)
    }
}

impl From<ForeignObject> for Failure {
    fn from(foreign: ForeignObject) -> Self {
        Self::Foreign(foreign)
    }
}

/// Makes the account have what it should, and looks whether it does. Gives the steps that it took.
pub(super) fn provision(account: &Account, wanted: &AccountObjects) -> Result<Vec<Step>, Failure> {
    let steps = wanted.steps(&observe(account, &wanted.names)?)?;
    for step in &steps {
        take(account, wanted, step)?;
    }
    // What was just changed is read again; a difference that is still there was made by somebody, or
    // the change is not visible yet, and the task comes back to it.
    if !steps.is_empty() && !wanted.steps(&observe(account, &wanted.names)?)?.is_empty() {
        return Err(not_shown());
    }
    Ok(steps)
}

/// What ties accounts to this installation, as a hash.
pub(super) fn trust_digest(ctx: &Context) -> String {
    ctx.identity_provider.trust_digest(&ctx.site.role_sso_acs_url)
}

/// Our metadata, as accounts have it.
pub(super) fn metadata(ctx: &Context) -> Result<String, Failure> {
    let metadata = ctx.identity_provider.console_metadata();
    metadata.map_err(|error| Failure::lasting(format!("our metadata cannot be written: {error}")))
}

/// What a configuration should be in an account. Sessions that began before `cutoff` may do nothing there.
pub(super) fn wanted(
    ctx: &Context,
    directory: &DirectoryId,
    configuration: &AccessConfiguration,
    account: &AccountId,
    cutoff: Option<Timestamp>,
) -> Result<AccountObjects, Failure> {
    let metadata = metadata(ctx)?;
    let wanted = AccountObjects::wanted(&ctx.site, directory, configuration, account, &metadata);
    match (&ctx.site.session_end, cutoff) {
        (SessionEnd::DenyOlder(key), Some(cutoff)) => wanted
            .denying_before(key, cutoff)
            .map_err(|error| Failure::lasting(format!("{}: {}", error.code, error.message))),
        _ => Ok(wanted),
    }
}

/// A provisioning that was just brought about.
pub(super) fn current(
    ctx: &Context,
    configuration: &AccessConfiguration,
    account: &AccountId,
    existing: Option<&Provisioning>,
) -> Provisioning {
    let now = ctx.now();
    Provisioning {
        access_configuration_id: configuration.id.clone(),
        account_id: account.clone(),
        status: ProvisioningStatus::Provisioned,
        revision: configuration.revision,
        trust_digest: trust_digest(ctx),
        created_at: existing.map_or(now, |existing| existing.created_at),
        updated_at: now,
    }
}

/// Stores a provisioning; one whose configuration was changed meanwhile is behind at once.
pub(super) fn store(conn: &mut Conn, provisioned: &Provisioning) -> Result<(), Error> {
    let current = access_configuration::find(conn, &provisioned.access_configuration_id)?;
    let mut provisioned = provisioned.clone();
    if current.is_some_and(|current| current.revision != provisioned.revision) {
        provisioned.status = ProvisioningStatus::ReprovisionRequired;
    }
    Ok(provisioning::upsert(conn, &provisioned)?)
}

/// What takes a configuration away from an account.
pub(super) struct Removal<'a> {
    pub(super) names: &'a ReservedNames,
    pub(super) owner_tag: &'a str,
    /// Whether no other configuration of ours stays in the account.
    pub(super) is_last: bool,
}

/// Takes a configuration away from the account, and looks whether it is gone.
pub(super) fn remove(account: &Account, removal: &Removal<'_>) -> Result<(), Failure> {
    let Removal { names, owner_tag, is_last } = removal;
    let steps = removal_steps(names, owner_tag, &observe(account, names)?, *is_last)?;
    for step in &steps {
        take_away(account, names, step)?;
    }
    let is_left = !steps.is_empty()
        && !removal_steps(names, owner_tag, &observe(account, names)?, *is_last)?.is_empty();
    if is_left { Err(not_shown()) } else { Ok(()) }
}

/// What an account has of one configuration.
pub(super) fn observe(account: &Account, names: &ReservedNames) -> Result<ObservedObjects, Failure> {
    let saml_provider = observe_saml_provider(account, &names.saml_provider)?;
    observe_beside(account, names, saml_provider)
}

/// As [`observe`], with the SAML provider known: all configurations of an account share it.
pub(super) fn observe_beside(
    account: &Account,
    names: &ReservedNames,
    saml_provider: Option<ObservedSamlProvider>,
) -> Result<ObservedObjects, Failure> {
    let role = match found(account.get_role(&names.role))? {
        None => None,
        Some(role) => Some(ObservedRole {
            description: role.description,
            trust_policy: role.assume_role_policy_document,
            max_session_seconds: role.max_session_duration,
            policies: attached(account, &names.role)?,
        }),
    };
    let policy = found(account.get_policy(PolicyKind::Custom, &names.inline_policy))?;
    let inline_policy =
        policy.map(|found| ObservedPolicy { description: found.description, document: found.document });
    Ok(ObservedObjects { saml_provider, role, inline_policy })
}

/// What an account has of the SAML provider.
pub(super) fn observe_saml_provider(
    account: &Account,
    name: &str,
) -> Result<Option<ObservedSamlProvider>, Failure> {
    let provider = found(account.get_saml_provider(name))?;
    Ok(provider.map(|found| ObservedSamlProvider {
        // What is not Base64 is not our metadata either.
        metadata: found.metadata().unwrap_or_default(),
        description: found.description,
    }))
}

/// The policies attached to a role.
pub(super) fn attached(account: &Account, role: &str) -> Result<BTreeSet<RamPolicy>, Failure> {
    let policies = found(account.list_policies_for_role(role))?.unwrap_or_default();
    let named = policies.into_iter().map(|policy| match policy.kind {
        PolicyKind::System => RamPolicy::System(policy.policy_name),
        PolicyKind::Custom => RamPolicy::Custom(policy.policy_name),
    });
    Ok(named.collect())
}

/// Deletes an object that carries our mark and that nothing explains any more.
pub(super) fn delete_unexplained(account: &Account, object: ObjectKind, name: &str) -> Result<(), Failure> {
    match object {
        ObjectKind::Role => {
            for policy in attached(account, name)? {
                gone(account.detach_policy_from_role(kind(&policy), policy.name(), name))?;
            }
            gone(account.delete_role(name))
        }
        ObjectKind::Policy => gone(account.delete_policy(name)),
        ObjectKind::SamlProvider => gone(account.delete_saml_provider(name)),
        // They are let go by those who know for whom they were.
        ObjectKind::RamUser | ObjectKind::UserSso => Ok(()),
    }
}

fn take(account: &Account, wanted: &AccountObjects, step: &Step) -> Result<(), Failure> {
    let names = &wanted.names;
    match step {
        Step::CreateSamlProvider => {
            let new = NewSamlProvider {
                name: &names.saml_provider,
                description: &wanted.owner_tag,
                metadata: &wanted.saml_metadata,
            };
            created(account.create_saml_provider(&new).map(drop))
        }
        Step::UpdateSamlProvider => {
            let changes = SamlProviderChanges { description: None, metadata: Some(&wanted.saml_metadata) };
            Ok(account.update_saml_provider(&names.saml_provider, &changes).map(drop)?)
        }
        Step::CreateRole => {
            let new = NewRole {
                name: &names.role,
                description: &wanted.owner_tag,
                trust_policy: &wanted.trust_policy,
                max_session_seconds: wanted.max_session_seconds,
            };
            created(account.create_role(&new).map(drop))
        }
        Step::UpdateRole => {
            let changes = RoleChanges {
                description: None,
                trust_policy: Some(&wanted.trust_policy),
                max_session_seconds: Some(wanted.max_session_seconds),
            };
            Ok(account.update_role(&names.role, &changes).map(drop)?)
        }
        Step::CreateInlinePolicy => {
            let document = wanted.inline_policy.as_deref().unwrap_or_default();
            created(account.create_policy(&names.inline_policy, &wanted.owner_tag, document))
        }
        Step::UpdateInlinePolicy => {
            update_policy(account, &names.inline_policy, wanted.inline_policy.as_deref().unwrap_or_default())
        }
        Step::Attach(policy) => {
            created(account.attach_policy_to_role(kind(policy), policy.name(), &names.role))
        }
        Step::Detach(_) | Step::DeleteRole | Step::DeleteInlinePolicy | Step::DeleteSamlProvider => {
            take_away(account, names, step)
        }
    }
}

/// Takes a step that removes something; any other changes nothing.
pub(super) fn take_away(account: &Account, names: &ReservedNames, step: &Step) -> Result<(), Failure> {
    match step {
        Step::Detach(policy) => {
            gone(account.detach_policy_from_role(kind(policy), policy.name(), &names.role))
        }
        Step::DeleteRole => gone(account.delete_role(&names.role)),
        Step::DeleteInlinePolicy => gone(account.delete_policy(&names.inline_policy)),
        Step::DeleteSamlProvider => gone(account.delete_saml_provider(&names.saml_provider)),
        _ => Ok(()),
    }
}

fn update_policy(account: &Account, name: &str, document: &str) -> Result<(), Failure> {
    let versions = account.list_policy_versions(name)?;
    if versions.len() >= POLICY_VERSIONS
        && let Some(oldest) = versions.iter().find(|version| !version.is_default_version)
    {
        gone(account.delete_policy_version(name, &oldest.version_id))?;
    }
    let version = NewPolicyVersion { policy_name: name, document, is_default: true };
    Ok(account.create_policy_version(&version).map(drop)?)
}

const fn kind(policy: &RamPolicy) -> PolicyKind {
    match policy {
        RamPolicy::System(_) => PolicyKind::System,
        RamPolicy::Custom(_) => PolicyKind::Custom,
    }
}

/// What exists already was made by an attempt whose answer was lost; the look that follows compares
/// it like any other.
fn created(outcome: Result<(), cloud::Error>) -> Result<(), Failure> {
    match outcome {
        Err(error) if !error.is_already_exists() => Err(error.into()),
        _ => Ok(()),
    }
}

/// What is not there any more was removed by an attempt whose answer was lost.
pub(super) fn gone(outcome: Result<(), cloud::Error>) -> Result<(), Failure> {
    match outcome {
        Err(error) if !error.is_not_found() => Err(error.into()),
        _ => Ok(()),
    }
}

pub(super) fn found<T>(outcome: Result<T, cloud::Error>) -> Result<Option<T>, Failure> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

pub(super) fn not_shown() -> Failure {
    Failure::Cloud(cloud::Error::Unavailable {
        reason: "the account does not show yet what was written to it".to_owned(),
        request_id: String::new(),
    })
}
