//! Groups and their members. What follows from a change of members is in `membership`.

use crate::base::{GroupId, PageRequest, Timestamp, UserId, fold};
use crate::domain::{
    self, Action, Assignee, Event, Group, GroupChanges, GroupQuery, GroupSpec, Kind, Member, User,
};
use crate::storage::{self, Conn, group, resource_count};

use super::context::Change;
use super::{
    Context, Error, Listing, Operator, access_assignment, application, directory, membership, user,
    user_provisioning,
};

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
    let quota = ctx.quotas.groups;
    ctx.store.write(move |conn| {
        let group = Group::new(change.id()?, spec.clone(), change.now);
        let directory = directory::within(conn, scope.as_ref())?;
        check_quota(conn, quota)?;
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

/// One page of the users who are directly in a group, with the moments of joining.
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
            group.version += 1;
            group.updated_at = change.now;
            group::update(conn, &group).map_err(|error| taken(error, &group.spec))?;
            let detail = serde_json::json!({ "group_name": group.spec.group_name });
            change.record(conn, &Event::new(Action::GroupUpdated, &id).with(detail))?;
        }
        Ok(group)
    })
}

/// Deletes a group without members and assignments, that is in no other.
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
            (ties.groups, "DeletionConflict.Group.Group", "groups in it or above it"),
            (ties.user_provisionings, "DeletionConflict.Group.UserProvisioning", "user provisionings"),
        ] {
            if count > 0 {
                let message = format!("the group still has {count} {what}; remove them first");
                return Err(domain::Error::new(Kind::Conflict, code, message).into());
            }
        }
        application::delete_of(conn, &change, &Assignee::Group(id.clone()))?;
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

/// Deletes a group with everything that ties it: its members leave it, with all that follows for them, and
/// its assignments and user provisionings end.
///
/// # Errors
/// [`Error::Refused`] when there is no such group, or it is synchronised.
pub fn delete_with_ties(ctx: &Context, operator: &Operator, id: &GroupId) -> Result<(), Error> {
    let (change, id) = (ctx.change(operator.origin()), id.clone());
    ctx.store.write(move |conn| {
        let group = editable(conn, &id)?;
        remove(conn, &change, &group)
    })?;
    ctx.ring_all();
    Ok(())
}

/// As [`delete_with_ties`], in the transaction of whoever calls; they ring every bell afterwards.
pub(super) fn remove(conn: &mut Conn, change: &Change, group: &Group) -> Result<(), Error> {
    let (id, assignee) = (&group.id, Assignee::Group(group.id.clone()));
    membership::hold_group(conn, id)?;
    // First, while its members are in it: they leave the provisionings, not the group of them.
    user_provisioning::end_of(conn, change, &assignee)?;
    // Whoever came in by an assignment did so as a member, and is looked after as one.
    access_assignment::delete_of(conn, change, &assignee)?;
    application::delete_of(conn, change, &assignee)?;
    membership::dissolve(conn, change, id)?;
    group::delete(conn, id)?;
    let detail = serde_json::json!({ "group_name": group.spec.group_name });
    change.record(conn, &Event::new(Action::GroupDeleted, id).with(detail))
}

/// Adds a user to a group, with the RAM users that follow from it; nothing happens when they are in it.
///
/// # Errors
/// [`Error::Refused`] when either does not exist, or the group is synchronised.
pub fn add_user(ctx: &Context, operator: &Operator, group: &GroupId, user: &UserId) -> Result<(), Error> {
    add_members(ctx, operator, group, vec![Member::User(user.clone())])?;
    Ok(())
}

