//! Users of the directory.

use crate::base::{GroupId, GroupName, PageRequest, Timestamp, UserId};
use crate::domain::{
    self, Action, Assignee, Event, Group, Kind, PrincipalId, Status, Tag, User, UserChanges, UserQuery,
    UserSpec, check_tags,
};
use crate::storage::{
    self, Conn, administrator, credential, group, resource_count, session, sign_in, tag, user,
};

use super::context::Change;
use super::user_provisioning::{self, Turn};
use super::{
    Context, Error, Listing, Operator, access_assignment, application, console_session, directory, membership,
};

/// The code of a refusal to change by hand what the identity provider looks after.
const SYNCHRONIZED: &str = "OperationConflict.User.Synchronized";

/// A user and their tags.
#[derive(Clone, Debug)]
pub struct TaggedUser {
    /// The user.
    pub user: User,
    /// The tags, in the order of their keys.
    pub tags: Vec<Tag>,
}

/// Creates a user.
///
/// # Errors
/// [`Error::Refused`] naming the field that breaks its rule, when the name or the e-mail address is
/// taken, or the quota is used up.
pub fn create(
    ctx: &Context,
    operator: &Operator,
    spec: UserSpec,
    tags: Vec<Tag>,
) -> Result<TaggedUser, Error> {
    spec.check()?;
    check_tags(&tags)?;
    let (change, scope) = (ctx.change(operator.origin()), operator.directory().cloned());
    let quota = ctx.quotas.users;
    ctx.store.write(move |conn| {
        if administrator::find_by_name(conn, &spec.user_name.key())?.is_some() {
            return Err(domain::Error::exists("User", &spec.user_name).into());
        }
        let user = User::new(change.id()?, spec.clone(), change.now);
        let directory = directory::within(conn, scope.as_ref())?;
        check_quota(conn, quota)?;
        user::insert(conn, &directory, &user).map_err(|error| taken(error, &user.spec))?;
        tag::insert(conn, user.id.as_str(), &tags)?;
        let detail = serde_json::json!({ "user_name": user.spec.user_name });
        change.record(conn, &Event::new(Action::UserCreated, &user.id).with(detail))?;
        let mut tags = tags.clone();
        tags.sort_unstable();
        Ok::<_, Error>(TaggedUser { user, tags })
    })
}

/// The user with this id.
///
/// # Errors
/// [`Error::Refused`] when there is none.
pub fn load(ctx: &Context, _operator: &Operator, id: &UserId) -> Result<TaggedUser, Error> {
    ctx.store.read(|conn| {
        let user = find(conn, id)?;
        let tags = tag::list(conn, &[id.as_str()])?.remove(id.as_str()).unwrap_or_default();
        Ok(TaggedUser { user, tags })
    })
}

/// The user whom the identity provider they come from calls this.
///
/// # Errors
/// [`Error::Refused`] when there is none.
pub fn find_by_external_id(ctx: &Context, _operator: &Operator, external_id: &str) -> Result<UserId, Error> {
    let found = ctx.store.read(|conn| user::find_by_external_id(conn, external_id))?;
    let missing = || domain::Error::missing("User", format_args!("with external id {external_id:?}"));
    found.map(|user| user.id).ok_or_else(|| missing().into())
}

/// One page of the users that `query` asks for, in the order they were made.
///
/// # Errors
/// [`Error::Refused`] when the tags asked for break their rules.
pub fn list(
    ctx: &Context,
    _operator: &Operator,
    query: &UserQuery,
    page: &PageRequest,
) -> Result<Listing<TaggedUser>, Error> {
    check_tags(&query.tags)?;
    ctx.store.read(|conn| {
        let total = user::count_matching(conn, query)?;
        let found = user::list(conn, query, page)?;
        let ids: Vec<&str> = found.items.iter().map(|user| user.id.as_str()).collect();
        let mut tags = tag::list(conn, &ids)?;
        let listing = Listing { page: found, total };
        Ok(listing.map(|user| TaggedUser { tags: tags.remove(user.id.as_str()).unwrap_or_default(), user }))
    })
}

