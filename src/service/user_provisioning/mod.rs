//! User provisionings: asked for, changed, ended. They count at once; what follows in the accounts is done
//! by one task for each person, and told by one event for each person of a provisioning (CloudSSO OpenAPI
//! 2021-05-15, `…UserProvisioning…`). The work itself is in `ram_user`; this room calls no cloud.

mod configuration;
mod event;
mod follow;

use crate::base::{AccountId, UserId, UserProvisioningId};
use crate::domain::{
    self, Action, Assignee, ConsoleIdentity, DeletionStrategy, Event, EventSource, Kind, ProvisionedUser,
    Status, Target, UserProvisioning, UserProvisioningChanges, UserProvisioningFilter,
    UserProvisioningStatistics, UserProvisioningTerms,
};
use crate::storage::{
    Conn, group, membership, provisioned_user, user, user_provisioning, user_provisioning_event,
};

use super::context::Change;
use super::{Context, Error, Operator, console_session, target};

pub(super) use configuration::current_configuration;
pub use configuration::{configuration, update_configuration};
pub use event::{delete_event, list_events, load_event, retry_event};
pub(super) use follow::{
    Turn, account_returned, ask, ask_user_sso, clear, joined, left, person_changed, person_gone,
};

/// Keeps RAM users for a user, or for everybody in a group, directly or not, in each of these accounts: in all of them or
/// in none.
///
/// # Errors
/// [`Error::Refused`] naming the field that breaks its rule; `EntityNotExists.…` for an account or for the
/// assignee; `EntityAlreadyExists.UserProvisioning`; `OperationConflict.UserProvisioning` while an earlier
/// one is being deleted.
pub fn create(
    ctx: &Context,
    operator: &Operator,
    accounts: &[AccountId],
    assignee: &Assignee,
    terms: &UserProvisioningTerms,
) -> Result<Vec<UserProvisioning>, Error> {
    terms.check()?;
    let (change, accounts) = (ctx.change(operator.origin()), accounts.to_vec());
    let (assignee, terms) = (assignee.clone(), terms.clone());
    let made = ctx.store.write(move |conn| {
        let persons = persons_of(conn, &assignee)?;
        let mut made = Vec::new();
        for account in &accounts {
            target::check(conn, &Target::Account(account.clone()))?;
            if let Some(existing) = user_provisioning::find_for(conn, account, &assignee)? {
                return Err(in_the_way(&existing).into());
            }
            made.push(start(conn, &change, account, (&assignee, &persons), &terms)?);
        }
        Ok::<_, Error>(made)
    })?;
    ctx.work.ring();
    Ok(made)
}

/// As [`create`] for one account; `None` where there is one already.
///
/// # Errors
/// As [`create`], but for what exists.
pub fn ensure(
    ctx: &Context,
    operator: &Operator,
    account: &AccountId,
    assignee: &Assignee,
    terms: &UserProvisioningTerms,
) -> Result<Option<UserProvisioning>, Error> {
    match create(ctx, operator, std::slice::from_ref(account), assignee, terms) {
        Ok(mut made) => Ok(made.pop()),
        Err(Error::Refused(refusal)) if refusal.code == "EntityAlreadyExists.UserProvisioning" => Ok(None),
        Err(error) => Err(error),
    }
}

fn in_the_way(existing: &UserProvisioning) -> domain::Error {
    let UserProvisioning { account_id, assignee, id, .. } = existing;
    match existing.status {
        Status::Enabled => domain::Error::exists(
            "UserProvisioning",
            format_args!("{id} of {assignee} on account {account_id}"),
        ),
        Status::Disabled => domain::Error::new(
            Kind::Conflict,
            "OperationConflict.UserProvisioning",
            format!("{id} of {assignee} on account {account_id} is still being deleted; see its events"),
        ),
    }
}

