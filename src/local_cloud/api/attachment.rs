//! RAM 2015-05-01: which policies a role, a user or a group holds.

use diesel::SqliteConnection;
use serde_json::{Value, json};

use crate::base::fold;
use crate::local_cloud::arn::Arn;
use crate::local_cloud::identity::role_arn;
use crate::local_cloud::refusal::{Entity, Refusal};
use crate::local_cloud::rules;
use crate::local_cloud::store::attachment::{self, AttachmentRow, Holders};
use crate::local_cloud::store::group::GroupRow;
use crate::local_cloud::store::role::RoleRow;
use crate::local_cloud::store::user::UserRow;

use super::invocation::{Invocation, Outcome, date};
use super::permission::{authorise, held_policy, may_change, may_reach_user};
use super::{face, group, policy, role};

/// `AttachPolicyToRole`.
pub(crate) fn attach_to_role(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    attach(call, connection, Kind::Role, "AttachPolicyToRole")
}

/// `AttachPolicyToUser`.
pub(crate) fn attach_to_user(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    attach(call, connection, Kind::User, "AttachPolicyToUser")
}

/// `AttachPolicyToGroup`.
pub(crate) fn attach_to_group(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    attach(call, connection, Kind::Group, "AttachPolicyToGroup")
}

/// `DetachPolicyFromRole`.
pub(crate) fn detach_from_role(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    detach(call, connection, Kind::Role, "DetachPolicyFromRole")
}

/// `DetachPolicyFromUser`.
pub(crate) fn detach_from_user(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    detach(call, connection, Kind::User, "DetachPolicyFromUser")
}

/// `DetachPolicyFromGroup`.
pub(crate) fn detach_from_group(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    detach(call, connection, Kind::Group, "DetachPolicyFromGroup")
}

/// `ListPoliciesForRole`.
pub(crate) fn list_for_role(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    list(call, connection, Kind::Role, "ListPoliciesForRole")
}

/// `ListPoliciesForUser`: what the user holds itself, without its groups.
pub(crate) fn list_for_user(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    list(call, connection, Kind::User, "ListPoliciesForUser")
}

/// `ListPoliciesForGroup`.
pub(crate) fn list_for_group(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    list(call, connection, Kind::Group, "ListPoliciesForGroup")
}

/// `ListEntitiesForPolicy`: who holds a policy.
pub(crate) fn list_entities(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let wanted = Wanted::read(call, connection, "ListEntitiesForPolicy")?;
    let account = call.account();
    let policy = (wanted.policy_type, fold(&wanted.name));
    let holders = Holders::of(connection, account.as_str(), (policy.0, &policy.1))?;
    let role = |(role, attached_at): &(RoleRow, i64)| {
        json!({
            "RoleId": role.id,
            "RoleName": role.name,
            "Arn": role_arn(account, role).to_string(),
            "Description": role.description,
            "AttachDate": date(*attached_at),
        })
    };
    let user = |(user, attached_at): &(UserRow, i64)| {
        json!({
            "UserId": user.id,
            "UserName": user.name,
            "DisplayName": user.display_name,
            "AttachDate": date(*attached_at),
        })
    };
    let group = |(group, attached_at): &(GroupRow, i64)| json!({"GroupName": group.name, "Comments": group.comments, "AttachDate": date(*attached_at)});
    Ok(json!({
        "Users": {"User": holders.users.iter().map(user).collect::<Vec<_>>()},
        "Groups": {"Group": holders.groups.iter().map(group).collect::<Vec<_>>()},
        "Roles": {"Role": holders.roles.iter().map(role).collect::<Vec<_>>()},
    }))
}

/// What can hold policies.
#[derive(Clone, Copy)]
enum Kind {
    Role,
    User,
    Group,
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Self::Role => "Role",
            Self::User => "User",
            Self::Group => "Group",
        }
    }

    const fn entity(self) -> Entity {
        match self {
            Self::Role => Entity::RolePolicy,
            Self::User => Entity::UserPolicy,
            Self::Group => Entity::GroupPolicy,
        }
    }

    const fn limit_code(self) -> &'static str {
        match self {
            Self::Role => "LimitExceeded.Role.Policy",
            Self::User => "LimitExceeded.User.Policy",
            Self::Group => "LimitExceeded.Group.Policy",
        }
    }

    /// The id of the holder that the call names, if the caller may do `action` (without its product) to
    /// it, and whether the caller may change what it holds.
    fn named(
        self,
        call: &Invocation<'_>,
        connection: &mut SqliteConnection,
        action: &str,
    ) -> Result<(String, Result<(), Refusal>), Refusal> {
        match self {
            Self::Role => {
                let row = role::named(call, connection, &call.action(action))?;
                Ok((row.id, may_change(call.identity, &row.name)))
            }
            Self::User => {
                let row = face::named_user(call, connection, action)?;
                let changeable = may_reach_user(call.identity, &row);
                Ok((row.id, changeable))
            }
            Self::Group => Ok((group::named(call, connection, action)?.id, Ok(()))),
        }
    }
}

