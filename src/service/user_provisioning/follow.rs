//! What follows from a change for the RAM users of persons: an event for each person of a provisioning, and
//! a task for each person in an account. Everything here runs in the transaction of the change.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::{AccountId, Timestamp, UserId, UserProvisioningId};
use crate::domain::{
    Action, Assignee, Event, EventSource, Target, Task, TaskKind, UserProvisioning, UserProvisioningEvent,
    UserProvisioningFilter,
};
use crate::storage::{
    Conn, membership, provisioned_user, task, user_provisioning, user_provisioning_event, user_sso,
};

use super::super::Error;
use super::super::context::Change;

/// Writes an event for one person of a provisioning, and asks for the task that does it.
pub(super) fn write(
    conn: &mut Conn,
    change: &Change,
    provisioning: &UserProvisioning,
    (person, source): (&UserId, EventSource),
) -> Result<(), Error> {
    let event = UserProvisioningEvent {
        id: change.id()?,
        user_provisioning_id: provisioning.id.clone(),
        account_id: provisioning.account_id.clone(),
        user_id: person.clone(),
        source,
        duplication: provisioning.terms.duplication,
        deletion: provisioning.terms.deletion,
        error_count: 0,
        error: String::new(),
        tried_at: None,
        created_at: change.now,
        updated_at: change.now,
    };
    user_provisioning_event::replace(conn, &event)?;
    ask(conn, change, (&provisioning.account_id, person), Turn::Usual)
}

/// When a task's turn comes among those of its account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Turn {
    /// After those that were asked for before it.
    Usual,
    /// Before them: it closes something.
    First,
}

impl Turn {
    fn due(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Usual => now,
            Self::First => now.minus(std::time::Duration::from_secs(24 * 3600)),
        }
    }
}

/// Asks that the RAM user of a person in an account be brought to what it should be. Joins a task that was
/// not begun yet: it will read what this transaction wrote.
pub(in super::super) fn ask(
    conn: &mut Conn,
    change: &Change,
    (account, person): (&AccountId, &UserId),
    turn: Turn,
) -> Result<(), Error> {
    let assignee = Assignee::User(person.clone());
    write_task(conn, change, (TaskKind::ProvisionUser, account), Some(assignee), turn)
}

/// Asks that the user SSO of an account be set, or given back.
pub(in super::super) fn ask_user_sso(
    conn: &mut Conn,
    change: &Change,
    account: &AccountId,
) -> Result<(), Error> {
    write_task(conn, change, (TaskKind::SetUserSso, account), None, Turn::Usual)
}

fn write_task(
    conn: &mut Conn,
    change: &Change,
    (kind, account): (TaskKind, &AccountId),
    assignee: Option<Assignee>,
    turn: Turn,
) -> Result<(), Error> {
    let due = turn.due(change.now);
    let new =
        Task { assignee, ..Task::new(change.id()?, kind, Target::Account(account.clone()), change.now) };
    if !task::join_waiting(conn, &new, due)? {
        task::insert(conn, &new, due)?;
    }
    Ok(())
}

/// Somebody came into the group of a provisioning, by whatever way.
pub(in super::super) fn joined(
    conn: &mut Conn,
    change: &Change,
    provisioning: &UserProvisioning,
    person: &UserId,
) -> Result<(), Error> {
    write(conn, change, provisioning, (person, EventSource::AddUserToGroup))
}

/// Somebody is by no way in the group of a provisioning any more.
pub(in super::super) fn left(
    conn: &mut Conn,
    change: &Change,
    provisioning: &UserProvisioning,
    person: &UserId,
) -> Result<(), Error> {
    let account = &provisioning.account_id;
    let open = user_provisioning_event::list_of(conn, account, person)?;
    let is_open = open.iter().any(|event| event.user_provisioning_id == provisioning.id);
    if is_open || provisioned_user::find(conn, account, person)?.is_some() {
        write(conn, change, provisioning, (person, EventSource::RemoveUserFromGroup))?;
    }
    Ok(())
}