fn start(
    conn: &mut Conn,
    change: &Change,
    account: &AccountId,
    (assignee, persons): (&Assignee, &[UserId]),
    terms: &UserProvisioningTerms,
) -> Result<UserProvisioning, Error> {
    let made = UserProvisioning {
        id: change.id()?,
        account_id: account.clone(),
        assignee: assignee.clone(),
        terms: terms.clone(),
        status: Status::Enabled,
        created_at: change.now,
        updated_at: change.now,
    };
    user_provisioning::insert(conn, &made)?;
    ask_user_sso(conn, change, account)?;
    for person in persons {
        follow::write(conn, change, &made, (person, EventSource::StartProvisioning))?;
    }
    let detail = serde_json::json!({
        "account_id": account,
        "principal_id": assignee.as_str(),
        "persons": persons.len(),
        "duplication_strategy": terms.duplication.as_str(),
        "deletion_strategy": terms.deletion.as_str(),
    });
    change.record(conn, &Event::new(Action::UserProvisioningCreated, &made.id).with(detail))?;
    Ok(made)
}

/// The users that an assignee stands for; their membership does not change until the transaction ends.
fn persons_of(conn: &mut Conn, assignee: &Assignee) -> Result<Vec<UserId>, Error> {
    let missing = || domain::Error::missing(assignee.kind().as_str(), assignee);
    match assignee {
        Assignee::User(id) => {
            user::find(conn, id)?.ok_or_else(missing)?;
            Ok(vec![id.clone()])
        }
        Assignee::Group(id) => {
            membership::hold_all(conn, id)?;
            group::find(conn, id)?.ok_or_else(missing)?;
            Ok(membership::list_all_ids(conn, id)?)
        }
    }
}

/// The user provisioning with this id.
///
/// # Errors
/// [`Error::Refused`] with `EntityNotExists.UserProvisioning`.
pub fn load(ctx: &Context, _operator: &Operator, id: &UserProvisioningId) -> Result<UserProvisioning, Error> {
    ctx.store.read(|conn| existing(conn, id))
}

/// Those that agree with `filter`, oldest first: at most `limit` after the one with the id `after`, and how
/// many there are in all.
///
/// # Errors
/// Failures of the database.
pub fn list(
    ctx: &Context,
    _operator: &Operator,
    filter: &UserProvisioningFilter,
    after: Option<&UserProvisioningId>,
    limit: i64,
) -> Result<(Vec<UserProvisioning>, i64), Error> {
    ctx.store.read(|conn| {
        Ok((user_provisioning::list(conn, filter, after, limit)?, user_provisioning::count(conn, filter)?))
    })
}

/// Changes what is said of a user provisioning, and what it does for whoever comes or goes from now on.
///
/// # Errors
/// [`Error::Refused`] naming the field that breaks its rule; `EntityNotExists.UserProvisioning`;
/// `OperationConflict.UserProvisioning` when it is being deleted.
pub fn update(
    ctx: &Context,
    operator: &Operator,
    id: &UserProvisioningId,
    changes: UserProvisioningChanges,
) -> Result<UserProvisioning, Error> {
    let (change, id) = (ctx.change(operator.origin()), id.clone());
    ctx.store.write(move |conn| {
        let mut found = living(conn, &id)?;
        let before = found.terms.clone();
        changes.clone().apply(&mut found.terms)?;
        if found.terms != before {
            found.updated_at = change.now;
            user_provisioning::update(conn, &found)?;
            let detail = serde_json::json!({
                "duplication_strategy": found.terms.duplication.as_str(),
                "deletion_strategy": found.terms.deletion.as_str(),
            });
            change.record(conn, &Event::new(Action::UserProvisioningUpdated, &id).with(detail))?;
        }
        Ok(found)
    })
}

/// Ends a user provisioning: it reaches nobody from this moment on, and console sessions by it are ended.
/// What becomes of the RAM users is its own strategy's to say, or `strategy`'s.
///
/// # Errors
/// [`Error::Refused`]: `EntityNotExists.UserProvisioning`, `OperationConflict.UserProvisioning` when it is
/// being deleted already.
pub fn delete(
    ctx: &Context,
    operator: &Operator,
    id: &UserProvisioningId,
    strategy: Option<DeletionStrategy>,
) -> Result<(), Error> {
    let (change, id) = (ctx.change(operator.origin()), id.clone());
    ctx.store.write(move |conn| {
        user_provisioning::lock(conn, &id)?;
        let found = living(conn, &id)?;
        end(conn, &change, found, strategy)
    })?;
    ctx.ring_all();
    Ok(())
}

