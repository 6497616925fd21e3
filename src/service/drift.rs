//! Drift: accounts compared with what they should have, and brought back to it on request.
//!
//! A comparison only reads. It looks after what stands as provisioned and after what is assigned and
//! was never provisioned; a configuration that was edited since waits for its reprovisioning, and is
//! no drift.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

use crate::base::{AccessConfigurationId, AccountId, DirectoryId, Timestamp, UserId};
use crate::cloud::{self, PolicyKind};
use crate::domain::{
    AccessConfiguration, AccountObjects, Action, DeletionStrategy, DeprovisionStrategy, Difference, Event,
    Finding, Grant, ObjectKind, ObservedSamlProvider, Provisioning, ProvisioningFilter, ProvisioningStatus,
    ReservedNames, Step, Target, TaskKind, owner_tag,
};
use crate::storage::event::Origin;
use crate::storage::{
    Conn, access_configuration, account, assignment, console_session, drift, provisioning, task as tasks,
    user_provisioning,
};

use super::context::Change;
use super::provision::{self, Failure};
use super::ram_user::Place;
use super::task::{self, Draft};
use super::user_provisioning::{self as user_provisionings, Turn};
use super::{Context, Error, Operator, directory, ram_user_drift, target};

/// So many accounts are asked for a comparison at a time, so that they do not all come at once.
const BATCH: i64 = 100;

/// What a comparison of an account found, and what a repair changed.
pub(super) struct Comparison {
    account: AccountId,
    differences: BTreeSet<Difference>,
    /// What a repair brought about; empty for a comparison.
    provisioned: Vec<Provisioning>,
    /// Whose RAM users a repair leaves to their tasks.
    persons: BTreeSet<UserId>,
    /// Whether a repair leaves the account's user SSO to its task.
    is_sso_changed: bool,
    is_repair: bool,
}

