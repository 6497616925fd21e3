//! What each kind of task comes to. The state of the directory is read when the task is done, not when
//! it was written, so that a task that comes late does what is right by then.

use crate::base::{DirectoryId, Timestamp};
use crate::domain::{
    AccessConfiguration, Assignee, DeprovisionStrategy, Grant, Provisioning, ProvisioningFilter,
    ProvisioningStatus, ReservedNames, Task, TaskKind, owner_tag,
};
use crate::storage::lease::Lease;
use crate::storage::{access_configuration, assignment, console_session, lease, provisioning};

use super::perform_user::{self, UserOutcome};
use super::provision::{self, Failure, Removal};
use super::user_sso::{self, SsoOutcome};
use super::{Context, Error, directory, drift, provisioning::still_assigned};

/// What a task came to, apart from what it changed in the account.
pub(super) enum Outcome {
    /// Nothing was left to do.
    Unchanged,
    /// The account now has the configuration like this.
    Provisioned(Provisioning),
    /// The account has the configuration no more.
    Removed(Grant),
    /// A person's RAM user is as it should be.
    User(Box<UserOutcome>),
    /// The account's user SSO is as it should be.
    UserSso(SsoOutcome),
    /// The account was compared with what it should have, or brought back to it.
    Compared(Box<drift::Comparison>),
    /// It failed; perhaps to be tried again.
    Failed(Failure),
}

impl Outcome {
    fn of(compared: Result<drift::Comparison, Failure>) -> Self {
        compared.map_or_else(Self::Failed, |comparison| Self::Compared(Box::new(comparison)))
    }
}

/// Does a task in the account that the lease is on.
pub(super) fn perform(ctx: &Context, lease: &Lease, task: &Task) -> Result<Outcome, Error> {
    let account = &lease.account_id;
    match task.kind {
        TaskKind::DetectDrift => return Ok(Outcome::of(drift::compare(ctx, account)?)),
        TaskKind::RepairDrift => return Ok(Outcome::of(drift::repair(ctx, account)?)),
        TaskKind::SetUserSso => {
            return Ok(user_sso::perform(ctx, lease)?.map_or_else(Outcome::Failed, Outcome::UserSso));
        }
        TaskKind::ProvisionUser => {
            let Some(Assignee::User(person)) = &task.assignee else { return Ok(Outcome::Unchanged) };
            let done = perform_user::perform(ctx, lease, person)?;
            return Ok(done.map_or_else(Outcome::Failed, |done| Outcome::User(Box::new(done))));
        }
        _ => {}
    }
    let Some(grant) = task.grant() else { return Ok(Outcome::Unchanged) };
    let known = Known::read(ctx, &grant)?;
    let Some(configuration) = &known.configuration else {
        let reason = "the access configuration does not exist any more";
        return Ok(Outcome::Failed(Failure::lasting(reason)));
    };
    let is_for_the_last = task.strategy == DeprovisionStrategy::DeprovisionForLastAccessAssignmentOnAccount;
    let outcome = match task.kind {
        TaskKind::CreateAccessAssignment if !known.is_assigned || known.is_current(ctx, configuration) => {
            Ok(Outcome::Unchanged)
        }
        TaskKind::CreateAccessAssignment | TaskKind::ProvisionAccessConfiguration => {
            if begin_provisioning(ctx, lease, &known, configuration)? {
                provisioned(ctx, &known, configuration, &grant)
            } else {
                Ok(Outcome::Unchanged)
            }
        }
        TaskKind::DeleteAccessAssignment if !is_for_the_last => Ok(Outcome::Unchanged),
        TaskKind::DeprovisionAccessConfiguration if known.is_assigned && !is_for_the_last => {
            Err(Failure::lasting(still_assigned(&grant).message))
        }
        TaskKind::DeleteAccessAssignment | TaskKind::DeprovisionAccessConfiguration => {
            if begin_removal(ctx, lease, &grant)? {
                removed(ctx, &known, configuration, &grant)
            } else {
                Ok(Outcome::Unchanged)
            }
        }
        TaskKind::DetectDrift | TaskKind::RepairDrift | TaskKind::ProvisionUser | TaskKind::SetUserSso => {
            Ok(Outcome::Unchanged)
        }
    };
    Ok(outcome.unwrap_or_else(Outcome::Failed))
}

