//! Users pushed by SCIM. Each verb is one transaction: load, compare the version, change, store, what follows
//! from it, the audit row.

use serde_json::{Map, Value};

use crate::base::{Secret, UserId};
use crate::domain::{
    Action, Destructive, Event, Ownership, PrincipalId, ProvisionType, ScimSubject, Status, User,
    check_password,
};
use crate::scim::patch::Patch;
use crate::scim::schema::USER_TYPE;
use crate::scim::{self, ErrorKind};
use crate::storage::credential::Password;
use crate::storage::{self, Conn, administrator, user};

use super::super::membership;
use super::super::user_provisioning::{self, Turn};
use super::super::{Context, Error, PortalSession, credential as passwords, directory, user as people};
use super::edit::Edit;
use super::resource::{Joined, UserDraft, renamed, user_attributes};
use super::{Precondition, ScimClient, leniency, missing, view};

/// A user, with the groups they are in where those were asked for.
#[derive(Clone, Debug)]
pub struct SeenUser {
    pub(super) user: User,
    pub(super) groups: Option<Vec<Joined>>,
}

impl SeenUser {
    /// As a resource; `base` is the address that endpoints stand below.
    pub fn resource(&self, base: &str) -> Map<String, Value> {
        super::resource::user_resource(&self.user, self.groups.as_deref(), base)
    }
}

/// Creates a user of these attributes, in their canonical form.
///
/// # Errors
/// [`Error::Scim`]: `invalidValue` that names the attribute, `uniqueness` when the name or the main address is
/// taken. [`Error::Refused`] when the quota is used up, or the connector may not write users.
pub fn create(ctx: &Context, client: &ScimClient, attributes: Map<String, Value>) -> Result<SeenUser, Error> {
    client.may(ScimSubject::Users)?;
    let draft = UserDraft::read(attributes, None)?;
    let password = hash(ctx, &draft)?;
    let (change, client) = (ctx.change(client.origin()), client.clone());
    let quota = ctx.quotas.users;
    ctx.store.write(move |conn| {
        let spec = &draft.spec;
        if administrator::find_by_name(conn, &spec.user_name.key())?.is_some() {
            return Err(name_taken(&draft));
        }
        people::check_quota(conn, quota)?;
        let directory = directory::id(conn)?;
        let made = User {
            provision_type: ProvisionType::Synchronized,
            connector_id: Some(client.connector_id().clone()),
            external_id: draft.external_id.clone(),
            profile: draft.profile.clone(),
            ..User::new(change.id()?, spec.clone(), change.now)
        };
        user::insert(conn, &directory, &made).map_err(|error| taken(error, &draft))?;
        if let Some(hash) = &password {
            passwords::replace(conn, &change, &PrincipalId::User(made.id.clone()), hash)?;
        }
        let detail = serde_json::json!({ "user_name": made.spec.user_name });
        change.record(conn, &Event::new(Action::UserCreated, &made.id).with(detail))?;
        Ok(SeenUser { user: made, groups: Some(Vec::new()) })
    })
}

/// The user with this id; with their groups where `with_groups` says so.
///
/// # Errors
/// [`Error::Scim`] when there is none.
pub fn load(ctx: &Context, client: &ScimClient, id: &str, with_groups: bool) -> Result<SeenUser, Error> {
    client.may(ScimSubject::Users)?;
    ctx.store.read(|conn| {
        let user = view::user_of(Some(client.connector_id()), find(conn, id)?);
        let groups = with_groups.then(|| membership::groups_of(conn, &user.id)).transpose()?;
        Ok(SeenUser { user, groups })
    })
}

/// Whoever is signed in, as they may see themselves; administrators are no users.
///
/// # Errors
/// [`Error::Scim`] when it is no user of the directory.
pub fn load_own(ctx: &Context, portal: &PortalSession) -> Result<SeenUser, Error> {
    let id = portal.session().principal.as_str();
    ctx.store.read(|conn| {
        let user = view::user_of(None, find(conn, id)?);
        let groups = Some(membership::groups_of(conn, &user.id)?);
        Ok(SeenUser { user, groups })
    })
}

/// Replaces a user by these attributes, in their canonical form. What is not said is taken away, but for the
/// password; without `active` the user is active.
///
/// # Errors
/// As [`create`]; [`Error::Scim`] when there is no such user or it is of another version than asked for;
/// [`Error::Refused`] when another connector looks after it, or a mass change waits for an administrator.
pub fn replace(
    ctx: &Context,
    client: &ScimClient,
    (id, precondition): (&str, &Precondition),
    attributes: Map<String, Value>,
) -> Result<SeenUser, Error> {
    // Whoever may not write users learns nothing of them, and makes us hash nothing.
    client.may(ScimSubject::Users)?;
    // Its rules are asked before anything is looked up, and its password is hashed outside the transaction.
    let password = hash(ctx, &UserDraft::read(attributes.clone(), None)?)?;
    change(ctx, client, (id, precondition), password, move |user| {
        UserDraft::read(attributes.clone(), Some(user))
    })
}

/// Applies a PATCH to a user, all of it or nothing.
///
/// # Errors
/// As [`replace`], and those of the PATCH itself.
pub fn patch(
    ctx: &Context,
    client: &ScimClient,
    (id, precondition): (&str, &Precondition),
    patch: Patch,
) -> Result<SeenUser, Error> {
    client.may(ScimSubject::Users)?;
    let writes_password = patch.writes("password");
    let leniency = leniency(client);
    let draft = move |user: &User| {
        let patched = patch.apply(&USER_TYPE, leniency, &user_attributes(user), user.id.as_str())?;
        UserDraft::read_patched(patched, user)
    };
    // Hashing takes long and is done outside the transaction; what the password is depends on nothing else.
    let password = if writes_password {
        let user = ctx.store.read(|conn| find(conn, id))?;
        hash(ctx, &draft(&user)?)?
    } else {
        None
    };
    change(ctx, client, (id, precondition), password, draft)
}