/// Removes a user from a group, with what they held by it: console sessions end, and RAM users go as their
/// provisioning says.
///
/// # Errors
/// [`Error::Refused`] when either does not exist, the user is not directly in the group, or the group is
/// synchronised.
pub fn remove_user(ctx: &Context, operator: &Operator, group: &GroupId, user: &UserId) -> Result<(), Error> {
    let (change, group, user) = (ctx.change(operator.origin()), group.clone(), user.clone());
    ctx.store.write(move |conn| {
        editable(conn, &group)?;
        user::find(conn, &user)?;
        let removed = membership::remove(conn, &change, &group, &[Member::User(user.clone())])?;
        if removed == 0 {
            return Err(Error::from(domain::Error::missing(
                "GroupMember",
                format_args!("{user} of {group}"),
            )));
        }
        Ok::<_, Error>(())
    })?;
    ctx.ring_all();
    Ok(())
}

/// Adds users and groups to a group, with all that follows for whoever comes to be in it; says how many were
/// not in it before.
///
/// # Errors
/// [`Error::Refused`] when the group or a member does not exist, a group would come to be in itself or too
/// deep, or the group is synchronised.
pub fn add_members(
    ctx: &Context,
    operator: &Operator,
    group: &GroupId,
    members: Vec<Member>,
) -> Result<usize, Error> {
    change_members(ctx, operator, group, members, membership::add)
}

/// Removes users and groups from a group, with all that follows for whoever is in it no more; says how many
/// were directly in it.
///
/// # Errors
/// [`Error::Refused`] when there is no such group, or it is synchronised.
pub fn remove_members(
    ctx: &Context,
    operator: &Operator,
    group: &GroupId,
    members: Vec<Member>,
) -> Result<usize, Error> {
    change_members(ctx, operator, group, members, membership::remove)
}

/// Makes these users and groups, and nothing else, the direct members of a group; says how many came or went.
///
/// # Errors
/// As [`add_members`].
pub fn replace_members(
    ctx: &Context,
    operator: &Operator,
    group: &GroupId,
    members: Vec<Member>,
) -> Result<usize, Error> {
    change_members(ctx, operator, group, members, |conn, change, group, members| {
        let replaced = membership::replace(conn, change, group, members)?;
        Ok(replaced.came + replaced.went)
    })
}

/// The direct members of a group with what they are called, users before groups: at most `limit` after the
/// one that `after` names.
///
/// # Errors
/// [`Error::Refused`] when there is no such group.
pub fn list_direct_members(
    ctx: &Context,
    _operator: &Operator,
    id: &GroupId,
    after: Option<&Member>,
    limit: i64,
) -> Result<Vec<(Member, String)>, Error> {
    ctx.store.read(|conn| {
        find(conn, id)?;
        membership::list(conn, id, after, limit)
    })
}

type MemberChange = fn(&mut Conn, &Change, &GroupId, &[Member]) -> Result<usize, Error>;

fn change_members(
    ctx: &Context,
    operator: &Operator,
    group: &GroupId,
    members: Vec<Member>,
    apply: MemberChange,
) -> Result<usize, Error> {
    let (change, group) = (ctx.change(operator.origin()), group.clone());
    let changed = ctx.store.write(move |conn| {
        editable(conn, &group)?;
        apply(conn, &change, &group, &members)
    })?;
    ctx.ring_all();
    Ok(changed)
}

/// Refuses one group more than the quota has. Whoever calls inserts it in the same transaction.
pub(super) fn check_quota(conn: &mut Conn, quota: i64) -> Result<(), Error> {
    directory::check_quota(conn, resource_count::Kind::Group, quota, "LimitExceeded.Group")
}

fn find(conn: &mut Conn, id: &GroupId) -> Result<Group, Error> {
    group::find(conn, id)?.ok_or_else(|| domain::Error::missing("Group", id).into())
}

/// A group that may be changed by hand.
fn editable(conn: &mut Conn, id: &GroupId) -> Result<Group, Error> {
    let group = find(conn, id)?;
    directory::check_editable(conn, group.provision_type, SYNCHRONIZED)?;
    Ok(group)
}

fn taken(error: storage::Error, spec: &GroupSpec) -> Error {
    match error {
        storage::Error::Duplicate(_) => domain::Error::exists("Group", &spec.group_name).into(),
        error => error.into(),
    }
}
