//! Groups and their members.

use crate::base::{GroupId, PageRequest, Timestamp, UserId, fold};
use crate::domain::{
    self, Action, Event, Group, GroupChanges, GroupQuery, GroupSpec, Kind, ProvisionType, Quotas, User,
};
use crate::storage::{self, Conn, group};

use super::{Context, Error, Listing, Operator, console_session, directory, user, user_provisioning};

/// The code of a refusal to change by hand what the identity provider looks after.
const SYNCHRONIZED: &str = "OperationConflict.Group.Synchronized";

/// Creates a group.
///
/// # Errors
/// [`Error::Refused`] naming the field that breaks its rule, when the name is taken, or the quota is used
/// up.
pub fn create(ctx: &Context, operator: &Operator, spec: GroupSpec) -> Result<Group, Error> {
    spec.check()?;
    let (change, scope) = (ctx.change(operator.origin()), operator.directory().cloned());
    ctx.store.write(move |conn| {
        let group = Group {
            id: change.id()?,
            spec: spec.clone(),
            provision_type: ProvisionType::Manual,
            created_at: change.now,
            updated_at: change.now,
        };
        let directory = directory::within(conn, scope.as_ref())?;
        let count = group::count_matching(conn, &GroupQuery::default())?;
        Quotas::check(count, Quotas::GROUPS, "LimitExceeded.Group")?;
        group::insert(conn, &directory, &group).map_err(|error| taken(error, &group.spec))?;
        let detail = serde_json::json!({ "group_name": group.spec.group_name });
        change.record(conn, &Event::new(Action::GroupCreated, &group.id).with(detail))?;
        Ok::<_, Error>(group)
    })
}

/// The group with this id.
///
/// # Errors
/// [`Error::Refused`] when there is none.
pub fn load(ctx: &Context, _operator: &Operator, id: &GroupId) -> Result<Group, Error> {
    ctx.store.read(|conn| find(conn, id))
}

/// One page of the groups that `query` asks for, in the order they were made.
///
/// # Errors
/// Failures of the database.
pub fn list(
    ctx: &Context,
    _operator: &Operator,
    query: &GroupQuery,
    page: &PageRequest,
) -> Result<Listing<Group>, Error> {
    ctx.store.read(|conn| {
        let total = group::count_matching(conn, query)?;
        Ok(Listing { page: group::list(conn, query, page)?, total })
    })
}

/// One page of a group's members, with the moments of joining.
///
/// # Errors
/// [`Error::Refused`] when there is no such group.
pub fn list_members(
    ctx: &Context,
    _operator: &Operator,
    id: &GroupId,
    page: &PageRequest,
) -> Result<Listing<(User, Timestamp)>, Error> {
    ctx.store.read(|conn| {
        find(conn, id)?;
        let (page, total) = storage::user::list_members(conn, id, page)?;
        Ok(Listing { page, total })
    })
}

/// Changes what is said of a group.
///
/// # Errors
/// [`Error::Refused`] naming the field that breaks its rule, when there is no such group, the name is taken,
/// or the group is synchronised.
pub fn update(
    ctx: &Context,
    operator: &Operator,
    id: &GroupId,
    changes: GroupChanges,
) -> Result<Group, Error> {
    changes.check()?;
    let (change, id) = (ctx.change(operator.origin()), id.clone());
    ctx.store.write(move |conn| {
        let mut group = editable(conn, &id)?;
        let before = group.spec.clone();
        changes.apply(&mut group.spec);
        if group.spec != before {
            let updated = group::update(conn, &id, &group.spec, change.now);
            updated.map_err(|error| taken(error, &group.spec))?;
            group.updated_at = change.now;
            let detail = serde_json::json!({ "group_name": group.spec.group_name });
            change.record(conn, &Event::new(Action::GroupUpdated, &id).with(detail))?;
        }
        Ok(group)
    })
}

