//! The task of one person in one account. What the directory says is read when the task is done: whoever a
//! provisioning reaches by then has a RAM user, whoever none reaches has none of ours.

use crate::base::{AccountId, DirectoryId, UserId, UserProvisioningEventId};
use crate::domain::{
    Action, DeletionStrategy, DuplicationStrategy, Event, Naming, ObservedRamUser, ProvisionedUser,
    ProvisionedUserStatus, RamUserStep, Status, TakenOver, User, UserProvisioning, UserProvisioningEvent,
    WantedRamUser, settle_name,
};
use crate::storage::lease::{self, Lease};
use crate::storage::{self, Conn, provisioned_user, user, user_provisioning, user_provisioning_event};

use super::context::Change;
use super::provision::Failure;
use super::ram_user::Place;
use super::{Context, Error, directory, user_provisioning as provisionings};

/// What the task of a person came to.
pub(super) struct UserOutcome {
    account: AccountId,
    person: UserId,
    /// The events that are done with it.
    events: Vec<UserProvisioningEvent>,
    done: Done,
}

enum Done {
    /// There was nothing to do, or it is somebody else's turn by now.
    Nothing,
    /// The account has the RAM user like this.
    Kept { ram_user: Box<ProvisionedUser>, is_new: bool, steps: Vec<RamUserStep> },
    /// The account has none of ours.
    TakenAway { name: String, strategy: DeletionStrategy },
}

/// What the directory says of a person in an account.
struct Known {
    directory: DirectoryId,
    user: Option<User>,
    reaching: Vec<UserProvisioning>,
    existing: Option<ProvisionedUser>,
    events: Vec<UserProvisioningEvent>,
}

impl Known {
    fn read(ctx: &Context, account: &AccountId, person: &UserId) -> Result<Self, Error> {
        ctx.store.read(|conn| {
            Ok(Self {
                directory: directory::id(conn)?,
                user: user::find(conn, person)?,
                reaching: user_provisioning::list_reaching(conn, account, person)?,
                existing: provisioned_user::find(conn, account, person)?,
                events: user_provisioning_event::list_of(conn, account, person)?,
            })
        })
    }

    /// By the event that was tried again last, or else by the oldest provisioning.
    fn duplication(&self) -> DuplicationStrategy {
        let latest = self.events.iter().max_by_key(|event| event.updated_at);
        let oldest = self.reaching.first().map(|provisioning| provisioning.terms.duplication);
        latest.map(|event| event.duplication).or(oldest).unwrap_or(DuplicationStrategy::KeepBoth)
    }

    /// Nothing is deleted that any event would keep, or that no event tells of.
    fn deletion(&self) -> DeletionStrategy {
        let is_to_go = |event: &UserProvisioningEvent| event.deletion == DeletionStrategy::Delete;
        if !self.events.is_empty() && self.events.iter().all(is_to_go) {
            DeletionStrategy::Delete
        } else {
            DeletionStrategy::Keep
        }
    }
}

/// Does the task of `person` in the account that the lease is on.
pub(super) fn perform(
    ctx: &Context,
    lease: &Lease,
    person: &UserId,
) -> Result<Result<UserOutcome, Failure>, Error> {
    let account = &lease.account_id;
    let known = Known::read(ctx, account, person)?;
    let place = Place::new(ctx, account, &known.directory, person);
    let done = match (&known.user, &known.existing) {
        (Some(user), _) if !known.reaching.is_empty() => keep(ctx, lease, &known, (user, &place))?,
        (_, Some(existing)) => take_away(ctx, lease, existing, (&place, known.deletion()))?,
        (_, None) => Ok(Done::Nothing),
    };
    let (account, person, events) = (account.clone(), person.clone(), known.events);
    Ok(done.map(|done| UserOutcome { account, person, events, done }))
}