fn attach(call: &Invocation<'_>, connection: &mut SqliteConnection, kind: Kind, action: &str) -> Outcome {
    let (holder_id, changeable) = kind.named(call, connection, action)?;
    let wanted = Wanted::read(call, connection, action)?;
    changeable?;
    wanted.may_be_given(call)?;
    let Wanted { policy_type, name, policy_id } = wanted;
    let held = attachment::list(connection, &holder_id)?;
    let of_type = || held.iter().filter(|row| row.policy_type == policy_type);
    if of_type().any(|row| row.policy_name_key == fold(&name)) {
        return Err(Refusal::exists(kind.entity(), name));
    }
    if i64::try_from(of_type().count()).unwrap_or(i64::MAX) >= rules::POLICIES_PER_HOLDER {
        let limit = rules::POLICIES_PER_HOLDER;
        return Err(Refusal::Limit { code: kind.limit_code(), limit, of: "policies of one type and holder" });
    }
    let row = AttachmentRow {
        holder_id,
        holder_kind: kind.word().to_owned(),
        policy_type: policy_type.to_owned(),
        policy_name_key: fold(&name),
        policy_name: name,
        policy_id,
        attached_at: call.now.millis(),
    };
    attachment::insert(connection, &row)?;
    Ok(json!({}))
}

fn detach(call: &Invocation<'_>, connection: &mut SqliteConnection, kind: Kind, action: &str) -> Outcome {
    let (holder_id, changeable) = kind.named(call, connection, action)?;
    // A policy that does not exist is held by nobody, which is what the call asked about.
    let not_held = |name: String| Refusal::missing(kind.entity(), name);
    let wanted = Wanted::read(call, connection, action).map_err(|refusal| match refusal {
        Refusal::Missing { entity: Entity::Policy, name } => not_held(name),
        refusal => refusal,
    })?;
    changeable?;
    if attachment::delete(connection, &holder_id, wanted.policy_type, &fold(&wanted.name))? {
        Ok(json!({}))
    } else {
        Err(not_held(wanted.name))
    }
}

fn list(call: &Invocation<'_>, connection: &mut SqliteConnection, kind: Kind, action: &str) -> Outcome {
    let (holder_id, _changeable) = kind.named(call, connection, action)?;
    let mut policies: Vec<Value> = Vec::new();
    for row in attachment::list(connection, &holder_id)? {
        let held = held_policy(call.cloud, connection, &row)?;
        policies.push(json!({
            "PolicyName": row.policy_name,
            "PolicyType": row.policy_type,
            "Description": held.description,
            "DefaultVersion": held.version,
            "AttachDate": date(row.attached_at),
        }));
    }
    Ok(json!({"Policies": {"Policy": policies}}))
}

/// The policy that a call names, of either type, if the caller may do to it what it asks.
struct Wanted {
    policy_type: &'static str,
    /// As it was given at the creation.
    name: String,
    /// Set for custom policies.
    policy_id: Option<String>,
}

impl Wanted {
    /// Finds it, and asks whether the caller may do `action` with it: attaching needs the right to the
    /// policy as well as to its holder. The question is about the name as it was given at the creation, so
    /// that its spelling in a call evades no policy.
    fn read(call: &Invocation<'_>, connection: &mut SqliteConnection, action: &str) -> Result<Self, Refusal> {
        let policy_type = policy::policy_type(call)?;
        let given = rules::POLICY_NAME.check("PolicyName", call.parameters.required("PolicyName")?)?;
        let found = match policy_type {
            "System" => {
                let system = call.cloud.catalogue.system(given).map(|system| (system.name.to_owned(), None));
                system.ok_or_else(|| Refusal::missing(Entity::Policy, given))
            }
            _ => policy::find(call, connection, given).map(|row| (row.name, Some(row.id))),
        };
        let name = found.as_ref().map_or(given, |(name, _)| name.as_str());
        let arn = match policy_type {
            "System" => policy::system_arn(name),
            _ => Arn::policy(call.account().clone(), name).to_string(),
        };
        authorise(call, connection, &call.action(action), &arn)?;
        let (name, policy_id) = found?;
        Ok(Self { policy_type, name, policy_id })
    }

    /// Refuses to give away what stays with its role, and what CloudSSO keeps for its own.
    fn may_be_given(&self, call: &Invocation<'_>) -> Result<(), Refusal> {
        if self.policy_id.is_some() {
            return may_change(call.identity, &self.name);
        }
        let attachable = call.cloud.catalogue.attachable(&self.name);
        attachable.map(drop).ok_or_else(|| Refusal::missing(Entity::Policy, self.name.as_str()))
    }
}