/// What the directory says of a configuration on an account.
struct Known {
    directory: DirectoryId,
    configuration: Option<AccessConfiguration>,
    existing: Option<Provisioning>,
    is_assigned: bool,
    /// Whether no other configuration of ours is in the account.
    is_last: bool,
    /// From when on sessions of the role are good, where some were ended before their time.
    cutoff: Option<Timestamp>,
}

impl Known {
    fn read(ctx: &Context, grant: &Grant) -> Result<Self, Error> {
        ctx.store.read(|conn| {
            let own = ProvisioningFilter {
                account_id: Some(grant.account_id.clone()),
                ..ProvisioningFilter::default()
            };
            let existing = provisioning::find(conn, grant)?;
            let others = provisioning::count(conn, &own)? - i64::from(existing.is_some());
            Ok(Self {
                directory: directory::id(conn)?,
                configuration: access_configuration::find(conn, &grant.access_configuration_id)?,
                existing,
                is_assigned: assignment::reaches(conn, grant)?,
                is_last: others == 0,
                cutoff: console_session::cutoff(conn, grant)?,
            })
        })
    }

    /// Whether the account has the configuration as it is now.
    fn is_current(&self, ctx: &Context, configuration: &AccessConfiguration) -> bool {
        self.existing.as_ref().is_some_and(|existing| {
            existing.status == ProvisioningStatus::Provisioned
                && existing.revision == configuration.revision
                && existing.trust_digest == provision::trust_digest(ctx)
        })
    }
}

fn provisioned(
    ctx: &Context,
    known: &Known,
    configuration: &AccessConfiguration,
    grant: &Grant,
) -> Result<Outcome, Failure> {
    let account = &grant.account_id;
    let wanted = provision::wanted(ctx, &known.directory, configuration, account, known.cutoff)?;
    provision::provision(&ctx.cloud.account(account), &wanted)?;
    Ok(Outcome::Provisioned(provision::current(ctx, configuration, account, known.existing.as_ref())))
}

/// Notes that part of a configuration may be in the account from now on, so that a removal finds it
/// even if this is never finished. False when the lease is lost.
fn begin_provisioning(
    ctx: &Context,
    lease: &Lease,
    known: &Known,
    configuration: &AccessConfiguration,
) -> Result<bool, Error> {
    if known.existing.as_ref().is_some_and(|existing| existing.status.is_usable()) {
        return Ok(true);
    }
    let mut begun = provision::current(ctx, configuration, &lease.account_id, known.existing.as_ref());
    begun.status = ProvisioningStatus::Provisioning;
    let (lease, now) = (lease.clone(), ctx.now());
    ctx.store.write(move |conn| {
        if !lease::extend(conn, &lease, now, lease::LENGTH)? {
            return Ok(false);
        }
        provisioning::upsert(conn, &begun)?;
        Ok::<_, Error>(true)
    })
}

/// The first phase of a removal: nobody enters any more. False when there is nothing to remove, when
/// somebody is assigned it after all, or when the lease is lost.
fn begin_removal(ctx: &Context, lease: &Lease, grant: &Grant) -> Result<bool, Error> {
    let (lease, grant, now) = (lease.clone(), grant.clone(), ctx.now());
    ctx.store.write(move |conn| {
        if !lease::extend(conn, &lease, now, lease::LENGTH)? {
            return Ok(false);
        }
        let Some(existing) = provisioning::find(conn, &grant)? else { return Ok(false) };
        if assignment::reaches(conn, &grant)? {
            // Part of it may be gone: whoever provisions next has to look.
            if !existing.status.is_usable() {
                provisioning::set_status(conn, &grant, ProvisioningStatus::ReprovisionRequired)?;
            }
            return Ok(false);
        }
        Ok::<_, Error>(provisioning::set_status(conn, &grant, ProvisioningStatus::Deprovisioning)?)
    })
}

/// The second phase: what it was in the account goes, the powerful first.
fn removed(
    ctx: &Context,
    known: &Known,
    configuration: &AccessConfiguration,
    grant: &Grant,
) -> Result<Outcome, Failure> {
    let names = ReservedNames::new(&ctx.site, &known.directory, configuration.spec.name.as_str());
    let owner_tag = owner_tag(&known.directory);
    let removal = Removal { names: &names, owner_tag: &owner_tag, is_last: known.is_last };
    provision::remove(&ctx.cloud.account(&grant.account_id), &removal)?;
    Ok(Outcome::Removed(grant.clone()))
}
