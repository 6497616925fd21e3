//! Groups pushed by SCIM. Each verb is one transaction; a change of one member costs what it does whatever the
//! group's size, and members are read only to be shown.

use serde_json::{Map, Value};

use crate::base::{GroupId, UserId};
use crate::domain::{Action, Destructive, Event, Group, Member, Ownership, ProvisionType, ScimSubject};
use crate::scim::matching;
use crate::scim::patch::{MemberChange, Patch};
use crate::scim::resource::{self as written, MemberKind};
use crate::scim::schema::GROUP_TYPE;
use crate::scim::{self, ErrorKind};
use crate::storage::{self, Conn, group};

use super::super::context::Change;
use super::super::membership;
use super::super::{Context, Error, directory, group as groups};
use super::edit::Edit;
use super::resource::{GroupDraft, ShownMember, group_attributes, member_value};
use super::{Precondition, ScimClient, leniency, missing, view};

/// A group, with its members where those were asked for.
#[derive(Clone, Debug)]
pub struct SeenGroup {
    pub(super) group: Group,
    pub(super) members: Option<Vec<ShownMember>>,
}

impl SeenGroup {
    /// As a resource; `base` is the address that endpoints stand below.
    pub fn resource(&self, base: &str) -> Map<String, Value> {
        super::resource::group_resource(&self.group, self.members.as_deref(), base)
    }
}

/// What a request says of a group: its attributes in their canonical form, and its members.
#[derive(Clone, Debug)]
pub struct GroupBody {
    /// The attributes but for the members.
    pub attributes: Map<String, Value>,
    /// The members.
    pub members: Vec<written::Member>,
}

impl GroupBody {
    /// Tells the members in a resource's attributes from the rest.
    ///
    /// # Errors
    /// `invalidValue` for a member without an id, or of another kind than there are.
    pub fn of(mut attributes: Map<String, Value>) -> Result<Self, Error> {
        let members = written::members(&attributes)?;
        attributes.remove("members");
        Ok(Self { attributes, members })
    }
}

/// Creates a group; with its members in the answer where `with_members` says so.
///
/// # Errors
/// [`Error::Scim`]: `invalidValue` that names the attribute or the member, `uniqueness` when the name is taken.
/// [`Error::Refused`] when the quota is used up, or the connector may not write groups.
pub fn create(
    ctx: &Context,
    client: &ScimClient,
    body: GroupBody,
    with_members: bool,
) -> Result<SeenGroup, Error> {
    client.may(ScimSubject::Groups)?;
    let draft = GroupDraft::read(body.attributes, None)?;
    let members = read_members(&body.members)?;
    let (change, own) = (ctx.change(client.origin()), client.clone());
    let quota = ctx.quotas.groups;
    let id = ctx.store.write(move |conn| {
        groups::check_quota(conn, quota)?;
        let made = Group {
            provision_type: ProvisionType::Synchronized,
            connector_id: Some(own.connector_id().clone()),
            external_id: draft.external_id.clone(),
            ..Group::new(change.id()?, draft.spec.clone(), change.now)
        };
        let directory = directory::id(conn)?;
        group::insert(conn, &directory, &made).map_err(|error| taken(error, &draft))?;
        let detail = serde_json::json!({ "group_name": made.spec.group_name });
        change.record(conn, &Event::new(Action::GroupCreated, &made.id).with(detail))?;
        membership::add(conn, &change, &made.id, &members).map_err(no_member)?;
        Ok::<_, Error>(made.id)
    })?;
    ctx.ring_all();
    see(ctx, client, id.as_str(), with_members)
}

/// The group with this id; with its members where `with_members` says so.
///
/// # Errors
/// [`Error::Scim`] when there is none.
pub fn load(ctx: &Context, client: &ScimClient, id: &str, with_members: bool) -> Result<SeenGroup, Error> {
    client.may(ScimSubject::Groups)?;
    see(ctx, client, id, with_members)
}

/// Replaces a group. What is not said is taken away: without members it is empty.
///
/// # Errors
/// As [`create`]; [`Error::Scim`] when there is no such group or it is of another version than asked for;
/// [`Error::Refused`] when another connector looks after it, or a mass change waits for an administrator.
pub fn replace(
    ctx: &Context,
    client: &ScimClient,
    (id, precondition): (&str, &Precondition),
    body: GroupBody,
    with_members: bool,
) -> Result<SeenGroup, Error> {
    let members = vec![MemberChange::Replace(body.members)];
    let attributes = body.attributes;
    let draft = move |group: &Group, _: &ScimClient| GroupDraft::read(attributes.clone(), Some(group));
    change(ctx, client, (id, precondition), (draft, members))?;
    see(ctx, client, id, with_members)
}

