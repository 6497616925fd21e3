//! An account compared with what it should have, and brought back to it.

use std::collections::BTreeSet;

use crate::base::{AccountId, UserId};
use crate::cloud::{self, PolicyKind};
use crate::domain::{
    AccessConfiguration, AccountObjects, DeletionStrategy, Difference, ObjectKind, ObservedSamlProvider,
    Provisioning, Step, owner_tag,
};

use super::super::provision::{self, Failure};
use super::super::ram_user::Place;
use super::super::{Context, Error};
use super::expected::Expected;
use super::ram_user;

/// What a comparison of an account found, and what a repair changed.
pub(in super::super) struct Comparison {
    pub(super) account: AccountId,
    pub(super) differences: BTreeSet<Difference>,
    /// What a repair brought about; empty for a comparison.
    pub(super) provisioned: Vec<Provisioning>,
    /// Whose RAM users a repair leaves to their tasks.
    pub(super) persons: BTreeSet<UserId>,
    /// Whether a repair leaves the account's user SSO to its task.
    pub(super) is_sso_changed: bool,
    pub(super) is_repair: bool,
}

impl Comparison {
    fn new(
        account: &AccountId,
        found: ram_user::Found,
        provisioned: Vec<Provisioning>,
        is_repair: bool,
    ) -> Self {
        Self {
            account: account.clone(),
            differences: found.differences,
            provisioned,
            persons: found.persons,
            is_sso_changed: found.is_sso_changed,
            is_repair,
        }
    }
}

/// Compares an account with what it should have. Reads only: one call for the SAML provider, three for
/// each configuration, and one for each page of three lists.
pub(in super::super) fn compare(ctx: &Context, id: &AccountId) -> Result<Result<Comparison, Failure>, Error> {
    let expected = Expected::read(ctx, id)?;
    Ok(differences(ctx, id, &expected).map(|found| Comparison::new(id, found, Vec::new(), false)))
}

/// Brings an account back to what it should have, then compares it.
pub(in super::super) fn repair(ctx: &Context, id: &AccountId) -> Result<Result<Comparison, Failure>, Error> {
    let expected = Expected::read(ctx, id)?;
    Ok(repaired(ctx, id, &expected)
        .and_then(|provisioned| Ok(Comparison::new(id, differences(ctx, id, &expected)?, provisioned, true))))
}

fn differences(ctx: &Context, id: &AccountId, expected: &Expected) -> Result<ram_user::Found, Failure> {
    let account = ctx.cloud.account(id);
    let mut found = ram_user::compare(ctx, (id, &expected.directory), &expected.persons)?;
    let differences = &mut found.differences;
    let mut shared: Option<Option<ObservedSamlProvider>> = None;
    for (configuration, _, cutoff) in &expected.configurations {
        let wanted = provision::wanted(ctx, &expected.directory, configuration, id, *cutoff)?;
        let provider = match &shared {
            Some(provider) => provider.clone(),
            None => {
                let found = provision::observe_saml_provider(&account, &wanted.names.saml_provider)?;
                shared.insert(found).clone()
            }
        };
        let observed = provision::observe_beside(&account, &wanted.names, provider)?;
        match wanted.steps(&observed) {
            Ok(steps) => differences.extend(described(&steps, &wanted, configuration)),
            Err(foreign) => {
                differences.insert(Difference::foreign(foreign, &configuration.id));
            }
        }
    }
    for (object, named) in unexplained(ctx, &account, expected)? {
        differences.insert(Difference::unexplained(object, named));
    }
    Ok(found)
}

fn described<'a>(
    steps: &'a [Step],
    wanted: &'a AccountObjects,
    configuration: &'a AccessConfiguration,
) -> impl Iterator<Item = Difference> + 'a {
    steps.iter().map(|step| Difference::mended_by(step, &wanted.names, &configuration.id))
}

/// Objects that carry our mark and that nothing in the directory explains: roles first, as they hold
/// on to the rest.
fn unexplained(
    ctx: &Context,
    account: &cloud::Account,
    expected: &Expected,
) -> Result<Vec<(ObjectKind, String)>, Failure> {
    let owner_tag = owner_tag(&expected.directory);
    let is_left = |(_, name, description): &(ObjectKind, String, String)| {
        name.starts_with(&ctx.site.object_prefix)
            && *description == owner_tag
            && !expected.explained.contains(name)
    };
    let roles =
        account.list_roles()?.into_iter().map(|one| (ObjectKind::Role, one.role_name, one.description));
    let policies = account.list_policies(PolicyKind::Custom)?.into_iter();
    let policies = policies.map(|one| (ObjectKind::Policy, one.policy_name, one.description));
    let providers = account.list_saml_providers()?.into_iter();
    let providers = providers.map(|one| (ObjectKind::SamlProvider, one.name, one.description));
    let left = roles.chain(policies).chain(providers).filter(is_left);
    Ok(left.map(|(object, name, _)| (object, name)).collect())
}

fn repaired(ctx: &Context, id: &AccountId, expected: &Expected) -> Result<Vec<Provisioning>, Failure> {
    let account = ctx.cloud.account(id);
    let mut provisioned = Vec::new();
    for (configuration, existing, cutoff) in &expected.configurations {
        let wanted = provision::wanted(ctx, &expected.directory, configuration, id, *cutoff)?;
        match provision::provision(&account, &wanted) {
            Ok(steps) if steps.is_empty() && existing.is_some() => {}
            Ok(_) => provisioned.push(provision::current(ctx, configuration, id, existing.as_ref())),
            // A foreign object is a human's to decide on; it is reported, and the rest goes on.
            Err(Failure::Foreign(_)) => {}
            Err(failure) => return Err(failure),
        }
    }
    for (object, name) in unexplained(ctx, &account, expected)? {
        provision::delete_unexplained(&account, object, &name)?;
    }
    let found = ram_user::compare(ctx, (id, &expected.directory), &expected.persons)?;
    for (name, person) in &found.unexplained {
        let place = Place::new(ctx, id, &expected.directory, person);
        // What a person may have worked with is not deleted for a reason that nobody remembers.
        place.take_away(name, DeletionStrategy::Keep)?;
    }
    Ok(provisioned)
}
