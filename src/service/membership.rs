//! Who and what is in a group, changed inside a transaction with all that follows: events for the RAM users
//! of whoever comes to be in a group or is in it no more, by whatever way, and the end of console sessions
//! that nothing entitles to any more. The OpenAPI's verbs are in `group`.
//!
//! Whoever has another way into a group neither joins nor leaves it. Nothing here reads who else is in a
//! group: to add one user costs what is above the group, and to add many takes statements of thousands.

use std::collections::BTreeSet;

use crate::base::{GroupId, GroupName, UserId};
use crate::domain::{self, Action, Event, Member, UserProvisioning};
use crate::storage::{Conn, group, group_graph, membership, user, user_provisioning};

use super::context::Change;
use super::{Error, console_session, user_provisioning as provisionings};

/// Members that one row of the audit log names.
const MEMBERS_PER_EVENT: usize = 500;

/// Adds members to a group; says how many were not in it before.
///
/// # Errors
/// [`Error::Refused`]: `EntityNotExists.Group` or `EntityNotExists.User` naming the first id that is nobody's,
/// `InvalidParameter.Member` for a group that may not be in this one.
pub(super) fn add(
    conn: &mut Conn,
    change: &Change,
    id: &GroupId,
    members: &[Member],
) -> Result<usize, Error> {
    let (users, groups) = split(members);
    hold(conn, id, !groups.is_empty())?;
    let added = add_users(conn, change, id, &users)? + add_groups(conn, change, id, &groups)?;
    touch(conn, change, id, added)
}

/// Removes members from a group; says how many were directly in it. Whoever does not exist is in no group.
///
/// # Errors
/// [`Error::Refused`] with `EntityNotExists.Group`.
pub(super) fn remove(
    conn: &mut Conn,
    change: &Change,
    id: &GroupId,
    members: &[Member],
) -> Result<usize, Error> {
    let (users, groups) = split(members);
    hold(conn, id, !groups.is_empty())?;
    let removed = remove_users(conn, change, id, &users)? + remove_groups(conn, change, id, &groups)?;
    touch(conn, change, id, removed)
}

/// How many members a replacement brought, and how many it took away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Replaced {
    pub(super) came: usize,
    pub(super) went: usize,
}

/// Makes these, and nothing else, the direct members of a group.
///
/// # Errors
/// As [`add`].
pub(super) fn replace(
    conn: &mut Conn,
    change: &Change,
    id: &GroupId,
    members: &[Member],
) -> Result<Replaced, Error> {
    let (users, groups) = split(members);
    let changes_graph = !groups.is_empty() || !group_graph::list_members(conn, id)?.is_empty();
    hold(conn, id, changes_graph)?;
    let gone = difference(membership::list_direct_ids(conn, id)?, &users.iter().cloned().collect());
    let groups_gone = difference(group_graph::list_members(conn, id)?, &groups.iter().cloned().collect());
    if !changes_graph && !groups_gone.is_empty() {
        // One came in since we looked.
        group_graph::lock(conn)?;
    }
    let went = remove_users(conn, change, id, &gone)? + remove_groups(conn, change, id, &groups_gone)?;
    let came = add_users(conn, change, id, &users)? + add_groups(conn, change, id, &groups)?;
    touch(conn, change, id, came + went)?;
    Ok(Replaced { came, went })
}

/// Keeps a group, and what is in what, as it is until the transaction ends.
///
/// # Errors
/// [`Error::Refused`] with `EntityNotExists.Group`.
pub(super) fn hold_group(conn: &mut Conn, id: &GroupId) -> Result<(), Error> {
    hold(conn, id, true)
}

/// Takes everything out of a group that is to be deleted and is held by [`hold_group`], and the group out of
/// every other.
pub(super) fn dissolve(conn: &mut Conn, change: &Change, id: &GroupId) -> Result<(), Error> {
    for parent in group_graph::list_parents(conn, id)? {
        let removed = remove_groups(conn, change, &parent, std::slice::from_ref(id))?;
        touch(conn, change, &parent, removed)?;
    }
    let members = group_graph::list_members(conn, id)?;
    remove_groups(conn, change, id, &members)?;
    let users = membership::list_direct_ids(conn, id)?;
    remove_users(conn, change, id, &users)?;
    Ok(())
}