/// A person was enabled, disabled, deleted, or is called otherwise now: their RAM users follow.
pub(in super::super) fn person_changed(
    conn: &mut Conn,
    change: &Change,
    person: &UserId,
    turn: Turn,
) -> Result<(), Error> {
    for known in provisioned_user::list_of(conn, person)? {
        ask(conn, change, (&known.account_id, person), turn)?;
    }
    Ok(())
}

/// A person was deleted: their RAM users follow, and events that were given up are done for good, though
/// nobody is there any more whom they could be for.
pub(in super::super) fn person_gone(conn: &mut Conn, change: &Change, person: &UserId) -> Result<(), Error> {
    person_changed(conn, change, person, Turn::First)?;
    for account in user_provisioning_event::list_accounts(conn, person)? {
        ask(conn, change, (&account, person), Turn::First)?;
    }
    Ok(())
}

/// An account is back in the resource directory: what was asked for meanwhile is done now.
pub(in super::super) fn account_returned(
    conn: &mut Conn,
    change: &Change,
    account: &AccountId,
) -> Result<(), Error> {
    let filter = UserProvisioningFilter { account_id: Some(account.clone()), ..Default::default() };
    let mut persons = BTreeSet::new();
    for provisioning in user_provisioning::list(conn, &filter, None, i64::MAX)? {
        persons.extend(persons_of(conn, &provisioning.assignee)?);
    }
    let known = provisioned_user::list_in(conn, account, None, i64::MAX)?;
    persons.extend(known.into_iter().map(|one| one.user_id));
    if !persons.is_empty() || user_sso::find(conn, account)?.is_some() {
        ask_user_sso(conn, change, account)?;
    }
    for person in &persons {
        ask(conn, change, (account, person), Turn::Usual)?;
    }
    Ok(())
}

fn persons_of(conn: &mut Conn, assignee: &Assignee) -> Result<Vec<UserId>, Error> {
    match assignee {
        Assignee::User(id) => Ok(vec![id.clone()]),
        Assignee::Group(id) => Ok(membership::list_all_ids(conn, id)?),
    }
}

/// Everybody leaves a provisioning that is being deleted; says how many. Whoever has an event open is cleared
/// away with whatever that one left.
pub(super) fn leave_all(
    conn: &mut Conn,
    change: &Change,
    provisioning: &UserProvisioning,
) -> Result<usize, Error> {
    let account = &provisioning.account_id;
    let mut leaving = BTreeMap::new();
    let known = match &provisioning.assignee {
        Assignee::User(id) => {
            let known = provisioned_user::find(conn, account, id)?;
            known.into_iter().map(|one| one.user_id).collect()
        }
        Assignee::Group(id) => {
            membership::hold_all(conn, id)?;
            provisioned_user::list_members(conn, account, id)?
        }
    };
    leaving.extend(known.into_iter().map(|person| (person, EventSource::DeleteProvisioning)));
    for open in user_provisioning_event::list(conn, Some(&provisioning.id), None, i64::MAX)? {
        leaving.insert(open.user_id, EventSource::UserProvisioningDeletionClearing);
    }
    for (person, source) in &leaving {
        write(conn, change, provisioning, (person, *source))?;
    }
    Ok(leaving.len())
}

/// Forgets a provisioning that is being deleted once its last event is gone, and with an account's last one
/// what its user SSO was set for.
pub(in super::super) fn clear(
    conn: &mut Conn,
    change: &Change,
    id: &UserProvisioningId,
    account: &AccountId,
) -> Result<(), Error> {
    if !user_provisioning::delete_cleared(conn, id)? {
        return Ok(());
    }
    change.record(conn, &Event::new(Action::UserProvisioningDeleted, id))?;
    if user_provisioning::is_any_in(conn, account)? {
        return Ok(());
    }
    ask_user_sso(conn, change, account)
}