/// Ends every user provisioning of an assignee who is to be deleted, each by its own strategy. Those that are
/// being deleted already go with their last event.
pub(super) fn end_of(conn: &mut Conn, change: &Change, assignee: &Assignee) -> Result<(), Error> {
    let filter = UserProvisioningFilter { assignee: Some(assignee.clone()), ..Default::default() };
    for found in user_provisioning::list(conn, &filter, None, i64::MAX)? {
        user_provisioning::lock(conn, &found.id)?;
        // Read again under the lock.
        match user_provisioning::find(conn, &found.id)? {
            Some(found) if found.status == Status::Enabled => end(conn, change, found, None)?,
            _ => {}
        }
    }
    Ok(())
}

/// Ends one that is locked and not being deleted yet.
fn end(
    conn: &mut Conn,
    change: &Change,
    mut found: UserProvisioning,
    strategy: Option<DeletionStrategy>,
) -> Result<(), Error> {
    found.terms.deletion = strategy.unwrap_or(found.terms.deletion);
    (found.status, found.updated_at) = (Status::Disabled, change.now);
    user_provisioning::update(conn, &found)?;
    let leaving = follow::leave_all(conn, change, &found)?;
    let detail = serde_json::json!({
        "account_id": found.account_id,
        "principal_id": found.assignee.as_str(),
        "persons": leaving,
        "deletion_strategy": found.terms.deletion.as_str(),
    });
    let event = Event::new(Action::UserProvisioningDeletionRequested, &found.id).with(detail);
    change.record(conn, &event)?;
    let (identity, account) = (ConsoleIdentity::RamUser, Some(&found.account_id));
    console_session::end_unentitled_as(conn, change, identity, account)?;
    clear(conn, change, &found.id, &found.account_id)
}

/// How the events of a user provisioning stand.
///
/// # Errors
/// [`Error::Refused`] with `EntityNotExists.UserProvisioning`.
pub fn statistics(
    ctx: &Context,
    _operator: &Operator,
    id: &UserProvisioningId,
) -> Result<UserProvisioningStatistics, Error> {
    ctx.store.read(|conn| {
        let found = existing(conn, id)?;
        let of = Some((id, &found.assignee));
        Ok(user_provisioning_event::statistics(conn, &found.account_id, of)?)
    })
}

/// How the events of all user provisionings of an account stand.
///
/// # Errors
/// [`Error::Refused`] with `EntityNotExists.Account`.
pub fn account_statistics(
    ctx: &Context,
    _operator: &Operator,
    account: &AccountId,
) -> Result<UserProvisioningStatistics, Error> {
    ctx.store.read(|conn| {
        target::check(conn, &Target::Account(account.clone()))?;
        Ok(user_provisioning_event::statistics(conn, account, None)?)
    })
}

/// The RAM users that are kept in an account, by person: at most `limit` after the one of `after`, and how
/// many there are in all.
///
/// # Errors
/// [`Error::Refused`] with `EntityNotExists.Account`.
pub fn list_ram_users(
    ctx: &Context,
    _operator: &Operator,
    account: &AccountId,
    after: Option<&UserId>,
    limit: i64,
) -> Result<(Vec<ProvisionedUser>, i64), Error> {
    ctx.store.read(|conn| {
        target::check(conn, &Target::Account(account.clone()))?;
        Ok((
            provisioned_user::list_in(conn, account, after, limit)?,
            provisioned_user::count_in(conn, account)?,
        ))
    })
}

fn existing(conn: &mut Conn, id: &UserProvisioningId) -> Result<UserProvisioning, Error> {
    let missing = || domain::Error::missing("UserProvisioning", id);
    Ok(user_provisioning::find(conn, id)?.ok_or_else(missing)?)
}

/// One that is not being deleted.
fn living(conn: &mut Conn, id: &UserProvisioningId) -> Result<UserProvisioning, Error> {
    let found = existing(conn, id)?;
    match found.status {
        Status::Enabled => Ok(found),
        Status::Disabled => Err(in_the_way(&found).into()),
    }
}