/// Takes a user who is to be deleted out of every group.
pub(super) fn leave_all(conn: &mut Conn, change: &Change, person: &UserId) -> Result<(), Error> {
    for group in membership::list_groups(conn, person)? {
        group::lock(conn, &group)?;
        let removed = remove_users(conn, change, &group, std::slice::from_ref(person))?;
        touch(conn, change, &group, removed)?;
    }
    Ok(())
}

/// Keeps a user's groups, and the user, as they are until the transaction ends, in the order in which
/// [`add`] and [`remove`] take their locks.
pub(super) fn hold_user(conn: &mut Conn, person: &UserId) -> Result<(), Error> {
    group_graph::share(conn)?;
    for group in membership::list_groups(conn, person)? {
        group::lock(conn, &group)?;
    }
    Ok(user::lock_to_delete(conn, person)?)
}

/// The direct members of a group with what they are called, users before groups: at most `limit` after the one
/// that `after` names.
///
/// # Errors
/// Failures of the database.
pub(super) fn list(
    conn: &mut Conn,
    id: &GroupId,
    after: Option<&Member>,
    limit: i64,
) -> Result<Vec<(Member, String)>, Error> {
    Ok(membership::list_direct(conn, id, after, limit)?)
}

/// The groups that a user is in with their names, and whether directly.
///
/// # Errors
/// Failures of the database.
pub(super) fn groups_of(conn: &mut Conn, person: &UserId) -> Result<Vec<(GroupId, GroupName, bool)>, Error> {
    Ok(membership::list_reached(conn, person)?)
}

/// Of two who change what is in a group, or which groups are in it, the second sees what the first did. Whoever
/// looks at the group before [`add`], [`remove`] or [`replace`] asks for this first, so that locks are taken in one
/// order.
///
/// # Errors
/// [`Error::Refused`] with `EntityNotExists.Group`.
pub(super) fn hold(conn: &mut Conn, id: &GroupId, changes_graph: bool) -> Result<(), Error> {
    if changes_graph {
        group_graph::lock(conn)?
    } else {
        group_graph::share(conn)?
    }
    group::lock(conn, id)?;
    match group::find(conn, id)? {
        Some(_) => Ok(()),
        None => Err(domain::Error::missing("Group", id).into()),
    }
}

fn touch(conn: &mut Conn, change: &Change, id: &GroupId, changed: usize) -> Result<usize, Error> {
    if changed > 0 {
        group::touch(conn, id, change.now)?;
    }
    Ok(changed)
}

fn add_users(conn: &mut Conn, change: &Change, id: &GroupId, users: &[UserId]) -> Result<usize, Error> {
    let existing = user::share_existing(conn, users)?;
    if let Some(missing) = users.iter().find(|user| !existing.contains(*user)) {
        return Err(domain::Error::missing("User", missing).into());
    }
    let present = membership::list_present(conn, id, users)?;
    let new = difference(users.to_vec(), &present);
    if new.is_empty() {
        return Ok(0);
    }
    let reaching = hold_provisioned(conn, id, &new)?;
    membership::insert(conn, id, &new, change.now)?;
    for provisioning in &reaching {
        let already = reaching_beside(conn, provisioning, id, &new)?;
        for person in new.iter().filter(|person| !already.contains(*person)) {
            provisionings::joined(conn, change, provisioning, person)?;
        }
    }
    record(
        conn,
        change,
        (Action::GroupMemberAdded, id),
        &new.into_iter().map(Member::User).collect::<Vec<_>>(),
    )
}

fn remove_users(conn: &mut Conn, change: &Change, id: &GroupId, users: &[UserId]) -> Result<usize, Error> {
    let gone: Vec<UserId> = membership::list_present(conn, id, users)?.into_iter().collect();
    if gone.is_empty() {
        return Ok(0);
    }
    let reaching = hold_provisioned(conn, id, &gone)?;
    membership::delete(conn, id, &gone)?;
    for provisioning in &reaching {
        let still = reaching_beside(conn, provisioning, id, &gone)?;
        for person in gone.iter().filter(|person| !still.contains(*person)) {
            provisionings::left(conn, change, provisioning, person)?;
        }
    }
    console_session::end_unentitled_of(conn, change, &gone)?;
    record(
        conn,
        change,
        (Action::GroupMemberRemoved, id),
        &gone.into_iter().map(Member::User).collect::<Vec<_>>(),
    )
}