/// One page of the groups that a user is directly in, with the moments of joining.
///
/// # Errors
/// [`Error::Refused`] when there is no such user.
pub fn list_groups(
    ctx: &Context,
    _operator: &Operator,
    id: &UserId,
    page: &PageRequest,
) -> Result<Listing<(Group, Timestamp)>, Error> {
    ctx.store.read(|conn| {
        find(conn, id)?;
        let (page, total) = group::list_joined(conn, id, page)?;
        Ok(Listing { page, total })
    })
}

/// Every group that a user is in, directly or through groups that are in groups, by id: its name, and whether
/// the user is directly in it.
///
/// # Errors
/// [`Error::Refused`] when there is no such user.
pub fn list_all_groups(
    ctx: &Context,
    _operator: &Operator,
    id: &UserId,
) -> Result<Vec<(GroupId, GroupName, bool)>, Error> {
    ctx.store.read(|conn| {
        find(conn, id)?;
        membership::groups_of(conn, id)
    })
}

/// Changes what is said of a user.
///
/// # Errors
/// [`Error::Refused`] naming the field that breaks its rule, when there is no such user, the e-mail address
/// is taken, or the user is synchronised.
pub fn update(ctx: &Context, operator: &Operator, id: &UserId, changes: UserChanges) -> Result<User, Error> {
    changes.check()?;
    let (change, id) = (ctx.change(operator.origin()), id.clone());
    let updated = ctx.store.write(move |conn| {
        let mut user = find(conn, &id)?;
        directory::check_editable(conn, user.provision_type, SYNCHRONIZED)?;
        let before = user.spec.clone();
        changes.apply(&mut user.spec);
        if user.spec != before {
            if user.spec.email != before.email {
                user.profile.set_main_email(user.spec.email.as_deref());
            }
            user.version += 1;
            user.updated_at = change.now;
            user::update(conn, &user).map_err(|error| taken(error, &user.spec))?;
            user_provisioning::person_changed(conn, &change, &id, Turn::Usual)?;
            change.record(conn, &Event::new(Action::UserUpdated, &id))?;
        }
        Ok::<_, Error>(user)
    })?;
    ctx.work.ring();
    Ok(updated)
}

/// Deletes a user who has no device, no assignment and no group.
///
/// # Errors
/// [`Error::Refused`] when there is no such user, something still ties them, or they are synchronised.
pub fn delete(ctx: &Context, operator: &Operator, id: &UserId) -> Result<(), Error> {
    let (change, id) = (ctx.change(operator.origin()), id.clone());
    ctx.store.write(move |conn| {
        user::lock_to_delete(conn, &id)?;
        let user = find(conn, &id)?;
        directory::check_editable(conn, user.provision_type, SYNCHRONIZED)?;
        let ties = user::ties(conn, &id)?;
        for (count, code, what) in [
            // The vendor's own spelling.
            (ties.access_assignments, "DeletionConflict.User.AccessAssigment", "access assignments"),
            (ties.groups, "DeletionConflict.User.Group", "groups"),
            (ties.mfa_devices, "DeletionConflict.User.MFADevice", "MFA devices"),
            (ties.user_provisionings, "DeletionConflict.User.UserProvisioning", "user provisionings"),
            (
                ties.user_provisioning_events,
                "DeletionConflict.User.UserProvisioningEvent",
                "events of user provisionings",
            ),
        ] {
            if count > 0 {
                let message = format!("the user still has {count} {what}; remove them first");
                return Err(domain::Error::new(Kind::Conflict, code, message).into());
            }
        }
        console_session::end_disabled(conn, &change, &id)?;
        application::delete_of(conn, &change, &Assignee::User(id.clone()))?;
        user::delete(conn, &id)?;
        user_provisioning::person_changed(conn, &change, &id, Turn::First)?;
        let detail = serde_json::json!({ "user_name": user.spec.user_name });
        change.record(conn, &Event::new(Action::UserDeleted, &id).with(detail))
    })?;
    ctx.ring_all();
    Ok(())
}

/// Deletes a user with everything that ties them: they leave their groups, lose their assignments, devices and
/// user provisionings, and their RAM users go as the provisionings say.
///
/// # Errors
/// [`Error::Refused`] when there is no such user, or they are synchronised.
pub fn delete_with_ties(ctx: &Context, operator: &Operator, id: &UserId) -> Result<(), Error> {
    let (change, id) = (ctx.change(operator.origin()), id.clone());
    ctx.store.write(move |conn| {
        let user = find(conn, &id)?;
        directory::check_editable(conn, user.provision_type, SYNCHRONIZED)?;
        remove(conn, &change, &user)
    })?;
    ctx.ring_all();
    Ok(())
}

