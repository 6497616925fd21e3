//! Groups and their members.

use crate::base::{GroupId, UserId, fold};
use crate::domain::{self, Action, Event, Group, GroupSpec, ProvisionType};
use crate::storage::{self, group, user};

use super::{Context, Error, Operator, directory};

/// Creates a group.
///
/// # Errors
/// [`Error::Refused`] naming the field that breaks its rule, or when the name is taken.
pub fn create(ctx: &Context, operator: &Operator, spec: GroupSpec) -> Result<GroupId, Error> {
    spec.check()?;
    let change = ctx.change(operator.origin());
    ctx.store.write(move |conn| {
        let group = Group {
            id: change.id()?,
            spec: spec.clone(),
            provision_type: ProvisionType::Manual,
            created_at: change.now,
            updated_at: change.now,
        };
        let directory = directory::id(conn)?;
        group::insert(conn, &directory, &group).map_err(|error| match error {
            storage::Error::Duplicate(_) => domain::Error::exists("Group", &group.spec.group_name).into(),
            error => Error::from(error),
        })?;
        let detail = serde_json::json!({ "group_name": group.spec.group_name });
        change.record(conn, &Event::new(Action::GroupCreated, &group.id).with(detail))?;
        Ok::<_, Error>(group.id)
    })
}

/// The group of this name, in whatever case.
///
/// # Errors
/// Failures of the database.
pub fn find_by_name(ctx: &Context, _operator: &Operator, name: &str) -> Result<Option<Group>, Error> {
    Ok(ctx.store.read(|conn| group::find_by_name(conn, &fold(name)))?)
}

/// Adds a user to a group; nothing happens when they are in it.
///
/// # Errors
/// [`Error::Refused`] when either does not exist.
pub fn add_user(ctx: &Context, operator: &Operator, group: &GroupId, user: &UserId) -> Result<(), Error> {
    let (change, group, user) = (ctx.change(operator.origin()), group.clone(), user.clone());
    ctx.store.write(move |conn| {
        if group::find(conn, &group)?.is_none() {
            return Err(domain::Error::missing("Group", &group).into());
        }
        if user::find(conn, &user)?.is_none() {
            return Err(domain::Error::missing("User", &user).into());
        }
        if group::insert_member(conn, &group, &user, change.now)? {
            let detail = serde_json::json!({ "user_id": user });
            change.record(conn, &Event::new(Action::GroupMemberAdded, &group).with(detail))?;
        }
        Ok(())
    })
}

/// Removes a user from a group; nothing happens when they are not in it.
///
/// # Errors
/// Failures of the database.
pub fn remove_user(ctx: &Context, operator: &Operator, group: &GroupId, user: &UserId) -> Result<(), Error> {
    let (change, group, user) = (ctx.change(operator.origin()), group.clone(), user.clone());
    ctx.store.write(move |conn| {
        if group::delete_member(conn, &group, &user)? {
            let detail = serde_json::json!({ "user_id": user });
            change.record(conn, &Event::new(Action::GroupMemberRemoved, &group).with(detail))?;
        }
        Ok(())
    })
}