/// Applies a PATCH to a group, all of it or nothing.
///
/// # Errors
/// As [`replace`], and those of the PATCH itself.
pub fn patch(
    ctx: &Context,
    client: &ScimClient,
    (id, precondition): (&str, &Precondition),
    patch: Patch,
    with_members: bool,
) -> Result<SeenGroup, Error> {
    let (patch, members) = patch.split_members()?;
    let draft = move |group: &Group, client: &ScimClient| {
        let attributes = group_attributes(group);
        let patched = patch.apply(&GROUP_TYPE, leniency(client), &attributes, group.id.as_str())?;
        GroupDraft::read(patched, Some(group))
    };
    change(ctx, client, (id, precondition), (draft, members))?;
    see(ctx, client, id, with_members)
}

/// Deletes a group with everything that ties it: members, assignments, provisionings.
///
/// # Errors
/// [`Error::Scim`] when there is no such group or it is of another version than asked for; [`Error::Refused`]
/// as in [`replace`].
pub fn delete(
    ctx: &Context,
    client: &ScimClient,
    id: &str,
    precondition: &Precondition,
) -> Result<(), Error> {
    client.may(ScimSubject::Groups)?;
    let id = id.to_owned();
    Edit::run(ctx, client, precondition, move |conn, edit| {
        let group = find_held(conn, &id, true)?;
        edit.begin(conn, group.version, (group.provision_type, group.connector_id.as_ref()))?;
        let leaving = usize::try_from(group::ties(conn, &group.id)?.members).unwrap_or(usize::MAX);
        edit.take_away(conn, Destructive::memberships(leaving))?;
        groups::remove(conn, &edit.change, &group)
    })
}

/// Makes a group what `draft` says and takes the steps in `members`, in one transaction.
fn change(
    ctx: &Context,
    client: &ScimClient,
    (id, precondition): (&str, &Precondition),
    (draft, members): (
        impl Fn(&Group, &ScimClient) -> Result<GroupDraft, Error> + Send + 'static,
        Vec<MemberChange>,
    ),
) -> Result<(), Error> {
    client.may(ScimSubject::Groups)?;
    let (id, names_groups) = (id.to_owned(), members.iter().any(names_a_group));
    Edit::run(ctx, client, precondition, move |conn, edit| {
        let before = find_held(conn, &id, names_groups)?;
        let owner = (before.provision_type, before.connector_id.as_ref());
        let ownership = edit.begin(conn, before.version, owner)?;
        let before = view::group_of(Some(edit.client.connector_id()), before);
        store(conn, edit, (&before, ownership), &draft(&before, &edit.client)?)?;
        let mut removed = 0;
        for step in &members {
            removed += take(conn, &edit.change, &before.id, step)?;
        }
        edit.take_away(conn, Destructive::memberships(removed))
    })
}

fn store(
    conn: &mut Conn,
    edit: &Edit,
    (before, ownership): (&Group, Ownership),
    draft: &GroupDraft,
) -> Result<(), Error> {
    let mut after = before.clone();
    after.spec = draft.spec.clone();
    after.external_id.clone_from(&draft.external_id);
    if ownership == Ownership::Adopted {
        after.provision_type = ProvisionType::Synchronized;
        after.connector_id = Some(edit.client.connector_id().clone());
    }
    if after != *before {
        after.version += 1;
        after.updated_at = edit.change.now;
        group::update(conn, &after).map_err(|error| taken(error, draft))?;
        let detail = serde_json::json!({ "group_name": after.spec.group_name });
        edit.change.record(conn, &Event::new(Action::GroupUpdated, &before.id).with(detail))?;
    }
    Ok(())
}

/// Whether a step says of a group that it is in this one, or is not. One that says nothing of any may still take
/// groups out; `membership` sees to that.
fn names_a_group(step: &MemberChange) -> bool {
    let is_group = |id: &str| matches!(Member::parse(id), Some(Member::Group(_)));
    match step {
        MemberChange::Add(members) | MemberChange::Replace(members) => {
            members.iter().any(|member| is_group(&member.value))
        }
        MemberChange::Remove(ids) => ids.iter().any(|id| is_group(id)),
        MemberChange::RemoveMatching(_) | MemberChange::RemoveAll => false,
    }
}