/// The provisionings that reach whoever is in a group. Where there are any, these users are locked: of two who
/// open or close ways by which they reach a person, the second sees what the first did.
fn hold_provisioned(conn: &mut Conn, id: &GroupId, users: &[UserId]) -> Result<Vec<UserProvisioning>, Error> {
    let reaching = user_provisioning::list_reaching_group(conn, id)?;
    if !reaching.is_empty() {
        user::lock_all(conn, users)?;
    }
    Ok(reaching)
}

fn reaching_beside(
    conn: &mut Conn,
    provisioning: &UserProvisioning,
    id: &GroupId,
    users: &[UserId],
) -> Result<BTreeSet<UserId>, Error> {
    match &provisioning.assignee {
        domain::Assignee::Group(ancestor) => Ok(membership::list_reaching_beside(conn, ancestor, id, users)?),
        domain::Assignee::User(_) => Ok(BTreeSet::new()),
    }
}

fn add_groups(conn: &mut Conn, change: &Change, id: &GroupId, groups: &[GroupId]) -> Result<usize, Error> {
    let mut added = Vec::new();
    for member in groups {
        if group::find(conn, member)?.is_none() {
            return Err(domain::Error::missing("Group", member).into());
        }
        if group_graph::is_in(conn, id, member)? {
            continue;
        }
        group_graph::around(conn, id, member)?.check(id, member)?;
        let coming = crossing(conn, id, member)?;
        group_graph::insert(conn, id, member, change.now)?;
        for (provisioning, persons) in &coming {
            for person in persons {
                provisionings::joined(conn, change, provisioning, person)?;
            }
        }
        added.push(Member::Group(member.clone()));
    }
    record(conn, change, (Action::GroupMemberAdded, id), &added)
}

fn remove_groups(conn: &mut Conn, change: &Change, id: &GroupId, groups: &[GroupId]) -> Result<usize, Error> {
    let mut removed = Vec::new();
    for member in groups {
        if !group_graph::delete(conn, id, member)? {
            continue;
        }
        for (provisioning, persons) in crossing(conn, id, member)? {
            for person in &persons {
                provisionings::left(conn, change, &provisioning, person)?;
            }
        }
        console_session::end_unentitled_below(conn, change, member)?;
        removed.push(Member::Group(member.clone()));
    }
    record(conn, change, (Action::GroupMemberRemoved, id), &removed)
}

/// While `member` is not in `group`: who is in the one and reached by no provisioning of the other or of what
/// that is in, provisioning by provisioning. They are those who come by putting it there, and those who went by
/// taking it away.
fn crossing(
    conn: &mut Conn,
    id: &GroupId,
    member: &GroupId,
) -> Result<Vec<(UserProvisioning, Vec<UserId>)>, Error> {
    let mut crossing = Vec::new();
    for provisioning in user_provisioning::list_reaching_group(conn, id)? {
        if let domain::Assignee::Group(ancestor) = &provisioning.assignee {
            let persons = membership::list_below_only(conn, member, ancestor)?;
            crossing.push((provisioning, persons));
        }
    }
    Ok(crossing)
}

/// Tells of members that came or went: of one as such, of many in rows of hundreds. Says how many they are.
fn record(
    conn: &mut Conn,
    change: &Change,
    (action, id): (Action, &GroupId),
    members: &[Member],
) -> Result<usize, Error> {
    let key = |member: &Member| match member {
        Member::User(_) => ("user_id", "user_ids"),
        Member::Group(_) => ("group_id", "group_ids"),
    };
    for told in members.chunks(MEMBERS_PER_EVENT) {
        let ids: Vec<&str> = told.iter().map(Member::as_str).collect();
        let detail = match (members, told) {
            ([one], _) => serde_json::json!({ key(one).0: one.as_str() }),
            (_, [first, ..]) => serde_json::json!({ key(first).1: ids }),
            (_, []) => continue,
        };
        change.record(conn, &Event::new(action, id).with(detail))?;
    }
    Ok(members.len())
}

/// Users and groups, each once and by id.
fn split(members: &[Member]) -> (Vec<UserId>, Vec<GroupId>) {
    let each: BTreeSet<&Member> = members.iter().collect();
    let (mut users, mut groups) = (Vec::new(), Vec::new());
    for member in each {
        match member {
            Member::User(id) => users.push(id.clone()),
            Member::Group(id) => groups.push(id.clone()),
        }
    }
    (users, groups)
}

fn difference<T: Ord>(mut all: Vec<T>, others: &BTreeSet<T>) -> Vec<T> {
    all.retain(|one| !others.contains(one));
    all
}