/// Deletes a user with everything that ties them: groups, assignments, provisionings, factors, sessions.
///
/// # Errors
/// [`Error::Scim`] when there is no such user or it is of another version than asked for; [`Error::Refused`]
/// as in [`replace`].
pub fn delete(
    ctx: &Context,
    client: &ScimClient,
    id: &str,
    precondition: &Precondition,
) -> Result<(), Error> {
    client.may(ScimSubject::Users)?;
    let id = id.to_owned();
    Edit::run(ctx, client, precondition, move |conn, edit| {
        let user = find_locked(conn, &id)?;
        edit.begin(conn, user.version, (user.provision_type, user.connector_id.as_ref()))?;
        edit.take_away(conn, Destructive::users(1))?;
        people::remove(conn, &edit.change, &user)
    })
}

/// Makes a user what `draft` says, in one transaction.
fn change(
    ctx: &Context,
    client: &ScimClient,
    (id, precondition): (&str, &Precondition),
    password: Option<Password>,
    draft: impl Fn(&User) -> Result<UserDraft, Error> + Send + 'static,
) -> Result<SeenUser, Error> {
    client.may(ScimSubject::Users)?;
    let id = id.to_owned();
    Edit::run(ctx, client, precondition, move |conn, edit| {
        let before = find_locked(conn, &id)?;
        let owner = (before.provision_type, before.connector_id.as_ref());
        let ownership = edit.begin(conn, before.version, owner)?;
        let before = view::user_of(Some(edit.client.connector_id()), before);
        let draft = draft(&before)?;
        if before.spec.status == Status::Enabled && draft.spec.status == Status::Disabled {
            edit.take_away(conn, Destructive::users(1))?;
        }
        store(conn, edit, (&before, ownership), &draft)?;
        if let Some(hash) = &password {
            passwords::replace(conn, &edit.change, &PrincipalId::User(before.id.clone()), hash)?;
        }
        let groups = Some(membership::groups_of(conn, &before.id)?);
        Ok(SeenUser { user: find(conn, &id)?, groups })
    })
}

/// Writes what differs, with what follows from it.
fn store(
    conn: &mut Conn,
    edit: &Edit,
    (before, ownership): (&User, Ownership),
    draft: &UserDraft,
) -> Result<(), Error> {
    let change = &edit.change;
    let mut after = before.clone();
    after.spec = draft.spec.clone();
    after.spec.status = before.spec.status;
    after.profile.clone_from(&draft.profile);
    after.external_id.clone_from(&draft.external_id);
    if ownership == Ownership::Adopted {
        after.provision_type = ProvisionType::Synchronized;
        after.connector_id = Some(edit.client.connector_id().clone());
    }
    if after != *before {
        let is_renamed = after.spec.user_name.key() != before.spec.user_name.key();
        if is_renamed && administrator::find_by_name(conn, &after.spec.user_name.key())?.is_some() {
            return Err(name_taken(draft));
        }
        after.version += 1;
        after.updated_at = change.now;
        user::update(conn, &after).map_err(|error| taken(error, draft))?;
        user_provisioning::person_changed(conn, change, &before.id, Turn::Usual)?;
        let mut detail = serde_json::json!({ "user_name": after.spec.user_name });
        if is_renamed && let Some(detail) = detail.as_object_mut() {
            detail.insert("earlier_user_name".to_owned(), before.spec.user_name.as_str().into());
        }
        change.record(conn, &Event::new(Action::UserUpdated, &before.id).with(detail))?;
    }
    if draft.spec.status != before.spec.status {
        people::set_status(conn, change, &before.id, draft.spec.status)?;
    }
    Ok(())
}

fn find(conn: &mut Conn, id: &str) -> Result<User, Error> {
    let found = UserId::parse(id).map_or(Ok(None), |id| user::find(conn, &id))?;
    found.ok_or_else(|| missing(&USER_TYPE, id))
}

/// The same, and nobody else changes it until the transaction ends.
fn find_locked(conn: &mut Conn, id: &str) -> Result<User, Error> {
    if let Some(id) = UserId::parse(id) {
        user::lock(conn, &id)?;
    }
    find(conn, id)
}

/// The hash of the password that a draft sets.
fn hash(ctx: &Context, draft: &UserDraft) -> Result<Option<Password>, Error> {
    let hash = |password| hash_checked(ctx, password, draft.spec.user_name.as_str());
    draft.password.as_ref().map(hash).transpose()
}

fn hash_checked(ctx: &Context, password: &Secret, user_name: &str) -> Result<Password, Error> {
    let organisation = ctx.store.read(directory::name)?;
    check_password(password.expose(), &[user_name, &organisation]).map_err(renamed)?;
    Ok(Password { hash: ctx.hasher.hash(&ctx.random, password)?, must_change: false })
}

fn taken(error: storage::Error, draft: &UserDraft) -> Error {
    match error {
        storage::Error::Duplicate(text) if text.contains("email") => {
            let email = draft.spec.email.as_deref().unwrap_or_default();
            let detail = format!("emails.value {email} is another user's");
            scim::Error::new(ErrorKind::Uniqueness, detail).into()
        }
        storage::Error::Duplicate(_) => name_taken(draft),
        error => error.into(),
    }
}

fn name_taken(draft: &UserDraft) -> Error {
    let detail = format!("userName {} is taken", draft.spec.user_name);
    scim::Error::new(ErrorKind::Uniqueness, detail).into()
}