/// Takes one step; says how many memberships it took away.
fn take(conn: &mut Conn, change: &Change, group: &GroupId, step: &MemberChange) -> Result<usize, Error> {
    match step {
        MemberChange::Add(members) => {
            membership::add(conn, change, group, &read_members(members)?).map_err(no_member)?;
            Ok(0)
        }
        MemberChange::Remove(ids) => {
            // What is no id of ours is no member: clients take away again what is gone already.
            let members: Vec<Member> = ids.iter().filter_map(|id| Member::parse(id)).collect();
            membership::remove(conn, change, group, &members)
        }
        MemberChange::RemoveMatching(filter) => {
            let members = GROUP_TYPE.schema.attribute("members");
            let mut picked = Vec::new();
            for member in membership::list(conn, group, None, i64::MAX)? {
                // Where the group is reached plays no part in which member is meant.
                let element = member_value(&member, "");
                if let Some(attribute) = members
                    && matching::matches(filter, &element, attribute)?
                {
                    picked.push(member.0);
                }
            }
            membership::remove(conn, change, group, &picked)
        }
        MemberChange::Replace(members) => {
            let replaced =
                membership::replace(conn, change, group, &read_members(members)?).map_err(no_member)?;
            Ok(replaced.went)
        }
        MemberChange::RemoveAll => Ok(membership::replace(conn, change, group, &[])?.went),
    }
}

/// The members that ids name. What is named must be there; `membership` looks.
fn read_members(members: &[written::Member]) -> Result<Vec<Member>, Error> {
    members.iter().map(read_member).collect()
}

fn read_member(member: &written::Member) -> Result<Member, Error> {
    let id = &member.value;
    let found = match member.kind {
        Some(MemberKind::User) => UserId::parse(id).map(Member::User),
        Some(MemberKind::Group) => GroupId::parse(id).map(Member::Group),
        None => Member::parse(id),
    };
    found.ok_or_else(|| unknown_member(id))
}

fn unknown_member(id: &str) -> Error {
    let shown: String = id.chars().take(64).collect();
    scim::Error::new(ErrorKind::InvalidValue, format!("members.value {shown:?} is no user and no group here"))
        .into()
}

/// A member that is not there is a wrong value of the request, not a resource that is missing.
fn no_member(error: Error) -> Error {
    match error {
        Error::Refused(refusal) if refusal.code.starts_with("EntityNotExists.") => {
            scim::Error::new(ErrorKind::InvalidValue, format!("members.value: {}", refusal.message)).into()
        }
        Error::Refused(refusal) if refusal.code.starts_with("InvalidParameter.Member") => {
            scim::Error::new(ErrorKind::InvalidValue, format!("members: {}", refusal.message)).into()
        }
        error => error,
    }
}

fn see(ctx: &Context, client: &ScimClient, id: &str, with_members: bool) -> Result<SeenGroup, Error> {
    ctx.store.read(|conn| {
        // The version before the members: an ETag may be too old for what is shown, never too new.
        let group = view::group_of(Some(client.connector_id()), find(conn, id)?);
        let members = with_members.then(|| membership::list(conn, &group.id, None, i64::MAX)).transpose()?;
        Ok(SeenGroup { group, members })
    })
}

fn find(conn: &mut Conn, id: &str) -> Result<Group, Error> {
    let found = GroupId::parse(id).map_or(Ok(None), |id| group::find(conn, &id))?;
    found.ok_or_else(|| missing(&GROUP_TYPE, id))
}

/// The same, and nobody else changes it, or with `changes_graph` what groups are in what, until the transaction ends.
fn find_held(conn: &mut Conn, id: &str, changes_graph: bool) -> Result<Group, Error> {
    let group = find(conn, id)?;
    membership::hold(conn, &group.id, changes_graph)?;
    find(conn, id)
}

fn taken(error: storage::Error, draft: &GroupDraft) -> Error {
    match error {
        storage::Error::Duplicate(_) => {
            let detail = format!("displayName {} is taken", draft.spec.group_name);
            scim::Error::new(ErrorKind::Uniqueness, detail).into()
        }
        error => error.into(),
    }
}