/// As [`delete_with_ties`], in the transaction of whoever calls; they ring every bell afterwards. What is done
/// in accounts outlives the person: their RAM users and open events go by tasks, and history stays.
pub(super) fn remove(conn: &mut Conn, change: &Change, user: &User) -> Result<(), Error> {
    let (id, assignee) = (&user.id, Assignee::User(user.id.clone()));
    membership::hold_user(conn, id)?;
    user_provisioning::end_of(conn, change, &assignee)?;
    membership::leave_all(conn, change, id)?;
    access_assignment::delete_of(conn, change, &assignee)?;
    application::delete_of(conn, change, &assignee)?;
    console_session::end_disabled(conn, change, id)?;
    credential::delete_mfa_devices(conn, &PrincipalId::User(id.clone()))?;
    if !user::delete(conn, id)? {
        return Err(domain::Error::missing("User", id).into());
    }
    user_provisioning::person_gone(conn, change, id)?;
    let detail = serde_json::json!({ "user_name": user.spec.user_name });
    change.record(conn, &Event::new(Action::UserDeleted, id).with(detail))
}

/// The user of this name, in whatever case.
///
/// # Errors
/// Failures of the database.
pub fn find_by_name(ctx: &Context, _operator: &Operator, name: &str) -> Result<Option<User>, Error> {
    Ok(ctx.store.read(|conn| user::find_by_name(conn, &crate::base::fold(name)))?)
}

/// Enables or disables a user. Disabling ends every session, every console session and every sign-in under
/// way, in the same transaction, on every replica; the access keys of their RAM users are set inactive by
/// tasks, and stay so when the user is enabled again.
///
/// # Errors
/// [`Error::Refused`] when there is no such user.
pub fn update_status(ctx: &Context, operator: &Operator, id: &UserId, status: Status) -> Result<(), Error> {
    let (change, id) = (ctx.change(operator.origin()), id.clone());
    ctx.store.write(move |conn| set_status(conn, &change, &id, status))?;
    ctx.ring_all();
    Ok(())
}

/// As [`update_status`], in the transaction of whoever calls; they ring every bell afterwards.
pub(super) fn set_status(conn: &mut Conn, change: &Change, id: &UserId, status: Status) -> Result<(), Error> {
    if !user::update_status(conn, id, status, change.now)? {
        return Err(domain::Error::missing("User", id).into());
    }
    let (mut ended, mut consoles_ended) = (0, 0);
    let action = match status {
        Status::Enabled => Action::UserEnabled,
        Status::Disabled => {
            let principal = PrincipalId::User(id.clone());
            ended = session::delete_by_principal(conn, &principal)?;
            sign_in::delete_by_principal(conn, &principal)?;
            consoles_ended = console_session::end_disabled(conn, change, id)?;
            Action::UserDisabled
        }
    };
    user_provisioning::person_changed(conn, change, id, Turn::First)?;
    let detail = serde_json::json!({ "sessions_ended": ended, "console_sessions_ended": consoles_ended });
    change.record(conn, &Event::new(action, id).with(detail))
}

/// Refuses one user more than the quota has. Whoever calls inserts them in the same transaction.
pub(super) fn check_quota(conn: &mut Conn, quota: i64) -> Result<(), Error> {
    directory::check_quota(conn, resource_count::Kind::User, quota, "LimitExceeded.User")
}

pub(super) fn find(conn: &mut Conn, id: &UserId) -> Result<User, Error> {
    user::find(conn, id)?.ok_or_else(|| domain::Error::missing("User", id).into())
}

fn taken(error: storage::Error, spec: &UserSpec) -> Error {
    match error {
        storage::Error::Duplicate(text) if text.contains("email") => {
            domain::Error::exists("Email", spec.email.as_deref().unwrap_or_default()).into()
        }
        storage::Error::Duplicate(_) => domain::Error::exists("User", &spec.user_name).into(),
        error => error.into(),
    }
}