/// Deletes a group without members and assignments.
///
/// # Errors
/// [`Error::Refused`] when there is no such group, something still ties it, or it is synchronised.
pub fn delete(ctx: &Context, operator: &Operator, id: &GroupId) -> Result<(), Error> {
    let (change, id) = (ctx.change(operator.origin()), id.clone());
    ctx.store.write(move |conn| {
        let group = editable(conn, &id)?;
        let ties = group::ties(conn, &id)?;
        for (count, code, what) in [
            // The vendor's own spelling.
            (ties.access_assignments, "DeletionConflict.Group.AccessAssigment", "access assignments"),
            (ties.members, "DeletionConflict.Group.User", "members"),
            (ties.user_provisionings, "DeletionConflict.Group.UserProvisioning", "user provisionings"),
        ] {
            if count > 0 {
                let message = format!("the group still has {count} {what}; remove them first");
                return Err(domain::Error::new(Kind::Conflict, code, message).into());
            }
        }
        group::delete(conn, &id)?;
        let detail = serde_json::json!({ "group_name": group.spec.group_name });
        change.record(conn, &Event::new(Action::GroupDeleted, &id).with(detail))
    })
}

/// The group of this name, in whatever case.
///
/// # Errors
/// Failures of the database.
pub fn find_by_name(ctx: &Context, _operator: &Operator, name: &str) -> Result<Option<Group>, Error> {
    Ok(ctx.store.read(|conn| group::find_by_name(conn, &fold(name)))?)
}

/// Adds a user to a group, with the RAM users that follow from it; nothing happens when they are in it.
///
/// # Errors
/// [`Error::Refused`] when either does not exist, or the group is synchronised.
pub fn add_user(ctx: &Context, operator: &Operator, group: &GroupId, user: &UserId) -> Result<(), Error> {
    let (change, group, user) = (ctx.change(operator.origin()), group.clone(), user.clone());
    ctx.store.write(move |conn| {
        group::lock(conn, &group)?;
        editable(conn, &group)?;
        user::find(conn, &user)?;
        if group::insert_member(conn, &group, &user, change.now)? {
            user_provisioning::joined(conn, &change, &group, &user)?;
            let detail = serde_json::json!({ "user_id": user });
            change.record(conn, &Event::new(Action::GroupMemberAdded, &group).with(detail))?;
        }
        Ok::<_, Error>(())
    })?;
    ctx.work.ring();
    Ok(())
}

/// Removes a user from a group, with what they held by it: console sessions end, and RAM users go as their
/// provisioning says.
///
/// # Errors
/// [`Error::Refused`] when either does not exist, the user is not in the group, or the group is
/// synchronised.
pub fn remove_user(ctx: &Context, operator: &Operator, group: &GroupId, user: &UserId) -> Result<(), Error> {
    let (change, group, user) = (ctx.change(operator.origin()), group.clone(), user.clone());
    ctx.store.write(move |conn| {
        group::lock(conn, &group)?;
        editable(conn, &group)?;
        user::find(conn, &user)?;
        if !group::delete_member(conn, &group, &user)? {
            return Err(domain::Error::missing("GroupMember", format_args!("{user} of {group}")).into());
        }
        user_provisioning::left(conn, &change, &group, &user)?;
        console_session::end_unentitled_of(conn, &change, &user)?;
        let detail = serde_json::json!({ "user_id": user });
        change.record(conn, &Event::new(Action::GroupMemberRemoved, &group).with(detail))
    })?;
    ctx.ring_all();
    Ok(())
}

fn find(conn: &mut Conn, id: &GroupId) -> Result<Group, Error> {
    group::find(conn, id)?.ok_or_else(|| domain::Error::missing("Group", id).into())
}

/// A group that may be changed by hand.
fn editable(conn: &mut Conn, id: &GroupId) -> Result<Group, Error> {
    let group = find(conn, id)?;
    group.provision_type.check_editable(SYNCHRONIZED)?;
    Ok(group)
}

fn taken(error: storage::Error, spec: &GroupSpec) -> Error {
    match error {
        storage::Error::Duplicate(_) => domain::Error::exists("Group", &spec.group_name).into(),
        error => error.into(),
    }
}