fn keep(
    ctx: &Context,
    lease: &Lease,
    known: &Known,
    (user, place): (&User, &Place<'_>),
) -> Result<Result<Done, Failure>, Error> {
    let name_before = known.existing.as_ref().map(|existing| existing.ram_user_name.as_str());
    let look = |name: &str| place.owner(name);
    let naming = match settle_name(&user.spec.user_name, name_before, known.duplication(), look) {
        Ok(Naming::Taken(taken)) => return Ok(Err(Failure::lasting(taken.to_string()))),
        Ok(naming) => naming,
        Err(failure) => return Ok(Err(failure)),
    };
    let (Naming::Kept(name) | Naming::Create(name) | Naming::TakeOver(name)) = &naming else {
        return Ok(Ok(Done::Nothing));
    };
    let is_settled = known.existing.as_ref().is_some_and(|existing| {
        existing.status == ProvisionedUserStatus::Provisioned && existing.ram_user_name == *name
    });
    let is_locked = user.spec.status == Status::Disabled || !is_settled;
    let wanted = WantedRamUser::of(user, place.mark().to_owned(), is_locked);
    let observed = match &naming {
        Naming::Create(_) => None,
        _ => match place.observe(name, is_locked) {
            Ok(observed) => observed,
            Err(failure) => return Ok(Err(failure)),
        },
    };
    let begun = begin(ctx, lease, known, (user, name), (&naming, observed.as_ref()));
    let mut ram_user = match begun {
        Ok(Some(ram_user)) => ram_user,
        Ok(None) => return Ok(Ok(Done::Nothing)),
        // The account does not have it at the moment, and will again: it is missed there.
        Err(Error::Storage(storage::Error::Duplicate(_))) => {
            return Ok(Err(Failure::lasting(format!("the RAM user {name} is kept for somebody else"))));
        }
        Err(error) => return Err(error),
    };
    Ok(brought(place, &wanted, &mut ram_user, observed.as_ref()).map(|steps| {
        ram_user.status = ProvisionedUserStatus::Provisioned;
        ram_user.updated_at = ctx.now();
        Done::Kept { ram_user: Box::new(ram_user), is_new: !is_settled, steps }
    }))
}

fn brought(
    place: &Place<'_>,
    wanted: &WantedRamUser,
    ram_user: &mut ProvisionedUser,
    observed: Option<&ObservedRamUser>,
) -> Result<Vec<RamUserStep>, Failure> {
    let name = ram_user.ram_user_name.clone();
    let Some(observed) = observed else {
        ram_user.principal_name = place.create(&name, wanted)?;
        ram_user.has_permissions = false;
        return Ok(Vec::new());
    };
    let steps;
    (ram_user.principal_name, steps) = place.bring(&name, wanted, observed)?;
    if ram_user.status == ProvisionedUserStatus::Provisioning {
        ram_user.has_permissions = place.has_permissions(&name)?;
    }
    Ok(steps)
}

/// Notes that the RAM user may be in the account from now on, and what it had if it is taken over, so that
/// whoever comes after us knows even if this is never finished. `None` when the lease is lost.
fn begin(
    ctx: &Context,
    lease: &Lease,
    known: &Known,
    (user, name): (&User, &str),
    (naming, observed): (&Naming, Option<&ObservedRamUser>),
) -> Result<Option<ProvisionedUser>, Error> {
    let now = ctx.now();
    let same_name = known.existing.clone().filter(|existing| existing.ram_user_name == name);
    if let Some(existing) = &same_name
        && existing.status == ProvisionedUserStatus::Provisioned
        && *naming == Naming::Kept(name.to_owned())
    {
        return Ok(Some(existing.clone()));
    }
    let taken_over = match naming {
        Naming::TakeOver(_) => observed.map(ObservedRamUser::ways_in),
        _ => same_name.and_then(|existing| existing.taken_over),
    };
    let begun = ProvisionedUser {
        account_id: lease.account_id.clone(),
        user_id: user.id.clone(),
        ram_user_name: name.to_owned(),
        principal_name: observed.map(|one| one.principal_name.clone()).unwrap_or_default(),
        status: ProvisionedUserStatus::Provisioning,
        taken_over,
        has_permissions: false,
        looked_at: None,
        created_at: known.existing.as_ref().map_or(now, |existing| existing.created_at),
        updated_at: now,
    };
    let (lease, row) = (lease.clone(), begun.clone());
    let is_held = ctx.store.write(move |conn| {
        if !lease::extend(conn, &lease, now, lease::LENGTH)? {
            return Ok(false);
        }
        provisioned_user::upsert(conn, &row)?;
        Ok::<_, storage::Error>(true)
    })?;
    Ok(is_held.then_some(begun))
}

fn take_away(
    ctx: &Context,
    lease: &Lease,
    existing: &ProvisionedUser,
    (place, strategy): (&Place<'_>, DeletionStrategy),
) -> Result<Result<Done, Failure>, Error> {
    if !begin_removal(ctx, lease, &existing.user_id)? {
        return Ok(Ok(Done::Nothing));
    }
    let name = existing.ram_user_name.clone();
    Ok(place.take_away(&name, strategy).map(|()| Done::TakenAway { name, strategy }))
}

/// Nobody enters by it from now on. False when somebody reaches the person after all, or the lease is lost.
fn begin_removal(ctx: &Context, lease: &Lease, person: &UserId) -> Result<bool, Error> {
    let (lease, person, now) = (lease.clone(), person.clone(), ctx.now());
    ctx.store.write(move |conn| {
        if !lease::extend(conn, &lease, now, lease::LENGTH)?
            || user_provisioning::reaches(conn, &lease.account_id, &person)?
        {
            return Ok(false);
        }
        provisioned_user::set_status(
            conn,
            &lease.account_id,
            &person,
            ProvisionedUserStatus::Deprovisioning,
        )?;
        Ok::<_, Error>(true)
    })
}

/// Writes down what a task came to; its events are done.
pub(super) fn settle(conn: &mut Conn, change: &Change, outcome: &UserOutcome) -> Result<(), Error> {
    let UserOutcome { account, person, events, done } = outcome;
    let told: Vec<_> = events.iter().map(|event| event.source.as_str()).collect();
    match done {
        Done::Nothing => {}
        Done::Kept { ram_user, is_new, steps } => {
            provisioned_user::upsert(conn, ram_user)?;
            if *is_new || !steps.is_empty() {
                let action = match (&ram_user.taken_over, is_new) {
                    (Some(_), true) => Action::RamUserTakenOver,
                    (None, true) => Action::RamUserCreated,
                    (_, false) => Action::RamUserUpdated,
                };
                record(conn, change, action, (account, person), &kept(ram_user, steps, &told))?;
            }
        }
        Done::TakenAway { name, strategy } => {
            provisioned_user::delete(conn, account, person)?;
            let action = match strategy {
                DeletionStrategy::Delete => Action::RamUserDeleted,
                DeletionStrategy::Keep => Action::RamUserReleased,
            };
            let detail = serde_json::json!({ "ram_user_name": name, "events": told });
            record(conn, change, action, (account, person), &detail)?;
        }
    }
    for event in events {
        user_provisioning_event::delete(conn, &event.id)?;
        provisionings::clear(conn, change, &event.user_provisioning_id, account)?;
    }
    Ok(())
}

fn kept(ram_user: &ProvisionedUser, steps: &[RamUserStep], events: &[&str]) -> serde_json::Value {
    serde_json::json!({
        "ram_user_name": ram_user.ram_user_name,
        "principal_name": ram_user.principal_name,
        "changed": steps.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "taken_over": ram_user.taken_over.as_ref().map(closed),
        "events": events,
    })
}

/// What a take-over closed. An access key's id is no secret.
fn closed(taken: &TakenOver) -> serde_json::Value {
    serde_json::json!({
        "display_name_before": taken.display_name,
        "login_profile_deleted": taken.login_profile,
        "access_keys_set_inactive": taken.access_keys,
    })
}

fn record(
    conn: &mut Conn,
    change: &Change,
    action: Action,
    (account, person): (&AccountId, &UserId),
    detail: &serde_json::Value,
) -> Result<(), Error> {
    let mut detail = detail.clone();
    if let Some(members) = detail.as_object_mut() {
        members.insert("account_id".to_owned(), account.as_str().into());
    }
    change.record(conn, &Event::new(action, person).with(detail))
}

/// Records that an attempt failed with what it was for.
pub(super) fn fail(
    conn: &mut Conn,
    change: &Change,
    (account, person): (&AccountId, &UserId),
    (failure, is_lasting): (&Failure, bool),
) -> Result<(), Error> {
    let events = user_provisioning_event::list_of(conn, account, person)?;
    let ids: Vec<UserProvisioningEventId> = events.into_iter().map(|event| event.id).collect();
    let error = failure.to_string();
    user_provisioning_event::fail(conn, &ids, &error, change.now)?;
    if is_lasting {
        for id in &ids {
            let detail = serde_json::json!({ "account_id": account, "user_id": person, "error": error });
            change.record(conn, &Event::new(Action::UserProvisioningEventFailed, id).with(detail))?;
        }
    }
    Ok(())
}