impl Comparison {
    fn new(
        account: &AccountId,
        found: ram_user_drift::Found,
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

/// How an account stood when it was last compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriftReport {
    /// The account.
    pub account_id: AccountId,
    /// When; `None` when it never was.
    pub compared_at: Option<Timestamp>,
    /// What differed.
    pub differences: BTreeSet<Difference>,
}

/// Asks for a comparison of an account, of all below a folder, or of all that have anything of ours.
/// An account that is being compared is not asked again. Gives the number of tasks written.
///
/// # Errors
/// [`Error::Refused`] with `EntityNotExists.…`.
pub fn detect(ctx: &Context, operator: &Operator, target: Option<&Target>) -> Result<usize, Error> {
    request(ctx, operator, TaskKind::DetectDrift, target)
}

/// Asks that accounts be brought back to what they should have. Objects that are not ours are left
/// alone. Gives the number of tasks written.
///
/// # Errors
/// [`Error::Refused`] with `EntityNotExists.…`.
pub fn request_repair(ctx: &Context, operator: &Operator, target: Option<&Target>) -> Result<usize, Error> {
    request(ctx, operator, TaskKind::RepairDrift, target)
}

/// How an account stood when it was last compared.
///
/// # Errors
/// [`Error::Refused`] with `EntityNotExists.Account`.
pub fn report(ctx: &Context, _operator: &Operator, id: &AccountId) -> Result<DriftReport, Error> {
    ctx.store.read(|conn| {
        target::check(conn, &Target::Account(id.clone()))?;
        Ok(DriftReport {
            account_id: id.clone(),
            compared_at: drift::compared_at(conn, id)?,
            differences: drift::list(conn, id)?,
        })
    })
}

/// The accounts in which the last comparison found a difference.
///
/// # Errors
/// Failures of the database.
pub fn list_drifted(ctx: &Context, _operator: &Operator) -> Result<Vec<AccountId>, Error> {
    Ok(ctx.store.read(drift::list_accounts)?)
}

fn request(
    ctx: &Context,
    operator: &Operator,
    kind: TaskKind,
    target: Option<&Target>,
) -> Result<usize, Error> {
    let (change, target) = (ctx.change(operator.origin()), target.cloned());
    let written = ctx.store.write(move |conn| {
        let accounts = match &target {
            Some(target) => {
                target::check(conn, target)?;
                assignment::list_reached(conn, target)?
            }
            None => {
                let mut accounts = provisioning::list_accounts(conn)?;
                accounts.extend(user_provisioning::list_accounts(conn)?);
                accounts.sort_unstable();
                accounts.dedup();
                accounts
            }
        };
        write(conn, &change, (kind, change.now), accounts)
    })?;
    ctx.work.ring();
    Ok(written)
}

/// Asks for a comparison of accounts that had none for `interval`.
pub(super) fn schedule(ctx: &Context, interval: Duration) -> Result<usize, Error> {
    let since = ctx.now().minus(interval);
    if ctx.store.read(|conn| drift::list_due(conn, since, 1))?.is_empty() {
        return Ok(0);
    }
    let change = ctx.change(&Origin::system(String::new()));
    let written = ctx.store.write(move |conn| {
        let due = drift::list_due(conn, since, BATCH)?;
        write(conn, &change, (TaskKind::DetectDrift, change.now), due)
    })?;
    ctx.work.ring();
    Ok(written)
}

fn write(
    conn: &mut Conn,
    change: &Change,
    (kind, due): (TaskKind, Timestamp),
    accounts: Vec<AccountId>,
) -> Result<usize, Error> {
    let mut written = 0;
    for id in accounts {
        // An account that has left cannot be entered.
        if account::find(conn, &id)?.is_none() {
            continue;
        }
        let draft = Draft {
            kind,
            access_configuration_id: None,
            target: Target::Account(id),
            assignee: None,
            strategy: DeprovisionStrategy::None,
        };
        written += usize::from(task::write_once(conn, change, &draft, due)?);
    }
    Ok(written)
}

/// What an account should have, as the directory says.
struct Expected {
    directory: DirectoryId,
    /// What is looked after, with how it stands and from when on its sessions are good.
    configurations: Vec<(AccessConfiguration, Option<Provisioning>, Option<Timestamp>)>,
    /// Names of all that is explained, looked after or not.
    explained: HashSet<String>,
    /// What is kept for persons.
    persons: ram_user_drift::Expected,
}

impl Expected {
    fn read(ctx: &Context, id: &AccountId) -> Result<Self, Error> {
        ctx.store.read(|conn| {
            let directory = directory::id(conn)?;
            let filter = ProvisioningFilter { account_id: Some(id.clone()), ..ProvisioningFilter::default() };
            let mut known: HashMap<AccessConfigurationId, Option<Provisioning>> = HashMap::new();
            for found in provisioning::list(conn, &filter, None, i64::MAX)? {
                known.insert(found.access_configuration_id.clone(), Some(found));
            }
            for reached in assignment::list_reaching(conn, id)? {
                known.entry(reached.access_configuration_id).or_default();
            }
            let ids: Vec<&str> = known.keys().map(AccessConfigurationId::as_str).collect();
            let mut explained = HashSet::new();
            let mut configurations = Vec::new();
            for configuration in access_configuration::list_by_id(conn, &ids)? {
                let names = ReservedNames::new(&ctx.site, &directory, configuration.spec.name.as_str());
                explained.extend([names.role, names.inline_policy, names.saml_provider]);
                let existing = known.remove(&configuration.id).flatten();
                if is_looked_after(conn, id, &configuration, existing.as_ref())? {
                    let grant =
                        Grant { account_id: id.clone(), access_configuration_id: configuration.id.clone() };
                    configurations.push((configuration, existing, console_session::cutoff(conn, &grant)?));
                }
            }
            let persons = ram_user_drift::Expected::read(conn, id)?;
            Ok(Self { directory, configurations, explained, persons })
        })
    }
}

/// Whether a configuration is compared: what stands as provisioned, and what is assigned, is not there,
/// and nobody is working on.
fn is_looked_after(
    conn: &mut Conn,
    id: &AccountId,
    configuration: &AccessConfiguration,
    existing: Option<&Provisioning>,
) -> Result<bool, Error> {
    match existing.map(|existing| existing.status) {
        Some(ProvisioningStatus::Provisioned) => Ok(true),
        Some(ProvisioningStatus::Provisioning) | None => {
            let grant = Grant { account_id: id.clone(), access_configuration_id: configuration.id.clone() };
            let target = Target::Account(id.clone());
            Ok(assignment::reaches(conn, &grant)?
                && tasks::list_in_progress(conn, &configuration.id, &target)?.is_empty())
        }
        Some(_) => Ok(false),
    }
}

/// Compares an account with what it should have. Reads only: one call for the SAML provider, three for
/// each configuration, and one for each page of three lists.
pub(super) fn compare(ctx: &Context, id: &AccountId) -> Result<Result<Comparison, Failure>, Error> {
    let expected = Expected::read(ctx, id)?;
    Ok(differences(ctx, id, &expected).map(|found| Comparison::new(id, found, Vec::new(), false)))
}

/// Brings an account back to what it should have, then compares it.
pub(super) fn repair(ctx: &Context, id: &AccountId) -> Result<Result<Comparison, Failure>, Error> {
    let expected = Expected::read(ctx, id)?;
    Ok(repaired(ctx, id, &expected)
        .and_then(|provisioned| Ok(Comparison::new(id, differences(ctx, id, &expected)?, provisioned, true))))
}

fn differences(ctx: &Context, id: &AccountId, expected: &Expected) -> Result<ram_user_drift::Found, Failure> {
    let account = ctx.cloud.account(id);
    let mut found = ram_user_drift::compare(ctx, (id, &expected.directory), &expected.persons)?;
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
    let found = ram_user_drift::compare(ctx, (id, &expected.directory), &expected.persons)?;
    for (name, person) in &found.unexplained {
        let place = Place::new(ctx, id, &expected.directory, person);
        // What a person may have worked with is not deleted for a reason that nobody remembers.
        place.take_away(name, DeletionStrategy::Keep)?;
    }
    Ok(provisioned)
}

/// Asks for the tasks that mend what is kept for persons, and for another look when they are done.
fn leave_to_tasks(conn: &mut Conn, change: &Change, comparison: &Comparison) -> Result<(), Error> {
    let account = &comparison.account;
    if comparison.is_sso_changed {
        user_provisionings::ask_user_sso(conn, change, account)?;
    }
    for person in &comparison.persons {
        user_provisionings::ask(conn, change, (account, person), Turn::Usual)?;
    }
    if comparison.is_sso_changed || !comparison.persons.is_empty() {
        // What is due in the same moment is done in any order.
        let afterwards = change.now.plus(Duration::from_secs(1));
        write(conn, change, (TaskKind::DetectDrift, afterwards), vec![account.clone()])?;
    }
    Ok(())
}

/// Writes down what a comparison found and what a repair changed.
pub(super) fn store(conn: &mut Conn, change: &Change, comparison: &Comparison) -> Result<(), Error> {
    for provisioned in &comparison.provisioned {
        provision::store(conn, provisioned)?;
    }
    if comparison.is_repair {
        leave_to_tasks(conn, change, comparison)?;
    }
    let before = drift::list(conn, &comparison.account)?;
    drift::replace(conn, &comparison.account, &comparison.differences, change.now)?;
    let told: Vec<_> = comparison
        .differences
        .iter()
        .map(|one| format!("{} {} {} {}", one.object.as_str(), one.name, one.part, one.finding.as_str()))
        .collect();
    if comparison.is_repair {
        let left = comparison.differences.iter().filter(|one| one.finding != Finding::Foreign).count();
        let detail = serde_json::json!({
            "configurations": comparison.provisioned.len(),
            "foreign": comparison.differences.len() - left,
        });
        change.record(conn, &Event::new(Action::DriftRepaired, &comparison.account).with(detail))?;
    } else if !told.is_empty() && before != comparison.differences {
        let detail = serde_json::json!({ "differences": told });
        change.record(conn, &Event::new(Action::DriftFound, &comparison.account).with(detail))?;
    }
    Ok(())
}
